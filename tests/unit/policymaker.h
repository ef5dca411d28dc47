/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes policy and questions about it, both from a seed (which makes the same from one compiler of
 * C only: the order in which arguments are drawn is its own). */
#ifndef TESTS_UNIT_POLICYMAKER_H
#define TESTS_UNIT_POLICYMAKER_H

#include "tests/unit/reference.h"

/* One file of policy: variables, a profile "p", its child and hats; rules of all classes that the
 * compiler 3.0 knows, globs that overlap, denies across them. A few in a hundred do not compile
 * (two ways to execute one name). */
char *policy_make(GRand *random);
/* The same with the classes that compilers 4.0 and later know: mqueue, io_uring, userns. Without a
 * line that names an ABI: the caller says which. */
char *policy_make_newer(GRand *random);
/* Policy without slashes that a variable brings to others. Takes @text; the caller frees. */
char *policy_without_squeezing(char *text);
/* Nothing but rules of mount, umount and pivot_root. */
char *policy_make_mounts(GRand *random);

/* A question that holds what it points to. */
typedef struct {
    const RefProfile *profile;
    const RefRule *rule; /* from which it was made */
    AmrOracleQuestion q;
    char bytes[6][512];
} MadeQuestion;

/* A question near a rule of the policy: a name that the rule matches, or one that hardly does not.
 * FALSE if the policy has no rule. */
gboolean question_make(MadeQuestion *question, const RefPolicy *policy, GRand *random);
/* One line for people. The caller frees. */
char *question_text(const MadeQuestion *question);

#endif
