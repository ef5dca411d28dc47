/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer propose: the rules that answer the denials, as text for `apply --from` or as JSON. */
#include "config.h"

#include <string.h>

#include "core/policy/batch.h"
#include "core/policy/opens.h"
#include "tui/command/command.h"
#include "tui/command/propose.h"
#include "tui/command/query.h"
#include "tui/command/wait.h"
#include "tui/command/wish.h"

/* ---- the verb ---------------------------------------------------------------------------------
 */

typedef struct {
    const AmrSession *session;
    gboolean all;
    AmrRung rung;           /* that is taken of a ladder; NONE: the best */
    gboolean any_owner;     /* rules hold whoever has the file */
    GPtrArray *groups;      /* TuiProposeGroup: the text */
    GHashTable *by_profile; /* profile -> TuiProposeGroup */
    TuiProposeCovers *covers;
    AmrOpens *opens;            /* NULL: not measured */
    TuiProposeBreadth *breadth; /* NULL: nothing is measured */
} Propose;

/* The abstraction that opens the least; where none answers, the best rule. */
static guint
pick_abstraction(const AmrResolved *resolved)
{
    const GPtrArray *candidates = resolved->proposal->candidates;

    for (guint i = 0; i < candidates->len; i++)
        if (((const AmrCandidate *)candidates->pdata[i])->rung == AMR_RUNG_ABSTRACTION)
            return i;
    return resolved->best;
}

/* The candidate to print: that of the rung that was asked for, of several the narrowest; where the
 * ladder has no such rung, the broadest below it. Executions stay decided as they are. */
static guint
pick(const Propose *propose, const AmrResolved *resolved)
{
    const GPtrArray *candidates = resolved->proposal->candidates;
    const AmrCandidate *best =
        resolved->best < candidates->len ? candidates->pdata[resolved->best] : NULL;
    AmrRung reached = AMR_RUNG_NONE;
    guint picked = resolved->best;

    if (propose->rung == AMR_RUNG_ABSTRACTION)
        return pick_abstraction(resolved);

    for (guint i = 0; propose->rung && best && best->rung && i < candidates->len; i++) {
        const AmrCandidate *candidate = candidates->pdata[i];
        if (!amr_rung_is_within(candidate->rung, propose->rung) || candidate->rung <= reached ||
            (candidate->rule->kind != best->rule->kind && best->rule->kind != AMR_RULE_UNIX) ||
            (best->rule->kind == AMR_RULE_FILE &&
             (candidate->rule->file.exec != best->rule->file.exec ||
              candidate->rule->file.access != best->rule->file.access)))
            continue;
        reached = candidate->rung;
        picked = i;
    }
    return picked;
}

static void
add_measured(const Propose *propose, TuiProposeGroup *group, const AmrResolved *resolved,
             const AmrRule *rule)
{
    const AmrOpening *opening =
        propose->opens ? amr_opens_look(propose->opens, resolved->proposal->profile, rule) : NULL;
    g_autoptr(AmrQuestion) denied = opening ? amr_question_of_event(&resolved->event, NULL) : NULL;
    g_autofree char *words = opening ? amr_opening_words(opening, denied) : NULL;

    if (words)
        tui_propose_group_measured(group, rule, words);
}

/* The profile does not compile: its rule may not do it. */
static void
add_unproven(TuiProposeGroup *group, const AmrCause *denied)
{
    g_autofree char *why = g_strdup_printf("denied by %s", denied->said);

    tui_propose_group_but(group, why);
}

static gboolean
take_text(const AmrResolved *resolved, gpointer data)
{
    Propose *propose = data;
    const AmrProposal *proposal = resolved->proposal;
    const GPtrArray *candidates = proposal->candidates;
    TuiProposeGroup *group =
        tui_propose_group_for(propose->groups, propose->by_profile, proposal->profile);

    if (proposal->no_rule)
        tui_propose_group_no_rule(group, &resolved->event, proposal);
    else
        tui_propose_group_left_out(group, proposal);
    tui_propose_group_recipes(group, propose->session->recipes, &resolved->event, proposal);
    guint picked = pick(propose, resolved);
    for (guint i = 0; i < candidates->len; i++) {
        const AmrCandidate *candidate = g_ptr_array_index(candidates, i);
        g_autoptr(AmrRule) rule = amr_rule_copy(candidate->rule);
        if (!propose->all && i != picked)
            continue;
        rule->owner = rule->owner && !propose->any_owner;
        tui_propose_group_candidate(group, rule, candidate->together);
        add_measured(propose, group, resolved, rule);
        if (candidate->mirror)
            tui_propose_group_rule(tui_propose_group_for(propose->groups, propose->by_profile,
                                                         proposal->other),
                                   candidate->mirror);
    }
    if (proposal->other_no_rule)
        tui_propose_group_but(group, proposal->other_reason);
    else if (!proposal->no_rule && proposal->denied)
        add_unproven(group, proposal->denied);
    return TRUE;
}

