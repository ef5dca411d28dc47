/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The writing by who has more rights: bound to what was shown. */
#include "config.h"

#include "core/change/seal.h"
#include "tui/view/sign_private.h"

/* What was shown, and what stood there of loading: nothing else is agreed to. */
static AmrRequest *
signed_request(const TuiSign *sign)
{
    AmrRequest *request = amr_request_copy(sign->request);

    request->meant = sign->danger != NULL; /* its word was typed */
    if (!sign->box)
        return request;
    const AmrPlan *plan = sign->box->plan;
    g_autoptr(GStrvBuilder) besides = g_strv_builder_new();
    for (guint i = 0; i < plan->besides->len; i++)
        g_strv_builder_add(besides, plan->besides->pdata[i]);
    if (plan->kind == AMR_PLAN_RELOAD) { /* in the place of what policy grants already */
        request->kind = AMR_PLAN_RELOAD;
        request->add_include = request->meant = FALSE;
    } else {
        request->until = plan->until;
    }
    request->seal = amr_seal(tui_screen_session(sign->screen)->target, plan);
    request->besides = g_strv_builder_end(besides);
    return request;
}

void
tui_sign_elevate(TuiSign *sign)
{
    g_autoptr(AmrRequest) request = signed_request(sign);
    g_auto(TuiPrivileged) privileged = {0};
    g_autoptr(GError) error = NULL;
    gboolean ok;

    tui_sign_abandon(sign);
    g_clear_pointer(&sign->said, g_free);
    sign->state = TUI_SIGN_WRITING;
    ok = tui_screen_elevate(sign->screen, request, &privileged, &error);
    sign->ended = ok ? TUI_SIGN_DONE : TUI_SIGN_FAILED;
    sign->said = g_steal_pointer(&privileged.said);
    sign->change = g_steal_pointer(&privileged.id);
    sign->outcome = g_steal_pointer(&privileged.outcome);
    if (privileged.notes) {
        g_clear_pointer(&sign->notes, g_ptr_array_unref);
        sign->notes = g_steal_pointer(&privileged.notes);
    }
    g_clear_error(&sign->error);
    sign->error = g_steal_pointer(&error);
    tui_screen_reload(sign->screen);
}
