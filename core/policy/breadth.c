/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who waits for a walk: not longer than the budget, whatever hangs. The walk is in a child (a file
 * system that does not answer may hold a process so that nothing ends it), which is left behind
 * then.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/policy/breadth_worker.h"

#define GRACE_MSEC   1000        /* behind the child's own: then nobody waits any more */
#define ANSWER_MAX   (64u << 20) /* bytes */
#define READ_AT_MOST 65536

typedef struct {
    gatomicrefcount holders; /* the task, and each source */
    AmrBreadthWalk *walk;
    GMainContext *context;
    GTask *task; /* NULL: it has returned */
    GSource *late, *cancelled, *read;
    AmrBreadthProgress progress;
    gpointer progress_data;
    GByteArray *got;
    int fd;
    GPid pid; /* 0 once it has been waited for */
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
    g_byte_array_unref(run->got);
    if (run->fd >= 0)
        close(run->fd);
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

/* Nobody waits from here on: neither for the child, whose work is done or in vain. */
static GTask *
let_go(Run *run)
{
    GTask *task = g_steal_pointer(&run->task);

    drop_source(&run->late);
    drop_source(&run->cancelled);
    drop_source(&run->read);
    if (run->pid)
        (void)kill(run->pid, SIGKILL);
    return task;
}

static void
give(Run *run, GPtrArray *all)
{
    g_autoptr(GTask) task = let_go(run);
    g_task_return_pointer(task, all, (GDestroyNotify)g_ptr_array_unref);
}

static void
fail(Run *run, const char *why)
{
    g_autoptr(GTask) task = let_go(run);
    g_task_return_new_error(task, AMR_ERROR, AMR_ERROR_LIMIT, "Counting files: %s", why);
}

/* ---- what the child says --------------------------------------------------------------------- */

static void
take_progress(Run *run, const guint8 *data, gsize size)
{
    guint64 counts[2];

    if (size != sizeof counts || !run->progress)
        return;
    memcpy(counts, data, sizeof counts);
    run->progress(counts[0], counts[1], run->progress_data);
}

static void
take_answer(Run *run, const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    GPtrArray *all = amr_breadth_unpack(bytes, amr_breadth_walk_lanes(run->walk));

    if (all)
        give(run, all);
    else
        fail(run, "The worker's answer is not understood");
}

/* Whole messages out of what was read. */
static void
take_messages(Run *run)
{
    AmrBreadthHead head;
    guint at = 0;

    while (run->task && run->got->len - at >= sizeof head) {
        memcpy(&head, run->got->data + at, sizeof head);
        if (head.size > ANSWER_MAX) {
            fail(run, "The worker's answer is too long");
            return;
        }
        if (run->got->len - at - sizeof head < head.size)
            break;
        const guint8 *data = run->got->data + at + sizeof head;
        at += (guint)(sizeof head + head.size);
        if (head.kind == AMR_BREADTH_SAYS_ANSWER)
            take_answer(run, data, head.size);
        else
            take_progress(run, data, head.size);
    }
    g_byte_array_remove_range(run->got, 0, at);
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer data)
{
    Run *run = run_ref(data);
    guint8 block[READ_AT_MOST];
    ssize_t n = read(fd, block, sizeof block);

    if (n > 0) {
        g_byte_array_append(run->got, block, (guint)n);
        take_messages(run);
    } else if (n == 0) {
        fail(run, "The worker ended without a word");
    } else if (errno != EAGAIN && errno != EINTR) {
        fail(run, g_strerror(errno));
    }
    run_unref(run);
    return G_SOURCE_CONTINUE;
}

/* It was stopped, or hangs where it may not even tell the time. */
static gboolean
on_late(gpointer data)
{
    Run *run = run_ref(data);

    give(run, amr_breadth_walk_take(run->walk, TRUE));
    run_unref(run);
    return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled(GCancellable *cancellable, gpointer data)
{
    Run *run = run_ref(data);
    g_autoptr(GTask) task = let_go(run);

    g_task_return_error_if_cancelled(task);
    run_unref(run);
    return G_SOURCE_REMOVE;
}

static void
on_ended(GPid pid, int status, gpointer data)
{
    ((Run *)data)->pid = 0;
}

/* ---- the call -------------------------------------------------------------------------------- */

static GSource *
attach(Run *run, GSource *source, GSourceFunc call)
{
    g_source_set_callback(source, call, run_ref(run), run_unref);
    g_source_attach(source, run->context);
    return source;
}

static gboolean
start(Run *run, guint msec, GError **error)
{
    int fds[2];

    if (!g_unix_open_pipe(fds, FD_CLOEXEC, error))
        return FALSE;
    run->fd = fds[0];
    pid_t pid = fork();
    if (pid == 0)
        amr_breadth_work(run->walk, fds[1], msec); /* does not return */
    int saved = errno;
    close(fds[1]);
    if (pid < 0) {
        amr_error_errno(error, saved, "Starting a worker");
        return FALSE;
    }
    run->pid = pid;
    g_source_unref(attach(run, g_child_watch_source_new(pid), G_SOURCE_FUNC(on_ended)));
    return g_unix_set_fd_nonblocking(run->fd, TRUE, error);
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
    run->got = g_byte_array_new();
    run->fd = -1;
    if (start(run, msec, &error)) {
        run->task = g_steal_pointer(&task);
        run->read = attach(run, g_unix_fd_source_new(run->fd, G_IO_IN), G_SOURCE_FUNC(on_readable));
        run->late =
            attach(run, g_timeout_source_new(msec + AMR_BREADTH_GRACE_MSEC + GRACE_MSEC), on_late);
        if (cancellable)
            run->cancelled =
                attach(run, g_cancellable_source_new(cancellable), G_SOURCE_FUNC(on_cancelled));
    } else {
        g_task_return_error(task, g_steal_pointer(&error));
    }
    run_unref(run);
}

GPtrArray *
amr_breadth_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
