/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/denial/store-private.h"

#include <string.h>

#include "core/denial/pack.h"

enum {
    FIRST_SLOTS = 1024,  /* of the table; a power of two */
    WORDS_LIMIT = 65536, /* a program may give itself any number of comms */
    FOLD_LOOK = 64,      /* rows looked through for one that nobody has touched */
    THE_REST = 0,        /* the profile of what belongs to none that is held */
};

const char *
amr_denial_state_word(AmrDenialState state)
{
    static const char *const words[] = {"unknown",
#define AMR_STATE_WORD(name, word, mark) word,
                                        AMR_DENIAL_STATES(AMR_STATE_WORD)
#undef AMR_STATE_WORD
    };
    return (guint)state < G_N_ELEMENTS(words) ? words[state] : words[0];
}

char
amr_denial_state_mark(AmrDenialState state)
{
    static const char marks[] = {'?',
#define AMR_STATE_MARK(name, word, mark) mark,
                                 AMR_DENIAL_STATES(AMR_STATE_MARK)
#undef AMR_STATE_MARK
    };
    return (guint)state < G_N_ELEMENTS(marks) ? marks[state] : marks[0];
}

AmrStore *
amr_store_new(guint limit)
{
    AmrStore *store = g_new0(AmrStore, 1);
    const AmrStoreProfile rest = {0};

    store->limit = limit > 0 ? limit : AMR_STORE_LIMIT;
    store->seed = (guint64)g_random_int() << 32 | g_random_int();
    amr_arena_init(&store->arena);
    amr_intern_init(&store->names, &store->arena, store->seed, store->limit);
    amr_intern_init(&store->words, &store->arena, store->seed, WORDS_LIMIT);
    store->chunks = g_ptr_array_new_with_free_func(g_free);
    store->slots = g_new0(AmrStoreSlot, FIRST_SLOTS);
    store->slot_mask = FIRST_SLOTS - 1;
    store->profiles = g_array_new(FALSE, FALSE, sizeof(AmrStoreProfile));
    g_array_append_val(store->profiles, rest);
    store->profile_ids = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    store->selections = g_ptr_array_new();
    return store;
}

void
amr_store_free(AmrStore *store)
{
    if (!store)
        return;
    amr_store_freeze_clear(store);
    g_clear_pointer(&store->fixed, g_hash_table_unref);
    g_ptr_array_unref(store->selections);
    for (int order = 0; order < AMR_ORDERS; order++)
        amr_order_clear(&store->orders[order]);
    g_hash_table_unref(store->profile_ids);
    g_array_unref(store->profiles);
    g_free(store->slots);
    g_ptr_array_unref(store->chunks);
    amr_intern_clear(&store->words);
    amr_intern_clear(&store->names);
    amr_arena_clear(&store->arena);
    g_free(store);
}

/* ---- the table: which row an event belongs to
 * ---------------------------------------------------- */

static gboolean
is_name(const AmrStore *store, guint32 number, AmrBytes bytes)
{
    AmrBytes held;
    if (number == 0 || !bytes.data)
        return number == 0 && !bytes.data;
    held = amr_intern_get(&store->names, number);
    return held.len == bytes.len && (held.len == 0 || !memcmp(held.data, bytes.data, held.len));
}

static gboolean
is_row(const AmrStore *store, const AmrRow *row, const AmrEvent *event, guint64 fields)
{
    const AmrStoreProfile *profile = amr_store_profile(store, row->profile);
    return is_name(store, profile->name, event->field[AMR_FIELD_PROFILE]) &&
           is_name(store, profile->space, event->field[AMR_FIELD_NAMESPACE]) &&
           amr_pack_equal(row->packed, &store->words, event, fields);
}

