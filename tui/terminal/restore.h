/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal put back from a fatal signal, before the program ends by it. */
#ifndef TUI_TERMINAL_RESTORE_H
#define TUI_TERMINAL_RESTORE_H

#include <termios.h>

#include "tui/terminal/hold.h"

G_BEGIN_DECLS

/* From here on a fatal signal sends @text (512 bytes at most, copied) to standard output, sets
 * @termios there and shows what @hold held; the latter is borrowed. */
void tui_restore_arm(const char *text, const struct termios *termios, TuiHold *hold);
/* Not while the terminal is another's; and again. */
void tui_restore_pause(gboolean paused);
void tui_restore_disarm(void);

G_END_DECLS
#endif
