/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cuts the text of one rule into words, and refuses whatever could be more than one rule.
 *
 * Stricter than the compiler's own lexer on purpose: where a text could be taken in two ways (a
 * quote within a word, a backslash before a quote, a blank within braces), it is refused and the
 * user is told how to write it. White space, commas and braces in quotes are text.
 */
#ifndef AMR_POLICY_RULE_LEX_H
#define AMR_POLICY_RULE_LEX_H

#include "core/policy/rule.h"

G_BEGIN_DECLS

/* The longest rule that is read, in bytes: room for two names of PATH_MAX written as \ooo. */
#define AMR_RULE_TEXT_MAX (48 * 1024)

typedef struct {
    char *text;      /* as written, quotes included; blanks in a list folded */
    gsize at;        /* where it begins in the rule's text, in bytes */
    gboolean quoted; /* it is one quoted string and nothing else */
    gsize comma;     /* 1 + where an unquoted comma stands inside (outside of brackets), or 0 */
    gsize list;      /* 1 + where a comma stands in a list `(a, b)`, or 0 */
} AmrWord;

/* The words of @text without the comma at its end; *include is set if the text is an include,
 * which has no comma (its words: "include", "if", "exists", "<path>"). Elements AmrWord; NULL with
 * AMR_ERROR_PARSE and the character (from 1) where it is wrong. */
GArray *amr_rule_lex(const char *text, gboolean *include, GError **error);

/* Whether a path between brackets stays in the directory that it begins in. */
gboolean amr_rule_stays_below(const char *path);

/* rule_child.c: a CHILD, which no lexer for rules takes; NULL where @text is not exactly one. */
AmrRule *amr_child_read(const char *text);
void amr_child_print(GString *out, const AmrRule *rule);

/* Sets AMR_ERROR_PARSE: "at character N: what", where N counts the characters up to byte @at. */
void amr_rule_wrong(GError **error, const char *text, gsize at, const char *what);

G_END_DECLS
#endif
