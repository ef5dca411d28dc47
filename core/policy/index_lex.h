/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words of AppArmor policy, as far as one needs them to see where blocks begin and end: private to
 * the index. It follows the lexer of apparmor_parser (parser_lex.l of 3.0 to 5.0) in what belongs
 * to a word, a quoted string or a comment, and takes any bytes at all: it always goes on.
 */
#ifndef AMR_POLICY_INDEX_LEX_H
#define AMR_POLICY_INDEX_LEX_H

#include "core/base/text.h"

G_BEGIN_DECLS

typedef enum {
    AMR_LEX_END,
    AMR_LEX_WORD,
    AMR_LEX_QUOTED,
    AMR_LEX_OPEN, /* a brace of its own; one glued into a word is none */
    AMR_LEX_CLOSE,
    AMR_LEX_GROUP, /* ( ... ), the parentheses included */
    AMR_LEX_COMMA,
    AMR_LEX_ASSIGN, /* = += ?= := */
    AMR_LEX_ARROW,
    AMR_LEX_CARET,
    AMR_LEX_INCLUDE, /* `include` or `#include` with its file name */
    AMR_LEX_OTHER,
} AmrLexKind;

/* What may stand next decides what a brace or a comma means. */
typedef enum {
    AMR_LEX_STATEMENT, /* anything */
    AMR_LEX_NAME,      /* a name: all up to a blank is one word */
    AMR_LEX_RULE,      /* the words of a network, mount, dbus, ... rule */
} AmrLexMode;

typedef struct {
    AmrLexKind kind;
    gsize start, end; /* offsets of its bytes */
    guint line;       /* of its first byte, from 1 */
    /* of AMR_LEX_INCLUDE */
    AmrBytes file; /* as written, quotes included, <> not */
    gboolean magic, if_exists;
} AmrLexToken;

typedef struct {
    const char *data;
    gsize len, pos;
    guint line;
    gsize no_paren; /* no ) at or after this offset; len + 1: not known */
} AmrLex;

void amr_lex_init(AmrLex *lex, AmrBytes bytes);
void amr_lex_next(AmrLex *lex, AmrLexMode mode, AmrLexToken *token);

/* The file name of an abi rule or an include on this line; FALSE, and nothing is consumed, if there
 * is none. */
gboolean amr_lex_file(AmrLex *lex, AmrLexToken *token);

/* The next value of a variable on this (logical) line: a word or a quoted string. FALSE at its end,
 * which is consumed. */
gboolean amr_lex_value(AmrLex *lex, AmrLexToken *token);

/* The next byte that is neither blank nor newline, 0 at the end; nothing is consumed. */
char amr_lex_peek(const AmrLex *lex);

/* A word or quoted string as the parser hands it to the kernel: quotes gone, \ooo \xNN \dNNN
 * \a \e \f \n \r \t \" decoded; an escape of one of * ? [ ] { } ^ , \ stays one. Ends at a NUL. */
char *amr_lex_decode(AmrBytes word);

G_END_DECLS
#endif
