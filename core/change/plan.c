/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/plan.h"

#include <string.h>

#include "core/change/plan_private.h"

void
amr_plan_part_free(AmrPlanPart *part)
{
    if (!part)
        return;
    g_free(part->profile);
    g_free(part->local);
    g_free(part->include_in);
    g_strfreev(part->reaches);
    g_clear_pointer(&part->rules, g_ptr_array_unref);
    g_clear_pointer(&part->stands, g_ptr_array_unref);
    g_free(part);
}

void
amr_plan_file_free(AmrPlanFile *file)
{
    if (!file)
        return;
    g_free(file->path);
    g_clear_pointer(&file->before, g_bytes_unref);
    g_clear_pointer(&file->after, g_bytes_unref);
    g_free(file);
}

void
amr_plan_load_free(AmrPlanLoad *load)
{
    if (!load)
        return;
    g_free(load->path);
    g_strfreev(load->profiles);
    g_strfreev(load->complain);
    g_free(load);
}

static GPtrArray *
array_of(gpointer free_func)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)free_func);
}

AmrPlanPart *
amr_plan_part_new(void)
{
    AmrPlanPart *part = g_new0(AmrPlanPart, 1);
    part->rules = array_of(amr_rule_free);
    part->stands = array_of(amr_rule_free);
    return part;
}

AmrPlanPart *
amr_plan_part_back(const AmrPlanPart *done)
{
    AmrPlanPart *part = amr_plan_part_new();

    part->profile = g_strdup(done->profile);
    part->local = g_strdup(done->local);
    part->reaches = g_strdupv(done->reaches);
    return part;
}

AmrPlan *
amr_plan_new(AmrPlanKind kind, gint64 made)
{
    AmrPlan *plan = g_new0(AmrPlan, 1);

    plan->kind = kind;
    plan->made = made;
    plan->id = g_strdup_printf("%08x%08x", g_random_int(), g_random_int());
    plan->parts = array_of(amr_plan_part_free);
    plan->files = array_of(amr_plan_file_free);
    plan->loads = array_of(amr_plan_load_free);
    plan->digests = array_of(g_free);
    plan->notes = array_of(g_free);
    plan->besides = array_of(g_free);
    return plan;
}

const char *
amr_plan_kind_word(AmrPlanKind kind)
{
    static const char *const words[] = {
        [AMR_PLAN_UNKNOWN] = "unknown", [AMR_PLAN_ADD] = "add",
        [AMR_PLAN_UNDO] = "undo",       [AMR_PLAN_RELOAD] = "reload",
        [AMR_PLAN_ENFORCE] = "enforce", [AMR_PLAN_COMPLAIN] = "complain",
        [AMR_PLAN_KILL] = "kill",       [AMR_PLAN_DISABLE] = "disable",
        [AMR_PLAN_ENABLE] = "enable",   [AMR_PLAN_COMPLAIN_FOR] = "complain-for",
        [AMR_PLAN_NEW] = "new",         [AMR_PLAN_STUB] = "stub"};
    return (gsize)kind < G_N_ELEMENTS(words) ? words[kind] : words[0];
}

const char *
amr_plan_kind_says(AmrPlanKind kind)
{
    switch (kind) {
    case AMR_PLAN_ENFORCE:
        return "enforce mode";
    case AMR_PLAN_COMPLAIN:
        return "complain mode";
    case AMR_PLAN_KILL:
        return "kill mode";
    case AMR_PLAN_DISABLE:
        return "disabled";
    case AMR_PLAN_ENABLE:
        return "enabled";
    case AMR_PLAN_COMPLAIN_FOR:
        return "complain mode in the kernel only";
    case AMR_PLAN_NEW:
        return "new profile, in complain mode";
    case AMR_PLAN_STUB:
        return "new stub, for user namespaces";
    default:
        return NULL;
    }
}

AmrPlanKind
amr_plan_kind_of_word(const char *word)
{
    for (AmrPlanKind kind = AMR_PLAN_ADD; kind < AMR_PLAN_KINDS; kind++) {
        if (strcmp(word, amr_plan_kind_word(kind)) == 0)
            return kind;
    }
    return AMR_PLAN_UNKNOWN;
}

AmrPlan *
amr_plan_begin(const AmrPlanContext *context, AmrPlanKind kind)
{
    AmrPlan *plan =
        amr_plan_new(kind, context->id ? context->made
                                       : amr_clock_now(amr_target_clock(context->target)));

    if (context->id) {
        g_free(plan->id);
        plan->id = g_strdup(context->id);
    }
    return plan;
}

void
amr_plan_free(AmrPlan *plan)
{
    if (!plan)
        return;
    g_free(plan->id);
    g_free(plan->undoes);
    g_ptr_array_unref(plan->parts);
    g_ptr_array_unref(plan->files);
    g_ptr_array_unref(plan->loads);
    g_ptr_array_unref(plan->digests);
    g_ptr_array_unref(plan->notes);
    g_ptr_array_unref(plan->besides);
    g_free(plan);
}

void
amr_plan_add_file(AmrPlan *plan, const char *path, GBytes *before, GBytes *after)
{
    AmrPlanFile *file = g_new0(AmrPlanFile, 1);

    file->path = g_strdup(path);
    file->before = before;
    file->after = after;
    g_ptr_array_add(plan->files, file);
}

const AmrPlanFile *
amr_plan_find_file(const AmrPlan *plan, const char *path)
{
    for (guint i = 0; i < plan->files->len; i++) {
        const AmrPlanFile *file = plan->files->pdata[i];
        if (strcmp(file->path, path) == 0)
            return file;
    }
    return NULL;
}

char **
amr_plan_lines(const AmrPlan *plan, const char *local)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        if (strcmp(part->local, local) != 0)
            continue;
        for (guint k = 0; k < part->rules->len; k++) {
            char *line = amr_rule_print(part->rules->pdata[k]);
            if (g_ptr_array_find_with_equal_func(lines, line, g_str_equal, NULL))
                g_free(line);
            else
                g_ptr_array_add(lines, line);
        }
    }
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&lines), FALSE);
}
