/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/denial/selection.h"

#include <string.h>

#include "core/denial/store-private.h"

struct AmrSelection {
    AmrStore *store;
    AmrOrder which;
    AmrFilter *filter;   /* NULL: all */
    gboolean varies;     /* whether a row matches may change */
    AmrStoreOrder order; /* of those that match */
    AmrDenialId below;   /* ids below it were never looked at */
    GArray *queue;       /* ids to look at, from `next` on */
    guint next;
    GByteArray *queued; /* a bit an id: it stands in the queue */
    guint64 looked;
};

AmrSelection *
amr_selection_new(AmrStore *store, AmrOrder order, AmrFilter *filter)
{
    AmrSelection *selection = g_new0(AmrSelection, 1);

    selection->store = store;
    selection->which = order;
    selection->filter = filter;
    if (!filter)
        return selection;
    selection->varies = amr_filter_varies(filter);
    selection->below = amr_store_shown(store) + 1;
    selection->queue = g_array_new(FALSE, FALSE, sizeof(AmrDenialId));
    selection->queued = g_byte_array_new();
    amr_order_init(&selection->order);
    g_ptr_array_add(store->selections, selection);
    return selection;
}

void
amr_selection_free(AmrSelection *selection)
{
    if (!selection)
        return;
    if (selection->filter) {
        g_ptr_array_remove(selection->store->selections, selection);
        amr_order_clear(&selection->order);
        g_array_unref(selection->queue);
        g_byte_array_unref(selection->queued);
        amr_filter_free(selection->filter);
    }
    g_free(selection);
}

gboolean
amr_selection_shed(AmrSelection *selection, guint rows)
{
    if (!selection->filter)
        return FALSE;
    g_ptr_array_remove_fast(selection->store->selections, selection);
    return amr_order_shed(&selection->order, rows);
}

AmrOrder
amr_selection_order(const AmrSelection *selection)
{
    return selection->which;
}

/* ---- looking -------------------------------------------------------------------------------- */

static void
enqueue(AmrSelection *selection, AmrDenialId id)
{
    GByteArray *queued = selection->queued;
    const guint byte = id / 8, old = queued->len;
    const guint8 bit = (guint8)(1u << id % 8);

    if (byte >= old) {
        g_byte_array_set_size(queued, MAX(byte + 1, old * 2));
        memset(queued->data + old, 0, queued->len - old);
    }
    if (queued->data[byte] & bit)
        return;
    queued->data[byte] |= bit;
    g_array_append_val(selection->queue, id);
}

static void
look_at(AmrSelection *selection, AmrDenialId id)
{
    const AmrStore *store = selection->store;
    AmrEvent event;
    gboolean wanted;

    selection->looked++;
    wanted = amr_store_event(store, id, &event) &&
             amr_filter_match(selection->filter, &event, amr_store_get(store, id));
    if (wanted == amr_order_has(&selection->order, id))
        return;
    if (wanted)
        amr_order_insert(store, &selection->order, selection->which, id);
    else
        amr_order_remove(&selection->order, id);
}

static guint
look_at_queue(AmrSelection *selection, guint rows)
{
    guint done = 0;

    for (; done < rows && selection->next < selection->queue->len; done++) {
        const AmrDenialId id = g_array_index(selection->queue, AmrDenialId, selection->next++);
        selection->queued->data[id / 8] &= (guint8) ~(1u << id % 8);
        look_at(selection, id);
    }
    if (selection->next > selection->queue->len / 2) {
        g_array_remove_range(selection->queue, 0, selection->next);
        selection->next = 0;
    }
    return done;
}

static guint
look_at_past(AmrSelection *selection, guint rows)
{
    guint done = 0;

    for (; done < rows && selection->below > 1; done++)
        look_at(selection, --selection->below);
    return done;
}

/* Half for the past, so that a flood of new rows does not put it off for ever. */
gboolean
amr_selection_work(AmrSelection *selection, guint rows)
{
    if (!selection->filter)
        return FALSE;
    rows -= look_at_past(selection, (rows + 1) / 2);
    rows -= look_at_queue(selection, rows);
    look_at_past(selection, rows);
    return amr_selection_left(selection) > 0;
}

