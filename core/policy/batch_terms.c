/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/batch_terms.h"

#include <string.h>

#include "core/policy/cluster.h"
#include "core/policy/risk.h"

/* So many different addresses or ports are evidence that any may be meant. */
#define ENDS_ENOUGH 8

/* One denial of a socket. */
typedef struct {
    AmrDenialId id;
    const char *profile; /* interned, as is the next */
    AmrRule *rule;       /* the best that it has by itself */
} Item;

/* What answers a denial with others. */
typedef struct {
    AmrRule *rule;
    guint together;
} Wider;

struct AmrBatchTerms {
    const AmrRisks *risks;
    GHashTable *shared; /* rule and profile -> GHashTable: the best rules of those that have it */
    GArray *items;      /* Item */
    GHashTable *found;  /* AmrDenialId -> Wider */
    GPtrArray *widers;  /* Wider */
    GStringChunk *names;
};

static void
item_clear(gpointer data)
{
    amr_rule_free(((Item *)data)->rule);
}

static void
wider_free(gpointer data)
{
    amr_rule_free(((Wider *)data)->rule);
    g_free(data);
}

AmrBatchTerms *
amr_batch_terms_new(const AmrRisks *risks)
{
    AmrBatchTerms *terms = g_new0(AmrBatchTerms, 1);
    terms->risks = risks;
    terms->shared =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
    terms->items = g_array_new(FALSE, FALSE, sizeof(Item));
    g_array_set_clear_func(terms->items, item_clear);
    terms->found = g_hash_table_new(NULL, NULL);
    terms->widers = g_ptr_array_new_with_free_func(wider_free);
    terms->names = g_string_chunk_new(4096);
    return terms;
}

void
amr_batch_terms_free(AmrBatchTerms *terms)
{
    if (!terms)
        return;
    g_hash_table_unref(terms->shared);
    g_array_unref(terms->items);
    g_hash_table_unref(terms->found);
    g_ptr_array_unref(terms->widers);
    g_string_chunk_free(terms->names);
    g_free(terms);
}

/* How many different rules make a rung that they have in common the better one; 0: never. Lists of
 * members and signals read well up to a dozen. */
static guint
enough_for(AmrRung rung)
{
    switch (rung) {
    case AMR_RUNG_EACH_RUN:
    case AMR_RUNG_VARYING:
        return 3;
    case AMR_RUNG_MEMBERS:
    case AMR_RUNG_SIGNALS:
        return 13;
    case AMR_RUNG_OBJECTS:
    case AMR_RUNG_PORTS:
    case AMR_RUNG_ADDRESSES:
        return ENDS_ENOUGH;
    default:
        return 0;
    }
}

static char *
shared_key(const AmrProposal *proposal, const AmrRule *rule)
{
    g_autofree char *printed = amr_rule_print(rule);
    return g_strconcat(printed, "\n", proposal->profile, NULL);
}

/* Files have their own way; what executes them goes by its rungs. */
static gboolean
is_taken(const AmrResolved *resolved)
{
    const AmrProposal *proposal = resolved->proposal;
    const AmrCandidate *best = resolved->best < proposal->candidates->len
                                   ? proposal->candidates->pdata[resolved->best]
                                   : NULL;

    return !proposal->no_rule && resolved->id != AMR_DENIAL_NONE && best &&
           (best->rule->kind != AMR_RULE_FILE || best->rule->file.exec != AMR_EXEC_NONE);
}

/* Whether @other is the same decision as @best, only wider. */
static gboolean
is_wider(const AmrCandidate *best, const AmrCandidate *other)
{
    if (other->everything || other->rule->kind != best->rule->kind || other->risk > best->risk)
        return FALSE;
    return best->rule->kind != AMR_RULE_FILE ||
           (other->rule->file.exec == best->rule->file.exec &&
            other->rule->file.access == best->rule->file.access &&
            g_strcmp0(other->rule->file.target, best->rule->file.target) == 0);
}

