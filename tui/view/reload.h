/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading what stands on disk for one profile, or in another mode, shown; w confirms. */
#ifndef TUI_VIEW_RELOAD_H
#define TUI_VIEW_RELOAD_H

#include "tui/view/screen.h"

G_BEGIN_DECLS

/* @full: "name" or ":ns:name". @kind: RELOAD, or the mode to put it into. */
TuiView *tui_reload_new(TuiScreen *screen, const char *full, AmrPlanKind kind);

G_END_DECLS
#endif
