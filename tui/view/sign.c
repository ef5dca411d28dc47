/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/sign_private.h"

#include <string.h>

#define CHECK_DELAY 150 /* milliseconds: who moves along the ladder starts one check, not ten */
#define WORD_MAX    8

static void
clear_box(gpointer data)
{
    amr_plan_free(((TuiPlanBox *)data)->plan);
}

static void
box_unref(TuiPlanBox *box)
{
    g_rc_box_release_full(box, clear_box);
}

static TuiSignJob *
job_new(TuiSign *sign)
{
    TuiSignJob *job = g_new0(TuiSignJob, 1);
    job->sign = sign;
    job->screen = sign->screen;
    job->box = g_rc_box_acquire(sign->box);
    job->questions = sign->questions ? g_ptr_array_ref(sign->questions) : NULL;
    job->cancellable = g_cancellable_new();
    sign->job = job;
    return job;
}

/* Returns who waits, if somebody does. */
static TuiSign *
job_end(TuiSignJob *job)
{
    TuiSign *sign = job->sign;
    if (sign)
        sign->job = NULL;
    box_unref(job->box);
    g_clear_pointer(&job->questions, g_ptr_array_unref);
    g_object_unref(job->cancellable);
    g_free(job);
    return sign;
}

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
    g_cancellable_cancel(job->cancellable);
}

TuiSign *
tui_sign_new(TuiScreen *screen)
{
    TuiSign *sign = g_new0(TuiSign, 1);
    sign->screen = screen;
    sign->word = g_string_new(NULL);
    return sign;
}

static void
forget_plan(TuiSign *sign)
{
    tui_sign_abandon(sign);
    g_clear_pointer(&sign->box, box_unref);
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
    sign->state = TUI_SIGN_NO_PLAN;
    sign->elevated = FALSE;
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
    g_strfreev(sign->verb);
    g_free(sign->input);
    g_free(sign->danger);
    g_clear_pointer(&sign->questions, g_ptr_array_unref);
    g_string_free(sign->word, TRUE);
    g_free(sign);
}

/* ---- the check ------------------------------------------------------------------------------ */

static gboolean
is_reload(const TuiSign *sign)
{
    return sign->box && sign->box->plan->kind == AMR_PLAN_RELOAD;
}

static TuiSignState
state_of_error(const TuiSign *sign, const GError *error)
{
    if (is_reload(sign) && g_error_matches(error, AMR_ERROR, AMR_ERROR_NOTHING_TO_DO))
        return TUI_SIGN_GRANTED; /* and loaded */
    if (g_error_matches(error, AMR_ERROR, AMR_ERROR_GRANTED_ALREADY))
        return TUI_SIGN_GRANTED;
    if (g_error_matches(error, AMR_ERROR, AMR_ERROR_EXPLICIT_DENY))
        return TUI_SIGN_DENIED;
    if (g_error_matches(error, AMR_ERROR, AMR_ERROR_RULE_REJECTED))
        return TUI_SIGN_REJECTED;
    return TUI_SIGN_UNCHECKED;
}

/* What was found belongs to what is signed from now on, since it is shown. */
static void
take_besides(AmrPlan *plan, const GPtrArray *besides)
{
    for (guint i = 0; besides && i < besides->len; i++) {
        if (!g_ptr_array_find_with_equal_func(plan->besides, besides->pdata[i], g_str_equal, NULL))
            g_ptr_array_add(plan->besides, g_strdup(besides->pdata[i]));
    }
}

static void
on_progress(AmrStep step, const char *what, gpointer data)
{
    TuiSignJob *job = data;
    if (!job->sign)
        return;
    g_free(job->sign->progress);
    job->sign->progress =
        what ? g_strdup_printf("%s %s", amr_step_word(step), what) : g_strdup(amr_step_word(step));
    tui_screen_dirty(job->screen);
}

static void
on_checked(GObject *source, GAsyncResult *result, gpointer data)
{
    TuiSignJob *job = data;
    TuiScreen *screen = job->screen;
    AmrSession *session = tui_screen_session(screen);
    g_autoptr(GPtrArray) notes = NULL;
    g_autoptr(GError) error = NULL;
    gboolean ok = amr_executor_check_finish(session->executor, result, &notes, &error);
    TuiSign *sign = job_end(job);

    if (sign && sign->reload && g_error_matches(error, AMR_ERROR, AMR_ERROR_GRANTED_ALREADY)) {
        tui_sign_set_plan(sign, g_steal_pointer(&sign->reload), NULL);
        tui_screen_dirty(screen);
    } else if (sign) {
        take_besides(sign->box->plan, amr_executor_check_besides(result));
        sign->shown = FALSE;
        sign->state = !ok               ? state_of_error(sign, error)
                      : is_reload(sign) ? TUI_SIGN_RELOADS
                                        : TUI_SIGN_COMPILES;
        const GPtrArray *compiled = amr_executor_check_compiled(result);
        g_clear_pointer(&sign->compiled, g_ptr_array_unref);
        sign->compiled = compiled ? g_ptr_array_ref((GPtrArray *)compiled) : NULL;
        g_clear_pointer(&sign->notes, g_ptr_array_unref);
        sign->notes = g_steal_pointer(&notes);
        g_clear_error(&sign->error);
        sign->error = g_steal_pointer(&error);
        g_clear_pointer(&sign->progress, g_free);
        tui_screen_dirty(screen);
    }
    tui_screen_end_work(screen);
}

