/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/changing.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define LOCAL POLICY "local/usr.bin.demo"

static const AmrChange *
last(const Changing *fixture)
{
    return amr_history_get(fixture->history, amr_history_count(fixture->history) - 1);
}

static gsize
kernel_size(const Changing *fixture)
{
    g_autofree char *path = g_build_filename(fixture->dir, KERNEL ".replace", NULL);
    GStatBuf st;
    assert_int_equal(g_stat(path, &st), 0);
    return (gsize)st.st_size;
}

static char *
want_local(const AmrPlan *plan, const char *rule)
{
    return g_strdup_printf("# armorer: 2026-11-22, 1 rule, change %s\n%s\n", plan->id, rule);
}

/* ---- the whole way ------------------------------------------------------------------------------
 */

static void
test_apply_undo(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);

    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "demo", "/etc/new r,");
    g_autofree char *want = want_local(plan, "/etc/new r,");
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
    assert_no_error(error);
    assert_int_equal(outcome->state, AMR_CHANGE_STATE_LOADED);
    assert_non_null(outcome->message);
    changing_assert_text(&fixture, LOCAL, want);
    assert_true(kernel_size(&fixture) > 0);
    assert_int_equal(last(&fixture)->state, AMR_CHANGE_STATE_LOADED);
    assert_string_equal(last(&fixture)->rules[0], "/etc/new r,");

    changing_reopen(&fixture, FALSE);
    const AmrChange *change = amr_history_find(fixture.history, NULL);
    assert_string_equal(change->id, plan->id);
    g_autoptr(AmrPlan) done = amr_history_plan(fixture.history, change, &error);
    assert_no_error(error);
    AmrPlanContext context = changing_context(&fixture, TRUE);
    g_autoptr(AmrPlan) undo = amr_plan_undo(&context, done, &error);
    assert_no_error(error);
    g_autoptr(AmrOutcome) undone = changing_run(&fixture, undo, &error);
    assert_no_error(error);
    assert_int_equal(undone->state, AMR_CHANGE_STATE_LOADED);
    changing_assert_text(&fixture, LOCAL, "");
    assert_int_equal(amr_history_find(fixture.history, plan->id)->state, AMR_CHANGE_STATE_UNDONE);
    assert_string_equal(amr_history_find(fixture.history, plan->id)->undone_by, undo->id);
    assert_null(amr_history_find(fixture.history, NULL));
    changing_clear(&fixture);
}

/* A second undo of the same change, planned before the first was carried out. */
static void
test_undo_twice(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "soft", "/etc/new r,");
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
    assert_no_error(error);
    assert_non_null(outcome);
    changing_reopen(&fixture, FALSE);
    AmrPlanContext context = changing_context(&fixture, TRUE);
    g_autoptr(AmrPlan) one = amr_plan_undo(&context, plan, &error);
    g_autoptr(AmrPlan) two = amr_plan_undo(&context, plan, &error);
    assert_no_error(error);
    g_autoptr(AmrOutcome) first = changing_run(&fixture, one, &error);
    assert_no_error(error);
    assert_non_null(first);
    changing_assert_text(&fixture, POLICY "local/soft", "# Site-specific additions\n");
    assert_null(changing_run(&fixture, two, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    changing_clear(&fixture);
}

static void
test_add_include(void **state)
{
    static const char *const rules[] = {"/etc/new r,", NULL};
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    g_autofree char *before = test_read(fixture.dir, POLICY "bare");
    g_autoptr(AmrPlan) plan = changing_plan(&fixture, "bare", rules, TRUE, &error);
    assert_no_error(error);
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
    assert_no_error(error);
    assert_non_null(outcome);
    changing_assert_text(&fixture, POLICY "bare",
                         "profile bare {\n    /etc/bare r,\n"
                         "    include if exists <local/bare>\n}\n");
    changing_reopen(&fixture, FALSE);
    AmrPlanContext context = changing_context(&fixture, TRUE);
    g_autoptr(AmrPlan) undo = amr_plan_undo(&context, plan, &error);
    assert_no_error(error);
    g_autoptr(AmrOutcome) undone = changing_run(&fixture, undo, &error);
    assert_no_error(error);
    assert_non_null(undone);
    changing_assert_text(&fixture, POLICY "bare", before);
    changing_assert_text(&fixture, POLICY "local/bare", "");
    changing_clear(&fixture);
}

static const struct {
    const char *profile, *note;
} not_loaded[] = {{"idle", "Not loaded: idle"}, {"off", "disabled"}};

static void
test_not_loaded(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(not_loaded); i++) {
        Changing fixture;
        g_autoptr(GError) error = NULL;
        changing_init(&fixture);
        g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, not_loaded[i].profile, "/x r,");
        g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
        assert_no_error(error);
        assert_int_equal(outcome->state, AMR_CHANGE_STATE_NOT_LOADED);
        assert_true(changing_has_note(outcome->notes, not_loaded[i].note));
        assert_int_equal(kernel_size(&fixture), 0);
        changing_clear(&fixture);
    }
}

