/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any line: spans lie in it, values decode or are refused, and the store gives back what it took.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/denial/store.h"
#include "tests/fuzz/fuzz.h"

static void
check_span(AmrSpan span, AmrSpan line)
{
    FUZZ_CHECK(span.off >= line.off);
    FUZZ_CHECK((size_t)span.off + span.len <= (size_t)line.off + line.len);
}

static void
check_store(const AmrEvent *event)
{
    g_autoptr(AmrStore) store = amr_store_new(4);
    const AmrDenialId id = amr_store_add(store, event, NULL);
    AmrEvent back;

    if (id == AMR_DENIAL_NONE)
        return;
    FUZZ_CHECK(amr_store_add(store, event, NULL) == id);
    FUZZ_CHECK(amr_store_event(store, id, &back));
    FUZZ_CHECK(back.klass == event->klass && back.verdict == event->verdict);
    FUZZ_CHECK(back.denied == event->denied && back.owner == event->owner);
    FUZZ_CHECK(amr_bytes_equal(back.field[AMR_FIELD_NAME], event->field[AMR_FIELD_NAME]));
    FUZZ_CHECK(amr_bytes_equal(back.field[AMR_FIELD_PROFILE], event->field[AMR_FIELD_PROFILE]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum {
        BEFORE = 1
    };
    char *block = malloc(size + BEFORE);
    char *scratch = malloc(AMR_EVENT_SCRATCH);
    const AmrSpan line = {BEFORE, (uint32_t)size};
    AmrRecord record;
    AmrEvent event;

    block[0] = '\n';
    memcpy(block + BEFORE, data, size);
    if (amr_record_slice(&record, block, line)) {
        check_span(record.head.text, line);
        for (int field = 1; field < AMR_FIELD_COUNT; field++) {
            if (amr_record_has(&record, (AmrField)field))
                check_span(record.field[field], line);
        }
        for (uint32_t i = 0; i < record.extra_count && i < AMR_RECORD_EXTRA; i++) {
            check_span(record.extra[i].key, line);
            check_span(record.extra[i].value, line);
        }
        if (amr_event_decode(&event, &record, block, scratch))
            check_store(&event);
    }
    free(scratch);
    free(block);
    return 0;
}
