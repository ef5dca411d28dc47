/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/chooser.h"

typedef struct {
    TuiView view;
    TuiMenu *menu;
} Chooser;

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    tui_menu_draw(((Chooser *)base)->menu, tui_screen_keymap(base->screen), canvas, rect);
}

static TuiStale
choose(TuiView *base, TuiAction action)
{
    if (action == TUI_ACTION_NONE)
        return TUI_STALE_VIEW;
    tui_screen_do(base->screen, action);
    return TUI_STALE_CLOSED;
}

static TuiStale
key(TuiView *base, TuiKey pressed)
{
    if (pressed >= '1' && pressed <= '9') /* here they are entries, not tabs */
        return choose(base, tui_menu_digit(((Chooser *)base)->menu, pressed));
    return TUI_STALE_FOREIGN;
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    Chooser *view = (Chooser *)base;

    if (tui_menu_act(view->menu, action))
        return TUI_STALE_VIEW;
    switch (action) {
    case TUI_ACTION_OPEN:
    case TUI_ACTION_RIGHT:
        return choose(base, tui_menu_choose(view->menu));
    case TUI_ACTION_BACK:
    case TUI_ACTION_LEFT:
    case TUI_ACTION_MENU:
    case TUI_ACTION_SORT:
        return TUI_STALE_CLOSED;
    default:
        return TUI_STALE_FOREIGN;
    }
}

static void
hints(const TuiView *base, GArray *out)
{
    static const TuiHint list[] = {{TUI_ACTION_OPEN, "choose"}, {TUI_ACTION_BACK, NULL}};
    g_array_append_vals(out, list, G_N_ELEMENTS(list));
}

static void
chooser_free(TuiView *base)
{
    Chooser *view = (Chooser *)base;
    tui_menu_free(view->menu);
    g_free(view);
}

static const TuiViewClass class = {
    .title = "Menu",
    .over = TRUE,
    .draw = draw,
    .act = act,
    .key = key,
    .hints = hints,
    .free = chooser_free,
};

TuiView *
tui_chooser_new(TuiScreen *screen, TuiMenu *menu)
{
    Chooser *view = g_new0(Chooser, 1);
    view->view = (TuiView){&class, screen};
    view->menu = menu;
    return &view->view;
}
