/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/proposal_private.h"

#include "tui/view/detail.h"

#define INDENT_MAX   3
#define PROFILE_FROM 60 /* columns, from which the list names the profiles */

/* The key of @action for a sentence; NULL if it has none. */
static char *
key_of(const TuiProposal *view, TuiAction action)
{
    const TuiKeymap *keymap = tui_screen_keymap(view->view.screen);
    return tui_keymap_has(keymap, action) ? tui_keymap_show(keymap, action, FALSE) : NULL;
}

/* ---- one item ------------------------------------------------------------------------------- */

static const char *
decided_words(AmrDecided by)
{
    switch (by) {
    case AMR_DECIDED_POLICY:
        return "as policy has it";
    case AMR_DECIDED_CHOICE:
        return "as chosen";
    case AMR_DECIDED_DEFAULT:
        return "by default";
    case AMR_DECIDED_OPEN:
    case AMR_DECIDED_UNKNOWN:
        break;
    }
    return "not decided";
}

/* The executions that it hangs on, from the outside in. */
static void
describe_under(TuiProposal *view, const TuiChoiceItem *item)
{
    const GPtrArray *under = item->resolved->under;
    for (guint i = 0; i < under->len; i++) {
        const AmrDecision *decision = under->pdata[i];
        g_autofree char *exec = amr_display_string(decision->exec);
        g_autofree char *profile = amr_display_string(decision->profile);
        g_autofree char *text =
            g_strdup_printf("%s in %s, %s%s%s", exec, profile, decision->mode ? "run by " : "",
                            decision->mode ? amr_exec_mode_word(decision->mode) : "",
                            decision->mode ? ", " : "");
        g_autofree char *whole = g_strconcat(text, decided_words(decision->by), NULL);
        tui_flow_add_words(view->flow, i == 0 ? "held by" : "", TUI_ROLE_TEXT, whole);
    }
}

static void
describe_held(TuiProposal *view, const TuiChoiceItem *item)
{
    guint held = tui_choice_held(view->choice, item);
    if (held == 0)
        return;
    g_autofree char *text =
        g_strdup_printf("%u of these %s on this execution: their rules change with it", held,
                        held == 1 ? "denials hangs" : "denials hang");
    tui_flow_add_words(view->flow, "holds", TUI_ROLE_TEXT, text);
}

/* Why a narrower rule is not among the candidates. */
static void
describe_left_out(TuiProposal *view, const TuiChoiceItem *item)
{
    if (item->proposal->pending)
        tui_flow_add_words(view->flow, "target", TUI_ROLE_QUIET,
                           view->ask ? "asking the compiler what it makes of these rules"
                                     : "the compiler was not asked what it makes of these rules");
    for (guint i = 0; i < item->proposal->left_out->len; i++) {
        const AmrLeftOut *left_out = item->proposal->left_out->pdata[i];
        if (!amr_propose_left_out_tells(item->proposal, i))
            continue;
        g_autofree char *rule = amr_rule_print(left_out->rule);
        g_autofree char *shown = amr_display_string(rule);
        g_autofree char *text =
            g_strdup_printf("%s is %s here%s%s", shown, amr_stating_word(left_out->stating),
                            left_out->said ? ": " : "", left_out->said ? left_out->said : "");
        tui_flow_add_words(view->flow, i == 0 ? "not" : "", TUI_ROLE_QUIET, text);
    }
}

static void
describe_other(TuiProposal *view, const TuiChoiceItem *item)
{
    const AmrProposal *proposal = item->proposal;
    const AmrCandidate *candidate = tui_choice_candidate(item);
    g_autoptr(AmrRule) mirror = tui_choice_mirror(item);
    AmrClass klass = item->resolved->event.klass;

    if ((klass == AMR_CLASS_SIGNAL || klass == AMR_CLASS_PTRACE) &&
        amr_facts_want(view->choice->facts))
        tui_flow_add_words(view->flow, "other side", TUI_ROLE_QUIET, "policy is being asked");
    if (proposal->other_no_rule) {
        tui_flow_add_words(view->flow, "but", TUI_ROLE_WARNING, proposal->other_reason);
        tui_detail_add_denied(view->flow, proposal->denied);
    } else if (proposal->other && candidate && candidate->mirror) {
        g_autofree char *other = amr_display_string(proposal->other);
        g_autofree char *printed = amr_rule_print(candidate->mirror);
        g_autofree char *shown = amr_display_lines(amr_bytes(printed));
        g_autofree char *text = g_strdup_printf(mirror ? "%s refuses it too, and gets: %s"
                                                       : "%s refuses it too, and would need: %s",
                                                other, shown);
        tui_flow_add_words(view->flow, "other side", mirror ? TUI_ROLE_TEXT : TUI_ROLE_WARNING,
                           text);
    }
}

