/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <malloc.h>
#include <string.h>

#include "core/denial/store.h"

/* An event that lives in a line of its own. */
typedef struct {
    char line[1024];
    char scratch[AMR_EVENT_SCRATCH];
    AmrEvent event;
} Sample;

static const AmrEvent *sample(Sample *sample, const char *format, ...) G_GNUC_PRINTF(2, 3);

static const AmrEvent *
sample(Sample *sample, const char *format, ...)
{
    static const char head[] = "type=1400 audit(";
    AmrRecord record;
    va_list args;
    int len;

    memcpy(sample->line, head, sizeof head);
    va_start(args, format);
    len = g_vsnprintf(sample->line + strlen(head), sizeof sample->line - sizeof head, format, args);
    va_end(args);
    assert_true(amr_record_slice(&record, sample->line,
                                 (AmrSpan){0, (uint32_t)strlen(head) + (uint32_t)len}));
    assert_true(amr_event_decode(&sample->event, &record, sample->line, sample->scratch));
    return &sample->event;
}

static const AmrEvent *
denied(Sample *s, int time, const char *profile, int name)
{
    return sample(s,
                  "%d.0:%d): apparmor=\"DENIED\" operation=\"open\" class=\"file\" profile=\"%s\" "
                  "name=\"/srv/files/of/a/program/%d\" pid=%d comm=\"c\" requested_mask=\"r\" "
                  "denied_mask=\"r\" fsuid=1000 ouid=0",
                  time, time, profile, name, time);
}

static void
test_distinct(void **state)
{
    static const struct {
        const char *name, *line;
        gboolean same; /* as the first */
    } rows[] = {
        {"first",
         "1.0:1): apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/x\" pid=1 "
         "comm=\"a\" denied_mask=\"r\" fsuid=1 ouid=2",
         TRUE},
        {"time, serial, pid, comm, uids",
         "2.0:2): apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/x\" pid=2 "
         "comm=\"b\" denied_mask=\"r\" fsuid=3 ouid=4",
         TRUE},
        {"owner",
         "1.0:1): apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/x\" pid=1 "
         "comm=\"a\" denied_mask=\"r\" fsuid=1 ouid=1",
         FALSE},
        {"verdict",
         "1.0:1): apparmor=\"ALLOWED\" operation=\"open\" profile=\"p\" name=\"/x\" "
         "denied_mask=\"r\" fsuid=1 ouid=2",
         FALSE},
        {"mask",
         "1.0:1): apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/x\" "
         "denied_mask=\"w\" fsuid=1 ouid=2",
         FALSE},
        {"name",
         "1.0:1): apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/y\" "
         "denied_mask=\"r\" fsuid=1 ouid=2",
         FALSE},
        {"name in hex",
         "1.0:1): apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=2F78 "
         "denied_mask=\"r\" fsuid=1 ouid=2",
         TRUE},
        {"empty name",
         "1.0:1): apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"\" "
         "denied_mask=\"r\" fsuid=1 ouid=2",
         FALSE},
        {"profile",
         "1.0:1): apparmor=\"DENIED\" operation=\"open\" profile=\"q\" name=\"/x\" "
         "denied_mask=\"r\" fsuid=1 ouid=2",
         FALSE},
        {"namespace",
         "1.0:1): apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/x\" "
         "namespace=\"root//n\" denied_mask=\"r\" fsuid=1 ouid=2",
         FALSE},
        {"no profile",
         "1.0:1): apparmor=\"DENIED\" operation=\"open\" name=\"/x\" "
         "denied_mask=\"r\" fsuid=1 ouid=2",
         FALSE},
        {"info",
         "1.0:1): apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/x\" "
         "info=\"Failed name lookup\" error=-13 denied_mask=\"r\" fsuid=1 ouid=2",
         FALSE},
        {"target",
         "1.0:1): apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/x\" "
         "target=\"/z\" denied_mask=\"r\" fsuid=1 ouid=2",
         FALSE},
    };
    g_autoptr(AmrStore) store = amr_store_new(0);
    g_autofree Sample *s = g_new(Sample, 1);
    guint distinct = 1;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const AmrDenialId id = amr_store_add(store, sample(s, "%s", rows[i].line), NULL);
        if (!rows[i].same)
            distinct++;
        if (id != (rows[i].same ? 1 : distinct))
            fail_msg("%s: id %u", rows[i].name, id);
    }
    assert_int_equal(amr_store_count(store), distinct);
    assert_int_equal(amr_store_total(store), G_N_ELEMENTS(rows));
    assert_int_equal(amr_store_get(store, 1)->count, 3);
}

