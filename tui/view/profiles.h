/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel holds: profiles with mode, processes, denials and file. */
#ifndef TUI_VIEW_PROFILES_H
#define TUI_VIEW_PROFILES_H

#include "tui/view/screen.h"

G_BEGIN_DECLS

TuiView *tui_profiles_new(TuiScreen *screen);

G_END_DECLS
#endif
