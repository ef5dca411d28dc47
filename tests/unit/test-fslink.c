/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Symbolic links made and taken away in one step. */
#include "config.h"

#include "tests/unit/fsfixture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"

static GBytes *
bytes(const char *text)
{
    return text ? g_bytes_new(text, strlen(text)) : NULL;
}

static gboolean
replace(FsDir *dir, const char *name, const char *before, const char *after, GError **error)
{
    g_autoptr(GBytes) was = bytes(before), is = bytes(after);
    return amr_fs_replace_link(dir->fd, name, was, is, error);
}

/* NULL: it is not there. */
static void
assert_leads(FsDir *dir, const char *name, const char *want)
{
    g_autoptr(GBytes) to = NULL;
    g_autoptr(GError) error = NULL;

    assert_true(amr_fs_read_link(dir->fd, name, &to, &error));
    assert_no_error(error);
    if (want) {
        assert_non_null(to);
        assert_int_equal(g_bytes_get_size(to), strlen(want));
        assert_memory_equal(g_bytes_get_data(to, NULL), want, strlen(want));
    } else {
        assert_null(to);
    }
}

static void
test_ways(void **state)
{
    static const char *const names[] = {"plain", "d/in", "with space", "new\nline", "\xff"};
    FsDir *dir = *state;

    for (int no_flags = 0; no_flags < 2; no_flags++) {
        fs_no_faults(dir);
        fs_fault.no_flags = no_flags;
        (void)mkdirat(dir->fd, "d", 0755);
        for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
            g_autoptr(GError) error = NULL;
            assert_leads(dir, names[i], NULL);
            assert_true(replace(dir, names[i], NULL, NULL, &error));
            assert_true(replace(dir, names[i], NULL, "../nowhere \n", &error));
            assert_leads(dir, names[i], "../nowhere \n");
            assert_true(replace(dir, names[i], "../nowhere \n", NULL, &error));
            assert_no_error(error);
            assert_leads(dir, names[i], NULL);
            fs_assert_no_temporary(dir);
        }
    }
}

static void
put_file(FsDir *dir)
{
    test_write(dir->path, "x", "theirs");
}

static void
put_dir(FsDir *dir)
{
    assert_int_equal(mkdirat(dir->fd, "x", 0755), 0);
}

static void
put_link(FsDir *dir)
{
    assert_int_equal(symlinkat("theirs", dir->fd, "x"), 0);
}

static void
put_another(FsDir *dir)
{
    assert_int_equal(unlinkat(dir->fd, "x", 0), 0);
    put_link(dir);
}

static void
take(FsDir *dir)
{
    assert_int_equal(unlinkat(dir->fd, "x", 0), 0);
}

static void
put_in_place(FsDir *dir)
{
    take(dir);
    put_file(dir);
}

/* Somebody else was there before, or comes in the moment before the rename: his stays. */
static void
test_others(void **state)
{
    static const struct {
        const char *name;
        void (*there)(FsDir *dir), (*meddle)(FsDir *dir);
        const char *before, *after;
    } rows[] = {
        {"a file", put_file, NULL, NULL, "ours"},
        {"a directory", put_dir, NULL, NULL, "ours"},
        {"a link", put_link, NULL, NULL, "ours"},
        {"the very link", put_link, NULL, NULL, "theirs"},
        {"nothing to take", NULL, NULL, "ours", NULL},
        {"another to take", put_link, NULL, "ours", NULL},
        {"a file to take", put_file, NULL, "theirs", NULL},
        {"a directory to take", put_dir, NULL, "theirs", NULL},
        {"a file comes", NULL, put_file, NULL, "ours"},
        {"a link comes", NULL, put_link, NULL, "ours"},
        {"it goes", put_link, take, "theirs", NULL},
        {"it becomes a file", put_link, put_in_place, "theirs", NULL},
    };
    FsDir *dir = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        struct stat st;
        gboolean gone;
        print_message("# %s\n", rows[i].name);
        fs_no_faults(dir);
        if (rows[i].there)
            rows[i].there(dir);
        fs_fault.meddle = rows[i].meddle;
        assert_false(replace(dir, "x", rows[i].before, rows[i].after, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
        fs_assert_no_temporary(dir);
        gone = fstatat(dir->fd, "x", &st, AT_SYMLINK_NOFOLLOW) != 0;
        assert_int_equal(gone, (!rows[i].there && !rows[i].meddle) || rows[i].meddle == take);
        if (!gone && S_ISLNK(st.st_mode))
            assert_leads(dir, "x", "theirs");
        if (!gone)
            assert_int_equal(unlinkat(dir->fd, "x", S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0), 0);
    }
    /* Between the look and the deed to another link: that one is put back. */
    assert_int_equal(symlinkat("ours", dir->fd, "x"), 0);
    g_autoptr(GError) error = NULL;
    fs_fault.renames = 0;
    fs_fault.meddle = put_another;
    assert_false(replace(dir, "x", "ours", NULL, &error));
    assert_leads(dir, "x", "theirs");
    fs_assert_no_temporary(dir);
}

static void
test_faults(void **state)
{
    static const struct {
        const char *name;
        FsFault fault;
        const char *says;
    } rows[] = {
        {"rename", {.rename_errno = EIO}, "Input/output error"},
        {"sync", {.fsync_errno = EIO}, "Syncing the directory"},
    };
    FsDir *dir = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        print_message("# %s\n", rows[i].name);
        fs_no_faults(dir);
        fs_fault = rows[i].fault;
        fs_fault.dir = dir;
        assert_false(replace(dir, "x", NULL, "ours", &error));
        assert_non_null(strstr(error->message, rows[i].says));
        fs_no_faults(dir);
        assert_leads(dir, "x", NULL);
        assert_true(replace(dir, "x", NULL, "ours", NULL));
        fs_fault = rows[i].fault;
        fs_fault.dir = dir;
        assert_false(replace(dir, "x", "ours", NULL, NULL));
        fs_no_faults(dir);
        assert_leads(dir, "x", "ours");
        fs_assert_no_temporary(dir);
        assert_true(replace(dir, "x", "ours", NULL, NULL));
    }
}

static void
test_refused(void **state)
{
    FsDir *dir = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) to = NULL;

    fs_no_faults(dir);
    assert_false(replace(dir, "x", "a", "b", &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_USAGE);
    g_clear_error(&error);
    assert_int_equal(mkdirat(dir->fd, "open", 0755), 0);
    assert_int_equal(fchmodat(dir->fd, "open", 0777, 0), 0);
    assert_false(replace(dir, "open/x", NULL, "a", &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
    assert_non_null(strstr(error->message, "Others may write it"));
    g_clear_error(&error);
    put_file(dir);
    assert_false(amr_fs_read_link(dir->fd, "x", &to, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
    assert_null(to);
    g_clear_error(&error);
    assert_true(amr_fs_read_link(dir->fd, "nowhere/x", &to, &error));
    assert_null(to);
    /* What a crash left. */
    assert_int_equal(symlinkat("a", dir->fd, ".armorer-0123456789abcdef"), 0);
    assert_int_equal(symlinkat("a", dir->fd, ".armorer-another"), 0);
    assert_true(amr_fs_clean_temporaries(dir->fd, ".", &error));
    assert_leads(dir, ".armorer-0123456789abcdef", NULL);
    assert_leads(dir, ".armorer-another", "a");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FS_TEST(test_ways),
        FS_TEST(test_others),
        FS_TEST(test_faults),
        FS_TEST(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
