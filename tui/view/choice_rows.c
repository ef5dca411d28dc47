/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which items of a choice are shown: what is answered by one rule made for many is one row. */
#include "config.h"

#include "tui/view/choice.h"

/* Equal for what is one row; NULL for an item that is one by itself. */
static char *
row_key(const TuiChoiceItem *item)
{
    const GPtrArray *candidates = item->proposal->candidates;
    const AmrCandidate *candidate =
        item->chosen < candidates->len ? candidates->pdata[item->chosen] : NULL;

    if (item->proposal->no_rule || !candidate || !candidate->together)
        return NULL;
    g_autoptr(AmrRule) rule = tui_choice_rule(item);
    g_autofree char *shared = amr_rule_print(candidate->rule);
    g_autofree char *printed = rule ? amr_rule_print(rule) : NULL;
    return g_strdup_printf("%s\n%s\n%s", item->proposal->profile, shared, printed ? printed : "");
}

void
tui_choice_set_rows(TuiChoice *choice)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    g_ptr_array_set_size(choice->rows, 0);
    for (guint i = 0; i < choice->items->len; i++) {
        TuiChoiceItem *item = choice->items->pdata[i];
        char *key = row_key(item);
        const TuiChoiceItem *first = key ? g_hash_table_lookup(seen, key) : NULL;
        item->row = first ? first->row : choice->rows->len;
        if (!first)
            g_ptr_array_add(choice->rows, item);
        if (key && !first)
            g_hash_table_insert(seen, key, item);
        else
            g_free(key);
    }
}

guint
tui_choice_row_size(const TuiChoice *choice, const TuiChoiceItem *item)
{
    guint size = 0;
    for (guint i = 0; i < choice->items->len; i++)
        size += ((const TuiChoiceItem *)choice->items->pdata[i])->row == item->row;
    return size;
}

guint
tui_choice_row(const TuiChoice *choice, const TuiPick *pick)
{
    for (guint i = 0; i < choice->items->len; i++) {
        const TuiChoiceItem *item = choice->items->pdata[i];
        if (item->pick == pick)
            return item->row;
    }
    return 0;
}
