/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer undo: takes back what one change added. */
#include "config.h"

#include "core/change/outside.h"
#include "tui/command/command.h"

/* Where the files do not hold it any more: both texts. */
static void
out_since(const TuiCommand *command, const AmrPlan *done, const GError *error)
{
    g_autofree char *diff = g_error_matches(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH)
                                ? amr_outside_since(command->session->target, done)
                                : NULL;
    g_auto(GStrv) lines = g_strsplit(diff ? diff : "", "\n", -1);

    if (!diff || command->options->json)
        return;
    tui_say("from what change %s left to what stands there now:", done->id);
    for (char **line = lines; *line && (line[1] || **line); line++)
        tui_out_line(*line);
}

int
tui_command_undo_change(TuiCommand *command, const char *id, const TuiCarry *carry)
{
    AmrSession *session = command->session;
    AmrPlanContext context;
    g_autofree char *own_id = NULL;
    const AmrChange *change = amr_history_find(session->history, id);
    g_autoptr(AmrPlan) done = NULL;
    g_autoptr(AmrPlan) plan = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *damage = amr_history_damage(session->history);

    if (damage) /* what is taken back need not be the last one */
        tui_say("%s", damage);
    if (!change) {
        g_autofree char *shown = amr_display_string(id);
        if (id)
            tui_say("no change, or more than one, has the id %s: see armorer changes", shown);
        else
            tui_say("there is no change to undo");
        return TUI_EXIT_NOTHING;
    }
    if (!amr_change_may_undo(change, &error))
        return tui_fail(error);
    done = amr_history_plan(session->history, change, &error);
    if (!done)
        return tui_fail(error);
    if (!tui_command_plan_context(command, carry, &context, &own_id, &error))
        return tui_fail(error);
    plan = amr_plan_undo(&context, done, &error);
    if (!plan) {
        out_since(command, done, error);
        return tui_fail(error);
    }
    return tui_command_carry_out(command, plan, NULL, carry);
}

int
tui_command_undo(TuiCommand *command, int argc, char **argv)
{
    g_auto(TuiCarry) carry = {0};
    gboolean expired = FALSE;
    const GOptionEntry entries[] = {
        {"expired", 0, 0, G_OPTION_ARG_NONE, &expired,
         "only what was made for a while that is over: ID, or all of it", NULL},
        TUI_OPTIONS_CARRY(&carry),
        {0},
    };
    g_auto(GStrv) words = NULL;
    int status;

    if (!tui_command_parse(command, tui_verb_find("undo"), entries, &argc, &argv, &words, &status))
        return status;
    if (words && words[1]) {
        tui_say("undo takes one ID");
        return TUI_EXIT_USAGE;
    }
    status = tui_command_open(command, TRUE);
    if (status == TUI_EXIT_DONE)
        status = tui_command_may_change(command, carry.dry_run);
    if (status == TUI_EXIT_DONE && expired)
        return tui_command_end_expired(command, words ? words[0] : NULL, &carry);
    if (status == TUI_EXIT_DONE)
        status = tui_command_undo_change(command, words ? words[0] : NULL, &carry);
    return status;
}
