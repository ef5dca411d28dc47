/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that is chosen: what it covers, its risk, and the one plan that it makes. */
#include "config.h"

#include <string.h>

#include "core/policy/risk.h"
#include "tui/view/choice.h"

/* ---- what a rule answers -------------------------------------------------------------------- */

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

/* ---- risk ----------------------------------------------------------------------------------- */

AmrRisk
tui_choice_item_risk(const TuiChoiceItem *item, char **danger)
{
    const AmrCandidate *candidate = tui_choice_candidate(item);
    g_autoptr(AmrRule) rule = tui_choice_rule(item);

    *danger = NULL;
    if (!rule || rule->deny)
        return AMR_RISK_LOW;
    if (!candidate)
        return amr_risk_rule(item->proposal->risks, rule, danger);
    *danger = g_strdup(candidate->danger);
    return candidate->risk;
}

AmrRisk
tui_choice_risk(const TuiChoice *choice, char **danger)
{
    AmrRisk highest = AMR_RISK_UNKNOWN;

    *danger = NULL;
    for (guint i = 0; i < choice->items->len; i++) {
        char *why = NULL;
        AmrRisk risk = tui_choice_item_risk(choice->items->pdata[i], &why);
        if (risk > highest) {
            char *swap = *danger;
            *danger = why;
            why = swap;
            highest = risk;
        }
        g_free(why);
    }
    return highest;
}

gboolean
tui_choice_is_everything(const TuiChoice *choice)
{
    for (guint i = 0; i < choice->items->len; i++) {
        const TuiChoiceItem *item = choice->items->pdata[i];
        const AmrCandidate *candidate = tui_choice_candidate(item);
        g_autoptr(AmrRule) rule = tui_choice_rule(item);
        if (rule && !rule->deny &&
            (candidate ? candidate->everything : amr_risk_is_everything(NULL, rule)))
            return TRUE;
    }
    return FALSE;
}

/* ---- parts ---------------------------------------------------------------------------------- */

static const char *
profile_at(const TuiChoice *choice, guint n)
{
    return ((const TuiChoiceItem *)choice->rows->pdata[n])->proposal->profile;
}

static gboolean
begins_part(const TuiChoice *choice, guint n)
{
    return n == 0 || strcmp(profile_at(choice, n), profile_at(choice, n - 1)) != 0;
}

guint
tui_choice_parts(const TuiChoice *choice)
{
    guint parts = 0;
    for (guint i = 0; i < choice->rows->len; i++)
        parts += begins_part(choice, i);
    return parts;
}

guint
tui_choice_part(const TuiChoice *choice, guint n, int by)
{
    guint to = n;

    if (by > 0) {
        for (to = n + 1; to < choice->rows->len; to++)
            if (begins_part(choice, to))
                return to;
        return n;
    }
    while (!begins_part(choice, to))
        to--;
    if (to == 0)
        return 0;
    for (to--; !begins_part(choice, to);)
        to--;
    return to;
}

/* ---- the plan ------------------------------------------------------------------------------- */

/* Profile -> rules, merged, in the order in which the profiles were met. */
typedef struct {
    GHashTable *seen;
    GPtrArray *profiles; /* borrowed */
    GPtrArray *rules;    /* GPtrArray of AmrRule */
} Groups;

static void
groups_init(Groups *groups)
{
    groups->seen = g_hash_table_new(g_str_hash, g_str_equal);
    groups->profiles = g_ptr_array_new();
    groups->rules = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
}

static void
groups_clear(Groups *groups)
{
    g_hash_table_unref(groups->seen);
    g_ptr_array_unref(groups->profiles);
    g_ptr_array_unref(groups->rules);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Groups, groups_clear)

static void
add_rule(Groups *groups, char *profile, AmrRule *rule)
{
    GPtrArray *of = rule ? g_hash_table_lookup(groups->seen, profile) : NULL;

    if (!rule)
        return;
    if (!of) {
        of = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
        g_ptr_array_add(groups->profiles, profile);
        g_ptr_array_add(groups->rules, of);
        g_hash_table_insert(groups->seen, profile, of);
    }
    g_ptr_array_add(of, rule);
}

/* With @granted only what policy on disk grants, else what is chosen. */
static void
group(const TuiChoice *choice, gboolean granted, Groups *groups)
{
    groups_init(groups);
    for (guint i = 0; i < choice->items->len; i++) {
        const TuiChoiceItem *item = choice->items->pdata[i];
        const AmrRule *rule = item->resolved->granted;
        if (granted && rule && !item->pick->ignored)
            add_rule(groups, item->proposal->profile, amr_rule_copy(rule));
        if (granted)
            continue;
        add_rule(groups, item->proposal->profile, tui_choice_rule(item));
        add_rule(groups, item->proposal->other, tui_choice_mirror(item));
    }
    for (guint i = 0; i < groups->rules->len; i++)
        amr_rules_merge(groups->rules->pdata[i]);
}

/* From the requests of all that is chosen. */
typedef AmrPlan *(*Make)(const AmrPlanContext *context, const AmrPlanRequest *requests, guint n,
                         AmrPlanPlace place, GError **error);

static AmrPlan *
make_reload(const AmrPlanContext *context, const AmrPlanRequest *requests, guint n,
            AmrPlanPlace place, GError **error)
{
    return amr_plan_reload(context, requests, n, error);
}

static AmrPlan *
make(const TuiChoice *choice, const AmrSession *session, Make how, gboolean granted,
     AmrPlanPlace place, GError **error)
{
    AmrPlanContext context = amr_session_plan_context(session);
    g_auto(Groups) groups = {0};

    group(choice, granted, &groups);
    if (groups.profiles->len == 0) {
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
    g_autofree AmrPlanRequest *requests = g_new0(AmrPlanRequest, groups.profiles->len);
    for (guint i = 0; i < groups.profiles->len; i++)
        requests[i] = (AmrPlanRequest){groups.profiles->pdata[i], groups.rules->pdata[i]};
    return how(&context, requests, groups.profiles->len, place, error);
}

AmrPlan *
tui_choice_plan(const TuiChoice *choice, const AmrSession *session, AmrPlanPlace place,
                GError **error)
{
    return make(choice, session, amr_plan_add, FALSE, place, error);
}

AmrPlan *
tui_choice_reload(const TuiChoice *choice, const AmrSession *session, gboolean granted,
                  GError **error)
{
    return make(choice, session, make_reload, granted, AMR_PLAN_PLACE_LOCAL, error);
}

char *
tui_choice_text(const TuiChoice *choice, gboolean granted, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(Groups) groups = {0};

    group(choice, granted, &groups);
    for (guint i = 0; i < groups.profiles->len; i++) {
        const GPtrArray *of = groups.rules->pdata[i];
        g_autofree char *name =
            amr_policy_name(AMR_PLACE_PATTERN, amr_bytes(groups.profiles->pdata[i]), error);
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
tui_choice_questions(const TuiChoice *choice)
{
    GPtrArray *questions = g_ptr_array_new_with_free_func(question_free);
    for (guint i = 0; i < choice->items->len; i++) {
        const TuiChoiceItem *item = choice->items->pdata[i];
        AmrExecutorQuestion *question =
            tui_choice_answers(item) ? amr_session_question(&item->resolved->event) : NULL;
        if (question)
            g_ptr_array_add(questions, question);
    }
    return questions;
}
