/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/testing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"

/* What the linker's --wrap lets us break. */
static struct {
    gboolean no_openat2;
    int write_errno; /* after the first byte */
    int fsync_errno;
} fault;

/* The names are the linker's. */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

long
__wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    if (number == SYS_openat2 && fault.no_openat2) {
        errno = ENOSYS;
        return -1;
    }
    return __real_syscall(number, a, b, c, d, e, f);
}

ssize_t
__wrap_write(int fd, const void *data, size_t len)
{
    if (fault.write_errno == 0)
        return __real_write(fd, data, len);
    if (len > 1)
        return __real_write(fd, data, 1);
    errno = fault.write_errno;
    return -1;
}

int
__wrap_fsync(int fd)
{
    if (fault.fsync_errno == 0)
        return __real_fsync(fd);
    errno = fault.fsync_errno;
    return -1;
}

/* ---- a directory for each test ------------------------------------------------------------- */

typedef struct {
    char *path;
    int fd;
} Dir;

static int
setup(void **state)
{
    Dir *dir = g_new0(Dir, 1);
    memset(&fault, 0, sizeof fault);
    dir->path = test_dir_new();
    dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(dir->fd >= 0);
    *state = dir;
    return 0;
}

static int
teardown(void **state)
{
    Dir *dir = *state;
    memset(&fault, 0, sizeof fault);
    (void)close(dir->fd);
    test_dir_remove(dir->path);
    g_free(dir);
    return 0;
}

static void
assert_holds(Dir *dir, const char *name, const char *want)
{
    g_autofree char *got = test_read(dir->path, name);
    assert_string_equal(got, want);
}

static mode_t
mode_of(Dir *dir, const char *name)
{
    struct stat st;
    assert_int_equal(fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW), 0);
    return st.st_mode & 07777;
}

static GBytes *
bytes(const char *text)
{
    return g_bytes_new(text, strlen(text));
}

/* ---- open --------------------------------------------------------------------------------- */

static void
check_open(Dir *dir)
{
    static const struct {
        const char *path;
        const char *want; /* NULL: not found */
    } rows[] = {
        {"a/f", "inner"},          {"/a/f", "inner"},
        {"./a//f", "inner"},       {"a/../a/f", "inner"},
        {"../../../a/f", "inner"}, {"absolute", "inner"},
        {"a/absolute", "inner"},   {"up", "inner"},
        {"dir-link/f", "inner"},   {"out", NULL},
        {"dangling", NULL},        {"missing", NULL},
        {"a/missing/f", NULL},     {"", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        char text[16] = "";
        amr_autofd int fd = amr_fs_open(dir->fd, rows[i].path, O_RDONLY, &error);
        if ((fd >= 0) != (rows[i].want != NULL))
            fail_msg("%s: %s", rows[i].path, error ? error->message : "was opened");
        if (fd < 0) {
            assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
            continue;
        }
        assert_true(read(fd, text, sizeof text - 1) > 0);
        assert_string_equal(text, rows[i].want);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    }
}

static void
test_open(void **state)
{
    Dir *dir = *state;

    test_write(dir->path, "a/f", "inner");
    assert_int_equal(symlinkat("/a/f", dir->fd, "absolute"), 0);
    assert_int_equal(symlinkat("../../../../../../a/f", dir->fd, "up"), 0);
    assert_int_equal(symlinkat("/a", dir->fd, "dir-link"), 0);
    assert_int_equal(symlinkat("/a/f", dir->fd, "a/absolute"), 0);
    assert_int_equal(symlinkat("/etc/passwd", dir->fd, "out"), 0);
    assert_int_equal(symlinkat("nowhere", dir->fd, "dangling"), 0);
    check_open(dir);
    fault.no_openat2 = TRUE;
    check_open(dir);
}

static void
check_open_errors(Dir *dir)
{
    static const struct {
        const char *path;
        int flags;
        int code;
    } rows[] = {
        {"f/x", O_RDONLY, G_IO_ERROR_NOT_DIRECTORY},
        {"f", O_RDONLY | O_DIRECTORY, G_IO_ERROR_NOT_DIRECTORY},
        {"loop", O_RDONLY, G_IO_ERROR_TOO_MANY_LINKS},
        {"link", O_RDONLY | O_NOFOLLOW, G_IO_ERROR_TOO_MANY_LINKS},
        {"link", O_WRONLY | O_CREAT | O_EXCL, G_IO_ERROR_EXISTS},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        if (amr_fs_open(dir->fd, rows[i].path, rows[i].flags, &error) >= 0)
            fail_msg("%s was opened", rows[i].path);
        if (!g_error_matches(error, G_IO_ERROR, rows[i].code))
            fail_msg("%s: %s", rows[i].path, error->message);
    }
}

static void
test_open_errors(void **state)
{
    Dir *dir = *state;
    g_autoptr(GError) error = NULL;

    test_write(dir->path, "f", "x");
    assert_int_equal(symlinkat("loop", dir->fd, "loop"), 0);
    assert_int_equal(symlinkat("f", dir->fd, "link"), 0);
    check_open_errors(dir);
    fault.no_openat2 = TRUE;
    check_open_errors(dir);
    assert_int_equal(amr_fs_open(-1, "a\nb", O_RDONLY, &error), -1);
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    assert_non_null(strstr(error->message, "a\\nb"));
}

/* ---- read --------------------------------------------------------------------------------- */

static void
test_read_file(void **state)
{
    Dir *dir = *state;
    g_autofree char *large = g_strnfill(200000, 'x');
    static const struct {
        const char *name;
        gsize max;
        gssize want; /* -1: AMR_ERROR_LIMIT */
    } rows[] = {
        {"empty", 10, 0},      {"empty", 0, 0},      {"five", 5, 5},
        {"five", 4, -1},       {"five", 0, -1},      {"large", 200000, 200000},
        {"large", 199999, -1}, {"large", 65536, -1}, {"five", G_MAXSIZE, 5},
    };

    test_write(dir->path, "empty", "");
    test_write(dir->path, "five", "12345");
    test_write(dir->path, "large", large);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) got = amr_fs_read(dir->fd, rows[i].name, rows[i].max, &error);
        if (rows[i].want < 0) {
            assert_null(got);
            assert_error(error, AMR_ERROR, AMR_ERROR_LIMIT);
            assert_non_null(strstr(error->message, rows[i].name));
        } else {
            assert_no_error(error);
            assert_int_equal(g_bytes_get_size(got), rows[i].want);
        }
    }
}

