/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the classes share whose rules have terms: fields of a record as conditions of a rule. */
#include "core/policy/classes.h"

#include <string.h>

#include "core/policy/ladder_terms.h"
#include "core/policy/risk.h"

AmrBytes
amr_propose_either(const AmrEvent *event, AmrField first, AmrField second)
{
    return event->field[first].len ? event->field[first] : event->field[second];
}

gboolean
amr_propose_term(AmrProposal *proposal, AmrRule *rule, AmrTerm term, AmrBytes bytes)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *pattern = NULL;

    if (bytes.len == 0)
        return TRUE;
    pattern = amr_rule_spell(term, bytes, &error);
    if (!pattern) {
        amr_propose_refuse(proposal, AMR_NO_RULE_NOT_EXPRESSIBLE,
                           g_strdup_printf("No rule can name it. %s.", error->message), NULL);
        return FALSE;
    }
    amr_rule_set(rule, term, pattern);
    return TRUE;
}

gboolean
amr_propose_take_access(AmrProposal *proposal, AmrRule *rule, AmrBytes mask)
{
    g_autofree char *words = amr_bytes_dup(mask);

    g_strstrip(g_strdelimit(words, ",", ' '));
    if (!*words) {
        amr_propose_refuse(proposal, AMR_NO_RULE_INCOMPLETE,
                           g_strdup("The record does not say which access was refused."), NULL);
        return FALSE;
    }
    amr_rule_set_access(rule, words);
    return TRUE;
}

AmrBytes
amr_propose_denied_mask(const AmrEvent *event)
{
    return event->field[AMR_FIELD_DENIED_MASK];
}

gboolean
amr_propose_reads_back(const AmrRule *rule)
{
    g_autofree char *text = amr_rule_print(rule);
    g_autoptr(AmrRule) again = amr_rule_read(text, NULL);

    return again && amr_rule_equal(again, rule);
}

static AmrCandidate *
last(const AmrProposal *proposal)
{
    return proposal->candidates->pdata[proposal->candidates->len - 1];
}

void
amr_propose_add_wider(AmrProposal *proposal, AmrRule *rule, AmrRung rung, const char *what,
                      const char *opens)
{
    char *danger = NULL;
    AmrRisk risk;

    if (!amr_propose_reads_back(rule)) {
        amr_rule_free(rule);
        return;
    }
    risk = amr_risk_terms(proposal->risks, rule, &danger);
    amr_propose_add(proposal, rule, risk, g_strdup_printf("It may %s.", what), g_strdup(opens),
                    danger);
    last(proposal)->rung = rung;
}

/* What is another at each run is the best one: the rule of the name itself answers this run only.
 */
static void
add_varying(AmrProposal *proposal, const AmrEvent *event, const char *what, const char *also)
{
    const AmrVaryingHints hints = {event->pid, event->has_fsuid, event->fsuid};
    const AmrRule *exact = last(proposal)->rule;

    for (AmrRung rung = AMR_RUNG_EACH_RUN; rung <= AMR_RUNG_VARYING; rung++) {
        g_autofree char *varies = NULL, *opens = NULL;
        AmrRule *rule =
            rung == AMR_RUNG_TUNABLES ? NULL : amr_ladder_terms(exact, &hints, rung, &varies);

        if (!rule)
            continue;
        if (amr_rule_equal(rule, last(proposal)->rule)) {
            amr_rule_free(rule);
            continue;
        }
        opens = also ? g_strdup_printf("%s %s", varies, also) : g_steal_pointer(&varies);
        amr_propose_add_wider(proposal, rule, rung, what, opens);
        if (rung == AMR_RUNG_EACH_RUN && last(proposal)->rung == rung)
            proposal->best = proposal->candidates->len - 1;
    }
}

void
amr_propose_add_terms(AmrProposal *proposal, const AmrEvent *event, AmrRule *rule, const char *what,
                      const char *opens)
{
    char *danger = NULL;
    AmrRisk risk;

    if (!amr_propose_reads_back(rule)) {
        amr_rule_free(rule);
        amr_propose_refuse(proposal, AMR_NO_RULE_INCOMPLETE,
                           g_strdup("The record asks for something that armorer does not know how "
                                    "to write as a rule."),
                           NULL);
        return;
    }
    risk = amr_risk_terms(proposal->risks, rule, &danger);
    amr_propose_add(proposal, rule, risk, g_strdup_printf("It may %s.", what), g_strdup(opens),
                    danger);
    last(proposal)->rung = AMR_RUNG_EXACT;
    add_varying(proposal, event, what, opens);
}

AmrRule *
amr_propose_broadest(const AmrProposal *proposal)
{
    return proposal->no_rule || !proposal->candidates->len ? NULL
                                                           : amr_rule_copy(last(proposal)->rule);
}

char *
amr_propose_shown_access(const AmrRule *rule)
{
    char **words = rule->terms.access;
    return words ? g_strjoinv(" and ", words) : g_strdup("do everything");
}
