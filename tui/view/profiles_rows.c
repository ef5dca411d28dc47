/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which profiles are shown, in which order, and where the cursor is among them. */
#include "config.h"

#include <string.h>

#include "tui/view/profiles_private.h"

#define SLICE 512 /* denials counted in one go */

const TuiProfile *
tui_profiles_row(const Profiles *view, guint row)
{
    return row < view->rows->len
               ? tui_profiles_at(view->profiles, g_array_index(view->rows, guint, row))
               : NULL;
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
    return view->sift != NULL;
}

void
tui_profiles_cells(const Profiles *view, const TuiProfile *profile, TuiCell *cells)
{
    const TuiProfile *parent =
        profile->parent >= 0 ? tui_profiles_at(view->profiles, (guint)profile->parent) : NULL;
    gboolean folded = profile->below > 0 && !tui_profiles_is_open(view, profile);
    g_autofree char *name = NULL;

    tui_table_profiles_row(tui_screen_session(view->view.screen), profile, !is_flat(view) && folded,
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

static gboolean
is_wanted(const Profiles *view, const TuiProfile *profile)
{
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};

    if (!view->sift)
        return TRUE;
    tui_table_profiles_row(tui_screen_session(view->view.screen), profile, FALSE, cells);
    gboolean wanted = tui_sift_match(view->sift, cells);
    tui_cells_clear(cells, tui_table_profiles.n);
    return wanted;
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
        g_array_append_val(view->rows, place);
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
        if (is_wanted(view, tui_profiles_at(view->profiles, i)))
            g_array_append_val(all, i);
    }
    g_array_sort_with_data(all, compare, view);
    g_array_set_size(view->rows, 0);
    if (is_flat(view)) {
        g_array_append_vals(view->rows, all->data, all->len);
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
    AmrStore *store = tui_screen_session(view->view.screen)->store;
    guint before = view->profiles->counted;
    gboolean more = tui_profiles_count_denials(view->profiles, store, SLICE);

    if (view->profiles->counted != before) {
        view->stale_detail = TRUE;
        view->stale_rows |= view->order == TUI_ACTION_SORT_COUNT || view->sift;
    }
    more = tui_search_work(view->text_search) || more;
    return tui_search_work(view->search) || more;
}

/* Not while it is frozen: nothing that is shown changes then. */
static void
read_rates(Profiles *view)
{
    const AmrSession *session = tui_screen_session(view->view.screen);
    gint64 now = amr_clock_now(amr_target_clock(session->target));

    if (!view->stale_rates || amr_store_is_frozen(session->store))
        return;
    view->stale_rates = FALSE;
    if (!tui_profiles_count_rates(view->profiles, session->store, now))
        return;
    view->stale_detail = TRUE;
    view->stale_rows |= view->sift != NULL;
}

void
tui_profiles_refresh(Profiles *view)
{
    if (tui_profiles_work(view))
        tui_screen_wants_work(view->view.screen);
    read_rates(view);
    if (view->stale_rows)
        make_rows(view);
    view->stale_rows = FALSE;
}

/* ---- the cursor is tied to the name --------------------------------------------------------- */

static void
stand_on(Profiles *view, const TuiProfile *profile)
{
    const char *full = profile ? profile->full : NULL;

    if (g_strcmp0(full, view->name) == 0)
        return;
    g_free(view->name);
    view->name = g_strdup(full);
    view->stale_detail = TRUE;
    tui_flow_scroll_to(view->detail, 0);
}

static gboolean
go_back_to(Profiles *view, const char *full)
{
    for (guint i = 0; full && i < view->rows->len; i++) {
        const TuiProfile *profile = tui_profiles_row(view, i);
        if (strcmp(profile->full, full) != 0)
            continue;
        tui_list_moved(&view->list, i);
        stand_on(view, profile);
        return TRUE;
    }
    return FALSE;
}

void
tui_profiles_find_cursor(Profiles *view)
{
    const guint n = view->rows->len;

    view->list.n = n;
    if (go_back_to(view, view->tied) || go_back_to(view, view->name))
        return;
    view->list.cursor = n > 0 ? MIN(view->list.cursor, n - 1) : 0;
    stand_on(view, tui_profiles_row(view, view->list.cursor));
}

void
tui_profiles_moved(Profiles *view)
{
    stand_on(view, tui_profiles_row(view, view->list.cursor));
    if (!view->name)
        return;
    g_free(view->tied);
    view->tied = g_strdup(view->name);
}

/* ---- folding -------------------------------------------------------------------------------- */

static void
go_to(Profiles *view, const TuiProfile *profile)
{
    g_free(view->tied);
    view->tied = g_strdup(profile->full);
    tui_profiles_refresh(view);
    tui_profiles_find_cursor(view);
}

void
tui_profiles_go_up(Profiles *view)
{
    const TuiProfile *profile = tui_profiles_row(view, view->list.cursor);
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
    const TuiProfile *profile = tui_profiles_row(view, view->list.cursor);
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

/* ---- for search ----------------------------------------------------------------------------- */

static guint
count(TuiView *base)
{
    return ((Profiles *)base)->rows->len;
}

static guint
cursor(TuiView *base)
{
    Profiles *view = (Profiles *)base;
    tui_profiles_find_cursor(view);
    return view->list.cursor;
}

static void
go(TuiView *base, guint row)
{
    Profiles *view = (Profiles *)base;
    view->list.cursor = row;
    tui_profiles_moved(view);
}

static void
origin(TuiView *base, gboolean back)
{
    Profiles *view = (Profiles *)base;
    char **from = back ? &view->origin : &view->name, **to = back ? &view->tied : &view->origin;

    g_free(*to);
    *to = g_strdup(*from);
    if (back)
        tui_profiles_find_cursor(view);
}

static gboolean
matches(TuiView *base, guint row, const char *text)
{
    const Profiles *view = (const Profiles *)base;
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};
    const TuiProfile *profile = tui_profiles_row(view, row);

    if (!profile)
        return FALSE;
    tui_table_profiles_row(tui_screen_session(base->screen), profile, FALSE, cells);
    gboolean found = tui_cells_find(cells, tui_table_profiles.n, text);
    tui_cells_clear(cells, tui_table_profiles.n);
    return found;
}

static gboolean
filter(TuiView *base, const char *const *words, GError **error)
{
    Profiles *view = (Profiles *)base;
    TuiSift *sift = words && words[0] ? tui_sift_new(&tui_table_profiles, words, error) : NULL;

    if (words && words[0] && !sift)
        return FALSE;
    tui_sift_free(view->sift);
    view->sift = sift;
    view->stale_rows = TRUE;
    tui_profiles_refresh(view);
    return TRUE;
}

static char **
keys(TuiView *base)
{
    return tui_sift_keys(&tui_table_profiles);
}

static guint
all(TuiView *base)
{
    return ((Profiles *)base)->profiles->rows->len;
}

const TuiSearchClass tui_profiles_search = {
    .rows = count,
    .cursor = cursor,
    .go = go,
    .origin = origin,
    .matches = matches,
    .filter = filter,
    .keys = keys,
    .all = all,
};
