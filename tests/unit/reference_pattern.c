/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names in policy: quotes, escapes, variables, globs. A pattern becomes a graph whose ways spell
 * what it matches; matching follows all ways at once, a byte at a time. */
#include "config.h"

#include <string.h>

#include "tests/unit/reference.h"

/* A name is read into units: a byte that stands for itself, or a sign. */
typedef enum {
    BYTE,
    STAR,
    ONE,
    OPEN,
    OR,
    CLOSE,
    CLASS,
    VARIABLE,
} Kind;

typedef struct {
    Kind kind;
    guint8 byte;
    guint32 set[8];
    char name[64];
} Unit;

static void
set_add(guint32 *set, guint byte)
{
    set[byte / 32] |= 1u << (byte % 32);
}

static gboolean
set_has(const guint32 *set, guint byte)
{
    return (set[byte / 32] & (1u << (byte % 32))) != 0;
}

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

static GArray *
read_units(const char *p)
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

#define UNIT(units, i) g_array_index(units, Unit, i)

static gboolean
is_byte(const GArray *units, guint i, char byte)
{
    return i < units->len && UNIT(units, i).kind == BYTE && UNIT(units, i).byte == (guint8)byte;
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
        g_autoptr(GArray) value = read_units(texts->pdata[i]);
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

static GArray *
expand(GArray *units, const RefVariables *variables)
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
static void
squeeze(GArray *units)
{
    guint i = is_byte(units, 0, '/') && is_byte(units, 1, '/') && !is_byte(units, 2, '/') ? 2 : 0;

    while (i + 1 < units->len) {
        if (is_byte(units, i, '/') && is_byte(units, i + 1, '/'))
            g_array_remove_index(units, i);
        else
            i++;
    }
}

/* ---- the graph ------------------------------------------------------------------------------ */

typedef struct {
    const GArray *units;
    guint at;
    GArray *nodes;
    gboolean nul;
} Build;

#define NODE(nodes, i) g_array_index(nodes, RefNode, i)

static guint
add(Build *build, const RefNode *node)
{
    g_array_append_vals(build->nodes, node, 1);
    return build->nodes->len - 1;
}

/* Nodes are made back to front: each knows what follows it. @slash: not a slash. */
static RefNode
wild(const Build *build, gboolean slash)
{
    RefNode node = {0};

    memset(node.set, 0xff, sizeof node.set);
    if (!build->nul)
        node.set[0] &= ~1u;
    if (!slash)
        node.set['/' / 32] &= ~(1u << ('/' % 32));
    return node;
}

static guint
add_set(Build *build, RefNode node, guint next)
{
    node.next = next;
    return add(build, &node);
}

static guint
add_many(Build *build, RefNode node, guint next)
{
    RefNode fork = {.fork = TRUE, .other = next};
    guint loop = add(build, &fork), body;

    body = add_set(build, node, loop);
    NODE(build->nodes, loop).next = body;
    return loop;
}

/* How many stars stand from unit @i back to the first of the run. */
static guint
run_start(const GArray *units, guint i)
{
    while (i > 0 && UNIT(units, i - 1).kind == STAR)
        i--;
    return i;
}

static guint build_part(Build *build, guint from, guint end, guint next);

/* Stars from @first to @last: two are one sign that takes slashes too, a third stands alone.
 * Between a slash and a slash, or at the end behind one, they take a byte at least, no slash:
 * that "/a/ *" is not "/a/" the page says; where else it holds is the compiler's way. */
static guint
build_stars(Build *build, guint first, guint last, guint next)
{
    const GArray *units = build->units;
    guint count = last - first + 1;
    gboolean alone = first > 0 && is_byte(units, first - 1, '/') &&
                     (last + 1 == units->len || is_byte(units, last + 1, '/'));

    for (guint left = count; left > 0;) {
        gboolean two = !(left == count && count % 2 == 1);
        next = add_many(build, wild(build, two), next);
        left -= two ? 2 : 1;
    }
    return alone ? add_set(build, wild(build, FALSE), next) : next;
}

/* The alternation whose closing brace is unit @close; *@open gets its first. */
static guint
build_group(Build *build, guint close, guint next, guint *open)
{
    const GArray *units = build->units;
    guint depth = 0, end = close, entry = G_MAXUINT;

    for (guint i = close;; i--) {
        Kind kind = UNIT(units, i).kind;
        if (kind == CLOSE && i != close)
            depth++;
        if ((kind == OPEN || kind == OR) && depth == 0) {
            guint branch = build_part(build, i + 1, end, next);
            RefNode fork = {.fork = TRUE, .next = branch, .other = entry};
            entry = entry == G_MAXUINT ? branch : add(build, &fork);
            end = i;
            if (kind == OPEN) {
                *open = i;
                return entry;
            }
        } else if (kind == OPEN) {
            depth--;
        }
    }
}

static guint
build_part(Build *build, guint from, guint end, guint next)
{
    const GArray *units = build->units;

    for (guint i = end; i > from;) {
        const Unit *unit = &UNIT(units, --i);
        RefNode node = {0};
        guint first;
        switch (unit->kind) {
        case STAR:
            first = run_start(units, i);
            next = build_stars(build, first, i, next);
            i = first;
            break;
        case ONE:
            next = add_set(build, wild(build, FALSE), next);
            break;
        case CLOSE:
            next = build_group(build, i, next, &i);
            break;
        case CLASS:
            memcpy(node.set, unit->set, sizeof node.set);
            next = add_set(build, node, next);
            break;
        default:
            set_add(node.set, unit->byte);
            next = add_set(build, node, next);
            break;
        }
    }
    return next;
}

RefPattern *
ref_pattern_new(const char *text, const RefVariables *variables, RefKind kind)
{
    g_autoptr(GArray) units = expand(read_units(text), variables);
    RefPattern *pattern;
    RefNode end = {0};
    Build build;

    if (!units)
        return NULL;
    if (kind == REF_FILE)
        squeeze(units);
    pattern = g_new0(RefPattern, 1);
    pattern->nodes = g_array_new(FALSE, TRUE, sizeof(RefNode));
    pattern->exact = TRUE;
    for (guint i = 0; i < units->len; i++)
        if (UNIT(units, i).kind == STAR || UNIT(units, i).kind == ONE ||
            UNIT(units, i).kind == CLASS)
            pattern->exact = FALSE;
    build = (Build){.units = units, .nodes = pattern->nodes, .nul = kind == REF_NUL};
    add(&build, &end);
    pattern->start = build_part(&build, 0, units->len, 0);
    return pattern;
}

void
ref_pattern_free(RefPattern *pattern)
{
    if (!pattern)
        return;
    g_array_unref(pattern->nodes);
    g_free(pattern);
}

/* Marks @node and all that can be reached from it without a byte. */
static void
reach(const RefPattern *pattern, guint node, guint8 *marks)
{
    while (!marks[node]) {
        const RefNode *at = &NODE(pattern->nodes, node);
        marks[node] = 1;
        if (!at->fork)
            return;
        reach(pattern, at->next, marks);
        node = at->other;
    }
}

gboolean
ref_pattern_matches(const RefPattern *pattern, const char *text, gsize len)
{
    guint n = pattern->nodes->len;
    g_autofree guint8 *now = g_malloc0(n), *then = g_malloc0(n);

    reach(pattern, pattern->start, now);
    for (gsize i = 0; i < len; i++) {
        guint8 *old = now;
        gboolean any = FALSE;
        memset(then, 0, n);
        for (guint node = 1; node < n; node++) {
            const RefNode *at = &NODE(pattern->nodes, node);
            if (now[node] && !at->fork && set_has(at->set, (guint8)text[i])) {
                reach(pattern, at->next, then);
                any = TRUE;
            }
        }
        if (!any)
            return FALSE;
        now = then;
        then = old;
    }
    return now[0];
}

static char
sample_byte(const guint32 *set, GRand *random)
{
    static const char usual[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_/";

    for (int i = 0; i < 60; i++) {
        guint8 byte = (guint8)(g_rand_int_range(random, 0, 12)
                                   ? usual[g_rand_int_range(random, 0, sizeof usual - 1)]
                                   : g_rand_int_range(random, 1, 256));
        if (set_has(set, byte))
            return (char)byte;
    }
    for (guint byte = 1; byte < 256; byte++)
        if (set_has(set, byte))
            return (char)byte;
    return 0;
}

/* A loop is left by its @other; an alternation forks to either. */
GString *
ref_pattern_sample(const RefPattern *pattern, GRand *random)
{
    GString *out = g_string_new(NULL);

    for (guint node = pattern->start; node != 0;) {
        const RefNode *at = &NODE(pattern->nodes, node);
        if (at->fork) {
            node = out->len > 200 || g_rand_int_range(random, 0, 3) == 0 ? at->other : at->next;
            continue;
        }
        g_string_append_c(out, sample_byte(at->set, random));
        node = at->next;
    }
    return out;
}

char *
ref_text_expand(const char *text, const RefVariables *variables)
{
    g_autoptr(GArray) units = expand(read_units(text), variables);
    GString *out;

    if (!units)
        return NULL;
    out = g_string_new(NULL);
    for (guint i = 0; i < units->len; i++) {
        static const char signs[] = {
            [STAR] = '*', [ONE] = '?', [OPEN] = '{', [OR] = ',', [CLOSE] = '}', [CLASS] = '['};
        const Unit *unit = &UNIT(units, i);
        g_string_append_c(out, unit->kind == BYTE ? (char)unit->byte : signs[unit->kind]);
    }
    return g_string_free(out, FALSE);
}
