/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer propose --json: one object a denial. */
#include "config.h"

#include "tui/command/propose.h"

/* A rule and its profile as one word; a newline is never in a printed rule. */
static char *
cover_key(const AmrProposal *proposal, const AmrCandidate *candidate)
{
    g_autofree char *rule = amr_rule_print(candidate->rule);

    return g_strconcat(rule, "\n", proposal->profile, NULL);
}

struct TuiProposeCovers {
    GHashTable *counts; /* cover_key() -> how many */
};

TuiProposeCovers *
tui_propose_covers_new(void)
{
    TuiProposeCovers *covers = g_new0(TuiProposeCovers, 1);
    covers->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return covers;
}

void
tui_propose_covers_free(TuiProposeCovers *covers)
{
    if (!covers)
        return;
    g_hash_table_unref(covers->counts);
    g_free(covers);
}

/* What was not denied is not answered. */
void
tui_propose_count(TuiProposeCovers *all, const AmrResolved *resolved)
{
    const AmrProposal *proposal = resolved->proposal;
    GHashTable *covers = all->counts;

    for (guint i = 0; resolved->id && i < proposal->candidates->len; i++) {
        char *key = cover_key(proposal, g_ptr_array_index(proposal->candidates, i));
        guint count = GPOINTER_TO_UINT(g_hash_table_lookup(covers, key));
        g_hash_table_replace(covers, key, GUINT_TO_POINTER(count + 1));
    }
}

/* What of all names there can be it opens. */
static void
add_gain(TuiJson *json, const AmrOracleDifference *difference)
{
    gboolean own, file = difference->klass == AMR_CLASS_FILE;
    g_autofree char *rights = amr_opening_rights(difference, &own);
    AmrOracleQuestion question = difference->example;

    if (file)
        question.file.owner = FALSE;
    g_autofree char *example = amr_oracle_question_text(&question);
    tui_json_open_object(json, NULL);
    tui_json_text(json, "class", amr_class_word(difference->klass));
    tui_json_text(json, "rights", rights);
    tui_json_bool(json, "owner", own);
    tui_json_text(json, "example", example);
    if (file)
        tui_json_name(json, "begins", difference->prefix);
    else
        tui_json_null(json, "begins");
    tui_json_bool(json, "deep", difference->deep);
    tui_json_bool(json, "endless", difference->names == AMR_ORACLE_ENDLESS);
    if (difference->names && difference->names != AMR_ORACLE_ENDLESS)
        tui_json_uint(json, "names", difference->names);
    else
        tui_json_null(json, "names");
    tui_json_close_object(json);
}

/* Measured, where that was asked for. */
static void
add_opening(TuiJson *json, AmrOpens *opens, const AmrResolved *resolved,
            const AmrCandidate *candidate)
{
    const AmrOpening *opening =
        opens ? amr_opens_look(opens, resolved->proposal->profile, candidate->rule) : NULL;

    if (!opening) {
        tui_json_null(json, "measured");
        tui_json_null(json, "gains");
        return;
    }
    g_autoptr(AmrQuestion) denied = amr_question_of_event(&resolved->event, NULL);
    g_autofree char *words = amr_opening_words(opening, denied);
    tui_json_text(json, "measured", words);
    if (!opening->gains) {
        tui_json_null(json, "gains");
        return;
    }
    tui_json_open_array(json, "gains");
    for (guint i = 0; i < opening->gains->differences->len; i++)
        add_gain(json, opening->gains->differences->pdata[i]);
    tui_json_close_array(json);
}

static void
add_candidate(TuiJson *json, AmrOpens *opens, const AmrResolved *resolved,
              const AmrCandidate *candidate, guint covers, const AmrMeasured *measured)
{
    g_autofree char *rule = amr_rule_print(candidate->rule);
    g_autofree char *mirror = candidate->mirror ? amr_rule_print(candidate->mirror) : NULL;
    g_autofree char *without_owner = NULL;

    if (candidate->rule->owner) {
        g_autoptr(AmrRule) all = amr_rule_copy(candidate->rule);
        all->owner = FALSE;
        without_owner = amr_rule_print(all);
    }
    tui_json_open_object(json, NULL);
    tui_json_name(json, "rule", rule);
    tui_json_text(json, "kind", amr_rule_kind_word(candidate->rule->kind));
    tui_json_uint(json, "covers", covers);
    tui_json_text(json, "why", candidate->why);
    tui_json_text(json, "opens", candidate->opens);
    tui_json_text(json, "risk", amr_risk_word(candidate->risk));
    tui_json_text(json, "danger", candidate->danger);
    tui_json_name(json, "mirror", mirror);
    tui_json_uint(json, "together", candidate->together);
    tui_json_text(json, "rung", candidate->rung ? amr_rung_word(candidate->rung) : NULL);
    tui_json_bool(json, "everything", candidate->everything);
    tui_json_name(json, "without_owner", without_owner);
    add_opening(json, opens, resolved, candidate);
    tui_propose_breadth_json(json, measured);
    tui_json_close_object(json);
}

