/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/undo.h"

#include "core/change/outside.h"
#include "tui/view/signing.h"

typedef struct {
    TuiSigning base;
    char *id;        /* of the change to take back */
    gboolean unseen; /* the record is root's */
    char *since;     /* where it cannot be: from what it left to what stands there; NULL */
} Undo;

static AmrSession *
session_of(const Undo *view)
{
    return tui_screen_session(view->base.view.screen);
}

static const AmrChange *
find_change(const Undo *view)
{
    const AmrHistory *history = session_of(view)->history;
    return history ? amr_history_find(history, view->id) : NULL;
}

/* ---- the plan ------------------------------------------------------------------------------- */

/* Where the files do not hold it any more both texts are shown. */
static AmrPlan *
plan_it(Undo *view, const AmrPlanContext *context, const AmrPlan *done, GError **error)
{
    GError *problem = NULL;
    AmrPlan *plan = amr_plan_undo(context, done, &problem);

    if (g_error_matches(problem, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH))
        view->since = amr_outside_since(context->target, done);
    if (problem)
        g_propagate_error(error, problem);
    return plan;
}

static AmrPlan *
make_plan(Undo *view, GError **error)
{
    AmrSession *session = session_of(view);
    const AmrChange *change = find_change(view);
    AmrPlanContext context = amr_session_plan_context(session);

    if (!change || !session->index) {
        amr_error_set(error, AMR_ERROR_BUSY, "Policy and history are still being read");
        return NULL;
    }
    if (!amr_change_may_undo(change, error))
        return NULL;
    g_autoptr(AmrPlan) done = amr_history_plan(session->history, change, error);
    if (!done)
        return NULL;
    return plan_it(view, &context, done, error);
}

static void
plan(TuiSigning *base)
{
    Undo *view = (Undo *)base;
    AmrRequest *request = NULL;
    GError *error = NULL;
    AmrPlan *made = NULL;

    g_clear_pointer(&view->since, g_free);
    made = make_plan(view, &error);
    /* The record of a change may be root's alone: then who has the rights makes the plan, and it is
     * shown and asked about on the terminal. */
    view->unseen = tui_screen_elevates(base->view.screen) &&
                   g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    if (made || view->unseen) {
        request = amr_request_new(AMR_PLAN_UNDO);
        request->undoes = g_strdup(view->id);
    }
    (void)tui_sign_guard(base->sign, made);
    tui_sign_set_request(base->sign, request);
    if (view->unseen) {
        g_clear_error(&error);
        tui_sign_set_unseen(base->sign);
    } else {
        tui_sign_set_plan(base->sign, made, error);
    }
}

/* ---- showing -------------------------------------------------------------------------------- */

static void
describe(TuiSigning *base)
{
    const Undo *view = (const Undo *)base;
    const AmrChange *change = find_change(view);

    tui_flow_add_format(base->flow, TUI_ROLE_TITLE, "Take back change %s", view->id);
    if (change) {
        tui_flow_add_list(base->flow, "profile", TUI_ROLE_PROFILE, change->profiles);
        tui_flow_add_list(base->flow, "file", TUI_ROLE_PATH, change->files);
        tui_flow_add_list(base->flow, "takes back", TUI_ROLE_REMOVED, change->rules);
    }
    if (view->since) {
        tui_flow_add(base->flow, TUI_ROLE_TEXT,
                     "From what it left in its files to what stands there now:");
        tui_flow_add_diff(base->flow, view->since);
        tui_flow_add(base->flow, TUI_ROLE_TEXT, NULL);
    }
    if (view->unseen)
        tui_flow_add(base->flow, TUI_ROLE_WARNING,
                     "The record of this change is root's: not everybody may read each file that "
                     "it quotes, or an older armorer kept it so. The command with more rights "
                     "shows the diff, and asks before it writes.");
}

static const char *
verb(const TuiSigning *base)
{
    return "undo and reload";
}

static void
clear(TuiSigning *base)
{
    g_free(((Undo *)base)->id);
    g_free(((Undo *)base)->since);
}

static const TuiViewClass view_class = TUI_SIGNING_VIEW_CLASS("Undo");
static const TuiSigningClass class = {plan, describe, verb, clear};

TuiView *
tui_undo_new(TuiScreen *screen, const AmrChange *change)
{
    Undo *view = g_new0(Undo, 1);

    view->id = g_strdup(change->id);
    return tui_signing_init(&view->base, screen, &view_class, &class);
}
