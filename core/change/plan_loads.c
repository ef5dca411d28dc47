/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plan says of the kernel: which files are loaded again, and what that activates besides. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
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
    int dir = path[0] == '/' ? amr_target_root_fd(target) : amr_target_policy_fd(target);

    *bytes = amr_fs_read(dir, path, AMR_FS_POLICY_MAX, &problem);
    if (*bytes || g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
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

/* A name as amr_index_defines() gives it, in what is loaded. */
static const AmrLoadedProfile *
find_loaded(const AmrLoaded *loaded, const char *typed)
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
    guint complain;      /* complain in the kernel, not on disk */
    guint disk_complain; /* complain on disk, not in the kernel */
    guint others;        /* any other mode in the kernel than complain */
    const char *example; /* one that is complain in the kernel only, or on disk only */
    const char *missing; /* one that is not loaded */
} Modes;

static Modes
look_at(const AmrPlanContext *context, const AmrPlanLoad *load)
{
    gboolean forced = amr_index_is_force_complain(context->index, load->path);
    Modes modes = {0};

    for (guint i = 0; load->profiles[i]; i++) {
        const char *name = load->profiles[i];
        const AmrLoadedProfile *profile = find_loaded(context->loaded, name);
        const AmrBlock *block = amr_index_find_typed(context->index, name);
        gboolean on_disk = forced || (block && block->complain);

        if (!profile) {
            modes.absent++;
            modes.missing = name;
            continue;
        }
        modes.loaded++;
        if (profile->mode != AMR_MODE_COMPLAIN)
            modes.others++;
        if (profile->mode == AMR_MODE_COMPLAIN && !on_disk) {
            modes.complain++;
            modes.example = name;
        } else if (profile->mode == AMR_MODE_ENFORCE && on_disk) {
            modes.disk_complain++;
            modes.example = name;
        }
    }
    return modes;
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
    if (modes->complain && !load->complain)
        amr_plan_beside(plan,
                        "\"%s\" is in complain mode in the kernel only, others of %s are not: "
                        "loading the file puts it into enforce mode",
                        example, file);
    else if (load->complain)
        amr_plan_note(plan, "%s is in complain mode in the kernel only, and stays so", file);
    if (modes->disk_complain)
        amr_plan_beside(plan,
                        "\"%s\" is in complain mode on disk, in enforce mode in the kernel: "
                        "loading %s puts it into complain mode",
                        example, file);
}

static void
add_load(AmrPlan *plan, const AmrPlanContext *context, const char *path)
{
    g_autoptr(AmrPlanLoad) load = g_new0(AmrPlanLoad, 1);
    g_autofree char *shown = amr_display_string(path);
    g_autofree const char **reads = amr_index_reads(context->index, path);
    Modes modes;

    load->path = g_strdup(path);
    load->profiles = amr_index_defines(context->index, path);
    load->disabled = amr_index_is_disabled(context->index, path);
    modes = look_at(context, load);
    load->loaded = modes.loaded > 0;
    load->complain = modes.complain > 0 && modes.others == 0;
    if (load->disabled)
        amr_plan_note(plan, "%s is disabled: written, not loaded", shown);
    else if (!load->loaded && context->loaded)
        amr_plan_note(plan, "%s is not loaded: written, not loaded", shown);
    else
        note_drift(plan, load, &modes);
    for (guint i = 0; reads && reads[i]; i++)
        amr_plan_add_digest(plan, reads[i], amr_index_bytes(context->index, reads[i]));
    g_ptr_array_add(plan->loads, g_steal_pointer(&load));
}

void
amr_plan_add_loads(AmrPlan *plan, const AmrPlanContext *context, const char *const *files)
{
    for (guint i = 0; files && files[i]; i++) {
        gboolean there = FALSE;
        for (guint k = 0; k < plan->loads->len && !there; k++)
            there = strcmp(((AmrPlanLoad *)plan->loads->pdata[k])->path, files[i]) == 0;
        if (!there)
            add_load(plan, context, files[i]);
    }
}
