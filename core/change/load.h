/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One top-level file into the kernel, with the modes that the kernel alone knows. */
#ifndef AMR_CHANGE_LOAD_H
#define AMR_CHANGE_LOAD_H

#include "core/change/plan.h"

G_BEGIN_DECLS

/* Loads @load from disk: the policy itself, or where profiles of it are to be in complain mode a
 * copy that says so (complain.h). @plan: what is on disk by now; NULL: it was taken back, and what
 * it would have made is not there. Not to be cancelled. All borrowed until it is done. Finishes as
 * amr_compiler_run_async() does. */
void amr_load_async(AmrCompiler *compiler, const AmrTarget *target, const AmrIndex *index,
                    const AmrPlan *plan, const AmrPlanLoad *load, GAsyncReadyCallback callback,
                    gpointer data);
AmrCompileResult *amr_load_finish(GAsyncResult *result, GError **error);

G_END_DECLS
#endif
