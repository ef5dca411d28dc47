/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Patterns of sets. What may belong together by its form is looked at again, place by place: each
 * place that varies must have enough different names to be left open, else those are spelled out
 * or the set is parted by them. A pattern that would reach what matters is given up for narrower
 * ones.
 */
#include "core/policy/cluster_private.h"

#include <string.h>

#include "core/policy/glob.h"

/* As many names as one vocabulary may have: names that come again in directory after directory. */
#define VOCABULARY_MAX 64
#define NONE           G_MAXUINT

typedef struct {
    AmrClusterPaths *paths;
    const AmrRiskReach *reach;
    GPtrArray *forms;
} Making;

/* One place of the members' paths. */
typedef struct {
    GPtrArray *names; /* AmrClusterName: distinct, in the order of their bytes */
    AmrColumn column;
} Place;

static void form_members(Making *making, const GArray *members, guint deep);

static const AmrClusterPath *
member_at(const Making *making, const GArray *members, guint n)
{
    return amr_cluster_path(making->paths, g_array_index(members, guint, n));
}

static const AmrClusterName *
name_of(const Making *making, const GArray *members, guint n, guint place)
{
    return amr_cluster_name(making->paths, member_at(making, members, n), place);
}

/* ---- forms ------------------------------------------------------------------------------------
 */

static AmrClusterForm *
form_new(void)
{
    AmrClusterForm *form = g_new0(AmrClusterForm, 1);
    form->parts = g_ptr_array_new_with_free_func(g_free);
    form->literal = g_array_new(FALSE, FALSE, sizeof(gboolean));
    form->members = g_array_new(FALSE, FALSE, sizeof(guint));
    return form;
}

void
amr_cluster_form_free(gpointer data)
{
    AmrClusterForm *form = data;
    g_ptr_array_unref(form->parts);
    g_array_unref(form->literal);
    g_array_unref(form->members);
    g_free(form);
}

char *
amr_cluster_form_pattern(const AmrClusterForm *form)
{
    GString *pattern = g_string_new(NULL);
    for (guint i = 0; i < form->parts->len; i++)
        g_string_append_printf(pattern, "/%s", (const char *)form->parts->pdata[i]);
    return g_string_free(pattern, FALSE);
}

/* ---- places -----------------------------------------------------------------------------------
 */

static int
compare_names(gconstpointer a, gconstpointer b)
{
    const AmrClusterName *const *left = a, *const *right = b;
    return amr_bytes_compare((*left)->bytes, (*right)->bytes);
}

static void
find_names(const Making *making, const GArray *members, guint n, Place *place)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    place->names = g_ptr_array_new();
    for (guint i = 0; i < members->len; i++) {
        const AmrClusterName *name = name_of(making, members, i, n);
        if (g_hash_table_add(seen, GUINT_TO_POINTER(name->literal)))
            g_ptr_array_add(place->names, (gpointer)name);
    }
    g_ptr_array_sort(place->names, compare_names);
}

static guint
least(AmrColumnKind kind, gboolean is_file)
{
    switch (kind) {
    case AMR_COLUMN_FORM:
        return AMR_CLUSTER_FORM_MIN;
    case AMR_COLUMN_AFFIX:
        return AMR_CLUSTER_AFFIX_MIN;
    default:
        return is_file ? AMR_CLUSTER_ANY_MIN : AMR_CLUSTER_DIRS_MIN;
    }
}

static void
set_column(Place *place, AmrColumn column)
{
    g_free(place->column.pattern);
    place->column = column;
}

static void
list_place(Place *place)
{
    g_autofree AmrBytes *values = g_new(AmrBytes, place->names->len);
    for (guint i = 0; i < place->names->len; i++)
        values[i] = ((const AmrClusterName *)place->names->pdata[i])->bytes;
    set_column(place, amr_cluster_list(values, place->names->len));
}

/* FALSE: too many names for a list, too few for a pattern. */
static gboolean
judge_place(const Making *making, Place *place, gboolean is_file)
{
    const AmrClusterName *const *names = (gpointer)place->names->pdata;
    guint n = place->names->len;

    if (n == 1) {
        set_column(place, (AmrColumn){AMR_COLUMN_LITERAL, amr_cluster_literal(names[0]->bytes)});
        return TRUE;
    }
    set_column(place, amr_cluster_column(making->paths, names, n));
    if (n >= least(place->column.kind, is_file))
        return TRUE;
    if (n > AMR_CLUSTER_LIST_MAX)
        return FALSE;
    list_place(place);
    return TRUE;
}

