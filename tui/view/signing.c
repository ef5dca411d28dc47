/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/signing.h"

static void
plan(TuiSigning *view)
{
    if (!tui_sign_is_writing(view->sign))
        view->class->plan(view);
}

TuiView *
tui_signing_init(TuiSigning *view, TuiScreen *screen, const TuiViewClass *view_class,
                 const TuiSigningClass *class)
{
    view->view = (TuiView){view_class, screen};
    view->class = class;
    view->sign = tui_sign_new(&view->view);
    view->flow = tui_flow_new();
    plan(view);
    return &view->view;
}

void
tui_signing_draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    TuiSigning *view = (TuiSigning *)base;

    tui_flow_clear(view->flow);
    tui_sign_describe_try(view->sign, view->flow);
    view->class->describe(view);
    tui_sign_describe(view->sign, view->flow);
    rect.height -= tui_sign_draw_prompt(view->sign, canvas, rect);
    tui_flow_draw(view->flow, canvas, rect);
}

TuiStale
tui_signing_act(TuiView *base, TuiAction action)
{
    TuiSigning *view = (TuiSigning *)base;
    TuiStale stale = tui_sign_act(view->sign, action);

    if (!(stale & TUI_STALE_FOREIGN))
        return stale;
    if (tui_flow_act(view->flow, action))
        return TUI_STALE_VIEW;
    if (action == TUI_ACTION_BACK)
        return TUI_STALE_CLOSED;
    return action == TUI_ACTION_OPEN ? TUI_STALE_NOTHING : TUI_STALE_FOREIGN;
}

TuiStale
tui_signing_key(TuiView *base, TuiKey key)
{
    return tui_sign_key(((TuiSigning *)base)->sign, key);
}

void
tui_signing_hints(const TuiView *base, GArray *out)
{
    const TuiSigning *view = (const TuiSigning *)base;
    const TuiHint write = {TUI_ACTION_WRITE, view->class->verb(view)};
    static const TuiHint list[] = {{TUI_ACTION_BACK, NULL}, {TUI_ACTION_DOWN, "scroll"}};
    static const TuiHint lasts = {TUI_ACTION_LASTS, NULL};

    if (tui_sign_is_ready(view->sign))
        g_array_append_val(out, write);
    g_array_append_vals(out, list, G_N_ELEMENTS(list));
    if (tui_sign_may_last(view->sign))
        g_array_append_val(out, lasts);
}

void
tui_signing_news(TuiView *base, TuiNews news)
{
    TuiSigning *view = (TuiSigning *)base;

    if (tui_sign_news(view->sign, news))
        plan(view);
}

gboolean
tui_signing_busy(const TuiView *base)
{
    return tui_sign_is_writing(((const TuiSigning *)base)->sign);
}

void
tui_signing_free(TuiView *base)
{
    TuiSigning *view = (TuiSigning *)base;

    tui_sign_free(view->sign);
    tui_flow_free(view->flow);
    if (view->class->clear)
        view->class->clear(view);
    g_free(view);
}
