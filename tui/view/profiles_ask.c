/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the profile under the cursor behaves, as it is loaded, as its file compiles to: asked
 * once the cursor rests, the one that it rests on now before all others. */
#include "config.h"

#include <string.h>

#include "tui/view/profiles_private.h"

#define REST 100 /* milliseconds, so that a key held down asks little */

struct ProfilesAsk {
    Profiles *view; /* NULL: nobody waits */
    TuiScreen *screen;
    AmrAsker *asker;
    GCancellable *cancellable;
    char *full;
};

/* What only one of the two has is told by the names alone. */
static gboolean
can_be_compared(const AmrSession *session, const TuiProfile *profile)
{
    return profile->loaded && profile->drift != AMR_DRIFT_UNKNOWN &&
           profile->drift != AMR_DRIFT_KERNEL && profile->drift != AMR_DRIFT_DISABLED &&
           session->index && amr_index_find(session->index, profile->ns, profile->name);
}

static void
on_compared(GObject *source, GAsyncResult *result, gpointer data)
{
    ProfilesAsk *ask = data;
    AmrAskDrift *found = amr_asker_compare_finish(result, NULL);
    TuiScreen *screen = ask->screen;

    if (ask->view)
        ask->view->ask = NULL;
    if (ask->view && found) {
        tui_profiles_take_comparison(ask->view->profiles, ask->full, found);
        g_hash_table_insert(ask->view->compared, g_steal_pointer(&ask->full), found);
        ask->view->rows.stale_detail = ask->view->stale_rows = TRUE;
        tui_screen_dirty(screen);
    } else {
        amr_ask_drift_free(found);
    }
    amr_asker_free(ask->asker);
    g_object_unref(ask->cancellable);
    g_free(ask->full);
    g_free(ask);
    tui_screen_end_work(screen);
}

/* What was asked of another one gives way: its compilation may take seconds. */
static void
give_way(Profiles *view)
{
    if (!view->ask)
        return;
    view->ask->view = NULL;
    g_cancellable_cancel(view->ask->cancellable);
    view->ask = NULL;
}

static gboolean
on_rest(gpointer data)
{
    Profiles *view = data;
    TuiScreen *screen = view->rows.view.screen;
    const AmrSession *session = tui_screen_session(screen);
    const TuiProfile *profile = tui_profiles_current(view);

    view->rests = 0;
    if (!profile || !can_be_compared(session, profile) ||
        g_hash_table_contains(view->compared, profile->full) || amr_session_is_outdated(session))
        return G_SOURCE_REMOVE;
    give_way(view);
    if (!tui_screen_begin_work(screen)) /* TUI_NEWS_SESSION will draw it anew */
        return G_SOURCE_REMOVE;
    view->ask = g_new0(ProfilesAsk, 1);
    *view->ask = (ProfilesAsk){.view = view,
                               .screen = screen,
                               .asker = amr_session_asker(session, AMR_ASK_BOTH, FALSE),
                               .cancellable = g_cancellable_new(),
                               .full = g_strdup(profile->full)};
    amr_asker_compare_async(view->ask->asker, profile->full, view->ask->cancellable, on_compared,
                            view->ask);
    view->rows.stale_detail = TRUE;
    tui_screen_dirty(screen);
    return G_SOURCE_REMOVE;
}

static void
stop_resting(Profiles *view)
{
    if (view->rests)
        g_source_remove(view->rests);
    view->rests = 0;
}

TuiComparison
tui_profiles_compare(Profiles *view, const TuiProfile *profile)
{
    const AmrSession *session = tui_screen_session(view->rows.view.screen);
    AmrAskDrift *found = g_hash_table_lookup(view->compared, profile->full);

    if (found)
        return (TuiComparison){TUI_COMPARISON_DONE, found};
    if (view->ask && strcmp(view->ask->full, profile->full) == 0)
        return (TuiComparison){TUI_COMPARISON_ASKING, NULL};
    if (!can_be_compared(session, profile))
        return (TuiComparison){TUI_COMPARISON_NONE, NULL};
    if (!amr_session_is_outdated(session) && (!view->rests || view->resting != profile->full)) {
        stop_resting(view);
        view->resting = profile->full;
        view->rests = g_timeout_add(REST, on_rest, view);
    }
    return (TuiComparison){TUI_COMPARISON_WANTED, NULL};
}

void
tui_profiles_forget(Profiles *view)
{
    stop_resting(view);
    give_way(view);
    g_hash_table_remove_all(view->compared);
}
