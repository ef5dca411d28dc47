/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What profiles.c, which draws and acts, and profiles_rows.c, which knows what is shown, share. */
#ifndef TUI_VIEW_PROFILES_PRIVATE_H
#define TUI_VIEW_PROFILES_PRIVATE_H

#include "core/policy/ask.h"
#include "tui/view/profile.h"
#include "tui/view/profiles.h"
#include "tui/view/rows.h"

G_BEGIN_DECLS

typedef struct ProfilesAsk ProfilesAsk;

typedef struct {
    TuiRows rows; /* places of profiles */
    TuiProfiles *profiles;
    GHashTable *open; /* full names of those whose children are shown */
    TuiAction order;
    gboolean stale_rows, stale_rates;
    GHashTable *compared; /* full name -> AmrAskDrift, until policy is read again */
    ProfilesAsk *ask;     /* what is being compared; NULL */
    guint rests;          /* source of when the one that the cursor rests on is; 0: not */
    const char *resting;  /* its full name, to be compared by address only */
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

/* profiles_ask.c: how @profile as loaded compares with its file, as far as is known; else, as it is
 * the one under the cursor, it is asked for, and the screen is drawn anew. */
TuiComparison tui_profiles_compare(Profiles *view, const TuiProfile *profile);
/* Policy is another, or nobody waits any more. */
void tui_profiles_forget(Profiles *view);

G_END_DECLS
#endif
