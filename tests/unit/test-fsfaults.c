/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/fsfixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"

/* ---- replacement, when others meddle -------------------------------------------------------- */

static void
meddle_write(FsDir *dir)
{
    g_autofree char *path = g_build_filename(dir->path, "f", NULL);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("theirs", file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void
put_by_rename(FsDir *dir, const char *text)
{
    test_write(dir->path, "draft", text);
    assert_int_equal(renameat(dir->fd, "draft", dir->fd, "f"), 0);
}

static void
meddle_rename(FsDir *dir)
{
    put_by_rename(dir, "theirs");
}

static void
meddle_rename_again(FsDir *dir)
{
    put_by_rename(dir, "theirs, later");
}

static void
meddle_remove(FsDir *dir)
{
    assert_int_equal(unlinkat(dir->fd, "f", 0), 0);
}

static void
meddle_link(FsDir *dir)
{
    assert_int_equal(unlinkat(dir->fd, "f", 0), 0);
    assert_int_equal(symlinkat("target", dir->fd, "f"), 0);
}

static void
meddle_fifo(FsDir *dir)
{
    assert_int_equal(unlinkat(dir->fd, "f", 0), 0);
    assert_int_equal(mkfifoat(dir->fd, "f", 0600), 0);
}

static void
test_replace_changed(void **state)
{
    static const struct {
        const char *name;
        const char *before, *after;
        void (*meddle)(FsDir *dir), (*meddle_back)(FsDir *dir);
        const char *want; /* what stands there in the end */
    } rows[] = {
        {"written", "x", "y", meddle_write, NULL, "theirs"},
        {"renamed", "x", "y", meddle_rename, NULL, "theirs"},
        {"removed", "x", "y", meddle_remove, NULL, NULL},
        {"renamed, and again", "x", "y", meddle_rename, meddle_rename_again, "theirs, later"},
        {"written, then removed", "x", "y", meddle_write, meddle_remove, "theirs"},
        {"came into being", NULL, "y", meddle_rename, NULL, "theirs"},
        {"written before removal", "x", NULL, meddle_write, NULL, "theirs"},
        {"renamed before removal", "x", NULL, meddle_rename, NULL, "theirs"},
        {"removed before removal", "x", NULL, meddle_remove, NULL, NULL},
    };
    FsDir *dir = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        fs_no_faults(dir);
        if (rows[i].before)
            test_write(dir->path, "f", rows[i].before);
        fs_fault.meddle = rows[i].meddle;
        fs_fault.meddle_back = rows[i].meddle_back;
        if (fs_replace(dir, "f", rows[i].before, rows[i].after, &error))
            fail_msg("%s: was replaced", rows[i].name);
        if (!g_error_matches(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH))
            fail_msg("%s: %s", rows[i].name, error->message);
        fs_assert_holds(dir, "f", rows[i].want);
        fs_assert_no_temporary(dir);
        (void)unlinkat(dir->fd, "f", 0);
    }
}

static void
test_replace_turned(void **state)
{
    FsDir *dir = *state;
    static void (*const meddles[])(FsDir *) = {meddle_link, meddle_fifo};

    test_write(dir->path, "target", "x");
    for (gsize i = 0; i < G_N_ELEMENTS(meddles); i++) {
        for (int removal = 0; removal < 2; removal++) {
            g_autoptr(GError) error = NULL;
            test_write(dir->path, "f", "x");
            fs_no_faults(dir);
            fs_fault.meddle = meddles[i];
            assert_false(fs_replace(dir, "f", "x", removal ? NULL : "y", &error));
            assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
            assert_false(S_ISREG(fs_look(dir, "f").st_mode));
            fs_assert_no_temporary(dir);
            assert_int_equal(unlinkat(dir->fd, "f", 0), 0);
        }
    }
    fs_assert_holds(dir, "target", "x");
}

/* ---- replacement, when the system fails --------------------------------------------------- */

static void
fault_write(void)
{
    fs_fault.write_errno = ENOSPC;
}

static void
fault_mode(void)
{
    fs_fault.fchmod_errno = EPERM;
}

static void
fault_fsync(void)
{
    fs_fault.fsync_errno = EIO;
}

static void
fault_fsync_dir(void)
{
    fs_fault.fsync_errno = EIO;
    fs_fault.fsync_skip = 1;
}

static void
fault_rename(void)
{
    fs_fault.rename_errno = EROFS;
}

static void
fault_rename_busy(void)
{
    fs_fault.rename_errno = EBUSY;
}

static void
fault_rename_across(void)
{
    fs_fault.rename_errno = EXDEV;
}

static void
fault_fsync_dir_plain(void)
{
    fault_fsync_dir();
    fs_fault.no_flags = TRUE;
}

static void
test_replace_faults(void **state)
{
    static const struct {
        void (*set)(void);
        int code;
        const char *word;
    } rows[] = {
        {fault_write, G_IO_ERROR_NO_SPACE, "Writing f: Writing a temporary file: "},
        {fault_mode, G_IO_ERROR_PERMISSION_DENIED, "mode: "},
        {fault_fsync, G_IO_ERROR_FAILED, "Writing f: Syncing a temporary file: "},
        {fault_fsync_dir, G_IO_ERROR_FAILED, "Writing f: Syncing the directory: "},
        {fault_rename, G_IO_ERROR_READ_ONLY, "Writing f: Renaming: "},
        {fault_rename_busy, G_IO_ERROR_BUSY, "Writing f: Renaming: "},
        {fault_rename_across, G_IO_ERROR_FAILED, "Writing f: Renaming: "},
    };
    FsDir *dir = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (int fresh = 0; fresh < 2; fresh++) {
            g_autoptr(GError) error = NULL;
            struct stat old = {0};
            struct stat now;
            fs_no_faults(dir);
            if (!fresh) {
                test_write(dir->path, "f", "x");
                old = fs_look(dir, "f");
            }
            rows[i].set();
            assert_false(fs_replace(dir, "f", fresh ? NULL : "x", "yy", &error));
            if (error->code != rows[i].code || !strstr(error->message, rows[i].word))
                fail_msg("%zu: %s", i, error->message);
            fs_assert_holds(dir, "f", fresh ? NULL : "x");
            fs_assert_no_temporary(dir);
            if (!fresh) {
                now = fs_look(dir, "f");
                assert_true(now.st_ino == old.st_ino && now.st_mode == old.st_mode);
                assert_memory_equal(&now.st_mtim, &old.st_mtim, sizeof now.st_mtim);
                assert_int_equal(unlinkat(dir->fd, "f", 0), 0);
            }
        }
    }
}