void
amr_batch_terms_take(AmrBatchTerms *terms, const AmrResolved *resolved)
{
    const AmrProposal *proposal = resolved->proposal;

    if (!is_taken(resolved))
        return;
    const AmrCandidate *best = proposal->candidates->pdata[resolved->best];
    g_autofree char *printed = amr_rule_print(best->rule);
    const char *own = g_string_chunk_insert_const(terms->names, printed);
    for (guint i = resolved->best + 1; i < proposal->candidates->len; i++) {
        const AmrCandidate *other = proposal->candidates->pdata[i];
        if (!enough_for(other->rung) || !is_wider(best, other))
            continue;
        char *key = shared_key(proposal, other->rule);
        GHashTable *bests = g_hash_table_lookup(terms->shared, key);
        if (!bests) {
            bests = g_hash_table_new(NULL, NULL);
            g_hash_table_insert(terms->shared, key, bests);
        } else {
            g_free(key);
        }
        g_hash_table_add(bests, (gpointer)own);
    }
    if (best->rule->kind == AMR_RULE_NETWORK || best->rule->kind == AMR_RULE_UNIX) {
        Item item = {resolved->id, g_string_chunk_insert_const(terms->names, proposal->profile),
                     amr_rule_copy(best->rule)};
        g_array_append_val(terms->items, item);
    }
}

/* ---- sockets ----------------------------------------------------------------------------------
 */

static AmrRule *
without(const AmrRule *rule, AmrTerm term)
{
    AmrRule *copy = amr_rule_copy(rule);
    amr_rule_set(copy, term, NULL);
    return copy;
}

/* Those of one profile that are the same but for @term: key -> GPtrArray of Item; of those found
 * already none. */
static GHashTable *
group_by(const AmrBatchTerms *terms, AmrTerm term)
{
    GHashTable *groups =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);

    for (guint i = 0; i < terms->items->len; i++) {
        Item *item = &g_array_index(terms->items, Item, i);
        if (!item->rule->terms.value[term] ||
            g_hash_table_contains(terms->found, GUINT_TO_POINTER(item->id)))
            continue;
        g_autoptr(AmrRule) rest = without(item->rule, term);
        g_autofree char *printed = amr_rule_print(rest);
        char *key = g_strconcat(printed, "\n", item->profile, NULL);
        GPtrArray *group = g_hash_table_lookup(groups, key);
        if (!group) {
            group = g_ptr_array_new();
            g_hash_table_insert(groups, key, group);
        } else {
            g_free(key);
        }
        g_ptr_array_add(group, item);
    }
    return groups;
}

static Wider *
add_wider(AmrBatchTerms *terms, AmrRule *rule)
{
    Wider *wider = g_new0(Wider, 1);
    wider->rule = rule;
    g_ptr_array_add(terms->widers, wider);
    return wider;
}

static void
answer_with(AmrBatchTerms *terms, Wider *wider, const Item *item)
{
    wider->together++;
    g_hash_table_insert(terms->found, GUINT_TO_POINTER(item->id), wider);
}

/* One rule for all of @group, with anything for @term. */
static void
drop_term(AmrBatchTerms *terms, const GPtrArray *group, AmrTerm term)
{
    g_autoptr(GHashTable) values = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < group->len; i++)
        g_hash_table_add(values, ((const Item *)group->pdata[i])->rule->terms.value[term]);
    if (g_hash_table_size(values) < ENDS_ENOUGH)
        return;
    Wider *wider = add_wider(terms, without(((const Item *)group->pdata[0])->rule, term));
    for (guint i = 0; i < group->len; i++)
        answer_with(terms, wider, group->pdata[i]);
}

