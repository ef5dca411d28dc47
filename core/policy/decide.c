/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an execution that made a null profile leads. */
#include <string.h>

#include "core/policy/classes.h"
#include "core/policy/resolve_private.h"

char *
amr_holder_full(AmrHolder holder)
{
    return amr_exec_full(holder.ns, holder.name);
}

void
amr_decision_free(gpointer data)
{
    AmrDecision *decision = data;
    g_free(decision->profile);
    g_free(decision->exec);
    g_free(decision->target);
    g_free(decision->into);
    g_free(decision->reason);
    g_free(decision->remedy);
    g_free(decision);
}

const char *
amr_decided_word(AmrDecided decided)
{
    switch (decided) {
#define WORD(name, word)     \
    case AMR_DECIDED_##name: \
        return word;
        AMR_DECIDED(WORD)
#undef WORD
    case AMR_DECIDED_UNKNOWN:
        break;
    }
    return "unknown";
}

void
amr_decide_event(AmrEvent *event, AmrHolder holder, const char *exec)
{
    memset(event, 0, sizeof *event);
    event->klass = AMR_CLASS_FILE;
    event->verdict = AMR_VERDICT_ALLOWED;
    event->requested = event->denied = AMR_PERM_EXEC;
    event->field[AMR_FIELD_OPERATION] = AMR_BYTES("exec");
    event->field[AMR_FIELD_NAMESPACE] = amr_bytes(*holder.ns ? holder.ns : NULL);
    event->field[AMR_FIELD_PROFILE] = amr_bytes(holder.name);
    event->field[AMR_FIELD_NAME] = amr_bytes(exec);
    event->field[AMR_FIELD_REQUESTED_MASK] = AMR_BYTES("x");
    event->field[AMR_FIELD_DENIED_MASK] = AMR_BYTES("x");
}

/* ---- where a mode leads ----------------------------------------------------------------------
 */

/* To a child of the name @own that the change makes. */
static void
lead_anew(AmrDecision *decision, const AmrResolveContext *context, AmrHolder holder,
          const char *own)
{
    g_autofree char *child =
        amr_exec_new_child(&context->propose, holder.ns, amr_bytes(holder.name), amr_bytes(own));
    if (!child)
        return;
    decision->into = amr_holder_full((AmrHolder){holder.ns, child});
    decision->makes = TRUE;
}

/* What the child is called below @holder that policy leads to; NULL if it leads elsewhere. The
 * compiler makes `px -> holder//own` of `cx -> own` (3.0.8 to 5.0.2). Borrowed. */
static const char *
child_of_policy(AmrHolder holder, const char *exec, const AmrFact *fact)
{
    gsize len = strlen(holder.name);

    if (fact->exec == AMR_EXEC_CX || fact->exec == AMR_EXEC_CX_SAFE)
        return fact->target ? fact->target : exec;
    if ((fact->exec != AMR_EXEC_PX && fact->exec != AMR_EXEC_PX_SAFE) || !fact->target ||
        strncmp(fact->target, holder.name, len) != 0 || strncmp(fact->target + len, "//", 2) != 0)
        return NULL;
    return fact->target + len + 2;
}

/* ---- decisions -------------------------------------------------------------------------------
 */

static void
leave_open(AmrDecision *decision, AmrNoRule no_rule, char *reason, char *remedy)
{
    decision->no_rule = no_rule;
    decision->reason = reason;
    decision->remedy = remedy;
}

/* Under a stack each profile is asked, and logs what it lacks by itself: what was held in one name
 * says nothing of which of them that would be. */
static gboolean
leave_to_stack(AmrDecision *decision)
{
    g_autofree char *program = amr_display_string(decision->exec);
    g_autofree char *stack = decision->target ? amr_display_string(decision->target) : NULL;

    if (!stack || (decision->target[0] != '&' && !strstr(decision->target, "//&")))
        return FALSE;
    leave_open(decision, AMR_NO_RULE_NULL_PROFILE,
               g_strdup_printf("%s is run under several profiles at once (%s): what each of them "
                               "lacks is not known so far.",
                               program, stack),
               g_strdup("Run it again: then each logs what it lacks by itself."));
    return TRUE;
}

static void
decide_by_policy(AmrDecision *decision, const AmrResolveContext *context, AmrHolder holder,
                 const AmrFact *fact)
{
    g_autofree char *program = amr_display_string(decision->exec);
    g_autofree char *shown = amr_display_string(decision->profile);

    decision->by = AMR_DECIDED_POLICY;
    decision->mode = fact->exec;
    decision->target = g_strdup(fact->target);
    if (fact->verdict == AMR_ORACLE_REFUSED) {
        leave_open(decision, AMR_NO_RULE_DENIED,
                   g_strdup_printf("A deny rule stands against running %s from %s.", program,
                                   shown),
                   amr_propose_undeny(fact->cause));
        return;
    }
    if (leave_to_stack(decision))
        return;
    decision->into = amr_exec_lead(&context->propose, holder.ns, holder.name, decision->exec,
                                   fact->exec, fact->target);
    const char *own = child_of_policy(holder, decision->exec, fact);
    if (!decision->into && own)
        lead_anew(decision, context, holder, own);
    if (decision->into)
        return;
    if (amr_exec_may_leave(fact->exec))
        leave_open(decision, AMR_NO_RULE_GRANTED,
                   g_strdup_printf("Policy on disk lets %s run %s unconfined: there it needs no "
                                   "rule.",
                                   shown, program),
                   NULL);
    else
        leave_open(decision, AMR_NO_RULE_NO_TRANSITION,
                   g_strdup_printf("Policy on disk runs %s from %s under a profile that armorer "
                                   "does not find.",
                                   program, shown),
                   g_strdup("Load or write that profile, then run it again."));
}

