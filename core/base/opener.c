/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/base/opener.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"

struct AmrOpener {
    const AmrTarget *target;
    AmrLender *lender; /* NULL: none */
};

AmrOpener *
amr_opener_new(const AmrTarget *target)
{
    AmrOpener *opener = g_new0(AmrOpener, 1);
    opener->target = target;
    return opener;
}

void
amr_opener_free(AmrOpener *opener)
{
    g_free(opener);
}

void
amr_opener_set_lender(AmrOpener *opener, AmrLender *lender)
{
    opener->lender = lender;
}

AmrLender *
amr_opener_lender(const AmrOpener *opener)
{
    return opener->lender;
}

/* Where @name is below; -1 if the target has no such place. */
static int
place_fd(const AmrTarget *target, AmrOpenPlace place)
{
    switch (place) {
    case AMR_OPEN_SOURCE:
        return amr_target_root_fd(target);
    case AMR_OPEN_KERNEL:
        return amr_target_kernel_fd(target);
    case AMR_OPEN_PROC:
        return amr_target_proc_fd(target);
    case AMR_OPEN_GIVEN:
    case AMR_OPEN_UNKNOWN:
        break;
    }
    return -1;
}

static int
open_place(AmrOpener *opener, AmrOpenPlace place, const char *name, int flags, GError **error)
{
    gboolean given = place == AMR_OPEN_GIVEN;

    /* Given names are the user's own words: links, /dev/stdin and all. In the running kernel's
     * securityfs `policy` is a magic link ("apparmorfs:[N]") that amr_fs_open() never follows;
     * everything there is the kernel's own. */
    if (given || (place == AMR_OPEN_KERNEL && amr_target_is_live(opener->target))) {
        int at = given ? AT_FDCWD : amr_target_kernel_fd(opener->target);
        int fd = openat(at, name, flags | O_CLOEXEC);
        if (fd < 0) {
            int saved = errno;
            g_autofree char *shown = amr_display_string(name);
            amr_error_errno(error, saved, "Opening %s", shown);
        }
        return fd;
    }
    return amr_fs_open(place_fd(opener->target, place), name, flags, error);
}

/* Whether what failed with @error is to be had from the lender; clears it then. */
static gboolean
is_lent(const AmrOpener *opener, AmrOpenPlace place, GError **error)
{
    if (!opener->lender || place != AMR_OPEN_KERNEL ||
        !g_error_matches(*error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
        return FALSE;
    g_clear_error(error);
    return TRUE;
}

static int
open_or_borrow(AmrOpener *opener, AmrOpenPlace place, const char *name, AmrLend kind, int flags,
               GError **error)
{
    GError *local = NULL;
    int fd = open_place(opener, place, name, O_RDONLY | flags, &local);

    if (local && is_lent(opener, place, &local))
        return amr_lender_open(opener->lender, kind, name, error);
    if (local)
        g_propagate_error(error, local);
    return fd;
}

/* A descriptor that still is O_NONBLOCK. */
static int
open_file(AmrOpener *opener, AmrOpenPlace place, const char *name, GError **error)
{
    amr_autofd int fd =
        open_or_borrow(opener, place, name, AMR_LEND_OPEN, O_NONBLOCK | O_NOCTTY, error);
    struct stat st;

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        g_autofree char *shown = amr_display_string(name);
        amr_error_errno(error, EISDIR, "Opening %s", shown);
        return -1;
    }
    return amr_fs_steal_fd(&fd);
}

int
amr_opener_open(AmrOpener *opener, AmrOpenPlace place, const char *name, GError **error)
{
    amr_autofd int fd = open_file(opener, place, name, error);
    int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);

    if (flags >= 0 && fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0) {
        int saved = errno;
        g_autofree char *shown = amr_display_string(name);
        amr_error_errno(error, saved, "Opening %s", shown);
        return -1;
    }
    return amr_fs_steal_fd(&fd);
}

int
amr_opener_open_dir(AmrOpener *opener, AmrOpenPlace place, const char *name, GError **error)
{
    return open_or_borrow(opener, place, name, AMR_LEND_OPEN_DIR, O_DIRECTORY, error);
}

static void
free_fd(gpointer data)
{
    amr_fs_close_fd(data);
    g_free(data);
}

void
amr_opener_open_async(AmrOpener *opener, AmrOpenPlace place, const char *name,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_autoptr(GError) error = NULL;
    int fd;

    g_task_set_source_tag(task, amr_opener_open_async);
    if (g_task_return_error_if_cancelled(task))
        return;
    fd = amr_opener_open(opener, place, name, &error);
    if (fd < 0) {
        g_task_return_error(task, g_steal_pointer(&error));
    } else {
        int *result = g_new(int, 1);
        *result = fd;
        g_task_return_pointer(task, result, free_fd);
    }
}

int
amr_opener_open_finish(AmrOpener *opener, GAsyncResult *result, GError **error)
{
    int *opened;
    int fd;

    g_return_val_if_fail(opener != NULL, -1);
    g_return_val_if_fail(g_task_is_valid(result, NULL), -1);
    opened = g_task_propagate_pointer(G_TASK(result), error);
    if (!opened)
        return -1;
    fd = amr_fs_steal_fd(opened);
    free_fd(opened);
    return fd;
}

GBytes *
amr_opener_read(AmrOpener *opener, AmrOpenPlace place, const char *name, gsize max, GError **error)
{
    amr_autofd int fd = open_file(opener, place, name, error);
    GBytes *bytes;

    if (fd < 0)
        return NULL;
    bytes = amr_fs_read_fd(fd, max, error);
    if (!bytes) {
        g_autofree char *shown = amr_display_string(name);
        g_prefix_error(error, "%s: ", shown);
    }
    return bytes;
}

char *
amr_opener_read_link(AmrOpener *opener, AmrOpenPlace place, const char *name, GError **error)
{
    g_autoptr(GError) local = NULL;
    amr_autofd int fd = open_place(opener, place, name, O_PATH | O_NOFOLLOW, &local);
    char text[PATH_MAX + 64]; /* the kernel may put a word behind a path */
    ssize_t len;

    if (fd < 0 && is_lent(opener, place, &local))
        return amr_lender_read_link(opener->lender, name, error);
    if (fd < 0) {
        g_propagate_error(error, g_steal_pointer(&local));
        return NULL;
    }
    len = readlinkat(fd, "", text, sizeof text);
    if (len < 0) {
        int saved = errno;
        g_autofree char *shown = amr_display_string(name);
        amr_error_errno(error, saved, "Reading the link %s", shown);
        return NULL;
    }
    return g_strndup(text, (gsize)len);
}
