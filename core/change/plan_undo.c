/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a change that was carried out to the plan that takes it back. */
#include <string.h>

#include "core/base/error.h"
#include "core/change/claims.h"
#include "core/change/newprofile.h"
#include "core/change/plan_private.h"

/* Where an undo is made. */
typedef struct {
    const AmrPlanContext *context;
    const AmrPlan *done;
    AmrPlan *plan;
    AmrClaims *claims;
} Maker;

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

/* ---- local files -------------------------------------------------------------------------------
 */

/* A rule of the change is taken away or stays. */
static void
take_rule(const Maker *maker, AmrPlanPart *part, const AmrRule *rule, gboolean handed)
{
    g_autofree char *line = amr_rule_print(rule);
    const char *heir = amr_claims_heir(maker->claims, part->local, line);

    if (heir)
        g_ptr_array_add(part->stands, amr_rule_copy(rule));
    else if (!handed || amr_claims_is_handed(maker->claims, part->local, line))
        g_ptr_array_add(part->rules, amr_rule_copy(rule));
}

static AmrPlanPart *
undo_part(const Maker *maker, const AmrPlanPart *done)
{
    AmrPlanPart *part = amr_plan_part_back(done);

    for (guint i = 0; i < done->rules->len; i++)
        take_rule(maker, part, done->rules->pdata[i], FALSE);
    for (guint i = 0; i < done->stands->len; i++)
        take_rule(maker, part, done->stands->pdata[i], TRUE);
    return part;
}

/* The lines of @local that the change has from others that were undone since. */
static char **
handed_lines(const Maker *maker, const char *local)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < maker->done->parts->len; i++) {
        const AmrPlanPart *part = maker->done->parts->pdata[i];
        for (guint k = 0; strcmp(part->local, local) == 0 && k < part->stands->len; k++) {
            char *line = amr_rule_print(part->stands->pdata[k]);
            if (amr_claims_is_handed(maker->claims, local, line) &&
                !g_ptr_array_find_with_equal_func(lines, line, g_str_equal, NULL))
                g_ptr_array_add(lines, line);
            else
                g_free(line);
        }
    }
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&lines), FALSE);
}

/* For each line the change that needs it, and a word on it; how many there are. */
static guint
find_heirs(const Maker *maker, const char *local, char *const *lines, GPtrArray *heirs)
{
    g_autofree char *file = amr_display_string(local);
    guint n = 0;

    for (guint i = 0; lines[i]; i++) {
        const char *heir = amr_claims_heir(maker->claims, local, lines[i]);
        g_autofree char *shown = amr_display_string(lines[i]);

        g_ptr_array_add(heirs, (gpointer)heir);
        if (!heir)
            continue;
        amr_plan_note(maker->plan, "It stays in %s, for change %s needs it too: %s", file, heir,
                      shown);
        n++;
    }
    return n;
}

/* What a local file holds when the change is taken out of it. @file is NULL where the change wrote
 * nothing to it. */
static GBytes *
local_without(const Maker *maker, const char *local, const AmrPlanFile *file, GBytes *now,
              GError **error)
{
    g_auto(GStrv) lines = amr_plan_lines(maker->done, local);
    g_auto(GStrv) handed = handed_lines(maker, local);
    g_autoptr(GPtrArray) heirs = g_ptr_array_new();
    g_autoptr(GArray) later = amr_claims_later(maker->claims, local);
    guint stay = find_heirs(maker, local, lines, heirs);
    AmrLocalRemoval what = {.id = maker->done->id};
    g_autoptr(GBytes) without = NULL;

    stay += find_heirs(maker, local, handed, heirs);
    if (file && !stay && !handed[0] && !later->len && g_bytes_equal(now, file->after))
        return file->before ? g_bytes_ref(file->before) : empty();
    what.lines = (const char *const *)lines;
    what.handed = (const char *const *)handed;
    what.heirs = (const char *const *)heirs->pdata;
    what.later = (const AmrLocalOwner *)(gpointer)later->data;
    what.n_later = later->len;
    what.depth = amr_plan_rules_depth(local);
    without = amr_localfile_remove(now, &what, error);
    return without ? amr_claims_unended(maker->claims, local, without) : NULL;
}

gboolean
amr_plan_read_there(const AmrTarget *target, const char *path, GBytes **bytes, GError **error)
{
    g_autofree char *shown = amr_display_string(path);

    if (!amr_plan_may_write(target, path, error) || !amr_plan_read(target, path, bytes, error))
        return FALSE;
    return *bytes || amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                                   "%s: It is not there any more", shown);
}

/* @file is NULL where the change wrote nothing to it. */
static gboolean
undo_local(const Maker *maker, const char *local, const AmrPlanFile *file, GError **error)
{
    g_autoptr(GBytes) now = NULL;
    GBytes *after;

    if (!amr_plan_read_there(maker->context->target, local, &now, error))
        return FALSE;
    after = local_without(maker, local, file, now, error);
    if (!after) {
        g_autofree char *shown = amr_display_string(local);
        g_prefix_error(error, "%s: ", shown);
        return FALSE;
    }
    amr_plan_add_digest(maker->plan, local, now);
    if (g_bytes_equal(now, after))
        g_bytes_unref(after);
    else
        amr_plan_add_file(maker->plan, local, g_steal_pointer(&now), after);
    return TRUE;
}

