/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which changes are shown, and in which order. */
#include "config.h"

#include "tui/view/changes_private.h"

AmrHistory *
tui_changes_history(const Changes *view)
{
    return tui_screen_session(view->rows.view.screen)->history;
}

guint
tui_changes_count(const Changes *view)
{
    return tui_changes_history(view) ? amr_history_count(tui_changes_history(view)) : 0;
}

static const AmrChange *
change_of(const TuiRows *rows, guint n)
{
    return amr_history_get(tui_changes_history((const Changes *)rows), n);
}

const AmrChange *
tui_changes_current(const Changes *view)
{
    guint n = tui_rows_current(&view->rows);
    return n != TUI_ROWS_NONE ? change_of(&view->rows, n) : NULL;
}

/* The newest first, among equals too. */
static int
compare(gconstpointer a, gconstpointer b, gpointer data)
{
    const Changes *view = data;
    const guint i = *(const guint *)a, j = *(const guint *)b;
    const AmrChange *x = change_of(&view->rows, i), *y = change_of(&view->rows, j);
    int order = 0;

    if (view->order == TUI_ACTION_SORT_STATE)
        order = (int)x->state - (int)y->state;
    else if (view->order == TUI_ACTION_SORT_PROFILE)
        order = g_strcmp0(x->profiles ? x->profiles[0] : NULL, y->profiles ? y->profiles[0] : NULL);
    return order != 0 ? order : (i < j) - (i > j);
}

static void
make(TuiRows *rows)
{
    g_array_set_size(rows->shown, 0);
    for (guint i = 0; i < tui_changes_count((Changes *)rows); i++) {
        if (tui_rows_is_wanted(rows, i))
            g_array_append_val(rows->shown, i);
    }
    g_array_sort_with_data(rows->shown, compare, rows);
}

static guint
count(const TuiRows *rows)
{
    return tui_changes_count((const Changes *)rows);
}

static const char *
name(const TuiRows *rows, guint n)
{
    return change_of(rows, n)->id;
}

static void
cells_of(const TuiRows *rows, guint n, TuiCell *cells)
{
    tui_table_changes_row(tui_screen_session(rows->view.screen), change_of(rows, n), cells);
}

const TuiRowsClass tui_changes_rows = {
    .table = &tui_table_changes,
    .nothing = "No change matches all words.",
    .count = count,
    .name = name,
    .cells = cells_of,
    .shown = cells_of,
    .make = make,
};