static void
describe_answers(TuiProposal *view, const TuiChoiceItem *item, const AmrRule *rule)
{
    guint of, covers = tui_choice_covers(view->choice, item, &of);

    if (rule->deny) {
        tui_flow_add_words(view->flow, "denies", TUI_ROLE_WARNING,
                           rule->audit ? "it stays refused, whatever other rules say"
                                       : "it stays refused, whatever other rules say, and is "
                                         "not logged any more");
        return;
    }
    if (of > 1 && (tui_choice_candidate(item) || covers > 0)) {
        g_autofree char *answers =
            g_strdup_printf("%u of the %u denials of this profile", covers, of);
        tui_flow_add_words(view->flow, "answers", TUI_ROLE_TEXT, answers);
    }
    if (!tui_choice_answers(item))
        tui_flow_add_words(view->flow, "but", TUI_ROLE_WARNING,
                           "this does not answer the denial: the file was not the program's own");
    if (rule->audit)
        tui_flow_add_words(view->flow, "audit", TUI_ROLE_TEXT, "each use is logged");
}

/* By the rule's words, and as it was measured. */
static void
describe_opens(TuiProposal *view, const TuiChoiceItem *item, const AmrRule *rule)
{
    const AmrCandidate *candidate = tui_choice_candidate(item);
    g_autofree char *measured = tui_proposal_measured(view, item, rule);

    if (candidate && !candidate->opens && g_strcmp0(measured, AMR_OPENS_NOTHING) == 0) {
        tui_flow_add_words(view->flow, "opens", TUI_ROLE_TEXT, "nothing else, as measured");
        return;
    }
    if (candidate)
        tui_flow_add_words(view->flow, "opens", candidate->opens ? TUI_ROLE_WARNING : TUI_ROLE_TEXT,
                           candidate->opens ? candidate->opens : "nothing else");
    if (measured)
        tui_flow_add_words(view->flow, "measured", TUI_ROLE_TEXT, measured);
}

static void
describe_rule(TuiProposal *view, const TuiChoiceItem *item, const AmrRule *rule)
{
    const AmrCandidate *candidate = tui_choice_candidate(item);
    g_autofree char *printed = amr_rule_print(rule);
    g_autofree char *shown = amr_display_lines(amr_bytes(printed));
    g_autofree char *label =
        candidate ? g_strdup_printf("rule %u/%u", item->chosen + 1, item->proposal->candidates->len)
                  : g_strdup("by hand");
    g_autofree char *danger = NULL;
    AmrRisk risk = tui_choice_item_risk(item, &danger);

    tui_flow_add_field(view->flow, label, TUI_ROLE_RULE, shown);
    if (candidate && candidate->why && !rule->deny)
        tui_flow_add_words(view->flow, "allows", TUI_ROLE_TEXT, candidate->why);
    describe_answers(view, item, rule);
    if (!rule->deny)
        describe_other(view, item);
    if (!rule->deny && !item->proposal->other_no_rule)
        tui_detail_add_unproven(view->flow, item->proposal);
    describe_held(view, item);
    describe_under(view, item);
    if (!rule->deny)
        describe_opens(view, item, rule);
    if (!rule->deny)
        tui_proposal_show_files(view, item, rule);
    tui_detail_add_risk(view->flow, risk, danger);
    describe_left_out(view, item);
}

