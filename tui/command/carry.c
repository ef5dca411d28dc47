/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a plan to its outcome: shown and checked (--dry-run), or carried out. */
#include "config.h"

#include <unistd.h>

#include "core/change/guard.h"
#include "core/change/seal.h"
#include "tui/command/agree.h"
#include "tui/command/elsewhere.h"

int
tui_command_may_change(TuiCommand *command, gboolean dry_run)
{
    AmrSession *session = command->session;

    if (!session->index)
        return tui_fail(session->index_error);
    if (!session->history)
        return tui_fail(session->history_error);
    if (dry_run)
        return TUI_EXIT_DONE;
    if (amr_target_is_read_only(session->target)) {
        tui_say("nothing is written: --read-only");
        return TUI_EXIT_REFUSED;
    }
    if (amr_target_is_live(session->target) && geteuid() != 0) {
        g_autofree char *policy = amr_display_string(amr_target_policy_path(session->target));
        tui_say("writing %s and loading policy needs root: run this with sudo", policy);
        return TUI_EXIT_REFUSED;
    }
    return TUI_EXIT_DONE;
}

void
tui_carry_clear(TuiCarry *carry)
{
    g_clear_pointer(&carry->expect, g_free);
}

gboolean
tui_command_plan_context(const TuiCommand *command, const TuiCarry *carry, AmrPlanContext *context,
                         char **id, GError **error)
{
    *context = amr_session_plan_context(command->session);
    *id = NULL;
    if (carry->expect && !amr_seal_read(carry->expect, id, &context->made, error))
        return FALSE;
    context->id = *id;
    return TRUE;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void
add_parts(TuiJson *json, const AmrPlan *plan)
{
    tui_json_open_array(json, "parts");
    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = g_ptr_array_index(plan->parts, i);
        g_autofree char *ns = NULL;
        const char *name;
        tui_split_profile(part->profile, &ns, &name);
        tui_json_open_object(json, NULL);
        tui_json_name(json, "profile", name);
        tui_json_name(json, "namespace", ns);
        tui_json_name(json, "file", part->local);
        tui_json_name(json, "include_in", part->include_in);
        tui_json_names(json, "reaches", (const char *const *)part->reaches);
        tui_json_open_array(json, "rules");
        for (guint n = 0; n < part->rules->len; n++) {
            g_autofree char *rule = amr_rule_print(g_ptr_array_index(part->rules, n));
            tui_json_name(json, NULL, rule);
        }
        tui_json_close_array(json);
        tui_json_close_object(json);
    }
    tui_json_close_array(json);
}

/* @state: "dry-run" or how the change stands. @seal: NULL where it is done. */
static void
out_result(const AmrPlan *plan, const TuiCarry *carry, const char *state, const char *message,
           const GPtrArray *notes, const GPtrArray *besides, const char *seal)
{
    g_autofree char *diff = amr_plan_diff(plan);
    TuiJson *json = tui_json_new();

    tui_json_text(json, "id", plan->id);
    tui_json_text(json, "kind", amr_plan_kind_word(plan->kind));
    tui_json_text(json, "undoes", plan->undoes);
    tui_json_text(json, "state", state);
    tui_json_text(json, "message", message);
    add_parts(json, plan);
    tui_json_text(json, "diff", diff);
    tui_json_open_array(json, "notes");
    for (guint i = 0; i < plan->notes->len; i++)
        tui_json_text(json, NULL, g_ptr_array_index(plan->notes, i));
    for (guint i = 0; notes && i < notes->len; i++)
        tui_json_text(json, NULL, g_ptr_array_index(notes, i));
    tui_json_close_array(json);
    tui_json_texts(json, "besides", besides);
    tui_json_elsewhere(json, carry->elsewhere);
    if (seal)
        tui_json_text(json, "seal", seal);
    tui_out_json(json);
}

/* ---- the two ways ---------------------------------------------------------------------------- */

static void
add_copies(GPtrArray *to, const GPtrArray *from)
{
    for (guint i = 0; from && i < from->len; i++)
        g_ptr_array_add(to, g_strdup(g_ptr_array_index(from, i)));
}

/* Takes @error over. */
static int
fail(const TuiCarry *carry, GError *error)
{
    g_autoptr(GError) owned = error;

    if (!carry->granted || !g_error_matches(owned, AMR_ERROR, AMR_ERROR_GRANTED_ALREADY))
        return tui_fail(owned);
    g_propagate_error(carry->granted, g_steal_pointer(&owned));
    return TUI_EXIT_NOTHING;
}

