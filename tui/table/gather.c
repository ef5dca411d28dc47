/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/table/gather.h"

#include <string.h>

#define WINDOW 256 /* denials counted at a time */
#define STACK  64  /* profiles of one label that are looked at */

void
tui_split_profile(const char *full, char **ns, const char **name)
{
    const char *end = full[0] == ':' ? strchr(full + 1, ':') : NULL;

    if (!end) {
        *ns = g_strdup("");
        *name = full;
        return;
    }
    *ns = g_strndup(full + 1, (gsize)(end - full - 1));
    *name = end + 1;
    if (g_str_has_prefix(*name, "//"))
        *name += 2;
}

static char *
full_name(const char *ns, const char *name)
{
    return ns && ns[0] ? g_strdup_printf(":%s:%s", ns, name) : g_strdup(name);
}

static void
row_clear(gpointer data)
{
    TuiProfile *row = data;
    g_free(row->name);
    g_free(row->ns);
    g_free(row->full);
    g_free(row->mode_word);
}

TuiProfiles *
tui_profiles_new_rows(void)
{
    TuiProfiles *profiles = g_new0(TuiProfiles, 1);
    profiles->rows = g_array_new(FALSE, TRUE, sizeof(TuiProfile));
    g_array_set_clear_func(profiles->rows, row_clear);
    profiles->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    profiles->denials = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return profiles;
}

void
tui_profiles_free(TuiProfiles *profiles)
{
    if (!profiles)
        return;
    g_hash_table_unref(profiles->by_name);
    g_array_unref(profiles->rows);
    g_hash_table_unref(profiles->denials);
    g_clear_pointer(&profiles->processes, g_ptr_array_unref);
    g_free(profiles->processes_error);
    g_free(profiles);
}

static TuiProfile *
row_at(const TuiProfiles *profiles, guint place)
{
    return &g_array_index(profiles->rows, TuiProfile, place);
}

const TuiProfile *
tui_profiles_at(const TuiProfiles *profiles, guint place)
{
    return place < profiles->rows->len ? row_at(profiles, place) : NULL;
}

static TuiProfile *
find(const TuiProfiles *profiles, const char *full)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(profiles->by_name, full));
    return place ? row_at(profiles, place - 1) : NULL;
}

const TuiProfile *
tui_profiles_find(const TuiProfiles *profiles, const char *full)
{
    return find(profiles, full);
}

/* @full itself or what it is a child of, by their names: "a//b//c", "a//b", "a". */
static TuiProfile *
find_or_above(const TuiProfiles *profiles, const char *full)
{
    g_autofree char *name = g_strdup(full);
    TuiProfile *row = find(profiles, name);

    while (!row) {
        char *cut = g_strrstr(name, "//");
        if (!cut || cut == name)
            return NULL;
        *cut = '\0';
        row = find(profiles, name);
    }
    return row;
}

/* ---- the rows and their tree ---------------------------------------------------------------- */

static void
add_row(TuiProfiles *profiles, GHashTable *seen, const char *ns, const char *name,
        const AmrLoadedProfile *loaded)
{
    TuiProfile row = {.full = full_name(ns, name), .parent = -1};

    if (g_hash_table_contains(seen, row.full)) {
        g_free(row.full);
        return;
    }
    row.name = g_strdup(name);
    row.ns = g_strdup(ns ? ns : "");
    row.loaded = loaded != NULL;
    row.mode = loaded ? loaded->mode : AMR_MODE_UNKNOWN;
    row.mode_word = g_strdup(loaded ? loaded->mode_word : "");
    g_array_append_val(profiles->rows, row);
    g_hash_table_add(seen, row.full);
}

/* "//" comes before all else, so that what is below a profile comes right behind it. */
static int
compare_names(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    gboolean below_a = a[0] == '/' && a[1] == '/', below_b = b[0] == '/' && b[1] == '/';
    if (*a && *b && below_a != below_b)
        return below_a ? -1 : 1;
    return (guchar)*a - (guchar)*b;
}

