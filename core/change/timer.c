/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What ends a change that is to last for a while: a timer of systemd's, made by systemd-run(1),
 * that runs armorer. It is set before anything is written, so that nothing lasts without its end;
 * one whose change did not come to be finds nothing to do. It does not outlive a reboot.
 */
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

/* The end in words of systemd.time(7), which know no fractions: up to the next second. */
static char *
calendar(gint64 until)
{
    g_autoptr(GDateTime) when =
        g_date_time_new_from_unix_utc((until + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);

    return g_date_time_format(when, "--on-calendar=%Y-%m-%d %H:%M:%S UTC");
}

static char **
argv_for(const AmrExecutor *executor, const AmrPlan *plan)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    static const char *const options[] = {"--quiet", "--collect",
                                          "--timer-property=AccuracySec=1s"};

    g_ptr_array_add(argv, g_strdup(executor->timer));
    for (guint i = 0; i < G_N_ELEMENTS(options); i++)
        g_ptr_array_add(argv, g_strdup(options[i]));
    g_ptr_array_add(argv, g_strdup_printf("--unit=armorer-%s", plan->id));
    g_ptr_array_add(argv, g_strdup_printf("--description=End of armorer's change %s", plan->id));
    g_ptr_array_add(argv, calendar(plan->until));
    g_ptr_array_add(argv, g_strdup("--"));
    for (guint i = 0; executor->timer_command[i]; i++)
        g_ptr_array_add(argv, g_strdup(executor->timer_command[i]));
    g_ptr_array_add(argv, g_strdup("undo"));
    g_ptr_array_add(argv, g_strdup("--expired"));
    g_ptr_array_add(argv, g_strdup(plan->id));
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&argv), FALSE);
}

static void
on_set(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    GSubprocess *child = G_SUBPROCESS(source);
    g_autoptr(GBytes) said = NULL;
    g_autofree char *shown = NULL;
    GError *error = NULL;
    gsize len = 0;
    const char *words, *end;

    if (g_subprocess_communicate_finish(child, result, NULL, &said, &error) &&
        g_subprocess_get_successful(child)) {
        amr_run_next(run);
        return;
    }
    words = said ? g_bytes_get_data(said, &len) : NULL;
    end = words ? memchr(words, '\n', len) : NULL;
    shown = amr_display((AmrBytes){words, end ? (gsize)(end - words) : len});
    if (!error)
        amr_error_set(&error, AMR_ERROR_REFUSED, "%s", *shown ? shown : "It failed");
    g_prefix_error(&error, "Setting the timer that would end it: ");
    amr_run_fail(run, error);
}

void
amr_carry_timer(AmrRun *run)
{
    g_auto(GStrv) argv = NULL;
    g_autoptr(GSubprocess) child = NULL;
    GError *error = NULL;

    if (!run->plan->until || run->plan->kind == AMR_PLAN_UNDO) {
        amr_run_next(run);
        return;
    }
    if (!run->executor->timer) {
        amr_error_set(&error, AMR_ERROR_REFUSED,
                      "No systemd runs here, whose timer would end it: nothing was written");
        amr_run_fail(run, error);
        return;
    }
    argv = argv_for(run->executor, run->plan);
    child = g_subprocess_newv((const char *const *)argv,
                              G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                              &error);
    if (child) {
        g_subprocess_communicate_async(child, NULL, run->cancellable, on_set, run);
        return;
    }
    g_prefix_error(&error, "Setting the timer that would end it: ");
    amr_run_fail(run, error);
}
