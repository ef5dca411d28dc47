/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The walk itself, in a thread. Directories that wait are kept by their paths, so that no depth
 * runs out of descriptors; each is opened from the root in one step that follows no link.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/policy/breadth_walk.h"

#define MADE_UP_MAX 100000u /* names of one file system that the kernel makes up */
#define PATH_BYTES  4095    /* longer names cannot be opened by path: PATH_MAX */
#define PENDING_MAX 400000u /* directories that wait */
#define ENTRIES     1024u   /* of a directory, between looks at the clock */
#define TELL_USEC   100000
#define BULK        5000u /* files, that are much */

/* What may be written to a symbolic link itself; all else is done to what it leads to. */
#define LINK_RIGHTS (AMR_K_WRITE | AMR_K_CREATE | AMR_K_DELETE | AMR_K_LINK)

/* A part of the tree that is counted by itself. */
typedef struct {
    AmrBreadthMount mount; /* borrowed */
    guint looked;
} Area;

typedef struct {
    Area *area;
    gsize len;
    char *path; /* "/usr/bin"; "" for the root */
    AmrBreadthState states[];
} Pending;

static void
count(AmrBreadthWalk *walk, guint looked)
{
    gint64 now = g_get_monotonic_time();

    g_mutex_lock(&walk->lock);
    walk->looked += looked;
    g_mutex_unlock(&walk->lock);
    if (now - walk->told < TELL_USEC || !walk->tell)
        return;
    walk->told = now;
    walk->tell(walk->tell_data);
}

static gboolean
is_over(const AmrBreadthWalk *walk)
{
    return g_get_monotonic_time() > walk->deadline;
}

/* ---- one name -------------------------------------------------------------------------------- */

/* The last part of walk->path, of the directory @fd. */
typedef struct {
    int fd;
    const char *name;
    guint8 type; /* DT_* */
    gboolean on_disk;
    AmrSensitiveKind kind; /* once it was looked for */
    gboolean looked;
} Name;

static AmrSensitiveKind
kind_of(const AmrBreadthWalk *walk, Name *name, guint32 bits)
{
    struct stat info;

    if (name->looked)
        return name->kind;
    switch (name->type) {
    case DT_SOCK:
        return AMR_SENSITIVE_SOCKET;
    case DT_FIFO:
        return AMR_SENSITIVE_FIFO;
    case DT_CHR:
    case DT_BLK:
        return AMR_SENSITIVE_DEVICE;
    case DT_REG:
        break;
    default:
        return AMR_SENSITIVE_ANY;
    }
    if (!name->on_disk || !(bits & (AMR_K_EXEC | AMR_K_WRITE | AMR_K_APPEND)) || !walk->matcher ||
        !amr_sensitive_asks_setuid(walk->matcher))
        return AMR_SENSITIVE_ANY;
    name->looked = TRUE;
    if (fstatat(name->fd, name->name, &info, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == 0 &&
        (info.st_mode & (S_ISUID | S_ISGID)))
        name->kind = AMR_SENSITIVE_SETUID;
    return name->kind;
}

static void
find(AmrBreadthWalk *walk, AmrBreadthWalkLane *lane, Name *name, AmrBreadthGain gain)
{
    guint32 bits = gain.own | gain.other;
    guint32 rights = amr_perms_from_kernel(bits);
    AmrBytes path = {walk->path->str, walk->path->len};
    const char *why = NULL;

    if (lane->denied && g_hash_table_contains(lane->denied, walk->path->str))
        return;
    AmrSensitiveKind kind = kind_of(walk, name, bits);
    int rank = walk->matcher ? amr_sensitive_match(walk->matcher, path, kind, rights, &why) : -1;
    g_mutex_lock(&walk->lock);
    amr_breadth_add(lane->found, path, rights, gain.other == 0, rank, why);
    g_mutex_unlock(&walk->lock);
}

/* Looks at walk->path in all lanes; @from: where its directory stands, @to: where it stands itself.
 * Whether a longer name can be opened. */
static gboolean
look(AmrBreadthWalk *walk, Name *name, const AmrBreadthState *from, AmrBreadthState *to)
{
    gsize len = strlen(name->name);
    gboolean directory = name->type == DT_DIR, below = FALSE;

    for (guint i = 0; i < walk->n; i++) {
        AmrBreadthWalkLane *lane = &walk->lanes[i];
        to[i] = amr_breadth_machine_step(lane->machine, from[i], name->name, len);
        if (directory)
            to[i] = amr_breadth_machine_step(lane->machine, to[i], "/", 1);
        if (!to[i].rules)
            continue;
        AmrBreadthGain gain = amr_breadth_machine_gain(lane->machine, to[i]);
        if (name->type == DT_LNK) {
            gain.own &= LINK_RIGHTS;
            gain.other &= LINK_RIGHTS;
        }
        if (gain.own || gain.other)
            find(walk, lane, name, gain);
        if (!gain.below)
            to[i] = (AmrBreadthState){0};
        below = below || gain.below;
    }
    return directory && below;
}

/* ---- directories ----------------------------------------------------------------------------- */

static Area *
area_for(AmrBreadthWalk *walk, const AmrBreadthMount *mount)
{
    Area *area = g_new0(Area, 1);
    area->mount = *mount;
    g_ptr_array_add(walk->areas, area);
    return area;
}

static void
put_off(AmrBreadthWalk *walk, GPtrArray *list, Area *area, const char *path,
        const AmrBreadthState *states)
{
    gsize size = sizeof(Pending) + walk->n * sizeof *states, len = strlen(path);
    Pending *pending = g_malloc(size + len + 1);

    pending->area = area;
    pending->len = len;
    pending->path = (char *)pending + size;
    memcpy(pending->states, states, walk->n * sizeof *states);
    memcpy(pending->path, path, len + 1);
    g_ptr_array_add(list, pending);
    walk->n_pending++;
}

/* How many rules wait for it that do not open much already. */
static guint
waiting(const AmrBreadthWalk *walk, const AmrBreadthState *states)
{
    guint n = 0;

    for (guint i = 0; i < walk->n; i++)
        n += states[i].rules && walk->lanes[i].found->files < BULK;
    return n;
}

/* walk->path is a directory to be walked, or not. */
static void
enter(AmrBreadthWalk *walk, Area *area, const AmrBreadthState *states)
{
    const char *path = walk->path->str;
    const AmrBreadthMount *mount = g_hash_table_lookup(walk->mounts, path);

    if (mount && mount->kind == AMR_BREADTH_NEVER) {
        amr_breadth_walk_leave(walk, path, states, "autofs, which looking would mount things in");
        return;
    }
    if (mount)
        area = area_for(walk, mount);
    GPtrArray *list = area->mount.kind == AMR_BREADTH_MAY_HANG
                          ? walk->last
                          : walk->pending[waiting(walk, states)];
    if (walk->n_pending >= PENDING_MAX)
        amr_breadth_walk_leave(walk, path, states, "too many directories");
    else
        put_off(walk, list, area, path, states);
}

static guint8
type_of(int fd, const struct dirent *entry)
{
    struct stat info;

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type;
    if (fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) != 0)
        return DT_UNKNOWN;
    return (guint8)IFTODT(info.st_mode);
}

