/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rules on the ladder open, measured while one looks at them. */
#include "config.h"

#include "tui/view/proposal_private.h"

struct TuiProposalMeasure {
    TuiProposal *view; /* NULL: nobody waits */
    TuiScreen *screen;
    AmrAsker *asker;
    GCancellable *cancellable;
};

static void
on_measured(GObject *source, GAsyncResult *result, gpointer data)
{
    TuiProposalMeasure *measure = data;
    TuiScreen *screen = measure->screen;

    (void)amr_opens_ask_finish(result, NULL);
    if (measure->view) {
        measure->view->measure = NULL;
        tui_screen_dirty(screen);
    }
    amr_asker_free(measure->asker);
    g_object_unref(measure->cancellable);
    g_free(measure);
    tui_screen_end_work(screen);
}

/* The rule under the cursor first, for the last that is wanted need not be the last to come. */
static void
want_all(const TuiProposal *view, const TuiChoiceItem *item)
{
    const GPtrArray *candidates = item->proposal->candidates;
    g_autoptr(AmrRule) rule = tui_choice_rule(item);

    if (rule && !rule->deny)
        (void)amr_opens_look(view->opens, item->proposal->profile, rule);
    for (guint i = 0; i < candidates->len; i++)
        (void)amr_opens_look(view->opens, item->proposal->profile,
                             ((const AmrCandidate *)candidates->pdata[i])->rule);
}

void
tui_proposal_measure(TuiProposal *view)
{
    TuiScreen *screen = view->view.screen;
    TuiSignState state = tui_sign_state(view->sign);

    /* What decides whether it can be written comes first. */
    if (view->measure || view->ask || state == TUI_SIGN_PENDING || state >= TUI_SIGN_STALE)
        return;
    want_all(view, tui_proposal_current(view));
    if (!amr_opens_want(view->opens) || amr_session_is_outdated(tui_proposal_session(view)) ||
        !tui_screen_begin_work(screen))
        return;
    view->measure = g_new0(TuiProposalMeasure, 1);
    view->measure->view = view;
    view->measure->screen = screen;
    view->measure->asker = amr_session_asker(tui_proposal_session(view), AMR_ASK_DISK, FALSE);
    view->measure->cancellable = g_cancellable_new();
    amr_opens_ask_async(view->opens, view->measure->asker, view->measure->cancellable, on_measured,
                        view->measure);
}

void
tui_proposal_measure_drop(TuiProposal *view)
{
    if (!view->measure)
        return;
    view->measure->view = NULL;
    g_cancellable_cancel(view->measure->cancellable);
    view->measure = NULL;
}

char *
tui_proposal_measured(TuiProposal *view, const TuiChoiceItem *item, const AmrRule *rule)
{
    const AmrOpening *opening = amr_opens_look(view->opens, item->proposal->profile, rule);
    g_autoptr(AmrQuestion) denied = amr_question_of_event(&item->resolved->event, NULL);

    return opening && opening->gains ? amr_opening_words(opening, denied) : NULL;
}
