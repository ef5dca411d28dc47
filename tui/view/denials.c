/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/denials_private.h"

#include "tui/view/chooser.h"
#include "tui/view/commandline.h"
#include "tui/view/detail.h"
#include "tui/view/pager.h"
#include "tui/view/proposal.h"
#include "tui/view/split.h"

#define MARKS_MAX 1000 /* as many as one proposal takes */

/* ---- drawing -------------------------------------------------------------------------------- */

/* The commonest first experience: why there is nothing, in one line, and where to read more. */
static void
add_reason(TuiFlow *flow, TuiScreen *screen)
{
    const AmrCheck *reason = tui_screen_reason(screen);
    g_autofree char *key = tui_keymap_show(tui_screen_keymap(screen), TUI_ACTION_TAB_DOCTOR, FALSE);

    tui_flow_add(flow, TUI_ROLE_TEXT, NULL);
    if (reason) {
        tui_flow_add(flow, tui_check_role(reason->state), reason->sentence);
        if (reason->remedy)
            tui_flow_add(flow, TUI_ROLE_RULE, reason->remedy);
    }
    if (key[0])
        tui_flow_add_format(flow, TUI_ROLE_QUIET, "%s: the doctor: why do I see nothing?", key);
}

static void
draw_empty(Denials *view, TuiCanvas *canvas, TuiRect rect)
{
    g_autoptr(TuiFlow) flow = tui_flow_new();
    const AmrSession *session = tui_screen_session(view->view.screen);
    const char *trouble = tui_screen_trouble(view->view.screen);
    guint n = session->ingest ? amr_ingest_source_count(session->ingest) : 0;
    g_autofree char *rights = tui_screen_rights(view->view.screen);

    tui_flow_add(flow, TUI_ROLE_TITLE, "No denials so far.");
    if (trouble)
        tui_flow_add(flow, TUI_ROLE_WARNING, trouble);
    for (guint i = 0; i < n; i++) {
        AmrSourceInfo info;
        amr_ingest_source_info(session->ingest, i, &info);
        g_autofree char *name = amr_display_string(info.name);
        if (info.error)
            tui_flow_add_format(flow, TUI_ROLE_ERROR, "%s", info.error->message);
        else
            tui_flow_add_format(flow, TUI_ROLE_TEXT, "%s %s: %" G_GUINT64_FORMAT " records",
                                info.state == AMR_SOURCE_READING ? "Reading" : "Read", name,
                                info.stats.records);
        g_autofree char *foreign = info.error ? NULL : amr_ingest_foreign(&info.stats);
        if (foreign)
            tui_flow_add_format(flow, TUI_ROLE_WARNING, "%s.", foreign);
    }
    if (session->loaded_error)
        tui_flow_add(flow, TUI_ROLE_QUIET, session->loaded_error->message);
    if (g_error_matches(session->loaded_error, AMR_ERROR, AMR_ERROR_NOT_ENABLED))
        tui_flow_add(flow, TUI_ROLE_TEXT,
                     "To look around without AppArmor: armorer --demo, a sandbox of its own.");
    if (session->index_error)
        tui_flow_add(flow, TUI_ROLE_QUIET, session->index_error->message);
    add_reason(flow, view->view.screen);
    if (rights)
        tui_flow_add(flow, TUI_ROLE_TEXT, rights);
    tui_flow_draw(flow, canvas, rect);
}

static void
draw_list(Denials *view, TuiCanvas *canvas, TuiRect rect)
{
    const TuiTable *table = &tui_table_denials;
    const AmrSession *session = tui_screen_session(view->view.screen);
    GHashTable *marks = tui_screen_marks(view->view.screen);
    guint widths[TUI_TABLE_COLUMNS_MAX];
    int header = rect.height > 3;

    tui_list_fit(&view->list, amr_selection_count(view->rows), (guint)MAX(1, rect.height - header));
    g_autofree AmrDenialId *ids = g_new0(AmrDenialId, view->list.height);
    guint n = amr_selection_window(view->rows, view->list.top, view->list.height, ids);
    tui_columns_fit(table, rect.width, widths);
    if (header)
        tui_columns_draw_header(table, widths, canvas, rect, 0);
    if (n == 0)
        tui_canvas_put_field(canvas, rect, 0, header, rect.width,
                             amr_selection_left(view->rows) > 0 ? "Looking."
                                                                : "No denial matches all words.",
                             FALSE, TUI_ROLE_QUIET);
    for (guint i = 0; i < n; i++) {
        TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};
        gboolean marked = g_hash_table_contains(marks, GUINT_TO_POINTER(ids[i]));
        TuiRole over = marked ? TUI_ROLE_MARKED : TUI_ROLE_COUNT;
        tui_table_denials_row(session, ids[i], cells);
        if (marked) { /* a mark is a letter too, not only a colour */
            g_free(cells[0].text);
            cells[0].text = g_strdup("*");
        }
        if (ids[i] == view->id)
            over = TUI_ROLE_SELECTED;
        tui_columns_draw_row(table, widths, cells, canvas, rect, (int)i + header, over);
        tui_cells_clear(cells, table->n);
    }
}

