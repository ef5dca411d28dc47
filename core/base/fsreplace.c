/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files replaced in one step, and put back if the step was onto somebody else's foot. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsprivate.h"
#include "core/base/text.h"

#define TEMPORARY_PREFIX ".armorer-"
#define TEMPORARY_DIGITS 16
#define XATTRS_MAX       (64 * 1024)

/* What is under way. The error's path is put together from @step. */
typedef struct {
    int dir;
    const char *leaf;
    GBytes *before, *after;
    const char *step;    /* of the first thing that failed */
    char *temporary;     /* its name */
    gboolean left;       /* a file of that name is there, and of no use any more */
    struct stat written; /* the temporary file that was written */
    gboolean restoring; /* syncing fails already: better the old bytes unsynced than the new ones */
} Replace;

static void
replace_clear(Replace *work)
{
    if (work->left)
        (void)unlinkat(work->dir, work->temporary, 0);
    g_free(work->temporary);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Replace, replace_clear)

/* Returns the errno value, so that a step may end with `return failed(...)`. */
static int
failed(Replace *work, const char *step)
{
    work->step = step;
    return errno;
}

/* Not an errno value: the file is not what it was taken for. */
#define CHANGED (-1)

static int
changed(Replace *work)
{
    work->step = "";
    return CHANGED;
}

/* ---- the temporary file ---------------------------------------------------------------------- */

static gboolean
is_temporary(const char *name)
{
    if (!g_str_has_prefix(name, TEMPORARY_PREFIX))
        return FALSE;
    name += strlen(TEMPORARY_PREFIX);
    return strlen(name) == TEMPORARY_DIGITS && strspn(name, "0123456789abcdef") == TEMPORARY_DIGITS;
}

char *
amr_fs_temporary_name(void)
{
    return g_strdup_printf(TEMPORARY_PREFIX "%08x%08x", g_random_int(), g_random_int());
}

static void
new_name(Replace *work)
{
    g_free(work->temporary);
    work->temporary = amr_fs_temporary_name();
}

/* security.ima and security.evm are hashes of the old content: worse than none. */
static gboolean
is_kept_xattr(const char *name)
{
    return strcmp(name, "security.ima") != 0 && strcmp(name, "security.evm") != 0;
}

/* What only a privileged process may set is kept where we are one. */
static gboolean
is_optional_xattr(const char *name)
{
    return g_str_has_prefix(name, "security.") || g_str_has_prefix(name, "trusted.");
}

static int
copy_xattr(int from, int to, const char *name)
{
    g_autofree char *value = NULL;
    ssize_t len = fgetxattr(from, name, NULL, 0);

    if (len >= 0) {
        value = g_malloc((gsize)len + 1);
        len = fgetxattr(from, name, value, (gsize)len);
    }
    if (len >= 0 && fsetxattr(to, name, value, (gsize)len, 0) == 0)
        return 0;
    if (errno == ENODATA || is_optional_xattr(name))
        return 0;
    return errno;
}

static int
copy_xattrs(int from, int to)
{
    g_autofree char *names = g_malloc(XATTRS_MAX);
    ssize_t len = flistxattr(from, names, XATTRS_MAX);

    if (len < 0)
        return errno == ENOTSUP || errno == ENOSYS ? 0 : errno;
    /* A default access list of the directory is not what the old file had. */
    (void)fremovexattr(to, "system.posix_acl_access");
    for (const char *name = names; name < names + len; name += strlen(name) + 1) {
        int problem = is_kept_xattr(name) ? copy_xattr(from, to, name) : 0;
        if (problem != 0)
            return problem;
    }
    return 0;
}

static gboolean
is_later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* The parser's cache is stale only if a time stamp is later than its own, which is that of the
 * latest file it was made from. The clock ticks coarsely, may have been set back, and a file system
 * may keep whole seconds (some, every second one). */
static int
make_later(int fd, const struct timespec *old)
{
    static const struct timespec steps[] = {{0, 1000000}, {1, 0}, {2, 0}};
    struct stat st;

    for (gsize i = 0; i <= G_N_ELEMENTS(steps); i++) {
        struct timespec times[2] = {{0, UTIME_OMIT}, *old};

        if (fstat(fd, &st) < 0)
            return errno;
        if (is_later(&st.st_mtim, old))
            return 0;
        if (i == G_N_ELEMENTS(steps))
            break;
        times[1].tv_sec += steps[i].tv_sec;
        times[1].tv_nsec += steps[i].tv_nsec;
        if (times[1].tv_nsec >= 1000000000) {
            times[1].tv_sec++;
            times[1].tv_nsec -= 1000000000;
        }
        if (futimens(fd, times) < 0)
            return errno;
    }
    return EOVERFLOW;
}

