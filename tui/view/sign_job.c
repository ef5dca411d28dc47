/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls of the executor: the check, and the writing in this process. */
#include "config.h"

#include "tui/view/sign_private.h"

#define CHECK_DELAY 150 /* milliseconds: who moves along the ladder starts one check, not ten */

static void
clear_box(gpointer data)
{
    amr_plan_free(((TuiPlanBox *)data)->plan);
}

void
tui_sign_box_unref(TuiPlanBox *box)
{
    g_rc_box_release_full(box, clear_box);
}

static char *
tell(gpointer data)
{
    return g_strdup(((const TuiSignJob *)data)->sign->progress);
}

/* Until the first write. */
static gboolean
can_stop(gpointer data)
{
    const TuiSignJob *job = data;
    return job->step <= AMR_STEP_SAVE && !g_cancellable_is_cancelled(job->cancellable);
}

static void
stop(gpointer data)
{
    TuiSignJob *job = data;
    TuiSign *sign = job->sign;
    gboolean writing = sign->state == TUI_SIGN_WRITING;
    g_autofree char *key = tui_keymap_show(tui_screen_keymap(job->screen), TUI_ACTION_WRITE, FALSE);

    g_cancellable_cancel(job->cancellable);
    if (writing) /* its end tells whether that came in time */
        tui_screen_say(job->screen, TUI_ROLE_WARNING,
                       "Stopping, if nothing is written yet; else it goes on to its end");
    else
        tui_screen_say(job->screen, TUI_ROLE_WARNING,
                       "Not checked to its end%s%s. Nothing is written; %s checks it again first",
                       sign->progress ? ": stopped at " : "", sign->progress ? sign->progress : "",
                       key);
}

static const TuiTaskClass check_class = {"Checking", tell, can_stop, stop};
static const TuiTaskClass write_class = {"Changing policy", tell, can_stop, stop};

static TuiSignJob *
job_new(TuiSign *sign)
{
    TuiSignJob *job = g_new0(TuiSignJob, 1);
    job->sign = sign;
    job->screen = sign->screen;
    job->box = g_rc_box_acquire(sign->box);
    job->questions = sign->questions ? g_ptr_array_ref(sign->questions) : NULL;
    job->cancellable = g_cancellable_new();
    job->task =
        tui_task_begin(sign->screen, sign->state == TUI_SIGN_WRITING ? &write_class : &check_class,
                       sign->view, job);
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
    g_clear_pointer(&job->task, tui_task_end);
    tui_sign_box_unref(job->box);
    g_clear_pointer(&job->questions, g_ptr_array_unref);
    g_object_unref(job->cancellable);
    g_free(job);
    return sign;
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
    job->step = step;
    g_free(job->sign->progress);
    job->sign->progress = what && step == AMR_STEP_CHECK ? g_strdup(what)
                          : what ? g_strdup_printf("%s %s", amr_step_word(step), what)
                                 : g_strdup(amr_step_word(step));
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
        if (g_error_matches(sign->error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
            g_free(sign->error->message);
            sign->error->message = g_strdup("stopped");
        }
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

void
tui_sign_start_check(TuiSign *sign)
{
    sign->state = TUI_SIGN_PENDING;
    sign->delay = g_timeout_add(CHECK_DELAY, on_delay, sign);
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
        tui_sign_start_check(sign);
    } else if (sign) {
        sign->ended = outcome ? TUI_SIGN_DONE : TUI_SIGN_FAILED;
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

void
tui_sign_write_here(TuiSign *sign)
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
