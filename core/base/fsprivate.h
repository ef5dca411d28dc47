/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of fsutil share; not for other rooms. */
#ifndef AMR_BASE_FSPRIVATE_H
#define AMR_BASE_FSPRIVATE_H

#include "core/base/fsutil.h"

G_BEGIN_DECLS

typedef enum {
    AMR_FS_WALK_ANY = 0,
    /* every directory must be one that only root and our effective user may change */
    AMR_FS_WALK_TRUSTED = 1 << 0,
    /* a link in the last place is the file that is meant */
    AMR_FS_WALK_KEEP_LINK = 1 << 1,
} AmrFsWalk;

/* Walks @path below @dirfd component by component, never by the kernel's own link following, and
 * never out of @dirfd. On success *@parent_fd (O_PATH) holds the file *@leaf, which may be
 * missing; "." where the path ends in a directory, which @parent_fd then is. */
gboolean amr_fs_walk(int dirfd, const char *path, AmrFsWalk how, int *parent_fd, char **leaf,
                     GError **error);

/* amr_fs_open() with the @mode of a file that is created, before umask. */
int amr_fs_open_mode(int dirfd, const char *path, int flags, mode_t mode, GError **error);

/* A new name of the kind that amr_fs_clean_temporaries() removes; free it. */
char *amr_fs_temporary_name(void);

/* Moves a name of @dir to another, which must be free, as well as the file system can. 0 or an
 * errno value. */
int amr_fs_move(int dir, const char *from, const char *to);

/* Writes all of it or fails; 0 or an errno value. */
int amr_fs_write_all(int fd, const void *data, gsize len);

/* fsync of the directory; file systems that know none (EINVAL) are as good as they get. 0 or an
 * errno value. */
int amr_fs_sync_dir(int dirfd);

G_END_DECLS
#endif
