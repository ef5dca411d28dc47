/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mouse: what was drawn says what a click on it means. */
#include "config.h"

#include "tui/view/screen_private.h"

#define WHEEL_ROWS 3

static TuiAction
repeat(TuiScreen *screen, TuiAction action, int times)
{
    TuiAction result = TUI_ACTION_NONE;
    for (int i = 0; i < times && result == TUI_ACTION_NONE; i++)
        result = tui_screen_act(screen, action);
    return result;
}

/* From the row where the cursor stands to the one at @y: as the keys would go there. */
static TuiAction
click_row(TuiScreen *screen, const TuiCanvas *canvas, const TuiInput *input)
{
    int x, y, rows = 0;

    if (!tui_canvas_cursor(canvas, &x, &y))
        return TUI_ACTION_NONE;
    for (int at = MIN(y, input->y); at < MAX(y, input->y); at++) {
        const TuiCanvasCell *cell = tui_canvas_cell(canvas, x, at);
        if (!cell || cell->tag != TUI_TAG_ROW) /* the cursor is in another part of the screen */
            return TUI_ACTION_NONE;
        rows++;
    }
    return repeat(screen, input->y < y ? TUI_ACTION_UP : TUI_ACTION_DOWN, rows);
}

static TuiAction
click(TuiScreen *screen, const TuiCanvas *canvas, const TuiInput *input)
{
    const TuiCanvasCell *cell = tui_canvas_cell(canvas, input->x, input->y);

    if (!cell || cell->tag == 0)
        return TUI_ACTION_NONE;
    if (cell->tag != TUI_TAG_ROW)
        return tui_screen_act(screen, (TuiAction)cell->tag);
    if (input->key == TUI_KEY_DOUBLE_CLICK) /* the first click has gone there */
        return tui_screen_act(screen, TUI_ACTION_OPEN);
    return click_row(screen, canvas, input);
}

TuiAction
tui_screen_mouse(TuiScreen *screen, const TuiCanvas *canvas, const TuiInput *input)
{
    if (tui_ask_is_open(screen->ask))
        return TUI_ACTION_NONE;
    switch (input->key) {
    case TUI_KEY_WHEEL_UP:
        return repeat(screen, TUI_ACTION_UP, WHEEL_ROWS);
    case TUI_KEY_WHEEL_DOWN:
        return repeat(screen, TUI_ACTION_DOWN, WHEEL_ROWS);
    case TUI_KEY_CLICK:
    case TUI_KEY_DOUBLE_CLICK:
        return click(screen, canvas, input);
    default:
        return TUI_ACTION_NONE;
    }
}
