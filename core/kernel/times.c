/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the kernel got what it holds. */
#include "config.h"

#include <sys/stat.h>

#include "core/base/fsutil.h"
#include "core/kernel/loaded.h"
#include "core/kernel/tree.h"

static gint64
time_of(AmrOpener *opener, const char *path, gboolean directory)
{
    amr_autofd int fd = directory ? amr_opener_open_dir(opener, AMR_OPEN_KERNEL, path, NULL)
                                  : amr_opener_open(opener, AMR_OPEN_KERNEL, path, NULL);
    struct stat info;

    if (fd < 0 || fstat(fd, &info) < 0)
        return 0;
    return (gint64)info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
}

/* The file of raw data is as old as what it holds. Where the same is loaded again, only the
 * directory that it stands in becomes newer (seen on 6.1); the profile has a link to the file. */
static gint64
load_time(AmrOpener *opener, const char *profile)
{
    g_autofree char *raw = g_build_filename(profile, "raw_data", NULL);
    g_autofree char *link = amr_opener_read_link(opener, AMR_OPEN_KERNEL, raw, NULL);
    gint64 when = time_of(opener, raw, FALSE);

    if (link && when > 0) {
        g_autofree char *base = g_strconcat("/", profile, NULL);
        g_autofree char *file = g_canonicalize_filename(link, base);
        g_autofree char *dir = g_path_get_dirname(file);
        when = MAX(when, time_of(opener, dir + 1, TRUE));
    }
    return when;
}

GHashTable *
amr_loaded_times(AmrOpener *opener)
{
    GHashTable *times = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GPtrArray) found = amr_tree_read(opener, NULL, NULL, NULL);

    for (guint i = 0; found && i < found->len; i++) {
        const AmrTreeProfile *profile = found->pdata[i];
        gint64 when = load_time(opener, profile->path);
        if (when > 0)
            g_hash_table_insert(times,
                                profile->ns[0]
                                    ? g_strdup_printf(":%s:%s", profile->ns, profile->full)
                                    : g_strdup(profile->full),
                                g_memdup2(&when, sizeof when));
    }
    return times;
}
