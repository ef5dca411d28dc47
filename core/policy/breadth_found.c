/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found: counted, and of it a few that are told, the same ones in whatever order the
 * directories had them. */
#include <string.h>

#include "core/policy/breadth_worker.h"

#define SAMPLE_MAX    12
#define SENSITIVE_MAX 48
#define ALIKE_MAX     4 /* sensitive ones of one kind */

/* With what decides whether it is kept: the least are. */
typedef struct {
    AmrBreadthFile file;
    guint64 weight;
} Kept;

static void
kept_free(gpointer data)
{
    Kept *kept = data;
    if (!kept)
        return;
    g_free(kept->file.path);
    g_free(kept->file.why);
    g_free(kept);
}

AmrBreadth *
amr_breadth_new(void)
{
    AmrBreadth *breadth = g_new0(AmrBreadth, 1);
    breadth->sensitive = g_ptr_array_new_with_free_func(kept_free);
    breadth->sample = g_ptr_array_new_with_free_func(kept_free);
    breadth->left = g_ptr_array_new_with_free_func(g_free);
    return breadth;
}

AmrBreadth *
amr_breadth_none(void)
{
    AmrBreadth *breadth = amr_breadth_new();
    breadth->whole = TRUE;
    return breadth;
}

void
amr_breadth_free(AmrBreadth *breadth)
{
    if (!breadth)
        return;
    g_ptr_array_unref(breadth->sensitive);
    g_ptr_array_unref(breadth->sample);
    g_ptr_array_unref(breadth->left);
    g_free(breadth);
}

static gpointer
copy_kept(gconstpointer data, gpointer user_data)
{
    const Kept *kept = data;
    Kept *copy = g_memdup2(kept, sizeof *kept);
    copy->file.path = g_strdup(kept->file.path);
    copy->file.why = g_strdup(kept->file.why);
    return copy;
}

static gpointer
copy_text(gconstpointer data, gpointer user_data)
{
    return g_strdup(data);
}

AmrBreadth *
amr_breadth_copy(const AmrBreadth *breadth)
{
    AmrBreadth *copy = g_memdup2(breadth, sizeof *breadth);
    copy->sensitive = g_ptr_array_copy(breadth->sensitive, copy_kept, NULL);
    copy->sample = g_ptr_array_copy(breadth->sample, copy_kept, NULL);
    copy->left = g_ptr_array_copy(breadth->left, copy_text, NULL);
    g_ptr_array_set_free_func(copy->sensitive, kept_free);
    g_ptr_array_set_free_func(copy->sample, kept_free);
    g_ptr_array_set_free_func(copy->left, g_free);
    return copy;
}

