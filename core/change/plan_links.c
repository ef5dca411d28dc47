/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The links beside the policy: an entry of disable/ or force-complain/ that is named as a top-level
 * file says how that is loaded, whatever stands in it (apparmor_parser(8)). A file of a plan in one
 * of the two is such a link, and its bytes are where it leads.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"
#include "core/change/plan_private.h"

static const char *const switches[] = {AMR_PLAN_DISABLE_DIR "/", AMR_PLAN_FORCE_DIR "/", NULL};

gboolean
amr_plan_is_link(const char *path)
{
    for (guint i = 0; switches[i]; i++)
        if (g_str_has_prefix(path, switches[i]))
            return path[strlen(switches[i])] != '\0';
    return FALSE;
}

/* ---- what a plan does to them ------------------------------------------------------------------
 */

/* The top-level file itself, where @plan makes it or takes it away. */
static const AmrPlanFile *
file_of(const AmrPlan *plan, const char *root)
{
    const AmrPlanFile *file = plan ? amr_plan_find_file(plan, root) : NULL;
    return file && (!file->before || !file->after) ? file : NULL;
}

static const AmrPlanFile *
link_of(const AmrPlan *plan, const char *dir, const char *root)
{
    g_autofree char *path = g_strconcat(dir, "/", root, NULL);

    return plan ? amr_plan_find_file(plan, path) : NULL;
}

gboolean
amr_plan_disables(const AmrPlan *plan, const char *root)
{
    const AmrPlanFile *link = link_of(plan, AMR_PLAN_DISABLE_DIR, root);
    const AmrPlanFile *file = file_of(plan, root);
    return file ? !file->after : link && link->after;
}

gboolean
amr_plan_enables(const AmrPlan *plan, const char *root)
{
    const AmrPlanFile *link = link_of(plan, AMR_PLAN_DISABLE_DIR, root);
    const AmrPlanFile *file = file_of(plan, root);
    return file ? file->after != NULL : link && !link->after;
}

gboolean
amr_plan_forces(const AmrPlan *plan, const AmrIndex *index, const char *root)
{
    const AmrPlanFile *link = link_of(plan, AMR_PLAN_FORCE_DIR, root);
    return link ? link->after != NULL : amr_index_is_force_complain(index, root);
}

/* ---- made for a plan ---------------------------------------------------------------------------
 */

/* Whether the link @path, which is there, leads to the top-level file @root. */
static gboolean
leads_to(const AmrTarget *target, const char *path, const char *root)
{
    g_autofree char *link_placed = NULL;
    g_autofree char *root_placed = NULL;
    int link_dir = amr_target_policy_place(target, path, &link_placed);
    int root_dir = amr_target_policy_place(target, root, &root_placed);
    amr_autofd int a = amr_fs_open(link_dir, link_placed, O_PATH, NULL);
    amr_autofd int b = amr_fs_open(root_dir, root_placed, O_PATH, NULL);
    struct stat is, want;

    return a >= 0 && b >= 0 && fstat(a, &is) == 0 && fstat(b, &want) == 0 &&
           is.st_dev == want.st_dev && is.st_ino == want.st_ino;
}

/* The compiler follows such a link too, but by its own root, and whoever may write what it leads to
 * switches profiles. */
