/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/help.h"

#include <string.h>

#include "tui/widget/flow.h"
#include "tui/widget/list.h"

#define SEARCH_MAX 40 /* bytes */
#define KEYS_WIDTH 15 /* cells for the keys */
#define LOW        5  /* lines: with fewer the list has all of them */

/* One row: an action, or (NONE) the title of a section, or a warning. */
typedef struct {
    TuiAction action;
    char *keys, *text;
    TuiRole role;
} Row;

typedef struct {
    TuiView view;
    GPtrArray *rows; /* Row, as the search leaves them */
    TuiList list;
    GString *search;
} Help;

/* X(title, what help texts of it begin with): the first that fits. */
static const struct {
    const char *title, *begins;
} sections[] = {
    {"In every list and view", NULL},
    {"Denials", "Denials: "},
    {"Profiles", "Profiles: "},
    {"Proposal", "Proposal: "},
    {"Changes", "Changes: "},
    {"Doctor", "Doctor: "},
    {"Moving", NULL},
};
#define MOVING (G_N_ELEMENTS(sections) - 1)

static guint
section_of(const TuiActionInfo *info)
{
    if (info->flags & TUI_ACTION_MOVES)
        return MOVING;
    for (guint i = 1; i < MOVING; i++) {
        if (g_str_has_prefix(info->help, sections[i].begins))
            return i;
    }
    return 0;
}

