/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/change/guard.h"
#include "tui/view/sign_private.h"

#include <string.h>

#define WORD_MAX 8

void
tui_sign_abandon(TuiSign *sign)
{
    if (sign->delay)
        g_source_remove(sign->delay);
    sign->delay = 0;
    if (!sign->job)
        return;
    TuiSignJob *job = sign->job;
    sign->job = NULL;
    job->sign = NULL;
    g_clear_pointer(&job->task, tui_task_end);
    g_cancellable_cancel(job->cancellable);
}

TuiSign *
tui_sign_new(TuiView *view)
{
    TuiSign *sign = g_new0(TuiSign, 1);
    sign->view = view;
    sign->screen = view->screen;
    sign->word = g_string_new(NULL);
    return sign;
}

static void
forget_plan(TuiSign *sign)
{
    tui_sign_abandon(sign);
    g_clear_pointer(&sign->box, tui_sign_box_unref);
    g_clear_pointer(&sign->reload, amr_plan_free);
    g_clear_error(&sign->plan_error);
    g_clear_error(&sign->error);
    g_clear_pointer(&sign->diff, g_free);
    g_clear_pointer(&sign->notes, g_ptr_array_unref);
    g_clear_pointer(&sign->compiled, g_ptr_array_unref);
    g_clear_pointer(&sign->proof, g_free);
    g_clear_pointer(&sign->outcome, amr_outcome_free);
    g_clear_pointer(&sign->progress, g_free);
    g_clear_pointer(&sign->change, g_free);
    g_clear_pointer(&sign->said, g_free);
    sign->state = sign->ended = TUI_SIGN_NO_PLAN;
    sign->asking = FALSE;
    sign->shown = FALSE;
}

void
tui_sign_free(TuiSign *sign)
{
    if (!sign)
        return;
    forget_plan(sign);
    tui_sign_forget_try(sign);
    amr_request_free(sign->request);
    g_free(sign->danger);
    g_clear_pointer(&sign->guards, g_ptr_array_unref);
    g_clear_pointer(&sign->questions, g_ptr_array_unref);
    g_string_free(sign->word, TRUE);
    g_free(sign);
}

/* ---- for a while ---------------------------------------------------------------------------- */

static const gint64 seconds[] = {0, 3600, 24 * 3600, 7 * 24 * 3600};

const char *
tui_sign_no_end(TuiScreen *screen)
{
    return tui_screen_session(screen)->timer ? NULL
                                             : "No systemd runs here, whose timer would end it.";
}

static gboolean
is_lasting(const TuiSign *sign)
{
    return sign->box && sign->box->plan->kind == AMR_PLAN_COMPLAIN_FOR;
}

static gboolean
may_end(const TuiSign *sign)
{
    return sign->box && sign->state < TUI_SIGN_WRITING &&
           (is_lasting(sign) || sign->box->plan->kind == AMR_PLAN_ADD);
}

gboolean
tui_sign_may_last(const TuiSign *sign)
{
    return may_end(sign) && !tui_sign_no_end(sign->screen);
}

static void
set_end(TuiSign *sign)
{
    const AmrTarget *target = tui_screen_session(sign->screen)->target;

    if (is_lasting(sign) && !sign->lasts)
        sign->lasts = 1;
    if (!may_end(sign))
        return;
    gint64 now = amr_clock_now(amr_target_clock(target));
    sign->box->plan->until = sign->lasts ? now + seconds[sign->lasts] * G_USEC_PER_SEC : 0;
    sign->shown = FALSE;
}

static TuiStale
last(TuiSign *sign)
{
    const char *why = tui_sign_no_end(sign->screen);

    if (!may_end(sign)) {
        tui_screen_say(sign->screen, TUI_ROLE_QUIET, "There is nothing to end");
    } else if (why) {
        tui_screen_say(sign->screen, TUI_ROLE_WARNING, "%s", why);
    } else {
        sign->lasts = (sign->lasts + 1) % G_N_ELEMENTS(seconds);
        set_end(sign);
    }
    return TUI_STALE_FRAME;
}

