/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/guide.h"

#include <string.h>

#include "core/advice/units.h"
#include "tui/invoker.h"
#include "tui/privileged.h"

/* ---- which step it is -------------------------------------------------------------------------
 */

static void
say_units(const TuiGuide *guide)
{
    const TuiNewFlow *flow = guide->flow;
    g_auto(GStrv) units = amr_units_of(flow->command->session->target, flow->new->program);

    for (guint i = 0; units[i]; i++) {
        g_autofree char *unit = amr_display_string(units[i]);
        tui_plain_say("  %s starts it: \"restart\" has systemctl restart that.", unit);
    }
}

static void
say_how_to_run(const TuiGuide *guide)
{
    g_auto(TuiInvoker) invoker = {0};

    if (!amr_target_is_live(guide->flow->command->session->target))
        return;
    if (tui_invoker_find(&invoker, NULL)) {
        g_autofree char *name = amr_display_string(invoker.name);
        tui_plain_say("  \"run ARGUMENTS\" runs it as %s; or run it elsewhere, and \"wait\" here.",
                      name);
    } else {
        tui_plain_say("  Run it elsewhere, as whom it is meant for, and \"wait\" here.");
    }
    say_units(guide);
}

static void
say_step(const TuiGuide *guide)
{
    const AmrNew *new = guide->flow->new;

    tui_new_say(guide->flow);
    switch (new->stage) {
    case AMR_NEW_NONE:
        tui_plain_say("Step 1 of 4: \"make\" makes a profile that lets it do all, and logs it.");
        if (tui_new_may_stub(guide->flow, NULL))
            tui_plain_say("  Or \"stub\": one that leaves it unconfined, and lets it make user "
                          "namespaces.");
        break;
    case AMR_NEW_COMPLAIN:
        tui_plain_say("Step 2 of 4: let it do all that it is to do.");
        say_how_to_run(guide);
        tui_plain_say(
            "Step 3 of 4: \"set\" lists the rules for what it did, \"write\" writes them.");
        tui_plain_say("Step 4 of 4: \"enforce\" denies it all else.");
        break;
    case AMR_NEW_CONFINED:
        tui_plain_say("Done. \"wait\" tells what it is denied now; \"undo\" takes all of it back.");
        break;
    default:
        tui_plain_say("\"undo\" takes it back.");
        break;
    }
}

/* ---- the words --------------------------------------------------------------------------------
 */

static void
forget_set(TuiGuide *guide)
{
    g_clear_pointer(&guide->set, tui_new_set_free);
}

static void
on_make(TuiGuide *guide, char **words)
{
    if (tui_new_make(guide->flow, AMR_PLAN_NEW) == TUI_EXIT_DONE)
        say_step(guide);
}

static void
on_stub(TuiGuide *guide, char **words)
{
    if (tui_new_make(guide->flow, AMR_PLAN_STUB) == TUI_EXIT_DONE)
        say_step(guide);
}

static void
on_run(TuiGuide *guide, char **words)
{
    forget_set(guide);
    if (tui_new_run(guide->flow, (const char *const *)words + 1) == TUI_EXIT_DONE)
        tui_new_say(guide->flow);
}

static void
on_restart(TuiGuide *guide, char **words)
{
    g_auto(GStrv) units =
        amr_units_of(guide->flow->command->session->target, guide->flow->new->program);
    g_autofree char *all = units[0] ? g_strjoinv(" ", units) : NULL;
    g_autofree char *shown = amr_display_string(all);
    g_autofree char *question = g_strdup_printf("systemctl restart %s? [y/N] ", shown);
    g_autofree char *answer = all ? tui_plain_read(&guide->plain, question) : NULL;

    if (!all)
        tui_plain_say("No unit of systemd starts it.");
    if (g_strcmp0(answer, "y") != 0 && g_strcmp0(answer, "yes") != 0)
        return;
    forget_set(guide);
    if (tui_new_restart(guide->flow) == TUI_EXIT_DONE)
        tui_new_say(guide->flow);
}

/* What comes is told as it comes. */
static void
on_news(gpointer data)
{
    TuiGuide *guide = data;
    guint64 total = tui_new_seen(guide->flow);

    if (total != guide->told)
        tui_new_say(guide->flow);
    guide->told = total;
}

static void
on_wait(TuiGuide *guide, char **words)
{
    AmrIngest *ingest = guide->flow->command->session->ingest;
    g_autofree char *line = NULL;

    forget_set(guide);
    if (tui_new_start_logs(guide->flow) > TUI_EXIT_DONE)
        tui_plain_say("Not all logs can be read.");
    amr_ingest_set_changed(ingest, on_news, guide);
    line = tui_plain_read(&guide->plain, "Waiting for it; Enter ends that.\n");
    amr_ingest_set_changed(ingest, NULL, NULL);
    tui_new_say(guide->flow);
}

