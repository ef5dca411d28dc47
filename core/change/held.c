/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/held.h"

#include <string.h>

const char *
amr_held_split(const char *typed, char **ns)
{
    const char *end = typed[0] == ':' ? strchr(typed + 1, ':') : NULL;

    *ns = end ? g_strndup(typed + 1, (gsize)(end - typed - 1)) : g_strdup("");
    return end ? end + 1 : typed;
}

static gboolean
read_raw(AmrOpener *opener, const char *typed, gboolean with_data, AmrLoadedRaw *raw)
{
    g_autofree char *ns = NULL;
    const char *name = amr_held_split(typed, &ns);

    return amr_loaded_raw(opener, ns, name, with_data, raw, NULL);
}

/* ---- compare --------------------------------------------------------------------------------- */

/* One write of the loader is a whole run of the compiled bytes; it begins with a header and holds
 * the profile's name, so it is not found in another's place. */
static gboolean
holds_bytes(GBytes *whole, GBytes *part)
{
    gsize len, part_len;
    const char *at = g_bytes_get_data(whole, &len);
    const char *data = g_bytes_get_data(part, &part_len);
    const char *end;

    if (!part_len || part_len > len)
        return FALSE;
    end = at + len;
    while ((gsize)(end - at) >= part_len &&
           (at = memchr(at, data[0], (gsize)(end - at) - part_len + 1))) {
        if (memcmp(at, data, part_len) == 0)
            return TRUE;
        at++;
    }
    return FALSE;
}

static gboolean
same_hash(const AmrLoadedRaw *raw, const AmrCompileResult *compiled)
{
    return raw->sha256 ? g_strcmp0(raw->sha256, compiled->sha256) == 0
                       : raw->sha1 && g_strcmp0(raw->sha1, compiled->sha1) == 0;
}

/* @only: the file defines no other, so a hash that is another's is an answer too. */
static AmrHeld
compare_one(AmrOpener *opener, const char *typed, gboolean only, const AmrCompileResult *compiled)
{
    AmrLoadedRaw raw = {0};
    AmrHeld held = AMR_HELD_UNKNOWN;

    if (!read_raw(opener, typed, FALSE, &raw))
        return AMR_HELD_UNKNOWN;
    if (same_hash(&raw, compiled))
        held = AMR_HELD_SAME;
    else if (only && (raw.sha1 || raw.sha256))
        held = AMR_HELD_OTHER;
    amr_loaded_raw_clear(&raw);
    if (held != AMR_HELD_UNKNOWN || !read_raw(opener, typed, TRUE, &raw))
        return held;
    if (raw.data)
        held = holds_bytes(compiled->output, raw.data) ? AMR_HELD_SAME : AMR_HELD_OTHER;
    amr_loaded_raw_clear(&raw);
    return held;
}

AmrHeld
amr_held_compare(AmrOpener *opener, char *const *profiles, char *const *except,
                 const AmrCompileResult *compiled)
{
    gboolean only = profiles[0] && !profiles[1];
    AmrHeld all = AMR_HELD_UNKNOWN;

    if (!compiled->output)
        return AMR_HELD_UNKNOWN;
    for (guint i = 0; profiles[i]; i++) {
        AmrHeld held;
        if (except && g_strv_contains((const char *const *)except, profiles[i]))
            continue;
        held = compare_one(opener, profiles[i], only, compiled);
        if (held == AMR_HELD_OTHER)
            return held;
        all = MAX(all, held);
    }
    return all;
}

gboolean
amr_held_is_told(AmrOpener *opener, char *const *profiles)
{
    for (guint i = 0; profiles[i]; i++) {
        AmrLoadedRaw raw = {0};
        gboolean told = read_raw(opener, profiles[i], FALSE, &raw) && (raw.sha1 || raw.sha256);
        amr_loaded_raw_clear(&raw);
        if (told)
            return TRUE;
    }
    return FALSE;
}

/* ---- save ------------------------------------------------------------------------------------ */

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean
is_saved(const GPtrArray *all, GBytes *data)
{
    for (guint i = 0; i < all->len; i++) {
        if (g_bytes_equal(all->pdata[i], data))
            return TRUE;
    }
    return FALSE;
}

GPtrArray *
amr_held_data(AmrOpener *opener, char *const *profiles)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();

    /* "parent" sorts before "parent//child". */
    for (guint i = 0; profiles[i]; i++)
        g_ptr_array_add(sorted, profiles[i]);
    g_ptr_array_sort(sorted, compare_names);
    for (guint i = 0; i < sorted->len; i++) {
        AmrLoadedRaw raw = {0};
        if (!read_raw(opener, sorted->pdata[i], TRUE, &raw))
            continue;
        if (raw.data && g_bytes_get_size(raw.data) && !is_saved(all, raw.data))
            g_ptr_array_add(all, g_bytes_ref(raw.data));
        amr_loaded_raw_clear(&raw);
    }
    return all;
}
