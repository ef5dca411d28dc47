/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a mode that a change set back to what was before. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/plan_header.h"

/* The nth block of @items: its name behind those of the blocks around it. */
static char *
path_of(const GArray *items, guint n)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint i = 0; i <= n; i++) {
        const AmrScanItem *item = amr_header_item(items, i);
        if (item->kind == AMR_SCAN_BLOCK)
            g_ptr_array_add(names, item->name);
        else if (item->kind == AMR_SCAN_CLOSE && names->len)
            g_ptr_array_set_size(names, (gint)names->len - 1);
    }
    g_ptr_array_add(names, NULL);
    return g_strjoinv("//", (char **)names->pdata);
}

/* The block of @items of that name; one of two is none. */
static const AmrScanItem *
find_block(const GArray *items, const char *path, guint *n)
{
    const AmrScanItem *found = NULL;

    for (guint i = 0; i < items->len; i++) {
        g_autofree char *name =
            amr_header_item(items, i)->kind == AMR_SCAN_BLOCK ? path_of(items, i) : NULL;
        if (!name || strcmp(name, path) != 0)
            continue;
        if (found)
            return NULL;
        found = amr_header_item(items, i);
        *n = i;
    }
    return found;
}

static gboolean
refuse_undo(const char *file, const char *path, const char *was, const char *became,
            const AmrScanItem *is, GError **error)
{
    g_autofree char *name = amr_display_string(path);
    g_autofree char *flags_were = amr_display_string(was);
    g_autofree char *flags_became = amr_display_string(became);
    g_autofree char *flags_are = amr_display_string(is ? is->flags : NULL);

    if (!is)
        return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                             "%s: It defines no \"%s\" any more, or more than one", file, name);
    return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                         "%s: The flags of \"%s\" are not what the change made of them: they were "
                         "(%s), became (%s), are (%s) now",
                         file, name, flags_were, flags_became, flags_are);
}

/* Those headers that @done wrote in @file, as they were before it, if they are as it left them. */
static gboolean
undo_file(const AmrHeaderMaker *maker, const AmrPlanFile *file, GError **error)
{
    AmrHeaderEdit *edit = amr_header_find(maker, file->path, error);
    g_autoptr(GArray) before = edit ? amr_header_scan(file->before) : NULL;
    g_autoptr(GArray) after = edit ? amr_header_scan(file->after) : NULL;
    g_autofree char *shown = amr_display_string(file->path);

    if (edit && g_bytes_equal(edit->before, file->after)) {
        edit->whole = file->before;
        return TRUE;
    }
    for (guint i = 0; edit && i < before->len && i < after->len; i++) {
        const AmrScanItem *was = amr_header_item(before, i), *became = amr_header_item(after, i);
        const AmrScanItem *is;
        g_autofree char *path = NULL;
        guint n;
        if (was->kind != AMR_SCAN_BLOCK || strcmp(was->flags, became->flags) == 0)
            continue;
        path = path_of(before, i);
        is = find_block(edit->items, path, &n);
        if (!is || strcmp(is->flags, became->flags) != 0)
            return refuse_undo(shown, path, was->flags, became->flags, is, error);
        amr_header_set_flags(edit, n, g_strdup(was->flags));
    }
    return edit != NULL;
}

gboolean
amr_plan_undo_mode(AmrPlan *plan, const AmrPlanContext *context, const AmrPlan *done,
                   GError **error)
{
    g_autoptr(GPtrArray) edits = g_ptr_array_new_with_free_func(amr_header_edit_free);
    const AmrHeaderMaker maker = {context, plan, edits};

    for (guint i = 0; i < done->parts->len; i++)
        g_ptr_array_add(plan->parts, amr_plan_part_back(done->parts->pdata[i]));
    for (guint i = 0; i < done->files->len; i++) {
        const AmrPlanFile *file = done->files->pdata[i];
        if (amr_plan_is_link(file->path) ? !amr_plan_undo_link(plan, context, file, error)
                                         : !undo_file(&maker, file, error))
            return FALSE;
    }
    return amr_header_take(&maker, error);
}
