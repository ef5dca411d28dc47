/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/rows.h"

#include <string.h>

/* ---- which ---------------------------------------------------------------------------------- */

guint
tui_rows_at(const TuiRows *rows, guint row)
{
    guint n = row < rows->shown->len ? g_array_index(rows->shown, guint, row) : TUI_ROWS_NONE;
    /* What is shown may be of before, while it is read again. */
    return n < rows->class->count(rows) ? n : TUI_ROWS_NONE;
}

guint
tui_rows_current(const TuiRows *rows)
{
    return tui_rows_at(rows, rows->list.cursor);
}

static const char *
name_of(const TuiRows *rows, guint row)
{
    guint n = tui_rows_at(rows, row);
    return n != TUI_ROWS_NONE ? rows->class->name(rows, n) : NULL;
}

gboolean
tui_rows_is_wanted(const TuiRows *rows, guint n)
{
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};

    if (!rows->sift)
        return TRUE;
    rows->class->cells(rows, n, cells);
    gboolean wanted = tui_sift_match(rows->sift, cells);
    tui_cells_clear(cells, rows->class->table->n);
    return wanted;
}

/* ---- the cursor is tied to the name --------------------------------------------------------- */

static void
stand_on(TuiRows *rows, const char *name)
{
    if (g_strcmp0(name, rows->name) == 0)
        return;
    g_free(rows->name);
    rows->name = g_strdup(name);
    rows->stale_detail = TRUE;
    tui_flow_scroll_to(rows->detail, 0);
}

void
tui_rows_tie(TuiRows *rows, const char *name)
{
    char *tied = g_strdup(name);
    g_free(rows->tied);
    rows->tied = tied;
}

void
tui_rows_moved(TuiRows *rows)
{
    stand_on(rows, name_of(rows, rows->list.cursor));
    if (rows->name)
        tui_rows_tie(rows, rows->name);
}

static gboolean
go_back_to(TuiRows *rows, const char *name)
{
    for (guint i = 0; name && i < rows->shown->len; i++) {
        const char *each = name_of(rows, i);
        if (!each || strcmp(each, name) != 0)
            continue;
        tui_list_moved(&rows->list, i);
        stand_on(rows, each);
        return TRUE;
    }
    return FALSE;
}

void
tui_rows_find_cursor(TuiRows *rows)
{
    const guint n = rows->shown->len;

    rows->list.n = n;
    if (go_back_to(rows, rows->tied) || go_back_to(rows, rows->name))
        return;
    rows->list.cursor = n > 0 ? MIN(rows->list.cursor, n - 1) : 0;
    stand_on(rows, name_of(rows, rows->list.cursor));
}

/* ---- for search ----------------------------------------------------------------------------- */

static guint
search_rows(TuiView *view)
{
    return ((TuiRows *)view)->shown->len;
}

static guint
search_cursor(TuiView *view)
{
    tui_rows_find_cursor((TuiRows *)view);
    return ((TuiRows *)view)->list.cursor;
}

static void
search_go(TuiView *view, guint row)
{
    ((TuiRows *)view)->list.cursor = row;
    tui_rows_moved((TuiRows *)view);
}

static void
search_origin(TuiView *view, gboolean back)
{
    TuiRows *rows = (TuiRows *)view;

    if (back) {
        tui_rows_tie(rows, rows->origin);
        tui_rows_find_cursor(rows);
    } else {
        g_free(rows->origin);
        rows->origin = g_strdup(rows->name);
    }
}

static gboolean
search_matches(TuiView *view, guint row, const char *text)
{
    const TuiRows *rows = (const TuiRows *)view;
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};
    guint n = tui_rows_at(rows, row);

    if (n == TUI_ROWS_NONE)
        return FALSE;
    rows->class->cells(rows, n, cells);
    gboolean found = tui_cells_find(cells, rows->class->table->n, text);
    tui_cells_clear(cells, rows->class->table->n);
    return found;
}

static gboolean
search_filter(TuiView *view, const char *const *words, GError **error)
{
    TuiRows *rows = (TuiRows *)view;
    TuiSift *sift = words && words[0] ? tui_sift_new(rows->class->table, words, error) : NULL;

    if (words && words[0] && !sift)
        return FALSE;
    tui_sift_free(rows->sift);
    rows->sift = sift;
    rows->class->make(rows);
    return TRUE;
}

static gboolean
nth_cells(guint n, TuiCell *cells, gpointer data)
{
    const TuiRows *rows = data;

    if (n >= rows->class->count(rows))
        return FALSE;
    rows->class->cells(rows, n, cells);
    return TRUE;
}

char **
tui_rows_complete(TuiView *view, const char *line, gsize from, gsize point, gsize *start)
{
    TuiRows *rows = (TuiRows *)view;
    return tui_sift_complete(rows->class->table, line, from, point, start, nth_cells, rows);
}

