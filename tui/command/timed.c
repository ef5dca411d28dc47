/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes that last for a while: how long, and their end. */
#include "config.h"

#include <string.h>

#include "core/base/fsutil.h"
#include "core/change/outside.h"
#include "core/change/timer.h"
#include "tui/command/command.h"

#define SHORTEST G_GINT64_CONSTANT(60)
#define LONGEST  (G_GINT64_CONSTANT(366) * 24 * 3600)
#define TRIES    30
#define SLACK    (2 * (gint64)G_USEC_PER_SEC) /* a timer's */

/* ---- how long ----------------------------------------------------------------------------------
 */

/* "90m", "1h", "2d"; 0 for what is none. */
static gint64
seconds_of(const char *text)
{
    static const struct {
        char letter;
        gint64 seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    gsize len = strlen(text);
    guint64 number;

    if (len < 2 || !amr_bytes_to_uint64((AmrBytes){text, len - 1}, &number) || number > LONGEST)
        return 0;
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
        if (units[i].letter == text[len - 1])
            return (gint64)number * units[i].seconds;
    return 0;
}

gboolean
tui_command_lasts(const TuiCommand *command, const char *text, gint64 *until, GError **error)
{
    gint64 seconds = text ? seconds_of(text) : 0;

    *until = 0;
    if (!text)
        return TRUE;
    if (seconds < SHORTEST || seconds > LONGEST)
        return amr_error_set(
            error, AMR_ERROR_USAGE,
            "--for takes a number with s, m, h or d: a minute at least, 366 days at "
            "most");
    *until = amr_clock_now(amr_target_clock(command->session->target)) + seconds * G_USEC_PER_SEC;
    return TRUE;
}

/* ---- the end -----------------------------------------------------------------------------------
 */

/* The history says why a change goes on, once. */
static void
record_stays(const TuiCommand *command, const AmrChange *change, const char *why)
{
    AmrHistory *history = command->session->history;
    g_autoptr(GError) error = NULL;
    amr_autofd int lock = -1;
    g_autofree char *id = g_strdup(change->id);

    if (g_strcmp0(change->message, why) == 0)
        return;
    lock = amr_history_lock(history, &error);
    if (lock < 0 || !amr_history_state(history, id, change->state, why, &error))
        tui_say("%s", error->message);
}

/* Of a file that somebody else has changed nothing is taken away without a word of his. */
static int
end_change(TuiCommand *command, const AmrChange *change, TuiCarry *carry)
{
    const AmrSession *session = command->session;
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) done = NULL;
    g_autofree char *path = NULL;
    g_autofree char *id = g_strdup(change->id);

    if (!amr_change_may_undo(change, &error)) {
        tui_say("%s", error->message);
        return TUI_EXIT_DONE;
    }
    done = amr_history_plan(session->history, change, &error);
    if (!done)
        return tui_fail(error);
    path = amr_outside_of(session->history, session->target, done);
    if (path) {
        g_autofree char *shown = amr_display_string(path);
        g_autofree char *why = g_strdup_printf("its time is over, but %s was changed since by "
                                               "another hand: it stays, until armorer undo "
                                               "takes it back",
                                               shown);
        tui_say("change %s: %s", id, why);
        record_stays(command, change, why);
        return TUI_EXIT_REFUSED;
    }
    carry->force = carry->activate = TRUE; /* agreed to when it was made */
    return tui_command_undo_change(command, id, carry);
}

static gboolean
on_second(gpointer data)
{
    *(gboolean *)data = TRUE;
    return G_SOURCE_REMOVE;
}

static void
wait_a_second(void)
{
    gboolean over = FALSE;

    (void)g_timeout_add_seconds(1, on_second, &over);
    while (!over)
        g_main_context_iteration(NULL, TRUE);
}

static int
end_once(TuiCommand *command, const char *id, gint64 now, TuiCarry *carry)
{
    const AmrChange *change = amr_history_find(command->session->history, id);
    g_autofree char *shown = amr_display_string(id);

    if (!change) {
        tui_say("no change, or more than one, has the id %s: see armorer changes", shown);
        return TUI_EXIT_NOTHING;
    }
    if (!change->until || change->until > now) {
        tui_say("change %s: its time is not over", change->id);
        return TUI_EXIT_REFUSED;
    }
    return end_change(command, change, carry);
}

/* Timers that end at one moment run an armorer each: the one that comes second plans anew. */
static int
end_one(TuiCommand *command, const char *id, gint64 now, TuiCarry *carry)
{
    int status = end_once(command, id, now, carry);

    for (guint i = 1;
         i < TRIES && command->contended && !g_cancellable_is_cancelled(command->cancellable);
         i++) {
        tui_say("change %s: once more, in a second", id);
        wait_a_second();
        command->contended = FALSE;
        status = tui_command_load(command);
        if (status == TUI_EXIT_DONE)
            status = end_once(command, id, now, carry);
    }
    return status;
}

/* ---- after a reboot ----------------------------------------------------------------------------
 */

static int
set_again(TuiCommand *command, const AmrChange *change)
{
    const AmrSession *session = command->session;
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    TuiWait wait = {0};

    amr_timer_set_async(session->timer, (const char *const *)session->timer_command, change->id,
                        change->until, command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    if (amr_timer_set_finish(result, &error)) {
        tui_say("change %s: the timer that ends it is set again", change->id);
        return TUI_EXIT_DONE;
    }
    tui_say("change %s: %s", change->id, error->message);
    return TUI_EXIT_PARTLY;
}

/* Timers of what is not over yet, which a reboot took along. */
static int
set_timers_again(TuiCommand *command, gint64 now)
{
    const AmrSession *session = command->session;
    gboolean named = command->options->timer != NULL;
    int status = TUI_EXIT_DONE;

    for (guint i = 0; session->timer && i < amr_history_count(session->history); i++) {
        const AmrChange *change = amr_history_get(session->history, i);
        if (!change->until || change->until <= now || !amr_change_may_stand(change) ||
            (!named && amr_timer_is_set(change->id)))
            continue;
        int one = set_again(command, change);
        status = MAX(status, one);
    }
    return status;
}

static int
end_all(TuiCommand *command, gint64 now, TuiCarry *carry)
{
    const AmrHistory *history = command->session->history;
    g_autoptr(GPtrArray) due = g_ptr_array_new_with_free_func(g_free);
    int status = TUI_EXIT_NOTHING;

    for (guint i = amr_history_count(history); i-- > 0;) {
        const AmrChange *change = amr_history_get(history, i);
        if (change->until && change->until <= now && amr_change_may_stand(change))
            g_ptr_array_add(due, g_strdup(change->id));
    }
    if (!due->len)
        tui_say("there is no change whose time is over");
    for (guint i = 0; i < due->len; i++) {
        /* The one before has changed what was read. */
        int one = i ? tui_command_load(command) : TUI_EXIT_DONE;
        if (one == TUI_EXIT_DONE)
            one = end_one(command, g_ptr_array_index(due, i), now, carry);
        status = i == 0 || one > status ? one : status;
    }
    return status;
}

int
tui_command_end_expired(TuiCommand *command, const char *id, TuiCarry *carry)
{
    gint64 now = amr_clock_now(amr_target_clock(command->session->target)) + SLACK;
    int set, status;

    if (id)
        return end_one(command, id, now, carry);
    set = carry->dry_run ? TUI_EXIT_DONE : set_timers_again(command, now);
    status = end_all(command, now, carry);
    return set > status ? set : status;
}