guint
amr_selection_left(const AmrSelection *selection)
{
    if (!selection->filter)
        return 0;
    return selection->below - 1 + selection->queue->len - selection->next;
}

guint64
amr_selection_looked(const AmrSelection *selection)
{
    return selection->looked;
}

/* ---- time ----------------------------------------------------------------------------------- */

static const AmrDenial *
at_place(AmrStore *store, guint place)
{
    AmrDenialId id;
    return amr_store_window(store, AMR_ORDER_LAST, place, 1, &id) == 1 ? amr_store_get(store, id)
                                                                       : NULL;
}

/* The first place in the order of time that is not before @when. */
static guint
place_of(AmrStore *store, gint64 when)
{
    guint low = 0, high = amr_store_count(store);

    while (low < high) {
        const guint middle = low + (high - low) / 2;
        const AmrDenial *denial = at_place(store, middle);
        if (denial && denial->last < when)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What was passed is to be looked at, if it was before; returns when the next one will be. */
static gint64
pass(AmrSelection *selection, gint64 now, gint64 from, gint64 to)
{
    const AmrDenial *denial;
    guint place = place_of(selection->store, from);

    for (; (denial = at_place(selection->store, place)) && denial->last < to; place++) {
        if (denial->id >= selection->below)
            enqueue(selection, denial->id);
    }
    return denial ? denial->last + (now - to) + 1 : 0;
}

gboolean
amr_selection_move(AmrSelection *selection, gint64 now, gint64 *next)
{
    gint64 from, to;

    *next = 0;
    if (!selection->filter)
        return FALSE;
    for (guint i = 0; amr_filter_move(selection->filter, i, now, &from, &to); i++) {
        const gint64 then = pass(selection, now, from, to);
        if (then > 0 && (*next == 0 || then < *next))
            *next = then;
    }
    return amr_selection_left(selection) > 0;
}

/* ---- what the store tells ------------------------------------------------------------------- */

void
amr_selections_added(AmrStore *store, AmrDenialId id)
{
    for (guint i = 0; i < store->selections->len; i++)
        enqueue(store->selections->pdata[i], id);
}

void
amr_selections_changed(AmrStore *store, AmrDenialId id)
{
    for (guint i = 0; i < store->selections->len; i++) {
        AmrSelection *selection = store->selections->pdata[i];
        amr_order_update(store, &selection->order, selection->which, id);
        if (selection->varies && id >= selection->below)
            enqueue(selection, id);
    }
}

void
amr_selections_removed(AmrStore *store, AmrDenialId id)
{
    for (guint i = 0; i < store->selections->len; i++)
        amr_order_remove(&((AmrSelection *)store->selections->pdata[i])->order, id);
}

/* ---- reading -------------------------------------------------------------------------------- */

guint
amr_selection_count(const AmrSelection *selection)
{
    if (!selection->filter)
        return amr_store_count(selection->store);
    return (guint)g_sequence_get_length(selection->order.sequence);
}

guint
amr_selection_newer(const AmrSelection *selection, AmrDenialId id)
{
    const AmrDenialId last = amr_store_shown(selection->store);
    guint n = 0;

    for (id++; id <= last; id++)
        n += selection->filter ? amr_order_has(&selection->order, id)
                               : amr_store_get(selection->store, id) != NULL;
    return n;
}

guint
amr_selection_window(AmrSelection *selection, guint first, guint n, AmrDenialId *ids)
{
    if (!selection->filter)
        return amr_store_window(selection->store, selection->which, first, n, ids);
    return amr_order_window(&selection->order, first, n, ids);
}

gboolean
amr_selection_place(AmrSelection *selection, AmrDenialId id, guint *place)
{
    if (!selection->filter)
        return amr_store_place(selection->store, selection->which, id, place);
    return amr_order_place(&selection->order, id, place);
}
