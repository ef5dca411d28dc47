/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was shown, in one word: who carries a change out makes the plan again, maybe as another
 * user, and goes on only if it is the same one. The word is the change's id, when it was made
 * (both stand in the comment line over the rules, so that the bytes come out the same), and a
 * digest of all that an ordinary user could see of the plan: kind, profiles and rules, files with
 * their bytes before and after, what is loaded again, and the digests of the files that it was made
 * from. Not in it is what only root may see: modes in the kernel, files that not everybody may
 * read.
 */
#ifndef AMR_CHANGE_SEAL_H
#define AMR_CHANGE_SEAL_H

#include "core/change/plan.h"

G_BEGIN_DECLS

/* "ID-TIME-DIGEST": lower case hex and two dashes. */
char *amr_seal(const AmrTarget *target, const AmrPlan *plan);
/* Id (to free) and time of @seal, for AmrPlanContext. AMR_ERROR_USAGE if it is none. */
gboolean amr_seal_read(const char *seal, char **id, gint64 *made, GError **error);
/* AMR_ERROR_CHANGED_UNDERNEATH if @plan is not the one that @seal is of. */
gboolean amr_seal_check(const AmrTarget *target, const AmrPlan *plan, const char *seal,
                        GError **error);

G_END_DECLS
#endif
