/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "tui/command/query.h"
#include "tui/plain.h"
#include "tui/privileged.h"

/* ---- proposing ------------------------------------------------------------------------------ */

static void
say_measured(const TuiPlain *plain, const TuiChoiceItem *item, const AmrRule *rule)
{
    const AmrOpening *opening =
        plain->opens ? amr_opens_look(plain->opens, item->proposal->profile, rule) : NULL;
    g_autoptr(AmrQuestion) denied =
        opening ? amr_question_of_event(&item->resolved->event, NULL) : NULL;
    g_autofree char *words = opening ? amr_opening_words(opening, denied) : NULL;

    if (words)
        tui_plain_say("    measured: %s", words);
}

static void
say_rules(const TuiPlain *plain, guint number, const TuiChoiceItem *item)
{
    const AmrProposal *proposal = item->proposal;
    g_autofree char *profile = amr_display_string(proposal->profile);

    if (proposal->no_rule != AMR_NO_RULE_NONE) {
        tui_plain_say("Denial %u of the proposal, profile %s, no rule: %s%s%s", number, profile,
                      proposal->reason, proposal->remedy ? " " : "",
                      proposal->remedy ? proposal->remedy : "");
        return;
    }
    tui_plain_say("Denial %u of the proposal, profile %s, %u %s:", number, profile,
                  proposal->candidates->len, proposal->candidates->len == 1 ? "rule" : "rules");
    for (guint i = 0; i < proposal->candidates->len; i++) {
        const AmrCandidate *candidate = proposal->candidates->pdata[i];
        g_autofree char *rule = amr_rule_print(candidate->rule);
        g_autofree char *shown = amr_display_lines(amr_bytes(rule));
        tui_plain_say("  rule %u%s: %s", i + 1, i == item->chosen ? " (taken)" : "", shown);
        tui_plain_say("    %s", candidate->why);
        if (candidate->opens)
            tui_plain_say("    opens besides: %s", candidate->opens);
        say_measured(plain, item, candidate->rule);
        g_autofree char *other = candidate->mirror ? amr_rule_print(candidate->mirror) : NULL;
        g_autofree char *shown_other = other ? amr_display_lines(amr_bytes(other)) : NULL;
        g_autofree char *of = amr_display_string(proposal->other);
        if (other)
            tui_plain_say("    and for the other side, profile %s: %s", of, shown_other);
        tui_plain_say("    risk: %s%s%s", amr_risk_word(candidate->risk),
                      candidate->danger ? ", " : "", candidate->danger ? candidate->danger : "");
    }
}

static void
say_recipes(const AmrRecipes *recipes, const AmrEvent *event, const AmrProposal *proposal)
{
    g_autoptr(GPtrArray) found = amr_recipes_for(recipes, event, proposal);

    for (guint i = 0; i < found->len; i++) {
        const AmrRecipe *recipe = found->pdata[i];
        tui_plain_say("  better: %s. %s", recipe->title, recipe->why);
        for (char **line = recipe->lines; *line; line++)
            tui_plain_say("    %s", *line);
    }
}

static void
say_choice(const TuiPlain *plain)
{
    for (guint i = 0; i < plain->choice->items->len; i++) {
        const TuiChoiceItem *item = plain->choice->items->pdata[i];
        say_rules(plain, i + 1, item);
        say_recipes(plain->command->session->recipes, &item->resolved->event, item->proposal);
    }
    if (!plain->command->options->read_only)
        tui_plain_say("\"rule N K\" takes another; \"write\" shows the change and asks.");
}

