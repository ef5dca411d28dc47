/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/table/table.h"

void
tui_cells_clear(TuiCell *cells, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_free(cells[i].text);
        cells[i] = (TuiCell){0};
    }
}

/* The display form has no control character; what is wide or combining follows Unicode, not the
 * locale, so that a table is the same everywhere. */
static guint
char_width(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

gboolean
tui_text_begins(const char *text, const char *with)
{
    for (; *with; text++, with++) {
        if (g_ascii_tolower(*text) != g_ascii_tolower(*with))
            return FALSE;
    }
    return TRUE;
}

gboolean
tui_text_has(const char *text, const char *needle)
{
    for (; *text; text++) {
        if (tui_text_begins(text, needle))
            return TRUE;
    }
    return FALSE;
}

char *
tui_text_size(guint64 bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB"};
    gsize unit = 0;
    double size = (double)bytes / 1000;

    if (bytes < 1000)
        return g_strdup_printf("%" G_GUINT64_FORMAT " bytes", bytes);
    for (; size >= 999.95 && unit + 1 < G_N_ELEMENTS(units); unit++)
        size /= 1000;
    return g_strdup_printf("%.1f %s", size, units[unit]);
}

guint
tui_text_width(const char *text)
{
    guint width = 0;

    for (const char *p = text; *p; p = g_utf8_next_char(p))
        width += char_width(g_utf8_get_char(p));
    return width;
}

gsize
tui_text_fit(const char *text, guint width)
{
    const char *p = text;
    guint used = 0;

    while (*p) {
        used += char_width(g_utf8_get_char(p));
        if (used > width)
            break;
        p = g_utf8_next_char(p);
    }
    return (gsize)(p - text);
}
