/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many names a difference covers. */
#include "core/policy/oracle_product.h"

static guint64
add_up(guint64 a, guint64 b)
{
    return a > AMR_ORACLE_ENDLESS - b ? AMR_ORACLE_ENDLESS : a + b;
}

static guint64
times(guint64 a, guint b)
{
    return b && a > AMR_ORACLE_ENDLESS / b ? AMR_ORACLE_ENDLESS : a * b;
}

/* The pair to which @klass leads from @pair, if it is marked. */
static gboolean
next_of(const AmrCounting *counting, guint32 pair, guint klass, guint32 *to)
{
    *to = counting->edges[(gsize)pair * counting->n_classes + klass];
    return *to < counting->n_pairs && counting->marks[*to];
}

/* How many ways lead to each pair, *left: how many pairs are marked. The caller frees. */
static guint32 *
count_ways(const AmrCounting *counting, guint32 *left)
{
    guint32 *ways = g_new0(guint32, counting->n_pairs), to;

    *left = 0;
    for (guint32 pair = 0; pair < counting->n_pairs; pair++) {
        *left += counting->marks[pair] != 0;
        for (guint klass = 0; counting->marks[pair] && klass < counting->n_classes; klass++)
            if (next_of(counting, pair, klass, &to))
                ways[to]++;
    }
    return ways;
}

/* Takes a pair once all that lead to it are taken; some are never where they run in a circle. */
guint64
amr_product_count(const AmrCounting *counting)
{
    guint32 left, to, start = 0;
    g_autofree guint32 *ways = count_ways(counting, &left);
    g_autofree guint64 *names = g_new0(guint64, counting->n_pairs);
    g_autoptr(GArray) todo = g_array_new(FALSE, FALSE, sizeof(guint32));
    guint64 sum = 0;

    names[start] = 1;
    if (counting->marks[start] && ways[start] == 0)
        g_array_append_val(todo, start);
    while (todo->len > 0) {
        guint32 pair = g_array_index(todo, guint32, todo->len - 1);
        g_array_set_size(todo, todo->len - 1);
        left--;
        if (counting->marks[pair] & counting->end)
            sum = add_up(sum, names[pair]);
        for (guint klass = 0; klass < counting->n_classes; klass++) {
            if (!next_of(counting, pair, klass, &to))
                continue;
            names[to] = add_up(names[to], times(names[pair], counting->n_bytes[klass]));
            if (--ways[to] == 0)
                g_array_append_val(todo, to);
        }
    }
    return left ? AMR_ORACLE_ENDLESS : sum;
}

static gboolean
goes_on(const AmrCounting *counting, guint32 pair)
{
    guint32 to;
    for (guint klass = 0; klass < counting->n_classes; klass++)
        if (next_of(counting, pair, klass, &to))
            return TRUE;
    return FALSE;
}

gboolean
amr_product_is_deep(const AmrCounting *counting, const char *prefix, gsize len)
{
    guint32 slashes = 0, known = 0, to;

    if (counting->slash >= counting->n_classes)
        return FALSE;
    for (guint32 pair = 0; pair < counting->n_pairs; pair++)
        if (counting->marks[pair] && next_of(counting, pair, counting->slash, &to))
            slashes += goes_on(counting, to);
    for (gsize i = 0; i < len; i++)
        known += prefix[i] == '/';
    return slashes > known;
}
