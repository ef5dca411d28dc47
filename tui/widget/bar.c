/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/bar.h"

#define GAP 2 /* cells between parts */

typedef struct {
    char *lead, *text;
    TuiRole lead_role, role;
    guint priority, tag;
    int width;
} Part;

struct TuiBar {
    TuiRole base;
    GPtrArray *parts;
};

static void
part_free(gpointer data)
{
    Part *part = data;
    g_free(part->lead);
    g_free(part->text);
    g_free(part);
}

TuiBar *
tui_bar_new(TuiRole base)
{
    TuiBar *bar = g_new0(TuiBar, 1);
    bar->base = base;
    bar->parts = g_ptr_array_new_with_free_func(part_free);
    return bar;
}

void
tui_bar_free(TuiBar *bar)
{
    if (!bar)
        return;
    g_ptr_array_unref(bar->parts);
    g_free(bar);
}

void
tui_bar_add(TuiBar *bar, guint priority, TuiRole lead_role, const char *lead, TuiRole role,
            const char *text)
{
    Part *part = g_new0(Part, 1);
    part->lead = g_strdup(lead);
    part->text = g_strdup(text);
    part->lead_role = lead_role;
    part->role = role;
    part->priority = priority;
    part->width = tui_canvas_text_width(text) + (lead ? tui_canvas_text_width(lead) + 1 : 0);
    g_ptr_array_add(bar->parts, part);
}

void
tui_bar_tag(TuiBar *bar, guint tag)
{
    if (bar->parts->len > 0)
        ((Part *)bar->parts->pdata[bar->parts->len - 1])->tag = tag;
}

/* The parts that fit into @width, by dropping the least important; one is always kept. */
static GPtrArray *
fitting(const TuiBar *bar, int width)
{
    GPtrArray *kept = g_ptr_array_new();
    int used = -GAP;
    for (guint i = 0; i < bar->parts->len; i++) {
        Part *part = bar->parts->pdata[i];
        g_ptr_array_add(kept, part);
        used += part->width + GAP;
    }
    while (used > width && kept->len > 1) {
        guint worst = 0;
        for (guint i = 1; i < kept->len; i++) {
            if (((Part *)kept->pdata[i])->priority >= ((Part *)kept->pdata[worst])->priority)
                worst = i;
        }
        used -= ((Part *)kept->pdata[worst])->width + GAP;
        g_ptr_array_remove_index(kept, worst);
    }
    return kept;
}

void
tui_bar_draw(const TuiBar *bar, TuiCanvas *canvas, TuiRect rect, int y)
{
    int x = 0;
    g_autoptr(GPtrArray) kept = fitting(bar, rect.width);
    tui_canvas_fill(canvas, (TuiRect){rect.x, rect.y + y, rect.width, 1}, bar->base);
    for (guint i = 0; i < kept->len; i++) {
        const Part *part = kept->pdata[i];
        int start = x;
        if (part->lead)
            x = tui_canvas_put(canvas, rect, x, y, part->lead, part->lead_role) + 1;
        x = tui_canvas_put(canvas, rect, x, y, part->text, part->role);
        tui_canvas_tag(canvas, (TuiRect){rect.x + start, rect.y + y, x - start, 1}, part->tag);
        x += GAP;
    }
}
