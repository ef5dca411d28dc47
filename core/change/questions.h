/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel is asked once a plan is loaded. */
#ifndef AMR_CHANGE_QUESTIONS_H
#define AMR_CHANGE_QUESTIONS_H

#include "core/change/executor.h"

G_BEGIN_DECLS

/* One for each rule of @plan that names one file literally (AmrExecutorQuestion, owned); of a
 * reload also for those that stand already. The kernel cannot be asked about others; and of what
 * allows nothing new, an undo or a mode, nothing is asked. */
GPtrArray *amr_plan_questions(const AmrPlan *plan);

G_END_DECLS
#endif