/* The slot that holds @event, or the free one where it would go. */
static AmrStoreSlot *
find_slot(AmrStore *store, guint32 hash, const AmrEvent *event, guint64 fields)
{
    guint32 at = hash & store->slot_mask;
    while (store->slots[at].id != AMR_DENIAL_NONE) {
        AmrStoreSlot *slot = &store->slots[at];
        if (slot->hash == hash && is_row(store, amr_store_row(store, slot->id), event, fields))
            return slot;
        at = (at + 1) & store->slot_mask;
    }
    return &store->slots[at];
}

static void
enter_slot(AmrStoreSlot *slots, guint32 mask, AmrStoreSlot slot)
{
    guint32 at = slot.hash & mask;
    while (slots[at].id != AMR_DENIAL_NONE)
        at = (at + 1) & mask;
    slots[at] = slot;
}

static void
grow_table(AmrStore *store)
{
    const guint32 mask = store->slot_mask * 2 + 1;
    AmrStoreSlot *slots = g_new0(AmrStoreSlot, (gsize)mask + 1);
    for (guint32 at = 0; at <= store->slot_mask; at++) {
        if (store->slots[at].id != AMR_DENIAL_NONE)
            enter_slot(slots, mask, store->slots[at]);
    }
    g_free(store->slots);
    store->slots = slots;
    store->slot_mask = mask;
}

/* Takes @row out of the table, and moves up what had to step aside for it. */
static void
leave_table(AmrStore *store, const AmrRow *row)
{
    const guint32 mask = store->slot_mask;
    guint32 hole = row->hash & mask;

    while (store->slots[hole].id != row->denial.id)
        hole = (hole + 1) & mask;
    for (guint32 at = (hole + 1) & mask; store->slots[at].id != AMR_DENIAL_NONE;
         at = (at + 1) & mask) {
        const guint32 home = store->slots[at].hash & mask;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue; /* it would stand before its home */
        store->slots[hole] = store->slots[at];
        hole = at;
    }
    store->slots[hole].id = AMR_DENIAL_NONE;
}

/* ---- rows
 * ------------------------------------------------------------------------------------------ */

static guint32
find_profile(AmrStore *store, const AmrEvent *event)
{
    const AmrBytes name = event->field[AMR_FIELD_PROFILE];
    const AmrBytes space = event->field[AMR_FIELD_NAMESPACE];
    AmrStoreProfile profile = {0};
    gpointer index;
    gint64 key, *held;

    if (name.data && (profile.name = amr_intern_add(&store->names, name)) == 0)
        return THE_REST;
    if (space.data && (profile.space = amr_intern_add(&store->names, space)) == 0)
        return THE_REST;
    if (profile.name == 0 && profile.space == 0)
        return THE_REST;
    key = (gint64)profile.space << 32 | profile.name;
    if (g_hash_table_lookup_extended(store->profile_ids, &key, NULL, &index))
        return GPOINTER_TO_UINT(index);
    held = g_new(gint64, 1);
    *held = key;
    g_hash_table_insert(store->profile_ids, held, GUINT_TO_POINTER(store->profiles->len));
    g_array_append_val(store->profiles, profile);
    return store->profiles->len - 1;
}

static AmrRow *
new_row(AmrStore *store, guint32 profile)
{
    AmrRow *row;
    if (store->given % AMR_STORE_CHUNK == 0)
        g_ptr_array_add(store->chunks, g_new0(AmrRow, AMR_STORE_CHUNK));
    store->given++;
    row = amr_store_row(store, store->given);
    row->denial.id = store->given;
    row->denial.state = AMR_DENIAL_STATE_NEW;
    row->profile = profile;
    return row;
}

static AmrDenialId
insert(AmrStore *store, const AmrEvent *event, const AmrOrigin *origin, guint32 hash,
       guint32 profile)
{
    AmrRow *row = new_row(store, profile);
    AmrStoreProfile *its = amr_store_profile(store, profile);

    row->hash = hash;
    row->packed = amr_pack(event, &store->arena, &store->words);
    row->older = its->newest;
    its->newest = row->denial.id;
    its->count++;
    if (its->count > amr_store_profile(store, store->biggest)->count)
        store->biggest = profile;
    store->held++;
    amr_store_touch_by_event(store, row, event, origin);
    if (store->held > store->slot_mask / 4 * 3)
        grow_table(store);
    enter_slot(store->slots, store->slot_mask, (AmrStoreSlot){hash, row->denial.id});
    amr_store_order_added(store, row->denial.id);
    return row->denial.id;
}