static gboolean
is_open(const Place *place)
{
    return place->column.kind >= AMR_COLUMN_FORM;
}

static void
places_free(Place *places, guint n)
{
    for (guint i = 0; i < n; i++) {
        if (places[i].names)
            g_ptr_array_unref(places[i].names);
        g_free(places[i].column.pattern);
    }
    g_free(places);
}

/* ---- parting ----------------------------------------------------------------------------------
 */

/* By the names in one place, or where @place is NONE by how deep they lie. */
static void
part_by(Making *making, const GArray *members, guint place, guint deep)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);

    for (guint i = 0; i < members->len; i++) {
        gpointer key =
            GUINT_TO_POINTER(place == NONE ? member_at(making, members, i)->n_names
                                           : name_of(making, members, i, place)->literal);
        GArray *part = g_hash_table_lookup(seen, key);
        if (!part) {
            part = g_array_new(FALSE, FALSE, sizeof(guint));
            g_hash_table_insert(seen, key, part);
            g_ptr_array_add(parts, part);
        }
        g_array_append_val(part, g_array_index(members, guint, i));
    }
    for (guint i = 0; i < parts->len; i++)
        form_members(making, parts->pdata[i], deep);
}

/* By what files of one place look like; FALSE if that parts nothing. */
static gboolean
part_by_likeness(Making *making, const GArray *members)
{
    g_autoptr(GPtrArray) sets = g_ptr_array_new_with_free_func(amr_cluster_set_free);
    g_autoptr(GArray) rest = g_array_new(FALSE, FALSE, sizeof(guint));

    amr_cluster_files_alike(making->paths, (const guint *)(const void *)members->data, members->len,
                            FALSE, sets, rest);
    if (sets->len == 0 || (sets->len == 1 && rest->len == 0))
        return FALSE;
    for (guint i = 0; i < sets->len; i++)
        form_members(making, ((const AmrClusterSet *)sets->pdata[i])->members, AMR_CLUSTER_LEVEL);
    if (rest->len)
        part_by(making, rest, member_at(making, rest, 0)->n_names - 1, AMR_CLUSTER_LEVEL);
    return TRUE;
}

/* Into narrower ones; single ones stay by themselves. */
static void
narrow(Making *making, const GArray *members, const Place *places, guint n, guint deep)
{
    if (deep != AMR_CLUSTER_LEVEL) {
        part_by(making, members, NONE, AMR_CLUSTER_LEVEL);
        return;
    }
    if (places[n - 1].column.kind > AMR_COLUMN_FORM && part_by_likeness(making, members))
        return;
    for (guint i = n; i-- > 0;) {
        if (is_open(&places[i]) && places[i].names->len < members->len) {
            part_by(making, members, i, deep);
            return;
        }
    }
}

/* ---- evidence ---------------------------------------------------------------------------------
 */

/* A place whose names are words that come again wherever another place varies: these are not open.
 * NONE if there is none. */
static guint
find_vocabulary(const GArray *members, const Place *places, guint n)
{
    for (guint i = n; i-- > 0;) {
        guint words = places[i].names->len, others = 1;
        if (places[i].column.kind <= AMR_COLUMN_FORM || words > VOCABULARY_MAX)
            continue;
        for (guint k = 0; k < n; k++)
            if (k != i && is_open(&places[k]))
                others = MAX(others, places[k].names->len);
        if (others >= AMR_CLUSTER_FORM_MIN &&
            members->len >= MAX(3 * words, (guint64)words * others * 3 / 10))
            return i;
    }
    return NONE;
}

/* Two lists open each name of one with each of the other: where hardly more than half of that was
 * asked for, the shorter list parts. NONE if it is well. */
static guint
find_loose_list(Making *making, const GArray *members, const Place *places, guint n)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    guint64 product = 1;
    guint lists = 0, shortest = NONE;

    for (guint i = 0; i < n; i++) {
        if (places[i].column.kind != AMR_COLUMN_LIST)
            continue;
        lists++;
        product *= places[i].names->len;
        if (shortest == NONE || places[i].names->len < places[shortest].names->len)
            shortest = i;
    }
    if (lists < 2)
        return NONE;
    for (guint k = 0; k < members->len; k++) {
        guint tuple = 1;
        for (guint i = 0; i < n; i++)
            if (places[i].column.kind == AMR_COLUMN_LIST)
                tuple =
                    amr_cluster_pair(making->paths, tuple, name_of(making, members, k, i)->literal);
        g_hash_table_add(seen, GUINT_TO_POINTER(tuple));
    }
    return g_hash_table_size(seen) * 10ull < product * 6 ? shortest : NONE;
}