static void
test_read_refuses(void **state)
{
    Dir *dir = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    amr_autofd int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    static const char *const names[] = {"fifo", "socket", "directory", "link", "null"};

    (void)g_snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", dir->path);
    assert_int_equal(bind(sock, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(mkfifoat(dir->fd, "fifo", 0600), 0);
    assert_int_equal(mkdirat(dir->fd, "directory", 0700), 0);
    assert_int_equal(symlinkat("fifo", dir->fd, "link"), 0);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        amr_autofd int dev = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
        int from = strcmp(names[i], "null") == 0 ? dev : dir->fd;
        assert_null(amr_fs_read(from, names[i], 100, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
    }
}

static void
test_read_fd(void **state)
{
    g_autoptr(GError) error = NULL;
    amr_autofd int proc = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    g_autoptr(GBytes) status = amr_fs_read_fd(proc, 65536, &error);
    g_autoptr(GBytes) again = NULL;
    g_autoptr(GBytes) some = NULL;
    int ends[2];

    assert_no_error(error);
    assert_true(g_str_has_prefix(g_bytes_get_data(status, NULL), "Name:"));
    again = amr_fs_read_fd(proc, 65536, &error); /* from its start, wherever it stands */
    assert_no_error(error);
    assert_true(g_str_has_prefix(g_bytes_get_data(again, NULL), "Name:"));

    /* What blocks after the first read, as the kernel's revision does. */
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    assert_null(amr_fs_read_fd(ends[0], 10, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    g_clear_error(&error);
    assert_int_equal(write(ends[1], "42\n", 3), 3);
    some = amr_fs_read_fd(ends[0], 10, &error);
    assert_no_error(error);
    assert_int_equal(g_bytes_get_size(some), 3);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void
test_digest(void **state)
{
    g_autoptr(GBytes) abc = bytes("abc");
    g_autofree char *got = amr_fs_digest(abc);
    g_autofree char *none = amr_fs_digest(NULL);
    assert_string_equal(got, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(none, "absent");
}

/* ---- write -------------------------------------------------------------------------------- */

static void
append(Dir *dir, const char *text, gboolean good)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) lines = bytes(text);
    gboolean done = amr_fs_append(dir->fd, "history", lines, 0640, &error);
    if (done != good)
        fail_msg("%s", error ? error->message : "was appended");
}

static void
test_append(void **state)
{
    Dir *dir = *state;
    mode_t before = umask(077);

    append(dir, "one\n", TRUE);
    (void)umask(before);
    assert_int_equal(mode_of(dir, "history"), 0640);
    append(dir, "two\n", TRUE);
    assert_holds(dir, "history", "one\ntwo\n");
    test_write(dir->path, "history", "one\ntor");
    append(dir, "three\n", TRUE);
    assert_holds(dir, "history", "one\ntor\nthree\n");
    append(dir, "", TRUE);
    assert_holds(dir, "history", "one\ntor\nthree\n");
}

static void
test_append_fails(void **state)
{
    Dir *dir = *state;

    test_write(dir->path, "history", "one\n");
    fault.write_errno = ENOSPC;
    append(dir, "two\n", FALSE);
    assert_holds(dir, "history", "one\n");
    fault.write_errno = 0;
    fault.fsync_errno = EIO;
    append(dir, "two\n", FALSE);
    assert_holds(dir, "history", "one\n");
    fault.fsync_errno = 0;

    test_write(dir->path, "elsewhere", "x\n");
    assert_int_equal(unlinkat(dir->fd, "history", 0), 0);
    assert_int_equal(symlinkat("elsewhere", dir->fd, "history"), 0);
    append(dir, "two\n", FALSE);
    assert_holds(dir, "elsewhere", "x\n");
    assert_int_equal(unlinkat(dir->fd, "history", 0), 0);
    assert_int_equal(mkfifoat(dir->fd, "history", 0600), 0);
    append(dir, "two\n", FALSE);
    assert_int_equal(unlinkat(dir->fd, "history", 0), 0);
    assert_int_equal(symlinkat("nowhere", dir->fd, "history"), 0);
    append(dir, "two\n", FALSE);
    assert_int_equal(faccessat(dir->fd, "nowhere", F_OK, 0), -1);
}

static void
test_create(void **state)
{
    Dir *dir = *state;
    g_autoptr(GBytes) one = bytes("one");
    g_autoptr(GError) error = NULL;
    mode_t before = umask(077);

    assert_int_equal(mkdirat(dir->fd, "d", 0700), 0);
    assert_true(amr_fs_create(dir->fd, "d/new", one, 0644, &error));
    (void)umask(before);
    assert_holds(dir, "d/new", "one");
    assert_int_equal(mode_of(dir, "d/new"), 0644);
    assert_false(amr_fs_create(dir->fd, "d/new", one, 0644, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS);
    g_clear_error(&error);
    assert_int_equal(symlinkat("other", dir->fd, "link"), 0);
    assert_false(amr_fs_create(dir->fd, "link", one, 0644, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS);
    g_clear_error(&error);
    assert_false(amr_fs_create(dir->fd, "missing/x", one, 0644, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    g_clear_error(&error);
    fault.write_errno = ENOSPC;
    assert_false(amr_fs_create(dir->fd, "full", one, 0644, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
    assert_int_equal(faccessat(dir->fd, "full", F_OK, 0), -1);
}

static void
test_make_dirs(void **state)
{
    Dir *dir = *state;
    g_autoptr(GError) error = NULL;
    mode_t before = umask(077);

    assert_true(amr_fs_make_dirs(dir->fd, "/a/b//c/", 0755, &error));
    (void)umask(before);
    assert_int_equal(mode_of(dir, "a"), 0755);
    assert_int_equal(mode_of(dir, "a/b/c"), 0755);
    assert_true(amr_fs_make_dirs(dir->fd, "a/b/d", 0700, &error));
    assert_int_equal(mode_of(dir, "a/b"), 0755);
    assert_int_equal(mode_of(dir, "a/b/d"), 0700);
    assert_int_equal(symlinkat("/a/b", dir->fd, "link"), 0);
    assert_true(amr_fs_make_dirs(dir->fd, "link/e", 0755, &error));
    assert_int_equal(mode_of(dir, "a/b/e"), 0755);
    test_write(dir->path, "file", "");
    assert_false(amr_fs_make_dirs(dir->fd, "file/x", 0755, &error));
    assert_non_null(error);
    g_clear_error(&error);
    assert_int_equal(symlinkat("/nowhere", dir->fd, "dangling"), 0);
    assert_false(amr_fs_make_dirs(dir->fd, "dangling", 0755, &error));
    assert_non_null(error);
}

/* ---- lock --------------------------------------------------------------------------------- */

static gboolean
child_gets_lock(Dir *dir)
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0)
        _exit(amr_fs_lock(dir->fd, "lock", NULL) >= 0 ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
test_lock(void **state)
{
    Dir *dir = *state;
    g_autoptr(GError) error = NULL;
    amr_autofd int held = amr_fs_lock(dir->fd, "lock", &error);

    assert_no_error(error);
    assert_int_equal(mode_of(dir, "lock"), 0600);
    assert_int_equal(amr_fs_lock(dir->fd, "lock", &error), -1);
    assert_error(error, AMR_ERROR, AMR_ERROR_BUSY);
    g_clear_error(&error);
    assert_false(child_gets_lock(dir));
    amr_fs_close_fd(&held);
    assert_true(child_gets_lock(dir));
    assert_int_equal(symlinkat("lock", dir->fd, "link"), 0);
    assert_int_equal(amr_fs_lock(dir->fd, "link", &error), -1);
    assert_error(error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_LINKS);
}

/* ---- scratch ------------------------------------------------------------------------------ */

static void
test_scratch(void **state)
{
    Dir *dir = *state;
    g_autoptr(GError) error = NULL;
    g_autofree char *old = g_strdup(g_getenv("TMPDIR"));
    g_autofree char *path = NULL;
    g_autofree char *link = NULL;
    g_autofree char *locked = NULL;
    struct stat st;

    assert_true(g_setenv("TMPDIR", dir->path, TRUE));
    path = amr_fs_make_scratch("check", &error);
    assert_no_error(error);
    assert_true(g_str_has_prefix(path, dir->path));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);

    test_write(dir->path, "outside/keep", "x");
    test_write(path, "a/b/c", "x");
    test_write(path, "locked/in", "x");
    link = g_build_filename(path, "a", "link", NULL);
    locked = g_build_filename(path, "locked", NULL);
    assert_int_equal(symlink("../../outside", link), 0);
    assert_int_equal(chmod(locked, 0), 0);
    assert_true(amr_fs_remove_tree(path, &error));
    assert_int_equal(lstat(path, &st), -1);
    assert_holds(dir, "outside/keep", "x");
    assert_true(amr_fs_remove_tree(path, &error)); /* gone is gone */

    assert_true(g_setenv("TMPDIR", "/nonexistent/dir", TRUE));
    assert_null(amr_fs_make_scratch("check", &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    if (old)
        (void)g_setenv("TMPDIR", old, TRUE);
    else
        g_unsetenv("TMPDIR");
}

static void
test_fds(void **state)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int taken = amr_fs_steal_fd(&fd);

    assert_int_equal(fd, -1);
    assert_int_equal(amr_fs_steal_fd(&fd), -1);
    errno = EXDEV;
    fd = taken;
    amr_fs_close_fd(&taken);
    assert_int_equal(taken, -1);
    amr_fs_close_fd(&taken);
    assert_int_equal(errno, EXDEV);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

/* A whole path is named whole. */
static void
test_dirs_named(void **state)
{
    amr_autofd int top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    g_autoptr(GError) error = NULL;

    assert_false(amr_fs_make_dirs(top, "/proc/no-such-place/a", 0755, &error));
    assert_non_null(strstr(error->message, "directory /proc/no-such-place: "));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dirs_named),
        TEST(test_open),
        TEST(test_open_errors),
        TEST(test_read_file),
        TEST(test_read_refuses),
        TEST(test_read_fd),
        TEST(test_digest),
        TEST(test_append),
        TEST(test_append_fails),
        TEST(test_create),
        TEST(test_make_dirs),
        TEST(test_lock),
        TEST(test_scratch),
        TEST(test_fds),
    };
    return cmocka_run_group_tests_name("fsutil", tests, NULL, NULL);
}
