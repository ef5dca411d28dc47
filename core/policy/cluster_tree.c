/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which paths may belong together. The directories are walked from the leaves up: what is alike
 * below several of them (the same names, names of one form, the same kind of set) is joined across
 * them; what nothing joins goes on upwards alone, to be joined there or not at all. Each path is
 * handled once in each of its directories.
 */
#include "core/policy/cluster_private.h"

#define NONE G_MAXUINT

/* From so many different things below one directory on it is asked whether they are one. */
#define CROWD_MIN 16

/* Words that no likeness has (those of cluster_alike.c are 1 to 6). */
enum {
    ALONE = 16,
    STEP,
    ANY_DIRECTORY,
    JOINED,
    POOLED,
};

/* Paths joined so far. */
typedef struct {
    guint key;                   /* as of AmrClusterSet, from the directory on that is worked on */
    const AmrClusterName *child; /* below which of its directories; NULL: a file of its own */
    guint head, tail, n;         /* the paths, by the tree's links */
    guint deep;
    guint length;    /* how many components each has; 0: they differ */
    guint extension; /* a word for what they all end in; 0: nothing */
} Sub;

typedef struct {
    AmrClusterPaths *paths;
    guint *next;  /* links of the paths in one Sub */
    GArray *subs; /* Sub: a stack */
} Tree;

static Sub *
sub_at(const Tree *tree, guint n)
{
    return &g_array_index(tree->subs, Sub, n);
}

static guint
extension_of(Tree *tree, guint n)
{
    const AmrClusterPath *path = amr_cluster_path(tree->paths, n);
    AmrBytes name = amr_cluster_name(tree->paths, path, path->n_names - 1)->bytes;
    AmrBytes extension = amr_cluster_extension(name);
    gboolean at_end = extension.len && extension.data + extension.len == name.data + name.len;
    return at_end ? amr_cluster_word(tree->paths, extension.data, extension.len) : 0;
}

static void
join(Tree *tree, Sub *to, const Sub *from)
{
    tree->next[to->tail] = from->head;
    to->tail = from->tail;
    to->n += from->n;
    if (to->length != from->length)
        to->length = 0;
    if (to->extension != from->extension)
        to->extension = 0;
}

/* ---- files ------------------------------------------------------------------------------------
 */

static Sub
sub_alone(Tree *tree, guint n)
{
    const AmrClusterPath *path = amr_cluster_path(tree->paths, n);
    const AmrClusterName *name = amr_cluster_name(tree->paths, path, path->n_names - 1);
    return (Sub){.key = amr_cluster_pair(tree->paths, ALONE, name->shape),
                 .head = n,
                 .tail = n,
                 .n = 1,
                 .deep = AMR_CLUSTER_LEVEL,
                 .length = path->n_names,
                 .extension = extension_of(tree, n)};
}

/* Those of the root itself stay by themselves. */
static void
add_files(Tree *tree, const GArray *files, guint depth)
{
    g_autoptr(GPtrArray) sets = g_ptr_array_new_with_free_func(amr_cluster_set_free);
    g_autoptr(GArray) rest = g_array_new(FALSE, FALSE, sizeof(guint));

    if (depth == 0)
        g_array_append_vals(rest, files->data, files->len);
    else
        amr_cluster_files_alike(tree->paths, (const guint *)(const void *)files->data, files->len,
                                TRUE, sets, rest);
    for (guint i = 0; i < sets->len; i++) {
        const AmrClusterSet *set = sets->pdata[i];
        Sub sub = sub_alone(tree, g_array_index(set->members, guint, 0));
        for (guint j = 1; j < set->members->len; j++) {
            const Sub other = sub_alone(tree, g_array_index(set->members, guint, j));
            join(tree, &sub, &other);
        }
        sub.key = set->key;
        g_array_append_val(tree->subs, sub);
    }
    for (guint i = 0; i < rest->len; i++) {
        const Sub sub = sub_alone(tree, g_array_index(rest, guint, i));
        g_array_append_val(tree->subs, sub);
    }
}

/* ---- the same below several directories -------------------------------------------------------
 */

/* What several subs have in common, before it is known whether they are enough. */
typedef struct {
    guint children, paths, subs; /* how many */
    guint least, most;           /* components of their paths */
    const AmrClusterName *last;  /* child */
    guint into;                  /* the sub that they are joined into; NONE: not yet */
} Group;