static void
test_not_kept(void **state)
{
    static const char *const verdicts[] = {"STATUS", "HINT", "ERROR", "PROMPT"};
    static const char *const kept[] = {"DENIED", "ALLOWED", "AUDIT", "KILLED"};
    g_autoptr(AmrStore) store = amr_store_new(0);
    g_autofree Sample *s = g_new(Sample, 1);

    for (gsize i = 0; i < G_N_ELEMENTS(verdicts); i++)
        assert_int_equal(
            amr_store_add(store, sample(s, "1.0:1): apparmor=\"%s\" profile=\"p\"", verdicts[i]),
                          NULL),
            AMR_DENIAL_NONE);
    assert_int_equal(amr_store_count(store), 0);
    assert_int_equal(amr_store_total(store), 0);
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++)
        assert_int_equal(amr_store_add(store,
                                       sample(s, "1.0:1): apparmor=\"%s\" profile=\"p\"", kept[i]),
                                       NULL),
                         i + 1);
}

static void
test_occurrences(void **state)
{
    g_autoptr(AmrStore) store = amr_store_new(0);
    g_autofree Sample *s = g_new(Sample, 1);
    const AmrOrigin origin = {3, 100, 5000};
    guint64 generation = amr_store_generation(store);
    const AmrDenial *denial;

    (void)amr_store_add(store, denied(s, 20, "p", 1), NULL);
    assert_int_not_equal(amr_store_generation(store), generation);
    (void)amr_store_add(store, denied(s, 30, "p", 1), NULL);
    (void)amr_store_add(store, denied(s, 0, "p", 1), NULL);     /* a zero stamp tells nothing */
    (void)amr_store_add(store, denied(s, 10, "p", 1), &origin); /* out of order */
    denial = amr_store_get(store, 1);
    assert_int_equal(denial->first, 10 * G_USEC_PER_SEC);
    assert_int_equal(denial->last, 30 * G_USEC_PER_SEC);
    assert_int_equal(denial->count, 4);
    assert_int_equal(denial->last_pid, 10);
    assert_memory_equal(&denial->origin, &origin, sizeof origin);
    assert_int_equal(denial->state, AMR_DENIAL_STATE_NEW);
    generation = amr_store_generation(store);
    amr_store_set_state(store, 1, AMR_DENIAL_STATE_FIXED);
    assert_int_equal(amr_store_get(store, 1)->state, AMR_DENIAL_STATE_FIXED);
    assert_int_not_equal(amr_store_generation(store), generation);
    assert_string_equal(amr_denial_state_word(AMR_DENIAL_STATE_CAME_BACK), "came back");
    assert_int_equal(amr_denial_state_mark(AMR_DENIAL_STATE_CAME_BACK), '!');
    assert_null(amr_store_get(store, 0));
    assert_null(amr_store_get(store, 2));
    assert_false(amr_store_event(store, 2, &s->event));
}

static gboolean
is_kept(int field)
{
    return field != AMR_FIELD_PID && field != AMR_FIELD_PARENT && field != AMR_FIELD_FSUID &&
           field != AMR_FIELD_OUID && field != AMR_FIELD_PEER_PID && field != AMR_FIELD_SAUID &&
           field != AMR_FIELD_HOSTNAME && field != AMR_FIELD_EXE;
}

/* Any fields with any bytes of any length come out as they went in. */
static void
test_round_trip(void **state)
{
    g_autoptr(AmrStore) store = amr_store_new(0);
    g_autofree char *bytes = g_malloc(2048);

    for (int round = 0; round < 3000; round++) {
        AmrEvent in = {.verdict = AMR_VERDICT_DENIED}, out;
        AmrDenialId id;

        for (int i = 0; i < 2048; i++)
            bytes[i] = (char)g_random_int_range(0, 256);
        for (int field = 1; field < AMR_FIELD_COUNT; field++) {
            const int longest = g_random_int_range(0, 20) == 0 ? 1000 : 8;
            if (g_random_boolean())
                in.field[field] = (AmrBytes){bytes + g_random_int_range(0, 1000),
                                             (gsize)g_random_int_range(0, longest)};
        }
        in.field[AMR_FIELD_ERROR] = AMR_BYTES("-13");
        in.klass = (AmrClass)g_random_int_range(1, AMR_CLASS_COUNT);
        in.serial = g_random_int();
        in.time = g_random_int();
        in.pid = g_random_int();
        in.has_fsuid = g_random_boolean();
        in.has_ouid = g_random_boolean();
        in.fsuid = in.has_fsuid ? g_random_int() : 0;
        in.ouid = in.has_ouid ? g_random_int() : 0;
        in.owner = g_random_boolean();
        amr_event_derive(&in);
        id = amr_store_add(store, &in, NULL);
        assert_int_equal(amr_store_add(store, &in, NULL), id);
        assert_true(amr_store_event(store, id, &out));
        for (int field = 1; field < AMR_FIELD_COUNT; field++) {
            if (!is_kept(field))
                in.field[field] = (AmrBytes){NULL, 0};
            assert_int_equal(in.field[field].data != NULL, out.field[field].data != NULL);
            assert_int_equal(in.field[field].len, out.field[field].len);
            if (in.field[field].len > 0)
                assert_memory_equal(in.field[field].data, out.field[field].data,
                                    in.field[field].len);
            in.field[field] = out.field[field];
        }
        assert_memory_equal(&in, &out, sizeof in);
    }
}

