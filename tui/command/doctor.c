/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer doctor: why do I see nothing? */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "tui/command/command.h"

/* ---- looking -------------------------------------------------------------------------------- */

static void
read_logs(TuiCommand *command)
{
    AmrSession *session = command->session;
    g_autoptr(GAsyncResult) result = NULL;
    TuiWait wait = {0};

    if (!amr_session_add_logs(session, (const char *const *)command->options->logs, FALSE, NULL))
        return;
    amr_ingest_load_async(session->ingest, command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    /* What could not be read is what the checks are about. */
    (void)amr_ingest_load_finish(session->ingest, result, NULL);
}

static void
on_progress(guint done, guint of, gpointer data)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\rCompiling policy: %u of %u ", done + 1, of);
}

static gboolean
examine(TuiCommand *command, AmrDoctor *doctor, GError **error)
{
    const AmrSession *session = command->session;
    const AmrDoctorContext context = amr_session_doctor_context(session);
    g_autoptr(GAsyncResult) examined = NULL;
    g_autoptr(GAsyncResult) compiled = NULL;
    TuiWait wait = {0};
    gboolean ok;

    amr_doctor_examine_async(doctor, &context, command->cancellable, tui_wait_done, &wait);
    examined = tui_wait_result(&wait);
    if (!amr_doctor_examine_finish(doctor, examined, error))
        return FALSE;
    amr_doctor_compile_async(doctor, command->cancellable, on_progress, NULL, tui_wait_done, &wait);
    compiled = tui_wait_result(&wait);
    ok = amr_doctor_compile_finish(doctor, compiled, error);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%*s\r", 40, "");
    return ok;
}

/* ---- telling -------------------------------------------------------------------------------- */

static gboolean
out_json(const AmrCheck *check)
{
    TuiJson *json = tui_json_new();

    tui_json_text(json, "check", amr_check_word(check->id));
    tui_json_text(json, "title", amr_check_title(check->id));
    tui_json_text(json, "state", amr_check_state_word(check->state));
    tui_json_text(json, "answer", check->sentence);
    tui_json_text(json, "remedy", check->remedy);
    tui_json_texts(json, "details", check->details);
    return tui_out_json(json);
}

static gboolean
out_text(const AmrCheck *check)
{
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_append_printf(text, "%-8s %s: %s", amr_check_state_word(check->state),
                           amr_check_title(check->id), check->sentence);
    if (check->remedy)
        g_string_append_printf(text, "\n         remedy: %s", check->remedy);
    for (guint i = 0; i < check->details->len; i++)
        g_string_append_printf(text, "\n         - %s", (const char *)check->details->pdata[i]);
    return tui_out_line(text->str);
}

/* Something wrong was found: 1; something could not be looked at: 5. */
static int
status_of(AmrCheckState worst)
{
    switch (worst) {
    case AMR_CHECK_OK:
        return TUI_EXIT_DONE;
    case AMR_CHECK_UNKNOWN:
        return TUI_EXIT_PARTLY;
    case AMR_CHECK_WARNING:
    case AMR_CHECK_TROUBLE:
        break;
    }
    return TUI_EXIT_NOTHING;
}

int
tui_command_doctor(TuiCommand *command, int argc, char **argv)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(AmrDoctor) doctor = NULL;
    g_autoptr(GError) error = NULL;
    const GPtrArray *checks;
    int status;

    if (!tui_command_parse(command, tui_verb_find("doctor"), NULL, &argc, &argv, &words, &status))
        return status;
    if (words) {
        tui_say("doctor takes no arguments");
        return TUI_EXIT_USAGE;
    }
    status = tui_command_open(command, TRUE);
    if (status != TUI_EXIT_DONE)
        return status;
    read_logs(command);
    doctor = amr_doctor_new(command->session->compiler);
    if (!examine(command, doctor, &error))
        return tui_fail(error);
    checks = amr_doctor_checks(doctor);
    for (guint i = 0; i < checks->len; i++) {
        if (!(command->options->json ? out_json(checks->pdata[i]) : out_text(checks->pdata[i])))
            break;
    }
    return status_of(amr_doctor_worst(doctor));
}
