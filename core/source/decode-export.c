/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal's export format (systemd.io, Journal Export Formats): an entry is lines NAME=value,
 * or NAME alone, then the value's length as 64 bits little-endian, the value and a newline; an
 * empty line ends it.
 */
#include "config.h"

#include <string.h>

#include "core/source/decode-private.h"

typedef enum {
    NAME,
    TEXT,   /* a value up to the newline */
    LENGTH, /* the eight bytes of a binary value's length */
    BINARY,
    AFTER, /* the newline after a binary value */
    SKIP,  /* a line that is none of the form */
} State;

enum {
    NAME_MAX_LEN = 64 /* of a field, by the journal's own rule */
};
/* The journal takes no field that is larger (DATA_SIZE_MAX). */
#define VALUE_MAX (G_GUINT64_CONSTANT(768) << 20)

struct AmrExport {
    AmrEntry *entry;
    State state;
    char name[NAME_MAX_LEN];
    gsize name_len;
    guint64 left;
    guint digits; /* bytes of the length so far */
};

AmrExport *
amr_export_new(AmrEntry *entry)
{
    AmrExport *export = g_new0(AmrExport, 1);
    export->entry = entry;
    return export;
}

void
amr_export_free(AmrExport *export)
{
    g_free(export);
}

/* What stands where no entry can go on: forgets the entry, and begins anew at the next line. */
static void
broken(AmrExport *export)
{
    export->entry->any = TRUE;
    amr_entry_drop(export->entry);
    export->state = SKIP;
}

static void
take_name(AmrExport *export, char c)
{
    if (c == '\n' && export->name_len == 0) {
        amr_entry_finish(export->entry);
    } else if ((c == '=' || c == '\n') && export->name_len > 0) {
        amr_entry_begin(export->entry, export->name, export->name_len);
        export->state = c == '=' ? TEXT : LENGTH;
        export->left = export->digits = 0;
        export->name_len = 0;
    } else if (export->name_len < NAME_MAX_LEN &&
               (g_ascii_isupper(c) || c == '_' || g_ascii_isdigit(c))) {
        export->name[export->name_len++] = c;
    } else {
        export->name_len = 0;
        broken(export);
        if (c == '\n')
            export->state = NAME;
    }
}

static void
take_length(AmrExport *export, char c)
{
    export->left |= (guint64)(guchar)c << (8 * export->digits);
    if (++export->digits < 8)
        return;
    if (export->left > VALUE_MAX)
        broken(export);
    else
        export->state = export->left > 0 ? BINARY : AFTER;
}

/* One piece of @bytes; how many were taken. */
static gsize
take(AmrExport *export, const char *bytes, gsize size)
{
    const char *newline;
    gsize n = 1;

    switch (export->state) {
    case NAME:
        take_name(export, *bytes);
        break;
    case LENGTH:
        take_length(export, *bytes);
        break;
    case BINARY:
        n = (gsize)MIN((guint64)size, export->left);
        amr_entry_add(export->entry, bytes, n);
        export->left -= n;
        if (export->left == 0)
            export->state = AFTER;
        break;
    case AFTER:
        amr_entry_end(export->entry);
        export->state = NAME;
        if (*bytes != '\n')
            broken(export);
        break;
    case TEXT:
    case SKIP:
        newline = memchr(bytes, '\n', size);
        n = newline ? (gsize)(newline - bytes) : size;
        if (export->state == TEXT)
            amr_entry_add(export->entry, bytes, n);
        if (newline) {
            if (export->state == TEXT)
                amr_entry_end(export->entry);
            export->state = NAME;
            n++;
        }
        break;
    }
    return n;
}

void
amr_export_feed(AmrExport *export, const char *bytes, gsize size)
{
    while (size > 0) {
        const gsize n = take(export, bytes, size);
        bytes += n;
        size -= n;
    }
}

/* An entry ends with an empty line, so one without is not known to be whole. */
void
amr_export_end(AmrExport *export)
{
    amr_entry_drop(export->entry);
    export->state = NAME;
    export->name_len = 0;
}
