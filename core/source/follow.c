/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/follow.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"

/* A file that takes a name, and one whose rights change: logrotate makes it first, and gives it to
 * its readers then. */
#define DIRECTORY_MASK (IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR)

enum {
    PLACES = 2,      /* where the name is said, and where it leads */
    SIBLINGS = 1000, /* of one log, at most */
    HEAD = 256
};

struct AmrFollow {
    AmrWatch *watch;
    AmrOpener *opener;
    AmrOpenPlace place;
    char *directory; /* for the opener */
    struct {
        int watch; /* -1 none */
        char *name;
    } at[PLACES];
    guint taken; /* how often the name changed hands */
};

AmrFollow *
amr_follow_new(AmrWatch *watch, AmrOpener *opener, AmrOpenPlace place, const char *name,
               GError **error)
{
    g_autofree char *directory = g_path_get_dirname(name);
    amr_autofd int fd = amr_opener_open_dir(opener, place, directory, error);
    AmrFollow *follow;
    int number;

    if (fd < 0)
        return NULL;
    number = amr_watch_add(watch, fd, DIRECTORY_MASK, error);
    if (number < 0) {
        g_autofree char *shown = amr_display_string(directory);
        g_prefix_error(error, "%s: ", shown);
        return NULL;
    }
    follow = g_new0(AmrFollow, 1);
    follow->watch = watch;
    follow->opener = opener;
    follow->place = place;
    follow->directory = g_steal_pointer(&directory);
    follow->at[0].watch = number;
    follow->at[0].name = g_path_get_basename(name);
    follow->at[1].watch = -1;
    return follow;
}

void
amr_follow_free(AmrFollow *follow)
{
    if (!follow)
        return;
    for (guint i = 0; i < PLACES; i++) {
        amr_watch_remove(follow->watch, follow->at[i].watch);
        g_free(follow->at[i].name);
    }
    g_free(follow->directory);
    g_free(follow);
}

void
amr_follow_found(AmrFollow *follow, int fd)
{
    g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
    g_autofree char *path = g_file_read_link(link, NULL);
    g_autofree char *directory = NULL;
    int number;

    if (!path || path[0] != '/')
        return;
    directory = g_path_get_dirname(path);
    number = amr_watch_add_path(follow->watch, directory, DIRECTORY_MASK, NULL);
    amr_watch_remove(follow->watch, follow->at[1].watch);
    g_free(follow->at[1].name);
    follow->at[1].watch = number;
    follow->at[1].name = g_path_get_basename(path);
}

gboolean
amr_follow_event(AmrFollow *follow, const AmrWatchEvent *event)
{
    if (event->watch < 0) {
        follow->taken += 2;
        return TRUE;
    }
    for (guint i = 0; i < PLACES; i++) {
        if (follow->at[i].watch != event->watch || !event->name ||
            !g_str_equal(follow->at[i].name, event->name))
            continue;
        if (event->mask & (IN_CREATE | IN_MOVED_TO))
            follow->taken++;
        return TRUE;
    }
    return FALSE;
}

/* ---- what rotation made of it ---------------------------------------------------------------- */

typedef struct {
    char *name;
    guint64 number; /* behind the dot: the higher, the older */
    struct timespec written;
    dev_t device;
    ino_t inode;
} Sibling;

static void
free_sibling(gpointer data)
{
    Sibling *sibling = data;
    g_free(sibling->name);
    g_free(sibling);
}

/* kern.log.1, kern.log-20261127, kern.log-20261127-1800: nothing that a person would call a copy.
 */
static gboolean
is_rotated(const char *base, const char *name, guint64 *number)
{
    const gsize len = strlen(base);

    if (strncmp(name, base, len) != 0 || (name[len] != '.' && name[len] != '-') ||
        !g_ascii_isdigit(name[len + 1]) || name[len + 1 + strspn(name + len + 1, "0123456789-")])
        return FALSE;
    *number = name[len] == '.' ? g_ascii_strtoull(name + len + 1, NULL, 10) : 0;
    return TRUE;
}

/* By when they were last written, the oldest first; within one tick of the file system's clock by
 * their names. */
