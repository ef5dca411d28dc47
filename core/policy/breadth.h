/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What rules open on this machine: the files that exist and that the profile neither allows nor
 * refuses explicitly so far. All rules are measured in one walk, in a child of its own; where no
 * name below a directory can be opened by any of them, by their machines, it is not walked.
 *
 * Directories are opened below the target's root, by descriptor; no symbolic link is followed. What
 * the user may not list is counted and said, as is what was left for want of time. File systems
 * that may not answer (network, fuse) come last: where they do not, the answer is given without
 * them. autofs is never triggered. Of file systems that the kernel makes up (/proc, /sys) a bounded
 * part is looked at.
 */
#ifndef AMR_POLICY_BREADTH_H
#define AMR_POLICY_BREADTH_H

#include "core/base/target.h"
#include "core/policy/oracle.h"
#include "core/policy/sensitive.h"

G_BEGIN_DECLS

/* One rule, or several, compiled by themselves, beside what the profile allows so far. */
typedef struct {
    const AmrOracle *before, *rules;
    const AmrOracleProfile *profile; /* of before */
    const AmrOracleProfile *rule;    /* of rules */
    const GPtrArray *denied;         /* char *: names that do not count; may be NULL */
} AmrBreadthLane;

/* A file, of those that are told. */
typedef struct {
    char *path;     /* raw bytes; a directory ends in a slash */
    guint32 rights; /* AMR_PERM_* that are opened to anybody, or to its owner */
    gboolean own;   /* to its owner alone */
    char *why;      /* what it is, display form; NULL: it is not one of those that matter */
} AmrBreadthFile;

typedef struct {
    guint64 files;        /* that are opened */
    guint64 own;          /* of them: to their owner alone */
    guint64 n_sensitive;  /* of them: those that matter */
    guint32 rights;       /* that are opened of any of them */
    GPtrArray *sensitive; /* AmrBreadthFile, the worst first; not all of them */
    GPtrArray *sample;    /* AmrBreadthFile of the rest, from all over, by name */
    guint64 looked;       /* names that were looked at, for all rules of the walk */
    guint64 unread;       /* directories that could not be listed */
    GPtrArray *left;      /* char *, display form: what was not looked into, or not to its end, and
                             why */
    gboolean whole;       /* all that can be opened was looked at; else there may be more files */
} AmrBreadth;

/* Of a rule that opens no file. */
AmrBreadth *amr_breadth_none(void);
void amr_breadth_free(AmrBreadth *breadth);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrBreadth, amr_breadth_free)

#define AMR_BREADTH_MSEC 3000 /* a good budget */

/* @looked names so far, @files of them opened by one of the rules. */
typedef void (*AmrBreadthProgress)(guint64 looked, guint64 files, gpointer data);

/* All is copied or held, but @target is borrowed. @sensitive may be NULL. @msec is the budget in
 * milliseconds; what is known then is the answer. @progress (may be NULL) is called by the main
 * loop, some ten times a second. Fails as cancelled, at once; else only where no child can be made,
 * or it died. A child that a file system holds for good is left behind. */
void amr_breadth_async(const AmrTarget *target, const AmrBreadthLane *lanes, guint n,
                       AmrSensitive *sensitive, guint msec, AmrBreadthProgress progress,
                       gpointer progress_data, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data);
/* AmrBreadth, one a lane. */
GPtrArray *amr_breadth_finish(GAsyncResult *result, GError **error);

G_END_DECLS
#endif
