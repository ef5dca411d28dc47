/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of policy since armorer last saw it: by a package, an editor, another tool. */
#ifndef AMR_CHANGE_OUTSIDE_H
#define AMR_CHANGE_OUTSIDE_H

#include "core/change/history.h"

G_BEGIN_DECLS

typedef struct {
    char *path;    /* relative to the policy */
    char *id;      /* of the last change that wrote it, or else read it */
    gboolean ours; /* it wrote it */
    gint64 time;   /* when it changed, by its time stamp; microseconds, 0: it is gone */
} AmrOutside;

/* The files of policy that standing changes wrote or read and that are others now, by the newest
 * change that knows each (AmrOutside, by path). Of changes whose plan may not be read nothing is
 * known. Looks at the newest 200 changes. */
GPtrArray *amr_outside(const AmrHistory *history, const AmrTarget *target);

/* What became of its bytes since the change of @outside wrote them, as amr_plan_diff(); NULL where
 * that change only read the file, or is not known any more. */
char *amr_outside_diff(const AmrHistory *history, const AmrTarget *target,
                       const AmrOutside *outside);

/* The same of all files that @done wrote, since then: what it left, and what stands there now; NULL
 * where each holds what it left. */
char *amr_outside_since(const AmrTarget *target, const AmrPlan *done);

/* The first file that @done, whose plan it is, wrote and that somebody else has changed since: the
 * same, NULL if there is none. */
char *amr_outside_of(const AmrHistory *history, const AmrTarget *target, const AmrPlan *done);

G_END_DECLS
#endif