/* Asks the target what it states of one item's rules. FALSE if that was cancelled. */
static gboolean
ask_target(const TuiPlain *plain, const AmrProposal *proposal)
{
    AmrProposeContext context = amr_session_propose_context(plain->command->session);
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    amr_propose_ask_async(proposal, &context, plain->command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    return amr_propose_ask_finish(result, NULL);
}

/* Asks policy on disk. */
static gboolean
ask_policy(const TuiPlain *plain)
{
    g_autoptr(AmrAsker) asker = amr_session_asker(plain->command->session, AMR_ASK_DISK, TRUE);
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    amr_facts_ask_async(plain->choice->facts, asker, plain->command->cancellable, tui_wait_done,
                        &wait);
    result = tui_wait_result(&wait);
    return amr_facts_ask_finish(result, NULL);
}

/* All is asked before anything is offered. FALSE if that was cancelled. */
static gboolean
settle(TuiPlain *plain)
{
    for (gboolean asked = TRUE; asked;) {
        asked = amr_facts_want(plain->choice->facts);
        if (asked && !ask_policy(plain))
            return FALSE;
        for (guint i = 0; i < plain->choice->items->len; i++) {
            const TuiChoiceItem *item = plain->choice->items->pdata[i];
            if (!item->proposal->pending)
                continue;
            asked = TRUE;
            if (!ask_target(plain, item->proposal))
                return FALSE;
        }
        if (asked)
            tui_choice_refresh(plain->choice, plain->command->session);
    }
    return TRUE;
}

/* What their rules open; without an answer that is not told. */
static void
measure(TuiPlain *plain)
{
    g_autoptr(AmrAsker) asker = amr_session_asker(plain->command->session, AMR_ASK_DISK, TRUE);
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    g_clear_pointer(&plain->opens, amr_opens_free);
    plain->opens = amr_opens_new();
    for (guint i = 0; i < plain->choice->items->len; i++) {
        const AmrProposal *proposal = ((TuiChoiceItem *)plain->choice->items->pdata[i])->proposal;
        for (guint k = 0; k < proposal->candidates->len; k++)
            (void)amr_opens_look(plain->opens, proposal->profile,
                                 ((AmrCandidate *)proposal->candidates->pdata[k])->rule);
    }
    if (!amr_opens_want(plain->opens))
        return;
    amr_opens_ask_async(plain->opens, asker, plain->command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    (void)amr_opens_ask_finish(result, NULL);
}

void
tui_plain_propose(TuiPlain *plain, char **words)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(AmrDenialId));

    for (guint i = 1; words[i]; i++) {
        AmrDenialId id = tui_plain_id(plain, words[i]);
        if (id == AMR_DENIAL_NONE)
            return;
        g_array_append_val(ids, id);
    }
    if (ids->len == 0) {
        (void)tui_plain_id(plain, NULL);
        return;
    }
    g_clear_pointer(&plain->choice, tui_choice_free);
    plain->add_include = FALSE;
    plain->choice =
        tui_choice_new(plain->command->session, &g_array_index(ids, AmrDenialId, 0), ids->len);
    if (!settle(plain) || plain->choice->items->len == 0) {
        tui_plain_say("Nothing is proposed.");
        g_clear_pointer(&plain->choice, tui_choice_free);
        return;
    }
    measure(plain);
    say_choice(plain);
}

static gboolean
has_choice(const TuiPlain *plain)
{
    if (!plain->choice)
        tui_plain_say("Nothing is proposed: \"propose N\" first.");
    return plain->choice != NULL;
}

static gboolean
take_rule(const TuiPlain *plain, guint n, guint rule)
{
    const AmrSession *session = plain->command->session;
    const TuiChoiceItem *item = plain->choice->items->pdata[n];
    int step = item->chosen + 1 < rule ? 1 : -1;

    if (rule < 1 || rule > item->proposal->candidates->len)
        return FALSE;
    while (item->chosen + 1 != rule && tui_choice_step(plain->choice, session, item, step))
        item = plain->choice->items->pdata[n]; /* another, by now */
    return item->chosen + 1 == rule;
}

void
tui_plain_rule(TuiPlain *plain, char **words)
{
    guint64 number = 0, rule = 0;

    if (!has_choice(plain))
        return;
    if (!words[1] || !words[2]) {
        say_choice(plain);
        return;
    }
    if (!amr_bytes_to_uint64(amr_bytes(words[1]), &number) ||
        !amr_bytes_to_uint64(amr_bytes(words[2]), &rule) || number < 1 ||
        number > plain->choice->items->len) {
        tui_plain_say("There is no such denial in the proposal.");
        return;
    }
    if (!take_rule(plain, (guint)number - 1, (guint)rule))
        tui_plain_say("There is no such rule.");
    else
        say_rules(plain, (guint)number, plain->choice->items->pdata[number - 1]);
}

void
tui_plain_include(TuiPlain *plain, char **words)
{
    if (!has_choice(plain))
        return;
    plain->add_include = !plain->add_include;
    tui_plain_say(plain->add_include
                      ? "The change will give a profile its local include where it has none."
                      : "The change will add no include.");
}

/* ---- writing -------------------------------------------------------------------------------- */

static gboolean
agrees_to_danger(TuiPlain *plain)
{
    g_autofree char *danger = NULL;
    AmrRisk risk = tui_choice_risk(plain->choice, &danger);

    if (risk < AMR_RISK_HIGH)
        return TRUE;
    tui_plain_say("This is dangerous: %s", danger ? danger : "the rule is broad.");
    g_autofree char *answer = tui_plain_read(plain, "Type yes, in full, to go on: ");
    if (g_strcmp0(answer, "yes") == 0)
        return TRUE;
    tui_plain_say("Not agreed to: nothing was written.");
    return FALSE;
}