/* ---- full
 * -------------------------------------------------------------------------------------------- */

/* The row for what does not fit of @profile. A profile of which nothing is held gets none: there
 * may be any number of them. */
static AmrRow *
folded_row(AmrStore *store, guint32 profile)
{
    AmrRow *row;

    if (amr_store_profile(store, profile)->count == 0 &&
        amr_store_profile(store, profile)->folded == AMR_DENIAL_NONE)
        profile = THE_REST;
    if (amr_store_profile(store, profile)->folded != AMR_DENIAL_NONE)
        return amr_store_row(store, amr_store_profile(store, profile)->folded);
    row = new_row(store, profile);
    row->packed = amr_pack_nothing(&store->arena);
    amr_store_profile(store, profile)->folded = row->denial.id;
    store->folds++;
    amr_store_order_added(store, row->denial.id);
    return row;
}

static AmrDenialId
fold_event(AmrStore *store, const AmrEvent *event, const AmrOrigin *origin, guint32 profile)
{
    AmrRow *row = folded_row(store, profile);
    amr_store_touch_by_event(store, row, event, origin);
    amr_store_fold_into(store, row, NULL);
    return row->denial.id;
}

/* Folds the newest row of @profile that nobody has worked on (any, if there is no such among the
 * newest) to make room for another profile's. In a frozen store its newest must be hidden. */
static void
fold_newest(AmrStore *store, guint32 profile)
{
    AmrRow *folded = folded_row(store, profile);
    AmrStoreProfile *its = amr_store_profile(store, profile);
    guint32 *link = &its->newest, *chosen = link;
    AmrRow *row;

    for (int looked = 0; *link != AMR_DENIAL_NONE && looked < FOLD_LOOK; looked++) {
        row = amr_store_row(store, *link);
        if (!amr_store_may_fold(store, *link))
            break;
        if (row->denial.state == AMR_DENIAL_STATE_NEW) {
            chosen = link;
            break;
        }
        link = &row->older;
    }
    row = amr_store_row(store, *chosen);
    *chosen = row->older;
    its->count--;
    store->held--;
    store->gone++;
    leave_table(store, row);
    amr_store_order_removed(store, row->denial.id);
    amr_store_fold_into(store, folded, &row->denial);
    row->denial.id = AMR_DENIAL_NONE;
}

static AmrDenialId
add_new(AmrStore *store, const AmrEvent *event, const AmrOrigin *origin, guint32 hash)
{
    const guint32 profile = find_profile(store, event);
    const AmrStoreProfile *biggest;

    if (store->held < store->limit)
        return insert(store, event, origin, hash, profile);
    /* What was folded away keeps its memory, so there is an end to making room. */
    biggest = amr_store_profile(store, store->biggest);
    if (profile == store->biggest || biggest->count < 2 || store->gone >= store->limit ||
        !amr_store_may_fold(store, biggest->newest))
        return fold_event(store, event, origin, profile);
    fold_newest(store, store->biggest);
    return insert(store, event, origin, hash, profile);
}

AmrDenialId
amr_store_add(AmrStore *store, const AmrEvent *event, const AmrOrigin *origin)
{
    const guint64 fields = amr_pack_fields(event);
    const guint32 hash = (guint32)amr_pack_hash(event, fields, store->seed);
    AmrStoreSlot *slot;

    if (event->verdict != AMR_VERDICT_DENIED && event->verdict != AMR_VERDICT_ALLOWED &&
        event->verdict != AMR_VERDICT_AUDIT && event->verdict != AMR_VERDICT_KILLED)
        return AMR_DENIAL_NONE;
    store->total++;
    store->generation++;
    slot = find_slot(store, hash, event, fields);
    if (slot->id == AMR_DENIAL_NONE)
        return store->latest = add_new(store, event, origin, hash);
    amr_store_touch_by_event(store, amr_store_row(store, slot->id), event, origin);
    return store->latest = slot->id;
}

