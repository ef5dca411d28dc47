/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often something is denied just now. */
#include "tests/unit/testing.h"

#include "core/denial/store.h"

#define NOW    (G_GINT64_CONSTANT(1763715600) * G_USEC_PER_SEC) /* at the beginning of a step */
#define SECOND ((gint64)G_USEC_PER_SEC)

static void
add(AmrStore *store, const char *profile, gint64 time)
{
    AmrEvent event = {.verdict = AMR_VERDICT_DENIED, .time = time};

    event.field[AMR_FIELD_PROFILE] = amr_bytes(profile);
    (void)amr_store_add(store, &event, NULL);
}

typedef struct {
    guint profiles, sum, of_a;
} Sums;

static void
each(const AmrEvent *whose, guint n, gpointer data)
{
    Sums *sums = data;
    g_autofree char *full = amr_event_profile(whose);

    sums->profiles++;
    sums->sum += n;
    if (g_str_equal(full, "a"))
        sums->of_a += n;
}

static Sums
sums_at(const AmrStore *store, gint64 now)
{
    Sums sums = {0};
    amr_store_rates(store, now, each, &sums);
    return sums;
}

/* It falls step by step, each time at the moment that was told before, and then is none. */
static void
test_falls(void **state)
{
    g_autoptr(AmrStore) store = amr_store_new(0);
    gint64 until;

    assert_int_equal(amr_store_rate(store, NOW, &until), 0);
    assert_int_equal(until, 0);
    for (guint i = 0; i < 6; i++)
        add(store, "a", NOW + i * 10 * SECOND);
    add(store, "b", NOW + 55 * SECOND);
    for (guint i = 0; i < 6; i++) {
        gint64 now = NOW + (59 + i * 10) * SECOND;
        assert_int_equal(amr_store_rate(store, now, &until), 7 - i);
        assert_int_equal(until, NOW + (60 + i * 10) * SECOND);
        assert_int_equal(sums_at(store, now).of_a, 6 - i);
        assert_int_equal(sums_at(store, now).sum, 7 - i);
        assert_int_equal(amr_store_rate(store, until - 1, NULL), 7 - i);
        assert_true(amr_store_rate(store, until, NULL) < 7 - i);
    }
    assert_int_equal(amr_store_rate(store, NOW + 110 * SECOND, &until), 0);
    assert_int_equal(until, 0);
    assert_int_equal(sums_at(store, NOW + 110 * SECOND).profiles, 0);
}

/* A stamp that is far ahead hides nothing of what comes at the right time. */
static void
test_ahead(void **state)
{
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(NOW);
    g_autoptr(AmrStore) store = amr_store_new(0);

    amr_store_set_clock(store, clock);
    for (guint i = 0; i < 60; i++)
        add(store, "a", NOW + 86400 * SECOND + i * SECOND);
    add(store, "a", NOW);
    add(store, "a", NOW + 10 * SECOND); /* clocks differ a little */
    assert_int_equal(amr_store_rate(store, NOW + 10 * SECOND, NULL), 2);
    assert_int_equal(sums_at(store, NOW + 10 * SECOND).of_a, 2);
    amr_clock_set(clock, NOW + 20 * SECOND);
    add(store, "a", NOW + 20 * SECOND);
    assert_int_equal(amr_store_rate(store, NOW + 20 * SECOND, NULL), 3);
}

/* What is old, has no time or one that is yet to come does not count, and hides nothing. */
static void
test_wild(void **state)
{
    g_autoptr(AmrStore) store = amr_store_new(0);

    add(store, "a", NOW);
    add(store, "a", 0);
    add(store, "a", NOW - 3600 * SECOND);
    add(store, "a", NOW + 3610 * SECOND);
    add(store, "a", G_MAXINT64);
    add(store, "a", NOW + SECOND);
    assert_int_equal(amr_store_rate(store, NOW + SECOND, NULL), 2);
    assert_int_equal(sums_at(store, NOW + SECOND).of_a, 2);
    assert_int_equal(amr_store_rate(store, 0, NULL), 0);
    assert_int_equal(amr_store_rate(store, NOW + 3611 * SECOND, NULL), 1);
}

/* Repeats and what is folded count as well. */
static void
test_counts_all(void **state)
{
    g_autoptr(AmrStore) store = amr_store_new(2);
    AmrOccurrence last;

    add(store, "a", NOW);
    assert_true(amr_store_last(store, 1, &last));
    amr_store_repeat(store, &last, NULL);
    amr_store_freeze(store);
    add(store, "a", NOW);
    amr_store_thaw(store);
    assert_int_equal(amr_store_rate(store, NOW, NULL), 3);
    for (guint i = 0; i < 8; i++) {
        g_autofree char *name = g_strdup_printf("p%u", i);
        add(store, name, NOW);
    }
    assert_int_equal(amr_store_rate(store, NOW, NULL), 11);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_falls),
        cmocka_unit_test(test_ahead),
        cmocka_unit_test(test_wild),
        cmocka_unit_test(test_counts_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
