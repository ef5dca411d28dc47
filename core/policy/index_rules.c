/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of a block that grant, read out of the bytes when they are asked for, and the includes
 * through which a file comes into it. */
#include "config.h"

#include <string.h>

#include "core/policy/index_private.h"
#include "core/policy/rule_text.h"

static void
clear_rule(gpointer data)
{
    g_free(((AmrIndexRule *)data)->text);
}

char *
amr_index_rule_text(const IndexFile *file, const AmrScanItem *item)
{
    const char *data = g_bytes_get_data(file->bytes, NULL);
    g_autofree char *text =
        amr_rule_text_fold((AmrBytes){data + item->header, item->close - item->header});

    const char *bare = amr_rule_text_bare(text);

    if (!item->owner || g_str_has_prefix(bare, "owner "))
        return g_steal_pointer(&text);
    return g_strdup_printf("%.*sowner %s", (int)(bare - text), text, bare);
}

/* Of the items of one file those at the top, or of the block that opens at @open. */
static void
add_rules(GArray *rules, const IndexFile *file, gboolean within, gsize open)
{
    gsize size = 0;
    const char *data = file->bytes ? g_bytes_get_data(file->bytes, &size) : NULL;
    g_autoptr(GArray) items = amr_scan_rules((AmrBytes){data, size});
    gboolean inside = !within;
    guint depth = 0;

    for (guint i = 0; i < items->len; i++) {
        const AmrScanItem *item = &g_array_index(items, AmrScanItem, i);
        if (!inside) {
            inside = item->kind == AMR_SCAN_BLOCK && item->open == open;
            continue;
        }
        if (item->kind == AMR_SCAN_CLOSE && depth == 0 && within)
            return;
        if (item->kind == AMR_SCAN_BLOCK)
            depth++;
        else if (item->kind == AMR_SCAN_CLOSE)
            depth -= depth > 0;
        else if (item->kind == AMR_SCAN_RULE && depth == 0 && !item->conditional) {
            AmrIndexRule rule = {file->name, item->line, amr_index_rule_text(file, item)};
            g_array_append_val(rules, rule);
        }
    }
}

GArray *
amr_index_grants(const AmrBlock *block)
{
    const IndexBlock *inner = (const IndexBlock *)block;
    GArray *rules = g_array_new(FALSE, FALSE, sizeof(AmrIndexRule));

    g_array_set_clear_func(rules, clear_rule);
    add_rules(rules, inner->file, TRUE, block->open);
    for (guint i = 0; i < inner->uses->len; i++) {
        const IndexUse *use = &g_array_index(inner->uses, IndexUse, i);
        if (use->file != inner->file)
            add_rules(rules, use->file, FALSE, 0);
    }
    return rules;
}

GArray *
amr_index_chain(const AmrBlock *block, const char *file)
{
    const IndexBlock *inner = (const IndexBlock *)block;
    GArray *chain = g_array_new(FALSE, FALSE, sizeof(AmrLocal));

    for (guint steps = 0; steps < inner->uses->len && strcmp(file, inner->file->name) != 0;
         steps++) {
        const IndexUse *use = NULL;
        for (guint i = 0; !use && i < inner->uses->len; i++) {
            const IndexUse *one = &g_array_index(inner->uses, IndexUse, i);
            if (strcmp(one->file->name, file) == 0)
                use = one;
        }
        if (!use)
            break;
        AmrLocal step = {use->file->name, use->from->name, use->line,
                         use->depth,      use->if_exists,  use->file->exists};
        g_array_append_val(chain, step);
        file = use->from->name;
    }
    return chain;
}
