/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the message of a plan, as the helper with privilege and the history read it: what is
 * taken is the same message when it is written again, and shows nothing but inert text. */
#include "config.h"

#include <string.h>

#include "core/change/plan.h"
#include "core/change/seal.h"
#include "tests/fuzz/fuzz.h"

static void
check_inert(const char *text)
{
    FUZZ_CHECK(g_utf8_validate(text, -1, NULL));
    for (const char *p = text; *p; p++)
        FUZZ_CHECK((unsigned char)*p >= 0x20 || *p == '\n' || *p == '\t');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Aligned, as whoever receives it has it. */
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(GVariant) message =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(AMR_PLAN_TYPE), bytes, FALSE));
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = amr_plan_from_variant(message, &error);

    FUZZ_CHECK(!plan == (error != NULL));
    if (!plan)
        return 0;
    g_autoptr(GVariant) again = g_variant_ref_sink(amr_plan_to_variant(plan));
    FUZZ_CHECK(g_variant_equal(message, again));
    g_autofree char *diff = amr_plan_diff(plan), *sum = amr_plan_sum(plan);
    check_inert(diff);
    check_inert(sum);
    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        g_auto(GStrv) lines = amr_plan_lines(plan, part->local);
        FUZZ_CHECK(lines);
    }
    return 0;
}
