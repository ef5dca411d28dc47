/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many patterns tried on a name at once: their machines together, made deterministic state by state
 * as names need it. */
#include "core/policy/glob_private.h"

#include <string.h>

/* With so many states they are made anew. */
#define STATES_MAX 4096
#define START      0
#define UNKNOWN    G_MAXUINT32

typedef struct {
    guint32 next[256];
    guint64 matched; /* what has matched where a name ends here */
    GArray *nodes;   /* guint: where the machines stand, sorted */
} State;

struct AmrGlobSet {
    GArray *nodes;     /* AmrGlobNode of all the machines */
    GArray *starts;    /* guint: nodes */
    GArray *lasts;     /* guint: nodes, one a pattern */
    GPtrArray *states; /* State */
    GHashTable *known; /* State by its nodes -> its number + 1 */
};

static guint
hash_nodes(gconstpointer key)
{
    const GArray *nodes = key;
    guint hash = nodes->len;
    for (guint i = 0; i < nodes->len; i++)
        hash = hash * 31 + g_array_index(nodes, guint, i);
    return hash;
}

static gboolean
equal_nodes(gconstpointer a, gconstpointer b)
{
    const GArray *left = a, *right = b;
    return left->len == right->len &&
           (left->len == 0 || memcmp(left->data, right->data, left->len * sizeof(guint)) == 0);
}

static void
state_free(gpointer data)
{
    State *state = data;
    g_array_unref(state->nodes);
    g_free(state);
}

AmrGlobSet *
amr_glob_set_new(void)
{
    AmrGlobSet *set = g_new0(AmrGlobSet, 1);
    set->nodes = g_array_new(FALSE, FALSE, sizeof(AmrGlobNode));
    set->starts = g_array_new(FALSE, FALSE, sizeof(guint));
    set->lasts = g_array_new(FALSE, FALSE, sizeof(guint));
    set->states = g_ptr_array_new_with_free_func(state_free);
    set->known = g_hash_table_new(hash_nodes, equal_nodes);
    return set;
}

void
amr_glob_set_free(AmrGlobSet *set)
{
    if (!set)
        return;
    g_hash_table_unref(set->known);
    g_ptr_array_unref(set->states);
    g_array_unref(set->nodes);
    g_array_unref(set->starts);
    g_array_unref(set->lasts);
    g_free(set);
}

static void
forget(AmrGlobSet *set)
{
    g_hash_table_remove_all(set->known);
    g_ptr_array_set_size(set->states, 0);
}

static void
shift(guint *node, guint by)
{
    if (*node != AMR_GLOB_NOWHERE)
        *node += by;
}

void
amr_glob_set_add(AmrGlobSet *set, const char *pattern)
{
    g_autoptr(AmrGlobMachine) machine = amr_glob_machine_new(pattern);
    guint base = set->nodes->len, last = base + machine->last;

    g_return_if_fail(set->lasts->len < AMR_GLOB_SET_MAX);
    for (guint i = 0; i < machine->nodes->len; i++) {
        AmrGlobNode node = g_array_index(machine->nodes, AmrGlobNode, i);
        shift(&node.next, base);
        shift(&node.free[0], base);
        shift(&node.free[1], base);
        g_array_append_val(set->nodes, node);
    }
    g_array_append_val(set->starts, base);
    g_array_append_val(set->lasts, last);
    forget(set);
}

static int
compare_nodes(gconstpointer a, gconstpointer b)
{
    guint left = *(const guint *)a, right = *(const guint *)b;
    return left < right ? -1 : left > right;
}

/* Adds what is reached for nothing, each once. */
static void
close_nodes(const AmrGlobSet *set, GArray *nodes)
{
    g_autofree guint8 *seen = g_malloc0(set->nodes->len / 8 + 1);
    guint kept = 0;

    for (guint i = 0; i < nodes->len; i++) {
        guint n = g_array_index(nodes, guint, i);
        if (n == AMR_GLOB_NOWHERE || (seen[n / 8] & (1u << (n % 8))))
            continue;
        seen[n / 8] |= (guint8)(1u << (n % 8));
        const guint free[2] = {g_array_index(set->nodes, AmrGlobNode, n).free[0],
                               g_array_index(set->nodes, AmrGlobNode, n).free[1]};
        g_array_index(nodes, guint, kept++) = n;
        g_array_append_vals(nodes, free, G_N_ELEMENTS(free));
    }
    g_array_set_size(nodes, kept);
    g_array_sort(nodes, compare_nodes);
}

