/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/terminal/canvas.h"

#include <string.h>

#define SIDE_MAX 1000

struct TuiCanvas {
    int width, height;
    int cursor_x, cursor_y; /* -1: hidden */
    TuiCanvasCell *cells;
};

static const TuiCanvasCell blank = {{' '}, TUI_ROLE_TEXT, 1, 0};

TuiCanvas *
tui_canvas_new(int width, int height)
{
    TuiCanvas *canvas = g_new0(TuiCanvas, 1);
    tui_canvas_resize(canvas, width, height);
    return canvas;
}

void
tui_canvas_free(TuiCanvas *canvas)
{
    if (!canvas)
        return;
    g_free(canvas->cells);
    g_free(canvas);
}

void
tui_canvas_resize(TuiCanvas *canvas, int width, int height)
{
    width = CLAMP(width, 1, SIDE_MAX);
    height = CLAMP(height, 1, SIDE_MAX);
    if (width != canvas->width || height != canvas->height) {
        canvas->cells = g_renew(TuiCanvasCell, canvas->cells, (gsize)width * (gsize)height);
        canvas->width = width;
        canvas->height = height;
    }
    tui_canvas_clear(canvas);
}

void
tui_canvas_clear(TuiCanvas *canvas)
{
    for (int i = 0; i < canvas->width * canvas->height; i++)
        canvas->cells[i] = blank;
    canvas->cursor_x = canvas->cursor_y = -1;
}

int
tui_canvas_width(const TuiCanvas *canvas)
{
    return canvas->width;
}

int
tui_canvas_height(const TuiCanvas *canvas)
{
    return canvas->height;
}

TuiRect
tui_canvas_rect(const TuiCanvas *canvas)
{
    return (TuiRect){0, 0, canvas->width, canvas->height};
}

static TuiCanvasCell *
cell_at(TuiCanvas *canvas, int x, int y)
{
    if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height)
        return NULL;
    return &canvas->cells[(gsize)y * (gsize)canvas->width + (gsize)x];
}

const TuiCanvasCell *
tui_canvas_cell(const TuiCanvas *canvas, int x, int y)
{
    return cell_at((TuiCanvas *)canvas, x, y);
}

int
tui_char_width(gunichar ch)
{
    if (g_unichar_iszerowidth(ch))
        return 0;
    return g_unichar_iswide(ch) ? 2 : 1;
}

gunichar
tui_char_plain(gunichar ch)
{
    switch (ch) {
    case 0x2026:
        return '~';
    case 0x2500:
        return '-';
    case 0x2502:
        return '|';
    default:
        return '?';
    }
}

/* The cell at @x, @y is about to be overwritten: no half of a wide character may be left. */
static void
split_wide(TuiCanvas *canvas, int x, int y)
{
    TuiCanvasCell *cell = cell_at(canvas, x, y);
    if (!cell)
        return;
    TuiCanvasCell *left = cell->width == 0 ? cell_at(canvas, x - 1, y) : NULL;
    TuiCanvasCell *right = cell->width == 2 ? cell_at(canvas, x + 1, y) : NULL;
    if (left) {
        left->chars[0] = ' ';
        left->chars[1] = 0;
        left->width = 1;
    }
    if (right) {
        right->chars[0] = ' ';
        right->chars[1] = 0;
        right->width = 1;
    }
}

static void
put_char(TuiCanvas *canvas, int x, int y, gunichar ch, int width, TuiRole role)
{
    for (int i = 0; i < width; i++) {
        split_wide(canvas, x + i, y);
        TuiCanvasCell *cell = cell_at(canvas, x + i, y);
        if (cell)
            *cell =
                (TuiCanvasCell){{i == 0 ? ch : 0}, (guint8)role, (guint8)(i == 0 ? width : 0), 0};
    }
}

static void
combine(TuiCanvas *canvas, int x, int y, gunichar ch)
{
    TuiCanvasCell *cell = cell_at(canvas, x, y);
    if (cell && cell->width == 0)
        cell = cell_at(canvas, x - 1, y);
    for (int i = 1; cell && i < TUI_CELL_CHARS; i++) {
        if (cell->chars[i] == 0) {
            cell->chars[i] = ch;
            if (i + 1 < TUI_CELL_CHARS)
                cell->chars[i + 1] = 0;
            return;
        }
    }
}

