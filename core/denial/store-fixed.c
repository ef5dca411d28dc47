/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is quiet since a change was loaded, and comes back. */
#include "config.h"

#include "core/denial/store-private.h"

/* A record without a stamp may have been on its way when the change was loaded. */
#define ON_ITS_WAY (2 * G_USEC_PER_SEC)

static const gint64 *
since_of(const AmrStore *store, AmrDenialId id)
{
    return store->fixed ? g_hash_table_lookup(store->fixed, GUINT_TO_POINTER(id)) : NULL;
}

void
amr_store_seen_again(AmrStore *store, AmrRow *row, gint64 time)
{
    const gint64 *since = since_of(store, row->denial.id);

    if (!since)
        return;
    if (time == 0 && store->begun && store->begun <= *since)
        time = amr_clock_now(store->clock) - ON_ITS_WAY;
    if (time > *since)
        row->denial.state = AMR_DENIAL_STATE_CAME_BACK;
}

void
amr_store_set_fixed(AmrStore *store, AmrDenialId id, gint64 since)
{
    const AmrDenial *denial = amr_store_get(store, id);
    const gint64 *before = since_of(store, id);
    gint64 *held;

    if (!denial || (before && *before == since) ||
        (denial->last == 0 && (!store->begun || store->begun > since)))
        return;
    amr_store_set_state(store, id,
                        denial->last > since ? AMR_DENIAL_STATE_CAME_BACK : AMR_DENIAL_STATE_FIXED);
    if (!store->fixed)
        store->fixed = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    held = g_new(gint64, 1);
    *held = since;
    g_hash_table_insert(store->fixed, GUINT_TO_POINTER(id), held);
}
