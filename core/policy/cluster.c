/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/cluster.h"

#include <string.h>

#include "core/policy/classes.h"
#include "core/policy/cluster_private.h"
#include "core/policy/glob.h"

/* Patterns that begin at one directory and are tried on a name there. */
#define TRIED_MAX 64

/* Accesses to one path by one kind of rule. */
typedef struct {
    AmrBytes path;
    guint access;
    gboolean owner;
    AmrRisk risk;
    guint64 kinds;  /* amr_risk_reach_kinds() */
    guint first, n; /* of the accesses, in their order */
    gboolean taken; /* by a pattern */
} Thing;

/* A pattern and the things that it answers. */
typedef struct {
    char *pattern;
    guint access;
    gboolean owner;
    GArray *things; /* guint */
} Found;

typedef struct {
    const AmrClusterAccess *accesses;
    GArray *order;    /* guint: accesses, by path */
    GArray *things;   /* Thing, by path */
    GPtrArray *found; /* Found */
    AmrRiskReach *reach;
    const AmrRisks *risks;
} Work;

static Thing *
thing_at(const Work *work, guint n)
{
    return &g_array_index(work->things, Thing, n);
}

static Found *
found_at(const Work *work, guint n)
{
    return work->found->pdata[n];
}

static void
found_free(gpointer data)
{
    Found *found = data;
    g_free(found->pattern);
    g_array_unref(found->things);
    g_free(found);
}

/* ---- what there is ----------------------------------------------------------------------------
 */

static int
compare_accesses(gconstpointer a, gconstpointer b, gpointer data)
{
    const AmrClusterAccess *accesses = data;
    guint i = *(const guint *)a, k = *(const guint *)b;
    const AmrClusterAccess *left = &accesses[i], *right = &accesses[k];
    int by_path = amr_bytes_compare(left->path, right->path);
    if (by_path)
        return by_path;
    if (!left->owner != !right->owner)
        return left->owner ? -1 : 1;
    return i < k ? -1 : i > k;
}

/* What no pattern can be made for stays by itself. */
static gboolean
may_join(const AmrClusterAccess *access)
{
    return access->exec == AMR_EXEC_NONE && access->access && access->path.len > 1 &&
           access->path.data[0] == '/' && !memchr(access->path.data, '\0', access->path.len) &&
           !g_strstr_len(access->path.data, (gssize)access->path.len, "//");
}

static void
list_things(Work *work, guint n)
{
    for (guint i = 0; i < n; i++)
        if (may_join(&work->accesses[i]))
            g_array_append_val(work->order, i);
    g_array_sort_with_data(work->order, compare_accesses, (gpointer)work->accesses);
    for (guint i = 0; i < work->order->len; i++) {
        const AmrClusterAccess *access = &work->accesses[g_array_index(work->order, guint, i)];
        Thing *last = work->things->len ? thing_at(work, work->things->len - 1) : NULL;
        if (last && amr_bytes_equal(last->path, access->path) && !last->owner == !access->owner) {
            last->access |= access->access;
            last->n++;
            continue;
        }
        const Thing thing = {.path = access->path,
                             .access = access->access,
                             .owner = access->owner != FALSE,
                             .first = i,
                             .n = 1};
        g_array_append_val(work->things, thing);
    }
    for (guint i = 0; i < work->things->len; i++) {
        Thing *thing = thing_at(work, i);
        gboolean own;
        if (thing->access & AMR_ACCESS_WRITE)
            thing->access &= ~(guint)AMR_ACCESS_APPEND;
        thing->kinds = amr_risk_reach_kinds(work->reach, thing->path);
        thing->risk = amr_risk_of_kinds(work->reach, thing->kinds, thing->access, &own);
        thing->taken = own; /* a matter of its own */
    }
}

/* ---- patterns ---------------------------------------------------------------------------------
 */

