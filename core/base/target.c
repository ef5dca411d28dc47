/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/base/target.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/targetprivate.h"
#include "core/base/text.h"

#define STATE_DIR "var/lib/armorer"

/* ---- where things are ---------------------------------------------------------------------- */

/* Another root may be a chroot that has the real securityfs mounted, or links to it: what is
 * written there would reach the running kernel. */
static gboolean
is_plain_kernel(int fd)
{
    static const char *const nodes[] = {".load", ".replace", ".remove"};
    struct statfs fs;

    if (fd < 0 || fstatfs(fd, &fs) < 0 || (guint64)fs.f_type == SECURITYFS_MAGIC)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(nodes); i++) {
        amr_autofd int node = openat(fd, nodes[i], O_PATH | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        if (node < 0)
            continue;
        if (fstat(node, &st) < 0 || !S_ISREG(st.st_mode) || fstatfs(node, &fs) < 0 ||
            (guint64)fs.f_type == SECURITYFS_MAGIC)
            return FALSE;
    }
    return TRUE;
}

static void
open_kernel(AmrTarget *target)
{
    g_autofree char *proc_path = NULL;

    if (target->live || target->other_root) {
        amr_target_open_dir_if_there(target->root_fd, AMR_TARGET_KERNEL_DIR, &target->kernel_fd,
                                     &target->kernel_path);
        amr_target_open_dir_if_there(target->root_fd, "proc", &target->proc_fd, &proc_path);
    }
    if (target->live && target->kernel_fd >= 0)
        target->load_way = AMR_LOAD_KERNEL;
    else if (target->other_root && is_plain_kernel(target->kernel_fd))
        target->load_way = AMR_LOAD_DIR;
}

static gboolean
open_policy(AmrTarget *target, const AmrTargetOptions *options, GError **error)
{
    const char *path = options->policy ? options->policy : AMR_TARGET_POLICY_DIR;
    gboolean below = !options->policy || target->other_root;
    g_autofree char *usual = realpath("/" AMR_TARGET_POLICY_DIR, NULL);
    gboolean needed = options->policy || target->other_root;
    g_autoptr(GError) problem = NULL;

    target->policy_fd = amr_target_open_dir(below ? target->root_fd : AT_FDCWD, path,
                                            &target->policy_path, &problem);
    if (target->policy_fd >= 0) {
        target->policy_apart = !below && g_strcmp0(usual, target->policy_path) != 0;
        return TRUE;
    }
    if (!needed && g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
        target->policy_path = g_strdup("/" AMR_TARGET_POLICY_DIR);
        return TRUE;
    }
    g_propagate_prefixed_error(error, g_steal_pointer(&problem), "The policy directory: ");
    return FALSE;
}

static char *
choose_state(const AmrTarget *target, const AmrTargetOptions *options, GError **error)
{
    const char *home = g_getenv("XDG_STATE_HOME");
    g_autofree char *fallback = NULL;
    g_autofree char *digest = NULL;
    g_autofree char *name = NULL;

    if (options->state)
        return g_canonicalize_filename(options->state, NULL);
    if (target->other_root)
        return amr_target_below_root(target, STATE_DIR, error);
    /* Who writes the same files shares the history and the lock. */
    if (!target->policy_apart)
        return g_strdup("/" STATE_DIR);
    digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, target->policy_path, -1);
    name = g_strdup_printf("policy-%.16s", digest);
    if (amr_target_is_privileged())
        return g_build_filename("/" STATE_DIR, name, NULL);
    if (!home || !g_path_is_absolute(home)) {
        fallback = g_build_filename(g_get_home_dir(), ".local", "state", NULL);
        home = fallback;
    }
    return g_build_filename(home, "armorer", name, NULL);
}

/* ---- the target ---------------------------------------------------------------------------- */

static gboolean
set_up(AmrTarget *target, const AmrTargetOptions *options, GError **error)
{
    target->root_fd = amr_target_open_dir(AT_FDCWD, options->root ? options->root : "/",
                                          &target->root_path, error);
    if (target->root_fd < 0) {
        g_prefix_error(error, "The root directory: ");
        return FALSE;
    }
    if (!open_policy(target, options, error))
        return FALSE;
    open_kernel(target);
    target->state_path = choose_state(target, options, error);
    return target->state_path && amr_target_make_argv(target, options, error);
}

AmrTarget *
amr_target_new(const AmrTargetOptions *options, GError **error)
{
    g_autoptr(AmrTarget) target = g_new0(AmrTarget, 1);

    target->root_fd = target->policy_fd = target->kernel_fd = target->proc_fd = -1;
    target->clock = options->clock ? options->clock : amr_clock_new_system();
    target->read_only = options->read_only;
    target->other_root = options->root != NULL;
    target->live = !options->root && !options->policy && !options->parser && !options->features;
    target->load_way = AMR_LOAD_NONE;
    target->parser_argv = g_ptr_array_new_with_free_func(g_free);
    return set_up(target, options, error) ? g_steal_pointer(&target) : NULL;
}

void
amr_target_free(AmrTarget *target)
{
    if (!target)
        return;
    amr_fs_close_fd(&target->root_fd);
    amr_fs_close_fd(&target->policy_fd);
    amr_fs_close_fd(&target->kernel_fd);
    amr_fs_close_fd(&target->proc_fd);
    g_free(target->root_path);
    g_free(target->policy_path);
    g_free(target->kernel_path);
    g_free(target->state_path);
    g_ptr_array_unref(target->parser_argv);
    amr_clock_free(target->clock);
    g_free(target);
}

gboolean
amr_target_is_live(const AmrTarget *target)
{
    return target->live;
}

gboolean
amr_target_is_read_only(const AmrTarget *target)
{
    return target->read_only;
}

AmrLoadWay
amr_target_load_way(const AmrTarget *target)
{
    return target->load_way;
}

const AmrClock *
amr_target_clock(const AmrTarget *target)
{
    return target->clock;
}

int
amr_target_root_fd(const AmrTarget *target)
{
    return target->root_fd;
}

int
amr_target_policy_fd(const AmrTarget *target)
{
    return target->policy_fd;
}

int
amr_target_kernel_fd(const AmrTarget *target)
{
    return target->kernel_fd;
}

int
amr_target_proc_fd(const AmrTarget *target)
{
    return target->proc_fd;
}

const char *
amr_target_root_path(const AmrTarget *target)
{
    return target->root_path;
}

const char *
amr_target_policy_path(const AmrTarget *target)
{
    return target->policy_path;
}

int
amr_target_policy_place(const AmrTarget *target, const char *name, char **path)
{
    gsize root = strlen(target->root_path);

    if (target->policy_apart) {
        *path = g_strdup(name);
        return target->policy_fd;
    }
    /* Both are free of links, and the policy lies below the root. */
    *path = g_build_filename(target->policy_path + (root > 1 ? root + 1 : 1), name, NULL);
    return target->root_fd;
}

const char *
amr_target_kernel_path(const AmrTarget *target)
{
    return target->kernel_path;
}

const char *
amr_target_state_path(const AmrTarget *target)
{
    return target->state_path;
}

const char *const *
amr_target_parser_argv(const AmrTarget *target)
{
    return (const char *const *)target->parser_argv->pdata;
}
