/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether who asked for the change agrees to all that it turned out to be. */
#include "core/base/error.h"
#include "core/change/run.h"

/* In the plan as one of its own, or as a note where it came through its variant. */
static gboolean
says(const AmrPlan *plan, const char *beside)
{
    return g_ptr_array_find_with_equal_func(plan->besides, beside, g_str_equal, NULL) ||
           g_ptr_array_find_with_equal_func(plan->notes, beside, g_str_equal, NULL);
}

static gboolean
asked(const AmrRun *run, GError **error)
{
    g_autoptr(GPtrArray) besides = g_ptr_array_new();

    for (guint i = 0; i < run->plan->besides->len; i++)
        g_ptr_array_add(besides, run->plan->besides->pdata[i]);
    for (guint i = 0; i < run->besides->len; i++) {
        if (!g_ptr_array_find_with_equal_func(besides, run->besides->pdata[i], g_str_equal, NULL))
            g_ptr_array_add(besides, run->besides->pdata[i]);
    }
    return run->executor->agree(run->plan, run->notes, besides, run->executor->agree_data, error);
}

void
amr_check_agree(AmrRun *run)
{
    GError *error = NULL;

    for (guint i = 0; !run->executor->agree && !error && i < run->besides->len; i++) {
        if (!says(run->plan, run->besides->pdata[i]))
            amr_error_set(&error, AMR_ERROR_ACTIVATES_MORE, "%s. Nothing was written",
                          (const char *)run->besides->pdata[i]);
    }
    if (error || (run->executor->agree && !asked(run, &error)))
        amr_run_fail(run, error);
    else
        amr_run_next(run);
}
