/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/fsfixture.h"

#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"

/* ---- replacement, when all goes well ------------------------------------------------------- */

static void
check_ways(FsDir *dir)
{
    g_autoptr(GError) error = NULL;

    fs_assert_replaces(dir, "f", NULL, NULL);
    fs_assert_replaces(dir, "f", NULL, "");
    fs_assert_replaces(dir, "f", "", "one");
    fs_assert_replaces(dir, "f", "one", "two\n");
    fs_assert_replaces(dir, "f", "two\n", "two\n");
    fs_assert_replaces(dir, "f", "two\n", "");
    fs_assert_replaces(dir, "f", "", NULL);

    test_write(dir->path, "g", "there");
    assert_false(fs_replace(dir, "g", NULL, "x", &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    g_clear_error(&error);
    assert_false(fs_replace(dir, "g", NULL, NULL, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    g_clear_error(&error);
    assert_false(fs_replace(dir, "g", "other", "x", &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    g_clear_error(&error);
    assert_false(fs_replace(dir, "g", "their", NULL, &error)); /* no longer, no shorter */
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    g_clear_error(&error);
    assert_false(fs_replace(dir, "absent", "x", "y", &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    g_clear_error(&error);
    assert_false(fs_replace(dir, "absent", "x", NULL, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    fs_assert_holds(dir, "g", "there");
    assert_false(fs_exists(dir, "absent"));
    fs_assert_no_temporary(dir);
}

static void
test_replace(void **state)
{
    check_ways(*state);
}

static void
test_replace_without_exchange(void **state)
{
    fs_fault.no_flags = TRUE;
    check_ways(*state);
}

static void
test_replace_without_links(void **state)
{
    fs_fault.no_flags = TRUE;
    fs_fault.no_links = TRUE;
    check_ways(*state);
}

static void
test_replace_follows(void **state)
{
    FsDir *dir = *state;
    g_autoptr(GError) error = NULL;
    struct stat st;

    fs_make_links(dir);
    assert_true(fs_replace(dir, "absolute", "x", "y", &error));
    fs_assert_holds(dir, "srv/f", "y");
    st = fs_look(dir, "absolute");
    assert_true(S_ISLNK(st.st_mode));
    assert_true(fs_replace(dir, "dangling", NULL, "z", &error));
    fs_assert_holds(dir, "srv/new", "z");
    assert_false(fs_replace(dir, "into-open", "x", "y", &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
    assert_true(g_str_has_prefix(error->message, "Writing into-open: open: "));
    fs_assert_holds(dir, "open/f", "x");
}

static void
test_replace_modes(void **state)
{
    static const mode_t modes[] = {0644, 0600, 0640, 0444, 0755, 0400};
    static const mode_t masks[] = {0, 022, 077};
    FsDir *dir = *state;
    mode_t before = umask(0);

    for (gsize i = 0; i < G_N_ELEMENTS(masks); i++) {
        (void)umask(masks[i]);
        fs_assert_replaces(dir, "new", NULL, "x");
        assert_int_equal(fs_look(dir, "new").st_mode & 07777, 0644);
        for (gsize k = 0; k < G_N_ELEMENTS(modes); k++) {
            assert_int_equal(fchmodat(dir->fd, "new", modes[k], 0), 0);
            fs_assert_replaces(dir, "new", "x", "x");
            assert_int_equal(fs_look(dir, "new").st_mode & 07777, modes[k]);
        }
        fs_assert_replaces(dir, "new", "x", NULL);
    }
    (void)umask(before);
}

static void
test_replace_owner(void **state)
{
    FsDir *dir = *state;

    if (geteuid() != 0)
        return;
    test_write(dir->path, "f", "x");
    assert_int_equal(fchownat(dir->fd, "f", 0, 12, 0), 0);
    assert_int_equal(fchmodat(dir->fd, "f", 0640, 0), 0);
    fs_assert_replaces(dir, "f", "x", "y");
    assert_int_equal(fs_look(dir, "f").st_gid, 12);
    assert_int_equal(fs_look(dir, "f").st_mode & 07777, 0640);
}

static void
test_replace_xattrs(void **state)
{
    /* A POSIX access list as the kernel takes it: owner rw, user 7 r, group r, mask r, others r. */
    static const guint8 acl[] = {2,      0, 0, 0, /**/ 1, 0,   6,   0,   255, 255, 255, 255, /**/
                                 2,      0, 4, 0, 7,      0,   0,   0,
                                 /**/ 4, 0, 4, 0, 255,    255, 255, 255, /**/
                                 16,     0, 4, 0, 255,    255, 255, 255, /**/
                                 32,     0, 4, 0, 255,    255, 255, 255};
    static const struct {
        const char *name;
        const void *value;
        gsize len;
        gboolean kept;
    } rows[] = {
        {"user.note", "a\0b", 3, TRUE},
        {"user.empty", "", 0, TRUE},
        {"system.posix_acl_access", acl, sizeof acl, TRUE},
        {"security.armorer-test", "s", 1, TRUE},
        {"security.ima", "\x01hash", 5, FALSE},
    };
    FsDir *dir = *state;
    g_autofree char *path = g_build_filename(dir->path, "f", NULL);
    gboolean any = FALSE;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        char got[64];
        ssize_t len;
        test_write(dir->path, "f", "x");
        if (setxattr(path, rows[i].name, rows[i].value, rows[i].len, 0) != 0)
            continue; /* not on this file system, or not for us */
        any = TRUE;
        fs_assert_replaces(dir, "f", "x", "y");
        len = getxattr(path, rows[i].name, got, sizeof got);
        if ((len == (ssize_t)rows[i].len && memcmp(got, rows[i].value, rows[i].len) == 0) !=
            rows[i].kept)
            fail_msg("%s: %zd", rows[i].name, len);
        assert_int_equal(unlinkat(dir->fd, "f", 0), 0);
    }
    if (!any)
        return;
}

static gboolean
is_later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

static void
test_replace_is_later(void **state)
{
    FsDir *dir = *state;
    const time_t now = time(NULL);
    const struct timespec times[] = {{5, 0}, {now, 0}, {now + 1000, 999999999}, {now + 1000, 5}};

    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        const struct timespec both[] = {times[i], times[i]};
        struct timespec got;
        test_write(dir->path, "f", "x");
        assert_int_equal(utimensat(dir->fd, "f", both, 0), 0);
        fs_assert_replaces(dir, "f", "x", "x");
        got = fs_look(dir, "f").st_mtim;
        assert_true(is_later(&got, &times[i]));
        assert_true(got.tv_sec >= now - 1);
    }
}

static void
test_replace_refuses(void **state)
{
    static const char *const names[] = {"fifo", "hard", "srv", "open/f", "written"};
    FsDir *dir = *state;

    fs_make_links(dir);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        assert_false(fs_replace(dir, names[i], "x", "y", &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
    }
    fs_assert_holds(dir, "hard2", "x");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FS_TEST(test_replace),
        FS_TEST(test_replace_without_exchange),
        FS_TEST(test_replace_without_links),
        FS_TEST(test_replace_follows),
        FS_TEST(test_replace_modes),
        FS_TEST(test_replace_owner),
        FS_TEST(test_replace_xattrs),
        FS_TEST(test_replace_is_later),
        FS_TEST(test_replace_refuses),
    };
    return cmocka_run_group_tests_name("fsreplace", tests, NULL, NULL);
}
