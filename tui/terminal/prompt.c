/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/terminal/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* readline's headers want stdio's first. */
#include <readline/history.h>
#include <readline/readline.h>

#include "tui/terminal/line.h"

#define NAME        "armorer" /* for $if in an inputrc */
#define HISTORY_MAX 500       /* lines handed to readline */

struct TuiPrompt {
    TuiPromptHooks hooks;
    TuiPromptState state;
    char *text; /* the line after the last key */
    int shift;  /* cells scrolled out to the left */
    GByteArray *queue;
    guint starved; /* how often a byte was asked for in vain */
    char **offers; /* of completion, and where they go */
    gsize offer_start;
    guint offered;        /* which one stands in the line: 1 is the first; 0: none */
    gboolean offers_kept; /* by the key at hand */
};

/* readline's line is a global, and its functions are told no more than a key. */
static TuiPrompt *active;

/* ---- what readline asks for ----------------------------------------------------------------- */

/* It never has to wait: a byte is asked for where one was queued. A command that wants more than
 * that is told to give up, for an end of input could accept the line; one that insists (on the end
 * of a paste, say) gets that end. */
static int
next_byte(FILE *stream)
{
    int byte;
    if (!active || active->queue->len == 0)
        return active && active->starved++ == 0 ? CTRL('g') : EOF;
    byte = active->queue->data[0];
    g_byte_array_remove_index(active->queue, 0);
    active->starved = 0;
    return byte;
}

static void
draws_nothing(void)
{
}

static void
prepares_nothing(int meta)
{
}

/* A command is under way that wants more keys. */
static gboolean
is_midway(void)
{
    return RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG |
                      RL_STATE_MULTIKEY | RL_STATE_METANEXT | RL_STATE_CHARSEARCH |
                      RL_STATE_VIMOTION | RL_STATE_MOREINPUT) != 0;
}

/* The edits of a line of the history are its own, and go with it. It may hold some of them from
 * when it was left before: they would be freed twice. */
static void
put_edits_away(void)
{
    if (!current_history()) {
        rl_free_undo_list();
        return;
    }
    rl_maybe_replace_line();
    rl_undo_list = NULL;
}

static void
on_line(char *line)
{
    if (is_midway()) { /* as where an argument stands before what accepts */
        rl_callback_sigcleanup();
        put_edits_away();
    }
    rl_callback_handler_remove();
    if (active) {
        active->state = line ? TUI_PROMPT_ACCEPTED : TUI_PROMPT_CANCELLED;
        g_free(active->text);
        active->text = g_strdup(line ? line : "");
    }
    free(line); // NOLINT: readline's own
}

/* ---- completion ----------------------------------------------------------------------------- */

static void
replace(gsize start, const char *word)
{
    rl_begin_undo_group();
    rl_delete_text((int)start, rl_point);
    rl_point = (int)start;
    rl_insert_text(word);
    rl_end_undo_group();
}

/* How many bytes all of @words begin with, whole characters. */
static gsize
common_length(char *const *words)
{
    gsize common = strlen(words[0]);
    for (guint i = 1; words[i]; i++) {
        gsize same = 0;
        while (same < common && words[i][same] == words[0][same])
            same++;
        common = same;
    }
    while (common > 0 && ((guchar)words[0][common] & 0xc0) == 0x80)
        common--;
    return common;
}

static void
begin_offer(TuiPrompt *prompt)
{
    g_autofree char *line = g_strndup(rl_line_buffer, (gsize)rl_end);
    gsize point = (gsize)rl_point, start = 0;
    char **words;

    if (!g_utf8_validate(line, -1, NULL))
        return;
    words = prompt->hooks.complete(line, point, &start, prompt->hooks.data);
    if (!words || !words[0] || start > point) {
        g_strfreev(words);
        return;
    }
    g_autofree char *common = g_strndup(words[0], common_length(words));
    gboolean grows = strlen(common) > point - start || !words[1];
    if (grows && strncmp(common, line + start, MAX(strlen(common), point - start)) != 0)
        replace(start, common);
    if (!words[1]) {
        g_strfreev(words);
        return;
    }
    prompt->offers = words;
    prompt->offer_start = start;
    prompt->offers_kept = TRUE;
}

