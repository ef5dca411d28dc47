/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is sent to a terminal so that it takes a text into its clipboard: OSC 52, which works
 * through SSH; wrapped where a multiplexer would keep it. Nobody answers: whether it was taken
 * cannot be known.
 */
#ifndef TUI_TERMINAL_CLIPBOARD_H
#define TUI_TERMINAL_CLIPBOARD_H

#include <glib.h>

G_BEGIN_DECLS

/* Bytes of a text. tmux took no longer sequence for long (32 KiB with what is around it), and a
 * rule or a record is hardly ever longer. */
#define TUI_CLIPBOARD_MAX 20000

/* X(NAME): what stands between us and the terminal. */
typedef enum {
    TUI_CLIPBOARD_NONE,  /* it has no clipboard, or is not one that could */
    TUI_CLIPBOARD_PLAIN, /* the sequence itself */
    TUI_CLIPBOARD_TMUX,  /* that, which set-clipboard lets in; and through allow-passthrough */
    TUI_CLIPBOARD_SCREEN /* that, and in pieces that screen hands on */
} TuiClipboard;

/* By TERM, TMUX and STY (each may be NULL). Under sudo the latter are gone; TERM says it then. */
TuiClipboard tui_clipboard_way(const char *term, const char *tmux, const char *sty);

/* The bytes for @text (UTF-8 in display or policy form). NULL where there is no way, where it is
 * too long, or where it is not inert: no control character goes into a clipboard, from which it
 * would be pasted into a shell. */
GBytes *tui_clipboard_sequence(TuiClipboard way, const char *text);

G_END_DECLS
#endif
