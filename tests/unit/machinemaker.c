/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/machinemaker.h"

#define DIFFERS 0x80000000u
#define OUTSIDE 0x20000000u
#define INDEX   0x00ffffffu

static void
put(GByteArray *out, guint32 word, guint width)
{
    const guint8 bytes[] = {(guint8)(word >> 24), (guint8)(word >> 16), (guint8)(word >> 8),
                            (guint8)word};
    g_byte_array_append(out, bytes + 4 - width, width);
}

static void
put_table(GByteArray *out, guint id, const guint32 *words, guint32 n)
{
    put(out, id, 2);
    put(out, 4, 2);
    put(out, 0, 4);
    put(out, n, 4);
    for (guint32 i = 0; i < n; i++)
        put(out, words[i], 4);
    while (out->len % 8)
        put(out, 0, 1);
}

static GBytes *
to_bytes(const Machine *machine, const guint32 *accept)
{
    GByteArray *out = g_byte_array_new();
    put(out, 0x1b5e783du, 4);
    put(out, 16, 4);
    put(out, 0, 4);
    put(out, 3, 2); /* differences, out of band */
    put(out, 0, 2);
    put_table(out, 1, accept, machine->n_states);
    put_table(out, 2, machine->base, machine->n_states);
    put_table(out, 4, machine->otherwise, machine->n_states);
    put_table(out, 8, machine->next, machine->n_edges);
    put_table(out, 3, machine->check, machine->n_edges);
    return g_byte_array_free_to_bytes(out);
}

static guint32
other_of(MachineForm form, guint32 state, GRand *random)
{
    if (form == MACHINE_RING && state == 2)
        return 5;
    if (form == MACHINE_FAN)
        return MIN(state - 1, 100);
    return form == MACHINE_TREE ? (guint32)g_rand_int_range(random, 1, (gint32)state) : state - 1;
}

/* An edge of its own for each, at a place of its own; an out of band one where that is free. */
static void
add_edges(Machine *machine, guint8 *used, GRand *random)
{
    for (guint32 i = 2; i < machine->n_states; i++) {
        guint32 at = 512 + i, index = at - (guint32)g_rand_int_range(random, 0, 256);
        machine->base[i] = index | DIFFERS;
        machine->check[at] = i;
        machine->next[at] = (guint32)g_rand_int_range(random, 0, (gint32)machine->n_states);
        used[at] = 1;
    }
    for (guint32 i = 2; i < machine->n_states; i += 3) {
        guint32 at = (machine->base[i] & INDEX) - 1;
        if (used[at])
            continue;
        used[at] = 1;
        machine->base[i] |= OUTSIDE;
        machine->check[at] = i;
        machine->next[at] = (guint32)g_rand_int_range(random, 0, (gint32)machine->n_states);
    }
}

Machine *
machine_new(MachineForm form, guint32 n_states, guint seed, guint32 accept)
{
    Machine *machine = g_new0(Machine, 1);
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g_autofree guint32 *accepts = g_new0(guint32, n_states);
    machine->n_states = n_states;
    machine->n_edges = n_states + 1024;
    machine->base = g_new0(guint32, n_states);
    machine->otherwise = g_new0(guint32, n_states);
    machine->next = g_new0(guint32, machine->n_edges);
    machine->check = g_new0(guint32, machine->n_edges);
    g_autofree guint8 *used = g_new0(guint8, machine->n_edges);
    for (guint32 i = 2; i < n_states; i++)
        machine->otherwise[i] = other_of(form, i, random);
    machine->otherwise[1] = n_states - 1;
    accepts[n_states - 1] = accept;
    add_edges(machine, used, random);
    machine->bytes = to_bytes(machine, accepts);
    return machine;
}

void
machine_free(Machine *machine)
{
    if (!machine)
        return;
    g_free(machine->base);
    g_free(machine->otherwise);
    g_free(machine->next);
    g_free(machine->check);
    g_bytes_unref(machine->bytes);
    g_free(machine);
}

guint32
machine_step(const Machine *machine, guint32 state, int byte)
{
    for (;;) {
        guint32 base = machine->base[state], at = (base & INDEX) + (guint32)byte;
        if ((byte >= 0 || base & OUTSIDE) && machine->check[at] == state)
            return machine->next[at];
        if (!(base & DIFFERS))
            return byte >= 0 ? machine->otherwise[state] : 0;
        state = machine->otherwise[state];
    }
}
