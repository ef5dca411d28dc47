/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view/split.h"

#define WIDE_FROM 120
#define TALL_FROM 30

gboolean
tui_split(TuiCanvas *canvas, TuiRect rect, gboolean in_detail, TuiRect *list, TuiRect *detail)
{
    TuiRole line = in_detail ? TUI_ROLE_KEY : TUI_ROLE_BORDER; /* which half has the keys */

    *list = *detail = rect;
    if (tui_canvas_width(canvas) >= WIDE_FROM) {
        list->width = rect.width * 55 / 100;
        detail->x = rect.x + list->width + 3;
        detail->width = rect.width - list->width - 3;
        tui_canvas_vertical(canvas, rect, list->width + 1, line);
        return TRUE;
    }
    if (tui_canvas_height(canvas) >= TALL_FROM) {
        list->height = rect.height / 2;
        detail->y = rect.y + list->height + 1;
        detail->height = rect.height - list->height - 1;
        tui_canvas_horizontal(canvas, rect, list->height, line);
        return TRUE;
    }
    if (in_detail)
        list->height = 0;
    else
        detail->height = 0;
    return FALSE;
}
