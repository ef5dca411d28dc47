/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/changes.h"

#include <string.h>

#include "tui/view/split.h"
#include "tui/view/undo.h"
#include "tui/widget/flow.h"
#include "tui/widget/list.h"

typedef struct {
    TuiView view;
    TuiList list;
    char *id; /* what the cursor stands on; NULL: nothing is there */
    TuiFlow *detail;
    gboolean in_detail;
} Changes;

static const AmrHistory *
history_of(const Changes *view)
{
    return tui_screen_session(view->view.screen)->history;
}

static guint
count(const Changes *view)
{
    return history_of(view) ? amr_history_count(history_of(view)) : 0;
}

/* Newest first. */
static const AmrChange *
at(const Changes *view, guint row)
{
    guint n = count(view);
    return row < n ? amr_history_get(history_of(view), n - 1 - row) : NULL;
}

static void
take_row(Changes *view)
{
    const AmrChange *change = at(view, view->list.cursor);
    if (change && g_strcmp0(change->id, view->id) == 0)
        return;
    g_free(view->id);
    view->id = change ? g_strdup(change->id) : NULL;
    tui_flow_scroll_to(view->detail, 0);
}

static void
find_cursor(Changes *view)
{
    guint n = count(view);
    for (guint i = 0; view->id && i < n; i++) {
        const AmrChange *change = at(view, i);
        if (change && strcmp(change->id, view->id) == 0) {
            tui_list_moved(&view->list, i);
            return;
        }
    }
    view->list.cursor = MIN(view->list.cursor, n > 0 ? n - 1 : 0);
    take_row(view);
}

/* ---- drawing -------------------------------------------------------------------------------- */

static void
fill_detail(Changes *view)
{
    const AmrSession *session = tui_screen_session(view->view.screen);
    const AmrChange *change = at(view, view->list.cursor);
    g_autoptr(GError) error = NULL;

    tui_flow_clear(view->detail);
    if (!change)
        return;
    g_autofree char *when = amr_clock_show(amr_target_clock(session->target), change->time);
    tui_flow_add_field(view->detail, "change", TUI_ROLE_TITLE, change->id);
    tui_flow_add_field(view->detail, "time", TUI_ROLE_TEXT, when);
    tui_flow_add_words(view->detail, "state", TUI_ROLE_TEXT, amr_change_state_word(change->state));
    if (change->message)
        tui_flow_add_words(view->detail, "message", TUI_ROLE_WARNING, change->message);
    if (change->undoes)
        tui_flow_add_field(view->detail, "takes back", TUI_ROLE_TEXT, change->undoes);
    if (change->undone_by)
        tui_flow_add_field(view->detail, "undone by", TUI_ROLE_TEXT, change->undone_by);
    tui_flow_add_list(view->detail, "profile", TUI_ROLE_PROFILE, change->profiles);
    tui_flow_add_list(view->detail, "file", TUI_ROLE_PATH, change->files);
    tui_flow_add_list(view->detail, "rule", TUI_ROLE_RULE, change->rules);
    tui_flow_add(view->detail, TUI_ROLE_TEXT, NULL);
    g_autoptr(AmrPlan) plan = amr_history_plan(session->history, change, &error);
    g_autofree char *diff = plan ? amr_plan_diff(plan) : NULL;
    if (diff)
        tui_flow_add_diff(view->detail, diff);
    else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
        tui_flow_add(view->detail, TUI_ROLE_QUIET,
                     "Its record is root's: not everybody may read each file that it quotes, or an "
                     "older armorer kept it so.");
    else
        tui_flow_add(view->detail, TUI_ROLE_QUIET, error->message);
}

static void
draw_list(Changes *view, TuiCanvas *canvas, TuiRect rect)
{
    const TuiTable *table = &tui_table_changes;
    const AmrSession *session = tui_screen_session(view->view.screen);
    guint widths[TUI_TABLE_COLUMNS_MAX];
    int header = rect.height > 3;

    tui_list_fit(&view->list, count(view), (guint)MAX(1, rect.height - header));
    tui_columns_fit(table, rect.width, widths);
    if (header)
        tui_columns_draw_header(table, widths, canvas, rect, 0);
    for (guint i = 0; i < view->list.height; i++) {
        TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};
        guint row = view->list.top + i;
        const AmrChange *change = at(view, row);
        if (!change)
            break;
        tui_table_changes_row(session, change, cells);
        tui_columns_draw_row(table, widths, cells, canvas, rect, (int)i + header,
                             row == view->list.cursor ? TUI_ROLE_SELECTED : TUI_ROLE_COUNT);
        tui_cells_clear(cells, table->n);
    }
}

