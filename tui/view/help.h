/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All actions with their keys; typing searches among them. */
#ifndef TUI_VIEW_HELP_H
#define TUI_VIEW_HELP_H

#include "tui/view/screen.h"

G_BEGIN_DECLS

TuiView *tui_help_new(TuiScreen *screen);

G_END_DECLS
#endif
