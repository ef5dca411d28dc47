/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the main loop until one asynchronous call is done: what stands for a blocking twin. */
#ifndef TUI_COMMAND_WAIT_H
#define TUI_COMMAND_WAIT_H

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
    GAsyncResult *result;
} TuiWait;

/* The callback to give to the call, with a TuiWait of zeroes as its data. */
void tui_wait_done(GObject *source, GAsyncResult *result, gpointer wait);
/* The result, owned; the wait is of zeroes again. */
GAsyncResult *tui_wait_result(TuiWait *wait);

/* Cancels @cancellable at SIGINT, SIGTERM or SIGHUP and keeps which it was in *signal. At the next
 * one while something runs on (a change that must be finished) nothing else happens. */
typedef struct TuiSignals TuiSignals;
TuiSignals *tui_signals_new(GCancellable *cancellable);
int tui_signals_caught(const TuiSignals *signals); /* 0: none */
void tui_signals_free(TuiSignals *signals);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiSignals, tui_signals_free)

G_END_DECLS
#endif
