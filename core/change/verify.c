/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the kernel holds what was loaded, and allows what was denied. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/plan_private.h"
#include "core/change/run.h"

static gboolean
is_there(const AmrPlanLoad *load, const AmrLoaded *loaded, GError **error)
{
    for (guint i = 0; load->profiles[i]; i++) {
        g_autofree char *shown = amr_display_string(load->profiles[i]);
        g_autofree char *ns = NULL;
        const char *name = amr_held_split(load->profiles[i], &ns);

        if (strstr(name, "//"))
            continue; /* the compiler may have left it out: a conditional */
        if (!amr_loaded_find(loaded, ns, name))
            return amr_error_set(error, AMR_ERROR_VERIFY,
                                 "%s: It was loaded, and the kernel does not hold it", shown);
    }
    return TRUE;
}

static gboolean
is_gone(const AmrPlanLoad *load, const AmrLoaded *loaded, GError **error)
{
    for (guint i = 0; load->profiles[i]; i++) {
        g_autofree char *shown = amr_display_string(load->profiles[i]);
        if (amr_plan_find_loaded(loaded, load->profiles[i]))
            return amr_error_set(error, AMR_ERROR_VERIFY,
                                 "%s: It was unloaded, and the kernel still holds it", shown);
    }
    return TRUE;
}

/* What a change of modes asked for. */
static gboolean
has_its_mode(const AmrRun *run, const AmrPlanLoad *load, const AmrLoaded *loaded, GError **error)
{
    for (guint i = 0; load->profiles[i]; i++) {
        AmrMode mode = amr_plan_mode_of(run->plan, load->profiles[i]);
        const AmrLoadedProfile *held = amr_plan_find_loaded(loaded, load->profiles[i]);
        g_autofree char *shown = amr_display_string(load->profiles[i]);
        g_autofree char *is = amr_display_string(held ? held->mode_word : NULL);
        if (mode != AMR_MODE_UNKNOWN && held && held->mode != mode)
            return amr_error_set(error, AMR_ERROR_VERIFY,
                                 "%s: It was to be in %s mode, and is in %s", shown,
                                 amr_mode_word(mode), is);
    }
    return TRUE;
}

/* No other change takes a profile out of complain mode: what was in it by the kernel alone was
 * loaded so again, what is so on disk is so by itself. */
static gboolean
stays_complain(const AmrRun *run, const AmrLoaded *loaded, GError **error)
{
    for (guint i = 0; i < run->held->len; i++) {
        const AmrHistoryHeld *held = run->held->pdata[i];
        g_autofree char *shown = amr_display_string(held->profile);
        g_autofree char *ns = NULL;
        const char *name = amr_held_split(held->profile, &ns);
        const AmrLoadedProfile *profile = amr_loaded_find(loaded, ns, name);

        if (amr_plan_sets_mode(run->plan, held->profile))
            continue;
        if (profile && g_strcmp0(held->mode, amr_mode_word(AMR_MODE_COMPLAIN)) == 0 &&
            profile->mode != AMR_MODE_COMPLAIN)
            return amr_error_set(error, AMR_ERROR_VERIFY, "%s: It did not stay in complain mode",
                                 shown);
    }
    return TRUE;
}

/* Compares where the kernel tells and the compiler made the same bytes: not where force-complain/
 * set the mode while loading. */
static gboolean
is_what_was_compiled(AmrRun *run, guint n, GError **error)
{
    const AmrPlanLoad *load = run->plan->loads->pdata[n];
    g_autofree char *shown = amr_display_string(load->path);
    AmrHeld held;

    if (!run->compiled[n] || amr_plan_forces(run->plan, run->index, load->path))
        return TRUE;
    held = amr_held_compare(run->executor->opener, load->profiles, NULL, run->compiled[n]);
    if (held == AMR_HELD_OTHER)
        return amr_error_set(error, AMR_ERROR_VERIFY,
                             "%s: What the kernel holds is not what the compiler made of it",
                             shown);
    if (held == AMR_HELD_SAME)
        run->confirmed++;
    return TRUE;
}

static gboolean
verify_loads(AmrRun *run, GError **error)
{
    g_autoptr(AmrLoaded) loaded = NULL;

    /* What stands for a kernel below another root takes policy and tells nothing. */
    if (amr_target_load_way(run->executor->target) != AMR_LOAD_KERNEL)
        return TRUE;
    loaded = amr_loaded_read(run->executor->opener, NULL);
    for (guint i = 0; i < run->plan->loads->len; i++) {
        const AmrPlanLoad *load = run->plan->loads->pdata[i];
        if (amr_carry_is_unloaded(run, load) && loaded) {
            if (!is_gone(load, loaded, error))
                return FALSE;
            run->confirmed++;
        }
        if (!amr_carry_is_loaded(run, load))
            continue;
        if ((loaded &&
             (!is_there(load, loaded, error) || !has_its_mode(run, load, loaded, error))) ||
            !is_what_was_compiled(run, i, error))
            return FALSE;
    }
    return !loaded || stays_complain(run, loaded, error);
}

/* The kernel's answers. A "no" fails: what was asked for did not come of it. */
static gboolean
ask(AmrRun *run, GError **error)
{
    g_autoptr(GString) denied = g_string_new(NULL);

    for (guint i = 0; run->questions && run->loaded && i < run->questions->len; i++) {
        const AmrExecutorQuestion *question = run->questions->pdata[i];
        AmrBytes path = {question->path, question->path_len};
        g_autofree char *label = amr_display_string(question->label);
        g_autofree char *shown = amr_display(path);
        g_autoptr(GError) problem = NULL;
        gboolean allowed = FALSE;

        if (!amr_kernel_query_file(run->executor->target, question->label, question->access, path,
                                   question->owner, &allowed, &problem)) {
            if (!g_error_matches(problem, AMR_ERROR, AMR_ERROR_NOT_ENABLED))
                amr_run_note(run, "Not asked: %s of %s: %s", question->access, shown,
                             problem->message);
            continue;
        }
        if (allowed)
            run->allowed++;
        else
            g_string_append_printf(denied, "%s%s of %s to %s", denied->len ? "; " : "",
                                   question->access, shown, label);
    }
    if (denied->len)
        return amr_error_set(error, AMR_ERROR_VERIFY, "Loaded, and still denied: %s", denied->str);
    return TRUE;
}

void
amr_verify(AmrRun *run)
{
    GError *error = NULL;

    amr_run_progress(run, AMR_STEP_VERIFY, NULL);
    if (verify_loads(run, &error) && ask(run, &error))
        amr_run_next(run);
    else
        amr_run_fail(run, error);
}
