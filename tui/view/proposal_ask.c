/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has to be asked before a proposal is whole: what the target states, what policy on disk
 * says. */
#include "config.h"

#include "tui/view/proposal_private.h"

#include "tui/view/task.h"

struct TuiProposalAsk {
    TuiProposal *view; /* NULL: nobody waits */
    TuiScreen *screen;
    AmrAsker *asker;
    GPtrArray *all; /* AmrResolved: what is asked about stays while it is */
    GCancellable *cancellable;
    TuiTask *task; /* NULL once nobody waits */
};

/* ---- what takes long ------------------------------------------------------------------------ */

static char *
tell(gpointer data)
{
    const GPtrArray *all = ((const TuiProposalAsk *)data)->view->choice->all;
    guint pending = 0;

    for (guint i = 0; i < all->len; i++)
        pending += ((const AmrResolved *)all->pdata[i])->proposal->pending;
    return pending > 0 ? g_strdup_printf("%u of %u denials", all->len - pending, all->len) : NULL;
}

/* Without the answers there is no plan. */
static void
stop(gpointer data)
{
    const TuiProposalAsk *ask = data;
    g_autofree char *key =
        tui_keymap_show(tui_screen_keymap(ask->screen), TUI_ACTION_REFRESH, FALSE);

    tui_proposal_ask_drop(ask->view);
    tui_screen_say(ask->screen, TUI_ROLE_WARNING,
                   "Not asked to its end, so nothing is planned: %s asks again", key);
}

static const TuiTaskClass ask_class = {"Asking the compiler and policy", tell, NULL, stop};

/* ---- asking --------------------------------------------------------------------------------- */

static void
end(TuiProposalAsk *ask)
{
    TuiScreen *screen = ask->screen;
    if (ask->view)
        ask->view->ask = NULL;
    g_clear_pointer(&ask->task, tui_task_end);
    amr_asker_free(ask->asker);
    g_clear_pointer(&ask->all, g_ptr_array_unref);
    g_object_unref(ask->cancellable);
    g_free(ask);
    tui_screen_end_work(screen);
}

static void next(TuiProposalAsk *ask);

/* With one more answer. */
static void
go_on(TuiProposalAsk *ask, gboolean answered)
{
    if (!ask->view || !answered) {
        end(ask);
        return;
    }
    tui_proposal_refresh(ask->view);
    next(ask);
}

static void
on_stated(GObject *source, GAsyncResult *result, gpointer data)
{
    go_on(data, amr_propose_ask_finish(result, NULL));
}

static void
on_facts(GObject *source, GAsyncResult *result, gpointer data)
{
    go_on(data, amr_facts_ask_finish(result, NULL));
}

static const AmrProposal *
first_pending(const GPtrArray *all)
{
    for (guint i = 0; i < all->len; i++) {
        const AmrResolved *resolved = all->pdata[i];
        if (resolved->proposal->pending)
            return resolved->proposal;
    }
    return NULL;
}

/* One answer of the target serves all rules of the same form, so these come first. */
static void
next(TuiProposalAsk *ask)
{
    TuiProposal *view = ask->view;
    TuiChoice *choice = view->choice;
    AmrProposeContext context = amr_session_propose_context(tui_proposal_session(view));
    const AmrProposal *pending = first_pending(choice->all);

    g_clear_pointer(&ask->all, g_ptr_array_unref);
    ask->all = g_ptr_array_ref(choice->all);
    if (pending) {
        amr_propose_ask_async(pending, &context, ask->cancellable, on_stated, ask);
    } else if (amr_facts_want(choice->facts)) {
        amr_facts_ask_async(choice->facts, ask->asker, ask->cancellable, on_facts, ask);
    } else {
        TuiScreen *screen = ask->screen;
        end(ask);
        tui_proposal_plan(view);
        tui_screen_dirty(screen);
    }
}

void
tui_proposal_ask(TuiProposal *view)
{
    TuiScreen *screen = view->view.screen;

    if (view->ask || (!first_pending(view->choice->all) && !amr_facts_want(view->choice->facts)))
        return;
    if (amr_session_is_outdated(tui_proposal_session(view)) ||
        !tui_screen_begin_work(screen)) /* TUI_NEWS_SESSION will bring us back */
        return;
    view->ask = g_new0(TuiProposalAsk, 1);
    view->ask->view = view;
    view->ask->screen = screen;
    view->ask->asker = amr_session_asker(tui_proposal_session(view), AMR_ASK_DISK, TRUE);
    view->ask->cancellable = g_cancellable_new();
    view->ask->task = tui_task_begin(screen, &ask_class, &view->view, view->ask);
    next(view->ask);
}

void
tui_proposal_ask_drop(TuiProposal *view)
{
    if (!view->ask)
        return;
    view->ask->view = NULL;
    g_clear_pointer(&view->ask->task, tui_task_end);
    g_cancellable_cancel(view->ask->cancellable);
    view->ask = NULL;
}
