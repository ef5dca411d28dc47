/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/command/wait.h"

#include <glib-unix.h>
#include <signal.h>

void
tui_wait_done(GObject *source, GAsyncResult *result, gpointer data)
{
    TuiWait *wait = data;

    g_set_object(&wait->result, result);
}

GAsyncResult *
tui_wait_result(TuiWait *wait)
{
    while (!wait->result)
        g_main_context_iteration(NULL, TRUE);
    return g_steal_pointer(&wait->result);
}

/* ---- signals -------------------------------------------------------------------------------- */

static const int signal_numbers[] = {SIGINT, SIGTERM, SIGHUP};
#define SIGNALS G_N_ELEMENTS(signal_numbers)

struct TuiSignals {
    GCancellable *cancellable;
    int caught;
    guint sources[SIGNALS];
};

static void
caught(TuiSignals *signals, int number)
{
    signals->caught = number;
    g_cancellable_cancel(signals->cancellable);
}

static gboolean
on_interrupt(gpointer data)
{
    caught(data, SIGINT);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_terminate(gpointer data)
{
    caught(data, SIGTERM);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_hangup(gpointer data)
{
    caught(data, SIGHUP);
    return G_SOURCE_CONTINUE;
}

TuiSignals *
tui_signals_new(GCancellable *cancellable)
{
    static const GSourceFunc handlers[SIGNALS] = {on_interrupt, on_terminate, on_hangup};
    TuiSignals *signals = g_new0(TuiSignals, 1);

    signals->cancellable = g_object_ref(cancellable);
    for (guint i = 0; i < SIGNALS; i++)
        signals->sources[i] = g_unix_signal_add(signal_numbers[i], handlers[i], signals);
    return signals;
}

int
tui_signals_caught(const TuiSignals *signals)
{
    return signals->caught;
}

void
tui_signals_free(TuiSignals *signals)
{
    if (!signals)
        return;
    for (guint i = 0; i < SIGNALS; i++)
        g_source_remove(signals->sources[i]);
    g_object_unref(signals->cancellable);
    g_free(signals);
}
