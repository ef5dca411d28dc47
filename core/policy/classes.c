/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/classes.h"

#include <string.h>

#include "core/policy/oracle.h"
#include "core/policy/risk.h"

void
amr_propose_refuse_incomplete(AmrProposal *proposal, const char *reason)
{
    amr_propose_refuse(proposal, AMR_NO_RULE_INCOMPLETE, g_strdup(reason), NULL);
}

gboolean
amr_propose_is_word(AmrBytes bytes)
{
    for (gsize i = 0; i < bytes.len; i++)
        if (!g_ascii_islower(bytes.data[i]) && !g_ascii_isdigit(bytes.data[i]) &&
            bytes.data[i] != '_')
            return FALSE;
    return bytes.len > 0 && bytes.len < 64;
}

static char *
capability_name(const AmrEvent *event)
{
    AmrBytes name = event->field[AMR_FIELD_CAPNAME];
    guint64 number;
    if (name.len == 0)
        name = event->field[AMR_FIELD_NAME];
    if (amr_propose_is_word(name))
        return amr_bytes_dup(name);
    /* Records of old kernels may hold nothing else. */
    if (name.len == 0 && amr_bytes_to_uint64(event->field[AMR_FIELD_CAPABILITY], &number) &&
        number < 64)
        return g_strdup(amr_oracle_capability_word((guint)number));
    return NULL;
}

void
amr_propose_capability(AmrProposal *proposal, const AmrEvent *event)
{
    g_autofree char *name = capability_name(event);
    if (!name) {
        amr_propose_refuse_incomplete(proposal,
                                      "The record does not name a capability that a rule could.");
        return;
    }
    char *danger = NULL;
    AmrRisk risk = amr_risk_capability(proposal->risks, name, &danger);
    const char *names[] = {name, NULL};
    AmrRule *rule = amr_rule_new(AMR_RULE_CAPABILITY);
    rule->capability.names = g_strdupv((char **)names);
    amr_propose_add(proposal, rule, risk,
                    g_strdup_printf("It may use the capability %s, if it has it.", name),
                    g_strdup("Everything that the kernel lets this capability do."), danger);
}
