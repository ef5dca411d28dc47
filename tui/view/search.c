/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/search_private.h"

#include <string.h>

#include "core/denial/filter.h"

#define SLICE_US 1000 /* looked for in one go, so that a key need not wait */
#define SLICE    16   /* rows between two looks at the clock */

TuiSearch *
tui_search_new(TuiView *view, const TuiSearchClass *class)
{
    TuiSearch *search = g_new0(TuiSearch, 1);
    search->view = view;
    search->class = class;
    search->finds = g_ptr_array_new_with_free_func(g_free);
    search->filters = g_ptr_array_new_with_free_func(g_free);
    return search;
}

TuiSearch *
tui_search_new_text(TuiView *view, TuiFlow *text)
{
    static const TuiSearchClass none = {0};
    TuiSearch *search = tui_search_new(view, &none);
    search->flow = text;
    return search;
}

void
tui_search_free(TuiSearch *search)
{
    if (!search)
        return;
    tui_ask_drop(tui_screen_line(search->view->screen), search);
    tui_task_end(search->finding);
    tui_task_end(search->filtering);
    g_ptr_array_unref(search->finds);
    g_ptr_array_unref(search->filters);
    g_free(search->text);
    g_free(search->line);
    g_strfreev(search->words);
    g_free(search->line_before);
    g_free(search);
}

/* ---- rows of the view, or of a text --------------------------------------------------------- */

static guint
cursor_row(const TuiSearch *search)
{
    return search->flow ? tui_flow_top(search->flow) : search->class->cursor(search->view);
}

static void
go_to(TuiSearch *search, guint row)
{
    if (search->flow)
        tui_flow_show(search->flow, row);
    else
        search->class->go(search->view, row);
}

static void
keep_origin(TuiSearch *search)
{
    if (search->flow)
        search->origin = tui_flow_top(search->flow);
    else
        search->class->origin(search->view, FALSE);
}

static void
back_to_origin(TuiSearch *search)
{
    if (search->flow)
        tui_flow_scroll_to(search->flow, search->origin);
    else
        search->class->origin(search->view, TRUE);
}

static gboolean
is_match(const TuiSearch *search, guint row)
{
    return search->flow ? tui_flow_has_text(search->flow, row, search->text)
                        : search->class->matches(search->view, row, search->text);
}

/* ---- what takes long ------------------------------------------------------------------------ */

static void
stop_scan(TuiSearch *search)
{
    search->scan.active = FALSE;
    g_clear_pointer(&search->finding, tui_task_end);
}

static char *
tell_finding(gpointer data)
{
    const TuiSearch *search = data;
    g_autofree char *shown = amr_display_string(search->text);
    return g_strdup_printf("%s: %u of %u rows", shown, search->scan.all - search->scan.left,
                           search->scan.all);
}

static void
stop_finding(gpointer data)
{
    TuiSearch *search = data;
    g_autofree char *shown = amr_display_string(search->text);

    tui_screen_say(search->view->screen, TUI_ROLE_WARNING, "Stopped: %s is not in %u of %u rows",
                   shown, search->scan.all - search->scan.left, search->scan.all);
    stop_scan(search);
}

static char *
tell_filtering(gpointer data)
{
    const TuiSearch *search = data;
    const guint all = search->class->all(search->view), left = tui_search_left(search);
    return g_strdup_printf("%u of %u rows", all - MIN(left, all), all);
}

static void toggle_filters(TuiSearch *search);

static void
stop_filtering(gpointer data)
{
    TuiSearch *search = data;
    TuiScreen *screen = search->view->screen;
    g_autofree char *key = tui_keymap_show(tui_screen_keymap(screen), TUI_ACTION_FILTERS, FALSE);

    toggle_filters(search);
    tui_screen_say(screen, TUI_ROLE_WARNING, "Stopped: the filter is off; %s puts it on again",
                   key);
}

static const TuiTaskClass find_class = {"Looking for", tell_finding, NULL, stop_finding};
static const TuiTaskClass filter_class = {"Filtering", tell_filtering, NULL, stop_filtering};

