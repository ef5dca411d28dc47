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

/* The text of the top-level file load->path where each of load->complain, and nothing else, has the
 * flag complain and no other mode. What an included file defines is brought in by its text, in the
 * place of the include, where some of it has to say complain: so that two profiles that share a
 * child by an abstraction are told apart. Files are as @plan will have them, and of load->complain
 * may be what it makes; NULL: as they are on disk, and what is not known there is left out.
 * CHANGED_UNDERNEATH where a file does not hold the blocks any more that the index read, LIMIT
 * where includes go too deep, REFUSED where one of load->complain is not found. */
GBytes *amr_complain_text(const AmrTarget *target, const AmrIndex *index, const AmrPlan *plan,
                          const AmrPlanLoad *load, GError **error);

/* Puts that text into @scratch, which mirrors the policy. Nothing to do where load->complain is
 * empty. */
gboolean amr_complain_set(AmrScratch *scratch, const AmrTarget *target, const AmrIndex *index,
                          const AmrPlan *plan, const AmrPlanLoad *load, GError **error);
/* Takes that back, for other loads from the same copy. */
gboolean amr_complain_unset(AmrScratch *scratch, const AmrPlan *plan, const AmrPlanLoad *load,
                            GError **error);

/* Of the profiles of @load those that are in complain mode in the kernel, and not on disk.
 * NULL-terminated; the caller frees. */
char **amr_complain_in_kernel(AmrOpener *opener, const AmrIndex *index, const AmrPlanLoad *load);

G_END_DECLS
#endif
