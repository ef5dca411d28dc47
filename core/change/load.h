/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One top-level file into the kernel, with the modes that the kernel alone knows. */
#ifndef AMR_CHANGE_LOAD_H
#define AMR_CHANGE_LOAD_H

#include "core/change/plan.h"

G_BEGIN_DECLS

/* Loads @load from disk: the policy itself, or where profiles of it are to be in complain mode a
 * copy that says so (complain.h). @plan: what is on disk by now; NULL: it was taken back, and what
 * it would have made is not there. What the compiler refuses because its cache takes nothing, as on
 * a full disk, is loaded past the cache: that holds an older policy then, if any, whose files are
 * newer, so that the next boot compiles. Where a profile in a namespace has children, the loader
 * would put those into the root's namespace: they are loaded from what it compiles, a namespace in
 * one write, and past the cache. Not to be cancelled. All borrowed until it is done.
 * Finishes as amr_compiler_run_async() does; *uncached (may be NULL; free it): why what was loaded
 * is not in the cache, display form, NULL if it is, or belongs elsewhere. */
void amr_load_async(AmrCompiler *compiler, const AmrTarget *target, const AmrIndex *index,
                    const AmrPlan *plan, const AmrPlanLoad *load, GAsyncReadyCallback callback,
                    gpointer data);
AmrCompileResult *amr_load_finish(GAsyncResult *result, char **uncached, GError **error);

G_END_DECLS
#endif
