/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules that differ in one thing only, as one rule that says exactly what they say together:
 * accesses side by side, capabilities and signals in a list, names in braces.
 */
#include <string.h>

#include "core/policy/propose.h"

/* Names in one list. */
#define NAMES_MAX 12

/* In what rules may differ; tried in this order. AMR_TERM_NONE: in their access, or capabilities.
 */
static const AmrTerm differing[] = {AMR_TERM_NONE, AMR_TERM_SET, AMR_TERM_MEMBER,
                                    AMR_TERM_PEER_LABEL};
#define NOTHING AMR_TERM_COUNT

static gboolean
has_terms(const AmrRule *rule)
{
    switch (rule->kind) {
    case AMR_RULE_NETWORK:
    case AMR_RULE_UNIX:
    case AMR_RULE_DBUS:
    case AMR_RULE_SIGNAL:
    case AMR_RULE_PTRACE:
    case AMR_RULE_MQUEUE:
        return TRUE;
    default:
        return FALSE;
    }
}

/* An exec rule and a rule without exec stay two: each reads as one decision. */
static char *
file_key(const AmrRule *rule)
{
    return g_strdup_printf("%d%d%d %d %s -> %s", !rule->audit, !rule->deny, !rule->owner,
                           rule->file.exec, rule->file.pattern,
                           rule->file.target ? rule->file.target : "");
}

/* A name that stands for itself, and in braces does so too. */
static gboolean
may_be_listed(const char *value)
{
    g_autofree char *literal = amr_rule_literal(value);
    return literal && *literal && !strchr(literal, ',') && literal[strlen(literal) - 1] != '\\' &&
           *literal != '@';
}

/* All that the rule says but for what may differ; NULL where it has nothing of it. */
static char *
key_without(const AmrRule *rule, AmrTerm term)
{
    if (rule->kind == AMR_RULE_FILE)
        return term ? NULL : file_key(rule);
    if (rule->kind == AMR_RULE_CAPABILITY && !term && rule->capability.names)
        return g_strdup_printf("capability %d%d", !rule->audit, !rule->deny);
    if (!has_terms(rule) || (term ? !rule->terms.value[term] : !rule->terms.access))
        return NULL;
    if (term && term != AMR_TERM_SET && !may_be_listed(rule->terms.value[term]))
        return NULL;
    g_autoptr(AmrRule) copy = amr_rule_copy(rule);
    if (term)
        amr_rule_set(copy, term, NULL);
    else
        g_clear_pointer(&copy->terms.access, g_strfreev);
    return amr_rule_print(copy);
}

static int
compare_words(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once; the caller frees. */
static char **
join_words(char **a, char **b)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    GPtrArray *words = g_ptr_array_new();
    for (char **word = a; *word; word++)
        g_ptr_array_add(all, *word);
    for (char **word = b; *word; word++)
        g_ptr_array_add(all, *word);
    g_ptr_array_sort(all, compare_words);
    for (guint i = 0; i < all->len; i++)
        if (i == 0 || strcmp(all->pdata[i], all->pdata[i - 1]) != 0)
            g_ptr_array_add(words, g_strdup(all->pdata[i]));
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

static void
replace_words(char ***to, char **from)
{
    char **joined = join_words(*to, from);
    g_strfreev(*to);
    *to = joined;
}

/* Access, capabilities, signals. */
static void
join_lists(AmrRule *first, const AmrRule *rule, AmrTerm term)
{
    if (rule->kind == AMR_RULE_FILE) {
        first->file.access |= rule->file.access;
        if (first->file.access & AMR_ACCESS_WRITE)
            first->file.access &= ~(guint)AMR_ACCESS_APPEND;
    } else if (rule->kind == AMR_RULE_CAPABILITY) {
        replace_words(&first->capability.names, rule->capability.names);
    } else if (!term) {
        replace_words(&first->terms.access, rule->terms.access);
    } else {
        g_autofree char *both =
            g_strconcat(first->terms.value[term], " ", rule->terms.value[term], NULL);
        amr_rule_set_list(first, term, both);
    }
}

/* @n rules that differ in a name: it becomes the list of them in the first one. */
static void
join_names(AmrRule **rules, guint n, AmrTerm term)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autoptr(GString) list = g_string_new("{");

    for (guint i = 0; i < n; i++)
        g_ptr_array_add(names, rules[i]->terms.value[term]);
    g_ptr_array_sort(names, compare_words);
    for (guint i = 0; i < n; i++)
        g_string_append_printf(list, "%s%s", i ? "," : "", (const char *)names->pdata[i]);
    g_string_append_c(list, '}');
    amr_rule_set(rules[0], term, list->str);
}

/* @same (AmrRule) are equal but for @term. The first of them, of names the first of each lot, takes
 * the others over; those are added to @gone. */
static void
join(const GPtrArray *same, AmrTerm term, GHashTable *gone)
{
    gboolean names = term == AMR_TERM_MEMBER || term == AMR_TERM_PEER_LABEL;
    guint lot = names ? NAMES_MAX : same->len;

    for (guint from = 0; from < same->len; from += lot) {
        AmrRule **rules = (AmrRule **)(void *)same->pdata + from;
        guint n = MIN(lot, same->len - from);
        for (guint i = 1; i < n; i++) {
            if (!names && term != NOTHING)
                join_lists(rules[0], rules[i], term);
            g_hash_table_add(gone, rules[i]);
        }
        if (names && n > 1)
            join_names(rules, n, term);
    }
}

static void
merge_by(GPtrArray *rules, char *(*key_of)(const AmrRule *rule, AmrTerm term), AmrTerm term)
{
    g_autoptr(GHashTable) by_key =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    g_autoptr(GHashTable) gone = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) order = g_ptr_array_new();

    for (guint i = 0; i < rules->len; i++) {
        g_autofree char *key = key_of(rules->pdata[i], term);
        GPtrArray *same = key ? g_hash_table_lookup(by_key, key) : NULL;
        if (key && !same) {
            same = g_ptr_array_new();
            g_ptr_array_add(order, same);
            g_hash_table_insert(by_key, g_steal_pointer(&key), same);
        }
        if (same)
            g_ptr_array_add(same, rules->pdata[i]);
    }
    for (guint i = 0; i < order->len; i++)
        join(order->pdata[i], term, gone);
    if (g_hash_table_size(gone) == 0)
        return;
    guint kept = 0;
    for (guint i = 0; i < rules->len; i++) {
        gpointer rule = rules->pdata[i];
        if (!g_hash_table_contains(gone, rule)) {
            rules->pdata[i] = rules->pdata[kept];
            rules->pdata[kept++] = rule;
        }
    }
    g_ptr_array_remove_range(rules, kept, rules->len - kept);
}

static char *
key_of_equal(const AmrRule *rule, AmrTerm term)
{
    return amr_rule_print(rule);
}

void
amr_rules_merge(GPtrArray *rules)
{
    merge_by(rules, key_of_equal, NOTHING);
    for (gsize i = 0; i < G_N_ELEMENTS(differing); i++)
        merge_by(rules, key_without, differing[i]);
}