/* Local files that the change wrote nothing to, and that hold what was handed to it. */
static gboolean
undo_handed(const Maker *maker, GError **error)
{
    for (guint i = 0; i < maker->done->parts->len; i++) {
        const char *local = ((AmrPlanPart *)maker->done->parts->pdata[i])->local;
        g_auto(GStrv) handed = handed_lines(maker, local);

        if (handed[0] && !amr_plan_find_file(maker->done, local) &&
            !amr_plan_find_file(maker->plan, local) && !undo_local(maker, local, NULL, error))
            return FALSE;
    }
    return TRUE;
}

/* The file that includes goes first: no moment in which an include names what was never there. */
static gboolean
undo_files(const Maker *maker, GError **error)
{
    AmrPlan *plan = maker->plan;

    for (guint i = 0; i < maker->done->files->len; i++) {
        const AmrPlanFile *file = maker->done->files->pdata[i];
        if (is_local(maker->done, file->path) && !undo_local(maker, file->path, file, error))
            return FALSE;
    }
    if (!undo_handed(maker, error) ||
        !amr_plan_undo_includes(plan, maker->context, maker->claims, maker->done, error))
        return FALSE;
    for (guint i = 0; i < plan->files->len / 2; i++) {
        gpointer *a = &plan->files->pdata[i];
        gpointer *b = &plan->files->pdata[plan->files->len - 1 - i];
        gpointer swap = *a;
        *a = *b;
        *b = swap;
    }
    return TRUE;
}

/* Rules that later changes gave a child that this undo takes away: they stay, and nobody includes
 * them. */
static gboolean
note_orphans(const Maker *maker, GError **error)
{
    for (guint i = 0; i < maker->plan->parts->len; i++) {
        const AmrPlanPart *part = maker->plan->parts->pdata[i];
        for (guint k = 0; k < part->rules->len; k++) {
            const AmrRule *rule = part->rules->pdata[k];
            const char *local = rule->kind == AMR_RULE_CHILD ? rule->child.local : NULL;
            const AmrPlanFile *file = local ? amr_plan_find_file(maker->plan, local) : NULL;
            g_autoptr(GBytes) holds = file ? g_bytes_ref(file->after) : NULL;
            g_autofree char *shown = amr_display_string(local);
            if (local && !file && !amr_plan_read(maker->context->target, local, &holds, error))
                return FALSE;
            if (holds && g_bytes_get_size(holds))
                amr_plan_note(maker->plan,
                              "%s holds rules of later changes: without the child "
                              "nobody includes them",
                              shown);
        }
    }
    return TRUE;
}

static gboolean
undo_loads(const AmrPlanContext *context, const AmrPlan *done, AmrPlan *plan, GError **error)
{
    for (guint i = 0; i < plan->files->len; i++) {
        const AmrPlanFile *file = plan->files->pdata[i];
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

static void
say_nothing_left(const AmrPlan *done, const AmrPlan *plan, GError **error)
{
    amr_error_set(error, AMR_ERROR_NOTHING_TO_DO, "Nothing of change %s %s%s%s", done->id,
                  plan->notes->len ? "can be taken back" : "is left to take back",
                  plan->notes->len ? ": " : "",
                  plan->notes->len ? (char *)plan->notes->pdata[0] : "");
}

static gboolean
undo_rules(Maker *maker, GError **error)
{
    maker->claims = amr_claims_new(maker->context->history, maker->done, maker->plan->notes, error);
    if (!maker->claims)
        return FALSE;
    for (guint i = 0; i < maker->done->parts->len; i++)
        g_ptr_array_add(maker->plan->parts, undo_part(maker, maker->done->parts->pdata[i]));
    return undo_files(maker, error) && note_orphans(maker, error);
}

AmrPlan *
amr_plan_undo(const AmrPlanContext *context, const AmrPlan *done, GError **error)
{
    g_autoptr(AmrPlan) plan = amr_plan_begin(context, AMR_PLAN_UNDO);
    Maker maker = {context, done, plan, NULL};
    gboolean ok;

    if (done->kind == AMR_PLAN_UNDO || done->kind == AMR_PLAN_RELOAD) {
        amr_error_set(error, AMR_ERROR_REFUSED,
                      done->kind == AMR_PLAN_RELOAD
                          ? "Change %s only loaded what was on disk, and wrote nothing"
                          : "Change %s took another one back; to have its rules again, apply them",
                      done->id);
        return NULL;
    }
    plan->undoes = g_strdup(done->id);
    ok = done->kind == AMR_PLAN_ADD ? undo_rules(&maker, error)
         : done->kind == AMR_PLAN_NEW || done->kind == AMR_PLAN_STUB
             ? amr_plan_undo_new(plan, context, done, error)
             : amr_plan_undo_mode(plan, context, done, error);
    g_clear_pointer(&maker.claims, amr_claims_free);
    if (!ok || (done->kind == AMR_PLAN_COMPLAIN_FOR && !amr_plan_may_end(context, done, error)))
        return NULL;
    if (plan->files->len == 0 && done->kind != AMR_PLAN_COMPLAIN_FOR) {
        say_nothing_left(done, plan, error);
        return NULL;
    }
    return undo_loads(context, done, plan, error) ? g_steal_pointer(&plan) : NULL;
}
