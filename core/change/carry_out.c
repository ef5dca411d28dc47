/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Under the lock: intent, save, write, load, and the word on how it ended. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"
#include "core/change/claims.h"
#include "core/change/load.h"
#include "core/change/plan_private.h"
#include "core/change/run.h"

#define PROFILES_MAX 4096 /* of one file that are saved */

/* ---- lock and intent ---------------------------------------------------------------------------
 */

static gboolean
is_cancelled(AmrRun *run)
{
    GError *error = NULL;

    if (!g_cancellable_set_error_if_cancelled(run->cancellable, &error))
        return FALSE;
    amr_run_fail(run, error);
    return TRUE;
}

void
amr_carry_lock(AmrRun *run)
{
    GError *error = NULL;

    if (is_cancelled(run))
        return;
    run->lock = amr_history_lock(run->executor->history, &error);
    if (run->lock < 0 || !amr_history_reload(run->executor->history, &error))
        amr_run_fail(run, error);
    else
        amr_run_next(run);
}

/* Whether @change, which was made after the undo was planned, needs a line that it takes. */
static gboolean
needs_taken(const AmrRun *run, const AmrChange *change)
{
    g_autoptr(AmrPlan) plan = amr_history_plan(run->executor->history, change, NULL);

    for (guint i = 0; plan && i < run->plan->parts->len; i++) {
        const AmrPlanPart *part = run->plan->parts->pdata[i];
        for (guint k = 0; k < part->rules->len; k++) {
            g_autofree char *line = amr_rule_print(part->rules->pdata[k]);
            if (amr_plan_has_standing(plan, part->local, line))
                return TRUE;
        }
    }
    return FALSE;
}

/* Whether what an undo takes back is still there to be taken back. */
static gboolean
may_undo(const AmrRun *run, GError **error)
{
    const AmrChange *change;

    if (run->plan->kind != AMR_PLAN_UNDO)
        return TRUE;
    change = amr_history_find(run->executor->history, run->plan->undoes);
    if (!change)
        return amr_error_set(error, AMR_ERROR_NOT_FOUND, "Change %s: The history does not know it",
                             run->plan->undoes);
    for (guint i = 0; i < amr_history_count(run->executor->history); i++) {
        const AmrChange *other = amr_history_get(run->executor->history, i);
        if (other->kind == AMR_PLAN_ADD && other->time > run->plan->made &&
            amr_change_may_stand(other) && needs_taken(run, other))
            return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                                 "Change %s was made in the meantime and needs what this takes "
                                 "away; nothing was written",
                                 other->id);
    }
    return amr_change_may_undo(change, error);
}

void
amr_carry_intent(AmrRun *run)
{
    GError *error = NULL;

    if (is_cancelled(run))
        return;
    amr_run_progress(run, AMR_STEP_SAVE, NULL);
    if (!may_undo(run, &error) || !amr_history_intent(run->executor->history, run->plan, &error)) {
        amr_run_fail(run, error);
        return;
    }
    run->intended = TRUE;
    amr_run_next(run);
}

/* ---- save --------------------------------------------------------------------------------------
 */

static const char *
why_broken(const AmrRun *run, const AmrPlanLoad *load)
{
    guint n;

    return g_ptr_array_find(run->plan->loads, load, &n) ? run->broken[n] : NULL;
}

gboolean
amr_carry_is_loaded(const AmrRun *run, const AmrPlanLoad *load)
{
    return load->loaded && !load->disabled && !why_broken(run, load) &&
           amr_target_load_way(run->executor->target) != AMR_LOAD_NONE;
}

gboolean
amr_carry_is_unloaded(const AmrRun *run, const AmrPlanLoad *load)
{
    return load->loaded && load->disabled &&
           (amr_plan_disables(run->plan, load->path) || run->plan->kind == AMR_PLAN_DISABLE) &&
           amr_target_load_way(run->executor->target) != AMR_LOAD_NONE;
}

guint
amr_carry_raw_number(guint load, guint nth)
{
    return load * PROFILES_MAX + nth;
}

