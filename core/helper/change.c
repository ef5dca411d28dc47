/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The role that changes policy: one request, made into a plan here, carried out by the executor. */
#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/change/guard.h"
#include "core/change/questions.h"
#include "core/change/talk.h"
#include "core/change/timer.h"
#include "core/helper/helper.h"
#include "core/session.h"

#define RATE_CHANGES 60 /* in RATE_SECONDS, whoever asked; more is no human being */
#define RATE_SECONDS 60

typedef struct {
    GByteArray *in;  /* what the caller said */
    gboolean gone;   /* and that he says no more */
    guint source;    /* of it */
    GError *garbled; /* what he says is no message */
    GCancellable *cancellable;
    AmrSession *session;
    AmrRequest *request;
    GPtrArray *guards; /* guard.h */
} Change;

/* ---- the caller --------------------------------------------------------------------------------
 */

/* Without a caller nobody waits for the change: what is not begun is not begun. */
static void
caller_is_gone(Change *change)
{
    change->gone = TRUE;
    g_cancellable_cancel(change->cancellable);
}

static gboolean
on_caller(gint fd, GIOCondition condition, gpointer data)
{
    Change *change = data;
    guint8 block[16 * 1024];
    ssize_t n = read(fd, block, sizeof block);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    if (n > 0 && change->in->len <= 4 * 1024 * 1024) {
        g_byte_array_append(change->in, block, (guint)n);
        return G_SOURCE_CONTINUE;
    }
    change->source = 0;
    caller_is_gone(change);
    return G_SOURCE_REMOVE;
}

/* Waits for the caller's next message, which must be of @kind; NULL where none comes. */
static GVariant *
hear(Change *change, AmrTalk kind, GError **error)
{
    GVariant *content = NULL;

    for (;;) {
        GError *garbled = NULL;
        AmrTalk got = amr_talk_take(change->in, &content, &garbled);
        if (garbled) {
            g_propagate_error(error, garbled);
            return NULL;
        }
        if (got == kind)
            return content;
        if (got != AMR_TALK_UNKNOWN) {
            g_variant_unref(content);
            amr_error_set(error, AMR_ERROR_PARSE, "The caller speaks out of turn");
            return NULL;
        }
        if (g_cancellable_set_error_if_cancelled(change->cancellable, error))
            return NULL;
        g_main_context_iteration(NULL, TRUE);
    }
}

/* A caller that does not read is no reason to stop half-way. */
static void
say(AmrTalk kind, GVariant *content)
{
    (void)amr_talk_write(STDOUT_FILENO, kind, content, NULL);
}

static GVariant *
strings(const GPtrArray *lines)
{
    return lines ? g_variant_new_strv((const char *const *)lines->pdata, (gssize)lines->len)
                 : g_variant_new_strv(NULL, 0);
}

static int
fail(const GError *error, const GPtrArray *notes)
{
    say(AMR_TALK_FAILED,
        g_variant_new("(ss@as)", amr_talk_code(error), error->message, strings(notes)));
    return HELPER_NOT_DONE;
}

/* ---- the change --------------------------------------------------------------------------------
 */

/* In the middle of a change nobody is waited for: a pipe that can be written takes PIPE_BUF bytes
 * at once; what does not go into that is not told. */
static void
on_progress(AmrStep step, const char *what, gpointer data)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

    if ((!what || strlen(what) < PIPE_BUF / 2) && poll(&out, 1, 0) == 1 && out.revents == POLLOUT)
        say(AMR_TALK_PROGRESS, g_variant_new("(us)", (guint)step, what ? what : ""));
}

/* All of @besides stood before the caller's eyes when he signed. */
static gboolean
was_shown(const AmrRequest *request, const GPtrArray *besides)
{
    if (!request->seal)
        return FALSE;
    for (guint i = 0; i < besides->len; i++)
        if (!g_strv_contains((const char *const *)request->besides, besides->pdata[i]))
            return FALSE;
    return TRUE;
}

static gboolean
on_agree(const AmrPlan *plan, const GPtrArray *notes, const GPtrArray *besides, gpointer data,
         GError **error)
{
    Change *change = data;
    g_autofree char *diff = NULL, *sum = NULL;
    g_autoptr(GPtrArray) all = NULL, asked = NULL;
    g_autoptr(GVariant) answer = NULL;
    gboolean yes = FALSE;

    if (was_shown(change->request, besides) && (change->request->meant || !change->guards->len))
        return TRUE;
    diff = amr_plan_diff(plan);
    sum = amr_plan_sum(plan);
    all = g_ptr_array_copy(plan->notes, NULL, NULL);
    g_ptr_array_set_free_func(all, NULL); /* they are the plan's */
    for (guint i = 0; i < notes->len; i++)
        g_ptr_array_add(all, notes->pdata[i]);
    asked = g_ptr_array_copy(change->guards, NULL, NULL);
    g_ptr_array_set_free_func(asked, NULL);
    for (guint i = 0; i < besides->len; i++)
        g_ptr_array_add(asked, besides->pdata[i]);
    say(AMR_TALK_QUESTION, g_variant_new("(ss@as@as)", diff, sum, strings(all), strings(asked)));
    answer = hear(change, AMR_TALK_CONSENT, error);
    if (!answer)
        return FALSE;
    g_variant_get(answer, "(b)", &yes);
    return yes || amr_error_set(error, AMR_ERROR_REFUSED, "Not agreed to: nothing was written");
}

