/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/reload.h"

#include "tui/view/sign.h"
#include "tui/widget/flow.h"

typedef struct {
    TuiView view;
    char *full;
    AmrPlanKind kind;
    TuiSign *sign;
    TuiFlow *flow;
} Reload;

static AmrPlan *
make_plan(const Reload *view, GError **error)
{
    AmrSession *session = tui_screen_session(view->view.screen);
    AmrPlanContext context = amr_session_plan_context(session);
    g_autoptr(GPtrArray) no_rules = g_ptr_array_new();
    AmrPlanRequest request = {view->full, no_rules};
    const char *const profiles[] = {view->full, NULL};

    if (!session->index) {
        amr_error_set(error, AMR_ERROR_BUSY, "Policy is still being read");
        return NULL;
    }
    return view->kind == AMR_PLAN_RELOAD ? amr_plan_reload(&context, &request, 1, error)
                                         : amr_plan_mode(&context, view->kind, profiles, error);
}

/* NULL where its name cannot be spelled. */
static AmrRequest *
make_request(const Reload *view, GError **error)
{
    AmrRequest *request = amr_request_new(view->kind);
    const char *const profiles[] = {view->full, NULL};
    g_autofree char *name = NULL;

    if (view->kind != AMR_PLAN_RELOAD) {
        request->profiles = g_strdupv((char **)profiles);
        return request;
    }
    name = amr_policy_name(AMR_PLACE_PATTERN, amr_bytes(view->full), error);
    if (!name)
        g_clear_pointer(&request, amr_request_free);
    else
        request->rules = g_strdup_printf("# profile: %s\n", name);
    return request;
}

static void
plan(Reload *view)
{
    g_autoptr(AmrRequest) request = NULL;
    GError *error = NULL;
    AmrPlan *made = NULL;

    if (tui_sign_is_writing(view->sign))
        return;
    request = make_request(view, &error);
    if (request)
        made = make_plan(view, &error);
    (void)tui_sign_guard(view->sign, made);
    tui_sign_set_request(view->sign, made ? g_steal_pointer(&request) : NULL);
    tui_sign_set_plan(view->sign, made, error);
}

/* ---- showing -------------------------------------------------------------------------------- */

static const char *
what_it_does(AmrPlanKind mode)
{
    switch (mode) {
    case AMR_PLAN_DISABLE:
        return "Its file is not loaded any more, at no boot either, and what it defines leaves the "
               "kernel: programs run unconfined.";
    case AMR_PLAN_ENABLE:
        return "Its file is loaded, now and at each boot. What runs already stays as it is until "
               "it "
               "starts anew.";
    case AMR_PLAN_COMPLAIN:
        return "What no rule allows is let through, and logged; an explicit deny still denies.";
    case AMR_PLAN_KILL:
        return "What no rule allows is denied, and the program that tried it is killed.";
    default:
        return "What no rule allows is denied, and logged.";
    }
}

static void
title(const Reload *view, const char *name)
{
    if (view->kind == AMR_PLAN_DISABLE || view->kind == AMR_PLAN_ENABLE)
        tui_flow_add_format(view->flow, TUI_ROLE_TITLE, "%s %s",
                            view->kind == AMR_PLAN_DISABLE ? "Disable" : "Enable", name);
    else
        tui_flow_add_format(view->flow, TUI_ROLE_TITLE, "Put %s into %s", name,
                            amr_plan_kind_says(view->kind));
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    Reload *view = (Reload *)base;
    g_autofree char *name = amr_display_string(view->full);

    tui_flow_clear(view->flow);
    tui_sign_describe_try(view->sign, view->flow);
    if (view->kind == AMR_PLAN_RELOAD) {
        tui_flow_add_format(view->flow, TUI_ROLE_TITLE, "Load %s as it stands on disk", name);
        tui_flow_add(view->flow, TUI_ROLE_TEXT,
                     "Nothing is written. All that its file defines is loaded again.");
    } else {
        title(view, name);
        tui_flow_add(view->flow, TUI_ROLE_TEXT, what_it_does(view->kind));
    }
    tui_sign_describe(view->sign, view->flow);
    rect.height -= tui_sign_draw_prompt(view->sign, canvas, rect);
    tui_flow_draw(view->flow, canvas, rect);
}

/* ---- actions -------------------------------------------------------------------------------- */

static TuiStale
act(TuiView *base, TuiAction action)
{
    Reload *view = (Reload *)base;
    TuiStale stale = tui_sign_act(view->sign, action);
    if (!(stale & TUI_STALE_FOREIGN))
        return stale;
    if (tui_flow_act(view->flow, action))
        return TUI_STALE_VIEW;
    if (action == TUI_ACTION_BACK)
        return TUI_STALE_CLOSED;
    return action == TUI_ACTION_OPEN ? TUI_STALE_NOTHING : TUI_STALE_FOREIGN;
}

static TuiStale
key(TuiView *base, TuiKey pressed)
{
    return tui_sign_key(((Reload *)base)->sign, pressed);
}

static void
news(TuiView *base, TuiNews what)
{
    Reload *view = (Reload *)base;
    if (what == TUI_NEWS_STALE)
        tui_sign_set_stale(view->sign);
    if (what != TUI_NEWS_SESSION)
        return;
    if (tui_sign_state(view->sign) == TUI_SIGN_FAILED)
        tui_sign_try_again(view->sign);
    if (tui_sign_state(view->sign) < TUI_SIGN_WRITING)
        plan(view);
}

static gboolean
busy(const TuiView *base)
{
    return tui_sign_is_writing(((const Reload *)base)->sign);
}

static void
hints(const TuiView *base, GArray *out)
{
    const Reload *view = (const Reload *)base;
    const TuiHint write = {TUI_ACTION_WRITE, view->kind == AMR_PLAN_RELOAD ? "load" : "write"};
    static const TuiHint list[] = {{TUI_ACTION_BACK, NULL}, {TUI_ACTION_DOWN, "scroll"}};
    if (tui_sign_is_ready(view->sign))
        g_array_append_val(out, write);
    g_array_append_vals(out, list, G_N_ELEMENTS(list));
}

static void
reload_free(TuiView *base)
{
    Reload *view = (Reload *)base;
    tui_sign_free(view->sign);
    tui_flow_free(view->flow);
    g_free(view->full);
    g_free(view);
}

#define CLASS(name)                                                                        \
    {                                                                                      \
        .title = name, .draw = draw, .key = key, .act = act, .hints = hints, .news = news, \
        .busy = busy, .free = reload_free,                                                 \
    }

static const TuiViewClass load_class = CLASS("Load"), mode_class = CLASS("Mode");

TuiView *
tui_reload_new(TuiScreen *screen, const char *full, AmrPlanKind kind)
{
    Reload *view = g_new0(Reload, 1);
    view->view = (TuiView){kind == AMR_PLAN_RELOAD ? &load_class : &mode_class, screen};
    view->full = g_strdup(full);
    view->kind = kind;
    view->sign = tui_sign_new(&view->view);
    view->flow = tui_flow_new();
    plan(view);
    return &view->view;
}
