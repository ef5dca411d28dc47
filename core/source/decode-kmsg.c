/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /dev/kmsg as text. */
#include "config.h"

#include <string.h>

#include "core/source/decode-private.h"

/* ---- /dev/kmsg -------------------------------------------------------------------------------
 * The header stays, it is a prefix that core/log knows. A backslash and what is not printable come
 * as \xNN (FACTS section 1); lines that begin with a blank are about the device, not text. */

struct AmrKmsg {
    AmrTextSink sink;
    gpointer data;
    gboolean within;  /* a line that is text */
    gboolean without; /* a line that is not */
    char held[4];     /* the beginning of what may be an escape */
    gsize held_len;
};

AmrKmsg *
amr_kmsg_new(AmrTextSink sink, gpointer data)
{
    AmrKmsg *kmsg = g_new0(AmrKmsg, 1);
    kmsg->sink = sink;
    kmsg->data = data;
    return kmsg;
}

void
amr_kmsg_free(AmrKmsg *kmsg)
{
    g_free(kmsg);
}

static void
flush_held(AmrKmsg *kmsg)
{
    if (kmsg->held_len > 0)
        kmsg->sink(kmsg->data, kmsg->held, kmsg->held_len);
    kmsg->held_len = 0;
}

/* TRUE if @c goes on the escape; else what was held was none. */
static gboolean
take_escape(AmrKmsg *kmsg, char c)
{
    char byte;

    if (kmsg->held_len == 1 ? c != 'x' : !g_ascii_isxdigit(c)) {
        flush_held(kmsg);
        return FALSE;
    }
    kmsg->held[kmsg->held_len++] = c;
    if (kmsg->held_len < sizeof kmsg->held)
        return TRUE;
    byte = (char)(g_ascii_xdigit_value(kmsg->held[2]) << 4 | g_ascii_xdigit_value(kmsg->held[3]));
    /* It ends no line here either. */
    kmsg->sink(kmsg->data, byte == '\n' || byte == '\r' ? " " : &byte, 1);
    kmsg->held_len = 0;
    return TRUE;
}

void
amr_kmsg_feed(AmrKmsg *kmsg, const char *bytes, gsize size)
{
    gsize at = 0;

    while (at < size) {
        const char *end;
        gsize start = at;
        if (kmsg->held_len > 0 && take_escape(kmsg, bytes[at])) {
            at++;
            continue;
        }
        if (!kmsg->within && !kmsg->without) {
            kmsg->without = bytes[at] == ' ';
            kmsg->within = !kmsg->without;
        }
        end = memchr(bytes + at, '\n', size - at);
        at = end ? (gsize)(end + 1 - bytes) : size;
        if (kmsg->within) {
            const char *escape = memchr(bytes + start, '\\', at - start);
            if (escape) {
                at = (gsize)(escape + 1 - bytes);
                kmsg->held[0] = '\\';
                kmsg->held_len = 1;
                end = NULL;
            }
            if (at - start > kmsg->held_len)
                kmsg->sink(kmsg->data, bytes + start, at - start - kmsg->held_len);
        }
        if (end)
            kmsg->within = kmsg->without = FALSE;
    }
}

void
amr_kmsg_end(AmrKmsg *kmsg)
{
    flush_held(kmsg);
    kmsg->within = kmsg->without = FALSE;
}
