/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The mirror rule: a signal needs a rule of who sends it and one of who receives it, ptrace one of
 * the tracer and one of the traced. Source: aa_may_signal() and aa_may_ptrace() in
 * security/apparmor/ipc.c and task.c of Linux: both sides are asked, and each logs its own denial.
 */
#ifndef AMR_POLICY_MIRROR_H
#define AMR_POLICY_MIRROR_H

#include "core/policy/facts.h"
#include "core/policy/propose.h"

G_BEGIN_DECLS

/* What the peer of @rule needs, where @rule stands in the profile @name (without a namespace).
 * NULL: @rule is of another kind, or names no single peer, or its access has no other side. */
AmrRule *amr_mirror_rule(const AmrRule *rule, const char *name);

/* Sets the mirrors of @proposal and what is known of the other side. Profiles of the same namespace
 * only: what a record calls the peer is seen from there, and a bare name means none of another. */
void amr_mirror_add(AmrProposal *proposal, const AmrEvent *event, const AmrProposeContext *context,
                    AmrFacts *facts);

G_END_DECLS
#endif
