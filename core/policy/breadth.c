/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread, and who waits for it: not longer than the budget, whatever hangs. */
#include "core/policy/breadth_private.h"

#define GRACE_MSEC 400 /* behind the budget: then nobody waits any more */

/* Held by the task and by the thread. The task is touched by the main loop alone. */
typedef struct {
    gatomicrefcount holders;
    AmrBreadthWalk *walk;
    GMainContext *context;
    gint telling; /* progress is on its way */
    GTask *task;  /* NULL: it has returned */
    GSource *late, *cancelled;
    AmrBreadthProgress progress;
    gpointer progress_data;
} Run;

static Run *
run_ref(Run *run)
{
    g_atomic_ref_count_inc(&run->holders);
    return run;
}

static void
run_unref(gpointer data)
{
    Run *run = data;
    if (!g_atomic_ref_count_dec(&run->holders))
        return;
    amr_breadth_walk_free(run->walk);
    g_main_context_unref(run->context);
    g_free(run);
}

static void
drop_source(GSource **source)
{
    if (!*source)
        return;
    g_source_destroy(*source);
    g_source_unref(*source);
    *source = NULL;
}

/* Nobody waits from here on. */
static GTask *
let_go(Run *run)
{
    GTask *task = run->task;
    run->task = NULL;
    drop_source(&run->late);
    drop_source(&run->cancelled);
    return task;
}

static void
give(Run *run, gboolean late)
{
    g_autoptr(GTask) task = let_go(run);
    g_task_return_pointer(task, amr_breadth_walk_take(run->walk, late),
                          (GDestroyNotify)g_ptr_array_unref);
}

/* ---- in the main loop ------------------------------------------------------------------------ */

static gboolean
on_done(gpointer data)
{
    Run *run = data;
    if (run->task)
        give(run, FALSE);
    return G_SOURCE_REMOVE;
}

static gboolean
on_progress(gpointer data)
{
    Run *run = data;
    guint64 looked, files;

    g_atomic_int_set(&run->telling, 0);
    if (run->task && run->progress) {
        amr_breadth_walk_count(run->walk, &looked, &files);
        run->progress(looked, files, run->progress_data);
    }
    return G_SOURCE_REMOVE;
}

static gboolean
on_late(gpointer data)
{
    Run *run = data;
    amr_breadth_walk_stop(run->walk);
    give(run, TRUE);
    return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled(GCancellable *cancellable, gpointer data)
{
    Run *run = data;
    amr_breadth_walk_stop(run->walk);
    g_autoptr(GTask) task = let_go(run);
    g_task_return_error_if_cancelled(task);
    return G_SOURCE_REMOVE;
}

static void
post(Run *run, GSourceFunc call)
{
    GSource *source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, call, run_ref(run), run_unref);
    g_source_attach(source, run->context);
    g_source_unref(source);
}

/* ---- in the thread --------------------------------------------------------------------------- */

static void
tell(gpointer data)
{
    Run *run = data;
    if (g_atomic_int_compare_and_exchange(&run->telling, 0, 1))
        post(run, on_progress);
}

static gpointer
thread(gpointer data)
{
    Run *run = data;
    amr_breadth_walk_run(run->walk, tell, run);
    post(run, on_done);
    run_unref(run);
    return NULL;
}

/* ---- the call -------------------------------------------------------------------------------- */

static GSource *
attach(Run *run, GSource *source, GSourceFunc call)
{
    g_source_set_callback(source, call, run_ref(run), run_unref);
    g_source_attach(source, run->context);
    return source;
}

void
amr_breadth_async(const AmrTarget *target, const AmrBreadthLane *lanes, guint n,
                  AmrSensitive *sensitive, guint msec, AmrBreadthProgress progress,
                  gpointer progress_data, GCancellable *cancellable, GAsyncReadyCallback callback,
                  gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_autoptr(GError) error = NULL;
    Run *run = g_new0(Run, 1);

    g_task_set_source_tag(task, amr_breadth_async);
    g_atomic_ref_count_init(&run->holders);
    run->walk = amr_breadth_walk_new(target, lanes, n, sensitive, msec);
    run->context = g_main_context_ref_thread_default();
    run->progress = progress;
    run->progress_data = progress_data;
    GThread *walker = g_thread_try_new("breadth", thread, run_ref(run), &error);
    if (!walker) {
        run_unref(run);
        g_task_return_error(task, g_steal_pointer(&error));
    } else {
        g_thread_unref(walker);
        run->task = g_steal_pointer(&task);
        run->late = attach(run, g_timeout_source_new(msec + GRACE_MSEC), on_late);
        if (cancellable)
            run->cancelled =
                attach(run, g_cancellable_source_new(cancellable), G_SOURCE_FUNC(on_cancelled));
    }
    run_unref(run);
}

GPtrArray *
amr_breadth_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
