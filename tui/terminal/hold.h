/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Standard error while a full screen is up: what GLib, a library or a child says there is held in
 * memory and shown after. A file that the user sent standard error to is left alone.
 */
#ifndef TUI_TERMINAL_HOLD_H
#define TUI_TERMINAL_HOLD_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    int saved; /* the real standard error; -1: nothing is held */
    int memory;
} TuiHold;

#define TUI_HOLD_INIT \
    {                 \
        -1, -1        \
    }

/* Begins to hold, if standard error is a terminal. */
void tui_hold_begin(TuiHold *hold);
/* Puts it back and shows what was held, 64 KiB at most. Async-signal-safe. */
void tui_hold_end(TuiHold *hold);

G_END_DECLS
#endif