void
amr_store_repeat(AmrStore *store, const AmrOccurrence *occurrence, const AmrOrigin *origin)
{
    store->total++;
    store->generation++;
    amr_store_touch(store, amr_store_row(store, occurrence->id), occurrence, origin);
    store->latest = occurrence->id;
}

/* ---- reading
 * ------------------------------------------------------------------------------------------ */

guint
amr_store_count(const AmrStore *store)
{
    return store->freeze ? store->freeze->count : store->held + store->folds;
}

guint64
amr_store_total(const AmrStore *store)
{
    return store->freeze ? store->freeze->total : store->total;
}

AmrDenialId
amr_store_latest(const AmrStore *store)
{
    return store->latest;
}

guint64
amr_store_generation(const AmrStore *store)
{
    return store->generation;
}

/* NULL for what is none, or was folded away. */
static AmrRow *
held_row(const AmrStore *store, AmrDenialId id)
{
    AmrRow *row = id > AMR_DENIAL_NONE && id <= store->given ? amr_store_row(store, id) : NULL;
    return row && row->denial.id != AMR_DENIAL_NONE ? row : NULL;
}

AmrDenialId
amr_store_newest(const AmrStore *store)
{
    return store->given;
}

/* NULL for what is hidden, too. */
static AmrRow *
find_row(const AmrStore *store, AmrDenialId id)
{
    return id <= amr_store_shown(store) ? held_row(store, id) : NULL;
}

const AmrDenial *
amr_store_get(const AmrStore *store, AmrDenialId id)
{
    const AmrRow *row = find_row(store, id);
    return row ? &row->denial : NULL;
}

gboolean
amr_store_last(const AmrStore *store, AmrDenialId id, AmrOccurrence *occurrence)
{
    const AmrRow *row = held_row(store, id);

    if (!row)
        return FALSE;
    *occurrence = (AmrOccurrence){
        .id = id,
        .pid = row->denial.last_pid,
        .time = row->denial.last,
        .serial = row->serial,
        .fsuid = row->fsuid,
        .ouid = row->ouid,
        .comm = row->comm,
        .known = row->packed[AMR_PACK_WHO],
    };
    return TRUE;
}

gboolean
amr_store_event(const AmrStore *store, AmrDenialId id, AmrEvent *event)
{
    const AmrRow *row = find_row(store, id);
    const AmrStoreProfile *profile;

    if (!row)
        return FALSE;
    memset(event, 0, sizeof *event);
    profile = amr_store_profile(store, row->profile);
    amr_pack_unpack(row->packed, &store->words, event);
    if (profile->name != 0)
        event->field[AMR_FIELD_PROFILE] = amr_intern_get(&store->names, profile->name);
    if (profile->space != 0)
        event->field[AMR_FIELD_NAMESPACE] = amr_intern_get(&store->names, profile->space);
    if (row->comm != 0)
        event->field[AMR_FIELD_COMM] = amr_intern_get(&store->words, row->comm);
    event->time = row->denial.last;
    event->serial = row->serial;
    event->pid = row->denial.last_pid;
    event->fsuid = row->fsuid;
    event->ouid = row->ouid;
    return TRUE;
}

void
amr_store_set_state(AmrStore *store, AmrDenialId id, AmrDenialState state)
{
    AmrRow *row = find_row(store, id);
    if (!row || row->denial.state == state)
        return;
    if (store->fixed)
        g_hash_table_remove(store->fixed, GUINT_TO_POINTER(id));
    row->denial.state = state;
    store->generation++;
    amr_selections_changed(store, id);
}
