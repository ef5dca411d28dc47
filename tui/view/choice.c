/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/choice.h"

#include <string.h>

static void
item_free(gpointer data)
{
    TuiChoiceItem *item = data;
    amr_proposal_free(item->proposal);
    g_free(item);
}

TuiChoice *
tui_choice_new(const AmrSession *session, const AmrDenialId *ids, guint n)
{
    TuiChoice *choice = g_new0(TuiChoice, 1);
    AmrProposeContext context = amr_session_propose_context(session);

    choice->items = g_ptr_array_new_with_free_func(item_free);
    for (guint i = 0; i < n; i++) {
        AmrEvent event;
        if (!amr_store_event(session->store, ids[i], &event))
            continue;
        TuiChoiceItem *item = g_new0(TuiChoiceItem, 1);
        item->id = ids[i];
        item->proposal = amr_propose(&event, &context);
        g_ptr_array_add(choice->items, item);
    }
    return choice;
}

static void
refresh_item(TuiChoiceItem *item, AmrProposal *proposal)
{
    const AmrCandidate *was = item->chosen ? tui_choice_candidate(item) : NULL;
    guint n = proposal->candidates->len, chosen = 0;

    for (guint i = 0; was && i < n; i++) {
        const AmrCandidate *candidate = proposal->candidates->pdata[i];
        if (amr_rule_equal(candidate->rule, was->rule))
            chosen = i;
    }
    amr_proposal_free(item->proposal);
    item->proposal = proposal;
    item->chosen = chosen;
}

void
tui_choice_refresh(TuiChoice *choice, const AmrSession *session)
{
    AmrProposeContext context = amr_session_propose_context(session);

    for (guint i = 0; i < choice->items->len; i++) {
        TuiChoiceItem *item = choice->items->pdata[i];
        AmrEvent event;
        if (amr_store_event(session->store, item->id, &event))
            refresh_item(item, amr_propose(&event, &context));
    }
}

/* ---- what the target states ----------------------------------------------------------------- */

static TuiChoiceItem *
first_pending(const TuiChoice *choice)
{
    for (guint i = 0; i < choice->items->len; i++) {
        TuiChoiceItem *item = choice->items->pdata[i];
        if (item->proposal->pending)
            return item;
    }
    return NULL;
}

gboolean
tui_choice_is_pending(const TuiChoice *choice)
{
    return first_pending(choice) != NULL;
}

typedef struct {
    TuiChoice *choice;
    const AmrSession *session;
} Asking;

static void on_asked(GObject *source, GAsyncResult *result, gpointer data);

static void
ask_next(GTask *task)
{
    const Asking *asking = g_task_get_task_data(task);
    AmrProposeContext context = amr_session_propose_context(asking->session);
    const TuiChoiceItem *item = first_pending(asking->choice);

    if (item)
        amr_propose_ask_async(item->proposal, &context, g_task_get_cancellable(task), on_asked,
                              g_object_ref(task));
    else
        g_task_return_boolean(task, TRUE);
}

/* One answer serves all items of the same form. */
static void
on_asked(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    const Asking *asking = g_task_get_task_data(task);
    GError *error = NULL;

    if (!amr_propose_ask_finish(result, &error)) {
        g_task_return_error(task, error);
        return;
    }
    tui_choice_refresh(asking->choice, asking->session);
    ask_next(task);
}

void
tui_choice_ask_async(TuiChoice *choice, const AmrSession *session, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Asking *asking = g_new0(Asking, 1);

    *asking = (Asking){choice, session};
    g_task_set_source_tag(task, tui_choice_ask_async);
    g_task_set_task_data(task, asking, g_free);
    ask_next(task);
}

gboolean
tui_choice_ask_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

void
tui_choice_free(TuiChoice *choice)
{
    if (!choice)
        return;
    g_ptr_array_unref(choice->items);
    g_free(choice);
}

/* ---- one item ------------------------------------------------------------------------------- */

const AmrCandidate *
tui_choice_candidate(const TuiChoiceItem *item)
{
    const GPtrArray *candidates = item->proposal->candidates;
    if (item->proposal->no_rule != AMR_NO_RULE_NONE || item->chosen >= candidates->len)
        return NULL;
    return candidates->pdata[item->chosen];
}

