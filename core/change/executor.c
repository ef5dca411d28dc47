/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/executor.h"

#include "core/base/error.h"
#include "core/change/run.h"

#define BESIDES  "armorer-besides" /* of the task of a check, as the next */
#define COMPILED "armorer-compiled"

static const AmrRunStep check_steps[] = {amr_check_digests, amr_check_scratch, amr_check_loaded,
                                         amr_check_grants,  amr_check_compile, NULL};

/* The digests once more when nobody else can write by an armorer: the check took its time, and a
 * recovery may have written. */
static const AmrRunStep run_steps[] = {amr_check_digests, amr_check_scratch, amr_check_loaded,
                                       amr_check_grants,  amr_check_compile, amr_check_agree,
                                       amr_carry_lock,    amr_recover,       amr_check_digests,
                                       amr_carry_intent,  amr_carry_timer,   amr_carry_save,
                                       amr_carry_write,   amr_carry_load,    amr_carry_remove,
                                       amr_verify,        amr_carry_settle,  NULL};

const char *
amr_step_word(AmrStep step)
{
    static const char *const words[] = {[AMR_STEP_UNKNOWN] = "unknown",
#define STEP_WORD(name, word) [AMR_STEP_##name] = word,
                                        AMR_EXECUTOR_STEPS(STEP_WORD)
#undef STEP_WORD
    };
    return (gsize)step < G_N_ELEMENTS(words) ? words[step] : words[0];
}

AmrExecutor *
amr_executor_new(const AmrTarget *target, AmrOpener *opener, AmrCompiler *compiler,
                 AmrHistory *history)
{
    AmrExecutor *executor = g_new0(AmrExecutor, 1);

    executor->target = target;
    executor->opener = opener;
    executor->compiler = compiler;
    executor->history = history;
    return executor;
}

void
amr_executor_set_agree(AmrExecutor *executor, AmrAgree agree, gpointer data)
{
    executor->agree = agree;
    executor->agree_data = data;
}

void
amr_executor_free(AmrExecutor *executor)
{
    g_free(executor);
}

void
amr_outcome_free(AmrOutcome *outcome)
{
    if (!outcome)
        return;
    g_free(outcome->message);
    g_clear_pointer(&outcome->notes, g_ptr_array_unref);
    g_free(outcome);
}

static void
free_outcome(gpointer data)
{
    amr_outcome_free(data);
}

static void
free_notes(gpointer data)
{
    g_ptr_array_unref(data);
}

/* Through the form that it is sent in, so that whoever carries it out has checked it. */
static AmrPlan *
copy_plan(const AmrPlan *plan, GError **error)
{
    g_autoptr(GVariant) variant = g_variant_ref_sink(amr_plan_to_variant(plan));
    AmrPlan *copy = amr_plan_from_variant(variant, error);

    /* What is to be agreed to came as notes: apart again, for who is asked. */
    for (guint i = 0; copy && i < plan->besides->len; i++) {
        g_ptr_array_remove_index(copy->notes, copy->notes->len - 1);
        g_ptr_array_add(copy->besides, g_strdup(plan->besides->pdata[i]));
    }
    return copy;
}

/* Begins @steps on a copy of @plan; the task is the run's from then on. */
static void
begin(GTask *task, AmrRun *run, const AmrIndex *index, GCancellable *cancellable,
      void (*done)(AmrRun *run))
{
    run->index = index;
    run->cancellable = cancellable ? g_object_ref(cancellable) : NULL;
    run->done = done;
    run->data = task;
    amr_run_start(run);
}

static GTask *
new_task(AmrExecutor *executor, GCancellable *cancellable, GAsyncReadyCallback callback,
         gpointer data, gpointer tag)
{
    GTask *task = g_task_new(NULL, cancellable, callback, data);

    g_task_set_source_tag(task, tag);
    /* A change that stands is told, cancelled or not. */
    g_task_set_check_cancellable(task, FALSE);
    return task;
}

