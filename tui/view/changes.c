/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/changes_private.h"

#include "tui/view/chooser.h"
#include "tui/view/split.h"
#include "tui/view/undo.h"

/* ---- drawing -------------------------------------------------------------------------------- */

/* Who asked, which only root may read. */
static void
add_who(Changes *view, const AmrChange *change)
{
    guint64 uid;
    if (!amr_history_who(tui_changes_history(view), change, &uid))
        return;
    g_autofree char *text = g_strdup_printf("uid %" G_GUINT64_FORMAT, uid);
    tui_flow_add_field(view->detail, "who", TUI_ROLE_TEXT, text);
}

/* What it answered, as far as this session knows. */
static void
add_answers(Changes *view, const AmrChange *change)
{
    const AmrStore *store = tui_screen_session(view->view.screen)->store;
    const GArray *ids = tui_screen_answers(view->view.screen, change->id);

    for (guint i = 0; ids && i < ids->len; i++) {
        AmrEvent event;
        if (!amr_store_event(store, g_array_index(ids, AmrDenialId, i), &event))
            continue;
        g_autofree char *sentence = amr_explain(&event);
        tui_flow_add_words(view->detail, i == 0 ? "answers" : "", TUI_ROLE_TEXT, sentence);
    }
}

static void
fill_detail(Changes *view)
{
    const AmrSession *session = tui_screen_session(view->view.screen);
    const AmrChange *change = tui_changes_at(view, view->list.cursor);
    g_autoptr(GError) error = NULL;

    tui_flow_clear(view->detail);
    if (!change)
        return;
    g_autofree char *when = amr_clock_show(amr_target_clock(session->target), change->time);
    tui_flow_add_field(view->detail, "change", TUI_ROLE_TITLE, change->id);
    tui_flow_add_field(view->detail, "time", TUI_ROLE_TEXT, when);
    add_who(view, change);
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
    add_answers(view, change);
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

    tui_list_fit(&view->list, view->rows->len, (guint)MAX(1, rect.height - header));
    tui_columns_fit(table, rect.width, widths);
    if (header)
        tui_columns_draw_header(table, widths, canvas, rect, 0);
    if (view->rows->len == 0)
        tui_canvas_put_field(canvas, rect, 0, header, rect.width, "No change matches all words.",
                             FALSE, TUI_ROLE_QUIET);
    for (guint i = 0; i < view->list.height; i++) {
        TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};
        guint row = view->list.top + i;
        const AmrChange *change = tui_changes_at(view, row);
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

    tui_search_draw(view->search, canvas, &rect);
    if (tui_changes_count(view) == 0) {
        draw_empty(view, canvas, rect);
        return;
    }
    tui_changes_find_cursor(view);
    view->split = tui_split(canvas, rect, view->in_detail, &list, &detail);
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
    const AmrChange *change = tui_changes_at(view, view->list.cursor);
    if (!change)
        return;
    if (change->state == AMR_CHANGE_STATE_UNDONE || change->undone_by)
        tui_screen_say(view->view.screen, TUI_ROLE_WARNING, "It is undone already");
    else
        tui_screen_push(view->view.screen, tui_undo_new(view->view.screen, change));
}

static const TuiAction orders[] = {TUI_ACTION_SORT_TIME, TUI_ACTION_SORT_PROFILE,
                                   TUI_ACTION_SORT_STATE};

static void
choose_order(Changes *view)
{
    TuiMenu *menu = tui_menu_new("Sort changes");
    for (guint i = 0; i < G_N_ELEMENTS(orders); i++)
        tui_menu_add_choice(menu, orders[i], NULL, orders[i] == view->order);
    tui_screen_push(view->view.screen, tui_chooser_new(view->view.screen, menu));
}

