/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which changes are shown, in which order, and where the cursor is among them. */
#include "config.h"

#include <string.h>

#include "tui/view/changes_private.h"

AmrHistory *
tui_changes_history(const Changes *view)
{
    return tui_screen_session(view->view.screen)->history;
}

guint
tui_changes_count(const Changes *view)
{
    return tui_changes_history(view) ? amr_history_count(tui_changes_history(view)) : 0;
}

const AmrChange *
tui_changes_at(const Changes *view, guint row)
{
    guint n = row < view->rows->len ? g_array_index(view->rows, guint, row) : G_MAXUINT;
    return n < tui_changes_count(view) ? amr_history_get(tui_changes_history(view), n) : NULL;
}

/* ---- what is shown -------------------------------------------------------------------------- */

/* The newest first, among equals too. */
static int
compare(gconstpointer a, gconstpointer b, gpointer data)
{
    const Changes *view = data;
    const guint i = *(const guint *)a, j = *(const guint *)b;
    const AmrChange *x = amr_history_get(tui_changes_history(view), i),
                    *y = amr_history_get(tui_changes_history(view), j);
    int order = 0;

    if (view->order == TUI_ACTION_SORT_STATE)
        order = (int)x->state - (int)y->state;
    else if (view->order == TUI_ACTION_SORT_PROFILE)
        order = g_strcmp0(x->profiles ? x->profiles[0] : NULL, y->profiles ? y->profiles[0] : NULL);
    return order != 0 ? order : (i < j) - (i > j);
}

static gboolean
is_wanted(const Changes *view, const AmrChange *change)
{
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};

    if (!view->sift)
        return TRUE;
    tui_table_changes_row(tui_screen_session(view->view.screen), change, cells);
    gboolean wanted = tui_sift_match(view->sift, cells);
    tui_cells_clear(cells, tui_table_changes.n);
    return wanted;
}

void
tui_changes_make_rows(Changes *view)
{
    g_array_set_size(view->rows, 0);
    for (guint i = 0; i < tui_changes_count(view); i++) {
        if (is_wanted(view, amr_history_get(tui_changes_history(view), i)))
            g_array_append_val(view->rows, i);
    }
    g_array_sort_with_data(view->rows, compare, view);
}

static void
stand_on(Changes *view, const AmrChange *change)
{
    if (g_strcmp0(change ? change->id : NULL, view->id) == 0)
        return;
    g_free(view->id);
    view->id = change ? g_strdup(change->id) : NULL;
    tui_flow_scroll_to(view->detail, 0);
}

void
tui_changes_moved(Changes *view)
{
    stand_on(view, tui_changes_at(view, view->list.cursor));
    if (!view->id)
        return;
    g_free(view->tied);
    view->tied = g_strdup(view->id);
}

static gboolean
go_back_to(Changes *view, const char *id)
{
    for (guint i = 0; id && i < view->rows->len; i++) {
        const AmrChange *change = tui_changes_at(view, i);
        if (!change || strcmp(change->id, id) != 0)
            continue;
        tui_list_moved(&view->list, i);
        stand_on(view, change);
        return TRUE;
    }
    return FALSE;
}

void
tui_changes_find_cursor(Changes *view)
{
    guint n = view->rows->len;

    view->list.n = n;
    if (go_back_to(view, view->tied) || go_back_to(view, view->id))
        return;
    view->list.cursor = MIN(view->list.cursor, n > 0 ? n - 1 : 0);
    stand_on(view, tui_changes_at(view, view->list.cursor));
}

/* ---- for search ----------------------------------------------------------------------------- */

static guint
search_rows(TuiView *base)
{
    return ((Changes *)base)->rows->len;
}

static guint
search_cursor(TuiView *base)
{
    tui_changes_find_cursor((Changes *)base);
    return ((Changes *)base)->list.cursor;
}

static void
search_go(TuiView *base, guint row)
{
    Changes *view = (Changes *)base;
    view->list.cursor = row;
    tui_changes_moved(view);
}

static void
search_origin(TuiView *base, gboolean back)
{
    Changes *view = (Changes *)base;
    char **from = back ? &view->origin : &view->id, **to = back ? &view->tied : &view->origin;

    g_free(*to);
    *to = g_strdup(*from);
    if (back)
        tui_changes_find_cursor(view);
}

static gboolean
search_matches(TuiView *base, guint row, const char *text)
{
    const AmrChange *change = tui_changes_at((Changes *)base, row);
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};

    if (!change)
        return FALSE;
    tui_table_changes_row(tui_screen_session(base->screen), change, cells);
    gboolean found = tui_cells_find(cells, tui_table_changes.n, text);
    tui_cells_clear(cells, tui_table_changes.n);
    return found;
}

static gboolean
search_filter(TuiView *base, const char *const *words, GError **error)
{
    Changes *view = (Changes *)base;
    TuiSift *sift = words && words[0] ? tui_sift_new(&tui_table_changes, words, error) : NULL;

    if (words && words[0] && !sift)
        return FALSE;
    tui_sift_free(view->sift);
    view->sift = sift;
    tui_changes_make_rows(view);
    return TRUE;
}

static char **
search_keys(TuiView *base)
{
    return tui_sift_keys(&tui_table_changes);
}

static guint
search_all(TuiView *base)
{
    return tui_changes_count((Changes *)base);
}

const TuiSearchClass tui_changes_search = {
    .rows = search_rows,
    .cursor = search_cursor,
    .go = search_go,
    .origin = search_origin,
    .matches = search_matches,
    .filter = search_filter,
    .keys = search_keys,
    .all = search_all,
};
