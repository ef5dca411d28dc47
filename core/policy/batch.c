/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/batch.h"

#include <string.h>

#include "core/policy/batch_terms.h"

/* The denials of one profile, and what was found among them. */
typedef struct {
    GArray *accesses;    /* AmrClusterAccess; their paths are the batch's */
    GArray *ids;         /* AmrDenialId, one an access */
    GPtrArray *best;     /* the rule that each has by itself, printed; the batch's */
    GPtrArray *clusters; /* AmrCluster; NULL until then */
} Part;

/* What answers a denial with others. */
typedef struct {
    const AmrCluster *cluster; /* of its part */
    char *named, *opens; /* its pattern with a variable, if there is one, and what that opens */
} Together;

struct AmrBatch {
    const AmrIndex *index;
    const AmrRisks *risks;
    GHashTable *parts;    /* profile -> Part */
    GPtrArray *togethers; /* Together */
    GHashTable *found;    /* AmrDenialId -> one of these */
    GHashTable *files;    /* include_key() -> how many denials it answers */
    AmrBatchTerms *terms; /* of other classes than files */
    GStringChunk *bytes;
};

static void
part_free(gpointer data)
{
    Part *part = data;
    g_array_unref(part->accesses);
    g_array_unref(part->ids);
    g_ptr_array_unref(part->best);
    if (part->clusters)
        g_ptr_array_unref(part->clusters);
    g_free(part);
}

static void
together_free(gpointer data)
{
    Together *together = data;
    g_free(together->named);
    g_free(together->opens);
    g_free(together);
}

AmrBatch *
amr_batch_new(const AmrIndex *index, const AmrRisks *risks)
{
    AmrBatch *batch = g_new0(AmrBatch, 1);
    batch->index = index;
    batch->risks = risks;
    batch->togethers = g_ptr_array_new_with_free_func(together_free);
    batch->parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, part_free);
    batch->found = g_hash_table_new(NULL, NULL);
    batch->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    batch->terms = amr_batch_terms_new(risks);
    batch->bytes = g_string_chunk_new(4096);
    return batch;
}

void
amr_batch_free(AmrBatch *batch)
{
    if (!batch)
        return;
    amr_batch_terms_free(batch->terms);
    g_hash_table_unref(batch->files);
    g_hash_table_unref(batch->found);
    g_ptr_array_unref(batch->togethers);
    g_hash_table_unref(batch->parts);
    g_string_chunk_free(batch->bytes);
    g_free(batch);
}

/* The rule for exactly the file that was denied, the narrowest of them; NULL where the answer is
 * another kind of rule. */
static const AmrRule *
exact_rule(const AmrResolved *resolved)
{
    const AmrProposal *proposal = resolved->proposal;
    AmrBytes name = resolved->event.field[AMR_FIELD_NAME];

    if (proposal->no_rule || resolved->id == AMR_DENIAL_NONE ||
        resolved->event.klass != AMR_CLASS_FILE || name.len == 0)
        return NULL;
    g_autofree char *pattern = amr_policy_pattern(name, NULL);
    for (guint i = 0; pattern && i < proposal->candidates->len; i++) {
        const AmrRule *rule = ((const AmrCandidate *)proposal->candidates->pdata[i])->rule;
        if (rule->kind == AMR_RULE_FILE && rule->file.exec == AMR_EXEC_NONE &&
            strcmp(rule->file.pattern, pattern) == 0)
            return rule;
    }
    return NULL;
}

/* A file that may be included, in the profile. */
static char *
include_key(const AmrProposal *proposal, const AmrCandidate *candidate)
{
    return g_strconcat(candidate->rule->include.path, "\n", proposal->profile, NULL);
}

static void
count_includes(AmrBatch *batch, const AmrResolved *resolved)
{
    const AmrProposal *proposal = resolved->proposal;

    for (guint i = 0; resolved->id && i < proposal->candidates->len; i++) {
        const AmrCandidate *candidate = proposal->candidates->pdata[i];
        if (candidate->rung != AMR_RUNG_ABSTRACTION)
            continue;
        char *key = include_key(proposal, candidate);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(batch->files, key));
        g_hash_table_replace(batch->files, key, GUINT_TO_POINTER(n + 1));
    }
}

static void
offer_includes(const AmrBatch *batch, AmrResolved *resolved)
{
    const AmrProposal *proposal = resolved->proposal;

    for (guint i = 0; i < proposal->candidates->len; i++) {
        AmrCandidate *candidate = proposal->candidates->pdata[i];
        if (candidate->rung != AMR_RUNG_ABSTRACTION)
            continue;
        g_autofree char *key = include_key(proposal, candidate);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(batch->files, key));
        candidate->together = n > 1 ? n : 0;
    }
}

gboolean
amr_batch_take(const AmrResolved *resolved, gpointer data)
{
    AmrBatch *batch = data;
    const AmrRule *rule = exact_rule(resolved);
    AmrBytes name = resolved->event.field[AMR_FIELD_NAME];

    count_includes(batch, resolved);
    if (!rule) {
        amr_batch_terms_take(batch->terms, resolved);
        return TRUE;
    }
    Part *part = g_hash_table_lookup(batch->parts, resolved->proposal->profile);
    if (!part) {
        part = g_new0(Part, 1);
        part->accesses = g_array_new(FALSE, FALSE, sizeof(AmrClusterAccess));
        part->ids = g_array_new(FALSE, FALSE, sizeof(AmrDenialId));
        part->best = g_ptr_array_new();
        g_hash_table_insert(batch->parts, g_strdup(resolved->proposal->profile), part);
    }
    const AmrCandidate *best = resolved->proposal->candidates->pdata[resolved->best];
    g_autofree char *printed = amr_rule_print(best->rule);
    const AmrClusterAccess access = {
        .path = {g_string_chunk_insert_len(batch->bytes, name.data, (gssize)name.len), name.len},
        .access = rule->file.access,
        .owner = rule->owner};
    g_array_append_val(part->accesses, access);
    g_array_append_val(part->ids, resolved->id);
    g_ptr_array_add(part->best, g_string_chunk_insert_const(batch->bytes, printed));
    return TRUE;
}