static TuiStale
take_order(Changes *view, TuiAction action)
{
    for (guint i = 0; i < G_N_ELEMENTS(orders); i++) {
        if (orders[i] != action)
            continue;
        view->order = action;
        tui_changes_make_rows(view);
        return TUI_STALE_VIEW;
    }
    return TUI_STALE_FOREIGN;
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    Changes *view = (Changes *)base;
    TuiStale stale;

    tui_changes_find_cursor(view);
    if (view->in_detail && tui_flow_act(view->detail, action))
        return TUI_STALE_VIEW;
    if (!view->in_detail && tui_list_act(&view->list, action)) {
        tui_changes_moved(view);
        return TUI_STALE_VIEW;
    }
    stale = view->in_detail ? tui_search_act(view->text_search, action) : TUI_STALE_FOREIGN;
    if (!(stale & TUI_STALE_FOREIGN))
        return stale;
    stale = tui_search_act(view->search, action);
    if (!(stale & TUI_STALE_FOREIGN)) {
        view->in_detail = view->in_detail && view->split;
        return stale;
    }
    switch (action) {
    case TUI_ACTION_OPEN:
        view->in_detail = tui_changes_at(view, view->list.cursor) != NULL;
        return TUI_STALE_VIEW;
    case TUI_ACTION_UNDO:
        undo(view);
        return TUI_STALE_FRAME;
    case TUI_ACTION_BACK:
        if (!view->in_detail)
            return TUI_STALE_FOREIGN;
        view->in_detail = FALSE;
        return TUI_STALE_VIEW;
    case TUI_ACTION_SORT:
        choose_order(view);
        return TUI_STALE_FRAME;
    default:
        return take_order(view, action);
    }
}

static void
news(TuiView *base, TuiNews what)
{
    if (what == TUI_NEWS_SESSION)
        tui_changes_make_rows((Changes *)base);
}

static gboolean
work(TuiView *base)
{
    gboolean more = tui_search_work(((Changes *)base)->text_search);
    return tui_search_work(((Changes *)base)->search) || more;
}

static void
hints(const TuiView *base, GArray *out)
{
    static const TuiHint list[] = {{TUI_ACTION_OPEN, NULL}, {TUI_ACTION_UNDO, NULL},
                                   {TUI_ACTION_FIND, NULL}, {TUI_ACTION_FILTER, NULL},
                                   {TUI_ACTION_SORT, NULL}, {TUI_ACTION_REFRESH, NULL}};
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
    guint n = view->rows->len;
    return n > 0 ? g_strdup_printf("%u of %u", view->list.cursor + 1, n) : NULL;
}

static void
changes_free(TuiView *base)
{
    Changes *view = (Changes *)base;
    tui_search_free(view->search);
    tui_search_free(view->text_search);
    tui_sift_free(view->sift);
    g_array_unref(view->rows);
    tui_flow_free(view->detail);
    g_free(view->tied);
    g_free(view->origin);
    g_free(view->id);
    g_free(view);
}

/* Its rules, one a line. */
static char *
copy(const TuiView *base)
{
    const Changes *view = (const Changes *)base;
    const AmrChange *change = tui_changes_at(view, view->list.cursor);
    g_autofree char *rules = change ? g_strjoinv("\n", change->rules) : NULL;
    return rules ? amr_display_lines(amr_bytes(rules)) : NULL;
}

static const TuiViewClass class = {
    .title = "Changes",
    .draw = draw,
    .act = act,
    .hints = hints,
    .place = place,
    .news = news,
    .work = work,
    .copy = copy,
    .free = changes_free,
};

TuiView *
tui_changes_new(TuiScreen *screen)
{
    Changes *view = g_new0(Changes, 1);
    view->view = (TuiView){&class, screen};
    view->detail = tui_flow_new();
    view->rows = g_array_new(FALSE, FALSE, sizeof(guint));
    view->order = TUI_ACTION_SORT_TIME;
    view->search = tui_search_new(&view->view, &tui_changes_search);
    view->text_search = tui_search_new_text(&view->view, view->detail);
    tui_changes_make_rows(view);
    return &view->view;
}