static void
on_set(TuiGuide *guide, char **words)
{
    if (!guide->set)
        (void)tui_new_start_logs(guide->flow);
    if (tui_guide_set_list(guide))
        tui_plain_say(
            "\"leave N\" and \"take N\", \"rule N\" for its ladder, \"way N\" for another "
            "transition, \"show\" for the text, \"write\".");
}

static void
on_show(TuiGuide *guide, char **words)
{
    tui_guide_set_show(guide);
}

static void
on_write(TuiGuide *guide, char **words)
{
    (void)tui_new_start_logs(guide->flow);
    if (tui_guide_set_write(guide) == TUI_EXIT_DONE)
        say_step(guide);
}

static void
on_enforce(TuiGuide *guide, char **words)
{
    if (tui_new_enforce(guide->flow) == TUI_EXIT_DONE)
        say_step(guide);
}

static void
on_undo(TuiGuide *guide, char **words)
{
    forget_set(guide);
    if (tui_new_undo(guide->flow) == TUI_EXIT_DONE)
        say_step(guide);
}

static void
on_status(TuiGuide *guide, char **words)
{
    (void)tui_new_look(guide->flow, TRUE);
    if (guide->flow->new)
        say_step(guide);
}

static void
on_quit(TuiGuide *guide, char **words)
{
    guide->done = TRUE;
}

static void on_help(TuiGuide *guide, char **words);

static const struct {
    const char *name, *args, *help;
    void (*run)(TuiGuide *guide, char **words);
} commands[] = {
    {"make", "", "make the profile, in complain mode", on_make},
    {"stub", "", "in its place one that leaves it unconfined, for user namespaces", on_stub},
    {"run", "[ARGUMENT...]", "run the program as you, never as root; no shell reads this", on_run},
    {"restart", "", "have systemctl restart the units that start it", on_restart},
    {"wait", "", "watch while it runs elsewhere", on_wait},
    {"set", "", "the rules for what it did", on_set},
    {"rule", "N [K]", "the ladder of N; with K, take that rule", tui_guide_set_rule},
    {"leave", "N...", "leave these out", tui_guide_set_leave},
    {"take", "N...", "take these in again", tui_guide_set_leave},
    {"way", "N", "execute it in another way", tui_guide_set_way},
    {"show", "", "the profile as it would be", on_show},
    {"write", "", "show the change, ask, write it and load the profile", on_write},
    {"enforce", "", "show the change, ask, and deny it all else", on_enforce},
    {"undo", "", "take all of it back", on_undo},
    {"status", "", "how far it is", on_status},
    {"help", "", "these words", on_help},
    {"quit", "", "leave; \"armorer new\" goes on where it was", on_quit},
};

static void
on_help(TuiGuide *guide, char **words)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        tui_plain_say("%s%s%s: %s", commands[i].name, commands[i].args[0] ? " " : "",
                      commands[i].args, commands[i].help);
}

/* ---- lines ------------------------------------------------------------------------------------
 */

/* Ctrl-C while it works cancels what it does. */
static void
run(TuiGuide *guide, gsize which, char **words)
{
    TuiCommand *command = guide->flow->command;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(TuiSignals) signals = tui_signals_new(cancellable);

    command->cancellable = cancellable;
    commands[which].run(guide, words);
    if (tui_signals_caught(signals))
        tui_plain_say("Interrupted.");
    command->cancellable = NULL;
}

static void
obey(TuiGuide *guide, const char *line)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = NULL;
    g_autofree char *shown = amr_display_string(line);

    if (line[0] == '\0')
        return;
    if (!g_shell_parse_argv(line, NULL, &words, &error)) {
        tui_plain_say("Not understood: %s", shown);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(words[0], commands[i].name) != 0)
            continue;
        run(guide, i, words);
        return;
    }
    tui_plain_say("There is no word \"%s\"; help lists them.", shown);
}

int
tui_guide_new(TuiNewFlow *flow)
{
    TuiGuide guide = {.flow = flow, .plain = {.command = flow->command}};
    const AmrTarget *target = flow->command->session->target;
    int status;

    flow->elevates = tui_privileged_needed(target) && !amr_target_is_read_only(target);
    status = tui_command_may_change(flow->command, flow->elevates);
    if (status != TUI_EXIT_DONE)
        return status;
    guide.plain.input = g_string_new(NULL);
    flow->carry->ask = TRUE;
    (void)tui_new_start_logs(flow);
    say_step(&guide);
    while (!guide.done) {
        g_autofree char *line = tui_plain_read(&guide.plain, "new> ");
        if (!line)
            break;
        obey(&guide, line);
    }
    forget_set(&guide);
    g_string_free(guide.plain.input, TRUE);
    return flow->new && flow->new->stage != AMR_NEW_NONE ? TUI_EXIT_DONE : TUI_EXIT_NOTHING;
}