/* Gives @fd what the old file @from (-1: there is none) has besides its bytes. */
static int
dress(Replace *work, int fd, int from)
{
    struct stat old;
    struct stat own;
    int problem;

    if (from < 0)
        return fchmod(fd, 0644) < 0 ? failed(work, "Setting the mode") : 0;
    if (fstat(from, &old) < 0 || fstat(fd, &own) < 0)
        return failed(work, "Looking at the old file");
    if ((old.st_uid != own.st_uid || old.st_gid != own.st_gid) &&
        fchown(fd, old.st_uid, old.st_gid) < 0)
        return failed(work, "Keeping the owner");
    problem = copy_xattrs(from, fd);
    if (problem != 0) {
        work->step = "Keeping the extended attributes";
        return problem;
    }
    if (fchmod(fd, old.st_mode & 07777) < 0)
        return failed(work, "Keeping the mode");
    problem = make_later(fd, &old.st_mtim);
    if (problem != 0)
        work->step = "Setting the time stamp";
    return problem;
}

/* Writes @bytes to a new temporary file, dressed as @from. */
static int
write_temporary(Replace *work, GBytes *bytes, int from)
{
    amr_autofd int fd = -1;
    gsize len;
    const void *data = g_bytes_get_data(bytes, &len);
    int problem;

    for (int tries = 0; fd < 0 && tries < 16; tries++) {
        new_name(work);
        fd = openat(work->dir, work->temporary,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0)
        return failed(work, "Making a temporary file");
    work->left = TRUE;
    problem = amr_fs_write_all(fd, data, len);
    if (problem != 0) {
        work->step = "Writing a temporary file";
        return problem;
    }
    problem = dress(work, fd, from);
    if (problem != 0)
        return problem;
    if ((!work->restoring && fsync(fd) < 0) || fstat(fd, &work->written) < 0)
        return failed(work, "Syncing a temporary file");
    return 0;
}

/* ---- looking ------------------------------------------------------------------------------- */

/* 0 if @name is a regular file that holds @want; *fd, if asked for, stays open. */
static int
compare(Replace *work, const char *name, GBytes *want, int *fd_out)
{
    amr_autofd int fd = -1;
    g_autoptr(GBytes) holds = NULL;
    struct stat st;

    fd = openat(work->dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ELOOP || errno == ENXIO ? changed(work)
                                                                   : failed(work, "Reading");
    if (fstat(fd, &st) < 0)
        return failed(work, "Reading");
    if (!S_ISREG(st.st_mode) || (gsize)st.st_size != g_bytes_get_size(want))
        return changed(work);
    holds = amr_fs_read_fd(fd, g_bytes_get_size(want), NULL);
    if (!holds || !g_bytes_equal(holds, want))
        return changed(work);
    if (fd_out)
        *fd_out = amr_fs_steal_fd(&fd);
    return 0;
}

static gboolean
is_written(Replace *work, const char *name)
{
    struct stat st;
    return fstatat(work->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           st.st_dev == work->written.st_dev && st.st_ino == work->written.st_ino;
}

static gboolean
is_unknown_flag(int errsv)
{
    return errsv == EINVAL || errsv == ENOSYS || errsv == ENOTSUP;
}

static int
sync_dir(Replace *work)
{
    int problem = amr_fs_sync_dir(work->dir);
    if (problem != 0)
        work->step = "Syncing the directory";
    return problem;
}

/* ---- the three ways ------------------------------------------------------------------------ */

/* Without exchange there is a moment between the look and the rename that nobody guards. */
static int
rename_over(Replace *work, int from)
{
    int problem = compare(work, work->leaf, work->before, NULL);

    if (problem != 0)
        return problem;
    if (renameat(work->dir, work->temporary, work->dir, work->leaf) < 0)
        return failed(work, "Renaming");
    work->left = FALSE;
    problem = sync_dir(work);
    if (problem != 0) {
        const char *step = work->step;
        work->restoring = TRUE;
        if (write_temporary(work, work->before, from) == 0 &&
            renameat(work->dir, work->temporary, work->dir, work->leaf) == 0)
            work->left = FALSE;
        work->step = step;
    }
    return problem;
}

/* Puts the displaced file, now under the temporary name, back. If that displaces a third one, which
 * somebody put there after ours, then his is the latest word. */
static void
exchange_back(Replace *work)
{
    for (int i = 0; i < 2; i++) {
        if (renameat2(work->dir, work->temporary, work->dir, work->leaf, RENAME_EXCHANGE) < 0) {
            /* Ours is gone from there, by somebody's hand. The displaced one is not ours to
             * delete; it gets the free place, or else keeps its name. */
            work->left = renameat2(work->dir, work->temporary, work->dir, work->leaf,
                                   RENAME_NOREPLACE) < 0 &&
                         is_written(work, work->temporary);
            return;
        }
        work->left = TRUE;
        if (is_written(work, work->temporary))
            return;
    }
}

static int
replace_existing(Replace *work)
{
    amr_autofd int from = -1;
    int problem = compare(work, work->leaf, work->before, &from);

    if (problem == 0)
        problem = write_temporary(work, work->after, from);
    if (problem != 0)
        return problem;
    if (renameat2(work->dir, work->temporary, work->dir, work->leaf, RENAME_EXCHANGE) < 0) {
        if (is_unknown_flag(errno))
            return rename_over(work, from);
        return errno == ENOENT ? changed(work) : failed(work, "Renaming");
    }
    problem = compare(work, work->temporary, work->before, NULL);
    if (problem == 0)
        problem = sync_dir(work);
    if (problem != 0) {
        exchange_back(work);
        (void)amr_fs_sync_dir(work->dir);
    }
    return problem;
}

/* For file systems without RENAME_NOREPLACE; those without hard links either are left to a look. */
static int
link_new(Replace *work)
{
    struct stat st;

    if (linkat(work->dir, work->temporary, work->dir, work->leaf, 0) == 0)
        return 0;
    if (errno == EEXIST)
        return changed(work);
    if (errno != EPERM && !is_unknown_flag(errno))
        return failed(work, "Renaming");
    if (fstatat(work->dir, work->leaf, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return changed(work);
    if (renameat(work->dir, work->temporary, work->dir, work->leaf) < 0)
        return failed(work, "Renaming");
    work->left = FALSE;
    return 0;
}

static int
replace_absent(Replace *work)
{
    struct stat st;
    int problem;

    if (fstatat(work->dir, work->leaf, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return changed(work);
    if (!work->after)
        return 0;
    problem = write_temporary(work, work->after, -1);
    if (problem != 0)
        return problem;
    if (renameat2(work->dir, work->temporary, work->dir, work->leaf, RENAME_NOREPLACE) == 0) {
        work->left = FALSE;
    } else if (is_unknown_flag(errno)) {
        problem = link_new(work);
    } else {
        problem = errno == EEXIST ? changed(work) : failed(work, "Renaming");
    }
    if (problem != 0)
        return problem;
    problem = sync_dir(work);
    if (problem != 0 && is_written(work, work->leaf))
        (void)unlinkat(work->dir, work->leaf, 0);
    return problem;
}

int
amr_fs_move(int dir, const char *from, const char *to)
{
    struct stat st;

    if (renameat2(dir, from, dir, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (!is_unknown_flag(errno))
        return errno;
    if (fstatat(dir, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return EEXIST;
    return renameat(dir, from, dir, to) < 0 ? errno : 0;
}

/* Moved aside first: only what has no name any more cannot change between look and deed. */
static int
remove_existing(Replace *work)
{
    int problem = compare(work, work->leaf, work->before, NULL);

    if (problem != 0)
        return problem;
    new_name(work);
    problem = amr_fs_move(work->dir, work->leaf, work->temporary);
    if (problem != 0) {
        work->step = "Removing";
        return problem == ENOENT ? changed(work) : problem;
    }
    problem = compare(work, work->temporary, work->before, NULL);
    if (problem == 0)
        problem = sync_dir(work);
    if (problem != 0) {
        (void)amr_fs_move(work->dir, work->temporary, work->leaf);
        return problem;
    }
    work->left = TRUE;
    return 0;
}

gboolean
amr_fs_replace(int dirfd, const char *path, GBytes *before, GBytes *after, GError **error)
{
    amr_autofd int parent = -1;
    g_autofree char *leaf = NULL;
    g_autofree char *shown = amr_display_string(path);
    g_auto(Replace) work = {.before = before, .after = after, .step = ""};
    const char *verb = after ? "Writing" : "Removing";
    int problem;

    if (!amr_fs_resolve_trusted(dirfd, path, &parent, &leaf, error)) {
        g_prefix_error(error, "%s ", verb);
        return FALSE;
    }
    work.dir = parent;
    work.leaf = leaf;
    if (!before)
        problem = replace_absent(&work);
    else if (after)
        problem = replace_existing(&work);
    else
        problem = remove_existing(&work);
    if (problem == CHANGED)
        return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                             "%s %s: It changed in the meantime and was left alone", verb, shown);
    if (problem != 0)
        return amr_error_errno(error, problem, "%s %s: %s", verb, shown, work.step);
    return TRUE;
}

gboolean
amr_fs_clean_temporaries(int dirfd, const char *path, GError **error)
{
    g_autofree char *shown = amr_display_string(path);
    int fd = amr_fs_open(dirfd, path, O_RDONLY | O_DIRECTORY, error);
    struct dirent *entry;
    int problem = 0;
    DIR *dir;

    if (fd < 0)
        return FALSE;
    dir = fdopendir(fd);
    if (!dir) {
        problem = errno;
        amr_fs_close_fd(&fd);
        return amr_error_errno(error, problem, "Cleaning %s", shown);
    }
    while ((entry = readdir(dir))) {
        struct stat st;
        if (is_temporary(entry->d_name) &&
            fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)) && unlinkat(fd, entry->d_name, 0) < 0 &&
            errno != ENOENT)
            problem = errno;
    }
    (void)closedir(dir);
    if (problem != 0)
        return amr_error_errno(error, problem, "Cleaning %s", shown);
    return TRUE;
}
