/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/changing.h"

#include <string.h>

static const char *const one[] = {"/etc/new r,", NULL};

static gboolean
holds(const GPtrArray *lines, const char *part)
{
    for (guint i = 0; i < lines->len; i++) {
        if (strstr(lines->pdata[i], part))
            return TRUE;
    }
    return FALSE;
}

static const AmrPlanLoad *
load_of(const AmrPlan *plan, const char *path)
{
    for (guint i = 0; i < plan->loads->len; i++) {
        const AmrPlanLoad *load = plan->loads->pdata[i];
        if (strcmp(load->path, path) == 0)
            return load;
    }
    return NULL;
}

static void
assert_bytes(GBytes *bytes, const char *want)
{
    g_autofree char *got = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    assert_string_equal(got, want);
}

/* ---- add ---------------------------------------------------------------------------------------
 */

static const struct {
    const char *name, *profile;
    const char *local, *load; /* NULL: an error */
    gboolean add_include, loaded, complain, disabled;
    const char *note;
    AmrErrorCode code;
    const char *beside;
} adds[] = {
    {"by name", "demo", "local/usr.bin.demo", "usr.bin.demo", FALSE, TRUE, FALSE, FALSE, NULL, 0},
    {"by file", "usr.bin.demo", "local/usr.bin.demo", "usr.bin.demo", FALSE, TRUE, FALSE, FALSE,
     NULL, 0},
    {"shared", "twin-a", "local/twins", "twins", FALSE, TRUE, FALSE, FALSE, "twin-b", 0},
    {"complain in the kernel", "soft", "local/soft", "soft", FALSE, TRUE, TRUE, FALSE,
     "complain mode in the kernel only", 0},
    {"partly loaded", "pair-a", "local/pair", "pair", FALSE, TRUE, FALSE, FALSE, NULL, 0,
     "not loaded now (\"pair b*\")"},
    {"idle", "idle", "local/idle", "idle", FALSE, FALSE, FALSE, FALSE, "not loaded", 0},
    {"disabled", "off", "local/off", "off", FALSE, FALSE, FALSE, TRUE, "disabled", 0},
    {"no include", "bare", NULL, NULL, FALSE, 0, 0, 0, NULL, AMR_ERROR_NO_LOCAL_INCLUDE},
    {"an include", "bare", "local/bare", "bare", TRUE, TRUE, FALSE, FALSE, NULL, 0},
    {"an include in a child", "demo//child", "local/usr.bin.demo.demo.child", "usr.bin.demo", TRUE,
     TRUE, FALSE, FALSE, NULL, 0},
    {"unknown", "nobody", NULL, NULL, FALSE, 0, 0, 0, NULL, AMR_ERROR_NOT_FOUND},
    {"in the kernel only", "ghost", NULL, NULL, FALSE, 0, 0, 0, NULL, AMR_ERROR_NO_FILE},
    {"catch-all", "unconfined", NULL, NULL, FALSE, 0, 0, 0, NULL, AMR_ERROR_REFUSED},
    {"null profile", "demo//null-/usr/bin/x", NULL, NULL, FALSE, 0, 0, 0, NULL, AMR_ERROR_REFUSED},
    {"absolute include", "out", NULL, NULL, FALSE, 0, 0, 0, NULL, AMR_ERROR_NO_LOCAL_INCLUDE},
};

static void
test_add(void **state)
{
    Changing fixture;
    changing_init(&fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(adds); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrPlan) plan =
            changing_plan(&fixture, adds[i].profile, one, adds[i].add_include, &error);
        const AmrPlanPart *part;
        const AmrPlanLoad *load;

        print_message("# %s\n", adds[i].name);
        if (!adds[i].local) {
            assert_null(plan);
            assert_error(error, AMR_ERROR, adds[i].code);
            continue;
        }
        assert_no_error(error);
        part = plan->parts->pdata[0];
        assert_string_equal(part->local, adds[i].local);
        assert_non_null(amr_plan_find_file(plan, adds[i].local));
        load = load_of(plan, adds[i].load);
        assert_non_null(load);
        assert_int_equal(load->loaded, adds[i].loaded);
        assert_int_equal(load->complain && load->complain[0], adds[i].complain);
        assert_int_equal(load->disabled, adds[i].disabled);
        assert_int_equal(plan->loads->len, 1);
        if (adds[i].note)
            assert_true(holds(plan->notes, adds[i].note));
        if (adds[i].beside)
            assert_true(holds(plan->besides, adds[i].beside));
        else
            assert_int_equal(plan->besides->len, 0);
        assert_true(plan->digests->len >= 4);
    }
    changing_clear(&fixture);
}

