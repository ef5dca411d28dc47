/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether two patterns have a name in common: both as machines, walked at once. */
#include "core/policy/glob_private.h"

#include <string.h>

#define PAIRS_MAX   (1u << 22)
#define NESTING_MAX 64

typedef struct {
    GArray *nodes;
    const char *p, *end;
} Maker;

static guint
add_node(Maker *maker)
{
    const AmrGlobNode node = {{0}, AMR_GLOB_NOWHERE, {AMR_GLOB_NOWHERE, AMR_GLOB_NOWHERE}};
    g_array_append_val(maker->nodes, node);
    return maker->nodes->len - 1;
}

static AmrGlobNode *
node_at(const Maker *maker, guint n)
{
    return &g_array_index(maker->nodes, AmrGlobNode, n);
}

static void
set_bytes(AmrGlobNode *node, guint from, guint to)
{
    for (guint byte = from; byte <= to; byte++)
        node->set[byte / 64] |= G_GUINT64_CONSTANT(1) << (byte % 64);
}

static void
unset_slash(AmrGlobNode *node)
{
    node->set['/' / 64] &= ~(G_GUINT64_CONSTANT(1) << ('/' % 64));
}

/* The byte after a backslash, as in glob.c. */
static guint
escaped(Maker *maker)
{
    guint value = 0;
    int digits = 0;
    while (digits < 3 && maker->p + digits < maker->end && maker->p[digits] >= '0' &&
           maker->p[digits] <= '7')
        value = value * 8 + (guint)(maker->p[digits++] - '0');
    if (digits == 3) {
        maker->p += 3;
        return value & 0xff;
    }
    return maker->p < maker->end ? (guchar)*maker->p++ : '\\';
}

static guint
class_byte(Maker *maker)
{
    guint byte = (guchar)*maker->p++;
    return byte == '\\' ? escaped(maker) : byte;
}

/* Behind the opening bracket. FALSE if it is not closed. */
static gboolean
take_class(Maker *maker, AmrGlobNode *node)
{
    gboolean not = maker->p < maker->end && *maker->p == '^';
    maker->p += not ;
    while (maker->p < maker->end && *maker->p != ']') {
        guint from = class_byte(maker), to = from;
        if (maker->end - maker->p >= 2 && maker->p[0] == '-' && maker->p[1] != ']') {
            maker->p++;
            to = class_byte(maker);
        }
        if (from <= to)
            set_bytes(node, from, to);
    }
    for (guint i = 0; not &&i < G_N_ELEMENTS(node->set); i++)
        node->set[i] = ~node->set[i];
    unset_slash(node);
    if (maker->p >= maker->end)
        return FALSE;
    maker->p++;
    return TRUE;
}

/* From @from: any bytes, or none; without a slash unless @deep. The state behind them. */
static guint
add_star(Maker *maker, guint from, gboolean deep)
{
    guint loop = add_node(maker), after = add_node(maker);
    AmrGlobNode *node = node_at(maker, loop);
    set_bytes(node, 1, 255);
    if (!deep)
        unset_slash(node);
    node->next = loop;
    node->free[0] = after;
    node_at(maker, from)->free[0] = loop;
    return after;
}

static guint take(Maker *maker, guint from, guint depth);

/* Behind the opening brace. */
static guint
take_braces(Maker *maker, guint from, guint depth)
{
    guint after = add_node(maker), split = from;
    for (;;) {
        guint begin = add_node(maker), more = add_node(maker);
        node_at(maker, split)->free[0] = begin;
        node_at(maker, split)->free[1] = more;
        guint end = take(maker, begin, depth + 1);
        node_at(maker, end)->free[0] = after;
        if (maker->p >= maker->end) /* not closed: whatever follows */
            return add_star(maker, after, TRUE);
        split = more;
        if (*maker->p++ == '}')
            return after;
    }
}

