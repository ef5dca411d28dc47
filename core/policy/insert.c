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

char *
amr_insert_preamble(const AmrIndex *index, const char *file)
{
    GBytes *bytes = amr_index_bytes(index, file);
    gsize size;
    const char *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;

    if (!bytes)
        return NULL;
    for (guint i = 0; i < amr_index_count(index); i++) {
        const AmrBlock *block = amr_index_block(index, i);
        if (g_str_equal(block->file, file))
            size = MIN(size, block->header);
    }
    return g_strndup(data ? data : "", size);
}