/* A key for what @sub may be joined by; 0: by nothing. */
typedef guint (*KeyOf)(Tree *tree, const Sub *sub, guint depth);
typedef gboolean (*IsEnough)(const Group *group, const Sub *sub, guint depth);

static void
count(Group *group, const Sub *sub)
{
    if (sub->child && sub->child != group->last)
        group->children++;
    group->last = sub->child;
    group->paths += sub->n;
    group->subs++;
    group->least = MIN(group->least, sub->length);
    group->most = MAX(group->most, sub->length ? sub->length : NONE);
}

static Group *
group_of(GHashTable *groups, guint key)
{
    Group *group = g_hash_table_lookup(groups, GUINT_TO_POINTER(key));
    if (group)
        return group;
    group = g_new0(Group, 1);
    group->into = group->least = NONE;
    g_hash_table_insert(groups, GUINT_TO_POINTER(key), group);
    return group;
}

/* Joins those subs from @base on that are enough of one key. Deep ones differ in depth. */
static void
join_by(Tree *tree, guint base, guint depth, KeyOf key_of, IsEnough is_enough, gboolean deep)
{
    g_autoptr(GHashTable) groups = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(guint));
    guint kept = base;

    for (guint i = base; i < tree->subs->len; i++) {
        guint key = key_of(tree, sub_at(tree, i), depth);
        g_array_append_val(keys, key);
        if (key)
            count(group_of(groups, key), sub_at(tree, i));
    }
    for (guint i = base; i < tree->subs->len; i++) {
        guint key = g_array_index(keys, guint, i - base);
        Group *group = key ? group_of(groups, key) : NULL;
        Sub sub = *sub_at(tree, i);
        if (group && group->into != NONE) {
            join(tree, sub_at(tree, group->into), &sub);
            continue;
        }
        if (group && is_enough(group, &sub, depth)) {
            group->into = kept;
            sub.key = amr_cluster_pair(tree->paths, JOINED, key);
            sub.child = NULL;
            if (deep && group->least != group->most)
                sub.deep = depth;
        }
        *sub_at(tree, kept++) = sub;
    }
    g_array_set_size(tree->subs, kept);
}

static guint
key_of_same(Tree *tree, const Sub *sub, guint depth)
{
    if (!sub->child)
        return 0;
    return amr_cluster_pair(tree->paths, sub->child->n_varying ? sub->child->shape : ANY_DIRECTORY,
                            sub->key);
}

/* Directories of any name stand below one that has a name. */
static gboolean
is_enough_same(const Group *group, const Sub *sub, guint depth)
{
    if (sub->child->n_varying)
        return group->children >= AMR_CLUSTER_FORM_MIN;
    return depth > 0 && group->children >= AMR_CLUSTER_DIRS_MIN;
}

/* ---- crowds: much of little in common ---------------------------------------------------------
 */

static gboolean
is_directory_itself(const Tree *tree, const Sub *sub)
{
    const AmrClusterPath *path = amr_cluster_path(tree->paths, sub->head);
    return amr_cluster_name(tree->paths, path, path->n_names - 1)->bytes.len == 0;
}

static guint
key_of_depth(Tree *tree, const Sub *sub, guint depth)
{
    if (!sub->child || sub->deep != AMR_CLUSTER_LEVEL || !sub->length ||
        is_directory_itself(tree, sub))
        return 0;
    guint level = amr_cluster_pair(tree->paths, POOLED, sub->length - depth);
    return amr_cluster_pair(tree->paths, level, sub->extension);
}

static gboolean
is_enough_depth(const Group *group, const Sub *sub, guint depth)
{
    return group->children >= AMR_CLUSTER_DIRS_MIN && group->subs >= 4 &&
           group->paths >= AMR_CLUSTER_ANY_MIN * (sub->extension ? 1u : 2u);
}

static guint
key_of_extension(Tree *tree, const Sub *sub, guint depth)
{
    return sub->extension ? amr_cluster_pair(tree->paths, POOLED, sub->extension) : 0;
}

static gboolean
is_enough_extension(const Group *group, const Sub *sub, guint depth)
{
    return group->children >= AMR_CLUSTER_DIRS_MIN && group->subs >= 4 &&
           group->paths >= 2 * AMR_CLUSTER_ANY_MIN;
}

