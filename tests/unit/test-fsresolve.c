/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/fsfixture.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"

/* ---- resolution --------------------------------------------------------------------------- */

static void
test_resolve(void **state)
{
    FsDir *dir = *state;
    static const struct {
        const char *path;
        const char *leaf; /* NULL: an error */
        const char *word; /* in its message */
    } rows[] = {
        {"srv/f", "f", NULL},
        {"/srv/f", "f", NULL},
        {"srv/../srv/./f", "f", NULL},
        {"../../srv/f", "f", NULL},
        {"srv/absent", "absent", NULL},
        {"relative", "f", NULL},
        {"absolute", "f", NULL},
        {"srv/absolute", "f", NULL},
        {"up", "f", NULL},
        {"dir/f", "f", NULL},
        {"dir/absent", "absent", NULL},
        {"dangling", "new", NULL},
        {"no/such", NULL, "No such file"},
        {"no-parent", NULL, "No such file"},
        {"srv/f/x", NULL, "Not a directory"},
        {"srv/f/", NULL, "Not a directory"},
        {"loop", NULL, "Too many levels"},
        {"srv", NULL, "is a directory"},
        {"slash", NULL, "is a directory"},
        {"srv/..", NULL, "is a directory"},
        {"", NULL, "No such file"},
        {"fifo", NULL, "is a FIFO"},
        {"hard", NULL, "hard links"},
        {"written", NULL, "Others may write it"},
        {"open/f", NULL, "open: Others may write it"},
        {"open/absent", NULL, "open: Others may write it"},
        {"into-open", NULL, "open: Others may write it"},
        {"through-open", NULL, "open: Others may write it"},
        {"group/f", NULL, "group: Others may write it"},
        {"sticky/f", NULL, "sticky: Others may write it"},
        {"into-sticky", NULL, "sticky: Others may write it"},
        {"open/../srv/f", NULL, "open: Others may write it"},
    };

    fs_make_links(dir);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *leaf = NULL;
        amr_autofd int parent = -1;
        (void)amr_fs_resolve_trusted(dir->fd, rows[i].path, &parent, &leaf, &error);
        if (g_strcmp0(leaf, rows[i].leaf) != 0 || (parent >= 0) != (rows[i].leaf != NULL))
            fail_msg("%s: %s", rows[i].path, error ? error->message : leaf);
        if (!rows[i].leaf && !strstr(error->message, rows[i].word))
            fail_msg("%s: %s", rows[i].path, error->message);
        if (!rows[i].leaf && !strstr(rows[i].word, "No") && rows[i].word[0] != 'T')
            assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
    }
}

static void
test_resolve_links(void **state)
{
    FsDir *dir = *state;
    const char *last = NULL;

    test_write(dir->path, "f0", "x");
    for (int i = 1; i <= 41; i++) {
        g_autofree char *target = g_strdup_printf("f%d", i - 1);
        g_autofree char *name = g_strdup_printf("f%d", i);
        assert_int_equal(symlinkat(target, dir->fd, name), 0);
    }
    for (int i = 40; i <= 41; i++) {
        g_autofree char *name = g_strdup_printf("f%d", i);
        g_autofree char *leaf = NULL;
        amr_autofd int parent = -1;
        last = amr_fs_resolve_trusted(dir->fd, name, &parent, &leaf, NULL) ? leaf : NULL;
        assert_int_equal(last != NULL, i == 40);
    }
}

/* Nobody else may stand anywhere on the way; only root can try that out. */
static void
test_resolve_owners(void **state)
{
    FsDir *dir = *state;
    static const char *const owned[] = {"d", "d/f", "."};
    g_autoptr(GError) error = NULL;
    g_autofree char *leaf = NULL;
    amr_autofd int parent = -1;

    test_write(dir->path, "d/f", "x");
    assert_int_equal(symlinkat("d/f", dir->fd, "link"), 0);
    if (geteuid() != 0) {
        assert_true(amr_fs_resolve_trusted(dir->fd, "link", &parent, &leaf, &error));
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(owned); i++) {
        assert_int_equal(fchownat(dir->fd, owned[i], 65534, 65534, 0), 0);
        assert_false(amr_fs_resolve_trusted(dir->fd, "link", &parent, &leaf, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
        assert_non_null(strstr(error->message, "belongs to another user"));
        g_clear_error(&error);
        assert_int_equal(fchownat(dir->fd, owned[i], 0, 0, 0), 0);
    }
    /* A link cannot be changed by its owner, only by that of its directory. */
    assert_int_equal(fchownat(dir->fd, "link", 65534, 65534, AT_SYMLINK_NOFOLLOW), 0);
    assert_true(amr_fs_resolve_trusted(dir->fd, "link", &parent, &leaf, &error));
}

/* A place with a hostile name is told without harm. */
static void
test_resolve_message(void **state)
{
    FsDir *dir = *state;
    g_autoptr(GError) error = NULL;
    g_autofree char *leaf = NULL;
    amr_autofd int parent = -1;

    assert_int_equal(mkdirat(dir->fd, "a\x1b[2J", 0777), 0);
    assert_int_equal(fchmodat(dir->fd, "a\x1b[2J", 0777, 0), 0);
    assert_false(amr_fs_resolve_trusted(dir->fd, "a\x1b[2J/\n", &parent, &leaf, &error));
    assert_string_equal(error->message, "a\\e[2J/\\n: a\\e[2J: Others may write it");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FS_TEST(test_resolve),
        FS_TEST(test_resolve_links),
        FS_TEST(test_resolve_owners),
        FS_TEST(test_resolve_message),
    };
    return cmocka_run_group_tests_name("fsresolve", tests, NULL, NULL);
}
