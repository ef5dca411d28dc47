/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes.c, which draws and acts, and changes_rows.c, which knows what is shown, share. */
#ifndef TUI_VIEW_CHANGES_PRIVATE_H
#define TUI_VIEW_CHANGES_PRIVATE_H

#include "tui/table/sift.h"
#include "tui/view/changes.h"
#include "tui/view/search.h"
#include "tui/widget/flow.h"
#include "tui/widget/list.h"

G_BEGIN_DECLS

typedef struct {
    TuiView view;
    TuiList list;
    GArray *rows; /* guint: numbers of the history, as they are shown */
    TuiAction order;
    TuiSift *sift;                   /* NULL: all are shown */
    TuiSearch *search, *text_search; /* of the rows, and of the detail */
    char *id;                        /* what the cursor stands on; NULL: nothing is there */
    char *tied;                      /* what it was last put on */
    char *origin;                    /* where it stood when a search began */
    TuiFlow *detail;
    gboolean in_detail, split;
} Changes;

extern const TuiSearchClass tui_changes_search;

/* NULL where it cannot be read. */
AmrHistory *tui_changes_history(const Changes *view);
/* All, whatever is shown. */
guint tui_changes_count(const Changes *view);
/* The change of a row. NULL: none, too where the history is being read again and the rows are
 * still those of before. */
const AmrChange *tui_changes_at(const Changes *view, guint row);
void tui_changes_make_rows(Changes *view);
void tui_changes_find_cursor(Changes *view);
/* The cursor was moved to another row. */
void tui_changes_moved(Changes *view);

G_END_DECLS
#endif
