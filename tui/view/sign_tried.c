/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A try to write that failed, and the change planned anew: why, and what is not as it was shown. */
#include "config.h"

#include "tui/view/sign_private.h"

static void
tried_free(TuiSignTried *tried)
{
    g_free(tried->why);
    g_free(tried->said);
    g_free(tried->diff);
    g_clear_pointer(&tried->changed, g_ptr_array_unref);
    g_free(tried);
}

void
tui_sign_forget_try(TuiSign *sign)
{
    g_clear_pointer(&sign->tried, tried_free);
}

static void
find_changed(const TuiSign *sign, TuiSignTried *tried)
{
    g_autoptr(GPtrArray) paths =
        amr_plan_outdated(tui_screen_session(sign->screen)->target, sign->box->plan, &tried->diff);

    tried->changed = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < paths->len; i++) {
        if (!amr_plan_find_file(sign->box->plan, paths->pdata[i])) /* the diff names those */
            g_ptr_array_add(tried->changed, amr_display_string(paths->pdata[i]));
    }
    tried->anew = paths->len > 0;
}

void
tui_sign_try_again(TuiSign *sign)
{
    TuiSignTried *tried = g_new0(TuiSignTried, 1);

    tui_sign_forget_try(sign);
    sign->tried = tried;
    tried->why = g_strdup(sign->outcome ? sign->outcome->message
                          : sign->error ? sign->error->message
                                        : "for a reason that is not known");
    tried->said = g_steal_pointer(&sign->said);
    if (sign->box)
        find_changed(sign, tried);
    if (tried->anew)
        tui_screen_say(sign->screen, TUI_ROLE_WARNING,
                       "Not written: policy is not as it was shown. Planned anew: look again");
    sign->state = TUI_SIGN_NO_PLAN;
}

void
tui_sign_describe_try(const TuiSign *sign, TuiFlow *flow)
{
    const TuiSignTried *tried = sign->tried;

    if (!tried)
        return;
    g_autofree char *why = g_strdup_printf("not done: %s", tried->why);
    tui_flow_add_words(flow, "last try", TUI_ROLE_ERROR, why);
    tui_sign_add_said(flow, tried->said);
    for (guint i = 0; tried->changed && i < tried->changed->len; i++)
        tui_flow_add_words(flow, i == 0 ? "changed" : "", TUI_ROLE_WARNING,
                           tried->changed->pdata[i]);
    if (tried->diff && tried->diff[0]) {
        tui_flow_add(flow, TUI_ROLE_TEXT, NULL);
        tui_flow_add_diff(flow, tried->diff);
        tui_flow_add(flow, TUI_ROLE_TEXT, NULL);
    }
    if (tried->anew)
        tui_flow_add_words(flow, "now", TUI_ROLE_TEXT, "planned anew, as follows");
    tui_flow_add(flow, TUI_ROLE_TEXT, NULL);
}
