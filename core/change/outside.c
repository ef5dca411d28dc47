/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/change/outside.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/fsutil.h"
#include "core/change/plan_private.h"

#define CHANGES_MAX 200

/* What a file was when it was last seen. */
typedef struct {
    const char *id;
    gboolean ours;
    char *digest;
} Seen;

static void
seen_free(gpointer data)
{
    Seen *seen = data;
    g_free(seen->digest);
    g_free(seen);
}

static void
outside_free(gpointer data)
{
    AmrOutside *outside = data;
    g_free(outside->path);
    g_free(outside->id);
    g_free(outside);
}

static void
see(GHashTable *table, const char *path, const char *id, gboolean ours, char *digest)
{
    Seen *seen;

    if (g_hash_table_contains(table, path)) {
        g_free(digest);
        return;
    }
    seen = g_new0(Seen, 1);
    *seen = (Seen){id, ours, digest};
    g_hash_table_insert(table, g_strdup(path), seen);
}

/* What one wrote first: it read it, too. */
static void
see_plan(GHashTable *table, const AmrChange *change, const AmrPlan *plan)
{
    for (guint i = 0; i < plan->files->len; i++) {
        const AmrPlanFile *file = plan->files->pdata[i];
        see(table, file->path, change->id, TRUE, amr_fs_digest(file->after));
    }
    for (guint i = 0; i + 1 < plan->digests->len; i += 2)
        see(table, plan->digests->pdata[i], change->id, FALSE,
            g_strdup(plan->digests->pdata[i + 1]));
}

/* path -> Seen; by the newest change that was carried out, undone or not. */
static GHashTable *
last_seen(const AmrHistory *history)
{
    GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, seen_free);
    guint n = amr_history_count(history);

    for (guint i = n; i-- > 0 && n - i <= CHANGES_MAX;) {
        const AmrChange *change = amr_history_get(history, i);
        g_autoptr(AmrPlan) plan = NULL;
        if (change->state != AMR_CHANGE_STATE_UNDONE && !amr_change_may_stand(change))
            continue;
        plan = amr_history_plan(history, change, NULL);
        if (plan)
            see_plan(table, change, plan);
    }
    return table;
}

static gboolean
is_another(const AmrTarget *target, const char *path, const Seen *seen)
{
    g_autoptr(GBytes) now = NULL;
    g_autofree char *digest = NULL;

    (void)amr_plan_read(target, path, &now, NULL);
    digest = amr_fs_digest(now);
    return strcmp(digest, seen->digest) != 0;
}

static gint64
time_of(const AmrTarget *target, const char *path)
{
    g_autofree char *placed = NULL;
    int dir = amr_target_policy_place(target, path, &placed);
    amr_autofd int fd = amr_fs_open(dir, placed, O_PATH | O_NOFOLLOW, NULL);
    struct stat st;

    return fd >= 0 && fstat(fd, &st) == 0
               ? (gint64)st.st_mtim.tv_sec * G_USEC_PER_SEC + st.st_mtim.tv_nsec / 1000
               : 0;
}

static int
by_path(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const AmrOutside *const *)a)->path, (*(const AmrOutside *const *)b)->path);
}

GPtrArray *
amr_outside(const AmrHistory *history, const AmrTarget *target)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(outside_free);
    g_autoptr(GHashTable) table = last_seen(history);
    GHashTableIter iter;
    gpointer path, seen;

    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &path, &seen)) {
        AmrOutside *outside;
        if (!is_another(target, path, seen))
            continue;
        outside = g_new0(AmrOutside, 1);
        *outside = (AmrOutside){g_strdup(path), g_strdup(((Seen *)seen)->id), ((Seen *)seen)->ours,
                                time_of(target, path)};
        g_ptr_array_add(all, outside);
    }
    g_ptr_array_sort(all, by_path);
    return all;
}

/* From what @file left to what stands there now. */
static void
add_since(AmrPlan *since, const AmrTarget *target, const AmrPlanFile *file)
{
    GBytes *now = NULL;

    (void)amr_plan_read(target, file->path, &now, NULL);
    amr_plan_add_file(since, file->path, file->after ? g_bytes_ref(file->after) : NULL, now);
}

static gboolean
is_left(const AmrTarget *target, const AmrPlanFile *file)
{
    g_autoptr(GBytes) now = NULL;

    (void)amr_plan_read(target, file->path, &now, NULL);
    return file->after && now ? g_bytes_equal(file->after, now) : file->after == now;
}

char *
amr_outside_since(const AmrTarget *target, const AmrPlan *done)
{
    g_autoptr(AmrPlan) since = amr_plan_new(done->kind, done->made);

    for (guint i = 0; i < done->files->len; i++) {
        const AmrPlanFile *file = done->files->pdata[i];
        if (!amr_plan_is_link(file->path) && !is_left(target, file))
            add_since(since, target, file);
    }
    return since->files->len ? amr_plan_diff(since) : NULL;
}

char *
amr_outside_diff(const AmrHistory *history, const AmrTarget *target, const AmrOutside *outside)
{
    const AmrChange *change = outside->ours ? amr_history_find(history, outside->id) : NULL;
    g_autoptr(AmrPlan) plan = change ? amr_history_plan(history, change, NULL) : NULL;
    const AmrPlanFile *file = plan ? amr_plan_find_file(plan, outside->path) : NULL;
    g_autoptr(AmrPlan) since = NULL;

    if (!file)
        return NULL;
    since = amr_plan_new(plan->kind, plan->made);
    add_since(since, target, file);
    return amr_plan_diff(since);
}

char *
amr_outside_of(const AmrHistory *history, const AmrTarget *target, const AmrPlan *done)
{
    g_autoptr(GHashTable) table = last_seen(history);

    for (guint i = 0; i < done->files->len; i++) {
        const char *path = ((AmrPlanFile *)done->files->pdata[i])->path;
        const Seen *seen = g_hash_table_lookup(table, path);
        if (!seen || is_another(target, path, seen))
            return g_strdup(path);
    }
    return NULL;
}
