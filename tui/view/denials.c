/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/denials.h"

#include "tui/view/chooser.h"
#include "tui/view/detail.h"
#include "tui/view/pager.h"
#include "tui/view/proposal.h"
#include "tui/view/split.h"
#include "tui/widget/flow.h"
#include "tui/widget/list.h"

#define MARKS_MAX 1000 /* as many as one proposal takes */

typedef struct {
    TuiView view;
    TuiList list;
    AmrOrder order;
    AmrDenialId id; /* what the cursor stands on; NONE: nothing is there yet */
    gboolean follow;
    guint held_at; /* how many there were when it stopped to follow */
    TuiFlow *detail;
    AmrDenialId detail_id;
    gboolean in_detail, split;
} Denials;

static AmrStore *
store_of(const Denials *view)
{
    return tui_screen_session(view->view.screen)->store;
}

/* ---- the cursor is tied to the denial, not to the row --------------------------------------- */

static void
take_row(Denials *view)
{
    AmrDenialId id = AMR_DENIAL_NONE;
    if (amr_store_window(store_of(view), view->order, view->list.cursor, 1, &id) == 1 &&
        id != view->id) {
        view->id = id;
        tui_flow_scroll_to(view->detail, 0);
    }
}

static void
find_cursor(Denials *view)
{
    guint n = amr_store_count(store_of(view)), place = 0;
    if (view->follow && n > 0) {
        view->list.cursor = n - 1;
        view->list.n = n;
        take_row(view);
    } else if (view->id != AMR_DENIAL_NONE &&
               amr_store_place(store_of(view), view->order, view->id, &place)) {
        tui_list_moved(&view->list, place);
    }
}

static void
moved(Denials *view)
{
    guint n = amr_store_count(store_of(view));
    gboolean at_end = n == 0 || view->list.cursor + 1 >= n;
    if (view->follow && !at_end)
        view->held_at = n;
    view->follow = at_end;
    take_row(view);
}

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
    }
    if (session->loaded_error)
        tui_flow_add(flow, TUI_ROLE_QUIET, session->loaded_error->message);
    if (g_error_matches(session->loaded_error, AMR_ERROR, AMR_ERROR_NOT_ENABLED))
        tui_flow_add(flow, TUI_ROLE_TEXT,
                     "To look around without AppArmor: armorer --demo, a sandbox of its own.");
    if (session->index_error)
        tui_flow_add(flow, TUI_ROLE_QUIET, session->index_error->message);
    add_reason(flow, view->view.screen);
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

    tui_list_fit(&view->list, amr_store_count(session->store), (guint)MAX(1, rect.height - header));
    g_autofree AmrDenialId *ids = g_new0(AmrDenialId, view->list.height);
    guint n = amr_store_window(session->store, view->order, view->list.top, view->list.height, ids);
    tui_columns_fit(table, rect.width, widths);
    if (header)
        tui_columns_draw_header(table, widths, canvas, rect, 0);
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
    tui_detail_fill(view->detail, tui_screen_session(view->view.screen), view->id);
    tui_flow_draw(view->detail, canvas, rect);
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    Denials *view = (Denials *)base;
    TuiRect list, detail;

    if (amr_store_count(store_of(view)) == 0) {
        draw_empty(view, canvas, rect);
        return;
    }
    find_cursor(view);
    view->split = tui_split(canvas, rect, view->in_detail, &list, &detail);
    if (list.height > 0)
        draw_list(view, canvas, list);
    if (view->id == AMR_DENIAL_NONE)
        take_row(view);
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

static void
mark_all(Denials *view)
{
    GHashTable *marks = tui_screen_marks(view->view.screen);
    guint n = amr_store_count(store_of(view));
    guint take = MIN(n, MARKS_MAX);
    if (g_hash_table_size(marks) >= take) {
        g_hash_table_remove_all(marks);
        return;
    }
    g_autofree AmrDenialId *ids = g_new0(AmrDenialId, take);
    take = amr_store_window(store_of(view), view->order, n - take, take, ids);
    g_hash_table_remove_all(marks);
    for (guint i = 0; i < take; i++)
        g_hash_table_add(marks, GUINT_TO_POINTER(ids[i]));
    if (n > take)
        tui_screen_say(view->view.screen, TUI_ROLE_WARNING, "Marked the last %u of %u", take, n);
}

