/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/targetprivate.h"
#include "core/base/text.h"

static gboolean
is_same_file(const char *path, const struct stat *st)
{
    struct stat other;
    return stat(path, &other) == 0 && other.st_dev == st->st_dev && other.st_ino == st->st_ino;
}

char *
amr_target_path_of_fd(int fd, const char *guess, GError **error)
{
    char link[64];
    g_autofree char *path = NULL;
    g_autofree char *shown = NULL;
    struct stat st;

    (void)g_snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (fstat(fd, &st) == 0) {
        path = g_file_read_link(link, NULL);
        if (path && path[0] == '/' && is_same_file(path, &st))
            return g_steal_pointer(&path);
        g_free(path); /* no /proc here */
        path = realpath(guess, NULL);
        if (path && is_same_file(path, &st))
            return g_steal_pointer(&path);
    }
    shown = amr_display_string(guess);
    amr_error_set(error, AMR_ERROR_REFUSED, "%s: It has no path of its own", shown);
    return NULL;
}

int
amr_target_open_dir(int dirfd, const char *path, char **own_path, GError **error)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    amr_autofd int fd = -1;

    if (dirfd == AT_FDCWD) {
        fd = open(path, flags);
        if (fd < 0 && errno == EACCES)
            fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) {
            int saved = errno;
            g_autofree char *shown = amr_display_string(path);
            if (saved == ENOTDIR) /* it was named so: not refused, but wrong */
                amr_error_set(error, AMR_ERROR_USAGE, "%s: Not a directory", shown);
            else
                amr_error_errno(error, saved, "%s", shown);
            return -1;
        }
    } else {
        g_autoptr(GError) problem = NULL;
        fd = amr_fs_open(dirfd, path, flags, &problem);
        if (fd < 0 && g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)) {
            g_clear_error(&problem);
            fd = amr_fs_open(dirfd, path, O_PATH | O_DIRECTORY, &problem);
        }
        if (fd < 0) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return -1;
        }
    }
    *own_path = amr_target_path_of_fd(fd, path, error);
    return *own_path ? amr_fs_steal_fd(&fd) : -1;
}

void
amr_target_open_dir_if_there(int dirfd, const char *path, int *fd, char **own_path)
{
    *own_path = NULL;
    *fd = amr_target_open_dir(dirfd, path, own_path, NULL);
}

gboolean
amr_target_is_privileged(void)
{
    return geteuid() == 0 || getuid() != geteuid() || getgid() != getegid();
}

char *
amr_target_below_root(const AmrTarget *target, const char *name, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    g_autofree char *path = g_strdup(target->root_path);
    g_autoptr(GString) prefix = g_string_new(NULL);

    for (gsize i = 0; parts[i]; i++) {
        g_autofree char *own = NULL;
        g_autofree char *next = g_build_filename(path, parts[i], NULL);
        struct stat st;
        int fd;

        g_string_append_printf(prefix, "/%s", parts[i]);
        amr_target_open_dir_if_there(target->root_fd, prefix->str, &fd, &own);
        amr_fs_close_fd(&fd);
        if (!own && lstat(next, &st) == 0) {
            g_autofree char *shown = amr_display_string(next);
            amr_error_set(error, AMR_ERROR_REFUSED, "%s: Not a directory", shown);
            return NULL;
        }
        g_free(path);
        path = own ? g_steal_pointer(&own) : g_steal_pointer(&next);
    }
    return g_steal_pointer(&path);
}
