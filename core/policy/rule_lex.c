/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/rule_lex.h"

#include <string.h>

#include "core/base/error.h"

/* The compiler itself gives up at 50. */
#define NESTING_MAX 32

typedef struct {
    const char *text;
    gsize len, at;
    GString *word;
    AmrWord now;
    GError **error;
} Lexer;

void
amr_rule_wrong(GError **error, const char *text, gsize at, const char *what)
{
    glong n = 1;
    for (gsize i = 0; i < at && text[i]; i++)
        if (((guchar)text[i] & 0xc0) != 0x80)
            n++;
    amr_error_set(error, AMR_ERROR_PARSE, "at character %ld: %s", n, what);
}

static gboolean
wrong(Lexer *lexer, gsize at, const char *what)
{
    amr_rule_wrong(lexer->error, lexer->text, at, what);
    return FALSE;
}

static gboolean
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char
peek(const Lexer *lexer)
{
    return lexer->at < lexer->len ? lexer->text[lexer->at] : '\0';
}

static void
take(Lexer *lexer)
{
    g_string_append_c(lexer->word, lexer->text[lexer->at++]);
}

static void
clear_word(gpointer data)
{
    g_free(((AmrWord *)data)->text);
}

/* Whole-text conditions first, so that the rest need not think of them. */
static gboolean
check_bytes(Lexer *lexer)
{
    const char *end;
    if (lexer->len > AMR_RULE_TEXT_MAX)
        return wrong(lexer, AMR_RULE_TEXT_MAX, "the rule is too long");
    for (gsize i = 0; i < lexer->len; i++) {
        guchar c = (guchar)lexer->text[i];
        if (c == '\n' || c == '\r')
            return wrong(lexer, i, "a rule is one line");
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return wrong(lexer, i, "a control character; write it as \\ooo in octal");
    }
    if (!g_utf8_validate(lexer->text, (gssize)lexer->len, &end))
        return wrong(lexer, (gsize)(end - lexer->text),
                     "a byte that is no UTF-8; write it as \\ooo in octal");
    return TRUE;
}

/* A backslash and what it stands before. Not before a quote: the compiler's lexer may then take a
 * quote further on in the file for the end of the string, and swallow what is between. */
static gboolean
take_escape(Lexer *lexer)
{
    gsize at = lexer->at;
    char next = at + 1 < lexer->len ? lexer->text[at + 1] : '\0';
    if (!next)
        return wrong(lexer, at, "a backslash at the end");
    if (next == '\t')
        return wrong(lexer, at, "a tab in a name; write it as \\011");
    if (next == '"' || (next == '\\' && strchr("\" \t,", lexer->text[at + 2])))
        return wrong(lexer, at,
                     "a backslash before a quote or the end of a name; write \\042 for "
                     "a quote and \\134 for a backslash");
    take(lexer);
    take(lexer);
    return TRUE;
}

static gboolean
take_quoted(Lexer *lexer)
{
    gsize open = lexer->at;
    take(lexer);
    while (peek(lexer) != '"') {
        if (!peek(lexer))
            return wrong(lexer, open, "this quote is not closed");
        if (peek(lexer) == '\t')
            return wrong(lexer, lexer->at, "a tab in a name; write it as \\011");
        if (peek(lexer) != '\\')
            take(lexer);
        else if (!take_escape(lexer))
            return FALSE;
    }
    take(lexer);
    return TRUE;
}

/* `{a,b}` or `[a-z]` within a word; blanks and quotes would end the word for the compiler. */
static gboolean
take_bracket(Lexer *lexer, guint depth)
{
    gsize open = lexer->at;
    char want = peek(lexer) == '{' ? '}' : ']';
    if (depth > NESTING_MAX)
        return wrong(lexer, open, "braces are nested too deep");
    take(lexer);
    for (;;) {
        char c = peek(lexer);
        if (!c || is_blank(c))
            return wrong(lexer, open, "this bracket is not closed in its word");
        if (c == '"' || c == '!')
            return wrong(lexer, lexer->at, "a quote or exclamation mark within brackets");
        if (c == want)
            break;
        if (c == '\\') {
            if (!take_escape(lexer))
                return FALSE;
        } else if (want == '}' && (c == '{' || c == '[')) {
            if (!take_bracket(lexer, depth + 1))
                return FALSE;
        } else if (want == '}' && c == ']') {
            return wrong(lexer, lexer->at, "this bracket was never opened");
        } else {
            take(lexer);
        }
    }
    take(lexer);
    return TRUE;
}

/* `name=` before the place that we are at, so that a list or a quoted value may follow. */
static gboolean
after_key(const Lexer *lexer)
{
    const char *word = lexer->word->str;
    gsize len = lexer->word->len;
    if (len < 2 || word[len - 1] != '=')
        return FALSE;
    for (gsize i = 0; i + 1 < len; i++)
        if (!g_ascii_isalnum(word[i]) && word[i] != '_' && word[i] != '.')
            return FALSE;
    return TRUE;
}

static gboolean take_list(Lexer *lexer);

/* Rules whose names need not be paths; no header begins with their keyword, so that a brace there
 * opens no block. */
static gboolean
is_mount(const Lexer *lexer)
{
    static const char *const keywords[] = {"mount", "remount", "umount", "unmount", NULL};
    static const char *const before[] = {"audit", "deny", "allow", NULL};

    for (const char *p = lexer->text; *p;) {
        gsize len = strcspn(p, " \t");
        g_autofree char *word = g_strndup(p, len);
        if (g_strv_contains(keywords, word))
            return TRUE;
        if (len && !g_strv_contains(before, word))
            return FALSE;
        p += len + strspn(p + len, " \t");
    }
    return FALSE;
}

