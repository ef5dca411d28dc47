/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a filter lets through is what looking at every row would find, whatever comes in between;
 * and no step looks at more rows than it may. */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/denial/selection.h"

#define MANY AMR_STORE_LIMIT

typedef struct {
    AmrStore *store;
    char line[512];
    char scratch[AMR_EVENT_SCRATCH];
} Fixture;

/* Denial number @name of @profile at second @time, by @comm. */
static AmrDenialId
add(Fixture *f, guint time, guint profile, guint name, guint comm)
{
    AmrRecord record;
    AmrEvent event;
    int len = g_snprintf(f->line, sizeof f->line,
                         "type=1400 audit(%u.0:%u): apparmor=\"DENIED\" operation=\"open\" "
                         "profile=\"p%u\" name=\"/srv/%u\" pid=%u comm=\"c%u\" denied_mask=\"r\" "
                         "fsuid=1 ouid=2",
                         time, time, profile, name, time, comm);
    assert_true(amr_record_slice(&record, f->line, (AmrSpan){0, (uint32_t)len}));
    assert_true(amr_event_decode(&event, &record, f->line, f->scratch));
    return amr_store_add(f->store, &event, NULL);
}

static AmrFilter *
filter_of(const char *words)
{
    g_autoptr(GError) error = NULL;
    AmrClock *clock = amr_clock_new_fixed(G_GINT64_CONSTANT(5000) * G_USEC_PER_SEC);
    AmrFilter *filter = amr_filter_read(words, clock, &error);
    assert_no_error(error);
    amr_clock_free(clock);
    return filter;
}

static void
assert_as_filtered(AmrStore *store, AmrSelection *selection, const char *words)
{
    g_autoptr(AmrFilter) filter = filter_of(words);
    guint n = amr_store_count(store);
    g_autofree AmrDenialId *want = g_new0(AmrDenialId, n + 1);
    g_autofree AmrDenialId *is = g_new0(AmrDenialId, n + 1);

    n = amr_store_window(store, amr_selection_order(selection), 0, n, want);
    n = amr_filter_ids(filter, store, want, n);
    assert_int_equal(amr_selection_count(selection), n);
    assert_int_equal(amr_selection_window(selection, 0, n + 1, is), n);
    if (n > 0)
        assert_memory_equal(is, want, n * sizeof *is);
    for (guint i = 0; i < n; i++) {
        guint place = G_MAXUINT;
        assert_true(amr_selection_place(selection, want[i], &place));
        assert_int_equal(place, i);
    }
}

/* Anything that may happen to a store, in any order; the work done now and then, and to its end. */
static void
churn(Fixture *f, AmrSelection *selection, GRand *random, guint steps)
{
    for (guint i = 0; i < steps; i++) {
        guint what = (guint)g_rand_int_range(random, 0, 100);
        AmrDenialId id = (AmrDenialId)g_rand_int_range(random, 1, 400);
        if (what < 80)
            add(f, (guint)g_rand_int_range(random, 1, 9000), (guint)g_rand_int_range(random, 0, 5),
                (guint)g_rand_int_range(random, 0, 150), (guint)g_rand_int_range(random, 0, 3));
        else if (what < 88)
            amr_store_set_state(f->store, id,
                                (AmrDenialState)g_rand_int_range(random, AMR_DENIAL_STATE_NEW,
                                                                 AMR_DENIAL_STATE_IGNORED + 1));
        else if (what < 90)
            amr_store_freeze(f->store);
        else if (what < 94)
            amr_store_thaw(f->store);
        else
            amr_selection_work(selection, (guint)g_rand_int_range(random, 1, 40));
    }
}

static void
test_as_filtered(void **state)
{
    static const char *const filters[] = {"profile:p1",        "!profile:p1",  "path:/srv/1*",
                                          "state:fixed",       "!state:new",   "comm:c1",
                                          "since:1000s",       "!since:1000s", "c2",
                                          "comm:c1 state:new", "mask:w"};
    g_autoptr(GRand) random = g_rand_new_with_seed(7);

    for (gsize i = 0; i < 4 * G_N_ELEMENTS(filters); i++) {
        const char *words = filters[i / 4];
        g_autofree Fixture *f = g_new0(Fixture, 1);
        f->store = amr_store_new(300); /* so that some are folded away */
        g_autoptr(AmrSelection) none = amr_selection_new(f->store, AMR_ORDER_LAST, NULL);
        churn(f, none, random, 300);
        AmrSelection *selection =
            amr_selection_new(f->store, (AmrOrder)(AMR_ORDER_ARRIVAL + i % 4), filter_of(words));
        for (guint round = 0; round < 20; round++) {
            churn(f, selection, random, 200);
            while (amr_selection_work(selection, 64))
                ;
            assert_int_equal(amr_selection_left(selection), 0);
            assert_as_filtered(f->store, selection, words);
        }
        amr_selection_free(selection);
        churn(f, none, random, 100); /* the store has forgotten it */
        g_clear_pointer(&none, amr_selection_free);
        amr_store_free(f->store);
    }
}

