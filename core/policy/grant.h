/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What policy on disk says of a rule already, by comparing compiled output: the profile as it is,
 * with the rule, and with its deny twin (FACTS section 4).
 */
#ifndef AMR_POLICY_GRANT_H
#define AMR_POLICY_GRANT_H

#include "core/policy/compiler.h"
#include "core/policy/index.h"
#include "core/policy/rule.h"
#include "core/policy/scratch.h"

G_BEGIN_DECLS

/* X(NAME, word): words stand in JSON. */
#define AMR_GRANTS(X)                                                                     \
    X(NEEDED, "needed")             /* changes what is compiled, as far as bytes tell */  \
    X(GRANTED, "granted-already")   /* the rule changes nothing, its twin does */         \
    X(DENIED, "explicitly-denied")  /* neither changes anything */                        \
    X(NOT_ENFORCED, "not-enforced") /* accepted, but the target drops or downgrades it */ \
    X(REJECTED, "rejected")         /* the compiler refuses it */

typedef enum {
    AMR_GRANT_UNKNOWN,
#define AMR_GRANT_ENUM(name, word) AMR_GRANT_##name,
    AMR_GRANTS(AMR_GRANT_ENUM)
#undef AMR_GRANT_ENUM
} AmrGrant;

const char *amr_grant_word(AmrGrant grant);

/* Of the compiler 4.x, NEEDED proves nothing: a rule that is granted may give other bytes (FACTS
 * section 4). A rule without a twin that changes nothing is GRANTED. Fails where the policy as it
 * is does not compile (AMR_ERROR_COMPILER), the block is not whole (AMR_ERROR_REFUSED) or its file
 * is changed in the scratch already (AMR_ERROR_USAGE).
 *
 * Asks for @rule in @block, whose text in @scratch gets it just before the closing brace. The
 * scratch is left as it was. One call at a time on one scratch. @message (may be NULL): the
 * compiler's words for REJECTED and NOT_ENFORCED, display form. */
void amr_grant_async(AmrCompiler *compiler, AmrScratch *scratch, const AmrIndex *index,
                     const AmrBlock *block, const AmrRule *rule, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data);
AmrGrant amr_grant_finish(GAsyncResult *result, char **message, GError **error);

G_END_DECLS
#endif
