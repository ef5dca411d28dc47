/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is allowed on disk and not loaded: a change that only loads. */
#include <string.h>

#include "core/base/error.h"
#include "core/change/plan_private.h"

static gboolean
add_request(const AmrPlanContext *context, AmrPlan *plan, const AmrPlanRequest *request,
            GError **error)
{
    g_autoptr(AmrPlanPart) part = amr_plan_part_new();
    const AmrBlock *block = amr_plan_find_block(context, request->profile, error);
    g_autofree const char **roots = NULL;
    g_autoptr(GBytes) holds = NULL;
    AmrLocal local;

    if (!block)
        return FALSE;
    part->profile = amr_plan_typed(block->ns, block->name);
    part->local = g_strdup(block->file);
    part->reaches = g_new0(char *, 1);
    if (amr_index_local(context->index, block, &local) && !g_path_is_absolute(local.target)) {
        g_free(part->local);
        part->local = g_strdup(local.target);
        if (!amr_plan_read(context->target, part->local, &holds, error))
            return FALSE;
    }
    amr_plan_take_rules(plan, part, request->rules, holds);
    g_ptr_array_add(plan->parts, g_steal_pointer(&part));
    roots = amr_index_roots(context->index, block);
    return amr_plan_add_loads(plan, context, roots, error);
}

static gboolean
loads_any(const AmrPlan *plan)
{
    for (guint i = 0; i < plan->loads->len; i++) {
        const AmrPlanLoad *load = plan->loads->pdata[i];
        if (load->loaded && !load->disabled)
            return TRUE;
    }
    return FALSE;
}

AmrPlan *
amr_plan_reload(const AmrPlanContext *context, const AmrPlanRequest *requests, guint n,
                GError **error)
{
    g_autoptr(AmrPlan) plan = amr_plan_begin(context, AMR_PLAN_RELOAD);

    for (guint i = 0; i < n; i++) {
        if (!add_request(context, plan, &requests[i], error))
            return NULL;
    }
    if (amr_target_load_way(context->target) == AMR_LOAD_NONE || !loads_any(plan)) {
        amr_error_set(error, AMR_ERROR_NOTHING_TO_DO,
                      "None of the profiles is loaded: there is nothing to load again");
        return NULL;
    }
    return g_steal_pointer(&plan);
}
