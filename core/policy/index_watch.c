/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/index_watch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "core/base/fsutil.h"
#include "core/base/watch.h"
#include "core/policy/index_private.h"

#define PLACES_MAX 8192 /* directories, and files that are links */

#define MASK                                                                            \
    (IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | \
     IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF)

struct AmrIndexWatch {
    const AmrTarget *target;
    const AmrIndex *index;
    AmrSettle *settle;
    AmrWatch *watch;
    GHashTable *names;   /* number -> GPtrArray of the names of what it watches; "" is the policy */
    GHashTable *places;  /* names of directories in which something is looked for -> their inode as
                            it was taken, 0: not there */
    GHashTable *pending; /* names that something happened to */
    GError *error;
    gboolean overflowed;
};

void
amr_index_stamp(const AmrIndex *index, IndexFile *file, const struct stat *st)
{
    amr_autofd int self = amr_index_open(index, file->name, O_PATH | O_NOFOLLOW, NULL);
    struct stat own;

    file->inode = st->st_ino;
    file->changed = st->st_ctim;
    file->link = self >= 0 && fstat(self, &own) == 0 && S_ISLNK(own.st_mode);
}

/* ---- what differs --------------------------------------------------------------------------- */

static char *
join(const char *dir, const char *leaf)
{
    return dir[0] ? g_strconcat(dir, "/", leaf, NULL) : g_strdup(leaf);
}

/* "" for a name at the top of the policy. */
static char *
place_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    if (!slash)
        return g_strdup("");
    return slash == name ? g_strdup("/") : g_strndup(name, (gsize)(slash - name));
}

static gboolean
is_switch(const char *dir)
{
    return strcmp(dir, "disable") == 0 || strcmp(dir, "force-complain") == 0;
}

/* Whether what happens to @name may matter to who read the index. */
static gboolean
matters(const AmrIndexWatch *watch, const char *name)
{
    g_autofree char *dir = place_of(name);
    const char *leaf = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    const IndexFile *holder;

    if (!watch->index || amr_index_known(watch->index, name) ||
        g_hash_table_contains(watch->places, name) || is_switch(dir))
        return TRUE;
    holder = amr_index_known(watch->index, dir);
    return (dir[0] == '\0' || (holder && holder->entries)) && amr_index_takes(leaf);
}

/* Whether its bytes, or whether it is there, are others than were read. */
static gboolean
file_differs(const AmrIndex *index, const IndexFile *file)
{
    g_autoptr(GError) error = NULL;
    amr_autofd int fd = amr_index_open(index, file->name, O_RDONLY, &error);
    g_autoptr(GBytes) bytes = NULL;
    struct stat st;

    if (fd < 0)
        return file->exists != !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
               file->bytes;
    if (!file->exists || fstat(fd, &st) != 0)
        return TRUE;
    if (S_ISDIR(st.st_mode)) /* who stands in it is told by name; here it is another directory */
        return !file->entries || file->inode != st.st_ino;
    bytes = amr_fs_read_fd(fd, AMR_FS_POLICY_MAX, NULL);
    return bytes && file->bytes ? !g_bytes_equal(bytes, file->bytes) : bytes || file->bytes;
}

gboolean
amr_index_is_as_read(const AmrIndex *index, const char *name)
{
    const IndexFile *file = amr_index_known(index, name);
    struct stat st;

    if (!file || file_differs(index, file))
        return FALSE;
    if (!file->entries)
        return TRUE;
    amr_autofd int fd = amr_index_open(index, name, O_PATH, NULL);
    return fd >= 0 && fstat(fd, &st) == 0 && st.st_ctim.tv_sec == file->changed.tv_sec &&
           st.st_ctim.tv_nsec == file->changed.tv_nsec;
}

gboolean
amr_index_holds_reader(const AmrIndex *index, const char *name)
{
    const IndexFile *file = amr_index_known(index, name);
    struct stat st;

    if (file && file->bytes)
        return FALSE;
    amr_autofd int fd = amr_index_open(index, name, O_PATH, NULL);
    return fd >= 0 && fstat(fd, &st) == 0 &&
           (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || S_ISCHR(st.st_mode) ||
            S_ISBLK(st.st_mode));
}

static gboolean
is_there(const AmrIndex *index, const char *name)
{
    amr_autofd int fd = amr_index_open(index, name, O_PATH, NULL);
    return fd >= 0;
}

/* 0: it is not there. */
static gsize
inode_of(const AmrIndex *index, const char *name)
{
    amr_autofd int fd = amr_index_open(index, name[0] ? name : ".", O_PATH, NULL);
    struct stat st;

    return fd >= 0 && fstat(fd, &st) == 0 ? (gsize)st.st_ino : 0;
}

