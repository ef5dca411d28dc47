/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list's window and cursor over n rows, and the columns of a table fitted to a width. Knows
 * numbers only; whoever owns the rows ties the cursor to what it stands on.
 */
#ifndef TUI_WIDGET_LIST_H
#define TUI_WIDGET_LIST_H

#include "tui/action.h"
#include "tui/table/table.h"
#include "tui/terminal/canvas.h"

G_BEGIN_DECLS

typedef struct {
    guint n;      /* rows */
    guint cursor; /* < n, or 0 */
    guint top;    /* the first row shown */
    guint height; /* rows shown, as of the last fit */
} TuiList;

/* There are @n rows now, @height of them fit: cursor and top are moved as little as needed. */
void tui_list_fit(TuiList *list, guint n, guint height);
/* What the cursor stood on is at @cursor now: the window goes along, so it stays where it is on
 * the screen. */
void tui_list_moved(TuiList *list, guint cursor);
/* The actions that move; FALSE if @action is none of them. */
gboolean tui_list_act(TuiList *list, TuiAction action);

#define TUI_COLUMN_GAP 1

/* Cells for each column of @table within @width; 0: left out. Columns go by priority, the highest
 * number first. */
void tui_columns_fit(const TuiTable *table, int width, guint *widths);
void tui_columns_draw_header(const TuiTable *table, const guint *widths, TuiCanvas *canvas,
                             TuiRect rect, int y);
/* A row that can be clicked; the cursor stands on the selected one. @over: a role for the whole row
 * (selected, marked), or TUI_ROLE_COUNT for the cells' own. */
void tui_columns_draw_row(const TuiTable *table, const guint *widths, const TuiCell *cells,
                          TuiCanvas *canvas, TuiRect rect, int y, TuiRole over);

G_END_DECLS
#endif
