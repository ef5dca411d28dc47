/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names taken apart, and words for what is equal in them. */
#include "core/policy/cluster_private.h"

#include <string.h>

AmrClusterPaths *
amr_cluster_paths_new(void)
{
    AmrClusterPaths *paths = g_new0(AmrClusterPaths, 1);
    paths->paths = g_array_new(FALSE, FALSE, sizeof(AmrClusterPath));
    paths->names = g_array_new(FALSE, FALSE, sizeof(AmrClusterName));
    paths->varying = g_array_new(FALSE, FALSE, sizeof(AmrVarying));
    paths->found = g_array_new(FALSE, FALSE, sizeof(AmrVarying));
    paths->words = g_hash_table_new(g_str_hash, g_str_equal);
    paths->pairs = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    paths->chunk = g_string_chunk_new(4096);
    return paths;
}

void
amr_cluster_paths_free(AmrClusterPaths *paths)
{
    if (!paths)
        return;
    g_array_unref(paths->paths);
    g_array_unref(paths->names);
    g_array_unref(paths->varying);
    g_array_unref(paths->found);
    g_hash_table_unref(paths->words);
    g_hash_table_unref(paths->pairs);
    g_string_chunk_free(paths->chunk);
    g_free(paths);
}

guint
amr_cluster_word(AmrClusterPaths *paths, const char *word, gsize len)
{
    g_autofree char *text = g_strndup(word, len);
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(paths->words, text));
    if (number)
        return number;
    char *kept = g_string_chunk_insert_len(paths->chunk, text, (gssize)len);
    g_hash_table_insert(paths->words, kept, GUINT_TO_POINTER(++paths->n_words));
    return paths->n_words;
}

guint
amr_cluster_pair(AmrClusterPaths *paths, guint first, guint second)
{
    gint64 key = (gint64)((guint64)first << 32 | second);
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(paths->pairs, &key));
    if (number)
        return number;
    g_hash_table_insert(paths->pairs, g_memdup2(&key, sizeof key),
                        GUINT_TO_POINTER(++paths->n_words));
    return paths->n_words;
}

/* The bytes with what varies in them left out: a slash, which no name holds, and its kind. */
static guint
shape_of(AmrClusterPaths *paths, const AmrClusterName *name)
{
    g_autoptr(GString) text = g_string_sized_new(name->bytes.len);
    gsize at = 0;

    for (guint i = 0; i < name->n_varying; i++) {
        const AmrVarying *part = &g_array_index(paths->varying, AmrVarying, name->varying + i);
        g_string_append_len(text, name->bytes.data + at, (gssize)(part->off - at));
        g_string_append_printf(text, "/%d", part->kind);
        at = part->off + part->len;
    }
    g_string_append_len(text, name->bytes.data + at, (gssize)(name->bytes.len - at));
    return amr_cluster_word(paths, text->str, text->len);
}

/* The component of @path between @start and @end. *next is the first of the path's varying parts
 * that does not lie before it. */
static void
add_name(AmrClusterPaths *paths, AmrBytes path, gsize start, gsize end, guint *next)
{
    const AmrClusterPath *before =
        paths->paths->len ? amr_cluster_path(paths, paths->paths->len - 1) : NULL;
    guint place = paths->names->len - (before ? before->names + before->n_names : 0);
    const AmrClusterName *last = /* often the same directory */
        before && place < before->n_names ? amr_cluster_name(paths, before, place) : NULL;
    AmrClusterName name = {.bytes = {path.data + start, end - start}, .varying = *next};

    while (*next < paths->varying->len) {
        AmrVarying *part = &g_array_index(paths->varying, AmrVarying, *next);
        if (part->off >= end)
            break;
        part->off -= start;
        (*next)++;
    }
    name.n_varying = *next - name.varying;
    name.literal = last && amr_bytes_equal(last->bytes, name.bytes)
                       ? last->literal
                       : amr_cluster_word(paths, name.bytes.data, name.bytes.len);
    name.shape = name.n_varying ? shape_of(paths, &name) : name.literal;
    g_array_append_val(paths->names, name);
}

void
amr_cluster_paths_add(AmrClusterPaths *paths, AmrBytes path, guint origin, guint64 kinds)
{
    AmrClusterPath added = {.bytes = path,
                            .names = paths->names->len,
                            .origin = origin,
                            .kinds = kinds};
    guint next = paths->varying->len;
    gsize start = 1;

    g_array_set_size(paths->found, 0);
    amr_varying_path(path, NULL, paths->found);
    g_array_append_vals(paths->varying, paths->found->data, paths->found->len);
    for (gsize i = 1; i <= path.len; i++) {
        if (i < path.len && path.data[i] != '/')
            continue;
        add_name(paths, path, start, i, &next);
        start = i + 1;
    }
    added.n_names = paths->names->len - added.names;
    g_array_append_val(paths->paths, added);
}

/* A dot and one to eight letters and digits, not digits alone. */
static gsize
extension_length(AmrBytes name, gsize dot)
{
    gboolean letter = FALSE;
    gsize at = dot + 1;
    while (at < name.len && g_ascii_isalnum(name.data[at]))
        letter = g_ascii_isalpha(name.data[at++]) || letter;
    gsize len = at - dot;
    return letter && len <= 9 && (at == name.len || name.data[at] == '.') ? len : 0;
}

AmrBytes
amr_cluster_extension(AmrBytes name)
{
    for (gsize dot = name.len; dot-- > 1;) {
        gsize len = name.data[dot] == '.' ? extension_length(name, dot) : 0;
        if (len)
            return (AmrBytes){name.data + dot, len};
    }
    return (AmrBytes){name.data, 0};
}

AmrBytes
amr_cluster_tail(AmrBytes name)
{
    gboolean letter = FALSE;
    gsize at = name.len;
    while (at > 0 && name.len - at < 8 && g_ascii_isalnum(name.data[at - 1]))
        letter = g_ascii_isalpha(name.data[--at]) || letter;
    if (at < 2 || !letter || !strchr("-_,:=@+~", name.data[at - 1]))
        return (AmrBytes){name.data, 0};
    return (AmrBytes){name.data + at - 1, name.len - at + 1};
}

AmrBytes
amr_cluster_head(AmrBytes name)
{
    gsize len = 0;
    while (len < name.len && g_ascii_isalpha(name.data[len]))
        len++;
    if (len < 3 || len == name.len)
        return (AmrBytes){name.data, 0};
    return (AmrBytes){name.data, g_ascii_isdigit(name.data[len]) ? len : len + 1};
}
