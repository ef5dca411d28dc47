/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two state machines walked at once. A pair of states that some name leads to is visited once,
 * by the shortest such name; what differs there is told by a judge.
 */
#ifndef AMR_POLICY_ORACLE_PRODUCT_H
#define AMR_POLICY_ORACLE_PRODUCT_H

#include "core/policy/oracle_private.h"

#define AMR_PRODUCT_PAIRS_MAX (8u << 20)

/* One kind of difference: what is equal in all of it is told once. */
typedef struct {
    AmrOracleChange change;
    AmrClass klass;
    guint32 gained, lost, gained_other, lost_other; /* as in AmrOracleDifference */
    AmrExecMode exec_before, exec_after;
    const char *target_before, *target_after; /* of the machines */
} AmrDelta;

/* Where the walk stands: a state of each machine, and what of the name so far matters besides. */
typedef struct {
    guint32 before, after, context;
} AmrPair;

typedef struct {
    const AmrPdb *before, *after; /* either dfa may be NULL: then its state is 0 for ever */
    AmrPair start;
    /* Bytes that must not share a class with others, beside those that the machines part. */
    const char *apart;
    gsize n_apart;
    gboolean numbers; /* those are numbers, the least is the best example */
    gboolean gains;   /* only names of the second, and what it grants there besides */
    /* The next pair after @byte; NULL: the machines' steps, the context as it is. FALSE: no name
     * goes on like this. */
    gboolean (*step)(gconstpointer data, const AmrPair *from, guint8 byte, AmrPair *to);
    /* What differs at a pair: fills @deltas, says how many. */
    guint (*judge)(gconstpointer data, const AmrPair *pair, AmrDelta *deltas);
    gconstpointer data;
} AmrProductJob;

#define AMR_PRODUCT_DELTAS 6 /* that a judge may find at one pair */

/* Where a kind of difference is. */
typedef struct {
    AmrDelta delta;
    char *example; /* shortest name, behind the job's start */
    gsize example_len;
    char *prefix; /* what all names of it begin with */
    gsize prefix_len;
    gboolean single;
    guint64 names; /* how many; AMR_ORACLE_ENDLESS; 0: not counted */
    gboolean deep; /* with more than one directory behind the prefix */
} AmrFinding;

void amr_finding_free(AmrFinding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrFinding, amr_finding_free)

/* AmrFinding, at most @max (none, without a walk, where both machines are the same to the byte: a
 * judge must then find nothing); or NULL with AMR_ERROR_LIMIT. */
GPtrArray *amr_product_walk(const AmrProductJob *job, guint max, GError **error);

/* The walk's pairs from which places of one kind of difference can be reached (oracle_count.c). */
typedef struct {
    const guint32 *edges; /* n_classes a pair: where each class of bytes leads; beyond n_pairs: to
                             none */
    guint32 n_pairs;
    guint n_classes;
    guint n_bytes[256];  /* of each class */
    const guint8 *marks; /* a pair: 0 if none can be reached from there */
    guint8 end;          /* the bit of those that are such places */
    guint slash;         /* the class of the slash alone; n_classes: none */
} AmrCounting;

/* How many names lead from the first pair to a place; AMR_ORACLE_ENDLESS. */
guint64 amr_product_count(const AmrCounting *counting);
/* Whether names go on behind a slash that is not in @prefix, which all begin with. */
gboolean amr_product_is_deep(const AmrCounting *counting, const char *prefix, gsize len);

#endif
