/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/fsfixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fsutil.h"

FsFault fs_fault;

/* The names are the linker's. */
int __real_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags);
int __wrap_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags);
int __real_linkat(int from_dir, const char *from, int to_dir, const char *to, int flags);
int __wrap_linkat(int from_dir, const char *from, int to_dir, const char *to, int flags);
ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);

static int
fail_with(int errsv)
{
    errno = errsv;
    return -1;
}

int
__wrap_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    fs_fault.renames++;
    if (fs_fault.renames == 1 && fs_fault.meddle)
        fs_fault.meddle(fs_fault.dir);
    if (fs_fault.renames == 2 && fs_fault.meddle_back)
        fs_fault.meddle_back(fs_fault.dir);
    if (fs_fault.no_flags && flags)
        return fail_with(EINVAL);
    if (fs_fault.rename_errno)
        return fail_with(fs_fault.rename_errno);
    return __real_renameat2(from_dir, from, to_dir, to, flags);
}

int
__wrap_linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    return fs_fault.no_links ? fail_with(EPERM) : __real_linkat(from_dir, from, to_dir, to, flags);
}

ssize_t
__wrap_write(int fd, const void *data, size_t len)
{
    if (fs_fault.write_errno == 0)
        return __real_write(fd, data, len);
    return len > 1 ? __real_write(fd, data, 1) : fail_with(fs_fault.write_errno);
}

int
__wrap_fsync(int fd)
{
    if (fs_fault.fsync_errno && fs_fault.fsync_skip-- <= 0)
        return fail_with(fs_fault.fsync_errno);
    return __real_fsync(fd);
}

int
__wrap_fchmod(int fd, mode_t mode)
{
    return fs_fault.fchmod_errno ? fail_with(fs_fault.fchmod_errno) : __real_fchmod(fd, mode);
}

static GBytes *
bytes(const char *text)
{
    return text ? g_bytes_new(text, strlen(text)) : NULL;
}

void
fs_no_faults(FsDir *dir)
{
    memset(&fs_fault, 0, sizeof fs_fault);
    fs_fault.dir = dir;
}

int
fs_setup(void **state)
{
    FsDir *dir = g_new0(FsDir, 1);
    fs_no_faults(dir);
    dir->path = test_dir_new();
    dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(dir->fd >= 0);
    *state = dir;
    return 0;
}

int
fs_teardown(void **state)
{
    FsDir *dir = *state;
    fs_no_faults(NULL);
    (void)close(dir->fd);
    test_dir_remove(dir->path);
    g_free(dir);
    return 0;
}

gboolean
fs_exists(FsDir *dir, const char *name)
{
    struct stat st;
    return fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

struct stat
fs_look(FsDir *dir, const char *name)
{
    struct stat st;
    assert_int_equal(fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW), 0);
    return st;
}

/* NULL: it is not there. */
void
fs_assert_holds(FsDir *dir, const char *name, const char *want)
{
    g_autofree char *got = NULL;
    if (!want) {
        assert_false(fs_exists(dir, name));
        return;
    }
    got = test_read(dir->path, name);
    assert_string_equal(got, want);
}

void
fs_assert_no_temporary(FsDir *dir)
{
    g_autoptr(GDir) list = g_dir_open(dir->path, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(list))) {
        if (name[0] == '.')
            fail_msg("%s is left", name);
    }
}

gboolean
fs_replace(FsDir *dir, const char *name, const char *before, const char *after, GError **error)
{
    g_autoptr(GBytes) from = bytes(before);
    g_autoptr(GBytes) to = bytes(after);
    return amr_fs_replace(dir->fd, name, from, to, error);
}

void
fs_assert_replaces(FsDir *dir, const char *name, const char *before, const char *after)
{
    g_autoptr(GError) error = NULL;
    (void)fs_replace(dir, name, before, after, &error);
    assert_no_error(error);
    fs_assert_holds(dir, name, after);
    fs_assert_no_temporary(dir);
}

void
fs_make_links(FsDir *dir)
{
    static const struct {
        const char *target, *name;
    } links[] = {
        {"srv/f", "relative"},
        {"/srv/f", "absolute"},
        {"/srv", "dir"},
        {"../../../srv/f", "up"},
        {"loop", "loop"},
        {"open/f", "into-open"},
        {"srv/new", "dangling"},
        {"no/new", "no-parent"},
        {"open/link", "through-open"},
        {"srv/", "slash"},
        {"sticky/f", "into-sticky"},
    };
    test_write(dir->path, "srv/f", "x");
    test_write(dir->path, "open/f", "x");
    test_write(dir->path, "sticky/f", "x");
    test_write(dir->path, "group/f", "x");
    test_write(dir->path, "written", "x");
    test_write(dir->path, "hard", "x");
    for (gsize i = 0; i < G_N_ELEMENTS(links); i++)
        assert_int_equal(symlinkat(links[i].target, dir->fd, links[i].name), 0);
    assert_int_equal(symlinkat("../srv/f", dir->fd, "open/link"), 0);
    assert_int_equal(symlinkat("/srv/f", dir->fd, "srv/absolute"), 0);
    assert_int_equal(linkat(dir->fd, "hard", dir->fd, "hard2", 0), 0);
    assert_int_equal(mkfifoat(dir->fd, "fifo", 0600), 0);
    assert_int_equal(fchmodat(dir->fd, "open", 0777, 0), 0);
    assert_int_equal(fchmodat(dir->fd, "group", 0775, 0), 0);
    assert_int_equal(fchmodat(dir->fd, "sticky", 01777, 0), 0);
    assert_int_equal(fchmodat(dir->fd, "written", 0664, 0), 0);
}
