/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/changing.h"

#include <string.h>

#define NOON (G_GINT64_CONSTANT(1795348800) * G_USEC_PER_SEC) /* 2026-11-22T12:00:00Z */

/* set_load: 3.0.8 dies without it when it unloads. */
static const char features[] =
    "caps {mask {chown dac_override dac_read_search setuid setgid\n}\n}\n"
    "file {mask {create read write exec append mmap_exec link lock\n}\n}\n"
    "domain {change_hat {yes\n}\n}\n"
    "policy {set_load {yes\n}\nversions {v7 {yes\n}\nv6 {yes\n}\nv5 {yes\n}\n}\n}\n";

const char *const changing_profiles = "demo (enforce)\n"
                                      "demo//child (enforce)\n"
                                      "bare (enforce)\n"
                                      "twin-a (enforce)\n"
                                      "twin-b (enforce)\n"
                                      "soft (complain)\n"
                                      "pair-a (enforce)\n"
                                      "ghost (enforce)\n";

static const char *const files[][2] = {
    {POLICY "usr.bin.demo", "profile demo /usr/bin/demo {\n"
                            "  /usr/bin/demo mr,\n"
                            "  /etc/demo.conf r,\n"
                            "  deny /etc/secret r,\n"
                            "\n"
                            "  profile child {\n"
                            "    /etc/child r,\n"
                            "  }\n"
                            "  include if exists <local/usr.bin.demo>\n"
                            "}\n"},
    {POLICY "bare", "profile bare {\n    /etc/bare r,\n}\n"},
    {POLICY "twins", "profile twin-a {\n  include if exists <local/twins>\n}\n"
                     "profile twin-b {\n  include if exists <local/twins>\n}\n"},
    {POLICY "pair", "profile pair-a {\n  include if exists <local/pair>\n}\n"
                    "profile \"pair b*\" {\n}\n"},
    {POLICY "soft", "profile soft {\n  include <local/soft>\n}\n"},
    {POLICY "idle", "profile idle {\n  include if exists <local/idle>\n}\n"},
    {POLICY "off", "profile off {\n  include if exists <local/off>\n}\n"},
    {POLICY "out", "profile out {\n  include if exists \"/etc/out.local\"\n}\n"},
    {POLICY "unconfined", "profile unconfined {\n  include if exists <local/unconfined>\n}\n"},
    {POLICY "disable/off", ""},
    {POLICY "local/soft", "# Site-specific additions\n"},
    {"features", features},
    {KERNEL ".load", ""},
    {KERNEL ".replace", ""},
    {KERNEL ".remove", ""},
};

static void
open_all(Changing *fixture, gboolean read_only)
{
    g_autofree char *file = g_build_filename(fixture->dir, "features", NULL);
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;

    fixture->clock = amr_clock_new_fixed(NOON);
    fixture->target = amr_target_new(&(AmrTargetOptions){.root = fixture->dir,
                                                         .features = file,
                                                         .parser = fixture->parser,
                                                         .read_only = read_only,
                                                         .clock = fixture->clock},
                                     &error);
    assert_no_error(error);
    assert_int_equal(amr_target_load_way(fixture->target), AMR_LOAD_DIR);
    fixture->opener = amr_opener_new(fixture->target);
    fixture->compiler = amr_compiler_new(fixture->target);
    amr_index_load_async(fixture->target, NULL, test_result, &result);
    test_wait_result(&result);
    fixture->index = amr_index_load_finish(result, &error);
    assert_no_error(error);
    fixture->loaded = amr_loaded_read(fixture->opener, &error);
    assert_no_error(error);
    fixture->history = amr_history_load(fixture->target, &error);
    assert_no_error(error);
    fixture->executor =
        amr_executor_new(fixture->target, fixture->opener, fixture->compiler, fixture->history);
}

static void
close_all(Changing *fixture)
{
    amr_executor_free(fixture->executor);
    amr_history_free(fixture->history);
    amr_loaded_free(fixture->loaded);
    amr_index_free(fixture->index);
    amr_compiler_free(fixture->compiler);
    amr_opener_free(fixture->opener);
    amr_target_free(fixture->target);
}

void
changing_init(Changing *fixture)
{
    fixture->dir = test_dir_new();
    fixture->parser = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        test_write(fixture->dir, files[i][0], files[i][1]);
    test_write(fixture->dir, KERNEL "profiles", changing_profiles);
    open_all(fixture, FALSE);
}

void
changing_reopen(Changing *fixture, gboolean read_only)
{
    close_all(fixture);
    open_all(fixture, read_only);
}

void
changing_clear(Changing *fixture)
{
    close_all(fixture);
    g_free(fixture->parser);
    test_dir_remove(fixture->dir);
}

gboolean
changing_exists(const Changing *fixture, const char *name)
{
    g_autofree char *path = g_build_filename(fixture->dir, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

void
changing_assert_text(const Changing *fixture, const char *name, const char *want)
{
    g_autofree char *got = test_read(fixture->dir, name);
    assert_string_equal(got, want);
}

AmrPlanContext
changing_context(const Changing *fixture, gboolean comments)
{
    return (AmrPlanContext){fixture->target, fixture->index, fixture->loaded, comments,
                            fixture->history};
}

AmrPlan *
changing_plan(const Changing *fixture, const char *profile, const char *const *rules,
              AmrPlanPlace place, GError **error)
{
    g_autoptr(GPtrArray) read = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    AmrPlanContext context = changing_context(fixture, TRUE);

    for (guint i = 0; rules[i]; i++) {
        g_autoptr(GError) problem = NULL;
        AmrRule *rule = amr_rule_read(rules[i], &problem);
        assert_no_error(problem);
        g_ptr_array_add(read, rule);
    }
    return amr_plan_add(&context, &(AmrPlanRequest){profile, read}, 1, place, error);
}

AmrPlan *
changing_plan_one(const Changing *fixture, const char *profile, const char *rule)
{
    const char *const rules[] = {rule, NULL};
    g_autoptr(GError) error = NULL;
    AmrPlan *plan = changing_plan(fixture, profile, rules, FALSE, &error);
    assert_no_error(error);
    return plan;
}

gboolean
changing_has_note(const GPtrArray *notes, const char *part)
{
    for (guint i = 0; i < notes->len; i++) {
        if (strstr(notes->pdata[i], part))
            return TRUE;
    }
    return FALSE;
}

AmrOutcome *
changing_run(const Changing *fixture, const AmrPlan *plan, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    amr_executor_run_async(fixture->executor, plan, fixture->index, NULL, NULL, NULL, NULL,
                           test_result, &result);
    test_wait_result(&result);
    return amr_executor_run_finish(fixture->executor, result, error);
}