/* From the state @from on; the state behind. Within braces up to their comma or end. */
static guint
take(Maker *maker, guint from, guint depth)
{
    while (maker->p < maker->end) {
        char c = *maker->p;
        if (depth && (c == ',' || c == '}'))
            return from;
        if ((c == '{' && depth >= NESTING_MAX) || (c == '@' && maker->p[1] == '{')) {
            maker->p = maker->end;
            return add_star(maker, from, TRUE);
        }
        maker->p++;
        if (c == '{') {
            from = take_braces(maker, from, depth);
            continue;
        }
        if (c == '*') {
            gboolean deep = maker->p < maker->end && *maker->p == '*';
            maker->p += deep;
            from = add_star(maker, from, deep);
            continue;
        }
        guint to = add_node(maker);
        AmrGlobNode *node = node_at(maker, from);
        node->next = to;
        if (c == '?') {
            set_bytes(node, 1, 255);
            unset_slash(node);
        } else if (c != '[') {
            guint byte = c == '\\' ? escaped(maker) : (guchar)c;
            set_bytes(node, byte, byte);
        } else if (!take_class(maker, node)) {
            return add_star(maker, from, TRUE);
        }
        from = to;
    }
    return from;
}

AmrGlobMachine *
amr_glob_machine_new(const char *pattern)
{
    AmrGlobMachine *machine = g_new0(AmrGlobMachine, 1);
    gsize len = strlen(pattern);
    gboolean quoted = len >= 2 && pattern[0] == '"' && pattern[len - 1] == '"';
    Maker maker = {g_array_new(FALSE, FALSE, sizeof(AmrGlobNode)), pattern + quoted,
                   pattern + len - quoted};

    machine->nodes = maker.nodes;
    machine->last = take(&maker, add_node(&maker), 0);
    return machine;
}

void
amr_glob_machine_free(AmrGlobMachine *machine)
{
    if (!machine)
        return;
    g_array_unref(machine->nodes);
    g_free(machine);
}

/* ---- both at once ---------------------------------------------------------------------------- */

typedef struct {
    guint8 *seen;
    GArray *stack; /* guint: pairs */
    guint of_b;
} Meeting;

static void
go_to(Meeting *meeting, guint a, guint b)
{
    if (a == AMR_GLOB_NOWHERE || b == AMR_GLOB_NOWHERE)
        return;
    guint pair = a * meeting->of_b + b;
    if (meeting->seen[pair / 8] & (1u << (pair % 8)))
        return;
    meeting->seen[pair / 8] |= (guint8)(1u << (pair % 8));
    g_array_append_val(meeting->stack, pair);
}

gboolean
amr_glob_machines_meet(const AmrGlobMachine *a, const AmrGlobMachine *b)
{
    guint64 pairs = (guint64)a->nodes->len * b->nodes->len;
    if (pairs > PAIRS_MAX)
        return TRUE;
    g_autofree guint8 *seen = g_malloc0(pairs / 8 + 1);
    g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(guint));
    Meeting meeting = {seen, stack, b->nodes->len};

    go_to(&meeting, 0, 0);
    while (stack->len) {
        guint pair = g_array_index(stack, guint, stack->len - 1);
        guint at_a = pair / meeting.of_b, at_b = pair % meeting.of_b;
        const AmrGlobNode *left = &g_array_index(a->nodes, AmrGlobNode, at_a);
        const AmrGlobNode *right = &g_array_index(b->nodes, AmrGlobNode, at_b);
        g_array_set_size(stack, stack->len - 1);
        if (at_a == a->last && at_b == b->last)
            return TRUE;
        for (guint i = 0; i < 2; i++) {
            go_to(&meeting, left->free[i], at_b);
            go_to(&meeting, at_a, right->free[i]);
        }
        if ((left->set[0] & right->set[0]) || (left->set[1] & right->set[1]) ||
            (left->set[2] & right->set[2]) || (left->set[3] & right->set[3]))
            go_to(&meeting, left->next, right->next);
    }
    return FALSE;
}