/* One character of a bare word, or what it opens. @list: we are in a list. */
static gboolean
take_bare(Lexer *lexer, gboolean first, gboolean list)
{
    gsize at = lexer->at;
    char c = peek(lexer);
    switch (c) {
    case '\\':
        if (list && lexer->text[at + 1] == ' ')
            return wrong(lexer, at, "a blank in a name in a list; put it in quotes");
        return take_escape(lexer);
    case '"':
        if (!first && !after_key(lexer) && !(list && lexer->text[at - 1] == '='))
            return wrong(lexer, at, "a quote within a word");
        if (!take_quoted(lexer))
            return FALSE;
        lexer->now.quoted = first;
        if (peek(lexer) && !is_blank(peek(lexer)) && !strchr(list ? ",)" : ",", peek(lexer)))
            return wrong(lexer, lexer->at, "text after a closing quote");
        return TRUE;
    case '{':
        if (first && !list && !is_mount(lexer))
            return wrong(lexer, at, "a brace that would open a block");
        return take_bracket(lexer, 0);
    case '[':
        return take_bracket(lexer, 0);
    case '}':
    case ']':
        return wrong(lexer, at, "this bracket was never opened");
    case '!':
        return wrong(lexer, at, "an exclamation mark; write \\041");
    case '(':
        if (!list && (first || after_key(lexer)))
            return take_list(lexer);
        if (list)
            return wrong(lexer, at, "a list within a list");
        break;
    default:
        break;
    }
    if (c == '#' && (first || strchr("=,(", lexer->text[at - 1])))
        return wrong(lexer, at, "a comment or a directive");
    take(lexer);
    return TRUE;
}

/* `(a, b)`. Blanks are folded; a comment cannot begin in it. */
static gboolean
take_list(Lexer *lexer)
{
    gsize open = lexer->at;
    gboolean first = TRUE;
    take(lexer);
    for (;;) {
        char c = peek(lexer);
        if (!c)
            return wrong(lexer, open, "this parenthesis is not closed");
        if (c == ')')
            break;
        if (is_blank(c)) {
            while (is_blank(peek(lexer)))
                lexer->at++;
            if (!first || lexer->word->str[lexer->word->len - 1] == ',')
                g_string_append_c(lexer->word, ' ');
            first = TRUE;
        } else if (c == ',') {
            lexer->now.list = lexer->now.list ? lexer->now.list : lexer->at + 1;
            take(lexer);
            first = TRUE;
        } else {
            if (!take_bare(lexer, first, TRUE))
                return FALSE;
            first = FALSE;
        }
    }
    lexer->now.quoted = FALSE;
    if (lexer->word->str[lexer->word->len - 1] == ' ')
        g_string_truncate(lexer->word, lexer->word->len - 1);
    take(lexer);
    if (peek(lexer) && !is_blank(peek(lexer)) && peek(lexer) != ',')
        return wrong(lexer, lexer->at, "text after a closing parenthesis");
    return TRUE;
}

static gboolean
at_end(const Lexer *lexer, gsize from)
{
    while (from < lexer->len && is_blank(lexer->text[from]))
        from++;
    return from == lexer->len;
}

static gboolean
take_word(Lexer *lexer)
{
    gboolean first = TRUE;
    lexer->now = (AmrWord){.at = lexer->at};
    g_string_truncate(lexer->word, 0);
    while (peek(lexer) && !is_blank(peek(lexer))) {
        if (peek(lexer) == ',') {
            gsize after = lexer->at + 1;
            if (at_end(lexer, after))
                break;
            if (first || strchr(" \t,", lexer->text[after]) || lexer->now.quoted || lexer->now.list)
                return wrong(lexer, after, "a rule ends at its comma; this is more than one rule");
            lexer->now.comma = after;
            take(lexer);
        } else if (!take_bare(lexer, first, FALSE)) {
            return FALSE;
        }
        first = FALSE;
    }
    lexer->now.text = g_strndup(lexer->word->str, lexer->word->len);
    return TRUE;
}

static void
skip_blanks(Lexer *lexer)
{
    while (is_blank(peek(lexer)))
        lexer->at++;
}

static gboolean
is_include(const char *word)
{
    return g_str_has_prefix(word, "include") && strchr("<\"", word[7]);
}

static gboolean
take_words(Lexer *lexer, GArray *words, gboolean *include)
{
    for (;;) {
        skip_blanks(lexer);
        if (!peek(lexer))
            break;
        if (peek(lexer) == ',' && at_end(lexer, lexer->at + 1)) {
            if (*include)
                return wrong(lexer, lexer->at, "an include has no comma at its end");
            return words->len > 0 || wrong(lexer, lexer->at, "a comma and no rule before it");
        }
        if (!take_word(lexer))
            return FALSE;
        g_array_append_val(words, lexer->now);
        if (is_include(lexer->now.text)) {
            if (words->len > 1)
                return wrong(lexer, lexer->now.at, "an include within a rule");
            *include = TRUE;
        }
    }
    if (words->len == 0)
        return wrong(lexer, 0, "no rule");
    return *include || wrong(lexer, lexer->len, "the rule does not end in a comma");
}

GArray *
amr_rule_lex(const char *text, gboolean *include, GError **error)
{
    g_autoptr(GString) word = g_string_new(NULL);
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(AmrWord));
    Lexer lexer = {.text = text, .len = strlen(text), .word = word, .error = error};
    g_array_set_clear_func(words, clear_word);
    *include = FALSE;
    if (!check_bytes(&lexer) || !take_words(&lexer, words, include))
        return NULL;
    return g_steal_pointer(&words);
}