/* Names of sockets of one form, as names of files below the root would be. */
static void
join_names(AmrBatchTerms *terms, const GPtrArray *group, AmrTerm term)
{
    g_autoptr(GArray) accesses = g_array_new(FALSE, TRUE, sizeof(AmrClusterAccess));
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GStringChunk) names = g_string_chunk_new(1024);

    for (guint i = 0; i < group->len; i++) {
        const Item *item = group->pdata[i];
        g_autofree char *literal = amr_rule_literal(item->rule->terms.value[term]);
        if (!literal || literal[0] != '@')
            continue;
        g_autofree char *path = g_strconcat("/", literal, NULL);
        const AmrClusterAccess access = {.path = amr_bytes(g_string_chunk_insert(names, path)),
                                         .access = AMR_ACCESS_READ};
        g_array_append_val(accesses, access);
        g_array_append_val(members, i);
    }
    if (accesses->len == 0)
        return;
    g_autoptr(GPtrArray) clusters =
        amr_cluster_files(terms->risks, (const AmrClusterAccess *)(const void *)accesses->data,
                          accesses->len);
    for (guint i = 0; i < clusters->len; i++) {
        const AmrCluster *cluster = clusters->pdata[i];
        const char *pattern = cluster->rule->file.pattern + 1;
        /* All that they have in common must be a name's beginning, not the want of one. */
        if (pattern[0] != '@' || !pattern[1] || strchr("*?[{", pattern[1]))
            continue;
        AmrRule *rule = without(((const Item *)group->pdata[0])->rule, term);
        amr_rule_set(rule, term, pattern);
        Wider *wider = add_wider(terms, rule);
        for (guint k = 0; k < cluster->n_members; k++)
            answer_with(terms, wider,
                        group->pdata[g_array_index(members, guint, cluster->members[k])]);
    }
}

void
amr_batch_terms_find(AmrBatchTerms *terms)
{
    static const AmrTerm varying[] = {AMR_TERM_PEER_IP, AMR_TERM_PEER_PORT, AMR_TERM_IP,
                                      AMR_TERM_PORT,    AMR_TERM_ADDR,      AMR_TERM_PEER_ADDR};

    for (gsize i = 0; i < G_N_ELEMENTS(varying); i++) {
        g_autoptr(GHashTable) groups = group_by(terms, varying[i]);
        gboolean names = varying[i] == AMR_TERM_ADDR || varying[i] == AMR_TERM_PEER_ADDR;
        GHashTableIter iter;
        gpointer group;
        g_hash_table_iter_init(&iter, groups);
        while (g_hash_table_iter_next(&iter, NULL, &group)) {
            if (names)
                join_names(terms, group, varying[i]);
            else
                drop_term(terms, group, varying[i]);
        }
    }
}

/* ---- what is offered --------------------------------------------------------------------------
 */

/* Behind the best; that is where the rule of its own stays. */
static void
insert_wider(AmrResolved *resolved, const Wider *wider)
{
    GPtrArray *candidates = resolved->proposal->candidates;
    const AmrCandidate *best = candidates->pdata[resolved->best];
    AmrCandidate *candidate = g_new0(AmrCandidate, 1);

    candidate->rule = amr_rule_copy(wider->rule);
    candidate->risk = best->risk;
    candidate->danger = g_strdup(best->danger);
    candidate->rung = AMR_RUNG_PORTS;
    candidate->together = wider->together;
    candidate->why = g_strdup_printf("It may do the same with others: what %u denials have in "
                                     "common.",
                                     wider->together);
    candidate->opens = g_strdup("Whatever else is like these in all that the rule still says.");
    g_ptr_array_insert(candidates, (int)resolved->best + 1, candidate);
    resolved->best++;
}

void
amr_batch_terms_offer(const AmrBatchTerms *terms, AmrResolved *resolved)
{
    const Wider *wider;

    if (!is_taken(resolved))
        return;
    const GPtrArray *candidates = resolved->proposal->candidates;
    const AmrCandidate *best = candidates->pdata[resolved->best];
    wider = g_hash_table_lookup(terms->found, GUINT_TO_POINTER(resolved->id));
    if (wider && wider->together > 1) {
        insert_wider(resolved, wider);
        return;
    }
    for (guint i = resolved->best + 1; i < candidates->len; i++) {
        AmrCandidate *other = candidates->pdata[i];
        if (!enough_for(other->rung) || !is_wider(best, other))
            continue;
        g_autofree char *key = shared_key(resolved->proposal, other->rule);
        GHashTable *bests = g_hash_table_lookup(terms->shared, key);
        guint n = bests ? g_hash_table_size(bests) : 0;
        if (n < enough_for(other->rung))
            continue;
        other->together = n;
        resolved->best = i;
        return;
    }
}
