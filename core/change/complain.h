/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Profiles that are in complain mode in the kernel only stay so: their file is loaded from a copy
 * of the policy whose headers say complain. One load, so there is no moment in which they enforce;
 * the policy itself is not touched, and the cache does not learn of it. `apparmor_parser -C` would
 * do it for all profiles of a file, not for some.
 */
#ifndef AMR_CHANGE_COMPLAIN_H
#define AMR_CHANGE_COMPLAIN_H

#include "core/change/plan.h"
#include "core/policy/scratch.h"

G_BEGIN_DECLS

/* @bytes where the header of each block i with @which[i] (in the order of the file, @n of them) has
 * the flag complain, and no other mode; NULL with CHANGED_UNDERNEATH if it does not have @n blocks.
 */
GBytes *amr_complain_edit(GBytes *bytes, const gboolean *which, guint n, GError **error);

/* Which of the profiles @wanted (NULL-terminated) of the top-level file @load has to be told to
 * stand for more profiles of it than these: a block of an abstraction that two of them include.
 * NULL: none. Borrowed from load->profiles or @wanted. */
const char *amr_complain_conflict(const AmrIndex *index, const AmrPlanLoad *load,
                                  const char *const *wanted);

/* Makes the headers of load->complain say so in @scratch, which mirrors the policy. The files are
 * as @plan will have them (NULL: as they are on disk). Nothing to do where load->complain is
 * empty. */
gboolean amr_complain_set(AmrScratch *scratch, const AmrTarget *target, const AmrIndex *index,
                          const AmrPlan *plan, const AmrPlanLoad *load, GError **error);
/* Takes that back, for other loads from the same copy. */
gboolean amr_complain_unset(AmrScratch *scratch, const AmrIndex *index, const AmrPlan *plan,
                            const AmrPlanLoad *load, GError **error);

G_END_DECLS
#endif
