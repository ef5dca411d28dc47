/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/base/clock.h"

struct AmrClock {
    gint refs;
    gboolean fixed;
    gint64 now; /* if fixed */
};

AmrClock *
amr_clock_new_system(void)
{
    AmrClock *clock = g_new0(AmrClock, 1);
    clock->refs = 1;
    return clock;
}

AmrClock *
amr_clock_new_fixed(gint64 now)
{
    AmrClock *clock = g_new0(AmrClock, 1);
    clock->refs = 1;
    clock->fixed = TRUE;
    clock->now = now;
    return clock;
}

void
amr_clock_set(AmrClock *clock, gint64 now)
{
    g_return_if_fail(clock->fixed);
    clock->now = now;
}

AmrClock *
amr_clock_ref(AmrClock *clock)
{
    clock->refs++;
    return clock;
}

void
amr_clock_free(AmrClock *clock)
{
    if (clock && --clock->refs == 0)
        g_free(clock);
}

gint64
amr_clock_now(const AmrClock *clock)
{
    return clock->fixed ? clock->now : g_get_real_time();
}

char *
amr_clock_show(const AmrClock *clock, gint64 when)
{
    g_autoptr(GDateTime) then = NULL;
    g_autoptr(GDateTime) now = NULL;
    gboolean today;

    /* A stamp comes out of a log: it may be any number, also one that no calendar holds. */
    if (when > 0)
        then = g_date_time_new_from_unix_local(when / G_USEC_PER_SEC);
    if (!then)
        return g_strdup("-");
    now = g_date_time_new_from_unix_local(amr_clock_now(clock) / G_USEC_PER_SEC);
    today = now && g_date_time_get_year(then) == g_date_time_get_year(now) &&
            g_date_time_get_day_of_year(then) == g_date_time_get_day_of_year(now);
    return g_date_time_format(then, today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S");
}

char *
amr_clock_iso(gint64 when)
{
    g_autoptr(GDateTime) then = NULL;
    g_autofree char *text = NULL;

    if (when > 0)
        then = g_date_time_new_from_unix_utc(when / G_USEC_PER_SEC);
    if (!then)
        return NULL;
    text = g_date_time_format(then, "%Y-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%03dZ", text, (int)(when % G_USEC_PER_SEC / 1000));
}
