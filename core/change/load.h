/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One top-level file into the kernel, with the modes that the kernel alone knows. */
#ifndef AMR_CHANGE_LOAD_H
#define AMR_CHANGE_LOAD_H

#include "core/change/plan.h"

G_BEGIN_DECLS

/* Loads @load from disk: the policy itself, or where profiles of it are to stay in complain mode a
 * copy that says so (complain.h). Not to be cancelled. All borrowed until it is done. Finishes as
 * amr_compiler_run_async() does. */
void amr_load_async(AmrCompiler *compiler, const AmrTarget *target, const AmrIndex *index,
                    const AmrPlanLoad *load, GAsyncReadyCallback callback, gpointer data);
AmrCompileResult *amr_load_finish(GAsyncResult *result, GError **error);

G_END_DECLS
#endif
