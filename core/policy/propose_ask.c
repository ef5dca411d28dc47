/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has to be asked before a proposal is whole: what the target states of its rules, and what
 * the program is that is executed. */
#include "core/policy/classes.h"

/* ---- what the target states -------------------------------------------------------------------
 */

/* Where the target cannot be asked, what every compiler knows may be tried. */
static gboolean
may_be_offered(const AmrRule *rule, AmrStating stating)
{
    return stating == AMR_STATING_STATED || stating == AMR_STATING_UNKNOWN ||
           (stating == AMR_STATING_NOT_ASKED && amr_probe_is_old(rule));
}

static void
refuse_not_stated(AmrProposal *proposal)
{
    static const char *const does[AMR_STATING_NOT_ASKED + 1] = {
        [AMR_STATING_WEAKENED] = "would make it allow more than it says",
        [AMR_STATING_DROPPED] = "would drop it",
        [AMR_STATING_REFUSED] = "refuses it",
        [AMR_STATING_NOT_ASKED] = "could not be asked",
    };
    /* Of network rules the last one is the oldest form; of others the first the one to write. */
    const AmrLeftOut *first = proposal->left_out->pdata[0];
    const AmrLeftOut *last = proposal->left_out->pdata[proposal->left_out->len - 1];
    if (last->rule->kind != AMR_RULE_NETWORK)
        last = first;
    g_autofree char *rule = amr_rule_print(last->rule);
    g_autofree char *shown = amr_display_string(rule);

    amr_propose_refuse(
        proposal, AMR_NO_RULE_NOT_STATED,
        g_strdup_printf("The rule would be %s but what policy is compiled with here %s: %s.", shown,
                        does[last->stating], last->said ? last->said : "it does not say why"),
        g_strdup("It takes a compiler, an abi line in the profile's file and a kernel that know "
                 "such rules."));
}

gboolean
amr_propose_left_out_tells(const AmrProposal *proposal, guint i)
{
    const AmrLeftOut *one = proposal->left_out->pdata[i];

    for (guint k = 0; k < i; k++) {
        const AmrLeftOut *before = proposal->left_out->pdata[k];
        if (before->stating == one->stating && g_strcmp0(before->said, one->said) == 0)
            return FALSE;
    }
    return TRUE;
}

void
amr_propose_weigh(AmrProposal *proposal, const AmrProposeContext *context)
{
    for (guint i = 0; i < proposal->candidates->len;) {
        AmrCandidate *candidate = proposal->candidates->pdata[i];
        const char *said;
        AmrStating stating = amr_probe_look(context->probe, AMR_PROBE_PLAIN, context->index,
                                            proposal->profile, candidate->rule, &said);
        proposal->pending |= stating == AMR_STATING_UNKNOWN;
        if (may_be_offered(candidate->rule, stating)) {
            i++;
            continue;
        }
        amr_propose_leave_out(proposal, g_steal_pointer(&candidate->rule), stating, said);
        g_ptr_array_remove_index(proposal->candidates, i);
        if (i < proposal->best)
            proposal->best--;
    }
    if (proposal->best >= proposal->candidates->len)
        proposal->best = 0;
    if (proposal->candidates->len == 0 && proposal->left_out->len)
        refuse_not_stated(proposal);
}

/* What is asked about besides candidates: @rule is taken over. */
static AmrStating
ask_besides(AmrProposal *proposal, const AmrProposeContext *context, AmrProbeWay way, AmrRule *rule)
{
    const char *said;
    AmrStating stating =
        context && context->probe
            ? amr_probe_look(context->probe, way, context->index, proposal->profile, rule, &said)
            : AMR_STATING_NOT_ASKED;

    if (stating == AMR_STATING_UNKNOWN) {
        proposal->pending = TRUE;
        proposal->way = way;
        amr_rule_free(proposal->ask);
        proposal->ask = rule;
    } else {
        amr_rule_free(rule);
    }
    return stating;
}

void
amr_propose_weigh_stub(AmrProposal *proposal, const AmrProposeContext *context)
{
    AmrRule *rule = amr_rule_new(AMR_RULE_USERNS);

    amr_rule_set_access(rule, "create");
    proposal->stub = ask_besides(proposal, context, AMR_PROBE_STUB, rule);
}

AmrStating
amr_propose_weigh_over(AmrProposal *proposal, const AmrProposeContext *context, const AmrRule *rule)
{
    if (rule->kind == AMR_RULE_FILE && rule->file.exec)
        return AMR_STATING_REFUSED; /* what may be executed, no deny of this form says */
    return ask_besides(proposal, context, AMR_PROBE_OVER, amr_rule_copy(rule));
}

typedef struct {
    AmrProposeContext context;
    AmrProbeWay way;
    char *profile;
    GPtrArray *rules; /* AmrRule, copies */
} Asking;

static void
asking_free(gpointer data)
{
    Asking *asking = data;
    g_free(asking->profile);
    g_ptr_array_unref(asking->rules);
    g_free(asking);
}

static void
on_stated(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    GError *error = NULL;

    if (amr_probe_ask_finish(result, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

static void
ask_probe(GTask *task)
{
    const Asking *asking = g_task_get_task_data(task);

    if (!asking->context.probe) {
        g_task_return_boolean(task, TRUE);
        return;
    }
    amr_probe_ask_async(asking->context.probe, asking->way, asking->context.index, asking->profile,
                        asking->rules, g_task_get_cancellable(task), on_stated, g_object_ref(task));
}

static void
on_looked(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    GError *error = NULL;

    if (amr_programs_ask_finish(result, &error))
        ask_probe(task);
    else
        g_task_return_error(task, error);
}

void
amr_propose_ask_async(const AmrProposal *proposal, const AmrProposeContext *context,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);

    for (guint i = 0; i < proposal->candidates->len; i++) {
        const AmrCandidate *candidate = proposal->candidates->pdata[i];
        g_ptr_array_add(rules, amr_rule_copy(candidate->rule));
    }
    if (proposal->ask)
        g_ptr_array_add(rules, amr_rule_copy(proposal->ask));
    Asking *asking = g_new0(Asking, 1);
    *asking =
        (Asking){*context, proposal->way, g_strdup(proposal->profile), g_steal_pointer(&rules)};
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_task_set_source_tag(task, amr_propose_ask_async);
    g_task_set_task_data(task, asking, asking_free);
    if (proposal->look_at)
        amr_programs_ask_async(context->programs, amr_bytes(proposal->look_at), cancellable,
                               on_looked, g_object_ref(task));
    else
        ask_probe(task);
}

gboolean
amr_propose_ask_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
