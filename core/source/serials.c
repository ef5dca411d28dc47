/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/serials.h"

#include <string.h>

#define WORDS (AMR_SERIALS_WINDOW / 64)

static guint
count_missing(const AmrSerials *serials)
{
    guint missing = 0;
    for (guint i = 0; i < WORDS; i++)
        missing += 64 - (guint)__builtin_popcountll(serials->seen[i]);
    return missing;
}

void
amr_serials_settle(AmrSerials *serials)
{
    if (!serials->any)
        return;
    serials->lost += count_missing(serials);
    memset(serials->seen, 0xff, sizeof serials->seen);
}

/* One step of the window: what falls out of it unseen is lost. */
static void
advance(AmrSerials *serials)
{
    serials->lost += serials->seen[WORDS - 1] >> 63 ? 0 : 1;
    for (guint i = WORDS - 1; i > 0; i--)
        serials->seen[i] = serials->seen[i] << 1 | serials->seen[i - 1] >> 63;
    serials->seen[0] <<= 1;
    serials->top++;
}

void
amr_serials_take(AmrSerials *serials, guint32 serial)
{
    const guint32 ahead = serial - serials->top; /* it wraps, as the kernel's number does */

    if (!serials->any || (ahead > G_MAXINT32 && -ahead >= AMR_SERIALS_WINDOW)) {
        /* The first one, or later than what would be missed; before that nothing is. */
        if (!serials->any) {
            serials->any = TRUE;
            serials->top = serial;
            memset(serials->seen, 0xff, sizeof serials->seen);
        }
        return;
    }
    if (ahead > G_MAXINT32) {
        serials->seen[-ahead / 64] |= G_GUINT64_CONSTANT(1) << -ahead % 64;
        return;
    }
    if (ahead > AMR_SERIALS_WINDOW) {
        serials->lost += count_missing(serials) + ahead - AMR_SERIALS_WINDOW;
        memset(serials->seen, 0, sizeof serials->seen);
        serials->top = serial;
    } else {
        while (serials->top != serial)
            advance(serials);
    }
    serials->seen[0] |= 1;
}
