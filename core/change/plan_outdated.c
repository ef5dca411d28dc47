/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether policy is still what a plan was made from, and what became of it. */
#include <string.h>

#include "core/base/fsutil.h"
#include "core/change/plan_private.h"

GPtrArray *
amr_plan_outdated(const AmrTarget *target, const AmrPlan *plan, char **diff)
{
    GPtrArray *outdated = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(AmrPlan) since = amr_plan_new(plan->kind, plan->made);

    for (guint i = 0; i + 1 < plan->digests->len; i += 2) {
        const char *path = plan->digests->pdata[i];
        const AmrPlanFile *file = amr_plan_find_file(plan, path);
        g_autoptr(GBytes) now = NULL;
        g_autofree char *digest = NULL;

        /* What cannot be read now could not be read then, or is another file. */
        (void)amr_plan_read(target, path, &now, NULL);
        digest = amr_fs_digest(now);
        if (strcmp(digest, plan->digests->pdata[i + 1]) == 0)
            continue;
        g_ptr_array_add(outdated, g_strdup(path));
        if (file)
            amr_plan_add_file(since, path, file->before ? g_bytes_ref(file->before) : NULL,
                              g_steal_pointer(&now));
    }
    if (diff)
        *diff = amr_plan_diff(since);
    return outdated;
}
