/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/complain.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/plan_private.h"
#include "core/policy/index_scan.h"

/* ---- headers -----------------------------------------------------------------------------------
 */

/* The flags that are modes: a profile has one (apparmor.d(5) of 4.1). */
static gboolean
is_mode(const char *word)
{
    static const char *const modes[] = {"enforce", "complain",      "kill", "unconfined",
                                        "prompt",  "default_allow", NULL};
    return g_strv_contains(modes, word);
}

/* What stands between the parentheses, with complain for its mode. */
static char *
complain_flags(const char *flags)
{
    g_auto(GStrv) words = g_strsplit_set(flags, ", \t\r\n", -1);
    GString *out = g_string_new("complain");

    for (guint i = 0; words[i]; i++) {
        if (words[i][0] && !is_mode(words[i]))
            g_string_append_printf(out, ", %s", words[i]);
    }
    return g_string_free(out, FALSE);
}

static void
edit_header(GString *text, const AmrScanItem *block)
{
    g_autofree char *flags = complain_flags(block->flags);

    if (block->flags[0]) {
        g_string_erase(text, (gssize)block->flags_at, (gssize)strlen(block->flags));
        g_string_insert(text, (gssize)block->flags_at, flags);
    } else {
        g_string_insert(text, (gssize)block->open, " flags=(complain) ");
    }
}

static guint
count_blocks(const GArray *items)
{
    guint n = 0;

    for (guint i = 0; i < items->len; i++)
        n += g_array_index(items, AmrScanItem, i).kind == AMR_SCAN_BLOCK;
    return n;
}

static GArray *
scan(GBytes *bytes)
{
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);

    return amr_scan_file((AmrBytes){data, len});
}

GBytes *
amr_complain_edit(GBytes *bytes, const gboolean *which, guint n, GError **error)
{
    g_autoptr(GArray) items = scan(bytes);
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);
    GString *text;

    if (count_blocks(items) != n) {
        amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                      "It does not hold the profiles any more that it held");
        return NULL;
    }
    text = g_string_new_len(len ? data : "", (gssize)len);
    /* From the last to the first, so that the offsets hold. */
    for (guint i = items->len; i-- > 0;) {
        const AmrScanItem *item = &g_array_index(items, AmrScanItem, i);
        if (item->kind == AMR_SCAN_BLOCK && which[--n])
            edit_header(text, item);
    }
    return g_string_free_to_bytes(text);
}

/* ---- which blocks ------------------------------------------------------------------------------
 */

const char *
amr_complain_conflict(const AmrIndex *index, const AmrPlanLoad *load, const char *const *wanted)
{
    for (guint i = 0; wanted[i]; i++) {
        const AmrBlock *block = amr_index_find_typed(index, wanted[i]);

        if (!block || g_path_is_absolute(block->file) || !amr_index_bytes(index, block->file))
            return wanted[i];
        for (guint k = 0; load->profiles[k]; k++) {
            const AmrBlock *other = amr_index_find_typed(index, load->profiles[k]);
            if (other && other->header == block->header && strcmp(other->file, block->file) == 0 &&
                !g_strv_contains(wanted, load->profiles[k]))
                return load->profiles[k];
        }
    }
    return NULL;
}

/* A flag a block of @file, in its order, as the index read it. */
static gboolean *
find_blocks(const AmrIndex *index, const AmrPlanLoad *load, const char *file, guint *n)
{
    GBytes *bytes = amr_index_bytes(index, file);
    g_autoptr(GArray) items = bytes ? scan(bytes) : NULL;
    gboolean *which;

    if (!items)
        return NULL;
    which = g_new0(gboolean, count_blocks(items) + 1);
    *n = 0;
    for (guint i = 0; i < items->len; i++) {
        const AmrScanItem *item = &g_array_index(items, AmrScanItem, i);
        if (item->kind != AMR_SCAN_BLOCK)
            continue;
        for (guint k = 0; load->complain[k] && !which[*n]; k++) {
            const AmrBlock *block = amr_index_find_typed(index, load->complain[k]);
            which[*n] = block && block->header == item->header && strcmp(block->file, file) == 0;
        }
        (*n)++;
    }
    return which;
}

/* The files that hold the blocks of load->complain, each once; borrowed. */
static GPtrArray *
find_files(const AmrIndex *index, const AmrPlanLoad *load)
{
    GPtrArray *files = g_ptr_array_new();

    for (guint i = 0; load->complain && load->complain[i]; i++) {
        const AmrBlock *block = amr_index_find_typed(index, load->complain[i]);
        if (block && !g_ptr_array_find_with_equal_func(files, block->file, g_str_equal, NULL))
            g_ptr_array_add(files, block->file);
    }
    return files;
}

/* ---- in the copy -------------------------------------------------------------------------------
 */

static gboolean
set_file(AmrScratch *scratch, const AmrTarget *target, const AmrIndex *index, const AmrPlan *plan,
         const AmrPlanLoad *load, const char *file, GError **error)
{
    const AmrPlanFile *planned = plan ? amr_plan_find_file(plan, file) : NULL;
    g_autofree char *shown = amr_display_string(file);
    g_autoptr(GBytes) bytes = planned ? g_bytes_ref(planned->after) : NULL;
    g_autoptr(GBytes) edited = NULL;
    guint n = 0;
    g_autofree gboolean *which = find_blocks(index, load, file, &n);

    if (!bytes && !amr_plan_read(target, file, &bytes, error))
        return FALSE;
    edited = bytes && which ? amr_complain_edit(bytes, which, n, error) : NULL;
    if (edited)
        return amr_scratch_set(scratch, file, edited, error);
    if (error && !*error)
        return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH, "%s: It is not there any more",
                             shown);
    g_prefix_error(error, "%s: ", shown);
    return FALSE;
}

gboolean
amr_complain_set(AmrScratch *scratch, const AmrTarget *target, const AmrIndex *index,
                 const AmrPlan *plan, const AmrPlanLoad *load, GError **error)
{
    g_autoptr(GPtrArray) files = find_files(index, load);

    for (guint i = 0; i < files->len; i++) {
        if (!set_file(scratch, target, index, plan, load, files->pdata[i], error))
            return FALSE;
    }
    return TRUE;
}

gboolean
amr_complain_unset(AmrScratch *scratch, const AmrIndex *index, const AmrPlan *plan,
                   const AmrPlanLoad *load, GError **error)
{
    g_autoptr(GPtrArray) files = find_files(index, load);

    for (guint i = 0; i < files->len; i++) {
        const char *file = files->pdata[i];
        const AmrPlanFile *planned = plan ? amr_plan_find_file(plan, file) : NULL;

        if (planned ? !amr_scratch_set(scratch, file, planned->after, error)
                    : !amr_scratch_restore(scratch, file, error))
            return FALSE;
    }
    return TRUE;
}