int
tui_canvas_put(TuiCanvas *canvas, TuiRect rect, int x, int y, const char *text, TuiRole role)
{
    gboolean row = y >= 0 && y < rect.height;
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar ch = g_utf8_get_char_validated(p, -1);
        if (ch == (gunichar)-1 || ch == (gunichar)-2) /* not ours to repair, only to survive */
            return x;
        if (g_unichar_iscntrl(ch))
            ch = 0xfffd;
        int width = tui_char_width(ch);
        if (width == 0) {
            if (row && x > 0 && x <= rect.width)
                combine(canvas, rect.x + x - 1, rect.y + y, ch);
            continue;
        }
        if (row && x >= 0 && x + width <= rect.width)
            put_char(canvas, rect.x + x, rect.y + y, ch, width, role);
        else if (row && x >= 0 && x < rect.width)
            put_char(canvas, rect.x + x, rect.y + y, ' ', 1, role);
        x += width;
    }
    return x;
}

int
tui_canvas_text_width(const char *text)
{
    int width = 0;
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        width += tui_char_width(g_utf8_get_char(p));
    return width;
}

void
tui_canvas_put_field(TuiCanvas *canvas, TuiRect rect, int x, int y, int width, const char *text,
                     gboolean right, TuiRole role)
{
    if (width <= 0 || x >= rect.width)
        return;
    TuiRect field = {rect.x + x, rect.y, MIN(width, rect.width - x), rect.height};
    if (y >= 0 && y < field.height)
        tui_canvas_fill(canvas, (TuiRect){field.x, field.y + y, field.width, 1}, role);
    int need = tui_canvas_text_width(text);
    if (need <= field.width) {
        tui_canvas_put(canvas, field, right ? field.width - need : 0, y, text, role);
        return;
    }
    tui_canvas_put(canvas, (TuiRect){field.x, field.y, field.width - 1, field.height}, 0, y, text,
                   role);
    tui_canvas_put(canvas, field, field.width - 1, y, "…", role);
}

void
tui_canvas_fill(TuiCanvas *canvas, TuiRect rect, TuiRole role)
{
    for (int y = 0; y < rect.height; y++) {
        for (int x = 0; x < rect.width; x++)
            put_char(canvas, rect.x + x, rect.y + y, ' ', 1, role);
    }
}

void
tui_canvas_paint(TuiCanvas *canvas, TuiRect rect, TuiRole role)
{
    for (int y = 0; y < rect.height; y++) {
        for (int x = 0; x < rect.width; x++) {
            TuiCanvasCell *cell = cell_at(canvas, rect.x + x, rect.y + y);
            if (cell)
                cell->role = (guint8)role;
        }
    }
}

void
tui_canvas_tag(TuiCanvas *canvas, TuiRect rect, guint tag)
{
    for (int y = 0; y < rect.height; y++) {
        for (int x = 0; x < rect.width; x++) {
            TuiCanvasCell *cell = cell_at(canvas, rect.x + x, rect.y + y);
            if (cell)
                cell->tag = (guint16)tag;
        }
    }
}

void
tui_canvas_horizontal(TuiCanvas *canvas, TuiRect rect, int y, TuiRole role)
{
    for (int x = 0; x < rect.width; x++)
        tui_canvas_put(canvas, rect, x, y, "─", role);
}

void
tui_canvas_vertical(TuiCanvas *canvas, TuiRect rect, int x, TuiRole role)
{
    for (int y = 0; y < rect.height; y++)
        tui_canvas_put(canvas, rect, x, y, "│", role);
}

void
tui_canvas_set_cursor(TuiCanvas *canvas, int x, int y)
{
    gboolean inside = cell_at(canvas, x, y) != NULL;
    canvas->cursor_x = inside ? x : -1;
    canvas->cursor_y = inside ? y : -1;
}

gboolean
tui_canvas_cursor(const TuiCanvas *canvas, int *x, int *y)
{
    *x = canvas->cursor_x;
    *y = canvas->cursor_y;
    return canvas->cursor_x >= 0;
}

char *
tui_canvas_dump(const TuiCanvas *canvas)
{
    GString *out = g_string_new(NULL);
    for (int y = 0; y < canvas->height; y++) {
        gsize end = out->len;
        for (int x = 0; x < canvas->width; x++) {
            const TuiCanvasCell *cell = &canvas->cells[(gsize)y * (gsize)canvas->width + (gsize)x];
            for (int i = 0; cell->width > 0 && i < TUI_CELL_CHARS && cell->chars[i]; i++)
                g_string_append_unichar(out, cell->chars[i]);
            if (cell->chars[0] != ' ')
                end = out->len;
        }
        g_string_truncate(out, end);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}