AmrRule *
amr_decision_rule(const AmrDecision *decision)
{
    const char *own = decision->into + strlen(decision->profile) + 2;
    gboolean safe = decision->mode == AMR_EXEC_CX_SAFE || decision->mode == AMR_EXEC_PX_SAFE;
    g_autofree char *pattern = amr_policy_name(AMR_PLACE_PATTERN, amr_bytes(decision->exec), NULL);
    AmrRule *rule;

    if (!pattern)
        return NULL;
    rule = amr_rule_new(AMR_RULE_FILE);
    rule->file.pattern = g_steal_pointer(&pattern);
    rule->file.exec = safe ? AMR_EXEC_CX_SAFE : AMR_EXEC_CX;
    rule->file.target = strcmp(own, decision->exec) == 0 ? NULL : g_strdup(own);
    return rule;
}

static void
decide_anew(AmrDecision *decision, const AmrResolveContext *context, AmrHolder holder,
            const AmrEvent *event)
{
    g_autoptr(AmrProposal) proposal = amr_propose(event, &context->propose);
    const char *target = NULL;
    AmrExecMode wanted =
        context->choose ? context->choose(decision->profile, decision->exec, &target, context->data)
                        : AMR_EXEC_NONE;

    if (proposal->no_rule) {
        decision->by = AMR_DECIDED_OPEN;
        leave_open(decision, proposal->no_rule, g_strdup(proposal->reason),
                   g_strdup(proposal->remedy));
        return;
    }
    const AmrCandidate *first = proposal->candidates->pdata[0];
    decision->by = AMR_DECIDED_DEFAULT;
    decision->mode = first->rule->file.exec;
    for (guint i = 0; i < proposal->candidates->len; i++) {
        const AmrCandidate *candidate = proposal->candidates->pdata[i];
        if (candidate->rule->file.exec != wanted ||
            g_strcmp0(candidate->rule->file.target, target) != 0)
            continue;
        decision->by = AMR_DECIDED_CHOICE;
        decision->mode = wanted;
        g_free(decision->target);
        decision->target = g_strdup(target);
    }
    if (leave_to_stack(decision))
        return;
    decision->into = amr_exec_lead(&context->propose, holder.ns, holder.name, decision->exec,
                                   decision->mode, decision->target);
    if (!decision->into && !decision->target &&
        (decision->mode == AMR_EXEC_CX || decision->mode == AMR_EXEC_CX_SAFE))
        lead_anew(decision, context, holder, decision->exec);
    if (!decision->into)
        leave_open(decision, AMR_NO_RULE_NO_TRANSITION,
                   g_strdup("The profile that this leads to is not known."), NULL);
}

/* A hat that was missing, or a profile to change to: there is no rule to decide on, but it may be
 * there by now. */
static void
decide_hat(AmrDecision *decision, const AmrResolveContext *context, AmrHolder holder)
{
    g_autofree char *hat = g_strdup_printf("%s//%s", holder.name, decision->exec);
    char *reason = NULL, *remedy = NULL;
    AmrEvent event;

    decision->by = AMR_DECIDED_POLICY;
    if (amr_exec_exists(&context->propose, holder.ns, hat)) {
        decision->into = amr_holder_full((AmrHolder){holder.ns, hat});
    } else if (*decision->exec && amr_exec_exists(&context->propose, holder.ns, decision->exec)) {
        decision->into = amr_holder_full((AmrHolder){holder.ns, decision->exec});
    } else {
        amr_decide_event(&event, holder, decision->exec);
        amr_refusals_tell(context->propose.refusals, AMR_FINDING_NULL_HAT, &event, &reason,
                          &remedy);
        decision->by = AMR_DECIDED_OPEN;
        leave_open(decision, AMR_NO_RULE_NULL_PROFILE, reason, remedy);
    }
}

AmrDecision *
amr_decide(const AmrResolveContext *context, AmrHolder holder, const char *exec)
{
    AmrDecision *decision = g_new0(AmrDecision, 1);
    AmrEvent event;

    decision->profile = amr_holder_full(holder);
    decision->exec = g_strdup(exec);
    if (exec[0] != '/') {
        decide_hat(decision, context, holder);
        return decision;
    }
    amr_decide_event(&event, holder, exec);
    AmrQuestion *question = context->facts ? amr_question_of_event(&event, NULL) : NULL;
    const AmrFact *fact =
        question ? amr_facts_look(context->facts, decision->profile, question) : NULL;
    if (fact && (fact->verdict == AMR_ORACLE_ALLOWED || fact->verdict == AMR_ORACLE_REFUSED))
        decide_by_policy(decision, context, holder, fact);
    else
        decide_anew(decision, context, holder, &event);
    return decision;
}
