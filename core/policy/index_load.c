/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

/* Reading the tree of policy: directories, files, what an include means. */
#include "core/policy/index_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"

/* A dispatch of the main loop takes no longer than this. */
#define SLICE_US 1000

gboolean
amr_index_takes(const char *leaf)
{
    static const char *const endings[] = {
        ".dpkg-new", ".dpkg-old", ".dpkg-dist", ".dpkg-bak", ".dpkg-remove", ".pacsave",
        ".pacnew",   ".rpmnew",   ".rpmsave",   ".orig",     ".rej",         "~",
    };

    if (leaf[0] == '.' || leaf[0] == '\0' || strcmp(leaf, "README") == 0)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(endings); i++)
        if (g_str_has_suffix(leaf, endings[i]))
            return FALSE;
    return TRUE;
}

/* Opens @name; where the policy directory lies below the root, links lead wherever the root's own
 * paths say (a profile may be a link to /usr/share), else they stay below the policy. */
int
amr_index_open(const AmrIndex *index, const char *name, int flags, GError **error)
{
    const char *root = amr_target_root_path(index->target);
    const char *policy = amr_target_policy_path(index->target);
    gsize len = root ? strlen(root) : 0;

    flags |= O_CLOEXEC;
    if (!(flags & O_PATH))
        flags |= O_NONBLOCK | O_NOCTTY;
    if (g_path_is_absolute(name))
        return amr_fs_open(amr_target_root_fd(index->target), name, flags, error);
    while (len > 0 && root[len - 1] == '/')
        len--;
    if (root && policy && strncmp(policy, root, len) == 0 && policy[len] == '/') {
        g_autofree char *path = g_build_filename(policy + len, name, NULL);
        return amr_fs_open(amr_target_root_fd(index->target), path, flags, error);
    }
    return amr_fs_open(amr_target_policy_fd(index->target), name, flags, error);
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in the directory behind @fd, which is taken over, sorted. */
static GPtrArray *
list_names(int fd)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    DIR *dir = fdopendir(fd);
    struct dirent *entry;

    if (!dir) {
        amr_fs_close_fd(&fd);
        return names;
    }
    while (names->len < AMR_INDEX_MAX_FILES && (entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            g_ptr_array_add(names, g_strdup(entry->d_name));
    closedir(dir);
    g_ptr_array_sort(names, by_name);
    return names;
}

static void
enqueue(IndexFile *file, GQueue *queue)
{
    if (file && !file->queued) {
        file->queued = TRUE;
        g_queue_push_tail(queue, file);
    }
}

static void
add_user(IndexFile *file, IndexFile *user)
{
    if (!file->users)
        file->users = g_ptr_array_new();
    if (file->users->len == 0 || file->users->pdata[file->users->len - 1] != user)
        g_ptr_array_add(file->users, user);
}

/* Links may lead round in circles. */
#define DIRECTORIES_MAX 6

static guint
depth_of(const char *name)
{
    guint depth = 0;
    for (; *name; name++)
        depth += *name == '/';
    return depth;
}

/* A directory that is included: every regular file that the parser takes, the last name first,
 * since each one is put before what is read already. */
static void
read_directory(AmrIndex *index, IndexFile *file, int fd, GQueue *queue)
{
    g_autoptr(GPtrArray) names = list_names(fd);

    file->entries = g_ptr_array_new();
    for (guint i = names->len; i > 0; i--) {
        const char *leaf = names->pdata[i - 1];
        g_autofree char *name = g_build_filename(file->name, leaf, NULL);
        IndexFile *entry = amr_index_takes(leaf) ? amr_index_file(index, name) : NULL;
        if (!entry)
            continue;
        if (depth_of(name) > DIRECTORIES_MAX)
            break;
        g_ptr_array_add(file->entries, entry);
        add_user(entry, file);
        enqueue(entry, queue);
    }
}

/* "/a//b/./c/../d" without the detours; NULL if it leads out above its start. */
static char *
clean_path(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    g_autofree char *joined = NULL;

    for (char **part = parts; *part; part++) {
        if (strcmp(*part, "") == 0 || strcmp(*part, ".") == 0)
            continue;
        if (strcmp(*part, "..") != 0) {
            g_ptr_array_add(kept, *part);
        } else {
            if (kept->len == 0)
                return NULL;
            g_ptr_array_set_size(kept, (int)kept->len - 1);
        }
    }
    g_ptr_array_add(kept, NULL);
    joined = g_strjoinv("/", (char **)kept->pdata);
    if (path[0] == '/')
        return g_strconcat("/", joined, NULL);
    return g_steal_pointer(&joined);
}

/* The file that an include of @written means: relative to the policy, or absolute; NULL, and noted,
 * where it cannot be followed. */
static IndexFile *
resolve(AmrIndex *index, const IndexFile *from, const AmrScanItem *item)
{
    g_autofree char *clean = clean_path(item->name);
    g_autofree char *meant = amr_index_meant(index, item->name);
    g_autofree char *shown = amr_display_string(item->name);
    g_autofree char *where = amr_display_string(from->name);

    if (!clean || clean[0] == '\0')
        amr_index_note(index, "%s:%u: include %s leads out of the policy", where, item->line,
                       shown);
    else if (!meant)
        amr_index_note(index, "%s:%u: absolute include %s is outside of the policy: not followed",
                       where, item->line, shown);
    else if (clean[0] != '/' && !item->magic && item->kind == AMR_SCAN_INCLUDE)
        amr_index_note(index,
                       "%s:%u: include %s without <> depends on the directory in which the "
                       "parser runs; taken below the policy",
                       where, item->line, shown);
    return meant ? amr_index_file(index, meant) : NULL;
}

char *
amr_index_meant(const AmrIndex *index, const char *written)
{
    const char *policy = amr_target_policy_path(index->target);
    g_autofree char *clean = clean_path(written);
    gsize len = policy ? strlen(policy) : 0;

    if (!clean || clean[0] == '\0')
        return NULL;
    if (len && strncmp(clean, policy, len) == 0 && clean[len] == '/')
        return g_strdup(clean + len + 1);
    return clean[0] != '/' || amr_target_is_live(index->target) ? g_steal_pointer(&clean) : NULL;
}

/* Whether the directory that holds @name is itself included as a whole: then it is a part of who
 * includes it (abstractions/base.d). */
static gboolean
is_part(const AmrIndex *index, const char *name)
{
    g_autofree char *directory = g_path_get_dirname(name);
    const IndexFile *holds = amr_index_known(index, directory);

    for (guint i = 0; holds && holds->users && i < holds->users->len; i++)
        if (!((const IndexFile *)holds->users->pdata[i])->entries)
            return TRUE;
    return FALSE;
}

const char **
amr_index_abstractions(const AmrIndex *index)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, index->files);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const IndexFile *file = value;
        if (file->bytes && g_str_has_prefix(file->name, "abstractions/") &&
            !is_part(index, file->name))
            g_ptr_array_add(names, file->name);
    }
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

