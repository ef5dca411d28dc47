/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/ask.h"

#include <string.h>

#include "core/base/text.h"

#define GAP 2 /* cells between what completion offers */

struct TuiAsk {
    TuiAskOptions options;
    TuiPrompt *prompt; /* NULL: not open */
    char *note;
    TuiRole note_role;
};

TuiAsk *
tui_ask_new(void)
{
    return g_new0(TuiAsk, 1);
}

static void
close_line(TuiAsk *ask)
{
    g_clear_pointer(&ask->prompt, tui_prompt_free);
    g_clear_pointer(&ask->note, g_free);
    g_clear_pointer(&ask->options.history, g_ptr_array_unref);
    ask->options = (TuiAskOptions){0};
}

void
tui_ask_free(TuiAsk *ask)
{
    close_line(ask);
    g_free(ask);
}

/* ---- what is typed -------------------------------------------------------------------------- */

static void
on_changed(const char *line, gpointer data)
{
    TuiAsk *ask = data;
    g_clear_pointer(&ask->note, g_free);
    if (ask->options.changed)
        ask->options.changed(line, ask->options.data);
}

static char **
on_complete(const char *line, gsize point, gsize *start, gpointer data)
{
    const TuiAsk *ask = data;
    return ask->options.complete ? ask->options.complete(line, point, start, ask->options.data)
                                 : NULL;
}

/* The last of the same line is enough. */
static void
remember(GPtrArray *history, const char *line)
{
    guint at;
    if (line[0] == '\0')
        return;
    if (g_ptr_array_find_with_equal_func(history, line, g_str_equal, &at))
        g_ptr_array_remove_index(history, at);
    g_ptr_array_add(history, g_strdup(line));
}

/* Closes it and tells who asked: @line NULL: cancelled. */
static void
finish(TuiAsk *ask, const char *line)
{
    TuiAskOptions options = ask->options;
    g_autofree char *copy = g_strdup(line);

    if (copy && options.history)
        remember(options.history, copy);
    close_line(ask);
    if (options.done)
        options.done(copy, options.data);
}

void
tui_ask_open(TuiAsk *ask, const TuiAskOptions *options)
{
    TuiPromptHooks hooks = {on_complete, on_changed, ask};
    g_autoptr(GPtrArray) lines = g_ptr_array_new();

    if (ask->prompt)
        finish(ask, NULL);
    for (guint i = 0; options->history && i < options->history->len; i++)
        g_ptr_array_add(lines, options->history->pdata[i]);
    g_ptr_array_add(lines, NULL);
    ask->options = *options;
    if (options->history)
        g_ptr_array_ref(options->history);
    ask->prompt = tui_prompt_new(options->text, (const char *const *)lines->pdata, &hooks);
}

void
tui_ask_drop(TuiAsk *ask, gconstpointer data)
{
    if (ask->prompt && ask->options.data == data)
        close_line(ask);
}

gboolean
tui_ask_is_open(const TuiAsk *ask)
{
    return ask->prompt != NULL;
}

const char *
tui_ask_text(const TuiAsk *ask)
{
    return ask->prompt ? tui_prompt_text(ask->prompt) : "";
}

void
tui_ask_note(TuiAsk *ask, TuiRole role, const char *words)
{
    if (!ask->prompt)
        return;
    char *copy = g_strdup(words);
    g_free(ask->note);
    ask->note = copy;
    ask->note_role = role;
}

/* What a terminal cannot type is not what the user saw: a line with such bytes is not taken. */
static gboolean
is_clean(const char *line)
{
    if (!g_utf8_validate(line, -1, NULL))
        return FALSE;
    for (const char *p = line; *p; p = g_utf8_next_char(p)) {
        if (g_unichar_iscntrl(g_utf8_get_char(p)))
            return FALSE;
    }
    return TRUE;
}

void
tui_ask_key(TuiAsk *ask, TuiKey key)
{
    g_autofree char *line = NULL;

    switch (tui_prompt_key(ask->prompt, key)) {
    case TUI_PROMPT_CANCELLED:
        finish(ask, NULL);
        break;
    case TUI_PROMPT_ACCEPTED:
        line = g_strdup(tui_prompt_text(ask->prompt));
        if (is_clean(line)) {
            finish(ask, line);
        } else { /* the same line again, to be mended */
            TuiAskOptions options = ask->options;
            g_autoptr(GPtrArray) G_GNUC_UNUSED history = /* holds it while the line is closed */
                options.history ? g_ptr_array_ref(options.history) : NULL;
            options.text = line;
            close_line(ask);
            tui_ask_open(ask, &options);
            tui_ask_note(ask, TUI_ROLE_WARNING, "There is a character in it that is none");
        }
        break;
    default:
        break;
    }
}

/* ---- drawing -------------------------------------------------------------------------------- */

static gboolean
has_words(const TuiAsk *ask)
{
    return ask->note || tui_prompt_offers(ask->prompt);
}

int
tui_ask_rows(const TuiAsk *ask, int height)
{
    if (!ask->prompt)
        return 0;
    return height >= 3 && has_words(ask) ? 2 : 1;
}

static void
draw_offers(const TuiAsk *ask, TuiCanvas *canvas, TuiRect rect)
{
    const char *const *offers = tui_prompt_offers(ask->prompt);
    int x = 0;
    for (guint i = 0; offers[i] && x < rect.width; i++) {
        g_autofree char *word = amr_display_lines(amr_bytes(offers[i]));
        int width = tui_canvas_text_width(word);
        if (x + width + (offers[i + 1] ? GAP + 1 : 0) > rect.width) {
            tui_canvas_put(canvas, rect, x, 0, "…", TUI_ROLE_QUIET);
            break;
        }
        x = tui_canvas_put(canvas, rect, x, 0, word, TUI_ROLE_KEY) + GAP;
    }
}

void
tui_ask_draw(TuiAsk *ask, TuiCanvas *canvas, TuiRect rect)
{
    if (rect.height > 1) {
        TuiRect words = {rect.x, rect.y, rect.width, 1};
        tui_canvas_fill(canvas, words, TUI_ROLE_TEXT);
        if (tui_prompt_offers(ask->prompt))
            draw_offers(ask, canvas, words);
        else if (ask->note)
            tui_canvas_put_field(canvas, words, 0, 0, words.width, ask->note, FALSE,
                                 ask->note_role);
    }
    tui_prompt_draw(ask->prompt, canvas, rect, rect.height - 1, ask->options.label);
}
