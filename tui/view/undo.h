/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What taking a change back does, shown; w confirms. */
#ifndef TUI_VIEW_UNDO_H
#define TUI_VIEW_UNDO_H

#include "tui/view/screen.h"

G_BEGIN_DECLS

TuiView *tui_undo_new(TuiScreen *screen, const AmrChange *change);

G_END_DECLS
#endif
