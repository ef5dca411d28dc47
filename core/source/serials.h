/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel numbers its audit events one by one; several records can have one serial, and some
 * come out of order (FACTS section 1). What never comes was lost on the way. Private to
 * core/source.
 */
#ifndef AMR_SOURCE_SERIALS_H
#define AMR_SOURCE_SERIALS_H

#include <glib.h>

G_BEGIN_DECLS

#define AMR_SERIALS_WINDOW 512 /* how far out of order one may come */

/* All zero before the first. */
typedef struct {
    guint32 top; /* the highest so far */
    gboolean any;
    guint64 seen[AMR_SERIALS_WINDOW / 64]; /* bit n: top - n came, or is given up */
    guint64 lost;                          /* that never came */
} AmrSerials;

void amr_serials_take(AmrSerials *serials, guint32 serial);
/* What is missing now will not come any more. */
void amr_serials_settle(AmrSerials *serials);

G_END_DECLS
#endif
