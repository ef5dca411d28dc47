/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: a verb is a command, none is the screen. */
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "core/base/fsutil.h"
#include "tui/command/command.h"
#include "tui/notify.h"
#include "tui/terminal/term.h"

static int
run_verb(TuiOptions *options, const TuiVerb *verb, int argc, char **argv)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(TuiSignals) signals = tui_signals_new(cancellable);
    TuiCommand command = {.options = options, .cancellable = cancellable};
    int status = tui_out_finish(verb->run(&command, argc, argv));
    int caught = tui_signals_caught(signals);

    amr_session_free(command.session);
    if (caught && status != TUI_EXIT_DONE) {
        /* Who sent it is to see that it was obeyed; what is private to us goes first. */
        tui_options_clear(options);
        g_clear_pointer(&signals, tui_signals_free);
        signal(caught, SIG_DFL);
        raise(caught);
    }
    return status;
}

static int
list_themes(void)
{
    g_auto(GStrv) names = tui_theme_list();

    for (guint i = 0; names[i]; i++) {
        g_autofree char *shown = amr_display_string(names[i]);
        tui_out_line(shown);
    }
    return tui_out_finish(TUI_EXIT_DONE);
}

static int
run_plain(TuiOptions *options)
{
    if (options->notify) {
        tui_say("--notify goes with the screen, not line by line");
        return TUI_EXIT_USAGE;
    }
    return tui_plain_run(options);
}

static int
list_sources(void)
{
    const char *name;

    for (guint n = 0; (name = amr_choice_name(n)); n++)
        tui_out_line(name);
    return tui_out_finish(TUI_EXIT_DONE);
}

static int
run_screen(TuiOptions *options)
{
    g_autoptr(GError) error = NULL;

    if (options->sources && g_strv_contains((const char *const *)options->sources, "help"))
        return list_sources();
    if (options->theme && g_str_equal(options->theme, "help"))
        return list_themes();
    if (!tui_options_prepare(options, &error))
        return tui_fail(error);
    if (options->plain || (isatty(STDOUT_FILENO) && !tui_term_moves()))
        return run_plain(options);
    return tui_app_run(options);
}

static int
run(TuiOptions *options, int argc, char **argv)
{
    TuiCommand command = {.options = options};
    const TuiVerb *verb;
    int status;

    if (!tui_command_parse(&command, NULL, NULL, &argc, &argv, NULL, &status))
        return tui_out_finish(status);
    if (argc < 2)
        return run_screen(options);
    verb = tui_verb_find(argv[1]);
    if (!verb) {
        g_autofree char *shown = amr_display_string(argv[1]);
        tui_say("there is no command %s; armorer --help lists them", shown);
        return TUI_EXIT_USAGE;
    }
    return run_verb(options, verb, argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
    TuiOptions options = {0};
    int status;

    if (!amr_fs_hold_standard())
        return TUI_EXIT_REFUSED;
    setlocale(LC_ALL, "");
    if (argc == 2 && g_str_equal(argv[1], TUI_NOTIFY_ARGUMENT))
        return tui_notify_worker();
    /* A pipe whose reader goes away is an error of write(), so that a change is finished first. */
    signal(SIGPIPE, SIG_IGN);
    g_set_prgname("armorer");
    status = run(&options, argc, argv);
    tui_options_clear(&options);
    return status;
}
