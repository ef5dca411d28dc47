/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer new: the steps. */
#include "config.h"

#include <string.h>

#include "core/advice/units.h"
#include "tui/command/elsewhere.h"
#include "tui/command/new.h"
#include "tui/invoker.h"
#include "tui/newset.h"
#include "tui/plain.h"

#define QUIET_MS 700 /* a source may be a file that another program writes */

void
tui_new_flow_clear(TuiNewFlow *flow)
{
    g_clear_pointer(&flow->new, amr_new_free);
}

/* ---- how far it is ----------------------------------------------------------------------------
 */

int
tui_new_look(TuiNewFlow *flow, gboolean again)
{
    TuiCommand *command = flow->command;
    AmrPlanContext context;
    g_autofree char *path = NULL;
    AmrNew *now;
    g_autoptr(GError) error = NULL;
    int status = again ? tui_command_load(command) : TUI_EXIT_DONE;

    if (status != TUI_EXIT_DONE)
        return status;
    if (!command->session->index)
        return tui_fail(command->session->index_error);
    if (!command->session->history)
        return tui_fail(command->session->history_error);
    context = amr_session_plan_context(command->session);
    path = amr_program_find(command->session->target, flow->program, &error);
    now = path ? amr_new_look(&context, path, &error) : NULL;
    if (!now) { /* what was known stays */
        const char *profiles[] = {path, NULL};
        return tui_fail_elsewhere(command, error, profiles, FALSE);
    }
    amr_new_free(flow->new);
    flow->new = now;
    return TUI_EXIT_DONE;
}

static GArray *
seen(const TuiNewFlow *flow, guint64 *total)
{
    const TuiOptions *options = flow->command->options;
    gboolean named = options->logs && options->logs[0];

    return amr_new_denials(flow->command->session->store, flow->new, named, total);
}

guint64
tui_new_seen(const TuiNewFlow *flow)
{
    guint64 total;

    g_array_unref(seen(flow, &total));
    return total;
}

static void
say_json(const TuiNewFlow *flow)
{
    const AmrNew *new = flow->new;
    guint64 total;
    g_autoptr(GArray) ids = seen(flow, &total);
    TuiJson *json = tui_json_new();

    tui_json_name(json, "program", new->program);
    tui_json_name(json, "profile", new->profile);
    tui_json_name(json, "file", new->file);
    tui_json_text(json, "stage", amr_new_stage_word(new->stage));
    tui_json_bool(json, "loaded", new->in_kernel);
    tui_json_text(json, "change", new->change);
    tui_json_time(json, "since", new->since);
    tui_json_uint(json, "rule_changes", new->rules);
    tui_json_uint(json, "denials", ids->len);
    tui_json_uint(json, "count", total);
    tui_out_json(json);
}

void
tui_new_say(const TuiNewFlow *flow)
{
    static const char *const says[] = {[AMR_NEW_UNKNOWN] = "unknown",
                                       [AMR_NEW_NONE] = "no profile attaches to it",
                                       [AMR_NEW_COMPLAIN] = "in complain mode",
                                       [AMR_NEW_CONFINED] = "confined",
                                       [AMR_NEW_STUB] = "unconfined, by a stub of its own"};
    const AmrNew *new = flow->new;
    g_autofree char *program = amr_display_string(new->program);
    g_autofree char *profile = amr_display_string(new->profile);
    g_autofree char *file = amr_display_string(new->file);
    g_autofree char *line = NULL;
    guint64 total;
    g_autoptr(GArray) ids = seen(flow, &total);

    if (flow->command->options->json) {
        say_json(flow);
        return;
    }
    if (new->stage == AMR_NEW_NONE)
        line = g_strdup_printf("%s: %s; it would be \"%s\" in %s", program, says[new->stage],
                               profile, file);
    else
        line = g_strdup_printf(
            "%s: %s, profile \"%s\" in %s%s; %u distinct denials, %" G_GUINT64_FORMAT " times",
            program, says[new->stage], profile, file, new->in_kernel ? "" : " (not loaded)",
            ids->len, total);
    tui_out_line(line);
}

/* ---- made -------------------------------------------------------------------------------------
 */

