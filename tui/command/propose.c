/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer propose: the rules that answer the denials, as text for `apply --from` or as JSON. */
#include "config.h"

#include <string.h>

#include "core/policy/batch.h"
#include "tui/command/command.h"
#include "tui/command/propose.h"
#include "tui/command/query.h"
#include "tui/command/wait.h"

/* ---- text: what one profile gets --------------------------------------------------------------
 */

typedef struct {
    char *profile;
    GPtrArray *rules;    /* AmrRule */
    GPtrArray *no_rules; /* char *: lines, each once */
    GPtrArray *left_out; /* the same, of rules that the target does not state */
    GHashTable *seen;    /* char *: what is in one of them */
    GHashTable *notes;   /* rule -> how many denials it is for, if more than one */
} Group;

static void
group_free(gpointer data)
{
    Group *group = data;

    g_free(group->profile);
    g_ptr_array_unref(group->rules);
    g_ptr_array_unref(group->no_rules);
    g_ptr_array_unref(group->left_out);
    g_hash_table_unref(group->seen);
    g_hash_table_unref(group->notes);
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
    group->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    group->notes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_ptr_array_add(groups, group);
    g_hash_table_insert(by_profile, group->profile, group);
    return group;
}

/* @line is taken over. */
static void
add_line(Group *group, GPtrArray *lines, char *line)
{
    if (g_hash_table_add(group->seen, g_strdup(line)))
        g_ptr_array_add(lines, line);
    else
        g_free(line);
}

static void
add_no_rule(Group *group, const AmrEvent *event, const AmrProposal *proposal)
{
    g_autofree char *tried = amr_explain_tried(event);
    g_autofree char *object = amr_explain_object(event);

    add_line(group, group->no_rules,
             g_strdup_printf("# no rule: %s %s: %s%s%s", tried, object, proposal->reason,
                             proposal->remedy ? " " : "",
                             proposal->remedy ? proposal->remedy : ""));
}

/* The narrower rules in whose place the one above stands. */
static void
add_left_out(Group *group, const AmrProposal *proposal)
{
    for (guint i = 0; i < proposal->left_out->len; i++) {
        const AmrLeftOut *left_out = proposal->left_out->pdata[i];
        if (!amr_propose_left_out_tells(proposal, i))
            continue;
        g_autofree char *rule = amr_rule_print(left_out->rule);
        g_autofree char *shown = amr_display_string(rule);
        add_line(group, group->left_out,
                 g_strdup_printf("# not offered: %s %s here%s%s", shown,
                                 amr_stating_word(left_out->stating), left_out->said ? ": " : "",
                                 left_out->said ? left_out->said : ""));
    }
}

/* What is better than a rule, for people to read. */
static void
add_recipes(Group *group, const AmrRecipes *recipes, const AmrEvent *event, gboolean ruled)
{
    g_autoptr(GPtrArray) found = amr_recipes_for(recipes, event, ruled);

    for (guint i = 0; i < found->len; i++) {
        const AmrRecipe *recipe = found->pdata[i];
        g_autofree char *lines = g_strjoinv("\n#   ", recipe->lines);
        g_autofree char *head = g_strdup_printf("# better: %s. %s", recipe->title, recipe->why);
        g_autofree char *key = g_strconcat(head, lines, NULL);
        if (!g_hash_table_add(group->seen, g_steal_pointer(&key)))
            continue;
        g_ptr_array_add(group->no_rules, g_steal_pointer(&head));
        for (char **line = recipe->lines; *line; line++)
            g_ptr_array_add(group->no_rules, g_strdup_printf("#   %s", *line));
    }
}

static void
add_rule(Group *group, const AmrRule *rule)
{
    if (g_hash_table_add(group->seen, amr_rule_print(rule)))
        g_ptr_array_add(group->rules, amr_rule_copy(rule));
}

static void
add_candidate(Group *group, const AmrRule *rule, guint together)
{
    add_rule(group, rule);
    if (together)
        g_hash_table_replace(group->notes, amr_rule_print(rule), GUINT_TO_POINTER(together));
}

static gboolean
out_lines(const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++)
        if (!tui_out_line(lines->pdata[i]))
            return FALSE;
    return TRUE;
}

static char *
note_of(const Group *group, const AmrRule *rule)
{
    g_autofree char *printed = amr_rule_print(rule);
    guint together = GPOINTER_TO_UINT(g_hash_table_lookup(group->notes, printed));
    if (together && rule->kind == AMR_RULE_INCLUDE)
        return g_strdup_printf("# for %u denials", together);
    return together ? g_strdup_printf("# for %u denials, and whatever else has such a name; "
                                      "--exact: a rule for each",
                                      together)
                    : NULL;
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
        const AmrRule *rule = g_ptr_array_index(group->rules, i);
        g_autofree char *line = amr_rule_print(rule), *note = note_of(group, rule);
        if ((note && !tui_out_line(note)) || !tui_out_line(line))
            return FALSE;
    }
    return out_lines(group->left_out) && out_lines(group->no_rules);
}

/* ---- how executions are decided ---------------------------------------------------------------
 */

/* --exec MODE, or --exec PROGRAM=MODE; the last one that fits holds. */
typedef struct {
    char *program; /* NULL: every one */
    AmrExecMode mode;
} Wish;

static void
wish_clear(gpointer data)
{
    g_free(((Wish *)data)->program);
}

