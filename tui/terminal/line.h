/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a line that is being typed needs no readline: how it is drawn, and the bytes of keys. */
#ifndef TUI_TERMINAL_LINE_H
#define TUI_TERMINAL_LINE_H

#include "tui/terminal/canvas.h"
#include "tui/terminal/keys.h"

G_BEGIN_DECLS

typedef struct {
    const char *text;  /* may hold bytes that are not UTF-8 */
    gsize point;       /* the cursor's byte, at most the length */
    const char *label; /* stands before it */
} TuiLine;

/* On row @y of @rect, scrolled as little as needed for the cursor to be seen: *shift is how many
 * cells are out to the left. */
void tui_line_draw(const TuiLine *line, int *shift, TuiCanvas *canvas, TuiRect rect, int y);

/* The user's own text: a backslash stays one, what does not print is escaped. The caller frees. */
char *tui_line_shown(const char *text, gsize len);

/* What a terminal sends for @key, if that is more than the key itself; else NULL. */
const char *tui_line_sequence(TuiKey key);

G_END_DECLS
#endif
