/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/flags.h"

#include <string.h>

#define SEPARATORS ", \t\r\n"

static const char *
mode_of_word(const char *word)
{
    static const char *const modes[] = {"enforce", "complain",      "kill", "unconfined",
                                        "prompt",  "default_allow", NULL};

    for (const char *const *mode = modes; *mode; mode++)
        if (strcmp(word, *mode) == 0)
            return *mode;
    return NULL;
}

const char *
amr_flags_mode(const char *flags)
{
    g_auto(GStrv) words = g_strsplit_set(flags, SEPARATORS, -1);
    const char *mode = NULL;

    for (guint i = 0; words[i] && !mode; i++)
        mode = mode_of_word(words[i]);
    return mode;
}

char *
amr_flags_with_mode(const char *flags, const char *mode)
{
    g_auto(GStrv) words = g_strsplit_set(flags, SEPARATORS, -1);
    GString *out = g_string_new(mode);

    for (guint i = 0; words[i]; i++) {
        if (words[i][0] && !mode_of_word(words[i]))
            g_string_append_printf(out, "%s%s", out->len ? ", " : "", words[i]);
    }
    return g_string_free(out, FALSE);
}

static gsize
back_over_space(const char *data, gsize from, gsize at)
{
    while (at > from && g_ascii_isspace(data[at - 1]))
        at--;
    return at;
}

/* Not over the end of a line: a comment may stand before it. */
static gsize
back_on_line(const char *data, gsize from, gsize at)
{
    while (at > from && (data[at - 1] == ' ' || data[at - 1] == '\t'))
        at--;
    return at;
}

/* Where `flags=(` begins, with the white space before it, or the `(` of old policy. */
static gsize
flags_begin(const char *data, gsize from, gsize at)
{
    static const char word[] = "flags";
    const gsize len = strlen(word);
    gsize sign, end;

    at = back_over_space(data, from, at);
    if (at > from && data[at - 1] == '(')
        at--;
    sign = back_over_space(data, from, at);
    if (sign > from && data[sign - 1] == '=') {
        end = back_over_space(data, from, sign - 1);
        if (end >= from + len && memcmp(data + end - len, word, len) == 0)
            at = end - len;
    }
    return back_on_line(data, from, at);
}

void
amr_flags_append_header(GString *out, const char *data, gsize *at, const AmrScanItem *block,
                        const char *flags)
{
    gsize end = block->flags_at + strlen(block->flags);

    if (block->flags[0] && flags[0]) {
        g_string_append_len(out, data + *at, (gssize)(block->flags_at - *at));
        g_string_append(out, flags);
        *at = end;
    } else if (block->flags[0]) {
        gsize begin = flags_begin(data, *at, block->flags_at);
        g_string_append_len(out, data + *at, (gssize)(begin - *at));
        while (end < block->open && data[end] != ')')
            end++;
        *at = end < block->open ? end + 1 : end;
        if (!g_ascii_isspace(data[*at])) /* or the brace were part of the name */
            g_string_append_c(out, ' ');
    } else if (flags[0]) {
        gboolean comment = memchr(data + block->header, '#', block->open - block->header) != NULL;
        gsize put = comment ? block->open : back_over_space(data, *at, block->open);
        gboolean spaced = put > *at && g_ascii_isspace(data[put - 1]);
        g_string_append_len(out, data + *at, (gssize)(put - *at));
        g_string_append_printf(out, "%sflags=(%s)%s", spaced ? "" : " ", flags,
                               put == block->open ? " " : "");
        *at = put;
    }
}
