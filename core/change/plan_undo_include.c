/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The includes of local files, when a change is taken back. */
#include <string.h>

#include "core/base/error.h"
#include "core/change/claims.h"
#include "core/change/plan_private.h"

typedef struct {
    const AmrPlanContext *context;
    const AmrPlan *done;
    AmrPlan *plan;
} Maker;

/* Whether @local, as the undo leaves it, holds nothing that was written since @adder put its
 * include into a profile. */
static gboolean
serves_nobody(const Maker *maker, const AmrPlan *adder, const char *local, gboolean *nobody,
              GError **error)
{
    const AmrPlanFile *was = amr_plan_find_file(adder, local);
    const AmrPlanFile *will = amr_plan_find_file(maker->plan, local);
    g_autoptr(GBytes) holds = will ? g_bytes_ref(will->after) : NULL;

    if (!will && !amr_plan_read(maker->context->target, local, &holds, error))
        return FALSE;
    *nobody = !holds || g_bytes_get_size(holds) == 0 ||
              (was && was->before && g_bytes_equal(holds, was->before));
    return TRUE;
}

/* How many local files @adder includes in @path. */
static guint
count_includes(const AmrPlan *adder, const char *path)
{
    guint n = 0;

    for (guint i = 0; i < adder->parts->len; i++) {
        const AmrPlanPart *part = adder->parts->pdata[i];
        gboolean again = FALSE;
        for (guint k = 0; k < i && !again; k++)
            again = strcmp(((AmrPlanPart *)adder->parts->pdata[k])->local, part->local) == 0;
        n += !again && g_strcmp0(part->include_in, path) == 0;
    }
    return n;
}

/* @now without the include of @local that @adder put into @path. */
static GBytes *
without(const AmrPlan *adder, const char *path, const char *local, GBytes *now, GError **error)
{
    const AmrPlanFile *file = amr_plan_find_file(adder, path);
    gboolean known = file && file->before && file->after;

    if (known && g_bytes_equal(now, file->after) && count_includes(adder, path) == 1)
        return g_bytes_ref(file->before);
    return amr_localfile_remove_include(
        now, local, known && amr_localfile_include_parts(file->before, file->after, local), error);
}

/* The file that the plan is to write: the one that it writes already, or a new one that is as it is
 * on disk. */
static AmrPlanFile *
find_or_read(const Maker *maker, const char *path, GError **error)
{
    AmrPlan *plan = maker->plan;
    GBytes *now = NULL;

    for (guint i = 0; i < plan->files->len; i++) {
        AmrPlanFile *file = plan->files->pdata[i];
        if (strcmp(file->path, path) == 0)
            return file;
    }
    if (!amr_plan_read_there(maker->context->target, path, &now, error))
        return NULL;
    amr_plan_add_digest(plan, path, now);
    amr_plan_add_file(plan, path, now, g_bytes_ref(now));
    return plan->files->pdata[plan->files->len - 1];
}

static void
set_included_in(const Maker *maker, const char *local, const char *path)
{
    for (guint i = 0; i < maker->plan->parts->len; i++) {
        AmrPlanPart *part = maker->plan->parts->pdata[i];
        if (strcmp(part->local, local) != 0)
            continue;
        g_free(part->include_in);
        part->include_in = g_strdup(path);
    }
}

/* An include that was left by a change undone before may be gone since; that is nobody's loss. */
static gboolean
take_out(const Maker *maker, const AmrPlan *adder, const char *local, GError **error)
{
    const char *path = amr_plan_included_in(adder, local);
    g_autofree char *shown = amr_display_string(local);
    g_autoptr(GError) problem = NULL;
    AmrPlanFile *file = find_or_read(maker, path, &problem);
    GBytes *after = file ? without(adder, path, local, file->after, &problem) : NULL;

    if (after) {
        g_bytes_unref(file->after);
        file->after = after;
        set_included_in(maker, local, path);
        if (adder != maker->done)
            amr_plan_note(
                maker->plan,
                "The include of %s goes too: change %s had added it, and nothing needs it "
                "any more",
                shown, adder->id);
        return TRUE;
    }
    if (adder != maker->done && g_error_matches(problem, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH))
        return TRUE;
    if (file) {
        g_autofree char *where = amr_display_string(path);
        g_prefix_error(&problem, "%s: ", where);
    }
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

static gboolean
undo_include(const Maker *maker, const AmrClaims *claims, const char *local, GError **error)
{
    gboolean own = amr_plan_included_in(maker->done, local) != NULL;
    const AmrPlan *adder = own ? maker->done : amr_claims_left_include(claims, local);
    g_autofree char *shown = amr_display_string(local);
    gboolean nobody;

    if (!adder)
        return TRUE;
    if (!serves_nobody(maker, adder, local, &nobody, error))
        return FALSE;
    if (nobody)
        return take_out(maker, adder, local, error);
    if (own)
        amr_plan_note(maker->plan, "The include of %s stays: other rules were written there since",
                      shown);
    return TRUE;
}

/* Files that were read in vain: nothing of them changes. */
static void
drop_unchanged(AmrPlan *plan)
{
    for (guint i = plan->files->len; i-- > 0;) {
        const AmrPlanFile *file = plan->files->pdata[i];
        if (g_bytes_equal(file->before, file->after))
            g_ptr_array_remove_index(plan->files, i);
    }
}

gboolean
amr_plan_undo_includes(AmrPlan *plan, const AmrPlanContext *context, const AmrClaims *claims,
                       const AmrPlan *done, GError **error)
{
    Maker maker = {context, done, plan};

    for (guint i = 0; i < done->parts->len; i++) {
        const char *local = ((AmrPlanPart *)done->parts->pdata[i])->local;
        gboolean again = FALSE;
        for (guint k = 0; k < i && !again; k++)
            again = strcmp(((AmrPlanPart *)done->parts->pdata[k])->local, local) == 0;
        if (!again && !undo_include(&maker, claims, local, error))
            return FALSE;
    }
    drop_unchanged(plan);
    return TRUE;
}
