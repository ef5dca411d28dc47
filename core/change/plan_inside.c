/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules into the text of a profile that we made, in place of its local include. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/localfile.h"
#include "core/change/newprofile.h"
#include "core/change/plan_private.h"

gboolean
amr_plan_goes_inside(const AmrPlanContext *context, const AmrBlock *block)
{
    return !block->parent && !strchr(block->file, '/') &&
           amr_new_change(context->history, block->file);
}

GBytes *
amr_plan_read_as_indexed(const AmrPlanContext *context, const char *path, GError **error)
{
    GBytes *read = amr_index_bytes(context->index, path);
    g_autofree char *shown = amr_display_string(path);
    g_autoptr(GBytes) now = NULL;

    if (!amr_plan_read(context->target, path, &now, error))
        return NULL;
    if (now && read && g_bytes_equal(now, read))
        return g_steal_pointer(&now);
    amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH, "%s: It changed since the policy was read",
                  shown);
    return NULL;
}

/* Where the line @line begins. */
static gsize
offset_of_line(GBytes *bytes, guint line)
{
    gsize len, at = 0;
    const char *data = g_bytes_get_data(bytes, &len);

    for (guint n = 1; n < line && at < len; at++)
        n += data[at] == '\n';
    return at;
}

GBytes *
amr_plan_inside(const AmrPlanContext *context, const AmrPlan *plan, const AmrPlanPart *part,
                GBytes **before, GError **error)
{
    const AmrIndex *index = context->index;
    const AmrBlock *block = amr_index_find_typed(index, part->profile);
    g_auto(GStrv) lines = amr_plan_lines(plan, part->local);
    g_autoptr(GBytes) now = amr_plan_read_as_indexed(context, part->local, error);
    g_autofree char *name = NULL;
    AmrLocal local;
    GBytes *after;
    gsize offset;

    if (!now || !amr_index_place_include(index, block, &offset, &name, error))
        return NULL;
    if (amr_index_local(index, block, &local) && local.depth == 0 && local.line > block->line)
        offset = offset_of_line(now, local.line);
    after = amr_localfile_insert(now, block->open, offset, (const char *const *)lines, plan->id,
                                 plan->made, context->comments);
    *before = g_steal_pointer(&now);
    return after;
}
