/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder of rules that name no file: the parts of their names that vary. */
#include <string.h>

#include "core/policy/ladder_private.h"
#include "core/policy/ladder_terms.h"

/* Of a profile's name only what nobody gives a thing twice: the rest of it is who is meant. */
static void
keep_drawn(GArray *parts)
{
    for (guint i = parts->len; i > 0; i--) {
        AmrVarying *part = &g_array_index(parts, AmrVarying, i - 1);
        part->each_run = FALSE;
        if (part->kind != AMR_VARYING_UUID && part->kind != AMR_VARYING_HEX)
            g_array_remove_index(parts, i - 1);
    }
}

static void
find_parts(const AmrRule *rule, AmrTerm term, AmrBytes name, const AmrVaryingHints *hints,
           GArray *parts)
{
    const char *type = rule->terms.value[AMR_TERM_TYPE];

    g_array_set_size(parts, 0);
    switch (term) {
    case AMR_TERM_ADDR:
    case AMR_TERM_PEER_ADDR:
    case AMR_TERM_SOURCE:
    case AMR_TERM_POINT:
    case AMR_TERM_OLDROOT:
        if (name.data[0] == '/')
            amr_varying_path(name, hints, parts);
        else if (name.data[0] == '@')
            amr_varying_word(name, hints, parts);
        break;
    case AMR_TERM_PATH:
        amr_varying_object(name, hints, parts);
        break;
    case AMR_TERM_NAME:
        if (!type || strcmp(type, "sysv") != 0) /* whose names are keys */
            amr_varying_word(name, hints, parts);
        break;
    case AMR_TERM_PEER_LABEL:
    case AMR_TERM_LABEL:
    case AMR_TERM_TARGET:
        amr_varying_word(name, hints, parts);
        keep_drawn(parts);
        break;
    default:
        break;
    }
}

static gboolean
append_literal(GString *out, AmrTerm term, AmrBytes name, gsize from, gsize to)
{
    g_autofree char *spelled = NULL;

    if (from == to)
        return TRUE;
    spelled = amr_rule_spell(term, (AmrBytes){name.data + from, to - from}, NULL);
    if (spelled)
        g_string_append(out, spelled);
    return spelled != NULL;
}

/* The pattern of @name on @rung; NULL if it is its own. */
static char *
spell(AmrTerm term, AmrBytes name, const GArray *parts, AmrRung rung, GPtrArray *kinds)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gsize at = 0;

    for (guint i = 0; i < parts->len; i++) {
        const AmrVarying *part = &g_array_index(parts, AmrVarying, i);
        const AmrBytes text = {name.data + part->off, part->len};
        const char *words = amr_varying_words(part->kind);

        if (!part->each_run && rung < AMR_RUNG_VARYING)
            continue;
        if (!append_literal(out, term, name, at, part->off))
            return NULL;
        amr_varying_append(out, part->kind, &text, 1);
        at = part->off + part->len;
        if (!g_ptr_array_find(kinds, words, NULL))
            g_ptr_array_add(kinds, (gpointer)words);
    }
    if (at == 0 || !append_literal(out, term, name, at, name.len))
        return NULL;
    return g_string_free(g_steal_pointer(&out), FALSE);
}

AmrRule *
amr_ladder_terms(const AmrRule *rule, const AmrVaryingHints *hints, AmrRung rung, char **opens)
{
    g_autoptr(AmrRule) open = amr_rule_copy(rule);
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(AmrVarying));
    g_autoptr(GPtrArray) kinds = g_ptr_array_new();
    g_autofree char *another = NULL;

    for (AmrTerm term = AMR_TERM_NONE + 1; term < AMR_TERM_COUNT; term++) {
        const char *value = rule->terms.value[term];
        g_autofree char *name = value ? amr_rule_literal(value) : NULL;
        g_autofree char *pattern = NULL;

        if (!name || !*name)
            continue;
        find_parts(rule, term, amr_bytes(name), hints, parts);
        pattern = spell(term, amr_bytes(name), parts, rung, kinds);
        if (pattern)
            amr_rule_set(open, term, pattern);
    }
    if (amr_rule_equal(open, rule))
        return NULL;
    another = amr_name_another(kinds);
    *opens = g_strdup_printf("The same names with %s.", another);
    return g_steal_pointer(&open);
}