static void
draw_detail(Denials *view, TuiCanvas *canvas, TuiRect rect)
{
    tui_detail_fill(view->detail, tui_screen_session(view->view.screen), view->id,
                    tui_denials_policy(view));
    tui_flow_draw(view->detail, canvas, rect);
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    Denials *view = (Denials *)base;
    TuiRect list, detail;

    tui_search_draw(view->search, canvas, &rect);
    if (amr_store_count(tui_denials_store(view)) == 0) {
        draw_empty(view, canvas, rect);
        return;
    }
    tui_denials_find_cursor(view);
    view->split = tui_split(canvas, rect, view->in_detail, &list, &detail);
    if (list.height > 0)
        draw_list(view, canvas, list);
    if (detail.height > 0)
        draw_detail(view, canvas, detail);
}

/* ---- actions -------------------------------------------------------------------------------- */

static void
toggle_mark(Denials *view)
{
    GHashTable *marks = tui_screen_marks(view->view.screen);
    gpointer key = GUINT_TO_POINTER(view->id);
    if (view->id == AMR_DENIAL_NONE || g_hash_table_remove(marks, key))
        return;
    if (g_hash_table_size(marks) >= MARKS_MAX)
        tui_screen_say(view->view.screen, TUI_ROLE_WARNING, "No more than %d can be marked",
                       MARKS_MAX);
    else
        g_hash_table_add(marks, key);
}

/* Those that are shown; marks on others stay as they are. */
static void
mark_all(Denials *view)
{
    GHashTable *marks = tui_screen_marks(view->view.screen);
    guint n = amr_selection_count(view->rows), take = MIN(n, MARKS_MAX), added = 0, i = 0;
    g_autofree AmrDenialId *ids = g_new0(AmrDenialId, take + 1);

    take = amr_selection_window(view->rows, n - take, take, ids);
    for (i = take; i > 0 && g_hash_table_size(marks) < MARKS_MAX; i--)
        added += g_hash_table_add(marks, GUINT_TO_POINTER(ids[i - 1]));
    if (n > take || i > 0) {
        tui_screen_say(view->view.screen, TUI_ROLE_WARNING,
                       "No more than %d can be marked: the last %u of %u are", MARKS_MAX, take - i,
                       n);
        if (added > 0)
            return;
    }
    for (i = 0; i < take && added == 0; i++) /* all were: none are */
        g_hash_table_remove(marks, GUINT_TO_POINTER(ids[i]));
}

static void
propose(Denials *view)
{
    if (view->id != AMR_DENIAL_NONE)
        tui_screen_push(view->view.screen, tui_proposal_new(view->view.screen, view->id));
}

/* In display form; NULL if it is no longer held. */
static char *
raw_record(const TuiView *base)
{
    const AmrSession *session = tui_screen_session(base->screen);
    const AmrDenial *denial = amr_store_get(session->store, ((const Denials *)base)->id);
    g_autoptr(GBytes) raw =
        denial && session->ingest ? amr_ingest_raw(session->ingest, &denial->origin) : NULL;
    gsize len;

    if (!raw)
        return NULL;
    const char *data = g_bytes_get_data(raw, &len);
    return amr_display((AmrBytes){data, len});
}

/* The record; where it is no longer held, what it said. */
static char *
copy(const TuiView *base)
{
    const AmrSession *session = tui_screen_session(base->screen);
    char *raw = raw_record(base);
    AmrEvent event;

    if (!raw && amr_store_event(session->store, ((const Denials *)base)->id, &event))
        return amr_explain(session->sentences, &event);
    return raw;
}

