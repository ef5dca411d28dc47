/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which abstractions of the installed policy would answer a denial.
 *
 * What an abstraction allows is what the compiler makes of it, with all that it includes, under the
 * preamble (abi, variables) of the file that defines the profile. Only those whose text may have to
 * do with the question at all are compiled; what came of it is kept by the digest of compiler,
 * preamble and all that is included. Those that answer and open the least besides are compiled into
 * the profile itself: what does not compile there, or does not answer there, is not told.
 *
 * How much it opens is counted in rules: for each rule of it and of what it includes the oracle is
 * asked about one name that the rule matches; where the profile refuses it so far, the rule is
 * fresh. So at least so many rules open something; one that is not counted may still do.
 */
#ifndef AMR_POLICY_ABSTRACTIONS_H
#define AMR_POLICY_ABSTRACTIONS_H

#include "core/policy/ask.h"
#include "core/policy/propose.h"

G_BEGIN_DECLS

typedef struct AmrAbstractions AmrAbstractions;

/* So many are told at most. */
#define AMR_ABSTRACTIONS_MAX 3

/* One that answers. */
typedef struct {
    char *file;   /* "abstractions/nameservice" */
    guint rules;  /* that it holds, with all that it includes; denies not among them */
    guint fresh;  /* of them: at least so many open what the profile refuses so far */
    guint denies; /* deny rules that come with it */
    AmrRisk risk; /* the highest of its rules */
    char *danger; /* of that rule, display form; NULL */
} AmrAbstraction;

AmrAbstraction *amr_abstraction_copy(const AmrAbstraction *abstraction);
void amr_abstraction_free(AmrAbstraction *abstraction);

/* @compiler is borrowed. */
AmrAbstractions *amr_abstractions_new(AmrCompiler *compiler, const AmrRisks *risks);
void amr_abstractions_free(AmrAbstractions *abstractions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrAbstractions, amr_abstractions_free)
/* Policy became another: its text is read anew. What was compiled stays, for it is kept by content.
 */
void amr_abstractions_forget(AmrAbstractions *abstractions);

/* For a @question that policy on disk refuses for want of a rule; @asker, of the same policy, was
 * asked it before. One that executes has no answer here: how a program is run is a decision of its
 * own. All is borrowed until it ends; one call at a time. Fails only as cancelled. */
void amr_abstractions_ask_async(AmrAbstractions *abstractions, AmrAsker *asker, const char *profile,
                                const AmrQuestion *question, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer data);
/* AmrAbstraction, what opens least first, but what is a high risk behind the rest; empty if none
 * answers. */
GPtrArray *amr_abstractions_ask_finish(GAsyncResult *result, GError **error);

/* Offers @abstraction in @proposal, behind all other rules. */
void amr_abstraction_offer(const AmrAbstraction *abstraction, AmrProposal *proposal);

G_END_DECLS
#endif
