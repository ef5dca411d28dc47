/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/base/settle.h"

#define QUIET_MS   300  /* without an event, until it is settled */
#define AT_MOST_MS 2000 /* after the first one, whatever comes */

struct AmrSettle {
    AmrNewsSink sink;
    gpointer data;
    guint timer;  /* source */
    gint64 first; /* event of the burst, monotonic; 0: none */
    gboolean held, outdated;
};

AmrSettle *
amr_settle_new(AmrNewsSink sink, gpointer data)
{
    AmrSettle *settle = g_new0(AmrSettle, 1);
    settle->sink = sink;
    settle->data = data;
    return settle;
}

static void
stop(AmrSettle *settle)
{
    if (settle->timer)
        g_source_remove(settle->timer);
    settle->timer = 0;
}

void
amr_settle_free(AmrSettle *settle)
{
    if (!settle)
        return;
    stop(settle);
    g_free(settle);
}

static gboolean
on_quiet(gpointer data)
{
    AmrSettle *settle = data;

    settle->timer = 0;
    settle->held = TRUE; /* until it is read */
    settle->sink(AMR_NEWS_SETTLED, settle->data);
    return G_SOURCE_REMOVE;
}

void
amr_settle_happen(AmrSettle *settle)
{
    const gint64 now = g_get_monotonic_time();
    gboolean first = settle->first == 0;
    gint64 left;

    if (first)
        settle->first = now;
    settle->outdated = TRUE;
    left = AT_MOST_MS - (now - settle->first) / 1000;
    stop(settle);
    settle->timer = g_timeout_add((guint)CLAMP(left, 0, QUIET_MS), on_quiet, settle);
    if (first)
        settle->sink(AMR_NEWS_OUTDATED, settle->data);
}

void
amr_settle_hold(AmrSettle *settle)
{
    settle->held = TRUE;
    settle->first = 0; /* whatever was about to settle is read now */
    stop(settle);
}

void
amr_settle_release(AmrSettle *settle)
{
    settle->held = settle->outdated;
}

void
amr_settle_take(AmrSettle *settle)
{
    settle->held = settle->outdated = FALSE;
    settle->first = 0;
}

gboolean
amr_settle_is_held(const AmrSettle *settle)
{
    return settle->held;
}

gboolean
amr_settle_is_begun(const AmrSettle *settle)
{
    return settle->first != 0;
}

gboolean
amr_settle_is_outdated(const AmrSettle *settle)
{
    return settle->outdated;
}
