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

/* A file that takes a name or gives it up, and one whose rights change: logrotate makes it first,
 * and gives it to its readers then. The directory itself, when it goes: of one that was deleted
 * while a file of it is open nothing is said, but that its files went. */
#define TAKEN          (IN_CREATE | IN_MOVED_TO)
#define GONE           (IN_DELETE | IN_MOVED_FROM)
#define ITSELF         (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)
#define DIRECTORY_MASK (TAKEN | GONE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

enum {
    PLACES = 2,      /* where the name is said, and where it leads */
    SIBLINGS = 1000, /* of one log, at most */
    ABOVE = 64,      /* directories above it */
    TRIES = 4,       /* while others make and remove them */
    LISTINGS = 50,   /* while a log is rotated over and over */
    HEAD = 256
};

/* A directory that is watched for one name. */
typedef struct {
    int watch; /* -1 none */
    char *name;
} Place;

struct AmrFollow {
    AmrWatch *watch;
    AmrOpener *opener;
    AmrOpenPlace place;
    char *directory; /* for the opener */
    Place at[PLACES];
    Place above[ABOVE]; /* while the name is nobody's: what its directory stands in, and so on */
    guint n_above;
};

static void
leave(AmrFollow *follow, Place *place)
{
    amr_watch_remove(follow->watch, place->watch);
    place->watch = -1;
    g_clear_pointer(&place->name, g_free);
}

static void
leave_above(AmrFollow *follow)
{
    for (guint i = 0; i < follow->n_above; i++)
        leave(follow, &follow->above[i]);
    follow->n_above = 0;
}

/* Watches the directory again: it may be another one by now. Returns its descriptor, -1 and @error
 * if there is none. */
static int
watch_directory(AmrFollow *follow, GError **error)
{
    amr_autofd int fd =
        amr_opener_open_dir(follow->opener, follow->place, follow->directory, error);
    const int before = follow->at[0].watch;

    follow->at[0].watch = fd < 0 ? -1 : amr_watch_add(follow->watch, fd, DIRECTORY_MASK, error);
    amr_watch_remove(follow->watch, before);
    if (fd >= 0 && follow->at[0].watch < 0) {
        g_autofree char *shown = amr_display_string(follow->directory);
        g_prefix_error(error, "%s: ", shown);
        return -1;
    }
    return amr_fs_steal_fd(&fd);
}

/* Each directory above it, for the name of the next: which of them is not there yet, and which will
 * go before the rest comes, is not known. */
static void
watch_above(AmrFollow *follow)
{
    g_autofree char *path = g_strdup(follow->directory);

    leave_above(follow);
    while (follow->n_above < ABOVE && !g_str_equal(path, ".") && !g_str_equal(path, "/")) {
        g_autofree char *parent = g_path_get_dirname(path);
        amr_autofd int fd = amr_opener_open_dir(follow->opener, follow->place, parent, NULL);
        const int number = fd < 0 ? -1 : amr_watch_add(follow->watch, fd, DIRECTORY_MASK, NULL);
        if (number >= 0)
            follow->above[follow->n_above++] = (Place){number, g_path_get_basename(path)};
        g_free(path);
        path = g_steal_pointer(&parent);
    }
}

/* Where the name is nobody's, its directory may go too: then all above is watched, until the name
 * is found. */
static void
look_again(AmrFollow *follow)
{
    for (guint i = 0; i < TRIES; i++) {
        const int before = follow->at[0].watch;
        amr_autofd int fd = watch_directory(follow, NULL);
        struct stat status;

        if (fd >= 0 && fstatat(fd, follow->at[0].name, &status, 0) == 0) {
            leave_above(follow);
            return;
        }
        /* What was made between the two looks is seen by the second. */
        if (i > 0 && follow->at[0].watch == before)
            return;
        watch_above(follow);
    }
}

AmrFollow *
amr_follow_new(AmrWatch *watch, AmrOpener *opener, AmrOpenPlace place, const char *name,
               GError **error)
{
    AmrFollow *follow = g_new0(AmrFollow, 1);
    amr_autofd int fd = -1;

    follow->watch = watch;
    follow->opener = opener;
    follow->place = place;
    follow->directory = g_path_get_dirname(name);
    follow->at[0] = (Place){-1, g_path_get_basename(name)};
    follow->at[1].watch = -1;
    fd = watch_directory(follow, error);
    if (fd < 0) {
        amr_follow_free(follow);
        return NULL;
    }
    look_again(follow);
    return follow;
}

