/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What profiles.c, which draws and acts, and profiles_rows.c, which knows what is shown, share. */
#ifndef TUI_VIEW_PROFILES_PRIVATE_H
#define TUI_VIEW_PROFILES_PRIVATE_H

#include "tui/view/profiles.h"
#include "tui/view/rows.h"

G_BEGIN_DECLS

typedef struct {
    TuiRows rows; /* places of profiles */
    TuiProfiles *profiles;
    GHashTable *open; /* full names of those whose children are shown */
    TuiAction order;
    gboolean stale_rows, stale_rates;
} Profiles;

extern const TuiRowsClass tui_profiles_rows;

/* The profile under the cursor; NULL: none. */
const TuiProfile *tui_profiles_current(const Profiles *view);
/* Whether those below it are shown as rows of their own. */
gboolean tui_profiles_is_open(const Profiles *view, const TuiProfile *profile);
/* Counts a slice of new denials, and makes the rows anew where they are stale. */
void tui_profiles_refresh(Profiles *view);
gboolean tui_profiles_work(Profiles *view);
/* Opens or closes what is below @profile; all, where it is NULL: close them if one is open. */
void tui_profiles_fold(Profiles *view, const TuiProfile *profile, gboolean open);
void tui_profiles_fold_all(Profiles *view);
/* To the profile that the cursor's is a child of. */
void tui_profiles_go_up(Profiles *view);

G_END_DECLS
#endif
