/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which denials are shown, and where the cursor is among them. */
#include "config.h"

#include "tui/table/sift.h"
#include "tui/view/commandline.h"
#include "tui/view/denials_private.h"

#define SLICE 512 /* denials looked at in one go: a millisecond or so where there are many */

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
    amr_selection_free(view->rows);
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

gboolean
tui_denials_work(Denials *view)
{
    gboolean more = amr_selection_work(view->rows, SLICE);
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
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};

    tui_table_denials_row(tui_screen_session(base->screen), at(view, row), cells);
    gboolean found = tui_cells_find(cells, tui_table_denials.n, text);
    tui_cells_clear(cells, tui_table_denials.n);
    return found;
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
