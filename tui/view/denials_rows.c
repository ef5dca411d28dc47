/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which denials are shown, and where the cursor is among them. */
#include "config.h"

#include "tui/table/sift.h"
#include "tui/view/commandline.h"
#include "tui/view/denials_private.h"

#define SLICE 512 /* denials looked at in one go: a millisecond or so where there are many */

#define GONE_SLICE 8192 /* rows freed in one go: the same */

/* Milliseconds: those that go one after the other go together; a day is as good as any. */
#define LEAVES_LEAST 1000
#define LEAVES_MOST  86400000

AmrStore *
tui_denials_store(const Denials *view)
{
    return tui_screen_session(view->view.screen)->store;
}

/* ---- the cursor is tied to the denial, not to the row --------------------------------------- */

static void
stand_on(Denials *view, AmrDenialId id)
{
    if (id == view->id)
        return;
    view->id = id;
    tui_flow_scroll_to(view->detail, 0);
}

static AmrDenialId
at(const Denials *view, guint row)
{
    AmrDenialId id = AMR_DENIAL_NONE;
    (void)amr_selection_window(view->rows, row, 1, &id);
    return id;
}

static gboolean
go_back_to(Denials *view, AmrDenialId id)
{
    guint place;
    if (id == AMR_DENIAL_NONE || !amr_selection_place(view->rows, id, &place))
        return FALSE;
    tui_list_moved(&view->list, place);
    stand_on(view, id);
    return TRUE;
}

void
tui_denials_find_cursor(Denials *view)
{
    guint n = amr_selection_count(view->rows);

    view->list.n = n;
    if (view->follow && n > 0) {
        view->list.cursor = n - 1;
        stand_on(view, at(view, n - 1));
        view->tied = view->id;
    } else if (!go_back_to(view, view->tied) && !go_back_to(view, view->id)) {
        view->list.cursor = n > 0 ? MIN(view->list.cursor, n - 1) : 0;
        stand_on(view, at(view, view->list.cursor));
    }
}

void
tui_denials_moved(Denials *view)
{
    guint n = amr_selection_count(view->rows);
    gboolean at_end = n == 0 || view->list.cursor + 1 >= n;

    if (view->follow && !at_end)
        view->held_at = amr_store_newest(tui_denials_store(view));
    view->follow = at_end;
    stand_on(view, at(view, view->list.cursor));
    if (view->id != AMR_DENIAL_NONE)
        view->tied = view->id;
}

guint
tui_denials_came(const Denials *view)
{
    return view->follow ? 0 : amr_selection_newer(view->rows, view->held_at);
}

/* ---- what is shown -------------------------------------------------------------------------- */

static gboolean
on_leaves(gpointer data)
{
    Denials *view = data;
    view->leaves = 0;
    tui_denials_go_with_time(view);
    tui_screen_dirty(view->view.screen);
    return G_SOURCE_REMOVE;
}

/* What "since:10m" shows goes by itself: one timer, for when the first row does. */
void
tui_denials_go_with_time(Denials *view)
{
    const AmrSession *session = tui_screen_session(view->view.screen);
    gint64 now = amr_clock_now(amr_target_clock(session->target)), next;

    if (view->leaves || amr_store_is_frozen(session->store))
        return;
    if (amr_selection_move(view->rows, now, &next))
        tui_screen_wants_work(view->view.screen);
    if (next == 0)
        return;
    gint64 wait = CLAMP((next - now) / 1000 + 1, LEAVES_LEAST, LEAVES_MOST);
    view->leaves = g_timeout_add((guint)wait, on_leaves, view);
}

static void
take_rows(Denials *view, AmrFilter *filter)
{
    if (view->rows) {
        g_ptr_array_add(view->gone, view->rows);
        tui_screen_wants_work(view->view.screen);
    }
    view->rows = amr_selection_new(tui_denials_store(view), view->order, filter);
    if (amr_selection_work(view->rows, SLICE))
        tui_screen_wants_work(view->view.screen);
    if (view->leaves)
        g_source_remove(view->leaves);
    view->leaves = 0;
    tui_denials_go_with_time(view);
}

static AmrFilter *
read_words(const Denials *view, const char *const *words, GError **error)
{
    const AmrSession *session = tui_screen_session(view->view.screen);
    return amr_filter_new(words, amr_target_clock(session->target), error);
}

