/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/base/fsutil.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsprivate.h"
#include "core/base/text.h"

/* How often openat2() is asked again when the tree moved under its feet (EAGAIN). */
#define OPEN_TRIES     64
#define READ_BLOCK     (64 * 1024)
#define TREE_DEPTH_MAX 128

void
amr_fs_close_fd(int *fd)
{
    int saved = errno;
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    errno = saved;
}

int
amr_fs_steal_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

gboolean
amr_fs_hold_standard(void)
{
    static const int wrong_way[] = {O_WRONLY, O_RDONLY, O_RDONLY};

    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", wrong_way[fd]) != fd)
            return FALSE;
    }
    return TRUE;
}

/* ---- open ----------------------------------------------------------------------------------- */

/* For kernels before 5.6 and sandboxes without the call. */
static int
open_by_walk(int dirfd, const char *path, int flags, mode_t mode, GError **error)
{
    amr_autofd int parent = -1;
    g_autofree char *leaf = NULL;
    AmrFsWalk how = flags & (O_NOFOLLOW | O_EXCL) ? AMR_FS_WALK_KEEP_LINK : AMR_FS_WALK_ANY;
    int fd;

    if (!amr_fs_walk(dirfd, path, how, &parent, &leaf, error))
        return -1;
    fd = openat(parent, leaf, flags | O_NOFOLLOW, mode);
    if (fd < 0) {
        int saved = errno;
        g_autofree char *shown = amr_display_string(path);
        amr_error_errno(error, saved, "Opening %s", shown);
    }
    return fd;
}

int
amr_fs_open_mode(int dirfd, const char *path, int flags, mode_t mode, GError **error)
{
    struct open_how how = {
        .flags = (guint64)(flags | O_CLOEXEC),
        .mode = flags & O_CREAT ? mode : 0,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    int saved = ENOENT; /* a directory that is not there: its descriptor is -1 */
    g_autofree char *shown = NULL;

    for (int i = 0; dirfd != -1 && i < OPEN_TRIES; i++) {
        long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof how);
        if (fd >= 0)
            return (int)fd;
        saved = errno;
        if (saved == ENOSYS)
            return open_by_walk(dirfd, path, flags | O_CLOEXEC, mode, error);
        if (saved != EAGAIN && saved != EINTR)
            break;
    }
    shown = amr_display_string(path);
    amr_error_errno(error, saved, "Opening %s", shown);
    return -1;
}

int
amr_fs_open(int dirfd, const char *path, int flags, GError **error)
{
    return amr_fs_open_mode(dirfd, path, flags, 0644, error);
}

/* ---- read ----------------------------------------------------------------------------------- */

static gboolean
refuse_irregular(const char *path, const struct stat *st, GError **error)
{
    g_autofree char *shown = NULL;

    if (S_ISREG(st->st_mode))
        return TRUE;
    shown = amr_display_string(path);
    return amr_error_set(error, AMR_ERROR_REFUSED, "Reading %s: Not a regular file", shown);
}

GBytes *
amr_fs_read(int dirfd, const char *path, gsize max, GError **error)
{
    amr_autofd int fd = -1;
    amr_autofd int seen = amr_fs_open(dirfd, path, O_PATH, error);
    struct stat st;
    GBytes *bytes;

    /* Looked at before it is opened: the opening of a device may do things. */
    if (seen < 0)
        return NULL;
    if (fstat(seen, &st) == 0 && !refuse_irregular(path, &st, error))
        return NULL;
    fd = amr_fs_open(dirfd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, error);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) < 0) {
        int saved = errno;
        g_autofree char *shown = amr_display_string(path);
        amr_error_errno(error, saved, "Reading %s", shown);
        return NULL;
    }
    if (!refuse_irregular(path, &st, error))
        return NULL;
    bytes = amr_fs_read_fd(fd, max, error);
    if (!bytes) {
        g_autofree char *shown = amr_display_string(path);
        g_prefix_error(error, "%s: ", shown);
    }
    return bytes;
}

/* One block at @offset; a pipe has no offsets. */
static gssize
read_block(int fd, guint8 *block, gsize want, gsize offset)
{
    gssize got;
    do {
        got = pread(fd, block, want, (off_t)offset);
        if (got < 0 && errno == ESPIPE)
            got = read(fd, block, want);
    } while (got < 0 && errno == EINTR);
    return got;
}

