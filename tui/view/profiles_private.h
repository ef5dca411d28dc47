/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What profiles.c, which draws and acts, and profiles_rows.c, which knows what is shown, share. */
#ifndef TUI_VIEW_PROFILES_PRIVATE_H
#define TUI_VIEW_PROFILES_PRIVATE_H

#include "tui/table/sift.h"
#include "tui/view/profiles.h"
#include "tui/view/search.h"
#include "tui/widget/flow.h"
#include "tui/widget/list.h"

G_BEGIN_DECLS

typedef struct {
    TuiView view;
    TuiProfiles *profiles;
    GArray *rows;     /* guint: places of profiles, as they are shown */
    GHashTable *open; /* full names of those whose children are shown */
    TuiAction order;
    TuiSift *sift;                   /* NULL: all are shown */
    TuiSearch *search, *text_search; /* of the rows, and of the detail */
    TuiList list;
    char *name;   /* what the cursor stands on; NULL: nothing is there */
    char *tied;   /* what it was last put on */
    char *origin; /* where it stood when a search began */
    TuiFlow *detail;
    gboolean stale_rows, stale_detail, stale_rates, in_detail, split;
} Profiles;

extern const TuiSearchClass tui_profiles_search;

/* The profile of a row; NULL: none. */
const TuiProfile *tui_profiles_row(const Profiles *view, guint row);
/* Whether those below it are shown as rows of their own. */
gboolean tui_profiles_is_open(const Profiles *view, const TuiProfile *profile);
/* Fills a row's cells as they are shown here, the name set in under its parent's. */
void tui_profiles_cells(const Profiles *view, const TuiProfile *profile, TuiCell *cells);
/* Counts a slice of new denials, and makes the rows anew where they are stale. */
void tui_profiles_refresh(Profiles *view);
gboolean tui_profiles_work(Profiles *view);
void tui_profiles_find_cursor(Profiles *view);
void tui_profiles_moved(Profiles *view);
/* Opens or closes what is below @profile; all, where it is NULL: close them if one is open. */
void tui_profiles_fold(Profiles *view, const TuiProfile *profile, gboolean open);
void tui_profiles_fold_all(Profiles *view);
/* To the profile that the cursor's is a child of. */
void tui_profiles_go_up(Profiles *view);

G_END_DECLS
#endif
