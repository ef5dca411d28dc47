/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a verb starts from: the session, its policy and kernel, its logs. */
#include "config.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tui/command/command.h"

int
tui_command_load(TuiCommand *command)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    amr_session_load_async(command->session, command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    return amr_session_load_finish(command->session, result, &error) ? TUI_EXIT_DONE
                                                                     : tui_fail(error);
}

int
tui_command_open(TuiCommand *command, gboolean load)
{
    g_autoptr(GError) error = NULL;

    if (!tui_options_prepare(command->options, &error))
        return tui_fail(error);
    command->session = tui_options_session(command->options, &error);
    if (!command->session)
        return tui_fail(error);
    const GPtrArray *warnings = amr_config_warnings(command->session->config);
    for (guint i = 0; i < warnings->len; i++)
        tui_say("%s", (const char *)warnings->pdata[i]);
    return load ? tui_command_load(command) : TUI_EXIT_DONE;
}

/* ---- logs ------------------------------------------------------------------------------------ */

/* One log under two names: its device and inode; standard input by its name. What is not there is
 * told apart by its name, so that each is complained of. */
static char *
identity(const char *name)
{
    struct stat st;
    int found = g_str_equal(name, "-") ? fstat(STDIN_FILENO, &st) : stat(name, &st);

    if (found != 0)
        return g_strconcat("name:", name, NULL);
    return g_strdup_printf("%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
}

static void
add_once(GPtrArray *names, GHashTable *seen, char **files)
{
    for (guint i = 0; files && files[i]; i++) {
        char *key = identity(files[i]);
        if (g_hash_table_add(seen, key)) {
            g_ptr_array_add(names, files[i]);
        } else {
            g_autofree char *shown = amr_display_string(files[i]);
            tui_say("%s is named twice and read once", shown);
        }
    }
}

/* The one step that gives what is missing. */
static void
say_permission_hint(const AmrTarget *target)
{
    if (geteuid() != 0 && amr_target_is_live(target))
        tui_say("reading system logs needs the group adm, --ask-rights, or sudo");
}

void
tui_command_say_lost(const TuiCommand *command)
{
    guint64 lost[AMR_LOSS_COUNT];

    (void)amr_ingest_lost(command->session->ingest, lost);
    for (int kind = 1; kind < AMR_LOSS_COUNT; kind++) {
        if (lost[kind])
            tui_say("%" G_GUINT64_FORMAT " %s lost %s", lost[kind],
                    lost[kind] == 1 ? "record was" : "records were",
                    amr_loss_where((AmrLossKind)kind));
    }
}

/* Of logs that were named: the system's own hold what others say of AppArmor every day. */
static void
say_stats(const AmrIngestStats *stats, gboolean named)
{
    g_autofree char *foreign = named ? amr_ingest_foreign(stats) : NULL;

    if (foreign)
        tui_say("%s", foreign);
    if (stats->overlong)
        tui_say("%" G_GUINT64_FORMAT " line%s too long to be read whole", stats->overlong,
                stats->overlong == 1 ? " is" : "s are");
    if (stats->torn)
        tui_say("%" G_GUINT64_FORMAT " line%s within a record, or hold%s more than one",
                stats->torn, stats->torn == 1 ? " ends" : "s end", stats->torn == 1 ? "s" : "");
}

/* Says what became of each source; the status of all. */
static int
report_sources(TuiCommand *command, gboolean named)
{
    AmrIngest *ingest = command->session->ingest;
    AmrIngestStats stats = amr_ingest_stats(ingest);
    guint n = amr_ingest_source_count(ingest), failed = 0;
    gboolean permission = FALSE;
    int status = TUI_EXIT_DONE;

    for (guint i = 0; i < n; i++) {
        AmrSourceInfo info = {0};
        int own;
        amr_ingest_source_info(ingest, i, &info);
        if (info.state == AMR_SOURCE_AWAITED && info.error)
            tui_say("%s; waiting for it", info.error->message);
        if (info.state != AMR_SOURCE_FAILED || !info.error)
            continue;
        failed++;
        permission |= g_error_matches(info.error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
        own = tui_fail(info.error);
        status = MAX(status, own);
    }
    if (permission)
        say_permission_hint(command->session->target);
    tui_command_say_lost(command);
    say_stats(&stats, named);
    return failed && failed < n ? TUI_EXIT_PARTLY : status;
}

/* ---- what became of them --------------------------------------------------------------------- */

static void
compile_answers(TuiCommand *command)
{
    AmrSession *session = command->session;
    g_autoptr(AmrAsker) asker = amr_session_asker(session, AMR_ASK_DISK, FALSE);
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    amr_answered_ask_async(session->answered, asker, command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    (void)amr_answered_ask_finish(result, NULL); /* cancelled: what was judged by then */
}

void
tui_command_judge(TuiCommand *command, gboolean all)
{
    AmrSession *session = command->session;
    g_autoptr(AmrHistory) history = amr_history_load(session->target, NULL);

    if (!history || amr_history_count(history) == 0)
        return; /* most have none: policy is not read for it */
    if (!session->index && tui_command_load(command) != TUI_EXIT_DONE)
        return;
    if (all)
        amr_answered_want_all(session->answered);
    do {
        if (amr_answered_wants(session->answered))
            compile_answers(command);
        while (amr_answered_work(session->answered, G_USEC_PER_SEC))
            ;
    } while (amr_answered_wants(session->answered) &&
             !g_cancellable_is_cancelled(command->cancellable));
}

int
tui_command_read_logs(TuiCommand *command, char **files)
{
    return tui_command_start_logs(command, files, FALSE);
}

int
tui_command_start_logs(TuiCommand *command, char **files, gboolean follow)
{
    AmrSession *session = command->session;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *why = NULL;
    TuiWait wait = {0};

    add_once(names, seen, command->options->logs);
    add_once(names, seen, files);
    g_ptr_array_add(names, NULL);
    if (!amr_session_add_logs(session, (const char *const *)names->pdata, follow, &why)) {
        tui_say("no log can be read: %s", why ? why : "none was named");
        say_permission_hint(session->target);
        return geteuid() != 0 && amr_target_is_live(session->target) ? TUI_EXIT_REFUSED
                                                                     : TUI_EXIT_NOTHING;
    }
    amr_ingest_load_async(session->ingest, command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    if (!amr_ingest_load_finish(session->ingest, result, &error) &&
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return tui_fail(error);
    return report_sources(command, names->len > 1);
}
