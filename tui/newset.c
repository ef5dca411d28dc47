/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/newset.h"

#include <string.h>

#include "tui/view/choice.h"

struct TuiNewSet {
    TuiCommand *command;
    TuiChoice *choice;
};

/* ---- asking -----------------------------------------------------------------------------------
 */

static gboolean
ask_target(const TuiNewSet *set, const AmrProposal *proposal)
{
    AmrProposeContext context = amr_session_propose_context(set->command->session);
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    amr_propose_ask_async(proposal, &context, set->command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    return amr_propose_ask_finish(result, NULL);
}

static gboolean
ask_policy(const TuiNewSet *set)
{
    g_autoptr(AmrAsker) asker = amr_session_asker(set->command->session, AMR_ASK_DISK, FALSE);
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    amr_facts_ask_async(set->choice->facts, asker, set->command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    return amr_facts_ask_finish(result, NULL);
}

static gboolean
ask_pending(const TuiNewSet *set, gboolean *asked)
{
    for (guint i = 0; i < set->choice->items->len; i++) {
        const TuiChoiceItem *item = set->choice->items->pdata[i];
        if (!item->proposal->pending)
            continue;
        *asked = TRUE;
        if (!ask_target(set, item->proposal))
            return FALSE;
    }
    return TRUE;
}

/* FALSE if that was cancelled. */
static gboolean
settle(TuiNewSet *set)
{
    for (gboolean asked = TRUE; asked;) {
        asked = amr_facts_want(set->choice->facts);
        if ((asked && !ask_policy(set)) || !ask_pending(set, &asked))
            return FALSE;
        if (asked)
            tui_choice_refresh(set->choice, set->command->session);
    }
    return TRUE;
}

TuiNewSet *
tui_new_set(TuiCommand *command, const AmrNew *new)
{
    g_autoptr(TuiNewSet) set = g_new0(TuiNewSet, 1);
    gboolean named = command->options->logs && command->options->logs[0];
    g_autoptr(GArray) ids = amr_new_denials(command->session->store, new, named, NULL);

    set->command = command;
    set->choice = tui_choice_new(command->session, (AmrDenialId *)(void *)ids->data, ids->len);
    return settle(set) ? g_steal_pointer(&set) : NULL;
}

void
tui_new_set_free(TuiNewSet *set)
{
    if (!set)
        return;
    tui_choice_free(set->choice);
    g_free(set);
}

/* ---- rows -------------------------------------------------------------------------------------
 */

static const TuiChoiceItem *
at(const TuiNewSet *set, guint row)
{
    return set->choice->rows->pdata[row];
}

guint
tui_new_set_count(const TuiNewSet *set)
{
    return set->choice->rows->len;
}

static char *
shown(const AmrRule *rule)
{
    g_autofree char *text = rule ? amr_rule_print(rule) : NULL;
    return text ? amr_display_lines(amr_bytes(text)) : NULL;
}

char *
tui_new_set_rule(const TuiNewSet *set, guint row)
{
    const TuiChoiceItem *item = at(set, row);
    const AmrCandidate *candidate = item->chosen < item->proposal->candidates->len
                                        ? item->proposal->candidates->pdata[item->chosen]
                                        : NULL;

    return candidate ? shown(candidate->rule) : NULL; /* also where it is left out */
}

const char *
tui_new_set_profile(const TuiNewSet *set, guint row)
{
    return at(set, row)->proposal->profile;
}

char *
tui_new_set_tells(const TuiNewSet *set, guint row)
{
    const TuiChoiceItem *item = at(set, row);
    const AmrProposal *proposal = item->proposal;
    guint size = tui_choice_row_size(set->choice, item);
    const AmrCandidate *candidate;

    if (item->chosen >= proposal->candidates->len)
        return g_strconcat(proposal->reason ? proposal->reason : "No rule is right here",
                           proposal->remedy ? " " : "", proposal->remedy ? proposal->remedy : "",
                           NULL);
    candidate = proposal->candidates->pdata[item->chosen];
    return g_strdup_printf("for %u %s, risk %s%s%s", size, size == 1 ? "denial" : "denials",
                           amr_risk_word(candidate->risk), candidate->danger ? ": " : "",
                           candidate->danger ? candidate->danger : "");
}

guint
tui_new_set_rules(const TuiNewSet *set)
{
    guint n = 0;

    for (guint i = 0; i < set->choice->rows->len; i++) {
        g_autoptr(AmrRule) rule = tui_choice_rule(at(set, i));
        n += rule != NULL;
    }
    return n;
}

gboolean
tui_new_set_is_left(const TuiNewSet *set, guint row)
{
    const TuiChoiceItem *item = at(set, row);
    return item->pick->ignored || item->off;
}

void
tui_new_set_leave(TuiNewSet *set, guint row, gboolean left)
{
    const TuiChoiceItem *item = at(set, row);

    if (item->pick->ignored != left)
        (void)tui_choice_change(set->choice, set->command->session, item, TUI_CHANGE_IGNORE);
}

guint
tui_new_set_ladder(const TuiNewSet *set, guint row, guint *taken)
{
    const TuiChoiceItem *item = at(set, row);

    *taken = item->chosen;
    return item->proposal->candidates->len;
}

char *
tui_new_set_rung(const TuiNewSet *set, guint row, guint nth)
{
    const AmrCandidate *candidate = at(set, row)->proposal->candidates->pdata[nth];
    g_autofree char *rule = shown(candidate->rule);

    return g_strdup_printf("%s  %s risk %s", rule, candidate->why, amr_risk_word(candidate->risk));
}

gboolean
tui_new_set_take(TuiNewSet *set, guint row, guint nth)
{
    const TuiPick *pick = at(set, row)->pick;
    const AmrSession *session = set->command->session;

    for (;;) {
        const TuiChoiceItem *item = at(set, tui_choice_row(set->choice, pick));
        if (item->chosen == nth || nth >= item->proposal->candidates->len)
            return item->chosen == nth;
        if (!tui_choice_step(set->choice, session, item, item->chosen < nth ? 1 : -1))
            return FALSE;
    }
}

gboolean
tui_new_set_another_way(TuiNewSet *set, guint row)
{
    return tui_choice_change(set->choice, set->command->session, at(set, row), TUI_CHANGE_EXEC) &&
           settle(set);
}

/* ---- all of it --------------------------------------------------------------------------------
 */

char *
tui_new_set_danger(const TuiNewSet *set)
{
    char *danger = NULL;
    AmrRisk risk = tui_choice_risk(set->choice, &danger);

    if (risk >= AMR_RISK_HIGH)
        return danger ? danger : g_strdup("This is dangerous to allow.");
    g_free(danger);
    return NULL;
}

AmrPlan *
tui_new_set_plan(const TuiNewSet *set, GError **error)
{
    return tui_choice_plan(set->choice, set->command->session, AMR_PLAN_PLACE_INSIDE, error);
}

AmrRequest *
tui_new_set_request(const TuiNewSet *set)
{
    AmrRequest *request = amr_request_new(AMR_PLAN_ADD);

    request->rules = tui_new_set_text(set, NULL);
    request->inside = TRUE;
    request->meant = tui_choice_is_everything(set->choice);
    return request;
}

char *
tui_new_set_text(const TuiNewSet *set, GError **error)
{
    return tui_choice_text(set->choice, FALSE, error);
}

GPtrArray *
tui_new_set_questions(const TuiNewSet *set)
{
    return tui_choice_questions(set->choice);
}
