/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line made of parts: the status on top, the keys at the bottom. */
#ifndef TUI_WIDGET_BAR_H
#define TUI_WIDGET_BAR_H

#include "tui/terminal/canvas.h"

G_BEGIN_DECLS

typedef struct TuiBar TuiBar;

TuiBar *tui_bar_new(TuiRole base);
void tui_bar_free(TuiBar *bar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiBar, tui_bar_free)

/* A part of two texts side by side (a key and its label); @lead may be NULL. The highest @priority
 * goes first where it is narrow; of equals the last one. */
void tui_bar_add(TuiBar *bar, guint priority, TuiRole lead_role, const char *lead, TuiRole role,
                 const char *text);
/* What a click on the part added last means (see canvas.h). */
void tui_bar_tag(TuiBar *bar, guint tag);
void tui_bar_draw(const TuiBar *bar, TuiCanvas *canvas, TuiRect rect, int y);

G_END_DECLS
#endif
