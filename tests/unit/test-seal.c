/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was shown is what is carried out: the seal of a plan, and what loading activates besides. */
#include "tests/unit/changing.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/change/seal.h"
#include "core/change/visible.h"

static const char *const one[] = {"/etc/new r,", NULL};
static const char *const other[] = {"/etc/other r,", NULL};

/* The plan that @seal is of, made again by another. */
static AmrPlan *
again(Changing *fixture, const char *profile, const char *const *rules, const char *seal)
{
    AmrPlanContext context = changing_context(fixture, TRUE);
    g_autoptr(GPtrArray) read = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    g_autoptr(GError) error = NULL;
    g_autofree char *id = NULL;
    AmrPlan *plan;

    assert_true(amr_seal_read(seal, &id, &context.made, &error));
    context.id = id;
    for (guint i = 0; rules[i]; i++)
        g_ptr_array_add(read, amr_rule_read(rules[i], &error));
    plan = amr_plan_add(&context, &(AmrPlanRequest){profile, read}, 1, TRUE, &error);
    assert_no_error(error);
    return plan;
}

static char *
seal_of(Changing *fixture, const char *profile)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = changing_plan(fixture, profile, one, TRUE, &error);
    assert_no_error(error);
    return amr_seal(fixture->target, plan);
}

/* ---- the seal ---------------------------------------------------------------------------------
 */

static const struct {
    const char *what;
    const char *file, *text; /* written between the two plans; NULL: nothing */
    mode_t mode;             /* of that file, before both */
    gboolean other, same;    /* other rules; whether the seal holds */
} seals[] = {
    {"the same", NULL, NULL, 0, FALSE, TRUE},
    {"other rules", NULL, NULL, 0, TRUE, FALSE},
    {"the local file", POLICY "local/usr.bin.demo", "/etc/x r,\n", 0644, FALSE, FALSE},
    {"the profile", POLICY "usr.bin.demo",
     "profile demo /usr/bin/demo {\n  include if exists <local/usr.bin.demo>\n}\n", 0644, FALSE,
     FALSE},
    {"a file that it includes", POLICY "abstractions/hidden", "/etc/x r,\n", 0644, FALSE, FALSE},
    {"one that not all may read", POLICY "abstractions/hidden", "/etc/x r,\n", 0600, FALSE, TRUE},
    {"a file that it does not read", POLICY "bare", "profile bare {\n}\n", 0644, FALSE, TRUE},
    {"what the kernel holds", KERNEL "profiles", "demo (complain)\n", 0644, FALSE, TRUE},
};

static void
test_seals(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(seals); i++) {
        Changing fixture;
        g_autoptr(GError) error = NULL;
        print_message("# %s\n", seals[i].what);
        changing_init(&fixture);
        g_autofree char *policy = g_build_filename(fixture.dir, POLICY, NULL);
        g_autofree char *abstractions = g_build_filename(policy, "abstractions", NULL);
        assert_int_equal(g_chmod(policy, 0755), 0);
        test_write(fixture.dir, POLICY "abstractions/hidden", "/etc/hidden r,\n");
        assert_int_equal(g_chmod(abstractions, 0755), 0);
        test_write(fixture.dir, POLICY "usr.bin.demo",
                   "profile demo /usr/bin/demo {\n  include <abstractions/hidden>\n"
                   "  include if exists <local/usr.bin.demo>\n}\n");
        if (seals[i].file && changing_exists(&fixture, seals[i].file)) {
            g_autofree char *path = g_build_filename(fixture.dir, seals[i].file, NULL);
            assert_int_equal(g_chmod(path, seals[i].mode), 0);
        }
        changing_reopen(&fixture, FALSE);
        g_autofree char *seal = seal_of(&fixture, "demo");
        if (seals[i].file) {
            g_autofree char *path = g_build_filename(fixture.dir, seals[i].file, NULL);
            test_write(fixture.dir, seals[i].file, seals[i].text);
            assert_int_equal(g_chmod(path, seals[i].mode), 0);
        }
        changing_reopen(&fixture, FALSE);
        g_autoptr(AmrPlan) plan = again(&fixture, "demo", seals[i].other ? other : one, seal);
        assert_int_equal(amr_seal_check(fixture.target, plan, seal, &error), seals[i].same);
        if (!seals[i].same)
            assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
        assert_true(g_str_has_prefix(seal, plan->id));
        changing_clear(&fixture);
    }
}

