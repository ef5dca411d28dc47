/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Before anything is touched: is all as the plan read it, what does policy on disk say of the rules
 * already, does every affected file compile with the change. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"
#include "core/change/complain.h"
#include "core/change/plan_private.h"
#include "core/change/run.h"
#include "core/policy/content.h"
#include "core/policy/grant.h"

/* ---- digests ----------------------------------------------------------------------------------
 */

void
amr_check_digests(AmrRun *run)
{
    g_autoptr(GPtrArray) outdated = amr_plan_outdated(run->executor->target, run->plan, NULL);
    g_autofree char *shown = NULL;
    GError *error = NULL;

    if (outdated->len == 0) {
        amr_run_next(run);
        return;
    }
    shown = amr_display_string(outdated->pdata[0]);
    amr_error_set(&error, AMR_ERROR_CHANGED_UNDERNEATH,
                  run->unfinished->len
                      ? "%s: What an armorer that died had left unfinished was dealt with "
                        "first, and changed it; nothing else was written"
                      : "%s: It is not what the change was made from; nothing was written",
                  shown);
    amr_run_fail(run, error);
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

/* Load @n; without a plan in the modes that it has now. */
static AmrPlanLoad
load_at(const AmrRun *run, const AmrPlan *plan)
{
    AmrPlanLoad load = *(const AmrPlanLoad *)run->plan->loads->pdata[run->n];

    if (!plan && run->as_is)
        load.complain = run->as_is;
    return load;
}

/* Compiles load @n as the copy has it now, with the modes that it will be loaded with. @plan: whose
 * bytes the copy holds, or NULL. */
static void
compile(AmrRun *run, const AmrPlan *plan, GAsyncReadyCallback callback)
{
    const AmrPlanLoad at = load_at(run, plan), *load = &at;
    const AmrCompileJob job = {AMR_COMPILE_CHECK, amr_scratch_path(run->scratch), load->path, NULL};
    GError *error = NULL;

    amr_run_progress(run, AMR_STEP_CHECK, load->path);
    if (!amr_complain_set(run->scratch, run->executor->target, run->index, plan, load, &error))
        amr_run_fail(run, error);
    else if (run->only_checks)
        amr_content_compile_async(run->executor->compiler, run->index, &job, run->scratch,
                                  run->cancellable, callback, run);
    else
        amr_compiler_run_async(run->executor->compiler, &job, run->cancellable, callback, run);
}

/* What compile() began; the copy says again what the policy says. */
static AmrCompileResult *
compile_finish(AmrRun *run, const AmrPlan *plan, GAsyncResult *result, GError **error)
{
    const AmrPlanLoad at = load_at(run, plan), *load = &at;
    g_autoptr(AmrContent) content =
        run->only_checks ? amr_content_compile_finish(result, error) : NULL;
    g_autoptr(AmrCompileResult) compiled =
        content            ? amr_compile_result_copy(content->result)
        : run->only_checks ? NULL
                           : amr_compiler_run_finish(run->executor->compiler, result, error);

    if (!compiled || !amr_complain_unset(run->scratch, plan, load, error))
        return NULL;
    return g_steal_pointer(&compiled);
}

/* ---- what is loaded ---------------------------------------------------------------------------
 */

/* Plain files that stand for a kernel mostly tell nothing: not worth a compile, nor a note. */
static gboolean
is_told(const AmrRun *run, const AmrPlanLoad *load)
{
    return amr_target_load_way(run->executor->target) == AMR_LOAD_KERNEL ||
           amr_held_is_told(run->executor->opener, load->profiles);
}

static void on_as_is(GObject *source, GAsyncResult *result, gpointer data);

void
amr_check_loaded(AmrRun *run)
{
    GError *error = NULL;

    for (; run->n < run->plan->loads->len; run->n++) {
        const AmrPlanLoad *load = run->plan->loads->pdata[run->n];

        /* What force-complain/ does makes other bytes. */
        if (!amr_carry_is_loaded(run, load) || amr_plan_enables(run->plan, load->path))
            continue;
        if (amr_index_is_force_complain(run->index, load->path) || !is_told(run, load)) {
            run->differs = TRUE; /* for all that is known */
            continue;
        }
        g_strfreev(run->as_is);
        run->as_is = amr_complain_in_kernel(run->executor->opener, run->index, load);
        compile(run, NULL, on_as_is);
        return;
    }
    if (run->plan->kind == AMR_PLAN_RELOAD && !run->differs) {
        amr_error_set(&error, AMR_ERROR_NOTHING_TO_DO,
                      "Policy on disk allows it already, and is what is loaded");
        amr_run_fail(run, error);
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
    g_autoptr(AmrCompileResult) compiled = compile_finish(run, NULL, result, &error);
    AmrHeld held;

    if (!compiled) {
        amr_run_fail(run, error);
        return;
    }
    held = compiled->ok
               ? amr_held_compare(run->executor->opener, load->profiles, run->as_is, compiled)
               : AMR_HELD_UNKNOWN;
    g_clear_pointer(&run->as_is, g_strfreev);
    run->differs |= held != AMR_HELD_SAME;
    /* Where loading is all that is asked for, nothing of it is besides. */
    if (held == AMR_HELD_OTHER)
        g_ptr_array_add(run->plan->kind == AMR_PLAN_RELOAD ? run->notes : run->besides,
                        g_strdup_printf("%s: What is loaded is not what is on disk; loading it "
                                        "activates all that differs",
                                        shown));
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

static void on_grants(GObject *source, GAsyncResult *result, gpointer data);

static void
all_granted(AmrRun *run)
{
    GError *error = NULL;

    amr_error_set(&error, AMR_ERROR_GRANTED_ALREADY, "Policy on disk %s %s already",
                  !run->denials                  ? "allows"
                  : run->denials == run->granted ? "denies"
                                                 : "allows or denies",
                  run->granted == 1 ? "it" : "all of it");
    amr_run_fail(run, error);
}

static void
on_grant_progress(guint done, guint of, gpointer data)
{
    AmrRun *run = data;
    const AmrPlanPart *part = run->plan->parts->pdata[run->n];
    amr_run_progress_rules(run, AMR_STEP_CHECK, part->profile, done, of);
}

/* Not of a child that the change makes: policy says nothing of it yet. */
static gboolean
has_to_ask(const AmrRun *run, const AmrPlanPart *part)
{
    return part->rules->len > 0 && !amr_plan_makes(run->plan, part->profile);
}

/* The rules of part @n. An undo asks nothing: it takes back what was allowed before. */
void
amr_check_grants(AmrRun *run)
{
    const GPtrArray *parts = run->plan->parts;
    const AmrPlanPart *part;
    const AmrBlock *block;
    GError *error = NULL;

    while (run->n < parts->len && !has_to_ask(run, parts->pdata[run->n]))
        run->n++;
    if (run->plan->kind == AMR_PLAN_UNDO || run->n >= parts->len) {
        if (run->plan->kind == AMR_PLAN_ADD && run->asked && run->granted == run->asked)
            all_granted(run);
        else
            amr_run_next(run);
        return;
    }
    part = parts->pdata[run->n];
    block = amr_index_find_typed(run->index, part->profile);
    if (!block) {
        g_autofree char *shown = amr_display_string(part->profile);
        amr_error_set(&error, AMR_ERROR_NOT_FOUND, "%s: No such profile", shown);
        amr_run_fail(run, error);
        return;
    }
    on_grant_progress(0, part->rules->len, run);
    amr_grants_async(run->executor->compiler, run->scratch, run->index, block, part->rules,
                     on_grant_progress, run, run->cancellable, on_grants, run);
}

/* Takes one answer; FALSE with the error that ends the run. */
static gboolean
judge(AmrRun *run, const AmrRule *asked, AmrGrant grant, const char *message, GError **error)
{
    const AmrPlanPart *part = run->plan->parts->pdata[run->n];
    g_autofree char *profile = amr_display_string(part->profile);
    g_autofree char *line = amr_rule_print(asked);
    g_autofree char *rule = amr_display_string(line);

    run->asked++;
    if (grant == AMR_GRANT_DENIED && asked->deny) {
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
    case AMR_GRANT_WEAKENED: /* who signs the rule does not sign what is made of it */
        g_ptr_array_add(run->besides,
                        g_strdup_printf("Compiled here it allows more than it says (%s): %s",
                                        message ? message : "a condition is lost", rule));
        return TRUE;
    case AMR_GRANT_DENIED:
        return amr_error_set(error, AMR_ERROR_EXPLICIT_DENY,
                             "%s: A deny rule of the profile stands against it: %s", profile, rule);
    case AMR_GRANT_REJECTED:
        return amr_error_set(error, AMR_ERROR_RULE_REJECTED, "%s: %s: %s", profile, rule,
                             message ? message : "The compiler refuses it");
    case AMR_GRANT_NEEDED:
    case AMR_GRANT_UNKNOWN:
        if (message)
            amr_run_note(run, "%s: %s", rule, message);
        if (run->plan->kind == AMR_PLAN_RELOAD)
            return amr_error_set(error, AMR_ERROR_NOTHING_TO_DO,
                                 "%s: Policy on disk does not grant it, so that loading it is no "
                                 "help: %s",
                                 profile, rule);
        break;
    }
    return TRUE;
}

static void
on_grants(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    const AmrPlanPart *part = run->plan->parts->pdata[run->n];
    GError *error = NULL;
    g_autoptr(GPtrArray) answers = amr_grants_finish(result, &error);

    for (guint i = 0; answers && i < answers->len && !error; i++) {
        const AmrGrantAnswer *answer = answers->pdata[i];
        (void)judge(run, part->rules->pdata[i], answer->grant, answer->message, &error);
    }
    if (error) {
        amr_run_fail(run, error);
        return;
    }
    run->n++;
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

static void on_compiled(GObject *source, GAsyncResult *result, gpointer data);
static void compile_as_it_was(AmrRun *run);

/* What goes out of use need not compile: that may be why it goes. */
static void
pass_disabled(AmrRun *run)
{
    while (run->n < run->plan->loads->len &&
           amr_plan_disables(run->plan, ((AmrPlanLoad *)run->plan->loads->pdata[run->n])->path))
        run->n++;
}

static void
compile_next(AmrRun *run)
{
    run->n++;
    pass_disabled(run);
    if (run->n < run->plan->loads->len) {
        compile(run, run->plan, on_compiled);
        return;
    }
    g_clear_pointer(&run->scratch, amr_scratch_free);
    amr_run_next(run);
}

static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    GError *error = NULL;
    g_autoptr(AmrCompileResult) compiled = compile_finish(run, run->plan, result, &error);

    if (compiled && !compiled->ok && run->plan->kind == AMR_PLAN_UNDO) {
        run->compiled[run->n] = g_steal_pointer(&compiled);
        compile_as_it_was(run);
        return;
    }
    if (compiled && !compiled->ok)
        amr_compile_result_to_error(compiled, AMR_ERROR_RULE_REJECTED, &error);
    if (error) {
        amr_run_fail(run, error);
        return;
    }
    note_warnings(run, compiled);
    run->compiled[run->n] = g_steal_pointer(&compiled);
    compile_next(run);
}

/* The copy holds the plan's bytes, or those on disk. */
static gboolean
fill_scratch(AmrRun *run, gboolean with_plan, GError **error)
{
    for (guint i = 0; i < run->plan->files->len; i++) {
        const AmrPlanFile *file = run->plan->files->pdata[i];
        if (amr_plan_is_link(file->path))
            continue; /* the copy knows none */
        if (with_plan ? !amr_scratch_set(run->scratch, file->path, file->after, error)
                      : !amr_scratch_restore(run->scratch, file->path, error))
            return FALSE;
    }
    return TRUE;
}

void
amr_check_compile(AmrRun *run)
{
    GError *error = NULL;

    pass_disabled(run);
    if (!fill_scratch(run, TRUE, &error))
        amr_run_fail(run, error);
    else if (run->n >= run->plan->loads->len)
        amr_run_next(run);
    else
        compile(run, run->plan, on_compiled);
}

/* ---- an undo where policy does not compile ------------------------------------------------------
 */

static const AmrCompileMessage *
first_error(const AmrCompileResult *result)
{
    for (guint i = 0; i < result->messages->len; i++) {
        const AmrCompileMessage *message = result->messages->pdata[i];
        if (!message->warning)
            return message;
    }
    return NULL;
}

/* Whether an undo leaves a file that did not compile no worse than it was: the error is in a file
 * that the undo does not touch, or the same that was there (its line moves with the lines that
 * go). */
static gboolean
is_no_worse(const AmrRun *run, const AmrCompileResult *before, const AmrCompileResult *after)
{
    const AmrCompileMessage *was = first_error(before);
    const AmrCompileMessage *is = first_error(after);

    if (!was || !is)
        return FALSE;
    if (is->file && !amr_plan_find_file(run->plan, is->file))
        return TRUE;
    return g_strcmp0(was->file, is->file) == 0 && strcmp(was->text, is->text) == 0;
}

static void
on_as_it_was(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    const AmrPlanLoad *load = run->plan->loads->pdata[run->n];
    GError *error = NULL;
    g_autoptr(GError) why = NULL;
    g_autofree char *shown = amr_display_string(load->path);
    g_autoptr(AmrCompileResult) after = g_steal_pointer(&run->compiled[run->n]);
    g_autoptr(AmrCompileResult) before = compile_finish(run, NULL, result, &error);

    amr_compile_result_to_error(after, AMR_ERROR_RULE_REJECTED, &why);
    if (before && (before->ok || !is_no_worse(run, before, after)))
        error = g_steal_pointer(&why);
    if (error || !fill_scratch(run, TRUE, &error)) {
        amr_run_fail(run, error);
        return;
    }
    run->broken[run->n] = g_strdup(why->message);
    amr_run_note(run, "%s does not compile, with or without this change, and is not loaded: %s",
                 shown, why->message);
    compile_next(run);
}

/* Without the change: an undo need not mend what somebody else has broken. */
static void
compile_as_it_was(AmrRun *run)
{
    GError *error = NULL;

    if (fill_scratch(run, FALSE, &error))
        compile(run, NULL, on_as_it_was);
    else
        amr_run_fail(run, error);
}
