/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A moment as people type it. */
#ifndef AMR_DENIAL_SINCE_H
#define AMR_DENIAL_SINCE_H

#include "core/base/clock.h"

G_BEGIN_DECLS

/* Reads
 *   10s 10m 2h 3d                      so long before now
 *   14:05 14:05:30                     the last time that it was so late: today, else yesterday
 *   2026-11-22                         its midnight
 *   2026-11-22 14:05 2026-11-22 14:05:30   also with a T between
 * in local time, now by @clock. *when in microseconds since the epoch, at least 1. FALSE if it is
 * none of these, or no such time is in the calendar. */
gboolean amr_since_read(const char *text, const AmrClock *clock, gint64 *when);

/* Whether what @text means moves with the time ("10m"). */
gboolean amr_since_moves(const char *text);

/* For messages: what is read. */
#define AMR_SINCE_HELP "10s, 10m, 2h, 3d, 14:05, 2026-11-22 or \"2026-11-22 14:05\""

G_END_DECLS
#endif
