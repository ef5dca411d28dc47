/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A walk as others see it: made, and asked what it knows. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/policy/breadth_walk.h"

/* ---- making ----------------------------------------------------------------------------------
 */

static void
set_lane(AmrBreadthWalkLane *lane, const AmrBreadthLane *from)
{
    lane->oracles[0] = amr_oracle_ref(from->before);
    lane->oracles[1] = amr_oracle_ref(from->rules);
    lane->profile = from->profile;
    lane->rule = from->rule;
    lane->found = amr_breadth_new();
    if (!from->denied)
        return;
    lane->denied = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < from->denied->len; i++)
        g_hash_table_add(lane->denied, g_strdup(from->denied->pdata[i]));
}

AmrBreadthWalk *
amr_breadth_walk_new(const AmrTarget *target, const AmrBreadthLane *lanes, guint n,
                     AmrSensitive *sensitive, guint msec)
{
    AmrBreadthWalk *walk = g_new0(AmrBreadthWalk, 1);

    g_mutex_init(&walk->lock);
    walk->root_fd = fcntl(amr_target_root_fd(target), F_DUPFD_CLOEXEC, 3);
    walk->lanes = g_new0(AmrBreadthWalkLane, n);
    walk->n = n;
    walk->deadline = (gint64)msec * 1000;
    walk->mounts = amr_breadth_mounts_new(amr_target_root_path(target));
    walk->matcher = sensitive ? amr_sensitive_matcher_new(sensitive) : NULL;
    walk->pending = g_new(GPtrArray *, n + 1);
    for (guint i = 0; i <= n; i++)
        walk->pending[i] = g_ptr_array_new_with_free_func(g_free);
    walk->last = g_ptr_array_new_with_free_func(g_free);
    walk->areas = g_ptr_array_new_with_free_func(g_free);
    walk->path = g_string_new(NULL);
    for (guint i = 0; i < n; i++)
        set_lane(&walk->lanes[i], &lanes[i]);
    return walk;
}

void
amr_breadth_walk_free(AmrBreadthWalk *walk)
{
    if (!walk)
        return;
    for (guint i = 0; i < walk->n; i++) {
        AmrBreadthWalkLane *lane = &walk->lanes[i];
        amr_breadth_machine_free(lane->machine);
        g_clear_pointer(&lane->denied, g_hash_table_unref);
        amr_breadth_free(lane->found);
        amr_oracle_free(lane->oracles[0]);
        amr_oracle_free(lane->oracles[1]);
    }
    g_free(walk->lanes);
    g_hash_table_unref(walk->mounts);
    amr_sensitive_matcher_free(walk->matcher);
    for (guint i = 0; i <= walk->n; i++)
        g_ptr_array_unref(walk->pending[i]);
    g_free(walk->pending);
    g_ptr_array_unref(walk->last);
    g_ptr_array_unref(walk->areas);
    g_string_free(walk->path, TRUE);
    if (walk->root_fd >= 0)
        close(walk->root_fd);
    g_mutex_clear(&walk->lock);
    g_free(walk->at);
    g_free(walk);
}

/* Moved to the least numbers, so that the rest is one range. */
static int
move_to(int fd, int number)
{
    if (fd != number && dup3(fd, number, O_CLOEXEC) < 0)
        _exit(1);
    return number;
}

void
amr_breadth_walk_keep_only(AmrBreadthWalk *walk, int *fd)
{
    int out = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 3); /* above both */

    walk->root_fd = walk->root_fd < 0 ? -1 : move_to(walk->root_fd, STDERR_FILENO + 1);
    *fd = move_to(out, STDERR_FILENO + 2);
    (void)close_range(STDERR_FILENO + 3, ~0u, 0);
}

/* ---- what is said of it ---------------------------------------------------------------------- */

guint
amr_breadth_walk_lanes(const AmrBreadthWalk *walk)
{
    return walk->n;
}

void
amr_breadth_walk_count(AmrBreadthWalk *walk, guint64 *looked, guint64 *files)
{
    g_mutex_lock(&walk->lock);
    *looked = walk->looked;
    *files = 0;
    for (guint i = 0; i < walk->n; i++)
        *files = MAX(*files, walk->lanes[i].found->files);
    g_mutex_unlock(&walk->lock);
}

GPtrArray *
amr_breadth_walk_take(AmrBreadthWalk *walk, gboolean late)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)amr_breadth_free);

    g_mutex_lock(&walk->lock);
    for (guint i = 0; i < walk->n; i++) {
        AmrBreadth *copy = amr_breadth_copy(walk->lanes[i].found);
        copy->looked = walk->looked;
        if (late) {
            g_autofree char *at = amr_display_string(walk->at ? walk->at : "/");
            g_ptr_array_add(copy->left, g_strdup_printf("%s and what comes behind it: no answer",
                                                        *at ? at : "/"));
        }
        copy->whole = walk->ended && !late && copy->left->len == 0 && copy->unread == 0;
        amr_breadth_sort(copy);
        g_ptr_array_add(all, copy);
    }
    g_mutex_unlock(&walk->lock);
    return all;
}

void
amr_breadth_walk_leave(AmrBreadthWalk *walk, const char *path, const AmrBreadthState *states,
                       const char *why)
{
    g_autofree char *shown = amr_display_string(*path ? path : "/");
    g_autofree char *text = g_strdup_printf("%s: %s", shown, why);

    g_mutex_lock(&walk->lock);
    for (guint i = 0; i < walk->n; i++)
        if (states[i].rules && amr_breadth_machine_gain(walk->lanes[i].machine, states[i]).below)
            g_ptr_array_add(walk->lanes[i].found->left, g_strdup(text));
    g_mutex_unlock(&walk->lock);
}

void
amr_breadth_walk_leave_lane(AmrBreadthWalk *walk, guint lane, const char *path, guint64 more,
                            const char *why)
{
    g_autofree char *shown = amr_display_string(*path ? path : "/");
    g_autofree char *others =
        more ? g_strdup_printf(" and %" G_GUINT64_FORMAT " other directories", more) : NULL;
    char *text = g_strdup_printf("%s%s: %s", shown, others ? others : "", why);

    g_mutex_lock(&walk->lock);
    g_ptr_array_add(walk->lanes[lane].found->left, text);
    g_mutex_unlock(&walk->lock);
}

void
amr_breadth_walk_note_unread(AmrBreadthWalk *walk, const AmrBreadthState *states)
{
    g_mutex_lock(&walk->lock);
    for (guint i = 0; i < walk->n; i++)
        walk->lanes[i].found->unread += states[i].rules != 0;
    g_mutex_unlock(&walk->lock);
}