static int
check(TuiCommand *command, const AmrPlan *plan, const TuiCarry *carry)
{
    AmrSession *session = command->session;
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GPtrArray) notes = NULL;
    g_autoptr(GPtrArray) besides = g_ptr_array_new_with_free_func(g_free);
    TuiProgress *progress;
    g_autoptr(GError) error = NULL;
    TuiWait wait = {0};

    if (!command->options->json) {
        g_autofree char *diff = amr_plan_diff(plan);
        tui_out_text(diff);
    }
    progress = tui_progress_new();
    amr_executor_check_async(session->executor, plan, session->index, tui_progress_step, progress,
                             command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    g_clear_pointer(&progress, tui_progress_free);
    if (!amr_executor_check_finish(session->executor, result, &notes, &error))
        return fail(carry, g_steal_pointer(&error));
    add_copies(besides, plan->besides);
    add_copies(besides, amr_executor_check_besides(result));
    if (command->options->json) {
        g_autofree char *seal = amr_seal(session->target, plan);
        out_result(plan, carry, "dry-run", "checked, nothing was written", notes, besides, seal);
        return TUI_EXIT_DONE;
    }
    tui_say_notes(notes);
    tui_say_besides(besides);
    if (besides->len)
        tui_say("without --dry-run this is asked, or refused unless --activate is given");
    return TUI_EXIT_DONE;
}

/* Those that were not told before the change. */
static void
say_rest(const GPtrArray *notes, guint said)
{
    for (guint i = said; i < notes->len; i++)
        tui_say("%s", (const char *)g_ptr_array_index(notes, i));
}

static int
run(TuiCommand *command, const AmrPlan *plan, GPtrArray *questions, const TuiCarry *carry)
{
    AmrSession *session = command->session;
    gboolean json = command->options->json;
    g_autoptr(GPtrArray) besides = g_ptr_array_new_with_free_func(g_free);
    /* Where the terminal is asked, it is shown there, and not twice. */
    gboolean tells = !json && !carry->expect && (!carry->ask || isatty(STDERR_FILENO));
    TuiAgreement agreement = {carry,   command->cancellable, json, tells,
                              besides, tui_progress_new(),   0};
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(AmrOutcome) outcome = NULL;
    g_autoptr(GError) error = NULL;
    TuiWait wait = {0};

    amr_executor_set_agree(session->executor, tui_agree, &agreement);
    amr_executor_run_async(session->executor, plan, session->index, questions, tui_progress_step,
                           agreement.progress, command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    g_clear_pointer(&agreement.progress, tui_progress_free);
    amr_executor_set_agree(session->executor, NULL, NULL);
    outcome = amr_executor_run_finish(session->executor, result, &error);
    command->contended = g_error_matches(error, AMR_ERROR, AMR_ERROR_BUSY) ||
                         g_error_matches(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    if (!outcome)
        return fail(carry, g_steal_pointer(&error));
    if (json) {
        out_result(plan, carry, amr_change_state_word(outcome->state), outcome->message,
                   outcome->notes, besides, NULL);
    } else {
        g_autofree char *line = g_strdup_printf("%s: %s", plan->id, outcome->message);
        tui_out_line(line);
        say_rest(outcome->notes, agreement.tells ? agreement.notes_said : 0);
    }
    return outcome->partly || outcome->state == AMR_CHANGE_STATE_PARTLY ? TUI_EXIT_PARTLY
                                                                        : TUI_EXIT_DONE;
}

/* Told where nothing is written, too. */
static gboolean
agrees_to_guards(const TuiCommand *command, const AmrPlan *plan, const TuiCarry *carry,
                 GError **error)
{
    const AmrSession *session = command->session;
    g_autoptr(GPtrArray) guards = amr_guards(session->opener, session->index, plan);

    if (guards->len && !carry->dry_run && !carry->force)
        return tui_agree_guards(guards, command->cancellable, error);
    for (guint i = 0; i < guards->len; i++)
        tui_say("careful: %s", (const char *)g_ptr_array_index(guards, i));
    return TRUE;
}

int
tui_command_carry_out(TuiCommand *command, const AmrPlan *plan, GPtrArray *questions,
                      const TuiCarry *carry)
{
    g_autoptr(GError) error = NULL;

    if (carry->expect && !amr_seal_check(command->session->target, plan, carry->expect, &error))
        return tui_fail(error);
    if (!agrees_to_guards(command, plan, carry, &error))
        return tui_fail(error);
    if (!command->options->json)
        tui_say_notes(plan->notes);
    return carry->dry_run ? check(command, plan, carry) : run(command, plan, questions, carry);
}
