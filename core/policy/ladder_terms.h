/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rungs of a rule of terms (sockets, buses, mounts, queues) on which parts of the names vary.
 */
#ifndef AMR_POLICY_LADDER_TERMS_H
#define AMR_POLICY_LADDER_TERMS_H

#include "core/policy/ladder.h"
#include "core/policy/rule.h"

G_BEGIN_DECLS

/* @rule, which names what was denied, with patterns for what is another at each run (EACH_RUN), or
 * for all that varies (VARYING). *opens (the caller frees): what it matches besides, a sentence.
 * NULL if it would be @rule itself. */
AmrRule *amr_ladder_terms(const AmrRule *rule, const AmrVaryingHints *hints, AmrRung rung,
                          char **opens);

G_END_DECLS
#endif
