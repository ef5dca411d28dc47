/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/detail.h"

void
tui_detail_add_risk(TuiFlow *flow, AmrRisk risk, const char *danger)
{
    static const TuiRole roles[] = {
        [AMR_RISK_UNKNOWN] = TUI_ROLE_QUIET,
        [AMR_RISK_LOW] = TUI_ROLE_GOOD,
        [AMR_RISK_MEDIUM] = TUI_ROLE_WARNING,
        [AMR_RISK_HIGH] = TUI_ROLE_DANGER,
    };
    const char *word = amr_risk_word(risk);
    g_autofree char *shown = risk == AMR_RISK_HIGH ? g_ascii_strup(word, -1) : g_strdup(word);
    g_autofree char *text = danger ? g_strdup_printf("%s: %s", shown, danger) : g_strdup(shown);
    tui_flow_add_words(flow, "risk", roles[risk <= AMR_RISK_HIGH ? risk : 0], text);
}

void
tui_detail_add_stale(TuiFlow *flow, const AmrSession *session)
{
    if (amr_session_is_outdated(session))
        tui_flow_add_words(flow, "stale", TUI_ROLE_WARNING,
                           "policy was changed by somebody else, and is asked anew");
}

static void
add_cause(TuiFlow *flow, const char *label, TuiRole role, const AmrCause *cause)
{
    if (!cause)
        return;
    tui_flow_add_words(flow, label, role, cause->said);
    if (cause->through) {
        g_autofree char *through = g_strdup_printf("through %s", cause->through);
        tui_flow_add_words(flow, "", TUI_ROLE_QUIET, through);
    }
    if (cause->more == 0)
        return;
    g_autofree char *more =
        g_strdup_printf("and %u more that %s", cause->more, cause->more == 1 ? "does" : "do");
    tui_flow_add_words(flow, "", role, more);
}

void
tui_detail_add_denied(TuiFlow *flow, const AmrCause *denied)
{
    add_cause(flow, "denied by", TUI_ROLE_DENIED, denied);
}

void
tui_detail_add_granted(TuiFlow *flow, const AmrCause *granted)
{
    add_cause(flow, "granted by", TUI_ROLE_GOOD, granted);
}

void
tui_detail_add_unproven(TuiFlow *flow, const AmrProposal *proposal)
{
    if (proposal->denied && proposal->denied->proof != AMR_CAUSE_BY_POLICY)
        tui_detail_add_denied(flow, proposal->denied);
    if (proposal->granted && proposal->granted->proof != AMR_CAUSE_BY_POLICY)
        tui_detail_add_granted(flow, proposal->granted);
}

void
tui_detail_add_notes(TuiFlow *flow, const AmrSession *session, const AmrEvent *event)
{
    g_autoptr(GPtrArray) notes = amr_notes_for(session->recipes, event);

    for (guint i = 0; i < notes->len; i++)
        tui_flow_add_words(flow, i == 0 ? "means" : "", TUI_ROLE_TEXT, notes->pdata[i]);
}

void
tui_detail_add_recipes(TuiFlow *flow, const AmrSession *session, const AmrEvent *event,
                       const AmrProposal *proposal)
{
    g_autoptr(GPtrArray) found = amr_recipes_for(session->recipes, event, proposal);

    for (guint i = 0; i < found->len; i++) {
        const AmrRecipe *recipe = found->pdata[i];
        tui_flow_add_words(flow, "better", TUI_ROLE_WARNING, recipe->title);
        tui_flow_add_words(flow, "", TUI_ROLE_TEXT, recipe->why);
        for (char **line = recipe->lines; *line; line++)
            tui_flow_add_field(flow, *line == recipe->lines[0] ? "copy" : "", TUI_ROLE_RULE, *line);
    }
}

static void
add_answer(TuiFlow *flow, const AmrSession *session, const AmrEvent *event,
           const TuiDetailPolicy *policy)
{
    AmrProposeContext context = amr_session_propose_context(session);
    g_autoptr(AmrProposal) proposal = amr_propose(event, &context);

    if (policy)
        amr_propose_settle(proposal, &context, policy->verdict, policy->cause);
    if (policy && policy->why)
        tui_flow_add_words(flow, "on disk", TUI_ROLE_WARNING, policy->why);
    if (proposal->no_rule != AMR_NO_RULE_NONE) {
        tui_flow_add_words(flow, "no rule", TUI_ROLE_WARNING, proposal->reason);
        tui_detail_add_denied(flow, proposal->denied);
        tui_detail_add_granted(flow, proposal->granted);
        if (proposal->remedy)
            tui_flow_add_words(flow, "instead", TUI_ROLE_TEXT, proposal->remedy);
    } else if (proposal->candidates->len > 0) {
        const AmrCandidate *candidate = proposal->candidates->pdata[proposal->best];
        g_autofree char *rule = amr_rule_print(candidate->rule);
        g_autofree char *shown = amr_display_lines(amr_bytes(rule));
        tui_flow_add_field(flow, "answer", TUI_ROLE_RULE, shown);
        tui_detail_add_risk(flow, candidate->risk, candidate->danger);
        tui_detail_add_unproven(flow, proposal);
    }
    tui_detail_add_recipes(flow, session, event, proposal);
    tui_detail_add_notes(flow, session, event);
}

