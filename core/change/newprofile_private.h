/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What newprofile.c, which looks, and plan_new.c, which plans, share. */
#ifndef AMR_CHANGE_NEWPROFILE_PRIVATE_H
#define AMR_CHANGE_NEWPROFILE_PRIVATE_H

#include "core/change/newprofile.h"
#include "core/change/plan_private.h"
#include "core/policy/propose.h"

G_BEGIN_DECLS

/* Of names that we give: such a one is the same in a header, in an include, on a screen and in a
 * log. */
#define AMR_NEW_NAME_CHARS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._+-"

/* Sets names that nobody has. REFUSED. */
gboolean amr_new_choose_names(AmrNew *new, const AmrPlanContext *context, GError **error);

G_END_DECLS
#endif
