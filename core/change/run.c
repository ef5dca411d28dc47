/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/run.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"

AmrRun *
amr_run_new(AmrExecutor *executor, AmrPlan *plan, const AmrRunStep *steps)
{
    AmrRun *run = g_new0(AmrRun, 1);

    run->executor = executor;
    run->plan = plan;
    run->steps = steps;
    run->lock = -1;
    run->compiled = g_new0(AmrCompileResult *, plan->loads->len + 1);
    run->broken = g_new0(char *, plan->loads->len + 1);
    run->written = g_new0(gboolean, plan->files->len + 1);
    run->unfinished = g_ptr_array_new_with_free_func(g_free);
    run->held = g_ptr_array_new_with_free_func((GDestroyNotify)amr_history_held_free);
    run->notes = g_ptr_array_new_with_free_func(g_free);
    run->besides = g_ptr_array_new_with_free_func(g_free);
    run->problems = g_string_new(NULL);
    return run;
}

void
amr_run_free(AmrRun *run)
{
    if (!run)
        return;
    for (guint i = 0; i < run->plan->loads->len; i++) {
        amr_compile_result_free(run->compiled[i]);
        g_free(run->broken[i]);
    }
    g_strfreev(run->as_is);
    g_free(run->broken);
    g_free(run->compiled);
    g_free(run->written);
    g_clear_pointer(&run->plan, amr_plan_free);
    g_clear_pointer(&run->questions, g_ptr_array_unref);
    g_clear_object(&run->cancellable);
    g_clear_pointer(&run->scratch, amr_scratch_free);
    g_ptr_array_unref(run->unfinished);
    g_ptr_array_unref(run->held);
    g_ptr_array_unref(run->notes);
    g_ptr_array_unref(run->besides);
    g_string_free(run->problems, TRUE);
    g_clear_error(&run->error);
    g_free(run->message);
    amr_fs_close_fd(&run->lock);
    g_free(run);
}

static void
enter(AmrRun *run)
{
    run->n = run->k = 0;
    if (run->steps[run->at])
        run->steps[run->at](run);
    else
        run->done(run);
}

void
amr_run_start(AmrRun *run)
{
    run->at = 0;
    enter(run);
}

void
amr_run_next(AmrRun *run)
{
    run->at++;
    enter(run);
}

void
amr_run_fail(AmrRun *run, GError *error)
{
    run->error = error;
    g_clear_pointer(&run->scratch, amr_scratch_free);
    if (!run->intended) {
        run->done(run);
        return;
    }
    run->steps = amr_run_restore_steps;
    amr_run_start(run);
}

void
amr_run_note(AmrRun *run, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(run->notes, g_strdup_vprintf(format, args));
    va_end(args);
}

void
amr_run_progress(AmrRun *run, AmrStep step, const char *what)
{
    g_autofree char *shown = amr_display_string(what);

    if (run->progress)
        run->progress(step, shown, run->progress_data);
}

void
amr_run_progress_rules(AmrRun *run, AmrStep step, const char *what, guint done, guint of)
{
    g_autofree char *shown = amr_display_string(what);
    g_autofree char *far = g_strdup_printf("%s: %u of %u rules", shown, done, of);

    if (run->progress)
        run->progress(step, far, run->progress_data);
}
