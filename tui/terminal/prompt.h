/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line that is being typed: readline's editing, history and the user's own bindings (inputrc),
 * without its input and output. Keys are handed in, the line is drawn on a canvas. The only file
 * that knows readline.
 */
#ifndef TUI_TERMINAL_PROMPT_H
#define TUI_TERMINAL_PROMPT_H

#include "tui/terminal/canvas.h"
#include "tui/terminal/keys.h"

G_BEGIN_DECLS

#define TUI_PROMPT_MAX (32 * 1024) /* bytes of a line; what is beyond is not taken */

typedef struct {
    /* What could stand from *start to @point (bytes; *start is 0 at first): whole words, sorted,
     * NULL-terminated, owned by the caller; NULL: nothing. @line is UTF-8. */
    char **(*complete)(const char *line, gsize point, gsize *start, gpointer data);
    /* After each key that changed the line. */
    void (*changed)(const char *line, gpointer data);
    gpointer data;
} TuiPromptHooks;

typedef enum {
    TUI_PROMPT_UNKNOWN,
    TUI_PROMPT_OPEN,
    TUI_PROMPT_ACCEPTED, /* Enter */
    TUI_PROMPT_CANCELLED /* Esc, ^C, ^D on an empty line */
} TuiPromptState;

typedef struct TuiPrompt TuiPrompt;

/* Begins with @text (UTF-8, may be NULL), the cursor behind it. @history: lines, the oldest first,
 * NULL-terminated, copied; may be NULL. @hooks may be NULL. At most one at a time, as readline has
 * but one line. */
TuiPrompt *tui_prompt_new(const char *text, const char *const *history,
                          const TuiPromptHooks *hooks);
void tui_prompt_free(TuiPrompt *prompt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiPrompt, tui_prompt_free)

/* Takes @key, whatever it is; a prompt that is not open takes nothing. What was pasted is text:
 * no byte of it edits, completes or accepts. */
TuiPromptState tui_prompt_key(TuiPrompt *prompt, TuiKey key);
/* The line as it stands; it may hold bytes that are not UTF-8. Valid until the next key. */
const char *tui_prompt_text(const TuiPrompt *prompt);
/* What completion offers now, as whole words, NULL-terminated; NULL: nothing. */
const char *const *tui_prompt_offers(const TuiPrompt *prompt);

/* Draws @label and the line on row @y of @rect, scrolled so that the cursor is seen, and puts the
 * cursor there. The line is shown in display form. */
void tui_prompt_draw(TuiPrompt *prompt, TuiCanvas *canvas, TuiRect rect, int y, const char *label);

/* Before the first prompt and the first thread: @own FALSE: the home is another's, so no inputrc is
 * read from there. */
void tui_prompt_prepare(gboolean own);

G_END_DECLS
#endif
