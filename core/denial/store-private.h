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

typedef struct {
    guint32 name, space; /* numbers in names, 0 absent */
    guint32 count;       /* rows held, the folded one not counted */
    guint32 newest;      /* id of the newest of them */
    guint32 folded;      /* id of the row for what did not fit */
} AmrStoreProfile;

typedef struct {
    guint32 hash;
    AmrDenialId id; /* AMR_DENIAL_NONE: free */
} AmrStoreSlot;

/* A view's order; costs nothing while sequence is NULL. */
typedef struct {
    GSequence *sequence; /* of ids */
    GPtrArray *iters;    /* by id - 1; NULL for an id that is none */
} AmrStoreOrder;

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
    AmrStoreSlot *slots;
    guint32 slot_mask;
    GArray *profiles; /* of AmrStoreProfile; the first stands for "no profile that is held" */
    GHashTable *profile_ids; /* gint64 of both numbers -> index */
    guint32 biggest;         /* index of the profile that holds most */
    AmrStoreOrder orders[AMR_ORDERS];
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

/* Keep the orders that are in use up to date. */
void amr_store_order_added(AmrStore *store, AmrDenialId id);
void amr_store_order_changed(AmrStore *store, AmrDenialId id);
void amr_store_order_removed(AmrStore *store, AmrDenialId id);
void amr_store_order_clear(AmrStoreOrder *order);

G_END_DECLS
#endif