/* ---- refused before anything is touched --------------------------------------------------------
 */

static const struct {
    const char *name, *profile;
    const char *rules[3];
    AmrErrorCode code;
} refused[] = {
    {"granted", "demo", {"/etc/demo.conf r,"}, AMR_ERROR_GRANTED_ALREADY},
    {"all granted", "demo", {"/etc/demo.conf r,", "/usr/bin/demo r,"}, AMR_ERROR_GRANTED_ALREADY},
    {"denied", "demo", {"/etc/ok r,", "/etc/secret r,"}, AMR_ERROR_EXPLICIT_DENY},
    {"no rule at all", "demo", {"blah blah,"}, AMR_ERROR_RULE_REJECTED},
    {"conflict", "demo", {"/usr/bin/z ix,", "/usr/bin/z px,"}, AMR_ERROR_RULE_REJECTED},
};

static void
test_refused(void **state)
{
    Changing fixture;
    changing_init(&fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrPlan) plan =
            changing_plan(&fixture, refused[i].profile, refused[i].rules, FALSE, &error);
        print_message("# %s\n", refused[i].name);
        assert_no_error(error);
        assert_null(changing_run(&fixture, plan, &error));
        assert_error(error, AMR_ERROR, refused[i].code);
        assert_false(changing_exists(&fixture, LOCAL));
        assert_int_equal(amr_history_count(fixture.history), 0);
        assert_int_equal(kernel_size(&fixture), 0);
    }
    changing_clear(&fixture);
}

static void
test_partly_granted(void **state)
{
    static const char *const rules[] = {"/etc/demo.conf r,", "/etc/new r,", NULL};
    Changing fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) notes = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = changing_plan(&fixture, "demo", rules, FALSE, &error);
    assert_no_error(error);
    amr_executor_check_async(fixture.executor, plan, fixture.index, NULL, NULL, NULL, test_result,
                             &result);
    test_wait_result(&result);
    assert_true(amr_executor_check_finish(fixture.executor, result, &notes, &error));
    assert_true(changing_has_note(notes, "/etc/demo.conf r,"));
    assert_false(changing_exists(&fixture, LOCAL));
    changing_clear(&fixture);
}

static void
test_read_only(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "demo", "/etc/new r,");
    changing_reopen(&fixture, TRUE);
    assert_null(changing_run(&fixture, plan, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_READ_ONLY);
    assert_false(changing_exists(&fixture, LOCAL));
    assert_false(changing_exists(&fixture, "var"));
    changing_clear(&fixture);
}

