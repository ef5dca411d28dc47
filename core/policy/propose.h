/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a denial to the rule that answers it, or to the reason why none does.
 */
#ifndef AMR_POLICY_PROPOSE_H
#define AMR_POLICY_PROPOSE_H

#include "core/denial/event.h"
#include "core/kernel/loaded.h"
#include "core/policy/cause.h"
#include "core/policy/index.h"
#include "core/policy/ladder.h"
#include "core/policy/no_rule.h"
#include "core/policy/oracle.h"
#include "core/policy/probe.h"
#include "core/policy/programs.h"
#include "core/policy/refusals.h"
#include "core/policy/risks.h"
#include "core/policy/rule.h"

G_BEGIN_DECLS

/* What is known of the system when proposing; any may be NULL. Borrowed. Without @loaded, what is
 * on disk and not disabled stands for what is loaded: that serves the default of an exec (px, cx or
 * ix). With @probe, what the target is known not to state is left out. With @programs, scripts are
 * told from binaries. Without @refusals few reasons of the kernel are understood, and what is
 * refused is told in fewer words; without @risks every candidate is a high one. */
typedef struct {
    const AmrIndex *index;
    const AmrLoaded *loaded;
    AmrProbe *probe;
    AmrPrograms *programs;
    const AmrRefusals *refusals;
    AmrRisks *risks;
} AmrProposeContext;

typedef struct {
    AmrRule *rule;
    AmrRisk risk;
    char *why;       /* one sentence in plain words: what the rule allows; display form */
    char *opens;     /* what else it opens beyond the denial; NULL: nothing. Display form */
    char *danger;    /* why the risk is not low; NULL. Display form */
    AmrRule *mirror; /* what the other side needs as well (AmrProposal's other); NULL: nothing */
    guint together;  /* made for so many denials of the profile (batch.h); 0: for this one */
    AmrRung rung;    /* of a file's ladder: which step it is */
    gboolean everything; /* it opens all there is, or all of a place that many share: to be asked
                            for by a typed word. Its risk is high */
} AmrCandidate;

/* A rule that would answer the denial, but not on this target. */
typedef struct {
    AmrRule *rule;
    AmrStating stating;
    char *said; /* why, display form */
} AmrLeftOut;

typedef struct {
    char *profile; /* ":ns:name" or "name": where the rules go; raw bytes. For a null profile
                      resolved to its parent, the parent */
    AmrNoRule no_rule;
    char *reason; /* if no_rule: a sentence, display form */
    char *says;   /* what the kernel says of it besides (info=), display form; NULL: nothing */
    char *remedy; /* if no_rule: what to do instead, a sentence, display form; may be NULL */
    GPtrArray *candidates; /* AmrCandidate, narrow to broad; empty if no_rule. Where the file was
                              its user's own, all are for the owner: without they answer it too */
    guint best;            /* of the candidates: the narrowest that will answer the denial at the
                              next run, too */
    /* Signal and ptrace: the profile of the other side, if it needs a rule too (as mirrors of the
     * candidates have them) or has something in the way. By amr_resolve() only; else NULL. */
    char *other;             /* ":ns:name" or "name"; raw bytes */
    AmrNoRule other_no_rule; /* DENIED: it refuses explicitly; INCOMPLETE: not known */
    char *other_reason;      /* if so: a sentence, display form */
    AmrCause *denied;        /* if no_rule is DENIED, or the other side's: the rule, if known */
    AmrCause *granted;       /* if no_rule is GRANTED: the rule, if known */
    GPtrArray *left_out;     /* AmrLeftOut, narrow to broad */
    gboolean pending; /* whether the target states a candidate, or what the program is, is not
                         known so far: amr_propose_ask_async(), then propose anew */
    AmrProbeWay way;  /* what else is asked about, and how; NULL */
    AmrRule *ask;
    AmrStating stub; /* if no_rule is CATCH_ALL: whether a stub for one program, that lets it make a
                        user namespace, would be stated here */
    AmrRisks *risks; /* by which candidates were rated; NULL: by none */
    char *look_at;   /* if so: the program to be looked at; NULL; raw bytes */
} AmrProposal;

void amr_proposal_free(AmrProposal *proposal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrProposal, amr_proposal_free)

/* Of the candidates that execute as @mode (-> @target, NULL: without) has it, the best one; if
 * there is none, the proposal's best. */
guint amr_proposal_best(const AmrProposal *proposal, AmrExecMode mode, const char *target);

/* Never NULL. Pure: reads the event and the context, asks nobody. Events of ALLOWED (complain mode)
 * are answered like DENIED ones. What a null profile was denied is held under the exec that made it
 * (NULL_PROFILE, with the parent as profile): which of ix, cx and px the user takes is not in the
 * record, and after px X's own profile may allow it already, so no rule is guessed. A record that
 * holds x and other letters is answered by one rule with both. */
AmrProposal *amr_propose(const AmrEvent *event, const AmrProposeContext *context);

/* Asks the target about the candidates of @proposal, and looks at the program that is executed; at
 * the end amr_propose() with the same context leaves out what is not stated, and nothing is
 * pending.
 * @context needs what was pending. Fails only if cancelled. */
void amr_propose_ask_async(const AmrProposal *proposal, const AmrProposeContext *context,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean amr_propose_ask_finish(GAsyncResult *result, GError **error);

/* Whether what was left out at @i has another reason than what was before it: who reads one after
 * the other need not be told the same twice. */
gboolean amr_propose_left_out_tells(const AmrProposal *proposal, guint i);

/* Takes the rules back (GRANTED, DENIED) where policy on disk says of what was denied that it is
 * allowed or explicitly denied; then it may be pending anew. @disk: its answer, of @proposal's
 * profile; @cause: the rule that grants or denies, NULL: not known. */
void amr_propose_settle(AmrProposal *proposal, const AmrProposeContext *context,
                        AmrOracleVerdict disk, const AmrCause *cause);
/* What is to be done where a deny rule stands against something: a sentence with its place, where
 * that is known. The caller frees. */
char *amr_propose_undeny(const AmrCause *denied);

/* Merges rules that differ in one thing only where one rule says exactly what they say together (r
 * and w on the same path become rw; capabilities, signals and accesses are listed, members of one
 * interface and peers in braces), and drops equal ones, in place: what `propose` prints and `apply`
 * writes for several denials of one profile. An exec rule stays a rule of its own. @rules:
 * GPtrArray of AmrRule; what is dropped goes by the array's own free function, the first of those
 * merged is changed. */
void amr_rules_merge(GPtrArray *rules);

/* Whether profiles of this name catch all programs without one of their own, so that no rule of
 * ours may ever go into them (unconfined, unprivileged_userns, unpriv_*, default). Namespace aside.
 */
gboolean amr_profile_is_catch_all(const char *name);
/* "P//null-X" or "null-...": *parent (free) is P and *exec the X of the outermost null part. */
gboolean amr_profile_is_null(const char *name, char **parent, char **exec);

G_END_DECLS
#endif
