/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an armorer that died left unfinished, under the lock, before anything new: if nothing was
 * written the change is discarded, if something was it is finished; if it died while it put things
 * back, that is finished. A file that holds neither what was before nor what was written is
 * somebody else's: then nothing is touched, and it is told.
 */
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"
#include "core/change/plan_private.h"
#include "core/change/run.h"

static const AmrRunStep finish_steps[] = {amr_carry_write, amr_carry_load, amr_verify,
                                          amr_carry_settle, NULL};

static gboolean
holds(GBytes *now, GBytes *want)
{
    return now && want ? g_bytes_equal(now, want) : now == want;
}

AmrHolds
amr_recover_look(const AmrTarget *target, const AmrPlanFile *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) now = NULL;

    if (!amr_plan_read(target, file->path, &now, &error))
        return AMR_HOLDS_OTHER;
    return holds(now, file->before)  ? AMR_HOLDS_BEFORE
           : holds(now, file->after) ? AMR_HOLDS_AFTER
                                     : AMR_HOLDS_OTHER;
}

/* What one dead change's files hold, counted; *other is the first that is neither. */
typedef struct {
    guint before, after;
    const char *other;
} Count;

static Count
look(const AmrTarget *target, const AmrPlan *plan, gboolean *written)
{
    Count count = {0};

    for (guint i = 0; i < plan->files->len; i++) {
        const AmrPlanFile *file = plan->files->pdata[i];
        AmrHolds what = amr_recover_look(target, file);

        written[i] = what == AMR_HOLDS_AFTER;
        count.before += what == AMR_HOLDS_BEFORE;
        count.after += what == AMR_HOLDS_AFTER;
        if (what == AMR_HOLDS_OTHER && !count.other)
            count.other = file->path;
    }
    return count;
}

static void
clean(const AmrTarget *target, const AmrPlan *plan)
{
    for (guint i = 0; i < plan->files->len; i++) {
        const AmrPlanFile *file = plan->files->pdata[i];
        g_autofree char *path = NULL;
        g_autofree char *leaf = NULL;
        amr_autofd int dir = -1;
        int place = amr_target_policy_place(target, file->path, &path);
        if (amr_plan_is_link(file->path)) {
            g_autofree char *switches = g_path_get_dirname(file->path);
            (void)amr_fs_clean_temporaries(amr_target_policy_fd(target), switches, NULL);
            continue;
        }
        /* Where the file really stands; a directory that is not there holds none. */
        if (amr_fs_resolve_trusted(place, path, &dir, &leaf, NULL))
            (void)amr_fs_clean_temporaries(dir, ".", NULL);
    }
}

/* Records how a dead change ended, and tells it. FALSE if the run ended over it. */
static gboolean
conclude(AmrRun *run, const char *id, AmrChangeState state, const char *why)
{
    GError *error = NULL;

    if (!amr_history_state(run->executor->history, id, state, why, &error)) {
        amr_run_fail(run, error);
        return FALSE;
    }
    amr_run_note(run, "Change %s, left unfinished: %s: %s", id, amr_change_state_word(state), why);
    return TRUE;
}

static void
on_finished(AmrRun *dead)
{
    AmrRun *run = dead->data;
    const AmrChange *change = amr_history_find(run->executor->history, dead->plan->id);

    amr_run_note(run, "Change %s, left unfinished: %s: %s", dead->plan->id,
                 amr_change_state_word(change ? change->state : dead->state),
                 dead->error ? dead->error->message : dead->message);
    for (guint i = 0; i < dead->notes->len; i++)
        amr_run_note(run, "%s", (char *)dead->notes->pdata[i]);
    amr_run_free(dead);
    run->n++;
    amr_recover(run);
}

static AmrRun *
new_dead(AmrRun *run, AmrPlan *plan)
{
    AmrRun *dead = amr_run_new(run->executor, plan, finish_steps);
    g_autoptr(GPtrArray) held = NULL;
    gboolean same_boot = FALSE;

    dead->intended = TRUE;
    dead->index = run->index;
    dead->done = on_finished;
    dead->data = run;
    dead->progress = run->progress;
    dead->progress_data = run->progress_data;
    /* What it loaded before it died is not known: all of it is put back, if it comes to that. */
    dead->tried = plan->loads->len;
    held = amr_history_held(run->executor->history, plan->id, &same_boot, NULL);
    dead->rebooted = held && !same_boot;
    if (held && same_boot) {
        g_ptr_array_unref(dead->held);
        dead->held = g_steal_pointer(&held);
    }
    return dead;
}

/* FALSE where another run goes on, or this one ended. */
static gboolean
recover_one(AmrRun *run, const AmrChange *change)
{
    const AmrTarget *target = run->executor->target;
    g_autofree char *id = g_strdup(change->id);
    gboolean written = change->state == AMR_CHANGE_STATE_WRITTEN;
    g_autoptr(GError) error = NULL;
    AmrPlan *plan = amr_history_plan(run->executor->history, change, &error);
    AmrRun *dead;
    Count count;

    if (!plan)
        return conclude(run, id, AMR_CHANGE_STATE_PARTLY, error->message);
    dead = new_dead(run, plan);
    clean(target, plan);
    count = look(target, plan, dead->written);
    if (count.other) {
        g_autofree char *shown = amr_display_string(count.other);
        g_autofree char *why =
            g_strdup_printf("%s is neither as it was nor as it was written, and was left alone",
                            shown);
        amr_run_free(dead);
        return conclude(run, id, AMR_CHANGE_STATE_PARTLY, why);
    }
    if (count.after == 0 && !written) {
        amr_run_free(dead);
        return conclude(run, id, AMR_CHANGE_STATE_DISCARDED, "nothing had been written");
    }
    /* Complain mode for a while that a reboot has ended: it is not begun again. */
    if (plan->kind == AMR_PLAN_COMPLAIN_FOR && dead->rebooted) {
        amr_run_free(dead);
        return conclude(run, id, AMR_CHANGE_STATE_DISCARDED, "a reboot has ended it");
    }
    if (plan->kind == AMR_PLAN_COMPLAIN_FOR &&
        plan->until <= amr_clock_now(amr_target_clock(target))) {
        amr_error_set(&dead->error, AMR_ERROR_RELOAD, "Its time is over");
        dead->steps = amr_run_restore_steps;
    } else if (count.after == 0 && plan->files->len) {
        amr_error_set(&dead->error, AMR_ERROR_RELOAD,
                      "The armorer that put it back died before it was done");
        dead->steps = amr_run_restore_steps;
    }
    amr_run_start(dead);
    return FALSE;
}

static void
find_unfinished(AmrRun *run)
{
    const AmrHistory *history = run->executor->history;

    g_ptr_array_set_size(run->unfinished, 0);
    for (guint i = 0; i < amr_history_count(history); i++) {
        const AmrChange *change = amr_history_get(history, i);
        if (change->state == AMR_CHANGE_STATE_INTENT || change->state == AMR_CHANGE_STATE_WRITTEN)
            g_ptr_array_add(run->unfinished, g_strdup(change->id));
    }
}

void
amr_recover(AmrRun *run)
{
    if (run->n == 0)
        find_unfinished(run);
    for (; run->n < run->unfinished->len; run->n++) {
        const AmrChange *change =
            amr_history_find(run->executor->history, run->unfinished->pdata[run->n]);
        if (change && !recover_one(run, change))
            return;
    }
    amr_run_next(run);
}
