/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names in policy as units: quotes and escapes read, variables put in. */
#include "config.h"

#include <string.h>

#include "tests/unit/reference_private.h"

/* One byte behind a backslash at *@p; *@p goes behind it. */
static guint8
read_escape(const char **p)
{
    static const char letters[] = "aefnrt", bytes[] = "\a\033\f\n\r\t";
    const char *at;
    guint value = 0;
    int digits = 0;

    while (digits < 3 && (*p)[digits] >= '0' && (*p)[digits] <= '7')
        value = value * 8 + (guint)((*p)[digits++] - '0');
    if (digits) {
        *p += digits;
        return (guint8)value;
    }
    at = strchr(letters, **p);
    value = at ? (guint8)bytes[at - letters] : (guint8) * *p;
    (*p)++;
    return (guint8)value;
}

/* [abc], [a-z], [^a]: what is excluded leaves every other byte, a slash too (as the compiler of
 * 3.0 and 4.1 has it; the page says nothing). */
static gboolean
read_class(const char **p, Unit *unit)
{
    gboolean invert = FALSE;
    int last = -1;

    unit->kind = CLASS;
    if (**p == '^') {
        invert = TRUE;
        (*p)++;
    }
    for (; **p && **p != ']';) {
        gboolean range = **p == '-' && last >= 0 && (*p)[1] && (*p)[1] != ']';
        guint8 byte;
        if (range)
            (*p)++;
        byte = (guint8) * (*p)++;
        if (byte == '\\' && **p)
            byte = read_escape(p);
        if (range)
            for (int b = last; b <= byte; b++)
                set_add(unit->set, (guint)b);
        set_add(unit->set, byte);
        last = range ? -1 : byte;
    }
    if (!**p)
        return FALSE;
    (*p)++;
    if (invert)
        for (guint i = 0; i < 8; i++)
            unit->set[i] = ~unit->set[i];
    return TRUE;
}

GArray *
ref_units_read(const char *p)
{
    g_autoptr(GArray) units = g_array_new(FALSE, TRUE, sizeof(Unit));
    guint depth = 0;

    while (*p) {
        Unit unit = {.kind = BYTE};
        const char *end;
        char c = *p++;
        switch (c) {
        case '"':
            continue;
        case '\\':
            if (!*p)
                return NULL;
            unit.byte = read_escape(&p);
            break;
        case '*':
            unit.kind = STAR;
            break;
        case '?':
            unit.kind = ONE;
            break;
        case '[':
            if (!read_class(&p, &unit))
                return NULL;
            break;
        case '@':
            end = *p == '{' ? p + 1 : NULL;
            while (end && (g_ascii_isalnum(*end) || *end == '_'))
                end++;
            if (!end || *end != '}') { /* "@{a,b}": an alternation behind an @ */
                unit.byte = (guint8)c;
                break;
            }
            unit.kind = VARIABLE;
            if ((gsize)(end - p) > sizeof unit.name)
                return NULL;
            memcpy(unit.name, p + 1, (gsize)(end - p - 1));
            p = end + 1;
            break;
        case '{':
            unit.kind = OPEN;
            depth++;
            break;
        case '}':
            if (depth-- == 0)
                return NULL;
            unit.kind = CLOSE;
            break;
        case ',':
            if (depth)
                unit.kind = OR;
            else
                unit.byte = ',';
            break;
        default:
            unit.byte = (guint8)c;
            break;
        }
        g_array_append_val(units, unit);
    }
    return depth ? NULL : g_steal_pointer(&units);
}

static GPtrArray *values_of(const char *name, const RefVariables *variables, guint depth);

static guint
first_variable(const GArray *units)
{
    guint i = 0;

    while (i < units->len && UNIT(units, i).kind != VARIABLE)
        i++;
    return i;
}

/* @value, with every value of the variables in it: "@{A}x" is as many as A has. Adds to @out. */
static gboolean
spread(GPtrArray *out, GArray *value, const RefVariables *variables, guint depth)
{
    guint at = first_variable(value);
    g_autoptr(GPtrArray) inner = NULL;

    if (at == value->len) {
        g_ptr_array_add(out, g_array_ref(value));
        return out->len < 10000;
    }
    inner = depth < 20 ? values_of(UNIT(value, at).name, variables, depth + 1) : NULL;
    for (guint i = 0; inner && i < inner->len; i++) {
        g_autoptr(GArray) whole = g_array_new(FALSE, TRUE, sizeof(Unit));
        const GArray *part = inner->pdata[i];
        g_array_append_vals(whole, value->data, at);
        g_array_append_vals(whole, part->data, part->len);
        g_array_append_vals(whole, value->data + (at + 1) * sizeof(Unit), value->len - at - 1);
        if (!spread(out, whole, variables, depth + 1))
            return FALSE;
    }
    return inner && inner->len;
}

/* All that a variable stands for, other variables put in; NULL if it is not declared. */
static GPtrArray *
values_of(const char *name, const RefVariables *variables, guint depth)
{
    const GPtrArray *texts = g_hash_table_lookup((GHashTable *)variables, name);
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);

    for (guint i = 0; texts && i < texts->len; i++) {
        g_autoptr(GArray) value = ref_units_read(texts->pdata[i]);
        if (!value || !spread(out, value, variables, depth))
            return NULL;
    }
    return out->len ? g_steal_pointer(&out) : NULL;
}

/* The variable at @at replaced by its values, as an alternation if there are several; then a
 * slash that they begin or end with is not doubled (a single one's may be, so "/@{PROC}" is
 * "//proc/": a rule of the extra profiles for vsftpd that never matches). */
static GArray *
expand_one(const GArray *units, guint at, const GPtrArray *values)
{
    GArray *out = g_array_new(FALSE, TRUE, sizeof(Unit));
    Unit sign = {.kind = OPEN};

    g_array_append_vals(out, units->data, at);
    if (values->len > 1)
        g_array_append_val(out, sign);
    for (guint i = 0; i < values->len; i++) {
        const GArray *value = values->pdata[i];
        guint from = 0, end = value->len;
        gboolean many = values->len > 1;
        while (many && at > 0 && is_byte(units, at - 1, '/') && is_byte(value, from, '/'))
            from++;
        while (many && is_byte(units, at + 1, '/') && end > from && is_byte(value, end - 1, '/'))
            end--;
        sign.kind = OR;
        if (i > 0)
            g_array_append_val(out, sign);
        if (end > from)
            g_array_append_vals(out, value->data + from * sizeof(Unit), end - from);
    }
    sign.kind = CLOSE;
    if (values->len > 1)
        g_array_append_val(out, sign);
    g_array_append_vals(out, units->data + (at + 1) * sizeof(Unit), units->len - at - 1);
    return out;
}

GArray *
ref_units_expand(GArray *units, const RefVariables *variables)
{
    for (guint at; units && (at = first_variable(units)) < units->len;) {
        g_autoptr(GPtrArray) values = values_of(UNIT(units, at).name, variables, 0);
        GArray *next = values ? expand_one(units, at, values) : NULL;
        g_array_unref(units);
        units = next;
    }
    return units;
}

/* Slashes in a row are one; but two alone at the beginning stay, for POSIX lets them mean
 * something. */
void
ref_units_squeeze(GArray *units)
{
    guint i = is_byte(units, 0, '/') && is_byte(units, 1, '/') && !is_byte(units, 2, '/') ? 2 : 0;

    while (i + 1 < units->len) {
        if (is_byte(units, i, '/') && is_byte(units, i + 1, '/'))
            g_array_remove_index(units, i);
        else
            i++;
    }
}
