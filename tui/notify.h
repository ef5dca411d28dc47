/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The worker that shows desktop notices: a process of its own, since a notification server may hang
 * for as long as it likes. Reads one notice after another from standard input and shows it.
 */
#ifndef TUI_NOTIFY_H
#define TUI_NOTIFY_H

#include <glib.h>

G_BEGIN_DECLS

/* The first argument of a process that is to be the worker. */
#define TUI_NOTIFY_ARGUMENT "--notify-worker"
/* One notice: summary and body (markup), each with a NUL behind it. */
#define TUI_NOTIFY_MAX 4096 /* bytes of one */

/* The worker's life: until standard input ends. What goes wrong first is said on standard output,
 * one line. Returns an exit status. */
int tui_notify_worker(void);

G_END_DECLS
#endif
