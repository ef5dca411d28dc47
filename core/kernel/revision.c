/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/kernel/revision.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fsutil.h"
#include "core/kernel/tree.h"

#define WATCHED_MAX 256 /* namespaces */
#define DEPTH_MAX   16  /* of namespaces in namespaces */
#define COUNT_MAX   64  /* bytes of a count: a number and a newline */
#define AT_ONCE     8   /* counts in a row without a wait: that is no kernel */

typedef struct {
    AmrSettle *settle;
    int fd;
    GSource *ready;        /* NULL: not watched */
    char count[COUNT_MAX]; /* as it was read last; not terminated */
    gsize len;
} Counter;

struct AmrRevision {
    AmrOpener *opener;
    AmrSettle *settle;
    GPtrArray *counters;
};

static void
counter_free(gpointer data)
{
    Counter *counter = data;

    if (counter->ready) {
        g_source_destroy(counter->ready);
        g_source_unref(counter->ready);
    }
    (void)close(counter->fd);
    g_free(counter);
}

AmrRevision *
amr_revision_new(AmrOpener *opener, AmrNewsSink sink, gpointer data)
{
    AmrRevision *revision = g_new0(AmrRevision, 1);
    revision->opener = opener;
    revision->settle = amr_settle_new(sink, data);
    revision->counters = g_ptr_array_new_with_free_func(counter_free);
    return revision;
}

void
amr_revision_free(AmrRevision *revision)
{
    if (!revision)
        return;
    g_ptr_array_unref(revision->counters);
    amr_settle_free(revision->settle);
    g_free(revision);
}

/* ---- one count ------------------------------------------------------------------------------ */

typedef enum {
    COUNT_SAME,
    COUNT_OTHER,
    COUNT_DEAD, /* nothing waits here: whoever polled it would never sleep */
} Count;

/* Reads until it would wait. */
static Count
read_count(Counter *counter)
{
    Count count = COUNT_SAME;

    for (guint i = 0; i < AT_ONCE; i++) {
        char text[COUNT_MAX];
        ssize_t len = read(counter->fd, text, sizeof text);

        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0 && errno == EAGAIN)
            return count;
        if (len <= 0)
            return COUNT_DEAD;
        if ((gsize)len != counter->len || memcmp(text, counter->count, (gsize)len) != 0)
            count = COUNT_OTHER;
        memcpy(counter->count, text, (gsize)len);
        counter->len = (gsize)len;
    }
    return COUNT_DEAD;
}

static gboolean
on_ready(gint fd, GIOCondition condition, gpointer data)
{
    Counter *counter = data;
    gboolean counted = read_count(counter) == COUNT_OTHER;

    if (counted && !amr_settle_is_held(counter->settle))
        amr_settle_happen(counter->settle); /* who is told may free this */
    /* Ready, and nothing to read: it would be so for ever. */
    return counted ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
add_counter(AmrRevision *revision, const char *path)
{
    amr_autofd int fd = amr_opener_open(revision->opener, AMR_OPEN_KERNEL, path, NULL);
    int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
    Counter *counter;

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return;
    counter = g_new0(Counter, 1);
    counter->settle = revision->settle;
    counter->fd = amr_fs_steal_fd(&fd);
    if (read_count(counter) == COUNT_DEAD) {
        counter_free(counter);
        return;
    }
    counter->ready = g_unix_fd_source_new(counter->fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
    g_source_set_callback(counter->ready, G_SOURCE_FUNC(on_ready), counter, NULL);
    g_source_attach(counter->ready, NULL);
    g_ptr_array_add(revision->counters, counter);
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* Those in @path: "policy", or the directory of a namespace. */
static void
add_namespaces(AmrRevision *revision, const char *path, guint depth)
{
    g_autofree char *below = g_build_filename(path, "namespaces", NULL);
    g_autoptr(GPtrArray) names = amr_tree_list(revision->opener, AMR_OPEN_KERNEL, below);

    for (guint i = 0; i < names->len && revision->counters->len < WATCHED_MAX; i++) {
        g_autofree char *dir = g_build_filename(below, names->pdata[i], NULL);
        g_autofree char *file = g_build_filename(dir, "revision", NULL);

        add_counter(revision, file);
        if (depth < DEPTH_MAX)
            add_namespaces(revision, dir, depth + 1);
    }
}

void
amr_revision_renew(AmrRevision *revision)
{
    amr_settle_hold(revision->settle);
    amr_settle_take(revision->settle);
    /* All anew: a namespace may have been removed and made again by the same name. */
    g_ptr_array_set_size(revision->counters, 0);
    add_counter(revision, "revision");
    add_namespaces(revision, "policy", 0);
}

gboolean
amr_revision_is_outdated(const AmrRevision *revision)
{
    return amr_settle_is_outdated(revision->settle);
}

guint
amr_revision_watched(const AmrRevision *revision)
{
    return revision->counters->len;
}
