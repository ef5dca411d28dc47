/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/answered.h"

#include "core/change/answered_private.h"
#include "core/policy/propose.h"

#define NEWEST 1000 /* changes, of those that stand */
#define EACH   64   /* denials between two looks at the clock */

/* ---- life -------------------------------------------------------------------------------------
 */

static void
answering_free(gpointer data)
{
    AmrAnswering *answering = data;
    g_free(answering->change);
    g_free(answering->profile);
    g_clear_pointer(&answering->machines, g_ptr_array_unref);
    g_ptr_array_unref(answering->rules);
    g_free(answering);
}

AmrAnswered *
amr_answered_new(AmrStore *store)
{
    AmrAnswered *answered = g_new0(AmrAnswered, 1);

    answered->store = store;
    answered->all = g_ptr_array_new_with_free_func(answering_free);
    answered->by_profile =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    answered->by_change = g_hash_table_new(g_str_hash, g_str_equal);
    answered->compiled = g_ptr_array_new_with_free_func((GDestroyNotify)amr_ask_rules_free);
    answered->said = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    answered->answers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    answered->by_denial = g_hash_table_new(NULL, NULL);
    answered->stale = g_hash_table_new(NULL, NULL);
    answered->next = 1;
    return answered;
}

void
amr_answered_free(AmrAnswered *answered)
{
    if (!answered)
        return;
    g_hash_table_unref(answered->by_profile);
    g_hash_table_unref(answered->by_change);
    g_hash_table_unref(answered->said);
    g_hash_table_unref(answered->by_denial);
    g_hash_table_unref(answered->answers);
    g_hash_table_unref(answered->stale);
    g_ptr_array_unref(answered->all);
    g_ptr_array_unref(answered->compiled);
    g_free(answered);
}

/* ---- changes ----------------------------------------------------------------------------------
 */

static gboolean
may_answer(const AmrChange *change)
{
    return change->kind == AMR_PLAN_ADD && !change->undone_by &&
           (change->state == AMR_CHANGE_STATE_WRITTEN || change->state == AMR_CHANGE_STATE_LOADED ||
            change->state == AMR_CHANGE_STATE_VERIFIED ||
            change->state == AMR_CHANGE_STATE_NOT_LOADED);
}

static AmrAnswering *
add_answering(AmrAnswered *answered, const AmrChange *change, const char *profile)
{
    AmrAnswering *answering = g_new0(AmrAnswering, 1);
    GPtrArray *list = g_hash_table_lookup(answered->by_profile, profile);

    answering->change = g_strdup(change->id);
    answering->profile = g_strdup(profile);
    answering->loaded = change->loaded;
    g_ptr_array_add(answered->all, answering);
    if (!g_hash_table_contains(answered->by_change, answering->change))
        g_hash_table_insert(answered->by_change, answering->change, answering);
    if (!list) {
        list = g_ptr_array_new();
        g_hash_table_insert(answered->by_profile, answering->profile, list);
    }
    g_ptr_array_add(list, answering);
    return answering;
}

/* As it was known before; FALSE: it was not. */
static gboolean
add_known(AmrAnswered *answered, const AmrChange *change, const GPtrArray *before)
{
    gboolean known = FALSE;

    for (guint i = 0; i < before->len; i++) {
        const AmrAnswering *old = before->pdata[i];
        if (!g_str_equal(old->change, change->id))
            continue;
        AmrAnswering *answering = add_answering(answered, change, old->profile);
        answering->rules = g_ptr_array_ref(old->rules);
        answering->machines = old->machines ? g_ptr_array_ref(old->machines) : NULL;
        known = TRUE;
    }
    return known;
}

static void
add_new(AmrAnswered *answered, const AmrHistory *history, const AmrChange *change)
{
    g_autoptr(AmrPlan) plan = amr_history_plan(history, change, NULL);
    static char *const nobody[] = {NULL};

    for (guint i = 0; plan && i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
        for (guint n = 0; n < part->rules->len; n++)
            g_ptr_array_add(rules, amr_rule_copy(part->rules->pdata[n]));
        add_answering(answered, change, part->profile)->rules = g_ptr_array_ref(rules);
        for (char *const *other = part->reaches ? part->reaches : nobody; *other; other++)
            add_answering(answered, change, *other)->rules = g_ptr_array_ref(rules);
    }
    for (char **profile = change->profiles; !plan && *profile; profile++)
        add_answering(answered, change, *profile)->rules = g_ptr_array_new();
}