/* As the parser takes it from the policy: no link to nothing, no room of the policy. */
static gboolean
is_profile(const AmrIndex *index, const char *name)
{
    amr_autofd int fd = amr_index_open(index, name, O_PATH, NULL);
    struct stat st;

    return fd >= 0 && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* Whether a profile is switched by a link that was not there, or is not any more. */
static gboolean
switch_differs(const AmrIndex *index, const char *dir, const char *name)
{
    const IndexFile *file = amr_index_known(index, name + strlen(dir) + 1);
    /* The link need not lead anywhere. */
    amr_autofd int fd = amr_index_open(index, name, O_PATH | O_NOFOLLOW, NULL);

    if (!file || !file->root)
        return FALSE;
    return (fd >= 0) != (dir[0] == 'd' ? file->disabled : file->force_complain);
}

static gboolean
differs(const AmrIndexWatch *watch, const char *name)
{
    const AmrIndex *index = watch->index;
    g_autofree char *dir = place_of(name);
    const IndexFile *file, *holder;
    gpointer inode;

    if (!index)
        return TRUE;
    if (is_switch(dir))
        return switch_differs(index, dir, name);
    file = amr_index_known(index, name);
    holder = amr_index_known(index, dir);
    if (holder && holder->entries && amr_index_takes(strrchr(name, '/') + 1) &&
        is_there(index, name) != (file && g_ptr_array_find(holder->entries, (gpointer)file, NULL)))
        return TRUE;
    if (file)
        return file_differs(index, file);
    if (g_hash_table_lookup_extended(watch->places, name, NULL, &inode)) /* on the way to a file */
        return inode != GSIZE_TO_POINTER(inode_of(index, name));
    return dir[0] == '\0' && is_profile(index, name);
}

/* ---- news ----------------------------------------------------------------------------------- */

/* Drops what is as it was read; TRUE if something is not. */
static gboolean
is_outdated(AmrIndexWatch *watch)
{
    GHashTableIter iter;
    gpointer name;

    if (watch->overflowed)
        return TRUE;
    g_hash_table_iter_init(&iter, watch->pending);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (differs(watch, name))
            return TRUE;
        g_hash_table_iter_remove(&iter);
    }
    return FALSE;
}

static void
look(AmrIndexWatch *watch)
{
    if (amr_settle_is_held(watch->settle) ||
        (g_hash_table_size(watch->pending) == 0 && !watch->overflowed))
        return;
    if (amr_settle_is_begun(watch->settle) || is_outdated(watch))
        amr_settle_happen(watch->settle);
}

static void
on_event(gpointer data, const AmrWatchEvent *event)
{
    AmrIndexWatch *watch = data;
    const GPtrArray *names = g_hash_table_lookup(watch->names, GINT_TO_POINTER(event->watch));

    if (event->watch < 0)
        watch->overflowed = TRUE;
    if (event->mask & IN_IGNORED) /* its end was told before */
        return;
    for (guint i = 0; names && i < names->len; i++) {
        g_autofree char *name =
            event->name ? join(names->pdata[i], event->name) : g_strdup(names->pdata[i]);
        if (matters(watch, name))
            g_hash_table_add(watch->pending, g_steal_pointer(&name));
    }
}

static void
on_events_end(gpointer data)
{
    look(data);
}

/* ---- what is watched ------------------------------------------------------------------------ */

static void
names_free(gpointer data)
{
    g_ptr_array_unref(data);
}

static GHashTable *
names_new(void)
{
    return g_hash_table_new_full(NULL, NULL, NULL, names_free);
}

AmrIndexWatch *
amr_index_watch_new(const AmrTarget *target, AmrNewsSink sink, gpointer data)
{
    AmrIndexWatch *watch = g_new0(AmrIndexWatch, 1);
    watch->target = target;
    watch->settle = amr_settle_new(sink, data);
    watch->watch = amr_watch_new(on_event, on_events_end, watch);
    watch->names = names_new();
    watch->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    watch->pending = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return watch;
}

void
amr_index_watch_free(AmrIndexWatch *watch)
{
    if (!watch)
        return;
    amr_settle_free(watch->settle);
    amr_watch_free(watch->watch);
    g_hash_table_unref(watch->names);
    g_hash_table_unref(watch->places);
    g_hash_table_unref(watch->pending);
    g_clear_error(&watch->error);
    g_free(watch);
}