static gint
compare(gconstpointer a, gconstpointer b)
{
    const Sibling *one = *(const Sibling *const *)a, *other = *(const Sibling *const *)b;

    if (one->written.tv_sec != other->written.tv_sec)
        return one->written.tv_sec < other->written.tv_sec ? -1 : 1;
    if (one->written.tv_nsec != other->written.tv_nsec)
        return one->written.tv_nsec < other->written.tv_nsec ? -1 : 1;
    if (one->number != other->number)
        return one->number > other->number ? -1 : 1;
    return strcmp(one->name, other->name);
}

/* What rotation left beside the log, the oldest first. */
static GPtrArray *
list_siblings(const AmrFollow *follow)
{
    GPtrArray *siblings = g_ptr_array_new_with_free_func(free_sibling);
    int fd = amr_opener_open_dir(follow->opener, follow->place, follow->directory, NULL);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (!dir) {
        amr_fs_close_fd(&fd);
        return siblings;
    }
    while (siblings->len < SIBLINGS && (entry = readdir(dir)) != NULL) {
        struct stat status;
        guint64 number;
        Sibling *sibling;

        if (!is_rotated(follow->at[0].name, entry->d_name, &number) ||
            fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(status.st_mode))
            continue;
        sibling = g_new0(Sibling, 1);
        sibling->name = g_build_filename(follow->directory, entry->d_name, NULL);
        sibling->number = number;
        sibling->written = status.st_mtim;
        sibling->device = status.st_dev;
        sibling->inode = status.st_ino;
        g_ptr_array_add(siblings, sibling);
    }
    (void)closedir(dir);
    g_ptr_array_sort(siblings, compare);
    return siblings;
}

/* Where those begin that were written after @last: behind its own place, or where it is not among
 * them any more (deleted, renamed otherwise), by the time alone. */
static guint
first_after(const GPtrArray *siblings, const struct stat *last)
{
    const Sibling limit = {.name = (char *)"", .written = last->st_mtim, .number = G_MAXUINT64};
    const Sibling *end = &limit;
    guint after = siblings->len;

    for (guint i = 0; i < siblings->len; i++) {
        const Sibling *sibling = g_ptr_array_index(siblings, i);
        if (sibling->device == last->st_dev && sibling->inode == last->st_ino)
            return i + 1;
        if (after == siblings->len && compare(&sibling, &end) > 0)
            after = i;
    }
    return after;
}

static gboolean
reads_as(int fd, const void *bytes, gsize size, guint64 offset)
{
    char read[HEAD];

    g_assert(size <= sizeof read);
    return pread(fd, read, size, (off_t)offset) == (ssize_t)size && memcmp(read, bytes, size) == 0;
}

/* Whether both begin alike: one is a copy of the other. */
static gboolean
begin_alike(int one, int other)
{
    char head[HEAD];
    const ssize_t size = pread(one, head, sizeof head, 0);
    return size > 0 && reads_as(other, head, (gsize)size, 0);
}

GArray *
amr_follow_between(AmrFollow *follow, int last, int now, AmrFollowKnown known, gconstpointer data)
{
    GArray *between = g_array_new(FALSE, FALSE, sizeof(int));
    const gboolean often = follow->taken > 1;
    g_autoptr(GPtrArray) siblings = NULL;
    struct stat status;

    follow->taken = 0;
    if (!often || last < 0 || fstat(last, &status) != 0)
        return between;
    siblings = list_siblings(follow);
    for (guint i = first_after(siblings, &status); i < siblings->len; i++) {
        const Sibling *sibling = g_ptr_array_index(siblings, i);
        amr_autofd int fd = amr_opener_open(follow->opener, follow->place, sibling->name, NULL);
        if (fd < 0 || known(data, fd) || begin_alike(fd, last) || begin_alike(fd, now))
            continue;
        g_array_append_val(between, fd);
        (void)amr_fs_steal_fd(&fd);
    }
    return between;
}

int
amr_follow_copy(const AmrFollow *follow, const void *tail, gsize size, guint64 offset)
{
    g_autoptr(GPtrArray) siblings = NULL;

    if (size == 0)
        return -1;
    siblings = list_siblings(follow);
    for (guint i = siblings->len; i > 0; i--) {
        const Sibling *sibling = g_ptr_array_index(siblings, i - 1);
        amr_autofd int fd = amr_opener_open(follow->opener, follow->place, sibling->name, NULL);
        struct stat status;

        if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
            (guint64)status.st_size > offset && reads_as(fd, tail, size, offset - size))
            return amr_fs_steal_fd(&fd);
    }
    return -1;
}
