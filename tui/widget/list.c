/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/list.h"

#define FLEXIBLE_MIN 12 /* cells that a column without a width of its own needs to be of use */

void
tui_list_fit(TuiList *list, guint n, guint height)
{
    list->n = n;
    list->height = MAX(height, 1);
    list->cursor = n > 0 ? MIN(list->cursor, n - 1) : 0;
    if (list->top + list->height > n)
        list->top = n > list->height ? n - list->height : 0;
    if (list->cursor < list->top)
        list->top = list->cursor;
    if (list->cursor >= list->top + list->height)
        list->top = list->cursor - list->height + 1;
}

void
tui_list_moved(TuiList *list, guint cursor)
{
    if (cursor >= list->cursor)
        list->top += cursor - list->cursor;
    else
        list->top -= MIN(list->top, list->cursor - cursor);
    list->cursor = cursor;
}

gboolean
tui_list_act(TuiList *list, TuiAction action)
{
    guint page = list->height > 1 ? list->height - 1 : 1;
    guint last = list->n > 0 ? list->n - 1 : 0;
    switch (action) {
    case TUI_ACTION_UP:
        list->cursor -= list->cursor > 0;
        break;
    case TUI_ACTION_DOWN:
        list->cursor += list->cursor < last;
        break;
    case TUI_ACTION_PAGE_UP:
        list->cursor -= MIN(list->cursor, page);
        break;
    case TUI_ACTION_PAGE_DOWN:
        list->cursor = MIN(list->cursor + page, last);
        break;
    case TUI_ACTION_FIRST:
        list->cursor = 0;
        break;
    case TUI_ACTION_LAST:
        list->cursor = last;
        break;
    default:
        return FALSE;
    }
    tui_list_fit(list, list->n, list->height);
    return TRUE;
}

/* ---- columns -------------------------------------------------------------------------------- */

static int
needed(const TuiTable *table, const gboolean *kept)
{
    int width = 0, n = 0;
    for (guint i = 0; i < table->n; i++) {
        if (!kept[i])
            continue;
        width += table->columns[i].width > 0 ? table->columns[i].width : FLEXIBLE_MIN;
        n++;
    }
    return width + (n > 1 ? (n - 1) * TUI_COLUMN_GAP : 0);
}

static gboolean
drop_one(const TuiTable *table, gboolean *kept)
{
    int worst = -1;
    for (guint i = 0; i < table->n; i++) {
        if (kept[i] && table->columns[i].priority > 0 &&
            (worst < 0 || table->columns[i].priority > table->columns[worst].priority))
            worst = (int)i;
    }
    if (worst >= 0)
        kept[worst] = FALSE;
    return worst >= 0;
}

void
tui_columns_fit(const TuiTable *table, int width, guint *widths)
{
    gboolean kept[TUI_TABLE_COLUMNS_MAX];
    int fixed = 0, n = 0, flexible = 0;

    for (guint i = 0; i < table->n; i++)
        kept[i] = TRUE;
    while (needed(table, kept) > width && drop_one(table, kept))
        ;
    for (guint i = 0; i < table->n; i++) {
        n += kept[i] != 0;
        flexible += kept[i] && table->columns[i].width == 0;
        fixed += kept[i] ? table->columns[i].width : 0;
    }
    int rest = MAX(0, width - fixed - MAX(0, n - 1) * TUI_COLUMN_GAP);
    for (guint i = 0; i < table->n; i++) {
        widths[i] = kept[i] ? table->columns[i].width : 0;
        if (kept[i] && table->columns[i].width == 0) {
            widths[i] = (guint)(rest / flexible);
            rest -= (int)widths[i];
            flexible--;
        }
    }
}

void
tui_columns_draw_header(const TuiTable *table, const guint *widths, TuiCanvas *canvas, TuiRect rect,
                        int y)
{
    int x = 0;
    tui_canvas_fill(canvas, (TuiRect){rect.x, rect.y + y, rect.width, 1}, TUI_ROLE_HEADER);
    for (guint i = 0; i < table->n; i++) {
        if (widths[i] == 0)
            continue;
        tui_canvas_put_field(canvas, rect, x, y, (int)widths[i], table->columns[i].title,
                             table->columns[i].right, TUI_ROLE_HEADER);
        x += (int)widths[i] + TUI_COLUMN_GAP;
    }
}

void
tui_columns_draw_row(const TuiTable *table, const guint *widths, const TuiCell *cells,
                     TuiCanvas *canvas, TuiRect rect, int y, TuiRole over)
{
    TuiRect row = {rect.x, rect.y + y, rect.width, 1};
    int x = 0;
    for (guint i = 0; i < table->n; i++) {
        if (widths[i] == 0)
            continue;
        tui_canvas_put_field(canvas, rect, x, y, (int)widths[i], cells[i].text ? cells[i].text : "",
                             table->columns[i].right, cells[i].role);
        x += (int)widths[i] + TUI_COLUMN_GAP;
    }
    if (over != TUI_ROLE_COUNT)
        tui_canvas_paint(canvas, row, over);
    tui_canvas_tag(canvas, row, TUI_TAG_ROW);
    if (over == TUI_ROLE_SELECTED) /* what reads the screen aloud follows the cursor */
        tui_canvas_set_cursor(canvas, row.x, row.y);
}