/* Whether what may be written could be mapped as code by both together, and by none alone. */
static gboolean
makes_code(guint a, guint b)
{
    const guint both = AMR_ACCESS_MMAP | AMR_ACCESS_WRITE;
    return ((a | b) & both) == both && (a & both) != both && (b & both) != both;
}

/* The same pattern for another access gives both to the same names either way: one rule says so. */
static Found *
found_for(Work *work, GHashTable *by_pattern, char *pattern, guint access, gboolean owner)
{
    char *key = g_strdup_printf("%d%s", owner, pattern);
    Found *found = g_hash_table_lookup(by_pattern, key);
    if (found && makes_code(found->access, access)) {
        g_free(key);
        key = g_strdup_printf("code %d%s", owner, pattern);
        found = g_hash_table_lookup(by_pattern, key);
    }
    if (found) {
        found->access |= access;
        g_free(key);
        g_free(pattern);
        return found;
    }
    found = g_new0(Found, 1);
    *found = (Found){pattern, access, owner, g_array_new(FALSE, FALSE, sizeof(guint))};
    g_ptr_array_add(work->found, found);
    g_hash_table_insert(by_pattern, key, found);
    return found;
}

/* Patterns of what is accessed in one way, and as dangerous. */
static void
find_group(Work *work, const GArray *group, GHashTable *by_pattern)
{
    g_autoptr(AmrClusterPaths) paths = amr_cluster_paths_new();
    g_autoptr(GPtrArray) forms = g_ptr_array_new();
    const Thing *first = thing_at(work, g_array_index(group, guint, 0));

    for (guint i = 0; i < group->len; i++) {
        guint n = g_array_index(group, guint, i);
        amr_cluster_paths_add(paths, thing_at(work, n)->path, n, thing_at(work, n)->kinds);
    }
    g_autoptr(GPtrArray) sets = amr_cluster_sets(paths);
    for (guint i = 0; i < sets->len; i++)
        amr_cluster_form(paths, work->reach, sets->pdata[i], forms);
    amr_cluster_fold(forms);
    for (guint i = 0; i < forms->len; i++) {
        AmrClusterForm *form = forms->pdata[i];
        Found *found = found_for(work, by_pattern, amr_cluster_form_pattern(form), first->access,
                                 first->owner);
        for (guint k = 0; k < form->members->len; k++) {
            guint n = amr_cluster_path(paths, g_array_index(form->members, guint, k))->origin;
            thing_at(work, n)->taken = TRUE;
            g_array_append_val(found->things, n);
        }
        amr_cluster_form_free(form);
    }
}

static void
find_patterns(Work *work)
{
    g_autoptr(GHashTable) by_pattern = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GArray *groups[4 * 2 * (AMR_ACCESS_MMAP << 1)] = {NULL};

    for (guint i = 0; i < work->things->len; i++) {
        const Thing *thing = thing_at(work, i);
        guint kind = (thing->access << 1 | (guint)thing->owner) << 2 | thing->risk;
        GArray **group = &groups[kind % G_N_ELEMENTS(groups)];
        if (thing->taken)
            continue;
        if (!*group)
            *group = g_array_new(FALSE, FALSE, sizeof(guint));
        g_array_append_val(*group, i);
    }
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
        if (!groups[i])
            continue;
        find_group(work, groups[i], by_pattern);
        g_array_unref(groups[i]);
    }
}

/* ---- what patterns answer besides --------------------------------------------------------------
 */

/* Patterns by the directories that their names begin with. */
static GHashTable *
by_directory(const Work *work)
{
    GHashTable *table =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    for (guint i = 0; i < work->found->len; i++) {
        const char *pattern = found_at(work, i)->pattern;
        gsize len = strcspn(pattern, "*?[{\\");
        while (len && pattern[len - 1] != '/')
            len--;
        g_autofree char *key = g_strndup(pattern, len);
        GArray *list = g_hash_table_lookup(table, key);
        if (!list) {
            list = g_array_new(FALSE, FALSE, sizeof(guint));
            g_hash_table_insert(table, g_steal_pointer(&key), list);
        }
        if (list->len < TRIED_MAX)
            g_array_append_val(list, i);
    }
    return table;
}

