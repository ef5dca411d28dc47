/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line at the bottom of the screen where something is typed: a command, a search, a filter, a
 * rule. While it is open it has every key. One to a screen.
 */
#ifndef TUI_VIEW_ASK_H
#define TUI_VIEW_ASK_H

#include "tui/terminal/prompt.h"

G_BEGIN_DECLS

typedef struct {
    const char *label;  /* before the line: ":", "Rule: "; a constant */
    const char *text;   /* what it begins with, UTF-8; may be NULL */
    GPtrArray *history; /* char *, the oldest first; what is accepted is added; may be NULL */
    /* See TuiPromptHooks; both may be NULL. */
    char **(*complete)(const char *line, gsize point, gsize *start, gpointer data);
    void (*changed)(const char *line, gpointer data);
    /* It is over, and may be opened again from here. @line is UTF-8 without control characters;
     * NULL: cancelled. */
    void (*done)(const char *line, gpointer data);
    gpointer data; /* for all; also who asks, for tui_ask_drop() */
} TuiAskOptions;

typedef struct TuiAsk TuiAsk;

TuiAsk *tui_ask_new(void);
void tui_ask_free(TuiAsk *ask);

/* Copies what it needs of @options. What was open is cancelled first. */
void tui_ask_open(TuiAsk *ask, const TuiAskOptions *options);
/* Closes it, if it is @data that asks; its done() is not called. */
void tui_ask_drop(TuiAsk *ask, gconstpointer data);
gboolean tui_ask_is_open(const TuiAsk *ask);
/* What is typed so far, "" if it is not open. */
const char *tui_ask_text(const TuiAsk *ask);
/* Words above the line, until the line changes again; display form, NULL: none. From changed(), or
 * later, when an answer comes. */
void tui_ask_note(TuiAsk *ask, TuiRole role, const char *words);

/* For the screen: how many rows it takes of @height, its keys, and itself in the last rows. */
int tui_ask_rows(const TuiAsk *ask, int height);
void tui_ask_key(TuiAsk *ask, TuiKey key);
void tui_ask_draw(TuiAsk *ask, TuiCanvas *canvas, TuiRect rect);

G_END_DECLS
#endif