gboolean
tui_new_may_stub(TuiNewFlow *flow, GError **error)
{
    const AmrSession *session = flow->command->session;
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    amr_new_ask_stub_async(session->probe, session->index, session->risks, flow->new,
                           flow->command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    return amr_new_ask_stub_finish(result, error);
}

/* Where others carry it out, it is looked at and planned here all the same: no password for what
 * cannot be. */
static int
may_change(const TuiNewFlow *flow)
{
    return tui_command_may_change(flow->command, flow->carry->dry_run || flow->elevates);
}

int
tui_new_carry_out(TuiNewFlow *flow, const AmrPlan *plan, GPtrArray *questions, AmrRequest *request)
{
    g_autoptr(AmrRequest) owned = request;
    int status = flow->elevates
                     ? tui_plain_elevate(owned)
                     : tui_command_carry_out(flow->command, plan, questions, flow->carry);

    return status == TUI_EXIT_DONE && !flow->carry->dry_run ? tui_new_look(flow, TRUE) : status;
}

/* Of what is about one program or profile. */
static AmrRequest *
request_of(AmrPlanKind kind, const char *name)
{
    AmrRequest *request = amr_request_new(kind);
    const char *const names[] = {name, NULL};

    request->profiles = g_strdupv((char **)names);
    return request;
}

int
tui_new_make(TuiNewFlow *flow, AmrPlanKind kind)
{
    TuiCommand *command = flow->command;
    AmrPlanContext context;
    g_autofree char *own_id = NULL;
    g_autoptr(AmrPlan) plan = NULL;
    g_autoptr(GError) error = NULL;
    int status = may_change(flow);

    if (status != TUI_EXIT_DONE)
        return status;
    if (kind == AMR_PLAN_STUB && !tui_new_may_stub(flow, &error))
        return tui_fail(error);
    if (!tui_command_plan_context(command, flow->carry, &context, &own_id, &error))
        return tui_fail(error);
    plan = amr_plan_new_profile(&context, kind, flow->new->program, &error);
    return plan ? tui_new_carry_out(flow, plan, NULL, request_of(kind, flow->new->program))
                : tui_fail(error);
}

/* ---- run and watched --------------------------------------------------------------------------
 */

typedef struct {
    guint timer;
    gboolean quiet;
} Quiet;

static gboolean
on_quiet(gpointer data)
{
    Quiet *quiet = data;

    quiet->timer = 0;
    quiet->quiet = TRUE;
    return G_SOURCE_REMOVE;
}

static void
on_changed(gpointer data)
{
    Quiet *quiet = data;

    if (quiet->timer)
        g_source_remove(quiet->timer);
    quiet->timer = g_timeout_add(QUIET_MS, on_quiet, quiet);
}

void
tui_new_wait_quiet(const TuiNewFlow *flow)
{
    AmrIngest *ingest = flow->command->session->ingest;
    GCancellable *cancellable = flow->command->cancellable;
    Quiet quiet = {0};

    on_changed(&quiet);
    amr_ingest_set_changed(ingest, on_changed, &quiet);
    while (!quiet.quiet && !g_cancellable_is_cancelled(cancellable))
        g_main_context_iteration(NULL, TRUE);
    amr_ingest_set_changed(ingest, NULL, NULL);
    if (quiet.timer)
        g_source_remove(quiet.timer);
}

int
tui_new_start_logs(TuiNewFlow *flow)
{
    int status = flow->logs ? TUI_EXIT_DONE : tui_command_start_logs(flow->command, NULL, TRUE);

    flow->logs = TRUE;
    return status;
}

/* Only what is made can be watched, and only in a kernel. */
static gboolean
may_run(const TuiNewFlow *flow, GError **error)
{
    if (flow->new->stage == AMR_NEW_NONE)
        return amr_error_set(error, AMR_ERROR_REFUSED, "There is no profile for it yet");
    if (!amr_target_is_live(flow->command->session->target))
        return amr_error_set(error, AMR_ERROR_REFUSED,
                             "It belongs to another system: run it there, and name its log by "
                             "--log");
    return flow->new->in_kernel ||
           amr_error_set(error, AMR_ERROR_REFUSED, "The profile is not loaded");
}

int
tui_new_run(TuiNewFlow *flow, const char *const *arguments)
{
    g_autofree char *program = amr_display_string(flow->new->program);
    g_autofree char *ended = NULL;
    g_autoptr(GError) error = NULL;
    int status, how;

    if (!may_run(flow, &error))
        return tui_fail(error);
    status = tui_new_start_logs(flow);
    if (status != TUI_EXIT_DONE && status != TUI_EXIT_PARTLY)
        return status;
    (void)tui_out_flush();
    if (!tui_invoker_run(flow->new->program, arguments, &how, &error))
        return tui_fail(error);
    ended = tui_invoker_ended(how);
    tui_say("%s: %s", program, ended);
    tui_new_wait_quiet(flow);
    tui_command_say_lost(flow->command);
    return TUI_EXIT_DONE;
}

int
tui_new_restart(TuiNewFlow *flow)
{
    g_auto(GStrv) units = NULL;
    g_autofree char *program = amr_display_string(flow->new->program);
    g_autoptr(GError) error = NULL;
    int status;

    if (!may_run(flow, &error))
        return tui_fail(error);
    units = amr_units_of(flow->command->session->target, flow->new->program);
    if (!units[0]) {
        tui_say("%s: no unit of systemd starts it", program);
        return TUI_EXIT_NOTHING;
    }
    status = tui_new_start_logs(flow);
    if (status != TUI_EXIT_DONE && status != TUI_EXIT_PARTLY)
        return status;
    for (guint i = 0; units[i]; i++) {
        g_autofree char *unit = amr_display_string(units[i]);
        tui_say("systemctl restart %s", unit);
        if (!tui_invoker_restart(units[i], &error))
            return tui_fail(error);
    }
    tui_new_wait_quiet(flow);
    tui_command_say_lost(flow->command);
    return TUI_EXIT_DONE;
}

/* ---- its rules --------------------------------------------------------------------------------
 */

static TuiNewSet *
make_set(TuiNewFlow *flow, int *status)
{
    g_autoptr(TuiNewSet) set = NULL;

    *status = tui_new_start_logs(flow);
    if (*status != TUI_EXIT_DONE && *status != TUI_EXIT_PARTLY)
        return NULL;
    set = tui_new_set(flow->command, flow->new);
    if (!set)
        *status = TUI_EXIT_NOTHING;
    else if (tui_new_set_rules(set))
        return g_steal_pointer(&set);
    else if (tui_new_set_count(set))
        tui_say("what it was denied needs no rule that is not there, or none is right");
    else
        tui_say("nothing was denied to it that the logs tell of");
    *status = TUI_EXIT_NOTHING;
    return NULL;
}

static void
say_rows(const TuiNewSet *set, gboolean json)
{
    for (guint i = 0; i < tui_new_set_count(set); i++) {
        g_autofree char *rule = tui_new_set_rule(set, i);
        g_autofree char *tells = tui_new_set_tells(set, i);
        if (json) {
            TuiJson *object = tui_json_new();
            tui_json_name(object, "profile", tui_new_set_profile(set, i));
            tui_json_text(object, "rule", rule);
            tui_json_text(object, "tells", tells);
            tui_out_json(object);
        } else if (!rule) {
            g_autofree char *line = g_strdup_printf("# no rule: %s", tells);
            tui_out_line(line);
        }
    }
}

int
tui_new_propose(TuiNewFlow *flow)
{
    int status;
    g_autoptr(TuiNewSet) set = make_set(flow, &status);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    if (!set)
        return status;
    if (!flow->command->options->json) {
        text = tui_new_set_text(set, &error);
        if (!text)
            return tui_fail(error);
        tui_out_text(text);
    }
    say_rows(set, flow->command->options->json);
    return TUI_EXIT_DONE;
}

int
tui_new_write(TuiNewFlow *flow)
{
    int status = may_change(flow);
    g_autoptr(TuiNewSet) set = status == TUI_EXIT_DONE ? make_set(flow, &status) : NULL;
    g_autofree char *danger = set ? tui_new_set_danger(set) : NULL;
    g_autoptr(GPtrArray) questions = NULL;
    g_autoptr(AmrPlan) plan = NULL;
    g_autoptr(GError) error = NULL;

    if (!set)
        return status;
    if (danger && !flow->broad && !flow->carry->dry_run) {
        tui_say("dangerous to allow: %s; --broad writes it too, or leave it out in the guide",
                danger);
        return TUI_EXIT_REFUSED;
    }
    plan = tui_new_set_plan(set, &error);
    if (!plan)
        return tui_fail(error);
    questions = tui_new_set_questions(set);
    return tui_new_carry_out(flow, plan, questions, tui_new_set_request(set));
}

/* ---- enforced, or taken back ------------------------------------------------------------------
 */

int
tui_new_enforce(TuiNewFlow *flow)
{
    const char *const profiles[] = {flow->new->profile, NULL};
    AmrPlanContext context;
    g_autofree char *own_id = NULL;
    g_autoptr(AmrPlan) plan = NULL;
    g_autoptr(GError) error = NULL;
    int status = may_change(flow);

    if (status != TUI_EXIT_DONE)
        return status;
    if (flow->new->stage != AMR_NEW_COMPLAIN) {
        tui_new_say(flow);
        return flow->new->stage == AMR_NEW_NONE ? TUI_EXIT_REFUSED : TUI_EXIT_NOTHING;
    }
    if (!tui_command_plan_context(flow->command, flow->carry, &context, &own_id, &error))
        return tui_fail(error);
    plan = amr_plan_mode(&context, AMR_PLAN_ENFORCE, profiles, &error);
    return plan ? tui_new_carry_out(flow, plan, NULL,
                                    request_of(AMR_PLAN_ENFORCE, flow->new->profile))
                : tui_fail(error);
}

int
tui_new_undo(TuiNewFlow *flow)
{
    int status = may_change(flow);

    if (status != TUI_EXIT_DONE)
        return status;
    if (!flow->new->change) {
        tui_new_say(flow);
        return TUI_EXIT_NOTHING;
    }
    if (flow->elevates) {
        AmrRequest *request = amr_request_new(AMR_PLAN_UNDO);
        request->undoes = g_strdup(flow->new->change);
        return tui_new_carry_out(flow, NULL, NULL, request);
    }
    status = tui_command_undo_change(flow->command, flow->new->change, flow->carry);
    return status == TUI_EXIT_DONE && !flow->carry->dry_run ? tui_new_look(flow, TRUE) : status;
}
