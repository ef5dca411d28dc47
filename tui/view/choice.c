/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/choice.h"

#include <string.h>

#include "core/policy/batch.h"

static void
pick_free(gpointer data)
{
    TuiPick *pick = data;
    g_free(pick->rule);
    amr_rule_free(pick->edited);
    g_free(pick);
}

/* ---- items ---------------------------------------------------------------------------------- */

/* What stays of an item when it is proposed anew: the denial, or the execution by its way in. */
static char *
pick_key(const AmrResolved *resolved)
{
    GString *key = g_string_new(NULL);
    g_autofree char *exec = amr_bytes_dup(resolved->event.field[AMR_FIELD_NAME]);
    const AmrDecision *first = resolved->under->len ? resolved->under->pdata[0] : NULL;

    if (resolved->id != AMR_DENIAL_NONE) {
        g_string_printf(key, "%u", resolved->id);
        return g_string_free(key, FALSE);
    }
    g_string_append(key, first ? first->profile : resolved->proposal->profile);
    for (guint i = 0; i < resolved->under->len; i++) {
        const AmrDecision *decision = resolved->under->pdata[i];
        g_string_append_printf(key, "//%s", decision->exec);
    }
    g_string_append_printf(key, "//%s", exec);
    return g_string_free(key, FALSE);
}

static TuiPick *
pick_for(TuiChoice *choice, const AmrSession *session, const AmrResolved *resolved)
{
    g_autofree char *key = pick_key(resolved);
    TuiPick *pick = g_hash_table_lookup(choice->picks, key);
    if (!pick) {
        const AmrDenial *denial = amr_store_get(session->store, resolved->id);
        pick = g_new0(TuiPick, 1);
        pick->ignored = denial && denial->state == AMR_DENIAL_STATE_IGNORED;
        g_hash_table_insert(choice->picks, g_steal_pointer(&key), pick);
    }
    return pick;
}

static guint
chosen_of(const AmrResolved *resolved, const TuiPick *pick)
{
    const GPtrArray *candidates = resolved->proposal->candidates;
    for (guint i = 0; pick->rule && i < candidates->len; i++) {
        const AmrCandidate *candidate = candidates->pdata[i];
        g_autofree char *printed = amr_rule_print(candidate->rule);
        if (strcmp(printed, pick->rule) == 0)
            return i;
    }
    return resolved->best;
}

gboolean
tui_choice_is_execution(const TuiChoiceItem *item)
{
    const AmrEvent *event = &item->resolved->event;
    return event->klass == AMR_CLASS_FILE && (event->denied & AMR_PERM_EXEC) != 0;
}

/* Whether @item is the execution that @decision was about. */
static gboolean
is_about(const TuiChoiceItem *item, const AmrDecision *decision)
{
    return tui_choice_is_execution(item) &&
           amr_bytes_is(item->resolved->event.field[AMR_FIELD_NAME], decision->exec) &&
           strcmp(item->proposal->profile, decision->profile) == 0;
}

static gboolean
is_under(const TuiChoiceItem *item, const TuiChoiceItem *execution)
{
    const GPtrArray *under = item->resolved->under;
    for (guint i = 0; i < under->len; i++)
        if (item != execution && is_about(execution, under->pdata[i]))
            return TRUE;
    return FALSE;
}

guint
tui_choice_held(const TuiChoice *choice, const TuiChoiceItem *item)
{
    guint held = 0;
    for (guint i = 0; tui_choice_is_execution(item) && i < choice->items->len; i++)
        held += is_under(choice->items->pdata[i], item);
    return held;
}

/* What is not run does nothing. */
static void
set_off(TuiChoice *choice)
{
    for (guint i = 0; i < choice->items->len; i++) {
        const TuiChoiceItem *execution = choice->items->pdata[i];
        if (!tui_choice_is_execution(execution) ||
            !(execution->pick->deny || execution->pick->ignored))
            continue;
        for (guint j = 0; j < choice->items->len; j++) {
            TuiChoiceItem *item = choice->items->pdata[j];
            item->off = item->off || is_under(item, execution);
        }
    }
}