static void
test_cancelled(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GAsyncResult) result = NULL;
    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "demo", "/etc/new r,");
    amr_executor_run_async(fixture.executor, plan, fixture.index, NULL, NULL, NULL, cancellable,
                           test_result, &result);
    g_cancellable_cancel(cancellable);
    test_wait_result(&result);
    assert_null(amr_executor_run_finish(fixture.executor, result, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    assert_false(changing_exists(&fixture, LOCAL));
    changing_clear(&fixture);
}

static void
test_busy(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "demo", "/etc/new r,");
    amr_autofd int lock = amr_history_lock(fixture.history, &error);
    assert_no_error(error);
    assert_null(changing_run(&fixture, plan, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_BUSY);
    assert_false(changing_exists(&fixture, LOCAL));
    changing_clear(&fixture);
}

static const struct {
    const char *name, *file, *text;
} changed[] = {
    {"the local file", LOCAL, "/mine r,\n"},
    {"the profile", POLICY "usr.bin.demo", "profile demo {\n}\n"},
};

static void
test_changed(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(changed); i++) {
        Changing fixture;
        g_autoptr(GError) error = NULL;
        changing_init(&fixture);
        g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "demo", "/etc/new r,");
        print_message("# %s\n", changed[i].name);
        test_write(fixture.dir, changed[i].file, changed[i].text);
        assert_null(changing_run(&fixture, plan, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
        changing_assert_text(&fixture, changed[i].file, changed[i].text);
        assert_int_equal(amr_history_count(fixture.history), 0);
        changing_clear(&fixture);
    }
}

/* ---- failures after the intent ------------------------------------------------------------------
 */

/* Something happens when the executor comes to a step. */
typedef struct {
    Changing *fixture;
    AmrStep step;
    const char *what;
    void (*act)(Changing *fixture);
    gboolean done;
} Trap;

static void
on_progress(AmrStep step, const char *what, gpointer data)
{
    Trap *trap = data;
    if (step != trap->step || trap->done || (trap->what && strcmp(trap->what, what) != 0))
        return;
    trap->done = TRUE;
    trap->act(trap->fixture);
}

static AmrOutcome *
run_trapped(Changing *fixture, const AmrPlan *plan, Trap *trap, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    trap->fixture = fixture;
    amr_executor_run_async(fixture->executor, plan, fixture->index, NULL, on_progress, trap, NULL,
                           test_result, &result);
    test_wait_result(&result);
    assert_true(trap->done);
    return amr_executor_run_finish(fixture->executor, result, error);
}

/* The kernel does not take it: a file that may not be opened, root or not. */
static void
break_kernel(Changing *fixture)
{
    g_autofree char *path = g_build_filename(fixture->dir, KERNEL ".replace", NULL);
    assert_int_equal(g_remove(path), 0);
    assert_int_equal(g_mkdir(path, 0755), 0);
}

/* And it works again when things are put back. */
static void
mend_kernel(Changing *fixture)
{
    g_autofree char *path = g_build_filename(fixture->dir, KERNEL ".replace", NULL);
    (void)g_rmdir(path);
    test_write(fixture->dir, KERNEL ".replace", "");
}

static void
break_then_mend(AmrStep step, const char *what, gpointer data)
{
    if (step == AMR_STEP_LOAD)
        break_kernel(data);
    else if (step == AMR_STEP_RESTORE && what[0] == '\0')
        mend_kernel(data);
}

static void
test_load_fails(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "demo", "/etc/new r,");
    amr_executor_run_async(fixture.executor, plan, fixture.index, NULL, break_then_mend, &fixture,
                           NULL, test_result, &result);
    test_wait_result(&result);
    assert_null(amr_executor_run_finish(fixture.executor, result, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_RELOAD);
    assert_false(changing_exists(&fixture, LOCAL));
    assert_int_equal(last(&fixture)->state, AMR_CHANGE_STATE_ROLLED_BACK);
    assert_non_null(last(&fixture)->message);
    assert_true(kernel_size(&fixture) > 0);
    changing_clear(&fixture);
}

/* As if one profile of the file had come into the kernel before the load failed. */
static void
half_load(AmrStep step, const char *what, gpointer data)
{
    Changing *fixture = data;
    g_autofree char *more = g_strconcat(changing_profiles, "pair b* (enforce)\n", NULL);

    break_then_mend(step, what, data);
    if (step == AMR_STEP_LOAD)
        test_write(fixture->dir, KERNEL "profiles", more);
}

/* A profile that was not in the kernel before is taken out again. */
static void
test_removes_new(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "pair-a", "/etc/new r,");
    amr_executor_run_async(fixture.executor, plan, fixture.index, NULL, half_load, &fixture, NULL,
                           test_result, &result);
    test_wait_result(&result);
    assert_null(amr_executor_run_finish(fixture.executor, result, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_RELOAD);
    g_autofree char *removed = test_read(fixture.dir, KERNEL ".remove");
    /* For an ordinary user, whose compiler loads nothing, there is nothing to take out. */
    assert_string_equal(removed, geteuid() == 0 ? "pair b*" : "");
    assert_int_equal(last(&fixture)->state, AMR_CHANGE_STATE_ROLLED_BACK);
    changing_clear(&fixture);
}

/* The kernel stays broken: the bytes are put back, what is loaded cannot be. */
static void
test_restore_fails(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    Trap trap = {.step = AMR_STEP_LOAD, .act = break_kernel};
    changing_init(&fixture);
    test_write(fixture.dir, LOCAL, "/old r,\n");
    changing_reopen(&fixture, FALSE);
    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "demo", "/etc/new r,");
    assert_null(run_trapped(&fixture, plan, &trap, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_PARTLY);
    changing_assert_text(&fixture, LOCAL, "/old r,\n");
    assert_int_equal(last(&fixture)->state, AMR_CHANGE_STATE_PARTLY);
    changing_clear(&fixture);
}

static void
edit_and_break(Changing *fixture)
{
    test_write(fixture->dir, LOCAL, "/somebody r,\n");
    break_kernel(fixture);
}

/* Somebody edits the file before it is put back: his bytes stay. */
static void
test_restore_leaves_edits(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    Trap trap = {.step = AMR_STEP_LOAD, .act = edit_and_break};
    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "demo", "/etc/new r,");
    assert_null(run_trapped(&fixture, plan, &trap, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_PARTLY);
    assert_non_null(strstr(error->message, "local/usr.bin.demo"));
    changing_assert_text(&fixture, LOCAL, "/somebody r,\n");
    changing_clear(&fixture);
}

static void
edit_bare(Changing *fixture)
{
    test_write(fixture->dir, POLICY "bare", "profile bare {\n}\n# mine\n");
}

/* The second of two files changes just before it is written: the first is taken back. */
static void
test_second_write_fails(void **state)
{
    static const char *const rules[] = {"/etc/new r,", NULL};
    Changing fixture;
    g_autoptr(GError) error = NULL;
    Trap trap = {.step = AMR_STEP_WRITE, .what = "bare", .act = edit_bare};
    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = changing_plan(&fixture, "bare", rules, TRUE, &error);
    assert_no_error(error);
    assert_null(run_trapped(&fixture, plan, &trap, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    assert_false(changing_exists(&fixture, POLICY "local/bare"));
    changing_assert_text(&fixture, POLICY "bare", "profile bare {\n}\n# mine\n");
    assert_int_equal(last(&fixture)->state, AMR_CHANGE_STATE_ROLLED_BACK);
    assert_int_equal(kernel_size(&fixture), 0);
    changing_clear(&fixture);
}

/* ---- after a crash ------------------------------------------------------------------------------
 */

typedef enum {
    BEFORE,
    AFTER,
    OTHER
} Holds;

static const struct {
    const char *name;
    Holds local, bare; /* the two files of the dead change */
    gboolean written;  /* its state in the history */
    AmrChangeState want;
    gboolean loads;
} crashes[] = {
    {"before the first write", BEFORE, BEFORE, FALSE, AMR_CHANGE_STATE_DISCARDED, FALSE},
    {"between the writes", AFTER, BEFORE, FALSE, AMR_CHANGE_STATE_LOADED, TRUE},
    {"after the writes", AFTER, AFTER, FALSE, AMR_CHANGE_STATE_LOADED, TRUE},
    {"before the load", AFTER, AFTER, TRUE, AMR_CHANGE_STATE_LOADED, TRUE},
    {"while it was put back", BEFORE, BEFORE, TRUE, AMR_CHANGE_STATE_ROLLED_BACK, TRUE},
    {"one was edited", OTHER, AFTER, TRUE, AMR_CHANGE_STATE_PARTLY, FALSE},
    {"the other was edited", BEFORE, OTHER, FALSE, AMR_CHANGE_STATE_PARTLY, FALSE},
};

static void
put(const Changing *fixture, const AmrPlanFile *file, Holds holds)
{
    g_autofree char *name = g_strconcat(POLICY, file->path, NULL);
    GBytes *bytes = holds == AFTER ? file->after : file->before;
    if (holds == OTHER)
        test_write(fixture->dir, name, "# edited\nprofile bare {\n}\n");
    else if (bytes) {
        g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
        test_write(fixture->dir, name, text);
    }
}

static void
assert_holds(const Changing *fixture, const AmrPlanFile *file, Holds holds)
{
    g_autofree char *name = g_strconcat(POLICY, file->path, NULL);
    GBytes *bytes = holds == AFTER ? file->after : file->before;
    if (holds == OTHER) {
        changing_assert_text(fixture, name, "# edited\nprofile bare {\n}\n");
    } else if (!bytes) {
        assert_false(changing_exists(fixture, name));
    } else {
        g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
        changing_assert_text(fixture, name, text);
    }
}

static void
check_crash(gsize n)
{
    static const char *const rules[] = {"/etc/new r,", NULL};
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    g_autoptr(AmrPlan) dead = changing_plan(&fixture, "bare", rules, TRUE, &error);
    const AmrPlanFile *local = dead->files->pdata[0];
    const AmrPlanFile *bare = dead->files->pdata[1];
    int lock = amr_history_lock(fixture.history, &error);
    assert_true(amr_history_intent(fixture.history, dead, &error));
    if (crashes[n].written)
        assert_true(
            amr_history_state(fixture.history, dead->id, AMR_CHANGE_STATE_WRITTEN, NULL, &error));
    amr_fs_close_fd(&lock);
    put(&fixture, local, crashes[n].local);
    put(&fixture, bare, crashes[n].bare);
    test_write(fixture.dir, POLICY ".armorer-0123456789abcdef", "left by the crash");
    changing_reopen(&fixture, FALSE);

    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "idle", "/etc/other r,");
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
    assert_no_error(error);
    assert_int_equal(outcome->state, AMR_CHANGE_STATE_NOT_LOADED);
    assert_true(changing_has_note(outcome->notes, dead->id));
    const AmrChange *change = amr_history_find(fixture.history, dead->id);
    assert_string_equal(amr_change_state_word(change->state),
                        amr_change_state_word(crashes[n].want));
    gboolean finished = crashes[n].want == AMR_CHANGE_STATE_LOADED;
    assert_holds(&fixture, local, finished ? AFTER : crashes[n].local);
    assert_holds(&fixture, bare, finished ? AFTER : crashes[n].bare);
    assert_int_equal(kernel_size(&fixture) > 0, crashes[n].loads);
    assert_false(changing_exists(&fixture, POLICY ".armorer-0123456789abcdef"));
    changing_clear(&fixture);
}

static void
test_crashes(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(crashes); i++) {
        print_message("# %s\n", crashes[i].name);
        check_crash(i);
    }
}

/* The saved plan of a dead change is damaged: it is told, and what comes after goes on. */
static void
test_crash_damaged(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    g_autoptr(AmrPlan) dead = changing_plan_one(&fixture, "demo", "/etc/new r,");
    int lock = amr_history_lock(fixture.history, &error);
    assert_true(amr_history_intent(fixture.history, dead, &error));
    amr_fs_close_fd(&lock);
    g_autofree char *name = g_strdup_printf("var/lib/armorer/changes/%s/plan", dead->id);
    test_write(fixture.dir, name, "torn");
    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "idle", "/etc/other r,");
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
    assert_no_error(error);
    assert_non_null(outcome);
    assert_int_equal(amr_history_find(fixture.history, dead->id)->state, AMR_CHANGE_STATE_PARTLY);
    changing_clear(&fixture);
}

