/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entries of risks.c, that risk.c rates by and risk_reach.c compares patterns with. */
#ifndef AMR_POLICY_RISK_PRIVATE_H
#define AMR_POLICY_RISK_PRIVATE_H

#include "core/policy/risk.h"

/* X(NAME, key) */
#define AMR_RISK_SUBJECTS(X)    \
    X(NAME, "name")             \
    X(EXEC, "exec")             \
    X(CAPABILITY, "capability") \
    X(FAMILY, "family")         \
    X(RULE, "rule")

typedef enum {
    AMR_RISK_OF_UNKNOWN,
#define AMR_RISK_SUBJECT_ENUM(name, key) AMR_RISK_OF_##name,
    AMR_RISK_SUBJECTS(AMR_RISK_SUBJECT_ENUM)
#undef AMR_RISK_SUBJECT_ENUM
} AmrRiskSubject;

typedef struct {
    AmrRiskSubject subject;
    GPtrArray *which;    /* char *: globs, or words */
    guint access;        /* of a name: any of these AMR_ACCESS_* */
    char *type, *gives;  /* NULL: any */
    GPtrArray *examples; /* char * */
    AmrRisk risk;
    gboolean area, launches;
    char *danger;
} AmrRiskEntry;

/* The @n-th of all; NULL behind the last. */
const AmrRiskEntry *amr_risks_entry(const AmrRisks *risks, guint n);
/* Nothing is known: then nothing is low. @risks may be NULL. */
gboolean amr_risks_are_none(const AmrRisks *risks);
/* Whether it is one of its words; of its globs. */
gboolean amr_risk_entry_has(const AmrRiskEntry *entry, const char *word);
gboolean amr_risk_entry_matches(const AmrRiskEntry *entry, AmrBytes name);

#endif
