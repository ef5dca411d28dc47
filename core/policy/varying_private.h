/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What varying*.c share, and nobody else. */
#ifndef AMR_POLICY_VARYING_PRIVATE_H
#define AMR_POLICY_VARYING_PRIVATE_H

#include "core/policy/varying.h"

G_BEGIN_DECLS

/* What the directories above say of a component. */
typedef enum {
    AMR_VARYING_IN_OTHER,  /* homes, /var, or not known */
    AMR_VARYING_IN_STATIC, /* what is installed or configured: random names are rare there */
    AMR_VARYING_IN_TEMP,   /* where they are the rule */
    AMR_VARYING_IN_RUN,    /* what is there is gone at the next boot */
    AMR_VARYING_IN_PROC,
} AmrVaryingPlace;

typedef struct {
    AmrBytes path; /* or one component */
    const AmrVaryingHints *hints;
    GArray *out;
    AmrVaryingPlace place;
    gsize start, end; /* of the component */
    AmrBytes above;   /* the component before; empty at the top */
    guint depth;      /* of the component, from 0 */
    gboolean process; /* below /proc/PID */
    gboolean timed;   /* a time stands in the component */
} AmrVaryingScan;

static inline AmrBytes
amr_varying_part(const AmrVaryingScan *scan, gsize from, gsize to)
{
    return (AmrBytes){scan->path.data + from, to - from};
}

void amr_varying_add(AmrVaryingScan *scan, gsize from, gsize to, AmrVaryingKind kind,
                     gboolean each_run);
/* Where the row of bytes for which @is from @at on ends, within the component. */
gsize amr_varying_run(const AmrVaryingScan *scan, gsize at, gboolean (*is)(char c));
gboolean amr_varying_is_digit(char c);
gboolean amr_varying_is_xdigit(char c);
/* @words ends in NULL. */
gboolean amr_varying_is_one_of(AmrBytes bytes, const char *const *words);

/* Adds the parts of the component from scan->start to scan->end. */
void amr_varying_scan(AmrVaryingScan *scan);

/* ---- varying_form.c ---------------------------------------------------------------------------
 */

/* The length of what stands at the start of @bytes and has that form, 0 if nothing has. Nothing
 * that goes on: the byte behind it is neither a letter nor a digit. */
gsize amr_varying_uuid(AmrBytes bytes);
gsize amr_varying_device(AmrBytes bytes);
/* *timed: down to the second, or seconds since the epoch. */
gsize amr_varying_date(AmrBytes bytes, gboolean *timed);

/* Whether letters and digits look drawn by lot. @loose: where random names are the rule. */
gboolean amr_varying_is_random(AmrBytes bytes, gboolean loose);

G_END_DECLS
#endif
