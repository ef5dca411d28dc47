/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/base/text.h"

#include <string.h>

#include "core/base/error.h"

/* Marks that may stack on one base character; more would paint over the neighbouring lines. */
#define MARKS_MAX 4

gboolean
amr_bytes_equal(AmrBytes a, AmrBytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

gboolean
amr_bytes_is(AmrBytes a, const char *string)
{
    return amr_bytes_equal(a, amr_bytes(string));
}

int
amr_bytes_compare(AmrBytes a, AmrBytes b)
{
    gsize common = MIN(a.len, b.len);
    int order = common ? memcmp(a.data, b.data, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

char *
amr_bytes_dup(AmrBytes bytes)
{
    char *copy = g_malloc(bytes.len + 1);
    if (bytes.len)
        memcpy(copy, bytes.data, bytes.len);
    copy[bytes.len] = '\0';
    return copy;
}

gboolean
amr_bytes_to_uint64(AmrBytes bytes, guint64 *number)
{
    guint64 sum = 0;

    if (bytes.len == 0)
        return FALSE;
    for (gsize i = 0; i < bytes.len; i++) {
        if (!g_ascii_isdigit(bytes.data[i]) ||
            __builtin_mul_overflow(sum, G_GUINT64_CONSTANT(10), &sum) ||
            __builtin_add_overflow(sum, (guint64)(bytes.data[i] - '0'), &sum))
            return FALSE;
    }
    *number = sum;
    return TRUE;
}

gboolean
amr_text_unhex(AmrBytes hex, char *out, gsize *len)
{
    if (hex.len == 0 || hex.len % 2 != 0)
        return FALSE;
    for (gsize i = 0; i < hex.len; i++) {
        if (!g_ascii_isxdigit(hex.data[i]))
            return FALSE;
    }
    for (gsize i = 0; i < hex.len / 2; i++) {
        int high = g_ascii_xdigit_value(hex.data[2 * i]);
        int low = g_ascii_xdigit_value(hex.data[2 * i + 1]);
        out[i] = (char)(high << 4 | low);
    }
    *len = hex.len / 2;
    return TRUE;
}

/* ---- what may be seen --------------------------------------------------------------------- */

typedef enum {
    SHOWN_PLAIN,  /* as it is */
    SHOWN_MARK,   /* as it is, on a base character that has room for it */
    SHOWN_HIDDEN, /* as an escape of the code point */
    SHOWN_BYTE,   /* as an escape of the byte */
} Shown;

/* The table of the house: what becomes of a code point beyond ASCII, by its Unicode category. */
static const guint8 shown_by_type[] = {
    [G_UNICODE_CONTROL] = SHOWN_HIDDEN,
    [G_UNICODE_FORMAT] = SHOWN_HIDDEN, /* bidi controls, zero width joiners, tags, soft hyphen */
    [G_UNICODE_UNASSIGNED] = SHOWN_HIDDEN,
    [G_UNICODE_PRIVATE_USE] = SHOWN_HIDDEN,
    [G_UNICODE_SURROGATE] = SHOWN_HIDDEN,
    [G_UNICODE_LOWERCASE_LETTER] = SHOWN_PLAIN,
    [G_UNICODE_MODIFIER_LETTER] = SHOWN_PLAIN,
    [G_UNICODE_OTHER_LETTER] = SHOWN_PLAIN,
    [G_UNICODE_TITLECASE_LETTER] = SHOWN_PLAIN,
    [G_UNICODE_UPPERCASE_LETTER] = SHOWN_PLAIN,
    [G_UNICODE_SPACING_MARK] = SHOWN_MARK,
    [G_UNICODE_ENCLOSING_MARK] = SHOWN_MARK,
    [G_UNICODE_NON_SPACING_MARK] = SHOWN_MARK,
    [G_UNICODE_DECIMAL_NUMBER] = SHOWN_PLAIN,
    [G_UNICODE_LETTER_NUMBER] = SHOWN_PLAIN,
    [G_UNICODE_OTHER_NUMBER] = SHOWN_PLAIN,
    [G_UNICODE_CONNECT_PUNCTUATION] = SHOWN_PLAIN,
    [G_UNICODE_DASH_PUNCTUATION] = SHOWN_PLAIN,
    [G_UNICODE_CLOSE_PUNCTUATION] = SHOWN_PLAIN,
    [G_UNICODE_FINAL_PUNCTUATION] = SHOWN_PLAIN,
    [G_UNICODE_INITIAL_PUNCTUATION] = SHOWN_PLAIN,
    [G_UNICODE_OTHER_PUNCTUATION] = SHOWN_PLAIN,
    [G_UNICODE_OPEN_PUNCTUATION] = SHOWN_PLAIN,
    [G_UNICODE_CURRENCY_SYMBOL] = SHOWN_PLAIN,
    [G_UNICODE_MODIFIER_SYMBOL] = SHOWN_PLAIN,
    [G_UNICODE_MATH_SYMBOL] = SHOWN_PLAIN,
    [G_UNICODE_OTHER_SYMBOL] = SHOWN_PLAIN,
    [G_UNICODE_LINE_SEPARATOR] = SHOWN_HIDDEN,
    [G_UNICODE_PARAGRAPH_SEPARATOR] = SHOWN_HIDDEN,
    [G_UNICODE_SPACE_SEPARATOR] = SHOWN_HIDDEN, /* U+0020 is ASCII and does not come here */
};

/* Letters, marks and symbols by category that show nothing: Default_Ignorable_Code_Point of
 * DerivedCoreProperties.txt (Unicode 15) as far as the category does not hide them already, and
 * those that are drawn as a blank. */
static const struct {
    gunichar first, last;
} invisible[] = {
    {0x034F, 0x034F},   /* combining grapheme joiner */
    {0x115F, 0x1160},   /* Hangul fillers */
    {0x17B4, 0x17B5},   /* Khmer inherent vowels */
    {0x180B, 0x180F},   /* Mongolian variation selectors */
    {0x2800, 0x2800},   /* blank Braille pattern */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xFE00, 0xFE0F},   /* variation selectors */
    {0xFFA0, 0xFFA0},   /* halfwidth Hangul filler */
    {0xFFFC, 0xFFFC},   /* object replacement character */
    {0x16FE4, 0x16FE4}, /* Khitan small script filler */
    {0x1D159, 0x1D159}, /* musical null notehead */
    {0xE0100, 0xE01EF}, /* variation selectors supplement */
};

static Shown
shown_point(gunichar point)
{
    guint type;

    if (point < 0x80)
        return point >= 0x20 && point != 0x7F ? SHOWN_PLAIN : SHOWN_BYTE;
    for (gsize i = 0; i < G_N_ELEMENTS(invisible); i++) {
        if (point >= invisible[i].first && point <= invisible[i].last)
            return SHOWN_HIDDEN;
    }
    type = (guint)g_unichar_type(point);
    return type < G_N_ELEMENTS(shown_by_type) ? (Shown)shown_by_type[type] : SHOWN_HIDDEN;
}

/* One character, or one byte where there is none. */
typedef struct {
    const char *start;
    gsize len;
    gunichar point; /* the byte's value for SHOWN_BYTE */
    Shown shown;
} Piece;

/* Takes the first piece of @bytes off. @room counts the marks that the character before still
 * takes: none at the start or after an escape, whose last character they would change. */
static Piece
next_piece(AmrBytes *bytes, guint *room)
{
    Piece piece = {bytes->data, 1, (guchar)bytes->data[0], SHOWN_BYTE};

    if (piece.point < 0x80) {
        piece.shown = shown_point(piece.point);
    } else {
        gunichar point = g_utf8_get_char_validated(bytes->data, (gssize)bytes->len);
        if (point != (gunichar)-1 && point != (gunichar)-2) {
            piece.point = point;
            piece.len = (gsize)g_unichar_to_utf8(point, NULL);
            piece.shown = shown_point(point);
        }
    }
    if (piece.shown == SHOWN_MARK && *room == 0)
        piece.shown = SHOWN_HIDDEN;
    if (piece.shown == SHOWN_PLAIN)
        *room = MARKS_MAX;
    else if (piece.shown == SHOWN_MARK)
        (*room)--;
    else
        *room = 0;
    bytes->data += piece.len;
    bytes->len -= piece.len;
    return piece;
}

/* ---- sink: display ------------------------------------------------------------------------- */

static void
append_escape(GString *out, const Piece *piece)
{
    if (piece->shown == SHOWN_HIDDEN) {
        g_string_append_printf(out, "\\u{%x}", piece->point);
        return;
    }
    switch (piece->point) {
    case '\n':
        g_string_append(out, "\\n");
        break;
    case '\t':
        g_string_append(out, "\\t");
        break;
    case '\r':
        g_string_append(out, "\\r");
        break;
    case 0x1B:
        g_string_append(out, "\\e");
        break;
    default:
        g_string_append_printf(out, "\\x%02x", piece->point);
        break;
    }
}

static void
append_shown(GString *out, AmrBytes bytes, gboolean lines)
{
    guint room = 0;

    while (bytes.len > 0) {
        Piece piece = next_piece(&bytes, &room);
        if (lines && (piece.point == '\n' || piece.point == '\t'))
            g_string_append_c(out, (char)piece.point);
        else if (!lines && piece.point == '\\')
            g_string_append(out, "\\\\");
        else if (piece.shown == SHOWN_PLAIN || piece.shown == SHOWN_MARK)
            g_string_append_len(out, piece.start, (gssize)piece.len);
        else
            append_escape(out, &piece);
    }
}

void
amr_display_append(GString *out, AmrBytes bytes)
{
    append_shown(out, bytes, FALSE);
}

char *
amr_display(AmrBytes bytes)
{
    GString *out = g_string_sized_new(bytes.len + 1);
    append_shown(out, bytes, FALSE);
    return g_string_free(out, FALSE);
}

char *
amr_display_string(const char *string)
{
    return amr_display(amr_bytes(string));
}

char *
amr_display_lines(AmrBytes bytes)
{
    GString *out = g_string_sized_new(bytes.len + 1);
    append_shown(out, bytes, TRUE);
    return g_string_free(out, FALSE);
}

/* ---- sink: policy --------------------------------------------------------------------------- */

/* What the lexer takes bare in every place. */
static gboolean
is_bare(char c)
{
    return c != '\0' && (g_ascii_isalnum(c) || strchr("/_.+:%=-", c) != NULL);
}

static gboolean
check_name(AmrBytes name, GError **error)
{
    if (name.len == 0)
        return amr_error_set(error, AMR_ERROR_REFUSED, "An empty name cannot stand in a rule");
    if (memchr(name.data, '\0', name.len)) {
        g_autofree char *shown = amr_display(name);
        return amr_error_set(error, AMR_ERROR_REFUSED,
                             "%s: A name that holds a NUL cannot stand in a rule", shown);
    }
    return TRUE;
}

/* Octal serves for every byte in every place, and it is inert in any pager and editor: what the
 * display sink would not show as it is, we do not write as it is either. */
static void
append_policy(GString *out, AmrBytes name, const char *backslashed)
{
    guint room = 0;

    while (name.len > 0) {
        Piece piece = next_piece(&name, &room);
        gboolean plain = piece.shown == SHOWN_PLAIN || piece.shown == SHOWN_MARK;

        if (plain && piece.point != '\\' && piece.point != '"') {
            if (piece.len == 1 && strchr(backslashed, piece.start[0]))
                g_string_append_c(out, '\\');
            g_string_append_len(out, piece.start, (gssize)piece.len);
            continue;
        }
        for (gsize i = 0; i < piece.len; i++)
            g_string_append_printf(out, "\\%03o", (guint)(guchar)piece.start[i]);
    }
}

char *
amr_policy_pattern(AmrBytes name, GError **error)
{
    GString *out;

    if (!check_name(name, error))
        return NULL;
    out = g_string_sized_new(name.len + 8);
    append_policy(out, name, "*?[]{}");
    return g_string_free(out, FALSE);
}

gboolean
amr_policy_needs_quotes(const char *pattern)
{
    guint braces = 0;

    /* A glob character in the first place is no path to the lexer unless it is quoted, and with a
     * plus no word of a mount rule begins; a sign alone (`:`) may be one of the grammar. */
    if (!pattern[0] || pattern[0] == '+' ||
        (!pattern[1] && !g_ascii_isalnum(pattern[0]) && pattern[0] != '/') ||
        (!is_bare(pattern[0]) && !g_str_has_prefix(pattern, "@{")))
        return TRUE;
    for (const char *p = pattern; *p; p++) {
        if (*p == '{')
            braces++;
        else if (*p == '}' && braces > 0)
            braces--;
        else if (*p == ',' && braces > 0)
            continue;
        else if (!is_bare(*p) && !strchr("*?[]^@", *p))
            return TRUE;
    }
    return FALSE;
}

/* An exec target is not a pattern: glob characters stand for themselves there, and escaping them
 * would put the backslash into the name. 3.0.8 expands no variable in it; that is not promised,
 * and `@{` cannot be spelled in another way. */
static char *
policy_target(AmrBytes name, GError **error)
{
    gboolean bare = TRUE;
    GString *out;

    for (gsize i = 0; i < name.len; i++) {
        gboolean variable = name.data[i] == '@' && i + 1 < name.len && name.data[i + 1] == '{';
        if (name.data[i] == '\\' || variable) {
            g_autofree char *shown = amr_display(name);
            amr_error_set(error, AMR_ERROR_REFUSED, "%s: %s cannot be written in an exec target",
                          shown, variable ? "'@{'" : "A backslash");
            return NULL;
        }
        bare = bare && is_bare(name.data[i]);
    }
    if (bare)
        return amr_bytes_dup(name);
    out = g_string_new("\"");
    append_policy(out, name, "");
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

char *
amr_policy_name(AmrPlace place, AmrBytes name, GError **error)
{
    g_autofree char *pattern = NULL;

    if (!check_name(name, error))
        return NULL;
    if (place == AMR_PLACE_TARGET)
        return policy_target(name, error);
    pattern = amr_policy_pattern(name, error);
    if (!pattern)
        return NULL;
    if (amr_policy_needs_quotes(pattern))
        return g_strdup_printf("\"%s\"", pattern);
    return g_steal_pointer(&pattern);
}

/* ---- sink: JSON and markup ------------------------------------------------------------------ */

void
amr_json_text(AmrBytes bytes, char **text, char **hex)
{
    GString *digits;

    *hex = NULL;
    if (bytes.len == 0 || g_utf8_validate_len(bytes.data, bytes.len, NULL)) {
        *text = amr_bytes_dup(bytes);
        return;
    }
    *text = amr_display(bytes);
    digits = g_string_sized_new(2 * bytes.len + 1);
    for (gsize i = 0; i < bytes.len; i++)
        g_string_append_printf(digits, "%02x", (guint)(guchar)bytes.data[i]);
    *hex = g_string_free(digits, FALSE);
}

char *
amr_markup(AmrBytes bytes)
{
    g_autofree char *shown = amr_display(bytes);
    return g_markup_escape_text(shown, -1);
}
