/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What resolve.c, which walks the denials, and decide.c, which decides on executions, share. */
#ifndef AMR_POLICY_RESOLVE_PRIVATE_H
#define AMR_POLICY_RESOLVE_PRIVATE_H

#include "core/policy/resolve.h"

/* A profile by the two parts of its full name. */
typedef struct {
    const char *ns, *name;
} AmrHolder;

/* ":ns:name", or the name alone in the root namespace. The caller frees. */
char *amr_holder_full(AmrHolder holder);

/* The event of an execution of @exec in @holder, as a record of it would be: borrows from both. */
void amr_decide_event(AmrEvent *event, AmrHolder holder, const char *exec);

/* Never NULL; frees as below. */
AmrDecision *amr_decide(const AmrResolveContext *context, AmrHolder holder, const char *exec);
void amr_decision_free(gpointer decision);

#endif
