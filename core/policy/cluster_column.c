/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the names in one place have in common. */
#include <string.h>

#include "core/policy/cluster_private.h"

/* So many characters of a fixed number are spelled as classes of their own. */
#define SPELLED_MAX 8

/* ---- pieces -----------------------------------------------------------------------------------
 */

/* An `@` before a brace would begin a variable. */
static void
append_open_brace(GString *out)
{
    if (out->len && out->str[out->len - 1] == '@') {
        g_string_truncate(out, out->len - 1);
        g_string_append(out, "\\100");
    }
    g_string_append_c(out, '{');
}

/* Within braces a comma parts. */
static void
append_literal(GString *out, AmrBytes bytes, gboolean in_list)
{
    if (bytes.len == 0)
        return;
    g_autofree char *spelled = amr_policy_pattern(bytes, NULL);
    for (const char *p = spelled; *p; p++) {
        if (in_list && *p == ',')
            g_string_append(out, "\\054");
        else
            g_string_append_c(out, *p);
    }
}

char *
amr_cluster_literal(AmrBytes bytes)
{
    GString *out = g_string_new(NULL);
    append_literal(out, bytes, FALSE);
    return g_string_free(out, FALSE);
}

AmrColumn
amr_cluster_list(const AmrBytes *values, guint n)
{
    GString *out = g_string_new(NULL);
    append_open_brace(out);
    for (guint i = 0; i < n; i++) {
        if (i)
            g_string_append_c(out, ',');
        append_literal(out, values[i], TRUE);
    }
    g_string_append_c(out, '}');
    return (AmrColumn){AMR_COLUMN_LIST, g_string_free(out, FALSE)};
}

/* ---- of one shape ------------------------------------------------------------------------------
 */

static AmrBytes
varying_part(const AmrClusterPaths *paths, const AmrClusterName *name, guint n)
{
    const AmrVarying *part = &g_array_index(paths->varying, AmrVarying, name->varying + n);
    return (AmrBytes){name->bytes.data + part->off, part->len};
}

/* Two stars in a row would cross slashes. */
static gboolean
is_within(const char *pattern)
{
    for (const char *p = pattern; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '*' && p[1] == '*')
            return FALSE;
    }
    return TRUE;
}

