/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of file replacement share: a directory for each test, and faults. The program must
 * be linked with --wrap for renameat2, linkat, write, fsync and fchmod. */
#ifndef TESTS_UNIT_FSFIXTURE_H
#define TESTS_UNIT_FSFIXTURE_H

/* clang-format off: this one comes first. */
#include "tests/unit/testing.h"
/* clang-format on */

#include <sys/stat.h>

typedef struct {
    char *path;
    int fd;
} FsDir;

/* What goes wrong; all zero: nothing. */
typedef struct {
    FsDir *dir;
    void (*meddle)(FsDir *dir);      /* before the first rename */
    void (*meddle_back)(FsDir *dir); /* before the second */
    int renames;
    gboolean no_flags; /* a file system that knows no exchange and no noreplace */
    gboolean no_links; /* and no hard links */
    int rename_errno, write_errno, fchmod_errno;
    int fsync_errno, fsync_skip; /* after so many good ones */
} FsFault;
extern FsFault fs_fault;

void fs_no_faults(FsDir *dir);

/* For cmocka; *state is the FsDir. */
int fs_setup(void **state);
int fs_teardown(void **state);
#define FS_TEST(function) cmocka_unit_test_setup_teardown(function, fs_setup, fs_teardown)

gboolean fs_exists(FsDir *dir, const char *name);
struct stat fs_look(FsDir *dir, const char *name);
/* NULL: it is not there. */
void fs_assert_holds(FsDir *dir, const char *name, const char *want);
/* No file that begins with a dot is left. */
void fs_assert_no_temporary(FsDir *dir);

/* amr_fs_replace() with texts for bytes. */
gboolean fs_replace(FsDir *dir, const char *name, const char *before, const char *after,
                    GError **error);
/* It works, holds @after, and nothing is left. */
void fs_assert_replaces(FsDir *dir, const char *name, const char *before, const char *after);

/* Files that may be written by us alone, or by others too, and links to them. */
void fs_make_links(FsDir *dir);

#endif