/* A number of the name that says nothing of where it stands: so the sample is from all over. */
static guint64
scatter(AmrBytes path)
{
    guint64 x = G_GUINT64_CONSTANT(0xcbf29ce484222325);
    for (gsize i = 0; i < path.len; i++)
        x = (x ^ (guint8)path.data[i]) * G_GUINT64_CONSTANT(0x100000001b3);
    x ^= x >> 32;
    x *= G_GUINT64_CONSTANT(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}

static int
compare(const Kept *a, guint64 weight, AmrBytes path)
{
    if (a->weight != weight)
        return a->weight < weight ? -1 : 1;
    return amr_bytes_compare(amr_bytes(a->file.path), path);
}

/* Keeps the least @max, in order; of one weight the first @alike. */
static void
keep(GPtrArray *list, guint max, guint alike, guint64 weight, AmrBytes path,
     const AmrBreadthFile *file)
{
    guint at = list->len, same = 0;

    while (at > 0 && compare(list->pdata[at - 1], weight, path) > 0)
        at--;
    while (same < at && ((const Kept *)list->pdata[at - 1 - same])->weight == weight)
        same++;
    if (at == max || same == alike)
        return;
    Kept *kept = g_new0(Kept, 1);
    *kept = (Kept){*file, weight};
    kept->file.path = amr_bytes_dup(path);
    kept->file.why = g_strdup(file->why);
    g_ptr_array_insert(list, (gint)at, kept);
    for (guint i = at + 1; i < list->len; i++) /* who is pushed out of its kind */
        if (((const Kept *)list->pdata[i])->weight == weight && ++same == alike) {
            g_ptr_array_remove_index(list, i);
            break;
        }
    if (list->len > max)
        g_ptr_array_set_size(list, (gint)max);
}

void
amr_breadth_add(AmrBreadth *breadth, AmrBytes path, guint32 rights, gboolean own, int rank,
                const char *why)
{
    const AmrBreadthFile file = {NULL, rights, own, (char *)why};

    breadth->files++;
    breadth->own += own;
    breadth->rights |= rights;
    if (rank >= 0) {
        breadth->n_sensitive++;
        keep(breadth->sensitive, SENSITIVE_MAX, ALIKE_MAX, (guint64)rank, path, &file);
    } else {
        keep(breadth->sample, SAMPLE_MAX, SAMPLE_MAX, scatter(path), path, &file);
    }
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    const AmrBreadthFile *x = *(AmrBreadthFile *const *)a, *y = *(AmrBreadthFile *const *)b;
    return strcmp(x->path, y->path);
}

void
amr_breadth_sort(AmrBreadth *breadth)
{
    g_ptr_array_sort(breadth->sample, compare_names);
}

/* ---- as bytes -------------------------------------------------------------------------------- */

#define FILE_TYPE "(ayubmay)"
#define LANE_TYPE "(tttuttba" FILE_TYPE "a" FILE_TYPE "aay)"

static GVariant *
pack_files(const GPtrArray *files)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a" FILE_TYPE));
    for (guint i = 0; i < files->len; i++) {
        const AmrBreadthFile *file = files->pdata[i];
        g_variant_builder_add(&builder, "(^ayub@may)", file->path, file->rights, file->own,
                              g_variant_new_maybe(G_VARIANT_TYPE_BYTESTRING,
                                                  file->why ? g_variant_new_bytestring(file->why)
                                                            : NULL));
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
pack_lane(const AmrBreadth *lane)
{
    GVariantBuilder left;

    g_variant_builder_init(&left, G_VARIANT_TYPE_BYTESTRING_ARRAY);
    for (guint i = 0; i < lane->left->len; i++)
        g_variant_builder_add_value(&left, g_variant_new_bytestring(lane->left->pdata[i]));
    return g_variant_new("(tttuttb@a" FILE_TYPE "@a" FILE_TYPE "@aay)", lane->files, lane->own,
                         lane->n_sensitive, lane->rights, lane->looked, lane->unread, lane->whole,
                         pack_files(lane->sensitive), pack_files(lane->sample),
                         g_variant_builder_end(&left));
}

GBytes *
amr_breadth_pack(const GPtrArray *all)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a" LANE_TYPE));
    for (guint i = 0; i < all->len; i++)
        g_variant_builder_add_value(&builder, pack_lane(all->pdata[i]));
    g_autoptr(GVariant) packed = g_variant_ref_sink(g_variant_builder_end(&builder));
    return g_variant_get_data_as_bytes(packed);
}

static void
unpack_files(GVariant *files, GPtrArray *list)
{
    GVariantIter iter;
    const char *path, *why;
    guint32 rights;
    gboolean own;

    g_variant_iter_init(&iter, files);
    while (g_variant_iter_next(&iter, "(^&ayubm^&ay)", &path, &rights, &own, &why)) {
        Kept *kept = g_new0(Kept, 1);
        kept->file = (AmrBreadthFile){g_strdup(path), rights, own, g_strdup(why)};
        g_ptr_array_add(list, kept);
    }
}

static AmrBreadth *
unpack_lane(GVariant *packed)
{
    AmrBreadth *lane = amr_breadth_new();
    g_autoptr(GVariant) sensitive = NULL, sample = NULL, left = NULL;

    g_variant_get(packed, "(tttuttb@a" FILE_TYPE "@a" FILE_TYPE "@aay)", &lane->files, &lane->own,
                  &lane->n_sensitive, &lane->rights, &lane->looked, &lane->unread, &lane->whole,
                  &sensitive, &sample, &left);
    unpack_files(sensitive, lane->sensitive);
    unpack_files(sample, lane->sample);
    for (gsize i = 0; i < g_variant_n_children(left); i++) {
        g_autoptr(GVariant) one = g_variant_get_child_value(left, i);
        g_ptr_array_add(lane->left, g_strdup(g_variant_get_bytestring(one)));
    }
    return lane;
}

GPtrArray *
amr_breadth_unpack(GBytes *bytes, guint lanes)
{
    g_autoptr(GVariant) packed =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE("a" LANE_TYPE), bytes, FALSE));

    if (!g_variant_is_normal_form(packed) || g_variant_n_children(packed) != lanes)
        return NULL;
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)amr_breadth_free);
    for (guint i = 0; i < lanes; i++) {
        g_autoptr(GVariant) one = g_variant_get_child_value(packed, i);
        g_ptr_array_add(all, unpack_lane(one));
    }
    return all;
}
