/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/propose.h"

#include <string.h>

#include "core/policy/classes.h"

static void
candidate_free(gpointer data)
{
    AmrCandidate *candidate = data;
    amr_rule_free(candidate->rule);
    g_free(candidate->why);
    g_free(candidate->opens);
    g_free(candidate->danger);
    amr_rule_free(candidate->mirror);
    g_free(candidate);
}

static void
left_out_free(gpointer data)
{
    AmrLeftOut *left_out = data;
    amr_rule_free(left_out->rule);
    g_free(left_out->said);
    g_free(left_out);
}

void
amr_proposal_free(AmrProposal *proposal)
{
    if (!proposal)
        return;
    g_free(proposal->profile);
    g_free(proposal->reason);
    g_free(proposal->remedy);
    g_free(proposal->says);
    g_free(proposal->look_at);
    amr_rule_free(proposal->ask);
    g_ptr_array_unref(proposal->candidates);
    g_free(proposal->other);
    g_free(proposal->other_reason);
    amr_cause_free(proposal->denied);
    amr_cause_free(proposal->granted);
    g_ptr_array_unref(proposal->left_out);
    amr_risks_free(proposal->risks);
    g_free(proposal);
}

guint
amr_proposal_best(const AmrProposal *proposal, AmrExecMode mode, const char *target)
{
    const AmrCandidate *first = NULL;
    guint best = proposal->best;

    for (guint i = 0; mode && i < proposal->candidates->len; i++) {
        const AmrCandidate *candidate = proposal->candidates->pdata[i];
        if (candidate->rule->kind != AMR_RULE_FILE || candidate->rule->file.exec != mode ||
            g_strcmp0(candidate->rule->file.target, target) != 0 ||
            (first && (candidate->rung != AMR_RUNG_EACH_RUN ||
                       candidate->rule->file.access != first->rule->file.access)))
            continue;
        first = first ? first : candidate;
        best = i;
    }
    return best;
}

void
amr_propose_add(AmrProposal *proposal, AmrRule *rule, AmrRisk risk, char *why, char *opens,
                char *danger)
{
    AmrCandidate *candidate = g_new0(AmrCandidate, 1);
    *candidate =
        (AmrCandidate){.rule = rule, .risk = risk, .why = why, .opens = opens, .danger = danger};
    g_ptr_array_add(proposal->candidates, candidate);
}

void
amr_propose_leave_out(AmrProposal *proposal, AmrRule *rule, AmrStating stating, const char *said)
{
    AmrLeftOut *left_out = g_new0(AmrLeftOut, 1);
    *left_out = (AmrLeftOut){rule, stating, g_strdup(said)};
    g_ptr_array_add(proposal->left_out, left_out);
}

void
amr_propose_refuse(AmrProposal *proposal, AmrNoRule no_rule, char *reason, char *remedy)
{
    g_ptr_array_set_size(proposal->candidates, 0);
    proposal->best = 0;
    g_free(proposal->reason);
    g_free(proposal->remedy);
    g_clear_pointer(&proposal->look_at, g_free);
    proposal->no_rule = no_rule;
    proposal->pending = FALSE; /* there is nothing left to ask about */
    proposal->reason = reason;
    proposal->remedy = remedy;
}

/* ---- refusals, in the order in which they are tried -------------------------------------------
 */

void
amr_propose_refuse_found(AmrProposal *proposal, const AmrProposeContext *context, AmrNoRule no_rule,
                         AmrFinding finding, const AmrEvent *event)
{
    char *reason = NULL, *remedy = NULL;

    amr_refusals_tell(context->refusals, finding, event, &reason, &remedy);
    amr_propose_refuse(proposal, no_rule, reason, remedy);
}

static gboolean
refuse_verdict(AmrProposal *proposal, const AmrProposeContext *context, const AmrEvent *event)
{
    if (event->verdict == AMR_VERDICT_DENIED || event->verdict == AMR_VERDICT_ALLOWED ||
        event->verdict == AMR_VERDICT_KILLED)
        return FALSE;
    amr_propose_refuse_found(proposal, context, AMR_NO_RULE_NOT_A_DENIAL, AMR_FINDING_REPORT,
                             event);
    return TRUE;
}

/* "a//&b": what a task may that runs under several is what all of them allow. */
static gboolean
refuse_stack(AmrProposal *proposal)
{
    if (!strstr(proposal->profile, "//&"))
        return FALSE;
    amr_propose_refuse(proposal, AMR_NO_RULE_INCOMPLETE,
                       g_strdup("The record names a stack of profiles, and not which of them "
                                "refused it."),
                       g_strdup("Ask each of them (armorer query): those that do not allow it need "
                                "the rule."));
    return TRUE;
}