static void
test_not_a_seal(void **state)
{
    Changing fixture;
    changing_init(&fixture);
    g_autofree char *seal = seal_of(&fixture, "demo");
    gsize len = strlen(seal);
    for (gsize i = 0; i <= len; i++) {
        g_autofree char *bad = g_strdup(seal);
        g_autofree char *id = NULL;
        gint64 made;
        g_autoptr(GError) error = NULL;
        if (i < len)
            bad[i] = 'G';
        else
            bad[len - 1] = '\0';
        assert_false(amr_seal_read(bad, &id, &made, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_USAGE);
        assert_null(id);
    }
    changing_clear(&fixture);
}

static void
test_undo_seal(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    g_autoptr(AmrPlan) done = changing_plan_one(&fixture, "demo", "/etc/new r,");
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, done, &error);
    assert_no_error(error);
    assert_non_null(outcome);
    changing_reopen(&fixture, FALSE);
    AmrPlanContext context = changing_context(&fixture, TRUE);
    g_autoptr(AmrPlan) undo = amr_plan_undo(&context, done, &error);
    g_autofree char *seal = amr_seal(fixture.target, undo);
    g_autofree char *id = NULL;
    assert_true(amr_seal_read(seal, &id, &context.made, &error));
    context.id = id;
    g_autoptr(AmrPlan) same = amr_plan_undo(&context, done, &error);
    assert_true(amr_seal_check(fixture.target, same, seal, &error));
    assert_no_error(error);
    changing_clear(&fixture);
}

/* ---- who may read it ---------------------------------------------------------------------------
 */

