/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machines of the profile and of the rules walked at once. All pairs of states that a name
 * leads to while the rules still have something to say are met beforehand, with what is granted
 * there and whether more may come behind it: so a directory costs one look.
 */
#include <string.h>

#include "core/policy/breadth_private.h"

/* Beyond so many pairs, or steps between them, it is not known what comes behind: nothing is
 * left out then. */
#define PAIRS_MAX (1u << 20)
#define STEPS_MAX (8u << 20)

typedef struct {
    AmrBreadthState state;
    guint32 own, other;
} Pair;

struct AmrBreadthMachine {
    const AmrPdb *before, *rules;
    AmrBreadthState start;
    guint8 bytes[256]; /* one of each class of bytes that no machine parts */
    guint n_bytes;
    GArray *pairs; /* Pair; the start is the first */
    guint8 *below; /* by pair: whether more may come behind it */
    guint32 *slots;
    guint32 n_slots;
    gboolean whole;
};

#define RIGHTS                                                                            \
    (AMR_K_EXEC | AMR_K_WRITE | AMR_K_READ | AMR_K_APPEND | AMR_K_CREATE | AMR_K_DELETE | \
     AMR_K_LOCK | AMR_K_MMAP | AMR_K_LINK)

static const AmrPdb nothing; /* grants nothing */

static AmrBreadthState
step_byte(const AmrBreadthMachine *machine, AmrBreadthState state, guint8 byte)
{
    return (
        AmrBreadthState){state.before ? amr_dfa_step(machine->before->dfa, state.before, byte) : 0,
                         state.rules ? amr_dfa_step(machine->rules->dfa, state.rules, byte) : 0};
}

static guint32
gained(const AmrBreadthMachine *machine, AmrBreadthState state, gboolean owner)
{
    AmrPerms before = {0}, rules = {0};
    if (state.before)
        amr_pdb_file_perms(machine->before, state.before, owner, &before);
    if (state.rules)
        amr_pdb_file_perms(machine->rules, state.rules, owner, &rules);
    guint32 had = (before.allow & ~before.deny) | before.quiet | before.deny;
    return rules.allow & ~rules.deny & ~had & RIGHTS;
}

/* ---- pairs ----------------------------------------------------------------------------------- */

static guint32
hash(AmrBreadthState state)
{
    guint64 x = (guint64)state.before << 32 | state.rules;
    return (guint32)((x * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15)) >> 32);
}

/* Its slot, or the empty one where it would be. */
static guint32
slot_of(const AmrBreadthMachine *machine, AmrBreadthState state)
{
    guint32 mask = machine->n_slots - 1, at = hash(state) & mask;
    for (; machine->slots[at]; at = (at + 1) & mask) {
        const Pair *pair = &g_array_index(machine->pairs, Pair, machine->slots[at] - 1);
        if (pair->state.before == state.before && pair->state.rules == state.rules)
            break;
    }
    return at;
}

static void
grow(AmrBreadthMachine *machine)
{
    g_free(machine->slots);
    machine->n_slots = machine->n_slots ? machine->n_slots * 2 : 1024;
    machine->slots = g_new0(guint32, machine->n_slots);
    for (guint32 i = 0; i < machine->pairs->len; i++)
        machine->slots[slot_of(machine, g_array_index(machine->pairs, Pair, i).state)] = i + 1;
}

static guint32
place_of(AmrBreadthMachine *machine, AmrBreadthState state)
{
    if (machine->pairs->len * 2 >= machine->n_slots)
        grow(machine);
    guint32 at = slot_of(machine, state);
    if (machine->slots[at])
        return machine->slots[at] - 1;
    Pair pair = {state, gained(machine, state, TRUE), gained(machine, state, FALSE)};
    g_array_append_val(machine->pairs, pair);
    machine->slots[at] = machine->pairs->len;
    return machine->pairs->len - 1;
}

/* A name holds no NUL. */
static void
find_bytes(AmrBreadthMachine *machine)
{
    const guint8 *before = machine->before->dfa ? machine->before->dfa->class_of : NULL;
    const guint8 *rules = machine->rules->dfa ? machine->rules->dfa->class_of : NULL;

    for (guint byte = 1; byte < 256; byte++) {
        guint i = 0;
        for (; i < machine->n_bytes; i++) {
            guint8 other = machine->bytes[i];
            if ((!before || before[byte] == before[other]) &&
                (!rules || rules[byte] == rules[other]))
                break;
        }
        if (i == machine->n_bytes)
            machine->bytes[machine->n_bytes++] = (guint8)byte;
    }
}

/* ---- what comes behind ----------------------------------------------------------------------- */

typedef struct {
    guint32 from, to;
} Step;