void
amr_answered_judge_again(AmrAnswered *answered)
{
    GHashTableIter iter;
    gpointer id;

    g_hash_table_iter_init(&iter, answered->by_denial);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        g_hash_table_add(answered->stale, id);
    g_hash_table_remove_all(answered->by_denial);
    g_hash_table_remove_all(answered->answers);
    answered->next = 1;
}

void
amr_answered_update(AmrAnswered *answered, AmrHistory *history)
{
    g_autoptr(GPtrArray) before = g_steal_pointer(&answered->all);
    guint count = history ? amr_history_count(history) : 0;

    answered->all = g_ptr_array_new_with_free_func(answering_free);
    g_hash_table_remove_all(answered->by_change);
    g_hash_table_remove_all(answered->by_profile);
    for (guint i = count > NEWEST ? count - NEWEST : 0; i < count; i++) {
        const AmrChange *change = amr_history_get(history, i);
        if (may_answer(change) && !add_known(answered, change, before))
            add_new(answered, history, change);
    }
    amr_answered_judge_again(answered);
}

/* ---- judging ----------------------------------------------------------------------------------
 */

/* Not any more, if it was. */
static void
forget(AmrAnswered *answered, AmrDenialId id)
{
    const char *change = g_hash_table_lookup(answered->by_denial, GUINT_TO_POINTER(id));
    GArray *ids = change ? g_hash_table_lookup(answered->answers, change) : NULL;

    for (guint i = 0; ids && i < ids->len; i++) {
        if (g_array_index(ids, AmrDenialId, i) == id)
            g_array_remove_index(ids, i--);
    }
    if (ids && ids->len == 0)
        g_hash_table_remove(answered->answers, change);
    g_hash_table_remove(answered->by_denial, GUINT_TO_POINTER(id));
}

static void
remember(AmrAnswered *answered, AmrDenialId id, const char *change)
{
    gpointer key, ids;

    if (g_strcmp0(g_hash_table_lookup(answered->by_denial, GUINT_TO_POINTER(id)), change) == 0)
        return;
    forget(answered, id);
    if (!g_hash_table_lookup_extended(answered->answers, change, &key, &ids)) {
        key = g_strdup(change);
        ids = g_array_new(FALSE, FALSE, sizeof(AmrDenialId));
        g_hash_table_insert(answered->answers, key, ids);
    }
    g_array_append_val((GArray *)ids, id);
    g_hash_table_insert(answered->by_denial, GUINT_TO_POINTER(id), key);
}

/* The rights of @question that are allowed by @answering, or denied in silence. */
static guint32
quieted(const AmrAnswering *answering, const AmrQuestion *question)
{
    guint32 rights = 0;

    for (guint i = 0; answering->machines && i < answering->machines->len; i++) {
        const AmrAskRule *rule = answering->machines->pdata[i];
        AmrOracleAnswer answer = {0};
        if (!rule->profile)
            continue;
        amr_question_ask(question, rule->profile, &answer);
        if (answer.verdict != AMR_ORACLE_UNMEDIATED)
            rights |= answer.allowed | answer.refused;
    }
    return rights;
}

/* The last one that answers @question, as far as they are compiled; NULL: none. */
static const AmrAnswering *
find_answer(const GPtrArray *list, const AmrQuestion *question)
{
    const guint32 asked = amr_question_rights(question);
    const AmrAnswering *found = NULL;
    guint32 sum = 0;

    for (guint i = 0; asked && i < list->len; i++) {
        AmrAnswering *answering = list->pdata[i];
        answering->wanted |= !answering->machines;
        guint32 rights = quieted(answering, question);
        sum |= rights;
        if (((found ? rights : sum) & asked) == asked)
            found = answering;
    }
    return found;
}

/* What a null profile was denied may be answered where it was decided: in its parent. */
static const GPtrArray *
find_list(const AmrAnswered *answered, const AmrEvent *event)
{
    g_autofree char *profile = amr_event_profile(event);
    g_autofree char *parent = NULL;
    const GPtrArray *list = profile ? g_hash_table_lookup(answered->by_profile, profile) : NULL;

    if (!list && profile && amr_profile_is_null(profile, &parent, NULL))
        list = g_hash_table_lookup(answered->by_profile, parent);
    return list;
}

