/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/timer.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/run.h"

void
amr_executor_set_timer(AmrExecutor *executor, const char *program, const char *const *command)
{
    executor->timer = program;
    executor->timer_command = command;
}

const char *
amr_timer_program(const AmrTarget *target)
{
    static const char *const places[] = {"/usr/bin/systemd-run", "/bin/systemd-run"};

    if (!amr_target_is_live(target) ||
        !g_file_test("/run/systemd/system", G_FILE_TEST_IS_DIR)) /* sd_booted(3) */
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
        if (g_file_test(places[i], G_FILE_TEST_IS_EXECUTABLE))
            return places[i];
    return NULL;
}

/* The end in words of systemd.time(7), which know no fractions: up to the next second. */
static char *
calendar(gint64 until)
{
    g_autoptr(GDateTime) when =
        g_date_time_new_from_unix_utc((until + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);

    return g_date_time_format(when, "--on-calendar=%Y-%m-%d %H:%M:%S UTC");
}

static char **
make_argv(const char *program, const char *const *command, const char *id, gint64 until)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    static const char *const options[] = {"--quiet", "--collect",
                                          "--timer-property=AccuracySec=1s"};

    g_ptr_array_add(argv, g_strdup(program));
    for (guint i = 0; i < G_N_ELEMENTS(options); i++)
        g_ptr_array_add(argv, g_strdup(options[i]));
    g_ptr_array_add(argv, g_strdup_printf("--unit=armorer-%s", id));
    g_ptr_array_add(argv, g_strdup_printf("--description=End of armorer's change %s", id));
    g_ptr_array_add(argv, calendar(until));
    g_ptr_array_add(argv, g_strdup("--"));
    for (guint i = 0; command[i]; i++)
        g_ptr_array_add(argv, g_strdup(command[i]));
    g_ptr_array_add(argv, g_strdup("undo"));
    g_ptr_array_add(argv, g_strdup("--expired"));
    g_ptr_array_add(argv, g_strdup(id));
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&argv), FALSE);
}

static void
on_ended(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    GSubprocess *child = G_SUBPROCESS(source);
    g_autoptr(GBytes) said = NULL;
    g_autofree char *shown = NULL;
    GError *error = NULL;
    gsize len = 0;
    const char *words, *end;

    if (g_subprocess_communicate_finish(child, result, NULL, &said, &error) &&
        g_subprocess_get_successful(child)) {
        g_task_return_boolean(task, TRUE);
        return;
    }
    words = said ? g_bytes_get_data(said, &len) : NULL;
    end = words ? memchr(words, '\n', len) : NULL;
    shown = amr_display((AmrBytes){words, end ? (gsize)(end - words) : len});
    if (!error)
        amr_error_set(&error, AMR_ERROR_REFUSED, "%s", *shown ? shown : "It failed");
    g_task_return_error(task, error);
}

void
amr_timer_set_async(const char *program, const char *const *command, const char *id, gint64 until,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_auto(GStrv) argv = make_argv(program, command, id, until);
    GError *error = NULL;
    g_autoptr(GSubprocess) child =
        g_subprocess_newv((const char *const *)argv,
                          G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                          &error);

    g_task_set_source_tag(task, amr_timer_set_async);
    if (child)
        g_subprocess_communicate_async(child, NULL, cancellable, on_ended, g_object_ref(task));
    else
        g_task_return_error(task, error);
}

gboolean
amr_timer_set_finish(GAsyncResult *result, GError **error)
{
    if (g_task_propagate_boolean(G_TASK(result), error))
        return TRUE;
    g_prefix_error(error, "Setting the timer that would end it: ");
    return FALSE;
}

gboolean
amr_timer_is_set(const char *id)
{
    g_autofree char *path = g_strdup_printf("/run/systemd/transient/armorer-%s.timer", id);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* ---- as a step of a change ---------------------------------------------------------------------
 */

static void
on_set(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    GError *error = NULL;

    if (amr_timer_set_finish(result, &error))
        amr_run_next(run);
    else
        amr_run_fail(run, error);
}

/* Before anything is written, so that nothing lasts without its end; one whose change did not come
 * to be finds nothing to do. */
void
amr_carry_timer(AmrRun *run)
{
    const AmrPlan *plan = run->plan;
    GError *error = NULL;

    if (!plan->until || plan->kind == AMR_PLAN_UNDO) {
        amr_run_next(run);
        return;
    }
    if (!run->executor->timer) {
        amr_error_set(&error, AMR_ERROR_REFUSED,
                      "No systemd runs here, whose timer would end it: nothing was written");
        amr_run_fail(run, error);
        return;
    }
    amr_timer_set_async(run->executor->timer, run->executor->timer_command, plan->id, plan->until,
                        run->cancellable, on_set, run);
}
