/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/terminal/line.h"

#include <string.h>

#include "core/base/text.h"

#define MARGIN 4 /* cells kept between the cursor and a cut end */

const char *
tui_line_sequence(TuiKey key)
{
    static const struct {
        TuiKey key;
        const char *sequence;
    } table[] = {
        {TUI_KEY_UP, "\033[A"},       {TUI_KEY_DOWN, "\033[B"},     {TUI_KEY_RIGHT, "\033[C"},
        {TUI_KEY_LEFT, "\033[D"},     {TUI_KEY_HOME, "\033[H"},     {TUI_KEY_END, "\033[F"},
        {TUI_KEY_DELETE, "\033[3~"},  {TUI_KEY_PAGE_UP, "\033[5~"}, {TUI_KEY_PAGE_DOWN, "\033[6~"},
        {TUI_KEY_BACK_TAB, "\033[Z"}, {TUI_KEY_ENTER, "\r"},        {TUI_KEY_TAB, "\t"},
        {TUI_KEY_BACKSPACE, "\177"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if (table[i].key == key)
            return table[i].sequence;
    return NULL;
}

char *
tui_line_shown(const char *text, gsize len)
{
    g_autofree char *lines = amr_display_lines((AmrBytes){text, len});
    return g_strdelimit(g_steal_pointer(&lines), "\n\t", ' ');
}

/* Scrolls as little as needed for the cell @at of @width cells to be seen. */
static void
scroll(int *shift, int at, int all, int width)
{
    int margin = MIN(MARGIN, (width - 1) / 2);
    if (at - *shift > width - 1 - margin)
        *shift = at - (width - 1 - margin);
    if (at - *shift < margin)
        *shift = at - margin;
    *shift = MIN(*shift, all + 1 - width);
    *shift = MAX(*shift, 0);
}

void
tui_line_draw(const TuiLine *line, int *shift, TuiCanvas *canvas, TuiRect rect, int y)
{
    g_autofree char *before = tui_line_shown(line->text, line->point);
    g_autofree char *after =
        tui_line_shown(line->text + line->point, strlen(line->text) - line->point);
    int taken = MIN(tui_canvas_text_width(line->label), rect.width / 2);
    int width = MAX(rect.width - taken, 1);
    TuiRect own = {rect.x + taken, rect.y, width, rect.height};
    int at = tui_canvas_text_width(before), all = at + tui_canvas_text_width(after), x;

    scroll(shift, at, all, width);
    tui_canvas_fill(canvas, (TuiRect){rect.x, rect.y + y, rect.width, 1}, TUI_ROLE_TEXT);
    x = tui_canvas_put(canvas, own, -*shift, y, before, TUI_ROLE_TEXT);
    (void)tui_canvas_put(canvas, own, x, y, after, TUI_ROLE_TEXT);
    if (*shift > 0)
        tui_canvas_put(canvas, own, 0, y, "<", TUI_ROLE_QUIET);
    if (all - *shift > width)
        tui_canvas_put(canvas, own, width - 1, y, ">", TUI_ROLE_QUIET);
    tui_canvas_put_field(canvas, rect, 0, y, taken, line->label, FALSE, TUI_ROLE_TITLE);
    tui_canvas_set_cursor(canvas, own.x + MIN(at - *shift, width - 1), own.y + y);
}
