/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far a change is: one line on standard error, where that is a terminal and it takes longer
 * than a second.
 */
#ifndef TUI_COMMAND_PROGRESS_H
#define TUI_COMMAND_PROGRESS_H

#include "core/change/executor.h"

G_BEGIN_DECLS

typedef struct TuiProgress TuiProgress;

TuiProgress *tui_progress_new(void);
/* Takes the line away. */
void tui_progress_free(TuiProgress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiProgress, tui_progress_free)

/* An AmrProgress; @progress is its data. */
void tui_progress_step(AmrStep step, const char *what, gpointer progress);
/* Takes the line away, before something else is written there; the next step brings it back. */
void tui_progress_clear(TuiProgress *progress);

G_END_DECLS
#endif