/* Items of one profile stand together, in the order in which the profiles were met. */
static void
add_items(TuiChoice *choice, const AmrSession *session)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    g_ptr_array_set_size(choice->items, 0);
    for (guint i = 0; i < choice->all->len; i++) {
        const AmrResolved *first = choice->all->pdata[i];
        if (!g_hash_table_add(seen, first->proposal->profile))
            continue;
        for (guint j = i; j < choice->all->len; j++) {
            const AmrResolved *resolved = choice->all->pdata[j];
            if (strcmp(resolved->proposal->profile, first->proposal->profile) != 0)
                continue;
            TuiChoiceItem *item = g_new0(TuiChoiceItem, 1);
            *item = (TuiChoiceItem){.id = resolved->id,
                                    .resolved = resolved,
                                    .proposal = resolved->proposal,
                                    .pick = pick_for(choice, session, resolved)};
            item->chosen = chosen_of(resolved, item->pick);
            g_ptr_array_add(choice->items, item);
        }
    }
    set_off(choice);
    tui_choice_set_rows(choice);
}

/* What answers many of them at once is the best for each of these. */
static void
offer_batch(TuiChoice *choice, const AmrSession *session)
{
    g_autoptr(AmrBatch) batch = amr_batch_new(session->index, session->risks);
    for (guint i = 0; i < choice->all->len; i++)
        amr_batch_take(choice->all->pdata[i], batch);
    amr_batch_find(batch);
    for (guint i = 0; i < choice->all->len; i++)
        amr_batch_offer(batch, choice->all->pdata[i]);
}

void
tui_choice_refresh(TuiChoice *choice, const AmrSession *session)
{
    const AmrResolveContext context = {.store = session->store,
                                       .propose = amr_session_propose_context(session),
                                       .facts = choice->facts,
                                       .choose = tui_choice_choose,
                                       .data = choice};

    g_clear_pointer(&choice->all, g_ptr_array_unref);
    choice->all = amr_resolve(&context, (AmrDenialId *)(void *)choice->ids->data, choice->ids->len);
    offer_batch(choice, session);
    add_items(choice, session);
}

TuiChoice *
tui_choice_new(const AmrSession *session, const AmrDenialId *ids, guint n)
{
    TuiChoice *choice = g_new0(TuiChoice, 1);

    choice->items = g_ptr_array_new_with_free_func(g_free);
    choice->rows = g_ptr_array_new();
    choice->ids = amr_resolve_family(session->store, ids, n);
    choice->facts = amr_facts_new(session->abstractions);
    choice->picks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, pick_free);
    choice->modes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, tui_choice_way_free);
    tui_choice_refresh(choice, session);
    return choice;
}

void
tui_choice_free(TuiChoice *choice)
{
    if (!choice)
        return;
    g_ptr_array_unref(choice->rows);
    g_ptr_array_unref(choice->items);
    g_ptr_array_unref(choice->all);
    g_array_unref(choice->ids);
    amr_facts_free(choice->facts);
    g_hash_table_unref(choice->picks);
    g_hash_table_unref(choice->modes);
    g_free(choice);
}

/* ---- one item ------------------------------------------------------------------------------- */

static const AmrCandidate *
candidate_of(const TuiChoiceItem *item)
{
    const GPtrArray *candidates = item->proposal->candidates;
    if (item->proposal->no_rule != AMR_NO_RULE_NONE || item->chosen >= candidates->len)
        return NULL;
    return candidates->pdata[item->chosen];
}

static gboolean
is_wanted(const TuiChoiceItem *item)
{
    return !item->off && !item->pick->ignored;
}

const AmrCandidate *
tui_choice_candidate(const TuiChoiceItem *item)
{
    return is_wanted(item) && !item->pick->edited ? candidate_of(item) : NULL;
}

static gboolean
knows_owner(const AmrRule *rule)
{
    return (rule->kind == AMR_RULE_FILE && rule->file.exec == AMR_EXEC_NONE) ||
           rule->kind == AMR_RULE_LINK;
}

