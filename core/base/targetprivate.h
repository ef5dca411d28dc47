/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the target share; not for other rooms. */
#ifndef AMR_BASE_TARGETPRIVATE_H
#define AMR_BASE_TARGETPRIVATE_H

#include "core/base/target.h"

G_BEGIN_DECLS

#define AMR_TARGET_POLICY_DIR "etc/apparmor.d"
#define AMR_TARGET_KERNEL_DIR "sys/kernel/security/apparmor"

struct AmrTarget {
    gboolean live;
    gboolean other_root;
    gboolean policy_apart; /* --policy alone, and not this machine's own */
    gboolean read_only;
    AmrLoadWay load_way;
    AmrClock *clock;
    int root_fd, policy_fd, kernel_fd, proc_fd;
    char *root_path, *policy_path, *kernel_path, *state_path;
    GPtrArray *parser_argv;
};

/* The absolute path of what @fd has open, without symbolic links; @guess is what it was opened by,
 * for messages and where there is no /proc. A path that was put together from names would lead out
 * of another root where one of them is a link. */
char *amr_target_path_of_fd(int fd, const char *guess, GError **error);

/* Opens the directory @path below @dirfd (AT_FDCWD: as any path) and finds out its own path. */
int amr_target_open_dir(int dirfd, const char *path, char **own_path, GError **error);
/* The same for what may be missing: then *@fd is -1 and *@own_path NULL. */
void amr_target_open_dir_if_there(int dirfd, const char *path, int *fd, char **own_path);

/* The absolute path of the directory @name below the root, of which not all need be there. What is
 * there may hold links, which do not lead out of the root; it is refused if it is no directory. */
char *amr_target_below_root(const AmrTarget *target, const char *name, GError **error);

/* Whether a wrong program or directory would gain somebody our rights. */
gboolean amr_target_is_privileged(void);

/* Fills parser_argv; all else of @target is set. */
gboolean amr_target_make_argv(AmrTarget *target, const AmrTargetOptions *options, GError **error);

G_END_DECLS
#endif