/* A full store: a slice looks at so many rows and no more, finds the newest first, and what comes
 * in later costs one look each. */
static void
test_steps(void **state)
{
    g_autofree Fixture *f = g_new0(Fixture, 1);
    guint slices = 1;

    f->store = amr_store_new(0);
    for (guint i = 0; i < MANY; i++)
        add(f, i / 4, i % 7, i, 0);
    assert_int_equal(amr_store_count(f->store), MANY);
    g_autoptr(AmrSelection) selection =
        amr_selection_new(f->store, AMR_ORDER_LAST, filter_of("profile:p3"));
    assert_int_equal(amr_selection_looked(selection), 0);
    amr_selection_work(selection, 1000);
    assert_int_equal(amr_selection_looked(selection), 1000);
    assert_in_range(amr_selection_count(selection), 142, 144);
    for (; amr_selection_work(selection, 1000); slices++)
        ;
    assert_int_equal(amr_selection_looked(selection), MANY);
    assert_int_equal(slices, (MANY - 1) / 1000);

    for (guint i = 0; i < 100; i++)
        add(f, MANY, 3, i * 7 + 3, 0); /* again: it cannot matter */
    assert_int_equal(amr_selection_left(selection), 0);
    AmrDenialId last = AMR_DENIAL_NONE;
    guint n = amr_selection_count(selection);
    assert_int_equal(amr_selection_window(selection, n - 1, 1, &last), 1);
    assert_int_equal(last, 99 * 7 + 3 + 1); /* it moved to the end, unlooked at */
    g_clear_pointer(&selection, amr_selection_free);
    amr_store_free(f->store);
}

/* What a span lets through goes by as time does, in steps that are told before; rows that nobody
 * touches are not looked at. */
static void
test_moves(void **state)
{
    static const char *const filters[] = {"since:1000s", "!since:1000s", "since:1000s profile:p1",
                                          "since:1000s !since:100s"};
    for (gsize k = 0; k < G_N_ELEMENTS(filters); k++) {
        Fixture f = {.store = amr_store_new(0)};
        g_autoptr(AmrSelection) selection =
            amr_selection_new(f.store, AMR_ORDER_LAST, filter_of(filters[k]));
        gint64 now = G_GINT64_CONSTANT(5000) * G_USEC_PER_SEC, next;
        guint moved = 0;

        for (guint i = 0; i < 200; i++)
            add(&f, 3000 + i * 37 % 2000, i % 5, i, 0);
        while (amr_selection_work(selection, 16))
            ;
        assert_as_filtered(f.store, selection, filters[k]);
        for (;; moved++) {
            guint64 looked = amr_selection_looked(selection);
            (void)amr_selection_move(selection, now, &next);
            while (amr_selection_work(selection, 16))
                ;
            assert_true(amr_selection_looked(selection) - looked < 10);
            AmrClock *clock = amr_clock_new_fixed(now);
            g_autoptr(AmrFilter) filter = amr_filter_read(filters[k], clock, NULL);
            g_autofree AmrDenialId *ids = g_new0(AmrDenialId, 200);
            guint n = amr_store_window(f.store, AMR_ORDER_LAST, 0, 200, ids);
            n = amr_filter_ids(filter, f.store, ids, n);
            assert_int_equal(amr_selection_count(selection), n);
            amr_clock_free(clock);
            if (next == 0)
                break;
            assert_true(next > now);
            now = next;
        }
        assert_true(moved > 90);
        assert_int_equal(amr_selection_count(selection),
                         strchr(filters[k], '!') == filters[k] ? 200 : 0);
        g_clear_pointer(&selection, amr_selection_free);
        amr_store_free(f.store);
    }
}

static void
test_newer(void **state)
{
    Fixture f = {.store = amr_store_new(0)};
    g_autoptr(AmrSelection) all = amr_selection_new(f.store, AMR_ORDER_LAST, NULL);
    g_autoptr(AmrSelection) some =
        amr_selection_new(f.store, AMR_ORDER_LAST, filter_of("profile:p1"));

    for (guint i = 0; i < 100; i++)
        add(&f, 3000, i % 5, i, 0);
    while (amr_selection_work(some, 16))
        ;
    assert_int_equal(amr_selection_newer(all, 0), 100);
    assert_int_equal(amr_selection_newer(all, 90), 10);
    assert_int_equal(amr_selection_newer(some, 90), 2);
    assert_int_equal(amr_selection_newer(some, 100), 0);
    g_clear_pointer(&all, amr_selection_free);
    g_clear_pointer(&some, amr_selection_free);
    amr_store_free(f.store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_filtered),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_newer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