static void
test_visible(void **state)
{
    static const struct {
        const char *what, *chmod, *path;
        mode_t mode;
        gboolean visible;
    } rows[] = {
        {"a file", "d/f", "d/f", 0644, TRUE},
        {"its mode", "d/f", "d/f", 0640, FALSE},
        {"its directory", "d", "d/f", 0750, FALSE},
        {"a directory that is not listed", "d", "d/f", 0711, TRUE},
        {"the policy", ".", "d/f", 0750, FALSE},
        {"not there yet", "d/f", "d/g", 0600, TRUE},
        {"nor its directory", "d/f", "e/g", 0600, TRUE},
        {"a link to it", "d/f", "link", 0640, FALSE},
        {"a link to a file for all", "d/f", "link", 0644, TRUE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        Changing fixture;
        print_message("# %s\n", rows[i].what);
        changing_init(&fixture);
        test_write(fixture.dir, POLICY "d/f", "");
        g_autofree char *policy = g_build_filename(fixture.dir, POLICY, NULL);
        g_autofree char *dir = g_build_filename(policy, "d", NULL);
        g_autofree char *link = g_build_filename(policy, "link", NULL);
        g_autofree char *path = g_build_filename(policy, rows[i].chmod, NULL);
        assert_int_equal(g_chmod(policy, 0755) + g_chmod(dir, 0755), 0);
        assert_int_equal(symlink("d/f", link), 0);
        assert_int_equal(g_chmod(path, rows[i].mode), 0);
        assert_int_equal(amr_visible_file(fixture.target, rows[i].path), rows[i].visible);
        assert_int_equal(g_chmod(policy, 0755) + g_chmod(dir, 0755), 0);
        changing_clear(&fixture);
    }
}

/* ---- what loading activates besides ------------------------------------------------------------
 */

/* The kernel holds other policy than is on disk, by its own word. */
static void
drift(Changing *fixture)
{
    test_write(fixture->dir, KERNEL "policy/profiles/demo.1/name", "demo\n");
    test_write(fixture->dir, KERNEL "policy/profiles/demo.1/mode", "enforce\n");
    test_write(fixture->dir, KERNEL "policy/profiles/demo.1/raw_sha1",
               "0123456789012345678901234567890123456789\n");
    test_write(fixture->dir, KERNEL "policy/profiles/demo.1/raw_data", "another policy");
}

typedef struct {
    guint calls, besides, notes;
    gboolean answer;
} Asked;

static gboolean
on_asked(const AmrPlan *plan, const GPtrArray *notes, const GPtrArray *besides, gpointer data,
         GError **error)
{
    Asked *asked = data;
    asked->calls++;
    asked->besides = besides->len;
    asked->notes = notes->len;
    return asked->answer || amr_error_set(error, AMR_ERROR_REFUSED, "No");
}

static const struct {
    const char *what, *profile;
    gboolean drift, asks, answer, checked;
    guint besides;
    AmrErrorCode code; /* 0: it is carried out */
} runs[] = {
    {"nothing besides", "demo", FALSE, FALSE, FALSE, FALSE, 0, 0},
    {"drift that nobody was shown", "demo", TRUE, FALSE, FALSE, FALSE, 0, AMR_ERROR_ACTIVATES_MORE},
    {"drift that the plan says", "demo", TRUE, FALSE, FALSE, TRUE, 0, 0},
    {"a plan that says it itself", "pair-a", FALSE, FALSE, FALSE, FALSE, 0, 0},
    {"asked, nothing besides", "demo", FALSE, TRUE, TRUE, FALSE, 0, 0},
    {"asked, agreed", "demo", TRUE, TRUE, TRUE, FALSE, 1, 0},
    {"asked, refused", "demo", TRUE, TRUE, FALSE, FALSE, 1, AMR_ERROR_REFUSED},
    {"asked for what the plan says", "pair-a", FALSE, TRUE, TRUE, FALSE, 1, 0},
    {"asked for both once", "demo", TRUE, TRUE, TRUE, TRUE, 1, 0},
};

static void
test_runs(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(runs); i++) {
        Changing fixture;
        Asked asked = {.answer = runs[i].answer};
        g_autoptr(GError) error = NULL;
        g_autoptr(GAsyncResult) checked = NULL;
        print_message("# %s\n", runs[i].what);
        changing_init(&fixture);
        if (runs[i].drift)
            drift(&fixture);
        g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, runs[i].profile, "/etc/new r,");
        if (runs[i].checked) {
            amr_executor_check_async(fixture.executor, plan, fixture.index, NULL, NULL, NULL,
                                     test_result, &checked);
            test_wait_result(&checked);
            assert_true(amr_executor_check_finish(fixture.executor, checked, NULL, &error));
            const GPtrArray *besides = amr_executor_check_besides(checked);
            assert_int_equal(besides->len, 1);
            assert_non_null(strstr(besides->pdata[0], "usr.bin.demo: What is loaded"));
            g_ptr_array_add(plan->besides, g_strdup(besides->pdata[0]));
        }
        if (runs[i].asks)
            amr_executor_set_agree(fixture.executor, on_asked, &asked);
        g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
        assert_int_equal(asked.calls, runs[i].asks ? 1 : 0);
        assert_int_equal(asked.besides, runs[i].besides);
        if (runs[i].code) {
            assert_error(error, AMR_ERROR, runs[i].code);
            assert_false(changing_exists(&fixture, POLICY "local/usr.bin.demo"));
            assert_int_equal(amr_history_count(fixture.history), 0);
            assert_false(changing_exists(&fixture, "var/lib/armorer/lock"));
        } else {
            assert_no_error(error);
            assert_non_null(outcome);
        }
        changing_clear(&fixture);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seals),     cmocka_unit_test(test_not_a_seal),
        cmocka_unit_test(test_undo_seal), cmocka_unit_test(test_visible),
        cmocka_unit_test(test_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