AmrRule *
tui_choice_rule(const TuiChoiceItem *item)
{
    const TuiPick *pick = item->pick;
    const AmrCandidate *candidate = candidate_of(item);
    g_autoptr(AmrRule) rule = NULL;

    if (is_wanted(item) && pick->edited)
        return amr_rule_copy(pick->edited);
    if (!is_wanted(item) || !candidate)
        return NULL;
    rule = pick->deny ? amr_rule_deny_twin(candidate->rule) : amr_rule_copy(candidate->rule);
    if (!rule)
        return NULL;
    if (pick->owner != TUI_OWNER_AS_PROPOSED && knows_owner(rule))
        rule->owner = pick->owner == TUI_OWNER_ON;
    rule->audit = pick->audit;
    return g_steal_pointer(&rule);
}

AmrRule *
tui_choice_mirror(const TuiChoiceItem *item)
{
    const TuiPick *pick = item->pick;
    const AmrCandidate *candidate = candidate_of(item);
    AmrRule *mirror;

    if (!is_wanted(item) || !candidate || !candidate->mirror || pick->one_side || pick->deny ||
        pick->edited)
        return NULL;
    mirror = amr_rule_copy(candidate->mirror);
    mirror->audit = pick->audit;
    return mirror;
}

gboolean
tui_choice_answers(const TuiChoiceItem *item)
{
    g_autoptr(AmrRule) rule = tui_choice_rule(item);
    return rule && !rule->deny && (!rule->owner || item->resolved->event.owner);
}

/* ---- changing it ---------------------------------------------------------------------------- */

static void
pick_candidate(TuiChoiceItem *item, guint candidate)
{
    const AmrCandidate *taken = item->proposal->candidates->pdata[candidate];
    g_free(item->pick->rule);
    item->pick->rule = amr_rule_print(taken->rule);
    item->chosen = candidate;
}

static void
take(TuiChoice *choice, const AmrSession *session, const TuiChoiceItem *item, guint candidate)
{
    const AmrCandidate *taken = item->proposal->candidates->pdata[candidate];

    pick_candidate((TuiChoiceItem *)item, candidate);
    if (!tui_choice_is_execution(item) || taken->rule->kind != AMR_RULE_FILE)
        return;
    tui_choice_take_way(choice, item, taken->rule);
    tui_choice_refresh(choice, session);
}

/* Where the rule that answers many stands among the candidates of @item; behind them all if it is
 * not there. */
static guint
place_of(const TuiChoiceItem *item, const AmrRule *shared)
{
    const GPtrArray *candidates = item->proposal->candidates;
    guint n = 0;
    while (n < candidates->len &&
           !amr_rule_equal(((const AmrCandidate *)candidates->pdata[n])->rule, shared))
        n++;
    return n;
}

/* All that @shared answers step together, onto it (@by 0) or from it: else it would still stand
 * there for the others. */
static void
step_together(TuiChoice *choice, const TuiChoiceItem *item, const AmrRule *shared, int by)
{
    for (guint i = 0; i < choice->items->len; i++) {
        TuiChoiceItem *other = choice->items->pdata[i];
        guint at = place_of(other, shared), n = other->proposal->candidates->len;
        if (at >= n || strcmp(other->proposal->profile, item->proposal->profile) != 0 ||
            !tui_choice_candidate(other) || (by && other->chosen != at))
            continue;
        guint to = by < 0 ? (at ? at - 1 : 0) : by > 0 ? MIN(at + 1, n - 1) : at;
        /* From a file that is included, the others go back to what is best for them: behind it
         * stands another file. */
        if (by && shared->kind == AMR_RULE_INCLUDE && other != item)
            to = other->resolved->best;
        pick_candidate(other, to);
    }
}

