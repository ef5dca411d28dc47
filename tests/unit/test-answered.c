/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/changing.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/change/answered.h"

#define NOON   G_GINT64_CONSTANT(1795348800) /* as the fixture's clock */
#define BEFORE (NOON - 60)
#define AFTER  (NOON + 60)

/* A store that began long before, and what watches it. */
typedef struct {
    Changing change;
    AmrClock *clock; /* the store's */
    AmrStore *store;
    AmrAnswered *answered;
} Watching;

static void
open_store(Watching *fixture)
{
    fixture->store = amr_store_new(0);
    amr_store_set_clock(fixture->store, fixture->clock);
    fixture->answered = amr_answered_new(fixture->store);
}

static void
close_store(Watching *fixture)
{
    amr_answered_free(fixture->answered);
    amr_store_free(fixture->store);
}

static void
init(Watching *fixture)
{
    changing_init(&fixture->change);
    fixture->clock = amr_clock_new_fixed((NOON - 3600) * G_USEC_PER_SEC);
    open_store(fixture);
}

static void
clear(Watching *fixture)
{
    close_store(fixture);
    amr_clock_free(fixture->clock);
    changing_clear(&fixture->change);
}

/* A denial at @time (seconds; 0: without a stamp) of @mask on @name. */
static AmrDenialId
deny(const Watching *fixture, gint64 time, const char *profile, const char *mask, const char *name)
{
    static char scratch[AMR_EVENT_SCRATCH];
    g_autofree char *line = g_strdup_printf(
        "type=1400 audit(%" G_GINT64_FORMAT ".0:%d): apparmor=\"DENIED\" operation=\"open\" "
        "class=\"file\" profile=\"%s\" name=\"%s\" pid=7 comm=\"c\" requested_mask=\"%s\" "
        "denied_mask=\"%s\" fsuid=1000 ouid=0",
        time, time ? 9 : 0, profile, name, mask, mask);
    AmrRecord record;
    AmrEvent event;

    assert_true(amr_record_slice(&record, line, (AmrSpan){0, (uint32_t)strlen(line)}));
    assert_true(amr_event_decode(&event, &record, line, scratch));
    assert_int_equal(event.time, time * G_USEC_PER_SEC);
    return amr_store_add(fixture->store, &event, NULL);
}

/* Until nothing is left to compile or to judge. */
static void
settle(Watching *fixture)
{
    const AmrAskContext context = {.target = fixture->change.target,
                                   .opener = fixture->change.opener,
                                   .compiler = fixture->change.compiler,
                                   .index = fixture->change.index};
    g_autoptr(AmrAsker) asker = amr_asker_new(&context);
    g_autoptr(GError) error = NULL;

    amr_answered_update(fixture->answered, fixture->change.history);
    for (;;) {
        g_autoptr(GAsyncResult) result = NULL;
        while (amr_answered_work(fixture->answered, 1000))
            ;
        if (!amr_answered_wants(fixture->answered))
            break;
        amr_answered_ask_async(fixture->answered, asker, NULL, test_result, &result);
        test_wait_result(&result);
        assert_true(amr_answered_ask_finish(result, &error));
    }
}

