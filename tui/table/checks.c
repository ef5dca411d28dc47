/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/table/table.h"

static const TuiColumn columns[] = {{"STATE", 7, 0, FALSE},
                                    {"CHECK", 29, 0, FALSE},
                                    {"ANSWER", 0, 1, FALSE}};

const TuiTable tui_table_checks = {columns, G_N_ELEMENTS(columns)};

TuiRole
tui_check_role(AmrCheckState state)
{
    switch (state) {
    case AMR_CHECK_OK:
        return TUI_ROLE_GOOD;
    case AMR_CHECK_WARNING:
        return TUI_ROLE_WARNING;
    case AMR_CHECK_TROUBLE:
        return TUI_ROLE_ERROR;
    case AMR_CHECK_UNKNOWN:
        break;
    }
    return TUI_ROLE_QUIET;
}

void
tui_table_checks_row(const AmrCheck *check, TuiCell *cells)
{
    cells[0] =
        (TuiCell){g_strdup(amr_check_state_word(check->state)), tui_check_role(check->state)};
    cells[1] = (TuiCell){g_strdup(amr_check_title(check->id)), TUI_ROLE_TEXT};
    cells[2] = (TuiCell){g_strdup(check->sentence), TUI_ROLE_QUIET};
}
