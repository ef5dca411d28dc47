/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A menu over the view that asked for it. What is chosen is done as if its key had been pressed
 * there. */
#ifndef TUI_VIEW_CHOOSER_H
#define TUI_VIEW_CHOOSER_H

#include "tui/view/screen.h"
#include "tui/widget/menu.h"

G_BEGIN_DECLS

/* Takes @menu over. */
TuiView *tui_chooser_new(TuiScreen *screen, TuiMenu *menu);

G_END_DECLS
#endif
