/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The child. It was forked, not executed: the machines of policy are there without being written
 * and read again. Of the parent's threads none is here, so nothing is touched that one of them may
 * have held: no main loop, no GIO. One thread walks, and may hang for good; the first one tells.
 */
#include "config.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/policy/breadth_worker.h"

typedef struct {
    AmrBreadthWalk *walk;
    GMutex lock;
    GCond changed;
    gboolean moved, ended;
} Worker;

/* ---- the thread that walks ------------------------------------------------------------------- */

static void
tell(gpointer data)
{
    Worker *worker = data;

    g_mutex_lock(&worker->lock);
    worker->moved = TRUE;
    g_cond_signal(&worker->changed);
    g_mutex_unlock(&worker->lock);
}

static void *
walk(void *data)
{
    Worker *worker = data;

    amr_breadth_walk_run(worker->walk, tell, worker);
    g_mutex_lock(&worker->lock);
    worker->ended = TRUE;
    g_cond_signal(&worker->changed);
    g_mutex_unlock(&worker->lock);
    return NULL;
}

/* ---- the one that tells ---------------------------------------------------------------------- */

static void
say(int fd, AmrBreadthSays kind, gconstpointer data, gsize size)
{
    const AmrBreadthHead head = {kind, (guint32)size};
    g_autofree guint8 *message = g_malloc(sizeof head + size);
    gsize at = 0, len = sizeof head + size;

    memcpy(message, &head, sizeof head);
    if (size) /* no lane, no bytes */
        memcpy(message + sizeof head, data, size);
    while (at < len) {
        ssize_t n = write(fd, message + at, len - at);
        if (n <= 0) /* nobody listens */
            _exit(1);
        at += (gsize)n;
    }
}

/* What belongs to the parent: its terminal, above all, which a child that hangs must not hold. */
static void
leave_parent(AmrBreadthWalk *walk, int *fd)
{
    static const int standard[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigset_t none;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setsid();
    if (chdir("/") != 0) /* it would keep a file system from being unmounted */
        _exit(1);
    for (int number = 1; number < NSIG; number++)
        (void)sigaction(number, &by_default, NULL);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    for (gsize i = 0; null >= 0 && i < G_N_ELEMENTS(standard); i++)
        (void)dup2(null, standard[i]);
    amr_breadth_walk_keep_only(walk, fd);
    (void)prctl(PR_SET_NAME, "armorer: count");
}

void
amr_breadth_work(AmrBreadthWalk *tree, int fd, guint msec)
{
    const gint64 end = g_get_monotonic_time() + (gint64)(msec + AMR_BREADTH_GRACE_MSEC) * 1000;
    Worker worker = {.walk = tree};
    gboolean late = FALSE;
    pthread_t thread;

    g_mutex_init(&worker.lock);
    g_cond_init(&worker.changed);
    leave_parent(tree, &fd);
    if (pthread_create(&thread, NULL, walk, &worker) != 0)
        _exit(1);
    g_mutex_lock(&worker.lock);
    while (!worker.ended && !late) {
        guint64 counts[2];
        late = !g_cond_wait_until(&worker.changed, &worker.lock, end);
        if (!worker.moved)
            continue;
        worker.moved = FALSE;
        amr_breadth_walk_count(tree, &counts[0], &counts[1]);
        say(fd, AMR_BREADTH_SAYS_COUNTS, counts, sizeof counts);
    }
    late = !worker.ended;
    g_mutex_unlock(&worker.lock);
    g_autoptr(GPtrArray) all = amr_breadth_walk_take(tree, late);
    g_autoptr(GBytes) packed = amr_breadth_pack(all);
    say(fd, AMR_BREADTH_SAYS_ANSWER, g_bytes_get_data(packed, NULL), g_bytes_get_size(packed));
    _exit(0);
}
