/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer propose: the rules that answer the denials, as text for `apply --from` or as JSON. */
#include "config.h"

#include <string.h>

#include "tui/command/command.h"
#include "tui/command/query.h"
#include "tui/command/wait.h"

/* ---- text: what one profile gets --------------------------------------------------------------
 */

typedef struct {
    char *profile;
    GPtrArray *rules;    /* AmrRule */
    GPtrArray *no_rules; /* char *: lines, each once */
    GPtrArray *left_out; /* the same, of rules that the target does not state */
} Group;

static void
group_free(gpointer data)
{
    Group *group = data;

    g_free(group->profile);
    g_ptr_array_unref(group->rules);
    g_ptr_array_unref(group->no_rules);
    g_ptr_array_unref(group->left_out);
    g_free(group);
}

static Group *
group_for(GPtrArray *groups, GHashTable *by_profile, const char *profile)
{
    Group *group = g_hash_table_lookup(by_profile, profile);

    if (group)
        return group;
    group = g_new0(Group, 1);
    group->profile = g_strdup(profile);
    group->rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    group->no_rules = g_ptr_array_new_with_free_func(g_free);
    group->left_out = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(groups, group);
    g_hash_table_insert(by_profile, group->profile, group);
    return group;
}

/* @line is taken over. */
static void
add_line(GPtrArray *lines, char *line)
{
    if (g_ptr_array_find_with_equal_func(lines, line, g_str_equal, NULL))
        g_free(line);
    else
        g_ptr_array_add(lines, line);
}

static void
add_no_rule(Group *group, const AmrEvent *event, const AmrProposal *proposal)
{
    g_autofree char *tried = amr_explain_tried(event);
    g_autofree char *object = amr_explain_object(event);

    add_line(group->no_rules, g_strdup_printf("# no rule: %s %s: %s%s%s", tried, object,
                                              proposal->reason, proposal->remedy ? " " : "",
                                              proposal->remedy ? proposal->remedy : ""));
}

/* The narrower rules in whose place the one above stands. */
static void
add_left_out(Group *group, const AmrProposal *proposal)
{
    for (guint i = 0; i < proposal->left_out->len; i++) {
        const AmrLeftOut *left_out = proposal->left_out->pdata[i];
        g_autofree char *rule = amr_rule_print(left_out->rule);
        g_autofree char *shown = amr_display_string(rule);
        add_line(group->left_out,
                 g_strdup_printf("# not offered: %s %s here%s%s", shown,
                                 amr_stating_word(left_out->stating), left_out->said ? ": " : "",
                                 left_out->said ? left_out->said : ""));
    }
}

static gboolean
same_rule(gconstpointer a, gconstpointer b)
{
    return amr_rule_equal(a, b);
}

static void
add_to_group(Group *group, const AmrEvent *event, const AmrProposal *proposal, gboolean all)
{
    guint n = all ? proposal->candidates->len : MIN(proposal->candidates->len, 1);

    if (proposal->no_rule)
        add_no_rule(group, event, proposal);
    else
        add_left_out(group, proposal);
    for (guint i = 0; i < n; i++) {
        const AmrCandidate *candidate = g_ptr_array_index(proposal->candidates, i);
        if (!g_ptr_array_find_with_equal_func(group->rules, candidate->rule, same_rule, NULL))
            g_ptr_array_add(group->rules, amr_rule_copy(candidate->rule));
    }
}

static gboolean
out_lines(const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++)
        if (!tui_out_line(lines->pdata[i]))
            return FALSE;
    return TRUE;
}

static gboolean
out_group(Group *group, gboolean all)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = amr_policy_name(AMR_PLACE_PATTERN, amr_bytes(group->profile), &error);
    g_autofree char *header = NULL;

    if (!name) {
        /* No header, so that no rule of it can be applied to another profile. */
        g_autofree char *shown = amr_display_string(group->profile);
        tui_say("profile \"%s\": its name cannot be written: %s", shown, error->message);
        return TRUE;
    }
    header = g_strconcat("# profile: ", name, NULL);
    if (!tui_out_line(header))
        return FALSE;
    /* Candidates are alternatives: what they have together is none of them. */
    if (!all)
        amr_rules_merge(group->rules);
    for (guint i = 0; i < group->rules->len; i++) {
        g_autofree char *line = amr_rule_print(g_ptr_array_index(group->rules, i));
        if (!tui_out_line(line))
            return FALSE;
    }
    return out_lines(group->left_out) && out_lines(group->no_rules);
}