static void
test_folding(void **state)
{
    g_autoptr(AmrStore) store = amr_store_new(8);
    g_autofree Sample *s = g_new(Sample, 1);
    AmrDenialId ids[32], fold, other;
    guint place;

    for (int i = 0; i < 8; i++)
        assert_int_equal(amr_store_add(store, denied(s, i + 1, "loud", i), NULL), i + 1);
    /* Full: the loud one's news are counted in one row. */
    fold = amr_store_add(store, denied(s, 9, "loud", 8), NULL);
    assert_int_equal(amr_store_add(store, denied(s, 10, "loud", 9), NULL), fold);
    assert_int_equal(amr_store_get(store, fold)->folded, 2);
    assert_int_equal(amr_store_get(store, fold)->count, 2);
    assert_true(amr_store_event(store, fold, &s->event));
    assert_true(amr_bytes_is(s->event.field[AMR_FIELD_PROFILE], "loud"));
    assert_null(s->event.field[AMR_FIELD_NAME].data);
    /* What it holds is counted as before. */
    assert_int_equal(amr_store_add(store, denied(s, 11, "loud", 3), NULL), 4);
    /* Another one gets room, and the newest of the loud one that nobody worked on gives way. */
    amr_store_set_state(store, 8, AMR_DENIAL_STATE_PROPOSED);
    assert_int_equal(amr_store_window(store, AMR_ORDER_LAST, 0, 32, ids), 9);
    other = amr_store_add(store, denied(s, 12, "quiet", 0), NULL);
    assert_int_equal(other, 10);
    assert_null(amr_store_get(store, 7));
    assert_non_null(amr_store_get(store, 8));
    assert_int_equal(amr_store_get(store, fold)->folded, 3);
    assert_int_equal(amr_store_count(store), 9);
    assert_int_equal(amr_store_total(store), 12);
    assert_false(amr_store_place(store, AMR_ORDER_ARRIVAL, 7, &place));
    assert_true(amr_store_place(store, AMR_ORDER_ARRIVAL, 8, &place));
    assert_int_equal(place, 6);
    assert_int_equal(amr_store_window(store, AMR_ORDER_ARRIVAL, 5, 32, ids), 4);
    assert_int_equal(ids[0], 6);
    assert_int_equal(ids[1], 8);
    assert_int_equal(amr_store_add(store, denied(s, 13, "quiet", 0), NULL), other);
}

/* Whoever comes in whatever number: never more rows than the limit and one for each profile. */
static void
test_folding_is_bounded(void **state)
{
    enum {
        LIMIT = 50
    };
    g_autoptr(AmrStore) store = amr_store_new(LIMIT);
    g_autofree Sample *s = g_new(Sample, 1);
    guint64 sum = 0;

    for (int i = 0; i < 5000; i++) {
        g_autofree char *profile = g_strdup_printf("p%d", i % 700);
        assert_int_not_equal(amr_store_add(store, denied(s, i, profile, i / 3), NULL),
                             AMR_DENIAL_NONE);
    }
    assert_true(amr_store_count(store) <= 2 * LIMIT + 1);
    for (AmrDenialId id = 1; id < 5000; id++)
        sum += amr_store_get(store, id) ? amr_store_get(store, id)->count : 0;
    assert_int_equal(sum, 5000);
}