typedef struct {
    const AmrProposeContext *context;
    GCancellable *cancellable;
    gboolean asked; /* something that was not known before */
} Stating;

/* Asks what the target states, where it is not known. FALSE if that was cancelled. */
static gboolean
take_pending(const AmrResolved *resolved, gpointer data)
{
    Stating *stating = data;
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    if (!resolved->proposal->pending)
        return TRUE;
    stating->asked = TRUE;
    amr_propose_ask_async(resolved->proposal, stating->context, stating->cancellable, tui_wait_done,
                          &wait);
    result = tui_wait_result(&wait);
    return amr_propose_ask_finish(result, NULL);
}

static gboolean
take_covers(const AmrResolved *resolved, gpointer data)
{
    tui_propose_count(((Propose *)data)->covers, resolved);
    return TRUE;
}

static gboolean
take_json(const AmrResolved *resolved, gpointer data)
{
    const Propose *propose = data;
    return tui_propose_out(propose->session, propose->covers, propose->opens, propose->breadth,
                           resolved);
}

/* What is to be measured. */
static gboolean
take_opens(const AmrResolved *resolved, gpointer data)
{
    const AmrProposal *proposal = resolved->proposal;
    for (guint i = 0; i < proposal->candidates->len; i++)
        (void)amr_opens_look(data, proposal->profile,
                             ((const AmrCandidate *)proposal->candidates->pdata[i])->rule);
    return TRUE;
}