static AmrExecMode
mode_of(const char *word)
{
    static const AmrExecMode modes[] = {AMR_EXEC_PX, AMR_EXEC_CX, AMR_EXEC_IX};

    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        if (g_str_equal(amr_exec_mode_word(modes[i]), word))
            return modes[i];
    }
    return AMR_EXEC_NONE;
}

static gboolean
read_wishes(char **words, GArray *wishes)
{
    for (char **word = words; word && *word; word++) {
        const char *equals = strrchr(*word, '=');
        Wish wish = {NULL, mode_of(equals ? equals + 1 : *word)};
        if (!wish.mode || (equals && **word != '/')) {
            g_autofree char *shown = amr_display_string(*word);
            tui_say("--exec %s: it takes px, cx or ix, or PROGRAM=MODE", shown);
            return FALSE;
        }
        wish.program = equals ? g_strndup(*word, (gsize)(equals - *word)) : NULL;
        g_array_append_val(wishes, wish);
    }
    return TRUE;
}

static AmrExecMode
choose(const char *profile, const char *exec, gpointer data)
{
    const GArray *wishes = data;

    for (guint i = wishes->len; i > 0; i--) {
        const Wish *wish = &g_array_index(wishes, Wish, i - 1);
        if (!wish->program || g_str_equal(wish->program, exec))
            return wish->mode;
    }
    return AMR_EXEC_NONE;
}

/* ---- the verb ---------------------------------------------------------------------------------
 */

typedef struct {
    const AmrSession *session;
    gboolean all;
    AmrRung rung;           /* that is taken of a ladder; NONE: the best */
    gboolean any_owner;     /* rules hold whoever has the file */
    GPtrArray *groups;      /* Group: the text */
    GHashTable *by_profile; /* profile -> Group */
    TuiProposeCovers *covers;
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

static gboolean
take_text(const AmrResolved *resolved, gpointer data)
{
    Propose *propose = data;
    const AmrProposal *proposal = resolved->proposal;
    const GPtrArray *candidates = proposal->candidates;
    Group *group = group_for(propose->groups, propose->by_profile, proposal->profile);

    if (proposal->no_rule)
        add_no_rule(group, &resolved->event, proposal);
    else
        add_left_out(group, proposal);
    add_recipes(group, propose->session->recipes, &resolved->event, !proposal->no_rule);
    guint picked = pick(propose, resolved);
    for (guint i = 0; i < candidates->len; i++) {
        const AmrCandidate *candidate = g_ptr_array_index(candidates, i);
        g_autoptr(AmrRule) rule = amr_rule_copy(candidate->rule);
        if (!propose->all && i != picked)
            continue;
        rule->owner = rule->owner && !propose->any_owner;
        add_candidate(group, rule, candidate->together);
        if (candidate->mirror)
            add_rule(group_for(propose->groups, propose->by_profile, proposal->other),
                     candidate->mirror);
    }
    if (proposal->other_no_rule)
        add_line(group, group->no_rules, g_strdup_printf("# but: %s", proposal->other_reason));
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
    return tui_propose_out(propose->session, propose->covers, resolved);
}

/* Walks until policy on disk and the target have said all that is asked of them. FALSE if that was
 * cancelled. */
static gboolean
learn(TuiCommand *command, const AmrResolveContext *context, const AmrDenialId *ids, guint n)
{
    g_autoptr(AmrAsker) asker = amr_session_asker(command->session, FALSE, TRUE);
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
    gboolean all, exact, any_owner;
    AmrRung rung; /* NONE: the best */
    GArray *wishes;
} Wanted;

static void
propose_all(TuiCommand *command, const AmrDenialId *ids, guint n, const Wanted *wanted)
{
    const AmrSession *session = command->session;
    g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(group_free);
    g_autoptr(GHashTable) by_profile = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(TuiProposeCovers) covers = tui_propose_covers_new();
    /* Compiling takes a while: only where they are shown. */
    gboolean shown = command->options->json || wanted->all || wanted->rung == AMR_RUNG_ABSTRACTION;
    AmrAbstractions *abstractions = shown ? session->abstractions : NULL;
    g_autoptr(AmrFacts) facts = amr_facts_new(abstractions);
    g_autoptr(AmrBatch) batch = NULL;
    AmrResolveContext context = {.store = session->store,
                                 .propose = amr_session_propose_context(session),
                                 .facts = facts,
                                 .choose = choose,
                                 .data = wanted->wishes};
    Propose propose = {session, wanted->all, wanted->rung, wanted->any_owner,
                       groups,  by_profile,  covers};

    if (!learn(command, &context, ids, n))
        return;
    if (!wanted->exact && !wanted->rung) {
        batch = amr_batch_new(context.propose.index);
        amr_resolve_each(&context, ids, n, amr_batch_take, batch);
        amr_batch_find(batch);
        context.batch = batch;
    }
    if (command->options->json) {
        amr_resolve_each(&context, ids, n, take_covers, &propose);
        amr_resolve_each(&context, ids, n, take_json, &propose);
        return;
    }
    amr_resolve_each(&context, ids, n, take_text, &propose);
    for (guint i = 0; i < groups->len; i++) {
        if (!out_group(g_ptr_array_index(groups, i), wanted->all))
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
    g_autoptr(GArray) wishes = g_array_new(FALSE, FALSE, sizeof(Wish));
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
        {"exec", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &execs,
         "decide executions by px, cx or ix where that is possible", "[PROGRAM=]MODE"},
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
    g_array_set_clear_func(wishes, wish_clear);
    if (!read_wishes(execs, wishes) || !read_rung(rung, &wanted.rung))
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