static void
add_fields(TuiFlow *flow, const AmrEvent *event)
{
    for (guint i = 1; i < AMR_FIELD_COUNT; i++) {
        AmrBytes bytes = event->field[i];
        if (!bytes.data)
            continue;
        g_autofree char *value = amr_display(bytes);
        tui_flow_add_field(flow, amr_field_key((AmrField)i), TUI_ROLE_TEXT,
                           bytes.len > 0 ? value : "(empty)");
    }
}

static void
add_policy(TuiFlow *flow, const AmrSession *session, const AmrEvent *event)
{
    AmrBytes ns_bytes = amr_event_namespace(event);
    g_autofree char *ns = amr_bytes_dup(ns_bytes);
    g_autofree char *name = amr_bytes_dup(event->field[AMR_FIELD_PROFILE]);
    const AmrLoadedProfile *loaded =
        session->loaded ? amr_loaded_find(session->loaded, ns, name) : NULL;
    const AmrBlock *block = session->index ? amr_index_find(session->index, ns, name) : NULL;
    AmrLocal local;

    if (loaded) {
        g_autofree char *mode = amr_display_string(loaded->mode_word);
        tui_flow_add_field(flow, "mode", TUI_ROLE_TEXT, mode);
    } else if (session->loaded) {
        tui_flow_add_field(flow, "mode", TUI_ROLE_WARNING, "not loaded");
    }
    if (!session->index)
        return;
    if (!block) {
        tui_flow_add_field(flow, "policy", TUI_ROLE_WARNING,
                           "no file on disk defines this profile");
        return;
    }
    g_autofree char *file = amr_display_string(block->file);
    g_autofree char *where = g_strdup_printf("%s line %u", file, block->line);
    tui_flow_add_field(flow, "policy", TUI_ROLE_TEXT, where);
    if (!amr_index_local(session->index, block, &local)) {
        tui_flow_add_words(flow, "local", TUI_ROLE_WARNING, "the profile has no local include");
        return;
    }
    g_autofree char *target = amr_display_string(local.target);
    g_autofree char *text = g_strdup_printf("%s%s", target, local.exists ? "" : " (not there yet)");
    tui_flow_add_words(flow, "local", TUI_ROLE_TEXT, text);
}

/* What became of it, and by which change. */
static void
add_state(TuiFlow *flow, const AmrSession *session, const AmrDenial *denial, AmrClass klass)
{
    gint64 loaded = 0;
    const char *change = amr_answered_change(session->answered, denial->id, &loaded);
    const char *word = amr_denial_state_word(denial->state);
    g_autofree char *when = amr_clock_show(amr_target_clock(session->target), loaded);
    g_autofree char *text = NULL;

    if (denial->state == AMR_DENIAL_STATE_FIXED && loaded)
        text = g_strdup_printf("%s: quiet since change %s of %s", word, change, when);
    else if (denial->state == AMR_DENIAL_STATE_CAME_BACK && loaded)
        text = g_strdup_printf("%s: seen again after change %s of %s, which answers it", word,
                               change, when);
    else if (denial->state == AMR_DENIAL_STATE_PROPOSED && change)
        text = g_strdup_printf("%s: change %s answers it, and is not loaded", word, change);
    tui_flow_add_words(flow, "state", TUI_ROLE_TITLE, text ? text : word);
    if (denial->state == AMR_DENIAL_STATE_FIXED && klass == AMR_CLASS_CAPABILITY)
        tui_flow_add_words(flow, "", TUI_ROLE_QUIET,
                           "That says little: the kernel does not log each time that a capability "
                           "is denied");
}

void
tui_detail_fill(TuiFlow *flow, const AmrSession *session, AmrDenialId id,
                const TuiDetailPolicy *policy)
{
    const AmrDenial *denial = amr_store_get(session->store, id);
    AmrEvent event;

    tui_flow_clear(flow);
    if (!denial || !amr_store_event(session->store, id, &event))
        return;
    g_autofree char *sentence = amr_explain(session->sentences, &event);
    g_autofree char *history = amr_explain_history(denial, amr_target_clock(session->target));
    tui_flow_add(flow, TUI_ROLE_TITLE, sentence);
    tui_flow_add(flow, TUI_ROLE_TEXT, history);
    if (denial->folded > 0)
        tui_flow_add_format(
            flow, TUI_ROLE_WARNING,
            "%u more distinct denials of this profile did not fit and stand here as one.",
            denial->folded);
    if (denial->state > AMR_DENIAL_STATE_NEW)
        add_state(flow, session, denial, event.klass);
    tui_flow_add(flow, TUI_ROLE_TEXT, NULL);
    tui_detail_add_stale(flow, session);
    add_answer(flow, session, &event, policy);
    tui_flow_add(flow, TUI_ROLE_TEXT, NULL);
    add_policy(flow, session, &event);
    add_fields(flow, &event);
}
