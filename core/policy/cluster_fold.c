/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same in fewer rules: patterns that differ in one name become one with the list of them. What
 * is allowed stays the same, name by name. */
#include <string.h>

#include "core/policy/cluster_private.h"

#define LIST_MAX   12  /* names in one list */
#define LENGTH_MAX 200 /* bytes of it */

/* All parts but one. NULL where that is no name, or the directory itself. */
static char *
key_without(const AmrClusterForm *form, guint place)
{
    if (place >= form->parts->len || !g_array_index(form->literal, gboolean, place) ||
        !*(const char *)form->parts->pdata[place])
        return NULL;
    GString *key = g_string_new(NULL);
    for (guint i = 0; i < form->parts->len; i++)
        g_string_append_printf(key, "/%s", i == place ? "//" : (char *)form->parts->pdata[i]);
    return g_string_free(key, FALSE);
}

/* Few directories below a system's own that only have stars below them are not one. */
static guint
least(const AmrClusterForm *form, guint place)
{
    for (guint i = place + 1; i < form->parts->len; i++)
        if (g_array_index(form->literal, gboolean, i))
            return 2;
    return place + 1 == form->parts->len ? 2 : place >= 3 ? 3 : G_MAXUINT;
}

static void
take_members(AmrClusterForm *to, const AmrClusterForm *from)
{
    g_array_append_vals(to->members, from->members->data, from->members->len);
}

/* A comma would part the list. */
static void
append_name(GString *list, const char *name)
{
    for (const char *p = name; *p; p++) {
        if (*p == ',')
            g_string_append(list, "\\054");
        else
            g_string_append_c(list, *p);
    }
}

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    guint left = *(const guint *)a, right = *(const guint *)b;
    return left < right ? -1 : left > right;
}

/* @same (AmrClusterForm, borrowed) into as few as the lists' bounds let them be: the first of each
 * lot takes the others over, which are left without members. */
static void
fold_same(GPtrArray *same, guint place)
{
    gboolean no = FALSE;
    guint lots = (same->len + LIST_MAX - 1) / LIST_MAX, each = (same->len + lots - 1) / lots;

    for (guint from = 0; from < same->len;) {
        AmrClusterForm *first = same->pdata[from];
        g_autoptr(GString) list = g_string_new("{");
        guint to = from;
        for (; to < same->len && to - from < each && list->len < LENGTH_MAX; to++) {
            AmrClusterForm *form = same->pdata[to];
            if (to > from)
                g_string_append_c(list, ',');
            append_name(list, form->parts->pdata[place]);
            if (to == from)
                continue;
            take_members(first, form);
            g_array_set_size(form->members, 0);
        }
        g_string_append_c(list, '}');
        if (to - from > 1) {
            g_free(first->parts->pdata[place]);
            first->parts->pdata[place] = g_strdup(list->str);
            g_array_index(first->literal, gboolean, place) = no;
            g_array_sort(first->members, compare_ids);
        }
        from = to;
    }
}

static void
fold_at(GPtrArray *forms, guint place)
{
    g_autoptr(GHashTable) by_key =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    guint kept = 0;

    for (guint i = 0; i < forms->len; i++) {
        g_autofree char *key = key_without(forms->pdata[i], place);
        GPtrArray *same = key ? g_hash_table_lookup(by_key, key) : NULL;
        if (key && !same) {
            same = g_ptr_array_new();
            g_hash_table_insert(by_key, g_steal_pointer(&key), same);
            g_ptr_array_add(order, same);
        }
        if (same)
            g_ptr_array_add(same, forms->pdata[i]);
    }
    for (guint i = 0; i < order->len; i++) {
        GPtrArray *same = order->pdata[i];
        if (same->len >= least(same->pdata[0], place))
            fold_same(same, place);
    }
    for (guint i = 0; i < forms->len; i++) {
        AmrClusterForm *form = forms->pdata[i];
        if (form->members->len)
            forms->pdata[kept++] = form;
        else
            amr_cluster_form_free(form);
    }
    g_ptr_array_set_size(forms, (int)kept);
}

static int
compare_forms(gconstpointer a, gconstpointer b)
{
    const AmrClusterForm *const *left = a, *const *right = b;
    g_autofree char *one = amr_cluster_form_pattern(*left);
    g_autofree char *other = amr_cluster_form_pattern(*right);
    return strcmp(one, other);
}

static void
join_equal(GPtrArray *forms)
{
    guint kept = 0;
    for (guint i = 0; i < forms->len; i++) {
        AmrClusterForm *form = forms->pdata[i];
        AmrClusterForm *last = kept ? forms->pdata[kept - 1] : NULL;
        if (!last || compare_forms(&last, &form) != 0) {
            forms->pdata[kept++] = form;
            continue;
        }
        take_members(last, form);
        g_array_sort(last->members, compare_ids);
        amr_cluster_form_free(form);
    }
    g_ptr_array_set_size(forms, (int)kept);
}

void
amr_cluster_fold(GPtrArray *forms)
{
    guint longest = 0;
    g_ptr_array_sort(forms, compare_forms);
    join_equal(forms);
    for (guint i = 0; i < forms->len; i++)
        longest = MAX(longest, ((const AmrClusterForm *)forms->pdata[i])->parts->len);
    for (guint place = longest; place-- > 0;)
        fold_at(forms, place);
}
