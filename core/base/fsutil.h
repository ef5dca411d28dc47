/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files below directory descriptors: bounded reads, trusted resolution, atomic replacement, locks.
 * Error messages are a path of what was done: "Writing local/curl: Renaming: Permission denied";
 * names in them are in display form.
 */
#ifndef AMR_BASE_FSUTIL_H
#define AMR_BASE_FSUTIL_H

#include <gio/gio.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/* A file of policy is never larger than this; a larger one is refused (AMR_ERROR_LIMIT). */
#define AMR_FS_POLICY_MAX (1024 * 1024)

/* A descriptor closed at the end of its scope: `amr_autofd int fd = -1;`; one that is only held, as
 * a lock is, counts as used. */
void amr_fs_close_fd(int *fd);
#define amr_autofd __attribute__((cleanup(amr_fs_close_fd), unused))
int amr_fs_steal_fd(int *fd);

/* First of all in a program: a closed standard descriptor would be taken by the next file that is
 * opened, and what is printed would go there. Such a one is opened so that it fails: what is closed
 * can neither be read nor written. FALSE: it cannot be. */
gboolean amr_fs_hold_standard(void);

/* Opens @path below @dirfd by openat2(RESOLVE_IN_ROOT): ".." and absolute symbolic links stay
 * below @dirfd, a leading slash means @dirfd itself. O_CLOEXEC is added; with O_CREAT the mode is
 * 0644 before umask. -1 and @error (a GIOError as errno said) on failure. */
int amr_fs_open(int dirfd, const char *path, int flags, GError **error);

/* The bytes of a regular file below @dirfd; never blocks on a FIFO (AMR_ERROR_REFUSED for what is
 * not a regular file), never reads more than @max bytes (AMR_ERROR_LIMIT). */
GBytes *amr_fs_read(int dirfd, const char *path, gsize max, GError **error);
/* The same from an open descriptor, from its start; special files of /proc and securityfs too. */
GBytes *amr_fs_read_fd(int fd, gsize max, GError **error);

/* SHA-256 in lower case hex; "absent" for NULL. */
char *amr_fs_digest(GBytes *bytes);

/* Resolves @path below @dirfd to the directory that holds the real file and the file's name there,
 * following symbolic links only as a writer may: every directory on the way and the file itself
 * belong to root or to our own effective user and nobody else may write them (a sticky directory
 * does not help). @dirfd itself is on the way; ".." and absolute links stay below it, as for
 * amr_fs_open(); at most 40 links. The file need not exist; its directory must. Fails with
 * AMR_ERROR_REFUSED and says which part; also for FIFO, socket, device, directory, hard-linked file
 * (nlink > 1). */
gboolean amr_fs_resolve_trusted(int dirfd, const char *path, int *parent_fd, char **leaf,
                                GError **error);

/* Replaces the file @path (resolved as above) in one step.
 *   @before  what it must hold now; NULL: it must not exist
 *   @after   what it will hold; NULL: it is removed
 * The new bytes are written to a temporary file whose name begins with a dot, in the same
 * directory, with owner, mode and extended attributes of the old one (a new file: our effective
 * owner, 0644 whatever the umask), fsync, then renameat2(RENAME_EXCHANGE); if the file displaced is
 * not @before it is exchanged back and the error is AMR_ERROR_CHANGED_UNDERNEATH. A new file by
 * RENAME_NOREPLACE. Then fsync of the directory. The time stamp is always fresh, and later than the
 * one that the old file had. Where the file system knows no exchange (EINVAL), it falls back to
 * compare and rename. On any error the file is as it was and no temporary file is left. */
gboolean amr_fs_replace(int dirfd, const char *path, GBytes *before, GBytes *after, GError **error);
/* What the symbolic link @path, itself not followed, says; *to is NULL where nothing is there.
 * AMR_ERROR_REFUSED for what is no link. */
gboolean amr_fs_read_link(int dirfd, const char *path, GBytes **to, GError **error);
/* Makes (@before is NULL) or takes away (@after is NULL) the symbolic link @path in one step: by a
 * temporary name beside it, then the directory's fsync. @before and @after are what it says; the
 * directory is resolved as for amr_fs_replace(). CHANGED_UNDERNEATH, and nothing done, where
 * something else is there. */
gboolean amr_fs_replace_link(int dirfd, const char *path, GBytes *before, GBytes *after,
                             GError **error);
/* Removes temporary files and links of the two above that a crash left in the directory @path. Only
 * with the lock held. */
gboolean amr_fs_clean_temporaries(int dirfd, const char *path, GError **error);

/* Appends @bytes (whole lines) to @path with O_APPEND and fsync; created with @mode. If the last
 * byte is not a newline (a torn line of a crash), a newline goes first. */
gboolean amr_fs_append(int dirfd, const char *path, GBytes *bytes, mode_t mode, GError **error);

/* Writes a new file with @mode, fsync; fails if it exists (G_IO_ERROR_EXISTS). */
gboolean amr_fs_create(int dirfd, const char *path, GBytes *bytes, mode_t mode, GError **error);

/* mkdir -p below @dirfd; existing ones are kept as they are. */
gboolean amr_fs_make_dirs(int dirfd, const char *path, mode_t mode, GError **error);

/* An exclusive lock on @path (created 0600), without waiting: AMR_ERROR_BUSY if another holds it.
 * Returns a descriptor; closing it lets the lock go. */
int amr_fs_lock(int dirfd, const char *path, GError **error);

/* A new private directory (0700) below $TMPDIR or /tmp; its absolute path. */
char *amr_fs_make_scratch(const char *prefix, GError **error);
/* Removes a tree of our own making; symbolic links are not followed. */
gboolean amr_fs_remove_tree(const char *path, GError **error);

/* Whether only root and our own effective user may change what @st describes. */
gboolean amr_fs_is_trusted(const struct stat *st);

G_END_DECLS
#endif
