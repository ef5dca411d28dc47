/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of rules: tables, lists, keys. */
#include "config.h"

#include <string.h>

#include "tests/unit/reference_private.h"

gboolean
ref_look_up(const Word *table, const char *word, guint64 *value)
{
    for (; table->word; table++) {
        if (strcmp(table->word, word) == 0) {
            *value = table->value;
            return TRUE;
        }
    }
    return FALSE;
}

/* "(a, b c)", "a" or quoted ones: its words, without quotes. */
char **
ref_list_of(const char *text)
{
    GPtrArray *out = g_ptr_array_new();
    g_autoptr(GString) word = g_string_new(NULL);
    gboolean quoted = FALSE;
    guint braces = 0;

    for (;; text++) {
        if (*text == '\\' && text[1]) {
            g_string_append_len(word, text++, 2);
            continue;
        }
        gboolean parts = !*text || (!quoted && !braces && strchr("(), \t\n", *text));
        quoted ^= *text == '"';
        braces += *text == '{';
        braces -= *text == '}' && braces;
        if (!parts && *text != '"')
            g_string_append_c(word, *text);
        if (parts && word->len) {
            g_ptr_array_add(out, g_strdup(word->str));
            g_string_truncate(word, 0);
        }
        if (!*text)
            break;
    }
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_free(out, FALSE);
}

gboolean
ref_all_of(const Word *table, const char *text, guint32 *set)
{
    g_auto(GStrv) list = ref_list_of(text);

    for (char **at = list; *at; at++) {
        guint64 value;
        if (!ref_look_up(table, *at, &value))
            return FALSE;
        *set |= (guint32)value;
    }
    return TRUE;
}

/* The value of "key=value"; NULL if it is another key. */
const char *
ref_value_of(const char *word, const char *key)
{
    return g_str_has_prefix(word, key) && word[strlen(key)] == '=' ? word + strlen(key) + 1 : NULL;
}
