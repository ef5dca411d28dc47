/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/propose.h"

/* Both say how the same thing may be accessed, and nothing else distinguishes them. An exec rule
 * and a rule without exec stay two: each reads as one decision. */
static gboolean
may_merge(const AmrRule *a, const AmrRule *b)
{
    return a->kind == AMR_RULE_FILE && b->kind == AMR_RULE_FILE && !a->audit == !b->audit &&
           !a->deny == !b->deny && !a->owner == !b->owner && a->file.exec == b->file.exec &&
           g_strcmp0(a->file.target, b->file.target) == 0 &&
           g_strcmp0(a->file.pattern, b->file.pattern) == 0;
}

static char *
merge_key(const AmrRule *rule)
{
    if (rule->kind != AMR_RULE_FILE)
        return amr_rule_print(rule);
    return g_strdup_printf("%d%d%d %d %s -> %s", !rule->audit, !rule->deny, !rule->owner,
                           rule->file.exec, rule->file.pattern,
                           rule->file.target ? rule->file.target : "");
}

void
amr_rules_merge(GPtrArray *rules)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint i = 0;
    while (i < rules->len) {
        AmrRule *rule = rules->pdata[i];
        g_autofree char *key = merge_key(rule);
        AmrRule *first = g_hash_table_lookup(seen, key);
        if (!first) {
            g_hash_table_insert(seen, g_steal_pointer(&key), rule);
            i++;
            continue;
        }
        if (may_merge(first, rule)) {
            first->file.access |= rule->file.access;
            if (first->file.access & AMR_ACCESS_WRITE)
                first->file.access &= ~(guint)AMR_ACCESS_APPEND;
        } else if (!amr_rule_equal(first, rule)) {
            i++;
            continue;
        }
        g_ptr_array_remove_index(rules, i);
    }
}