/* ---- JSON: one denial -------------------------------------------------------------------------
 */

/* A rule and its profile as one word; a newline is never in a printed rule. */
static char *
cover_key(const AmrProposal *proposal, const AmrCandidate *candidate)
{
    g_autofree char *rule = amr_rule_print(candidate->rule);

    return g_strconcat(rule, "\n", proposal->profile, NULL);
}

/* How many of the denials each candidate answers. */
static void
count_covers(GHashTable *covers, const AmrProposal *proposal)
{
    for (guint i = 0; i < proposal->candidates->len; i++) {
        char *key = cover_key(proposal, g_ptr_array_index(proposal->candidates, i));
        guint count = GPOINTER_TO_UINT(g_hash_table_lookup(covers, key));
        g_hash_table_replace(covers, key, GUINT_TO_POINTER(count + 1));
    }
}

static void
add_candidate(TuiJson *json, const AmrCandidate *candidate, guint covers)
{
    g_autofree char *rule = amr_rule_print(candidate->rule);

    tui_json_open_object(json, NULL);
    tui_json_name(json, "rule", rule);
    tui_json_text(json, "kind", amr_rule_kind_word(candidate->rule->kind));
    tui_json_uint(json, "covers", covers);
    tui_json_text(json, "why", candidate->why);
    tui_json_text(json, "opens", candidate->opens);
    tui_json_text(json, "risk", amr_risk_word(candidate->risk));
    tui_json_text(json, "danger", candidate->danger);
    tui_json_close_object(json);
}

static void
add_left_out_json(TuiJson *json, const AmrProposal *proposal)
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

static gboolean
out_proposal(const AmrDenial *denial, const AmrEvent *event, const AmrProposal *proposal,
             GHashTable *covers)
{
    g_autofree char *explain = amr_explain(event);
    g_autofree char *ns = NULL;
    const char *name;
    TuiJson *json = tui_json_new();

    tui_split_profile(proposal->profile, &ns, &name);
    tui_json_name(json, "profile", name);
    tui_json_name(json, "namespace", ns);
    tui_json_bytes(json, "operation", event->field[AMR_FIELD_OPERATION]);
    tui_json_text(json, "class", amr_class_word(event->klass));
    tui_json_uint(json, "count", denial->count);
    tui_json_text(json, "explain", explain);
    tui_json_open_array(json, "rules");
    for (guint i = 0; i < proposal->candidates->len; i++) {
        const AmrCandidate *candidate = g_ptr_array_index(proposal->candidates, i);
        g_autofree char *key = cover_key(proposal, candidate);
        add_candidate(json, candidate, GPOINTER_TO_UINT(g_hash_table_lookup(covers, key)));
    }
    tui_json_close_array(json);
    add_left_out_json(json, proposal);
    tui_json_text(json, "no_rule", proposal->no_rule ? amr_no_rule_word(proposal->no_rule) : NULL);
    tui_json_text(json, "reason", proposal->reason);
    tui_json_text(json, "remedy", proposal->remedy);
    return tui_out_json(json);
}

/* ---- the verb ---------------------------------------------------------------------------------
 */

/* What is done with each denial and its proposal; FALSE ends it. */
typedef struct {
    const TuiCommand *command;
    AmrAsker *asker;
    gboolean all;
    GPtrArray *groups;      /* Group: the text */
    GHashTable *by_profile; /* profile -> Group */
    GHashTable *covers;     /* cover_key() -> how many */
} Propose;

typedef gboolean (*ProposeEach)(Propose *propose, const AmrDenial *denial, const AmrEvent *event,
                                const AmrProposal *proposal);

static gboolean
take_text(Propose *propose, const AmrDenial *denial, const AmrEvent *event,
          const AmrProposal *proposal)
{
    add_to_group(group_for(propose->groups, propose->by_profile, proposal->profile), event,
                 proposal, propose->all);
    return TRUE;
}

