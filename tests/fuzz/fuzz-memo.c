/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any log, given again and again: what is remembered of heads and records makes no difference. */
#include "config.h"

#include <string.h>

#include "core/source/intake.h"
#include "tests/fuzz/fuzz.h"

typedef struct {
    AmrStore *store;
    AmrIntake *intake;
    AmrInput *input;
} Side;

static Side
side_new(guint limit)
{
    Side side = {amr_store_new(limit), NULL, amr_input_new(1, AMR_OPEN_GIVEN, "log", FALSE)};
    side.intake = amr_intake_new(side.store);
    side.input->regular = TRUE;
    return side;
}

static void
side_free(Side *side)
{
    amr_input_free(side->input);
    amr_intake_free(side->intake);
    amr_store_free(side->store);
}

static void
check_row(const Side *a, const Side *b, AmrDenialId id)
{
    const AmrDenial *x = amr_store_get(a->store, id), *y = amr_store_get(b->store, id);
    AmrEvent of_x, of_y;

    FUZZ_CHECK((x != NULL) == (y != NULL));
    if (!x)
        return;
    FUZZ_CHECK(x->first == y->first && x->last == y->last && x->count == y->count);
    FUZZ_CHECK(x->last_pid == y->last_pid && x->folded == y->folded);
    FUZZ_CHECK(x->origin.offset == y->origin.offset && x->origin.len == y->origin.len);
    FUZZ_CHECK(amr_store_event(a->store, id, &of_x) && amr_store_event(b->store, id, &of_y));
    FUZZ_CHECK(of_x.verdict == of_y.verdict && of_x.klass == of_y.klass);
    FUZZ_CHECK(of_x.serial == of_y.serial && of_x.owner == of_y.owner);
    FUZZ_CHECK(of_x.fsuid == of_y.fsuid && of_x.ouid == of_y.ouid);
    for (int field = 1; field < AMR_FIELD_COUNT; field++)
        FUZZ_CHECK(amr_bytes_equal(of_x.field[field], of_y.field[field]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const guint limit = size % 2 ? 0 : 3;
    Side quick = side_new(limit), plain = side_new(limit);

    amr_intake_forget(plain.intake);
    for (int round = 0; round < 3; round++) {
        (void)amr_intake_block(quick.intake, quick.input, (const char *)data, size, 0, TRUE);
        (void)amr_intake_block(plain.intake, plain.input, (const char *)data, size, 0, TRUE);
    }
    FUZZ_CHECK(memcmp(&quick.input->stats, &plain.input->stats, sizeof quick.input->stats) == 0);
    FUZZ_CHECK(amr_store_total(quick.store) == amr_store_total(plain.store));
    FUZZ_CHECK(amr_store_count(quick.store) == amr_store_count(plain.store));
    for (AmrDenialId id = 1; id <= amr_store_count(quick.store) + 64; id++)
        check_row(&quick, &plain, id);
    side_free(&quick);
    side_free(&plain);
    return 0;
}
