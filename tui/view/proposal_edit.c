/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule by hand: looked at with each key, and tried by the compiler as soon as keys rest. */
#include "config.h"

#include "tui/view/proposal_private.h"

#include "core/policy/attempt.h"

#define REST 120 /* milliseconds */

struct TuiProposalEdit {
    TuiProposal *view; /* NULL: nobody waits */
    TuiScreen *screen;
    TuiPick *pick; /* whose rule it is */
    char *profile; /* that it is for */
    AmrEvent
        event; /* what it is to answer; borrows from the choice, which stays while it is asked */
    GPtrArray *all; /* holds that */
    AmrRule *rule;  /* as it is typed; NULL: is none */
    guint delay;
    gboolean over;             /* nothing is typed any more */
    GCancellable *cancellable; /* of the attempt under way; NULL */
};

static void
edit_free(TuiProposalEdit *edit)
{
    g_free(edit->profile);
    g_ptr_array_unref(edit->all);
    amr_rule_free(edit->rule);
    g_free(edit);
}

/* It may still be tried: then it goes with the answer. */
static void
end(TuiProposalEdit *edit)
{
    if (edit->delay)
        g_source_remove(edit->delay);
    edit->delay = 0;
    edit->over = TRUE;
    if (edit->view)
        edit->view->edit = NULL;
    edit->view = NULL;
    if (edit->cancellable)
        g_cancellable_cancel(edit->cancellable);
    else
        edit_free(edit);
}

/* ---- looked at ------------------------------------------------------------------------------ */

static void
note(const TuiProposalEdit *edit, TuiRole role, const char *words)
{
    tui_ask_note(tui_screen_line(edit->screen), role, words);
    tui_screen_dirty(edit->screen);
}

static void
tell(const TuiProposalEdit *edit, AmrAttempt attempt, const char *message)
{
    g_autofree char *words = NULL;
    switch (attempt) {
    case AMR_ATTEMPT_ANSWERS:
        words = g_strdup_printf("one rule, and it answers the denial%s%s", message ? "; but: " : "",
                                message ? message : "");
        note(edit, message ? TUI_ROLE_WARNING : TUI_ROLE_GOOD, words);
        break;
    case AMR_ATTEMPT_FALLS_SHORT:
        note(edit, TUI_ROLE_WARNING,
             edit->rule->deny ? "one rule, that denies: the denial stays, and is not logged"
                              : "one rule, but it does not answer the denial");
        break;
    case AMR_ATTEMPT_REJECTED:
        words = g_strdup_printf("the compiler refuses it: %s", message ? message : "");
        note(edit, TUI_ROLE_ERROR, words);
        break;
    case AMR_ATTEMPT_UNKNOWN:
        words = g_strdup_printf("one rule; what it does is not known%s%s", message ? ": " : "",
                                message ? message : "");
        note(edit, TUI_ROLE_WARNING, words);
        break;
    }
}

static void start(TuiProposalEdit *edit);

static void
on_attempt(GObject *source, GAsyncResult *result, gpointer data)
{
    TuiProposalEdit *edit = data;
    TuiScreen *screen = edit->screen;
    gboolean stale = g_cancellable_is_cancelled(edit->cancellable);
    g_autofree char *message = NULL;
    AmrAttempt attempt = amr_attempt_finish(result, &message, NULL);

    g_clear_object(&edit->cancellable);
    if (edit->over)
        edit_free(edit);
    else if (!stale && edit->rule)
        tell(edit, attempt, message);
    else if (edit->rule && !edit->delay)
        start(edit);
    tui_screen_end_work(screen);
}

static gboolean
on_rest(gpointer data)
{
    TuiProposalEdit *edit = data;
    edit->delay = 0;
    if (edit->rule && !edit->cancellable)
        start(edit);
    return G_SOURCE_REMOVE;
}

static void
rest(TuiProposalEdit *edit)
{
    if (edit->delay)
        g_source_remove(edit->delay);
    edit->delay = g_timeout_add(REST, on_rest, edit);
}

static void
start(TuiProposalEdit *edit)
{
    AmrSession *session = tui_screen_session(edit->screen);

    if (!tui_screen_begin_work(edit->screen)) { /* policy is being read */
        rest(edit);
        return;
    }
    edit->cancellable = g_cancellable_new();
    amr_attempt_async(session->compiler, session->index, edit->profile, edit->rule,
                      amr_question_of_event(&edit->event, NULL), edit->cancellable, on_attempt,
                      edit);
}

/* With each key: the lexer, at once. */
static void
on_changed(const char *line, gpointer data)
{
    TuiProposalEdit *edit = ((TuiProposal *)data)->edit;
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&edit->rule, amr_rule_free);
    edit->rule = amr_rule_read(line, &error);
    if (edit->cancellable)
        g_cancellable_cancel(edit->cancellable);
    if (!edit->rule) {
        g_autofree char *words = g_strdup_printf("not one rule: %s", error->message);
        note(edit, TUI_ROLE_WARNING, words);
        return;
    }
    note(edit, TUI_ROLE_QUIET,
         edit->rule->kind == AMR_RULE_OPAQUE ? "not understood by armorer; the compiler is asked"
                                             : "one rule; the compiler is asked");
    rest(edit);
}

/* ---- the line ------------------------------------------------------------------------------- */

/* Enter takes a rule, and what is none not: the line opens again. An empty one brings back what was
 * proposed. Nothing is written by either. */
static void
on_done(const char *line, gpointer data)
{
    TuiProposal *view = data;
    TuiProposalEdit *edit = view->edit;
    TuiPick *pick = edit->pick;
    g_autoptr(GError) error = NULL;
    g_autofree char *typed = g_strstrip(g_strdup(line ? line : ""));
    AmrRule *rule = *typed ? amr_rule_read(typed, &error) : NULL;

    end(edit);
    if (!line)
        return;
    if (error) {
        g_autofree char *words = g_strdup_printf("not one rule: %s", error->message);
        tui_proposal_edit(view, line);
        tui_ask_note(tui_screen_line(view->view.screen), TUI_ROLE_ERROR, words);
        return;
    }
    const TuiChoice *choice = view->choice;
    const TuiChoiceItem *item = choice->rows->pdata[tui_choice_row(choice, pick)];
    tui_choice_edit(view->choice, item, rule);

    tui_proposal_changed(view);
}

void
tui_proposal_edit(TuiProposal *view, const char *text)
{
    const TuiChoiceItem *item = tui_proposal_current(view);
    g_autoptr(AmrRule) rule = tui_choice_rule(item);
    g_autofree char *printed = rule ? amr_rule_print(rule) : NULL;
    TuiProposalEdit *edit = g_new0(TuiProposalEdit, 1);
    const TuiAskOptions options = {.label = "Rule: ",
                                   .text = text ? text : printed,
                                   .changed = on_changed,
                                   .done = on_done,
                                   .data = view};

    edit->view = view;
    edit->screen = view->view.screen;
    edit->pick = item->pick;
    edit->profile = g_strdup(item->proposal->profile);
    edit->event = item->resolved->event;
    edit->all = g_ptr_array_ref(view->choice->all);
    tui_ask_open(tui_screen_line(view->view.screen), &options);
    view->edit = edit;
}

void
tui_proposal_edit_drop(TuiProposal *view)
{
    tui_ask_drop(tui_screen_line(view->view.screen), view);
    if (view->edit)
        end(view->edit);
}
