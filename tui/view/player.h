/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is replayed: its keys, and its part of the status line. */
#ifndef TUI_VIEW_PLAYER_H
#define TUI_VIEW_PLAYER_H

#include "tui/view/screen.h"
#include "tui/widget/bar.h"

G_BEGIN_DECLS

/* Pause, step, faster, slower; FALSE for any other action. */
gboolean tui_player_act(TuiScreen *screen, TuiAction action);
/* FALSE: nothing is replayed. */
gboolean tui_player_add_status(TuiBar *bar, const AmrSession *session);
/* The key worth showing, if anything is replayed. */
void tui_player_add_hints(GArray *hints, const AmrSession *session);

G_END_DECLS
#endif