static void
add_left_out(TuiJson *json, const AmrProposal *proposal)
{
    tui_json_open_array(json, "left_out");
    for (guint i = 0; i < proposal->left_out->len; i++) {
        const AmrLeftOut *left_out = proposal->left_out->pdata[i];
        g_autofree char *rule = amr_rule_print(left_out->rule);
        tui_json_open_object(json, NULL);
        tui_json_name(json, "rule", rule);
        tui_json_text(json, "target", amr_stating_word(left_out->stating));
        tui_json_text(json, "why", left_out->said);
        tui_json_close_object(json);
    }
    tui_json_close_array(json);
}

static void
add_profile(TuiJson *json, const char *full)
{
    g_autofree char *ns = NULL;
    const char *name;

    tui_split_profile(full, &ns, &name);
    tui_json_name(json, "profile", name);
    tui_json_name(json, "namespace", ns);
}

static void
add_under(TuiJson *json, const GPtrArray *under)
{
    tui_json_open_array(json, "under");
    for (guint i = 0; i < under->len; i++) {
        const AmrDecision *decision = g_ptr_array_index(under, i);
        g_autofree char *ns = NULL;
        const char *into = NULL;
        if (decision->into)
            tui_split_profile(decision->into, &ns, &into);
        tui_json_open_object(json, NULL);
        add_profile(json, decision->profile);
        tui_json_name(json, "exec", decision->exec);
        tui_json_text(json, "mode", decision->mode ? amr_exec_mode_word(decision->mode) : NULL);
        tui_json_name(json, "target", decision->target);
        tui_json_text(json, "by", amr_decided_word(decision->by));
        tui_json_name(json, "into", into);
        tui_json_close_object(json);
    }
    tui_json_close_array(json);
}

static void
add_other(TuiJson *json, const AmrProposal *proposal)
{
    if (!proposal->other) {
        tui_json_null(json, "other");
        return;
    }
    tui_json_open_object(json, "other");
    add_profile(json, proposal->other);
    tui_json_text(json, "no_rule",
                  proposal->other_no_rule ? amr_no_rule_word(proposal->other_no_rule) : NULL);
    tui_json_text(json, "reason", proposal->other_reason);
    tui_json_close_object(json);
}

/* The best first. */
static void
add_candidates(TuiJson *json, TuiProposeCovers *covers, AmrOpens *opens, TuiProposeBreadth *breadth,
               const AmrResolved *resolved)
{
    const AmrProposal *proposal = resolved->proposal;

    tui_json_open_array(json, "rules");
    for (guint i = 0; i < proposal->candidates->len; i++) {
        guint n = i == 0 ? resolved->best : i <= resolved->best ? i - 1 : i;
        const AmrCandidate *candidate = g_ptr_array_index(proposal->candidates, n);
        g_autofree char *key = cover_key(proposal, candidate);
        add_candidate(json, opens, resolved, candidate,
                      GPOINTER_TO_UINT(g_hash_table_lookup(covers->counts, key)),
                      tui_propose_breadth_look(breadth, proposal->profile, candidate->rule));
    }
    tui_json_close_array(json);
}

static void
add_recipes(TuiJson *json, const AmrRecipes *recipes, const AmrEvent *event,
            const AmrProposal *proposal)
{
    g_autoptr(GPtrArray) found = amr_recipes_for(recipes, event, proposal);

    tui_json_recipes(json, found);
}

static void
add_notes(TuiJson *json, const AmrRecipes *recipes, const AmrEvent *event)
{
    g_autoptr(GPtrArray) notes = amr_notes_for(recipes, event);

    tui_json_open_array(json, "notes");
    for (guint i = 0; i < notes->len; i++)
        tui_json_text(json, NULL, notes->pdata[i]);
    tui_json_close_array(json);
}

gboolean
tui_propose_out(const AmrSession *session, TuiProposeCovers *covers, AmrOpens *opens,
                TuiProposeBreadth *breadth, const AmrResolved *resolved)
{
    const AmrProposal *proposal = resolved->proposal;
    const AmrStore *store = session->store;
    const AmrDenial *denial = resolved->id ? amr_store_get(store, resolved->id) : NULL;
    AmrEvent event = resolved->event;
    TuiJson *json = tui_json_new();

    /* In words: as it happened, in the null profile if it was one. */
    if (denial && !amr_store_event(store, resolved->id, &event))
        event = resolved->event;
    g_autofree char *explain = denial ? amr_explain(session->sentences, &event) : NULL;
    add_profile(json, proposal->profile);
    tui_json_bytes(json, "operation", event.field[AMR_FIELD_OPERATION]);
    tui_json_text(json, "class", amr_class_word(event.klass));
    tui_json_uint(json, "count", denial ? denial->count : 0);
    tui_json_text(json, "explain", explain);
    add_under(json, resolved->under);
    add_candidates(json, covers, opens, breadth, resolved);
    add_left_out(json, proposal);
    add_other(json, proposal);
    tui_json_text(json, "no_rule", proposal->no_rule ? amr_no_rule_word(proposal->no_rule) : NULL);
    tui_json_text(json, "reason", proposal->reason);
    tui_json_text(json, "remedy", proposal->remedy);
    tui_json_cause(json, "denied_by", proposal->denied);
    tui_json_cause(json, "granted_by", proposal->granted);
    add_recipes(json, session->recipes, &event, proposal);
    add_notes(json, session->recipes, &event);
    return tui_out_json(json);
}
