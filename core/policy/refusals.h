/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel says of a denial where a rule is no answer to it. It is data
 * (core/base/datafile):
 *
 *   refusal        why none is offered, one of the words of AMR_NO_RULES; needed
 *   reason         why, and
 *   remedy         what to do instead: sentences as core/denial/phrase has them; reason is needed
 *   info, class, name...
 *                  when it fits (core/denial/conditions); at least one is needed
 *
 * The first that fits is told. No entry can make a rule be offered.
 */
#ifndef AMR_POLICY_REFUSALS_H
#define AMR_POLICY_REFUSALS_H

#include "core/base/datafile.h"
#include "core/denial/event.h"
#include "core/policy/no_rule.h"

G_BEGIN_DECLS

typedef struct AmrRefusals AmrRefusals;

AmrRefusals *amr_refusals_new(void);
void amr_refusals_free(AmrRefusals *refusals);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrRefusals, amr_refusals_free)
/* Where they are read into. Borrowed. */
AmrData *amr_refusals_data(AmrRefusals *refusals);

/* The first that fits; AMR_NO_RULE_NONE if none does (or @refusals is NULL). *reason and, if there
 * is one, *remedy are set: display form, the caller frees. */
AmrNoRule amr_refusals_find(const AmrRefusals *refusals, const AmrEvent *event, char **reason,
                            char **remedy);

G_END_DECLS
#endif
