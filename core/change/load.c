/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/load.h"

#include <string.h>

#include "core/base/error.h"
#include "core/change/complain.h"
#include "core/change/held.h"
#include "core/policy/oracle.h"

typedef struct {
    AmrCompiler *compiler;
    const AmrTarget *target;
    const AmrIndex *index;
    const AmrPlan *plan;
    const AmrPlanLoad *load;
    AmrScratch *scratch; /* NULL: from the policy itself */
    char *uncached;      /* why the cache took nothing; NULL: it has not failed */
    GPtrArray *writes; /* GBytes: what it was compiled to, part by part; NULL: the loader does it */
    guint written;
} Loading;

static void
loading_free(gpointer data)
{
    Loading *loading = data;
    g_clear_pointer(&loading->scratch, amr_scratch_free);
    g_free(loading->uncached);
    g_clear_pointer(&loading->writes, g_ptr_array_unref);
    g_free(loading);
}

static void start(GTask *task, AmrCompileKind kind);

static void
on_loaded(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Loading *loading = g_task_get_task_data(task);
    GError *error = NULL;
    AmrCompileResult *loaded = amr_compiler_run_finish(loading->compiler, result, &error);

    g_clear_pointer(&loading->scratch, amr_scratch_free);
    if (loaded && loaded->cache) {
        loading->uncached = g_steal_pointer(&loaded->cache);
        amr_compile_result_free(loaded);
        start(task, AMR_COMPILE_LOAD_UNCACHED);
        return;
    }
    if (loaded)
        g_task_return_pointer(task, loaded, (GDestroyNotify)amr_compile_result_free);
    else
        g_task_return_error(task, error);
}

static void
start(GTask *task, AmrCompileKind kind)
{
    const Loading *loading = g_task_get_task_data(task);
    const AmrCompileJob job = {kind, loading->scratch ? amr_scratch_path(loading->scratch) : NULL,
                               loading->load->path, NULL};

    amr_compiler_run_async(loading->compiler, &job, NULL, on_loaded, g_object_ref(task));
}

/* ---- namespaces -------------------------------------------------------------------------------
 */

/* The loader writes each child by itself, and into the root's namespace: amr_oracle_writes(). */
static gboolean
has_children_in_namespace(const AmrPlanLoad *load)
{
    for (guint i = 0; load->profiles[i]; i++) {
        g_autofree char *ns = NULL;
        const char *name = amr_held_split(load->profiles[i], &ns);
        if (*ns && strstr(name, "//"))
            return TRUE;
    }
    return FALSE;
}

static void write_next(GTask *task, AmrCompileResult *last);

static void
on_written(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    const Loading *loading = g_task_get_task_data(task);
    GError *error = NULL;
    AmrCompileResult *loaded = amr_compiler_run_finish(loading->compiler, result, &error);

    if (loaded)
        write_next(task, loaded);
    else
        g_task_return_error(task, error);
}

/* Takes @last: how the last one went. */
static void
write_next(GTask *task, AmrCompileResult *last)
{
    Loading *loading = g_task_get_task_data(task);

    if (!last->ok || loading->written == loading->writes->len) {
        g_task_return_pointer(task, last, (GDestroyNotify)amr_compile_result_free);
        return;
    }
    const AmrCompileJob job = {AMR_COMPILE_LOAD_BINARY, NULL, NULL,
                               loading->writes->pdata[loading->written++]};
    amr_compile_result_free(last);
    amr_compiler_run_async(loading->compiler, &job, NULL, on_written, g_object_ref(task));
}

static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Loading *loading = g_task_get_task_data(task);
    GError *error = NULL;
    AmrCompileResult *compiled = amr_compiler_run_finish(loading->compiler, result, &error);

    g_clear_pointer(&loading->scratch, amr_scratch_free);
    if (compiled && compiled->ok)
        loading->writes = amr_oracle_writes(compiled->output, &error);
    if (!error) {
        write_next(task, compiled);
        return;
    }
    g_clear_pointer(&compiled, amr_compile_result_free);
    g_task_return_error(task, error);
}

/* ---- the whole --------------------------------------------------------------------------------
 */

/* @kind is how the loader does it by itself. */
static void
begin(GTask *task, AmrCompileKind kind)
{
    const Loading *loading = g_task_get_task_data(task);
    const AmrCompileJob job = {AMR_COMPILE_CHECK,
                               loading->scratch ? amr_scratch_path(loading->scratch) : NULL,
                               loading->load->path, NULL};

    if (has_children_in_namespace(loading->load))
        amr_compiler_run_async(loading->compiler, &job, NULL, on_compiled, g_object_ref(task));
    else
        start(task, kind);
}

static void
on_scratch(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Loading *loading = g_task_get_task_data(task);
    GError *error = NULL;

    loading->scratch = amr_scratch_new_finish(result, &error);
    if (loading->scratch && amr_complain_set(loading->scratch, loading->target, loading->index,
                                             loading->plan, loading->load, &error))
        begin(task, AMR_COMPILE_LOAD_UNCACHED);
    else
        g_task_return_error(task, error);
}

void
amr_load_async(AmrCompiler *compiler, const AmrTarget *target, const AmrIndex *index,
               const AmrPlan *plan, const AmrPlanLoad *load, GAsyncReadyCallback callback,
               gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, data);
    Loading *loading = g_new0(Loading, 1);

    g_task_set_source_tag(task, amr_load_async);
    *loading = (Loading){compiler, target, index, plan, load, NULL, NULL, NULL, 0};
    g_task_set_task_data(task, loading, loading_free);
    if (load->complain && load->complain[0])
        amr_scratch_new_async(target, NULL, on_scratch, g_steal_pointer(&task));
    else
        begin(task, AMR_COMPILE_LOAD);
}

AmrCompileResult *
amr_load_finish(GAsyncResult *result, char **uncached, GError **error)
{
    AmrCompileResult *loaded = g_task_propagate_pointer(G_TASK(result), error);
    Loading *loading = g_task_get_task_data(G_TASK(result));

    if (uncached)
        *uncached = loaded && loaded->ok ? g_steal_pointer(&loading->uncached) : NULL;
    return loaded;
}
