/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which profiles are shown, in which order, folded or not. */
#include "config.h"

#include <string.h>

#include "tui/view/profiles_private.h"

#define SLICE 512 /* denials counted in one go */

const TuiProfile *
tui_profiles_current(const Profiles *view)
{
    guint n = tui_rows_current(&view->rows);
    return n != TUI_ROWS_NONE ? tui_profiles_at(view->profiles, n) : NULL;
}

gboolean
tui_profiles_is_open(const Profiles *view, const TuiProfile *profile)
{
    return g_hash_table_contains(view->open, profile->full);
}

/* With a filter the list is flat, else a tree. */
static gboolean
is_flat(const Profiles *view)
{
    return view->rows.sift != NULL;
}

/* The name is set in under its parent's. */
static void
shown(const TuiRows *rows, guint n, TuiCell *cells)
{
    const Profiles *view = (const Profiles *)rows;
    const TuiProfile *profile = tui_profiles_at(view->profiles, n);
    const TuiProfile *parent =
        profile->parent >= 0 ? tui_profiles_at(view->profiles, (guint)profile->parent) : NULL;
    gboolean folded = profile->below > 0 && !tui_profiles_is_open(view, profile);
    g_autofree char *name = NULL;

    tui_table_profiles_row(tui_screen_session(rows->view.screen), profile, !is_flat(view) && folded,
                           cells);
    if (is_flat(view))
        return;
    name = amr_display_string(parent ? profile->full + strlen(parent->full) : profile->full);
    g_free(cells[1].text);
    cells[1].text = g_strdup_printf("%*s%s%s", (int)MIN(profile->depth, 8) * 2, "",
                                    profile->below == 0 ? ""
                                    : folded            ? "+ "
                                                        : "- ",
                                    name);
}

/* ---- order ---------------------------------------------------------------------------------- */

/* Whether the sums of those below count: where they are folded away. */
static guint
figure(const Profiles *view, const TuiProfile *profile)
{
    gboolean below = !is_flat(view) && profile->below > 0 && !tui_profiles_is_open(view, profile);

    if (view->order == TUI_ACTION_SORT_COUNT)
        return profile->denials + (below ? profile->denials_below : 0);
    return profile->processes + (below ? profile->processes_below : 0);
}

/* The most first; of equals by name, which is the order of the places. */
static int
compare(gconstpointer a, gconstpointer b, gpointer data)
{
    const Profiles *view = data;
    const guint i = *(const guint *)a, j = *(const guint *)b;
    const TuiProfile *x = tui_profiles_at(view->profiles, i),
                     *y = tui_profiles_at(view->profiles, j);
    int order = 0;

    if (view->order == TUI_ACTION_SORT_MODE) {
        order = (int)y->loaded - (int)x->loaded;
        if (order == 0)
            order = strcmp(x->mode_word, y->mode_word);
    } else if (view->order != TUI_ACTION_SORT_PROFILE) {
        guint m = figure(view, x), n = figure(view, y);
        order = (m < n) - (m > n);
    }
    return order != 0 ? order : (i > j) - (i < j);
}

/* Appends @list, which is sorted, each followed by what is below it and open. */
static void
append_tree(Profiles *view, GPtrArray *below, guint top)
{
    g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(guint));

    g_array_append_val(stack, top);
    while (stack->len > 0) {
        guint place = g_array_index(stack, guint, stack->len - 1);
        const TuiProfile *profile = tui_profiles_at(view->profiles, place);
        const GArray *children = below->pdata[place];
        g_array_set_size(stack, stack->len - 1);
        g_array_append_val(view->rows.shown, place);
        if (!children || !tui_profiles_is_open(view, profile))
            continue;
        for (guint i = children->len; i > 0; i--)
            g_array_append_val(stack, g_array_index(children, guint, i - 1));
    }
}

static void
unref_array(gpointer data)
{
    if (data)
        g_array_unref(data);
}

static void
make_rows(Profiles *view)
{
    const guint n = view->profiles->rows->len;
    g_autoptr(GArray) all = g_array_sized_new(FALSE, FALSE, sizeof(guint), n);
    g_autoptr(GPtrArray) below = g_ptr_array_new_with_free_func(unref_array);

    for (guint i = 0; i < n; i++) {
        if (tui_rows_is_wanted(&view->rows, i))
            g_array_append_val(all, i);
    }
    g_array_sort_with_data(all, compare, view);
    g_array_set_size(view->rows.shown, 0);
    if (is_flat(view)) {
        g_array_append_vals(view->rows.shown, all->data, all->len);
        return;
    }
    g_ptr_array_set_size(below, (gint)n);
    for (guint i = 0; i < all->len; i++) {
        guint place = g_array_index(all, guint, i);
        int parent = tui_profiles_at(view->profiles, place)->parent;
        if (parent < 0)
            continue;
        if (!below->pdata[parent])
            below->pdata[parent] = g_array_new(FALSE, FALSE, sizeof(guint));
        g_array_append_val((GArray *)below->pdata[parent], place);
    }
    for (guint i = 0; i < all->len; i++) {
        guint place = g_array_index(all, guint, i);
        if (tui_profiles_at(view->profiles, place)->parent < 0)
            append_tree(view, below, place);
    }
}

