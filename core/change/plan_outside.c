/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the compiler would read from outside of another root. --base tells it where includes
 * begin, but an absolute include and an absolute link lead it into the tree that it runs in: it
 * would compile, and load, the text of another system.
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/change/plan_private.h"

/* Whether @name, which may be missing, is one and the same to us and to the compiler. */
static gboolean
is_the_same(const AmrTarget *target, const char *name)
{
    g_autofree char *placed = NULL;
    int dir = amr_target_policy_place(target, name, &placed);
    amr_autofd int fd = amr_fs_open(dir, placed ? placed : name, O_PATH, NULL);
    struct stat ours, theirs;
    gboolean seen = fstatat(amr_target_policy_fd(target), name, &theirs, 0) == 0;

    if (fd < 0 || fstat(fd, &ours) < 0)
        return !seen;
    return seen && ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

gboolean
amr_plan_stays_below(const AmrPlanContext *context, const char *file, GError **error)
{
    g_autofree const char **asks = NULL;

    if (strcmp(amr_target_root_path(context->target), "/") == 0)
        return TRUE;
    asks = amr_index_asks(context->index, file);
    for (guint i = 0; asks[i]; i++) {
        guint line = 0;
        const char *stray = amr_index_stray(context->index, asks[i], &line);
        g_autofree char *shown = amr_display_string(asks[i]);
        if (stray) {
            g_autofree char *name = amr_display_string(stray);
            return amr_error_set(error, AMR_ERROR_REFUSED,
                                 "%s line %u: The include %s leads out of the policy: the compiler "
                                 "knows no other root and would read it from this system",
                                 shown, line, name);
        }
        if (!is_the_same(context->target, asks[i]))
            return amr_error_set(error, AMR_ERROR_REFUSED,
                                 "%s: A link leads out of the root: the compiler knows no other "
                                 "root and would follow it on this system",
                                 shown);
    }
    return TRUE;
}
