/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the kernel got what it holds. */
#include "config.h"

#include <sys/stat.h>

#include "core/base/fsutil.h"
#include "core/kernel/loaded.h"
#include "core/kernel/tree.h"

static gint64
time_of(AmrOpener *opener, const char *path, const char *name)
{
    g_autofree char *full = g_build_filename(path, name, NULL);
    amr_autofd int fd = amr_opener_open(opener, AMR_OPEN_KERNEL, full, NULL);
    struct stat info;

    if (fd < 0 || fstat(fd, &info) < 0)
        return 0;
    return (gint64)info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
}

GHashTable *
amr_loaded_times(AmrOpener *opener)
{
    GHashTable *times = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GPtrArray) found = amr_tree_read(opener, NULL, NULL, NULL);

    for (guint i = 0; found && i < found->len; i++) {
        const AmrTreeProfile *profile = found->pdata[i];
        gint64 when = time_of(opener, profile->path, "raw_data");
        if (when > 0)
            g_hash_table_insert(times,
                                profile->ns[0]
                                    ? g_strdup_printf(":%s:%s", profile->ns, profile->full)
                                    : g_strdup(profile->full),
                                g_memdup2(&when, sizeof when));
    }
    return times;
}
