/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/index_lex.h"

#include <string.h>

void
amr_lex_init(AmrLex *lex, AmrBytes bytes)
{
    *lex = (AmrLex){.data = bytes.len ? bytes.data : "",
                    .len = bytes.len,
                    .line = 1,
                    .no_paren = bytes.len + 1};
}

static gboolean
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static gboolean
is_space(char c)
{
    return is_blank(c) || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

static gboolean
is_name(char c)
{
    return g_ascii_isalnum(c) || c == '_';
}

static char
at(const AmrLex *lex, gsize pos)
{
    return pos < lex->len ? lex->data[pos] : '\0';
}

/* Moves on to @pos and counts the lines. */
static void
advance(AmrLex *lex, gsize pos)
{
    const char *p = lex->data + lex->pos, *end = lex->data + pos;

    while (p < end && (p = memchr(p, '\n', (gsize)(end - p)))) {
        lex->line++;
        p++;
    }
    lex->pos = pos;
}

static gsize
line_end(const AmrLex *lex, gsize pos)
{
    const char *newline = pos < lex->len ? memchr(lex->data + pos, '\n', lex->len - pos) : NULL;
    return newline ? (gsize)(newline - lex->data) : lex->len;
}

static gboolean
starts(const AmrLex *lex, gsize pos, const char *text)
{
    gsize len = strlen(text);
    return pos <= lex->len && len <= lex->len - pos && memcmp(lex->data + pos, text, len) == 0;
}

/* The end of the quoted string at @pos. A quote behind a backslash ends it only if no other does:
 * the parser's lexer takes the longest match. 0 if nothing ends it. */
static gsize
quoted_end(const AmrLex *lex, gsize pos)
{
    gsize last = 0;

    for (gsize i = pos + 1; i < lex->len && lex->data[i] != '\0'; i++) {
        if (lex->data[i] != '"')
            continue;
        if (lex->data[i - 1] != '\\' || i - 1 == pos)
            return i + 1;
        last = i + 1;
    }
    return last;
}

/* The end of the word at @pos: a blank, a quote, a `!`, or a comma that nothing is glued to. */
static gsize
word_end(const AmrLex *lex, gsize pos, gboolean rule)
{
    while (pos < lex->len) {
        char c = lex->data[pos], next = at(lex, pos + 1);
        if (c == '\\' && pos + 1 < lex->len && strchr(" \t\"!,", next) && next != '\0') {
            pos += 2;
            continue;
        }
        if (is_space(c) || c == '"' || c == '!')
            break;
        if (rule && (c == '=' || c == ')'))
            break;
        if (c == ',') {
            if (pos + 1 >= lex->len || is_space(next) || next == '"' || next == '!' || next == ',')
                break;
            pos++;
        }
        pos++;
    }
    return pos;
}

/* Where `@{NAME}` or `@NAME` ends if an assignment follows, else 0. */
static gsize
assigned_variable_end(const AmrLex *lex, gsize pos)
{
    gsize end = pos + 1;
    gboolean braced = at(lex, end) == '{';

    end += braced;
    while (end < lex->len && is_name(lex->data[end]))
        end++;
    if (braced && at(lex, end) != '}')
        return 0;
    end += braced;
    if (at(lex, end) == '=' ||
        (at(lex, end) && strchr("+?:", at(lex, end)) && at(lex, end + 1) == '='))
        return end;
    return 0;
}

/* The end of the group of parentheses at @pos, 0 if it never ends. Quotes hide; it does not nest
 * (a second closing one is a token that nobody minds). */
static gsize
group_end(AmrLex *lex, gsize pos)
{
    if (pos >= lex->no_paren)
        return 0;
    for (gsize i = pos + 1; i < lex->len; i++) {
        if (lex->data[i] == ')')
            return i + 1;
        if (lex->data[i] == '"') {
            gsize end = quoted_end(lex, i);
            if (end)
                i = end - 1;
        }
    }
    lex->no_paren = pos;
    return 0;
}

static void
finish(AmrLex *lex, AmrLexToken *token, AmrLexKind kind, gsize end)
{
    token->kind = kind;
    token->start = lex->pos;
    token->end = end;
    token->line = lex->line;
    advance(lex, end);
}

static gsize
skip_blanks(const AmrLex *lex, gsize pos)
{
    while (pos < lex->len && is_blank(lex->data[pos]))
        pos++;
    return pos;
}

/* @pos behind `if exists`, or @pos where that does not stand there. */
static gsize
skip_if_exists(const AmrLex *lex, gsize pos)
{
    gsize word;

    if (!starts(lex, pos, "if") || !is_blank(at(lex, pos + 2)))
        return pos;
    word = skip_blanks(lex, pos + 2);
    if (!starts(lex, word, "exists") || !is_blank(at(lex, word + 6)))
        return pos;
    return skip_blanks(lex, word + 6);
}

/* A file name at @pos: <magic>, "quoted" or bare. Its end, or 0. */
static gsize
file_at(const AmrLex *lex, gsize pos, AmrBytes *file, gboolean *magic)
{
    gsize end = 0;

    *magic = at(lex, pos) == '<';
    if (*magic) {
        gsize last = line_end(lex, pos);
        const char *close = memchr(lex->data + pos, '>', last - pos);
        gsize from = pos + 1, to;
        if (!close)
            return 0;
        end = (gsize)(close - lex->data) + 1;
        for (to = end - 1; from < to && is_space(lex->data[from]); from++)
            ;
        for (; from < to && is_space(lex->data[to - 1]); to--)
            ;
        *file = (AmrBytes){lex->data + from, to - from};
        return to > from ? end : 0;
    }
    if (at(lex, pos) == '"')
        end = quoted_end(lex, pos);
    else
        end = word_end(lex, pos, FALSE);
    if (end <= pos)
        return 0;
    *file = (AmrBytes){lex->data + pos, end - pos};
    return end;
}

gboolean
amr_lex_file(AmrLex *lex, AmrLexToken *token)
{
    gsize pos = skip_blanks(lex, lex->pos);
    gsize end = file_at(lex, pos, &token->file, &token->magic);

    if (!end)
        return FALSE;
    token->if_exists = FALSE;
    finish(lex, token, AMR_LEX_INCLUDE, end);
    return TRUE;
}

/* The directive whose keyword of @keyword bytes stands here. */
static gboolean
include_here(AmrLex *lex, gsize keyword, AmrLexToken *token)
{
    gsize pos = skip_blanks(lex, lex->pos + keyword), name = skip_if_exists(lex, pos);
    gsize end = file_at(lex, name, &token->file, &token->magic);

    if (!end)
        return FALSE;
    token->if_exists = name != pos;
    finish(lex, token, AMR_LEX_INCLUDE, end);
    return TRUE;
}

char
amr_lex_peek(const AmrLex *lex)
{
    gsize pos = lex->pos;

    while (pos < lex->len && is_space(lex->data[pos]))
        pos++;
    return at(lex, pos);
}

gboolean
amr_lex_value(AmrLex *lex, AmrLexToken *token)
{
    for (;;) {
        gsize pos = lex->pos, end;
        while (pos < lex->len && is_space(lex->data[pos]) && lex->data[pos] != '\n')
            pos++;
        if (at(lex, pos) == '\\' && (at(lex, pos + 1) == '\n' || starts(lex, pos + 1, "\r\n"))) {
            advance(lex, pos + (at(lex, pos + 1) == '\n' ? 2 : 3));
            continue;
        }
        if (pos >= lex->len || lex->data[pos] == '\n' || lex->data[pos] == '#') {
            advance(lex, MIN(line_end(lex, pos) + 1, lex->len));
            return FALSE;
        }
        advance(lex, pos);
        end = lex->data[pos] == '"' ? quoted_end(lex, pos) : word_end(lex, pos, FALSE);
        if (end > pos) {
            finish(lex, token, lex->data[pos] == '"' ? AMR_LEX_QUOTED : AMR_LEX_WORD, end);
            return TRUE;
        }
        advance(lex, pos + 1);
    }
}

/* One character, or two, that mean something of their own. FALSE if it begins a word. */
static gboolean
next_sign(AmrLex *lex, AmrLexMode mode, AmrLexToken *token)
{
    gsize pos = lex->pos, end;
    char c = lex->data[pos], next = at(lex, pos + 1);
    gboolean alone = pos + 1 >= lex->len || is_space(next);

    switch (c) {
    case '{':
    case '}':
        if (mode == AMR_LEX_RULE && !alone)
            return FALSE;
        finish(lex, token, c == '{' ? AMR_LEX_OPEN : AMR_LEX_CLOSE, pos + 1);
        return TRUE;
    case ',':
        finish(lex, token, AMR_LEX_COMMA, pos + 1);
        return TRUE;
    case '(':
        end = group_end(lex, pos);
        finish(lex, token, end ? AMR_LEX_GROUP : AMR_LEX_OTHER, end ? end : pos + 1);
        return TRUE;
    case '=':
        finish(lex, token, AMR_LEX_ASSIGN, pos + 1);
        return TRUE;
    case '+':
    case '?':
    case ':':
        if (next != '=')
            return FALSE;
        finish(lex, token, AMR_LEX_ASSIGN, pos + 2);
        return TRUE;
    case '-':
        if (next != '>')
            return FALSE;
        finish(lex, token, AMR_LEX_ARROW, pos + 2);
        return TRUE;
    case '^':
        if (mode == AMR_LEX_RULE)
            return FALSE;
        finish(lex, token, AMR_LEX_CARET, pos + 1);
        return TRUE;
    default:
        return FALSE;
    }
}

/* A word of @mode at the current place; at least one byte. */
static void
next_word(AmrLex *lex, AmrLexMode mode, AmrLexToken *token)
{
    gsize pos = lex->pos, end = 0;
    char c = lex->data[pos];
    AmrLexKind kind = AMR_LEX_WORD;

    if (mode != AMR_LEX_STATEMENT) {
        end = word_end(lex, pos, mode == AMR_LEX_RULE);
    } else if (c == '@') {
        end = assigned_variable_end(lex, pos);
        end = end ? end : word_end(lex, pos, FALSE);
    } else if (c == '/' || c == ':' || c == '&') {
        end = word_end(lex, pos, FALSE);
    } else if (g_ascii_isalpha(c)) {
        for (end = pos; end < lex->len && is_name(lex->data[end]);)
            end++;
    } else if (c == '$') {
        gboolean braced = at(lex, pos + 1) == '{';
        for (end = pos + 1 + braced; end < lex->len && is_name(lex->data[end]);)
            end++;
        end += braced && at(lex, end) == '}';
    }
    if (end <= pos) {
        end = pos + 1;
        kind = AMR_LEX_OTHER;
    }
    finish(lex, token, kind, end);
}

void
amr_lex_next(AmrLex *lex, AmrLexMode mode, AmrLexToken *token)
{
    for (;;) {
        gsize pos = lex->pos, end;
        while (pos < lex->len && is_space(lex->data[pos]))
            pos++;
        advance(lex, pos);
        if (pos >= lex->len) {
            finish(lex, token, AMR_LEX_END, pos);
            return;
        }
        if (lex->data[pos] == '#' && mode != AMR_LEX_NAME) {
            if (starts(lex, pos, "#include") && include_here(lex, 8, token))
                return;
            advance(lex, line_end(lex, pos));
            continue;
        }
        if (lex->data[pos] == '"' && (end = quoted_end(lex, pos))) {
            finish(lex, token, AMR_LEX_QUOTED, end);
            return;
        }
        if (mode == AMR_LEX_STATEMENT && starts(lex, pos, "include") &&
            is_blank(at(lex, pos + 7)) && include_here(lex, 7, token))
            return;
        if (mode == AMR_LEX_NAME || !next_sign(lex, mode, token))
            next_word(lex, mode, token);
        return;
    }
}

/* ---- decoding ------------------------------------------------------------------------------- */

/* A number of at most @digits digits that stays below 256; its length in *used. */
static int
number(const char *p, gsize len, int base, gsize digits, gsize *used)
{
    int value = 0;
    gsize i;

    for (i = 0; i < MIN(digits, len); i++) {
        int digit = g_ascii_xdigit_value(p[i]);
        if (digit < 0 || digit >= base || value * base + digit > 255)
            break;
        value = value * base + digit;
    }
    *used = i;
    return value;
}

/* The byte that the escape behind a backslash at @p means, -1 if it is none. */
static int
escape(const char *p, gsize len, gsize *used)
{
    static const char letters[] = "aefnrt", bytes[] = "\a\033\f\n\r\t";
    const char *letter;
    int value;

    *used = 1;
    if (*p >= '0' && *p <= '7')
        return number(p, len, 8, 3, used);
    if (*p == '\\' || *p == '"')
        return *p;
    if (*p == 'd' || *p == 'x') {
        value = number(p + 1, len - 1, *p == 'd' ? 10 : 16, *p == 'd' ? 3 : 2, used);
        if (*used == 0)
            return -1;
        *used += 1;
        return value;
    }
    letter = *p ? strchr(letters, *p) : NULL;
    return letter ? bytes[letter - letters] : -1;
}

char *
amr_lex_decode(AmrBytes word)
{
    const char *p = word.data;
    gsize len = word.len, used;
    g_autoptr(GString) out = g_string_sized_new(len + 1);

    if (len >= 2 && p[0] == '"' && p[len - 1] == '"') {
        p++;
        len -= 2;
    }
    while (len > 0 && *p != '\0') {
        int c = *p == '\\' && len > 1 ? escape(p + 1, len - 1, &used) : -1;
        if (c < 0) {
            g_string_append_c(out, *p);
            used = 0;
        } else if (c == 0) {
            g_string_append_len(out, p, (gssize)used + 1);
        } else {
            if (strchr("*?[]{}^,\\", c))
                g_string_append_c(out, '\\');
            g_string_append_c(out, (char)c);
        }
        p += used + 1;
        len -= used + 1;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
