/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/table/table.h"

static const TuiColumn columns[] = {
    {"MODE", 10, 0, FALSE},  {"PROFILE", 24, 0, FALSE}, {"PROCESSES", 9, 2, TRUE},
    {"DENIALS", 7, 1, TRUE}, {"FILE", 0, 3, FALSE},
};

const TuiTable tui_table_profiles = {columns, G_N_ELEMENTS(columns)};

static TuiRole
mode_role(AmrMode mode)
{
    switch (mode) {
    case AMR_MODE_ENFORCE:
    case AMR_MODE_KILL:
        return TUI_ROLE_GOOD;
    case AMR_MODE_COMPLAIN:
    case AMR_MODE_PROMPT:
    case AMR_MODE_MIXED:
        return TUI_ROLE_WARNING;
    default:
        return TUI_ROLE_QUIET;
    }
}

void
tui_table_profiles_row(const AmrSession *session, const AmrLoadedProfile *profile, guint processes,
                       guint denials, TuiCell *cells)
{
    const AmrBlock *block =
        session->index ? amr_index_find(session->index, profile->ns, profile->name) : NULL;
    g_autofree char *full = profile->ns[0] ? g_strdup_printf(":%s:%s", profile->ns, profile->name)
                                           : g_strdup(profile->name);

    /* The kernel prints "user" for prompt; a word that we do not know stands as it is. */
    cells[0] = (TuiCell){profile->mode ? g_strdup(amr_mode_word(profile->mode))
                                       : amr_display_string(profile->mode_word),
                         mode_role(profile->mode)};
    cells[1] = (TuiCell){amr_display_string(full), TUI_ROLE_PROFILE};
    cells[2] = (TuiCell){g_strdup_printf("%u", processes), TUI_ROLE_TEXT};
    cells[3] = (TuiCell){g_strdup_printf("%u", denials), denials ? TUI_ROLE_DENIED : TUI_ROLE_TEXT};
    cells[4] = (TuiCell){block ? amr_display_string(block->file) : g_strdup("-"), TUI_ROLE_QUIET};
}
