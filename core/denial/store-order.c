/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/denial/store-private.h"

#include <string.h>

static int
compare_names(const AmrStore *store, guint32 a, guint32 b)
{
    const AmrBytes x = a ? amr_intern_get(&store->names, a) : (AmrBytes){"", 0};
    const AmrBytes y = b ? amr_intern_get(&store->names, b) : (AmrBytes){"", 0};
    const int order = a == b ? 0 : memcmp(x.data, y.data, MIN(x.len, y.len));
    return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

typedef struct {
    const AmrStore *store;
    AmrOrder order;
} Context;

/* A GCompareDataFunc over ids; never 0 for two different ones, so an order is stable. */
static int
compare(gconstpointer a, gconstpointer b, gpointer data)
{
    const Context *context = data;
    const AmrDenialId x = GPOINTER_TO_UINT(a), y = GPOINTER_TO_UINT(b);
    const AmrRow *rx = amr_store_row(context->store, x), *ry = amr_store_row(context->store, y);
    int result = 0;

    if (context->order == AMR_ORDER_LAST) {
        result = (rx->denial.last > ry->denial.last) - (rx->denial.last < ry->denial.last);
    } else if (context->order == AMR_ORDER_COUNT) {
        result = (rx->denial.count < ry->denial.count) - (rx->denial.count > ry->denial.count);
    } else if (context->order == AMR_ORDER_PROFILE && rx->profile != ry->profile) {
        const AmrStoreProfile *px = amr_store_profile(context->store, rx->profile);
        const AmrStoreProfile *py = amr_store_profile(context->store, ry->profile);
        result = compare_names(context->store, px->space, py->space);
        if (result == 0)
            result = compare_names(context->store, px->name, py->name);
    }
    return result != 0 ? result : (x > y) - (x < y);
}

static void
remember(AmrStoreOrder *order, AmrDenialId id, GSequenceIter *iter)
{
    if (order->iters->len < id)
        g_ptr_array_set_size(order->iters, (gint)id);
    g_ptr_array_index(order->iters, id - 1) = iter;
}

static GSequenceIter *
iter_of(const AmrStoreOrder *order, AmrDenialId id)
{
    if (id == AMR_DENIAL_NONE || id > order->iters->len)
        return NULL;
    return g_ptr_array_index(order->iters, id - 1);
}

static AmrDenialId
id_at(GSequenceIter *iter)
{
    return GPOINTER_TO_UINT(g_sequence_get(iter));
}

void
amr_order_init(AmrStoreOrder *order)
{
    order->sequence = g_sequence_new(NULL);
    order->iters = g_ptr_array_new();
}

void
amr_order_clear(AmrStoreOrder *order)
{
    g_clear_pointer(&order->sequence, g_sequence_free);
    g_clear_pointer(&order->iters, g_ptr_array_unref);
}

gboolean
amr_order_shed(AmrStoreOrder *order, guint n)
{
    GSequenceIter *begin = g_sequence_get_begin_iter(order->sequence);

    g_sequence_remove_range(begin, g_sequence_iter_move(begin, (int)MIN(n, G_MAXINT)));
    return g_sequence_get_length(order->sequence) > 0;
}

void
amr_order_insert(const AmrStore *store, AmrStoreOrder *order, AmrOrder which, AmrDenialId id)
{
    Context context = {store, which};
    remember(order, id,
             g_sequence_insert_sorted(order->sequence, GUINT_TO_POINTER(id), compare, &context));
}

/* Most changes keep their place or go to the end; only the rest is searched for. */
void
amr_order_update(const AmrStore *store, AmrStoreOrder *order, AmrOrder which, AmrDenialId id)
{
    Context context = {store, which};
    GSequenceIter *iter = iter_of(order, id), *end, *next;
    gpointer data = GUINT_TO_POINTER(id);

    if (!iter || (which != AMR_ORDER_LAST && which != AMR_ORDER_COUNT))
        return;
    end = g_sequence_get_end_iter(order->sequence);
    next = g_sequence_iter_next(iter);
    if (next != end && compare(data, g_sequence_get(next), &context) > 0) {
        if (compare(data, g_sequence_get(g_sequence_iter_prev(end)), &context) > 0)
            g_sequence_move(iter, end);
        else
            g_sequence_sort_changed(iter, compare, &context);
    } else if (!g_sequence_iter_is_begin(iter) &&
               compare(g_sequence_get(g_sequence_iter_prev(iter)), data, &context) > 0) {
        g_sequence_sort_changed(iter, compare, &context);
    }
}

void
amr_order_remove(AmrStoreOrder *order, AmrDenialId id)
{
    GSequenceIter *iter = iter_of(order, id);
    if (!iter)
        return;
    g_sequence_remove(iter);
    remember(order, id, NULL);
}

gboolean
amr_order_has(const AmrStoreOrder *order, AmrDenialId id)
{
    return iter_of(order, id) != NULL;
}

guint
amr_order_window(const AmrStoreOrder *order, guint first, guint n, AmrDenialId *ids)
{
    const guint count = (guint)g_sequence_get_length(order->sequence);
    GSequenceIter *iter;

    if (first >= count)
        return 0;
    n = MIN(n, count - first);
    iter = g_sequence_get_iter_at_pos(order->sequence, (gint)first);
    for (guint i = 0; i < n; i++) {
        ids[i] = id_at(iter);
        iter = g_sequence_iter_next(iter);
    }
    return n;
}

gboolean
amr_order_place(const AmrStoreOrder *order, AmrDenialId id, guint *place)
{
    GSequenceIter *iter = iter_of(order, id);
    if (!iter)
        return FALSE;
    *place = (guint)g_sequence_iter_get_position(iter);
    return TRUE;
}

/* ---- those of the whole store --------------------------------------------------------------- */

/* What an order goes by, beside the rows: a full store is sorted without looking at them again. */
typedef struct {
    gint64 by;
    AmrDenialId id;
} Key;

static int
compare_keys(gconstpointer a, gconstpointer b, gpointer data)
{
    const Key *x = a, *y = b;
    const int order = (x->by > y->by) - (x->by < y->by);
    (void)data;
    return order != 0 ? order : (x->id > y->id) - (x->id < y->id);
}

static int
compare_profiles(gconstpointer a, gconstpointer b, gpointer data)
{
    const AmrStore *store = data;
    const AmrStoreProfile *x = amr_store_profile(store, *(const guint32 *)a);
    const AmrStoreProfile *y = amr_store_profile(store, *(const guint32 *)b);
    const int order = compare_names(store, x->space, y->space);
    return order != 0 ? order : compare_names(store, x->name, y->name);
}

/* Of each profile its place by name; equal names have equal places. */
static gint64 *
rank_profiles(AmrStore *store)
{
    const guint n = store->profiles->len;
    g_autofree guint32 *sorted = g_new(guint32, n);
    gint64 *ranks = g_new0(gint64, n);

    for (guint i = 0; i < n; i++)
        sorted[i] = i;
    g_qsort_with_data(sorted, (gint)n, sizeof *sorted, compare_profiles, store);
    for (guint i = 1; i < n; i++)
        ranks[sorted[i]] =
            ranks[sorted[i - 1]] + (compare_profiles(&sorted[i - 1], &sorted[i], store) != 0);
    return ranks;
}

static gint64
key_of(const AmrRow *row, AmrOrder which, const gint64 *ranks)
{
    switch (which) {
    case AMR_ORDER_LAST:
        return row->denial.last;
    case AMR_ORDER_COUNT:
        return -(gint64)row->denial.count;
    case AMR_ORDER_PROFILE:
        return ranks[row->profile];
    default:
        return 0;
    }
}

/* Fills an order that is asked for the first time. */
static AmrStoreOrder *
use(AmrStore *store, AmrOrder which)
{
    AmrStoreOrder *order = &store->orders[which];
    const guint shown = amr_store_shown(store);
    guint n = 0;

    if (order->whole)
        return order;
    amr_order_clear(order);
    g_autofree Key *keys = g_new(Key, shown);
    g_autofree gint64 *ranks = which == AMR_ORDER_PROFILE ? rank_profiles(store) : NULL;
    for (AmrDenialId id = 1; id <= shown; id++) {
        const AmrRow *row = amr_store_row(store, id);
        if (row->denial.id != AMR_DENIAL_NONE)
            keys[n++] = (Key){key_of(row, which, ranks), id};
    }
    if (which != AMR_ORDER_ARRIVAL)
        g_qsort_with_data(keys, (gint)n, sizeof *keys, compare_keys, NULL);
    amr_order_init(order);
    g_ptr_array_set_size(order->iters, (gint)store->given);
    for (guint i = 0; i < n; i++)
        remember(order, keys[i].id,
                 g_sequence_append(order->sequence, GUINT_TO_POINTER(keys[i].id)));
    order->whole = TRUE;
    return order;
}

gboolean
amr_store_prepare(AmrStore *store, AmrOrder which, guint rows)
{
    AmrStoreOrder *order = &store->orders[which];
    const guint shown = amr_store_shown(store);

    if (order->whole || (which == AMR_ORDER_ARRIVAL && store->gone == 0))
        return FALSE;
    if (!order->sequence) {
        amr_order_init(order);
        order->built = 0;
    }
    for (; rows > 0 && order->built < shown; rows--) {
        const AmrDenialId id = ++order->built;
        if (amr_store_row(store, id)->denial.id != AMR_DENIAL_NONE)
            amr_order_insert(store, order, which, id);
    }
    order->whole = order->built == shown;
    return !order->whole;
}

void
amr_store_order_added(AmrStore *store, AmrDenialId id)
{
    if (id > amr_store_shown(store))
        return;
    for (int which = 0; which < AMR_ORDERS; which++) {
        if (store->orders[which].whole)
            amr_order_insert(store, &store->orders[which], (AmrOrder)which, id);
    }
    amr_selections_added(store, id);
}

void
amr_store_order_changed(AmrStore *store, AmrDenialId id)
{
    for (int which = AMR_ORDER_LAST; which <= AMR_ORDER_COUNT; which++) {
        if (store->orders[which].sequence)
            amr_order_update(store, &store->orders[which], (AmrOrder)which, id);
    }
    amr_selections_changed(store, id);
}

void
amr_store_order_removed(AmrStore *store, AmrDenialId id)
{
    for (int which = 0; which < AMR_ORDERS; which++) {
        if (store->orders[which].sequence)
            amr_order_remove(&store->orders[which], id);
    }
    amr_selections_removed(store, id);
}

guint
amr_store_window(AmrStore *store, AmrOrder which, guint first, guint n, AmrDenialId *ids)
{
    const guint count = amr_store_count(store);

    if ((guint)which >= AMR_ORDERS || first >= count)
        return 0;
    n = MIN(n, count - first);
    /* As long as nothing was folded away, arrival needs no index. */
    if (which == AMR_ORDER_ARRIVAL && store->gone == 0) {
        for (guint i = 0; i < n; i++)
            ids[i] = first + i + 1;
        return n;
    }
    return amr_order_window(use(store, which), first, n, ids);
}

gboolean
amr_store_place(AmrStore *store, AmrOrder which, AmrDenialId id, guint *place)
{
    if ((guint)which >= AMR_ORDERS || !amr_store_get(store, id))
        return FALSE;
    if (which == AMR_ORDER_ARRIVAL && store->gone == 0) {
        *place = id - 1;
        return TRUE;
    }
    return amr_order_place(use(store, which), id, place);
}