static void
describe_none(TuiProposal *view, const TuiChoiceItem *item)
{
    g_autofree char *key = key_of(view, view->inside ? TUI_ACTION_MARK : TUI_ACTION_IGNORE);

    if (item->pick->ignored && view->inside) {
        g_autofree char *text = g_strdup_printf("it is no part of the set%s%s%s", key ? "; " : "",
                                                key ? key : "", key ? " takes it in" : "");
        tui_flow_add_words(view->flow, "left out", TUI_ROLE_WARNING, text);
    } else if (item->pick->ignored) {
        g_autofree char *text =
            g_strdup_printf("it is let be: no rule, and no word of it%s%s%s", key ? "; " : "",
                            key ? key : "", key ? " takes it back" : "");
        tui_flow_add_words(view->flow, "ignored", TUI_ROLE_WARNING, text);
    } else if (item->off) {
        tui_flow_add_words(view->flow, "no rule", TUI_ROLE_TEXT,
                           "the execution that it hangs on is denied or ignored");
    } else {
        tui_flow_add_words(view->flow, "no rule", TUI_ROLE_WARNING, item->proposal->reason);
        tui_detail_add_denied(view->flow, item->proposal->denied);
        tui_detail_add_granted(view->flow, item->proposal->granted);
        if (item->proposal->remedy)
            tui_flow_add_words(view->flow, "instead", TUI_ROLE_TEXT, item->proposal->remedy);
    }
    describe_under(view, item);
}

static void
describe_target(TuiProposal *view, const TuiChoiceItem *item)
{
    g_autofree char *profile = amr_display_string(item->proposal->profile);
    g_autofree char *key = key_of(view, TUI_ACTION_ADD_INCLUDE);

    tui_flow_add_field(view->flow, "profile", TUI_ROLE_PROFILE, profile);
    if (!tui_proposal_lacks_include(view))
        return;
    g_autofree char *text = key ? g_strdup_printf("no local include: press %s to add one", key)
                                : g_strdup("no local include");
    tui_flow_add_words(view->flow, "local", TUI_ROLE_WARNING, text);
}

/* Of what no record is, what it is here for. The caller frees. */
static char *
describe_need(const TuiChoiceItem *item)
{
    const AmrResolved *resolved = item->resolved;
    g_autofree char *name = amr_display(resolved->event.field[AMR_FIELD_NAME]);
    g_autofree char *profile = amr_display_string(item->proposal->profile);
    g_autofree char *script = resolved->script ? amr_display_string(resolved->script) : NULL;

    if (script && (resolved->event.denied & AMR_PERM_EXEC))
        return g_strdup_printf("The script %s executes %s, by env: the log could not say so yet.",
                               script, name);
    if (script && strcmp(script, name) == 0)
        return g_strdup_printf("The script %s is read by what runs it, in %s: the log could not "
                               "say so yet.",
                               script, profile);
    if (script)
        return g_strdup_printf("The script %s is run by %s, in %s: the log could not say so yet.",
                               script, name, profile);
    if (!(resolved->event.denied & AMR_PERM_EXEC))
        return g_strdup_printf("%s has to be read to be run in %s: the log could not say so yet.",
                               name, profile);
    return g_strdup_printf("%s ran %s: the log does not say so itself, but what it did there hangs "
                           "on how.",
                           profile, name);
}

/* What happened. */
static void
describe_event(TuiProposal *view, const TuiChoiceItem *item)
{
    AmrEvent event;

    if (item->id == AMR_DENIAL_NONE) {
        g_autofree char *text = describe_need(item);
        tui_flow_add(view->flow, TUI_ROLE_TITLE, text);
    } else if (amr_store_event(tui_proposal_session(view)->store, item->id, &event)) {
        g_autofree char *sentence = amr_explain(tui_proposal_session(view)->sentences, &event);
        tui_flow_add(view->flow, TUI_ROLE_TITLE, sentence);
        tui_detail_add_recipes(view->flow, tui_proposal_session(view), &event, item->proposal);
        guint size = tui_choice_row_size(view->choice, item);
        g_autofree char *more =
            size > 1 ? g_strdup_printf("And %u more that are like it.", size - 1) : NULL;
        if (more)
            tui_flow_add(view->flow, TUI_ROLE_TEXT, more);
    }
}