/* ---- check alone -------------------------------------------------------------------------------
 */

static GPtrArray *
compiled_of(const AmrRun *run)
{
    GPtrArray *compiled = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < run->plan->loads->len; i++)
        if (run->compiled[i] && run->compiled[i]->output)
            g_ptr_array_add(compiled, g_bytes_ref(run->compiled[i]->output));
    return compiled;
}

static void
on_checked(AmrRun *run)
{
    g_autoptr(GTask) task = run->data;

    g_object_set_data_full(G_OBJECT(task), BESIDES, g_ptr_array_ref(run->besides), free_notes);
    if (!run->error)
        g_object_set_data_full(G_OBJECT(task), COMPILED, compiled_of(run), free_notes);
    if (run->error)
        g_task_return_error(task, g_steal_pointer(&run->error));
    else
        g_task_return_pointer(task, g_ptr_array_ref(run->notes), free_notes);
    amr_run_free(run);
}

void
amr_executor_check_async(AmrExecutor *executor, const AmrPlan *plan, const AmrIndex *index,
                         AmrProgress progress, gpointer progress_data, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data)
{
    GTask *task = new_task(executor, cancellable, callback, data, amr_executor_check_async);
    GError *error = NULL;
    AmrPlan *copy = copy_plan(plan, &error);
    AmrRun *run;

    if (copy) {
        run = amr_run_new(executor, copy, check_steps);
        run->only_checks = TRUE;
        run->progress = progress;
        run->progress_data = progress_data;
        begin(task, run, index, cancellable, on_checked);
        return;
    }
    g_task_return_error(task, error);
    g_object_unref(task);
}

const GPtrArray *
amr_executor_check_besides(GAsyncResult *result)
{
    return g_object_get_data(G_OBJECT(result), BESIDES);
}

const GPtrArray *
amr_executor_check_compiled(GAsyncResult *result)
{
    return g_object_get_data(G_OBJECT(result), COMPILED);
}

gboolean
amr_executor_check_finish(AmrExecutor *executor, GAsyncResult *result, GPtrArray **notes,
                          GError **error)
{
    g_autoptr(GPtrArray) got = g_task_propagate_pointer(G_TASK(result), error);

    if (!got)
        return FALSE;
    if (notes)
        *notes = g_steal_pointer(&got);
    return TRUE;
}

/* ---- the whole ---------------------------------------------------------------------------------
 */

static void
on_done(AmrRun *run)
{
    g_autoptr(GTask) task = run->data;
    AmrOutcome *outcome;

    if (run->error) {
        g_task_return_error(task, g_steal_pointer(&run->error));
    } else {
        outcome = g_new0(AmrOutcome, 1);
        outcome->state = run->state;
        outcome->partly = run->partly;
        outcome->message = g_steal_pointer(&run->message);
        outcome->notes = g_ptr_array_ref(run->notes);
        g_task_return_pointer(task, outcome, free_outcome);
    }
    amr_run_free(run);
}

void
amr_executor_run_async(AmrExecutor *executor, const AmrPlan *plan, const AmrIndex *index,
                       GPtrArray *questions, AmrProgress progress, gpointer progress_data,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = new_task(executor, cancellable, callback, data, amr_executor_run_async);
    AmrPlan *copy = NULL;
    GError *error = NULL;
    AmrRun *run;

    if (amr_target_is_read_only(executor->target))
        amr_error_set(&error, AMR_ERROR_READ_ONLY, "This armorer only reads (--read-only)");
    else
        copy = copy_plan(plan, &error);
    if (error) {
        g_task_return_error(task, error);
        return;
    }
    run = amr_run_new(executor, copy, run_steps);
    run->questions = questions ? g_ptr_array_ref(questions) : NULL;
    run->progress = progress;
    run->progress_data = progress_data;
    begin(g_steal_pointer(&task), run, index, cancellable, on_done);
}

AmrOutcome *
amr_executor_run_finish(AmrExecutor *executor, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