/* Whatever the filter, or how much of it is done, is now. */
static void
follow_filter(TuiSearch *search)
{
    const gboolean works = search->line && !search->off && tui_search_left(search) > 0;

    if (!works)
        g_clear_pointer(&search->filtering, tui_task_end);
    else if (!search->filtering)
        search->filtering =
            tui_task_begin(search->view->screen, &filter_class, search->view, search);
}

/* ---- finding -------------------------------------------------------------------------------- */

static gboolean
scan_slice(TuiSearch *search)
{
    Scan *scan = &search->scan;
    const guint n = tui_search_rows(search);
    const gint64 end = g_get_monotonic_time() + SLICE_US;

    for (guint i = 1; scan->left > 0 && n > 0; i++, scan->left--) {
        if (i % SLICE == 0 && g_get_monotonic_time() >= end)
            return TRUE;
        guint row = scan->row;
        if (row >= n) {
            row = scan->step > 0 ? 0 : n - 1;
            scan->wrapped = TRUE;
        }
        if (is_match(search, row)) {
            stop_scan(search);
            go_to(search, row);
            if (scan->wrapped && search->typing == TYPING_NOTHING)
                tui_screen_say(search->view->screen, TUI_ROLE_QUIET, "Found beyond the %s",
                               scan->step > 0 ? "end" : "beginning");
            return FALSE;
        }
        scan->row = scan->step > 0 ? row + 1 : row - 1; /* before the first one: beyond all */
    }
    stop_scan(search);
    g_autofree char *shown = amr_display_string(search->text);
    if (search->typing == TYPING_NOTHING)
        tui_screen_say(search->view->screen, TUI_ROLE_WARNING, "Not found: %s", shown);
    else
        tui_ask_note(tui_screen_line(search->view->screen), TUI_ROLE_WARNING, "Not found");
    search->missing = TRUE;
    return FALSE;
}

/* Looks from the cursor on, at the cursor itself last; with @here first. */
static void
scan_from_cursor(TuiSearch *search, int step, gboolean here)
{
    guint row = cursor_row(search);

    search->missing = FALSE;
    search->scan = (Scan){.active = TRUE,
                          .row = here       ? row
                                 : step > 0 ? row + 1
                                            : row - 1,
                          .left = tui_search_rows(search),
                          .all = tui_search_rows(search),
                          .step = step};
    if (!scan_slice(search))
        return;
    tui_screen_wants_work(search->view->screen);
    if (!search->finding)
        search->finding = tui_task_begin(search->view->screen, &find_class, search->view, search);
}

static void
find_again(TuiSearch *search, int step)
{
    if (!search->text || !search->text[0])
        tui_screen_say(search->view->screen, TUI_ROLE_WARNING, "Nothing was looked for yet");
    else
        scan_from_cursor(search, step, FALSE);
}

gboolean
tui_search_work(TuiSearch *search)
{
    if (!search->flow)
        follow_filter(search);
    return search->scan.active && scan_slice(search);
}

/* ---- filtering ------------------------------------------------------------------------------ */

static gboolean
take_line(TuiSearch *search, const char *line, GError **error)
{
    g_auto(GStrv) words = amr_filter_split(line ? line : "", error);

    if (!words || !search->class->filter(search->view, (const char *const *)words, error))
        return FALSE;
    g_strfreev(search->words);
    search->words = g_steal_pointer(&words);
    g_free(search->line);
    search->line = search->words[0] ? g_strdup(line) : NULL;
    search->off = FALSE;
    stop_scan(search); /* rows are others now */
    follow_filter(search);
    return TRUE;
}

gboolean
tui_search_set_filter(TuiSearch *search, const char *line, GError **error)
{
    return take_line(search, line, error);
}

static void
toggle_filters(TuiSearch *search)
{
    const char *const none[] = {NULL};

    if (!search->line) {
        tui_screen_say(search->view->screen, TUI_ROLE_QUIET, "There is no filter");
        return;
    }
    search->off = !search->off;
    stop_scan(search);
    /* What was read once can be read again. */
    (void)search->class->filter(search->view,
                                search->off ? none : (const char *const *)search->words, NULL);
    follow_filter(search);
}

