/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How occurrences reach a row: at once, or when a frozen store thaws. */
#include "config.h"

#include "core/denial/pack.h"
#include "core/denial/store-private.h"

/* What came of a row that is shown. */
typedef struct {
    AmrDenialId id;
    guint32 count, folded;
    gint64 first, last;
    AmrOccurrence occurrence; /* the last one; its id is none where only rows were folded in */
    AmrOrigin origin;
    gboolean has_origin;
} AmrStoreRepeat;

static void
count_up(guint32 *count, guint32 by)
{
    *count = by > G_MAXUINT32 - *count ? G_MAXUINT32 : *count + by;
}

static void
widen(gint64 *held_first, gint64 *held_last, gint64 first, gint64 last)
{
    if (first != 0 && (*held_first == 0 || first < *held_first))
        *held_first = first;
    *held_last = MAX(*held_last, last);
}

/* The last occurrence of @row is @occurrence. */
static void
take(AmrRow *row, const AmrOccurrence *occurrence, const AmrOrigin *origin)
{
    row->denial.last_pid = occurrence->pid;
    if (origin)
        row->denial.origin = *origin;
    row->serial = occurrence->serial;
    row->fsuid = occurrence->fsuid;
    row->ouid = occurrence->ouid;
    row->packed[AMR_PACK_WHO] = occurrence->known;
    row->comm = occurrence->comm;
}

/* Where what comes of @row is kept back; NULL: it is not. */
static AmrStoreRepeat *
kept_back(AmrStore *store, const AmrRow *row)
{
    AmrStoreFreeze *freeze = store->freeze;
    guint place;

    if (!freeze || row->denial.id > freeze->given)
        return NULL;
    place = GPOINTER_TO_UINT(g_hash_table_lookup(freeze->index, GUINT_TO_POINTER(row->denial.id)));
    if (place == 0) {
        const AmrStoreRepeat repeat = {.id = row->denial.id};
        g_array_append_val(freeze->repeats, repeat);
        place = freeze->repeats->len;
        g_hash_table_insert(freeze->index, GUINT_TO_POINTER(row->denial.id),
                            GUINT_TO_POINTER(place));
    }
    return &g_array_index(freeze->repeats, AmrStoreRepeat, place - 1);
}

/* A row that is hidden stands in no order yet. */
static void
changed(AmrStore *store, const AmrRow *row)
{
    if (row->denial.id <= amr_store_shown(store))
        amr_store_order_changed(store, row->denial.id);
}

void
amr_store_touch(AmrStore *store, AmrRow *row, const AmrOccurrence *occurrence,
                const AmrOrigin *origin)
{
    AmrStoreRepeat *repeat = store->freeze ? kept_back(store, row) : NULL;

    amr_store_rate_add(store, row->profile, occurrence->time);
    if (repeat) {
        count_up(&repeat->count, 1);
        widen(&repeat->first, &repeat->last, occurrence->time, occurrence->time);
        repeat->occurrence = *occurrence;
        repeat->occurrence.id = row->denial.id;
        if (origin)
            repeat->origin = *origin;
        repeat->has_origin |= origin != NULL;
        return;
    }
    count_up(&row->denial.count, 1);
    widen(&row->denial.first, &row->denial.last, occurrence->time, occurrence->time);
    take(row, occurrence, origin);
    if (row->denial.state == AMR_DENIAL_STATE_FIXED)
        amr_store_seen_again(store, row, occurrence->time);
    changed(store, row);
}

void
amr_store_touch_by_event(AmrStore *store, AmrRow *row, const AmrEvent *event,
                         const AmrOrigin *origin)
{
    const AmrBytes comm = event->field[AMR_FIELD_COMM];
    const AmrOccurrence occurrence = {
        .pid = event->pid,
        .time = event->time,
        .serial = event->serial,
        .fsuid = event->fsuid,
        .ouid = event->ouid,
        .comm = comm.data ? amr_intern_add(&store->words, comm) : 0,
        .known = (guint8)((event->has_fsuid ? AMR_PACK_HAS_FSUID : 0) |
                          (event->has_ouid ? AMR_PACK_HAS_OUID : 0)),
    };
    amr_store_touch(store, row, &occurrence, origin);
}

void
amr_store_fold_into(AmrStore *store, AmrRow *row, const AmrDenial *from)
{
    AmrStoreRepeat *repeat = store->freeze ? kept_back(store, row) : NULL;
    AmrDenial *denial = &row->denial;

    count_up(repeat ? &repeat->folded : &denial->folded, 1);
    if (from && repeat) {
        count_up(&repeat->count, from->count);
        widen(&repeat->first, &repeat->last, from->first, from->last);
    } else if (from) {
        count_up(&denial->count, from->count);
        widen(&denial->first, &denial->last, from->first, from->last);
    }
    if (!repeat)
        changed(store, row);
}

gboolean
amr_store_may_fold(const AmrStore *store, AmrDenialId id)
{
    return !store->freeze || id > store->freeze->given;
}

/* ---- freezing ------------------------------------------------------------------------------- */

void
amr_store_freeze(AmrStore *store)
{
    AmrStoreFreeze *freeze;

    if (store->freeze)
        return;
    freeze = g_new0(AmrStoreFreeze, 1);
    freeze->given = store->given;
    freeze->count = amr_store_count(store);
    freeze->total = store->total;
    freeze->repeats = g_array_new(FALSE, FALSE, sizeof(AmrStoreRepeat));
    freeze->index = g_hash_table_new(NULL, NULL);
    store->freeze = freeze;
}

static void
freeze_free(AmrStoreFreeze *freeze)
{
    g_array_unref(freeze->repeats);
    g_hash_table_unref(freeze->index);
    g_free(freeze);
}

void
amr_store_freeze_clear(AmrStore *store)
{
    g_clear_pointer(&store->freeze, freeze_free);
}

static void
apply(AmrStore *store, const AmrStoreRepeat *repeat)
{
    AmrRow *row = amr_store_row(store, repeat->id);

    count_up(&row->denial.count, repeat->count);
    count_up(&row->denial.folded, repeat->folded);
    widen(&row->denial.first, &row->denial.last, repeat->first, repeat->last);
    if (repeat->occurrence.id != AMR_DENIAL_NONE)
        take(row, &repeat->occurrence, repeat->has_origin ? &repeat->origin : NULL);
    if (row->denial.state == AMR_DENIAL_STATE_FIXED)
        amr_store_seen_again(store, row, repeat->last);
    amr_store_order_changed(store, repeat->id);
}

void
amr_store_thaw(AmrStore *store)
{
    AmrStoreFreeze *freeze = g_steal_pointer(&store->freeze);

    if (!freeze)
        return;
    for (guint i = 0; i < freeze->repeats->len; i++)
        apply(store, &g_array_index(freeze->repeats, AmrStoreRepeat, i));
    for (AmrDenialId id = freeze->given + 1; id <= store->given; id++) {
        if (amr_store_row(store, id)->denial.id != AMR_DENIAL_NONE)
            amr_store_order_added(store, id);
    }
    store->generation++;
    freeze_free(freeze);
}

gboolean
amr_store_is_frozen(const AmrStore *store)
{
    return store->freeze != NULL;
}

void
amr_store_waiting(const AmrStore *store, guint *distinct, guint64 *occurrences)
{
    *distinct = store->freeze ? store->held + store->folds - store->freeze->count : 0;
    *occurrences = store->freeze ? store->total - store->freeze->total : 0;
}