/* The number of the state with these nodes (taken over). */
static guint32
state_of(AmrGlobSet *set, GArray *nodes)
{
    close_nodes(set, nodes);
    guint known = GPOINTER_TO_UINT(g_hash_table_lookup(set->known, nodes));
    if (known) {
        g_array_unref(nodes);
        return known - 1;
    }
    State *state = g_new0(State, 1);
    memset(state->next, 0xff, sizeof state->next);
    state->nodes = nodes;
    for (guint i = 0; i < set->lasts->len; i++)
        for (guint k = 0; k < nodes->len; k++)
            if (g_array_index(nodes, guint, k) == g_array_index(set->lasts, guint, i))
                state->matched |= G_GUINT64_CONSTANT(1) << i;
    g_ptr_array_add(set->states, state);
    g_hash_table_insert(set->known, nodes, GUINT_TO_POINTER(set->states->len));
    return set->states->len - 1;
}

static guint32
step(AmrGlobSet *set, guint32 from, guchar byte)
{
    State *state = set->states->pdata[from];
    if (state->next[byte] != UNKNOWN)
        return state->next[byte];
    GArray *nodes = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < state->nodes->len; i++) {
        const AmrGlobNode *node =
            &g_array_index(set->nodes, AmrGlobNode, g_array_index(state->nodes, guint, i));
        if (node->set[byte / 64] & G_GUINT64_CONSTANT(1) << (byte % 64))
            g_array_append_val(nodes, node->next);
    }
    return state->next[byte] = state_of(set, nodes);
}

guint64
amr_glob_set_match(AmrGlobSet *set, AmrBytes name)
{
    guint32 at = START;

    if (set->states->len > STATES_MAX)
        forget(set);
    if (set->states->len == 0)
        state_of(set, g_array_copy(set->starts));
    for (gsize i = 0; i < name.len; i++)
        at = step(set, at, (guchar)name.data[i]);
    return ((const State *)set->states->pdata[at])->matched;
}

/* ---- any number of them ----------------------------------------------------------------------
 */

typedef struct {
    AmrGlobSet *globs;
    guint owners[AMR_GLOB_SET_MAX];
    guint n;
} Part;

struct AmrGlobTable {
    GPtrArray *parts; /* Part */
};

static void
part_free(gpointer data)
{
    Part *part = data;
    amr_glob_set_free(part->globs);
    g_free(part);
}

AmrGlobTable *
amr_glob_table_new(void)
{
    AmrGlobTable *table = g_new0(AmrGlobTable, 1);
    table->parts = g_ptr_array_new_with_free_func(part_free);
    return table;
}

void
amr_glob_table_free(AmrGlobTable *table)
{
    if (!table)
        return;
    g_ptr_array_unref(table->parts);
    g_free(table);
}

void
amr_glob_table_add(AmrGlobTable *table, const char *pattern, guint owner)
{
    Part *part = table->parts->len ? table->parts->pdata[table->parts->len - 1] : NULL;

    if (!part || part->n == AMR_GLOB_SET_MAX) {
        part = g_new0(Part, 1);
        part->globs = amr_glob_set_new();
        g_ptr_array_add(table->parts, part);
    }
    amr_glob_set_add(part->globs, pattern);
    part->owners[part->n++] = owner;
}

void
amr_glob_table_match(AmrGlobTable *table, AmrBytes name, AmrGlobFound found, gpointer data)
{
    for (guint i = 0; i < table->parts->len; i++) {
        const Part *part = table->parts->pdata[i];
        guint64 hits = amr_glob_set_match(part->globs, name);
        for (guint bit = 0; hits; bit++, hits >>= 1)
            if (hits & 1)
                found(part->owners[bit], data);
    }
}