static gboolean
is_plain_directory(const AmrTarget *target, const char *dir, GError **error)
{
    struct stat st;

    if (fstatat(amr_target_policy_fd(target), dir, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT || amr_error_errno(error, errno, "%s", dir);
    return S_ISDIR(st.st_mode) ||
           amr_error_set(error, AMR_ERROR_REFUSED, "%s: It is no directory%s", dir,
                         S_ISLNK(st.st_mode) ? ", but a link to another place" : "");
}

static gboolean
may_take_away(const AmrTarget *target, const char *path, const char *root, GBytes *to,
              GError **error)
{
    g_autofree char *shown = amr_display_string(path);
    g_autofree char *meant = amr_display_string(root);
    gsize len;
    const char *data = g_bytes_get_data(to, &len);
    g_autofree char *leads = amr_display((AmrBytes){data, len});

    return leads_to(target, path, root) ||
           amr_error_set(error, AMR_ERROR_REFUSED,
                         "%s: It leads to %s, which is not %s: somebody's own, to be looked at and "
                         "taken away by hand",
                         shown, leads, meant);
}

gboolean
amr_plan_add_link(AmrPlan *plan, const AmrPlanContext *context, const char *dir, const char *root,
                  gboolean there, GError **error)
{
    g_autofree char *path = g_strconcat(dir, "/", root, NULL);
    g_autoptr(GBytes) now = NULL;
    char *target;

    if (amr_plan_find_file(plan, path))
        return TRUE;
    if (strchr(root, '/') || !is_plain_directory(context->target, dir, error) ||
        !amr_plan_read(context->target, path, &now, error))
        return FALSE;
    if (!there && !now)
        return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH, "%s: It is not there any more",
                             path);
    if (now && !may_take_away(context->target, path, root, now, error))
        return FALSE;
    if (there && now)
        return TRUE;
    if (there && !amr_plan_may_write(context->target, path, error))
        return FALSE;
    target = g_strconcat("../", root, NULL);
    amr_plan_add_digest(plan, path, now);
    amr_plan_add_file(plan, path, there ? NULL : g_steal_pointer(&now),
                      there ? g_bytes_new_take(target, strlen(target)) : NULL);
    if (!there)
        g_free(target);
    return TRUE;
}

/* ---- disable and enable ------------------------------------------------------------------------
 */

static void
add_parts(AmrPlan *plan, const AmrIndex *index, const char *path, const char *root)
{
    g_auto(GStrv) names = amr_index_defines(index, root);

    for (guint i = 0; names[i]; i++) {
        AmrPlanPart *part;
        if (amr_plan_has_part(plan, names[i]))
            continue;
        part = amr_plan_part_new();
        part->profile = g_strdup(names[i]);
        part->local = g_strdup(path);
        part->reaches = g_new0(char *, 1);
        g_ptr_array_add(plan->parts, part);
    }
}

void
amr_plan_beside_rest(AmrPlan *plan, const AmrIndex *index, const char *root,
                     const char *const *asked, const char *what)
{
    g_auto(GStrv) names = amr_index_defines(index, root);
    g_autofree char *file = amr_display_string(root);

    for (guint i = 0; names[i]; i++) {
        const AmrBlock *block = amr_index_find_typed(index, names[i]);
        gboolean wanted = block && block->parent;
        g_autofree char *shown = amr_display_string(names[i]);
        for (guint k = 0; !wanted && asked[k]; k++)
            wanted = amr_index_find_typed(index, asked[k]) == block;
        if (!wanted)
            amr_plan_beside(plan, "%s holds \"%s\" too, which %s with it", file, shown, what);
    }
}

static gboolean
switch_root(AmrPlan *plan, const AmrPlanContext *context, const char *root,
            const char *const *asked, GError **error)
{
    gboolean off = plan->kind == AMR_PLAN_DISABLE;
    g_autofree char *path = g_strconcat(AMR_PLAN_DISABLE_DIR "/", root, NULL);
    const char *const roots[] = {root, NULL};
    gsize files = plan->files->len;

    gboolean is_off = amr_index_is_disabled(context->index, root);

    if (!off && !is_off)
        return TRUE;
    if (off != is_off && !amr_plan_add_link(plan, context, AMR_PLAN_DISABLE_DIR, root, off, error))
        return FALSE;
    add_parts(plan, context->index, path, root);
    if (plan->files->len > files)
        amr_plan_beside_rest(plan, context->index, root, asked, off ? "goes" : "comes");
    return amr_plan_add_loads(plan, context, roots, error);
}

/* The whole file is switched: a child cannot be by itself. */
static gboolean
switch_profile(AmrPlan *plan, const AmrPlanContext *context, const char *typed,
               const char *const *asked, GError **error)
{
    const AmrBlock *block = amr_plan_find_block(context, typed, error);
    g_autofree char *shown = amr_display_string(typed);
    g_autofree const char **roots = NULL;

    if (!block)
        return FALSE;
    if (block->parent)
        return amr_error_set(error, AMR_ERROR_REFUSED,
                             "%s: A child or hat is loaded and unloaded with its profile; a link "
                             "says it of a whole file",
                             shown);
    roots = amr_index_roots(context->index, block);
    for (guint i = 0; roots[i]; i++)
        if (!switch_root(plan, context, roots[i], asked, error))
            return FALSE;
    return TRUE;
}

/* Of a disabled file the kernel may still hold something. */
static gboolean
has_to_unload(const AmrPlan *plan)
{
    for (guint i = 0; i < plan->loads->len; i++)
        if (((AmrPlanLoad *)plan->loads->pdata[i])->loaded)
            return TRUE;
    return FALSE;
}

AmrPlan *
amr_plan_switch(const AmrPlanContext *context, AmrPlanKind kind, const char *const *profiles,
                GError **error)
{
    g_autoptr(AmrPlan) plan = amr_plan_begin(context, kind);

    for (guint i = 0; profiles[i]; i++)
        if (!switch_profile(plan, context, profiles[i], profiles, error))
            return NULL;
    if (!plan->files->len && (kind == AMR_PLAN_ENABLE || !has_to_unload(plan))) {
        g_autofree char *shown = amr_display_string(profiles[0]);
        amr_error_set(error, AMR_ERROR_NOTHING_TO_DO,
                      kind == AMR_PLAN_DISABLE ? "%s%s: Disabled already"
                                               : "%s%s: No link disables it",
                      shown, profiles[1] ? " and the others" : "");
        return NULL;
    }
    return g_steal_pointer(&plan);
}

/* ---- back --------------------------------------------------------------------------------------
 */

static char *
show_link(GBytes *to)
{
    gsize len;
    const char *data = to ? g_bytes_get_data(to, &len) : NULL;
    g_autofree char *shown = data ? amr_display((AmrBytes){data, len}) : NULL;

    return shown ? g_strdup_printf("a link to %s", shown) : g_strdup("not there");
}

gboolean
amr_plan_undo_link(AmrPlan *plan, const AmrPlanContext *context, const AmrPlanFile *done,
                   GError **error)
{
    g_autoptr(GBytes) now = NULL;
    g_autofree char *shown = amr_display_string(done->path);
    g_autofree char *was = show_link(done->before);
    g_autofree char *became = show_link(done->after);
    g_autofree char *is = NULL;
    g_auto(GStrv) defined = amr_index_defines(context->index, strchr(done->path, '/') + 1);

    if (!defined[0])
        return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                             "%s: Its file is not there any more, or defines no profile", shown);
    if (!amr_plan_read(context->target, done->path, &now, error))
        return FALSE;
    if (now && done->after ? !g_bytes_equal(now, done->after) : now != done->after) {
        is = show_link(now);
        return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                             "%s is not what the change made of it: it was %s, became %s, is %s "
                             "now",
                             shown, was, became, is);
    }
    amr_plan_add_digest(plan, done->path, now);
    amr_plan_add_file(plan, done->path, g_steal_pointer(&now),
                      done->before ? g_bytes_ref(done->before) : NULL);
    return TRUE;
}

/* ---- on disk -----------------------------------------------------------------------------------
 */

gboolean
amr_plan_put(const AmrTarget *target, const char *path, GBytes *before, GBytes *after,
             GError **error)
{
    g_autofree char *placed = NULL;
    int place = amr_target_policy_place(target, path, &placed);
    g_autofree char *dir = g_path_get_dirname(placed);

    if (after && !amr_fs_make_dirs(place, dir, 0755, error))
        return FALSE;
    return amr_plan_is_link(path) ? amr_fs_replace_link(place, placed, before, after, error)
                                  : amr_fs_replace(place, placed, before, after, error);
}
