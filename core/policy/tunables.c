/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/tunables.h"

#include <string.h>

#include "core/policy/glob.h"
#include "core/policy/rule.h"

struct AmrTunables {
    const AmrIndex *index;
    const char **roots; /* the files that define the profile; NULL: none */
};

AmrTunables *
amr_tunables_new(const AmrIndex *index, const char *profile)
{
    AmrTunables *tunables = g_new0(AmrTunables, 1);

    if (!index || !profile)
        return tunables;
    const AmrBlock *block = amr_index_find_typed(index, profile);
    tunables->index = index;
    tunables->roots = block ? amr_index_roots(index, block) : NULL;
    return tunables;
}

void
amr_tunables_free(AmrTunables *tunables)
{
    if (!tunables)
        return;
    g_free(tunables->roots);
    g_free(tunables);
}

/* The compiler takes several slashes of a path for one. */
static char *
squeeze(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++)
        if (*from != '/' || from[1] != '/')
            *to++ = *from;
    *to = '\0';
    return text;
}

GPtrArray *
amr_tunables_expand(const AmrTunables *tunables, const char *pattern)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);

    if (!strstr(pattern, "@{")) {
        g_ptr_array_add(all, g_strdup(pattern));
        return g_steal_pointer(&all);
    }
    for (const char **root = tunables->roots; root && *root; root++) {
        GPtrArray *values = amr_index_flatten(tunables->index, *root, pattern);
        if (!values)
            return NULL;
        for (guint i = 0; i < values->len; i++)
            squeeze(values->pdata[i]);
        g_ptr_array_extend_and_steal(all, values);
    }
    return all->len ? g_steal_pointer(&all) : NULL;
}

/* Whether one of the values matches. */
static gboolean
any_matches(const GPtrArray *values, AmrBytes text)
{
    for (guint i = 0; values && i < values->len; i++)
        if (amr_glob_match(squeeze(values->pdata[i]), text))
            return TRUE;
    return FALSE;
}

gboolean
amr_tunables_match(const AmrTunables *tunables, const char *pattern, AmrBytes name)
{
    gboolean matched = FALSE;
    for (const char **root = tunables->roots; root && *root; root++) {
        g_autoptr(GPtrArray) values = amr_index_flatten(tunables->index, *root, pattern);
        if (!any_matches(values, name))
            return FALSE;
        matched = TRUE;
    }
    return matched;
}

gboolean
amr_tunables_is(const AmrTunables *tunables, const char *name, AmrBytes text)
{
    g_autofree char *pattern = g_strdup_printf("@{%s}", name);
    return text.len > 0 && !memchr(text.data, '/', text.len) &&
           amr_tunables_match(tunables, pattern, text);
}

/* Values end in a slash or not. */
static gsize
longest_prefix(const GPtrArray *values, AmrBytes path)
{
    gsize longest = 0;
    for (guint i = 0; values && i < values->len; i++) {
        char *value = squeeze(values->pdata[i]);
        gsize len = strlen(value);
        if (len > 1 && value[len - 1] == '/' && value[len - 2] != '\\')
            value[len - 1] = '\0';
        if (value[0] != '/' || !value[1])
            continue;
        for (gsize at = 1; at <= path.len; at++) {
            gboolean end = at == path.len || path.data[at] == '/';
            if (end && path.data[at - 1] != '/' && amr_glob_match(value, (AmrBytes){path.data, at}))
                longest = MAX(longest, at);
        }
    }
    return longest;
}

gsize
amr_tunables_prefix(const AmrTunables *tunables, const char *name, AmrBytes path)
{
    g_autofree char *pattern = g_strdup_printf("@{%s}", name);
    gsize common = 0;
    for (const char **root = tunables->roots; root && *root; root++) {
        g_autoptr(GPtrArray) values = amr_index_flatten(tunables->index, *root, pattern);
        gsize prefix = longest_prefix(values, path);
        if (prefix == 0 || (common && prefix != common))
            return 0;
        common = prefix;
    }
    return common;
}

gboolean
amr_tunables_is_literal(const AmrTunables *tunables, const char *name)
{
    g_autofree char *pattern = g_strdup_printf("@{%s}", name);
    for (const char **root = tunables->roots; root && *root; root++) {
        g_autoptr(GPtrArray) values = amr_index_flatten(tunables->index, *root, pattern);
        g_autofree char *literal =
            values && values->len == 1 ? amr_rule_literal(values->pdata[0]) : NULL;
        if (!literal)
            return FALSE;
    }
    return tunables->roots != NULL;
}
