/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/action.h"

#include <string.h>

static const TuiActionInfo actions[] = {{NULL, NULL, NULL, NULL, 0},
#define ACTION_ROW(name, id, keys, label, help, flags) {id, keys, label, help, flags},
                                        TUI_ACTIONS(ACTION_ROW)
#undef ACTION_ROW
};

typedef struct {
    TuiKey key;
    TuiAction action;
} Binding;

struct TuiKeymap {
    gboolean read_only;
    GArray *bindings; /* Binding, in the order of the table */
};

const TuiActionInfo *
tui_action_info(TuiAction action)
{
    return action > TUI_ACTION_NONE && action < TUI_ACTION_COUNT ? &actions[action] : NULL;
}

TuiAction
tui_action_from_id(const char *id)
{
    for (guint i = 1; i < TUI_ACTION_COUNT; i++) {
        if (strcmp(actions[i].id, id) == 0)
            return (TuiAction)i;
    }
    return TUI_ACTION_NONE;
}

gboolean
tui_keymap_allows(const TuiKeymap *keymap, TuiAction action)
{
    const TuiActionInfo *info = tui_action_info(action);
    return info && !(keymap->read_only && (info->flags & TUI_ACTION_WRITES));
}

TuiKeymap *
tui_keymap_new(gboolean read_only)
{
    TuiKeymap *keymap = g_new0(TuiKeymap, 1);
    keymap->read_only = read_only;
    keymap->bindings = g_array_new(FALSE, FALSE, sizeof(Binding));
    for (guint i = 1; i < TUI_ACTION_COUNT; i++) {
        if (!tui_keymap_allows(keymap, (TuiAction)i))
            continue;
        g_auto(GStrv) names = g_strsplit(actions[i].keys, " ", -1);
        for (char **name = names; *name; name++) {
            Binding binding = {tui_key_from_name(*name), (TuiAction)i};
            g_array_append_val(keymap->bindings, binding);
        }
    }
    return keymap;
}

void
tui_keymap_free(TuiKeymap *keymap)
{
    if (!keymap)
        return;
    g_array_unref(keymap->bindings);
    g_free(keymap);
}

void
tui_keymap_bind(TuiKeymap *keymap, TuiKey key, TuiAction action)
{
    Binding binding = {key, action};
    for (guint i = keymap->bindings->len; i > 0; i--) {
        if (g_array_index(keymap->bindings, Binding, i - 1).key == key)
            g_array_remove_index(keymap->bindings, i - 1);
    }
    g_array_append_val(keymap->bindings, binding);
}

void
tui_keymap_unbind(TuiKeymap *keymap, TuiAction action)
{
    for (guint i = keymap->bindings->len; i > 0; i--) {
        if (g_array_index(keymap->bindings, Binding, i - 1).action == action)
            g_array_remove_index(keymap->bindings, i - 1);
    }
}

TuiAction
tui_keymap_action(const TuiKeymap *keymap, TuiKey key)
{
    for (guint i = 0; i < keymap->bindings->len; i++) {
        const Binding *binding = &g_array_index(keymap->bindings, Binding, i);
        if (binding->key == key)
            return binding->action;
    }
    return TUI_ACTION_NONE;
}

gboolean
tui_keymap_has(const TuiKeymap *keymap, TuiAction action)
{
    for (guint i = 0; i < keymap->bindings->len; i++) {
        if (g_array_index(keymap->bindings, Binding, i).action == action)
            return TRUE;
    }
    return FALSE;
}

char *
tui_keymap_show(const TuiKeymap *keymap, TuiAction action, gboolean all)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < keymap->bindings->len; i++) {
        const Binding *binding = &g_array_index(keymap->bindings, Binding, i);
        if (binding->action != action || (text->len > 0 && !all))
            continue;
        g_autofree char *key = tui_key_show(binding->key);
        if (text->len > 0)
            g_string_append_c(text, ' ');
        g_string_append(text, key);
    }
    return g_string_free(text, FALSE);
}