static void
fill(TuiProposal *view)
{
    const TuiChoiceItem *item = tui_proposal_current(view);
    g_autoptr(AmrRule) rule = tui_choice_rule(item);

    tui_flow_clear(view->flow);
    tui_sign_describe_try(view->sign, view->flow);
    if (tui_sign_state(view->sign) >= TUI_SIGN_WRITING) { /* the answer first */
        tui_sign_describe(view->sign, view->flow);
        tui_flow_add(view->flow, TUI_ROLE_TEXT, NULL);
    }
    describe_event(view, item);
    if (rule) {
        describe_rule(view, item, rule);
        describe_target(view, item);
    } else {
        describe_none(view, item);
    }
    if (tui_sign_state(view->sign) < TUI_SIGN_WRITING &&
        (rule || item->resolved->granted || view->choice->items->len > 1)) {
        if (tui_sign_parts(view->sign) > 1)
            tui_flow_add_words(view->flow, "together", TUI_ROLE_TEXT,
                               "one change of all these profiles: written, loaded and undone as "
                               "a whole, or not at all");
        tui_proposal_prove(view);
        tui_sign_describe(view->sign, view->flow);
    }
    tui_proposal_measure(view);
    tui_proposal_count_files(view);
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* Of a set the rule stands there, whether it is left out or not. */
static AmrRule *
row_rule(const TuiChoiceItem *item, gboolean set)
{
    AmrRule *rule = tui_choice_rule(item);
    const GPtrArray *candidates = item->proposal->candidates;

    if (!rule && set && item->chosen < candidates->len)
        rule = amr_rule_copy(((const AmrCandidate *)candidates->pdata[item->chosen])->rule);
    return rule;
}

static char *
row_text(const TuiChoice *choice, const TuiChoiceItem *item, gboolean set)
{
    g_autoptr(AmrRule) rule = row_rule(item, set);
    guint indent = MIN(item->resolved->under->len, INDENT_MAX);

    if (rule) {
        g_autofree char *printed = amr_rule_print(rule);
        g_autofree char *shown = amr_display_lines(amr_bytes(printed));
        guint size = tui_choice_row_size(choice, item);
        const char *mark = !set ? "" : item->pick->ignored || item->off ? "[ ] " : "[x] ";
        return size > 1 ? g_strdup_printf("%*s%s%s  (%u denials)", (int)indent * 2, "", mark, shown,
                                          size)
                        : g_strdup_printf("%*s%s%s", (int)indent * 2, "", mark, shown);
    }
    g_autofree char *tried = amr_explain_tried(&item->resolved->event);
    g_autofree char *object = amr_explain_object(&item->resolved->event);
    return g_strdup_printf("%*s%s %s %s", (int)indent * 2, "",
                           item->pick->ignored       ? "(ignored)"
                           : item->resolved->granted ? "(granted)"
                                                     : "(no rule)",
                           tried, object);
}

static void
draw_items(TuiProposal *view, TuiCanvas *canvas, TuiRect rect)
{
    gboolean names = tui_choice_parts(view->choice) > 1 && rect.width >= PROFILE_FROM;
    int width = names ? rect.width * 2 / 3 : rect.width;

    tui_list_fit(&view->list, view->choice->rows->len, (guint)rect.height);
    for (guint i = 0; i < view->list.height && view->list.top + i < view->list.n; i++) {
        guint n = view->list.top + i;
        const TuiChoiceItem *item = view->choice->rows->pdata[n];
        g_autofree char *text = row_text(view->choice, item, view->inside);
        g_autofree char *profile = amr_display_string(item->proposal->profile);
        g_autoptr(AmrRule) rule = tui_choice_rule(item);
        gboolean selected = n == view->list.cursor;
        tui_canvas_put_field(canvas, rect, 0, (int)i, width, text, FALSE,
                             selected ? TUI_ROLE_SELECTED
                             : rule   ? TUI_ROLE_RULE
                                      : TUI_ROLE_QUIET);
        if (names)
            tui_canvas_put_field(canvas, rect, width, (int)i, rect.width - width, profile, TRUE,
                                 selected ? TUI_ROLE_SELECTED : TUI_ROLE_PROFILE);
    }
}

void
tui_proposal_draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    TuiProposal *view = (TuiProposal *)base;
    int items = (int)MIN(view->choice->rows->len, 1000);

    if (items > 1 && rect.height >= 8) {
        TuiRect list = {rect.x, rect.y, rect.width, MIN(items, rect.height / 4)};
        draw_items(view, canvas, list);
        tui_canvas_horizontal(canvas, rect, list.height, TUI_ROLE_BORDER);
        rect.y += list.height + 1;
        rect.height -= list.height + 1;
    }
    rect.height -= tui_sign_draw_prompt(view->sign, canvas, rect);
    fill(view);
    tui_flow_draw(view->flow, canvas, rect);
}
