/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A profile out of the kernel: one that a load brought there, or that is no longer in any file. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/plan_private.h"
#include "core/change/run.h"

gboolean
amr_remove_async(AmrRun *run, const char *typed, GAsyncReadyCallback callback, GError **error)
{
    /* The name of a header is no pattern: 3.0.8 keeps a backslash before a star in it. */
    g_autofree char *spelled = amr_policy_name(AMR_PLACE_TARGET, amr_bytes(typed), error);
    g_autofree char *text = spelled ? g_strdup_printf("profile %s {}\n", spelled) : NULL;
    g_autoptr(GBytes) bytes = text ? g_bytes_new(text, strlen(text)) : NULL;
    const AmrCompileJob job = {AMR_COMPILE_REMOVE, NULL, NULL, bytes};

    if (!bytes)
        return FALSE;
    amr_compiler_run_async(run->executor->compiler, &job, NULL, callback, run);
    return TRUE;
}

gboolean
amr_remove_finish(const AmrRun *run, GAsyncResult *result, GError **error)
{
    g_autoptr(AmrCompileResult) removed =
        amr_compiler_run_finish(run->executor->compiler, result, error);

    if (removed && !removed->ok)
        amr_compile_result_to_error(removed, AMR_ERROR_RELOAD, error);
    return removed && removed->ok;
}

/* ---- what a change disables --------------------------------------------------------------------
 */

static void
on_unloaded(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    GError *error = NULL;

    if (!amr_remove_finish(run, result, &error)) {
        g_prefix_error(&error, "Unloading: ");
        amr_run_fail(run, error);
        return;
    }
    run->k++;
    amr_carry_unload(run);
}

/* Children and hats go with their profile (aa_remove_profiles()). */
void
amr_carry_unload(AmrRun *run)
{
    const AmrPlanLoad *load = run->plan->loads->pdata[run->n];
    g_autoptr(AmrLoaded) loaded = amr_loaded_read(run->executor->opener, NULL);
    GError *error = NULL;

    for (; load->profiles[run->k]; run->k++) {
        const char *typed = load->profiles[run->k];
        if (strstr(typed, "//") || (loaded && !amr_plan_find_loaded(loaded, typed)))
            continue;
        if (!amr_remove_async(run, typed, on_unloaded, &error))
            amr_run_fail(run, error);
        return;
    }
    run->loaded++;
    run->n++;
    run->k = 0;
    amr_carry_load(run);
}

/* ---- children that an undo takes back ----------------------------------------------------------
 */

/* The change stands without it: nothing leads to that child any more. */
static void
note(AmrRun *run, const char *typed, const GError *error)
{
    g_autofree char *shown = amr_display_string(typed);
    amr_run_note(run, "%s stays in the kernel: %s", shown, error->message);
}

static const char *
profile_at(const AmrRun *run)
{
    const AmrPlanLoad *load = run->plan->loads->pdata[run->n];
    return load->profiles[run->k];
}

static void
on_removed(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    g_autoptr(GError) error = NULL;

    if (!amr_remove_finish(run, result, &error))
        note(run, profile_at(run), error);
    run->k++;
    amr_carry_remove(run);
}

/* Whether the load at hand left it in the kernel, though the undo took its block out of policy: the
 * kernel keeps the children of the profile that was replaced (aa_replace_profiles()). */
static gboolean
is_left(const AmrRun *run, const AmrLoaded *loaded)
{
    const char *typed = profile_at(run);
    g_autofree char *ns = NULL;
    const char *name = amr_held_split(typed, &ns);

    return amr_plan_makes(run->plan, typed) && loaded && amr_loaded_find(loaded, ns, name);
}

void
amr_carry_remove(AmrRun *run)
{
    g_autoptr(AmrLoaded) loaded = NULL;

    if (run->plan->kind == AMR_PLAN_UNDO && run->loaded)
        loaded = amr_loaded_read(run->executor->opener, NULL);
    for (; loaded && run->n < run->plan->loads->len; run->n++, run->k = 0) {
        if (!amr_carry_is_loaded(run, run->plan->loads->pdata[run->n]))
            continue;
        for (; profile_at(run); run->k++) {
            g_autoptr(GError) error = NULL;
            if (!is_left(run, loaded))
                continue;
            if (amr_remove_async(run, profile_at(run), on_removed, &error))
                return;
            note(run, profile_at(run), error);
        }
    }
    amr_run_next(run);
}
