/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rules on the ladder open of the files that exist, counted while one looks at them. */
#include "config.h"

#include <string.h>

#include "tui/view/proposal_private.h"

#include "tui/view/task.h"

#define SENSITIVE_SHOWN 6

struct TuiProposalBreadth {
    TuiProposal *view; /* NULL: nobody waits */
    TuiScreen *screen;
    AmrAsker *asker;
    GCancellable *cancellable;
    TuiTask *task; /* NULL once nobody waits */
    guint64 looked, files;
};

/* ---- what takes long ------------------------------------------------------------------------ */

static char *
tell(gpointer data)
{
    const TuiProposalBreadth *breadth = data;
    return breadth->looked ? g_strdup_printf("%" G_GUINT64_FORMAT " names, %" G_GUINT64_FORMAT
                                             " of them would be opened",
                                             breadth->looked, breadth->files)
                           : NULL;
}

static void
stop(gpointer data)
{
    TuiProposalBreadth *breadth = data;
    TuiProposal *view = breadth->view;

    view->uncounted = TRUE;
    tui_proposal_breadth_drop(view);
}

static const TuiTaskClass task_class = {"Counting the files that it opens", tell, NULL, stop};

/* ---- counting -------------------------------------------------------------------------------- */

static void
on_progress(guint64 looked, guint64 files, gpointer data)
{
    TuiProposalBreadth *breadth = data;

    breadth->looked = looked;
    breadth->files = files;
    if (breadth->view)
        tui_screen_dirty(breadth->screen);
}

static void
on_counted(GObject *source, GAsyncResult *result, gpointer data)
{
    TuiProposalBreadth *breadth = data;
    TuiScreen *screen = breadth->screen;

    (void)amr_breadths_ask_finish(result, NULL);
    if (breadth->view) {
        breadth->view->breadth = NULL;
        tui_screen_dirty(screen);
    }
    g_clear_pointer(&breadth->task, tui_task_end);
    amr_asker_free(breadth->asker);
    g_object_unref(breadth->cancellable);
    g_free(breadth);
    tui_screen_end_work(screen);
}

/* The names of the denials of its profile. */
static GPtrArray *
denied(const TuiProposal *view, const TuiChoiceItem *item)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < view->choice->items->len; i++) {
        const TuiChoiceItem *other = view->choice->items->pdata[i];
        AmrBytes name = other->resolved->event.field[AMR_FIELD_NAME];
        if (name.len && other->resolved->event.klass == AMR_CLASS_FILE &&
            strcmp(other->proposal->profile, item->proposal->profile) == 0)
            g_ptr_array_add(names, amr_bytes_dup(name));
    }
    return names;
}

static const AmrMeasured *
look(TuiProposal *view, const TuiChoiceItem *item, const AmrRule *rule, const GPtrArray *names)
{
    return amr_breadths_concern(rule) ? amr_breadths_look(tui_proposal_session(view)->breadths,
                                                          item->proposal->profile, rule, names)
                                      : NULL;
}

/* The rule under the cursor, which may be none of the ladder's, goes into the same walk. */
static void
want_all(TuiProposal *view, const TuiChoiceItem *item)
{
    const GPtrArray *candidates = item->proposal->candidates;
    g_autoptr(AmrRule) rule = tui_choice_rule(item);
    g_autoptr(GPtrArray) names = denied(view, item);

    amr_breadths_want_nothing(tui_proposal_session(view)->breadths);
    for (guint i = 0; rule && i < candidates->len; i++)
        (void)look(view, item, ((const AmrCandidate *)candidates->pdata[i])->rule, names);
    if (rule)
        (void)look(view, item, rule, names);
}

void
tui_proposal_count_files(TuiProposal *view)
{
    AmrSession *session = tui_proposal_session(view);
    TuiScreen *screen = view->view.screen;
    TuiSignState state = tui_sign_state(view->sign);

    /* What decides whether it can be written comes first, and then what needs no disk. */
    if (view->breadth || view->uncounted || view->ask || view->measure ||
        state == TUI_SIGN_PENDING || state == TUI_SIGN_CHECKING || state >= TUI_SIGN_STALE)
        return;
    want_all(view, tui_proposal_current(view));
    if (!amr_breadths_want(session->breadths) || amr_session_is_outdated(session) ||
        !tui_screen_begin_work(screen))
        return;
    TuiProposalBreadth *breadth = view->breadth = g_new0(TuiProposalBreadth, 1);
    breadth->view = view;
    breadth->screen = screen;
    breadth->asker = amr_session_asker(session, AMR_ASK_DISK, FALSE);
    breadth->cancellable = g_cancellable_new();
    breadth->task = tui_task_begin(screen, &task_class, &view->view, breadth);
    amr_breadths_ask_async(session->breadths, session->target, breadth->asker, AMR_BREADTH_MSEC,
                           on_progress, breadth, breadth->cancellable, on_counted, breadth);
}

void
tui_proposal_breadth_drop(TuiProposal *view)
{
    if (!view->breadth)
        return;
    view->breadth->view = NULL;
    g_clear_pointer(&view->breadth->task, tui_task_end);
    g_cancellable_cancel(view->breadth->cancellable);
    view->breadth = NULL;
}

/* ---- showing --------------------------------------------------------------------------------- */

static void
add_measured(TuiFlow *flow, const AmrMeasured *measured)
{
    const AmrBreadth *breadth = measured->breadth;
    g_autofree char *count = amr_measured_count(measured), *sample = amr_measured_sample(measured);
    g_autofree char *left = amr_measured_left(measured);
    g_autofree char *text =
        g_strdup_printf("%s%s%s", count, sample ? ", " : "", sample ? sample : "");
    guint n = breadth ? MIN(breadth->sensitive->len, SENSITIVE_SHOWN) : 0;

    tui_flow_add_words(flow, "on disk",
                       breadth && breadth->files ? TUI_ROLE_WARNING : TUI_ROLE_TEXT, text);
    for (guint i = 0; i < n; i++) {
        g_autofree char *file = amr_breadth_file_text(breadth->sensitive->pdata[i]);
        tui_flow_add_words(flow, i ? "" : "beware", TUI_ROLE_ERROR, file);
    }
    if (breadth && breadth->n_sensitive > n) {
        g_autofree char *more =
            g_strdup_printf("and %" G_GUINT64_FORMAT " more that matter", breadth->n_sensitive - n);
        tui_flow_add_words(flow, "", TUI_ROLE_ERROR, more);
    }
    if (left)
        tui_flow_add_words(flow, "unseen", TUI_ROLE_QUIET, left);
}

void
tui_proposal_show_files(TuiProposal *view, const TuiChoiceItem *item, const AmrRule *rule)
{
    g_autoptr(GPtrArray) names = denied(view, item);

    if (!amr_breadths_concern(rule))
        return;
    const AmrMeasured *measured = look(view, item, rule, names);
    if (measured)
        add_measured(view->flow, measured);
    else
        tui_flow_add_words(view->flow, "on disk", TUI_ROLE_QUIET,
                           view->uncounted ? "not counted which files it opens: stopped"
                           : view->breadth ? "being counted which files it opens"
                                           : "pending: which files it opens");
}
