/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/help.h"

#include <string.h>

#include "tui/widget/flow.h"

#define SEARCH_MAX 40 /* bytes */

typedef struct {
    TuiView view;
    TuiFlow *flow;
    GString *search;
} Help;

static gboolean
wanted(const Help *view, const char *keys, const TuiActionInfo *info)
{
    g_autofree char *line = g_strdup_printf("%s %s %s", keys, info->id, info->help);
    g_autofree char *folded = g_utf8_casefold(line, -1);
    g_autofree char *needle = g_utf8_casefold(view->search->str, -1);
    return strstr(folded, needle) != NULL;
}

static void
fill(Help *view)
{
    const TuiKeymap *keymap = tui_screen_keymap(view->view.screen);
    guint found = 0;

    tui_flow_clear(view->flow);
    for (guint i = 1; i < TUI_ACTION_COUNT; i++) {
        const TuiActionInfo *info = tui_action_info((TuiAction)i);
        g_autofree char *keys = tui_keymap_show(keymap, (TuiAction)i, TRUE);
        if (!keys[0] || !wanted(view, keys, info))
            continue;
        tui_flow_add_field(view->flow, keys, TUI_ROLE_TEXT, info->help);
        found++;
    }
    if (found == 0)
        tui_flow_add(view->flow, TUI_ROLE_WARNING, "No key for that.");
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    Help *view = (Help *)base;
    TuiRect body = {rect.x, rect.y + 1, rect.width, rect.height - 1};
    int x = tui_canvas_put(canvas, rect, 0, 0, "Search: ", TUI_ROLE_TITLE);

    x = tui_canvas_put(canvas, rect, x, 0, view->search->str, TUI_ROLE_TEXT);
    tui_canvas_set_cursor(canvas, rect.x + MIN(x, rect.width - 1), rect.y);
    fill(view);
    tui_flow_draw(view->flow, canvas, body);
}

static TuiStale
key(TuiView *base, TuiKey pressed)
{
    Help *view = (Help *)base;
    char text[7] = "";

    if (pressed == TUI_KEY_BACKSPACE && view->search->len > 0) {
        const char *last = g_utf8_prev_char(view->search->str + view->search->len);
        g_string_truncate(view->search, (gsize)(last - view->search->str));
        return TUI_STALE_VIEW;
    }
    if (pressed == TUI_KEY_ESCAPE && view->search->len > 0) {
        g_string_truncate(view->search, 0);
        return TUI_STALE_VIEW;
    }
    if (pressed == TUI_KEY_ENTER)
        return TUI_STALE_VIEW;
    if (pressed >= TUI_KEY_NAMED || !g_unichar_isprint(pressed) || tui_char_width(pressed) == 0)
        return TUI_STALE_FOREIGN;
    text[g_unichar_to_utf8(pressed, text)] = '\0';
    if (view->search->len + strlen(text) <= SEARCH_MAX)
        g_string_append(view->search, text);
    return TUI_STALE_VIEW;
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    if (tui_flow_act(((Help *)base)->flow, action))
        return TUI_STALE_VIEW;
    if (action == TUI_ACTION_BACK || action == TUI_ACTION_HELP)
        return TUI_STALE_CLOSED;
    return TUI_STALE_FOREIGN;
}

static void
hints(const TuiView *base, GArray *out)
{
    static const TuiHint list[] = {{TUI_ACTION_BACK, NULL}, {TUI_ACTION_DOWN, "scroll"}};
    g_array_append_vals(out, list, G_N_ELEMENTS(list));
}

static void
help_free(TuiView *base)
{
    Help *view = (Help *)base;
    tui_flow_free(view->flow);
    g_string_free(view->search, TRUE);
    g_free(view);
}

static const TuiViewClass class = {
    .title = "Help",
    .draw = draw,
    .key = key,
    .act = act,
    .hints = hints,
    .free = help_free,
};

TuiView *
tui_help_new(TuiScreen *screen)
{
    Help *view = g_new0(Help, 1);
    view->view = (TuiView){&class, screen};
    view->flow = tui_flow_new();
    view->search = g_string_new(NULL);
    return &view->view;
}