int
tui_plain_elevate(const AmrRequest *request)
{
    g_auto(TuiPrivileged) privileged = {0};
    g_autoptr(GError) error = NULL;
    int status;

    (void)tui_out_finish(TUI_EXIT_DONE);
    if (!tui_privileged_change(request, &privileged, &error)) {
        if (privileged.notes)
            tui_say_notes(privileged.notes);
        return tui_fail(error);
    }
    status = privileged.outcome->partly ? TUI_EXIT_PARTLY : TUI_EXIT_DONE;
    tui_plain_say("%s: %s", privileged.id, privileged.outcome->message);
    tui_say_notes(privileged.outcome->notes);
    return status;
}

static int
write_elevated(TuiPlain *plain)
{
    g_autoptr(AmrRequest) request = amr_request_new(AMR_PLAN_ADD);
    g_autoptr(GError) error = NULL;

    request->rules = tui_choice_text(plain->choice, FALSE, &error);
    request->add_include = plain->add_include;
    request->meant = tui_choice_is_everything(plain->choice); /* agreed to here */
    return request->rules ? tui_plain_elevate(request) : tui_fail(error);
}

static int
write_here(TuiPlain *plain)
{
    AmrSession *session = plain->command->session;
    const TuiCarry carry = {.ask = TRUE};
    AmrPlanPlace place = plain->add_include ? AMR_PLAN_PLACE_ADD_INCLUDE : AMR_PLAN_PLACE_LOCAL;
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = tui_choice_plan(plain->choice, session, place, &error);

    if (g_error_matches(error, AMR_ERROR, AMR_ERROR_NO_LOCAL_INCLUDE)) {
        tui_plain_say("%s", error->message);
        tui_plain_say("\"include\" makes one a part of the change.");
        return TUI_EXIT_REFUSED;
    }
    if (!plan)
        return tui_fail(error);
    g_autoptr(GPtrArray) questions = tui_choice_questions(plain->choice);
    return tui_command_carry_out(plain->command, plan, questions, &carry);
}

/* Reads all again; the numbers of the list stay. */
static void
after_change(TuiPlain *plain, int status)
{
    tui_plain_say(status == TUI_EXIT_DONE ? "Done." : "Not done.");
    tui_plain_reload(plain);
}

void
tui_plain_write(TuiPlain *plain, char **words)
{
    int status;

    if (!has_choice(plain) || !agrees_to_danger(plain))
        return;
    if (tui_privileged_needed(plain->command->session->target))
        status = write_elevated(plain);
    else if ((status = tui_command_may_change(plain->command, FALSE)) == TUI_EXIT_DONE)
        status = write_here(plain);
    after_change(plain, status);
    if (status == TUI_EXIT_DONE)
        g_clear_pointer(&plain->choice, tui_choice_free);
}

/* ---- changes -------------------------------------------------------------------------------- */

void
tui_plain_changes(TuiPlain *plain, char **words)
{
    const AmrHistory *history = plain->command->session->history;
    guint n = history ? amr_history_count(history) : 0;

    if (n == 0)
        tui_plain_say("Nothing was changed.");
    for (guint i = 0; i < n; i++) {
        TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};
        GString *line = g_string_new(NULL);
        tui_table_changes_row(plain->command->session, amr_history_get(history, i), cells);
        for (guint k = 0; k < tui_table_changes.n; k++) {
            if (cells[k].text && cells[k].text[0])
                g_string_append_printf(line, "%s%s", line->len > 0 ? ", " : "", cells[k].text);
        }
        tui_plain_say("%s", line->str);
        g_string_free(line, TRUE);
        tui_cells_clear(cells, tui_table_changes.n);
    }
}

/* Which one is known here: the history can be read by all. */
static int
undo_elevated(const TuiPlain *plain, const char *id)
{
    const AmrHistory *history = plain->command->session->history;
    const AmrChange *change = history ? amr_history_find(history, id) : NULL;
    g_autoptr(AmrRequest) request = amr_request_new(AMR_PLAN_UNDO);

    if (!change) {
        tui_say("there is no such change: \"changes\" lists them");
        return TUI_EXIT_NOTHING;
    }
    request->undoes = g_strdup(change->id);
    return tui_plain_elevate(request);
}

void
tui_plain_undo(TuiPlain *plain, char **words)
{
    const TuiCarry carry = {.ask = TRUE};
    int status;

    g_clear_pointer(&plain->choice, tui_choice_free);
    if (tui_privileged_needed(plain->command->session->target))
        status = undo_elevated(plain, words[1]);
    else if ((status = tui_command_may_change(plain->command, FALSE)) == TUI_EXIT_DONE)
        status = tui_command_undo_change(plain->command, words[1], &carry);
    after_change(plain, status);
}