static void
test_standing_already(void **state)
{
    static const char *const rules[] = {"/etc/a r,", "/etc/b r,", NULL};
    static const char *const standing[] = {"/etc/a r,", NULL};
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    test_write(fixture.dir, POLICY "local/usr.bin.demo", "  /etc/a r,");
    changing_reopen(&fixture, FALSE);
    g_autoptr(AmrPlan) plan = changing_plan(&fixture, "demo", rules, FALSE, &error);
    assert_no_error(error);
    assert_int_equal(((AmrPlanPart *)plan->parts->pdata[0])->rules->len, 1);
    assert_true(holds(plan->notes, "/etc/a r,"));
    assert_null(changing_plan(&fixture, "demo", standing, FALSE, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_NOTHING_TO_DO);
    changing_clear(&fixture);
}

/* Two profiles that share a local file, and a third: one change, one block a file. */
static void
test_several(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    changing_init(&fixture);
    AmrPlanContext context = changing_context(&fixture, FALSE);
    g_ptr_array_add(rules, amr_rule_read("/etc/a r,", &error));
    AmrPlanRequest requests[] = {{"twin-a", rules}, {"twin-b", rules}, {"demo", rules}};
    g_autoptr(AmrPlan) plan = amr_plan_add(&context, requests, 3, FALSE, &error);
    assert_no_error(error);
    assert_int_equal(plan->parts->len, 3);
    assert_int_equal(plan->files->len, 2);
    assert_bytes(amr_plan_find_file(plan, "local/twins")->after, "/etc/a r,\n");
    changing_clear(&fixture);
}

/* What is no plain file is no local file. */
static void
test_odd_local(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    test_write(fixture.dir, POLICY "local/usr.bin.demo/inside", "");
    assert_null(changing_plan(&fixture, "demo", one, FALSE, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
    changing_clear(&fixture);
}

/* ---- undo --------------------------------------------------------------------------------------
 */

static const struct {
    const char *name, *before, *tail;
    const char *want; /* after undo, with tail; NULL: changed underneath */
} undos[] = {
    {"as it was", "/old r,", "", "/old r,"},
    {"written since", "/old r,\n", "/later r,\n", "/old r,\n/later r,\n"},
    {"a new file", NULL, "", ""},
    {"a new file, written since", NULL, "# x\n", "# x\n"},
};

static void
test_undo(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(undos); i++) {
        Changing fixture;
        g_autoptr(GError) error = NULL;
        changing_init(&fixture);
        print_message("# %s\n", undos[i].name);
        if (undos[i].before)
            test_write(fixture.dir, POLICY "local/usr.bin.demo", undos[i].before);
        changing_reopen(&fixture, FALSE);
        g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "demo", "/etc/new r,");
        GBytes *after = amr_plan_find_file(plan, "local/usr.bin.demo")->after;
        g_autofree char *now =
            g_strdup_printf("%.*s%s", (int)g_bytes_get_size(after),
                            (const char *)g_bytes_get_data(after, NULL), undos[i].tail);
        test_write(fixture.dir, POLICY "local/usr.bin.demo", now);
        changing_reopen(&fixture, FALSE);
        AmrPlanContext context = changing_context(&fixture, TRUE);
        g_autoptr(AmrPlan) undo = amr_plan_undo(&context, plan, &error);
        assert_no_error(error);
        assert_string_equal(undo->undoes, plan->id);
        assert_bytes(amr_plan_find_file(undo, "local/usr.bin.demo")->after, undos[i].want);
        assert_non_null(load_of(undo, "usr.bin.demo"));
        assert_null(amr_plan_undo(&context, undo, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
        changing_clear(&fixture);
    }
}

static void
test_undo_gone(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "demo", "/etc/new r,");
    AmrPlanContext context = changing_context(&fixture, TRUE);
    assert_null(amr_plan_undo(&context, plan, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    g_clear_error(&error);
    test_write(fixture.dir, POLICY "local/usr.bin.demo", "/etc/new rw,\n");
    assert_null(amr_plan_undo(&context, plan, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    assert_non_null(strstr(error->message, "/etc/new r,"));
    changing_clear(&fixture);
}

/* The include that a change added serves rules that were written since: it stays. */
static void
test_undo_include(void **state)
{
    static const char *const tails[] = {"", "/later r,\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(tails); i++) {
        Changing fixture;
        g_autoptr(GError) error = NULL;
        changing_init(&fixture);
        g_autoptr(AmrPlan) plan = changing_plan(&fixture, "bare", one, TRUE, &error);
        assert_no_error(error);
        for (guint k = 0; k < plan->files->len; k++) {
            const AmrPlanFile *file = plan->files->pdata[k];
            g_autofree char *name = g_strconcat(POLICY, file->path, NULL);
            g_autofree char *text =
                g_strdup_printf("%.*s%s", (int)g_bytes_get_size(file->after),
                                (const char *)g_bytes_get_data(file->after, NULL),
                                k == 0 ? tails[i] : "");
            test_write(fixture.dir, name, text);
        }
        changing_reopen(&fixture, FALSE);
        AmrPlanContext context = changing_context(&fixture, TRUE);
        g_autoptr(AmrPlan) undo = amr_plan_undo(&context, plan, &error);
        assert_no_error(error);
        assert_bytes(amr_plan_find_file(undo, "local/bare")->after, tails[i]);
        if (tails[i][0]) {
            assert_null(amr_plan_find_file(undo, "bare"));
            assert_true(holds(undo->notes, "stays"));
        } else {
            assert_string_equal(((AmrPlanFile *)undo->files->pdata[0])->path, "bare");
        }
        changing_clear(&fixture);
    }
}

/* ---- the message -------------------------------------------------------------------------------
 */

static void
test_variant(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = changing_plan(&fixture, "bare", one, TRUE, &error);
    g_free(((AmrPlanPart *)plan->parts->pdata[0])->profile);
    ((AmrPlanPart *)plan->parts->pdata[0])->profile = g_strdup("bare \xff\n");
    g_autoptr(GVariant) there = g_variant_ref_sink(amr_plan_to_variant(plan));
    g_autoptr(AmrPlan) back = amr_plan_from_variant(there, &error);
    assert_no_error(error);
    g_autoptr(GVariant) again = g_variant_ref_sink(amr_plan_to_variant(back));
    assert_true(g_variant_equal(there, again));
    assert_string_equal(((AmrPlanPart *)back->parts->pdata[0])->profile, "bare \xff\n");
    assert_null(amr_plan_find_file(back, "local/bare")->before);
    changing_clear(&fixture);
}

/* As an armorer wrote it that knew of no end, and before that of no rules that stand already. */
static GBytes *
older(GVariant *plan, gboolean early)
{
    GVariant *fields[10];
    GVariantBuilder parts;

    g_variant_builder_init(&parts, G_VARIANT_TYPE("a(ayayayaayaay)"));
    for (gsize i = 1; i < G_N_ELEMENTS(fields); i++)
        fields[i] = g_variant_get_child_value(plan, i);
    for (gsize i = 0; early && i < g_variant_n_children(fields[5]); i++) {
        g_autoptr(GVariant) part = g_variant_get_child_value(fields[5], i);
        g_variant_builder_open(&parts, G_VARIANT_TYPE("(ayayayaayaay)"));
        for (gsize k = 0; k < 5; k++) {
            g_autoptr(GVariant) field = g_variant_get_child_value(part, k);
            g_variant_builder_add_value(&parts, field);
        }
        g_variant_builder_close(&parts);
    }
    fields[0] = g_variant_ref_sink(g_variant_new_uint32(2));
    g_autoptr(GVariant) old_parts = g_variant_ref_sink(g_variant_builder_end(&parts));
    GVariant *all[G_N_ELEMENTS(fields)];
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        all[i] = early && i == 5 ? old_parts : fields[i];
    g_autoptr(GVariant) tuple = g_variant_ref_sink(g_variant_new_tuple(all, G_N_ELEMENTS(all)));
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        g_variant_unref(fields[i]);
    return g_variant_get_data_as_bytes(tuple);
}

/* A history outlives the armorer that wrote it. */
static void
test_older(void **state)
{
    for (guint early = 0; early < 2; early++) {
        Changing fixture;
        g_autoptr(GError) error = NULL;
        changing_init(&fixture);
        g_autoptr(AmrPlan) plan = changing_plan(&fixture, "bare", one, TRUE, &error);
        g_autoptr(GVariant) there = g_variant_ref_sink(amr_plan_to_variant(plan));
        g_autoptr(GBytes) bytes = older(there, early);
        g_autoptr(GVariant) read = amr_plan_variant_of_bytes(bytes);
        g_autoptr(AmrPlan) back = amr_plan_from_variant(read, &error);
        assert_no_error(error);
        assert_non_null(back);
        assert_true(g_variant_equal(read, there));
        /* As it is, and torn anywhere: never more than it was. */
        g_autoptr(GBytes) now = g_variant_get_data_as_bytes(there);
        g_autoptr(GVariant) same = amr_plan_variant_of_bytes(now);
        assert_true(g_variant_equal(same, there));
        gsize size;
        const guint8 *data = g_bytes_get_data(bytes, &size);
        for (gsize len = 0; len < size; len += 3) {
            g_autoptr(GBytes) part = g_bytes_new(data, len);
            g_autoptr(GVariant) torn = amr_plan_variant_of_bytes(part);
            g_autoptr(AmrPlan) none = amr_plan_from_variant(torn, NULL);
            if (none)
                fail_msg("%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, len, size);
        }
        changing_clear(&fixture);
    }
}

/* Plans that the first armorer wrote, of each change that it left. */
static void
test_first(void **state)
{
    g_autofree char *dir =
        g_build_filename(g_getenv("ARMORER_TEST_DATA"), "history-1/state/changes", NULL);
    g_autoptr(GDir) changes = g_dir_open(dir, 0, NULL);
    const char *id;
    guint complains = 0, n = 0;

    assert_non_null(changes);
    for (; (id = g_dir_read_name(changes)); n++) {
        g_autofree char *path = g_build_filename(dir, id, "plan", NULL);
        g_autofree char *data = NULL;
        g_autoptr(GError) error = NULL;
        gsize size;
        assert_true(g_file_get_contents(path, &data, &size, NULL));
        for (gsize len = 0; len <= size; len++) {
            g_autoptr(GBytes) bytes = g_bytes_new(data, len);
            g_autoptr(GVariant) read = amr_plan_variant_of_bytes(bytes);
            g_autoptr(AmrPlan) plan = amr_plan_from_variant(read, len < size ? NULL : &error);
            if (!plan != (len < size))
                fail_msg("%s: %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, id, len, size);
            if (!plan)
                continue;
            assert_string_equal(plan->id, id);
            assert_true(plan->parts->len == 1 && plan->files->len >= 1 && plan->loads->len >= 1);
            const AmrPlanLoad *load = plan->loads->pdata[0];
            complains += g_strv_length(load->complain);
            assert_true(!load->complain[0] || g_strv_equal((const char *const *)load->complain,
                                                           (const char *const *)load->profiles));
        }
        assert_no_error(error);
    }
    assert_int_equal(n, 5);
    assert_int_equal(complains, 2); /* a profile and its hat */
}

static void
break_path(AmrPlan *plan, const char *path)
{
    AmrPlanFile *file = plan->files->pdata[0];
    AmrPlanPart *part = plan->parts->pdata[0];
    g_free(file->path);
    g_free(part->local);
    file->path = g_strdup(path);
    part->local = g_strdup(path);
}

static void
break_file(AmrPlan *plan, const char *path)
{
    AmrPlanFile *file = plan->files->pdata[0];
    g_free(file->path);
    file->path = g_strdup(path);
}

static void
break_id(AmrPlan *plan, const char *id)
{
    g_free(plan->id);
    plan->id = g_strdup(id);
}

static void
break_rule(AmrPlan *plan, const char *text)
{
    AmrPlanPart *part = plan->parts->pdata[0];
    AmrRule *rule = amr_rule_new(AMR_RULE_OPAQUE);
    rule->opaque.text = g_strdup(text);
    g_ptr_array_add(part->rules, rule);
}

static void
break_size(AmrPlan *plan, const char *unused)
{
    AmrPlanFile *file = plan->files->pdata[0];
    gsize len = AMR_FS_POLICY_MAX + 1;
    g_bytes_unref(file->after);
    file->after = g_bytes_new_take(g_malloc0(len), len);
}

static void
break_load(AmrPlan *plan, const char *path)
{
    AmrPlanLoad *load = plan->loads->pdata[0];
    g_free(load->path);
    load->path = g_strdup(path);
}

static void
break_digests(AmrPlan *plan, const char *path)
{
    g_ptr_array_add(plan->digests, g_strdup(path));
}

static void
break_removal(AmrPlan *plan, const char *unused)
{
    AmrPlanFile *file = plan->files->pdata[0];
    g_clear_pointer(&file->after, g_bytes_unref);
}

static const struct {
    const char *name;
    void (*spoil)(AmrPlan *plan, const char *how);
    const char *how;
} broken[] = {
    {"absolute path", break_path, "/etc/passwd"},
    {"path out of the policy", break_path, "local/../../passwd"},
    {"path not plain", break_path, "local//x"},
    {"no path", break_path, ""},
    {"a file of no part", break_file, "usr.bin.demo"},
    {"id", break_id, "../../etc"},
    {"short id", break_id, "0123"},
    {"two rules", break_rule, "/x r, /y r,"},
    {"closing the block", break_rule, "/x rw, } profile evil { /** rw,"},
    {"a comment", break_rule, "/x r, # yes"},
    {"size", break_size, NULL},
    {"load outside", break_load, "../x"},
    {"odd digests", break_digests, "x"},
    {"removal", break_removal, NULL},
};

static void
test_variant_refused(void **state)
{
    Changing fixture;
    changing_init(&fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "demo", "/etc/new r,");
        broken[i].spoil(plan, broken[i].how);
        g_autoptr(GVariant) variant = g_variant_ref_sink(amr_plan_to_variant(plan));
        print_message("# %s\n", broken[i].name);
        assert_null(amr_plan_from_variant(variant, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
    }
    changing_clear(&fixture);
}

/* ---- the diff ----------------------------------------------------------------------------------
 */

static const struct {
    const char *name, *before, *after, *want;
} diffs[] = {
    {"new", NULL, "a\nb\n", "--- /dev/null\n+++ f\n@@ -0,0 +1,2 @@\n+a\n+b\n"},
    {"emptied", "a\n", "", "--- f\n+++ f\n@@ -1,1 +0,0 @@\n-a\n"},
    {"appended", "1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n6\n",
     "--- f\n+++ f\n@@ -3,3 +3,4 @@\n 3\n 4\n 5\n+6\n"},
    {"no newline", "a", "a\nb\n",
     "--- f\n+++ f\n@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n"},
    {"two hunks", "a\n1\n2\n3\n4\n5\n6\n7\n8\nz\n", "1\n2\n3\n4\n5\n6\n7\n8\ny\n",
     "--- f\n+++ f\n@@ -1,4 +1,3 @@\n-a\n 1\n 2\n 3\n@@ -7,4 +6,4 @@\n 6\n 7\n 8\n-z\n+y\n"},
    {"one hunk of two near", "a\n1\n2\n3\n4\n5\n6\nz\n", "1\n2\n3\n4\n5\n6\n",
     "--- f\n+++ f\n@@ -1,8 +1,6 @@\n-a\n 1\n 2\n 3\n 4\n 5\n 6\n-z\n"},
    {"control bytes", "", "\x1b[2J\n", "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+\\e[2J\n"},
};

static void
test_diff(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(diffs); i++) {
        g_autoptr(AmrPlan) plan = amr_plan_new(AMR_PLAN_ADD, 0);
        const char *before = diffs[i].before;
        const char *after = diffs[i].after;
        amr_plan_add_file(plan, "f", before ? g_bytes_new(before, strlen(before)) : NULL,
                          g_bytes_new(after, strlen(after)));
        g_autofree char *got = amr_plan_diff(plan);
        print_message("# %s\n", diffs[i].name);
        assert_string_equal(got, diffs[i].want);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_standing_already),
        cmocka_unit_test(test_several),
        cmocka_unit_test(test_odd_local),
        cmocka_unit_test(test_undo),
        cmocka_unit_test(test_undo_gone),
        cmocka_unit_test(test_undo_include),
        cmocka_unit_test(test_variant),
        cmocka_unit_test(test_older),
        cmocka_unit_test(test_first),
        cmocka_unit_test(test_variant_refused),
        cmocka_unit_test(test_diff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
