/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first tab: distinct denials, newest at the end, with the detail of one. */
#ifndef TUI_VIEW_DENIALS_H
#define TUI_VIEW_DENIALS_H

#include "tui/view/screen.h"

G_BEGIN_DECLS

TuiView *tui_denials_new(TuiScreen *screen);

G_END_DECLS
#endif
