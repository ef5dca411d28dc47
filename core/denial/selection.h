/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The denials of a store that a filter lets through, as an index that is kept up to date: a view
 * asks for a window of it, as of the store itself. Rows are looked at a slice at a time, so that
 * neither a new filter nor a flood of new rows ever holds up whoever reads.
 */
#ifndef AMR_DENIAL_SELECTION_H
#define AMR_DENIAL_SELECTION_H

#include "core/denial/filter.h"

G_BEGIN_DECLS

typedef struct AmrSelection AmrSelection;

/* Of @store, which is borrowed and outlives it, in @order. @filter is taken over; NULL: all of
 * them, with nothing to do. */
AmrSelection *amr_selection_new(AmrStore *store, AmrOrder order, AmrFilter *filter);
void amr_selection_free(AmrSelection *selection);
/* Frees up to @rows of its rows, since all at once take too long where there are many; TRUE: some
 * are left. From the first call on it is good for that and amr_selection_free() only. */
gboolean amr_selection_shed(AmrSelection *selection, guint rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrSelection, amr_selection_free)

AmrOrder amr_selection_order(const AmrSelection *selection);

/* Looks at @rows more rows at most, the newest first; TRUE while more are left. */
gboolean amr_selection_work(AmrSelection *selection, guint rows);
/* How many are left to be looked at, and how many times a row was looked at so far. */
guint amr_selection_left(const AmrSelection *selection);
guint64 amr_selection_looked(const AmrSelection *selection);

/* Lets the filter go with the time (amr_filter_move()). TRUE if there is something to look at by
 * amr_selection_work(). *next: when it is to be called again, if nothing comes; 0: never. */
gboolean amr_selection_move(AmrSelection *selection, gint64 now, gint64 *next);

/* As those of the store, of what was found so far. */
guint amr_selection_count(const AmrSelection *selection);
/* How many of them came after @id, which is in the order of arrival. */
guint amr_selection_newer(const AmrSelection *selection, AmrDenialId id);
guint amr_selection_window(AmrSelection *selection, guint first, guint n, AmrDenialId *ids);
gboolean amr_selection_place(AmrSelection *selection, AmrDenialId id, guint *place);

G_END_DECLS
#endif
