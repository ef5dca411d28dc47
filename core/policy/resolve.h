/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From denials to proposals, with all that is known: null profiles of complain mode are resolved to
 * the profiles that they stand for, what policy on disk says is taken in, signal and ptrace get
 * their mirrors.
 *
 * A null profile "P//null-X" is what the kernel makes of an execution of X in P that no rule
 * decides (complain mode; aa_new_learning_profile() in security/apparmor of Linux). What is denied
 * in it belongs to that decision: with ix it is P's, with cx the child's, with px that of X's own
 * profile. Where P//null-X executes Y, it is "P//null-X//null-Y": decided in turn, in the profile
 * that the first decision leads to. Where cx is taken, or policy has it, and there is no such
 * child, the change that has the rule makes it (core/change), and what was held goes there.
 */
#ifndef AMR_POLICY_RESOLVE_H
#define AMR_POLICY_RESOLVE_H

#include "core/denial/store.h"
#include "core/policy/facts.h"
#include "core/policy/propose.h"

G_BEGIN_DECLS

/* X(NAME, word): words stand in JSON. */
#define AMR_DECIDED(X)                                                         \
    X(POLICY, "policy")   /* a rule of policy on disk */                       \
    X(CHOICE, "choice")   /* who asked */                                      \
    X(DEFAULT, "default") /* px if a profile attaches, cx if there is a child, \
                             else ix */                                        \
    X(OPEN, "open")       /* nobody: what is held there has no rule yet */

typedef enum {
    AMR_DECIDED_UNKNOWN,
#define AMR_DECIDED_ENUM(name, word) AMR_DECIDED_##name,
    AMR_DECIDED(AMR_DECIDED_ENUM)
#undef AMR_DECIDED_ENUM
} AmrDecided;

const char *amr_decided_word(AmrDecided decided);

/* What becomes of one null profile. */
typedef struct {
    char *profile;    /* in which it is executed, itself resolved: ":ns:name"; raw bytes */
    char *exec;       /* the program, or the hat that is missing; raw bytes */
    AmrExecMode mode; /* NONE: a hat or profile that is there by now, or OPEN */
    char *target;     /* where "->" leads it by name; NULL */
    AmrDecided by;
    char *into;            /* the profile that it leads to, ":ns:name"; NULL: none */
    gboolean makes;        /* which is a child that is not there: the change makes it */
    AmrNoRule no_rule;     /* if none */
    char *reason, *remedy; /* if none: sentences, display form; remedy may be NULL */
} AmrDecision;

/* One denial. */
typedef struct {
    AmrDenialId id;        /* NONE: what the log does not hold and others need: an execution, or
                              what a program needs first where it is led to */
    AmrEvent event;        /* its profile and peer resolved; borrows from store and @bytes */
    AmrProposal *proposal; /* never NULL */
    guint best; /* of the candidates: the best that the decision on this execution takes, else the
                   proposal's own */
    AmrRule *granted;   /* the rule that policy on disk makes needless (GRANTED), else NULL */
    GPtrArray *under;   /* AmrDecision, outermost first; empty if it is no null profile's */
    const char *script; /* without an id: the script that needs it, in the profile that it is run
                           under; NULL */
    GStringChunk *bytes;
} AmrResolved;

/* How an execution of @exec in @profile is to be decided: as one of its candidates has it, with
 * that one's target in *target (borrowed, until the next call); or NONE: by default. What is not
 * possible there is not taken. */
typedef AmrExecMode (*AmrChooseExec)(const char *profile, const char *exec, const char **target,
                                     gpointer data);

struct AmrBatch;

/* All borrowed. */
typedef struct {
    const AmrStore *store;
    AmrProposeContext propose;
    AmrFacts *facts;      /* NULL: policy is not asked, and there are no mirrors */
    AmrChooseExec choose; /* NULL: all by default */
    gpointer data;
    const struct AmrBatch *batch; /* offers what answers many of them (batch.h); NULL */
} AmrResolveContext;

/* What is done with each; @resolved is gone when it returns. FALSE ends the walk. */
typedef gboolean (*AmrResolveEach)(const AmrResolved *resolved, gpointer data);

/* Each denial in the order of @ids, once; before what is held under an execution that is not
 * among @ids stands the execution: the denial that the store has of it, or else one without an id;
 * and behind one that makes a child, what the program needs to start in it.
 * Pure but for what it wants of the facts: while amr_facts_want(), it is to be done again. */
void amr_resolve_each(const AmrResolveContext *context, const AmrDenialId *ids, guint n,
                      AmrResolveEach each, gpointer data);
/* The same, kept: AmrResolved. */
GPtrArray *amr_resolve(const AmrResolveContext *context, const AmrDenialId *ids, guint n);

/* @ids, and what has to be decided with them: for a null profile's denial, and for the execution
 * that made one, the other denials under the same outermost execution (but those ignored or fixed).
 * AmrDenialId, in the order of arrival. */
GArray *amr_resolve_family(const AmrStore *store, const AmrDenialId *ids, guint n);

G_END_DECLS
#endif
