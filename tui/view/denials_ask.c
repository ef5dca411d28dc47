/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which deny rule stands against the denial whose detail is shown: asked once the cursor rests. */
#include "config.h"

#include "tui/view/denials_private.h"

#define REST  100  /* milliseconds, so that a key held down asks little */
#define KNOWN 4096 /* answers kept */

struct DenialsAsk {
    Denials *view; /* NULL: it is gone */
    TuiScreen *screen;
    AmrQuestion *question;
    GCancellable *cancellable;
    AmrDenialId id;
};

static void
denied_free(gpointer data)
{
    amr_deny_rule_free(data);
}

static void
keep(Denials *view, AmrDenialId id, AmrDenyRule *denied)
{
    if (!view->denied)
        view->denied = g_hash_table_new_full(NULL, NULL, NULL, denied_free);
    if (g_hash_table_size(view->denied) >= KNOWN)
        g_hash_table_remove_all(view->denied);
    g_hash_table_insert(view->denied, GUINT_TO_POINTER(id), denied);
}

static void
on_found(GObject *source, GAsyncResult *result, gpointer data)
{
    DenialsAsk *ask = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) found = amr_deny_find_finish(result, &error);
    TuiScreen *screen = ask->screen;

    if (ask->view) {
        ask->view->ask = NULL;
        keep(ask->view, ask->id, amr_deny_first(found));
        tui_screen_dirty(screen);
    }
    amr_question_free(ask->question);
    g_object_unref(ask->cancellable);
    g_free(ask);
    tui_screen_end_work(screen);
}

static void
start(Denials *view, const char *profile, AmrQuestion *question)
{
    const AmrSession *session = tui_screen_session(view->view.screen);
    DenialsAsk *ask = g_new0(DenialsAsk, 1);

    ask->view = view;
    ask->screen = view->view.screen;
    ask->question = question;
    ask->cancellable = g_cancellable_new();
    ask->id = view->id;
    view->ask = ask;
    amr_deny_find_async(session->compiler, session->index, profile, question, ask->cancellable,
                        on_found, ask);
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
        (view->denied && g_hash_table_contains(view->denied, GUINT_TO_POINTER(view->id))) ||
        !tui_screen_begin_work(view->view.screen)) /* else TUI_NEWS_SESSION will draw it anew */
        return G_SOURCE_REMOVE;
    if (!ask_policy(view)) {
        keep(view, view->id, NULL);
        tui_screen_end_work(view->view.screen);
    }
    return G_SOURCE_REMOVE;
}

const AmrDenyRule *
tui_denials_denied(Denials *view)
{
    gpointer denied = NULL;

    if (view->id == AMR_DENIAL_NONE ||
        (view->denied &&
         g_hash_table_lookup_extended(view->denied, GUINT_TO_POINTER(view->id), NULL, &denied)) ||
        amr_session_is_outdated(tui_screen_session(view->view.screen)))
        return denied;
    if (!view->rests && !view->ask)
        view->rests = g_timeout_add(REST, on_rest, view);
    return NULL;
}

void
tui_denials_forget_denied(Denials *view)
{
    if (view->rests)
        g_source_remove(view->rests);
    view->rests = 0;
    if (view->ask) {
        view->ask->view = NULL;
        g_cancellable_cancel(view->ask->cancellable);
        view->ask = NULL;
    }
    g_clear_pointer(&view->denied, g_hash_table_unref);
}