static gboolean
save_load(AmrRun *run, guint n, const AmrLoaded *loaded, GError **error)
{
    const AmrPlanLoad *load = run->plan->loads->pdata[n];
    g_autoptr(GPtrArray) data = amr_held_data(run->executor->opener, load->profiles);

    for (guint i = 0; i < data->len && i < PROFILES_MAX; i++) {
        if (!amr_history_save_raw(run->executor->history, run->plan->id, amr_carry_raw_number(n, i),
                                  data->pdata[i], error))
            return FALSE;
    }
    for (guint i = 0; loaded && load->profiles[i]; i++) {
        g_autofree char *ns = NULL;
        const char *name = amr_held_split(load->profiles[i], &ns);
        const AmrLoadedProfile *profile = amr_loaded_find(loaded, ns, name);
        g_ptr_array_add(run->held, amr_history_held_new(load->profiles[i],
                                                        profile ? profile->mode_word : NULL));
    }
    return TRUE;
}

void
amr_carry_save(AmrRun *run)
{
    g_autoptr(AmrLoaded) loaded = amr_loaded_read(run->executor->opener, NULL);
    GError *error = NULL;

    for (guint i = 0; i < run->plan->loads->len; i++) {
        const AmrPlanLoad *load = run->plan->loads->pdata[i];
        if ((amr_carry_is_loaded(run, load) || amr_carry_is_unloaded(run, load)) &&
            !save_load(run, i, loaded, &error)) {
            g_prefix_error(&error, "Saving what is loaded: ");
            amr_run_fail(run, error);
            return;
        }
    }
    if (amr_history_save_held(run->executor->history, run->plan->id, run->held, &error)) {
        amr_run_next(run);
    } else {
        g_prefix_error(&error, "Saving what is loaded: ");
        amr_run_fail(run, error);
    }
}

/* ---- write -------------------------------------------------------------------------------------
 */

static gboolean
write_file(AmrRun *run, guint n, GError **error)
{
    const AmrPlanFile *file = run->plan->files->pdata[n];

    amr_run_progress(run, AMR_STEP_WRITE, file->path);
    if (!amr_plan_put(run->executor->target, file->path, file->before, file->after, error))
        return FALSE;
    run->written[n] = TRUE;
    return TRUE;
}

/* In a recovery some are written already. */
void
amr_carry_write(AmrRun *run)
{
    GError *error = NULL;

    if (is_cancelled(run))
        return;
    for (guint i = 0; i < run->plan->files->len; i++) {
        if (!run->written[i] && !write_file(run, i, &error)) {
            amr_run_fail(run, error);
            return;
        }
    }
    if (amr_history_state(run->executor->history, run->plan->id, AMR_CHANGE_STATE_WRITTEN, NULL,
                          &error))
        amr_run_next(run);
    else
        amr_run_fail(run, error);
}

/* ---- load --------------------------------------------------------------------------------------
 */

static void
on_loaded(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    const AmrPlanLoad *load = run->plan->loads->pdata[run->n];
    g_autofree char *uncached = NULL;
    GError *error = NULL;
    g_autoptr(AmrCompileResult) loaded = amr_load_finish(result, &uncached, &error);

    if (loaded && !loaded->ok)
        amr_compile_result_to_error(loaded, AMR_ERROR_RELOAD, &error);
    if (error) {
        g_prefix_error(&error, "Loading: ");
        amr_run_fail(run, error);
        return;
    }
    if (uncached) {
        g_autofree char *shown = amr_display_string(load->path);
        amr_run_note(run,
                     "%s: Loaded, but not kept in the compiler's cache: %s. It is compiled anew at "
                     "the next boot",
                     shown, uncached);
    }
    run->loaded++;
    run->n++;
    amr_carry_load(run);
}

void
amr_carry_load(AmrRun *run)
{
    for (; run->n < run->plan->loads->len; run->n++) {
        const AmrPlanLoad *load = run->plan->loads->pdata[run->n];

        if (amr_carry_is_unloaded(run, load)) {
            run->tried = MAX(run->tried, run->n + 1);
            amr_run_progress(run, AMR_STEP_LOAD, load->path);
            amr_carry_unload(run);
            return;
        }
        if (!amr_carry_is_loaded(run, load)) {
            g_autofree char *shown = amr_display_string(load->path);
            if (!why_broken(run, load) && run->plan->kind != AMR_PLAN_DISABLE &&
                !amr_plan_disables(run->plan, load->path)) /* of which the check told */
                amr_run_note(run, "Not loaded: %s%s", shown,
                             load->disabled ? " (it is disabled)" : "");
            continue;
        }
        run->tried = MAX(run->tried, run->n + 1);
        amr_run_progress(run, AMR_STEP_LOAD, load->path);
        /* Not to be cancelled: the files are written. */
        amr_load_async(run->executor->compiler, run->executor->target, run->index, run->plan, load,
                       on_loaded, run);
        return;
    }
    amr_run_next(run);
}

