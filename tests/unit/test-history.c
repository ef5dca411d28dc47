/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/changing.h"

#include <glib/gstdio.h>
#include <string.h>

#define STATE "var/lib/armorer/"

/* A change in the history that ended in @state (INTENT: nothing more than that). */
static char *
record(Changing *fixture, const char *profile, const char *rule, const char *undoes,
       AmrChangeState state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = changing_plan_one(fixture, profile, rule);
    amr_autofd int lock = amr_history_lock(fixture->history, &error);

    assert_no_error(error);
    if (undoes) {
        plan->kind = AMR_PLAN_UNDO;
        plan->undoes = g_strdup(undoes);
    }
    assert_true(amr_history_intent(fixture->history, plan, &error));
    if (state != AMR_CHANGE_STATE_INTENT)
        assert_true(amr_history_state(fixture->history, plan->id, state, "why", &error));
    return g_strdup(plan->id);
}

static void
test_empty(void **state)
{
    Changing fixture;
    changing_init(&fixture);
    assert_int_equal(amr_history_count(fixture.history), 0);
    assert_null(amr_history_get(fixture.history, 0));
    assert_null(amr_history_find(fixture.history, NULL));
    assert_false(changing_exists(&fixture, STATE));
    changing_clear(&fixture);
}

/* What is written is what the next one reads. */
static void
test_round_trip(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    g_autofree char *id =
        record(&fixture, "twin-a", "\"/etc/a b\" r,", NULL, AMR_CHANGE_STATE_VERIFIED);
    for (int i = 0; i < 2; i++) {
        const AmrChange *change = amr_history_get(fixture.history, 0);
        assert_int_equal(amr_history_count(fixture.history), 1);
        assert_string_equal(change->id, id);
        assert_int_equal(change->kind, AMR_PLAN_ADD);
        assert_int_equal(change->state, AMR_CHANGE_STATE_VERIFIED);
        assert_int_equal(change->time, amr_clock_now(fixture.clock));
        assert_string_equal(change->profiles[0], "twin-a");
        assert_null(change->profiles[1]);
        assert_string_equal(change->files[0], "local/twins");
        assert_string_equal(change->rules[0], "\"/etc/a b\" r,");
        assert_string_equal(change->message, "why");
        assert_null(change->undoes);
        g_autoptr(AmrPlan) plan = amr_history_plan(fixture.history, change, &error);
        assert_no_error(error);
        assert_string_equal(plan->id, id);
        changing_reopen(&fixture, FALSE);
    }
    changing_clear(&fixture);
}

static void
test_modes(void **state)
{
    static const struct {
        const char *name;
        mode_t open, secret; /* where all may read what the plan quotes, and where not */
    } files[] = {{"index", 0644, 0644},          {"lock", 0600, 0600},
                 {"changes", 0755, 0755},        {"changes/%s/plan", 0644, 0600},
                 {"changes/%s/who", 0600, 0600}, {"changes/%s/raw.0", 0600, 0600},
                 {"changes/%s", 0755, 0700},     {"", 0755, 0755}};
    for (int secret = 0; secret < 2; secret++) {
        Changing fixture;
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) raw = g_bytes_new_static("raw", 3);
        mode_t mask = umask(077); /* root's, on hardened systems */
        changing_init(&fixture);
        test_write(fixture.dir, POLICY "local/usr.bin.demo", "/etc/hidden r,\n");
        g_autofree char *policy = g_build_filename(fixture.dir, POLICY, NULL);
        g_autofree char *dir = g_build_filename(policy, "local", NULL);
        g_autofree char *local = g_build_filename(dir, "usr.bin.demo", NULL);
        assert_int_equal(g_chmod(policy, 0755), 0);
        assert_int_equal(g_chmod(dir, 0755), 0);
        assert_int_equal(g_chmod(local, secret ? 0640 : 0644), 0);
        g_autofree char *id = record(&fixture, "demo", "/x r,", NULL, AMR_CHANGE_STATE_LOADED);
        assert_true(amr_history_save_raw(fixture.history, id, 0, raw, &error));
        for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
            g_auto(GStrv) parts = g_strsplit(files[i].name, "%s", 2);
            g_autofree char *name = g_strjoinv(id, parts);
            g_autofree char *path = g_build_filename(fixture.dir, STATE, name, NULL);
            GStatBuf st;
            print_message("# %s, %s\n", files[i].name, secret ? "secret" : "open");
            assert_int_equal(g_stat(path, &st), 0);
            assert_int_equal(st.st_mode & 07777, secret ? files[i].secret : files[i].open);
        }
        changing_reopen(&fixture, FALSE);
        const AmrChange *change = amr_history_find(fixture.history, id);
        assert_int_equal(g_strv_length(change->rules), secret ? 0 : 1);
        g_autoptr(AmrPlan) plan = amr_history_plan(fixture.history, change, &error);
        assert_non_null(plan);
        changing_clear(&fixture);
        (void)umask(mask);
    }
}

