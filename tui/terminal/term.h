/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal itself: shows a canvas, gives keys. The only file that knows curses.
 */
#ifndef TUI_TERMINAL_TERM_H
#define TUI_TERMINAL_TERM_H

#include <gio/gio.h>

#include "tui/terminal/canvas.h"
#include "tui/terminal/keys.h"

G_BEGIN_DECLS

typedef struct TuiTerm TuiTerm;

/* Whether TERM is known, and can put its cursor where it is told to. Before tui_term_new(). */
gboolean tui_term_moves(void);

/* Takes over the terminal on standard output; keys come from standard input, or from /dev/tty where
 * that is something else (a log). Fails with AMR_ERROR_USAGE where there is no terminal and with
 * AMR_ERROR_NOT_FOUND where TERM names none that is known. From here on standard error is held
 * (hold.h), and a fatal signal puts the terminal back first. At most one at a time. */
TuiTerm *tui_term_new(GError **error);
/* Puts the terminal back and shows what standard error held. */
void tui_term_free(TuiTerm *term);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiTerm, tui_term_free)

/* Readable when keys are there; hung up when the terminal is gone. */
int tui_term_fd(const TuiTerm *term);
/* The next key; FALSE if there is none now. What is pasted (bracketed paste) comes as
 * TUI_KEY_PASTED; Esc that is followed at once is Alt. */
gboolean tui_term_read(TuiTerm *term, TuiInput *input);
/* The mouse on or off; off at first, so that the terminal's own selection works. FALSE: this
 * terminal has none. */
gboolean tui_term_set_mouse(TuiTerm *term, gboolean on);
/* Sends @bytes as they are, past the screen: for the clipboard's file alone. */
void tui_term_send(TuiTerm *term, GBytes *bytes);

void tui_term_size(const TuiTerm *term, int *width, int *height);
/* After SIGWINCH: asks the terminal for its size. */
void tui_term_resize(TuiTerm *term);
/* Whether it has colours that the user wants (NO_COLOR). */
gboolean tui_term_has_colours(const TuiTerm *term);
/* The roles' looks from now on; @theme is not kept. */
void tui_term_set_theme(TuiTerm *term, const TuiTheme *theme);
/* Shows @canvas; only what differs goes out. */
void tui_term_draw(TuiTerm *term, const TuiCanvas *canvas);
/* The next draw sends everything. */
void tui_term_redraw(TuiTerm *term);

/* Gives the terminal back, to a child or to the shell, and takes it again. */
void tui_term_leave(TuiTerm *term);
void tui_term_return(TuiTerm *term);
/* ^Z: gives it back and stops this job; returns when it goes on. */
void tui_term_suspend(TuiTerm *term);

G_END_DECLS
#endif