/* ---- what it is -----------------------------------------------------------------------------
 */

void
tui_sign_set_plan(TuiSign *sign, AmrPlan *plan, GError *error)
{
    forget_plan(sign);
    sign->plan_error = error;
    if (!plan)
        return;
    sign->box = g_rc_box_new0(TuiPlanBox);
    sign->box->plan = plan;
    sign->diff = amr_plan_diff(plan);
    set_end(sign);
    if (amr_session_is_outdated(tui_screen_session(sign->screen)))
        sign->state = TUI_SIGN_STALE;
    else
        tui_sign_start_check(sign);
}

void
tui_sign_set_unseen(TuiSign *sign)
{
    forget_plan(sign);
    sign->state = TUI_SIGN_UNSEEN;
}

/* Policy is another than the plan was made from: what was found is dropped, a typed word too, and
 * nothing is written until a new plan comes. */
static void
set_stale(TuiSign *sign)
{
    tui_sign_abandon(sign);
    sign->asking = FALSE;
    g_clear_pointer(&sign->proof, g_free);
    g_clear_pointer(&sign->compiled, g_ptr_array_unref);
    g_clear_pointer(&sign->progress, g_free);
    sign->state = TUI_SIGN_STALE;
}

gboolean
tui_sign_news(TuiSign *sign, TuiNews news)
{
    if (news == TUI_NEWS_STALE && sign->state < TUI_SIGN_WRITING)
        set_stale(sign);
    if (news != TUI_NEWS_SESSION)
        return FALSE;
    if (sign->ended && !tui_screen_is_loading(sign->screen)) { /* else that was read before */
        sign->state = sign->ended;
        sign->ended = TUI_SIGN_NO_PLAN;
    }
    if (sign->state == TUI_SIGN_FAILED)
        tui_sign_try_again(sign);
    return sign->state < TUI_SIGN_WRITING;
}

void
tui_sign_set_reload(TuiSign *sign, AmrPlan *reload)
{
    g_clear_pointer(&sign->reload, amr_plan_free);
    sign->reload = reload;
}

void
tui_sign_set_request(TuiSign *sign, AmrRequest *request)
{
    amr_request_free(sign->request);
    sign->request = request;
}

void
tui_sign_set_danger(TuiSign *sign, const char *danger)
{
    char *copy = g_strdup(danger);
    g_free(sign->danger);
    sign->danger = copy;
}

gboolean
tui_sign_guard(TuiSign *sign, const AmrPlan *plan)
{
    const AmrSession *session = tui_screen_session(sign->screen);
    g_autoptr(GPtrArray) guards = plan ? amr_guards(session->opener, session->index, plan) : NULL;

    g_clear_pointer(&sign->guards, g_ptr_array_unref);
    sign->guards = g_steal_pointer(&guards);
    if (!sign->guards || !sign->guards->len) {
        tui_sign_set_danger(sign, NULL);
        return FALSE;
    }
    tui_sign_set_danger(sign, sign->guards->pdata[0]);
    return TRUE;
}

void
tui_sign_set_questions(TuiSign *sign, GPtrArray *questions)
{
    g_clear_pointer(&sign->questions, g_ptr_array_unref);
    sign->questions = questions;
}

TuiSignState
tui_sign_state(const TuiSign *sign)
{
    return sign->state;
}

void
tui_sign_set_proof(TuiSign *sign, TuiRole role, const char *proof)
{
    char *copy = g_strdup(proof);
    g_free(sign->proof);
    sign->proof = copy;
    sign->proof_role = role;
}

gboolean
tui_sign_is_proven(const TuiSign *sign)
{
    return sign->proof != NULL;
}

const GPtrArray *
tui_sign_compiled(const TuiSign *sign)
{
    return sign->compiled;
}

guint
tui_sign_parts(const TuiSign *sign)
{
    return sign->box ? sign->box->plan->parts->len : 0;
}

