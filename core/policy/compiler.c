/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/compiler.h"

#include <signal.h>

#include "core/base/text.h"
#include "core/policy/compiler_private.h"

#define CHILDREN_MAX 2

#define DEFAULT_SECONDS 120
#define DEFAULT_BYTES   (G_GUINT64_CONSTANT(2) << 30)

static void pump(AmrCompiler *compiler);

/* ---- runs ------------------------------------------------------------------------------------ */

void
amr_compile_run_unref(AmrCompileRun *run)
{
    if (--run->refs)
        return;
    amr_compile_child_clear(run);
    amr_compile_source_clear(&run->cancel);
    amr_compile_stream_clear(&run->out);
    amr_compile_stream_clear(&run->err);
    g_clear_object(&run->task);
    g_clear_error(&run->failure);
    g_clear_pointer(&run->job.text, g_bytes_unref);
    g_free((char *)run->job.base);
    g_free((char *)run->job.file);
    g_free(run->base);
    g_free(run);
}

static AmrCompileRun *
run_new(AmrCompiler *compiler, const AmrCompileJob *job)
{
    AmrCompileRun *run = g_new0(AmrCompileRun, 1);
    run->refs = 1;
    run->compiler = compiler;
    run->job = *job;
    run->job.base = g_strdup(job->base);
    run->job.file = g_strdup(job->file);
    run->job.text = job->text ? g_bytes_ref(job->text) : NULL;
    run->base = g_strdup(job->base ? job->base : amr_target_policy_path(compiler->target));
    run->setup.bytes = (rlim_t)compiler->bytes;
    run->setup.outlives = amr_compile_kind_loads(job->kind);
    return run;
}

/* How a task ends. */
typedef struct {
    GTask *task;
    AmrCompileResult *result;
    GError *error; /* else */
} Ending;

static gboolean
on_ending(gpointer data)
{
    Ending *ending = data;
    if (ending->error)
        g_task_return_error(ending->task, ending->error);
    else
        g_task_return_pointer(ending->task, ending->result,
                              (GDestroyNotify)amr_compile_result_free);
    return G_SOURCE_REMOVE;
}

static void
ending_free(gpointer data)
{
    Ending *ending = data;
    g_object_unref(ending->task);
    g_free(ending);
}

/* Takes the run out of its queue, which holds a reference, and ends its task with a result or an
 * error, both taken over. The callback comes from the main loop: it may free the compiler. */
void
amr_compile_run_return(AmrCompileRun *run, AmrCompileResult *result, GError *error)
{
    AmrCompiler *compiler = g_steal_pointer(&run->compiler);
    Ending *ending = g_new0(Ending, 1);
    g_autoptr(GSource) source = g_idle_source_new();
    *ending = (Ending){g_steal_pointer(&run->task), result, error};
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, on_ending, ending, ending_free);
    g_source_attach(source, g_main_context_get_thread_default());
    amr_compile_source_clear(&run->cancel);
    if (!compiler)
        return;
    if (g_queue_remove(&compiler->running, run) || g_queue_remove(&compiler->loads, run) ||
        g_queue_remove(&compiler->checks, run))
        amr_compile_run_unref(run);
    pump(compiler);
}

/* Ends the child and all that it started; what reads from them ends too. @failure is taken over. */
void
amr_compile_run_kill(AmrCompileRun *run, GError *failure)
{
    if (run->failure)
        g_error_free(failure);
    else
        run->failure = failure;
    if (run->pid)
        (void)kill(-run->pid, SIGKILL);
    if (run->io)
        g_cancellable_cancel(run->io);
}

/* ---- the queue --------------------------------------------------------------------------------
 */

static void
pump(AmrCompiler *compiler)
{
    if (compiler->pumping)
        return;
    compiler->pumping = TRUE;
    while (compiler->running.length < CHILDREN_MAX) {
        AmrCompileRun *run = g_queue_pop_head(&compiler->loads);
        GError *error = NULL;
        if (!run)
            run = g_queue_pop_head(&compiler->checks);
        if (!run)
            break;
        g_queue_push_tail(&compiler->running, run);
        if (!amr_compile_child_start(run, &error))
            amr_compile_run_return(run, NULL, error);
    }
    compiler->pumping = FALSE;
}