static gboolean
knows_owner(const AmrRule *rule)
{
    return rule->kind == AMR_RULE_FILE || rule->kind == AMR_RULE_LINK;
}

static AmrRule *
rule_of(const TuiChoiceItem *item, guint candidate)
{
    const AmrCandidate *from = item->proposal->candidates->pdata[candidate];
    AmrRule *rule = amr_rule_copy(from->rule);
    if (item->owner != TUI_OWNER_AS_PROPOSED && knows_owner(rule))
        rule->owner = item->owner == TUI_OWNER_ON;
    return rule;
}

AmrRule *
tui_choice_rule(const TuiChoiceItem *item)
{
    return tui_choice_candidate(item) ? rule_of(item, item->chosen) : NULL;
}

gboolean
tui_choice_answers(const AmrSession *session, const TuiChoiceItem *item)
{
    g_autoptr(AmrRule) rule = tui_choice_rule(item);
    AmrEvent event;
    if (!rule || !amr_store_event(session->store, item->id, &event))
        return FALSE;
    return !rule->owner || event.owner;
}

gboolean
tui_choice_step(TuiChoiceItem *item, int step)
{
    guint n = item->proposal->candidates->len;
    if ((step < 0 && item->chosen == 0) || (step > 0 && item->chosen + 1 >= n))
        return FALSE;
    item->chosen = step < 0 ? item->chosen - 1 : item->chosen + 1;
    return TRUE;
}

gboolean
tui_choice_knows_owner(const TuiChoiceItem *item)
{
    const AmrCandidate *candidate = tui_choice_candidate(item);
    return candidate && knows_owner(candidate->rule);
}

gboolean
tui_choice_toggle_owner(TuiChoiceItem *item)
{
    g_autoptr(AmrRule) rule = tui_choice_rule(item);
    if (!rule || !knows_owner(rule))
        return FALSE;
    item->owner = rule->owner ? TUI_OWNER_OFF : TUI_OWNER_ON;
    return TRUE;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static gboolean
covers_rule(const AmrRule *wide, const AmrRule *narrow)
{
    if (amr_rule_equal(wide, narrow))
        return TRUE;
    if (wide->kind != AMR_RULE_FILE || narrow->kind != AMR_RULE_FILE || wide->deny ||
        narrow->deny || strcmp(wide->file.pattern, narrow->file.pattern) != 0 ||
        (wide->owner && !narrow->owner))
        return FALSE;
    guint access = wide->file.access;
    if (access & AMR_ACCESS_WRITE)
        access |= AMR_ACCESS_APPEND;
    return (narrow->file.access & ~access) == 0 &&
           (narrow->file.exec == AMR_EXEC_NONE ||
            (narrow->file.exec == wide->file.exec &&
             g_strcmp0(narrow->file.target, wide->file.target) == 0));
}

/* A rule answers a denial if it is one of the rules proposed for it, or goes beyond one. */
static gboolean
covers_item(const AmrRule *rule, const TuiChoiceItem *other)
{
    const GPtrArray *candidates = other->proposal->candidates;
    for (guint i = 0; i < candidates->len; i++) {
        const AmrCandidate *candidate = candidates->pdata[i];
        if (covers_rule(rule, candidate->rule))
            return TRUE;
    }
    return FALSE;
}

guint
tui_choice_covers(const TuiChoice *choice, const TuiChoiceItem *item, guint *of)
{
    g_autoptr(AmrRule) rule = tui_choice_rule(item);
    guint covered = 0;

    *of = 0;
    for (guint i = 0; rule && i < choice->items->len; i++) {
        const TuiChoiceItem *other = choice->items->pdata[i];
        if (strcmp(other->proposal->profile, item->proposal->profile) != 0)
            continue;
        (*of)++;
        covered += other->proposal->no_rule == AMR_NO_RULE_NONE && covers_item(rule, other);
    }
    return covered;
}

AmrRisk
tui_choice_risk(const TuiChoice *choice, const char **danger)
{
    AmrRisk highest = AMR_RISK_UNKNOWN;
    *danger = NULL;
    for (guint i = 0; i < choice->items->len; i++) {
        const AmrCandidate *candidate = tui_choice_candidate(choice->items->pdata[i]);
        if (!candidate || candidate->risk <= highest)
            continue;
        highest = candidate->risk;
        *danger = candidate->danger;
    }
    return highest;
}

/* Profile -> rules, merged, in the order in which the profiles were met. */
static void
group(const TuiChoice *choice, GPtrArray *profiles, GPtrArray *rules)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < choice->items->len; i++) {
        const TuiChoiceItem *item = choice->items->pdata[i];
        AmrRule *rule = tui_choice_rule(item);
        if (!rule)
            continue;
        GPtrArray *of = g_hash_table_lookup(seen, item->proposal->profile);
        if (!of) {
            of = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
            g_ptr_array_add(profiles, item->proposal->profile);
            g_ptr_array_add(rules, of);
            g_hash_table_insert(seen, item->proposal->profile, of);
        }
        g_ptr_array_add(of, rule);
    }
    for (guint i = 0; i < rules->len; i++)
        amr_rules_merge(rules->pdata[i]);
}