/* Whether each of them has the same rule by itself: one that allows for what varies. */
static gboolean
is_needless(const Part *part, const AmrCluster *cluster)
{
    for (guint i = 1; i < cluster->n_members; i++)
        if (part->best->pdata[cluster->members[i]] != part->best->pdata[cluster->members[0]])
            return FALSE;
    return TRUE;
}

/* With the variable that stands for how all of them begin. */
static Together *
together_of(AmrBatch *batch, const Part *part, const AmrTunables *tunables,
            const AmrCluster *cluster)
{
    Together *together = g_new0(Together, 1);
    AmrBytes path = g_array_index(part->accesses, AmrClusterAccess, cluster->members[0]).path;

    together->cluster = cluster;
    together->named =
        amr_ladder_named(tunables, path, cluster->rule->file.pattern, &together->opens);
    g_ptr_array_add(batch->togethers, together);
    return together;
}

static void
find_in(AmrBatch *batch, const char *profile, Part *part)
{
    g_autoptr(AmrTunables) tunables = amr_tunables_new(batch->index, profile);

    part->clusters = amr_cluster_files(batch->risks,
                                       (const AmrClusterAccess *)(const void *)part->accesses->data,
                                       part->accesses->len);
    for (guint i = 0; i < part->clusters->len; i++) {
        const AmrCluster *cluster = part->clusters->pdata[i];
        Together *together = NULL;
        if (is_needless(part, cluster))
            continue;
        together = together_of(batch, part, tunables, cluster);
        for (guint k = 0; k < cluster->n_members; k++) {
            AmrDenialId id = g_array_index(part->ids, AmrDenialId, cluster->members[k]);
            g_hash_table_insert(batch->found, GUINT_TO_POINTER(id), together);
        }
    }
}

void
amr_batch_find(AmrBatch *batch)
{
    GHashTableIter iter;
    gpointer key, value;

    amr_batch_terms_find(batch->terms);
    g_hash_table_iter_init(&iter, batch->parts);
    while (g_hash_table_iter_next(&iter, &key, &value))
        find_in(batch, key, value);
}

static AmrCandidate *
candidate_of(const AmrCluster *cluster)
{
    AmrCandidate *candidate = g_new0(AmrCandidate, 1);
    *candidate = (AmrCandidate){.rule = amr_rule_copy(cluster->rule),
                                .risk = cluster->risk,
                                .why = g_strdup(cluster->why),
                                .opens = g_strdup(cluster->opens),
                                .danger = g_strdup(cluster->danger),
                                .together = cluster->n_members};
    return candidate;
}

static AmrCandidate *
candidate_named(const Together *together)
{
    AmrCandidate *candidate = candidate_of(together->cluster);

    g_free(candidate->rule->file.pattern);
    candidate->rule->file.pattern = g_strdup(together->named);
    if (together->opens) {
        g_autofree char *opens = g_steal_pointer(&candidate->opens);
        candidate->opens = g_strdup_printf("%s %s", opens, together->opens);
    }
    return candidate;
}

/* Where the ladder has @rule already; G_MAXUINT: nowhere. */
static guint
find_rule(const GPtrArray *candidates, const AmrRule *rule)
{
    for (guint i = 0; i < candidates->len; i++)
        if (amr_rule_equal(((const AmrCandidate *)candidates->pdata[i])->rule, rule))
            return i;
    return G_MAXUINT;
}

void
amr_batch_offer(const AmrBatch *batch, AmrResolved *resolved)
{
    const Together *together =
        resolved->id ? g_hash_table_lookup(batch->found, GUINT_TO_POINTER(resolved->id)) : NULL;
    GPtrArray *candidates = resolved->proposal->candidates;
    guint at;

    offer_includes(batch, resolved);
    if (!together)
        amr_batch_terms_offer(batch->terms, resolved);
    if (!together || !exact_rule(resolved))
        return;
    at = find_rule(candidates, together->cluster->rule);
    if (at == G_MAXUINT) {
        at = resolved->best + 1;
        g_ptr_array_insert(candidates, (int)at, candidate_of(together->cluster));
    } else {
        ((AmrCandidate *)candidates->pdata[at])->together = together->cluster->n_members;
    }
    resolved->best = at;
    if (together->named)
        g_ptr_array_insert(candidates, (int)at + 1, candidate_named(together));
    for (guint i = 0; together->named && i < candidates->len; i++) {
        const AmrCandidate *named = candidates->pdata[at + 1], *candidate = candidates->pdata[i];
        /* A rung of the file's own ladder may say the same. */
        if (i != at + 1 && amr_rule_equal(candidate->rule, named->rule)) {
            g_ptr_array_remove_index(candidates, i);
            resolved->best -= i < at;
            break;
        }
    }
}
