/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/fuzz/files.h"

#include <ftw.h>
#include <glib.h>
#include <glib/gstdio.h>

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
    g_autofree char *parent = g_path_get_dirname(path);

    FUZZ_CHECK(g_mkdir_with_parents(parent, 0755) == 0);
    /* Not g_file_set_contents(): its fsync is most of the time. */
    FILE *file = fopen(path, "w");
    FUZZ_CHECK(file && (size == 0 || fwrite(data, size, 1, file) == 1));
    FUZZ_CHECK(fclose(file) == 0);
}
