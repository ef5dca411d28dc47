/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/pathmaker.h"

#include <stdlib.h>
#include <string.h>

/* The same for the same text and number. */
static guint64
mixed(const char *text, guint n)
{
    guint64 x = g_str_hash(text) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15) + n + 1;
    x ^= x >> 30;
    x *= G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static char *
letters(const char *text, guint n, const char *set, gsize len)
{
    GString *out = g_string_new(NULL);
    gsize of = strlen(set);
    guint64 bits = 0;
    for (gsize i = 0; i < len; i++) {
        if (i % 8 == 0)
            bits = mixed(text, n * 64 + (guint)i);
        g_string_append_c(out, set[bits % of]);
        bits /= of;
    }
    return g_string_free(out, FALSE);
}

#define SMALL "abcdefghijklmnopqrstuvwxyz"

static char *
made(const char *inner, const char *before, guint n)
{
    g_autofree char *here = g_strconcat(inner, before, NULL);
    if (g_str_has_prefix(inner, "hex"))
        return letters(here, n, "0123456789abcdef", (gsize)atoi(inner + 3));
    if (g_str_has_prefix(inner, "word"))
        return letters(inner, n, SMALL, 4 + mixed(inner, n) % 6);
    if (g_str_has_prefix(inner, "own"))
        return letters(here, n, SMALL, 4 + mixed(here, n) % 6);
    return letters(here, n, SMALL "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 8);
}

/* What stands between the brackets, behind @before. */
static GPtrArray *
values_of(const char *inner, const char *before)
{
    GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
    const char *star = strchr(inner, '*');
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    if (g_ascii_isdigit(*inner) && strchr(inner, '-')) {
        for (int i = atoi(inner); i <= atoi(strchr(inner, '-') + 1); i++)
            g_ptr_array_add(values, g_strdup_printf("%d", i));
    } else if (star) {
        guint want = (guint)atoi(star + 1);
        for (guint n = 0; values->len < want; n++) {
            char *value = made(inner, before, n);
            if (g_hash_table_contains(seen, value)) {
                g_free(value);
                continue;
            }
            g_hash_table_add(seen, value);
            g_ptr_array_add(values, value);
        }
    } else {
        g_auto(GStrv) words = g_strsplit(inner, ",", -1);
        for (char **word = words; *word; word++)
            g_ptr_array_add(values, g_strdup(*word));
    }
    return values;
}

void
pathmaker_add(GPtrArray *paths, const char *spec)
{
    const char *open = strchr(spec, '<'), *close = open ? strchr(open, '>') : NULL;
    if (!close) {
        g_ptr_array_add(paths, g_strdup(spec));
        return;
    }
    g_autofree char *inner = g_strndup(open + 1, (gsize)(close - open) - 1);
    g_autofree char *before = g_strndup(spec, (gsize)(open - spec));
    g_autoptr(GPtrArray) values = values_of(inner, before);
    for (guint i = 0; i < values->len; i++) {
        g_autofree char *filled = g_strdup_printf("%.*s%s%s", (int)(open - spec), spec,
                                                  (char *)values->pdata[i], close + 1);
        pathmaker_add(paths, filled);
    }
}

void
pathmaker_accesses(GPtrArray *paths, GArray *accesses, const char *spec)
{
    static const struct {
        char letter;
        guint access;
    } letters_of[] = {{'r', AMR_ACCESS_READ}, {'w', AMR_ACCESS_WRITE}, {'a', AMR_ACCESS_APPEND},
                      {'k', AMR_ACCESS_LOCK}, {'l', AMR_ACCESS_LINK},  {'m', AMR_ACCESS_MMAP}};
    AmrClusterAccess access = {.owner = g_str_has_prefix(spec, "owner ")};
    const char *at = access.owner ? spec + strlen("owner ") : spec;
    guint from = paths->len;

    for (; *at != ' '; at++) {
        if (*at == 'x')
            access.exec = AMR_EXEC_IX;
        for (gsize i = 0; i < G_N_ELEMENTS(letters_of); i++)
            if (letters_of[i].letter == *at)
                access.access |= letters_of[i].access;
    }
    pathmaker_add(paths, at + 1);
    for (guint i = from; i < paths->len; i++) {
        access.path = amr_bytes(paths->pdata[i]);
        g_array_append_val(accesses, access);
    }
}