/* Tab: as much as is certain, and what could follow; again: one after the other. */
static int
complete(TuiPrompt *prompt, int step)
{
    guint n;
    if (!prompt->hooks.complete)
        return 0;
    if (!prompt->offers) {
        begin_offer(prompt);
        return 0;
    }
    n = g_strv_length(prompt->offers);
    if (prompt->offered == 0)
        prompt->offered = step > 0 ? 1 : n;
    else
        prompt->offered = (prompt->offered - 1 + n + (guint)(step + (int)n)) % n + 1;
    replace(prompt->offer_start, prompt->offers[prompt->offered - 1]);
    prompt->offers_kept = TRUE;
    return 0;
}

static int
on_tab(int count, int key)
{
    return active ? complete(active, 1) : 0;
}

static int
on_back_tab(int count, int key)
{
    return active ? complete(active, -1) : 0;
}

static int
on_nothing(int count, int key)
{
    return 0;
}

/* ---- life ----------------------------------------------------------------------------------- */

void
tui_prompt_prepare(gboolean own)
{
    if (!own)
        g_setenv("INPUTRC", "/dev/null", TRUE);
}

/* readline 8.2 keeps the edits of a line twice where one of these begins on a line of the history.
 * The search that shows what it finds does the same. */
static void
search_as_typed(Keymap map)
{
    static const struct {
        rl_command_func_t *from, *to;
    } functions[] = {
        {rl_noninc_reverse_search, rl_reverse_search_history},
        {rl_noninc_forward_search, rl_forward_search_history},
        {rl_noninc_reverse_search_again, rl_reverse_search_history},
        {rl_noninc_forward_search_again, rl_forward_search_history},
        {rl_vi_search, rl_reverse_search_history},
        {rl_vi_search_again, rl_reverse_search_history},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(functions); i++) {
        char **keys = rl_invoking_keyseqs_in_map(functions[i].from, map);
        for (char **key = keys; key && *key; key++) {
            (void)rl_bind_keyseq_in_map(*key, functions[i].to, map);
            free(*key); // NOLINT: readline's own, as is the list
        }
        free(keys); // NOLINT
    }
}

static void
bind_keys(Keymap map)
{
    search_as_typed(map);
    (void)rl_bind_key_in_map('\t', on_tab, map);
    (void)rl_bind_keyseq_in_map("\033[Z", on_back_tab, map);
    (void)rl_bind_keyseq_if_unbound_in_map("\033[3~", rl_delete, map);
    (void)rl_bind_keyseq_if_unbound_in_map("\033[5~", rl_beginning_of_history, map);
    (void)rl_bind_keyseq_if_unbound_in_map("\033[6~", rl_end_of_history, map);
    /* What to do with the next line (operate-and-get-next) is ours to say. */
    (void)rl_bind_key_in_map(CTRL('o'), on_nothing, map);
    /* A paste comes marked by the terminal's file; readline would read on for its end. */
    (void)rl_bind_keyseq_in_map("\033[200~", on_nothing, map);
}

/* Once: readline touches neither the terminal nor the environment, and prints into nothing. */
static void
set_up(void)
{
    if (rl_outstream)
        return;
    rl_instream = fopen("/dev/null", "re");
    rl_outstream = fopen("/dev/null", "we");
    rl_readline_name = NAME;
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    rl_prep_term_function = prepares_nothing;
    rl_deprep_term_function = draws_nothing;
    rl_redisplay_function = draws_nothing;
    rl_getc_function = next_byte;
    (void)rl_initialize(); /* reads the inputrc; what follows goes over it */
    (void)rl_variable_bind("bell-style", "none");
    (void)rl_variable_bind("keyseq-timeout", "0"); /* it would wait for its input stream */
    (void)rl_variable_bind("enable-bracketed-paste", "off");
    (void)rl_variable_bind("blink-matching-paren", "off");
    bind_keys(emacs_standard_keymap);
    bind_keys(vi_insertion_keymap);
    search_as_typed(vi_movement_keymap);
}

