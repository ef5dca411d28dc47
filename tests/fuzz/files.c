/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/fuzz/files.h"

#include <fcntl.h>
#include <ftw.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static char *dir;

static int
drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return g_remove(path);
}

static void
drop_dir(void)
{
    (void)nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
    g_free(dir);
}

const char *
fuzz_dir(void)
{
    if (!dir) {
        dir = g_dir_make_tmp("armorer-fuzz-XXXXXX", NULL);
        FUZZ_CHECK(dir);
        FUZZ_CHECK(atexit(drop_dir) == 0);
    }
    return dir;
}

void
fuzz_write(const char *name, const void *data, size_t size)
{
    g_autofree char *path = g_build_filename(fuzz_dir(), name, NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0) {
        g_autofree char *parent = g_path_get_dirname(path);
        FUZZ_CHECK(g_mkdir_with_parents(parent, 0755) == 0);
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    }
    /* Neither fsync nor emptied first: ext4 puts a file that was emptied and written anew on disk
     * as it is closed, which is most of the time. */
    FUZZ_CHECK(fd >= 0 && (size == 0 || write(fd, data, size) == (ssize_t)size));
    FUZZ_CHECK(ftruncate(fd, (off_t)size) == 0);
    FUZZ_CHECK(close(fd) == 0);
}
