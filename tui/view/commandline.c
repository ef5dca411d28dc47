/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/commandline.h"

#include <string.h>

#include "core/denial/filter.h"
#include "tui/home.h"
#include "tui/table/words.h"
#include "tui/view/screen_private.h"

#define HISTORY "commands" /* the file's name */

/* ---- reading -------------------------------------------------------------------------------- */

static TuiAction
named(const TuiKeymap *keymap, const char *name)
{
    TuiAction action = tui_action_from_id(name);
    return tui_keymap_allows(keymap, action) ? action : TUI_ACTION_NONE;
}

/* The only action whose name begins so. */
static TuiAction
begun(const TuiKeymap *keymap, const char *name)
{
    TuiAction found = TUI_ACTION_NONE;
    for (guint i = 1; i < TUI_ACTION_COUNT; i++) {
        const TuiActionInfo *info = tui_action_info((TuiAction)i);
        if (!g_str_has_prefix(info->id, name) || !tui_keymap_allows(keymap, (TuiAction)i) ||
            (info->flags & TUI_ACTION_WRITES))
            continue;
        if (found != TUI_ACTION_NONE)
            return TUI_ACTION_NONE;
        found = (TuiAction)i;
    }
    return found;
}

TuiAction
tui_commandline_read(const TuiKeymap *keymap, const char *line, char **argument, char **why)
{
    g_autofree char *text = g_strstrip(g_strdup(line));
    g_autofree char *joined = g_strdelimit(g_strdup(text), " ", '-');
    g_autofree char *name = g_strndup(text, strcspn(text, " "));
    const char *rest = text + strlen(name);
    g_autofree char *shown = amr_display_string(name);
    TuiAction action = named(keymap, joined); /* "sort count" is sort-count */

    *argument = *why = NULL;
    if (action != TUI_ACTION_NONE || name[0] == '\0')
        return action;
    action = named(keymap, name);
    if (action == TUI_ACTION_NONE)
        action = begun(keymap, name);
    if (action == TUI_ACTION_NONE)
        *why = g_strdup_printf("There is no command \"%s\"; Tab completes, help lists them", shown);
    else if (*(rest += strspn(rest, " ")))
        *argument = g_strdup(rest);
    return action;
}

/* ---- completion ----------------------------------------------------------------------------- */

static void
add_profiles(TuiWords *words, const AmrSession *session)
{
    guint n = session->loaded ? amr_loaded_count(session->loaded) : 0;
    for (guint i = 0; i < n; i++)
        tui_words_add_value(words, "profile", amr_loaded_profile(session->loaded, i)->name);
    n = session->index ? amr_index_count(session->index) : 0;
    for (guint i = 0; i < n; i++)
        tui_words_add_value(words, "profile", amr_index_block(session->index, i)->name);
}

#define LATEST 4096 /* denials that values are taken from: a millisecond or two */

/* A path as far as the directory behind what was typed: one step at a time. */
static void
add_value(TuiWords *words, GHashTable *seen, AmrFilterKey key, AmrBytes bytes)
{
    const char *word = amr_filter_key_word(key);
    gsize typed = strlen(words->typed) - strlen(word) - 1;

    if (!bytes.data || bytes.len == 0 || memchr(bytes.data, '\0', bytes.len))
        return;
    g_autofree char *value = amr_bytes_dup(bytes);
    char *slash =
        key == AMR_FILTER_KEY_PATH && strlen(value) > typed ? strchr(value + typed, '/') : NULL;
    if (slash)
        slash[1] = '\0';
    if (g_hash_table_add(seen, g_strdup(value)))
        tui_words_add_value(words, word, value);
}

/* What the denials that came last have there. */
static void
add_seen(TuiWords *words, const AmrSession *session)
{
    static const struct {
        AmrFilterKey key;
        AmrField field;
    } fields[] = {
        {AMR_FILTER_KEY_PROFILE, AMR_FIELD_PROFILE},  {AMR_FILTER_KEY_OP, AMR_FIELD_OPERATION},
        {AMR_FILTER_KEY_PATH, AMR_FIELD_NAME},        {AMR_FILTER_KEY_COMM, AMR_FIELD_COMM},
        {AMR_FILTER_KEY_MASK, AMR_FIELD_DENIED_MASK}, {AMR_FILTER_KEY_UID, AMR_FIELD_FSUID},
        {AMR_FILTER_KEY_HOST, AMR_FIELD_NODE},        {AMR_FILTER_KEY_HOST, AMR_FIELD_HOSTNAME},
    };
    AmrDenialId newest = amr_store_newest(session->store);

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        if (!tui_words_has_key(words, amr_filter_key_word(fields[i].key)))
            continue;
        for (AmrDenialId id = newest; id > 0 && newest - id < LATEST; id--) {
            AmrEvent event;
            if (!amr_store_event(session->store, id, &event))
                continue;
            g_autofree char *uid =
                event.has_fsuid ? g_strdup_printf("%" G_GUINT32_FORMAT, event.fsuid) : NULL;
            const gboolean is_uid = fields[i].key == AMR_FILTER_KEY_UID; /* kept as a number */
            add_value(words, seen, fields[i].key,
                      is_uid ? amr_bytes(uid) : event.field[fields[i].field]);
        }
    }
}