static void
show_raw(Denials *view)
{
    g_autofree char *text = raw_record(&view->view);

    if (view->id == AMR_DENIAL_NONE)
        return;
    if (!text) {
        tui_screen_say(view->view.screen, TUI_ROLE_WARNING, "The raw record is no longer held");
        return;
    }
    tui_screen_push(view->view.screen, tui_pager_new(view->view.screen, "Raw record", text));
}

static const struct {
    TuiAction action;
    AmrOrder order;
} orders[] = {{TUI_ACTION_SORT_TIME, AMR_ORDER_LAST},
              {TUI_ACTION_SORT_ARRIVAL, AMR_ORDER_ARRIVAL},
              {TUI_ACTION_SORT_COUNT, AMR_ORDER_COUNT},
              {TUI_ACTION_SORT_PROFILE, AMR_ORDER_PROFILE}};

static void
choose_order(Denials *view)
{
    TuiMenu *menu = tui_menu_new("Sort denials");
    for (guint i = 0; i < G_N_ELEMENTS(orders); i++)
        tui_menu_add_choice(menu, orders[i].action, NULL, orders[i].order == view->order);
    tui_screen_push(view->view.screen, tui_chooser_new(view->view.screen, menu));
}

/* FALSE: @action is no order. */
static gboolean
take_order(Denials *view, TuiAction action)
{
    for (guint i = 0; i < G_N_ELEMENTS(orders); i++) {
        if (orders[i].action != action)
            continue;
        tui_denials_sort(view, orders[i].order);
        return TRUE;
    }
    return FALSE;
}

static TuiStale
move(Denials *view, TuiAction action)
{
    if (action == TUI_ACTION_LAST) /* the end of what is there now, also if more came */
        view->list.cursor = MAX(amr_selection_count(view->rows), 1) - 1;
    tui_denials_moved(view);
    return TUI_STALE_VIEW;
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    Denials *view = (Denials *)base;
    TuiStale stale;

    tui_denials_find_cursor(view);
    if (view->in_detail && tui_flow_act(view->detail, action))
        return TUI_STALE_VIEW;
    if (!view->in_detail && tui_list_act(&view->list, action))
        return move(view, action);
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
        if (view->in_detail)
            propose(view);
        view->in_detail = view->id != AMR_DENIAL_NONE;
        return TUI_STALE_VIEW;
    case TUI_ACTION_BACK:
        if (!view->in_detail)
            return view->pushed ? TUI_STALE_CLOSED : TUI_STALE_FOREIGN;
        view->in_detail = FALSE;
        return TUI_STALE_VIEW;
    case TUI_ACTION_PROPOSE:
        propose(view);
        return TUI_STALE_FRAME;
    case TUI_ACTION_MARK:
        toggle_mark(view);
        return TUI_STALE_VIEW;
    case TUI_ACTION_MARK_ALL:
        mark_all(view);
        return TUI_STALE_VIEW;
    case TUI_ACTION_RAW:
        show_raw(view);
        return TUI_STALE_FRAME;
    case TUI_ACTION_SORT:
        choose_order(view);
        return TUI_STALE_FRAME;
    default:
        return take_order(view, action) ? TUI_STALE_VIEW : TUI_STALE_FOREIGN;
    }
}

static void
news(TuiView *base, TuiNews what)
{
    Denials *view = (Denials *)base;

    if (what == TUI_NEWS_SESSION || what == TUI_NEWS_STALE)
        tui_denials_forget_policy(view);
    if (what != TUI_NEWS_STORE)
        return;
    tui_denials_go_with_time(view);
    if (amr_selection_left(view->rows) > 0)
        tui_screen_wants_work(base->screen);
}

static gboolean
work(TuiView *base)
{
    return tui_denials_work((Denials *)base);
}

static TuiStale
argue(TuiView *base, TuiAction action, const char *argument)
{
    g_autoptr(GError) error = NULL;

    if (action != TUI_ACTION_FILTER)
        return TUI_STALE_FOREIGN;
    if (!tui_search_set_filter(((Denials *)base)->search, argument, &error))
        tui_screen_say(base->screen, TUI_ROLE_WARNING, "%s", error->message);
    return TUI_STALE_FRAME;
}