const char *const *
tui_search_words(const TuiSearch *search)
{
    return search->line && !search->off ? (const char *const *)search->words : NULL;
}

gboolean
tui_search_has_filter(const TuiSearch *search)
{
    return search->line != NULL;
}

/* ---- typing --------------------------------------------------------------------------------- */

static void
on_changed(const char *line, gpointer data)
{
    TuiSearch *search = data;
    g_autoptr(GError) error = NULL;

    if (search->typing == TYPING_FILTER) {
        if (!take_line(search, line, &error))
            tui_ask_note(tui_screen_line(search->view->screen), TUI_ROLE_WARNING, error->message);
        return;
    }
    g_free(search->text);
    search->text = g_strdup(line);
    stop_scan(search);
    back_to_origin(search);
    if (line[0])
        scan_from_cursor(search, 1, TRUE);
}

static char **
complete(const char *line, gsize point, gsize *start, gpointer data)
{
    TuiSearch *search = data;

    if (search->typing != TYPING_FILTER || !search->class->complete)
        return NULL;
    return search->class->complete(search->view, line, point, start);
}

static void on_done(const char *line, gpointer data);

static void
type(TuiSearch *search, Typing what, const char *text)
{
    const TuiAskOptions options = {
        .label = what == TYPING_FIND ? "/" : "filter: ",
        .text = text,
        .history = what == TYPING_FIND ? search->finds : search->filters,
        .complete = complete,
        .changed = on_changed,
        .done = on_done,
        .data = search,
    };
    tui_ask_open(tui_screen_line(search->view->screen), &options);
    search->typing = what; /* after what was open is over */
}

static void
begin(TuiSearch *search, Typing what)
{
    if (what == TYPING_FIND) {
        keep_origin(search);
        type(search, what, NULL);
        return;
    }
    g_free(search->line_before);
    search->line_before = g_strdup(search->line);
    search->off_before = search->off;
    type(search, what, search->line);
}

static void
cancelled(TuiSearch *search, Typing was)
{
    stop_scan(search);
    if (was == TYPING_FIND) {
        back_to_origin(search);
        return;
    }
    (void)take_line(search, search->line_before, NULL); /* it could be read before */
    if (search->off_before)
        toggle_filters(search);
}

/* A filter that cannot be read stays to be mended. */
static void
on_done(const char *line, gpointer data)
{
    TuiSearch *search = data;
    Typing was = search->typing;
    g_autoptr(GError) error = NULL;
    g_autofree char *copy = g_strdup(line);

    search->typing = TYPING_NOTHING;
    if (!line) {
        cancelled(search, was);
    } else if (was == TYPING_FIND && !line[0] && search->finds->len > 0) {
        g_free(search->text); /* nothing typed: once more the last one */
        search->text = g_strdup(search->finds->pdata[search->finds->len - 1]);
        scan_from_cursor(search, 1, FALSE);
    } else if (was == TYPING_FIND) {
        if (search->missing && search->text && search->text[0])
            scan_from_cursor(search, 1, TRUE); /* and says so */
    } else if (!take_line(search, copy, &error)) {
        type(search, TYPING_FILTER, copy);
        tui_ask_note(tui_screen_line(search->view->screen), TUI_ROLE_WARNING, error->message);
    }
}

TuiStale
tui_search_act(TuiSearch *search, TuiAction action)
{
    switch (action) {
    case TUI_ACTION_FIND:
        begin(search, TYPING_FIND);
        return TUI_STALE_VIEW;
    case TUI_ACTION_FIND_NEXT:
    case TUI_ACTION_FIND_PREVIOUS:
        find_again(search, action == TUI_ACTION_FIND_NEXT ? 1 : -1);
        return TUI_STALE_VIEW;
    case TUI_ACTION_FILTER:
        if (!search->class->filter)
            return TUI_STALE_FOREIGN;
        begin(search, TYPING_FILTER);
        return TUI_STALE_VIEW;
    case TUI_ACTION_FILTERS:
        if (!search->class->filter)
            return TUI_STALE_FOREIGN;
        toggle_filters(search);
        return TUI_STALE_VIEW;
    default:
        return TUI_STALE_FOREIGN;
    }
}