void
amr_index_watch_hold(AmrIndexWatch *watch)
{
    amr_settle_hold(watch->settle);
}

/* What @name stands in, up to the top of the policy; outside of it only as far as it is not there:
 * directories like /var are busy with other things. */
static void
add_place(AmrIndexWatch *watch, const char *name)
{
    while (g_hash_table_size(watch->places) < PLACES_MAX) {
        char *dir = place_of(name);

        if (g_hash_table_contains(watch->places, dir)) {
            g_free(dir);
            return;
        }
        g_hash_table_insert(watch->places, dir, GSIZE_TO_POINTER(inode_of(watch->index, dir)));
        if (dir[0] == '\0' || strcmp(dir, "/") == 0 ||
            (dir[0] == '/' && inode_of(watch->index, dir) != 0))
            return;
        name = dir;
    }
}

/* Adds what @name leads to. TRUE if it was not watched before. */
static gboolean
add_watch(AmrIndexWatch *watch, GHashTable *before, const char *name)
{
    g_autoptr(GError) error = NULL;
    amr_autofd int fd = amr_index_open(watch->index, name[0] ? name : ".", O_PATH, NULL);
    GPtrArray *names;
    int number;

    if (fd < 0)
        return FALSE;
    number = amr_watch_add(watch->watch, fd, MASK, &error);
    if (number < 0) {
        if (!watch->error)
            watch->error = g_steal_pointer(&error);
        return FALSE;
    }
    names = g_hash_table_lookup(watch->names, GINT_TO_POINTER(number));
    if (!names) {
        names = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(watch->names, GINT_TO_POINTER(number), names);
    } else { /* the same by two names: one watch */
        amr_watch_remove(watch->watch, number);
    }
    g_ptr_array_add(names, g_strdup(name));
    return !g_hash_table_contains(before, GINT_TO_POINTER(number));
}

/* A file that is a link is watched where it leads, too. What changed after it was read and before
 * it was watched is seen by its stamp. */
static void
look_at_file(AmrIndexWatch *watch, GHashTable *before, GHashTable *fresh, const IndexFile *file)
{
    g_autofree char *dir = place_of(file->name);
    gboolean unwatched = g_hash_table_contains(fresh, dir);
    amr_autofd int fd = -1;
    struct stat st;

    if (!unwatched && !file->link)
        return;
    if (file->link && g_hash_table_size(watch->names) < PLACES_MAX)
        unwatched = add_watch(watch, before, file->name) || unwatched;
    if (!unwatched)
        return;
    fd = amr_index_open(watch->index, file->name, O_PATH, NULL);
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (file->exists)
            g_hash_table_add(watch->pending, g_strdup(file->name));
    } else if (!file->exists || st.st_ino != file->inode ||
               memcmp(&st.st_ctim, &file->changed, sizeof st.st_ctim) != 0) {
        g_hash_table_add(watch->pending, g_strdup(file->name));
    }
}

static void
watch_places(AmrIndexWatch *watch, gboolean all)
{
    g_autoptr(GHashTable) before = watch->names;
    g_autoptr(GHashTable) fresh = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTableIter iter;
    gpointer key, value;

    watch->names = names_new();
    g_hash_table_remove_all(watch->places);
    g_hash_table_iter_init(&iter, watch->index->files);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        add_place(watch, key);
    add_place(watch, "disable/x");
    add_place(watch, "force-complain/x");
    g_hash_table_iter_init(&iter, watch->places);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (add_watch(watch, before, key) || all)
            g_hash_table_add(fresh, key);
    g_hash_table_iter_init(&iter, watch->index->files);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        look_at_file(watch, before, fresh, value);
    g_hash_table_iter_init(&iter, before);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        amr_watch_remove(watch->watch, GPOINTER_TO_INT(key));
}

void
amr_index_watch_release(AmrIndexWatch *watch)
{
    amr_settle_release(watch->settle);
    look(watch);
}

void
amr_index_watch_take(AmrIndexWatch *watch, const AmrIndex *index)
{
    const gboolean all = watch->overflowed;

    watch->index = index;
    watch->overflowed = FALSE;
    amr_settle_take(watch->settle);
    g_clear_error(&watch->error);
    if (index)
        watch_places(watch, all);
    else
        g_hash_table_remove_all(watch->pending);
    look(watch);
}

gboolean
amr_index_watch_is_outdated(const AmrIndexWatch *watch)
{
    return amr_settle_is_outdated(watch->settle);
}

const GError *
amr_index_watch_error(const AmrIndexWatch *watch)
{
    return watch->error;
}
