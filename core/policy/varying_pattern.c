/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pattern of one varying part. Globs know no repetition: what has a fixed length is spelled
 * byte by byte, what has not ends in a star. */
#include <string.h>

#include "core/policy/varying.h"

/* Longer ones are spelled with ? behind the first byte: as exact in length, and still read. */
#define SPELLED_MAX 12
/* So many random bytes hold, as good as surely, one of each class that they are drawn from. */
#define ENOUGH 24

typedef struct {
    gsize shortest, longest, all;
    gboolean upper, lower, digit, other; /* bytes of these stand in them; other: '_' */
    gboolean hex;                        /* all are hexadecimal digits, of one case */
} Sample;

static Sample
sample(const AmrBytes *texts, gsize n)
{
    Sample s = {.shortest = G_MAXSIZE};
    gboolean xdigits = TRUE;

    for (gsize i = 0; i < n; i++) {
        s.shortest = MIN(s.shortest, texts[i].len);
        s.longest = MAX(s.longest, texts[i].len);
        s.all += texts[i].len;
        for (gsize j = 0; j < texts[i].len; j++) {
            char c = texts[i].data[j];
            s.upper |= g_ascii_isupper(c);
            s.lower |= g_ascii_islower(c);
            s.digit |= g_ascii_isdigit(c);
            s.other |= !g_ascii_isalnum(c);
            xdigits = xdigits && g_ascii_isxdigit(c);
        }
    }
    s.hex = xdigits && !(s.upper && s.lower);
    return s;
}

/* Whether a star stands before in the same component. Behind one a row of ? makes the compiler's
 * state machine remember each place where the row may have begun: 2 to the power of its length
 * states. */
static gboolean
is_behind_star(const GString *pattern)
{
    for (gsize i = pattern->len; i > 0 && pattern->str[i - 1] != '/'; i--)
        if (pattern->str[i - 1] == '*' && (i < 2 || pattern->str[i - 2] != '\\'))
            return TRUE;
    return FALSE;
}

/* @class, as often as the texts are long. */
static void
append_repeated(GString *pattern, const char *class, const Sample *s)
{
    gboolean fixed = s->shortest == s->longest;
    gsize spelled = s->shortest <= SPELLED_MAX ? s->shortest : 1;

    if (spelled < s->shortest && is_behind_star(pattern))
        fixed = FALSE;
    for (gsize i = 0; i < spelled; i++)
        g_string_append(pattern, class);
    for (gsize i = spelled; i < s->shortest && fixed; i++)
        g_string_append_c(pattern, '?');
    if (!fixed)
        g_string_append_c(pattern, '*');
}

static const char *
hex_class(const Sample *s)
{
    return s->upper && s->lower ? "[0-9A-Fa-f]" : s->upper ? "[0-9A-F]" : "[0-9a-f]";
}

static void
append_random(GString *pattern, const Sample *s)
{
    g_autoptr(GString) class = g_string_new("[");
    gboolean any = s->all < ENOUGH;

    if (s->hex && (s->upper || s->lower)) {
        append_repeated(pattern, hex_class(s), s);
        return;
    }
    g_string_append(class, any || s->digit ? "0-9" : "");
    g_string_append(class, any || s->upper ? "A-Z" : "");
    g_string_append(class, any || s->other ? "_" : "");
    g_string_append(class, any || s->lower ? "a-z" : "");
    g_string_append_c(class, ']');
    append_repeated(pattern, class->str, s);
}

static gboolean
is_digit(char c)
{
    return g_ascii_isdigit(c);
}

static gboolean
is_xdigit(char c)
{
    return g_ascii_isxdigit(c);
}

/* Whether all texts have digits in the same places, and in the others the same bytes. */
static gboolean
have_one_shape(const AmrBytes *texts, gsize n, gboolean (*is)(char c))
{
    for (gsize i = 1; i < n; i++) {
        if (texts[i].len != texts[0].len)
            return FALSE;
        for (gsize j = 0; j < texts[0].len; j++) {
            char a = texts[0].data[j], b = texts[i].data[j];
            if (is(a) != is(b) || (!is(a) && a != b))
                return FALSE;
        }
    }
    return TRUE;
}

/* Each digit a class, or with @first only the first of a row of them; the rest as it is. */
static void
append_shape(GString *pattern, AmrBytes text, gboolean (*is)(char c), const char *class,
             gboolean first)
{
    for (gsize i = 0; i < text.len; i++) {
        if (!is(text.data[i]))
            g_string_append_c(pattern, text.data[i]);
        else if (first && i > 0 && is(text.data[i - 1]))
            g_string_append_c(pattern, '?');
        else
            g_string_append(pattern, class);
    }
}

static gboolean
all_hold(const AmrBytes *texts, gsize n, char c)
{
    for (gsize i = 0; i < n; i++)
        if (!memchr(texts[i].data, c, texts[i].len))
            return FALSE;
    return TRUE;
}

void
amr_varying_append(GString *pattern, AmrVaryingKind kind, const AmrBytes *texts, gsize n)
{
    Sample s = sample(texts, n);

    switch (kind) {
    case AMR_VARYING_RANDOM:
        append_random(pattern, &s);
        return;
    case AMR_VARYING_HEX:
        append_repeated(pattern, hex_class(&s), &s);
        return;
    case AMR_VARYING_UUID:
    case AMR_VARYING_DEVICE:
        if (have_one_shape(texts, n, is_xdigit) &&
            (kind == AMR_VARYING_DEVICE || !is_behind_star(pattern))) {
            append_shape(pattern, texts[0], is_xdigit, hex_class(&s), kind == AMR_VARYING_UUID);
            return;
        }
        g_string_append_printf(pattern, "%s*", hex_class(&s));
        return;
    case AMR_VARYING_DATE:
        if (have_one_shape(texts, n, is_digit)) {
            append_shape(pattern, texts[0], is_digit, "[0-9]", FALSE);
            return;
        }
        break;
    case AMR_VARYING_VERSION:
        g_string_append(pattern, all_hold(texts, n, '.') ? "[0-9]*.[0-9]*" : "[0-9]*");
        return;
    case AMR_VARYING_PID:
    case AMR_VARYING_TID:
    case AMR_VARYING_UID:
    case AMR_VARYING_FD:
    case AMR_VARYING_NUMBER:
    case AMR_VARYING_NONE:
        break;
    }
    g_string_append(pattern, "[0-9]*");
}
