/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The risk of a rule that no proposal made. */
#include <string.h>

#include "core/policy/glob.h"
#include "core/policy/risk_private.h"

char *
amr_risk_without_variables(const char *pattern)
{
    static const char *const known[][2] = {{"@{HOME}", "/home/*/"}, {"@{HOMEDIRS}", "/home/"},
                                           {"@{PROC}", "/proc/"},   {"@{sys}", "/sys/"},
                                           {"@{run}", "/run/"},     {"@{pid}", "[0-9]*"},
                                           {"@{pids}", "[0-9]*"}};
    GString *out = g_string_new(NULL);
    while (*pattern) {
        const char *end = g_str_has_prefix(pattern, "@{") ? strchr(pattern, '}') : NULL;
        if (!end) {
            g_string_append_c(out, *pattern++);
            continue;
        }
        g_autofree char *name = g_strndup(pattern, (gsize)(end - pattern) + 1);
        const char *value = "**";
        for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
            if (strcmp(name, known[i][0]) == 0)
                value = known[i][1];
        g_string_append(out, value);
        pattern = end + 1;
    }
    g_string_replace(out, "//", "/", 0);
    return g_string_free(out, FALSE);
}

/* All that lies below, with at most one directory named on the way. */
static gboolean
is_broad(const char *pattern)
{
    g_auto(GStrv) parts = g_strsplit(pattern, "/", -1);
    guint named = 0;

    for (char **part = parts; *part; part++)
        named += **part && !(*part)[strcspn(*part, "*?[{")];
    return named < 2 && strstr(pattern, "**");
}

gboolean
amr_risk_is_everything(const AmrTunables *tunables, const AmrRule *rule)
{
    if (rule->deny)
        return FALSE;
    if (rule->kind == AMR_RULE_FILE)
        return amr_ladder_is_everything(tunables, rule->file.pattern);
    return rule->kind == AMR_RULE_ALL;
}

/* One name of each kind that is known: what matches one is rated as it is. */
static void
try_name(const AmrRisks *risks, const AmrRule *rule, const char *pattern, const char *example,
         AmrRisk *highest, char **danger)
{
    AmrBytes name = amr_bytes(example);
    char *why = NULL;
    AmrRisk risk = amr_glob_match(pattern, name)
                       ? amr_risk_file(risks, name, rule->file.access, rule->file.exec, &why)
                       : AMR_RISK_LOW;

    if (risk > *highest) {
        g_free(*danger);
        *danger = g_strdup_printf("It reaches %s", why);
        *highest = risk;
    }
    g_free(why);
}

static AmrRisk
risk_pattern(const AmrRisks *risks, const AmrRule *rule, char **danger)
{
    g_autofree char *pattern = amr_risk_without_variables(rule->file.pattern);
    AmrRisk highest = AMR_RISK_LOW;
    const AmrRiskEntry *entry;

    if (amr_risks_are_none(risks))
        return amr_risk_file(risks, AMR_BYTES("/"), rule->file.access, rule->file.exec, danger);
    for (guint i = 0; (entry = amr_risks_entry(risks, i)); i++) {
        for (guint k = 0; k < entry->examples->len; k++)
            try_name(risks, rule, pattern, entry->examples->pdata[k], &highest, danger);
        for (guint k = 0; !entry->examples->len && k < entry->which->len; k++) {
            const char *which = entry->which->pdata[k];
            if (which[0] == '/' && !which[strcspn(which, "*?[{")])
                try_name(risks, rule, pattern, which, &highest, danger);
        }
    }
    if (highest < AMR_RISK_HIGH &&
        (is_broad(pattern) || amr_ladder_is_everything(NULL, rule->file.pattern))) {
        g_free(*danger);
        *danger = g_strdup("It reaches whatever there is below one directory of the root");
        highest = AMR_RISK_HIGH;
    }
    return highest;
}

static AmrRisk
risk_file(const AmrRisks *risks, const AmrRule *rule, char **danger)
{
    g_autofree char *literal = amr_rule_literal(rule->file.pattern);
    if (literal)
        return amr_risk_file(risks, amr_bytes(literal), rule->file.access, rule->file.exec, danger);
    return risk_pattern(risks, rule, danger);
}

static AmrRisk
risk_capabilities(const AmrRisks *risks, const AmrRule *rule, char **danger)
{
    AmrRisk highest = AMR_RISK_LOW;
    if (!rule->capability.names)
        return amr_risk_capability(risks, NULL, danger);
    for (char **name = rule->capability.names; *name; name++) {
        char *why = NULL;
        AmrRisk risk = amr_risk_capability(risks, *name, &why);
        if (risk > highest) {
            g_free(*danger);
            *danger = g_steal_pointer(&why);
            highest = risk;
        }
        g_free(why);
    }
    return highest;
}

AmrRisk
amr_risk_rule(const AmrRisks *risks, const AmrRule *rule, char **danger)
{
    *danger = NULL;
    if (rule->deny)
        return AMR_RISK_LOW;
    switch (rule->kind) {
    case AMR_RULE_FILE:
        return risk_file(risks, rule, danger);
    case AMR_RULE_CAPABILITY:
        return risk_capabilities(risks, rule, danger);
    case AMR_RULE_NETWORK:
        return amr_risk_network(risks, rule->terms.value[AMR_TERM_FAMILY],
                                rule->terms.value[AMR_TERM_TYPE], danger);
    case AMR_RULE_OPAQUE:
        *danger = g_strdup("armorer does not understand this rule: the compiler alone decides "
                           "what it allows");
        return AMR_RISK_HIGH;
    case AMR_RULE_INCLUDE:
        *danger = g_strdup("It allows all that the included file says, now and later");
        return AMR_RISK_HIGH;
    case AMR_RULE_CHILD: /* what it may do, its own rules say */
        return AMR_RISK_LOW;
    case AMR_RULE_LINK:
        *danger = g_strdup("Who may use the new name may use the file that it stands for");
        return AMR_RISK_MEDIUM;
    default:
        return amr_risk_terms(risks, rule, danger);
    }
}