static int
compare_rows(gconstpointer a, gconstpointer b)
{
    const TuiProfile *x = a, *y = b;
    int order = strcmp(x->ns, y->ns);
    return order ? order : compare_names(x->name, y->name);
}

static void
join(TuiProfiles *profiles)
{
    for (guint i = 0; i < profiles->rows->len; i++) {
        TuiProfile *row = row_at(profiles, i);
        g_autofree char *above = g_strdup(row->full);
        char *cut = g_strrstr(above, "//");
        const TuiProfile *parent;
        if (!cut || cut == above)
            continue;
        *cut = '\0';
        parent = find_or_above(profiles, above);
        if (!parent || parent == row)
            continue;
        row->parent = (int)(parent - row_at(profiles, 0));
        row->depth = parent->depth + 1; /* it comes before what is below it */
        for (int up = row->parent; up >= 0; up = row_at(profiles, (guint)up)->parent)
            row_at(profiles, (guint)up)->below++;
    }
}

static void
add_drift(TuiProfiles *profiles, const AmrSession *session)
{
    g_autoptr(AmrDrifts) drifts =
        amr_drifts_new(session->target, session->opener, session->index, session->loaded);

    for (guint i = 0; i < profiles->rows->len; i++) {
        TuiProfile *row = row_at(profiles, i);
        row->drift = amr_drifts_of(drifts, row->ns, row->name);
    }
}

/* ---- figures -------------------------------------------------------------------------------- */

/* A stack "a//&b" runs under both. */
static void
for_each_part(const char *label, void (*each)(const char *full, gpointer data), gpointer data)
{
    g_auto(GStrv) parts = g_strsplit(label, "//&", STACK);

    for (guint i = 0; parts[i]; i++) {
        g_autofree char *ns = NULL;
        const char *name;
        tui_split_profile(parts[i], &ns, &name);
        g_autofree char *full = full_name(ns, name);
        each(full, data);
    }
}

static void
count_part(const char *full, gpointer data)
{
    TuiProfile *row = find(data, full);
    if (row)
        row->processes++;
}

static void
count_processes(TuiProfiles *profiles, const AmrSession *session)
{
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&profiles->processes, g_ptr_array_unref);
    g_clear_pointer(&profiles->processes_error, g_free);
    profiles->processes = amr_processes_read(session->opener, &error);
    profiles->has_processes = profiles->processes != NULL;
    if (error)
        profiles->processes_error = g_strdup(error->message);
    for (guint i = 0; profiles->processes && i < profiles->processes->len; i++)
        for_each_part(((const AmrProcess *)profiles->processes->pdata[i])->label, count_part,
                      profiles);
}

typedef struct {
    const char *wanted;
    gboolean found;
} Part;

static void
compare_part(const char *full, gpointer data)
{
    Part *part = data;
    part->found |= strcmp(full, part->wanted) == 0;
}

gboolean
tui_profiles_runs_under(const AmrProcess *process, const TuiProfile *profile)
{
    Part part = {profile->full, FALSE};
    for_each_part(process->label, compare_part, &part);
    return part.found;
}

/* What is of no profile that there is, such as P//null-X, is of the one above it. */
static void
add_denials(TuiProfiles *profiles, const char *full, guint n)
{
    TuiProfile *row = find_or_above(profiles, full);

    if (!row)
        return;
    row->denials += n;
    for (int up = row->parent; up >= 0; up = row_at(profiles, (guint)up)->parent)
        row_at(profiles, (guint)up)->denials_below += n;
}