gboolean
tui_profiles_work(Profiles *view)
{
    AmrStore *store = tui_screen_session(view->rows.view.screen)->store;
    guint before = view->profiles->counted;
    gboolean more = tui_profiles_count_denials(view->profiles, store, SLICE);

    if (view->profiles->counted != before) {
        view->rows.stale_detail = TRUE;
        view->stale_rows |= view->order == TUI_ACTION_SORT_COUNT || is_flat(view);
    }
    return tui_rows_work(&view->rows) || more;
}

/* Not while it is frozen: nothing that is shown changes then. */
static void
read_rates(Profiles *view)
{
    const AmrSession *session = tui_screen_session(view->rows.view.screen);
    gint64 now = amr_clock_now(amr_target_clock(session->target));

    if (!view->stale_rates || amr_store_is_frozen(session->store))
        return;
    view->stale_rates = FALSE;
    if (!tui_profiles_count_rates(view->profiles, session->store, now))
        return;
    view->rows.stale_detail = TRUE;
    view->stale_rows |= is_flat(view);
}

void
tui_profiles_refresh(Profiles *view)
{
    if (tui_profiles_work(view))
        tui_screen_wants_work(view->rows.view.screen);
    read_rates(view);
    if (view->stale_rows)
        make_rows(view);
    view->stale_rows = FALSE;
}

/* ---- folding -------------------------------------------------------------------------------- */

static void
go_to(Profiles *view, const TuiProfile *profile)
{
    tui_rows_tie(&view->rows, profile->full);
    tui_profiles_refresh(view);
    tui_rows_find_cursor(&view->rows);
}

void
tui_profiles_go_up(Profiles *view)
{
    const TuiProfile *profile = tui_profiles_current(view);
    if (profile && profile->parent >= 0)
        go_to(view, tui_profiles_at(view->profiles, (guint)profile->parent));
}

void
tui_profiles_fold(Profiles *view, const TuiProfile *profile, gboolean open)
{
    if (!open)
        g_hash_table_remove(view->open, profile->full);
    else if (profile->below > 0)
        g_hash_table_add(view->open, g_strdup(profile->full));
    view->stale_rows = TRUE;
    go_to(view, profile);
}

/* The cursor goes to the top of what is folded over it. */
void
tui_profiles_fold_all(Profiles *view)
{
    const TuiProfile *profile = tui_profiles_current(view);
    gboolean opens = g_hash_table_size(view->open) == 0;

    g_hash_table_remove_all(view->open);
    for (guint i = 0; opens && i < view->profiles->rows->len; i++) {
        const TuiProfile *each = tui_profiles_at(view->profiles, i);
        if (each->below > 0)
            g_hash_table_add(view->open, g_strdup(each->full));
    }
    view->stale_rows = TRUE;
    while (!opens && profile && profile->parent >= 0)
        profile = tui_profiles_at(view->profiles, (guint)profile->parent);
    if (profile)
        go_to(view, profile);
}

/* ---- for the rows --------------------------------------------------------------------------- */

static guint
count(const TuiRows *rows)
{
    return ((const Profiles *)rows)->profiles->rows->len;
}

static const char *
name_of(const TuiRows *rows, guint n)
{
    return tui_profiles_at(((const Profiles *)rows)->profiles, n)->full;
}

static void
cells_of(const TuiRows *rows, guint n, TuiCell *cells)
{
    const TuiProfile *profile = tui_profiles_at(((const Profiles *)rows)->profiles, n);
    tui_table_profiles_row(tui_screen_session(rows->view.screen), profile, FALSE, cells);
}

static void
make(TuiRows *rows)
{
    ((Profiles *)rows)->stale_rows = TRUE;
    tui_profiles_refresh((Profiles *)rows);
}

const TuiRowsClass tui_profiles_rows = {
    .table = &tui_table_profiles,
    .nothing = "No profile matches all words.",
    .count = count,
    .name = name_of,
    .cells = cells_of,
    .shown = shown,
    .make = make,
};
