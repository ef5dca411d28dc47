/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of one directory that look alike. */
#include "core/policy/cluster_private.h"

/* So many groups and single ones in one directory, of so many files at least, and the directory is
 * what they have in common. */
#define GROUPS_MAX 8
#define MIXED_MIN  24

/* How they are alike, the strongest first. */
typedef enum {
    BY_SHAPE,
    BY_NUMBERS,
    BY_EXTENSION,
    BY_TAIL,
    BY_HEAD,
    BY_NOTHING,
} Likeness;

AmrClusterSet *
amr_cluster_set_new(guint key, guint deep)
{
    AmrClusterSet *set = g_new0(AmrClusterSet, 1);
    set->key = key;
    set->deep = deep;
    set->members = g_array_new(FALSE, FALSE, sizeof(guint));
    return set;
}

void
amr_cluster_set_free(gpointer data)
{
    AmrClusterSet *set = data;
    g_array_unref(set->members);
    g_free(set);
}

/* The name with one digit for each number in it; 0 if there is none. */
static guint
without_numbers(AmrClusterPaths *paths, AmrBytes name)
{
    g_autoptr(GString) text = g_string_sized_new(name.len);
    gboolean digit = FALSE, any = FALSE;

    for (gsize i = 0; i < name.len; i++) {
        gboolean again = digit;
        digit = g_ascii_isdigit(name.data[i]);
        any = any || digit;
        if (!digit || !again)
            g_string_append_c(text, digit ? '0' : name.data[i]);
    }
    return any ? amr_cluster_word(paths, text->str, text->len) : 0;
}

/* What it has in common with others; 0: nothing. */
static guint
likeness(AmrClusterPaths *paths, guint file, Likeness by)
{
    const AmrClusterPath *path = amr_cluster_path(paths, file);
    const AmrClusterName name = *amr_cluster_name(paths, path, path->n_names - 1);
    AmrBytes common = {NULL, 0};

    if (name.bytes.len == 0) /* the directory itself */
        return 0;
    switch (by) {
    case BY_SHAPE:
        return name.n_varying ? name.shape : 0;
    case BY_NUMBERS:
        return without_numbers(paths, name.bytes);
    case BY_TAIL:
        common = amr_cluster_tail(name.bytes);
        break;
    case BY_EXTENSION:
        common = amr_cluster_extension(name.bytes);
        break;
    case BY_HEAD:
        common = amr_cluster_head(name.bytes);
        break;
    case BY_NOTHING:
        return 1;
    }
    return common.len ? amr_cluster_word(paths, common.data, common.len) : 0;
}

static guint
least(Likeness by)
{
    return by <= BY_NUMBERS   ? AMR_CLUSTER_FORM_MIN
           : by == BY_NOTHING ? AMR_CLUSTER_ANY_MIN
                              : AMR_CLUSTER_AFFIX_MIN;
}

/* Those of @files that enough of them are like, in sets; the others are left in @files. */
static void
take(AmrClusterPaths *paths, GArray *files, Likeness by, GPtrArray *sets)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) made = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) like = g_array_new(FALSE, FALSE, sizeof(guint));
    guint kept = 0;

    if (files->len < least(by))
        return;
    for (guint i = 0; i < files->len; i++) {
        guint of = likeness(paths, g_array_index(files, guint, i), by);
        gpointer key = GUINT_TO_POINTER(of);
        g_array_append_val(like, of);
        g_hash_table_replace(counts, key,
                             GUINT_TO_POINTER(GPOINTER_TO_UINT(g_hash_table_lookup(counts, key)) +
                                              1));
    }
    for (guint i = 0; i < files->len; i++) {
        guint file = g_array_index(files, guint, i), of = g_array_index(like, guint, i);
        gpointer key = GUINT_TO_POINTER(of);
        if (!of || GPOINTER_TO_UINT(g_hash_table_lookup(counts, key)) < least(by)) {
            g_array_index(files, guint, kept++) = file;
            continue;
        }
        AmrClusterSet *set = g_hash_table_lookup(made, key);
        if (!set) {
            set = amr_cluster_set_new(amr_cluster_pair(paths, by + 1, of), AMR_CLUSTER_LEVEL);
            g_hash_table_insert(made, key, set);
            g_ptr_array_add(sets, set);
        }
        g_array_append_val(set->members, file);
    }
    g_array_set_size(files, kept);
}

/* Everything but the directory itself. */
static void
take_all(AmrClusterPaths *paths, const guint *files, guint n, GPtrArray *sets, GArray *rest)
{
    g_ptr_array_set_size(sets, 0);
    g_array_set_size(rest, 0);
    g_array_append_vals(rest, files, n);
    take(paths, rest, BY_NOTHING, sets);
}

void
amr_cluster_files_alike(AmrClusterPaths *paths, const guint *files, guint n, gboolean any,
                        GPtrArray *sets, GArray *rest)
{
    g_array_append_vals(rest, files, n);
    for (Likeness by = BY_SHAPE; by <= BY_HEAD; by++)
        take(paths, rest, by, sets);
    if (!any)
        return;
    take(paths, rest, BY_NOTHING, sets);
    if (sets->len + rest->len > GROUPS_MAX && n >= MIXED_MIN)
        take_all(paths, files, n, sets, rest);
}
