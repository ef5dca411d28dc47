/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of agreement share: policy both read by the reference and compiled for the
 * oracle. */
#ifndef TESTS_UNIT_AGREEMENT_H
#define TESTS_UNIT_AGREEMENT_H

#include "tests/unit/policymaker.h"

/* Runs the real compiler with these arguments (ending in NULL) behind its usual ones; @text is its
 * standard input. NULL if it says no. */
GBytes *agreement_compile(const char *text, const char *argument, ...) G_GNUC_NULL_TERMINATED;
/* Whether the compiler is a version 3.0: what it compiles is the same for the same language. */
gboolean agreement_bytes_decide(void);
/* Whether it is a version 5: what slashes mean that a variable brings to others, nobody is asked.
 */
gboolean agreement_squeezes_oddly(void);

/* One file of policy, read by both. */
typedef struct {
    char *text;
    RefPolicy *reference;
    AmrOracle *oracle;
} AgreementPolicy;

/* Text that the compiler takes and the reference reads; NULL and the reason in *@why else.
 * @compiled is borrowed, NULL: compile the text. */
AgreementPolicy *agreement_policy_new(const char *text, GBytes *compiled, char **why);
void agreement_policy_free(AgreementPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgreementPolicy, agreement_policy_free)

/* What the two say, if it is not the same; NULL if it is. The caller frees. */
char *agreement_differs(const AgreementPolicy *policy, const MadeQuestion *question);
/* The shortest policy by lines in which @question is answered differently. The caller frees. */
char *agreement_shrink(const char *text, const MadeQuestion *question);

#endif