static gboolean
refuse_catch_all(AmrProposal *proposal, const AmrProposeContext *context, const AmrEvent *event)
{
    if (!amr_profile_is_catch_all(proposal->profile))
        return FALSE;
    g_autofree char *name = amr_bytes_dup(event->field[AMR_FIELD_COMM]);
    g_autofree char *path = g_strconcat("/bin/", name, NULL);
    const char *starts;
    gboolean launcher = amr_risks_launches(proposal->risks, amr_bytes(path), &starts);
    amr_propose_refuse_found(proposal, context, AMR_NO_RULE_CATCH_ALL,
                             launcher ? AMR_FINDING_LAUNCHER : AMR_FINDING_CATCH_ALL, event);
    return TRUE;
}

static gboolean
refuse_info(AmrProposal *proposal, const AmrProposeContext *context, const AmrEvent *event)
{
    AmrBytes name = event->field[AMR_FIELD_NAME];
    char *reason = NULL, *remedy = NULL;
    AmrNoRule no_rule = amr_refusals_find(context->refusals, event, &reason, &remedy);

    if (no_rule)
        amr_propose_refuse(proposal, no_rule, reason, remedy);
    /* Whatever is known of it: of such a name no rule can be made. */
    else if (event->klass == AMR_CLASS_FILE && name.len > 0 && name.data[0] != '/')
        amr_propose_refuse_found(proposal, context, AMR_NO_RULE_DISCONNECTED, AMR_FINDING_NO_PATH,
                                 event);
    else
        return FALSE;
    return TRUE;
}

AmrEvent
amr_propose_of_null(const AmrEvent *event, const char *parent, const char *exec)
{
    AmrEvent told = *event;

    told.field[AMR_FIELD_PROFILE] = amr_bytes(parent);
    told.field[AMR_FIELD_NAME] = amr_bytes(exec);
    return told;
}

/*
 * What a null profile was denied belongs to the decision on the exec that made it: with ix it is
 * the parent's, with cx a child's, with px it is X's own profile that counts, whose rules may
 * allow it already. Which of them the user will take is not in this record, so no rule is
 * guessed; the next run under the decision logs what is still missing under the right name.
 */
static gboolean
refuse_null(AmrProposal *proposal, const AmrProposeContext *context, const AmrEvent *event)
{
    g_autofree char *full = NULL, *parent = NULL, *exec = NULL;
    g_autofree char *name = amr_bytes_dup(event->field[AMR_FIELD_PROFILE]);

    if (!amr_profile_is_null(proposal->profile, &full, NULL) ||
        !amr_profile_is_null(name, &parent, &exec))
        return FALSE;
    AmrEvent told = amr_propose_of_null(event, parent, exec);
    amr_propose_refuse_found(proposal, context, AMR_NO_RULE_NULL_PROFILE,
                             exec[0] == '/' ? AMR_FINDING_NULL_PROGRAM : AMR_FINDING_NULL_HAT,
                             &told);
    if (*full) {
        g_free(proposal->profile);
        proposal->profile = g_steal_pointer(&full);
    }
    return TRUE;
}

/* A change of hat asks for no rule, but for the hat. */
static void
refuse_class(AmrProposal *proposal, const AmrProposeContext *context, const AmrEvent *event)
{
    gboolean hat = event->klass == AMR_CLASS_CHANGE_HAT;

    amr_propose_refuse_found(proposal, context,
                             hat ? AMR_NO_RULE_NO_TRANSITION : AMR_NO_RULE_NOT_YET,
                             hat ? AMR_FINDING_HAT : AMR_FINDING_NO_RULES, event);
}

/* ---- the way through ----------------------------------------------------------------------------
 */

static void
propose_class(AmrProposal *proposal, const AmrEvent *event, const AmrProposeContext *context)
{
    switch (event->klass) {
    case AMR_CLASS_FILE:
        amr_propose_file(proposal, event, context);
        return;
    case AMR_CLASS_CAPABILITY:
        amr_propose_capability(proposal, event);
        return;
    case AMR_CLASS_UNIX:
        amr_propose_unix(proposal, event);
        return;
    case AMR_CLASS_NETWORK:
        amr_propose_network(proposal, event);
        return;
    case AMR_CLASS_SIGNAL:
        amr_propose_signal(proposal, event);
        return;
    case AMR_CLASS_PTRACE:
        amr_propose_ptrace(proposal, event);
        return;
    case AMR_CLASS_MOUNT:
        amr_propose_mount(proposal, event);
        return;
    case AMR_CLASS_DBUS:
        amr_propose_dbus(proposal, event);
        return;
    case AMR_CLASS_CHANGE_PROFILE:
        amr_propose_change_profile(proposal, event);
        return;
    case AMR_CLASS_RLIMIT:
        amr_propose_rlimit(proposal, event);
        return;
    case AMR_CLASS_USERNS:
        amr_propose_userns(proposal, event);
        return;
    case AMR_CLASS_MQUEUE:
        amr_propose_mqueue(proposal, event);
        return;
    case AMR_CLASS_IO_URING:
        amr_propose_io_uring(proposal, event);
        return;
    case AMR_CLASS_CHANGE_HAT:
    case AMR_CLASS_POLICY:
    case AMR_CLASS_UNKNOWN:
    case AMR_CLASS_COUNT:
        break;
    }
    refuse_class(proposal, context, event);
}

