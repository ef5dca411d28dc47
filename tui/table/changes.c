/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/table/table.h"

static const TuiColumn columns[] = {
    {"ID", 16, 4, FALSE},      {"TIME", 19, 2, FALSE}, {"STATE", 11, 0, FALSE},
    {"PROFILE", 16, 1, FALSE}, {"FILE", 16, 3, FALSE}, {"RULES", 0, 0, FALSE},
};

const TuiTable tui_table_changes = {columns, G_N_ELEMENTS(columns)};

static TuiRole
state_role(AmrChangeState state)
{
    switch (state) {
    case AMR_CHANGE_STATE_VERIFIED:
    case AMR_CHANGE_STATE_LOADED:
        return TUI_ROLE_GOOD;
    case AMR_CHANGE_STATE_INTENT:
    case AMR_CHANGE_STATE_PARTLY:
        return TUI_ROLE_DANGER;
    case AMR_CHANGE_STATE_WRITTEN:
    case AMR_CHANGE_STATE_NOT_LOADED:
        return TUI_ROLE_WARNING;
    default:
        return TUI_ROLE_QUIET;
    }
}

/* Whether it holds is more than that it was done. */
static TuiCell
state(const AmrSession *session, const AmrChange *change)
{
    gint64 last;

    if (amr_answered_came_back(session->answered, change->id, &last))
        return (TuiCell){g_strdup(amr_denial_state_word(AMR_DENIAL_STATE_CAME_BACK)),
                         TUI_ROLE_WARNING};
    return (TuiCell){g_strdup(amr_change_state_word(change->state)), state_role(change->state)};
}

static char *
display_joined(char *const *strings)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; strings && strings[i]; i++) {
        if (i)
            g_string_append_c(out, ' ');
        amr_display_append(out, amr_bytes(strings[i]));
    }
    return g_string_free(out, FALSE);
}

static char *
what(const AmrChange *change)
{
    const char *says = amr_plan_kind_says(change->kind);

    return change->undoes ? g_strdup_printf("undoes %s", change->undoes)
           : says         ? g_strdup(says)
                          : display_joined(change->rules);
}

/* Takes @text over. */
static char *
with_end(const AmrSession *session, const AmrChange *change, char *text)
{
    g_autofree char *owned = text;
    g_autofree char *when = NULL;

    if (!change->until || change->undone_by)
        return g_steal_pointer(&owned);
    when = amr_clock_show(amr_target_clock(session->target), change->until);
    return g_strdup_printf("until %s: %s", when, owned);
}

char *
tui_table_since(const AmrSession *session, const AmrChange *change)
{
    const GArray *ids = amr_answered_by(session->answered, change->id);
    gint64 last;
    guint back = amr_answered_came_back(session->answered, change->id, &last);
    g_autofree char *when = NULL;

    if (!ids || !change->loaded)
        return NULL;
    if (back == 0)
        return g_strdup_printf(ids->len == 1 ? "quiet: the denial that it answers did not come back"
                                             : "quiet: none of the %u denials that it answers came "
                                               "back",
                               ids->len);
    when = amr_clock_show(amr_target_clock(session->target), last);
    return g_strdup_printf("%u of %u denials that it answers came back%s%s", back, ids->len,
                           last ? ", the last at " : "", last ? when : "");
}

char *
tui_table_outside_words(const AmrOutside *outside)
{
    return g_strdup_printf("%s by another hand since change %s %s it",
                           outside->time ? "changed" : "gone,", outside->id,
                           outside->ours ? "wrote" : "read");
}

void
tui_table_outside_row(const AmrSession *session, const AmrOutside *outside, TuiCell *cells)
{
    const AmrClock *clock = amr_target_clock(session->target);

    cells[0] = (TuiCell){g_strdup("-"), TUI_ROLE_QUIET};
    cells[1] = (TuiCell){outside->time ? amr_clock_show(clock, outside->time) : g_strdup("-"),
                         TUI_ROLE_QUIET};
    cells[2] = (TuiCell){g_strdup("outside"), TUI_ROLE_WARNING};
    cells[3] = (TuiCell){g_strdup("-"), TUI_ROLE_QUIET};
    cells[4] = (TuiCell){amr_display_string(outside->path), TUI_ROLE_PATH};
    cells[5] = (TuiCell){tui_table_outside_words(outside), TUI_ROLE_TEXT};
}

void
tui_table_changes_row(const AmrSession *session, const AmrChange *change, TuiCell *cells)
{
    cells[0] = (TuiCell){g_strdup(change->id), TUI_ROLE_TEXT};
    cells[1] =
        (TuiCell){amr_clock_show(amr_target_clock(session->target), change->time), TUI_ROLE_QUIET};
    cells[2] = state(session, change);
    cells[3] = (TuiCell){display_joined(change->profiles), TUI_ROLE_PROFILE};
    cells[4] = (TuiCell){display_joined(change->files), TUI_ROLE_PATH};
    cells[5] = (TuiCell){with_end(session, change, what(change)), TUI_ROLE_RULE};
}
