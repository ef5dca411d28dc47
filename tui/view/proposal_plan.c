/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the proposal comes to: the plan that is shown, checked and signed. */
#include "config.h"

#include <string.h>

#include "tui/view/proposal_private.h"

static void
set_danger(TuiProposal *view)
{
    g_autofree char *danger = NULL;
    AmrRisk risk = tui_choice_risk(view->choice, &danger);
    if (risk != AMR_RISK_HIGH)
        tui_sign_set_danger(view->sign, NULL);
    else
        tui_sign_set_danger(view->sign, danger ? danger : "This is dangerous to allow.");
}

/* What was not shown is not signed: without a plan nothing can be asked for either, unless it is
 * shown by who carries it out. */
static void
set_request(TuiProposal *view, gboolean possible, gboolean granted)
{
    char *text = possible ? tui_choice_text(view->choice, granted, NULL) : NULL;
    AmrRequest *request = text ? amr_request_new(AMR_PLAN_ADD) : NULL;

    if (request) {
        request->rules = text;
        request->add_include = view->add_include;
        request->inside = view->inside;
    }
    tui_sign_set_request(view->sign, request);
}

/* Whether more is to be asked before it is known what the plan is: what the target states, and
 * whether policy has decided on executions, or the other side allows it. */
static gboolean
has_to_wait(const TuiProposal *view)
{
    const GPtrArray *all = view->choice->all;
    for (guint i = 0; i < all->len; i++) {
        const AmrResolved *resolved = all->pdata[i];
        AmrClass klass = resolved->event.klass;
        if (resolved->proposal->pending)
            return TRUE;
        if ((resolved->under->len || klass == AMR_CLASS_SIGNAL || klass == AMR_CLASS_PTRACE) &&
            amr_facts_want(view->choice->facts))
            return TRUE;
    }
    return FALSE;
}

static void
plan_nothing(TuiProposal *view)
{
    g_clear_pointer(&view->planned, g_free);
    set_request(view, FALSE, FALSE);
    tui_sign_set_plan(view->sign, NULL, NULL);
}

static void
plan_now(TuiProposal *view)
{
    AmrSession *session = tui_proposal_session(view);
    GError *error = NULL;
    AmrPlan *reload = NULL;
    AmrPlanPlace place = (view->add_include ? AMR_PLAN_PLACE_ADD_INCLUDE : 0) |
                         (view->inside ? AMR_PLAN_PLACE_INSIDE : 0);
    AmrPlan *made = tui_choice_plan(view->choice, session, place, &error);

    gboolean granted = FALSE;

    if (made || g_error_matches(error, AMR_ERROR, AMR_ERROR_NOTHING_TO_DO))
        reload = tui_choice_reload(view->choice, session, FALSE, NULL);
    if (!made && !reload) {
        reload = tui_choice_reload(view->choice, session, TRUE, NULL);
        granted = reload != NULL;
    }
    if (!made && reload) { /* every rule stands there: loading is what may be left */
        made = g_steal_pointer(&reload);
        g_clear_error(&error);
    }
    tui_sign_set_questions(view->sign, tui_choice_questions(view->choice));
    set_danger(view);
    /* A local file that is root's to read: root's own command makes the plan, shows it and asks. */
    gboolean unseen = tui_screen_elevates(view->view.screen) &&
                      g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    set_request(view, made || unseen, granted);
    if (unseen) {
        g_clear_error(&error);
        tui_sign_set_unseen(view->sign);
    } else {
        tui_sign_set_plan(view->sign, made, error);
        tui_sign_set_reload(view->sign, reload);
    }
}

/* All that a plan is made of. */
static char *
text_of_all(const TuiProposal *view)
{
    g_autofree char *chosen = tui_choice_text(view->choice, FALSE, NULL);
    g_autofree char *granted = tui_choice_text(view->choice, TRUE, NULL);
    return chosen && granted ? g_strconcat(chosen, granted, NULL) : NULL;
}

void
tui_proposal_plan(TuiProposal *view)
{
    if (tui_sign_is_writing(view->sign))
        return;
    tui_proposal_ask(view);
    if (view->ask && has_to_wait(view)) {
        plan_nothing(view);
        return;
    }
    /* What came of asking may change nothing: then what is shown and checked stays. */
    g_autofree char *text = text_of_all(view);
    if (view->planned && text && strcmp(view->planned, text) == 0)
        return;
    g_free(view->planned);
    view->planned = g_steal_pointer(&text);
    plan_now(view);
}