gboolean
tui_choice_step(TuiChoice *choice, const AmrSession *session, const TuiChoiceItem *item, int step)
{
    guint n = item->proposal->candidates->len;
    const AmrCandidate *from = tui_choice_candidate(item);
    if (!from || (step < 0 && item->chosen == 0) || (step > 0 && item->chosen + 1 >= n))
        return FALSE;
    guint to = step < 0 ? item->chosen - 1 : item->chosen + 1;
    const AmrCandidate *next = item->proposal->candidates->pdata[to];
    if (next->together || from->together)
        step_together(choice, item, next->together ? next->rule : from->rule,
                      next->together ? 0 : step);
    else
        take(choice, session, item, to);
    tui_choice_set_rows(choice);
    return TRUE;
}

gboolean
tui_choice_can(const TuiChoiceItem *item, TuiChange change)
{
    const AmrCandidate *candidate = tui_choice_candidate(item);
    g_autoptr(AmrRule) deny = candidate ? amr_rule_deny_twin(candidate->rule) : NULL;

    if (change == TUI_CHANGE_IGNORE)
        return item->id != AMR_DENIAL_NONE;
    if (change == TUI_CHANGE_EDIT) /* also where armorer knows no rule, if there may be one */
        return is_wanted(item) && item->proposal->no_rule != AMR_NO_RULE_CATCH_ALL &&
               item->proposal->no_rule != AMR_NO_RULE_NULL_PROFILE;
    if (!candidate)
        return FALSE;
    switch (change) {
    case TUI_CHANGE_OWNER:
        return knows_owner(candidate->rule);
    case TUI_CHANGE_EXEC:
        return tui_choice_next_way(item) != item->chosen;
    case TUI_CHANGE_AUDIT:
        return candidate->rule->kind != AMR_RULE_INCLUDE;
    case TUI_CHANGE_DENY:
        return deny != NULL;
    case TUI_CHANGE_SIDES:
        return candidate->mirror != NULL;
    case TUI_CHANGE_IGNORE:
    case TUI_CHANGE_EDIT:
        break;
    }
    return FALSE;
}

/* As @pick has it, for all of the row. */
static void
set_row(TuiChoice *choice, guint row, const TuiPick *pick)
{
    for (guint i = 0; i < choice->items->len; i++) {
        const TuiChoiceItem *item = choice->items->pdata[i];
        if (item->row != row)
            continue;
        item->pick->owner = pick->owner;
        item->pick->audit = pick->audit;
        item->pick->deny = pick->deny;
        item->pick->one_side = pick->one_side;
        item->pick->ignored = pick->ignored;
    }
}

void
tui_choice_edit(TuiChoice *choice, const TuiChoiceItem *item, AmrRule *rule)
{
    g_autoptr(AmrRule) owned = rule;
    guint row = item->row;
    for (guint i = 0; i < choice->items->len; i++) {
        const TuiChoiceItem *other = choice->items->pdata[i];
        if (other->row != row)
            continue;
        amr_rule_free(other->pick->edited);
        other->pick->edited = owned ? amr_rule_copy(owned) : NULL;
    }
    tui_choice_set_rows(choice);
}

gboolean
tui_choice_change(TuiChoice *choice, const AmrSession *session, const TuiChoiceItem *item,
                  TuiChange change)
{
    TuiPick pick = *item->pick;
    g_autoptr(AmrRule) rule = tui_choice_rule(item);

    if (!tui_choice_can(item, change))
        return FALSE;
    switch (change) {
    case TUI_CHANGE_OWNER:
        pick.owner = rule->owner ? TUI_OWNER_OFF : TUI_OWNER_ON;
        break;
    case TUI_CHANGE_EXEC:
        take(choice, session, item, tui_choice_next_way(item));
        return TRUE;
    case TUI_CHANGE_AUDIT:
        pick.audit = !pick.audit;
        break;
    case TUI_CHANGE_DENY:
        pick.deny = !pick.deny;
        break;
    case TUI_CHANGE_SIDES:
        pick.one_side = !pick.one_side;
        break;
    case TUI_CHANGE_IGNORE:
        pick.ignored = !pick.ignored;
        break;
    case TUI_CHANGE_EDIT:
        return FALSE;
    }
    set_row(choice, item->row, &pick);
    add_items(choice, session);
    return TRUE;
}