static int
compare_in(AmrStore *store, AmrOrder order, AmrDenialId a, AmrDenialId b)
{
    const AmrDenial *x = amr_store_get(store, a), *y = amr_store_get(store, b);
    AmrEvent ex, ey;

    if (order == AMR_ORDER_LAST && x->last != y->last)
        return x->last < y->last ? -1 : 1;
    if (order == AMR_ORDER_COUNT && x->count != y->count)
        return x->count > y->count ? -1 : 1;
    (void)amr_store_event(store, a, &ex);
    (void)amr_store_event(store, b, &ey);
    if (order == AMR_ORDER_PROFILE) {
        const int names =
            amr_bytes_compare(ex.field[AMR_FIELD_PROFILE], ey.field[AMR_FIELD_PROFILE]);
        if (names != 0)
            return names;
    }
    return a < b ? -1 : 1;
}

enum {
    LIMIT = 60
};

static void
assert_ordered(AmrStore *store, AmrOrder order)
{
    AmrDenialId ids[2 * LIMIT];
    const guint n = amr_store_window(store, order, 0, 2 * LIMIT, ids);
    guint place;

    assert_int_equal(n, amr_store_count(store));
    for (guint at = 0; at < n; at++) {
        assert_true(amr_store_place(store, order, ids[at], &place));
        assert_int_equal(place, at);
        assert_true(at == 0 || compare_in(store, order, ids[at - 1], ids[at]) < 0);
    }
}

static void
add_any(AmrStore *store, Sample *s, gboolean mixed)
{
    static const char *const profiles[] = {"b", "a", "c", "ab"};
    (void)amr_store_add(store,
                        denied(s, g_random_int_range(0, 1000),
                               profiles[g_random_int_range(0, 4) * mixed % 4],
                               g_random_int_range(0, 40)),
                        NULL);
}

/* The orders hold after every kind of change, folding included. */
static void
test_orders(void **state)
{
    g_autoptr(AmrStore) store = amr_store_new(LIMIT);
    g_autofree Sample *s = g_new(Sample, 1);
    AmrDenialId ids[5];

    for (int i = 0; i < 1500; i++) {
        add_any(store, s, i > 500);
        if (i < 10 || i % 7 != 0)
            continue;
        for (int order = AMR_ORDER_ARRIVAL; order <= AMR_ORDER_PROFILE; order++)
            assert_ordered(store, (AmrOrder)order);
    }
    assert_int_equal(amr_store_window(store, AMR_ORDER_COUNT, 10000, 5, ids), 0);
}

/* Made in slices, while denials come, come again and are folded away; or asked for before that. */
static void
test_prepared(void **state)
{
    for (int round = 0; round < 200; round++) {
        const AmrOrder order = (AmrOrder)(AMR_ORDER_ARRIVAL + round % 4);
        const int before = g_random_int_range(0, 400);
        g_autoptr(AmrStore) store = amr_store_new(LIMIT);
        g_autofree Sample *s = g_new(Sample, 1);
        guint slices = 0;

        for (int i = 0; i < before; i++)
            add_any(store, s, i > 100);
        while (amr_store_prepare(store, order, 5)) {
            for (int i = 0; i < 3; i++)
                add_any(store, s, TRUE);
            if (++slices > (guint)round && round % 3 == 0)
                break;
        }
        for (int i = 0; i < 20; i++) {
            add_any(store, s, TRUE);
            if (i % 5 == 0)
                assert_ordered(store, order);
        }
        if (order != AMR_ORDER_ARRIVAL) /* which needs none until something is folded away */
            assert_false(amr_store_prepare(store, order, 5));
        assert_ordered(store, order);
        assert_false(amr_store_prepare(store, order, 5));
    }
}

/* Many distinct ones: each is found again, and none costs more than it should. */
static void
test_many(void **state)
{
    enum {
        MANY = 300000
    };
    const struct mallinfo2 before = mallinfo2();
    g_autoptr(AmrStore) store = amr_store_new(MANY);
    g_autofree Sample *s = g_new(Sample, 1);
    struct mallinfo2 after;

    for (int i = 0; i < MANY; i++)
        assert_int_equal(amr_store_add(store, denied(s, i, i % 3 ? "one" : "other", i), NULL),
                         i + 1);
    after = mallinfo2();
    /* Sanitizers bring an allocator of their own, of which mallinfo2() knows nothing. */
    if (after.uordblks > before.uordblks)
        assert_true(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd <
                    (gsize)MANY * 224);
    for (int i = 0; i < MANY; i += 1000)
        assert_int_equal(amr_store_add(store, denied(s, i, i % 3 ? "one" : "other", i), NULL),
                         i + 1);
    assert_int_equal(amr_store_count(store), MANY);
}

