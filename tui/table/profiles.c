/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/table/table.h"

static const TuiColumn columns[] = {
    {"MODE", 10, 0, FALSE},  {"PROFILE", 20, 0, FALSE}, {"PROCESSES", 9, 2, TRUE},
    {"DENIALS", 7, 1, TRUE}, {"A-MIN", 5, 3, TRUE},     {"DRIFT", 11, 3, FALSE},
    {"LOCAL", 6, 5, FALSE},  {"FILE", 0, 4, FALSE},
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

static TuiRole
drift_role(AmrDrift drift)
{
    switch (drift) {
    case AMR_DRIFT_EDITED:
    case AMR_DRIFT_OTHER:
    case AMR_DRIFT_MODE:
        return TUI_ROLE_WARNING;
    default:
        return TUI_ROLE_QUIET;
    }
}

/* The kernel prints "user" for prompt; a word that we do not know stands as it is. */
static char *
show_mode(const AmrSession *session, const TuiProfile *profile)
{
    if (!profile->loaded)
        return g_strdup(session->loaded ? "not loaded" : "unknown");
    return profile->mode ? g_strdup(amr_mode_word(profile->mode))
                         : amr_display_string(profile->mode_word);
}

static char *
show_local(const AmrSession *session, const AmrBlock *block)
{
    AmrLocal local;

    if (!block)
        return g_strdup("");
    if (!amr_index_local(session->index, block, &local))
        return g_strdup("none");
    return g_strdup(local.exists ? "yes" : "absent");
}

/* Who makes it stands in brackets: no file has such a name for sure, but it is no file's. */
static char *
show_file(const TuiOrigin *origin)
{
    if (origin->block)
        return amr_display_string(origin->block->file);
    return origin->word ? g_strdup_printf("(%s)", origin->word) : g_strdup("-");
}

void
tui_table_profiles_row(const AmrSession *session, const TuiProfile *profile, gboolean below,
                       TuiCell *cells)
{
    const TuiOrigin origin = tui_table_origin(session, profile);
    guint processes = profile->processes + (below ? profile->processes_below : 0);
    guint denials = profile->denials + (below ? profile->denials_below : 0);
    guint rate = profile->rate + (below ? profile->rate_below : 0);
    const char *drift = profile->drift > AMR_DRIFT_NONE ? amr_drift_word(profile->drift) : "";

    if (profile->drift == AMR_DRIFT_NOT_LOADED) /* the mode says so */
        drift = "";
    cells[0] = (TuiCell){show_mode(session, profile), mode_role(profile->mode)};
    cells[1] = (TuiCell){amr_display_string(profile->full), TUI_ROLE_PROFILE};
    cells[2] = (TuiCell){g_strdup_printf("%u", processes), TUI_ROLE_TEXT};
    cells[3] = (TuiCell){g_strdup_printf("%u", denials), denials ? TUI_ROLE_DENIED : TUI_ROLE_TEXT};
    cells[4] = (TuiCell){rate ? g_strdup_printf("%u", rate) : g_strdup(""), TUI_ROLE_DENIED};
    cells[5] = (TuiCell){g_strdup(drift), drift_role(profile->drift)};
    cells[6] = (TuiCell){show_local(session, origin.block), TUI_ROLE_QUIET};
    cells[7] = (TuiCell){show_file(&origin), TUI_ROLE_QUIET};
}