static void
draw_empty(Changes *view, TuiCanvas *canvas, TuiRect rect)
{
    const AmrSession *session = tui_screen_session(view->view.screen);
    g_autoptr(TuiFlow) flow = tui_flow_new();

    tui_flow_add(flow, TUI_ROLE_TITLE, "Nothing was changed by armorer so far.");
    if (session->history_error)
        tui_flow_add(flow, TUI_ROLE_ERROR, session->history_error->message);
    tui_flow_draw(flow, canvas, rect);
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    Changes *view = (Changes *)base;
    TuiRect list, detail;

    if (count(view) == 0) {
        draw_empty(view, canvas, rect);
        return;
    }
    find_cursor(view);
    tui_split(canvas, rect, view->in_detail, &list, &detail);
    if (list.height > 0)
        draw_list(view, canvas, list);
    if (detail.height > 0) {
        fill_detail(view);
        tui_flow_draw(view->detail, canvas, detail);
    }
}

/* ---- actions -------------------------------------------------------------------------------- */

static void
undo(Changes *view)
{
    const AmrChange *change = at(view, view->list.cursor);
    if (!change)
        return;
    if (change->state == AMR_CHANGE_STATE_UNDONE || change->undone_by)
        tui_screen_say(view->view.screen, TUI_ROLE_WARNING, "It is undone already");
    else
        tui_screen_push(view->view.screen, tui_undo_new(view->view.screen, change));
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    Changes *view = (Changes *)base;
    find_cursor(view);
    if (view->in_detail && tui_flow_act(view->detail, action))
        return TUI_STALE_VIEW;
    if (!view->in_detail && tui_list_act(&view->list, action)) {
        take_row(view);
        return TUI_STALE_VIEW;
    }
    switch (action) {
    case TUI_ACTION_OPEN:
        view->in_detail = count(view) > 0;
        return TUI_STALE_VIEW;
    case TUI_ACTION_UNDO:
        undo(view);
        return TUI_STALE_FRAME;
    case TUI_ACTION_BACK:
        if (!view->in_detail)
            return TUI_STALE_FOREIGN;
        view->in_detail = FALSE;
        return TUI_STALE_VIEW;
    default:
        return TUI_STALE_FOREIGN;
    }
}

static void
hints(const TuiView *base, GArray *out)
{
    static const TuiHint list[] = {{TUI_ACTION_OPEN, NULL},
                                   {TUI_ACTION_UNDO, NULL},
                                   {TUI_ACTION_REFRESH, NULL}};
    static const TuiHint detail[] = {{TUI_ACTION_BACK, NULL},
                                     {TUI_ACTION_UNDO, NULL},
                                     {TUI_ACTION_DOWN, "scroll"}};
    if (((const Changes *)base)->in_detail)
        g_array_append_vals(out, detail, G_N_ELEMENTS(detail));
    else
        g_array_append_vals(out, list, G_N_ELEMENTS(list));
}

static char *
place(const TuiView *base)
{
    const Changes *view = (const Changes *)base;
    guint n = count(view);
    return n > 0 ? g_strdup_printf("%u of %u", view->list.cursor + 1, n) : NULL;
}

static void
changes_free(TuiView *base)
{
    Changes *view = (Changes *)base;
    tui_flow_free(view->detail);
    g_free(view->id);
    g_free(view);
}

static const TuiViewClass class = {
    .title = "Changes",
    .draw = draw,
    .act = act,
    .hints = hints,
    .place = place,
    .free = changes_free,
};

TuiView *
tui_changes_new(TuiScreen *screen)
{
    Changes *view = g_new0(Changes, 1);
    view->view = (TuiView){&class, screen};
    view->detail = tui_flow_new();
    return &view->view;
}
