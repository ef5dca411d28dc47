/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many denials of other classes than files, few rules. By evidence: a rung of the ladder that
 * enough of them have in common, whose own rules are all others; of sockets also what is the same
 * in enough of them where one end's address or port is another each time, and names of unix sockets
 * that are of one form. For batch.c.
 */
#ifndef AMR_POLICY_BATCH_TERMS_H
#define AMR_POLICY_BATCH_TERMS_H

#include "core/policy/resolve.h"

typedef struct AmrBatchTerms AmrBatchTerms;

AmrBatchTerms *amr_batch_terms_new(const AmrRisks *risks);
void amr_batch_terms_free(AmrBatchTerms *terms);

/* As amr_batch_take(), amr_batch_find() and amr_batch_offer(); the result does not depend on the
 * order in which they are taken. */
void amr_batch_terms_take(AmrBatchTerms *terms, const AmrResolved *resolved);
void amr_batch_terms_find(AmrBatchTerms *terms);
void amr_batch_terms_offer(const AmrBatchTerms *terms, AmrResolved *resolved);

#endif
