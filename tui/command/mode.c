/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer mode: puts profiles into another mode. */
#include "config.h"

#include <string.h>

#include "tui/command/elsewhere.h"

/* Of "enforce", "complain", "kill", "disable" or "enable"; UNKNOWN for all others. */
static AmrPlanKind
kind_of(const char *word)
{
    for (AmrPlanKind kind = AMR_PLAN_ENFORCE; kind <= AMR_PLAN_ENABLE; kind++)
        if (strcmp(word, amr_plan_kind_word(kind)) == 0)
            return kind;
    return AMR_PLAN_UNKNOWN;
}

static int
run(TuiCommand *command, AmrPlanKind kind, const char *const *profiles, const char *lasts,
    TuiCarry *carry)
{
    gint64 until = 0;
    g_autofree char *own_id = NULL;
    g_autoptr(AmrPlan) plan = NULL;
    g_autoptr(GError) error = NULL;
    AmrPlanContext context;

    if (!tui_command_plan_context(command, carry, &context, &own_id, &error))
        return tui_fail(error);
    if (!tui_command_lasts(command, lasts, &until, &error))
        return tui_fail(error);
    plan = until ? amr_plan_complain_for(&context, profiles, until, &error)
                 : amr_plan_mode(&context, kind, profiles, &error);
    return plan ? tui_command_carry_out(command, plan, NULL, carry)
                : tui_fail_elsewhere(command, error, profiles, TRUE);
}

int
tui_command_mode(TuiCommand *command, int argc, char **argv)
{
    g_auto(TuiCarry) carry = {0};
    g_autofree char *lasts = NULL;
    const GOptionEntry entries[] = {
        {"for", 0, 0, G_OPTION_ARG_STRING, &lasts,
         "complain mode in the kernel only, and no longer than this: 30m, 1h, 2d", "TIME"},
        TUI_OPTIONS_CARRY(&carry),
        {0},
    };
    g_auto(GStrv) words = NULL;
    AmrPlanKind kind;
    int status;

    if (!tui_command_parse(command, tui_verb_find("mode"), entries, &argc, &argv, &words, &status))
        return status;
    kind = words ? kind_of(words[0]) : AMR_PLAN_UNKNOWN;
    if (kind == AMR_PLAN_UNKNOWN || !words[1]) {
        tui_say("mode takes enforce, complain, kill, disable or enable, and the profiles");
        return TUI_EXIT_USAGE;
    }
    if (lasts && kind != AMR_PLAN_COMPLAIN) {
        tui_say("--for is of complain mode");
        return TUI_EXIT_USAGE;
    }
    status = tui_command_open(command, TRUE);
    if (status == TUI_EXIT_DONE)
        status = tui_command_may_change(command, carry.dry_run);
    if (status == TUI_EXIT_DONE)
        status = run(command, kind, (const char *const *)words + 1, lasts, &carry);
    return status;
}
