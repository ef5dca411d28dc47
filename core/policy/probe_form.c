/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule's form: what of it depends on the target. */
#include <string.h>

#include "core/policy/oracle.h"
#include "core/policy/probe.h"
#include "core/policy/rule_terms.h"

gboolean
amr_probe_is_old(const AmrRule *rule)
{
    switch (rule->kind) {
    case AMR_RULE_NETWORK:
        return !rule->terms.access && !rule->terms.value[AMR_TERM_IP] &&
               !rule->terms.value[AMR_TERM_PORT] && !rule->terms.value[AMR_TERM_PEER_IP] &&
               !rule->terms.value[AMR_TERM_PEER_PORT];
    case AMR_RULE_USERNS:
    case AMR_RULE_MQUEUE:
    case AMR_RULE_IO_URING:
    case AMR_RULE_ALL:
        return FALSE;
    default:
        return TRUE;
    }
}

/* A name of the same kind; @other: a second one. */
static char *
name_like(const char *value, gboolean other)
{
    const char *name = other ? "armorer-other" : "armorer";

    if (*value == '/')
        return g_strdup_printf("/%s%s", name, g_str_has_suffix(value, "/") && value[1] ? "/" : "");
    if (*value == '@')
        return g_strconcat("@", name, NULL);
    if (*value == ':')
        return g_strdup_printf(":armorer:%s", name);
    if (*value && strspn(value, "0123456789") == strlen(value)) {
        gboolean zero = strspn(value, "0") == strlen(value); /* no key of a queue */
        return g_strdup(zero ? "0" : other ? "2" : "1");
    }
    return g_strdup(name);
}

static char *
value_like(AmrTerm term, const char *value, gboolean other)
{
    switch (term) {
    case AMR_TERM_IP:
    case AMR_TERM_PEER_IP:
        if (strchr(value, ':'))
            return g_strdup(other ? "2001:db8::2" : "2001:db8::1");
        return g_strdup(other ? "192.0.2.2" : "192.0.2.1");
    case AMR_TERM_PORT:
    case AMR_TERM_PEER_PORT:
        /* Privileged ports are a kind of their own. */
        if (strlen(value) < 4)
            return g_strdup(other ? "12" : "11");
        return g_strdup(other ? "4002" : "4001");
    default:
        return name_like(value, other);
    }
}

static gboolean
is_name(AmrRuleKind kind, AmrTerm term)
{
    return term == AMR_TERM_IP || term == AMR_TERM_PEER_IP || term == AMR_TERM_PORT ||
           term == AMR_TERM_PEER_PORT || amr_term_is_pattern(kind, term);
}

/* Every compiler since 3.0 knows those that there are (Linux 5.9 had the last new one). */
static gboolean
is_old_capability(const AmrRule *rule)
{
    for (char **name = rule->capability.names; name && *name; name++) {
        int number = amr_oracle_capability(amr_bytes(*name)); /* also of "cap_41" */
        if (number < 0 || !amr_oracle_capability_word((guint)number))
            return FALSE;
    }
    return TRUE;
}

/* A capability and a list of words (signals, options, file systems) stand for themselves. */
AmrRule *
amr_probe_form(const AmrRule *rule)
{
    AmrRule *form;

    if (rule->kind == AMR_RULE_CAPABILITY)
        return is_old_capability(rule) ? NULL : amr_rule_copy(rule);
    if (!amr_grammar_of(rule->kind))
        return NULL;
    form = amr_rule_copy(rule);
    for (AmrTerm term = AMR_TERM_NONE + 1; term < AMR_TERM_COUNT; term++) {
        const char *value = rule->terms.value[term];
        if (!value || !is_name(rule->kind, term))
            continue;
        g_autofree char *like = value_like(term, value, FALSE);
        amr_rule_set(form, term, like);
    }
    return form;
}

/* Accesses of sockets are what targets lose: one that the rule does not have, and that goes with
 * its conditions (some know no other end); NULL if there is none. */
static const char *
other_access(const AmrRule *form)
{
    static const char *const words[] = {"send", "receive", "connect", "accept"};

    if ((form->kind != AMR_RULE_NETWORK && form->kind != AMR_RULE_UNIX) || !form->terms.access)
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (!g_strv_contains((const char *const *)form->terms.access, words[i]))
            return words[i];
    return NULL;
}

GPtrArray *
amr_probe_variants(const AmrRule *form, GPtrArray *conditions)
{
    GPtrArray *variants = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    const AmrGrammar *grammar = amr_grammar_of(form->kind);
    const char *access = other_access(form);

    for (AmrTerm term = AMR_TERM_NONE + 1; grammar && term < AMR_TERM_COUNT; term++) {
        const char *value = form->terms.value[term];
        if (!value || !is_name(form->kind, term))
            continue;
        g_autofree char *like = value_like(term, value, TRUE);
        AmrRule *variant = amr_rule_copy(form);
        amr_rule_set(variant, term, like);
        g_ptr_array_add(variants, variant);
        g_ptr_array_add(conditions, (gpointer)amr_term_name(term));
    }
    if (access) {
        AmrRule *variant = amr_rule_copy(form);
        amr_rule_set_access(variant, access);
        g_ptr_array_add(variants, variant);
        g_ptr_array_add(conditions, (gpointer) "the accesses");
    }
    return variants;
}