static int
carry_out(Change *change, const AmrPlan *plan, const GPtrArray *left)
{
    AmrSession *session = change->session;
    g_autoptr(GPtrArray) questions = amr_plan_questions(plan);
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(AmrOutcome) outcome = NULL;
    g_autoptr(GError) error = NULL;

    amr_executor_set_agree(session->executor, on_agree, change);
    amr_executor_run_async(session->executor, plan, session->index, questions, on_progress, change,
                           change->cancellable, helper_keep_result, &result);
    outcome = amr_executor_run_finish(session->executor, helper_wait(&result), &error);
    if (!outcome)
        return fail(error, NULL);
    say(AMR_TALK_DONE,
        g_variant_new("(ssbs@as)", plan->id, amr_change_state_word(outcome->state),
                      outcome->partly || outcome->state == AMR_CHANGE_STATE_PARTLY || left->len,
                      outcome->message, strings(outcome->notes)));
    return HELPER_DONE;
}

/* A caller that was let in once may not fill the disk with history. */
static gboolean
is_slow_enough(const AmrSession *session, GError **error)
{
    gint64 now = amr_clock_now(amr_target_clock(session->target));
    guint recent = 0;

    for (guint n = amr_history_count(session->history); n > 0; n--) {
        const AmrChange *change = amr_history_get(session->history, n - 1);
        if (change->time <= now && change->time > now - RATE_SECONDS * G_USEC_PER_SEC)
            recent++;
    }
    return recent < RATE_CHANGES ||
           amr_error_set(error, AMR_ERROR_LIMIT, "%u changes within a minute are enough: wait",
                         recent);
}

/* What ends a change that is made for a while: armorer, as it is installed with us. */
static void
set_timer(AmrSession *session)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = self ? g_path_get_dirname(self) : NULL;
    gboolean built = g_strcmp0(dir, ARMORER_BUILDDIR) == 0; /* run from where it was built */
    const char *const command[] = {built ? ARMORER_BUILDDIR "/armorer" : ARMORER_BINDIR "/armorer",
                                   NULL};

    amr_session_set_timer(session, g_strdup(amr_timer_program(session->target)),
                          g_strdupv((char **)command));
}

static gboolean
open_session(Change *change, GError **error)
{
    const AmrTargetOptions live = {0};
    g_autoptr(GAsyncResult) result = NULL;
    const GError *why = NULL;

    change->session = amr_session_new(&live, 0, error);
    if (!change->session)
        return FALSE;
    amr_session_load_async(change->session, change->cancellable, helper_keep_result, &result);
    if (!amr_session_load_finish(change->session, helper_wait(&result), error))
        return FALSE;
    set_timer(change->session);
    why = !change->session->index     ? change->session->index_error
          : !change->session->history ? change->session->history_error
                                      : NULL;
    if (why)
        g_propagate_error(error, g_error_copy(why));
    return !why && is_slow_enough(change->session, error);
}

static int
run(Change *change)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) asked = NULL;
    g_autoptr(GPtrArray) left = NULL;
    g_autoptr(AmrPlan) plan = NULL;
    AmrPlanContext context;

    say(AMR_TALK_STARTED, g_variant_new("(u)", AMR_TALK_VERSION));
    asked = hear(change, AMR_TALK_REQUEST, &error);
    change->request = asked ? amr_request_from_variant(asked, &error) : NULL;
    if (!change->request || !open_session(change, &error))
        return fail(error, NULL);
    context = amr_session_plan_context(change->session);
    plan = amr_request_plan(change->request, &context, &left, &error);
    if (!plan)
        return fail(error, left);
    change->guards = amr_guards(change->session->opener, change->session->index, plan);
    return carry_out(change, plan, left);
}

int
helper_change(void)
{
    Change change = {.in = g_byte_array_new(), .cancellable = g_cancellable_new()};
    int status;

    helper_obey_signals(change.cancellable);
    change.source = g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_caller, &change);
    status = run(&change);
    if (change.source)
        g_source_remove(change.source);
    g_clear_pointer(&change.guards, g_ptr_array_unref);
    g_clear_pointer(&change.request, amr_request_free);
    g_clear_pointer(&change.session, amr_session_free);
    g_byte_array_unref(change.in);
    g_object_unref(change.cancellable);
    return status;
}
