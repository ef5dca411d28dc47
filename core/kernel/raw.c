/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel exports of a loaded profile. */
#include "config.h"

#include "core/kernel/loaded.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/kernel/tree.h"

#define RAW_MAX ((gsize)128 * 1024 * 1024)

/* The profile's directory. */
static char *
find_directory(AmrOpener *opener, const char *ns, const char *name, GError **error)
{
    g_autoptr(GPtrArray) found = amr_tree_read(opener, ns, name, error);
    g_autofree char *shown = NULL;

    if (!found)
        return NULL;
    if (found->len > 0)
        return g_strdup(((const AmrTreeProfile *)found->pdata[0])->path);
    shown = amr_display_string(name);
    amr_error_set(error, AMR_ERROR_NOT_FOUND, "Profile %s is not loaded", shown);
    return NULL;
}

static char *
hash_of(AmrOpener *opener, const char *dir, const char *file, gsize digits)
{
    g_autofree char *text = amr_tree_text(opener, AMR_OPEN_KERNEL, dir, file);

    if (!text || strlen(text) != digits)
        return NULL;
    for (char *p = text; *p; p++) {
        if (!g_ascii_isxdigit(*p))
            return NULL;
        *p = g_ascii_tolower(*p);
    }
    return g_steal_pointer(&text);
}

/* "policy/profiles/a.1/profiles/b.2" becomes "policy/profiles/a.1"; FALSE at the top. */
static gboolean
to_parent(char *dir)
{
    char *slash = strrchr(dir, '/');
    char *above;

    if (!slash)
        return FALSE;
    *slash = '\0';
    above = strrchr(dir, '/');
    if (!above || strcmp(above, "/profiles") != 0)
        return FALSE;
    *above = '\0';
    slash = strrchr(dir, '/');
    above = slash ? slash - strlen("/profiles") : NULL;
    return above && above >= dir && strncmp(above, "/profiles", strlen("/profiles")) == 0;
}

gboolean
amr_loaded_raw(AmrOpener *opener, const char *ns, const char *name, gboolean with_data,
               AmrLoadedRaw *raw, GError **error)
{
    g_autofree char *dir = find_directory(opener, ns, name, error);
    AmrLoadedRaw got = {NULL, NULL, NULL, NULL};

    if (!dir)
        return FALSE;
    do {
        got.sha1 = hash_of(opener, dir, "raw_sha1", 40);
        got.sha256 = hash_of(opener, dir, "raw_sha256", 64);
        if (with_data) {
            g_autofree char *path = g_build_filename(dir, "raw_data", NULL);
            got.data = amr_opener_read(opener, AMR_OPEN_KERNEL, path, RAW_MAX, NULL);
        }
    } while (!got.sha1 && !got.sha256 && !got.data && to_parent(dir));
    *raw = got;
    return TRUE;
}

void
amr_loaded_raw_clear(AmrLoadedRaw *raw)
{
    g_clear_pointer(&raw->sha1, g_free);
    g_clear_pointer(&raw->sha256, g_free);
    g_clear_pointer(&raw->file_name, g_free);
    g_clear_pointer(&raw->data, g_bytes_unref);
}