static gboolean
take_covers(Propose *propose, const AmrDenial *denial, const AmrEvent *event,
            const AmrProposal *proposal)
{
    count_covers(propose->covers, proposal);
    return TRUE;
}

static gboolean
take_json(Propose *propose, const AmrDenial *denial, const AmrEvent *event,
          const AmrProposal *proposal)
{
    return out_proposal(denial, event, proposal, propose->covers);
}

/* A rule for what policy on disk says already is none. What cannot be asked (it does not compile,
 * it is another's profile) stays as proposed. */
static void
settle(const Propose *propose, const AmrEvent *event, AmrProposal *proposal)
{
    g_autofree char *profile = amr_event_profile(event);
    g_autoptr(AmrQuestion) question = proposal->no_rule || !g_str_equal(profile, proposal->profile)
                                          ? NULL
                                          : amr_question_of_event(event, NULL);
    g_autoptr(AmrAnswer) answer = NULL;

    if (!question)
        return;
    answer = tui_query_wait(propose->asker, propose->command->cancellable, profile, question, NULL);
    if (answer)
        amr_propose_settle(proposal, &answer->disk.answer);
}

/* With what the target is known to state; asked where it is not known. */
static AmrProposal *
propose_stated(const Propose *propose, const AmrEvent *event, const AmrProposeContext *context)
{
    AmrProposal *proposal = amr_propose(event, context);
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    if (!proposal->pending)
        return proposal;
    amr_propose_ask_async(proposal, context, propose->command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    if (!amr_propose_ask_finish(result, NULL))
        return proposal; /* interrupted: for_each() ends */
    amr_proposal_free(proposal);
    return amr_propose(event, context);
}

static void
for_each(Propose *propose, const AmrDenialId *ids, guint n, ProposeEach each)
{
    const AmrSession *session = propose->command->session;
    AmrProposeContext context = amr_session_propose_context(session);

    for (guint i = 0; i < n && !g_cancellable_is_cancelled(propose->command->cancellable); i++) {
        const AmrDenial *denial = amr_store_get(session->store, ids[i]);
        AmrEvent event;
        if (!denial || !amr_store_event(session->store, ids[i], &event))
            continue;
        g_autoptr(AmrProposal) proposal = propose_stated(propose, &event, &context);
        settle(propose, &event, proposal);
        if (!each(propose, denial, &event, proposal))
            return;
    }
}

static void
propose_all(TuiCommand *command, const AmrDenialId *ids, guint n, gboolean all)
{
    g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(group_free);
    g_autoptr(GHashTable) by_profile = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) covers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(AmrAsker) asker = tui_query_asker(command->session, FALSE);
    Propose propose = {command, asker, all, groups, by_profile, covers};

    if (command->options->json) {
        for_each(&propose, ids, n, take_covers);
        for_each(&propose, ids, n, take_json);
        return;
    }
    for_each(&propose, ids, n, take_text);
    for (guint i = 0; i < groups->len; i++) {
        if (!out_group(g_ptr_array_index(groups, i), all))
            return;
    }
}

int
tui_command_propose(TuiCommand *command, int argc, char **argv)
{
    gboolean all = FALSE;
    g_autofree char *since = NULL;
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &all, "every candidate, from narrow to broad", NULL},
        TUI_OPTION_SINCE(&since),
        {0},
    };
    g_auto(GStrv) words = NULL;
    g_autofree char **files = NULL;
    g_autoptr(AmrFilter) filter = NULL;
    g_autofree AmrDenialId *ids = NULL;
    guint n;
    int status;

    if (!tui_command_parse(command, tui_verb_find("propose"), entries, &argc, &argv, &words,
                           &status))
        return status;
    status = tui_command_open(command, TRUE);
    if (status != TUI_EXIT_DONE)
        return status;
    filter = tui_command_filter(command, words, since, &files);
    if (!filter)
        return TUI_EXIT_USAGE;
    /* Without a policy or a kernel there still are rules, only with less known: no failure. */
    if (!command->session->index)
        tui_say("proposing without policy: %s", command->session->index_error->message);
    status = tui_command_read_logs(command, files);
    ids = tui_command_denial_ids(command, filter, AMR_ORDER_PROFILE, &n, &status);
    propose_all(command, ids, n, all);
    return status;
}
