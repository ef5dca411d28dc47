/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a record as it is played again. */
#include "config.h"

#include "core/source/replay.h"

#include <string.h>

#include "core/log/record.h"

/* Puts "audit(SECONDS.MILLIS" @shift later. */
static void
append_shifted(GString *out, const char *text, gsize len, gint64 shift)
{
    static const char key[] = "audit(";
    const char *at = shift ? g_strstr_len(text, (gssize)len, key) : NULL;
    const char *end = text + len;
    guint64 seconds = 0, millis = 0;
    const char *digits, *dot;

    if (at) {
        digits = at += strlen(key);
        for (; at < end && g_ascii_isdigit(*at) && at - digits < 12; at++)
            seconds = seconds * 10 + (guint64)(*at - '0');
        dot = at;
        if (end - dot > 4 && *dot == '.' && g_ascii_isdigit(dot[1]) && g_ascii_isdigit(dot[2]) &&
            g_ascii_isdigit(dot[3]) && dot > digits) {
            millis = (guint64)((dot[1] - '0') * 100 + (dot[2] - '0') * 10 + (dot[3] - '0'));
            millis += seconds * 1000 + (guint64)shift;
            g_string_append_len(out, text, digits - text);
            g_string_append_printf(out, "%" G_GUINT64_FORMAT ".%03u", millis / 1000,
                                   (guint)(millis % 1000));
            text = dot + 4;
            len = (gsize)(end - text);
        }
    }
    g_string_append_len(out, text, (gssize)len);
}

/* Where the verdict's word stands; FALSE where a number in the type says it. */
static gboolean
find_verdict(const AmrRecord *record, const char *text, AmrSpan *word)
{
    static const char key[] = "apparmor=\"";
    const char *body = text + record->head.body.off;
    const char *at = g_strstr_len(body, (gssize)record->head.body.len, key);
    const char *end;

    if (!at)
        return FALSE;
    at += strlen(key);
    end = memchr(at, '"', (gsize)(body + record->head.body.len - at));
    if (!end)
        return FALSE;
    *word = (AmrSpan){(uint32_t)(at - text), (uint32_t)(end - at)};
    return TRUE;
}

char *
amr_replay_text(const char *text, gsize len, gint64 shift, AmrVerdict verdict, gsize profile)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GString) edited = g_string_new(NULL);
    AmrRecord record;
    AmrSpan word = {0, 0}, name = {0, 0};
    gsize done = 0;

    if (amr_record_slice(&record, text, (AmrSpan){0, (uint32_t)len})) {
        if (profile > 0 && amr_record_has(&record, AMR_FIELD_PROFILE)) {
            name = record.field[AMR_FIELD_PROFILE];
            if (!(record.quoted >> AMR_FIELD_PROFILE & 1))
                profile *= 2; /* hex */
        }
        if (verdict != AMR_VERDICT_UNKNOWN && find_verdict(&record, text, &word)) {
            g_string_append_len(edited, text, word.off);
            g_string_append(edited, amr_verdict_word(verdict));
            done = word.off + word.len;
        }
        if (name.len > profile && name.off >= done) {
            g_string_append_len(edited, text + done, (gssize)(name.off + profile - done));
            done = name.off + name.len;
        }
    }
    g_string_append_len(edited, text + done, (gssize)(len - done));
    append_shifted(out, edited->str, edited->len, shift);
    return g_string_free(g_steal_pointer(&out), FALSE);
}
