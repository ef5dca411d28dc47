/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"

/* More than any policy has; a tree of links into itself ends here. */
#define ENTRIES_MAX 200000
#define DEPTH_MAX   32
#define LINKS_MAX   16
#define SLICE_USEC  4000

struct AmrScratch {
    char *path;   /* of the copy, without symbolic links */
    char *policy; /* what it is a copy of */
    int fd;
    int policy_fd;       /* borrowed from the target */
    GHashTable *changed; /* file -> GBytes that it holds, or NULL */
};

/* A directory that is still to be mirrored, relative to the policy; "." is the policy itself. */
typedef struct {
    AmrScratch *scratch;
    GQueue waiting; /* char * */
    char *dir;
    DIR *stream;
    int fd; /* of the copy of dir */
    guint entries;
} Walk;

/* ---- the mirror -------------------------------------------------------------------------------
 */

/* What decides whether a file is loaded, not what it means. */
static gboolean
is_left_out(const char *dir, const char *name)
{
    static const char *const names[] = {"disable", "force-complain", "cache", "cache.d"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(dir, ".") && g_str_equal(name, names[i]))
            return TRUE;
    return FALSE;
}

static char *
join(const char *dir, const char *name)
{
    return g_str_equal(dir, ".") ? g_strdup(name) : g_build_filename(dir, name, NULL);
}

static gboolean
fail(GError **error, int errsv, const char *what, const char *name)
{
    g_autofree char *shown = amr_display_string(name);
    return amr_error_errno(error, errsv, "Copying the policy: %s %s", what, shown);
}

/* Where the symbolic link @name leads, if it is relative and stays in the policy: such a link is
 * one in the copy too, so that what it leads to is the changed file there. NULL for all others. */
static char *
inner_link(const AmrScratch *scratch, const char *name)
{
    char target[PATH_MAX];
    ssize_t len = readlinkat(scratch->policy_fd, name, target, sizeof target - 1);
    if (len <= 0 || target[0] == '/')
        return NULL;
    target[len] = '\0';
    g_autofree char *dir = g_path_get_dirname(name);
    g_autofree char *from = g_build_filename("/", dir, NULL);
    /* As if the policy were the root, where a ".." too many would be lost: so count them. */
    gint depth = 0;
    for (const char *at = from; *at; at++)
        depth += *at == '/' && at[1] && at[1] != '/' && !g_str_has_prefix(at + 1, "./");
    g_auto(GStrv) parts = g_strsplit(target, "/", -1);
    for (guint i = 0; parts[i]; i++) {
        if (g_str_equal(parts[i], ".."))
            depth--;
        else if (*parts[i] && !g_str_equal(parts[i], "."))
            depth++;
        if (depth < 0)
            return NULL;
    }
    return g_strdup(target);
}

/* The entry @leaf of the copied directory @fd, which is @name in the policy, as the policy has it:
 * nothing if it is not there. *dir: it was a directory, made but empty. */
