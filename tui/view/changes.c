/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/changes_private.h"

#include "tui/view/chooser.h"
#include "tui/view/sign.h"
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
    tui_flow_add_field(view->rows.detail, "who", TUI_ROLE_TEXT, text);
}

/* What it answers of what is known, and whether that was quiet since. */
static void
add_answers(Changes *view, const AmrChange *change)
{
    const AmrSession *session = tui_screen_session(view->rows.view.screen);
    const GArray *ids = amr_answered_by(session->answered, change->id);
    g_autofree char *since = tui_table_since(session, change);

    if (since)
        tui_flow_add_words(view->rows.detail, "since then", TUI_ROLE_TITLE, since);
    for (guint i = 0; ids && i < ids->len; i++) {
        AmrEvent event;
        if (!amr_store_event(session->store, g_array_index(ids, AmrDenialId, i), &event))
            continue;
        g_autofree char *sentence = amr_explain(session->sentences, &event);
        tui_flow_add_words(view->rows.detail, i == 0 ? "answers" : "", TUI_ROLE_TEXT, sentence);
    }
}

static void
fill_outside(Changes *view, const AmrOutside *outside)
{
    const AmrSession *session = tui_screen_session(view->rows.view.screen);
    g_autofree char *when =
        outside->time ? amr_clock_show(amr_target_clock(session->target), outside->time) : NULL;
    g_autofree char *words = tui_table_outside_words(outside);
    g_autofree char *diff = amr_outside_diff(session->history, session->target, outside);
    g_autofree char *path = amr_display_string(outside->path);

    tui_flow_add_field(view->rows.detail, "file", TUI_ROLE_PATH, path);
    tui_flow_add_words(view->rows.detail, "what", TUI_ROLE_TITLE, words);
    if (when)
        tui_flow_add_field(view->rows.detail, "time", TUI_ROLE_TEXT, when);
    tui_flow_add(view->rows.detail, TUI_ROLE_TEXT, NULL);
    if (diff)
        tui_flow_add_diff(view->rows.detail, diff);
    else
        tui_flow_add(view->rows.detail, TUI_ROLE_QUIET,
                     "That change kept a digest of it alone: what became of its text is not known");
}

static void
fill_detail(Changes *view)
{
    const AmrSession *session = tui_screen_session(view->rows.view.screen);
    const AmrChange *change = tui_changes_current(view);
    g_autoptr(GError) error = NULL;

    tui_flow_clear(view->rows.detail);
    if (!change && tui_changes_current_outside(view))
        fill_outside(view, tui_changes_current_outside(view));
    if (!change)
        return;
    g_autofree char *when = amr_clock_show(amr_target_clock(session->target), change->time);
    tui_flow_add_field(view->rows.detail, "change", TUI_ROLE_TITLE, change->id);
    tui_flow_add_field(view->rows.detail, "time", TUI_ROLE_TEXT, when);
    add_who(view, change);
    tui_flow_add_words(view->rows.detail, "state", TUI_ROLE_TEXT,
                       amr_change_state_word(change->state));
    if (change->until && amr_change_may_stand(change))
        tui_sign_add_end(view->rows.detail, view->rows.view.screen, change->until);
    if (change->message)
        tui_flow_add_words(view->rows.detail, "message", TUI_ROLE_WARNING, change->message);
    if (change->undoes)
        tui_flow_add_field(view->rows.detail, "takes back", TUI_ROLE_TEXT, change->undoes);
    if (change->undone_by)
        tui_flow_add_field(view->rows.detail, "undone by", TUI_ROLE_TEXT, change->undone_by);
    tui_flow_add_list(view->rows.detail, "profile", TUI_ROLE_PROFILE, change->profiles);
    tui_flow_add_list(view->rows.detail, "file", TUI_ROLE_PATH, change->files);
    tui_flow_add_list(view->rows.detail, "rule", TUI_ROLE_RULE, change->rules);
    add_answers(view, change);
    tui_flow_add(view->rows.detail, TUI_ROLE_TEXT, NULL);
    g_autoptr(AmrPlan) plan = amr_history_plan(session->history, change, &error);
    g_autofree char *diff = plan ? amr_plan_diff(plan) : NULL;
    if (diff)
        tui_flow_add_diff(view->rows.detail, diff);
    else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
        tui_flow_add(view->rows.detail, TUI_ROLE_QUIET,
                     "Its record is root's: not everybody may read each file that it quotes, or an "
                     "older armorer kept it so.");
    else
        tui_flow_add(view->rows.detail, TUI_ROLE_QUIET, error->message);
}

