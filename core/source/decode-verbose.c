/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * journalctl -o verbose (output_verbose() of systemd's logs-show.c; tried with 252). An entry is a
 * line "Mon 2026-11-23 02:08:57.272000 UTC [s=...;t=660e81391fd0b;...]", whose t is when it was
 * written, in hexadecimal microseconds, then a line "    NAME=value" for each field. A value goes
 * on in lines that stand below its first byte, so always further in than a name does: no text of a
 * message can pass for a field. What does not print is "[2.3K blob data]".
 */
#include "config.h"

#include <string.h>

#include "core/source/decode-private.h"

typedef enum {
    START, /* of a line: counting its blanks */
    HEAD,  /* what stands at the margin */
    NAME,
    VALUE,
    SKIP, /* a line that belongs to no entry */
} State;

enum {
    MARGIN = 4, /* of a field's name */
    NAME_MAX_LEN = 64,
    HEAD_MAX_LEN = 512,
    BLOB_MAX_LEN = 32,
};

struct AmrVerbose {
    AmrEntry *entry;
    State state;
    gsize blanks;
    gsize indent;            /* where the field's value stands; 0: no field */
    gboolean inside;         /* a head was there */
    char text[HEAD_MAX_LEN]; /* of the head, or the name */
    gsize len;
    char start[BLOB_MAX_LEN]; /* of the value; what was not given yet */
    gsize start_len;
};

AmrVerbose *
amr_verbose_new(AmrEntry *entry)
{
    AmrVerbose *verbose = g_new0(AmrVerbose, 1);
    verbose->entry = entry;
    return verbose;
}

void
amr_verbose_free(AmrVerbose *verbose)
{
    g_free(verbose);
}

/* ---- values ---------------------------------------------------------------------------------- */

/* "[57B blob data]", and nothing else. */
static gboolean
is_blob(const char *text, gsize len)
{
    static const char end[] = " blob data]";
    return len > strlen(end) + 1 && text[0] == '[' && g_ascii_isdigit(text[1]) &&
           memcmp(text + len - strlen(end), end, strlen(end)) == 0;
}

/* The start of a value is held until it is known to be more than a note that it was left out. */
static void
give_start(AmrVerbose *verbose)
{
    amr_entry_add(verbose->entry, verbose->start, verbose->start_len);
    verbose->start_len = 0;
}

static void
add_value(AmrVerbose *verbose, const char *bytes, gsize size, gboolean first_line)
{
    if (first_line && size <= BLOB_MAX_LEN - verbose->start_len) {
        memcpy(verbose->start + verbose->start_len, bytes, size);
        verbose->start_len += size;
        return;
    }
    give_start(verbose);
    amr_entry_add(verbose->entry, bytes, size);
}

static void
end_value(AmrVerbose *verbose)
{
    if (verbose->indent == 0)
        return;
    if (is_blob(verbose->start, verbose->start_len))
        amr_entry_left_out(verbose->entry);
    else
        give_start(verbose);
    amr_entry_end(verbose->entry);
    verbose->start_len = 0;
    verbose->indent = 0;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* The time that the head's cursor tells. */
static void
take_time(AmrVerbose *verbose)
{
    static const char name[] = "__REALTIME_TIMESTAMP";
    const char *cursor = g_strstr_len(verbose->text, (gssize)verbose->len, " [s=");
    const char *at = cursor ? strstr(cursor, ";t=") : NULL;
    g_autofree char *decimal = NULL;

    amr_entry_begin(verbose->entry, name, strlen(name));
    if (at) {
        decimal =
            g_strdup_printf("%" G_GUINT64_FORMAT, g_ascii_strtoull(at + strlen(";t="), NULL, 16));
        amr_entry_add(verbose->entry, decimal, strlen(decimal));
    }
    amr_entry_end(verbose->entry);
}

/* A line at the margin ends the entry before it; "-- Boot ... --" and the like begin none. */
static void
end_head(AmrVerbose *verbose)
{
    end_value(verbose);
    amr_entry_finish(verbose->entry);
    verbose->text[MIN(verbose->len, sizeof verbose->text - 1)] = '\0';
    verbose->inside = verbose->len > 0 &&
                      g_strstr_len(verbose->text, (gssize)verbose->len, " [s=") &&
                      verbose->text[verbose->len - 1] == ']';
    if (verbose->inside)
        take_time(verbose);
    verbose->len = 0;
    verbose->state = START;
}

/* The first byte of a line that is none of its blanks. */
static void
begin_line(AmrVerbose *verbose)
{
    verbose->len = 0;
    if (verbose->blanks == 0) {
        verbose->state = HEAD;
    } else if (!verbose->inside) {
        verbose->state = SKIP;
    } else if (verbose->blanks == MARGIN) {
        end_value(verbose);
        verbose->state = NAME;
    } else if (verbose->indent > 0) {
        add_value(verbose, "\n", 1, FALSE);
        for (; verbose->blanks > verbose->indent; verbose->blanks--)
            add_value(verbose, " ", 1, FALSE);
        verbose->state = VALUE;
    } else {
        verbose->state = SKIP;
    }
}

static void
take_name(AmrVerbose *verbose, char c)
{
    if (c == '=' && verbose->len > 0) {
        amr_entry_begin(verbose->entry, verbose->text, verbose->len);
        verbose->indent = MARGIN + verbose->len + 1;
        verbose->state = VALUE;
    } else if (c == '\n') {
        verbose->state = START;
        verbose->blanks = 0;
    } else if (verbose->len < NAME_MAX_LEN &&
               (g_ascii_isupper(c) || c == '_' || g_ascii_isdigit(c))) {
        verbose->text[verbose->len++] = c;
    } else {
        verbose->state = SKIP;
    }
}

static void
add_head(AmrVerbose *verbose, const char *bytes, gsize size)
{
    size = MIN(size, sizeof verbose->text - 1 - verbose->len);
    memcpy(verbose->text + verbose->len, bytes, size);
    verbose->len += size;
}

/* The rest of a line, or a piece of it; how many bytes were taken. */
static gsize
take_rest(AmrVerbose *verbose, const char *bytes, gsize size)
{
    const char *newline = memchr(bytes, '\n', size);
    const gsize n = newline ? (gsize)(newline - bytes) : size;

    if (verbose->state == HEAD)
        add_head(verbose, bytes, n);
    else if (verbose->state == VALUE)
        add_value(verbose, bytes, n, verbose->blanks <= MARGIN);
    if (!newline)
        return n;
    if (verbose->state == HEAD)
        end_head(verbose);
    verbose->state = START;
    verbose->blanks = 0;
    return n + 1;
}

void
amr_verbose_feed(AmrVerbose *verbose, const char *bytes, gsize size)
{
    while (size > 0) {
        gsize n = 1;
        if (verbose->state == START && *bytes == ' ')
            verbose->blanks++;
        else if (verbose->state == START && *bytes == '\n' && verbose->blanks == 0)
            n = 1; /* an empty line says nothing */
        else if (verbose->state == START) {
            begin_line(verbose);
            n = 0;
        } else if (verbose->state == NAME) {
            take_name(verbose, *bytes);
        } else {
            n = take_rest(verbose, bytes, size);
        }
        bytes += n;
        size -= n;
    }
}

/* The last entry has no end of its own: it is whole if its last line is. */
void
amr_verbose_end(AmrVerbose *verbose)
{
    if (verbose->state == START && verbose->blanks == 0) {
        end_value(verbose);
        amr_entry_finish(verbose->entry);
    } else {
        amr_entry_drop(verbose->entry);
    }
    verbose->state = START;
    verbose->inside = FALSE;
    verbose->indent = verbose->blanks = verbose->len = verbose->start_len = 0;
}
