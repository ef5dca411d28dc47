/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names in policy: quotes, escapes, variables, globs. A pattern becomes a graph whose ways spell
 * what it matches; matching follows all ways at once, a byte at a time. */
#include "config.h"

#include <string.h>

#include "tests/unit/reference_private.h"

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
    g_autoptr(GArray) units = ref_units_expand(ref_units_read(text), variables);
    RefPattern *pattern;
    RefNode end = {0};
    Build build;

    if (!units)
        return NULL;
    if (kind == REF_FILE)
        ref_units_squeeze(units);
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
    g_autoptr(GArray) units = ref_units_expand(ref_units_read(text), variables);
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