/* ---- one pattern ------------------------------------------------------------------------------
 */

/* Below the last place, what all end in. */
static char *
deep_part(const Making *making, const GArray *members)
{
    AmrBytes common = {NULL, 0};
    for (guint i = 0; i < members->len; i++) {
        const AmrClusterPath *path = member_at(making, members, i);
        AmrBytes name = amr_cluster_name(making->paths, path, path->n_names - 1)->bytes;
        AmrBytes extension = amr_cluster_extension(name);
        if (extension.data + extension.len != name.data + name.len || extension.len == 0 ||
            (i && !amr_bytes_equal(extension, common)))
            return g_strdup("**");
        common = extension;
    }
    g_autofree char *spelled = amr_cluster_literal(common);
    return g_strconcat("**", spelled, NULL);
}

static AmrClusterForm *
make_form(const Making *making, const GArray *members, const Place *places, guint n, guint deep)
{
    static const gboolean no = FALSE;
    AmrClusterForm *form = form_new();
    for (guint i = 0; i < n; i++) {
        gboolean literal = places[i].column.kind == AMR_COLUMN_LITERAL;
        g_ptr_array_add(form->parts, g_strdup(places[i].column.pattern));
        g_array_append_val(form->literal, literal);
    }
    if (deep != AMR_CLUSTER_LEVEL) {
        g_ptr_array_add(form->parts, deep_part(making, members));
        g_array_append_val(form->literal, no);
    }
    return form;
}

/* Takes those members that the pattern matches: all, if all is well. FALSE if it must not be. */
static gboolean
check_form(Making *making, const GArray *members, AmrClusterForm *form)
{
    g_autofree char *pattern = amr_cluster_form_pattern(form);
    guint64 kinds = G_MAXUINT64;

    for (guint i = 0; i < members->len; i++)
        kinds &= member_at(making, members, i)->kinds;
    if (!amr_risk_reach_keeps(making->reach, pattern, kinds))
        return FALSE;
    for (guint i = 0; i < members->len; i++)
        if (amr_glob_match(pattern, member_at(making, members, i)->bytes))
            g_array_append_val(form->members, g_array_index(members, guint, i));
    return TRUE;
}

static void
form_places(Making *making, const GArray *members, const Place *places, guint n, guint deep)
{
    gboolean open = deep != AMR_CLUSTER_LEVEL;
    for (guint i = 0; i < n; i++)
        open = open || is_open(&places[i]);
    if (!open)
        return;
    guint parts = find_vocabulary(members, places, n);
    if (parts == NONE)
        parts = find_loose_list(making, members, places, n);
    if (parts != NONE) {
        part_by(making, members, parts, deep);
        return;
    }
    AmrClusterForm *form = make_form(making, members, places, n, deep);
    if (!check_form(making, members, form)) {
        amr_cluster_form_free(form);
        narrow(making, members, places, n, deep);
    } else if (form->members->len < 2) {
        amr_cluster_form_free(form);
    } else {
        g_ptr_array_add(making->forms, form);
    }
}

static void
form_members(Making *making, const GArray *members, guint deep)
{
    if (members->len < 2)
        return;
    guint n = deep == AMR_CLUSTER_LEVEL ? member_at(making, members, 0)->n_names : deep;
    Place *places = g_new0(Place, n);
    guint parts = NONE;

    for (guint i = 0; i < n && parts == NONE; i++) {
        find_names(making, members, i, &places[i]);
        if (!judge_place(making, &places[i], deep == AMR_CLUSTER_LEVEL && i == n - 1))
            parts = i;
    }
    if (parts != NONE)
        part_by(making, members, parts, deep);
    else
        form_places(making, members, places, n, deep);
    places_free(places, n);
}

void
amr_cluster_form(AmrClusterPaths *paths, const AmrRiskReach *reach, const AmrClusterSet *set,
                 GPtrArray *forms)
{
    g_autoptr(GArray) members = g_array_copy(set->members);
    Making making = {paths, reach, forms};
    form_members(&making, members, set->deep);
}
