/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history: what was changed, newest first, and the way back. */
#ifndef TUI_VIEW_CHANGES_H
#define TUI_VIEW_CHANGES_H

#include "tui/view/screen.h"

G_BEGIN_DECLS

TuiView *tui_changes_new(TuiScreen *screen);

G_END_DECLS
#endif
