/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/seal.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/change/visible.h"

#define HEX       "0123456789abcdef"
#define ID_LEN    16
#define TIME_LEN  16
#define TOTAL_LEN (ID_LEN + 1 + TIME_LEN + 1 + 64)

static int
compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(**(const char *const *const *)a, **(const char *const *const *)b);
}

/* Path and digest of what was read and may be by all, in one order. */
static GVariant *
read_by_all(const AmrTarget *target, const AmrPlan *plan)
{
    GVariantBuilder builder;
    g_autoptr(GPtrArray) pairs = g_ptr_array_new();

    for (guint i = 0; i + 1 < plan->digests->len; i += 2) {
        if (amr_visible_file(target, plan->digests->pdata[i]))
            g_ptr_array_add(pairs, &plan->digests->pdata[i]);
    }
    g_ptr_array_sort(pairs, compare_paths);
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aay"));
    for (guint i = 0; i < pairs->len; i++) {
        char *const *pair = pairs->pdata[i];
        g_variant_builder_add(&builder, "^ay", pair[0]);
        g_variant_builder_add(&builder, "^ay", pair[1]);
    }
    return g_variant_builder_end(&builder);
}

/* Which files are loaded again, and whether that can be: not what the kernel holds of them. */
static GVariant *
loads_on_disk(const AmrPlan *plan)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(aybaay)"));
    for (guint i = 0; i < plan->loads->len; i++) {
        const AmrPlanLoad *load = plan->loads->pdata[i];
        g_variant_builder_add(&builder, "(^ayb@aay)", load->path, load->disabled,
                              g_variant_new_bytestring_array(
                                  (const char *const *)load->profiles,
                                  load->profiles ? (gssize)g_strv_length(load->profiles) : 0));
    }
    return g_variant_builder_end(&builder);
}

static char *
digest(const AmrTarget *target, const AmrPlan *plan)
{
    g_autoptr(GVariant) whole = g_variant_ref_sink(amr_plan_to_variant(plan));
    g_autoptr(GVariant) parts = g_variant_get_child_value(whole, 5);
    g_autoptr(GVariant) files = g_variant_get_child_value(whole, 6);
    g_autoptr(GVariant) sealed = g_variant_ref_sink(
        g_variant_new("(us@a(ayayayaayaayaay)@a(aymaymay)@a(aybaay)@aayx)", (guint)plan->kind,
                      plan->undoes ? plan->undoes : "", parts, files, loads_on_disk(plan),
                      read_by_all(target, plan), plan->until));
    g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(sealed);

    return amr_fs_digest(bytes);
}

char *
amr_seal(const AmrTarget *target, const AmrPlan *plan)
{
    g_autofree char *of = digest(target, plan);

    return g_strdup_printf("%s-%016" G_GINT64_MODIFIER "x-%s", plan->id, (guint64)plan->made, of);
}

gboolean
amr_seal_read(const char *seal, char **id, gint64 *made, GError **error)
{
    const char *time = seal + ID_LEN + 1;
    guint64 number;

    if (strlen(seal) != TOTAL_LEN || strspn(seal, HEX) != ID_LEN || seal[ID_LEN] != '-' ||
        strspn(time, HEX) != TIME_LEN || time[TIME_LEN] != '-' ||
        strspn(time + TIME_LEN + 1, HEX) != TOTAL_LEN - ID_LEN - TIME_LEN - 2)
        return amr_error_set(error, AMR_ERROR_USAGE,
                             "What is expected is not the word that --dry-run --json gives");
    number = g_ascii_strtoull(time, NULL, 16);
    if (number > G_MAXINT64)
        return amr_error_set(error, AMR_ERROR_USAGE, "What is expected was made at no time");
    *made = (gint64)number;
    *id = g_strndup(seal, ID_LEN);
    return TRUE;
}

gboolean
amr_seal_check(const AmrTarget *target, const AmrPlan *plan, const char *seal, GError **error)
{
    g_autofree char *is = amr_seal(target, plan);

    return strcmp(is, seal) == 0 ||
           amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                         "This is not the change that was shown: policy, or the change itself, is "
                         "another one now. Nothing was written: look at it again");
}