static void
free_edits(gpointer list)
{
    UNDO_LIST *kept = rl_undo_list;

    if (!list)
        return;
    rl_undo_list = list;
    rl_free_undo_list();
    rl_undo_list = kept;
}

/* Not by rl_clear_history(), which leaves what it freed in the list that a search reads next. */
static void
empty_history(void)
{
    while (history_length > 0) {
        HIST_ENTRY *entry = remove_history(history_length - 1);
        free_edits(entry->data);
        free_history_entry(entry);
    }
}

static void
fill_history(const char *const *history)
{
    guint n = history ? g_strv_length((char **)history) : 0;
    empty_history();
    for (guint i = n > HISTORY_MAX ? n - HISTORY_MAX : 0; i < n; i++)
        add_history(history[i]);
    using_history();
}

TuiPrompt *
tui_prompt_new(const char *text, const char *const *history, const TuiPromptHooks *hooks)
{
    TuiPrompt *prompt = g_new0(TuiPrompt, 1);

    g_assert(!active);
    if (hooks)
        prompt->hooks = *hooks;
    prompt->state = TUI_PROMPT_OPEN;
    prompt->text = g_strdup(text ? text : "");
    prompt->queue = g_byte_array_new();
    active = prompt;
    set_up();
    fill_history(history);
    rl_callback_handler_install("", on_line);
    rl_insert_text(prompt->text);
    rl_free_undo_list(); /* what it begins with is no edit */
    return prompt;
}

/* Ends the line. What is under way (a search, an argument, a quoted key) gets the key that ends it,
 * for it holds memory until then, and not all of that is seen in readline's state. One may be under
 * way within another. */
static void
leave_line(TuiPrompt *prompt)
{
    for (int i = 0; i < 4 && (i == 0 || is_midway()); i++) {
        g_byte_array_set_size(prompt->queue, 0);
        g_byte_array_append(prompt->queue, &(const guint8){CTRL('g')}, 1);
        rl_callback_read_char();
    }
    rl_callback_sigcleanup();
    put_edits_away();
    rl_callback_handler_remove();
}