AmrProposal *
amr_propose(const AmrEvent *event, const AmrProposeContext *context)
{
    static const AmrProposeContext nothing = {NULL, NULL, NULL, NULL, NULL, NULL};
    AmrProposal *proposal = g_new0(AmrProposal, 1);
    proposal->profile = amr_event_profile(event);
    proposal->candidates = g_ptr_array_new_with_free_func(candidate_free);
    proposal->left_out = g_ptr_array_new_with_free_func(left_out_free);
    context = context ? context : &nothing;
    proposal->risks = context->risks ? amr_risks_ref(context->risks) : NULL;
    if (!proposal->profile)
        proposal->profile = g_strdup("");
    if (event->field[AMR_FIELD_INFO].len)
        proposal->says = amr_display(event->field[AMR_FIELD_INFO]);
    if (refuse_verdict(proposal, context, event))
        return proposal;
    if (event->field[AMR_FIELD_PROFILE].len == 0) {
        amr_propose_refuse_found(proposal, context, AMR_NO_RULE_INCOMPLETE, AMR_FINDING_NO_PROFILE,
                                 event);
        return proposal;
    }
    if (refuse_stack(proposal))
        return proposal;
    if (refuse_catch_all(proposal, context, event)) {
        amr_propose_weigh_stub(proposal, context);
        return proposal;
    }
    if (refuse_null(proposal, context, event) || refuse_info(proposal, context, event))
        return proposal;
    propose_class(proposal, event, context);
    if (context->probe)
        amr_propose_weigh(proposal, context);
    return proposal;
}

char *
amr_propose_undeny(const AmrCause *denied)
{
    g_autofree char *file = denied ? amr_display_string(denied->file) : NULL;
    return file ? g_strdup_printf("If that deny is wrong, take it out by hand: %s line %u.", file,
                                  denied->line)
                : g_strdup("If that deny is wrong, take it out by hand.");
}

/* For people alone: such a rule is never proposed. What the compiler here makes of a priority=
 * beside a deny is tried: 3.0.8 does not know the word, network rules refuse it, a capability stays
 * denied. */
static char *
tell_overriding(const AmrCause *cause, AmrStating over)
{
    g_autofree char *undeny = amr_propose_undeny(cause);
    static const char *const tells[AMR_STATING_NOT_ASKED + 1] = {
        [AMR_STATING_UNKNOWN] = "; by hand a rule with priority=1 may, where compiler and kernel "
                                "know it",
        [AMR_STATING_NOT_ASKED] = "; by hand a rule with priority=1 may, where compiler and kernel "
                                  "know it",
        [AMR_STATING_STATED] = ", but by hand a rule with priority=1 does here",
        [AMR_STATING_WEAKENED] = "",
        [AMR_STATING_DROPPED] = ", nor does a rule with priority= here",
        [AMR_STATING_REFUSED] = ", nor can a priority= be given to such a rule here",
    };

    return g_strdup_printf("%s Nothing in local/ overrides it%s.", undeny, tells[over]);
}

/* What the kernel says beside a denial is often that a rule is not the answer: it is told even if
 * nobody knows what it means. */
static char *
tell_still_denied(const AmrProposal *proposal)
{
    static const char older[] =
        "If it is still denied, what is loaded is older: reload the profile";

    return proposal->says
               ? g_strdup_printf("%s; or else the reason is what the kernel says (%s), and then no "
                                 "rule is the answer.",
                                 older, proposal->says)
               : g_strconcat(older, ".", NULL);
}

void
amr_propose_settle(AmrProposal *proposal, const AmrProposeContext *context, AmrOracleVerdict disk,
                   const AmrCause *cause)
{
    if (proposal->no_rule != AMR_NO_RULE_NONE)
        return;
    if (disk == AMR_ORACLE_UNKNOWN && cause) { /* nothing is proven, so nothing is taken back */
        AmrCause **of = cause->kind == AMR_CAUSE_DENIES ? &proposal->denied : &proposal->granted;
        amr_cause_free(*of);
        *of = amr_cause_copy(cause);
    }
    if (disk == AMR_ORACLE_ALLOWED) {
        proposal->granted = amr_cause_copy(cause);
        /* Without its rule, so that many are told as one. */
        amr_propose_refuse(proposal, AMR_NO_RULE_GRANTED,
                           g_strdup("Policy on disk allows it already."),
                           tell_still_denied(proposal));
    }
    if (disk != AMR_ORACLE_REFUSED)
        return;
    proposal->denied = amr_cause_copy(cause);
    const AmrCandidate *first = proposal->candidates->len ? proposal->candidates->pdata[0] : NULL;
    g_autoptr(AmrRule) rule = first ? amr_rule_copy(first->rule) : NULL;
    amr_propose_refuse(proposal, AMR_NO_RULE_DENIED,
                       g_strdup("A deny rule of the profile stands against it, and a deny wins "
                                "over any rule."),
                       NULL);
    proposal->remedy = tell_overriding(cause, rule ? amr_propose_weigh_over(proposal, context, rule)
                                                   : AMR_STATING_WEAKENED);
}