static guint
key_of_all(Tree *tree, const Sub *sub, guint depth)
{
    return sub->child || !is_directory_itself(tree, sub) ? POOLED : 0;
}

/* All that lies below: of a directory that is two steps from the root much more. */
static gboolean
is_enough_all(const Group *group, const Sub *sub, guint depth)
{
    return group->children >= AMR_CLUSTER_DIRS_MIN * (depth < 3 ? 2u : 1u) &&
           group->paths >= (depth < 3 ? 100u : 32u);
}

/* Whether the directory is somebody's own, not the system's or a user's as a whole. */
static gboolean
may_be_whole(const Tree *tree, guint n, guint depth)
{
    const AmrClusterPath *path = amr_cluster_path(tree->paths, n);
    return depth >= 3 ||
           (depth == 2 && !amr_bytes_is(amr_cluster_name(tree->paths, path, 0)->bytes, "home"));
}

static void
join_crowd(Tree *tree, guint base, guint depth)
{
    static const struct {
        KeyOf key_of;
        IsEnough is_enough;
        gboolean deep;
    } steps[] = {
        {key_of_depth, is_enough_depth, FALSE},
        {key_of_extension, is_enough_extension, TRUE},
        {key_of_all, is_enough_all, TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(steps) && tree->subs->len - base >= CROWD_MIN; i++)
        join_by(tree, base, depth, steps[i].key_of, steps[i].is_enough, steps[i].deep);
}

/* ---- the walk ---------------------------------------------------------------------------------
 */

static const AmrClusterName *
name_at(const Tree *tree, guint n, guint depth)
{
    return amr_cluster_name(tree->paths, amr_cluster_path(tree->paths, n), depth);
}

static gboolean
is_file(const Tree *tree, guint n, guint depth)
{
    return amr_cluster_path(tree->paths, n)->n_names == depth + 1;
}

/* Seen from the directory above. */
static void
step_up(Tree *tree, guint base)
{
    for (guint i = base; i < tree->subs->len; i++) {
        Sub *sub = sub_at(tree, i);
        if (sub->child)
            sub->key =
                amr_cluster_pair(tree->paths,
                                 amr_cluster_pair(tree->paths, STEP, sub->child->shape), sub->key);
    }
}

/* The paths from @from to before @to, which have @depth components in common. */
static void
walk(Tree *tree, guint from, guint to, guint depth)
{
    g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(guint));
    guint base = tree->subs->len;

    for (guint i = from; i < to;) {
        const AmrClusterName *child = name_at(tree, i, depth);
        guint end = i + 1, first = tree->subs->len;
        if (is_file(tree, i, depth)) {
            g_array_append_val(files, i);
            i++;
            continue;
        }
        while (end < to && !is_file(tree, end, depth) &&
               name_at(tree, end, depth)->literal == child->literal)
            end++;
        walk(tree, i, end, depth + 1);
        for (guint k = first; k < tree->subs->len; k++)
            sub_at(tree, k)->child = child;
        i = end;
    }
    add_files(tree, files, depth);
    join_by(tree, base, depth, key_of_same, is_enough_same, FALSE);
    if (may_be_whole(tree, from, depth))
        join_crowd(tree, base, depth);
    step_up(tree, base);
}

GPtrArray *
amr_cluster_sets(AmrClusterPaths *paths)
{
    GPtrArray *sets = g_ptr_array_new_with_free_func(amr_cluster_set_free);
    guint n = paths->paths->len;
    g_autofree guint *next = g_new(guint, n);
    g_autoptr(GArray) subs = g_array_new(FALSE, FALSE, sizeof(Sub));
    Tree tree = {paths, next, subs};

    for (guint i = 0; i < n; i++)
        next[i] = NONE;
    if (n)
        walk(&tree, 0, n, 0);
    for (guint i = 0; i < subs->len; i++) {
        const Sub *sub = sub_at(&tree, i);
        AmrClusterSet *set = amr_cluster_set_new(sub->key, sub->deep);
        for (guint k = sub->head; k != NONE; k = k == sub->tail ? NONE : next[k])
            g_array_append_val(set->members, k);
        g_ptr_array_add(sets, set);
    }
    return sets;
}