void
tui_prompt_free(TuiPrompt *prompt)
{
    if (!prompt)
        return;
    if (prompt->state == TUI_PROMPT_OPEN)
        leave_line(prompt);
    active = NULL;
    g_byte_array_unref(prompt->queue);
    g_strfreev(prompt->offers);
    g_free(prompt->text);
    g_free(prompt);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static void
queue_key(TuiPrompt *prompt, TuiKey key)
{
    const char *sequence;
    char text[7];

    if (key & TUI_KEY_ALT) {
        g_byte_array_append(prompt->queue, (const guint8 *)"\033", 1);
        key &= ~(TuiKey)TUI_KEY_ALT;
    }
    sequence = tui_line_sequence(key);
    if (sequence) {
        g_byte_array_append(prompt->queue, (const guint8 *)sequence, (guint)strlen(sequence));
    } else if (key & TUI_KEY_CTRL) {
        text[0] = (char)(key & 0x1f);
        g_byte_array_append(prompt->queue, (const guint8 *)text, 1);
    } else if (key > 0 && key < TUI_KEY_NAMED &&
               prompt->queue->len + (guint)rl_end < TUI_PROMPT_MAX) {
        guint len = (guint)g_unichar_to_utf8(key, text);
        g_byte_array_append(prompt->queue, (const guint8 *)text, len);
    }
}

static void
insert_pasted(TuiKey key)
{
    char text[7] = "";
    if (key == '\n' || key == '\r' || key == '\t')
        key = ' ';
    if (key >= TUI_KEY_NAMED || g_unichar_iscntrl(key) || rl_end >= TUI_PROMPT_MAX)
        return;
    text[g_unichar_to_utf8(key, text)] = '\0';
    rl_insert_text(text);
}

/* Esc: ends a command that is under way; in vi's insert mode it goes to command mode; else it
 * cancels, as ^C does at once. */
static void
escape(TuiPrompt *prompt)
{
    if (is_midway())
        queue_key(prompt, TUI_KEY_CTRL | 'g');
    else if (rl_editing_mode == 0 && rl_get_keymap() == vi_insertion_keymap)
        (void)rl_vi_movement_mode(1, 27);
    else
        prompt->state = TUI_PROMPT_CANCELLED;
}

/* Behind an argument readline sees only with the next key that the line is accepted: it gets one
 * that does nothing. */
static void
feed(TuiPrompt *prompt)
{
    while (prompt->state == TUI_PROMPT_OPEN && (prompt->queue->len > 0 || rl_done)) {
        if (prompt->queue->len == 0)
            g_byte_array_append(prompt->queue, &(const guint8){CTRL('o')}, 1);
        rl_callback_read_char();
    }
    g_byte_array_set_size(prompt->queue, 0);
}

/* A key that is none of a search ends it, and by itself: readline, which has the key do both, loses
 * its way where more keys belong to it (8.2 ends by a signal). */
static void
end_search(TuiPrompt *prompt, TuiKey key)
{
    static const TuiKey own[] = {TUI_KEY_BACKSPACE, TUI_KEY_ENTER, TUI_KEY_CTRL | 'r',
                                 TUI_KEY_CTRL | 's', TUI_KEY_CTRL | 'g'};
    gboolean ends = RL_ISSTATE(RL_STATE_ISEARCH) && key >= TUI_KEY_NAMED;

    for (gsize i = 0; i < G_N_ELEMENTS(own); i++)
        ends = ends && key != own[i];
    if (ends) {
        g_byte_array_append(prompt->queue, (const guint8 *)"\n", 1);
        feed(prompt);
    }
}

static void
take(TuiPrompt *prompt, TuiKey key)
{
    if (key & TUI_KEY_PASTED) {
        if (!is_midway())
            insert_pasted(key & ~(TuiKey)TUI_KEY_PASTED);
        return;
    }
    if (key != TUI_KEY_ESCAPE)
        end_search(prompt, key);
    if (key == TUI_KEY_ESCAPE)
        escape(prompt);
    else if (key == (TUI_KEY_CTRL | 'c'))
        prompt->state = TUI_PROMPT_CANCELLED;
    else
        queue_key(prompt, key);
    if (prompt->state == TUI_PROMPT_CANCELLED)
        leave_line(prompt);
    feed(prompt);
}

TuiPromptState
tui_prompt_key(TuiPrompt *prompt, TuiKey key)
{
    if (prompt->state != TUI_PROMPT_OPEN)
        return prompt->state;
    prompt->offers_kept = FALSE;
    take(prompt, key);
    if (!prompt->offers_kept) {
        g_clear_pointer(&prompt->offers, g_strfreev);
        prompt->offered = 0;
    }
    if (prompt->state == TUI_PROMPT_OPEN && strcmp(prompt->text, rl_line_buffer) != 0) {
        g_free(prompt->text);
        prompt->text = g_strdup(rl_line_buffer);
        if (prompt->hooks.changed)
            prompt->hooks.changed(prompt->text, prompt->hooks.data);
    }
    return prompt->state;
}

const char *
tui_prompt_text(const TuiPrompt *prompt)
{
    return prompt->text;
}

const char *const *
tui_prompt_offers(const TuiPrompt *prompt)
{
    return (const char *const *)prompt->offers;
}

/* ---- drawing -------------------------------------------------------------------------------- */

void
tui_prompt_draw(TuiPrompt *prompt, TuiCanvas *canvas, TuiRect rect, int y, const char *label)
{
    gboolean open = prompt->state == TUI_PROMPT_OPEN;
    gsize len = strlen(prompt->text);
    gboolean searching =
        open && RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG);
    g_autofree char *says =
        searching ? tui_line_shown(rl_display_prompt, strlen(rl_display_prompt)) : NULL;
    const TuiLine line = {prompt->text, open ? MIN((gsize)rl_point, len) : len,
                          says ? says : label};

    tui_line_draw(&line, &prompt->shift, canvas, rect, y);
}
