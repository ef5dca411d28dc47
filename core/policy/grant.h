/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What policy on disk says of a rule already: the profile is compiled as it is and with the rule,
 * and the oracle says whether both allow the same, and whether what the rule names is allowed.
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
    X(NEEDED, "needed")             /* changes what is allowed, or how that is logged */  \
    X(GRANTED, "granted-already")   /* changes nothing, it is allowed */                  \
    X(DENIED, "explicitly-denied")  /* changes nothing, it is denied all the same */      \
    X(NOT_ENFORCED, "not-enforced") /* accepted, but the target drops or downgrades it */ \
    X(WEAKENED, "weakened")         /* the target makes one of it that allows more */     \
    X(REJECTED, "rejected")         /* the compiler refuses it */

typedef enum {
    AMR_GRANT_UNKNOWN,
#define AMR_GRANT_ENUM(name, word) AMR_GRANT_##name,
    AMR_GRANTS(AMR_GRANT_ENUM)
#undef AMR_GRANT_ENUM
} AmrGrant;

const char *amr_grant_word(AmrGrant grant);

/* How access is logged counts only for rules that ask for it (audit, deny, includes). A rule that
 * is broader than one question and changes nothing is DENIED if its deny twin changes nothing
 * either; one without a twin is GRANTED. Where what the compiler wrote cannot be read, only the
 * same bytes prove anything, and NEEDED has a message: not known. Fails where the policy as it is
 * does not compile (AMR_ERROR_COMPILER), the block is not whole (AMR_ERROR_REFUSED) or its file is
 * changed in the scratch already (AMR_ERROR_USAGE).
 *
 * Asks for @rule in @block, whose text in @scratch gets it just before the closing brace. The
 * scratch is left as it was. One call at a time on one scratch. @message (may be NULL): the
 * compiler's words for REJECTED, NOT_ENFORCED and WEAKENED, display form; and see NEEDED above. */
void amr_grant_async(AmrCompiler *compiler, AmrScratch *scratch, const AmrIndex *index,
                     const AmrBlock *block, const AmrRule *rule, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data);
AmrGrant amr_grant_finish(GAsyncResult *result, char **message, GError **error);

/* The answer for one of many rules. */
typedef struct {
    AmrGrant grant;
    char *message; /* as above; or NULL */
} AmrGrantAnswer;
void amr_grant_answer_free(AmrGrantAnswer *answer);

/* How many of the rules have their answer. */
typedef void (*AmrGrantProgress)(guint done, guint of, gpointer data);

/* The same for all @rules (AmrRule) of @block, each asked as if it came alone. Literal rules are
 * compiled together and told apart by their questions, in halves where one of them is refused: so
 * that many take little longer than one. The rest one by one. Borrows @rules and
 * all else until it ends. */
void amr_grants_async(AmrCompiler *compiler, AmrScratch *scratch, const AmrIndex *index,
                      const AmrBlock *block, const GPtrArray *rules, AmrGrantProgress progress,
                      gpointer progress_data, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data);
/* AmrGrantAnswer, one a rule, in their order. */
GPtrArray *amr_grants_finish(GAsyncResult *result, GError **error);

G_END_DECLS
#endif