static gboolean
gives(const Found *found, guint access, gboolean owner)
{
    return (access & ~found->access) == 0 && (!found->owner || owner);
}

typedef gboolean (*Wanted)(const Work *work, guint found, gconstpointer data);

/* The first pattern that matches @path and is wanted; G_MAXUINT if there is none. */
static guint
look_up(const Work *work, GHashTable *table, AmrBytes path, Wanted wanted, gconstpointer data)
{
    for (gsize len = path.len; len > 0; len--) {
        if (path.data[len - 1] != '/')
            continue;
        g_autofree char *key = g_strndup(path.data, len);
        const GArray *list = g_hash_table_lookup(table, key);
        for (guint i = 0; list && i < list->len; i++) {
            guint n = g_array_index(list, guint, i);
            if (wanted(work, n, data) && amr_glob_match(found_at(work, n)->pattern, path))
                return n;
        }
    }
    return G_MAXUINT;
}

static gboolean
answers_thing(const Work *work, guint n, gconstpointer data)
{
    const Thing *thing = data;
    return gives(found_at(work, n), thing->access, thing->owner);
}

/* Another that is not given up, gives all that this one does, and matches all of its names. */
static gboolean
answers_found(const Work *work, guint n, gconstpointer data)
{
    const Found *small = data, *large = found_at(work, n);
    if (small == large || large->things->len == 0 || !gives(large, small->access, small->owner))
        return FALSE;
    for (guint i = 0; i < small->things->len; i++)
        if (!amr_glob_match(large->pattern,
                            thing_at(work, g_array_index(small->things, guint, i))->path))
            return FALSE;
    return TRUE;
}

static void
absorb(Work *work)
{
    g_autoptr(GHashTable) table = by_directory(work);

    for (guint i = 0; i < work->found->len; i++) {
        Found *small = found_at(work, i);
        AmrBytes path = thing_at(work, g_array_index(small->things, guint, 0))->path;
        guint into = look_up(work, table, path, answers_found, small);
        if (into == G_MAXUINT)
            continue;
        g_array_append_vals(found_at(work, into)->things, small->things->data, small->things->len);
        g_array_set_size(small->things, 0);
    }
    for (guint i = work->found->len; i-- > 0;)
        if (found_at(work, i)->things->len == 0)
            g_ptr_array_remove_index(work->found, i);
    g_autoptr(GHashTable) left = by_directory(work);
    for (guint i = 0; work->found->len && i < work->things->len; i++) {
        Thing *thing = thing_at(work, i);
        guint into =
            thing->taken ? G_MAXUINT : look_up(work, left, thing->path, answers_thing, thing);
        if (into == G_MAXUINT)
            continue;
        thing->taken = TRUE;
        g_array_append_val(found_at(work, into)->things, i);
    }
}

/* Code that is mapped and files that are written by patterns with names in common, where nobody
 * asked for both: the code stays by itself. */
static void
keep_code_apart(Work *work)
{
    for (guint i = work->found->len; i-- > 0;) {
        const Found *code = found_at(work, i);
        gboolean meets = FALSE;
        if (!(code->access & AMR_ACCESS_MMAP) || (code->access & AMR_ACCESS_WRITE))
            continue;
        g_autoptr(AmrGlobMachine) machine = amr_glob_machine_new(code->pattern);
        for (guint k = 0; k < work->found->len && !meets; k++) {
            g_autoptr(AmrGlobMachine) other = found_at(work, k)->access & AMR_ACCESS_WRITE
                                                  ? amr_glob_machine_new(found_at(work, k)->pattern)
                                                  : NULL;
            meets = other && amr_glob_machines_meet(machine, other);
        }
        if (meets)
            g_ptr_array_remove_index(work->found, i);
    }
}

/* ---- results -----------------------------------------------------------------------------------
 */

