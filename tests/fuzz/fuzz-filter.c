/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first line is a filter, the rest a record: what reads matches or does not, and its negation
 * the other way round. */
#include "config.h"

#include <string.h>

#include "core/denial/filter.h"
#include "tests/fuzz/fuzz.h"

enum {
    BEFORE = 1 /* a span at 0 would be none */
};

static void
check_one(const char *word, const AmrClock *clock, const AmrEvent *event, const AmrDenial *denial)
{
    g_autofree char *other = g_strconcat("!", word, NULL);
    const char *const words[] = {word, NULL}, *const negated[] = {other, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrFilter) filter = amr_filter_new(words, clock, &error);
    g_autoptr(AmrFilter) twin = amr_filter_new(negated, clock, NULL);

    FUZZ_CHECK(!filter == (error != NULL));
    FUZZ_CHECK(!filter == !twin);
    if (filter)
        FUZZ_CHECK(amr_filter_match(filter, event, denial) !=
                   amr_filter_match(twin, event, denial));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    const size_t len = end ? (size_t)(end - data) : size;
    const size_t rest = end ? size - len - 1 : 0;
    g_autofree char *line = g_strndup((const char *)data, len);
    g_autofree char *block = g_malloc0(rest + BEFORE + 1);
    g_autofree char *scratch = g_malloc(AMR_EVENT_SCRATCH);
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(G_GINT64_CONSTANT(1795400000) * G_USEC_PER_SEC);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrFilter) filter = amr_filter_read(line, clock, &error);
    const AmrDenial denial = {.state = AMR_DENIAL_STATE_NEW, .last = 1795399999};
    AmrRecord record;
    AmrEvent event = {0};

    FUZZ_CHECK(!filter == (error != NULL));
    if (rest > 0)
        memcpy(block + BEFORE, end + 1, rest);
    if (!amr_record_slice(&record, block, (AmrSpan){BEFORE, (uint32_t)rest}) ||
        !amr_event_decode(&event, &record, block, scratch))
        memset(&event, 0, sizeof event);
    if (filter)
        (void)amr_filter_match(filter, &event, NULL);
    check_one(line, clock, &event, &denial);
    return 0;
}
