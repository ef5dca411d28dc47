/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/content.h"

#include <string.h>

#include "core/policy/compiler_private.h"
#include "core/policy/index_scan.h"
#include "core/policy/probe.h"

/* One that is held, and perhaps kept. */
typedef struct {
    AmrContent content; /* first */
    AmrCompileResult *result;
    AmrOracle *oracle;
    GError *error;
    char *key; /* NULL: not to be kept */
    gsize size;
} Held;

struct AmrContents {
    GHashTable *known; /* key -> GList of used */
    GQueue used;       /* Held, the last used first */
    gsize size;
};

typedef struct {
    AmrCompiler *compiler;
    const AmrIndex *index;
    const AmrScratch *scratch;
    char *key;
    GPtrArray *names; /* const char *: of the index, all that the compiler may ask for */
} Compiling;

static void
clear(gpointer data)
{
    Held *held = data;

    g_clear_pointer(&held->oracle, amr_oracle_free);
    g_clear_pointer(&held->result, amr_compile_result_free);
    g_clear_error(&held->error);
    g_free(held->key);
}

void
amr_content_free(AmrContent *content)
{
    if (content)
        g_rc_box_release_full(content, clear);
}

/* ---- what is kept ---------------------------------------------------------------------------- */

static void
free_link(gpointer data)
{
    amr_content_free(data);
}

void
amr_contents_free(AmrContents *contents)
{
    if (!contents)
        return;
    g_hash_table_unref(contents->known);
    g_queue_clear_full(&contents->used, free_link);
    g_free(contents);
}

static Held *
look(const AmrContents *contents, const char *key)
{
    return contents && key ? g_hash_table_lookup(contents->known, key) : NULL;
}

static void
use(AmrContents *contents, Held *held)
{
    g_queue_remove(&contents->used, held);
    g_queue_push_head(&contents->used, held);
}

static void
keep(AmrCompiler *compiler, Held *held)
{
    AmrContents *contents = compiler->contents;

    if (!contents) {
        contents = compiler->contents = g_new0(AmrContents, 1);
        contents->known = g_hash_table_new(g_str_hash, g_str_equal);
    }
    if (look(contents, held->key) || held->size > AMR_CONTENT_BYTES)
        return;
    g_hash_table_insert(contents->known, held->key, held);
    g_queue_push_head(&contents->used, g_rc_box_acquire(held));
    contents->size += held->size;
    while (contents->size > AMR_CONTENT_BYTES || contents->used.length > AMR_CONTENT_MAX) {
        Held *last = g_queue_pop_tail(&contents->used);
        contents->size -= last->size;
        g_hash_table_remove(contents->known, last->key);
        amr_content_free(&last->content);
    }
}

/* @result is taken over. */
static Held *
held_new(AmrCompileResult *result)
{
    Held *held = g_rc_box_new0(Held);

    held->result = result;
    if (result->ok)
        held->oracle = amr_oracle_new(result->output, &held->error);
    held->size = result->output ? g_bytes_get_size(result->output) : 0;
    held->content = (AmrContent){held->result, held->oracle, held->error};
    return held;
}

/* ---- what the content is --------------------------------------------------------------------- */

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
add_changed(GChecksum *sum, Compiling *compiling, GHashTable *seen)
{
    g_autoptr(GPtrArray) changed = amr_scratch_changes(compiling->scratch);

    for (guint i = 0; i < changed->len; i++) {
        const char *name = changed->pdata[i];
        GBytes *bytes = amr_scratch_bytes(compiling->scratch, name);
        add_text(sum, name, strlen(name));
        add_bytes(sum, bytes);
        if (bytes && !add_includes(compiling->names, seen, compiling->index, bytes))
            return FALSE;
    }
    return TRUE;
}

/* Sets the key and the names, unless it cannot be told what all it is made of. */
static void
digest(Compiling *compiling, const AmrCompileJob *job)
{
    const AmrIndex *index = compiling->index;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const char kind = (char)job->kind;

    if (!index)
        return;
    amr_probe_add_compiler(sum, amr_compiler_target(compiling->compiler));
    add_text(sum, &kind, 1);
    if (job->file)
        add_names(compiling->names, seen, index, job->file);
    if (job->text && !add_includes(compiling->names, seen, index, job->text))
        return;
    add_text(sum, job->file ? job->file : "", job->file ? strlen(job->file) : 0);
    add_bytes(sum, job->text);
    if (compiling->scratch && !add_changed(sum, compiling, seen))
        return;
    for (guint i = 0; i < compiling->names->len; i++) {
        const char *name = compiling->names->pdata[i];
        add_text(sum, name, strlen(name));
        add_bytes(sum, amr_index_bytes(index, name));
    }
    compiling->key = g_strdup(g_checksum_get_string(sum));
}

static gboolean
is_as_read(const Compiling *compiling)
{
    for (guint i = 0; i < compiling->names->len; i++)
        if (!amr_index_is_as_read(compiling->index, compiling->names->pdata[i]))
            return FALSE;
    return TRUE;
}

/* ---- compiling ------------------------------------------------------------------------------- */

static void
compiling_free(gpointer data)
{
    Compiling *compiling = data;
    g_free(compiling->key);
    g_ptr_array_unref(compiling->names);
    g_free(compiling);
}

static void
give(GTask *task, Held *held)
{
    g_task_return_pointer(task, g_rc_box_acquire(held), (GDestroyNotify)amr_content_free);
}

static void
on_compiled(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Compiling *compiling = g_task_get_task_data(task);
    GError *error = NULL;
    AmrCompileResult *result = amr_compiler_run_finish(NULL, async, &error);

    if (!result) { /* if it was cancelled, nothing else may be there any more */
        g_task_return_error(task, error);
        return;
    }
    Held *held = held_new(result);
    if (compiling->key && is_as_read(compiling)) {
        held->key = g_steal_pointer(&compiling->key);
        keep(compiling->compiler, held);
    }
    give(task, held);
    amr_content_free(&held->content);
}

void
amr_content_compile_async(AmrCompiler *compiler, const AmrIndex *index, const AmrCompileJob *job,
                          const AmrScratch *scratch, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Compiling *compiling = g_new0(Compiling, 1);

    g_task_set_source_tag(task, amr_content_compile_async);
    *compiling = (Compiling){compiler, index, scratch, NULL, g_ptr_array_new()};
    g_task_set_task_data(task, compiling, compiling_free);
    digest(compiling, job);
    Held *held = look(compiler->contents, compiling->key);
    if (held) {
        use(compiler->contents, held);
        give(task, held);
        return;
    }
    amr_compiler_run_async(compiler, job, cancellable, on_compiled, g_object_ref(task));
}

AmrContent *
amr_content_compile_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