static const AmrAnswering *
find_answering(const AmrAnswered *answered, AmrDenialId id)
{
    const char *said = g_hash_table_lookup(answered->said, GUINT_TO_POINTER(id));
    const AmrAnswering *told = said ? g_hash_table_lookup(answered->by_change, said) : NULL;
    const AmrAnswering *found = NULL;
    AmrEvent event;

    if (!amr_store_event(answered->store, id, &event))
        return NULL;
    const GPtrArray *list = find_list(answered, &event);
    g_autoptr(AmrQuestion) question = list ? amr_question_of_event(&event, NULL) : NULL;
    if (question)
        found = find_answer(list, question);
    return found && (!told || found->loaded >= told->loaded) ? found : told;
}

static void
judge(AmrAnswered *answered, AmrDenialId id)
{
    const AmrDenial *denial = amr_store_get(answered->store, id);
    gboolean was = g_hash_table_remove(answered->stale, GUINT_TO_POINTER(id));
    const AmrAnswering *by;

    if (!denial || denial->folded || denial->state == AMR_DENIAL_STATE_IGNORED)
        return;
    by = find_answering(answered, id);
    if (by) {
        remember(answered, id, by->change);
        if (by->loaded)
            amr_store_set_fixed(answered->store, id, by->loaded);
        else
            amr_store_set_state(answered->store, id, AMR_DENIAL_STATE_PROPOSED);
    } else if (was) {
        amr_store_set_state(answered->store, id, AMR_DENIAL_STATE_NEW);
    }
}

void
amr_answered_say(AmrAnswered *answered, const char *change, AmrDenialId id)
{
    g_hash_table_insert(answered->said, GUINT_TO_POINTER(id), g_strdup(change));
    if (id < answered->next)
        judge(answered, id);
}

/* No change stands: nothing is answered. */
static gboolean
end_all(AmrAnswered *answered)
{
    GHashTableIter iter;
    gpointer id;

    g_hash_table_iter_init(&iter, answered->stale);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        if (amr_store_get(answered->store, GPOINTER_TO_UINT(id)) &&
            amr_store_get(answered->store, GPOINTER_TO_UINT(id))->state != AMR_DENIAL_STATE_IGNORED)
            amr_store_set_state(answered->store, GPOINTER_TO_UINT(id), AMR_DENIAL_STATE_NEW);
    g_hash_table_remove_all(answered->stale);
    return FALSE;
}

gboolean
amr_answered_work(AmrAnswered *answered, gint64 budget)
{
    const gint64 until = g_get_monotonic_time() + budget;
    const AmrDenialId end = amr_store_newest(answered->store);

    if (amr_store_is_frozen(answered->store)) /* what it hides is judged when it thaws */
        return FALSE;
    if (answered->all->len == 0)
        return end_all(answered);
    for (guint n = 1; answered->next <= end; n++) {
        judge(answered, answered->next++);
        if (n % EACH == 0 && g_get_monotonic_time() >= until)
            break;
    }
    return answered->next <= end;
}

/* ---- what came of it --------------------------------------------------------------------------
 */

const GArray *
amr_answered_by(const AmrAnswered *answered, const char *change)
{
    return g_hash_table_lookup(answered->answers, change);
}

const char *
amr_answered_change(const AmrAnswered *answered, AmrDenialId id, gint64 *loaded)
{
    const char *change = g_hash_table_lookup(answered->by_denial, GUINT_TO_POINTER(id));
    const AmrAnswering *by = change ? g_hash_table_lookup(answered->by_change, change) : NULL;

    *loaded = by ? by->loaded : 0;
    return change;
}

guint
amr_answered_came_back(const AmrAnswered *answered, const char *change, gint64 *last)
{
    const GArray *ids = amr_answered_by(answered, change);
    guint n = 0;

    *last = 0;
    for (guint i = 0; ids && i < ids->len; i++) {
        const AmrDenial *denial =
            amr_store_get(answered->store, g_array_index(ids, AmrDenialId, i));
        if (!denial || denial->state != AMR_DENIAL_STATE_CAME_BACK)
            continue;
        *last = MAX(*last, denial->last);
        n++;
    }
    return n;
}