/* ---- how it ended -------------------------------------------------------------------------------
 */

/* The first of what cannot be loaded. */
static const char *
find_broken(const AmrRun *run)
{
    for (guint i = 0; i < run->plan->loads->len; i++) {
        const AmrPlanLoad *load = run->plan->loads->pdata[i];
        if (run->broken[i] && load->loaded && !load->disabled)
            return run->broken[i];
    }
    return NULL;
}

/* What it is for is that something is loaded no more. */
static gboolean
takes_out(const AmrRun *run)
{
    for (guint i = 0; i < run->plan->loads->len; i++)
        if (amr_carry_is_unloaded(run, run->plan->loads->pdata[i]))
            return TRUE;
    return run->plan->kind == AMR_PLAN_DISABLE;
}

static void
judge(AmrRun *run)
{
    static const char *const words[] = {[AMR_PLAN_UNKNOWN] = "Done",
                                        [AMR_PLAN_ADD] = "Written",
                                        [AMR_PLAN_UNDO] = "Taken back",
                                        [AMR_PLAN_RELOAD] = "Nothing written",
                                        [AMR_PLAN_ENFORCE] = "In enforce mode",
                                        [AMR_PLAN_COMPLAIN] = "In complain mode",
                                        [AMR_PLAN_KILL] = "In kill mode",
                                        [AMR_PLAN_DISABLE] = "Disabled",
                                        [AMR_PLAN_ENABLE] = "Enabled",
                                        [AMR_PLAN_COMPLAIN_FOR] = "In complain mode for a while",
                                        [AMR_PLAN_NEW] = "Made",
                                        [AMR_PLAN_STUB] = "Made"};
    guint questions = run->questions ? run->questions->len : 0;
    const char *what = words[run->plan->kind];
    const char *broken = find_broken(run);

    if (broken) {
        run->state = run->loaded ? AMR_CHANGE_STATE_LOADED : AMR_CHANGE_STATE_NOT_LOADED;
        run->partly = TRUE;
        run->message =
            g_strdup_printf("%s, but the profile could not be loaded because of %s", what, broken);
    } else if (takes_out(run)) {
        run->state = !run->loaded                    ? AMR_CHANGE_STATE_NOT_LOADED
                     : run->confirmed == run->loaded ? AMR_CHANGE_STATE_VERIFIED
                                                     : AMR_CHANGE_STATE_LOADED;
        run->message = g_strdup_printf("%s%s", what, run->loaded ? ", and out of the kernel" : "");
    } else if (run->loaded == 0) {
        run->state = AMR_CHANGE_STATE_NOT_LOADED;
        run->message = g_strdup_printf("%s, not loaded", what);
    } else if (questions && run->allowed == questions) {
        run->state = AMR_CHANGE_STATE_VERIFIED;
        run->message = g_strdup_printf("%s, loaded, and the kernel allows what was denied", what);
    } else if (!questions && run->confirmed == run->loaded) {
        run->state = AMR_CHANGE_STATE_VERIFIED;
        run->message =
            g_strdup_printf("%s, loaded, and the kernel confirms to hold what was compiled", what);
    } else {
        run->state = AMR_CHANGE_STATE_LOADED;
        run->message = g_strdup_printf("%s and loaded", what);
    }
}

void
amr_carry_settle(AmrRun *run)
{
    g_autoptr(GError) error = NULL;

    judge(run);
    /* The change stands; the next armorer finishes what the history lacks. */
    if (!amr_history_state(run->executor->history, run->plan->id, run->state,
                           run->partly ? run->message : NULL, &error))
        amr_run_note(run, "%s", error->message);
    amr_run_next(run);
}
