/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame around the views: status, tabs, what takes long, what is said, keys. */
#include "config.h"

#include "tui/view/player.h"
#include "tui/view/screen_private.h"
#include "tui/view/status.h"
#include "tui/widget/bar.h"

#define TAB_LINE_FROM 14 /* rows; with fewer the tabs give way to the view */

static void
draw_tabs(TuiScreen *screen, TuiCanvas *canvas, TuiRect rect)
{
    int x = 0;
    TuiView *top = tui_screen_top(screen);
    for (guint i = 0; i < TUI_SCREEN_TABS; i++) {
        gboolean active = i == screen->tab;
        g_autofree char *key =
            tui_keymap_show(screen->keymap, (TuiAction)(TUI_ACTION_TAB_DENIALS + i), FALSE);
        g_autofree char *label = g_strdup_printf(" %s %s ", key, screen->tabs[i]->class->title);
        int start = x;
        x = tui_canvas_put(canvas, rect, x, 0, label, active ? TUI_ROLE_TAB_ACTIVE : TUI_ROLE_TAB);
        tui_canvas_tag(canvas, (TuiRect){rect.x + start, rect.y, x - start, 1},
                       TUI_ACTION_TAB_DENIALS + i);
    }
    for (guint i = 0; i < screen->stack->len; i++) {
        const TuiView *view = screen->stack->pdata[i];
        g_autofree char *label = g_strdup_printf("> %s ", view->class->title);
        x = tui_canvas_put(canvas, rect, x, 0, label, TUI_ROLE_TITLE);
    }
    g_autofree char *place = top->class->place ? top->class->place(top) : NULL;
    int width = place ? tui_canvas_text_width(place) : 0;
    g_autofree char *frozen = tui_screen_frozen(screen);
    if (frozen)
        x = tui_canvas_put(canvas, rect, x + 1, 0, frozen, TUI_ROLE_WARNING);
    if (place && x + 1 + width <= rect.width)
        tui_canvas_put(canvas, rect, rect.width - width, 0, place, TUI_ROLE_QUIET);
}

/* What the keys are now, most useful first. */
static GArray *
collect_hints(const TuiScreen *screen)
{
    static const TuiHint always[] = {{TUI_ACTION_HELP, NULL}};
    TuiView *top = tui_screen_top(screen);
    GArray *hints = g_array_new(FALSE, FALSE, sizeof(TuiHint));

    if (!top->class->key) /* where it may be typed, it is no key */
        tui_player_add_hints(hints, screen->options.session);
    if (top->class->hints)
        top->class->hints(top, hints);
    g_array_append_vals(hints, always, G_N_ELEMENTS(always));
    return hints;
}

static void
draw_keys(TuiScreen *screen, TuiCanvas *canvas, TuiRect rect)
{
    g_autoptr(TuiBar) bar = tui_bar_new(TUI_ROLE_KEYBAR);
    g_autoptr(GArray) hints = collect_hints(screen);

    for (guint i = 0; i < hints->len; i++) {
        const TuiHint *hint = &g_array_index(hints, TuiHint, i);
        const TuiActionInfo *info = tui_action_info(hint->action);
        g_autofree char *key = tui_keymap_show(screen->keymap, hint->action, FALSE);
        guint priority = hint->action == TUI_ACTION_HELP ? 2 : i + 1;
        if (!key[0])
            continue;
        tui_bar_add(bar, priority, TUI_ROLE_KEY, key, TUI_ROLE_KEYBAR,
                    hint->label ? hint->label : info->label);
        tui_bar_tag(bar, hint->action);
    }
    tui_bar_draw(bar, canvas, rect, 0);
}

/* The top view, over those that it leaves in sight. */
static void
draw_views(TuiScreen *screen, TuiCanvas *canvas, TuiRect body)
{
    guint first = screen->stack->len;
    while (first > 0 && ((const TuiView *)screen->stack->pdata[first - 1])->class->over)
        first--;
    for (guint i = first; i <= screen->stack->len; i++) {
        TuiView *view = i > 0 ? screen->stack->pdata[i - 1] : screen->tabs[screen->tab];
        view->class->draw(view, canvas, body);
    }
}

/* Where there is no line of tabs, what it would say of the place stands at the end of the status.
 */
static void
draw_status(TuiScreen *screen, TuiCanvas *canvas, TuiRect row, gboolean with_place)
{
    TuiView *top = tui_screen_top(screen);
    g_autofree char *place = tui_screen_frozen(screen);

    tui_canvas_fill(canvas, row, TUI_ROLE_STATUS);
    if (!place && top->class->place)
        place = top->class->place(top);
    if (with_place && place && place[0]) {
        int width = MIN(tui_canvas_text_width(place), row.width);
        tui_canvas_put_field(canvas, row, row.width - width, 0, width, place, FALSE,
                             TUI_ROLE_STATUS);
        row.width = MAX(0, row.width - width - 2);
    }
    tui_status_draw(screen->options.session, screen->host, screen->loading, screen->rate, canvas,
                    row);
}

/* Whether Esc would go back from somewhere, as the keys at the bottom tell. */
static gboolean
goes_back(const TuiScreen *screen)
{
    g_autoptr(GArray) hints = collect_hints(screen);

    for (guint i = 0; i < hints->len; i++) {
        if (g_array_index(hints, TuiHint, i).action == TUI_ACTION_BACK)
            return TRUE;
    }
    return screen->stack->len > 0;
}

static void
draw_task(const TuiScreen *screen, TuiCanvas *canvas, TuiRect row)
{
    const TuiTask *stop =
        tui_tasks_stoppable(screen->tasks, tui_screen_top(screen), goes_back(screen));
    g_autofree char *key = tui_keymap_show(screen->keymap, TUI_ACTION_BACK, FALSE);

    tui_tasks_draw(screen->tasks, stop, key, canvas, row);
}

void
tui_screen_draw(TuiScreen *screen, TuiCanvas *canvas)
{
    TuiRect all = tui_canvas_rect(canvas), row = all;
    int above = 0, below = 0;

    tui_canvas_clear(canvas);
    row.height = 1;
    if (all.height >= 3)
        above = below = 1;
    if (all.height >= TAB_LINE_FROM)
        above = 2;
    int asked = tui_ask_rows(screen->ask, all.height);
    TuiRect body = {0, above, all.width, all.height - above - MAX(below, asked)};
    gboolean told = screen->message && body.height > 1;
    gboolean tasks = tui_tasks_shown(screen->tasks) && body.height > 1 + told;
    body.height -= told + tasks;
    draw_views(screen, canvas, body);
    if (above > 0) /* after the view, which finds its place by drawing */
        draw_status(screen, canvas, row, above == 1);
    if (above == 2) {
        row.y = 1;
        draw_tabs(screen, canvas, row);
    }
    if (screen->message)
        tui_canvas_put_field(canvas, (TuiRect){0, body.y + body.height, all.width, 1}, 0, 0,
                             all.width, screen->message, FALSE, screen->message_role);
    if (tasks)
        draw_task(screen, canvas, (TuiRect){0, body.y + body.height + told, all.width, 1});
    row.y = all.height - 1;
    if (asked) /* last, for the cursor is there */
        tui_ask_draw(screen->ask, canvas, (TuiRect){0, all.height - asked, all.width, asked});
    else if (below)
        draw_keys(screen, canvas, row);
}