/* The next entry of a directory. */
static void
take_entry(AmrBreadthWalk *walk, int fd, const Pending *pending, const struct dirent *entry,
           AmrBreadthState *states)
{
    Name name = {.fd = fd,
                 .name = entry->d_name,
                 .type = type_of(fd, entry),
                 .on_disk = pending->area->mount.kind == AMR_BREADTH_ON_DISK};

    g_string_truncate(walk->path, pending->len);
    g_string_append_c(walk->path, '/');
    g_string_append(walk->path, entry->d_name);
    if (walk->path->len > PATH_BYTES)
        return;
    if (name.type == DT_DIR)
        g_string_append_c(walk->path, '/');
    if (!look(walk, &name, pending->states, states))
        return;
    g_string_truncate(walk->path, walk->path->len - 1);
    enter(walk, pending->area, states);
}

/* FALSE where the area has had its share. */
static gboolean
may_go_on(AmrBreadthWalk *walk, Pending *pending, const char *path)
{
    Area *area = pending->area;

    if (area->mount.kind != AMR_BREADTH_MADE_UP || area->looked < MADE_UP_MAX)
        return TRUE;
    if (area->looked++ == MADE_UP_MAX) {
        g_autofree char *why =
            g_strdup_printf("only %u names of %s", MADE_UP_MAX, area->mount.fstype);
        g_autofree char *shown = amr_display_string(why);
        amr_breadth_walk_leave(walk, *area->mount.path ? area->mount.path : path, pending->states,
                               shown);
    }
    return FALSE;
}

static int
open_at(const AmrBreadthWalk *walk, const char *path)
{
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    return (int)syscall(SYS_openat2, walk->root_fd, *path ? path + 1 : ".", &how, sizeof how);
}

static void
set_at(AmrBreadthWalk *walk, const char *path)
{
    char *copy = g_strdup(path), *old;

    g_mutex_lock(&walk->lock);
    old = walk->at;
    walk->at = copy;
    g_mutex_unlock(&walk->lock);
    g_free(old);
}

