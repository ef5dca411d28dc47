/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was undone: it follows from the undos that stand. */
#include <string.h>

#include "core/change/history_private.h"
#include "core/change/plan_private.h"

gboolean
amr_change_is_standing(AmrChangeState state)
{
    return state == AMR_CHANGE_STATE_LOADED || state == AMR_CHANGE_STATE_VERIFIED ||
           state == AMR_CHANGE_STATE_NOT_LOADED;
}

/* With the file of a new profile went what changes between the two had made of it; not what they
 * wrote elsewhere. */
static void
settle_later(AmrHistory *history, const AmrChange *made, const AmrChange *undo)
{
    gboolean between = FALSE;

    for (guint i = 0; i < history->changes->len && history->changes->pdata[i] != undo; i++) {
        AmrChange *change = history->changes->pdata[i];
        gboolean gone = between && amr_change_is_standing(change->state) && !change->undone_by &&
                        change->kind != AMR_PLAN_UNDO && change->files[0];
        for (guint n = 0; gone && change->files[n]; n++) {
            const char *file = strrchr(change->files[n], '/');
            gboolean link = amr_plan_is_link(change->files[n]);
            gone = strcmp(link ? file + 1 : change->files[n], made->files[0]) == 0;
        }
        between = between || change == made;
        if (!gone)
            continue;
        change->undone_by = g_strdup(undo->id);
        change->state = AMR_CHANGE_STATE_UNDONE;
    }
}

/* That a change was undone is derived from its undo's own state: one line ends both. */
void
amr_history_settle(AmrHistory *history)
{
    for (guint i = 0; i < history->changes->len; i++) {
        const AmrChange *undo = history->changes->pdata[i];
        AmrChange *change = undo->undoes ? g_hash_table_lookup(history->by_id, undo->undoes) : NULL;
        if (!change || change == undo || !amr_change_is_standing(undo->state) || change->undone_by)
            continue;
        change->undone_by = g_strdup(undo->id);
        change->state = AMR_CHANGE_STATE_UNDONE;
        if (change->kind == AMR_PLAN_NEW || change->kind == AMR_PLAN_STUB)
            settle_later(history, change, undo);
    }
}

char *
amr_history_damage(const AmrHistory *history)
{
    const gboolean one = history->damaged == 1;

    if (history->damaged == 0)
        return NULL;
    return g_strdup_printf("%u line%s of the history (%s/index) %s damaged: there may be more "
                           "changes than are known",
                           history->damaged, one ? "" : "s", amr_target_state_path(history->target),
                           one ? "is" : "are");
}
