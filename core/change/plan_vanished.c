/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that were written down for a profile which is gone by now: what can be done is done. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/plan_private.h"

/* Said of @request where its profile is not there and no child that the change makes; NULL else. */
static char *
why_vanished(const AmrPlanContext *context, const GPtrArray *children,
             const AmrPlanRequest *request)
{
    g_autoptr(GError) error = NULL;
    guint n = request->rules->len;

    if (amr_plan_find_child(children, request->profile) ||
        amr_plan_find_block(context, request->profile, &error) ||
        !(g_error_matches(error, AMR_ERROR, AMR_ERROR_NOT_FOUND) ||
          g_error_matches(error, AMR_ERROR, AMR_ERROR_NO_FILE)))
        return NULL;
    return g_strdup_printf("%s. %s left out", error->message,
                           n == 1 ? "Its rule is"
                           : n    ? "Its rules are"
                                  : "It is");
}

GPtrArray *
amr_plan_leave_vanished(const AmrPlanContext *context, AmrPlanRequest *requests, guint *n)
{
    g_autoptr(GPtrArray) children = amr_plan_children(context, requests, *n);
    GPtrArray *left = g_ptr_array_new_with_free_func(g_free);
    guint kept = 0;

    for (guint i = 0; i < *n; i++) {
        char *why = why_vanished(context, children, &requests[i]);
        if (why)
            g_ptr_array_add(left, why);
        else
            requests[kept++] = requests[i];
    }
    if (kept) {
        *n = kept;
    } else {
        g_ptr_array_set_size(left, 0);
    }
    return left;
}