static GError *
cancelled_error(void)
{
    return g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "Compiling was cancelled");
}

/* The child, if there is one, is killed and waited for later; the task does not wait for that. */
static void
run_cancel(AmrCompileRun *run)
{
    run->refs++;
    amr_compile_run_kill(run, cancelled_error());
    amr_compile_run_return(run, NULL, cancelled_error());
    amr_compile_run_unref(run);
}

static gboolean
on_cancelled(GCancellable *cancellable, gpointer data)
{
    run_cancel(data);
    return G_SOURCE_REMOVE;
}

void
amr_compiler_run_async(AmrCompiler *compiler, const AmrCompileJob *job, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_task_set_source_tag(task, amr_compiler_run_async);
    if (g_task_return_error_if_cancelled(task))
        return;
    if (job->kind == AMR_COMPILE_UNKNOWN || !job->file == !job->text) {
        g_task_return_new_error(task, AMR_ERROR, AMR_ERROR_USAGE,
                                "The compiler needs either a file or a text");
        return;
    }
    if (amr_compile_kind_loads(job->kind) && amr_target_is_read_only(compiler->target)) {
        g_task_return_new_error(task, AMR_ERROR, AMR_ERROR_READ_ONLY,
                                "Nothing is loaded where nothing may be changed");
        return;
    }
    g_autoptr(GError) error = NULL;
    if (!amr_compile_comes_to_end(compiler, job, &error)) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    AmrCompileRun *run = run_new(compiler, job);
    run->task = g_steal_pointer(&task);
    if (cancellable) {
        run->cancel = g_cancellable_source_new(cancellable);
        g_source_set_callback(run->cancel, G_SOURCE_FUNC(on_cancelled), run, NULL);
        g_source_attach(run->cancel, g_main_context_get_thread_default());
    }
    if (amr_compile_kind_loads(job->kind))
        g_queue_push_tail(&compiler->loads, run);
    else
        g_queue_push_head(&compiler->checks, run);
    pump(compiler);
}

void
amr_compiler_hasten(AmrCompiler *compiler, const GCancellable *cancellable)
{
    for (GList *link = compiler->checks.head; link; link = link->next) {
        const AmrCompileRun *run = link->data;
        if (g_task_get_cancellable(run->task) != cancellable)
            continue;
        g_queue_unlink(&compiler->checks, link);
        g_queue_push_head_link(&compiler->checks, link);
        return;
    }
}

AmrCompileResult *
amr_compiler_run_finish(AmrCompiler *compiler, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

AmrCompiler *
amr_compiler_new(const AmrTarget *target)
{
    AmrCompiler *compiler = g_new0(AmrCompiler, 1);
    compiler->target = target;
    compiler->seconds = DEFAULT_SECONDS;
    compiler->bytes = DEFAULT_BYTES;
    return compiler;
}

const AmrTarget *
amr_compiler_target(const AmrCompiler *compiler)
{
    return compiler->target;
}

void
amr_compiler_set_index(AmrCompiler *compiler, const AmrIndex *index)
{
    compiler->index = index;
}

void
amr_compiler_set_limits(AmrCompiler *compiler, guint seconds, guint64 bytes)
{
    compiler->seconds = seconds;
    compiler->bytes = bytes;
}

/* Takes a run out of its queue before cancelling it, so that nothing new is started. */
static void
cancel_all(GQueue *queue)
{
    AmrCompileRun *run;
    while ((run = g_queue_pop_head(queue))) {
        run->compiler = NULL;
        run_cancel(run);
        amr_compile_run_unref(run);
    }
}

void
amr_compiler_free(AmrCompiler *compiler)
{
    if (!compiler)
        return;
    cancel_all(&compiler->loads);
    cancel_all(&compiler->checks);
    cancel_all(&compiler->running);
    amr_contents_free(compiler->contents);
    g_free(compiler);
}
