/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often something is denied just now. */
#include "config.h"

#include "core/denial/store-private.h"

static void
count(AmrRate *rate, guint32 step)
{
    const guint slot = step % AMR_RATE_STEPS;

    if (step < rate->step[slot]) /* of an old log, read beside a newer one */
        return;
    if (rate->step[slot] != step) {
        rate->step[slot] = step;
        rate->count[slot] = 0;
    }
    if (rate->count[slot] < G_MAXUINT32)
        rate->count[slot]++;
}

void
amr_store_set_clock(AmrStore *store, const AmrClock *clock)
{
    store->clock = clock;
    store->begun = clock ? amr_clock_now(clock) : 0;
    store->rate_now = 0;
}

/* Asks the clock once a step at most, but for stamps that are ahead of it. */
static gboolean
is_ahead(AmrStore *store, guint32 step)
{
    if (!store->clock || step <= store->rate_now)
        return FALSE;
    store->rate_now = (guint32)(MAX(amr_clock_now(store->clock), 0) / AMR_RATE_STEP_US);
    return step > store->rate_now && step - store->rate_now > 1;
}

void
amr_store_rate_add(AmrStore *store, guint32 index, gint64 time)
{
    const guint32 step = (guint32)(time / AMR_RATE_STEP_US);

    if (time <= 0 || time / AMR_RATE_STEP_US > G_MAXUINT32 || is_ahead(store, step))
        return;
    count(&amr_store_profile(store, index)->rate, step);
    count(&store->rate, step);
}

/* *@until: the step with which it becomes less; untouched if it is none. */
static guint
sum(const AmrRate *rate, guint32 now, guint32 *until)
{
    guint64 n = 0;

    for (guint i = 0; i < AMR_RATE_STEPS; i++) {
        if (rate->step[i] > now || now - rate->step[i] >= AMR_RATE_STEPS || rate->count[i] == 0)
            continue;
        n += rate->count[i];
        *until = MIN(*until, rate->step[i] + AMR_RATE_STEPS);
    }
    return (guint)MIN(n, G_MAXUINT);
}

guint
amr_store_rate(const AmrStore *store, gint64 now, gint64 *until)
{
    guint32 step = G_MAXUINT32;
    const guint n = now > 0 ? sum(&store->rate, (guint32)(now / AMR_RATE_STEP_US), &step) : 0;

    if (until)
        *until = n > 0 ? (gint64)step * AMR_RATE_STEP_US : 0;
    return n;
}

static void
set_name(const AmrStore *store, AmrEvent *event, AmrField field, guint32 number)
{
    if (number)
        event->field[field] = amr_intern_get(&store->names, number);
}

void
amr_store_rates(const AmrStore *store, gint64 now, AmrStoreRate each, gpointer data)
{
    guint32 until = G_MAXUINT32;

    if (amr_store_rate(store, now, NULL) == 0)
        return;
    for (guint32 i = 1; i < store->profiles->len; i++) {
        const AmrStoreProfile *profile = amr_store_profile(store, i);
        const guint n = sum(&profile->rate, (guint32)(now / AMR_RATE_STEP_US), &until);
        AmrEvent event = {0};
        if (n == 0)
            continue;
        set_name(store, &event, AMR_FIELD_PROFILE, profile->name);
        set_name(store, &event, AMR_FIELD_NAMESPACE, profile->space);
        each(&event, n, data);
    }
}
