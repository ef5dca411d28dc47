/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words for how dangerous a rule is, and for why there is none. */
#ifndef AMR_POLICY_NO_RULE_H
#define AMR_POLICY_NO_RULE_H

#include <glib.h>

G_BEGIN_DECLS

/* X(NAME, word): how dangerous it is to allow, for role and word; the word stands in JSON. */
#define AMR_RISKS(X)    \
    X(LOW, "low")       \
    X(MEDIUM, "medium") \
    X(HIGH, "high")

typedef enum {
    AMR_RISK_UNKNOWN,
#define AMR_RISK_ENUM(name, word) AMR_RISK_##name,
    AMR_RISKS(AMR_RISK_ENUM)
#undef AMR_RISK_ENUM
} AmrRisk;

const char *amr_risk_word(AmrRisk risk);

/* X(NAME, word): why no rule is offered. */
#define AMR_NO_RULES(X)                                                                            \
    X(NOT_A_DENIAL, "not-a-denial") /* AUDIT, STATUS: nothing was refused */                       \
    X(CATCH_ALL, "catch-all")       /* unconfined, unprivileged_userns, unpriv_*, default */       \
    X(NULL_PROFILE, "null-profile") /* P//null-X: belongs to the exec of X in P */                 \
    X(DISCONNECTED, "disconnected") /* name lookup failed, disconnected path */                    \
    X(NO_NEW_PRIVS, "no-new-privs")                                                                \
    X(NO_TRANSITION, "no-transition")     /* profile transition not found, label not found */      \
    X(NOT_EXPRESSIBLE, "not-expressible") /* a name that no rule can spell */                      \
    X(NOT_YET, "class-not-supported") /* a class of mediation that armorer makes no rules for */   \
    X(INCOMPLETE, "incomplete")       /* the record lacks what a rule needs */                     \
    X(NOT_STATED, "not-stated")       /* the target refuses, drops or weakens every rule for it */ \
    X(GRANTED, "granted-already")     /* policy on disk allows it */                               \
    X(DENIED, "explicitly-denied")    /* a deny rule of policy on disk stands against it */

typedef enum {
    AMR_NO_RULE_NONE,
#define AMR_NO_RULE_ENUM(name, word) AMR_NO_RULE_##name,
    AMR_NO_RULES(AMR_NO_RULE_ENUM)
#undef AMR_NO_RULE_ENUM
} AmrNoRule;

const char *amr_no_rule_word(AmrNoRule reason);
/* NONE for a word that is none of these. */
AmrNoRule amr_no_rule_from_word(const char *word);

G_END_DECLS
#endif
