/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What policy on disk says, kept: whoever proposes looks an answer up and goes on; what was not
 * known then is asked for all at once, and he proposes again.
 */
#ifndef AMR_POLICY_FACTS_H
#define AMR_POLICY_FACTS_H

#include "core/policy/abstractions.h"

G_BEGIN_DECLS

typedef struct AmrFacts AmrFacts;

typedef struct {
    AmrOracleVerdict verdict; /* UNKNOWN: there is no answer (not on disk, does not compile) */
    AmrExecMode exec; /* of an execution that is allowed; and where "->" leads it, or NULL */
    char *target;
    GPtrArray *abstractions; /* AmrAbstraction: those that would answer what is DENIED; NULL */
    AmrCause *cause; /* of what is denied explicitly, or allowed: the rule, if it was found */
} AmrFact;

/* @abstractions (borrowed): are asked, too; NULL: not. */
AmrFacts *amr_facts_new(AmrAbstractions *abstractions);
void amr_facts_free(AmrFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrFacts, amr_facts_free)

/* NULL where it is not known yet: then it is wanted. @profile as people write it. @question is
 * taken over. */
const AmrFact *amr_facts_look(AmrFacts *facts, const char *profile, AmrQuestion *question);

/* Whether anything is wanted. */
gboolean amr_facts_want(const AmrFacts *facts);
/* Policy became another: all is forgotten. What is being asked just now is no answer any more. */
void amr_facts_forget(AmrFacts *facts);

/* Asks @asker, which must stay until then, all that is wanted; one call at a time. Fails only as
 * cancelled: what was answered by then is kept. @facts may be freed meanwhile. */
void amr_facts_ask_async(AmrFacts *facts, AmrAsker *asker, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data);
gboolean amr_facts_ask_finish(GAsyncResult *result, GError **error);

G_END_DECLS
#endif