/* A repeat allocates nothing. */
static void
test_repeats(void **state)
{
    g_autoptr(AmrStore) store = amr_store_new(0);
    g_autofree Sample *s = g_new(Sample, 1);
    struct mallinfo2 before, after;

    (void)amr_store_add(store, denied(s, 1, "p", 1), NULL);
    before = mallinfo2();
    for (int i = 0; i < 100000; i++)
        (void)amr_store_add(store, &s->event, NULL);
    after = mallinfo2();
    assert_int_equal(after.uordblks, before.uordblks);
    assert_int_equal(amr_store_get(store, 1)->count, 100001);
}

/* What readers see of a store, as text. */
static char *
seen(AmrStore *store)
{
    guint n = amr_store_count(store);
    g_autofree AmrDenialId *ids = g_new0(AmrDenialId, n + 1);
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%u of %" G_GUINT64_FORMAT "\n", n, amr_store_total(store));
    for (int order = AMR_ORDER_ARRIVAL; order <= AMR_ORDER_PROFILE; order++) {
        assert_int_equal(amr_store_window(store, (AmrOrder)order, 0, n + 1, ids), n);
        for (guint i = 0; i < n; i++) {
            const AmrDenial *denial = amr_store_get(store, ids[i]);
            AmrEvent event;
            guint place;
            assert_non_null(denial);
            assert_true(amr_store_event(store, ids[i], &event));
            assert_true(amr_store_place(store, (AmrOrder)order, ids[i], &place));
            assert_int_equal(place, i);
            g_autofree char *name = amr_bytes_dup(event.field[AMR_FIELD_NAME]);
            g_autofree char *profile = amr_event_profile(&event);
            g_string_append_printf(text,
                                   "%u %u %u %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                                   " %u %u %s %s %" G_GUINT64_FORMAT "\n",
                                   ids[i], denial->count, denial->folded, denial->first,
                                   denial->last, denial->last_pid, event.fsuid, profile, name,
                                   event.serial);
        }
    }
    return g_string_free(text, FALSE);
}

static void
add_random(AmrStore *store, GRand *random, guint n)
{
    g_autofree Sample *s = g_new(Sample, 1);
    static const char *const profiles[] = {"a", "b", "b", "b", "c"};

    for (guint i = 0; i < n; i++) {
        const char *profile = profiles[g_rand_int_range(random, 0, G_N_ELEMENTS(profiles))];
        int time = g_rand_int_range(random, 1, 1000), name = g_rand_int_range(random, 0, 60);
        (void)amr_store_add(store, denied(s, time, profile, name), NULL);
    }
}

/* A frozen store shows what it held; thawed, it is what it would have been. */
static void
test_freeze(void **state)
{
    for (guint limit = 0; limit <= 90; limit += 30) { /* 0: all fit */
        g_autoptr(AmrStore) store = amr_store_new(limit), other = amr_store_new(limit);
        g_autoptr(GRand) random = g_rand_new_with_seed(limit), again = g_rand_new_with_seed(limit);
        guint64 occurrences;
        guint distinct;
        for (guint round = 0; round < 10; round++) {
            add_random(store, random, 50);
            add_random(other, again, 50);
            g_autofree char *before = seen(store);
            guint count = amr_store_count(store);
            amr_store_freeze(store);
            amr_store_freeze(store); /* twice is once */
            assert_true(amr_store_is_frozen(store));
            for (guint i = 0; i < 5; i++) {
                add_random(store, random, 30);
                add_random(other, again, 30);
                g_autofree char *now = seen(store);
                assert_string_equal(now, before);
            }
            amr_store_waiting(store, &distinct, &occurrences);
            assert_int_equal(occurrences, 150);
            assert_int_equal(amr_store_total(store) + occurrences, amr_store_total(other));
            amr_store_thaw(store);
            assert_int_equal(amr_store_count(store), count + distinct);
            g_autofree char *thawed = seen(store);
            g_autofree char *straight = seen(other);
            if (limit == 0)
                assert_string_equal(thawed, straight);
            amr_store_waiting(store, &distinct, &occurrences);
            assert_int_equal(distinct + occurrences, 0);
        }
        assert_int_equal(amr_store_total(store), amr_store_total(other));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distinct),    cmocka_unit_test(test_not_kept),
        cmocka_unit_test(test_occurrences), cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_folding),     cmocka_unit_test(test_folding_is_bounded),
        cmocka_unit_test(test_orders),      cmocka_unit_test(test_prepared),
        cmocka_unit_test(test_many),        cmocka_unit_test(test_repeats),
        cmocka_unit_test(test_freeze),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
