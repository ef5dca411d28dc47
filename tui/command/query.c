/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer query: would it be allowed? On disk, and as loaded. */
#include "config.h"

#include <string.h>

#include "tui/command/query.h"

AmrAnswer *
tui_query_wait(AmrAsker *asker, GCancellable *cancellable, const char *profile,
               const AmrQuestion *question, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    amr_asker_ask_async(asker, profile, question, cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    return amr_asker_ask_finish(result, error);
}

/* ---- one question ---------------------------------------------------------------------------- */

static gboolean
is_known(const AmrAnswerPlace *place)
{
    return place->answer.verdict != AMR_ORACLE_UNKNOWN;
}

/* By the rules: complain mode lets happen what they do not allow, and logs it. */
static gboolean
is_yes(const AmrAnswerPlace *place)
{
    const AmrOracleAnswer *answer = &place->answer;

    return answer->verdict == AMR_ORACLE_ALLOWED || answer->verdict == AMR_ORACLE_UNMEDIATED ||
           answer->mode == AMR_ORACLE_MODE_UNCONFINED;
}

static int
status_of_reason(const AmrAnswerPlace *place)
{
    g_autoptr(GError) error = g_error_new_literal(AMR_ERROR, place->code, "");

    return tui_exit_status(error);
}

/* Yes wherever there is an answer. A place that does not say why not for want of means (a kernel
 * that tells nothing, no privilege) leaves it to the other. */
static int
status_of(const TuiQuery *query, const AmrAnswer *answer)
{
    const AmrAnswerPlace *disk = &answer->disk, *loaded = &answer->loaded;
    int status = TUI_EXIT_DONE;

    if (query->loaded)
        return !is_known(loaded) ? status_of_reason(loaded)
               : is_yes(loaded)  ? TUI_EXIT_DONE
                                 : TUI_EXIT_NOTHING;

    if ((is_known(disk) && !is_yes(disk)) || (is_known(loaded) && !is_yes(loaded)))
        status = TUI_EXIT_NOTHING;
    if (!is_known(disk) && disk->code == AMR_ERROR_COMPILER)
        status = TUI_EXIT_REJECTED;
    if (!is_known(disk) && !is_known(loaded)) {
        int first = status_of_reason(disk), second = status_of_reason(loaded);
        /* What the kernel does not tell is not why. */
        status = disk->code == AMR_ERROR_NOT_FOUND ? first : MAX(first, second);
    }
    return status;
}

/* Where no file defines the profile: who makes it. */
static void
tell_maker(const AmrSession *session, AmrAnswer *answer)
{
    AmrAnswerPlace *disk = &answer->disk;
    g_autofree char *full =
        *answer->ns ? g_strdup_printf(":%s:%s", answer->ns, answer->name) : g_strdup(answer->name);
    const char *text;
    char *why;

    if (is_known(disk) || !session->index ||
        amr_index_find(session->index, answer->ns, answer->name) ||
        !amr_origins_find(session->origins, full, &text))
        return;
    why = g_strdup_printf("%s: it is made by %s", disk->why, text);
    g_free(disk->why);
    disk->why = why;
}

int
tui_query_ask(TuiQuery *query, const char *profile, const AmrQuestion *question, guint64 line)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrAnswer) answer =
        tui_query_wait(query->asker, query->command->cancellable, profile, question, &error);

    if (!answer)
        return tui_fail(error);
    if (!query->loaded)
        tell_maker(query->command->session, answer);
    (void)tui_query_out(query, question, answer, line);
    return status_of(query, answer);
}

/* ---- the denials of a log -------------------------------------------------------------------- */

static int
ask_denial(TuiQuery *query, const AmrEvent *event)
{
    const char *why = NULL;
    g_autofree char *profile = amr_event_profile(event);
    g_autoptr(AmrQuestion) question = amr_question_of_event(event, &why);

    if (!question) {
        (void)tui_query_out_none(query, profile, event,
                                 why ? why : "the record does not say enough");
        return TUI_EXIT_DONE;
    }
    if (query->owner || query->other)
        (void)amr_question_set_owner(question, query->owner);
    return tui_query_ask(query, profile, question, 0);
}

static int
ask_denials(TuiQuery *query, char **words, const char *since)
{
    TuiCommand *command = query->command;
    const AmrStore *store = command->session->store;
    g_autofree char **files = NULL;
    g_autofree AmrDenialId *ids = NULL;
    g_autoptr(AmrFilter) filter = tui_command_filter(command, words, since, &files);
    guint n = 0;
    int status;

    if (!filter)
        return TUI_EXIT_USAGE;
    status = tui_command_read_logs(command, files);
    ids = tui_command_denial_ids(command, filter, AMR_ORDER_PROFILE, &n, &status);
    for (guint i = 0; i < n; i++) {
        AmrEvent event;
        int own;
        if (!amr_store_event(store, ids[i], &event))
            continue;
        own = ask_denial(query, &event);
        status = MAX(status, own);
        if (g_cancellable_is_cancelled(command->cancellable))
            break;
    }
    return status;
}

