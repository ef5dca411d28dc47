/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the store share. */
#ifndef AMR_DENIAL_STORE_PRIVATE_H
#define AMR_DENIAL_STORE_PRIVATE_H

#include "core/denial/arena.h"
#include "core/denial/store.h"

G_BEGIN_DECLS

enum {
    AMR_ORDERS = AMR_ORDER_PROFILE + 1
};

/* One distinct denial: 96 bytes, and what is packed. */
typedef struct {
    AmrDenial denial; /* its id is AMR_DENIAL_NONE once it was folded away */
    guint64 serial;
    guint8 *packed;  /* in the arena; see pack.h */
    guint32 hash;    /* of what makes it distinct */
    guint32 profile; /* index into profiles */
    guint32 older;   /* id of the next older row of this profile */
    guint32 comm;    /* number in words, 0 none */
    guint32 fsuid, ouid;
} AmrRow;

enum {
    AMR_RATE_STEPS = 6,
    AMR_RATE_STEP_US = 10 * G_USEC_PER_SEC,
};

/* Occurrences of the last minute or so, by their own stamps. Each step of time has a slot of its
 * own and says which it is: a wild stamp costs those of one slot, not all. */
typedef struct {
    guint32 step[AMR_RATE_STEPS], count[AMR_RATE_STEPS];
} AmrRate;

typedef struct {
    guint32 name, space; /* numbers in names, 0 absent */
    guint32 count;       /* rows held, the folded one not counted */
    guint32 newest;      /* id of the newest of them */
    guint32 folded;      /* id of the row for what did not fit */
    AmrRate rate;
} AmrStoreProfile;

typedef struct {
    guint32 hash;
    AmrDenialId id; /* AMR_DENIAL_NONE: free */
} AmrStoreSlot;

/* A view's order; costs nothing while sequence is NULL. */
typedef struct {
    GSequence *sequence; /* of ids */
    GPtrArray *iters;    /* by id - 1; NULL for an id that is none */
    AmrDenialId built;   /* of the whole store: ids up to it are in it */
    gboolean whole;      /* all are, and new ones go in as they come */
} AmrStoreOrder;

/* What a frozen store shows, and what it keeps back. */
typedef struct {
    guint32 given; /* ids beyond it are hidden */
    guint count;
    guint64 total;
    GArray *repeats;   /* AmrStoreRepeat: of what is shown */
    GHashTable *index; /* id -> its place there, from 1 */
} AmrStoreFreeze;

struct AmrStore {
    guint limit;
    guint64 seed;
    AmrArena arena;
    AmrIntern names; /* of profiles and namespaces */
    AmrIntern words; /* operations, comms and the like */
    GPtrArray *chunks;
    guint32 given; /* ids given out */
    guint32 held;  /* rows that count towards the limit */
    guint32 folds; /* folded rows */
    guint32 gone;  /* rows folded away */
    guint64 total, generation;
    AmrDenialId latest; /* that was counted last */
    AmrStoreSlot *slots;
    guint32 slot_mask;
    GArray *profiles; /* of AmrStoreProfile; the first stands for "no profile that is held" */
    GHashTable *profile_ids; /* gint64 of both numbers -> index */
    AmrRate rate;            /* of all */
    const AmrClock *clock;   /* NULL: stamps are believed */
    guint32 rate_now;        /* the step of the clock, when it was looked at last */
    guint32 biggest;         /* index of the profile that holds most */
    AmrStoreOrder orders[AMR_ORDERS];
    AmrStoreFreeze *freeze; /* NULL: it is not frozen */
    GPtrArray *selections;  /* AmrSelection, borrowed */
    GHashTable *fixed;      /* id -> gint64, since when; NULL: there was none yet */
    gint64 begun;           /* when the clock was set; 0: there is none */
};

enum {
    AMR_STORE_CHUNK = 512
}; /* rows allocated at once */

/* @id must have been given out; the row of one that was folded away is still there. */
static inline AmrRow *
amr_store_row(const AmrStore *store, AmrDenialId id)
{
    AmrRow *chunk = g_ptr_array_index(store->chunks, (id - 1) / AMR_STORE_CHUNK);
    return chunk + (id - 1) % AMR_STORE_CHUNK;
}

static inline AmrStoreProfile *
amr_store_profile(const AmrStore *store, guint32 index)
{
    return &g_array_index(store->profiles, AmrStoreProfile, index);
}

/* The last id that readers see. */
static inline AmrDenialId
amr_store_shown(const AmrStore *store)
{
    return store->freeze ? store->freeze->given : store->given;
}

/* ---- store-fixed.c ------------------------------------------------------------------------- */

/* @row, which is FIXED, was seen at @time (0: now, without a stamp). */
void amr_store_seen_again(AmrStore *store, AmrRow *row, gint64 time);

/* ---- store-order.c ------------------------------------------------------------------------- */

/* An order over some of the store's ids. */
void amr_order_init(AmrStoreOrder *order);
void amr_order_clear(AmrStoreOrder *order);
/* A part of that: takes up to @n out, which are not in it any more. FALSE: it is empty. */
gboolean amr_order_shed(AmrStoreOrder *order, guint n);
void amr_order_insert(const AmrStore *store, AmrStoreOrder *order, AmrOrder which, AmrDenialId id);
/* What @which goes by may have become more; nothing for an id that is not in it. */
void amr_order_update(const AmrStore *store, AmrStoreOrder *order, AmrOrder which, AmrDenialId id);
void amr_order_remove(AmrStoreOrder *order, AmrDenialId id);
gboolean amr_order_has(const AmrStoreOrder *order, AmrDenialId id);
guint amr_order_window(const AmrStoreOrder *order, guint first, guint n, AmrDenialId *ids);
gboolean amr_order_place(const AmrStoreOrder *order, AmrDenialId id, guint *place);

/* Keep the orders that are in use, and the selections, up to date. */
void amr_store_order_added(AmrStore *store, AmrDenialId id);
void amr_store_order_changed(AmrStore *store, AmrDenialId id);
void amr_store_order_removed(AmrStore *store, AmrDenialId id);

/* ---- store-rate.c --------------------------------------------------------------------------- */

/* One more of the profile @index, at @time. */
void amr_store_rate_add(AmrStore *store, guint32 index, gint64 time);

/* ---- store-freeze.c ------------------------------------------------------------------------- */

/* One more occurrence of @row: now, or when the store thaws. Orders follow. */
void amr_store_touch(AmrStore *store, AmrRow *row, const AmrOccurrence *occurrence,
                     const AmrOrigin *origin);
void amr_store_touch_by_event(AmrStore *store, AmrRow *row, const AmrEvent *event,
                              const AmrOrigin *origin);
/* One more that @row stands for: all of @from; NULL: what was touched just before. */
void amr_store_fold_into(AmrStore *store, AmrRow *row, const AmrDenial *from);
/* Whether @id may be folded away: not if it is shown by a frozen store. */
gboolean amr_store_may_fold(const AmrStore *store, AmrDenialId id);
void amr_store_freeze_clear(AmrStore *store);

/* ---- selection.c ---------------------------------------------------------------------------- */

void amr_selections_added(AmrStore *store, AmrDenialId id);
void amr_selections_changed(AmrStore *store, AmrDenialId id);
void amr_selections_removed(AmrStore *store, AmrDenialId id);

G_END_DECLS
#endif
