/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/reload.h"

#include "tui/view/signing.h"

typedef struct {
    TuiSigning base;
    char *full;
    AmrPlanKind kind;
} Reload;

static AmrPlan *
make_plan(const Reload *view, GError **error)
{
    AmrSession *session = tui_screen_session(view->base.view.screen);
    AmrPlanContext context = amr_session_plan_context(session);
    g_autoptr(GPtrArray) no_rules = g_ptr_array_new();
    AmrPlanRequest request = {view->full, no_rules};
    const char *const profiles[] = {view->full, NULL};

    if (!session->index) {
        amr_error_set(error, AMR_ERROR_BUSY, "Policy is still being read");
        return NULL;
    }
    if (view->kind == AMR_PLAN_COMPLAIN_FOR)
        return amr_plan_complain_for(&context, profiles, 0, error); /* the end is the sign's */
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
plan(TuiSigning *base)
{
    const Reload *view = (const Reload *)base;
    g_autoptr(AmrRequest) request = NULL;
    GError *error = NULL;
    AmrPlan *made = NULL;

    request = make_request(view, &error);
    if (request)
        made = make_plan(view, &error);
    (void)tui_sign_guard(base->sign, made);
    tui_sign_set_request(base->sign, made ? g_steal_pointer(&request) : NULL);
    tui_sign_set_plan(base->sign, made, error);
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
               "it starts anew.";
    case AMR_PLAN_COMPLAIN_FOR:
        return "What no rule allows is let through, and logged. No file says so: it ends by "
               "itself, "
               "and with the next boot.";
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
    TuiFlow *flow = view->base.flow;

    if (view->kind == AMR_PLAN_DISABLE || view->kind == AMR_PLAN_ENABLE)
        tui_flow_add_format(flow, TUI_ROLE_TITLE, "%s %s",
                            view->kind == AMR_PLAN_DISABLE ? "Disable" : "Enable", name);
    else
        tui_flow_add_format(flow, TUI_ROLE_TITLE, "Put %s into %s", name,
                            amr_plan_kind_says(view->kind));
}

static void
describe(TuiSigning *base)
{
    const Reload *view = (const Reload *)base;
    g_autofree char *name = amr_display_string(view->full);

    if (view->kind == AMR_PLAN_RELOAD) {
        tui_flow_add_format(base->flow, TUI_ROLE_TITLE, "Load %s as it stands on disk", name);
        tui_flow_add(base->flow, TUI_ROLE_TEXT,
                     "Nothing is written. All that its file defines is loaded again.");
    } else {
        title(view, name);
        tui_flow_add(base->flow, TUI_ROLE_TEXT, what_it_does(view->kind));
    }
}

static const char *
verb(const TuiSigning *base)
{
    return ((const Reload *)base)->kind == AMR_PLAN_RELOAD ? "load" : "write";
}

static void
clear(TuiSigning *base)
{
    g_free(((Reload *)base)->full);
}

static const TuiViewClass load_class = TUI_SIGNING_VIEW_CLASS("Load");
static const TuiViewClass mode_class = TUI_SIGNING_VIEW_CLASS("Mode");
static const TuiSigningClass class = {plan, describe, verb, clear};

TuiView *
tui_reload_new(TuiScreen *screen, const char *full, AmrPlanKind kind)
{
    Reload *view = g_new0(Reload, 1);

    view->full = g_strdup(full);
    view->kind = kind;
    return tui_signing_init(&view->base, screen,
                            kind == AMR_PLAN_RELOAD ? &load_class : &mode_class, &class);
}