static void
test_raw(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    g_autofree char *id = record(&fixture, "demo", "/x r,", NULL, AMR_CHANGE_STATE_INTENT);
    g_autoptr(GBytes) data = g_bytes_new_static("\0\1\2", 3);
    assert_true(amr_history_save_raw(fixture.history, id, 7, data, &error));
    g_autoptr(GBytes) back = amr_history_raw(fixture.history, id, 7, &error);
    assert_no_error(error);
    assert_true(g_bytes_equal(data, back));
    assert_null(amr_history_raw(fixture.history, id, 8, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    changing_clear(&fixture);
}

/* What was in the kernel, in what mode, and which kernel it was. */
static void
test_held(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) all =
        g_ptr_array_new_with_free_func((GDestroyNotify)amr_history_held_free);
    gboolean same = FALSE;
    changing_init(&fixture);
    test_write(fixture.dir, "proc/sys/kernel/random/boot_id", "11-22\n");
    changing_reopen(&fixture, FALSE);
    g_autofree char *id = record(&fixture, "demo", "/x r,", NULL, AMR_CHANGE_STATE_INTENT);
    assert_null(amr_history_held(fixture.history, id, &same, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_ptr_array_add(all, amr_history_held_new(":ns:b \xff*", "complain"));
    g_ptr_array_add(all, amr_history_held_new("gone", NULL));
    assert_true(amr_history_save_held(fixture.history, id, all, &error));
    g_autoptr(GPtrArray) back = amr_history_held(fixture.history, id, &same, &error);
    assert_no_error(error);
    assert_true(same);
    assert_int_equal(back->len, 2);
    assert_string_equal(((AmrHistoryHeld *)back->pdata[0])->profile, ":ns:b \xff*");
    assert_string_equal(((AmrHistoryHeld *)back->pdata[0])->mode, "complain");
    assert_null(((AmrHistoryHeld *)back->pdata[1])->mode);
    test_write(fixture.dir, "proc/sys/kernel/random/boot_id", "33-44\n");
    g_autoptr(GPtrArray) later = amr_history_held(fixture.history, id, &same, &error);
    assert_non_null(later);
    assert_false(same);
    g_autofree char *name = g_strdup_printf("var/lib/armorer/changes/%s/held", id);
    test_write(fixture.dir, name, "torn");
    assert_null(amr_history_held(fixture.history, id, &same, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
    changing_clear(&fixture);
}

/* Lines that are torn, damaged or of another version are stepped over; the next append closes a
 * torn one. */
static const char *const damaged[] = {
    "('intent', '0123456789abcdef', 'add', 12",
    "garbage\n",
    "\xff\xfe\n",
    "\n\n",
    "('later', 1, 2)\n",
    "('intent', '../../../../etc', 'add', 1, [b'p'], [b'f'], [b'r'], '')\n",
    "('intent', '0123456789abcdef', 'jump', 1, [b'p'], [b'f'], [b'r'], '')\n",
    "('state', 'ffffffffffffffff', 'loaded', 1, '')\n",
};

static void
test_damaged(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(damaged); i++) {
        Changing fixture;
        changing_init(&fixture);
        print_message("# %u\n", (guint)i);
        g_autofree char *one = record(&fixture, "demo", "/x r,", NULL, AMR_CHANGE_STATE_LOADED);
        g_autofree char *text = test_read(fixture.dir, STATE "index");
        g_autofree char *whole = g_strconcat(text, damaged[i], NULL);
        test_write(fixture.dir, STATE "index", whole);
        changing_reopen(&fixture, FALSE);
        assert_int_equal(amr_history_count(fixture.history), 1);
        g_autofree char *two = record(&fixture, "idle", "/x r,", NULL, AMR_CHANGE_STATE_LOADED);
        changing_reopen(&fixture, FALSE);
        assert_int_equal(amr_history_count(fixture.history), 2);
        assert_non_null(amr_history_find(fixture.history, one));
        assert_int_equal(amr_history_find(fixture.history, two)->state, AMR_CHANGE_STATE_LOADED);
        changing_clear(&fixture);
    }
}

static void
test_find(void **state)
{
    Changing fixture;
    changing_init(&fixture);
    g_autofree char *one = record(&fixture, "demo", "/1 r,", NULL, AMR_CHANGE_STATE_LOADED);
    g_autofree char *two = record(&fixture, "demo", "/2 r,", NULL, AMR_CHANGE_STATE_NOT_LOADED);
    g_autofree char *bad = record(&fixture, "demo", "/3 r,", NULL, AMR_CHANGE_STATE_ROLLED_BACK);
    g_autofree char *few = g_strndup(one, 3);
    g_autofree char *enough = g_strndup(one, 12);

    assert_null(amr_history_find(fixture.history, few));
    assert_string_equal(amr_history_find(fixture.history, enough)->id, one);
    assert_string_equal(amr_history_find(fixture.history, bad)->id, bad);
    assert_null(amr_history_find(fixture.history, "nobody"));
    assert_string_equal(amr_history_find(fixture.history, NULL)->id, two);
    changing_clear(&fixture);
}

static const struct {
    AmrChangeState undo;
    gboolean undone;
} undos[] = {
    {AMR_CHANGE_STATE_LOADED, TRUE},       {AMR_CHANGE_STATE_VERIFIED, TRUE},
    {AMR_CHANGE_STATE_NOT_LOADED, TRUE},   {AMR_CHANGE_STATE_INTENT, FALSE},
    {AMR_CHANGE_STATE_ROLLED_BACK, FALSE}, {AMR_CHANGE_STATE_DISCARDED, FALSE},
};

/* An undo counts when it is done, not when it was begun. */
static void
test_undone(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(undos); i++) {
        Changing fixture;
        changing_init(&fixture);
        print_message("# %s\n", amr_change_state_word(undos[i].undo));
        g_autofree char *id = record(&fixture, "demo", "/1 r,", NULL, AMR_CHANGE_STATE_LOADED);
        g_autofree char *undo = record(&fixture, "demo", "/1 r,", id, undos[i].undo);
        for (int k = 0; k < 2; k++) {
            const AmrChange *change = amr_history_find(fixture.history, id);
            assert_int_equal(change->state,
                             undos[i].undone ? AMR_CHANGE_STATE_UNDONE : AMR_CHANGE_STATE_LOADED);
            if (undos[i].undone)
                assert_string_equal(change->undone_by, undo);
            else
                assert_null(change->undone_by);
            changing_reopen(&fixture, FALSE);
        }
        changing_clear(&fixture);
    }
}

static void
test_lock(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    {
        amr_autofd int lock = amr_history_lock(fixture.history, &error);
        assert_no_error(error);
        assert_int_equal(amr_history_lock(fixture.history, &error), -1);
        assert_error(error, AMR_ERROR, AMR_ERROR_BUSY);
        g_clear_error(&error);
    }
    amr_autofd int again = amr_history_lock(fixture.history, &error);
    assert_no_error(error);
    changing_reopen(&fixture, TRUE);
    assert_int_equal(amr_history_lock(fixture.history, &error), -1);
    assert_error(error, AMR_ERROR, AMR_ERROR_READ_ONLY);
    changing_clear(&fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty), cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_modes), cmocka_unit_test(test_raw),
        cmocka_unit_test(test_held),  cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_find),  cmocka_unit_test(test_undone),
        cmocka_unit_test(test_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