void
tui_denials_select(Denials *view)
{
    const char *const *words = tui_search_words(view->search);
    take_rows(view, words ? read_words(view, words, NULL) : NULL);
}

/* ---- orders --------------------------------------------------------------------------------- */

static void
stop_sorting(gpointer data)
{
    Denials *view = data;

    g_clear_pointer(&view->sorting, tui_task_end);
    tui_screen_say(view->view.screen, TUI_ROLE_WARNING, "Stopped: they stand as they were");
}

static const TuiTaskClass sort_class = {"Sorting", NULL, NULL, stop_sorting};

/* TRUE: it is not made yet. */
static gboolean
sort_slice(Denials *view)
{
    /* Those that a filter leaves have an order of their own, made while they are looked at. */
    if (!tui_search_words(view->search) &&
        amr_store_prepare(tui_denials_store(view), view->wanted, SLICE))
        return TRUE;
    g_clear_pointer(&view->sorting, tui_task_end);
    if (view->follow)
        view->held_at = amr_store_newest(tui_denials_store(view));
    view->order = view->wanted;
    view->follow = FALSE;
    tui_denials_select(view);
    return FALSE;
}

void
tui_denials_sort(Denials *view, AmrOrder order)
{
    g_clear_pointer(&view->sorting, tui_task_end);
    view->wanted = order;
    if (!sort_slice(view))
        return;
    view->sorting = tui_task_begin(view->view.screen, &sort_class, &view->view, view);
    tui_screen_wants_work(view->view.screen);
}

/* ---- work between keys and frames ----------------------------------------------------------- */

/* TRUE: some is left. */
static gboolean
free_gone(Denials *view)
{
    const guint n = view->gone->len;

    if (n > 0 && !amr_selection_shed(view->gone->pdata[n - 1], GONE_SLICE))
        g_ptr_array_set_size(view->gone, (gint)n - 1);
    return view->gone->len > 0;
}

gboolean
tui_denials_work(Denials *view)
{
    gboolean more = amr_selection_work(view->rows, SLICE);
    more = (view->sorting && sort_slice(view)) || more;
    more = free_gone(view) || more;
    more = tui_search_work(view->text_search) || more;
    return tui_search_work(view->search) || more;
}

/* ---- for search ----------------------------------------------------------------------------- */

static gboolean
filter(TuiView *base, const char *const *words, GError **error)
{
    Denials *view = (Denials *)base;
    AmrFilter *read = words && words[0] ? read_words(view, words, error) : NULL;

    if (words && words[0] && !read)
        return FALSE;
    take_rows(view, read);
    return TRUE;
}

static guint
count(TuiView *base)
{
    return amr_selection_count(((Denials *)base)->rows);
}

static guint
cursor(TuiView *base)
{
    Denials *view = (Denials *)base;
    tui_denials_find_cursor(view);
    return view->list.cursor;
}

static void
go(TuiView *base, guint row)
{
    Denials *view = (Denials *)base;
    view->list.cursor = row;
    tui_denials_moved(view);
}

static void
origin(TuiView *base, gboolean back)
{
    Denials *view = (Denials *)base;
    if (!back) {
        view->origin = view->id;
        view->follow_origin = view->follow;
        return;
    }
    view->follow = view->follow_origin;
    view->tied = view->origin;
    tui_denials_find_cursor(view);
}

static gboolean
matches(TuiView *base, guint row, const char *text)
{
    const Denials *view = (const Denials *)base;
    return tui_table_denials_has(tui_screen_session(base->screen), at(view, row), text);
}

static char **
complete(TuiView *base, const char *line, gsize point, gsize *start)
{
    return tui_complete_filter(tui_screen_session(base->screen), line, 0, point, start);
}

static guint
all(TuiView *base)
{
    return amr_store_count(tui_denials_store((Denials *)base));
}

static guint
left(TuiView *base)
{
    return amr_selection_left(((Denials *)base)->rows);
}

const TuiSearchClass tui_denials_search = {
    .rows = count,
    .cursor = cursor,
    .go = go,
    .origin = origin,
    .matches = matches,
    .filter = filter,
    .complete = complete,
    .all = all,
    .left = left,
};
