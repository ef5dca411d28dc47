/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/testing.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/opener.h"

typedef struct {
    char *root;
    AmrTarget *target;
    AmrOpener *opener;
} World;

static int
setup(void **state)
{
    World *world = g_new0(World, 1);
    world->root = test_dir_new();
    test_write(world->root, "etc/apparmor.d/p", "");
    test_write(world->root, "var/log/syslog", "log\n");
    test_write(world->root, "proc/1/attr/current", "unconfined\n");
    test_write(world->root, "sys/kernel/security/apparmor/profiles", "p (enforce)\n");
    world->target = amr_target_new(&(AmrTargetOptions){.root = world->root}, NULL);
    assert_non_null(world->target);
    world->opener = amr_opener_new(world->target);
    *state = world;
    return 0;
}

static int
teardown(void **state)
{
    World *world = *state;
    amr_opener_free(world->opener);
    amr_target_free(world->target);
    test_dir_remove(world->root);
    g_free(world);
    return 0;
}

static void
test_places(void **state)
{
    World *world = *state;
    g_autofree char *given = g_build_filename(world->root, "var/log/syslog", NULL);
    const struct {
        AmrOpenPlace place;
        const char *name;
        const char *want; /* NULL: not found */
    } rows[] = {
        {AMR_OPEN_GIVEN, given, "log\n"},
        {AMR_OPEN_SOURCE, "var/log/syslog", "log\n"},
        {AMR_OPEN_SOURCE, "/var/log/syslog", "log\n"},
        {AMR_OPEN_SOURCE, "link", "log\n"},
        {AMR_OPEN_KERNEL, "profiles", "p (enforce)\n"},
        {AMR_OPEN_PROC, "1/attr/current", "unconfined\n"},
        {AMR_OPEN_KERNEL, "../../../../var/log/syslog", NULL},
        {AMR_OPEN_PROC, "/var/log/syslog", NULL},
        {AMR_OPEN_GIVEN, "no-such-file", NULL},
        {AMR_OPEN_UNKNOWN, given, NULL},
    };
    assert_int_equal(symlinkat("/var/log/syslog", amr_target_root_fd(world->target), "link"), 0);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) got =
            amr_opener_read(world->opener, rows[i].place, rows[i].name, 100, &error);
        if ((got != NULL) != (rows[i].want != NULL))
            fail_msg("%s: %s", rows[i].name, error ? error->message : "was read");
        if (got)
            assert_memory_equal(g_bytes_get_data(got, NULL), rows[i].want, strlen(rows[i].want));
        else
            assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    }
}

static void
test_no_kernel(void **state)
{
    World *world = *state;
    g_autofree char *policy = g_build_filename(world->root, "etc/apparmor.d", NULL);
    g_autoptr(AmrTarget) target = amr_target_new(&(AmrTargetOptions){.policy = policy}, NULL);
    g_autoptr(AmrOpener) opener = amr_opener_new(target);
    g_autoptr(GError) error = NULL;

    assert_int_equal(amr_opener_open(opener, AMR_OPEN_KERNEL, "profiles", &error), -1);
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_limit(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got =
        amr_opener_read(world->opener, AMR_OPEN_SOURCE, "var/log/syslog", 4, &error);

    assert_no_error(error);
    assert_int_equal(g_bytes_get_size(got), 4);
    assert_null(amr_opener_read(world->opener, AMR_OPEN_SOURCE, "var/log/syslog", 3, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_LIMIT);
    assert_non_null(strstr(error->message, "var/log/syslog"));
}

static void
test_directory(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    amr_autofd int dir = amr_opener_open_dir(world->opener, AMR_OPEN_SOURCE, "var/log", &error);

    assert_no_error(error);
    assert_int_equal(faccessat(dir, "syslog", F_OK, 0), 0);
    assert_int_equal(amr_opener_open(world->opener, AMR_OPEN_SOURCE, "var/log", &error), -1);
    assert_error(error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
    g_clear_error(&error);
    assert_int_equal(amr_opener_open(world->opener, AMR_OPEN_GIVEN, "/", &error), -1);
    assert_error(error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
    g_clear_error(&error);
    assert_int_equal(amr_opener_open_dir(world->opener, AMR_OPEN_SOURCE, "var/log/syslog", &error),
                     -1);
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
}

/* Nobody writes into it, and still it opens; then it is an ordinary descriptor. */
static void
test_fifo(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    amr_autofd int fd = -1;

    assert_int_equal(mkfifoat(amr_target_root_fd(world->target), "fifo", 0600), 0);
    fd = amr_opener_open(world->opener, AMR_OPEN_SOURCE, "fifo", &error);
    assert_no_error(error);
    assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static gboolean
is_denied(World *world)
{
    g_autoptr(GError) error = NULL;
    int fd = amr_opener_open(world->opener, AMR_OPEN_SOURCE, "var/log/syslog", &error);
    return fd < 0 && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

/* Root may read everything, so a child that is not root asks. */
static void
test_permission(void **state)
{
    World *world = *state;
    int status = -1;
    pid_t pid;

    assert_int_equal(fchmodat(amr_target_root_fd(world->target), "var/log/syslog", 0, 0), 0);
    pid = fork();
    if (pid == 0) {
        if (geteuid() == 0 && setuid(65534) < 0)
            _exit(2);
        _exit(is_denied(world) ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_async(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) good = NULL;
    g_autoptr(GAsyncResult) bad = NULL;
    amr_autofd int fd = -1;

    amr_opener_open_async(world->opener, AMR_OPEN_SOURCE, "var/log/syslog", NULL, test_result,
                          &good);
    test_wait_result(&good);
    fd = amr_opener_open_finish(world->opener, good, &error);
    assert_no_error(error);
    assert_true(fd >= 0);
    amr_opener_open_async(world->opener, AMR_OPEN_SOURCE, "missing", NULL, test_result, &bad);
    test_wait_result(&bad);
    assert_int_equal(amr_opener_open_finish(world->opener, bad, &error), -1);
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_async_cancelled(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();

    g_cancellable_cancel(cancellable);
    amr_opener_open_async(world->opener, AMR_OPEN_SOURCE, "var/log/syslog", cancellable,
                          test_result, &result);
    test_wait_result(&result);
    assert_int_equal(amr_opener_open_finish(world->opener, result, &error), -1);
    assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_places), TEST(test_no_kernel),  TEST(test_limit), TEST(test_directory),
        TEST(test_fifo),   TEST(test_permission), TEST(test_async), TEST(test_async_cancelled),
    };
    return cmocka_run_group_tests_name("opener", tests, NULL, NULL);
}