/* Without exchange the old bytes are written once more. */
static void
test_replace_faults_plain(void **state)
{
    FsDir *dir = *state;
    g_autoptr(GError) error = NULL;

    test_write(dir->path, "f", "x");
    assert_int_equal(fchmodat(dir->fd, "f", 0640, 0), 0);
    fault_fsync_dir_plain();
    fs_fault.fsync_skip = 1;
    (void)fs_replace(dir, "f", "x", "yy", &error);
    assert_non_null(error);
    assert_non_null(strstr(error->message, "Syncing the directory"));
    fs_assert_holds(dir, "f", "x");
    assert_int_equal(fs_look(dir, "f").st_mode & 07777, 0640);
    fs_assert_no_temporary(dir);
}

static void
test_remove_faults(void **state)
{
    static void (*const sets[])(void) = {fault_fsync, fault_rename};
    FsDir *dir = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(sets); i++) {
        g_autoptr(GError) error = NULL;
        struct stat old;
        fs_no_faults(dir);
        test_write(dir->path, "f", "x");
        old = fs_look(dir, "f");
        sets[i]();
        assert_false(fs_replace(dir, "f", "x", NULL, &error));
        assert_true(g_str_has_prefix(error->message, "Removing f: "));
        assert_int_equal(fs_look(dir, "f").st_ino, old.st_ino);
        fs_assert_no_temporary(dir);
    }
}

/* ---- what a crash left ---------------------------------------------------------------------- */

/* A crash in the middle is a child that ends there. */
static void
crash(FsDir *dir)
{
    _exit(42);
}

static void
test_clean(void **state)
{
    static const char *const kept[] = {".armorer-",
                                       ".armorer-0123456789abcde",
                                       ".armorer-0123456789abcdeX",
                                       ".armorer-0123456789abcdef0",
                                       "armorer-0123456789abcdef",
                                       ".hidden",
                                       "f"};
    FsDir *dir = *state;
    g_autoptr(GError) error = NULL;
    int status;
    pid_t pid;

    test_write(dir->path, "f", "x");
    pid = fork();
    if (pid == 0) {
        fs_fault.meddle = crash;
        (void)fs_replace(dir, "f", "x", "y", NULL);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 42);
    fs_assert_holds(dir, "f", "x");
    for (gsize i = 0; i + 1 < G_N_ELEMENTS(kept); i++)
        test_write(dir->path, kept[i], "keep");
    assert_int_equal(mkdirat(dir->fd, ".armorer-0123456789abcdef", 0700), 0);
    assert_true(amr_fs_clean_temporaries(dir->fd, ".", &error));
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
        assert_true(fs_exists(dir, kept[i]));
        assert_int_equal(unlinkat(dir->fd, kept[i], 0), 0);
    }
    assert_int_equal(unlinkat(dir->fd, ".armorer-0123456789abcdef", AT_REMOVEDIR), 0);
    fs_assert_no_temporary(dir);
    assert_false(amr_fs_clean_temporaries(dir->fd, "missing", &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FS_TEST(test_replace_changed), FS_TEST(test_replace_turned),
        FS_TEST(test_replace_faults),  FS_TEST(test_replace_faults_plain),
        FS_TEST(test_remove_faults),   FS_TEST(test_clean),
    };
    return cmocka_run_group_tests_name("fsfaults", tests, NULL, NULL);
}