static void
draw_empty(Changes *view, TuiCanvas *canvas, TuiRect rect)
{
    const AmrSession *session = tui_screen_session(view->rows.view.screen);
    g_autoptr(TuiFlow) flow = tui_flow_new();
    g_autofree char *damage = session->history ? amr_history_damage(session->history) : NULL;

    tui_flow_add(flow, TUI_ROLE_TITLE,
                 damage ? "No change by armorer is known."
                        : "Nothing was changed by armorer so far.");
    if (damage)
        tui_flow_add_format(flow, TUI_ROLE_ERROR, "%s.", damage);
    if (session->history_error)
        tui_flow_add(flow, TUI_ROLE_ERROR, session->history_error->message);
    tui_flow_draw(flow, canvas, rect);
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    Changes *view = (Changes *)base;
    TuiRect list, detail;

    tui_search_draw(view->rows.search, canvas, &rect);
    if (tui_changes_count(view) == 0) {
        draw_empty(view, canvas, rect);
        return;
    }
    tui_rows_find_cursor(&view->rows);
    view->rows.split = tui_split(canvas, rect, view->rows.in_detail, &list, &detail);
    if (list.height > 0)
        tui_rows_draw_list(&view->rows, canvas, list);
    if (detail.height > 0) {
        fill_detail(view);
        tui_flow_draw(view->rows.detail, canvas, detail);
    }
}

/* ---- actions -------------------------------------------------------------------------------- */

static void
undo(Changes *view)
{
    const AmrChange *change = tui_changes_current(view);
    if (!change && tui_changes_current_outside(view))
        tui_screen_say(view->rows.view.screen, TUI_ROLE_WARNING,
                       "It is no change of ours: who made it takes it back");
    if (!change)
        return;
    if (change->state == AMR_CHANGE_STATE_UNDONE || change->undone_by)
        tui_screen_say(view->rows.view.screen, TUI_ROLE_WARNING, "It is undone already");
    else
        tui_screen_push(view->rows.view.screen, tui_undo_new(view->rows.view.screen, change));
}

static const TuiAction orders[] = {TUI_ACTION_SORT_TIME, TUI_ACTION_SORT_PROFILE,
                                   TUI_ACTION_SORT_STATE};

static void
choose_order(Changes *view)
{
    TuiMenu *menu = tui_menu_new("Sort changes");
    for (guint i = 0; i < G_N_ELEMENTS(orders); i++)
        tui_menu_add_choice(menu, orders[i], NULL, orders[i] == view->order);
    tui_screen_push(view->rows.view.screen, tui_chooser_new(view->rows.view.screen, menu));
}

static TuiStale
take_order(Changes *view, TuiAction action)
{
    for (guint i = 0; i < G_N_ELEMENTS(orders); i++) {
        if (orders[i] != action)
            continue;
        view->order = action;
        tui_changes_rows.make(&view->rows);
        return TUI_STALE_VIEW;
    }
    return TUI_STALE_FOREIGN;
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    Changes *view = (Changes *)base;
    TuiStale stale = tui_rows_act(&view->rows, action);

    if (!(stale & TUI_STALE_FOREIGN))
        return stale;
    switch (action) {
    case TUI_ACTION_UNDO:
        undo(view);
        return TUI_STALE_FRAME;
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
    Changes *view = (Changes *)base;

    if (what != TUI_NEWS_SESSION)
        return;
    g_clear_pointer(&view->outside, g_ptr_array_unref);
    tui_changes_look_outside(view);
    tui_changes_rows.make(&view->rows);
}

static void
shown(TuiView *base)
{
    Changes *view = (Changes *)base;

    view->looked = TRUE;
    tui_changes_look_outside(view);
    tui_changes_rows.make(&view->rows);
}

static gboolean
work(TuiView *base)
{
    return tui_rows_work((TuiRows *)base);
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
    if (((const TuiRows *)base)->in_detail)
        g_array_append_vals(out, detail, G_N_ELEMENTS(detail));
    else
        g_array_append_vals(out, list, G_N_ELEMENTS(list));
}

static char *
place(const TuiView *base)
{
    return tui_rows_place((const TuiRows *)base);
}

static void
changes_free(TuiView *base)
{
    tui_rows_clear((TuiRows *)base);
    g_clear_pointer(&((Changes *)base)->outside, g_ptr_array_unref);
    g_free(base);
}

/* Its rules, one a line. */
static char *
copy(const TuiView *base)
{
    const Changes *view = (const Changes *)base;
    const AmrChange *change = tui_changes_current(view);
    g_autofree char *rules = change ? g_strjoinv("\n", change->rules) : NULL;
    return rules ? amr_display_lines(amr_bytes(rules)) : NULL;
}

static const TuiViewClass class = {
    .title = "Changes",
    .draw = draw,
    .act = act,
    .argue = tui_rows_argue,
    .complete = tui_rows_complete,
    .hints = hints,
    .place = place,
    .news = news,
    .shown = shown,
    .work = work,
    .copy = copy,
    .free = changes_free,
};

TuiView *
tui_changes_new(TuiScreen *screen)
{
    Changes *view = g_new0(Changes, 1);
    tui_rows_init(&view->rows, &class, &tui_changes_rows, screen);
    view->order = TUI_ACTION_SORT_TIME;
    tui_changes_rows.make(&view->rows);
    return &view->rows.view;
}
