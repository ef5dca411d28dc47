/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/testing.h"

#include <time.h>

#include "core/base/clock.h"

/* 2026-11-22 14:03:07.123456 UTC */
#define NOON G_GINT64_CONSTANT(1795356187123456)
#define DAY  (G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC)

static void
test_fixed(void **state)
{
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(NOON);
    assert_int_equal(amr_clock_now(clock), NOON);
    assert_int_equal(amr_clock_now(clock), NOON);
    amr_clock_set(clock, 5);
    assert_int_equal(amr_clock_now(clock), 5);
}

static void
test_system(void **state)
{
    g_autoptr(AmrClock) clock = amr_clock_new_system();
    gint64 before = g_get_real_time();
    gint64 now = amr_clock_now(clock);
    assert_true(now >= before && now <= g_get_real_time());
}

static void
test_show(void **state)
{
    static const struct {
        const char *name;
        gint64 now, when;
        const char *want;
    } rows[] = {
        {"now", NOON, NOON, "14:03:07"},
        {"earlier today", NOON, NOON - 3 * G_USEC_PER_SEC, "14:03:04"},
        {"midnight", NOON, G_GINT64_CONSTANT(1795305600) * G_USEC_PER_SEC, "00:00:00"},
        {"just before midnight", NOON, G_GINT64_CONSTANT(1795305600) * G_USEC_PER_SEC - 1,
         "2026-11-21 23:59:59"},
        {"later today", NOON, NOON + G_USEC_PER_SEC, "14:03:08"},
        {"yesterday", NOON, NOON - DAY, "2026-11-21 14:03:07"},
        {"same day last year", NOON, NOON - 365 * DAY, "2025-11-22 14:03:07"},
        {"unknown", NOON, 0, "-"},
        {"before the epoch", NOON, -5, "-"},
        {"beyond any calendar", NOON, G_MAXINT64, "-"},
        {"a clock beyond any calendar", G_MAXINT64, NOON, "2026-11-22 14:03:07"},
        {"first second", NOON, 1, "1970-01-01 00:00:00"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AmrClock) clock = amr_clock_new_fixed(rows[i].now);
        g_autofree char *got = amr_clock_show(clock, rows[i].when);
        if (g_strcmp0(got, rows[i].want) != 0)
            fail_msg("%s: %s, not %s", rows[i].name, got, rows[i].want);
    }
}

static void
test_show_is_local(void **state)
{
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(NOON);
    g_autofree char *today = NULL;
    g_autofree char *before = NULL;

    /* GLib keeps the local zone until TZ changes. Here the day begins at 15:00 UTC. */
    assert_true(g_setenv("TZ", "JST-9", TRUE));
    today = amr_clock_show(clock, NOON);
    before = amr_clock_show(clock, NOON - DAY);
    assert_true(g_setenv("TZ", "UTC", TRUE));
    assert_string_equal(today, "23:03:07");
    assert_string_equal(before, "2026-11-21 23:03:07");
}

static void
test_iso(void **state)
{
    static const struct {
        gint64 when;
        const char *want;
    } rows[] = {
        {NOON, "2026-11-22T14:03:07.123Z"},
        {1, "1970-01-01T00:00:00.000Z"},
        {999999, "1970-01-01T00:00:00.999Z"},
        {0, NULL},
        {-1, NULL},
        {G_MAXINT64, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = amr_clock_iso(rows[i].when);
        if (g_strcmp0(got, rows[i].want) != 0)
            fail_msg("%" G_GINT64_FORMAT ": %s, not %s", rows[i].when, got, rows[i].want);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed),         cmocka_unit_test(test_system),
        cmocka_unit_test(test_show),          cmocka_unit_test(test_iso),
        cmocka_unit_test(test_show_is_local),
    };
    g_setenv("TZ", "UTC", TRUE);
    tzset();
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
