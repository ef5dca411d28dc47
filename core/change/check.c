/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Before anything is touched: is all as the plan read it, what does policy on disk say of the rules
 * already, does every affected file compile with the change. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"
#include "core/change/plan_private.h"
#include "core/change/run.h"
#include "core/policy/grant.h"

/* ---- digests ----------------------------------------------------------------------------------
 */

void
amr_check_digests(AmrRun *run)
{
    const GPtrArray *digests = run->plan->digests;

    for (guint i = 0; i + 1 < digests->len; i += 2) {
        const char *path = digests->pdata[i];
        g_autoptr(GBytes) bytes = NULL;
        g_autofree char *digest = NULL;
        g_autofree char *shown = NULL;
        GError *error = NULL;

        /* What cannot be read now could not be read then, or is another file. */
        (void)amr_plan_read(run->executor->target, path, &bytes, NULL);
        digest = amr_fs_digest(bytes);
        if (strcmp(digest, digests->pdata[i + 1]) == 0)
            continue;
        shown = amr_display_string(path);
        amr_error_set(&error, AMR_ERROR_CHANGED_UNDERNEATH,
                      run->unfinished->len
                          ? "%s: What an armorer that died had left unfinished was dealt with "
                            "first, and changed it; nothing else was written"
                          : "%s: It is not what the change was made from; nothing was written",
                      shown);
        amr_run_fail(run, error);
        return;
    }
    amr_run_next(run);
}

/* ---- the copy of the policy --------------------------------------------------------------------
 */

static void
on_scratch(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    GError *error = NULL;

    run->scratch = amr_scratch_new_finish(result, &error);
    if (run->scratch)
        amr_run_next(run);
    else
        amr_run_fail(run, error);
}

void
amr_check_scratch(AmrRun *run)
{
    amr_run_progress(run, AMR_STEP_CHECK, NULL);
    amr_scratch_new_async(run->executor->target, run->cancellable, on_scratch, run);
}

/* Compiles load @n as the copy has it now. */
static void
compile(AmrRun *run, GAsyncReadyCallback callback)
{
    const AmrPlanLoad *load = run->plan->loads->pdata[run->n];
    const AmrCompileJob job = {AMR_COMPILE_CHECK, amr_scratch_path(run->scratch), load->path, NULL};

    amr_run_progress(run, AMR_STEP_CHECK, load->path);
    amr_compiler_run_async(run->executor->compiler, &job, run->cancellable, callback, run);
}

/* ---- what is loaded ---------------------------------------------------------------------------
 */

static void on_as_is(GObject *source, GAsyncResult *result, gpointer data);

void
amr_check_loaded(AmrRun *run)
{
    for (; run->n < run->plan->loads->len; run->n++) {
        const AmrPlanLoad *load = run->plan->loads->pdata[run->n];

        /* Other flags than those on disk make other bytes. */
        if (load->complain || amr_index_is_force_complain(run->index, load->path) ||
            !amr_carry_is_loaded(run, load) ||
            amr_target_load_way(run->executor->target) != AMR_LOAD_KERNEL)
            continue;
        compile(run, on_as_is);
        return;
    }
    amr_run_next(run);
}

static void
on_as_is(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    const AmrPlanLoad *load = run->plan->loads->pdata[run->n];
    g_autofree char *shown = amr_display_string(load->path);
    GError *error = NULL;
    g_autoptr(AmrCompileResult) compiled =
        amr_compiler_run_finish(run->executor->compiler, result, &error);
    AmrHeld held;

    if (!compiled) {
        amr_run_fail(run, error);
        return;
    }
    held = compiled->ok ? amr_held_compare(run->executor->opener, load->profiles, compiled)
                        : AMR_HELD_UNKNOWN;
    if (held == AMR_HELD_OTHER)
        amr_run_note(run,
                     "%s: What is loaded is not what is on disk; loading it activates that too",
                     shown);
    if (compiled->ok && held == AMR_HELD_UNKNOWN)
        amr_run_note(run,
                     "The kernel does not tell what it holds of %s: should the change fail, it is "
                     "compiled again from disk",
                     shown);
    run->n++;
    amr_check_loaded(run);
}

/* ---- what policy says already ------------------------------------------------------------------
 */

static void on_grant(GObject *source, GAsyncResult *result, gpointer data);

static void
all_granted(AmrRun *run)
{
    GError *error = NULL;

    amr_error_set(&error, AMR_ERROR_GRANTED_ALREADY,
                  "Policy on disk %s %s already; a reload may help",
                  !run->denials                  ? "allows"
                  : run->denials == run->granted ? "denies"
                                                 : "allows or denies",
                  run->granted == 1 ? "it" : "all of it");
    amr_run_fail(run, error);
}