/* The id of a change that adds @rules, and is in the history. */
static char *
add(Watching *fixture, const char *profile, const char *first, const char *second)
{
    const char *const rules[] = {first, second, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = changing_plan(&fixture->change, profile, rules, FALSE, &error);
    assert_no_error(error);
    amr_outcome_free(changing_run(&fixture->change, plan, &error));
    assert_no_error(error);
    changing_reopen(&fixture->change, FALSE);
    return g_strdup(plan->id);
}

static void
take_back(Watching *fixture, const char *id)
{
    g_autoptr(GError) error = NULL;
    const AmrChange *change = amr_history_find(fixture->change.history, id);
    g_autoptr(AmrPlan) done = amr_history_plan(fixture->change.history, change, &error);
    assert_no_error(error);
    AmrPlanContext context = changing_context(&fixture->change, TRUE);
    g_autoptr(AmrPlan) undo = amr_plan_undo(&context, done, &error);
    assert_no_error(error);
    amr_outcome_free(changing_run(&fixture->change, undo, &error));
    assert_no_error(error);
    changing_reopen(&fixture->change, FALSE);
}

static void
assert_state(const Watching *fixture, AmrDenialId id, const char *want)
{
    assert_string_equal(amr_denial_state_word(amr_store_get(fixture->store, id)->state), want);
}

static void
later(Watching *fixture, gint64 seconds)
{
    amr_clock_set(fixture->clock, (NOON + seconds) * G_USEC_PER_SEC);
    amr_clock_set(fixture->change.clock, (NOON + seconds) * G_USEC_PER_SEC);
}

/* ---- what answers -----------------------------------------------------------------------------
 */

static const struct {
    const char *what, *profile, *first, *second; /* the change */
    const char *by, *mask, *name;                /* the denial */
    const char *want;
} answers[] = {
    {"to the byte", "soft", "/etc/new r,", NULL, "soft", "r", "/etc/new", "fixed"},
    {"by a pattern", "soft", "/etc/n* rw,", NULL, "soft", "r", "/etc/new", "fixed"},
    {"by two rules", "soft", "/etc/new r,", "/etc/new w,", "soft", "rw", "/etc/new", "fixed"},
    {"quiet by a deny", "soft", "deny /etc/new r,", NULL, "soft", "r", "/etc/new", "fixed"},
    {"a part of it", "soft", "/etc/new r,", NULL, "soft", "rw", "/etc/new", "new"},
    {"another file", "soft", "/etc/new r,", NULL, "soft", "r", "/etc/news", "new"},
    {"another profile", "soft", "/etc/new r,", NULL, "demo", "r", "/etc/new", "new"},
    {"by owner, of another's", "soft", "owner /etc/new r,", NULL, "soft", "r", "/etc/new", "new"},
    {"by the file that both include", "twin-a", "/etc/new r,", NULL, "twin-b", "r", "/etc/new",
     "fixed"},
    {"what ran in a null profile", "soft", "/etc/new r,", NULL, "soft//null-/bin/x", "r",
     "/etc/new", "fixed"},
    {"not loaded", "idle", "/etc/new r,", NULL, "idle", "r", "/etc/new", "proposed"},
};

static void
test_answers(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        Watching fixture;
        print_message("# %s\n", answers[i].what);
        init(&fixture);
        g_autofree char *id =
            add(&fixture, answers[i].profile, answers[i].first, answers[i].second);
        AmrDenialId denial =
            deny(&fixture, BEFORE, answers[i].by, answers[i].mask, answers[i].name);
        settle(&fixture);
        assert_state(&fixture, denial, answers[i].want);
        const GArray *ids = amr_answered_by(fixture.answered, id);
        assert_int_equal(ids ? ids->len : 0, strcmp(answers[i].want, "new") ? 1 : 0);
        take_back(&fixture, id);
        settle(&fixture);
        assert_state(&fixture, denial, "new");
        assert_null(amr_answered_by(fixture.answered, id));
        clear(&fixture);
    }
}

/* ---- coming back ------------------------------------------------------------------------------
 */

static void
test_comes_back(void **state)
{
    Watching fixture;
    gint64 last;

    init(&fixture);
    AmrDenialId denial = deny(&fixture, BEFORE, "soft", "r", "/etc/new");
    g_autofree char *id = add(&fixture, "soft", "/etc/new r,", NULL);
    settle(&fixture);
    assert_state(&fixture, denial, "fixed");
    /* What was on its way is of before. */
    deny(&fixture, NOON, "soft", "r", "/etc/new");
    assert_state(&fixture, denial, "fixed");
    assert_int_equal(amr_answered_came_back(fixture.answered, id, &last), 0);
    deny(&fixture, AFTER, "soft", "r", "/etc/new");
    assert_state(&fixture, denial, "came back");
    assert_int_equal(amr_answered_came_back(fixture.answered, id, &last), 1);
    assert_int_equal(last, AFTER * G_USEC_PER_SEC);
    settle(&fixture);
    assert_state(&fixture, denial, "came back");
    /* Another change that answers it, later. */
    later(&fixture, 120);
    g_autofree char *other = add(&fixture, "soft", "/etc/new* r,", NULL);
    settle(&fixture);
    assert_state(&fixture, denial, "fixed");
    assert_int_equal(amr_answered_by(fixture.answered, other)->len, 1);
    /* Gone again: what is left is the first, after which it came. */
    take_back(&fixture, other);
    settle(&fixture);
    assert_state(&fixture, denial, "came back");
    clear(&fixture);
}

/* A new armorer that reads the same log. */
static void
test_restart(void **state)
{
    Watching fixture;

    init(&fixture);
    g_free(add(&fixture, "soft", "/etc/{a,b,c} r,", NULL));
    later(&fixture, 3600);
    close_store(&fixture);
    open_store(&fixture);
    AmrDenialId quiet = deny(&fixture, BEFORE, "soft", "r", "/etc/a");
    AmrDenialId back = deny(&fixture, AFTER, "soft", "r", "/etc/b");
    AmrDenialId unknown = deny(&fixture, 0, "soft", "r", "/etc/c");
    settle(&fixture);
    assert_state(&fixture, quiet, "fixed");
    assert_state(&fixture, back, "came back");
    assert_state(&fixture, unknown, "new");
    clear(&fixture);
}

