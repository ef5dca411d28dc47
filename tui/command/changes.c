/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer changes: the history. */
#include "config.h"

#include "core/change/outside.h"
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
    if (change->until)
        tui_json_time(json, "until", change->until);
    return tui_out_json(json);
}

/* What somebody else did to files of policy that a change wrote or read. */
static void
say_outside(const AmrSession *session)
{
    g_autoptr(GPtrArray) all = amr_outside(session->history, session->target);

    for (guint i = 0; i < all->len; i++) {
        const AmrOutside *outside = g_ptr_array_index(all, i);
        g_autofree char *path = amr_display_string(outside->path);
        g_autofree char *when =
            outside->time ? amr_clock_show(amr_target_clock(session->target), outside->time) : NULL;
        tui_say("%s: changed by another hand since change %s %s it (%s%s)", path, outside->id,
                outside->ours ? "wrote" : "read", when ? "last at " : "it is gone",
                when ? when : "");
    }
}

static void
out_outside(const AmrSession *session)
{
    g_autoptr(GPtrArray) all = amr_outside(session->history, session->target);

    for (guint i = 0; i < all->len; i++) {
        const AmrOutside *outside = g_ptr_array_index(all, i);
        const char *const files[] = {outside->path, NULL};
        TuiJson *json = tui_json_new();
        tui_json_text(json, "kind", "outside");
        if (outside->time)
            tui_json_time(json, "time", outside->time);
        else
            tui_json_text(json, "time", NULL);
        tui_json_names(json, "files", files);
        tui_json_text(json, "after", outside->id);
        tui_json_text(json, "did", outside->ours ? "wrote" : "read");
        if (!tui_out_json(json))
            break;
    }
}

int
tui_command_changes(TuiCommand *command, int argc, char **argv)
{
    gboolean outside = FALSE;
    const GOptionEntry entries[] = {
        {"outside", 0, 0, G_OPTION_ARG_NONE, &outside,
         "with --json, also what others did to those files", NULL},
        {0},
    };
    g_auto(GStrv) words = NULL;
    g_autofree char *damage = NULL;
    AmrSession *session;
    guint n;
    int status;

    if (!tui_command_parse(command, tui_verb_find("changes"), entries, &argc, &argv, &words,
                           &status))
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
    damage = amr_history_damage(session->history);
    if (damage)
        tui_say("%s", damage);
    n = amr_history_count(session->history);
    if (n == 0) {
        tui_say(damage ? "no change is known" : "nothing was changed so far");
        return TUI_EXIT_NOTHING;
    }
    if (!command->options->json) {
        tui_out_table(&tui_table_changes, n, fill_row, session);
        say_outside(session);
        return TUI_EXIT_DONE;
    }
    for (guint i = 0; i < n; i++) {
        if (!out_change(amr_history_get(session->history, i)))
            break;
    }
    if (outside)
        out_outside(session);
    return TUI_EXIT_DONE;
}
