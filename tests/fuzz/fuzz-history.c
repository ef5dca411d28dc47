/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the index of the history: torn, of a later version or forged, it is read to its end,
 * and what is told of a change holds together. */
#include "config.h"

#include <string.h>

#include "core/change/history.h"
#include "tests/fuzz/files.h"
#include "tests/fuzz/fuzz.h"

static void
check_change(const AmrHistory *history, const AmrChange *change)
{
    g_autoptr(GError) error = NULL;

    FUZZ_CHECK(strlen(change->id) == 16 && change->kind != AMR_PLAN_UNKNOWN);
    FUZZ_CHECK(change->state != AMR_CHANGE_STATE_UNKNOWN);
    FUZZ_CHECK(amr_history_find(history, change->id) == change);
    FUZZ_CHECK((change->state == AMR_CHANGE_STATE_UNDONE) >= (change->undone_by != NULL));
    FUZZ_CHECK(amr_change_may_undo(change, &error) == !error);
    FUZZ_CHECK(!amr_change_may_undo(change, NULL) || amr_change_may_stand(change));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static AmrTarget *target; /* kept to the end, as its directory is */
    g_autoptr(GError) error = NULL;

    fuzz_write("state/index", data, size);
    if (!target) {
        g_autofree char *state = g_build_filename(fuzz_dir(), "state", NULL);
        const AmrTargetOptions options = {.root = fuzz_dir(), .state = state};
        fuzz_write("etc/apparmor.d/empty", "", 0);
        target = amr_target_new(&options, NULL);
        FUZZ_CHECK(target);
    }
    g_autoptr(AmrHistory) history = amr_history_load(target, &error);
    FUZZ_CHECK(!history == (error != NULL));
    if (!history)
        return 0;
    for (guint i = 0; i < amr_history_count(history); i++)
        check_change(history, amr_history_get(history, i));
    const AmrChange *last = amr_history_find(history, "");
    FUZZ_CHECK(!last || amr_change_may_undo(last, NULL));
    return 0;
}