/* Words that there are always. */
static void
add_fixed(TuiWords *words)
{
    static const char *const fixed[] = {"verdict:denied", "verdict:allowed", "verdict:audit",
                                        "verdict:killed", "state:new",       "state:proposed",
                                        "state:fixed",    "state:came-back", "state:ignored",
                                        "since:10m",      "since:1h",        "since:1d"};
    for (gsize i = 0; strchr(words->typed, ':') && i < G_N_ELEMENTS(fixed); i++)
        tui_words_add(words, fixed[i]);
}

char **
tui_complete_filter(const AmrSession *session, const char *line, gsize from, gsize point,
                    gsize *start)
{
    TuiWords words;

    tui_words_begin(&words, line, from, point);
    gboolean keyed = strchr(words.typed, ':') != NULL;
    for (guint i = 1; !keyed && i < AMR_FILTER_KEY_COUNT; i++) {
        g_autofree char *key = g_strconcat(amr_filter_key_word((AmrFilterKey)i), ":", NULL);
        tui_words_add(&words, key);
    }
    for (guint i = 1; keyed && i < AMR_CLASS_COUNT; i++)
        tui_words_add_value(&words, "class", amr_class_word((AmrClass)i));
    if (keyed)
        add_profiles(&words, session);
    add_seen(&words, session);
    add_fixed(&words);
    return tui_words_end(&words, start);
}

static char **
complete_argument(TuiScreen *screen, const char *name, const char *line, gsize from, gsize point,
                  gsize *start)
{
    TuiView *top = tui_screen_top(screen);
    g_autofree char *family = g_strconcat(name, "-", NULL);
    TuiWords words;

    if (g_str_equal(name, "filter"))
        return top->class->complete ? top->class->complete(top, line, from, point, start) : NULL;
    tui_words_begin(&words, line, from, point);
    if (g_str_equal(name, "theme")) {
        g_auto(GStrv) themes = tui_theme_list();
        for (guint i = 0; themes[i]; i++)
            tui_words_add(&words, themes[i]);
    }
    for (guint i = 1; i < TUI_ACTION_COUNT; i++) {
        const char *id = tui_action_info((TuiAction)i)->id;
        if (g_str_has_prefix(id, family) && tui_keymap_allows(screen->keymap, (TuiAction)i))
            tui_words_add(&words, id + strlen(family));
    }
    return tui_words_end(&words, start);
}

char **
tui_commandline_complete(const char *line, gsize point, gsize *start, gpointer data)
{
    TuiScreen *screen = data;
    gsize from = strspn(line, " "), end = from + strcspn(line + from, " ");
    TuiWords words;

    if (point > end) {
        g_autofree char *name = g_strndup(line + from, end - from);
        from = end + strspn(line + end, " ");
        return complete_argument(screen, name, line, MIN(from, point), point, start);
    }
    tui_words_begin(&words, line, MIN(from, point), point);
    for (guint i = 1; i < TUI_ACTION_COUNT; i++) {
        if (tui_keymap_allows(screen->keymap, (TuiAction)i))
            tui_words_add(&words, tui_action_info((TuiAction)i)->id);
    }
    return tui_words_end(&words, start);
}

/* ---- doing ---------------------------------------------------------------------------------- */

/* What is typed means, as one types. */
static void
on_changed(const char *line, gpointer data)
{
    TuiScreen *screen = data;
    g_autofree char *argument = NULL, *why = NULL;
    TuiAction action = tui_commandline_read(screen->keymap, line, &argument, &why);

    if (action != TUI_ACTION_NONE)
        tui_ask_note(screen->ask, TUI_ROLE_QUIET, tui_action_info(action)->help);
}

static void
on_done(const char *line, gpointer data)
{
    TuiScreen *screen = data;
    g_autofree char *argument = NULL, *why = NULL;
    TuiAction action;

    if (!line)
        return;
    tui_home_remember(HISTORY, line);
    action = tui_commandline_read(screen->keymap, line, &argument, &why);
    if (why)
        tui_screen_say(screen, TUI_ROLE_WARNING, "%s", why);
    tui_screen_do_with(screen, action, argument);
}

void
tui_commandline_open(TuiScreen *screen)
{
    if (!screen->commands)
        screen->commands = tui_home_history(HISTORY);
    TuiAskOptions options = {.label = ":",
                             .history = screen->commands,
                             .complete = tui_commandline_complete,
                             .changed = on_changed,
                             .done = on_done,
                             .data = screen};
    tui_ask_open(screen->ask, &options);
}
