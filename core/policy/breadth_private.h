/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of breadth share. */
#ifndef AMR_POLICY_BREADTH_PRIVATE_H
#define AMR_POLICY_BREADTH_PRIVATE_H

#include "core/policy/breadth.h"
#include "core/policy/oracle_private.h"

/* ---- two machines at once (breadth_machine.c) ------------------------------------------------ */

/* Where a name stands in both. */
typedef struct {
    guint32 before, rules;
} AmrBreadthState;

/* What a name is granted more, in the kernel's bits. */
typedef struct {
    guint32 own, other;
    gboolean below; /* a longer name may be granted something */
} AmrBreadthGain;

typedef struct AmrBreadthMachine AmrBreadthMachine;

AmrBreadthMachine *amr_breadth_machine_new(const AmrOracleProfile *profile,
                                           const AmrOracleProfile *rule);
void amr_breadth_machine_free(AmrBreadthMachine *machine);

AmrBreadthState amr_breadth_machine_start(const AmrBreadthMachine *machine);
/* No step leads on from rules == 0. */
AmrBreadthState amr_breadth_machine_step(const AmrBreadthMachine *machine, AmrBreadthState state,
                                         const char *bytes, gsize len);
AmrBreadthGain amr_breadth_machine_gain(const AmrBreadthMachine *machine, AmrBreadthState state);

/* ---- file systems (breadth_mounts.c) --------------------------------------------------------- */

typedef enum {
    AMR_BREADTH_ON_DISK,
    AMR_BREADTH_MADE_UP,  /* by the kernel: /proc, /sys */
    AMR_BREADTH_MAY_HANG, /* the network, another program */
    AMR_BREADTH_NEVER,    /* autofs: looking mounts things */
} AmrBreadthKind;

typedef struct {
    char *path;   /* "/proc"; raw bytes, "" for the root */
    char *fstype; /* raw bytes */
    AmrBreadthKind kind;
} AmrBreadthMount;

/* Those below @root (absolute), by their paths below it: of one path the uppermost. @text: as
 * /proc/self/mountinfo has it. Keys are borrowed from the values. */
GHashTable *amr_breadth_mounts_read(const char *text, const char *root);
/* Of this process; empty where that cannot be read. */
GHashTable *amr_breadth_mounts_new(const char *root);

/* ---- the walk (breadth_walk.c) --------------------------------------------------------------- */

typedef struct AmrBreadthWalk AmrBreadthWalk;

AmrBreadthWalk *amr_breadth_walk_new(const AmrTarget *target, const AmrBreadthLane *lanes, guint n,
                                     AmrSensitive *sensitive, guint msec);
void amr_breadth_walk_free(AmrBreadthWalk *walk);

/* In a thread: walks until it is done or out of time. @tell is called now and then, and must not
 * wait. */
void amr_breadth_walk_run(AmrBreadthWalk *walk, void (*tell)(gpointer data), gpointer data);

/* In a child: closes all descriptors but the standard ones, the walk's and *@fd, which may become
 * another. */
void amr_breadth_walk_keep_only(AmrBreadthWalk *walk, int *fd);

guint amr_breadth_walk_lanes(const AmrBreadthWalk *walk);
/* Of any thread. */
void amr_breadth_walk_count(AmrBreadthWalk *walk, guint64 *looked, guint64 *files);
/* What is known now, one a lane; whoever waits no longer says so in @late. */
GPtrArray *amr_breadth_walk_take(AmrBreadthWalk *walk, gboolean late);

/* ---- what was found (breadth_found.c) -------------------------------------------------------- */

AmrBreadth *amr_breadth_new(void);
AmrBreadth *amr_breadth_copy(const AmrBreadth *breadth);
/* Counts one file; @rank and @why of amr_sensitive_match(). */
void amr_breadth_add(AmrBreadth *breadth, AmrBytes path, guint32 rights, gboolean own, int rank,
                     const char *why);
/* In the order that it is told in. */
void amr_breadth_sort(AmrBreadth *breadth);

#endif