static gboolean
read_entries(AmrBreadthWalk *walk, DIR *dir, Pending *pending)
{
    g_autofree AmrBreadthState *states = g_new(AmrBreadthState, walk->n);
    const struct dirent *entry;
    guint looked = 0;

    g_string_assign(walk->path, pending->path);
    while ((entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (!may_go_on(walk, pending, pending->path))
            break;
        take_entry(walk, dirfd(dir), pending, entry, states);
        pending->area->looked++;
        if (++looked % ENTRIES == 0) {
            count(walk, ENTRIES);
            if (is_over(walk))
                return FALSE;
        }
    }
    count(walk, looked % ENTRIES);
    return TRUE;
}

/* FALSE where time ran out on the way. */
static gboolean
walk_directory(AmrBreadthWalk *walk, Pending *pending)
{
    if (!may_go_on(walk, pending, pending->path))
        return TRUE;
    set_at(walk, pending->path);
    int fd = open_at(walk, pending->path);
    if (fd < 0) {
        /* It may have gone, or become something else, since it was seen. */
        if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
            amr_breadth_walk_note_unread(walk, pending->states);
        return TRUE;
    }
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        amr_breadth_walk_note_unread(walk, pending->states);
        return TRUE;
    }
    gboolean whole = read_entries(walk, dir, pending);
    closedir(dir);
    return whole;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Where a directory of this path would stand; FALSE if nothing below it can be opened. */
static gboolean
stand_at(const AmrBreadthWalk *walk, const char *path, AmrBreadthState *states)
{
    gboolean below = FALSE;

    for (guint i = 0; i < walk->n; i++) {
        const AmrBreadthMachine *machine = walk->lanes[i].machine;
        states[i] = amr_breadth_machine_step(machine, amr_breadth_machine_start(machine), path,
                                             strlen(path));
        states[i] = amr_breadth_machine_step(machine, states[i], "/", 1);
        below = below || amr_breadth_machine_gain(machine, states[i]).below;
    }
    return below;
}

static gboolean
is_under_autofs(const AmrBreadthWalk *walk, const char *path)
{
    g_autofree char *above = g_strdup(path);

    for (char *slash = strrchr(above, '/'); slash && slash > above; slash = strrchr(above, '/')) {
        *slash = '\0';
        const AmrBreadthMount *mount = g_hash_table_lookup(walk->mounts, above);
        if (mount && mount->kind == AMR_BREADTH_NEVER)
            return TRUE;
    }
    return FALSE;
}

/* autofs is not walked; what it mounted already is. */
static void
enter_mounted(AmrBreadthWalk *walk, AmrBreadthState *states)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, walk->mounts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const AmrBreadthMount *mount = value;
        if (mount->kind != AMR_BREADTH_NEVER && is_under_autofs(walk, mount->path) &&
            stand_at(walk, mount->path, states))
            put_off(walk, walk->last, area_for(walk, mount), mount->path, states);
    }
}

static void
enter_root(AmrBreadthWalk *walk, AmrBreadthState *states)
{
    static const AmrBreadthMount root = {.path = (char *)"", .fstype = (char *)""};
    Name name = {.fd = walk->root_fd, .name = "", .type = DT_DIR};
    AmrBreadthState *starts = g_newa(AmrBreadthState, walk->n);

    for (guint i = 0; i < walk->n; i++)
        starts[i] = amr_breadth_machine_start(walk->lanes[i].machine);
    g_string_assign(walk->path, "/");
    if (look(walk, &name, starts, states))
        put_off(walk, walk->pending[walk->n], area_for(walk, &root), "", states);
    enter_mounted(walk, states);
}

static Pending *
next(AmrBreadthWalk *walk)
{
    GPtrArray *list = walk->last;

    for (guint i = 0; i <= walk->n; i++)
        list = walk->pending[i]->len ? walk->pending[i] : list;
    if (list->len == 0)
        return NULL;
    walk->n_pending--;
    return g_ptr_array_steal_index(list, list->len - 1);
}

/* What @lane would have gone into besides. */
typedef struct {
    guint lane;
    const char *first;
    guint64 more;
} Rest;

static void
add_rest(gpointer data, gpointer user_data)
{
    const Pending *pending = data;
    Rest *rest = user_data;

    if (!pending->states[rest->lane].rules)
        return;
    rest->more += rest->first != NULL;
    rest->first = rest->first ? rest->first : pending->path;
}

/* Time is over. */
static void
leave_rest(AmrBreadthWalk *walk, guint lane)
{
    Rest rest = {.lane = lane};

    for (guint i = walk->n + 1; i-- > 0;)
        g_ptr_array_foreach(walk->pending[i], add_rest, &rest);
    g_ptr_array_foreach(walk->last, add_rest, &rest);
    if (rest.first)
        amr_breadth_walk_leave_lane(walk, lane, rest.first, rest.more, "no time was left");
}

void
amr_breadth_walk_run(AmrBreadthWalk *walk, void (*tell)(gpointer data), gpointer data)
{
    g_autofree AmrBreadthState *states = g_new0(AmrBreadthState, walk->n);
    Pending *pending;

    walk->tell = tell;
    walk->tell_data = data;
    walk->deadline += g_get_monotonic_time();
    for (guint i = 0; i < walk->n; i++)
        walk->lanes[i].machine =
            amr_breadth_machine_new(walk->lanes[i].profile, walk->lanes[i].rule);
    if (walk->n)
        enter_root(walk, states);
    while ((pending = next(walk))) {
        if (is_over(walk) || !walk_directory(walk, pending)) {
            g_ptr_array_add(walk->last, pending);
            break;
        }
        g_free(pending);
    }
    for (guint i = 0; i < walk->n; i++)
        leave_rest(walk, i);
    g_mutex_lock(&walk->lock);
    walk->ended = TRUE;
    g_mutex_unlock(&walk->lock);
}
