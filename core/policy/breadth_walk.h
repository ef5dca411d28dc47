/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The walk as breadth_walk.c, which walks, and breadth_state.c, which is asked by others, share it.
 */
#ifndef AMR_POLICY_BREADTH_WALK_H
#define AMR_POLICY_BREADTH_WALK_H

#include "core/policy/breadth_private.h"

typedef struct {
    AmrOracle *oracles[2]; /* which hold these two */
    const AmrOracleProfile *profile, *rule;
    AmrBreadthMachine *machine; /* made by the thread */
    GHashTable *denied;         /* char *: or NULL */
    AmrBreadth *found;          /* under the lock */
} AmrBreadthWalkLane;

struct AmrBreadthWalk {
    int root_fd;
    AmrBreadthWalkLane *lanes;
    guint n;
    GHashTable *mounts;           /* path -> AmrBreadthMount */
    AmrSensitiveMatcher *matcher; /* or NULL */
    gint64 deadline, told;        /* monotonic microseconds; the budget until it runs */
    /* the thread's */
    /* Stacks of Pending by how many rules wait for them that open little so far; those that most
     * wait for come first. So one that opens half of the machine takes no time from the others. */
    GPtrArray **pending;
    guint n_pending;
    GPtrArray *last;  /* Pending: those that may hang */
    GPtrArray *areas; /* AmrBreadthArea */
    GString *path;
    void (*tell)(gpointer data);
    gpointer tell_data;
    GMutex lock;
    guint64 looked;
    char *at; /* where it is just now */
    gboolean ended;
};

/* Something that may hold more files stays out: said to the lanes that it matters to. @why: display
 * form. */
void amr_breadth_walk_leave(AmrBreadthWalk *walk, const char *path, const AmrBreadthState *states,
                            const char *why);
/* The same of one lane, whatever its state. */
void amr_breadth_walk_leave_lane(AmrBreadthWalk *walk, guint lane, const char *path, guint64 more,
                                 const char *why);
/* A directory that cannot be listed. */
void amr_breadth_walk_note_unread(AmrBreadthWalk *walk, const AmrBreadthState *states);

#endif
