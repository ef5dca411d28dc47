/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/rule_terms.h"

#include <string.h>

AmrRule *
amr_rule_new(AmrRuleKind kind)
{
    AmrRule *rule = g_new0(AmrRule, 1);
    rule->kind = kind;
    return rule;
}

static int
compare_words(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
amr_sorted_words(char **words)
{
    g_autoptr(GStrvBuilder) sorted = g_strv_builder_new();
    guint n = g_strv_length(words);

    qsort(words, n, sizeof *words, compare_words);
    for (guint i = 0; i < n; i++)
        if (i == 0 || strcmp(words[i - 1], words[i]) != 0)
            g_strv_builder_add(sorted, words[i]);
    return g_strv_builder_end(sorted);
}

void
amr_rule_set(AmrRule *rule, AmrTerm term, const char *value)
{
    char *copy = g_strdup(value);

    g_free(rule->terms.value[term]);
    rule->terms.value[term] = copy;
}

/* The words of a text, sorted, each once; NULL if there are none. */
static char **
words_of(const char *text)
{
    g_auto(GStrv) split = g_strsplit(text, " ", -1);
    char **sorted = amr_sorted_words(split);

    if (sorted[0] && !sorted[0][0]) { /* what stands between two blanks sorts first */
        g_free(sorted[0]);
        memmove(sorted, sorted + 1, g_strv_length(sorted + 1) * sizeof *sorted + sizeof *sorted);
    }
    if (!sorted[0])
        g_clear_pointer(&sorted, g_strfreev);
    return sorted;
}

void
amr_rule_set_access(AmrRule *rule, const char *words)
{
    g_strfreev(rule->terms.access);
    rule->terms.access = words_of(words);
}

void
amr_rule_set_list(AmrRule *rule, AmrTerm term, const char *words)
{
    g_auto(GStrv) sorted = words_of(words);

    g_free(rule->terms.value[term]);
    rule->terms.value[term] = sorted ? g_strjoinv(" ", sorted) : NULL;
}

AmrRule *
amr_rule_copy(const AmrRule *rule)
{
    AmrRule *copy = g_memdup2(rule, sizeof *rule);
    switch (rule->kind) {
    case AMR_RULE_FILE:
        copy->file.pattern = g_strdup(rule->file.pattern);
        copy->file.target = g_strdup(rule->file.target);
        break;
    case AMR_RULE_LINK:
        copy->link.pattern = g_strdup(rule->link.pattern);
        copy->link.source = g_strdup(rule->link.source);
        break;
    case AMR_RULE_CAPABILITY:
        copy->capability.names = g_strdupv(rule->capability.names);
        break;
    case AMR_RULE_INCLUDE:
        copy->include.path = g_strdup(rule->include.path);
        break;
    case AMR_RULE_CHILD:
        copy->child.name = g_strdup(rule->child.name);
        copy->child.local = g_strdup(rule->child.local);
        break;
    case AMR_RULE_OPAQUE:
        copy->opaque.text = g_strdup(rule->opaque.text);
        break;
    case AMR_RULE_UNKNOWN:
        break;
    default:
        copy->terms.access = g_strdupv(rule->terms.access);
        for (guint i = 0; i < AMR_TERM_COUNT; i++)
            copy->terms.value[i] = g_strdup(rule->terms.value[i]);
        break;
    }
    return copy;
}

void
amr_rule_free(AmrRule *rule)
{
    if (!rule)
        return;
    switch (rule->kind) {
    case AMR_RULE_FILE:
        g_free(rule->file.pattern);
        g_free(rule->file.target);
        break;
    case AMR_RULE_LINK:
        g_free(rule->link.pattern);
        g_free(rule->link.source);
        break;
    case AMR_RULE_CAPABILITY:
        g_strfreev(rule->capability.names);
        break;
    case AMR_RULE_INCLUDE:
        g_free(rule->include.path);
        break;
    case AMR_RULE_CHILD:
        g_free(rule->child.name);
        g_free(rule->child.local);
        break;
    case AMR_RULE_OPAQUE:
        g_free(rule->opaque.text);
        break;
    case AMR_RULE_UNKNOWN:
        break;
    default:
        g_strfreev(rule->terms.access);
        for (guint i = 0; i < AMR_TERM_COUNT; i++)
            g_free(rule->terms.value[i]);
        break;
    }
    g_free(rule);
}

static gboolean
names_equal(char **a, char **b)
{
    if (!a || !b)
        return a == b;
    return g_strv_equal((const char *const *)a, (const char *const *)b);
}

static gboolean
terms_equal(const AmrRule *a, const AmrRule *b)
{
    for (guint i = 0; i < AMR_TERM_COUNT; i++) {
        if (g_strcmp0(a->terms.value[i], b->terms.value[i]) != 0)
            return FALSE;
    }
    return names_equal(a->terms.access, b->terms.access);
}

gboolean
amr_rule_equal(const AmrRule *a, const AmrRule *b)
{
    if (a->kind != b->kind || !a->audit != !b->audit || !a->deny != !b->deny ||
        !a->owner != !b->owner)
        return FALSE;
    switch (a->kind) {
    case AMR_RULE_FILE:
        return a->file.access == b->file.access && a->file.exec == b->file.exec &&
               g_strcmp0(a->file.pattern, b->file.pattern) == 0 &&
               g_strcmp0(a->file.target, b->file.target) == 0;
    case AMR_RULE_LINK:
        return !a->link.subset == !b->link.subset &&
               g_strcmp0(a->link.pattern, b->link.pattern) == 0 &&
               g_strcmp0(a->link.source, b->link.source) == 0;
    case AMR_RULE_CAPABILITY:
        return names_equal(a->capability.names, b->capability.names);
    case AMR_RULE_INCLUDE:
        return !a->include.if_exists == !b->include.if_exists &&
               g_strcmp0(a->include.path, b->include.path) == 0;
    case AMR_RULE_CHILD:
        return !a->child.base == !b->child.base && !a->child.complain == !b->child.complain &&
               g_strcmp0(a->child.name, b->child.name) == 0 &&
               g_strcmp0(a->child.local, b->child.local) == 0;
    case AMR_RULE_OPAQUE:
        return g_strcmp0(a->opaque.text, b->opaque.text) == 0;
    case AMR_RULE_UNKNOWN:
        return TRUE;
    default:
        return terms_equal(a, b);
    }
}

const char *
amr_rule_kind_word(AmrRuleKind kind)
{
    switch (kind) {
#define WORD(name, word)  \
    case AMR_RULE_##name: \
        return word;
        AMR_RULE_KINDS(WORD)
#undef WORD
    case AMR_RULE_UNKNOWN:
        break;
    }
    return "unknown";
}

const char *
amr_exec_mode_word(AmrExecMode mode)
{
    switch (mode) {
#define WORD(name, word)  \
    case AMR_EXEC_##name: \
        return word;
        AMR_EXEC_MODES(WORD)
#undef WORD
    case AMR_EXEC_NONE:
        break;
    }
    return "";
}

AmrRule *
amr_rule_deny_twin(const AmrRule *rule)
{
    if (rule->kind == AMR_RULE_INCLUDE || rule->kind == AMR_RULE_CHILD ||
        rule->kind == AMR_RULE_OPAQUE || rule->kind == AMR_RULE_UNKNOWN)
        return NULL;
    AmrRule *twin = amr_rule_copy(rule);
    twin->deny = TRUE;
    if (twin->kind == AMR_RULE_FILE) {
        if (twin->file.exec != AMR_EXEC_NONE)
            twin->file.exec = AMR_EXEC_DENY_X;
        g_clear_pointer(&twin->file.target, g_free);
    }
    return twin;
}
