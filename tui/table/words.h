/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words of a filter, spelled for those who type them: a value stands for itself and nothing else,
 * quotes keep its blanks.
 */
#ifndef TUI_TABLE_WORDS_H
#define TUI_TABLE_WORDS_H

#include <glib.h>

G_BEGIN_DECLS

/* `KEY:VALUE` as it is typed, with @after behind it (wildcards; may be ""): what is a wildcard in
 * @value stands in brackets, a quote, which cannot be quoted, becomes `?`. UTF-8 where @value is.
 * The caller frees. */
char *tui_word_spell(const char *key, const char *value, const char *after);

/* What completion offers for the word that stands before byte @point of @line. */
typedef struct {
    char *typed;     /* of the word, without quotes and what negates it */
    gsize start;     /* where that begins */
    GPtrArray *list; /* char * */
} TuiWords;

/* The word begins at @from or behind it. */
void tui_words_begin(TuiWords *words, const char *line, gsize from, gsize point);
/* Whether what was typed begins with @key and a colon. */
gboolean tui_words_has_key(const TuiWords *words, const char *key);
/* Offers @word as it is, or @value of @key, if what was typed begins it. What is not UTF-8 cannot
 * be typed. */
void tui_words_add(TuiWords *words, const char *word);
void tui_words_add_value(TuiWords *words, const char *key, const char *value);
/* Sorted, each once; NULL-terminated, the caller's. *start: where they go. Clears @words. */
char **tui_words_end(TuiWords *words, gsize *start);

G_END_DECLS
#endif
