/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What policy on disk says of the denial whose detail is shown: asked once the cursor rests. */
#include "config.h"

#include "tui/view/denials_private.h"

#define REST  100  /* milliseconds, so that a key held down asks little */
#define KNOWN 4096 /* answers kept */

struct DenialsAsk {
    Denials *view; /* NULL: it is gone, and the asker is ours */
    TuiScreen *screen;
    AmrAsker *asker;
    AmrQuestion *question;
    GCancellable *cancellable;
    AmrDenialId id;
};

static void
policy_free(gpointer data)
{
    TuiDetailPolicy *policy = data;
    amr_cause_free(policy->cause);
    g_free(policy->why);
    g_free(policy);
}

/* @answer may be NULL: there is none. */
static void
keep(Denials *view, AmrDenialId id, const AmrAnswer *answer)
{
    TuiDetailPolicy *policy = g_new0(TuiDetailPolicy, 1);

    if (answer) {
        policy->verdict = answer->disk.answer.verdict;
        policy->cause =
            answer->denied ? amr_cause_copy(answer->denied) : amr_cause_first(answer->granted);
        if (answer->disk.code == AMR_ERROR_COMPILER)
            policy->why = g_strdup(answer->disk.why);
    }
    if (!view->policy)
        view->policy = g_hash_table_new_full(NULL, NULL, NULL, policy_free);
    if (g_hash_table_size(view->policy) >= KNOWN)
        g_hash_table_remove_all(view->policy);
    g_hash_table_insert(view->policy, GUINT_TO_POINTER(id), policy);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    DenialsAsk *ask = data;
    g_autoptr(AmrAnswer) answer = amr_asker_ask_finish(result, NULL);
    TuiScreen *screen = ask->screen;

    if (ask->view) {
        ask->view->ask = NULL;
        keep(ask->view, ask->id, answer);
        tui_screen_dirty(screen);
    } else {
        amr_asker_free(ask->asker);
    }
    amr_question_free(ask->question);
    g_object_unref(ask->cancellable);
    g_free(ask);
    tui_screen_end_work(screen);
}

static void
start(Denials *view, const char *profile, AmrQuestion *question)
{
    DenialsAsk *ask = g_new0(DenialsAsk, 1);

    if (!view->asker)
        view->asker = amr_session_asker(tui_screen_session(view->view.screen), AMR_ASK_DISK, TRUE);
    ask->view = view;
    ask->screen = view->view.screen;
    ask->asker = view->asker;
    ask->question = question;
    ask->cancellable = g_cancellable_new();
    ask->id = view->id;
    view->ask = ask;
    amr_asker_ask_async(ask->asker, profile, question, ask->cancellable, on_answer, ask);
}

/* FALSE: there is nothing to ask. */
static gboolean
ask_policy(Denials *view)
{
    const AmrSession *session = tui_screen_session(view->view.screen);
    AmrEvent event;

    if (!session->index || !amr_store_event(session->store, view->id, &event))
        return FALSE;
    g_autofree char *profile = amr_event_profile(&event);
    AmrQuestion *question = amr_question_of_event(&event, NULL);
    if (question && profile)
        start(view, profile, question);
    else
        g_clear_pointer(&question, amr_question_free);
    return question != NULL;
}

static gboolean
on_rest(gpointer data)
{
    Denials *view = data;

    view->rests = 0;
    if (view->id == AMR_DENIAL_NONE ||
        (view->policy && g_hash_table_contains(view->policy, GUINT_TO_POINTER(view->id))) ||
        !tui_screen_begin_work(view->view.screen)) /* else TUI_NEWS_SESSION will draw it anew */
        return G_SOURCE_REMOVE;
    if (!ask_policy(view)) {
        keep(view, view->id, NULL);
        tui_screen_end_work(view->view.screen);
    }
    return G_SOURCE_REMOVE;
}

const TuiDetailPolicy *
tui_denials_policy(Denials *view)
{
    gpointer policy = NULL;

    if (view->id == AMR_DENIAL_NONE ||
        (view->policy &&
         g_hash_table_lookup_extended(view->policy, GUINT_TO_POINTER(view->id), NULL, &policy)) ||
        amr_session_is_outdated(tui_screen_session(view->view.screen)))
        return policy;
    if (!view->rests && !view->ask)
        view->rests = g_timeout_add(REST, on_rest, view);
    return NULL;
}

void
tui_denials_forget_policy(Denials *view)
{
    if (view->rests)
        g_source_remove(view->rests);
    view->rests = 0;
    if (view->ask) {
        view->ask->view = NULL;
        view->asker = NULL; /* it goes with what is asked */
        g_cancellable_cancel(view->ask->cancellable);
        view->ask = NULL;
    }
    g_clear_pointer(&view->asker, amr_asker_free);
    g_clear_pointer(&view->policy, g_hash_table_unref);
}
