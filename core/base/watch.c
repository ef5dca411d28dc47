/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/base/watch.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/base/error.h"

struct AmrWatch {
    AmrWatchSink sink;
    AmrWatchDone done;
    gpointer data;
    int fd; /* -1 until something is watched */
    GSource *ready;
    GHashTable *users; /* number -> how often it was added */
};

AmrWatch *
amr_watch_new(AmrWatchSink sink, AmrWatchDone done, gpointer data)
{
    AmrWatch *watch = g_new0(AmrWatch, 1);
    watch->sink = sink;
    watch->done = done;
    watch->data = data;
    watch->fd = -1;
    watch->users = g_hash_table_new(NULL, NULL);
    return watch;
}

void
amr_watch_free(AmrWatch *watch)
{
    if (watch->ready) {
        g_source_destroy(watch->ready);
        g_source_unref(watch->ready);
    }
    if (watch->fd >= 0)
        (void)close(watch->fd);
    g_hash_table_unref(watch->users);
    g_free(watch);
}

static gboolean
on_events(gint fd, GIOCondition condition, gpointer data)
{
    AmrWatch *watch = data;
    union {
        struct inotify_event event;
        char bytes[16 * 1024];
    } buffer;
    const ssize_t got = read(fd, &buffer, sizeof buffer);
    gsize at = 0;

    while (got > 0 && at + sizeof(struct inotify_event) <= (gsize)got) {
        struct inotify_event event;
        memcpy(&event, buffer.bytes + at, sizeof event);
        watch->sink(watch->data, &(AmrWatchEvent){
                                     .watch = event.wd,
                                     .mask = event.mask,
                                     .name = event.len ? buffer.bytes + at + sizeof event : NULL,
                                 });
        at += sizeof event + event.len;
    }
    watch->done(watch->data);
    return G_SOURCE_CONTINUE;
}

static gboolean
start(AmrWatch *watch, GError **error)
{
    if (watch->fd >= 0)
        return TRUE;
    watch->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch->fd < 0)
        return amr_error_errno(error, errno, "Watching");
    watch->ready = g_unix_fd_source_new(watch->fd, G_IO_IN);
    /* Below what draws and below keys: those never wait for a log. */
    g_source_set_priority(watch->ready, G_PRIORITY_DEFAULT_IDLE);
    g_source_set_callback(watch->ready, G_SOURCE_FUNC(on_events), watch, NULL);
    g_source_attach(watch->ready, g_main_context_get_thread_default());
    return TRUE;
}

int
amr_watch_add_path(AmrWatch *watch, const char *path, guint32 mask, GError **error)
{
    gpointer key;
    int number;

    if (!start(watch, error))
        return -1;
    number = inotify_add_watch(watch->fd, path, mask);
    if (number < 0) {
        (void)amr_error_errno(error, errno, "Watching");
        return -1;
    }
    key = GINT_TO_POINTER(number);
    g_hash_table_insert(watch->users, key,
                        GUINT_TO_POINTER(GPOINTER_TO_UINT(g_hash_table_lookup(watch->users, key)) +
                                         1));
    return number;
}

int
amr_watch_add(AmrWatch *watch, int fd, guint32 mask, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    return amr_watch_add_path(watch, path, mask, error);
}

void
amr_watch_remove(AmrWatch *watch, int number)
{
    const gpointer key = GINT_TO_POINTER(number);
    const guint users = GPOINTER_TO_UINT(g_hash_table_lookup(watch->users, key));

    if (users > 1) {
        g_hash_table_insert(watch->users, key, GUINT_TO_POINTER(users - 1));
        return;
    }
    /* It may be gone already, with what it watched. */
    if (g_hash_table_remove(watch->users, key))
        (void)inotify_rm_watch(watch->fd, number);
}
