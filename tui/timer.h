/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sets the timers that end changes, and what these run. */
#ifndef TUI_TIMER_H
#define TUI_TIMER_H

#include "tui/options.h"

G_BEGIN_DECLS

/* Tells @session of systemd-run(1), where systemd runs and this is its system, or of what --timer
 * names; it then runs armorer with the options that make it one of the same target. */
void tui_timer_find(const TuiOptions *options, AmrSession *session);

G_END_DECLS
#endif
