/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where time comes from, so that "last seen", expiry and goldens can be tested. */
#ifndef AMR_BASE_CLOCK_H
#define AMR_BASE_CLOCK_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct AmrClock AmrClock;

AmrClock *amr_clock_new_system(void);
/* Stands still at @now (microseconds since the epoch) until it is set. */
AmrClock *amr_clock_new_fixed(gint64 now);
void amr_clock_set(AmrClock *clock, gint64 now); /* a fixed clock only */
/* One more who frees it: who sets a clock beside the target that reads it. */
AmrClock *amr_clock_ref(AmrClock *clock);
void amr_clock_free(AmrClock *clock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrClock, amr_clock_free)

/* Microseconds since the epoch. */
gint64 amr_clock_now(const AmrClock *clock);

/* @when (microseconds since the epoch, 0 unknown) in local time for people:
 * "14:03:07" for today by @clock, else "2026-11-22 14:03:07"; "-" if unknown. */
char *amr_clock_show(const AmrClock *clock, gint64 when);
/* ISO 8601 in UTC with milliseconds ("2026-11-22T14:03:07.123Z"); NULL if unknown. */
char *amr_clock_iso(gint64 when);

G_END_DECLS
#endif