void
amr_follow_free(AmrFollow *follow)
{
    if (!follow)
        return;
    for (guint i = 0; i < PLACES; i++)
        leave(follow, &follow->at[i]);
    leave_above(follow);
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

static gboolean
is_of(const Place *place, const AmrWatchEvent *event)
{
    return place->watch == event->watch &&
           (event->name ? g_str_equal(place->name, event->name) : (event->mask & ITSELF) != 0);
}

gboolean
amr_follow_event(AmrFollow *follow, const AmrWatchEvent *event)
{
    gboolean anew = event->watch < 0, is = anew;

    for (guint i = 0; i < PLACES && !is; i++) {
        if (!is_of(&follow->at[i], event))
            continue;
        is = TRUE;
        anew = i == 0 && (event->mask & (GONE | ITSELF) || follow->n_above > 0);
    }
    for (guint i = 0; i < follow->n_above && !is; i++)
        is = anew = is_of(&follow->above[i], event);
    if (anew)
        look_again(follow);
    return is;
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

static gboolean
is_file(const Sibling *sibling, const struct stat *status)
{
    return sibling->device == status->st_dev && sibling->inode == status->st_ino;
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
        if (is_file(sibling, last))
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

/* Whether both say the same names of the same files. Sorted alike they are not, for somebody may
 * write into one meanwhile. */
static gboolean
are_same(const GPtrArray *siblings, const GPtrArray *others)
{
    g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < siblings->len; i++) {
        Sibling *sibling = g_ptr_array_index(siblings, i);
        g_hash_table_insert(by_name, sibling->name, sibling);
    }
    for (guint i = 0; i < others->len; i++) {
        const Sibling *other = g_ptr_array_index(others, i);
        const Sibling *sibling = g_hash_table_lookup(by_name, other->name);
        if (!sibling || sibling->device != other->device || sibling->inode != other->inode)
            return FALSE;
    }
    return siblings->len == others->len;
}

static void
close_one(gpointer data)
{
    amr_fs_close_fd(data);
}

/* Opens those of @siblings between both; what followed @now is the next one's turn. */
static GArray *
open_between(AmrFollow *follow, const GPtrArray *siblings, const struct stat *last,
             const struct stat *now)
{
    GArray *between = g_array_new(FALSE, FALSE, sizeof(int));

    g_array_set_clear_func(between, close_one);
    for (guint i = first_after(siblings, last); i < siblings->len; i++) {
        const Sibling *sibling = g_ptr_array_index(siblings, i);
        amr_autofd int fd = -1;

        if (is_file(sibling, now))
            break;
        fd = amr_opener_open(follow->opener, follow->place, sibling->name, NULL);
        if (fd < 0)
            continue;
        g_array_append_val(between, fd);
        (void)amr_fs_steal_fd(&fd);
    }
    return between;
}

GArray *
amr_follow_between(AmrFollow *follow, int last, int now, AmrFollowKnown known, gconstpointer data)
{
    g_autoptr(GPtrArray) siblings = NULL;
    g_autoptr(GArray) opened = NULL;
    GArray *between = g_array_new(FALSE, FALSE, sizeof(int));
    struct stat before, after;

    if (last < 0 || fstat(last, &before) != 0 || fstat(now, &after) != 0)
        return between;
    siblings = list_siblings(follow);
    /* Renamed meanwhile, a name may be another file's, and a listing leaves files out. */
    for (guint i = 0; i < LISTINGS; i++) {
        g_autoptr(GPtrArray) first = g_steal_pointer(&siblings);

        g_clear_pointer(&opened, g_array_unref);
        opened = open_between(follow, first, &before, &after);
        siblings = list_siblings(follow);
        if (are_same(first, siblings))
            break;
    }
    for (guint i = 0; i < opened->len; i++) {
        int *fd = &g_array_index(opened, int, i);
        if (known(data, *fd) || begin_alike(*fd, last) || begin_alike(*fd, now))
            continue;
        g_array_append_val(between, *fd);
        *fd = -1;
    }
    return between;
}

int
amr_follow_copy(const AmrFollow *follow, const void *tail, gsize size, guint64 offset)
{
    g_autoptr(GPtrArray) siblings = size > 0 ? list_siblings(follow) : NULL;

    for (guint n = 0; siblings && n < LISTINGS; n++) {
        g_autoptr(GPtrArray) first = g_steal_pointer(&siblings);

        for (guint i = first->len; i > 0; i--) {
            const Sibling *sibling = g_ptr_array_index(first, i - 1);
            amr_autofd int fd = amr_opener_open(follow->opener, follow->place, sibling->name, NULL);
            struct stat status;

            if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
                (guint64)status.st_size > offset && reads_as(fd, tail, size, offset - size))
                return amr_fs_steal_fd(&fd);
        }
        siblings = list_siblings(follow);
        if (are_same(first, siblings))
            break;
    }
    return -1;
}
