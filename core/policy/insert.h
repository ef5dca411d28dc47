/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a file with rules more, for the compiler to try; never for a file of the policy. */
#ifndef AMR_POLICY_INSERT_H
#define AMR_POLICY_INSERT_H

#include "core/policy/index.h"

G_BEGIN_DECLS

/* The bytes of @block's file with @rules on lines of their own before its closing brace.
 * AMR_ERROR_REFUSED where the block is not whole. */
GBytes *amr_insert_rules(const AmrIndex *index, const AmrBlock *block, const char *rules,
                         GError **error);

/* What stands before the first block of @file (abi, tunables, variables): all that decides how a
 * profile there is compiled. NULL if the index could not read it. The caller frees. */
char *amr_insert_preamble(const AmrIndex *index, const char *file);

G_END_DECLS
#endif
