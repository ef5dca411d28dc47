/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a program to a profile that confines it: which step it is, and each step a key away. */
#ifndef TUI_VIEW_NEWPROFILE_H
#define TUI_VIEW_NEWPROFILE_H

#include "tui/view/screen.h"

G_BEGIN_DECLS

/* @program: a path, or a name as a shell would find it. */
TuiView *tui_newprofile_new(TuiScreen *screen, const char *program);
/* Asks for the program at the bottom of the screen, then shows that. */
void tui_newprofile_ask(TuiScreen *screen);

G_END_DECLS
#endif
