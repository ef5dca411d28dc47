/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "tui/table/sift.h"
#include "tui/table/table.h"

static const TuiColumn columns[] = {
    {"", 1, 3, FALSE},        {"COUNT", 5, 2, TRUE},     {"LAST SEEN", 11, 4, FALSE},
    {"VERDICT", 7, 1, FALSE}, {"PROFILE", 16, 0, FALSE}, {"TRIED", 10, 1, FALSE},
    {"ON", 0, 0, FALSE},
};

const TuiTable tui_table_denials = {columns, G_N_ELEMENTS(columns)};

static TuiRole
verdict_role(AmrVerdict verdict)
{
    switch (verdict) {
    case AMR_VERDICT_DENIED:
    case AMR_VERDICT_KILLED:
        return TUI_ROLE_DENIED;
    case AMR_VERDICT_ALLOWED:
        return TUI_ROLE_ALLOWED;
    default:
        return TUI_ROLE_AUDIT;
    }
}

static TuiRole
state_role(AmrDenialState state)
{
    switch (state) {
    case AMR_DENIAL_STATE_FIXED:
        return TUI_ROLE_GOOD;
    case AMR_DENIAL_STATE_CAME_BACK:
        return TUI_ROLE_DANGER;
    default:
        return TUI_ROLE_QUIET;
    }
}

/* "14:03:07" today, "11-22 14:03" this year, else "2025-11-22": never wider than the column. */
static char *
show_time(const AmrClock *clock, gint64 when)
{
    g_autofree char *shown = amr_clock_show(clock, when);
    g_autoptr(GDateTime) now = NULL;
    g_autofree char *year = NULL;

    if (strlen(shown) < strlen("2026-11-22 14:03:07"))
        return g_steal_pointer(&shown);
    now = g_date_time_new_from_unix_local(amr_clock_now(clock) / G_USEC_PER_SEC);
    year = now ? g_date_time_format(now, "%Y-") : NULL;
    if (year && g_str_has_prefix(shown, year))
        return g_strndup(shown + strlen(year), strlen("11-22 14:03"));
    return g_strndup(shown, strcspn(shown, " "));
}

/* @time: that of its last occurrence too, which costs more than all the rest. */
static void
fill_row(const AmrSession *session, AmrDenialId id, gboolean time, TuiCell *cells)
{
    const AmrDenial *denial = amr_store_get(session->store, id);
    AmrEvent event = {0};
    g_autofree char *profile = NULL;

    if (!denial || !amr_store_event(session->store, id, &event)) {
        for (guint i = 0; i < tui_table_denials.n; i++)
            cells[i] = (TuiCell){g_strdup(""), TUI_ROLE_TEXT};
        return;
    }
    profile = amr_event_profile(&event);
    cells[0] = (TuiCell){g_strdup_printf("%c", amr_denial_state_mark(denial->state)),
                         state_role(denial->state)};
    cells[1] = (TuiCell){g_strdup_printf("%u", denial->count), TUI_ROLE_TEXT};
    cells[2] = (TuiCell){time ? show_time(amr_target_clock(session->target), denial->last) : NULL,
                         TUI_ROLE_QUIET};
    cells[3] = (TuiCell){g_strdup(amr_verdict_word(event.verdict)), verdict_role(event.verdict)};
    cells[4] = (TuiCell){amr_display_string(profile), TUI_ROLE_PROFILE};
    if (denial->folded) {
        cells[5] = (TuiCell){g_strdup_printf("%u others", denial->folded), TUI_ROLE_WARNING};
        cells[6] = (TuiCell){g_strdup("more than are kept apart"), TUI_ROLE_QUIET};
        return;
    }
    cells[5] = (TuiCell){amr_explain_tried(&event), TUI_ROLE_TEXT};
    cells[6] = (TuiCell){amr_explain_object(&event), TUI_ROLE_PATH};
}

void
tui_table_denials_row(const AmrSession *session, AmrDenialId id, TuiCell *cells)
{
    fill_row(session, id, TRUE, cells);
}

gboolean
tui_table_denials_has(const AmrSession *session, AmrDenialId id, const char *text)
{
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};
    const gboolean may_be_time = text[strspn(text, "0123456789-: ")] == '\0';

    fill_row(session, id, may_be_time, cells);
    gboolean found = tui_cells_find(cells, tui_table_denials.n, text);
    tui_cells_clear(cells, tui_table_denials.n);
    return found;
}
