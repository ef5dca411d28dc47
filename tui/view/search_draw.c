/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much a filter shows, and its chips. */
#include "config.h"

#include "tui/view/search_private.h"

guint
tui_search_rows(const TuiSearch *search)
{
    return search->flow ? tui_flow_total(search->flow) : search->class->rows(search->view);
}

guint
tui_search_left(const TuiSearch *search)
{
    return search->class->left ? search->class->left(search->view) : 0;
}

/* "12 of 4031", "12 of 4031, 200 to look at", "off". */
static char *
figures(const TuiSearch *search)
{
    guint shown = tui_search_rows(search), all = search->class->all(search->view);
    guint left = tui_search_left(search);

    if (search->off)
        return g_strdup("filter off");
    if (left > 0)
        return g_strdup_printf("%u of %u, %u to look at", shown, all, left);
    return g_strdup_printf("%u of %u", shown, all);
}

static void
draw_chips(const TuiSearch *search, TuiCanvas *canvas, TuiRect rect)
{
    g_autofree char *count = figures(search);
    TuiRole role = search->off ? TUI_ROLE_QUIET : TUI_ROLE_KEY;
    guint n = g_strv_length(search->words), i = 0;
    int x = tui_canvas_put(canvas, rect, 0, 0, count, TUI_ROLE_TITLE) + 1;

    for (; i < n; i++) {
        g_autofree char *word = amr_display_string(search->words[i]);
        g_autofree char *chip = g_strdup_printf("[%s]", word);
        int rest = i + 1 < n ? 4 : 0; /* for the figure of those that do not fit */
        if (x + tui_canvas_text_width(chip) > rect.width - rest)
            break;
        x = tui_canvas_put(canvas, rect, x, 0, chip, role) + 1;
    }
    if (i < n) {
        g_autofree char *more = g_strdup_printf("+%u", n - i);
        tui_canvas_put(canvas, rect, x, 0, more, role);
    }
}

void
tui_search_draw(const TuiSearch *search, TuiCanvas *canvas, TuiRect *rect)
{
    if (!search->line || rect->height < 3)
        return;
    draw_chips(search, canvas, *rect);
    rect->y++;
    rect->height--;
}
