/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer new: from a program to a profile that confines it, by options, or led on a terminal. */
#include "config.h"

#include <unistd.h>

#include "tui/command/new.h"
#include "tui/guide.h"

/* The steps that are asked for; they are taken in this order. */
typedef struct {
    gboolean complain, userns, run, restart, propose, write, enforce, undo;
} Steps;

static gboolean
has_steps(const Steps *steps)
{
    return steps->complain || steps->userns || steps->run || steps->restart || steps->propose ||
           steps->write || steps->enforce || steps->undo;
}

/* Of a dry run the next step would be another. */
static gboolean
is_right(const Steps *steps, const TuiCarry *carry, char *const *words)
{
    int changes =
        !!steps->complain + !!steps->userns + !!steps->write + !!steps->enforce + !!steps->undo;

    if (!words || (words[1] && !steps->run))
        tui_say("new takes one PROGRAM; its arguments stand behind --run and --");
    else if (steps->userns && (steps->complain || steps->run || steps->restart || steps->propose ||
                               steps->write || steps->enforce || steps->undo))
        tui_say("--userns is a step of its own: its program stays unconfined");
    else if (steps->undo && changes + steps->run + steps->restart + steps->propose > 1)
        tui_say("--undo takes all of it back, and stands alone");
    else if ((carry->dry_run || carry->expect) && changes > 1)
        tui_say("--dry-run and --expect are of one change: --complain, --write, ... alone");
    else
        return TRUE;
    return FALSE;
}

/* Whether @status lets the steps behind it be taken. */
static gboolean
goes_on(int status)
{
    return status == TUI_EXIT_DONE || status == TUI_EXIT_PARTLY;
}

static int
make(TuiNewFlow *flow, AmrPlanKind kind, gboolean alone)
{
    /* Made before: with other steps that is where they begin. */
    if (!alone && flow->new->stage != AMR_NEW_NONE)
        return TUI_EXIT_DONE;
    return tui_new_make(flow, kind);
}

static int
take(TuiNewFlow *flow, const Steps *steps, char *const *arguments)
{
    int status = TUI_EXIT_DONE;
    gboolean alone =
        !(steps->run || steps->restart || steps->propose || steps->write || steps->enforce);

    if (steps->undo)
        return tui_new_undo(flow);
    if (steps->complain || steps->userns)
        status = make(flow, steps->userns ? AMR_PLAN_STUB : AMR_PLAN_NEW, alone);
    if (goes_on(status) && steps->run)
        status = tui_new_run(flow, (const char *const *)arguments);
    if (goes_on(status) && steps->restart)
        status = tui_new_restart(flow);
    if (goes_on(status) && steps->propose)
        status = tui_new_propose(flow);
    if (goes_on(status) && steps->write)
        status = tui_new_write(flow);
    if (goes_on(status) && steps->enforce)
        status = tui_new_enforce(flow);
    return status;
}

static int
begin(TuiCommand *command, TuiNewFlow *flow, const Steps *steps, char *const *arguments)
{
    int status = tui_command_open(command, TRUE);

    if (status == TUI_EXIT_DONE)
        status = tui_new_look(flow, FALSE);
    if (status != TUI_EXIT_DONE)
        return status;
    if (has_steps(steps)) {
        status = take(flow, steps, arguments);
        if (command->options->json && !flow->carry->dry_run && !steps->propose)
            tui_new_say(flow);
        return status;
    }
    if (command->options->json) {
        tui_new_say(flow);
        return TUI_EXIT_DONE;
    }
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        tui_say("without a terminal, the steps are named: --complain, --run, --propose, --write, "
                "--enforce; or --json, which says how far it is");
        return TUI_EXIT_USAGE;
    }
    return tui_guide_new(flow);
}

int
tui_command_new(TuiCommand *command, int argc, char **argv)
{
    g_auto(TuiCarry) carry = {0};
    g_auto(TuiNewFlow) flow = {.command = command, .carry = &carry};
    Steps steps = {0};
    const GOptionEntry entries[] = {
        {"complain", 0, 0, G_OPTION_ARG_NONE, &steps.complain,
         "make the profile, in complain mode, and load it", NULL},
        {"run", 0, 0, G_OPTION_ARG_NONE, &steps.run,
         "run the program, as you and never as root, with what stands behind --", NULL},
        {"restart", 0, 0, G_OPTION_ARG_NONE, &steps.restart,
         "have systemctl restart the units that start it", NULL},
        {"propose", 0, 0, G_OPTION_ARG_NONE, &steps.propose,
         "print the rules that would be written", NULL},
        {"write", 0, 0, G_OPTION_ARG_NONE, &steps.write, "write them into the profile", NULL},
        {"enforce", 0, 0, G_OPTION_ARG_NONE, &steps.enforce, "put it into enforce mode", NULL},
        {"undo", 0, 0, G_OPTION_ARG_NONE, &steps.undo,
         "take all of it back: the profile, its rules, its mode", NULL},
        {"userns", 0, 0, G_OPTION_ARG_NONE, &steps.userns,
         "instead: a stub that leaves it unconfined and lets it make user namespaces", NULL},
        {"broad", 0, 0, G_OPTION_ARG_NONE, &flow.broad, "write what is dangerous to allow, too",
         NULL},
        TUI_OPTIONS_CARRY(&carry),
        {0},
    };
    g_auto(GStrv) words = NULL;
    int status;

    if (!tui_command_parse(command, tui_verb_find("new"), entries, &argc, &argv, &words, &status))
        return status;
    if (!is_right(&steps, &carry, words))
        return TUI_EXIT_USAGE;
    flow.program = words[0];
    return begin(command, &flow, &steps, words + 1);
}
