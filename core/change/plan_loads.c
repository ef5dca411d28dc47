/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plan says of the kernel: which files are loaded again, and what that activates besides. */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/change/complain.h"
#include "core/change/plan_private.h"

void
amr_plan_note(AmrPlan *plan, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(plan->notes, g_strdup_vprintf(format, args));
    va_end(args);
}

void
amr_plan_beside(AmrPlan *plan, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(plan->besides, g_strdup_vprintf(format, args));
    va_end(args);
}

gboolean
amr_plan_read(const AmrTarget *target, const char *path, GBytes **bytes, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autofree char *placed = NULL;
    int dir = amr_target_root_fd(target);

    if (path[0] != '/')
        dir = amr_target_policy_place(target, path, &placed);
    if (amr_plan_is_link(path))
        return amr_fs_read_link(dir, placed, bytes, error);
    *bytes = amr_fs_read(dir, placed ? placed : path, AMR_FS_POLICY_MAX, &problem);
    if (*bytes || g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

/* The first part of @path, below @dirfd, that is a link; NULL if there is none. */
static char *
find_link(int dirfd, const char *path)
{
    for (const char *end = path; *end; end++) {
        g_autofree char *part = NULL;
        struct stat st;

        for (end++; *end && *end != '/'; end++)
            ;
        part = g_strndup(path, (gsize)(end - path));
        if (fstatat(dirfd, part, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
            return g_steal_pointer(&part);
        if (!*end)
            break;
    }
    return NULL;
}

/* The compiler knows no other root: what it opens must be what we write, or where we make it. */
static gboolean
is_same_for_compiler(const AmrTarget *target, const char *path, int parent, const char *leaf)
{
    g_autofree char *dir = g_path_get_dirname(path);
    gboolean there = faccessat(parent, leaf, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    struct stat ours, theirs;

    return fstatat(parent, there ? leaf : ".", &ours, AT_SYMLINK_NOFOLLOW) == 0 &&
           fstatat(amr_target_policy_fd(target), there ? path : dir, &theirs, 0) == 0 &&
           ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

static gboolean
refuse_link(const AmrTarget *target, const char *path, const char *link, const char *why,
            GError **error)
{
    char to[PATH_MAX] = "";
    ssize_t len = readlinkat(amr_target_policy_fd(target), link, to, sizeof to - 1);
    g_autofree char *shown = amr_display_string(path);
    g_autofree char *from = amr_display_string(link);
    g_autofree char *target_shown = amr_display((AmrBytes){to, len > 0 ? (gsize)len : 0});

    return amr_error_set(error, AMR_ERROR_REFUSED, "%s: The link %s leads to %s: %s", shown, from,
                         target_shown, why);
}

gboolean
amr_plan_may_write(const AmrTarget *target, const char *path, GError **error)
{
    static const char nothing[] = "Nothing is there";
    int policy = amr_target_policy_fd(target);
    g_autofree char *placed = NULL;
    g_autofree char *leaf = NULL;
    g_autofree char *link = find_link(policy, path);
    g_autoptr(GError) problem = NULL;
    amr_autofd int parent = -1;
    int place = amr_target_policy_place(target, path, &placed);

    if (!amr_fs_resolve_trusted(place, placed, &parent, &leaf, &problem)) {
        gboolean absent = g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
        if (absent && !link)
            return TRUE; /* its directory is made with it */
        if (absent)
            return refuse_link(target, path, link, nothing, error);
        if (link && g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_TOO_MANY_LINKS))
            return refuse_link(target, path, link, problem->message, error);
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    if (!link)
        return TRUE;
    if (strcmp(link, path) == 0 && faccessat(parent, leaf, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return refuse_link(target, path, link, nothing, error);
    if (!is_same_for_compiler(target, path, parent, leaf))
        return refuse_link(target, path, link,
                           "The compiler knows no other root and would follow it out of this one",
                           error);
    return TRUE;
}

char *
amr_plan_typed(const char *ns, const char *name)
{
    return ns && ns[0] ? g_strdup_printf(":%s:%s", ns, name) : g_strdup(name);
}

void
amr_plan_add_digest(AmrPlan *plan, const char *path, GBytes *bytes)
{
    for (guint i = 0; i + 1 < plan->digests->len; i += 2) {
        if (strcmp(plan->digests->pdata[i], path) == 0)
            return;
    }
    g_ptr_array_add(plan->digests, g_strdup(path));
    g_ptr_array_add(plan->digests, amr_fs_digest(bytes));
}

const AmrLoadedProfile *
amr_plan_find_loaded(const AmrLoaded *loaded, const char *typed)
{
    const char *end = typed[0] == ':' ? strchr(typed + 1, ':') : NULL;
    g_autofree char *ns = NULL;

    if (!loaded)
        return NULL;
    if (!end)
        return amr_loaded_find(loaded, "", typed);
    ns = g_strndup(typed + 1, (gsize)(end - typed - 1));
    return amr_loaded_find(loaded, ns, end + 1);
}

/* How the profiles of one file stand in the kernel and on disk. */
typedef struct {
    guint loaded, absent;
    guint disk_complain; /* complain on disk, not in the kernel */
    GPtrArray *complain; /* complain in the kernel, not on disk; borrowed */
    const char *example; /* one that is complain on disk only */
    const char *missing; /* one that is not loaded */
} Modes;

static void
look_at_one(const AmrPlanContext *context, const AmrPlan *plan, gboolean forced, const char *name,
            Modes *modes)
{
    const AmrLoadedProfile *profile = amr_plan_find_loaded(context->loaded, name);
    const AmrBlock *block = amr_index_find_typed(context->index, name);
    gboolean on_disk = forced || (block && block->complain);

    if (!profile) {
        modes->absent++;
        modes->missing = name;
        return;
    }
    modes->loaded++;
    if (plan->kind == AMR_PLAN_COMPLAIN_FOR && amr_plan_has_part(plan, name) && !on_disk) {
        g_ptr_array_add(modes->complain, (gpointer)name);
        return;
    }
    if (amr_plan_sets_mode(plan, name))
        return; /* none that is kept, none that comes by itself */
    if (profile->mode == AMR_MODE_COMPLAIN && !on_disk) {
        g_ptr_array_add(modes->complain, (gpointer)name);
    } else if (profile->mode == AMR_MODE_ENFORCE && on_disk) {
        modes->disk_complain++;
        modes->example = name;
    }
}

static Modes
look_at(const AmrPlanContext *context, const AmrPlan *plan, const AmrPlanLoad *load)
{
    gboolean forced = amr_plan_forces(plan, context->index, load->path);
    Modes modes = {.complain = g_ptr_array_new()};

    for (guint i = 0; load->profiles[i]; i++) {
        gboolean goes = plan->kind == AMR_PLAN_UNDO && amr_plan_makes(plan, load->profiles[i]);
        if (!goes)
            look_at_one(context, plan, forced, load->profiles[i], &modes);
    }
    return modes;
}

/* A child that the plan makes is no stricter than its parent: it begins as a null profile did. */
static void
add_made(AmrPlan *plan, GPtrArray *complain)
{
    for (guint i = 0; plan->kind == AMR_PLAN_ADD && i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        gboolean in_complain =
            g_ptr_array_find_with_equal_func(complain, part->profile, g_str_equal, NULL);
        for (guint k = 0; in_complain && k < part->rules->len; k++) {
            const AmrRule *rule = part->rules->pdata[k];
            if (rule->kind != AMR_RULE_CHILD || rule->child.complain)
                continue;
            char *name = g_strdup_printf("%s//%s", part->profile, rule->child.name);
            g_autofree char *shown = amr_display_string(name);
            g_ptr_array_add(complain, name);
            amr_plan_note(plan,
                          "\"%s\": Made in a profile that is in complain mode in the kernel "
                          "only, and so is it",
                          shown);
        }
    }
}

/* Takes the profiles that are in complain mode in the kernel only, to be loaded so again. */
static gboolean
keep_complain(AmrPlan *plan, const AmrPlanContext *context, AmrPlanLoad *load, const Modes *modes,
              GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    g_autoptr(GPtrArray) complain = g_ptr_array_new();
    g_autofree char *file = amr_display_string(load->path);
    g_autoptr(GBytes) text = NULL;
    g_autoptr(GError) problem = NULL;

    for (guint i = 0; i < modes->complain->len; i++) {
        g_ptr_array_add(complain, g_strdup(modes->complain->pdata[i]));
        g_string_append(names, i ? "\", \"" : "\"");
        amr_display_append(names, amr_bytes(complain->pdata[i]));
    }
    add_made(plan, complain);
    g_ptr_array_add(complain, NULL);
    load->complain = (char **)g_ptr_array_free(g_steal_pointer(&complain), FALSE);
    if (!names->len)
        return TRUE;
    text = amr_complain_text(context->target, context->index, plan, load, &problem);
    if (!text)
        return amr_error_set(error, AMR_ERROR_REFUSED,
                             "%s\" of %s: In complain mode in the kernel only, and cannot be kept "
                             "so (%s); load the file first, or put it into complain mode on disk",
                             names->str, file, problem->message);
    if (plan->kind == AMR_PLAN_COMPLAIN_FOR)
        amr_plan_note(
            plan,
            "%s\" of %s: In complain mode in the kernel only, whose end a reboot is, too: "
            "loaded from a copy that says so, and the file does not change",
            names->str, file);
    else
        amr_plan_note(
            plan,
            "%s\" of %s: In complain mode in the kernel only, and stays so: the file is loaded "
            "from a copy that says complain, and does not change for it",
            names->str, file);
    return TRUE;
}

static void
note_drift(AmrPlan *plan, const AmrPlanLoad *load, const Modes *modes)
{
    g_autofree char *file = amr_display_string(load->path);
    g_autofree char *example = amr_display_string(modes->example);
    g_autofree char *missing = amr_display_string(modes->missing);

    if (modes->loaded && modes->absent)
        amr_plan_beside(plan, "Loading %s loads %u profile%s that %s not loaded now (\"%s\")", file,
                        modes->absent, modes->absent == 1 ? "" : "s",
                        modes->absent == 1 ? "is" : "are", missing);
    if (modes->disk_complain)
        amr_plan_beside(plan,
                        "\"%s\" is in complain mode on disk, in enforce mode in the kernel: "
                        "loading %s puts it into complain mode",
                        example, file);
}

/* What happens to those who run under it is the kernel's doing: a label without a profile. */
static void
note_unload(AmrPlan *plan, const AmrPlanLoad *load)
{
    g_autofree char *file = amr_display_string(load->path);

    if (load->loaded)
        amr_plan_note(plan,
                      "All that %s defines leaves the kernel: what runs under it goes on "
                      "unconfined, and what starts is unconfined",
                      file);
    else
        amr_plan_note(plan, "Nothing that %s defines is loaded", file);
}

static gboolean
add_load(AmrPlan *plan, const AmrPlanContext *context, const char *path, GError **error)
{
    g_autoptr(AmrPlanLoad) load = g_new0(AmrPlanLoad, 1);
    g_autofree char *shown = amr_display_string(path);
    g_autofree const char **reads = amr_index_reads(context->index, path);
    g_autoptr(GPtrArray) complain = NULL;
    Modes modes;

    if (!amr_plan_stays_below(context, path, error))
        return FALSE;
    load->path = g_strdup(path);
    load->profiles = amr_index_defines(context->index, path);
    load->disabled = amr_plan_disables(plan, path) ||
                     (amr_index_is_disabled(context->index, path) && !amr_plan_enables(plan, path));
    modes = look_at(context, plan, load);
    complain = modes.complain;
    load->loaded = modes.loaded > 0 || (amr_plan_enables(plan, path) && context->loaded);
    if (load->disabled && (amr_plan_disables(plan, path) || plan->kind == AMR_PLAN_DISABLE))
        note_unload(plan, load);
    else if (load->disabled)
        amr_plan_note(plan, "%s is disabled: written, not loaded", shown);
    else if (!load->loaded && context->loaded)
        amr_plan_note(plan, "%s is not loaded: written, not loaded", shown);
    else if (keep_complain(plan, context, load, &modes, error))
        note_drift(plan, load, &modes);
    else
        return FALSE;
    for (guint i = 0; reads && reads[i]; i++)
        amr_plan_add_digest(plan, reads[i], amr_index_bytes(context->index, reads[i]));
    g_ptr_array_add(plan->loads, g_steal_pointer(&load));
    return TRUE;
}

/* What the next upgrade does to a file that is not as the package has it. */
static const char *
upgrade_words(AmrUpgrade upgrade)
{
    switch (upgrade) {
    case AMR_UPGRADE_ASKS:
        return "may ask which of the two is kept";
    case AMR_UPGRADE_KEEPS:
        return "keeps yours, and puts its own beside it";
    case AMR_UPGRADE_REPLACES:
        return "puts its own in its place, and keeps yours beside it";
    case AMR_UPGRADE_OVERWRITES:
        return "overwrites it, with this change";
    case AMR_UPGRADE_UNKNOWN:
        break;
    }
    return "may overwrite it";
}

void
amr_plan_note_packages(AmrPlan *plan, const AmrPlanContext *context)
{
    for (guint i = 0; i < plan->files->len; i++) {
        const AmrPlanFile *file = plan->files->pdata[i];
        const AmrPackaged *owner = amr_packages_find(context->packages, file->path);
        g_autofree char *shown = amr_display_string(file->path);
        g_autofree char *package = owner ? amr_display_string(owner->package) : NULL;
        if (owner && file->after && (!owner->digest || amr_packaged_is_edited(owner, file->after)))
            amr_plan_note(plan, "%s belongs to the package %s, whose next upgrade %s", shown,
                          package, upgrade_words(owner->upgrade));
    }
}

gboolean
amr_plan_add_loads(AmrPlan *plan, const AmrPlanContext *context, const char *const *files,
                   GError **error)
{
    for (guint i = 0; files && files[i]; i++) {
        gboolean there = FALSE;
        for (guint k = 0; k < plan->loads->len && !there; k++)
            there = strcmp(((AmrPlanLoad *)plan->loads->pdata[k])->path, files[i]) == 0;
        if (!there && !add_load(plan, context, files[i], error))
            return FALSE;
    }
    return TRUE;
}