static void
propose(Denials *view)
{
    if (view->id != AMR_DENIAL_NONE)
        tui_screen_push(view->view.screen, tui_proposal_new(view->view.screen, view->id));
}

static void
show_raw(Denials *view)
{
    const AmrSession *session = tui_screen_session(view->view.screen);
    const AmrDenial *denial = amr_store_get(session->store, view->id);
    if (!denial)
        return;
    g_autoptr(GBytes) raw =
        session->ingest ? amr_ingest_raw(session->ingest, &denial->origin) : NULL;
    if (!raw) {
        tui_screen_say(view->view.screen, TUI_ROLE_WARNING, "The raw record is no longer held");
        return;
    }
    gsize len;
    const char *data = g_bytes_get_data(raw, &len);
    g_autofree char *text = amr_display((AmrBytes){data, len});
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
        if (view->follow)
            view->held_at = amr_store_count(store_of(view));
        view->order = orders[i].order;
        view->follow = FALSE;
        return TRUE;
    }
    return FALSE;
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    Denials *view = (Denials *)base;
    find_cursor(view);
    if (view->in_detail && tui_flow_act(view->detail, action))
        return TUI_STALE_VIEW;
    if (!view->in_detail && tui_list_act(&view->list, action)) {
        if (action == TUI_ACTION_LAST) /* the end of what is there now, also if more came */
            view->list.cursor = MAX(amr_store_count(store_of(view)), 1) - 1;
        moved(view);
        return TUI_STALE_VIEW;
    }
    switch (action) {
    case TUI_ACTION_OPEN:
        if (view->in_detail)
            propose(view);
        view->in_detail = view->id != AMR_DENIAL_NONE;
        return TUI_STALE_VIEW;
    case TUI_ACTION_BACK:
        if (!view->in_detail)
            return TUI_STALE_FOREIGN;
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
hints(const TuiView *base, GArray *out)
{
    static const TuiHint list[] = {{TUI_ACTION_OPEN, NULL},  {TUI_ACTION_PROPOSE, NULL},
                                   {TUI_ACTION_MARK, NULL},  {TUI_ACTION_RAW, NULL},
                                   {TUI_ACTION_SORT, NULL},  {TUI_ACTION_LAST, "follow"},
                                   {TUI_ACTION_BACK, "quit"}};
    static const TuiHint detail[] = {{TUI_ACTION_OPEN, "propose"},
                                     {TUI_ACTION_BACK, NULL},
                                     {TUI_ACTION_RAW, NULL},
                                     {TUI_ACTION_MARK, NULL},
                                     {TUI_ACTION_UP, "scroll"}};
    const Denials *view = (const Denials *)base;
    if (view->in_detail)
        g_array_append_vals(out, detail, G_N_ELEMENTS(detail));
    else
        g_array_append_vals(out, list, G_N_ELEMENTS(list));
}

static char *
place(const TuiView *base)
{
    const Denials *view = (const Denials *)base;
    guint n = amr_store_count(store_of(view));
    guint marked = g_hash_table_size(tui_screen_marks(base->screen));
    GString *text = g_string_new(NULL);

    if (n == 0)
        return g_string_free(text, FALSE);
    if (marked > 0)
        g_string_append_printf(text, "%u marked  ", marked);
    if (!view->follow && n > view->held_at)
        g_string_append_printf(text, "HELD +%u new  ", n - view->held_at);
    else if (!view->follow)
        g_string_append(text, "HELD  ");
    g_string_append_printf(text, "%u of %u", MIN(view->list.cursor + 1, n), n);
    return g_string_free(text, FALSE);
}

static void
denials_free(TuiView *base)
{
    Denials *view = (Denials *)base;
    tui_flow_free(view->detail);
    g_free(view);
}

static const TuiViewClass class = {
    .title = "Denials",
    .draw = draw,
    .act = act,
    .hints = hints,
    .place = place,
    .free = denials_free,
};

TuiView *
tui_denials_new(TuiScreen *screen)
{
    Denials *view = g_new0(Denials, 1);
    view->view = (TuiView){&class, screen};
    view->order = AMR_ORDER_LAST;
    view->follow = TRUE;
    view->detail = tui_flow_new();
    return &view->view;
}