const char **
amr_index_entries(const AmrIndex *index, const char *name)
{
    const IndexFile *file = amr_index_known(index, name);
    const char **names;

    if (!file || !file->entries)
        return NULL;
    names = g_new0(const char *, file->entries->len + 1);
    for (guint i = 0; i < file->entries->len; i++)
        names[i] = ((IndexFile *)file->entries->pdata[i])->name;
    return names;
}

static void
resolve_items(AmrIndex *index, IndexFile *file, GQueue *queue)
{
    file->targets = g_ptr_array_sized_new(file->items->len);
    for (guint i = 0; i < file->items->len; i++) {
        const AmrScanItem *item = &g_array_index(file->items, AmrScanItem, i);
        IndexFile *target = NULL;
        if (item->kind == AMR_SCAN_INCLUDE || item->kind == AMR_SCAN_ABI)
            target = resolve(index, file, item);
        g_ptr_array_add(file->targets, target);
        if (target) {
            add_user(target, file);
            enqueue(target, queue);
        }
    }
}

void
amr_index_read(AmrIndex *index, IndexFile *file, GQueue *queue)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *shown = amr_display_string(file->name);
    amr_autofd int fd = amr_index_open(index, file->name, O_RDONLY, &error);
    struct stat st;
    gsize len;
    const char *data;

    if (fd < 0) {
        file->exists = !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
        if (file->exists)
            amr_index_note(index, "%s", error->message);
        return;
    }
    file->exists = TRUE;
    if (fstat(fd, &st) != 0)
        return;
    amr_index_stamp(index, file, &st);
    if (S_ISDIR(st.st_mode)) {
        if (!file->root)
            read_directory(index, file, amr_fs_steal_fd(&fd), queue);
        return;
    }
    if (!S_ISREG(st.st_mode)) {
        amr_index_note(index, "%s is not a regular file: not read", shown);
        return;
    }
    if (index->bytes >= AMR_INDEX_MAX_BYTES) {
        amr_index_note(index, "%s is not read: the policy is too large", shown);
        return;
    }
    file->bytes = amr_fs_read_fd(fd, AMR_FS_POLICY_MAX, &error);
    if (!file->bytes) {
        amr_index_note(index, "%s: %s", shown, error->message);
        return;
    }
    data = g_bytes_get_data(file->bytes, &len);
    index->bytes += len;
    file->items = amr_scan_file((AmrBytes){data, len});
    resolve_items(index, file, queue);
}

/* Marks the roots whose name stands in the directory @dir. */
static void
mark_roots(AmrIndex *index, const char *dir, gsize offset)
{
    int fd = amr_index_open(index, dir, O_RDONLY | O_DIRECTORY, NULL);
    g_autoptr(GPtrArray) names = NULL;

    if (fd < 0)
        return;
    names = list_names(fd);
    for (guint i = 0; i < names->len; i++) {
        IndexFile *file = amr_index_known(index, names->pdata[i]);
        if (file && file->root)
            G_STRUCT_MEMBER(gboolean, file, offset) = TRUE;
    }
}