static void
cluster_free(gpointer data)
{
    AmrCluster *cluster = data;
    amr_rule_free(cluster->rule);
    g_free(cluster->members);
    g_free(cluster->why);
    g_free(cluster->opens);
    g_free(cluster->danger);
    g_free(cluster);
}

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    guint left = *(const guint *)a, right = *(const guint *)b;
    return left < right ? -1 : left > right;
}

static void
rate(const AmrRisks *risks, AmrCluster *cluster, const Thing *worst)
{
    cluster->risk = amr_risk_rule(risks, cluster->rule, &cluster->danger);
    if (cluster->risk >= worst->risk)
        return;
    g_free(cluster->danger);
    cluster->risk =
        amr_risk_file(risks, worst->path, worst->access, AMR_EXEC_NONE, &cluster->danger);
}

static AmrCluster *
cluster_of(const Work *work, const Found *found)
{
    AmrCluster *cluster = g_new0(AmrCluster, 1);
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GHashTable) paths = g_hash_table_new(NULL, NULL);
    const Thing *worst = thing_at(work, g_array_index(found->things, guint, 0));
    AmrRule *rule = cluster->rule = amr_rule_new(AMR_RULE_FILE);

    rule->file.pattern = g_strdup(found->pattern);
    rule->file.access = found->access;
    if (rule->file.access & AMR_ACCESS_WRITE)
        rule->file.access &= ~(guint)AMR_ACCESS_APPEND;
    rule->owner = found->owner;
    for (guint i = 0; i < found->things->len; i++) {
        guint n = g_array_index(found->things, guint, i);
        const Thing *thing = thing_at(work, n);
        /* Owner's and others' of one path stand side by side. */
        gboolean again = n && amr_bytes_equal(thing_at(work, n - 1)->path, thing->path);
        g_hash_table_add(paths, GUINT_TO_POINTER(again ? n : n + 1));
        g_array_append_vals(members, &g_array_index(work->order, guint, thing->first), thing->n);
        if (thing->risk > worst->risk)
            worst = thing;
    }
    g_array_sort(members, compare_ids);
    cluster->n_paths = g_hash_table_size(paths);
    cluster->n_members = members->len;
    cluster->members = (guint *)(void *)g_array_steal(members, NULL);
    rate(work->risks, cluster, worst);
    g_autofree char *words = amr_propose_access_words(rule->file.access);
    cluster->why = g_strdup_printf("It may %s what is named like this%s: %u files that it was "
                                   "denied, and others.",
                                   words, rule->owner ? " and belongs to the user it runs as" : "",
                                   cluster->n_paths);
    cluster->opens = g_strdup_printf("Whatever else has such a name, now or later%s.",
                                     rule->owner ? ", where it belongs to the same user" : "");
    return cluster;
}

static int
compare_found(gconstpointer a, gconstpointer b)
{
    const Found *const *left = a, *const *right = b;
    int by_pattern = strcmp((*left)->pattern, (*right)->pattern);
    if (by_pattern)
        return by_pattern;
    return (*left)->owner != (*right)->owner ? ((*left)->owner ? -1 : 1) : 0;
}

GPtrArray *
amr_cluster_files(const AmrRisks *risks, const AmrClusterAccess *accesses, guint n)
{
    GPtrArray *clusters = g_ptr_array_new_with_free_func(cluster_free);
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GArray) things = g_array_new(FALSE, FALSE, sizeof(Thing));
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(found_free);
    g_autoptr(AmrRiskReach) reach = amr_risk_reach_new(risks);
    Work work = {accesses, order, things, found, reach, risks};

    list_things(&work, n);
    find_patterns(&work);
    keep_code_apart(&work);
    g_ptr_array_sort(found, compare_found);
    absorb(&work);
    for (guint i = 0; i < found->len; i++)
        g_ptr_array_add(clusters, cluster_of(&work, found->pdata[i]));
    return clusters;
}
