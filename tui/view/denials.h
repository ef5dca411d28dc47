/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first tab: distinct denials, newest at the end, with the detail of one. */
#ifndef TUI_VIEW_DENIALS_H
#define TUI_VIEW_DENIALS_H

#include "tui/view/screen.h"

G_BEGIN_DECLS

TuiView *tui_denials_new(TuiScreen *screen);
/* Over another view, to go back to, with the filter @line, which must be one. */
TuiView *tui_denials_new_filtered(TuiScreen *screen, const char *line);

G_END_DECLS
#endif