/* ---- the verb -------------------------------------------------------------------------------- */

static gboolean
is_letters(const char *word)
{
    return *word && word[strspn(word, "rwacdlkmx")] == '\0';
}

/* PROFILE PERMISSIONS PATH: the path is the bytes that it is. All else is spelled as in a rule. */
static AmrQuestion *
question_of_words(char **words, gboolean owner, GError **error)
{
    g_autofree char *text = NULL;

    if (g_strv_length(words) == 3 && is_letters(words[1]) && words[2][0] == '/')
        return amr_question_file(words[1], amr_bytes(words[2]), owner, error);
    text = g_strjoinv(" ", words + 1);
    return amr_question_read(text, error);
}

static int
wrong_usage(void)
{
    tui_say("query takes PROFILE PERMISSIONS PATH, PROFILE CLASS ARGUMENTS..., or - for questions "
            "from standard input");
    return TUI_EXIT_USAGE;
}

/* The question of the command line, read before anything is opened; *question is NULL with status
 * DONE if there is none (batch, --denials). */
static int
read_question(TuiQuery *query, char **words, gboolean denials, AmrQuestion **question)
{
    g_autoptr(GError) error = NULL;

    if (query->owner && query->other) {
        tui_say("--owner or --other, not both");
        return TUI_EXIT_USAGE;
    }
    if (denials)
        return TUI_EXIT_DONE;
    if (!words)
        return wrong_usage();
    if (g_str_equal(words[0], "-") && !words[1])
        return TUI_EXIT_DONE;
    if (!words[1])
        return wrong_usage();
    *question = question_of_words(words, query->owner, &error);
    if (!*question) {
        g_prefix_error(&error, "the question: ");
        return tui_fail(error);
    }
    if ((query->owner || query->other) && !amr_question_set_owner(*question, query->owner)) {
        tui_say("--owner and --other are for files");
        return TUI_EXIT_USAGE;
    }
    return TUI_EXIT_DONE;
}

/* The arguments, with each lone `->` joined to the word before it: to the reader of options it
 * looks like one. @owned keeps what is new. */
static char **
join_arrows(int *argc, char **argv, GPtrArray *owned)
{
    char **joined = g_new0(char *, (gsize)*argc + 1);
    int n = 0;

    for (int i = 0; i < *argc; i++) {
        if (n > 1 && g_str_equal(argv[i], "->")) {
            joined[n - 1] = g_strconcat(joined[n - 1], " ->", NULL);
            g_ptr_array_add(owned, joined[n - 1]);
        } else {
            joined[n++] = argv[i];
        }
    }
    *argc = n;
    return joined;
}

int
tui_command_query(TuiCommand *command, int argc, char **argv)
{
    gboolean denials = FALSE;
    g_autofree char *since = NULL;
    TuiQuery query = {.command = command};
    const GOptionEntry entries[] = {
        {"owner", 0, 0, G_OPTION_ARG_NONE, &query.owner, "as the owner of the file", NULL},
        {"other", 0, 0, G_OPTION_ARG_NONE, &query.other, "as another than its owner", NULL},
        {"denials", 0, 0, G_OPTION_ARG_NONE, &denials,
         "ask what was denied, as it happened: [FILTER…] [FILE…]", NULL},
        {"loaded", 0, 0, G_OPTION_ARG_NONE, &query.loaded,
         "ask what the kernel holds alone, of whatever profile it is", NULL},
        {"why", 0, 0, G_OPTION_ARG_NONE, &query.why, "say which rules on disk grant it", NULL},
        TUI_OPTION_SINCE(&since),
        {0},
    };
    g_autoptr(GPtrArray) owned = g_ptr_array_new_with_free_func(g_free);
    g_autofree char **joined = join_arrows(&argc, argv, owned);
    g_auto(GStrv) words = NULL;
    g_autoptr(AmrQuestion) question = NULL;
    g_autoptr(AmrAsker) asker = NULL;
    int status;

    argv = joined;
    if (!tui_command_parse(command, tui_verb_find("query"), entries, &argc, &argv, &words, &status))
        return status;
    if (query.why && query.loaded) {
        tui_say("--why is of policy on disk, --loaded is not");
        return TUI_EXIT_USAGE;
    }
    if (since && !denials) {
        tui_say("--since goes with --denials");
        return TUI_EXIT_USAGE;
    }
    status = read_question(&query, words, denials, &question);
    if (status == TUI_EXIT_DONE)
        status = tui_command_open(command, TRUE);
    if (status != TUI_EXIT_DONE)
        return status;
    query.asker = asker =
        amr_session_asker(command->session, query.loaded ? AMR_ASK_LOADED : AMR_ASK_BOTH,
                          query.why);
    query.many = question == NULL;
    if (denials)
        return ask_denials(&query, words, since);
    return question ? tui_query_ask(&query, words[0], question, 0) : tui_query_batch(&query);
}
