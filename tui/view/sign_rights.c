/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The writing by a command with more rights: bound to what was shown, and what became of it. */
#include "config.h"

#include <signal.h>

#include "core/change/seal.h"
#include "tui/view/sign_private.h"

/* The verb, bound to what was shown. */
static char **
signed_verb(const TuiSign *sign)
{
    AmrSession *session = tui_screen_session(sign->screen);
    g_autoptr(GStrvBuilder) argv = g_strv_builder_new();

    g_strv_builder_addv(argv, (const char **)sign->verb);
    if (sign->box && sign->box->plan->kind == AMR_PLAN_RELOAD)
        g_strv_builder_add(argv, "--reload");
    if (sign->box) {
        g_autofree char *seal = amr_seal(session->target, sign->box->plan);
        g_strv_builder_add_many(argv, "--expect", seal, NULL);
    } else {
        g_strv_builder_add(argv, "--ask");
    }
    return g_strv_builder_end(argv);
}

void
tui_sign_elevate(TuiSign *sign)
{
    AmrSession *session = tui_screen_session(sign->screen);
    g_auto(GStrv) verb = signed_verb(sign);
    g_autoptr(GError) error = NULL;

    tui_sign_abandon(sign);
    g_clear_pointer(&sign->said, g_free);
    sign->changes_before = session->history ? amr_history_count(session->history) : 0;
    sign->state = TUI_SIGN_WRITING;
    if (!tui_screen_elevate(sign->screen, (const char *const *)verb, sign->input, &sign->status,
                            &sign->said, &error)) {
        sign->state = TUI_SIGN_FAILED;
        g_clear_error(&sign->error);
        sign->error = g_steal_pointer(&error);
        return;
    }
    sign->elevated = TRUE;
    tui_screen_reload(sign->screen);
}

/* ---- coming back ---------------------------------------------------------------------------- */

/* How the command's change stands says more than its exit status; NULL where it is not in force. */
static const char *
standing(const AmrChange *change)
{
    gboolean undo = change->kind == AMR_PLAN_UNDO;

    if (change->kind == AMR_PLAN_RELOAD)
        return change->state == AMR_CHANGE_STATE_VERIFIED ? "Loaded, and the kernel confirms"
               : change->state == AMR_CHANGE_STATE_LOADED ? "Loaded"
                                                          : NULL;
    if (change->state == AMR_CHANGE_STATE_VERIFIED)
        return undo ? "Taken back, and the kernel confirms" : "Written, and the kernel confirms";
    if (change->state == AMR_CHANGE_STATE_LOADED)
        return undo ? "Taken back and loaded" : "Written and loaded";
    if (change->state == AMR_CHANGE_STATE_NOT_LOADED)
        return undo ? "Taken back, not loaded" : "Written, not loaded";
    return NULL;
}

/* By its id, which is that of what was shown; else the newest, if it is new. */
static const AmrChange *
its_change(const TuiSign *sign)
{
    const AmrHistory *history = tui_screen_session(sign->screen)->history;
    guint n = history ? amr_history_count(history) : 0;

    if (!history || sign->box)
        return history ? amr_history_find(history, sign->box->plan->id) : NULL;
    return n > sign->changes_before ? amr_history_get(history, n - 1) : NULL;
}

static void
set_ended(TuiSign *sign)
{
    if (sign->status == 128 + SIGINT)
        amr_error_set(&sign->error, AMR_ERROR_NOT_PERMITTED,
                      "The command with more rights was interrupted");
    else
        amr_error_set(&sign->error, AMR_ERROR_NOT_PERMITTED,
                      "The command with more rights ended with status %d", sign->status);
}

static void
read_outcome(TuiSign *sign)
{
    const AmrChange *change = its_change(sign);

    sign->elevated = FALSE;
    g_clear_error(&sign->error);
    const char *stands = change ? standing(change) : NULL;
    sign->state = stands || sign->status == 0 ? TUI_SIGN_DONE : TUI_SIGN_FAILED;
    if (!change && sign->status != 0) {
        set_ended(sign);
        return;
    }
    sign->change = change ? g_strdup(change->id) : NULL;
    sign->outcome = g_new0(AmrOutcome, 1);
    sign->outcome->state = change ? change->state : AMR_CHANGE_STATE_UNKNOWN;
    sign->outcome->message = g_strdup(change && change->message ? change->message
                                      : stands                  ? stands
                                      : change ? amr_change_state_word(change->state)
                                               : "the command with more rights is done");
    sign->outcome->notes = g_ptr_array_new_with_free_func(g_free);
}

void
tui_sign_news(TuiSign *sign)
{
    if (sign->elevated)
        read_outcome(sign);
}
