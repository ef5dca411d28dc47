/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer changes: the history. */
#include "config.h"

#include "tui/command/command.h"

static void
fill_row(guint row, gpointer data, TuiCell *cells)
{
    const AmrSession *session = data;

    tui_table_changes_row(session, amr_history_get(session->history, row), cells);
}

static gboolean
out_change(const AmrChange *change)
{
    TuiJson *json = tui_json_new();

    tui_json_text(json, "id", change->id);
    tui_json_time(json, "time", change->time);
    tui_json_text(json, "kind", amr_plan_kind_word(change->kind));
    tui_json_text(json, "state", amr_change_state_word(change->state));
    tui_json_names(json, "profiles", (const char *const *)change->profiles);
    tui_json_names(json, "files", (const char *const *)change->files);
    tui_json_names(json, "rules", (const char *const *)change->rules);
    tui_json_text(json, "undoes", change->undoes);
    tui_json_text(json, "undone_by", change->undone_by);
    tui_json_text(json, "message", change->message);
    return tui_out_json(json);
}

int
tui_command_changes(TuiCommand *command, int argc, char **argv)
{
    g_auto(GStrv) words = NULL;
    AmrSession *session;
    guint n;
    int status;

    if (!tui_command_parse(command, tui_verb_find("changes"), NULL, &argc, &argv, &words, &status))
        return status;
    if (words) {
        tui_say("changes takes no arguments");
        return TUI_EXIT_USAGE;
    }
    status = tui_command_open(command, TRUE);
    if (status != TUI_EXIT_DONE)
        return status;
    session = command->session;
    if (!session->history)
        return tui_fail(session->history_error);
    n = amr_history_count(session->history);
    if (n == 0) {
        tui_say("nothing was changed so far");
        return TUI_EXIT_NOTHING;
    }
    if (!command->options->json) {
        tui_out_table(&tui_table_changes, n, fill_row, session);
        return TUI_EXIT_DONE;
    }
    for (guint i = 0; i < n; i++) {
        if (!out_change(amr_history_get(session->history, i)))
            break;
    }
    return TUI_EXIT_DONE;
}
