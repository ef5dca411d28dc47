/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a change of modes may cut off: the user's own session, what the system runs, a stub. */
#ifndef AMR_CHANGE_GUARD_H
#define AMR_CHANGE_GUARD_H

#include "core/change/plan.h"

G_BEGIN_DECLS

/* Why a word is to be typed before @plan is carried out: a sentence each, in display form (char *);
 * none for a plan that sets no modes. Its profiles (or in an undo, those whose mode goes back) are
 * compared with the labels of the processes from this one up to the first, with those of processes
 * that are the system's, and with the flags of stubs; what becomes enabled, with the programs that
 * these run. Quick: reads /proc. */
GPtrArray *amr_guards(AmrOpener *opener, const AmrIndex *index, const AmrPlan *plan);

G_END_DECLS
#endif
