/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a change that was carried out to the plan that takes it back. */
#include <string.h>

#include "core/base/error.h"
#include "core/change/localfile.h"
#include "core/change/plan_private.h"

static AmrPlanPart *
copy_part(const AmrPlanPart *part)
{
    AmrPlanPart *copy = amr_plan_part_new();

    copy->profile = g_strdup(part->profile);
    copy->local = g_strdup(part->local);
    copy->include_in = g_strdup(part->include_in);
    copy->reaches = g_strdupv(part->reaches);
    for (guint i = 0; i < part->rules->len; i++)
        g_ptr_array_add(copy->rules, amr_rule_copy(part->rules->pdata[i]));
    return copy;
}

static gboolean
is_local(const AmrPlan *plan, const char *path)
{
    for (guint i = 0; i < plan->parts->len; i++) {
        if (strcmp(((AmrPlanPart *)plan->parts->pdata[i])->local, path) == 0)
            return TRUE;
    }
    return FALSE;
}

static GBytes *
empty(void)
{
    return g_bytes_new_static("", 0);
}

/* What a local file holds when the change is taken out of it. */
static GBytes *
local_without(const AmrPlan *done, const AmrPlanFile *file, GBytes *now, GError **error)
{
    g_auto(GStrv) lines = amr_plan_lines(done, file->path);

    if (g_bytes_equal(now, file->after))
        return file->before ? g_bytes_ref(file->before) : empty();
    return amr_localfile_remove(now, (const char *const *)lines, done->id, error);
}

/* Whether @local, as the undo leaves it, holds what somebody wrote there since: then the include
 * that the change added serves him too. */
static gboolean
serves_others(const AmrPlan *done, const AmrPlan *plan, const char *local)
{
    const AmrPlanFile *was = amr_plan_find_file(done, local);
    const AmrPlanFile *will = amr_plan_find_file(plan, local);
    g_autoptr(GBytes) nothing = empty();

    return was && will && g_bytes_get_size(will->after) > 0 &&
           !g_bytes_equal(will->after, was->before ? was->before : nothing);
}

static GBytes *
including_without(const AmrPlan *done, AmrPlan *plan, const AmrPlanFile *file, GBytes *now,
                  GError **error)
{
    gboolean exact = g_bytes_equal(now, file->after);
    g_autoptr(GBytes) after = g_bytes_ref(now);
    guint kept = 0;

    for (guint i = 0; i < done->parts->len; i++) {
        const AmrPlanPart *part = done->parts->pdata[i];
        g_autofree char *shown = amr_display_string(part->local);
        GBytes *next;
        gboolean again = FALSE;

        if (g_strcmp0(part->include_in, file->path) != 0)
            continue;
        for (guint k = 0; k < i && !again; k++)
            again = strcmp(((AmrPlanPart *)done->parts->pdata[k])->local, part->local) == 0;
        if (again)
            continue;
        if (serves_others(done, plan, part->local)) {
            amr_plan_note(plan, "The include of %s stays: other rules were written there since",
                          shown);
            kept++;
            continue;
        }
        next = amr_localfile_remove_include(after, part->local, error);
        if (!next)
            return NULL;
        g_bytes_unref(after);
        after = next;
    }
    return exact && !kept && file->before ? g_bytes_ref(file->before) : g_steal_pointer(&after);
}

static gboolean
undo_file(const AmrPlanContext *context, const AmrPlan *done, AmrPlan *plan,
          const AmrPlanFile *file, GError **error)
{
    g_autoptr(GBytes) now = NULL;
    g_autofree char *shown = amr_display_string(file->path);
    GBytes *after;

    if (!amr_plan_read(context->target, file->path, &now, error))
        return FALSE;
    if (!now)
        return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH, "%s: It is not there any more",
                             shown);
    after = is_local(done, file->path) ? local_without(done, file, now, error)
                                       : including_without(done, plan, file, now, error);
    if (!after) {
        g_prefix_error(error, "%s: ", shown);
        return FALSE;
    }
    amr_plan_add_digest(plan, file->path, now);
    if (g_bytes_equal(now, after))
        g_bytes_unref(after);
    else
        amr_plan_add_file(plan, file->path, g_steal_pointer(&now), after);
    return TRUE;
}

/* The file that includes goes first: no moment in which an include names what was never there. */
static gboolean
undo_files(const AmrPlanContext *context, const AmrPlan *done, AmrPlan *plan, GError **error)
{
    for (guint i = 0; i < done->files->len; i++) {
        if (!undo_file(context, done, plan, done->files->pdata[i], error))
            return FALSE;
    }
    for (guint i = 0; i < plan->files->len / 2; i++) {
        gpointer *a = &plan->files->pdata[i];
        gpointer *b = &plan->files->pdata[plan->files->len - 1 - i];
        gpointer swap = *a;
        *a = *b;
        *b = swap;
    }
    return TRUE;
}

static gboolean
undo_loads(const AmrPlanContext *context, const AmrPlan *done, AmrPlan *plan, GError **error)
{
    for (guint i = 0; i < done->files->len; i++) {
        const AmrPlanFile *file = done->files->pdata[i];
        g_autofree const char **files = amr_index_affected(context->index, file->path);
        if (!amr_plan_add_loads(plan, context, (const char *const *)files, error))
            return FALSE;
    }
    for (guint i = 0; i < done->parts->len; i++) {
        const AmrPlanPart *part = done->parts->pdata[i];
        const AmrBlock *block = amr_index_find_typed(context->index, part->profile);
        g_autofree const char **files = block ? amr_index_roots(context->index, block) : NULL;
        if (!amr_plan_add_loads(plan, context, (const char *const *)files, error))
            return FALSE;
    }
    return TRUE;
}

AmrPlan *
amr_plan_undo(const AmrPlanContext *context, const AmrPlan *done, GError **error)
{
    g_autoptr(AmrPlan) plan = amr_plan_begin(context, AMR_PLAN_UNDO);

    if (done->kind != AMR_PLAN_ADD) {
        amr_error_set(error, AMR_ERROR_REFUSED,
                      "Change %s took another one back; to have its rules again, apply them",
                      done->id);
        return NULL;
    }
    plan->undoes = g_strdup(done->id);
    for (guint i = 0; i < done->parts->len; i++)
        g_ptr_array_add(plan->parts, copy_part(done->parts->pdata[i]));
    if (!undo_files(context, done, plan, error))
        return NULL;
    if (plan->files->len == 0) {
        amr_error_set(error, AMR_ERROR_NOTHING_TO_DO, "Nothing of change %s is left to take back",
                      done->id);
        return NULL;
    }
    return undo_loads(context, done, plan, error) ? g_steal_pointer(&plan) : NULL;
}
