/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many denials proposed together: what batch_terms.h finds among those of other classes, and what
 * cluster.h finds among the files that one profile was denied
 * becomes a rung of each of these denials, and the best one; the same with a variable for its
 * beginning stands above it. Their own rules stay on the ladder. An abstraction that answers
 * several of them says of how many.
 */
#ifndef AMR_POLICY_BATCH_H
#define AMR_POLICY_BATCH_H

#include "core/policy/cluster.h"
#include "core/policy/resolve.h"

G_BEGIN_DECLS

typedef struct AmrBatch AmrBatch;

/* @index (may be NULL) says which variables a profile has; borrowed until all is found, as @risks
 * are. */
AmrBatch *amr_batch_new(const AmrIndex *index, const AmrRisks *risks);
void amr_batch_free(AmrBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrBatch, amr_batch_free)

/* Takes one denial in, if it is of a kind that others may be like. An AmrResolveEach, with the
 * batch as its data; always TRUE. */
gboolean amr_batch_take(const AmrResolved *resolved, gpointer batch);
/* Once all are in: finds the rules. */
void amr_batch_find(AmrBatch *batch);
/* Gives @resolved the rule that answers it with others, if there is one, and makes it the best; not
 * where its own best rule answers all of these already. */
void amr_batch_offer(const AmrBatch *batch, AmrResolved *resolved);

G_END_DECLS
#endif