GBytes *
amr_fs_read_fd(int fd, gsize max, GError **error)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autofree guint8 *block = g_malloc(READ_BLOCK);

    for (;;) {
        /* One byte more than allowed tells "larger" from "just as large". */
        gsize room = max - all->len;
        gsize want = room < READ_BLOCK ? room + 1 : READ_BLOCK;
        gssize got = read_block(fd, block, want, all->len);

        if (got == 0)
            break;
        /* The kernel's "revision" has no end: what comes next would have to be waited for. */
        if (got < 0 && errno == EAGAIN && all->len > 0)
            break;
        if (got < 0) {
            amr_error_errno(error, errno, "Reading");
            return NULL;
        }
        if ((gsize)got > room) {
            amr_error_set(error, AMR_ERROR_LIMIT,
                          "Reading: Larger than the %" G_GSIZE_FORMAT " bytes that are read", max);
            return NULL;
        }
        g_byte_array_append(all, block, (guint)got);
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

char *
amr_fs_digest(GBytes *bytes)
{
    return bytes ? g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes) : g_strdup("absent");
}

/* ---- write ---------------------------------------------------------------------------------- */

int
amr_fs_write_all(int fd, const void *data, gsize len)
{
    const char *at = data;

    while (len > 0) {
        gssize put = write(fd, at, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return put < 0 ? errno : EIO;
        at += put;
        len -= (gsize)put;
    }
    return 0;
}

int
amr_fs_sync_dir(int dirfd)
{
    if (fsync(dirfd) < 0 && errno != EINVAL && errno != ENOTSUP)
        return errno;
    return 0;
}

static int
open_parent(int dirfd, const char *path, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(path);
    return amr_fs_open(dirfd, parent, O_RDONLY | O_DIRECTORY, error);
}

/* Opens @path for appending and tells whether it had to be made. */
static int
open_append(int dirfd, const char *path, mode_t mode, gboolean *made, GError **error)
{
    const int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    g_autoptr(GError) problem = NULL;
    int fd;

    *made = FALSE;
    fd = amr_fs_open(dirfd, path, flags, &problem);
    if (fd >= 0 || !g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
        if (problem)
            g_propagate_error(error, g_steal_pointer(&problem));
        return fd;
    }
    g_clear_error(&problem);
    fd = amr_fs_open_mode(dirfd, path, flags | O_CREAT | O_EXCL, mode, &problem);
    if (fd < 0 && g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_EXISTS))
        return amr_fs_open(dirfd, path, flags, error); /* somebody was faster */
    if (problem)
        g_propagate_error(error, g_steal_pointer(&problem));
    *made = fd >= 0;
    return fd;
}

/* 0 or an errno value; what was written of it before an error is cut off again. */
static int
append_lines(int fd, GBytes *bytes)
{
    struct stat st;
    char last = '\n';
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);
    g_autoptr(GByteArray) whole = g_byte_array_new();
    int problem;

    if (fstat(fd, &st) < 0)
        return errno;
    if (!S_ISREG(st.st_mode))
        return EINVAL;
    if (st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) != 1)
        return errno ? errno : EIO;
    /* One write: a crash tears one line at most, and the next append closes it. */
    if (last != '\n')
        g_byte_array_append(whole, (const guint8 *)"\n", 1);
    g_byte_array_append(whole, (const guint8 *)data, (guint)len);
    problem = amr_fs_write_all(fd, whole->data, whole->len);
    if (problem == 0 && fsync(fd) < 0)
        problem = errno;
    if (problem != 0 && ftruncate(fd, st.st_size) < 0)
        return problem; /* the first cause is the one to tell; the torn line is closed later */
    return problem;
}

gboolean
amr_fs_append(int dirfd, const char *path, GBytes *bytes, mode_t mode, GError **error)
{
    amr_autofd int fd = -1;
    g_autofree char *shown = amr_display_string(path);
    gboolean made;
    int problem;

    fd = open_append(dirfd, path, mode, &made, error);
    if (fd < 0) {
        g_prefix_error(error, "Appending to %s: ", shown);
        return FALSE;
    }
    problem = made && fchmod(fd, mode) < 0 ? errno : append_lines(fd, bytes);
    if (problem != 0)
        return amr_error_errno(error, problem, "Appending to %s", shown);
    if (made) {
        amr_autofd int parent = open_parent(dirfd, path, error);
        if (parent < 0)
            return FALSE;
        problem = amr_fs_sync_dir(parent);
        if (problem != 0)
            return amr_error_errno(error, problem, "Appending to %s: Syncing its directory", shown);
    }
    return TRUE;
}

