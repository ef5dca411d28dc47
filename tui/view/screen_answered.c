/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen and what became of denials: they are judged between keys and frames. */
#include "config.h"

#include "tui/view/screen_private.h"

#define BUDGET 4000 /* microseconds in a row */

typedef struct {
    TuiScreen *screen;
    AmrAsker *asker;
} Judging;

static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    Judging *judging = data;
    TuiScreen *screen = judging->screen;
    /* Only cancelled it fails: then the reading that follows begins anew. */
    gboolean ok = amr_answered_ask_finish(result, NULL);

    amr_asker_free(judging->asker);
    g_free(judging);
    screen->judging = FALSE;
    if (ok)
        tui_screen_wants_work(screen);
    tui_screen_end_work(screen);
}

gboolean
tui_screen_judge(TuiScreen *screen)
{
    AmrSession *session = screen->options.session;
    Judging *judging;

    if (screen->judging)
        return FALSE;
    if (amr_answered_work(session->answered, BUDGET))
        return TRUE;
    if (!amr_answered_wants(session->answered) || amr_session_is_outdated(session) ||
        !tui_screen_begin_work(screen)) /* then TUI_NEWS_SESSION will bring us back */
        return FALSE;
    screen->judging = TRUE;
    judging = g_new0(Judging, 1);
    judging->screen = screen;
    judging->asker = amr_session_asker(session, AMR_ASK_DISK, FALSE);
    amr_answered_ask_async(session->answered, judging->asker, screen->cancellable, on_compiled,
                           judging);
    return FALSE;
}