/* Without a stamp it is as late as it comes, but for two seconds. */
static void
test_no_stamp(void **state)
{
    Watching fixture;

    init(&fixture);
    AmrDenialId denial = deny(&fixture, 0, "soft", "r", "/etc/new");
    g_free(add(&fixture, "soft", "/etc/new r,", NULL));
    settle(&fixture);
    assert_state(&fixture, denial, "fixed");
    later(&fixture, 2);
    deny(&fixture, 0, "soft", "r", "/etc/new");
    assert_state(&fixture, denial, "fixed");
    later(&fixture, 3);
    deny(&fixture, 0, "soft", "r", "/etc/new");
    assert_state(&fixture, denial, "came back");
    settle(&fixture);
    assert_state(&fixture, denial, "came back");
    clear(&fixture);
}

static void
test_frozen(void **state)
{
    Watching fixture;

    init(&fixture);
    AmrDenialId denial = deny(&fixture, BEFORE, "soft", "r", "/etc/new");
    g_free(add(&fixture, "soft", "/etc/n{ew,ow} r,", NULL));
    settle(&fixture);
    amr_store_freeze(fixture.store);
    deny(&fixture, AFTER, "soft", "r", "/etc/new");
    AmrDenialId hidden = deny(&fixture, AFTER, "soft", "r", "/etc/now");
    settle(&fixture);
    assert_state(&fixture, denial, "fixed");
    amr_store_thaw(fixture.store);
    assert_state(&fixture, denial, "came back");
    assert_state(&fixture, hidden, "new");
    while (amr_answered_work(fixture.answered, 1000))
        ;
    assert_state(&fixture, hidden, "came back");
    clear(&fixture);
}

/* ---- what people say --------------------------------------------------------------------------
 */

static void
test_said(void **state)
{
    Watching fixture;
    gint64 loaded;

    init(&fixture);
    AmrDenialId denial = deny(&fixture, BEFORE, "demo", "r", "/etc/else");
    AmrDenialId ignored = deny(&fixture, BEFORE, "soft", "r", "/etc/new");
    amr_store_set_state(fixture.store, ignored, AMR_DENIAL_STATE_IGNORED);
    g_autofree char *id = add(&fixture, "soft", "/etc/new r,", NULL);
    amr_answered_say(fixture.answered, id, denial); /* before the history is known */
    settle(&fixture);
    amr_answered_say(fixture.answered, id, denial);
    assert_state(&fixture, denial, "fixed");
    assert_state(&fixture, ignored, "ignored");
    assert_int_equal(amr_answered_by(fixture.answered, id)->len, 1);
    assert_string_equal(amr_answered_change(fixture.answered, denial, &loaded), id);
    assert_int_equal(loaded, NOON * G_USEC_PER_SEC);
    deny(&fixture, AFTER, "demo", "r", "/etc/else");
    assert_state(&fixture, denial, "came back");
    take_back(&fixture, id);
    settle(&fixture);
    assert_state(&fixture, denial, "new");
    assert_state(&fixture, ignored, "ignored");
    /* A change that is in no history. */
    amr_answered_say(fixture.answered, "0123456789abcdef", denial);
    settle(&fixture);
    assert_state(&fixture, denial, "new");
    clear(&fixture);
}

/* Many changes, one of which has lost its record. */
static void
test_many(void **state)
{
    Watching fixture;
    AmrDenialId ids[60];

    init(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *name = g_strdup_printf("/etc/file%u", i);
        g_autofree char *rule = g_strdup_printf("%s r,", name);
        g_autofree char *id = add(&fixture, "soft", rule, NULL);
        ids[i] = deny(&fixture, i % 2 ? BEFORE : AFTER, "soft", "r", name);
        if (i == 7) {
            g_autofree char *record =
                g_build_filename(fixture.change.dir, "var/lib/armorer/changes", id, "plan", NULL);
            assert_int_equal(g_remove(record), 0);
        }
    }
    settle(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
        assert_state(&fixture, ids[i], i == 7 ? "new" : i % 2 ? "fixed" : "came back");
    clear(&fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers), cmocka_unit_test(test_comes_back),
        cmocka_unit_test(test_restart), cmocka_unit_test(test_no_stamp),
        cmocka_unit_test(test_frozen),  cmocka_unit_test(test_said),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
