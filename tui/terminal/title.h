/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is sent to a terminal so that it takes a text as the title of its window: OSC 2. */
#ifndef TUI_TERMINAL_TITLE_H
#define TUI_TERMINAL_TITLE_H

#include <glib.h>

G_BEGIN_DECLS

/* xterm's window operations: the title is kept on a stack, and taken back from it. */
#define TUI_TITLE_KEEP   "\033[22;2t"
#define TUI_TITLE_RETURN "\033[23;2t"

/* Whether terminals of the kind @term (TERM, may be NULL) are known to have a title; others would
 * print what sets it. */
gboolean tui_title_known(const char *term);

/* The sequence for @title, display form: no control character comes through, and no more than
 * some 256 bytes. The caller frees. */
char *tui_title_sequence(const char *title);

G_END_DECLS
#endif
