/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the views of a list with a detail share (profiles, changes): which rows are shown, the
 * cursor that is tied to what a row is of, find, filter with completion, detail beside or in place
 * of the list. A view begins with a TuiRows, which begins with its TuiView.
 */
#ifndef TUI_VIEW_ROWS_H
#define TUI_VIEW_ROWS_H

#include "tui/table/sift.h"
#include "tui/view/search.h"
#include "tui/widget/flow.h"
#include "tui/widget/list.h"

G_BEGIN_DECLS

#define TUI_ROWS_NONE G_MAXUINT

typedef struct TuiRows TuiRows;

/* What a view is asked. @n counts what there is to show, whatever is shown of it. */
typedef struct {
    const TuiTable *table;
    const char *nothing; /* said where a filter leaves none */
    guint (*count)(const TuiRows *rows);
    /* What ties the cursor; borrowed. NULL: it is not there any more. */
    const char *(*name)(const TuiRows *rows, guint n);
    void (*cells)(const TuiRows *rows, guint n, TuiCell *cells); /* as a filter sees them */
    void (*shown)(const TuiRows *rows, guint n, TuiCell *cells); /* as they are drawn */
    /* Fills rows->shown anew with those that tui_rows_is_wanted(). */
    void (*make)(TuiRows *rows);
} TuiRowsClass;

struct TuiRows {
    TuiView view;
    const TuiRowsClass *class;
    TuiList list;
    GArray *shown;                   /* guint: of what there is, as they are shown */
    TuiSift *sift;                   /* NULL: all are shown */
    TuiSearch *search, *text_search; /* of the rows, and of the detail */
    TuiFlow *detail;
    char *name;   /* what the cursor stands on; NULL: nothing is there */
    char *tied;   /* what it was last put on */
    char *origin; /* where it stood when a search began */
    gboolean in_detail, split, stale_detail;
};

void tui_rows_init(TuiRows *rows, const TuiViewClass *view, const TuiRowsClass *class,
                   TuiScreen *screen);
/* Frees what it holds, not itself. */
void tui_rows_clear(TuiRows *rows);

/* What @row, or the cursor's row, shows; TUI_ROWS_NONE: nothing. */
guint tui_rows_at(const TuiRows *rows, guint row);
guint tui_rows_current(const TuiRows *rows);
/* Whether the filter shows the @n-th. */
gboolean tui_rows_is_wanted(const TuiRows *rows, guint n);
/* Puts the cursor where what it is tied to is now. */
void tui_rows_find_cursor(TuiRows *rows);
/* The cursor was moved to another row. */
void tui_rows_moved(TuiRows *rows);
/* Ties the cursor to @name; it goes there when it is looked for. */
void tui_rows_tie(TuiRows *rows, const char *name);

void tui_rows_draw_list(TuiRows *rows, TuiCanvas *canvas, TuiRect rect);

/* For the view's own functions of these names. FOREIGN is what is the view's own to take. */
TuiStale tui_rows_act(TuiRows *rows, TuiAction action);
TuiStale tui_rows_argue(TuiView *view, TuiAction action, const char *argument);
char **tui_rows_complete(TuiView *view, const char *line, gsize from, gsize point, gsize *start);
gboolean tui_rows_work(TuiRows *rows);
/* "3 of 12"; NULL: no rows. The caller frees. */
char *tui_rows_place(const TuiRows *rows);

G_END_DECLS
#endif