gboolean
amr_index_list_roots(AmrIndex *index, GQueue *queue, GError **error)
{
    g_autoptr(GPtrArray) names = NULL;
    int fd = amr_index_open(index, ".", O_RDONLY | O_DIRECTORY, error);

    if (fd < 0) {
        g_prefix_error(error, "Reading the policy: ");
        return FALSE;
    }
    names = list_names(fd);
    for (guint i = 0; i < names->len; i++) {
        IndexFile *file = NULL;
        g_autoptr(GError) ignored = NULL;
        amr_autofd int entry = -1;
        struct stat st;
        if (!amr_index_takes(names->pdata[i]))
            continue;
        entry = amr_index_open(index, names->pdata[i], O_PATH, &ignored);
        if (entry < 0 || fstat(entry, &st) != 0 || S_ISDIR(st.st_mode))
            continue; /* a link to nothing, or a room of the policy */
        file = amr_index_file(index, names->pdata[i]);
        if (!file)
            break;
        file->root = TRUE;
        g_ptr_array_add(index->roots, file);
        enqueue(file, queue);
    }
    /* What nobody includes so far may be offered. */
    enqueue(amr_index_file(index, "abstractions"), queue);
    mark_roots(index, "disable", G_STRUCT_OFFSET(IndexFile, disabled));
    mark_roots(index, "force-complain", G_STRUCT_OFFSET(IndexFile, force_complain));
    return TRUE;
}

/* ---- in slices ------------------------------------------------------------------------------ */

typedef struct {
    AmrIndex *index;
    GQueue queue; /* files to read */
    guint walked; /* roots */
    gboolean listed;
} Load;

static void
free_load(gpointer data)
{
    Load *load = data;

    amr_index_free(load->index);
    g_queue_clear(&load->queue);
    g_free(load);
}

/* One step of the work; FALSE when all is done or has failed. */
static gboolean
load_step(Load *load, GError **error)
{
    AmrIndex *index = load->index;
    IndexFile *file;

    if (!load->listed) {
        load->listed = TRUE;
        return amr_index_list_roots(index, &load->queue, error);
    }
    if ((file = g_queue_pop_head(&load->queue))) {
        amr_index_read(index, file, &load->queue);
        return TRUE;
    }
    if (load->walked < index->roots->len) {
        amr_index_walk(index, index->roots->pdata[load->walked++]);
        return TRUE;
    }
    amr_index_finish(index);
    return FALSE;
}

static gboolean
load_slice(gpointer data)
{
    GTask *task = data;
    Load *load = g_task_get_task_data(task);
    gint64 end = g_get_monotonic_time() + SLICE_US;
    GError *error = NULL;

    if (g_task_return_error_if_cancelled(task))
        return G_SOURCE_REMOVE;
    do {
        if (!load_step(load, &error)) {
            if (error)
                g_task_return_error(task, error);
            else
                g_task_return_pointer(task, g_steal_pointer(&load->index),
                                      (GDestroyNotify)amr_index_free);
            return G_SOURCE_REMOVE;
        }
    } while (g_get_monotonic_time() < end);
    return G_SOURCE_CONTINUE;
}

static void
free_file(gpointer data)
{
    IndexFile *file = data;

    g_free(file->name);
    g_clear_pointer(&file->bytes, g_bytes_unref);
    g_clear_pointer(&file->items, g_array_unref);
    g_clear_pointer(&file->targets, g_ptr_array_unref);
    g_clear_pointer(&file->entries, g_ptr_array_unref);
    g_clear_pointer(&file->users, g_ptr_array_unref);
    g_clear_pointer(&file->blocks, g_ptr_array_unref);
    g_clear_pointer(&file->variables, g_hash_table_unref);
    g_free(file);
}

void
amr_index_load_async(const AmrTarget *target, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_autoptr(GSource) source = g_idle_source_new();
    Load *load = g_new0(Load, 1);
    AmrIndex *index = load->index = g_new0(AmrIndex, 1);

    index->target = target;
    index->files = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_file);
    index->roots = g_ptr_array_new();
    index->blocks = g_ptr_array_new_with_free_func(amr_index_block_free);
    index->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    index->by_name =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    index->notes = g_ptr_array_new_with_free_func(g_free);
    g_queue_init(&load->queue);
    g_task_set_source_tag(task, amr_index_load_async);
    g_task_set_priority(task, G_PRIORITY_DEFAULT_IDLE); /* beside logs and frames, below keys */
    g_task_set_task_data(task, load, free_load);
    g_task_attach_source(task, source, load_slice);
}

AmrIndex *
amr_index_load_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
amr_index_free(AmrIndex *index)
{
    if (!index)
        return;
    g_hash_table_unref(index->by_key);
    g_hash_table_unref(index->by_name);
    g_ptr_array_unref(index->blocks);
    g_ptr_array_unref(index->roots);
    g_hash_table_unref(index->files);
    g_ptr_array_unref(index->notes);
    g_free(index);
}