static char **
search_complete(TuiView *view, const char *line, gsize point, gsize *start)
{
    return tui_rows_complete(view, line, 0, point, start);
}

static guint
search_all(TuiView *view)
{
    const TuiRows *rows = (const TuiRows *)view;
    return rows->class->count(rows);
}

static const TuiSearchClass search_class = {
    .rows = search_rows,
    .cursor = search_cursor,
    .go = search_go,
    .origin = search_origin,
    .matches = search_matches,
    .filter = search_filter,
    .complete = search_complete,
    .all = search_all,
};

/* ---- life ----------------------------------------------------------------------------------- */

void
tui_rows_init(TuiRows *rows, const TuiViewClass *view, const TuiRowsClass *class, TuiScreen *screen)
{
    rows->view = (TuiView){view, screen};
    rows->class = class;
    rows->shown = g_array_new(FALSE, FALSE, sizeof(guint));
    rows->detail = tui_flow_new();
    rows->search = tui_search_new(&rows->view, &search_class);
    rows->text_search = tui_search_new_text(&rows->view, rows->detail);
}

void
tui_rows_clear(TuiRows *rows)
{
    tui_search_free(rows->search);
    tui_search_free(rows->text_search);
    tui_sift_free(rows->sift);
    g_array_unref(rows->shown);
    tui_flow_free(rows->detail);
    g_free(rows->name);
    g_free(rows->tied);
    g_free(rows->origin);
}

/* ---- drawing -------------------------------------------------------------------------------- */

void
tui_rows_draw_list(TuiRows *rows, TuiCanvas *canvas, TuiRect rect)
{
    const TuiTable *table = rows->class->table;
    guint widths[TUI_TABLE_COLUMNS_MAX];
    int header = rect.height > 3;

    tui_list_fit(&rows->list, rows->shown->len, (guint)MAX(1, rect.height - header));
    tui_columns_fit(table, rect.width, widths);
    if (header)
        tui_columns_draw_header(table, widths, canvas, rect, 0);
    if (rows->shown->len == 0)
        tui_canvas_put_field(canvas, rect, 0, header, rect.width, rows->class->nothing, FALSE,
                             TUI_ROLE_QUIET);
    for (guint i = 0; i < rows->list.height; i++) {
        TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};
        guint row = rows->list.top + i, n = tui_rows_at(rows, row);
        if (n == TUI_ROWS_NONE)
            break;
        rows->class->shown(rows, n, cells);
        tui_columns_draw_row(table, widths, cells, canvas, rect, (int)i + header,
                             row == rows->list.cursor ? TUI_ROLE_SELECTED : TUI_ROLE_COUNT);
        tui_cells_clear(cells, table->n);
    }
}

char *
tui_rows_place(const TuiRows *rows)
{
    guint n = rows->shown->len;
    return n > 0 ? g_strdup_printf("%u of %u", rows->list.cursor + 1, n) : NULL;
}

/* ---- actions -------------------------------------------------------------------------------- */

TuiStale
tui_rows_act(TuiRows *rows, TuiAction action)
{
    TuiStale stale;

    tui_rows_find_cursor(rows);
    if (rows->in_detail && tui_flow_act(rows->detail, action))
        return TUI_STALE_VIEW;
    if (!rows->in_detail && tui_list_act(&rows->list, action)) {
        tui_rows_moved(rows);
        return TUI_STALE_VIEW;
    }
    stale = rows->in_detail ? tui_search_act(rows->text_search, action) : TUI_STALE_FOREIGN;
    if (!(stale & TUI_STALE_FOREIGN))
        return stale;
    stale = tui_search_act(rows->search, action);
    if (!(stale & TUI_STALE_FOREIGN)) {
        rows->in_detail = rows->in_detail && rows->split;
        return stale;
    }
    if (action == TUI_ACTION_OPEN)
        rows->in_detail = tui_rows_current(rows) != TUI_ROWS_NONE;
    else if (action == TUI_ACTION_BACK && rows->in_detail)
        rows->in_detail = FALSE;
    else
        return TUI_STALE_FOREIGN;
    return TUI_STALE_VIEW;
}

TuiStale
tui_rows_argue(TuiView *view, TuiAction action, const char *argument)
{
    TuiRows *rows = (TuiRows *)view;
    g_autoptr(GError) error = NULL;

    if (action != TUI_ACTION_FILTER)
        return TUI_STALE_FOREIGN;
    if (!tui_search_set_filter(rows->search, argument, &error))
        tui_screen_say(view->screen, TUI_ROLE_WARNING, "%s", error->message);
    rows->in_detail = rows->in_detail && rows->split;
    return TUI_STALE_VIEW;
}

gboolean
tui_rows_work(TuiRows *rows)
{
    gboolean more = tui_search_work(rows->text_search);
    return tui_search_work(rows->search) || more;
}
