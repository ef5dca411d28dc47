/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Symbolic links made and taken away in one step, and never somebody else's. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsprivate.h"
#include "core/base/text.h"

/* Not an errno value: it is no link, or another one. */
#define CHANGED (-1)

/* Where the link itself stands, in a directory that only root and we may change; opened so that it
 * can be synced. */
static gboolean
find(int dirfd, const char *path, int *parent, char **leaf, GError **error)
{
    amr_autofd int found = -1;
    g_autofree char *shown = amr_display_string(path);

    if (!amr_fs_walk(dirfd, path, AMR_FS_WALK_TRUSTED | AMR_FS_WALK_KEEP_LINK, &found, leaf, error))
        return FALSE;
    *parent = openat(found, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *parent >= 0 || amr_error_errno(error, errno, "%s: Its directory", shown);
}

/* 0 or an errno value; *to is NULL where nothing is there. EINVAL: it is no link. */
static int
look(int dir, const char *leaf, GBytes **to)
{
    char target[PATH_MAX];
    ssize_t len = readlinkat(dir, leaf, target, sizeof target);

    *to = NULL;
    if (len < 0)
        return errno == ENOENT ? 0 : errno;
    if ((gsize)len == sizeof target)
        return ENAMETOOLONG;
    *to = g_bytes_new(target, (gsize)len);
    return 0;
}

gboolean
amr_fs_read_link(int dirfd, const char *path, GBytes **to, GError **error)
{
    g_autofree char *shown = amr_display_string(path);
    g_autofree char *leaf = NULL;
    g_autoptr(GError) problem = NULL;
    amr_autofd int parent = -1;
    int errsv;

    *to = NULL;
    if (!amr_fs_walk(dirfd, path, AMR_FS_WALK_KEEP_LINK, &parent, &leaf, &problem)) {
        if (g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
            return TRUE;
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    errsv = look(parent, leaf, to);
    if (errsv == EINVAL)
        return amr_error_set(error, AMR_ERROR_REFUSED, "%s: It is no symbolic link", shown);
    return errsv == 0 || amr_error_errno(error, errsv, "%s", shown);
}

/* 0 if @leaf is a link to @want, or is absent as that is. */
static int
compare(int dir, const char *leaf, GBytes *want)
{
    g_autoptr(GBytes) is = NULL;
    int errsv = look(dir, leaf, &is);

    if (errsv == EINVAL)
        return CHANGED;
    if (errsv != 0)
        return errsv;
    return (is && want ? g_bytes_equal(is, want) : is == want) ? 0 : CHANGED;
}

static int
make(int dir, const char *leaf, GBytes *after, const char **step)
{
    gsize len;
    const char *data = g_bytes_get_data(after, &len);
    g_autofree char *target = g_strndup(data, len);
    g_autofree char *temporary = amr_fs_temporary_name();
    int problem = compare(dir, leaf, NULL);

    if (problem != 0)
        return problem;
    if (symlinkat(target, dir, temporary) < 0) {
        *step = "Making a link";
        return errno;
    }
    problem = amr_fs_move(dir, temporary, leaf);
    if (problem != 0) {
        (void)unlinkat(dir, temporary, 0);
        *step = "Renaming";
        return problem == EEXIST ? CHANGED : problem;
    }
    problem = amr_fs_sync_dir(dir);
    if (problem != 0) {
        *step = "Syncing the directory";
        if (compare(dir, leaf, after) == 0)
            (void)unlinkat(dir, leaf, 0);
    }
    return problem;
}

/* Moved aside first: only what has no name any more cannot change between look and deed. */
static int
take_away(int dir, const char *leaf, GBytes *before, const char **step)
{
    g_autofree char *temporary = amr_fs_temporary_name();
    int problem = compare(dir, leaf, before);

    if (problem != 0)
        return problem;
    problem = amr_fs_move(dir, leaf, temporary);
    if (problem != 0) {
        *step = "Removing";
        return problem == ENOENT ? CHANGED : problem;
    }
    problem = compare(dir, temporary, before);
    if (problem == 0) {
        problem = amr_fs_sync_dir(dir);
        *step = "Syncing the directory";
    }
    if (problem != 0) {
        (void)amr_fs_move(dir, temporary, leaf);
        return problem;
    }
    return unlinkat(dir, temporary, 0) < 0 ? errno : 0;
}

gboolean
amr_fs_replace_link(int dirfd, const char *path, GBytes *before, GBytes *after, GError **error)
{
    g_autofree char *shown = amr_display_string(path);
    g_autofree char *leaf = NULL;
    const char *verb = after ? "Making the link" : "Removing the link";
    const char *step = "Looking at it";
    amr_autofd int parent = -1;
    int problem;

    if (before && after)
        return amr_error_set(error, AMR_ERROR_USAGE, "%s: One link in place of another", shown);
    if (!find(dirfd, path, &parent, &leaf, error)) {
        g_prefix_error(error, "%s ", verb);
        return FALSE;
    }
    problem = after    ? make(parent, leaf, after, &step)
              : before ? take_away(parent, leaf, before, &step)
                       : compare(parent, leaf, NULL);
    if (problem == CHANGED)
        return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                             "%s %s: It changed in the meantime and was left alone", verb, shown);
    return problem == 0 || amr_error_errno(error, problem, "%s %s: %s", verb, shown, step);
}
