/* SPDX-License-Identifier: GPL-3.0-or-later */
/* State machines as no compiler writes them: long chains of differences. */
#ifndef TESTS_UNIT_MACHINEMAKER_H
#define TESTS_UNIT_MACHINEMAKER_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    MACHINE_CHAIN, /* each state differs from the one before */
    MACHINE_FAN,   /* a chain of a hundred, and all others differ from its last */
    MACHINE_TREE,  /* each differs from some state before */
    MACHINE_RING,  /* a chain without an end, which is none */
} MachineForm;

/* Its tables, and what they are as a stream of bytes. State 1 leads to the last one by any byte. */
typedef struct {
    guint32 n_states, n_edges;
    guint32 *base, *otherwise, *next, *check;
    GBytes *bytes;
} Machine;

/* @accept is what the last state accepts. */
Machine *machine_new(MachineForm form, guint32 n_states, guint seed, guint32 accept);
void machine_free(Machine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Machine, machine_free)

/* The state after @byte, straight from the tables. -1 as @byte is out of band. */
guint32 machine_step(const Machine *machine, guint32 state, int byte);

G_END_DECLS
#endif