/* From the requests of all that is chosen. */
typedef AmrPlan *(*Make)(const AmrPlanContext *context, const AmrPlanRequest *requests, guint n,
                         gboolean add_include, GError **error);

static AmrPlan *
make_reload(const AmrPlanContext *context, const AmrPlanRequest *requests, guint n,
            gboolean add_include, GError **error)
{
    return amr_plan_reload(context, requests, n, error);
}

static AmrPlan *
make(const TuiChoice *choice, const AmrSession *session, Make how, gboolean add_include,
     GError **error)
{
    AmrPlanContext context = amr_session_plan_context(session);
    g_autoptr(GPtrArray) profiles = g_ptr_array_new();
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);

    group(choice, profiles, rules);
    if (profiles->len == 0) {
        amr_error_set(error, AMR_ERROR_NOTHING_TO_DO, "No rule is right here");
        return NULL;
    }
    if (!session->index) {
        if (session->index_error)
            g_propagate_error(error, g_error_copy(session->index_error));
        else
            amr_error_set(error, AMR_ERROR_BUSY, "The policy is still being read");
        return NULL;
    }
    g_autofree AmrPlanRequest *requests = g_new0(AmrPlanRequest, profiles->len);
    for (guint i = 0; i < profiles->len; i++)
        requests[i] = (AmrPlanRequest){profiles->pdata[i], rules->pdata[i]};
    return how(&context, requests, profiles->len, add_include, error);
}

AmrPlan *
tui_choice_plan(const TuiChoice *choice, const AmrSession *session, gboolean add_include,
                GError **error)
{
    return make(choice, session, amr_plan_add, add_include, error);
}

AmrPlan *
tui_choice_reload(const TuiChoice *choice, const AmrSession *session, GError **error)
{
    return make(choice, session, make_reload, FALSE, error);
}

char *
tui_choice_text(const TuiChoice *choice, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GPtrArray) profiles = g_ptr_array_new();
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);

    group(choice, profiles, rules);
    for (guint i = 0; i < profiles->len; i++) {
        const GPtrArray *of = rules->pdata[i];
        g_autofree char *name =
            amr_policy_name(AMR_PLACE_PATTERN, amr_bytes(profiles->pdata[i]), error);
        if (!name)
            return NULL;
        g_string_append_printf(text, "# profile: %s\n", name);
        for (guint j = 0; j < of->len; j++) {
            g_autofree char *rule = amr_rule_print(of->pdata[j]);
            g_string_append_printf(text, "%s\n", rule);
        }
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
question_free(gpointer data)
{
    amr_executor_question_free(data);
}

GPtrArray *
tui_choice_questions(const TuiChoice *choice, const AmrSession *session)
{
    GPtrArray *questions = g_ptr_array_new_with_free_func(question_free);
    for (guint i = 0; i < choice->items->len; i++) {
        const TuiChoiceItem *item = choice->items->pdata[i];
        AmrEvent event;
        if (!tui_choice_candidate(item) || !amr_store_event(session->store, item->id, &event))
            continue;
        AmrExecutorQuestion *question = amr_session_question(&event);
        if (question)
            g_ptr_array_add(questions, question);
    }
    return questions;
}
