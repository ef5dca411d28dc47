/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/change/visible.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/fsutil.h"
#include "core/change/plan_private.h"

/* FALSE with *missing: it is not there. */
static gboolean
look(int dirfd, const char *path, struct stat *st, gboolean *missing)
{
    g_autoptr(GError) error = NULL;
    amr_autofd int fd = amr_fs_open(dirfd, path, O_PATH, &error);

    *missing = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    return fd >= 0 && fstat(fd, st) == 0;
}

gboolean
amr_visible_file(const AmrTarget *target, const char *path)
{
    int dirfd = path[0] == '/' ? amr_target_root_fd(target) : amr_target_policy_fd(target);
    g_autofree char *prefix = g_strdup(path);
    gboolean missing;
    struct stat st;

    /* The directory that all begins in, then those on the way. */
    if (!look(dirfd, ".", &st, &missing) || !(st.st_mode & S_IXOTH))
        return FALSE;
    for (char *slash = strchr(prefix + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!look(dirfd, prefix, &st, &missing))
            return missing;
        if (!(st.st_mode & S_IXOTH))
            return FALSE;
        *slash = '/';
    }
    return look(dirfd, path, &st, &missing) ? (st.st_mode & S_IROTH) != 0 : missing;
}

gboolean
amr_visible_plan(const AmrTarget *target, const AmrPlan *plan)
{
    for (guint i = 0; i < plan->files->len; i++) {
        const char *path = ((AmrPlanFile *)plan->files->pdata[i])->path;
        /* Of a link it holds where that leads, not what stands there. */
        if (!amr_plan_is_link(path) && !amr_visible_file(target, path))
            return FALSE;
    }
    return TRUE;
}