gboolean
amr_fs_create(int dirfd, const char *path, GBytes *bytes, mode_t mode, GError **error)
{
    amr_autofd int fd = -1;
    amr_autofd int parent = -1;
    g_autofree char *shown = amr_display_string(path);
    g_autofree char *leaf = g_path_get_basename(path);
    const char *step = "Writing";
    gsize len;
    const void *data = g_bytes_get_data(bytes, &len);
    int problem;

    parent = open_parent(dirfd, path, error);
    if (parent < 0) {
        g_prefix_error(error, "Writing %s: ", shown);
        return FALSE;
    }
    fd = openat(parent, leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return amr_error_errno(error, errno, "Writing %s", shown);
    problem = amr_fs_write_all(fd, data, len);
    if (problem == 0 && fchmod(fd, mode) < 0)
        problem = errno;
    if (problem == 0 && fsync(fd) < 0)
        problem = errno;
    if (problem == 0) {
        problem = amr_fs_sync_dir(parent);
        step = "Syncing the directory of";
    }
    if (problem != 0) {
        (void)unlinkat(parent, leaf, 0);
        return amr_error_errno(error, problem, "%s %s", step, shown);
    }
    return TRUE;
}

/* ---- directories ---------------------------------------------------------------------------- */

/* Makes the last component of @prefix, whose parent is there; a directory that is there is kept. */
static gboolean
make_one_dir(int dirfd, const char *prefix, mode_t mode, GError **error)
{
    amr_autofd int parent = -1;
    amr_autofd int fd = -1;
    g_autofree char *leaf = g_path_get_basename(prefix);
    g_autofree char *shown = amr_display_string(prefix);

    fd = amr_fs_open(dirfd, prefix, O_PATH | O_DIRECTORY, NULL);
    if (fd >= 0)
        return TRUE;
    parent = open_parent(dirfd, prefix, error);
    if (parent < 0)
        return FALSE;
    if (mkdirat(parent, leaf, mode) < 0) {
        int saved = errno;
        fd = amr_fs_open(dirfd, prefix, O_PATH | O_DIRECTORY, NULL); /* somebody was faster */
        if (fd >= 0)
            return TRUE;
        return amr_error_errno(error, saved, "Making the directory %s", shown);
    }
    fd = openat(parent, leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    /* The mode is as asked, whatever the umask. */
    if (fd < 0 || fchmod(fd, mode) < 0)
        return amr_error_errno(error, errno, "Making the directory %s", shown);
    (void)amr_fs_sync_dir(parent);
    return TRUE;
}

gboolean
amr_fs_make_dirs(int dirfd, const char *path, mode_t mode, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    g_autoptr(GString) prefix = g_string_new(NULL);

    for (gsize i = 0; parts[i]; i++) {
        if (parts[i][0] == '\0')
            continue;
        if (prefix->len || path[0] == '/') /* errors name it as it was given */
            g_string_append_c(prefix, '/');
        g_string_append(prefix, parts[i]);
        if (!make_one_dir(dirfd, prefix->str, mode, error))
            return FALSE;
    }
    return TRUE;
}

int
amr_fs_lock(int dirfd, const char *path, GError **error)
{
    const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    amr_autofd int fd = amr_fs_open_mode(dirfd, path, flags, 0600, error);
    g_autofree char *shown = amr_display_string(path);

    if (fd < 0) {
        g_prefix_error(error, "Locking %s: ", shown);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno == EWOULDBLOCK)
            amr_error_set(error, AMR_ERROR_BUSY, "Locking %s: Another armorer holds it", shown);
        else
            amr_error_errno(error, errno, "Locking %s", shown);
        return -1;
    }
    return amr_fs_steal_fd(&fd);
}

char *
amr_fs_make_scratch(const char *prefix, GError **error)
{
    const char *base = g_getenv("TMPDIR");
    g_autofree char *template =
        g_strdup_printf("%s/%s-XXXXXX", base && g_path_is_absolute(base) ? base : "/tmp", prefix);

    if (!g_mkdtemp_full(template, 0700)) {
        int saved = errno;
        g_autofree char *shown = amr_display_string(template);
        amr_error_errno(error, saved, "Making a directory %s", shown);
        return NULL;
    }
    return g_steal_pointer(&template);
}

static int remove_entries(int fd, guint depth);

/* 0 or an errno value. */
static int
remove_entry(int parent, const char *name, guint depth)
{
    amr_autofd int fd = -1;
    int problem;

    if (unlinkat(parent, name, 0) == 0)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return errno == ENOENT ? 0 : errno;
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
        fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno;
    if (depth >= TREE_DEPTH_MAX)
        return ELOOP;
    problem = remove_entries(fd, depth + 1);
    if (problem != 0)
        return problem;
    return unlinkat(parent, name, AT_REMOVEDIR) < 0 ? errno : 0;
}

static int
remove_entries(int fd, guint depth)
{
    int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = own < 0 ? NULL : fdopendir(own);
    struct dirent *entry;
    int problem = 0;

    if (!dir) {
        problem = errno;
        amr_fs_close_fd(&own);
        return problem;
    }
    (void)fchmod(fd, 0700); /* a directory that we may not write cannot be emptied */
    while (problem == 0 && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            problem = remove_entry(fd, entry->d_name, depth);
    }
    (void)closedir(dir);
    return problem;
}

gboolean
amr_fs_remove_tree(const char *path, GError **error)
{
    int problem = remove_entry(AT_FDCWD, path, 0);
    if (problem != 0) {
        g_autofree char *shown = amr_display_string(path);
        return amr_error_errno(error, problem, "Removing %s", shown);
    }
    return TRUE;
}