/* All are equal but for their varying parts. */
static char *
shape_pattern(const AmrClusterPaths *paths, const AmrClusterName *const *values, guint n)
{
    const AmrClusterName *first = values[0];
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree AmrBytes *texts = g_new(AmrBytes, n);
    gsize at = 0;

    for (guint i = 0; i < first->n_varying; i++) {
        const AmrVarying *part = &g_array_index(paths->varying, AmrVarying, first->varying + i);
        append_literal(out, (AmrBytes){first->bytes.data + at, part->off - at}, FALSE);
        for (guint j = 0; j < n; j++)
            texts[j] = varying_part(paths, values[j], i);
        amr_varying_append(out, part->kind, texts, n);
        at = part->off + part->len;
    }
    append_literal(out, (AmrBytes){first->bytes.data + at, first->bytes.len - at}, FALSE);
    return is_within(out->str) ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

/* ---- the same but for numbers -------------------------------------------------------------------
 */

/* The end of the run of digits, or of other bytes, that begins at @at. */
static gsize
run_end(AmrBytes bytes, gsize at)
{
    gboolean digit = at < bytes.len && g_ascii_isdigit(bytes.data[at]);
    while (at < bytes.len && g_ascii_isdigit(bytes.data[at]) == digit)
        at++;
    return at;
}

/* One run of all the values, each at its place in @at, which goes on behind it. FALSE if they are
 * no digits and differ. */
static gboolean
append_run(GString *out, const AmrClusterName *const *values, gsize *at, guint n)
{
    AmrBytes first = {NULL, 0};
    gboolean same = TRUE, fixed = TRUE, digits = TRUE;

    for (guint i = 0; i < n; i++) {
        AmrBytes value = values[i]->bytes;
        gsize end = run_end(value, at[i]);
        AmrBytes run = {value.data + at[i], end - at[i]};
        at[i] = end;
        if (i == 0)
            first = run;
        digits = digits && run.len && g_ascii_isdigit(run.data[0]);
        same = same && amr_bytes_equal(run, first);
        fixed = fixed && run.len == first.len;
    }
    if (same)
        append_literal(out, first, FALSE);
    else if (digits && fixed && first.len <= SPELLED_MAX)
        for (gsize i = 0; i < first.len; i++)
            g_string_append(out, "[0-9]");
    else if (digits)
        g_string_append(out, "[0-9]*");
    return same || digits;
}

/* NULL if they differ in more than numbers. */
static char *
number_pattern(const AmrClusterName *const *values, guint n)
{
    g_autofree gsize *at = g_new0(gsize, n);
    g_autoptr(GString) out = g_string_new(NULL);

    while (at[0] < values[0]->bytes.len)
        if (!append_run(out, values, at, n))
            return NULL;
    for (guint i = 0; i < n; i++)
        if (at[i] < values[i]->bytes.len)
            return NULL;
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* ---- beginning and end ------------------------------------------------------------------------
 */

typedef struct {
    const AmrClusterName *const *values;
    guint n;
    gsize prefix, suffix; /* lengths of what all have in common */
    gsize shortest, longest;
    gboolean digits, hex, a_digit; /* what stands between */
} Middle;

static AmrBytes
value_at(const Middle *middle, guint n)
{
    return middle->values[n]->bytes;
}

static void
find_prefix(Middle *middle)
{
    AmrBytes first = value_at(middle, 0);
    gsize common = first.len;
    for (guint i = 1; i < middle->n; i++) {
        AmrBytes other = value_at(middle, i);
        gsize k = 0;
        while (k < common && k < other.len && first.data[k] == other.data[k])
            k++;
        common = k;
    }
    /* Digits belong to what goes on after them, parts of characters together. */
    while (common && (g_ascii_isdigit(first.data[common - 1]) ||
                      (common < first.len && ((guchar)first.data[common] & 0xc0) == 0x80)))
        common--;
    /* A few letters in common are chance. */
    if (common < 3 && (common == 0 || g_ascii_isalnum(first.data[common - 1])))
        common = 0;
    middle->prefix = common;
}

static void
find_suffix(Middle *middle)
{
    AmrBytes first = value_at(middle, 0);
    gsize common = first.len - middle->prefix;
    for (guint i = 1; i < middle->n; i++) {
        AmrBytes other = value_at(middle, i);
        gsize k = 0;
        while (k < common && k < other.len - middle->prefix &&
               first.data[first.len - 1 - k] == other.data[other.len - 1 - k])
            k++;
        common = k;
    }
    /* An ending begins with a sign. */
    while (common && (g_ascii_isalnum(first.data[first.len - common]) ||
                      (guchar)first.data[first.len - common] >= 0x80))
        common--;
    middle->suffix = common;
}

static void
look_between(Middle *middle)
{
    middle->digits = middle->hex = TRUE;
    middle->shortest = G_MAXSIZE;
    for (guint i = 0; i < middle->n; i++) {
        AmrBytes value = value_at(middle, i);
        gsize len = value.len - middle->prefix - middle->suffix;
        middle->shortest = MIN(middle->shortest, len);
        middle->longest = MAX(middle->longest, len);
        for (gsize k = middle->prefix; k < value.len - middle->suffix; k++) {
            char c = value.data[k];
            middle->digits = middle->digits && g_ascii_isdigit(c);
            middle->hex = middle->hex && (g_ascii_isdigit(c) || (c >= 'a' && c <= 'f'));
            middle->a_digit = middle->a_digit || g_ascii_isdigit(c);
        }
    }
}

/* Characters of one class between beginning and end: FALSE if they are not. Of hexadecimal digits
 * only where they are too many, and too much alike, for words. */
static gboolean
append_class(GString *out, const Middle *middle)
{
    gboolean fixed = middle->shortest == middle->longest;
    const char *class = middle->digits ? "[0-9]" : "[0-9a-f]";

    if (middle->shortest == 0 || !middle->hex)
        return FALSE;
    if (!middle->digits && (!fixed || !middle->a_digit || middle->n < AMR_CLUSTER_AFFIX_MIN))
        return FALSE;
    if (!fixed || middle->longest > SPELLED_MAX) {
        g_string_append_printf(out, "%s*", class);
        return TRUE;
    }
    for (gsize i = 0; i < middle->longest; i++)
        g_string_append(out, class);
    return TRUE;
}

/* ".so" of "libc.so.6" and "libm.so.6.1": what stands in all of them, but not at the end. */
static AmrBytes
common_extension(const Middle *middle)
{
    AmrBytes extension = amr_cluster_extension(value_at(middle, 0));
    for (guint i = 1; extension.len && i < middle->n; i++) {
        AmrBytes other = amr_cluster_extension(value_at(middle, i));
        if (!amr_bytes_equal(extension, other) ||
            other.data < value_at(middle, i).data + middle->prefix)
            extension.len = 0;
    }
    return extension.data < value_at(middle, 0).data + middle->prefix ? (AmrBytes){"", 0}
                                                                      : extension;
}

static AmrColumn
column_by_ends(const AmrClusterName *const *values, guint n)
{
    Middle middle = {.values = values, .n = n};
    GString *out = g_string_new(NULL);
    AmrColumnKind kind = AMR_COLUMN_FORM;
    AmrBytes first = values[0]->bytes;

    find_prefix(&middle);
    find_suffix(&middle);
    look_between(&middle);
    append_literal(out, (AmrBytes){first.data, middle.prefix}, FALSE);
    if (!append_class(out, &middle)) {
        AmrBytes extension = middle.suffix ? (AmrBytes){"", 0} : common_extension(&middle);
        kind = middle.prefix || middle.suffix || extension.len ? AMR_COLUMN_AFFIX : AMR_COLUMN_ANY;
        g_string_append_c(out, '*');
        append_literal(out, extension, FALSE);
        if (extension.len)
            g_string_append_c(out, '*');
    }
    append_literal(out, (AmrBytes){first.data + first.len - middle.suffix, middle.suffix}, FALSE);
    return (AmrColumn){kind, g_string_free(out, FALSE)};
}

AmrColumn
amr_cluster_column(const AmrClusterPaths *paths, const AmrClusterName *const *values, guint n)
{
    gboolean alike = values[0]->n_varying > 0;
    for (guint i = 1; alike && i < n; i++)
        alike = values[i]->shape == values[0]->shape;
    char *pattern = alike ? shape_pattern(paths, values, n) : NULL;
    if (!pattern)
        pattern = number_pattern(values, n);
    return pattern ? (AmrColumn){AMR_COLUMN_FORM, pattern} : column_by_ends(values, n);
}
