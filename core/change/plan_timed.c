/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Complain mode for a while: in the kernel only, so that a reboot ends it, too. Nothing is written.
 */
#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/plan_private.h"

static gboolean
is_below(const AmrBlock *block, const AmrBlock *above)
{
    for (; block && block != above; block = block->parent)
        ;
    return block != NULL;
}

static void
take_part(AmrPlan *plan, const AmrBlock *block)
{
    g_autofree char *typed = amr_plan_typed(block->ns, block->name);
    AmrPlanPart *part;

    if (amr_plan_has_part(plan, typed))
        return;
    part = amr_plan_part_new();
    part->profile = g_steal_pointer(&typed);
    part->local = g_strdup(block->file);
    part->reaches = g_new0(char *, 1);
    g_ptr_array_add(plan->parts, part);
}

static gboolean
take_profile(AmrPlan *plan, const AmrPlanContext *context, const char *typed, GError **error)
{
    const AmrBlock *block = amr_plan_find_block(context, typed, error);
    g_autofree char *shown = amr_display_string(typed);
    g_autofree char *full = block ? amr_plan_typed(block->ns, block->name) : NULL;
    const AmrLoadedProfile *held = full ? amr_plan_find_loaded(context->loaded, full) : NULL;

    if (!block)
        return FALSE;
    if (g_path_is_absolute(block->file))
        return amr_error_set(error, AMR_ERROR_REFUSED, "%s: Its file lies outside of the policy",
                             shown);
    if (!held)
        return amr_error_set(error, AMR_ERROR_REFUSED,
                             "%s: It is not loaded, and for a while only the kernel is told",
                             shown);
    if (held->mode == AMR_MODE_COMPLAIN)
        return amr_error_set(error, AMR_ERROR_NOTHING_TO_DO, "%s: In complain mode already", shown);
    take_part(plan, block);
    for (guint i = 0; i < amr_index_count(context->index); i++)
        if (is_below(amr_index_block(context->index, i), block))
            take_part(plan, amr_index_block(context->index, i));
    return TRUE;
}

AmrPlan *
amr_plan_complain_for(const AmrPlanContext *context, const char *const *profiles, gint64 until,
                      GError **error)
{
    g_autoptr(AmrPlan) plan = amr_plan_begin(context, AMR_PLAN_COMPLAIN_FOR);

    plan->until = until;
    for (guint i = 0; profiles[i]; i++)
        if (!take_profile(plan, context, profiles[i], error))
            return NULL;
    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        const AmrBlock *block = amr_index_find_typed(context->index, part->profile);
        g_autofree const char **roots = amr_index_roots(context->index, block);
        if (!amr_plan_add_loads(plan, context, (const char *const *)roots, error))
            return NULL;
    }
    return g_steal_pointer(&plan);
}

gboolean
amr_plan_may_end(const AmrPlanContext *context, const AmrPlan *done, GError **error)
{
    for (guint i = 0; i < done->parts->len; i++) {
        const AmrPlanPart *part = done->parts->pdata[i];
        const AmrLoadedProfile *held = amr_plan_find_loaded(context->loaded, part->profile);
        if (!context->loaded || (held && held->mode == AMR_MODE_COMPLAIN))
            return TRUE;
    }
    return amr_error_set(error, AMR_ERROR_NOTHING_TO_DO,
                         "Change %s has ended: none of its profiles is in complain mode any more",
                         done->id);
}