/* Meets all pairs; FALSE if there are too many. */
static gboolean
explore(AmrBreadthMachine *machine, GArray *steps)
{
    for (guint32 i = 0; i < machine->pairs->len; i++) {
        AmrBreadthState state = g_array_index(machine->pairs, Pair, i).state;
        guint32 last = i; /* many bytes lead to the same */
        if (!state.rules)
            continue;
        for (guint b = 0; b < machine->n_bytes; b++) {
            AmrBreadthState next = step_byte(machine, state, machine->bytes[b]);
            if (!next.rules)
                continue;
            guint32 to = place_of(machine, next);
            if (to == last)
                continue;
            Step step = {i, last = to};
            g_array_append_val(steps, step);
        }
        if (machine->pairs->len > PAIRS_MAX || steps->len > STEPS_MAX)
            return FALSE;
    }
    return TRUE;
}

/* Steps by where they lead: those to pair p are sorted[first[p]] up to first[p + 1]. */
static void
sort_steps(const GArray *steps, guint32 n, guint32 *first, guint32 *sorted)
{
    for (guint i = 0; i < steps->len; i++)
        first[g_array_index(steps, Step, i).to + 1]++;
    for (guint32 i = 0; i < n; i++)
        first[i + 1] += first[i];
    g_autofree guint32 *at = g_memdup2(first, n * sizeof *first);
    for (guint i = 0; i < steps->len; i++) {
        Step step = g_array_index(steps, Step, i);
        sorted[at[step.to]++] = step.from;
    }
}

/* From the pairs where something is granted, backwards. */
static void
mark_below(AmrBreadthMachine *machine, const GArray *steps)
{
    guint32 n = machine->pairs->len, n_todo = 0;
    g_autofree guint32 *first = g_new0(guint32, n + 1), *sorted = g_new(guint32, steps->len + 1);
    g_autofree guint32 *todo = g_new(guint32, 2 * (gsize)n);

    sort_steps(steps, n, first, sorted);
    for (guint32 i = 0; i < n; i++) {
        const Pair *pair = &g_array_index(machine->pairs, Pair, i);
        if (pair->own || pair->other)
            todo[n_todo++] = i;
    }
    while (n_todo) {
        guint32 to = todo[--n_todo];
        for (guint32 k = first[to]; k < first[to + 1]; k++)
            if (!machine->below[sorted[k]]) {
                machine->below[sorted[k]] = 1;
                todo[n_todo++] = sorted[k];
            }
    }
}

/* A pair that leads to itself alone was left out of the steps. */
static void
mark_loops(AmrBreadthMachine *machine)
{
    for (guint32 i = 0; i < machine->pairs->len; i++) {
        const Pair *pair = &g_array_index(machine->pairs, Pair, i);
        for (guint b = 0; !machine->below[i] && (pair->own || pair->other) && b < machine->n_bytes;
             b++) {
            AmrBreadthState next = step_byte(machine, pair->state, machine->bytes[b]);
            machine->below[i] =
                next.rules == pair->state.rules && next.before == pair->state.before;
        }
    }
}

AmrBreadthMachine *
amr_breadth_machine_new(const AmrOracleProfile *profile, const AmrOracleProfile *rule)
{
    AmrBreadthMachine *machine = g_new0(AmrBreadthMachine, 1);
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(Step));

    machine->before = machine->rules = &nothing;
    machine->pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    if (!amr_oracle_file_machine(profile, &machine->before, &machine->start.before))
        machine->start.before = 0;
    if (!amr_oracle_file_machine(rule, &machine->rules, &machine->start.rules))
        machine->start.rules = 0;
    find_bytes(machine);
    place_of(machine, machine->start);
    machine->whole = explore(machine, steps);
    machine->below = g_malloc0(machine->pairs->len);
    if (machine->whole) {
        mark_loops(machine);
        mark_below(machine, steps);
    }
    return machine;
}

void
amr_breadth_machine_free(AmrBreadthMachine *machine)
{
    if (!machine)
        return;
    g_array_unref(machine->pairs);
    g_free(machine->below);
    g_free(machine->slots);
    g_free(machine);
}

AmrBreadthState
amr_breadth_machine_start(const AmrBreadthMachine *machine)
{
    return machine->start;
}

AmrBreadthState
amr_breadth_machine_step(const AmrBreadthMachine *machine, AmrBreadthState state, const char *bytes,
                         gsize len)
{
    if (state.rules)
        state.rules = amr_dfa_walk(machine->rules->dfa, state.rules, bytes, len);
    if (state.rules && state.before)
        state.before = amr_dfa_walk(machine->before->dfa, state.before, bytes, len);
    return state;
}

AmrBreadthGain
amr_breadth_machine_gain(const AmrBreadthMachine *machine, AmrBreadthState state)
{
    if (!state.rules)
        return (AmrBreadthGain){0};
    guint32 at = machine->slots[slot_of(machine, state)];
    if (!at)
        return (AmrBreadthGain){gained(machine, state, TRUE), gained(machine, state, FALSE), TRUE};
    const Pair *pair = &g_array_index(machine->pairs, Pair, at - 1);
    return (AmrBreadthGain){pair->own, pair->other, !machine->whole || machine->below[at - 1]};
}
