/* SPDX-License-Identifier: GPL-3.0-or-later */
/* List and detail on one screen, as its size allows. */
#ifndef TUI_VIEW_SPLIT_H
#define TUI_VIEW_SPLIT_H

#include "tui/terminal/canvas.h"

G_BEGIN_DECLS

/* Detail to the right from 120 columns, below from 30 rows of the whole canvas; else one of them
 * alone, by @in_detail: the other's height is 0. Draws the line between them. TRUE: both. */
gboolean tui_split(TuiCanvas *canvas, TuiRect rect, gboolean in_detail, TuiRect *list,
                   TuiRect *detail);

G_END_DECLS
#endif