/* Rule @k of part @n. An undo asks nothing: it takes back what was allowed before. */
void
amr_check_grants(AmrRun *run)
{
    const GPtrArray *parts = run->plan->parts;
    const AmrPlanPart *part;
    const AmrBlock *block;
    GError *error = NULL;

    while (run->n < parts->len && run->k >= ((AmrPlanPart *)parts->pdata[run->n])->rules->len) {
        run->n++;
        run->k = 0;
    }
    if (run->plan->kind != AMR_PLAN_ADD || run->n >= parts->len) {
        if (run->asked && run->granted == run->asked)
            all_granted(run);
        else
            amr_run_next(run);
        return;
    }
    part = parts->pdata[run->n];
    block = amr_index_find_typed(run->index, part->profile);
    amr_run_progress(run, AMR_STEP_CHECK, part->profile);
    if (!block) {
        g_autofree char *shown = amr_display_string(part->profile);
        amr_error_set(&error, AMR_ERROR_NOT_FOUND, "%s: No such profile", shown);
        amr_run_fail(run, error);
        return;
    }
    amr_grant_async(run->executor->compiler, run->scratch, run->index, block,
                    part->rules->pdata[run->k], run->cancellable, on_grant, run);
}

/* Takes one answer; FALSE with the error that ends the run. */
static gboolean
judge(AmrRun *run, AmrGrant grant, const char *message, GError **error)
{
    const AmrPlanPart *part = run->plan->parts->pdata[run->n];
    g_autofree char *profile = amr_display_string(part->profile);
    g_autofree char *line = amr_rule_print(part->rules->pdata[run->k]);
    g_autofree char *rule = amr_display_string(line);

    run->asked++;
    if (grant == AMR_GRANT_DENIED && ((const AmrRule *)part->rules->pdata[run->k])->deny) {
        run->granted++; /* what it asks for is so */
        run->denials++;
        amr_run_note(run, "Denied already to %s: %s", profile, rule);
        return TRUE;
    }
    switch (grant) {
    case AMR_GRANT_GRANTED:
        run->granted++;
        amr_run_note(run, "Granted already to %s: %s", profile, rule);
        return TRUE;
    case AMR_GRANT_NOT_ENFORCED:
        amr_run_note(run, "Not enforced here: %s (%s)", rule, message ? message : "");
        return TRUE;
    case AMR_GRANT_DENIED:
        return amr_error_set(error, AMR_ERROR_EXPLICIT_DENY,
                             "%s: A deny rule of the profile stands against it: %s", profile, rule);
    case AMR_GRANT_REJECTED:
        return amr_error_set(error, AMR_ERROR_RULE_REJECTED, "%s: %s: %s", profile, rule,
                             message ? message : "The compiler refuses it");
    case AMR_GRANT_NEEDED:
        if (message)
            amr_run_note(run, "%s: %s", rule, message);
        break;
    case AMR_GRANT_UNKNOWN:
        break;
    }
    return TRUE;
}

static void
on_grant(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    g_autofree char *message = NULL;
    GError *error = NULL;
    AmrGrant grant = amr_grant_finish(result, &message, &error);

    if (error || !judge(run, grant, message, &error)) {
        amr_run_fail(run, error);
        return;
    }
    run->k++;
    amr_check_grants(run);
}

/* ---- with the change ---------------------------------------------------------------------------
 */

static void
note_warnings(AmrRun *run, const AmrCompileResult *compiled)
{
    for (guint i = 0; i < compiled->messages->len; i++) {
        const AmrCompileMessage *message = compiled->messages->pdata[i];
        g_autofree char *file = amr_display_string(message->file);
        if (message->warning && message->file && amr_plan_find_file(run->plan, message->file))
            amr_run_note(run, "%s line %u: %s", file, message->line, message->text);
    }
}

static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    GError *error = NULL;
    g_autoptr(AmrCompileResult) compiled =
        amr_compiler_run_finish(run->executor->compiler, result, &error);

    if (compiled && !compiled->ok)
        amr_compile_result_to_error(compiled, AMR_ERROR_RULE_REJECTED, &error);
    if (error) {
        amr_run_fail(run, error);
        return;
    }
    note_warnings(run, compiled);
    run->compiled[run->n] = g_steal_pointer(&compiled);
    run->n++;
    if (run->n < run->plan->loads->len) {
        compile(run, on_compiled);
        return;
    }
    g_clear_pointer(&run->scratch, amr_scratch_free);
    amr_run_next(run);
}

void
amr_check_compile(AmrRun *run)
{
    GError *error = NULL;

    for (guint i = 0; i < run->plan->files->len; i++) {
        const AmrPlanFile *file = run->plan->files->pdata[i];
        if (!amr_scratch_set(run->scratch, file->path, file->after, &error)) {
            amr_run_fail(run, error);
            return;
        }
    }
    if (run->plan->loads->len == 0)
        amr_run_next(run);
    else
        compile(run, on_compiled);
}
