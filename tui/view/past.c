/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/past.h"

#include "tui/table/table.h"
#include "tui/view/screen.h"

static char *
tell(gpointer data)
{
    AmrIngestProgress progress;

    amr_ingest_progress(tui_screen_session(data)->ingest, &progress);
    if (progress.of == 0)
        return NULL;
    g_autofree char *size = tui_text_size(progress.of);
    return g_strdup_printf("%d%% of %s", (int)((double)progress.done * 100 / (double)progress.of),
                           size);
}

static void
stop(gpointer data)
{
    AmrIngest *ingest = tui_screen_session(data)->ingest;
    AmrIngestProgress progress;

    amr_ingest_progress(ingest, &progress);
    amr_ingest_skip(ingest);
    g_autofree char *size = progress.of > progress.done ? tui_text_size(progress.of - progress.done)
                                                        : g_strdup("The rest");
    tui_screen_say(data, TUI_ROLE_WARNING,
                   "%s of the logs was left out: a new start reads it. What comes now is read",
                   size);
}

static const TuiTaskClass class = {"Reading logs", tell, NULL, stop};

TuiTask *
tui_past_begin(TuiScreen *screen)
{
    return tui_task_begin(screen, &class, NULL, screen);
}