static gboolean
on_delay(gpointer data)
{
    TuiSign *sign = data;
    AmrSession *session = tui_screen_session(sign->screen);

    sign->delay = 0;
    if (!tui_screen_begin_work(sign->screen)) /* TUI_NEWS_SESSION will bring us back */
        return G_SOURCE_REMOVE;
    tui_screen_dirty(sign->screen);
    if (!session->executor || !session->index) {
        sign->state = TUI_SIGN_UNCHECKED;
        g_clear_error(&sign->error);
        sign->error = session->history_error ? g_error_copy(session->history_error) : NULL;
        tui_screen_end_work(sign->screen);
        return G_SOURCE_REMOVE;
    }
    sign->state = TUI_SIGN_CHECKING;
    TuiSignJob *job = job_new(sign);
    amr_executor_check_async(session->executor, job->box->plan, session->index, on_progress, job,
                             job->cancellable, on_checked, job);
    return G_SOURCE_REMOVE;
}

static void
start_check(TuiSign *sign)
{
    sign->state = TUI_SIGN_PENDING;
    sign->delay = g_timeout_add(CHECK_DELAY, on_delay, sign);
}

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
    start_check(sign);
}

void
tui_sign_set_unseen(TuiSign *sign)
{
    forget_plan(sign);
    sign->state = TUI_SIGN_UNSEEN;
}

void
tui_sign_set_reload(TuiSign *sign, AmrPlan *reload)
{
    g_clear_pointer(&sign->reload, amr_plan_free);
    sign->reload = reload;
}

void
tui_sign_set_verb(TuiSign *sign, const char *const *verb, const char *input)
{
    g_strfreev(sign->verb);
    g_free(sign->input);
    sign->verb = g_strdupv((char **)verb);
    sign->input = g_strdup(input);
}

void
tui_sign_set_danger(TuiSign *sign, const char *danger)
{
    char *copy = g_strdup(danger);
    g_free(sign->danger);
    sign->danger = copy;
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

/* ---- writing -------------------------------------------------------------------------------- */

static void
on_written(GObject *source, GAsyncResult *result, gpointer data)
{
    TuiSignJob *job = data;
    TuiScreen *screen = job->screen;
    AmrSession *session = tui_screen_session(screen);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrOutcome) outcome = amr_executor_run_finish(session->executor, result, &error);
    TuiSign *sign = job_end(job);

    if (sign && g_error_matches(error, AMR_ERROR, AMR_ERROR_ACTIVATES_MORE)) {
        /* Signed before the check had told all: it tells it now. */
        tui_screen_say(screen, TUI_ROLE_WARNING,
                       "Not written: loading would do more than was shown. Look again");
        g_clear_pointer(&sign->progress, g_free);
        start_check(sign);
    } else if (sign) {
        sign->state = outcome ? TUI_SIGN_DONE : TUI_SIGN_FAILED;
        sign->change = outcome ? g_strdup(sign->box->plan->id) : NULL;
        sign->outcome = g_steal_pointer(&outcome);
        g_clear_error(&sign->error);
        sign->error = g_steal_pointer(&error);
        g_clear_pointer(&sign->progress, g_free);
    }
    tui_screen_reload(screen);
    tui_screen_end_work(screen);
    tui_screen_dirty(screen);
}

static void
write_here(TuiSign *sign)
{
    AmrSession *session = tui_screen_session(sign->screen);

    if (!session->executor || !session->index) {
        const GError *why = session->history_error ? session->history_error : session->index_error;
        tui_screen_say(sign->screen, TUI_ROLE_ERROR, "Nothing can be written: %s",
                       why ? why->message : "the policy is not read yet");
        return;
    }
    if (!tui_screen_begin_work(sign->screen)) {
        tui_screen_say(sign->screen, TUI_ROLE_WARNING, "Policy is being read: a moment");
        return;
    }
    tui_sign_abandon(sign);
    sign->state = TUI_SIGN_WRITING;
    TuiSignJob *job = job_new(sign);
    amr_executor_run_async(session->executor, job->box->plan, session->index, job->questions,
                           on_progress, job, job->cancellable, on_written, job);
}

static void
do_write(TuiSign *sign)
{
    tui_sign_forget_try(sign);
    if (tui_screen_elevates(sign->screen))
        tui_sign_elevate(sign);
    else
        write_here(sign);
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
    case TUI_SIGN_WRITING:
        return "It is being written";
    case TUI_SIGN_DONE:
        return "It is written already";
    default:
        break;
    }
    gboolean ready = tui_screen_elevates(sign->screen) ? sign->verb != NULL : sign->box != NULL;
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