/* FALSE if that was cancelled. */
static gboolean
measure(TuiCommand *command, AmrAsker *asker, const AmrResolveContext *context,
        const AmrDenialId *ids, guint n, AmrOpens *opens)
{
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    amr_resolve_each(context, ids, n, take_opens, opens);
    amr_opens_ask_async(opens, asker, command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    return amr_opens_ask_finish(result, NULL);
}

/* Each candidate that JSON will show. */
static gboolean
take_breadth(const AmrResolved *resolved, gpointer data)
{
    const Propose *propose = data;
    const AmrProposal *proposal = resolved->proposal;

    for (guint i = 0; i < proposal->candidates->len; i++) {
        const AmrCandidate *candidate = proposal->candidates->pdata[i];
        (void)tui_propose_breadth_look(propose->breadth, proposal->profile, candidate->rule);
    }
    return TRUE;
}

/* Walks until policy on disk and the target have said all that is asked of them. FALSE if that was
 * cancelled. */
static gboolean
learn(TuiCommand *command, AmrAsker *asker, const AmrResolveContext *context,
      const AmrDenialId *ids, guint n)
{
    Stating stating = {&context->propose, command->cancellable, TRUE};

    while (stating.asked && !g_cancellable_is_cancelled(command->cancellable)) {
        stating.asked = FALSE;
        amr_resolve_each(context, ids, n, take_pending, &stating);
        if (!amr_facts_want(context->facts))
            continue;
        g_autoptr(GAsyncResult) result = NULL;
        TuiWait wait = {0};
        stating.asked = TRUE;
        amr_facts_ask_async(context->facts, asker, command->cancellable, tui_wait_done, &wait);
        result = tui_wait_result(&wait);
        if (!amr_facts_ask_finish(result, NULL))
            return FALSE;
    }
    return !g_cancellable_is_cancelled(command->cancellable);
}

/* What is wanted of the verb. */
typedef struct {
    gboolean all, exact, any_owner, breadth;
    AmrRung rung; /* NONE: the best */
    GArray *wishes;
} Wanted;

static void
propose_all(TuiCommand *command, const AmrDenialId *ids, guint n, const Wanted *wanted)
{
    const AmrSession *session = command->session;
    g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(tui_propose_group_free);
    g_autoptr(GHashTable) by_profile = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(TuiProposeCovers) covers = tui_propose_covers_new();
    g_autoptr(TuiProposeBreadth) breadth =
        wanted->breadth ? tui_propose_breadth_new(command) : NULL;
    /* Compiling takes a while: only where they are shown. */
    gboolean shown = command->options->json || wanted->all || wanted->rung == AMR_RUNG_ABSTRACTION;
    AmrAbstractions *abstractions = shown ? session->abstractions : NULL;
    g_autoptr(AmrFacts) facts = amr_facts_new(abstractions);
    g_autoptr(AmrBatch) batch = NULL;
    g_autoptr(AmrAsker) asker = amr_session_asker(session, AMR_ASK_DISK, TRUE);
    g_autoptr(AmrOpens) opens = wanted->all ? amr_opens_new() : NULL;
    AmrResolveContext context = {.store = session->store,
                                 .propose = amr_session_propose_context(session),
                                 .facts = facts,
                                 .choose = tui_wish_choose,
                                 .data = wanted->wishes};
    Propose propose = {session, wanted->all, wanted->rung, wanted->any_owner, groups, by_profile,
                       covers,  opens,       breadth};

    if (!learn(command, asker, &context, ids, n))
        return;
    if (!wanted->exact && !wanted->rung) {
        batch = amr_batch_new(context.propose.index, session->risks);
        amr_resolve_each(&context, ids, n, amr_batch_take, batch);
        amr_batch_find(batch);
        context.batch = batch;
    }
    if (opens && !measure(command, asker, &context, ids, n, opens))
        return;
    if (breadth)
        amr_resolve_each(&context, ids, n, tui_propose_breadth_take, breadth);
    if (command->options->json) {
        if (breadth)
            amr_resolve_each(&context, ids, n, take_breadth, &propose);
        if (breadth && !tui_propose_breadth_measure(breadth, asker))
            return;
        amr_resolve_each(&context, ids, n, take_covers, &propose);
        amr_resolve_each(&context, ids, n, take_json, &propose);
        return;
    }
    amr_resolve_each(&context, ids, n, take_text, &propose);
    for (guint i = 0; i < groups->len; i++)
        tui_propose_group_close(groups->pdata[i], wanted->all, breadth);
    if (breadth && !tui_propose_breadth_measure(breadth, asker))
        return;
    for (guint i = 0; i < groups->len; i++) {
        if (!tui_propose_group_out(groups->pdata[i], breadth))
            return;
    }
}

static gboolean
read_rung(const char *word, AmrRung *rung)
{
    static const char *const words[] = {
#define WORD(name, word, of) word,
        AMR_RUNGS(WORD)
#undef WORD
            NULL};
    g_autofree char *shown = amr_display_string(word), *known = NULL;

    *rung = word ? amr_rung_from_word(word) : AMR_RUNG_NONE;
    if (!word || *rung != AMR_RUNG_NONE)
        return TRUE;
    known = g_strjoinv(", ", (char **)words);
    tui_say("--rung %s: there are %s", shown, known);
    return FALSE;
}

int
tui_command_propose(TuiCommand *command, int argc, char **argv)
{
    Wanted wanted = {0};
    g_autofree char *since = NULL, *rung = NULL;
    g_auto(GStrv) execs = NULL;
    g_autoptr(GArray) wishes = g_array_new(FALSE, FALSE, sizeof(TuiWish));
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &wanted.all, "every candidate, from narrow to broad",
         NULL},
        {"exact", 0, 0, G_OPTION_ARG_NONE, &wanted.exact,
         "a rule for each denial, none for many that are alike", NULL},
        {"rung", 0, 0, G_OPTION_ARG_STRING, &rung,
         "how broad: exact, each-run, tunables, varying; directory of files, members of an "
         "interface, ...; abstraction",
         "RUNG"},
        {"any-owner", 0, 0, G_OPTION_ARG_NONE, &wanted.any_owner, "never \"owner\"", NULL},
        {"breadth", 0, 0, G_OPTION_ARG_NONE, &wanted.breadth,
         "how many of the files that exist each rule opens, and which that matter", NULL},
        {"exec", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &execs,
         "decide executions by px, cx, ix or their kin where that is possible", "[PROGRAM=]MODE"},
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
    g_array_set_clear_func(wishes, tui_wish_clear);
    if (!tui_wishes_read(execs, wishes) || !read_rung(rung, &wanted.rung))
        return TUI_EXIT_USAGE;
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
    wanted.wishes = wishes;
    propose_all(command, ids, n, &wanted);
    return status;
}
