/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What denials.c, which draws and acts, and denials_rows.c, which knows what is shown, share. */
#ifndef TUI_VIEW_DENIALS_PRIVATE_H
#define TUI_VIEW_DENIALS_PRIVATE_H

#include "core/denial/selection.h"
#include "tui/view/detail.h"
#include "tui/view/denials.h"
#include "tui/view/search.h"
#include "tui/view/task.h"
#include "tui/widget/flow.h"
#include "tui/widget/list.h"

G_BEGIN_DECLS

typedef struct DenialsAsk DenialsAsk;

typedef struct {
    TuiView view;
    TuiViewClass class; /* its own, for its title */
    TuiList list;
    AmrOrder order, wanted;          /* wanted: another one is being made for it */
    TuiTask *sorting;                /* the same; NULL: none is */
    TuiSearch *search, *text_search; /* of the rows, and of the detail */
    AmrSelection *rows;              /* what is shown */
    GPtrArray *gone;                 /* AmrSelection: shown before, freed in slices */
    AmrDenialId id;                  /* what the cursor stands on; NONE: nothing is there */
    AmrDenialId tied;   /* what it was last put on: it goes back there when that is shown again */
    AmrDenialId origin; /* where it stood when a search began */
    gboolean follow, follow_origin;
    guint leaves;        /* source of when the first row is too old for the filter; 0: none is */
    AmrDenialId held_at; /* the newest when it stopped to follow */
    TuiFlow *detail;
    gboolean in_detail, split, pushed;
    GHashTable *policy; /* id -> TuiDetailPolicy; NULL: nothing was asked */
    AmrAsker *asker;    /* NULL: likewise */
    DenialsAsk *ask;    /* what is asked just now; NULL */
    guint rests;        /* source of when it is asked about; 0: not */
} Denials;

extern const TuiSearchClass tui_denials_search;

AmrStore *tui_denials_store(const Denials *view);
/* Shows what the filter that holds lets through, in the order that holds. */
/* Shows them in @order, as soon as that is made. */
void tui_denials_sort(Denials *view, AmrOrder order);
void tui_denials_select(Denials *view);
/* Puts the cursor where what it is tied to stands now. */
void tui_denials_find_cursor(Denials *view);
/* The cursor was moved to another row. */
void tui_denials_moved(Denials *view);
/* How many of those that are shown came since it stopped to follow. */
guint tui_denials_came(const Denials *view);
/* Lets go what is too old for the filter by now. */
void tui_denials_go_with_time(Denials *view);
/* Looks at a slice of what the filter has not looked at; TRUE while more is left. */
gboolean tui_denials_work(Denials *view);

/* denials_ask.c: what policy on disk says of what the cursor stands on, as far as is known; else it
 * is asked for, and the screen is drawn anew. */
const TuiDetailPolicy *tui_denials_policy(Denials *view);
/* Policy is another, or nobody waits any more. */
void tui_denials_forget_policy(Denials *view);

G_END_DECLS
#endif
