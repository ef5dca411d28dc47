/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which file a path means, found out by hand: the kernel follows links without asking whose they
 * are. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsprivate.h"
#include "core/base/text.h"

/* As the kernel's own limit. */
#define LINKS_MAX 40

typedef struct {
    const char *path; /* as it was asked for */
    AmrFsWalk how;
    GArray *dirs;   /* int; O_PATH descriptors from the start down to where we are */
    GQueue pending; /* char *; the components that are still to come */
    GString *shown; /* where we are, for messages */
    guint links;
} Walk;

static void
clear_fd(gpointer data)
{
    amr_fs_close_fd(data);
}

static void
walk_clear(Walk *walk)
{
    g_array_unref(walk->dirs);
    g_queue_clear_full(&walk->pending, g_free);
    g_string_free(walk->shown, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

static int
walk_top(const Walk *walk)
{
    return g_array_index(walk->dirs, int, walk->dirs->len - 1);
}

/* The file @name of where we are; with no name the directory itself. */
static char *
walk_show(const Walk *walk, const char *name)
{
    g_autofree char *whole = g_strconcat(walk->shown->str, name, NULL);
    return *whole ? amr_display_string(whole) : g_strdup("The directory that it starts from");
}

static gboolean
walk_errno(Walk *walk, int errsv, const char *name, GError **error)
{
    g_autofree char *path = amr_display_string(walk->path);
    g_autofree char *part = walk_show(walk, name);
    return amr_error_errno(error, errsv, "%s: %s", path, part);
}

static gboolean
walk_refuse(Walk *walk, const char *name, const char *why, GError **error)
{
    g_autofree char *path = amr_display_string(walk->path);
    g_autofree char *part = walk_show(walk, name);
    return amr_error_set(error, AMR_ERROR_REFUSED, "%s: %s: %s", path, part, why);
}

gboolean
amr_fs_is_trusted(const struct stat *st)
{
    return (st->st_uid == 0 || st->st_uid == geteuid()) && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* A POSIX access list that lets others write shows in the group bits (its mask), so the mode tells
 * all. The sticky bit keeps others from renaming our files, not from making some of theirs. */
static gboolean
walk_check(Walk *walk, const struct stat *st, const char *name, GError **error)
{
    if (!(walk->how & AMR_FS_WALK_TRUSTED) || amr_fs_is_trusted(st))
        return TRUE;
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return walk_refuse(walk, name, "It belongs to another user", error);
    return walk_refuse(walk, name, "Others may write it", error);
}

static gboolean
walk_enter(Walk *walk, int *fd, const char *name, GError **error)
{
    struct stat st;

    if (fstat(*fd, &st) < 0)
        return walk_errno(walk, errno, name, error);
    if (!walk_check(walk, &st, name, error))
        return FALSE;
    g_array_append_val(walk->dirs, *fd);
    (void)amr_fs_steal_fd(fd);
    if (*name)
        g_string_append_printf(walk->shown, "%s/", name);
    return TRUE;
}

/* Puts the components of @path before those that are pending. */
static void
walk_push(Walk *walk, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    guint count = g_strv_length(parts);

    for (guint i = count; i-- > 0;) {
        /* A slash at the end asks for a directory. */
        if (parts[i][0])
            g_queue_push_head(&walk->pending, g_strdup(parts[i]));
        else if (i + 1 == count && count > 1)
            g_queue_push_head(&walk->pending, g_strdup("."));
    }
}

static void
walk_to_start(Walk *walk)
{
    g_array_set_size(walk->dirs, 1);
    g_string_truncate(walk->shown, 0);
}

/* Above the start is the start. */
static void
walk_up(Walk *walk)
{
    gsize len = walk->shown->len;

    if (walk->dirs->len == 1)
        return;
    g_array_set_size(walk->dirs, walk->dirs->len - 1);
    for (len--; len > 0 && walk->shown->str[len - 1] != '/'; len--)
        ;
    g_string_truncate(walk->shown, len);
}

static gboolean
walk_link(Walk *walk, int fd, const char *name, GError **error)
{
    char target[PATH_MAX + 1];
    ssize_t len = readlinkat(fd, "", target, sizeof target - 1);

    if (len < 0)
        return walk_errno(walk, errno, name, error);
    if (len == 0)
        return walk_errno(walk, ENOENT, name, error);
    if ((gsize)len == sizeof target - 1)
        return walk_errno(walk, ENAMETOOLONG, name, error);
    if (++walk->links > LINKS_MAX)
        return walk_errno(walk, ELOOP, name, error);
    target[len] = '\0';
    if (target[0] == '/')
        walk_to_start(walk);
    walk_push(walk, target);
    return TRUE;
}

/* One component. *@leaf is set when it is the last one. */
static gboolean
walk_step(Walk *walk, char **leaf, GError **error)
{
    g_autofree char *name = g_queue_pop_head(&walk->pending);
    gboolean last = g_queue_is_empty(&walk->pending);
    amr_autofd int fd = -1;
    struct stat st;

    if (strcmp(name, ".") == 0)
        return TRUE;
    if (strcmp(name, "..") == 0) {
        walk_up(walk);
        return TRUE;
    }
    fd = openat(walk_top(walk), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && last) {
        *leaf = g_steal_pointer(&name);
        return TRUE;
    }
    if (fd < 0 || fstat(fd, &st) < 0)
        return walk_errno(walk, errno, name, error);
    if (S_ISLNK(st.st_mode) && !(last && (walk->how & AMR_FS_WALK_KEEP_LINK)))
        return walk_link(walk, fd, name, error);
    if (S_ISDIR(st.st_mode))
        return walk_enter(walk, &fd, name, error);
    if (!last)
        return walk_errno(walk, ENOTDIR, name, error);
    *leaf = g_steal_pointer(&name);
    return TRUE;
}

gboolean
amr_fs_walk(int dirfd, const char *path, AmrFsWalk how, int *parent_fd, char **leaf, GError **error)
{
    g_auto(Walk) walk = {.path = path, .how = how};
    g_autofree char *found = NULL;
    amr_autofd int start = -1;

    walk.dirs = g_array_new(FALSE, FALSE, sizeof(int));
    g_array_set_clear_func(walk.dirs, clear_fd);
    g_queue_init(&walk.pending);
    walk.shown = g_string_new(NULL);
    if (dirfd == -1 || path[0] == '\0')
        return walk_errno(&walk, ENOENT, "", error);
    start = openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (start < 0)
        return walk_errno(&walk, errno, "", error);
    if (!walk_enter(&walk, &start, "", error))
        return FALSE;
    walk_push(&walk, path);
    while (!found && !g_queue_is_empty(&walk.pending)) {
        if (!walk_step(&walk, &found, error))
            return FALSE;
    }
    *parent_fd = fcntl(walk_top(&walk), F_DUPFD_CLOEXEC, 3);
    if (*parent_fd < 0)
        return walk_errno(&walk, errno, "", error);
    *leaf = found ? g_steal_pointer(&found) : g_strdup(".");
    return TRUE;
}

static const char *
why_refused(const struct stat *st)
{
    if (S_ISDIR(st->st_mode))
        return "It is a directory";
    if (S_ISFIFO(st->st_mode))
        return "It is a FIFO";
    if (S_ISSOCK(st->st_mode))
        return "It is a socket";
    if (!S_ISREG(st->st_mode))
        return "It is a device";
    if (st->st_nlink > 1)
        return "It has other names too (hard links)";
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return "It belongs to another user";
    return amr_fs_is_trusted(st) ? NULL : "Others may write it";
}

gboolean
amr_fs_resolve_trusted(int dirfd, const char *path, int *parent_fd, char **leaf, GError **error)
{
    amr_autofd int found = -1;
    amr_autofd int parent = -1;
    g_autofree char *name = NULL;
    const char *why = NULL;
    struct stat st;

    if (!amr_fs_walk(dirfd, path, AMR_FS_WALK_TRUSTED, &found, &name, error))
        return FALSE;
    if (fstatat(found, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        why = S_ISLNK(st.st_mode) ? "It turned into a link" : why_refused(&st);
    if (why) {
        g_autofree char *shown = amr_display_string(path);
        return amr_error_set(error, AMR_ERROR_REFUSED, "%s: %s", shown, why);
    }
    /* Not O_PATH, so that it can be synced. */
    parent = openat(found, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0) {
        int saved = errno;
        g_autofree char *shown = amr_display_string(path);
        return amr_error_errno(error, saved, "%s: Its directory", shown);
    }
    *parent_fd = amr_fs_steal_fd(&parent);
    *leaf = g_steal_pointer(&name);
    return TRUE;
}