static char **
complete(TuiView *base, const char *line, gsize from, gsize point, gsize *start)
{
    return tui_complete_filter(tui_screen_session(base->screen), line, from, point, start);
}

static void
hints(const TuiView *base, GArray *out)
{
    static const TuiHint list[] = {{TUI_ACTION_OPEN, NULL},   {TUI_ACTION_PROPOSE, NULL},
                                   {TUI_ACTION_MARK, NULL},   {TUI_ACTION_FILTER, NULL},
                                   {TUI_ACTION_FIND, NULL},   {TUI_ACTION_RAW, NULL},
                                   {TUI_ACTION_FREEZE, NULL}, {TUI_ACTION_SORT, NULL}};
    static const TuiHint detail[] = {{TUI_ACTION_OPEN, "propose"},
                                     {TUI_ACTION_BACK, NULL},
                                     {TUI_ACTION_RAW, NULL},
                                     {TUI_ACTION_MARK, NULL},
                                     {TUI_ACTION_UP, "scroll"}};
    const Denials *view = (const Denials *)base;
    const TuiHint follow = {TUI_ACTION_LAST, "follow"};
    const TuiHint leave = {view->pushed ? TUI_ACTION_BACK : TUI_ACTION_LEAVE, NULL};

    if (view->in_detail) {
        g_array_append_vals(out, detail, G_N_ELEMENTS(detail));
        return;
    }
    g_array_append_vals(out, list, 2);
    if (!view->follow)
        g_array_append_val(out, follow);
    g_array_append_vals(out, list + 2, G_N_ELEMENTS(list) - 2);
    g_array_append_val(out, leave);
}

static char *
place(const TuiView *base)
{
    const Denials *view = (const Denials *)base;
    guint n = amr_selection_count(view->rows), held = amr_store_count(tui_denials_store(view));
    guint came = tui_denials_came(view);
    guint marked = g_hash_table_size(tui_screen_marks(base->screen));
    GString *text = g_string_new(NULL);

    if (held == 0)
        return g_string_free(text, FALSE);
    if (marked > 0)
        g_string_append_printf(text, "%u marked  ", marked);
    if (!view->follow && came > 0)
        g_string_append_printf(text, "HELD +%u new  ", came);
    else if (!view->follow)
        g_string_append(text, "HELD  ");
    if (n > 0)
        g_string_append_printf(text, "%u of %u", MIN(view->list.cursor + 1, n), n);
    return g_string_free(text, FALSE);
}

static void
denials_free(TuiView *base)
{
    Denials *view = (Denials *)base;
    if (view->leaves)
        g_source_remove(view->leaves);
    tui_task_end(view->sorting);
    tui_denials_forget_policy(view);
    amr_selection_free(view->rows);
    g_ptr_array_unref(view->gone);
    tui_search_free(view->search);
    tui_search_free(view->text_search);
    tui_flow_free(view->detail);
    g_free(view);
}

static Denials *
denials_new(TuiScreen *screen, const char *title)
{
    Denials *view = g_new0(Denials, 1);
    view->class = (TuiViewClass){
        .title = title,
        .draw = draw,
        .act = act,
        .argue = argue,
        .complete = complete,
        .hints = hints,
        .place = place,
        .copy = copy,
        .news = news,
        .work = work,
        .free = denials_free,
    };
    view->view = (TuiView){&view->class, screen};
    view->order = AMR_ORDER_LAST;
    view->gone = g_ptr_array_new_with_free_func((GDestroyNotify)amr_selection_free);
    view->follow = TRUE;
    view->detail = tui_flow_new();
    view->search = tui_search_new(&view->view, &tui_denials_search);
    view->text_search = tui_search_new_text(&view->view, view->detail);
    tui_denials_select(view);
    return view;
}

TuiView *
tui_denials_new(TuiScreen *screen)
{
    return &denials_new(screen, "Denials")->view;
}

TuiView *
tui_denials_new_filtered(TuiScreen *screen, const char *line)
{
    Denials *view = denials_new(screen, "Its denials");
    view->pushed = TRUE;
    (void)tui_search_set_filter(view->search, line, NULL);
    return &view->view;
}
