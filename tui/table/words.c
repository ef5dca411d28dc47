/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/table/words.h"

#include <string.h>

/* ---- spelling ------------------------------------------------------------------------------- */

static char *
escape(const char *value)
{
    GString *word = g_string_new(NULL);

    for (const char *p = value; *p; p++) {
        if (*p == '"')
            g_string_append_c(word, '?');
        else if (strchr("*?[", *p))
            g_string_append_printf(word, "[%c]", *p);
        else
            g_string_append_c(word, *p);
    }
    return g_string_free(word, FALSE);
}

char *
tui_word_spell(const char *key, const char *value, const char *after)
{
    g_autofree char *escaped = escape(value);
    const char *quote = strpbrk(value, " \t\n\v\f\r") ? "\"" : "";

    return g_strconcat(key, ":", quote, escaped, after, quote, NULL);
}

/* ---- completion ----------------------------------------------------------------------------- */

void
tui_words_begin(TuiWords *words, const char *line, gsize from, gsize point)
{
    g_autoptr(GString) typed = g_string_new(NULL);
    gboolean quoted = FALSE;

    words->start = from;
    words->list = g_ptr_array_new();
    for (gsize i = from; i < point; i++) {
        if (g_ascii_isspace(line[i]) && !quoted) {
            words->start = i + 1;
            g_string_truncate(typed, 0);
        } else if (line[i] == '"') {
            quoted = !quoted;
        } else if (line[i] == '!' && words->start == i) {
            words->start++;
        } else {
            g_string_append_c(typed, line[i]);
        }
    }
    words->typed = g_string_free(g_steal_pointer(&typed), FALSE);
}

gboolean
tui_words_has_key(const TuiWords *words, const char *key)
{
    gsize len = strlen(key);
    return strncmp(words->typed, key, len) == 0 && words->typed[len] == ':';
}

void
tui_words_add(TuiWords *words, const char *word)
{
    if (g_str_has_prefix(word, words->typed))
        g_ptr_array_add(words->list, g_strdup(word));
}

void
tui_words_add_value(TuiWords *words, const char *key, const char *value)
{
    g_autofree char *plain = g_strconcat(key, ":", value, NULL);
    g_autofree char *escaped = escape(value);
    g_autofree char *bare = g_strconcat(key, ":", escaped, NULL);

    if (!value[0] || !g_utf8_validate(value, -1, NULL))
        return;
    /* What was completed before has brackets. */
    if (g_str_has_prefix(plain, words->typed) || g_str_has_prefix(bare, words->typed))
        g_ptr_array_add(words->list, tui_word_spell(key, value, ""));
}

static int
compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **
tui_words_end(TuiWords *words, gsize *start)
{
    g_autoptr(GPtrArray) list = g_steal_pointer(&words->list);
    GStrvBuilder *out = g_strv_builder_new();
    char **strings;

    g_ptr_array_set_free_func(list, g_free);
    g_ptr_array_sort(list, compare);
    for (guint i = 0; i < list->len; i++) {
        if (i == 0 || !g_str_equal(list->pdata[i], list->pdata[i - 1]))
            g_strv_builder_add(out, list->pdata[i]);
    }
    strings = g_strv_builder_end(out);
    g_strv_builder_unref(out);
    g_clear_pointer(&words->typed, g_free);
    *start = words->start;
    return strings;
}
