/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which changes are shown, and in which order. */
#include "config.h"

#include "tui/view/changes_private.h"

AmrHistory *
tui_changes_history(const Changes *view)
{
    return tui_screen_session(view->rows.view.screen)->history;
}

void
tui_changes_look_outside(Changes *view)
{
    const AmrSession *session = tui_screen_session(view->rows.view.screen);

    if (view->looked && !view->outside && session->history)
        view->outside = amr_outside(session->history, session->target);
}

static guint
own_count(const Changes *view)
{
    return tui_changes_history(view) ? amr_history_count(tui_changes_history(view)) : 0;
}

guint
tui_changes_count(const Changes *view)
{
    return own_count(view) + (view->outside ? view->outside->len : 0);
}

/* NULL for what is another's. */
static const AmrChange *
change_of(const Changes *view, guint n)
{
    return tui_changes_history(view) ? amr_history_get(tui_changes_history(view), n) : NULL;
}

static const AmrOutside *
outside_of(const Changes *view, guint n)
{
    guint own = own_count(view);
    return view->outside && n >= own && n - own < view->outside->len ? view->outside->pdata[n - own]
                                                                     : NULL;
}

const AmrChange *
tui_changes_current(const Changes *view)
{
    guint n = tui_rows_current(&view->rows);
    return n != TUI_ROWS_NONE ? change_of(view, n) : NULL;
}

const AmrOutside *
tui_changes_current_outside(const Changes *view)
{
    guint n = tui_rows_current(&view->rows);
    return n != TUI_ROWS_NONE ? outside_of(view, n) : NULL;
}

static gint64
time_of(const Changes *view, guint n)
{
    const AmrChange *change = change_of(view, n);
    const AmrOutside *outside = outside_of(view, n);

    return change ? change->time : outside ? outside->time : 0;
}

/* Those of others first: they have neither. */
static int
compare_by(const Changes *view, guint i, guint j)
{
    const AmrChange *x = change_of(view, i), *y = change_of(view, j);

    if (!x || !y)
        return (x != NULL) - (y != NULL);
    if (view->order == TUI_ACTION_SORT_STATE)
        return (int)x->state - (int)y->state;
    return g_strcmp0(x->profiles ? x->profiles[0] : NULL, y->profiles ? y->profiles[0] : NULL);
}

/* The newest first, among equals too. */
static int
compare(gconstpointer a, gconstpointer b, gpointer data)
{
    const Changes *view = data;
    const guint i = *(const guint *)a, j = *(const guint *)b;
    int order = view->order == TUI_ACTION_SORT_TIME ? 0 : compare_by(view, i, j);

    if (order == 0 && time_of(view, i) != time_of(view, j))
        return time_of(view, i) < time_of(view, j) ? 1 : -1;
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
    const Changes *view = (const Changes *)rows;
    const AmrChange *change = change_of(view, n);
    const AmrOutside *outside = outside_of(view, n);

    return change ? change->id : outside ? outside->path : NULL;
}

static void
cells_of(const TuiRows *rows, guint n, TuiCell *cells)
{
    const Changes *view = (const Changes *)rows;
    const AmrSession *session = tui_screen_session(rows->view.screen);

    if (change_of(view, n))
        tui_table_changes_row(session, change_of(view, n), cells);
    else
        tui_table_outside_row(session, outside_of(view, n), cells);
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
