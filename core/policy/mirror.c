/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/mirror.h"

#include <string.h>

static const char *
other_access(const char *word)
{
    static const char *const pairs[][2] = {{"send", "receive"},
                                           {"trace", "tracedby"},
                                           {"read", "readby"}};
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        if (strcmp(word, pairs[i][0]) == 0)
            return pairs[i][1];
        if (strcmp(word, pairs[i][1]) == 0)
            return pairs[i][0];
    }
    return NULL;
}

AmrRule *
amr_mirror_rule(const AmrRule *rule, const char *name)
{
    if (rule->kind != AMR_RULE_SIGNAL && rule->kind != AMR_RULE_PTRACE)
        return NULL;
    g_autofree char *peer = amr_policy_pattern(amr_bytes(name), NULL);
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    g_autoptr(AmrRule) mirror = amr_rule_copy(rule);

    if (!peer || !rule->terms.access)
        return NULL;
    for (char **word = rule->terms.access; *word; word++) {
        const char *other = other_access(*word);
        if (!other)
            return NULL;
        g_strv_builder_add(words, other);
    }
    g_auto(GStrv) access = g_strv_builder_end(words);
    g_autofree char *joined = g_strjoinv(" ", access);
    amr_rule_set_access(mirror, joined);
    amr_rule_set(mirror, AMR_TERM_PEER_LABEL, peer);
    return g_steal_pointer(&mirror);
}

/* The one profile of this namespace that @rule's peer is; NULL where it is none of our business: a
 * stack, another namespace's ("---" where it may not be seen), what is unconfined. */
static char *
peer_of(const AmrRule *rule)
{
    if (rule->kind != AMR_RULE_SIGNAL && rule->kind != AMR_RULE_PTRACE)
        return NULL;
    const char *pattern = rule->terms.value[AMR_TERM_PEER_LABEL];
    g_autofree char *peer = pattern ? amr_rule_literal(pattern) : NULL;
    if (!peer || !*peer || peer[0] == ':' || strstr(peer, "//&") || g_str_has_prefix(peer, "---") ||
        amr_profile_is_catch_all(peer) || amr_profile_is_null(peer, NULL, NULL))
        return NULL;
    return g_steal_pointer(&peer);
}

static void
set_trouble(AmrProposal *proposal, AmrNoRule no_rule, char *reason)
{
    g_free(proposal->other_reason);
    proposal->other_no_rule = no_rule;
    proposal->other_reason = reason;
}

/* What the other side says of @mirror (taken over) of a candidate that is broader than what was
 * denied: where it does not just lack all of it, it gets what was denied. */
static gboolean
judge_wider(AmrProposal *proposal, AmrCandidate *candidate, AmrRule *mirror, AmrFacts *facts)
{
    g_autoptr(AmrRule) owned = mirror;
    const AmrCandidate *first = proposal->candidates->pdata[0];
    AmrQuestion *question = amr_question_of_rule(owned);
    const AmrFact *fact = question ? amr_facts_look(facts, proposal->other, question) : NULL;

    if (fact && fact->verdict == AMR_ORACLE_DENIED)
        candidate->mirror = g_steal_pointer(&owned);
    else if (first->mirror)
        candidate->mirror = amr_rule_copy(first->mirror);
    return candidate->mirror != NULL;
}

/* What the other side says of @mirror (taken over); FALSE where it needs nothing. */
static gboolean
judge(AmrProposal *proposal, AmrCandidate *candidate, AmrRule *mirror, AmrFacts *facts)
{
    if (candidate != proposal->candidates->pdata[0])
        return judge_wider(proposal, candidate, mirror, facts);
    g_autoptr(AmrRule) owned = mirror;
    AmrQuestion *question = amr_question_of_rule(owned);
    const AmrFact *fact = question ? amr_facts_look(facts, proposal->other, question) : NULL;
    g_autofree char *shown = amr_display_string(proposal->other);

    if (!fact)
        return FALSE;
    switch (fact->verdict) {
    case AMR_ORACLE_DENIED:
        candidate->mirror = g_steal_pointer(&owned);
        return TRUE;
    case AMR_ORACLE_REFUSED:
        amr_cause_free(proposal->denied);
        proposal->denied = amr_cause_copy(fact->cause);
        set_trouble(proposal, AMR_NO_RULE_DENIED,
                    g_strdup_printf("The other side, %s, denies it explicitly: a rule on this side "
                                    "alone does not allow it.",
                                    shown));
        return TRUE;
    case AMR_ORACLE_UNKNOWN:
        set_trouble(proposal, AMR_NO_RULE_INCOMPLETE,
                    g_strdup_printf("Whether the other side, %s, allows it is not known.", shown));
        return TRUE;
    case AMR_ORACLE_ALLOWED:
    case AMR_ORACLE_UNMEDIATED:
        break;
    }
    return FALSE;
}

/* Whether a profile of that name confines anything; what the kernel alone knows cannot be asked. */
static gboolean
is_confining(AmrProposal *proposal, const AmrProposeContext *context, const char *ns,
             const char *peer)
{
    const AmrBlock *block = context->index ? amr_index_find(context->index, ns, peer) : NULL;
    const AmrLoadedProfile *loaded =
        context->loaded ? amr_loaded_find(context->loaded, ns, peer) : NULL;
    if (block && !amr_index_is_disabled(context->index, block->file))
        return !block->unconfined && !(loaded && loaded->mode == AMR_MODE_UNCONFINED);
    if (loaded && loaded->mode != AMR_MODE_UNCONFINED) {
        g_autofree char *shown = amr_display_string(peer);
        set_trouble(proposal, AMR_NO_RULE_INCOMPLETE,
                    g_strdup_printf("The other side, %s, is only in the kernel: if it does not "
                                    "allow it, no rule can be written there.",
                                    shown));
    }
    return FALSE;
}

void
amr_mirror_add(AmrProposal *proposal, const AmrEvent *event, const AmrProposeContext *context,
               AmrFacts *facts)
{
    g_autofree char *ns = amr_bytes_dup(amr_event_namespace(event));
    g_autofree char *name = amr_bytes_dup(event->field[AMR_FIELD_PROFILE]);
    gboolean needed = FALSE;

    for (guint i = 0; i < proposal->candidates->len; i++) {
        AmrCandidate *candidate = proposal->candidates->pdata[i];
        g_autofree char *peer = peer_of(candidate->rule);
        AmrRule *mirror = peer ? amr_mirror_rule(candidate->rule, name) : NULL;
        if (!mirror)
            continue;
        g_free(proposal->other);
        proposal->other = *ns ? g_strdup_printf(":%s:%s", ns, peer) : g_strdup(peer);
        if (is_confining(proposal, context, ns, peer))
            needed = judge(proposal, candidate, mirror, facts) || needed;
        else
            amr_rule_free(mirror);
    }
    if (!needed && !proposal->other_no_rule)
        g_clear_pointer(&proposal->other, g_free);
}
