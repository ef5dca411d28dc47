/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a compilation is made of: all that decides what comes of it, as one digest. */
#include "config.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/policy/content_private.h"
#include "core/policy/index_scan.h"

static void
add_text(GChecksum *sum, const char *text, gsize len)
{
    const guint64 size = len;

    g_checksum_update(sum, (const guchar *)&size, sizeof size);
    g_checksum_update(sum, (const guchar *)text, (gssize)len);
}

static void
add_bytes(GChecksum *sum, GBytes *bytes)
{
    gsize size = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;

    add_text(sum, bytes ? "b" : "-", 1);
    add_text(sum, data ? data : "", size);
}

/* @name and all that the compiler asks for with it, each once. */
static void
add_names(GPtrArray *names, GHashTable *seen, const AmrIndex *index, const char *name)
{
    g_autofree const char **asks = amr_index_asks(index, name);

    for (guint i = 0; asks[i]; i++)
        if (g_hash_table_add(seen, (gpointer)asks[i]))
            g_ptr_array_add(names, (gpointer)asks[i]);
}

/* FALSE: it includes what the index does not know. */
static gboolean
add_includes(GPtrArray *names, GHashTable *seen, const AmrIndex *index, GBytes *text)
{
    gsize size = 0;
    const char *data = g_bytes_get_data(text, &size);
    g_autoptr(GArray) items = amr_scan_file((AmrBytes){data ? data : "", size});

    for (guint i = 0; i < items->len; i++) {
        const AmrScanItem *item = &g_array_index(items, AmrScanItem, i);
        if (item->kind != AMR_SCAN_INCLUDE && item->kind != AMR_SCAN_ABI)
            continue;
        g_autofree char *meant = amr_index_meant(index, item->name);
        guint before = names->len;
        if (!meant)
            return FALSE;
        add_names(names, seen, index, meant);
        if (names->len == before && !g_hash_table_contains(seen, meant))
            return FALSE;
    }
    return TRUE;
}

/* Files of the policy that the scratch has otherwise. */
static gboolean
add_changed(GChecksum *sum, AmrContentKey *key, GHashTable *seen, const AmrIndex *index,
            const AmrScratch *scratch)
{
    g_autoptr(GPtrArray) changed = amr_scratch_changes(scratch);

    for (guint i = 0; i < changed->len; i++) {
        const char *name = changed->pdata[i];
        GBytes *bytes = amr_scratch_bytes(scratch, name);
        add_text(sum, name, strlen(name));
        add_bytes(sum, bytes);
        if (bytes && !add_includes(key->names, seen, index, bytes))
            return FALSE;
    }
    return TRUE;
}

static char *
compiler_of(const AmrTarget *target)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    amr_compiler_add_identity(sum, target);
    return g_strdup(g_checksum_get_string(sum));
}

/* FALSE where it cannot be told what all it is made of. */
static gboolean
digest(AmrContentKey *key, const AmrIndex *index, const AmrCompileJob *job,
       const AmrScratch *scratch)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const char kind = (char)job->kind;

    add_text(sum, key->compiler, strlen(key->compiler));
    add_text(sum, &kind, 1);
    if (job->file)
        add_names(key->names, seen, index, job->file);
    if (job->text && !add_includes(key->names, seen, index, job->text))
        return FALSE;
    add_text(sum, job->file ? job->file : "", job->file ? strlen(job->file) : 0);
    add_bytes(sum, job->text);
    if (scratch && !add_changed(sum, key, seen, index, scratch))
        return FALSE;
    for (guint i = 0; i < key->names->len; i++) {
        const char *name = key->names->pdata[i];
        add_text(sum, name, strlen(name));
        add_bytes(sum, amr_index_bytes(index, name));
    }
    key->text = g_strdup(g_checksum_get_string(sum));
    return TRUE;
}

AmrContentKey *
amr_content_key_new(const AmrTarget *target, const AmrIndex *index, const AmrCompileJob *job,
                    const AmrScratch *scratch)
{
    AmrContentKey *key = g_new0(AmrContentKey, 1);

    key->names = g_ptr_array_new();
    key->compiler = index ? compiler_of(target) : NULL;
    if (index && digest(key, index, job, scratch))
        return key;
    amr_content_key_free(key);
    return NULL;
}

void
amr_content_key_free(AmrContentKey *key)
{
    if (!key)
        return;
    g_free(key->text);
    g_free(key->compiler);
    g_ptr_array_unref(key->names);
    g_free(key);
}

gboolean
amr_content_key_holds(const AmrContentKey *key, const AmrTarget *target, const AmrIndex *index)
{
    g_autofree char *compiler = compiler_of(target);

    if (strcmp(compiler, key->compiler) != 0)
        return FALSE;
    for (guint i = 0; i < key->names->len; i++)
        if (!amr_index_is_as_read(index, key->names->pdata[i]))
            return FALSE;
    return TRUE;
}
