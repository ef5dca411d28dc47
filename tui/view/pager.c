/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/pager.h"

#include "tui/view/search.h"

typedef struct {
    TuiView view;
    TuiViewClass class; /* its own, for its title */
    TuiFlow *flow;
    TuiSearch *search;
    char *text;
} Pager;

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    tui_flow_draw(((Pager *)base)->flow, canvas, rect);
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    if (tui_flow_act(((Pager *)base)->flow, action))
        return TUI_STALE_VIEW;
    TuiStale stale = tui_search_act(((Pager *)base)->search, action);
    if (!(stale & TUI_STALE_FOREIGN))
        return stale;
    if (action == TUI_ACTION_BACK || action == TUI_ACTION_RAW)
        return TUI_STALE_CLOSED;
    return TUI_STALE_FOREIGN;
}

static gboolean
work(TuiView *base)
{
    return tui_search_work(((Pager *)base)->search);
}

static char *
copy(const TuiView *base)
{
    return g_strdup(((const Pager *)base)->text);
}

static void
hints(const TuiView *base, GArray *out)
{
    static const TuiHint list[] = {{TUI_ACTION_BACK, NULL},
                                   {TUI_ACTION_UP, "scroll"},
                                   {TUI_ACTION_FIND, NULL}};
    g_array_append_vals(out, list, G_N_ELEMENTS(list));
}

static void
pager_free(TuiView *base)
{
    Pager *view = (Pager *)base;
    tui_search_free(view->search);
    tui_flow_free(view->flow);
    g_free(view->text);
    g_free(view);
}

TuiView *
tui_pager_new(TuiScreen *screen, const char *title, const char *text)
{
    Pager *view = g_new0(Pager, 1);
    view->class = (TuiViewClass){.title = title,
                                 .draw = draw,
                                 .act = act,
                                 .hints = hints,
                                 .copy = copy,
                                 .work = work,
                                 .free = pager_free};
    view->view = (TuiView){&view->class, screen};
    view->flow = tui_flow_new();
    view->search = tui_search_new_text(&view->view, view->flow);
    view->text = g_strdup(text);
    tui_flow_add_exact(view->flow, TUI_ROLE_TEXT, text);
    return &view->view;
}