static void
add_sums(TuiProfiles *profiles)
{
    GHashTableIter iter;
    gpointer name, n;

    g_hash_table_iter_init(&iter, profiles->denials);
    while (g_hash_table_iter_next(&iter, &name, &n))
        add_denials(profiles, name, GPOINTER_TO_UINT(n));
    for (guint i = 0; i < profiles->rows->len; i++) {
        const TuiProfile *row = row_at(profiles, i);
        for (int up = row->parent; up >= 0; up = row_at(profiles, (guint)up)->parent)
            row_at(profiles, (guint)up)->processes_below += row->processes;
    }
}

void
tui_profiles_take_comparison(TuiProfiles *profiles, const char *full, const AmrAskDrift *found)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(profiles->by_name, full));
    TuiProfile *row = place ? row_at(profiles, place - 1) : NULL;

    if (!row || !found->known)
        return;
    if (!found->same)
        row->drift = AMR_DRIFT_OTHER;
    else if (row->drift == AMR_DRIFT_EDITED)
        row->drift = AMR_DRIFT_NONE;
}

void
tui_profiles_read(TuiProfiles *profiles, const AmrSession *session)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    g_hash_table_remove_all(profiles->by_name);
    g_array_set_size(profiles->rows, 0);
    for (guint i = 0; session->loaded && i < amr_loaded_count(session->loaded); i++) {
        const AmrLoadedProfile *loaded = amr_loaded_profile(session->loaded, i);
        add_row(profiles, seen, loaded->ns, loaded->name, loaded);
    }
    for (guint i = 0; session->index && i < amr_index_count(session->index); i++) {
        const AmrBlock *block = amr_index_block(session->index, i);
        if (!block->variables)
            add_row(profiles, seen, block->ns, block->name, NULL);
    }
    g_array_sort(profiles->rows, compare_rows);
    for (guint i = 0; i < profiles->rows->len; i++)
        g_hash_table_insert(profiles->by_name, row_at(profiles, i)->full, GUINT_TO_POINTER(i + 1));
    join(profiles);
    add_drift(profiles, session);
    count_processes(profiles, session);
    add_sums(profiles);
}

gboolean
tui_profiles_count_denials(TuiProfiles *profiles, AmrStore *store, guint most)
{
    AmrDenialId ids[WINDOW];
    guint n, done = 0;

    while (done < most &&
           (n = amr_store_window(store, AMR_ORDER_ARRIVAL, profiles->counted, WINDOW, ids)) > 0) {
        for (guint i = 0; i < n; i++) {
            AmrEvent event;
            if (!amr_store_event(store, ids[i], &event))
                continue;
            char *full = amr_event_profile(&event);
            guint held = GPOINTER_TO_UINT(g_hash_table_lookup(profiles->denials, full));
            add_denials(profiles, full, 1);
            g_hash_table_insert(profiles->denials, full, GUINT_TO_POINTER(held + 1));
        }
        profiles->counted += n;
        done += n;
    }
    return profiles->counted < amr_store_count(store);
}

static void
add_rate(const AmrEvent *whose, guint n, gpointer data)
{
    TuiProfiles *profiles = data;
    g_autofree char *full = amr_event_profile(whose);
    TuiProfile *row = find_or_above(profiles, full);

    if (!row)
        return;
    row->rate += n;
    for (int up = row->parent; up >= 0; up = row_at(profiles, (guint)up)->parent)
        row_at(profiles, (guint)up)->rate_below += n;
}

gboolean
tui_profiles_count_rates(TuiProfiles *profiles, const AmrStore *store, gint64 now)
{
    g_autoptr(GArray) before = g_array_new(FALSE, FALSE, sizeof(guint));
    gboolean other = FALSE;

    for (guint i = 0; i < profiles->rows->len; i++) {
        TuiProfile *row = row_at(profiles, i);
        g_array_append_val(before, row->rate);
        row->rate = row->rate_below = 0;
    }
    amr_store_rates(store, now, add_rate, profiles);
    for (guint i = 0; i < profiles->rows->len && !other; i++)
        other = row_at(profiles, i)->rate != g_array_index(before, guint, i);
    return other;
}
