/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/kernel/tree.h"

#include <dirent.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"

#define TEXT_MAX     65536 /* a name the kernel takes has 16 bits of length */
#define PROFILES_MAX 262144
#define DEPTH_MAX    64 /* of children and of namespaces */

static int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
amr_tree_list(AmrOpener *opener, AmrOpenPlace place, const char *dir)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    amr_autofd int fd = amr_opener_open_dir(opener, place, dir, NULL);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    if (!stream)
        return names;
    (void)amr_fs_steal_fd(&fd); /* closedir() closes it */
    while (names->len < PROFILES_MAX && (entry = readdir(stream)))
        if (entry->d_name[0] != '.')
            g_ptr_array_add(names, g_strdup(entry->d_name));
    closedir(stream);
    g_ptr_array_sort(names, by_text);
    return names;
}

char *
amr_tree_text(AmrOpener *opener, AmrOpenPlace place, const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autoptr(GBytes) bytes = amr_opener_read(opener, place, path, TEXT_MAX, NULL);
    const char *data;
    gsize len;

    if (!bytes)
        return NULL;
    data = g_bytes_get_data(bytes, &len);
    if (len > 0 && data[len - 1] == '\n')
        len--;
    return g_strndup(data, len);
}

const char *
amr_tree_split_mode(char *label)
{
    gsize len = strlen(label);
    char *open = len > 3 && label[len - 1] == ')' ? g_strrstr(label, " (") : NULL;

    if (!open)
        return NULL;
    for (const char *p = open + 2; p < label + len - 1; p++)
        if (!g_ascii_isalpha(*p) && *p != '_')
            return NULL;
    label[len - 1] = '\0';
    *open = '\0';
    return open + 2;
}

/* ---- the walk ------------------------------------------------------------------------------- */

/* A directory yet to be read. */
typedef struct {
    char *path; /* of profiles, or of the namespace */
    char *ns;
    char *prefix; /* NULL: a namespace; else what stands before the names in it */
    guint depth;
} Task;

typedef struct {
    AmrOpener *opener;
    const char *ns, *wanted;
    GQueue tasks;
    GPtrArray *found;
} Walk;

static void
free_task(gpointer data)
{
    Task *task = data;

    g_free(task->path);
    g_free(task->ns);
    g_free(task->prefix);
    g_free(task);
}

static void
free_profile(gpointer data)
{
    AmrTreeProfile *profile = data;

    g_free(profile->path);
    g_free(profile->ns);
    g_free(profile->full);
    g_free(profile);
}

static void
push(Walk *walk, char *path, const char *ns, const char *prefix, guint depth)
{
    Task *task;

    if (depth > DEPTH_MAX) {
        g_free(path);
        return;
    }
    task = g_new0(Task, 1);
    task->path = path;
    task->ns = g_strdup(ns);
    task->prefix = g_strdup(prefix);
    task->depth = depth;
    g_queue_push_tail(&walk->tasks, task);
}

/* Whether @part is @whole or a name on the way to it. */
static gboolean
leads_to(const char *part, const char *whole)
{
    gsize len = strlen(part);
    return strncmp(part, whole, len) == 0 &&
           (whole[len] == '\0' || (whole[len] == '/' && whole[len + 1] == '/'));
}

static void
read_profiles(Walk *walk, const Task *task)
{
    g_autoptr(GPtrArray) names = amr_tree_list(walk->opener, AMR_OPEN_KERNEL, task->path);

    for (guint i = 0; i < names->len && walk->found->len < PROFILES_MAX; i++) {
        g_autofree char *path = g_build_filename(task->path, names->pdata[i], NULL);
        g_autofree char *name = amr_tree_text(walk->opener, AMR_OPEN_KERNEL, path, "name");
        g_autofree char *full = NULL, *prefix = NULL;
        if (!name)
            continue;
        full = g_strconcat(task->prefix, name, NULL);
        if (walk->wanted && !leads_to(full, walk->wanted))
            continue;
        prefix = g_strconcat(full, "//", NULL);
        push(walk, g_build_filename(path, "profiles", NULL), task->ns, prefix, task->depth + 1);
        if (!walk->wanted || strcmp(full, walk->wanted) == 0) {
            AmrTreeProfile *profile = g_new0(AmrTreeProfile, 1);
            profile->path = g_steal_pointer(&path);
            profile->ns = g_strdup(task->ns);
            profile->full = g_steal_pointer(&full);
            g_ptr_array_add(walk->found, profile);
        }
    }
}

static void
read_namespace(Walk *walk, const Task *task)
{
    g_autofree char *below = g_build_filename(task->path, "namespaces", NULL);
    g_autoptr(GPtrArray) names = amr_tree_list(walk->opener, AMR_OPEN_KERNEL, below);

    if (!walk->wanted || strcmp(task->ns, walk->ns) == 0)
        push(walk, g_build_filename(task->path, "profiles", NULL), task->ns, "", task->depth);
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        g_autofree char *ns =
            task->ns[0] ? g_strconcat(task->ns, "//", name, NULL) : g_strdup(name);
        if (!walk->wanted || leads_to(ns, walk->ns))
            push(walk, g_build_filename(below, name, NULL), ns, NULL, task->depth + 1);
    }
}

GPtrArray *
amr_tree_read(AmrOpener *opener, const char *ns, const char *wanted, GError **error)
{
    Walk walk = {.opener = opener, .ns = ns ? ns : "", .wanted = wanted};
    g_autoptr(GError) local = NULL;
    amr_autofd int fd = amr_opener_open_dir(opener, AMR_OPEN_KERNEL, "policy/profiles", &local);
    Task *task;

    if (fd < 0) {
        amr_error_set(error, AMR_ERROR_NOT_ENABLED, "Reading the loaded profiles: %s",
                      local->message);
        return NULL;
    }
    walk.found = g_ptr_array_new_with_free_func(free_profile);
    g_queue_init(&walk.tasks);
    push(&walk, g_strdup("policy"), "", NULL, 0);
    while ((task = g_queue_pop_head(&walk.tasks))) {
        if (task->prefix)
            read_profiles(&walk, task);
        else
            read_namespace(&walk, task);
        free_task(task);
    }
    return walk.found;
}
