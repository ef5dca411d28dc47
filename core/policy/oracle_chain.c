/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chains of differences, bounded. Each step of a walk follows a chain to its end, and nothing in
 * the format bounds one but the number of states. Where there are long ones, some of their states
 * are made whole, so that no chain has more than CHAIN_MAX differences (more only where the rows
 * of a huge machine would take more than ADDED_MAX edges).
 */
#include "core/policy/oracle_private.h"

#define CHAIN_MAX 16u
#define ADDED_MAX ((guint64)64 << 20)

enum {
    UNKNOWN = G_MAXUINT32,
    OPEN = G_MAXUINT32 - 1
};

static gboolean
is_difference(const AmrDfa *dfa, guint32 state)
{
    return (dfa->base[state] & AMR_DFA_DIFF) != 0;
}

/* How many differences each state is away from a whole one; NULL if a chain does not end. Each
 * state is looked at twice. */
static guint32 *
find_depths(const AmrDfa *dfa, guint32 *deepest)
{
    g_autofree guint32 *depth = g_new(guint32, dfa->n_states);
    *deepest = 0;
    for (guint32 i = 0; i < dfa->n_states; i++)
        depth[i] = is_difference(dfa, i) ? UNKNOWN : 0;
    for (guint32 i = 0; i < dfa->n_states; i++) {
        guint32 n = 0, j = i;
        for (; depth[j] == UNKNOWN; j = dfa->otherwise[j], n++)
            depth[j] = OPEN;
        if (depth[j] == OPEN)
            return NULL;
        n += depth[j];
        *deepest = MAX(*deepest, n);
        for (j = i; depth[j] == OPEN; j = dfa->otherwise[j])
            depth[j] = n--;
    }
    return g_steal_pointer(&depth);
}

static guint32
pick_period(const AmrDfa *dfa)
{
    guint64 period = CHAIN_MAX;
    while (dfa->n_states / period * (dfa->n_classes + 1) > ADDED_MAX)
        period *= 2;
    return (guint32)period;
}

/* The states to make whole: all whose depth leaves one rest by the period, that of which there are
 * fewest, so that they are no more than one in a period. The shallow ones first: each is then made
 * of one that is whole, a period below. */
static guint32 *
pick_states(const AmrDfa *dfa, const guint32 *depth, guint32 deepest, guint32 period, guint32 *n)
{
    g_autofree guint32 *rests = g_new0(guint32, period);
    for (guint32 i = 0; i < dfa->n_states; i++)
        if (depth[i])
            rests[depth[i] % period]++;
    guint32 rest = 0;
    for (guint32 i = 1; i < period; i++)
        if (rests[i] < rests[rest])
            rest = i;
    *n = rests[rest];
    g_autofree guint32 *place = g_new0(guint32, deepest / period + 2);
    for (guint32 i = 0; i < dfa->n_states; i++)
        if (depth[i] && depth[i] % period == rest)
            place[depth[i] / period + 1]++;
    for (guint32 i = 1; i < deepest / period + 2; i++)
        place[i] += place[i - 1];
    guint32 *states = g_new(guint32, *n + 1);
    for (guint32 i = 0; i < dfa->n_states; i++)
        if (depth[i] && depth[i] % period == rest)
            states[place[depth[i] / period]++] = i;
    return states;
}

/* All its edges behind the last ones: out of band first, as the format has it. */
static void
make_whole(AmrDfa *dfa, guint32 state)
{
    guint32 outside = amr_dfa_step_oob(dfa, state), at = dfa->n_edges;
    dfa->edges[at++] = (AmrDfaEdge){outside, state};
    for (guint klass = 0; klass < dfa->n_classes; klass++)
        dfa->edges[at + klass] = (AmrDfaEdge){amr_dfa_step_class(dfa, state, klass), state};
    dfa->base[state] = at | (outside ? AMR_DFA_OOB : 0);
    dfa->n_edges = at + dfa->n_classes;
}

gboolean
amr_dfa_bound_chains(AmrDfa *dfa)
{
    guint32 deepest, n, period = pick_period(dfa);
    g_autofree guint32 *depth = find_depths(dfa, &deepest);
    if (!depth)
        return FALSE;
    if (deepest <= period)
        return TRUE;
    g_autofree guint32 *states = pick_states(dfa, depth, deepest, period, &n);
    dfa->edges = g_renew(AmrDfaEdge, dfa->edges, dfa->n_edges + (gsize)n * (dfa->n_classes + 1));
    for (guint32 i = 0; i < n; i++)
        make_whole(dfa, states[i]);
    return TRUE;
}
