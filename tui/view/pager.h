/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text over the rest, exact: a raw record. */
#ifndef TUI_VIEW_PAGER_H
#define TUI_VIEW_PAGER_H

#include "tui/view/screen.h"

G_BEGIN_DECLS

/* @title: a constant ("Raw record"); @text in display form, copied. */
TuiView *tui_pager_new(TuiScreen *screen, const char *title, const char *text);

G_END_DECLS
#endif
