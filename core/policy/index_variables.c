/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The variables of policy, and what the parser makes of names that hold them. */
#include "core/policy/index_private.h"

#include <string.h>

GHashTable *
amr_index_variables_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
}

void
amr_index_set_variable(GHashTable *variables, const AmrScanItem *item)
{
    GPtrArray *values = g_hash_table_lookup(variables, item->name);

    if (!values) {
        values = g_ptr_array_new();
        g_hash_table_insert(variables, item->name, values);
    } else if (item->kind == AMR_SCAN_SET) {
        return; /* declared twice: the parser refuses, the first one is as good */
    }
    for (char **value = item->values; *value; value++)
        g_ptr_array_add(values, *value);
}

typedef struct {
    GHashTable *variables;
    guint depth; /* of variables in variables */
    guint work;  /* variables met, strings and bytes made: values may be empty, or many */
} Expansion;

static GPtrArray *flatten(Expansion *expansion, const char *text);

/* The next variable of @text: its name, where it stands and what follows it. NULL: no more. */
static char *
next_variable(const char *text, const char **at, const char **rest)
{
    const char *start = strstr(text, "@{"), *end = start ? strchr(start, '}') : NULL;

    if (!end)
        return NULL;
    *at = start;
    *rest = end + 1;
    return g_strndup(start + 2, (gsize)(end - start - 2));
}

/* All values of a variable, without variables in them; NULL where there are none or too many. */
static GPtrArray *
values_of(Expansion *e, const char *name)
{
    const GPtrArray *values = g_hash_table_lookup(e->variables, name);
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);

    if (!values || values->len == 0 || e->depth >= AMR_INDEX_MAX_DEPTH ||
        ++e->work > AMR_INDEX_MAX_WORK)
        return NULL;
    e->depth++;
    for (guint i = 0; i < values->len; i++) {
        g_autoptr(GPtrArray) some = flatten(e, values->pdata[i]);
        if (!some)
            return NULL;
        g_ptr_array_extend_and_steal(all, g_steal_pointer(&some));
    }
    e->depth--;
    return g_steal_pointer(&all);
}

/* Each of @heads (taken over) with @middle and each of @tails behind it. NULL: too much. */
static GPtrArray *
combine(Expansion *e, GPtrArray *heads, const char *middle, gsize len, const GPtrArray *tails)
{
    g_autoptr(GPtrArray) owned = heads, all = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < owned->len; i++) {
        for (guint j = 0; j < tails->len; j++) {
            GString *one = g_string_new(owned->pdata[i]);
            g_string_append_len(one, middle, (gssize)len);
            g_string_append(one, tails->pdata[j]);
            e->work += (guint)one->len + 1;
            g_ptr_array_add(all, g_string_free(one, FALSE));
            if (e->work > AMR_INDEX_MAX_WORK)
                return NULL;
        }
    }
    return g_steal_pointer(&all);
}

/* @text with each combination of its variables' values. NULL where that cannot be done. */
static GPtrArray *
flatten(Expansion *e, const char *text)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) nothing = g_ptr_array_new();
    const char *at, *rest;

    g_ptr_array_add(all, g_strdup(""));
    g_ptr_array_add(nothing, (gpointer) "");
    while (all) {
        g_autofree char *name = next_variable(text, &at, &rest);
        g_autoptr(GPtrArray) values = name ? values_of(e, name) : NULL;
        if (!name)
            return combine(e, g_steal_pointer(&all), text, strlen(text), nothing);
        if (!values)
            return NULL;
        all = combine(e, g_steal_pointer(&all), text, (gsize)(at - text), values);
        text = rest;
    }
    return NULL;
}

/* Several values as {a,b}; they lose their slashes where the text around has one. */
static void
add_alternatives(GString *out, const GPtrArray *values, gboolean after)
{
    gboolean before = out->len > 0 && out->str[out->len - 1] == '/';

    for (guint i = 0; i < values->len; i++) {
        const char *value = values->pdata[i];
        gsize start;
        g_string_append_c(out, i == 0 ? '{' : ',');
        while (before && *value == '/')
            value++;
        start = out->len;
        g_string_append(out, value);
        while (after && out->len > start && out->str[out->len - 1] == '/')
            g_string_truncate(out, out->len - 1);
    }
    g_string_append_c(out, '}');
}

char *
amr_index_expand(GHashTable *variables, const char *text)
{
    Expansion e = {.variables = variables};
    g_autoptr(GString) out = g_string_new(NULL);

    for (;;) {
        const char *at, *rest;
        g_autofree char *name = next_variable(text, &at, &rest);
        g_autoptr(GPtrArray) values = name ? values_of(&e, name) : NULL;
        if (!name)
            break;
        if (!values)
            return NULL;
        g_string_append_len(out, text, at - text);
        if (values->len == 1)
            g_string_append(out, values->pdata[0]);
        else
            add_alternatives(out, values, *rest == '/');
        text = rest;
    }
    g_string_append(out, text);
    return out->len > AMR_INDEX_MAX_NAME ? NULL : g_string_free(g_steal_pointer(&out), FALSE);
}

GPtrArray *
amr_index_flatten(const AmrIndex *index, const char *file, const char *text)
{
    const IndexFile *root = amr_index_known(index, file);
    Expansion e = {.variables = root ? root->variables : NULL};
    return e.variables ? flatten(&e, text) : NULL;
}