static gboolean
mirror_entry(const AmrScratch *scratch, int fd, const char *leaf, const char *name, gboolean *dir,
             GError **error)
{
    struct stat st;
    *dir = FALSE;
    if (fstatat(scratch->policy_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT || fail(error, errno, "Looking at", name);
    if (S_ISDIR(st.st_mode)) {
        *dir = TRUE;
        if (mkdirat(fd, leaf, 0700) < 0 && errno != EEXIST)
            return fail(error, errno, "Making", name);
        return TRUE;
    }
    g_autofree char *target = S_ISLNK(st.st_mode) ? inner_link(scratch, name) : NULL;
    if (!target)
        target = g_build_filename(scratch->policy, name, NULL);
    if (symlinkat(target, fd, leaf) < 0)
        return fail(error, errno, "Linking", name);
    return TRUE;
}

static void
walk_close(Walk *walk)
{
    g_clear_pointer(&walk->dir, g_free);
    g_clear_pointer(&walk->stream, closedir);
    amr_fs_close_fd(&walk->fd);
    walk->fd = -1;
}

static void
walk_free(gpointer data)
{
    Walk *walk = data;
    walk_close(walk);
    g_queue_clear_full(&walk->waiting, g_free);
    g_clear_pointer(&walk->scratch, amr_scratch_free);
    g_free(walk);
}

/* The next directory; a directory that may not be read stands empty in the copy, as it is for the
 * compiler. */
static gboolean
walk_open(Walk *walk, GError **error)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    walk->dir = g_queue_pop_head(&walk->waiting);
    amr_autofd int fd = openat(walk->scratch->policy_fd, walk->dir, flags);
    if (fd < 0 && !g_str_equal(walk->dir, ".")) {
        walk_close(walk);
        return TRUE;
    }
    if (fd < 0)
        return fail(error, errno, "Opening", walk->scratch->policy);
    walk->fd = openat(walk->scratch->fd, walk->dir, flags);
    if (walk->fd < 0)
        return fail(error, errno, "Opening the copy of", walk->dir);
    walk->stream = fdopendir(fd);
    if (!walk->stream)
        return fail(error, errno, "Reading", walk->dir);
    (void)amr_fs_steal_fd(&fd);
    return TRUE;
}

static guint
depth_of(const char *dir)
{
    guint depth = 0;
    for (; *dir; dir++)
        depth += *dir == '/';
    return depth;
}

static gboolean
walk_step(Walk *walk, GError **error)
{
    gboolean dir;
    if (!walk->stream)
        return walk_open(walk, error);
    const struct dirent *entry = readdir(walk->stream);
    if (!entry) {
        walk_close(walk);
        return TRUE;
    }
    if (g_str_equal(entry->d_name, ".") || g_str_equal(entry->d_name, "..") ||
        is_left_out(walk->dir, entry->d_name))
        return TRUE;
    if (++walk->entries > ENTRIES_MAX || depth_of(walk->dir) > DEPTH_MAX)
        return amr_error_set(error, AMR_ERROR_LIMIT, "Copying the policy: It has no end");
    g_autofree char *name = join(walk->dir, entry->d_name);
    if (!mirror_entry(walk->scratch, walk->fd, entry->d_name, name, &dir, error))
        return FALSE;
    if (dir)
        g_queue_push_tail(&walk->waiting, g_steal_pointer(&name));
    return TRUE;
}

/* One slice: keys must not wait for a large policy. */
static gboolean
on_slice(gpointer data)
{
    GTask *task = data;
    Walk *walk = g_task_get_task_data(task);
    gint64 until = g_get_monotonic_time() + SLICE_USEC;
    GError *error = NULL;
    if (g_task_return_error_if_cancelled(task))
        return G_SOURCE_REMOVE;
    while (walk->stream || walk->waiting.length) {
        if (g_get_monotonic_time() >= until)
            return G_SOURCE_CONTINUE;
        if (!walk_step(walk, &error)) {
            g_task_return_error(task, error);
            return G_SOURCE_REMOVE;
        }
    }
    g_task_return_pointer(task, g_steal_pointer(&walk->scratch), (GDestroyNotify)amr_scratch_free);
    return G_SOURCE_REMOVE;
}

/* ---- made and removed -------------------------------------------------------------------------
 */

static void
unref_bytes(gpointer data)
{
    if (data)
        g_bytes_unref(data);
}

static AmrScratch *
scratch_new(const AmrTarget *target, GError **error)
{
    g_autoptr(AmrScratch) scratch = g_new0(AmrScratch, 1);
    scratch->fd = -1;
    scratch->policy_fd = amr_target_policy_fd(target);
    scratch->policy = g_strdup(amr_target_policy_path(target));
    scratch->changed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_bytes);
    if (scratch->policy_fd < 0) {
        fail(error, ENOENT, "Opening", scratch->policy);
        return NULL;
    }
    g_autofree char *path = amr_fs_make_scratch("armorer-policy", error);
    if (!path)
        return NULL;
    /* $TMPDIR may be a link; the compiler's messages and our own paths must agree. */
    scratch->path = realpath(path, NULL);
    if (!scratch->path)
        scratch->path = g_steal_pointer(&path);
    scratch->fd = open(scratch->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (scratch->fd < 0) {
        fail(error, errno, "Opening", scratch->path);
        return NULL;
    }
    return g_steal_pointer(&scratch);
}

void
amr_scratch_new_async(const AmrTarget *target, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_task_set_source_tag(task, amr_scratch_new_async);
    g_autoptr(GError) error = NULL;
    Walk *walk = g_new0(Walk, 1);
    walk->fd = -1;
    walk->scratch = scratch_new(target, &error);
    g_task_set_task_data(task, walk, walk_free);
    if (!walk->scratch) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    g_queue_push_tail(&walk->waiting, g_strdup("."));
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_callback(source, on_slice, g_steal_pointer(&task), g_object_unref);
    g_source_attach(source, g_main_context_get_thread_default());
}

AmrScratch *
amr_scratch_new_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
amr_scratch_free(AmrScratch *scratch)
{
    if (!scratch)
        return;
    amr_fs_close_fd(&scratch->fd);
    if (scratch->path)
        (void)amr_fs_remove_tree(scratch->path, NULL);
    g_clear_pointer(&scratch->changed, g_hash_table_unref);
    free(scratch->path);
    g_free(scratch->policy);
    g_free(scratch);
}

const char *
amr_scratch_path(const AmrScratch *scratch)
{
    return scratch->path;
}

gboolean
amr_scratch_is_changed(const AmrScratch *scratch, const char *file)
{
    return g_hash_table_contains(scratch->changed, file);
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
amr_scratch_changes(const AmrScratch *scratch)
{
    GPtrArray *names = g_ptr_array_new();
    GHashTableIter iter;
    gpointer name;

    g_hash_table_iter_init(&iter, scratch->changed);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        g_ptr_array_add(names, name);
    g_ptr_array_sort(names, compare_names);
    return names;
}

GBytes *
amr_scratch_bytes(const AmrScratch *scratch, const char *file)
{
    return g_hash_table_lookup(scratch->changed, file);
}

/* ---- changes ----------------------------------------------------------------------------------
 */

static gboolean
refuse(GError **error, const char *file, const char *why)
{
    g_autofree char *shown = amr_display_string(file);
    return amr_error_set(error, AMR_ERROR_REFUSED, "%s: %s", shown, why);
}

static gboolean
is_inner_name(const char *file)
{
    if (!*file || *file == '/')
        return FALSE;
    g_auto(GStrv) parts = g_strsplit(file, "/", -1);
    for (guint i = 0; parts[i]; i++)
        if (!*parts[i] || g_str_equal(parts[i], ".") || g_str_equal(parts[i], ".."))
            return FALSE;
    return TRUE;
}

/* A directory of the copy itself. Where a link leads out of the policy there is none: what opening
 * below the copy as a root finds instead, if anything, is not meant. */
static int
open_own_dir(const AmrScratch *scratch, const char *dir, gboolean make, GError **error)
{
    g_autoptr(GError) local = NULL;
    int fd = -1;
    if (!make || amr_fs_make_dirs(scratch->fd, dir, 0700, &local))
        fd = amr_fs_open(scratch->fd, dir, O_RDONLY | O_DIRECTORY, &local);
    if (fd >= 0)
        return fd;
    if (g_error_matches(local, G_IO_ERROR, G_IO_ERROR_EXISTS) ||
        g_error_matches(local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
        g_error_matches(local, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY) ||
        g_error_matches(local, G_IO_ERROR, G_IO_ERROR_TOO_MANY_LINKS))
        amr_error_set(error, AMR_ERROR_REFUSED, "Its directory is not one of the policy");
    else
        g_propagate_error(error, g_steal_pointer(&local));
    return -1;
}

/*
 * The directory of the copy that holds what @file means, and its name there. Links within the copy
 * are followed, as the writer of the real file follows them; never one that leads out of it: what
 * is written here must not reach the policy.
 */
static int
open_place(const AmrScratch *scratch, const char *file, gboolean make, char **leaf, GError **error)
{
    g_autofree char *name = g_strdup(file);
    gsize root = strlen(scratch->path);
    for (guint links = 0; links < LINKS_MAX; links++) {
        char own[64], target[PATH_MAX];
        g_autofree char *dir = g_path_get_dirname(name);
        g_autofree char *last = g_path_get_basename(name);
        amr_autofd int fd = open_own_dir(scratch, dir, make, error);
        if (fd < 0) {
            g_autofree char *shown = amr_display_string(file);
            g_prefix_error(error, "Copying the policy: %s: ", shown);
            return -1;
        }
        ssize_t len = readlinkat(fd, last, target, sizeof target - 1);
        if (len <= 0 || target[0] == '/') {
            *leaf = g_steal_pointer(&last);
            return amr_fs_steal_fd(&fd);
        }
        target[len] = '\0';
        g_snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
        g_autofree char *physical = g_file_read_link(own, NULL);
        g_autofree char *next = physical ? g_canonicalize_filename(target, physical) : NULL;
        if (!next || !g_str_has_prefix(next, scratch->path) || next[root] != '/')
            break;
        g_free(name);
        name = g_strdup(next + root + 1);
    }
    refuse(error, file, "Its links lead out of the policy");
    return -1;
}

/* Without fsync: the copy need not live longer than we do, and keys wait for this. */
static gboolean
write_bytes(int dirfd, const char *leaf, const char *file, GBytes *bytes, GError **error)
{
    gsize size;
    const char *at = g_bytes_get_data(bytes, &size);
    amr_autofd int fd =
        openat(dirfd, leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, errno, "Making", file);
    while (size) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno != EINTR)
            return fail(error, errno, "Writing", file);
        at += MAX(n, 0);
        size -= (gsize)MAX(n, 0);
    }
    return TRUE;
}

gboolean
amr_scratch_set(AmrScratch *scratch, const char *file, GBytes *bytes, GError **error)
{
    g_autofree char *leaf = NULL;
    if (!is_inner_name(file))
        return refuse(error, file, "Not a file of the policy");
    amr_autofd int fd = open_place(scratch, file, bytes != NULL, &leaf, error);
    if (fd < 0)
        return FALSE;
    g_hash_table_replace(scratch->changed, g_strdup(file), bytes ? g_bytes_ref(bytes) : NULL);
    if (unlinkat(fd, leaf, 0) < 0 && errno != ENOENT)
        return fail(error, errno, "Removing", file);
    return !bytes || write_bytes(fd, leaf, file, bytes, error);
}

/* Directories of the copy that only a change needed. */
static void
remove_made_dirs(const AmrScratch *scratch, const char *file)
{
    g_autofree char *dir = g_path_get_dirname(file);
    struct stat st;
    while (!g_str_equal(dir, ".") && fstatat(scratch->policy_fd, dir, &st, 0) < 0 &&
           unlinkat(scratch->fd, dir, AT_REMOVEDIR) == 0) {
        char *parent = g_path_get_dirname(dir);
        g_free(dir);
        dir = parent;
    }
}

gboolean
amr_scratch_restore(AmrScratch *scratch, const char *file, GError **error)
{
    g_autofree char *leaf = NULL;
    gboolean dir;
    if (!amr_scratch_is_changed(scratch, file))
        return TRUE;
    amr_autofd int fd = open_place(scratch, file, TRUE, &leaf, error);
    if (fd < 0)
        return FALSE;
    char own[64];
    g_snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
    g_autofree char *physical = g_file_read_link(own, NULL);
    gsize root = strlen(scratch->path);
    if (!physical || !g_str_has_prefix(physical, scratch->path))
        return refuse(error, file, "Its directory has gone");
    const char *place = physical[root] ? physical + root + 1 : ".";
    g_autofree char *name = join(place, leaf);
    if (unlinkat(fd, leaf, 0) < 0 && errno != ENOENT)
        return fail(error, errno, "Removing", file);
    if (!mirror_entry(scratch, fd, leaf, name, &dir, error))
        return FALSE;
    remove_made_dirs(scratch, name);
    g_hash_table_remove(scratch->changed, file);
    return TRUE;
}