static const char *
words_of(const TuiActionInfo *info)
{
    const char *begins = sections[section_of(info)].begins;
    return info->help + (begins ? strlen(begins) : 0);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void
row_free(gpointer data)
{
    Row *row = data;
    g_free(row->keys);
    g_free(row->text);
    g_free(row);
}

static void
add_row(Help *view, TuiAction action, const char *keys, const char *text, TuiRole role)
{
    Row *row = g_new0(Row, 1);
    *row = (Row){action, g_strdup(keys), g_strdup(text), role};
    g_ptr_array_add(view->rows, row);
}

static gboolean
wanted(const Help *view, const char *keys, const TuiActionInfo *info)
{
    g_autofree char *line = g_strdup_printf("%s %s %s", keys, info->id, info->help);
    g_autofree char *folded = g_utf8_casefold(line, -1);
    g_autofree char *needle = g_utf8_casefold(view->search->str, -1);
    return strstr(folded, needle) != NULL;
}

static void
add_section(Help *view, guint section)
{
    const TuiKeymap *keymap = tui_screen_keymap(view->view.screen);
    guint before = view->rows->len;

    for (guint i = 1; i < TUI_ACTION_COUNT; i++) {
        const TuiActionInfo *info = tui_action_info((TuiAction)i);
        g_autofree char *keys = tui_keymap_show(keymap, (TuiAction)i, TRUE);
        g_autofree char *command = g_strconcat(":", info->id, NULL);
        if (section_of(info) != section || !tui_keymap_allows(keymap, (TuiAction)i) ||
            !wanted(view, keys, info))
            continue;
        if (view->rows->len == before)
            add_row(view, TUI_ACTION_NONE, NULL, sections[section].title, TUI_ROLE_TITLE);
        add_row(view, (TuiAction)i, keys[0] ? keys : command, words_of(info), TUI_ROLE_TEXT);
    }
}

static const Row *
row_at(const Help *view, guint i)
{
    return i < view->rows->len ? view->rows->pdata[i] : NULL;
}

/* The cursor stands on actions only: the next one from where it is, by @step. */
static void
settle(Help *view, int step)
{
    int n = (int)view->rows->len, at = (int)view->list.cursor;

    for (int turn = 0; turn < 2; turn++, step = -step) {
        for (int i = at; i >= 0 && i < n; i += step) {
            const Row *row = row_at(view, (guint)i);
            if (row && row->action != TUI_ACTION_NONE) {
                view->list.cursor = (guint)i;
                return;
            }
        }
    }
}

static void
fill(Help *view)
{
    const GPtrArray *warnings = tui_screen_warnings(view->view.screen);

    g_ptr_array_set_size(view->rows, 0);
    for (guint i = 0; i < warnings->len && view->search->len == 0; i++) {
        add_row(view, TUI_ACTION_NONE, NULL, warnings->pdata[i], TUI_ROLE_WARNING);
    }
    for (guint i = 0; i < G_N_ELEMENTS(sections); i++)
        add_section(view, i);
    if (view->rows->len == 0)
        add_row(view, TUI_ACTION_NONE, NULL, "No key for that.", TUI_ROLE_WARNING);
    view->list.cursor = view->list.top = 0;
    settle(view, 1);
}

/* ---- drawing -------------------------------------------------------------------------------- */

static int
text_at(int width)
{
    return MIN(KEYS_WIDTH, width / 2) + 1;
}

static void
draw_row(const Help *view, guint i, TuiCanvas *canvas, TuiRect rect, int y)
{
    const Row *row = row_at(view, i);
    TuiRect line = {rect.x, rect.y + y, rect.width, 1};
    int x = 0;

    if (!row)
        return;
    if (row->action != TUI_ACTION_NONE) {
        x = text_at(rect.width);
        tui_canvas_put_field(canvas, line, 1, 0, x - 2, row->keys, FALSE, TUI_ROLE_KEY);
        tui_canvas_tag(canvas, line, TUI_TAG_ROW);
    }
    tui_canvas_put_field(canvas, line, x, 0, rect.width - x, row->text, FALSE, row->role);
    if (row->action == TUI_ACTION_NONE)
        return;
    tui_canvas_tag(canvas, line, TUI_TAG_ROW);
    if (i == view->list.cursor) {
        tui_canvas_paint(canvas, line, TUI_ROLE_SELECTED);
        tui_canvas_set_cursor(canvas, line.x, line.y);
    }
}

/* Where the text of the row under the cursor is cut, it stands whole below the others: how many
 * lines of @rect that takes. */
static int
draw_whole(const Help *view, TuiCanvas *canvas, TuiRect rect)
{
    const Row *row = row_at(view, view->list.cursor);
    g_autoptr(TuiFlow) flow = NULL;
    int lines;

    if (!row || row->action == TUI_ACTION_NONE || rect.height < LOW ||
        tui_canvas_text_width(row->text) <= rect.width - text_at(rect.width))
        return 0;
    flow = tui_flow_new();
    tui_flow_add(flow, TUI_ROLE_TITLE, row->text);
    lines = MIN((int)tui_flow_rows(flow, rect.width), rect.height / 2);
    tui_flow_draw(flow, canvas, (TuiRect){rect.x, rect.y + rect.height - lines, rect.width, lines});
    return lines;
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    Help *view = (Help *)base;
    int header = rect.height > 2;
    TuiRect body = {rect.x, rect.y + header, rect.width, rect.height - header};
    const char *search = view->search->len > 0 ? view->search->str : "type to search";

    if (header) {
        int x = tui_canvas_put(canvas, rect, 0, 0, "Search: ", TUI_ROLE_TITLE);
        tui_canvas_put(canvas, rect, x, 0, search,
                       view->search->len > 0 ? TUI_ROLE_TEXT : TUI_ROLE_QUIET);
    }
    body.height -= draw_whole(view, canvas, body);
    tui_list_fit(&view->list, view->rows->len, (guint)MAX(1, body.height));
    for (guint i = 0; i < view->list.height && view->list.top + i < view->list.n; i++)
        draw_row(view, view->list.top + i, canvas, body, (int)i);
}

/* ---- keys ----------------------------------------------------------------------------------- */

/* Closes, and does it in the view below. */
static TuiStale
choose(Help *view)
{
    const Row *row = row_at(view, view->list.cursor);
    if (!row || row->action == TUI_ACTION_NONE)
        return TUI_STALE_NOTHING;
    if (row->action == TUI_ACTION_HELP)
        return TUI_STALE_CLOSED;
    tui_screen_do_with(view->view.screen, row->action, NULL);
    return TUI_STALE_CLOSED;
}

static TuiStale
key(TuiView *base, TuiKey pressed)
{
    Help *view = (Help *)base;
    char text[7] = "";

    if (pressed == TUI_KEY_BACKSPACE && view->search->len > 0) {
        const char *last = g_utf8_prev_char(view->search->str + view->search->len);
        g_string_truncate(view->search, (gsize)(last - view->search->str));
    } else if (pressed == TUI_KEY_ESCAPE && view->search->len > 0) {
        g_string_truncate(view->search, 0);
    } else if (pressed == TUI_KEY_ENTER) {
        return choose(view);
    } else if (pressed >= TUI_KEY_NAMED || !g_unichar_isprint(pressed) ||
               tui_char_width(pressed) == 0) {
        return TUI_STALE_FOREIGN;
    } else {
        text[g_unichar_to_utf8(pressed, text)] = '\0';
        if (view->search->len + strlen(text) <= SEARCH_MAX)
            g_string_append(view->search, text);
    }
    fill(view);
    return TUI_STALE_VIEW;
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    Help *view = (Help *)base;
    guint before = view->list.cursor;

    if (tui_list_act(&view->list, action)) {
        settle(view, view->list.cursor < before ? -1 : 1);
        if (view->list.cursor == before && action == TUI_ACTION_UP)
            view->list.top = 0; /* what stands above the first */
        return TUI_STALE_VIEW;
    }
    if (action == TUI_ACTION_OPEN) /* by the mouse: Enter comes as a key */
        return choose(view);
    if (action == TUI_ACTION_BACK || action == TUI_ACTION_HELP)
        return TUI_STALE_CLOSED;
    return TUI_STALE_FOREIGN;
}

static void
hints(const TuiView *base, GArray *out)
{
    static const TuiHint list[] = {{TUI_ACTION_OPEN, "do it"},
                                   {TUI_ACTION_BACK, NULL},
                                   {TUI_ACTION_DOWN, "move"}};
    g_array_append_vals(out, list, G_N_ELEMENTS(list));
}

static void
help_free(TuiView *base)
{
    Help *view = (Help *)base;
    g_ptr_array_unref(view->rows);
    g_string_free(view->search, TRUE);
    g_free(view);
}

static const TuiViewClass class = {
    .title = "Help",
    .draw = draw,
    .key = key,
    .act = act,
    .hints = hints,
    .free = help_free,
};

TuiView *
tui_help_new(TuiScreen *screen)
{
    Help *view = g_new0(Help, 1);
    view->view = (TuiView){&class, screen};
    view->rows = g_ptr_array_new_with_free_func(row_free);
    view->search = g_string_new(NULL);
    fill(view);
    return &view->view;
}
