/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/keyfile.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "tui/home.h"

#define FILE_MAX (64 * 1024) /* bytes */

typedef struct {
    TuiKeymap *keymap;
    GPtrArray *wrong;
    GHashTable *key_lines;         /* TuiKey -> line that gave it away */
    guint lines[TUI_ACTION_COUNT]; /* line that gave an action its keys; 0: none did */
    guint line;                    /* the one at hand */
} Reader;

static void G_GNUC_PRINTF(2, 3) say(Reader *reader, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *words = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(reader->wrong, g_strdup_printf("line %u: %s", reader->line, words));
}

/* NONE for a word that gives nothing away, which is told. */
static TuiKey
read_key(Reader *reader, const char *word)
{
    g_autofree char *shown = amr_display_string(word);
    TuiKey key = tui_key_from_name(word);
    guint before = GPOINTER_TO_UINT(g_hash_table_lookup(reader->key_lines, GUINT_TO_POINTER(key)));

    if (key == TUI_KEY_NONE) {
        say(reader, "there is no key \"%s\"", shown);
    } else if (before) {
        const TuiActionInfo *other = tui_action_info(tui_keymap_action(reader->keymap, key));
        say(reader, "the key \"%s\" was given to %s in line %u", shown,
            other ? other->id : "another", before);
        return TUI_KEY_NONE;
    }
    return key;
}

/* Where no word of it is a key, the action keeps those that it has. */
static void
read_keys(Reader *reader, TuiAction action, const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(TuiKey));
    gboolean empty = TRUE;

    for (char **word = words; *word; word++) {
        TuiKey key = **word ? read_key(reader, *word) : TUI_KEY_NONE;
        empty = empty && !**word;
        if (key != TUI_KEY_NONE)
            g_array_append_val(keys, key);
    }
    if (keys->len > 0 || empty)
        tui_keymap_unbind(reader->keymap, action);
    for (guint i = 0; i < keys->len; i++) {
        TuiKey key = g_array_index(keys, TuiKey, i);
        g_hash_table_insert(reader->key_lines, GUINT_TO_POINTER(key),
                            GUINT_TO_POINTER(reader->line));
        tui_keymap_bind(reader->keymap, key, action);
    }
}

static void
read_line(Reader *reader, char *line)
{
    g_autofree char *shown = NULL;
    char *equals = strchr(line, '=');
    char *name;
    TuiAction action;

    if (!equals) {
        shown = amr_display_string(line);
        say(reader, "not \"action = keys\": %s", shown);
        return;
    }
    *equals = '\0';
    name = g_strstrip(line);
    shown = amr_display_string(name);
    action = tui_action_from_id(name);
    if (action == TUI_ACTION_NONE) {
        say(reader, "there is no action \"%s\"", shown);
        return;
    }
    if (reader->lines[action]) {
        say(reader, "%s was given its keys in line %u", shown, reader->lines[action]);
        return;
    }
    reader->lines[action] = reader->line;
    if (tui_keymap_allows(reader->keymap, action)) /* read-only: it has none anyway */
        read_keys(reader, action, equals + 1);
}

/* Without these nobody finds the way out: their own keys come back. */
static void
keep_ways_out(Reader *reader)
{
    static const TuiAction ways[] = {TUI_ACTION_BACK, TUI_ACTION_QUIT};

    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        const TuiActionInfo *info = tui_action_info(ways[i]);
        g_auto(GStrv) words = g_strsplit(info->keys, " ", -1);
        if (tui_keymap_has(reader->keymap, ways[i]))
            continue;
        g_ptr_array_add(reader->wrong, g_strdup_printf("%s needs a key: it keeps its own (%s)",
                                                       info->id, info->keys));
        for (char **word = words; *word; word++)
            tui_keymap_bind(reader->keymap, tui_key_from_name(*word), ways[i]);
    }
}

/* Actions that lost their last key to another's line, and were not given one. */
static void
tell_keyless(Reader *reader)
{
    for (guint i = 1; i < TUI_ACTION_COUNT; i++) {
        const TuiActionInfo *info = tui_action_info((TuiAction)i);
        if (info->keys[0] && !reader->lines[i] && tui_keymap_allows(reader->keymap, (TuiAction)i) &&
            !tui_keymap_has(reader->keymap, (TuiAction)i))
            g_ptr_array_add(reader->wrong,
                            g_strdup_printf("%s has no key any more: %s is another's now", info->id,
                                            info->keys));
    }
}

GPtrArray *
tui_keyfile_apply(TuiKeymap *keymap, const char *text, gsize len)
{
    g_autoptr(GHashTable) key_lines = g_hash_table_new(NULL, NULL);
    Reader reader = {.keymap = keymap,
                     .wrong = g_ptr_array_new_with_free_func(g_free),
                     .key_lines = key_lines};
    g_autofree char *copy = g_strndup(text, len); /* ends at a NUL, too */
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        char *line = g_strstrip(lines[i]);
        reader.line = i + 1;
        if (line[0] != '\0' && line[0] != '#')
            read_line(&reader, line);
    }
    keep_ways_out(&reader);
    tell_keyless(&reader);
    return reader.wrong;
}

GPtrArray *
tui_keyfile_load(TuiKeymap *keymap)
{
    g_autofree char *path = tui_home_config("keys");
    g_autoptr(GError) error = NULL;
    gsize len;
    g_autofree char *text = tui_home_read(path, FILE_MAX, &len, &error);
    GPtrArray *wrong;

    if (text)
        return tui_keyfile_apply(keymap, text, len);
    wrong = g_ptr_array_new_with_free_func(g_free);
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) &&
        !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY))
        g_ptr_array_add(wrong, g_strdup(error->message));
    return wrong;
}
