/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/policy/risk_private.h"

enum {
    WRITE = AMR_ACCESS_WRITE | AMR_ACCESS_APPEND | AMR_ACCESS_LINK,
};

/* What one would have to know to call it harmless is not there. */
static AmrRisk
rate_unknown(char **danger)
{
    *danger = g_strdup("How dangerous it is, armorer cannot say: its file of risks is not there");
    return AMR_RISK_HIGH;
}

static AmrRisk
tell(const AmrRiskEntry *entry, AmrBytes name, char **danger)
{
    g_autofree char *shown = amr_display(name);
    if (entry->risk != AMR_RISK_LOW)
        *danger = g_strdup_printf("%s %s", shown, entry->danger);
    return entry->risk;
}

static AmrRisk
risk_exec(const AmrRisks *risks, AmrBytes name, AmrExecMode exec, char **danger)
{
    const AmrRiskEntry *entry;

    switch (exec) {
    case AMR_EXEC_NONE:
    case AMR_EXEC_DENY_X:
        return AMR_RISK_LOW;
    case AMR_EXEC_UX:
    case AMR_EXEC_UX_SAFE:
    case AMR_EXEC_PUX:
    case AMR_EXEC_PUX_SAFE:
    case AMR_EXEC_CUX:
    case AMR_EXEC_CUX_SAFE:
        *danger = g_strdup("What it runs may be confined by nothing");
        return AMR_RISK_HIGH;
    case AMR_EXEC_PX:
    case AMR_EXEC_PX_SAFE:
    case AMR_EXEC_CX:
    case AMR_EXEC_CX_SAFE:
        return AMR_RISK_LOW; /* a profile of its own says what it may */
    default:
        break;
    }
    if (amr_risks_are_none(risks))
        return rate_unknown(danger);
    for (guint i = 0; (entry = amr_risks_entry(risks, i)); i++)
        if (entry->subject == AMR_RISK_OF_EXEC && amr_risk_entry_matches(entry, name))
            return tell(entry, name, danger);
    return AMR_RISK_LOW;
}

static AmrRisk
risk_access(const AmrRisks *risks, AmrBytes name, guint access, char **danger)
{
    const AmrRiskEntry *entry;

    if (access && amr_risks_are_none(risks))
        return rate_unknown(danger);
    for (guint i = 0; (entry = amr_risks_entry(risks, i)); i++)
        if ((access & entry->access) && amr_risk_entry_matches(entry, name))
            return tell(entry, name, danger);
    if ((access & AMR_ACCESS_MMAP) && (access & WRITE)) {
        *danger = g_strdup("What the program writes there it may run as its own code");
        return AMR_RISK_MEDIUM;
    }
    return AMR_RISK_LOW;
}

AmrRisk
amr_risk_file(const AmrRisks *risks, AmrBytes name, guint access, AmrExecMode exec, char **danger)
{
    char *why_exec = NULL, *why_access = NULL;
    AmrRisk by_exec = risk_exec(risks, name, exec, &why_exec);
    AmrRisk by_access = risk_access(risks, name, access, &why_access);
    /* Code that one may write and then run is the whole game. */
    if ((access & WRITE) && exec != AMR_EXEC_NONE && exec != AMR_EXEC_DENY_X) {
        g_free(why_exec);
        g_free(why_access);
        *danger = g_strdup("The program may write what it then runs");
        return AMR_RISK_HIGH;
    }
    *danger = by_exec >= by_access ? why_exec : why_access;
    g_free(by_exec >= by_access ? why_access : why_exec);
    return MAX(by_exec, by_access);
}

static AmrRisk
rate(const AmrRiskEntry *entry, char **danger)
{
    *danger = entry && entry->risk != AMR_RISK_LOW ? g_strdup(entry->danger) : NULL;
    return entry ? entry->risk : AMR_RISK_LOW;
}

AmrRisk
amr_risk_capability(const AmrRisks *risks, const char *name, char **danger)
{
    const AmrRiskEntry *entry;

    if (!name) { /* all of them */
        *danger = g_strdup("All capabilities together are root itself");
        return AMR_RISK_HIGH;
    }
    if (amr_risks_are_none(risks))
        return rate_unknown(danger);
    for (guint i = 0; (entry = amr_risks_entry(risks, i)); i++)
        if (entry->subject == AMR_RISK_OF_CAPABILITY && amr_risk_entry_has(entry, name))
            break;
    return rate(entry, danger);
}

AmrRisk
amr_risk_network(const AmrRisks *risks, const char *family, const char *type, char **danger)
{
    const AmrRiskEntry *entry;

    if (!family) {
        *danger = g_strdup("It opens every kind of network there is");
        return AMR_RISK_HIGH;
    }
    if (amr_risks_are_none(risks))
        return rate_unknown(danger);
    for (guint i = 0; (entry = amr_risks_entry(risks, i)); i++)
        if (entry->subject == AMR_RISK_OF_FAMILY &&
            (amr_risk_entry_has(entry, family) || amr_risk_entry_has(entry, "*")) &&
            (!entry->type || g_strcmp0(entry->type, type) == 0))
            break;
    return rate(entry, danger);
}

static gboolean
gives(const AmrRule *rule, const char *access)
{
    return !access || !rule->terms.access ||
           g_strv_contains((const char *const *)rule->terms.access, access);
}

AmrRisk
amr_risk_terms(const AmrRisks *risks, const AmrRule *rule, char **danger)
{
    const char *word = amr_rule_kind_word(rule->kind);
    const AmrRiskEntry *entry;

    if (amr_risks_are_none(risks))
        return rate_unknown(danger);
    for (guint i = 0; (entry = amr_risks_entry(risks, i)); i++)
        if (entry->subject == AMR_RISK_OF_RULE && amr_risk_entry_has(entry, word) &&
            gives(rule, entry->gives))
            break;
    return rate(entry, danger);
}
