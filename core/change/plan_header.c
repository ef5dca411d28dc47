/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of policy whose headers a plan changes. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"
#include "core/change/flags.h"
#include "core/change/plan_header.h"

void
amr_header_edit_free(gpointer data)
{
    AmrHeaderEdit *edit = data;
    g_free(edit->path);
    g_clear_pointer(&edit->before, g_bytes_unref);
    g_clear_pointer(&edit->items, g_array_unref);
    g_clear_pointer(&edit->flags, g_ptr_array_unref);
    g_free(edit);
}

GArray *
amr_header_scan(GBytes *bytes)
{
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);

    return amr_scan_file((AmrBytes){data, len});
}

const AmrScanItem *
amr_header_item(const GArray *items, guint n)
{
    return &g_array_index(items, AmrScanItem, n);
}

AmrHeaderEdit *
amr_header_find(const AmrHeaderMaker *maker, const char *path, GError **error)
{
    g_autoptr(GBytes) before = NULL;
    AmrHeaderEdit *edit;

    for (guint i = 0; i < maker->edits->len; i++) {
        edit = maker->edits->pdata[i];
        if (strcmp(edit->path, path) == 0)
            return edit;
    }
    if (!amr_plan_may_write(maker->context->target, path, error) ||
        !amr_plan_read_there(maker->context->target, path, &before, error))
        return NULL;
    edit = g_new0(AmrHeaderEdit, 1);
    edit->path = g_strdup(path);
    edit->items = amr_header_scan(before);
    edit->before = g_steal_pointer(&before);
    edit->flags = g_ptr_array_new_full(edit->items->len, g_free);
    g_ptr_array_set_size(edit->flags, (gint)edit->items->len);
    g_ptr_array_add(maker->edits, edit);
    return edit;
}

void
amr_header_set_flags(const AmrHeaderEdit *edit, guint n, char *flags)
{
    g_free(edit->flags->pdata[n]);
    edit->flags->pdata[n] = flags;
}

/* The file with its new headers; NULL where none of them changes. */
static GBytes *
edited(const AmrHeaderEdit *edit)
{
    gsize len, at = 0;
    const char *data = g_bytes_get_data(edit->before, &len);
    GString *out;

    if (edit->whole)
        return g_bytes_ref(edit->whole);
    out = g_string_new(NULL);
    for (guint i = 0; i < edit->items->len; i++) {
        const AmrScanItem *item = amr_header_item(edit->items, i);
        const char *flags = edit->flags->pdata[i];
        if (flags && strcmp(flags, item->flags) != 0)
            amr_flags_append_header(out, data, &at, item, flags);
    }
    if (at == 0) {
        g_string_free(out, TRUE);
        return NULL;
    }
    g_string_append_len(out, data + at, (gssize)(len - at));
    return g_string_free_to_bytes(out);
}

gboolean
amr_header_take(const AmrHeaderMaker *maker, GError **error)
{
    for (guint i = 0; i < maker->edits->len; i++) {
        const AmrHeaderEdit *edit = maker->edits->pdata[i];
        GBytes *after = edited(edit);
        g_autofree char *shown = amr_display_string(edit->path);
        amr_plan_add_digest(maker->plan, edit->path, edit->before);
        if (!after)
            continue;
        amr_plan_add_file(maker->plan, edit->path, g_bytes_ref(edit->before), after);
        if (g_bytes_get_size(after) > AMR_FS_POLICY_MAX)
            return amr_error_set(error, AMR_ERROR_LIMIT, "%s: It would be larger than 1 MiB",
                                 shown);
    }
    return TRUE;
}
