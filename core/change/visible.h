/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What everybody on the system may read of a change. Policy is world-readable as distributions
 * install it, but an admin may keep a file of it to himself; then neither the record of a change
 * that quotes it nor a digest that an ordinary user is to arrive at may hold its bytes.
 */
#ifndef AMR_CHANGE_VISIBLE_H
#define AMR_CHANGE_VISIBLE_H

#include "core/change/plan.h"

G_BEGIN_DECLS

/* Whether everybody may read the file @path of the policy (or below the root, if absolute), by its
 * mode and those of the directories from the policy directory down. A file that is not there yet:
 * whether they might come to it, since we make files 0644. It says the same to root and to others.
 */
gboolean amr_visible_file(const AmrTarget *target, const char *path);
/* Whether everybody may read every file that @plan quotes. */
gboolean amr_visible_plan(const AmrTarget *target, const AmrPlan *plan);

G_END_DECLS
#endif