const GError *
tui_sign_plan_error(const TuiSign *sign)
{
    return sign->plan_error;
}

const char *
tui_sign_change(const TuiSign *sign)
{
    return sign->state == TUI_SIGN_DONE ? sign->change : NULL;
}

AmrChangeState
tui_sign_outcome(const TuiSign *sign)
{
    return sign->outcome ? sign->outcome->state : AMR_CHANGE_STATE_UNKNOWN;
}

/* ---- actions -------------------------------------------------------------------------------- */

static void
do_write(TuiSign *sign)
{
    tui_sign_forget_try(sign);
    if (tui_screen_elevates(sign->screen))
        tui_sign_elevate(sign);
    else
        tui_sign_write_here(sign);
}

/* Why @sign cannot be written now; NULL if it can. */
static const char *
refusal(const TuiSign *sign)
{
    switch (sign->state) {
    case TUI_SIGN_GRANTED:
        return "Policy on disk allows it already: nothing to write";
    case TUI_SIGN_DENIED:
        return "A deny rule stands in the way: this would change nothing";
    case TUI_SIGN_REJECTED:
        return "The compiler rejects it: nothing was written";
    case TUI_SIGN_STALE:
        return "Policy was changed by somebody else: look at it again first";
    case TUI_SIGN_WRITING:
        return "It is being written";
    case TUI_SIGN_DONE:
        return "It is written already";
    default:
        break;
    }
    gboolean ready = tui_screen_elevates(sign->screen) ? sign->request != NULL : sign->box != NULL;
    return ready ? NULL : "There is nothing to write";
}

gboolean
tui_sign_is_asking(const TuiSign *sign)
{
    return sign->asking;
}

gboolean
tui_sign_is_ready(const TuiSign *sign)
{
    return refusal(sign) == NULL;
}

TuiStale
tui_sign_act(TuiSign *sign, TuiAction action)
{
    if (action == TUI_ACTION_BACK && tui_sign_is_writing(sign)) {
        if (sign->job)
            g_cancellable_cancel(sign->job->cancellable);
        tui_screen_say(sign->screen, TUI_ROLE_WARNING,
                       "Stopping, if nothing is written yet; else it goes on to its end");
        return TUI_STALE_VIEW;
    }
    if (action == TUI_ACTION_LASTS)
        return last(sign);
    if (action != TUI_ACTION_WRITE)
        return TUI_STALE_FOREIGN;
    const char *why = refusal(sign);
    if (why) {
        tui_screen_say(sign->screen, TUI_ROLE_WARNING, "%s", why);
    } else if (!sign->shown) {
        tui_screen_say(sign->screen, TUI_ROLE_WARNING, "It was not shown yet: look at it first");
    } else if (sign->danger) {
        g_string_truncate(sign->word, 0);
        sign->asking = TRUE;
    } else {
        do_write(sign);
    }
    return TUI_STALE_FRAME;
}

gboolean
tui_sign_is_writing(const TuiSign *sign)
{
    return sign->state == TUI_SIGN_WRITING;
}

TuiStale
tui_sign_key(TuiSign *sign, TuiKey key)
{
    if (!sign->asking)
        return TUI_STALE_FOREIGN;
    if (key == TUI_KEY_ENTER) {
        sign->asking = FALSE;
        if (strcmp(sign->word->str, TUI_SIGN_WORD) == 0)
            do_write(sign);
        else
            tui_screen_say(sign->screen, TUI_ROLE_WARNING,
                           "Not \"" TUI_SIGN_WORD "\": nothing was written");
    } else if (key == TUI_KEY_ESCAPE || key == (TUI_KEY_CTRL | 'c')) {
        sign->asking = FALSE;
    } else if (key == TUI_KEY_BACKSPACE) {
        g_string_truncate(sign->word, sign->word->len > 0 ? sign->word->len - 1 : 0);
    } else if (key > ' ' && key < 0x7f && sign->word->len < WORD_MAX) {
        g_string_append_c(sign->word, (char)key);
    }
    return TUI_STALE_VIEW;
}
