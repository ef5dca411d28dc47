/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/insert.h"

#include "core/base/error.h"
#include "core/base/text.h"

GBytes *
amr_insert_rules(const AmrIndex *index, const AmrBlock *block, const char *rules, GError **error)
{
    GBytes *bytes = amr_index_bytes(index, block->file);
    gsize size = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    if (!data || block->close >= size || data[block->close] != '}') {
        g_autofree char *shown = amr_display_string(block->file);
        amr_error_set(error, AMR_ERROR_REFUSED, "%s line %u: The profile is not whole", shown,
                      block->line);
        return NULL;
    }
    GString *with = g_string_new_len(data, (gssize)block->close);
    g_string_append_printf(with, "\n  %s\n", rules);
    g_string_append_len(with, data + block->close, (gssize)(size - block->close));
    return g_string_free_to_bytes(with);
}