/* The armorer died after its load had brought a profile into the kernel that was not there; the
 * one that recovers cannot load, puts everything back and takes the profile out: unless the kernel
 * has been started anew since, and loaded what it found. */
static const struct {
    const char *name, *boot;
    gboolean known, removed;
} brought[] = {
    {"the same boot", "one\n", TRUE, TRUE},
    {"another boot", "two\n", TRUE, FALSE},
    {"died before it had saved that", "one\n", FALSE, FALSE},
};

static void
check_brought(gsize n)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GPtrArray) held =
        g_ptr_array_new_with_free_func((GDestroyNotify)amr_history_held_free);
    g_autofree char *now = g_strconcat(changing_profiles, "pair b* (enforce)\n", NULL);
    changing_init(&fixture);
    test_write(fixture.dir, "proc/sys/kernel/random/boot_id", "one\n");
    changing_reopen(&fixture, FALSE);
    g_autoptr(AmrPlan) dead = changing_plan_one(&fixture, "pair-a", "/etc/new r,");
    const AmrPlanFile *file = dead->files->pdata[0];
    int lock = amr_history_lock(fixture.history, &error);
    assert_true(amr_history_intent(fixture.history, dead, &error));
    g_ptr_array_add(held, amr_history_held_new("pair-a", "enforce"));
    g_ptr_array_add(held, amr_history_held_new("pair b*", NULL));
    if (brought[n].known)
        assert_true(amr_history_save_held(fixture.history, dead->id, held, &error));
    assert_true(
        amr_history_state(fixture.history, dead->id, AMR_CHANGE_STATE_WRITTEN, NULL, &error));
    amr_fs_close_fd(&lock);
    put(&fixture, file, AFTER);
    test_write(fixture.dir, KERNEL "profiles", now);
    test_write(fixture.dir, "proc/sys/kernel/random/boot_id", brought[n].boot);
    changing_reopen(&fixture, FALSE);

    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "idle", "/etc/other r,");
    amr_executor_run_async(fixture.executor, plan, fixture.index, NULL, break_then_mend, &fixture,
                           NULL, test_result, &result);
    test_wait_result(&result);
    g_autoptr(AmrOutcome) outcome = amr_executor_run_finish(fixture.executor, result, &error);
    assert_no_error(error);
    assert_non_null(outcome);
    assert_int_equal(amr_history_find(fixture.history, dead->id)->state,
                     AMR_CHANGE_STATE_ROLLED_BACK);
    assert_holds(&fixture, file, BEFORE);
    g_autofree char *removed = test_read(fixture.dir, KERNEL ".remove");
    assert_string_equal(removed, brought[n].removed && geteuid() == 0 ? "pair b*" : "");
    changing_clear(&fixture);
}

static void
test_brought(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(brought); i++) {
        print_message("# %s\n", brought[i].name);
        check_brought(i);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_apply_undo),
        cmocka_unit_test(test_undo_twice),
        cmocka_unit_test(test_add_include),
        cmocka_unit_test(test_not_loaded),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_partly_granted),
        cmocka_unit_test(test_read_only),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_busy),
        cmocka_unit_test(test_changed),
        cmocka_unit_test(test_load_fails),
        cmocka_unit_test(test_removes_new),
        cmocka_unit_test(test_restore_fails),
        cmocka_unit_test(test_restore_leaves_edits),
        cmocka_unit_test(test_second_write_fails),
        cmocka_unit_test(test_crashes),
        cmocka_unit_test(test_crash_damaged),
        cmocka_unit_test(test_brought),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
