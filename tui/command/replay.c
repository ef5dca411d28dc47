/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer replay: a recorded log, played again on the screen, or line by line. */
#include "config.h"

#include <glib-unix.h>
#include <unistd.h>

#include "tui/command/denials.h"

typedef struct {
    TuiCommand *command;
    guint64 shown; /* how many had passed when the last was printed */
    gboolean steps, failed, done;
    int status;
} Player;

/* "2", "0.5", "max". */
static gboolean
read_speed(const char *text, double *speed)
{
    char *end = NULL;

    *speed = 1;
    if (!text)
        return TRUE;
    if (g_str_equal(text, "max")) {
        *speed = AMR_REPLAY_SPEED_MAX;
        return TRUE;
    }
    *speed = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && *speed > 0 && *speed <= 1e6;
}

/* ---- line by line --------------------------------------------------------------------------- */

static void
print_row(Player *player)
{
    const AmrSession *session = player->command->session;
    AmrDenialId id = amr_store_latest(session->store);
    gboolean ok;

    if (player->command->options->json)
        ok = tui_denials_out_json(session, id, NULL);
    else
        ok = tui_out_denial_row(session, id);
    if (!ok || tui_out_flush() != 0) {
        player->failed = TRUE;
        player->done = TRUE;
    }
}

/* After each record that passed. */
static void
on_passed(gpointer data)
{
    Player *player = data;
    AmrReplayInfo info;

    if (player->failed)
        return;
    amr_replay_info(player->command->session->replay, &info);
    if (info.passed > player->shown) {
        player->shown = info.passed;
        print_row(player);
    }
}

static void
on_changed(gpointer data)
{
    Player *player = data;
    AmrReplayInfo info;

    amr_replay_info(player->command->session->replay, &info);
    if (info.state == AMR_REPLAY_FAILED && player->status == TUI_EXIT_DONE)
        player->status = tui_fail(info.error);
    if (info.state == AMR_REPLAY_FAILED || info.state == AMR_REPLAY_ENDED)
        player->done = TRUE;
}

/* Each line on standard input plays one record; its end lets the rest go on. */
static gboolean
on_input(gint fd, GIOCondition condition, gpointer data)
{
    Player *player = data;
    AmrReplay *replay = player->command->session->replay;
    char bytes[256];
    ssize_t n = read(fd, bytes, sizeof bytes);

    if (n <= 0) {
        player->steps = FALSE;
        amr_replay_set_paused(replay, FALSE);
        return G_SOURCE_REMOVE;
    }
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] == '\n')
            amr_replay_step(replay);
    }
    return G_SOURCE_CONTINUE;
}

static void
on_cancelled(GCancellable *cancellable, gpointer data)
{
    *(gboolean *)data = TRUE;
}

static int
play_lines(TuiCommand *command, gboolean steps)
{
    Player player = {.command = command, .steps = steps, .status = TUI_EXIT_DONE};
    AmrReplayOptions options;
    AmrReplayInfo info;
    gulong cancelled;
    guint input = 0;

    (void)tui_options_replay(command->options, &options);
    options.paused = steps;
    cancelled =
        g_cancellable_connect(command->cancellable, G_CALLBACK(on_cancelled), &player.done, NULL);
    amr_ingest_set_changed(command->session->ingest, on_passed, &player);
    amr_session_replay(command->session, &options);
    amr_replay_set_changed(command->session->replay, on_changed, &player);
    if (steps)
        input = g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, &player);
    on_changed(&player);
    while (!player.done)
        g_main_context_iteration(NULL, TRUE);
    if (input && player.steps)
        g_source_remove(input);
    g_cancellable_disconnect(command->cancellable, cancelled);
    amr_replay_info(command->session->replay, &info);
    if (info.allowed + info.quiet > 0)
        tui_say("%" G_GUINT64_FORMAT " more are allowed by policy now, and %" G_GUINT64_FORMAT
                " denied without a word",
                info.allowed, info.quiet);
    if (player.status == TUI_EXIT_DONE && info.passed + info.allowed + info.quiet == 0) {
        tui_say("no denials");
        return TUI_EXIT_NOTHING;
    }
    return g_cancellable_is_cancelled(command->cancellable) ? TUI_EXIT_PARTLY : player.status;
}

int
tui_command_replay(TuiCommand *command, int argc, char **argv)
{
    g_autofree char *speed = NULL;
    gboolean lines = FALSE, steps = FALSE;
    TuiOptions *options = command->options;
    const GOptionEntry entries[] = {
        {"speed", 0, 0, G_OPTION_ARG_STRING, &speed, "times as fast as it was recorded; or max",
         "N"},
        {"paused", 0, 0, G_OPTION_ARG_NONE, &options->paused, "begin with a pause", NULL},
        {"lines", 0, 0, G_OPTION_ARG_NONE, &lines, "no screen: a line a record", NULL},
        {"step", 0, 0, G_OPTION_ARG_NONE, &steps, "a record for each line of standard input", NULL},
        {0}};
    g_auto(GStrv) words = NULL;
    int status;

    if (!tui_command_parse(command, tui_verb_find("replay"), entries, &argc, &argv, &words,
                           &status))
        return status;
    if (!words || words[1]) {
        tui_say("replay takes one log");
        return TUI_EXIT_USAGE;
    }
    if (!read_speed(speed, &options->speed)) {
        tui_say("--speed takes a number over 0, or max");
        return TUI_EXIT_USAGE;
    }
    options->replay = g_strdup(words[0]);
    if (!lines && !steps && !options->json && !options->plain && isatty(STDOUT_FILENO)) {
        g_autoptr(GError) error = NULL;
        return tui_options_prepare(options, &error) ? tui_app_run(options) : tui_fail(error);
    }
    if (steps && g_str_equal(words[0], "-")) {
        tui_say("--step needs standard input for itself");
        return TUI_EXIT_USAGE;
    }
    status = tui_command_open(command, TRUE);
    return status == TUI_EXIT_DONE ? play_lines(command, steps) : status;
}
