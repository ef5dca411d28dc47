/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A grid of cells in memory. Views draw here and nowhere else; the terminal, or a test, shows it.
 * Text is UTF-8 in display form: a control character that slips through is drawn as U+FFFD.
 */
#ifndef TUI_TERMINAL_CANVAS_H
#define TUI_TERMINAL_CANVAS_H

#include "tui/terminal/theme.h"

G_BEGIN_DECLS

typedef struct {
    int x, y, width, height;
} TuiRect;

#define TUI_CELL_CHARS 5 /* a character and up to four marks that combine with it */

typedef struct {
    gunichar chars[TUI_CELL_CHARS]; /* zero-terminated where shorter */
    guint8 role;                    /* TuiRole */
    guint8 width;                   /* 1 or 2; 0: the right half of the one before */
    guint16 tag;                    /* what a click there means; 0: nothing */
} TuiCanvasCell;

typedef struct TuiCanvas TuiCanvas;

/* At least 1x1, at most 1000x1000. */
TuiCanvas *tui_canvas_new(int width, int height);
void tui_canvas_free(TuiCanvas *canvas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiCanvas, tui_canvas_free)
void tui_canvas_resize(TuiCanvas *canvas, int width, int height); /* and clears */
void tui_canvas_clear(TuiCanvas *canvas);

int tui_canvas_width(const TuiCanvas *canvas);
int tui_canvas_height(const TuiCanvas *canvas);
TuiRect tui_canvas_rect(const TuiCanvas *canvas);
/* NULL outside. */
const TuiCanvasCell *tui_canvas_cell(const TuiCanvas *canvas, int x, int y);

/* How many cells a character takes: 0, 1 or 2. */
int tui_char_width(gunichar ch);
/* The ASCII character that stands for one that a terminal cannot show. */
gunichar tui_char_plain(gunichar ch);
int tui_canvas_text_width(const char *text);

/* Draws at @x, @y of @rect, clipped to it; a wide character that would be cut in half is a space.
 * Returns the x after the text, also where it was clipped. */
int tui_canvas_put(TuiCanvas *canvas, TuiRect rect, int x, int y, const char *text, TuiRole role);
/* The same in a field of @width cells, padded; what is too long is cut, with an ellipsis. */
void tui_canvas_put_field(TuiCanvas *canvas, TuiRect rect, int x, int y, int width,
                          const char *text, gboolean right, TuiRole role);
/* Blanks @rect. */
void tui_canvas_fill(TuiCanvas *canvas, TuiRect rect, TuiRole role);
/* Changes the role of what stands in @rect. */
void tui_canvas_paint(TuiCanvas *canvas, TuiRect rect, TuiRole role);
void tui_canvas_horizontal(TuiCanvas *canvas, TuiRect rect, int y, TuiRole role);
void tui_canvas_vertical(TuiCanvas *canvas, TuiRect rect, int x, TuiRole role);

/* What a click in @rect means, until something is drawn there: a number of whoever draws, or
 * TUI_TAG_ROW for a row of a list. */
#define TUI_TAG_ROW 0xffff
void tui_canvas_tag(TuiCanvas *canvas, TuiRect rect, guint tag);

/* Where the terminal's cursor stands; hidden after a clear. */
void tui_canvas_set_cursor(TuiCanvas *canvas, int x, int y);
gboolean tui_canvas_cursor(const TuiCanvas *canvas, int *x, int *y);

/* Rows as text, trailing blanks dropped, each ending in a newline. The caller frees. */
char *tui_canvas_dump(const TuiCanvas *canvas);

G_END_DECLS
#endif
