/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A profile for a program that has none: its names and text, how far it is, and the way back. */
#include "config.h"

#include "tests/unit/changing.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/change/guard.h"
#include "core/change/newprofile.h"
#include "core/change/request.h"
#include "core/policy/programs.h"
#include "core/policy/risks.h"

#define ELF "\177ELF"

static void
make_program(const Changing *fixture, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(fixture->dir, name, NULL);

    test_write(fixture->dir, name, text);
    assert_int_equal(chmod(path, 0755), 0);
}

static AmrPlan *
plan_new(const Changing *fixture, AmrPlanKind kind, const char *program, GError **error)
{
    AmrPlanContext context = changing_context(fixture, TRUE);
    return amr_plan_new_profile(&context, kind, program, error);
}

static const char *
text_of(const AmrPlan *plan)
{
    const AmrPlanFile *file = plan->files->pdata[0];
    static char text[4096];
    gsize len;
    const char *data = g_bytes_get_data(file->after, &len);

    assert_null(file->before);
    assert_true(len < sizeof text);
    memcpy(text, data, len);
    text[len] = '\0';
    return text;
}

static void
run_plan(Changing *fixture, const AmrPlan *plan)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrOutcome) outcome = changing_run(fixture, plan, &error);

    assert_no_error(error);
    assert_non_null(outcome);
    changing_reopen(fixture, FALSE);
}

static char *
run_new(Changing *fixture, const char *program)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = plan_new(fixture, AMR_PLAN_NEW, program, &error);

    assert_no_error(error);
    run_plan(fixture, plan);
    return g_strdup(plan->id);
}

/* ---- text -------------------------------------------------------------------------------------
 */

static void
test_text(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = NULL;

    changing_init(&fixture);
    test_write(fixture.dir, POLICY "tunables/global", "@{X}=/x\n");
    test_write(fixture.dir, POLICY "abstractions/base", "/dev/null rw,\n");
    test_write(fixture.dir, POLICY "abi/3.0", "");
    test_write(fixture.dir, POLICY "abi/4.0", "");
    test_write(fixture.dir, POLICY "later", "abi <abi/3.0>,\nprofile later /opt/later { }\n");
    make_program(&fixture, "usr/bin/tool", ELF);
    changing_reopen(&fixture, FALSE);
    plan = plan_new(&fixture, AMR_PLAN_NEW, "/usr/bin/tool", &error);
    assert_no_error(error);
    assert_string_equal(((AmrPlanFile *)plan->files->pdata[0])->path, "usr.bin.tool");
    /* The abi is that of the policy, not the latest on disk. */
    assert_string_equal(text_of(plan), "abi <abi/3.0>,\n\n"
                                       "include <tunables/global>\n\n"
                                       "profile tool /usr/bin/tool flags=(complain) {\n"
                                       "  include <abstractions/base>\n\n"
                                       "  /usr/bin/tool mr,\n\n"
                                       "  include if exists <local/usr.bin.tool>\n"
                                       "}\n");
    amr_plan_free(g_steal_pointer(&plan));
    plan = plan_new(&fixture, AMR_PLAN_STUB, "tool", &error); /* found as a shell would */
    assert_no_error(error);
    assert_string_equal(text_of(plan), "abi <abi/4.0>,\n\n"
                                       "include <tunables/global>\n\n"
                                       "profile tool /usr/bin/tool flags=(unconfined) {\n"
                                       "  userns,\n\n"
                                       "  include if exists <local/usr.bin.tool>\n"
                                       "}\n");
    changing_clear(&fixture);
}

static void
test_scripts(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = NULL;

    changing_init(&fixture);
    make_program(&fixture, "usr/bin/dash", ELF);
    make_program(&fixture, "usr/bin/env", ELF);
    make_program(&fixture, "usr/bin/python3.13", ELF);
    make_program(&fixture, "usr/bin/by-sh", "#!/bin/sh -e\n");
    make_program(&fixture, "usr/bin/by-env", "#!/usr/bin/env python3\n");
    make_program(&fixture, "usr/bin/by-none", "#!/usr/bin/gone\n");
    test_write(fixture.dir, "bin/x", "");
    g_autofree char *sh = g_build_filename(fixture.dir, "bin/sh", NULL);
    g_autofree char *python = g_build_filename(fixture.dir, "usr/bin/python3", NULL);
    assert_int_equal(symlink("/usr/bin/dash", sh), 0);
    assert_int_equal(symlink("python3.13", python), 0);

    plan = plan_new(&fixture, AMR_PLAN_NEW, "/usr/bin/by-sh", &error);
    assert_no_error(error);
    assert_non_null(strstr(text_of(plan), "{\n  /usr/bin/by-sh r,\n  /usr/bin/dash mrix,\n\n"));
    amr_plan_free(g_steal_pointer(&plan));
    plan = plan_new(&fixture, AMR_PLAN_NEW, "/usr/bin/by-env", &error);
    assert_no_error(error);
    assert_non_null(strstr(text_of(plan), "{\n  /usr/bin/by-env r,\n  /usr/bin/env mrix,\n"
                                          "  /usr/bin/python3.13 mrix,\n\n"));
    amr_plan_free(g_steal_pointer(&plan));
    plan = plan_new(&fixture, AMR_PLAN_NEW, "/usr/bin/by-none", &error);
    assert_null(plan);
    assert_error(error, AMR_ERROR, AMR_ERROR_NOT_FOUND);
    changing_clear(&fixture);
}

/* Who plans and who carries out must come to the same text, whatever either may read. */
static void
test_unread(void **state)
{
    static const char *const scripts[] = {"home/u/bin/tool", "srv/tool", "usr/bin/private",
                                          "usr2/tool"};
    Changing fixture;

    changing_init(&fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(scripts); i++) {
        g_autofree char *path = g_strconcat("/", scripts[i], NULL);
        g_autofree char *rule = g_strdup_printf("{\n  %s mr,\n\n", path);
        g_autofree char *full = g_build_filename(fixture.dir, scripts[i], NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrPlan) plan = NULL, stub = NULL;

        print_message("# %s\n", path);
        make_program(&fixture, scripts[i], "#!/bin/sh\n");
        assert_int_equal(chmod(full, g_str_has_prefix(scripts[i], "usr/") ? 0750 : 0755), 0);
        plan = plan_new(&fixture, AMR_PLAN_NEW, path, &error);
        assert_no_error(error);
        assert_non_null(strstr(text_of(plan), rule));
        assert_true(changing_has_note(plan->notes, "its first line is not read"));
        stub = plan_new(&fixture, AMR_PLAN_STUB, path, &error);
        assert_no_error(error);
        assert_false(changing_has_note(stub->notes, "its first line is not read"));
    }
    changing_clear(&fixture);
}

/* ---- names ------------------------------------------------------------------------------------
 */

static const struct {
    const char *program, *file, *profile, *attachment;
} names[] = {
    {"/usr/bin/a b", "usr.bin.a_b", "usr.bin.a_b", "\"/usr/bin/a b\""},
    {"/usr/bin/a\nb", "usr.bin.a_b", "usr.bin.a_b", "\"/usr/bin/a\\012b\""},
    {"/usr/bin/say\"hi\"", "usr.bin.say_hi_", "usr.bin.say_hi_", "\"/usr/bin/say\\042hi\\042\""},
    {"/usr/bin/*", "usr.bin._", "usr.bin._", "\"/usr/bin/\\*\""},
    {"/usr/bin/{a,b}[c]?", "usr.bin._a_b__c__", "usr.bin._a_b__c__",
     "\"/usr/bin/\\{a,b\\}\\[c\\]\\?\""},
    {"/usr/bin/..x", "usr.bin...x", "usr.bin...x", "/usr/bin/..x"},
    {"/usr/bin/\xff\xfe", "usr.bin.__", "usr.bin.__", "\"/usr/bin/\\377\\376\""},
    {"/usr/bin/back\\slash", "usr.bin.back_slash", "usr.bin.back_slash",
     "\"/usr/bin/back\\134slash\""},
    {"/usr/bin/@{HOME}", "usr.bin.__HOME_", "usr.bin.__HOME_", "\"/usr/bin/@\\{HOME\\}\""},
    {"/usr/bin/x flags=(unconfined) {", "usr.bin.x_flags__unconfined___",
     "usr.bin.x_flags__unconfined___", "\"/usr/bin/x flags=(unconfined) \\{\""},
    {"/usr/bin/old.dpkg-old", "usr.bin.old.dpkg-old_", "usr.bin.old.dpkg-old_",
     "/usr/bin/old.dpkg-old"},
    {"/usr/bin/unconfined", "usr.bin.unconfined", "usr.bin.unconfined", "/usr/bin/unconfined"},
    {"/usr/bin/unprivileged_userns", "usr.bin.unprivileged_userns", "usr.bin.unprivileged_userns",
     "/usr/bin/unprivileged_userns"},
    {"/usr/bin/bare", "usr.bin.bare", "usr.bin.bare", "/usr/bin/bare"},     /* a profile's name */
    {"/usr/bin/ghost", "usr.bin.ghost", "usr.bin.ghost", "/usr/bin/ghost"}, /* the kernel's */
    {"/usr/bin/g++", "usr.bin.g++", "g++", "/usr/bin/g++"},
    {"/opt/My App/~run", "opt.My_App._run", "opt.My_App._run", "\"/opt/My App/~run\""},
};

static void
test_names(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        Changing fixture;
        g_autoptr(GError) error = NULL;
        g_autofree char *header = g_strdup_printf("profile %s %s flags=(complain) {\n",
                                                  names[i].profile, names[i].attachment);
        g_autofree char *shown = amr_display_string(names[i].program);

        print_message("# %s\n", shown);
        changing_init(&fixture);
        make_program(&fixture, names[i].program + 1, ELF);
        g_autoptr(AmrPlan) plan = plan_new(&fixture, AMR_PLAN_NEW, names[i].program, &error);
        assert_no_error(error);
        assert_string_equal(((AmrPlanFile *)plan->files->pdata[0])->path, names[i].file);
        assert_true(g_str_has_prefix(text_of(plan), header));
        /* The compiler takes it, and what is read of it again attaches to that program. */
        run_plan(&fixture, plan);
        AmrPlanContext context = changing_context(&fixture, TRUE);
        g_autoptr(AmrNew) now = amr_new_look(&context, names[i].program, &error);
        assert_no_error(error);
        assert_int_equal(now->stage, AMR_NEW_COMPLAIN);
        assert_string_equal(now->change, plan->id);
        assert_string_equal(now->file, names[i].file);
        changing_clear(&fixture);
    }
}

static void
test_free_names(void **state)
{
    static const char *const taken[] = {"usr.bin.tool", "disable/usr.bin.tool",
                                        "force-complain/usr.bin.tool"};

    for (gsize i = 0; i < G_N_ELEMENTS(taken); i++) {
        Changing fixture;
        g_autoptr(GError) error = NULL;
        g_autofree char *name = g_strconcat(POLICY, taken[i], NULL);
        changing_init(&fixture);
        make_program(&fixture, "usr/bin/tool", ELF);
        test_write(fixture.dir, name, "");
        changing_reopen(&fixture, FALSE);
        g_autoptr(AmrPlan) plan = plan_new(&fixture, AMR_PLAN_NEW, "/usr/bin/tool", &error);
        assert_no_error(error);
        assert_string_equal(((AmrPlanFile *)plan->files->pdata[0])->path, "usr.bin.tool-2");
        changing_clear(&fixture);
    }
}

/* Newer policy names its files as its profiles. */
static void
test_style(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;

    changing_init(&fixture);
    make_program(&fixture, "usr/bin/tool", ELF);
    make_program(&fixture, "usr/bin/local", ELF); /* which is a directory there */
    test_write(fixture.dir, POLICY "one", "profile one /usr/bin/one { }\n");
    test_write(fixture.dir, POLICY "two", "profile two /opt/two { }\n");
    changing_reopen(&fixture, FALSE);
    g_autoptr(AmrPlan) plan = plan_new(&fixture, AMR_PLAN_NEW, "/usr/bin/tool", &error);
    assert_no_error(error);
    assert_string_equal(((AmrPlanFile *)plan->files->pdata[0])->path, "tool");
    g_autoptr(AmrPlan) other = plan_new(&fixture, AMR_PLAN_NEW, "/usr/bin/local", &error);
    assert_no_error(error);
    assert_string_equal(((AmrPlanFile *)other->files->pdata[0])->path, "usr.bin.local");
    changing_clear(&fixture);
}

/* ---- refused ----------------------------------------------------------------------------------
 */

static const struct {
    const char *program, *says;
    AmrErrorCode code;
} refused[] = {
    {"/usr/bin/demo", "The profile \"demo\" attaches to it already (usr.bin.demo line 1)",
     AMR_ERROR_REFUSED},
    {"/usr/bin/../bin/demo", "/usr/bin/demo: The profile \"demo\"", AMR_ERROR_REFUSED},
    {"/usr/bin/link", "/usr/bin/demo: The profile \"demo\"", AMR_ERROR_REFUSED},
    {"/usr/bin/off", "keeps it from being loaded", AMR_ERROR_REFUSED},
    {"/usr/bin", "no file that may be executed", AMR_ERROR_REFUSED},
    {"/usr/bin/plain", "no file that may be executed", AMR_ERROR_REFUSED},
    {"/usr/bin/pipe", "no file that may be executed", AMR_ERROR_REFUSED},
    {"/usr/bin/gone", "No such file", AMR_ERROR_NOT_FOUND},
    {"bin/demo", "No such program", AMR_ERROR_NOT_FOUND},
    {"", "No such program", AMR_ERROR_NOT_FOUND},
    {"nowhere", "No such program", AMR_ERROR_NOT_FOUND},
    {"/usr/sbin/apparmor_parser", "needed to take profiles back", AMR_ERROR_REFUSED},
};

static void
test_refused(void **state)
{
    Changing fixture;

    changing_init(&fixture);
    make_program(&fixture, "usr/bin/demo", ELF);
    make_program(&fixture, "usr/bin/off", ELF);
    make_program(&fixture, "usr/sbin/apparmor_parser", ELF);
    test_write(fixture.dir, "usr/bin/plain", ELF);
    test_write(fixture.dir, POLICY "off", "profile off /usr/bin/off { }\n");
    g_autofree char *pipe = g_build_filename(fixture.dir, "usr/bin/pipe", NULL);
    g_autofree char *link = g_build_filename(fixture.dir, "usr/bin/link", NULL);
    assert_int_equal(mkfifo(pipe, 0755), 0);
    assert_int_equal(symlink("/usr/bin/demo", link), 0);
    changing_reopen(&fixture, FALSE);
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrPlan) plan = plan_new(&fixture, AMR_PLAN_NEW, refused[i].program, &error);
        print_message("# %s\n", refused[i].program);
        assert_null(plan);
        assert_error(error, AMR_ERROR, refused[i].code);
        assert_non_null(strstr(error->message, refused[i].says));
    }
    changing_clear(&fixture);
}

static void
test_launchers(void **state)
{
    g_autoptr(AmrRisks) risks = amr_risks_new();
    g_autoptr(GError) error = NULL;
    static const char text[] = "[shell]\nexec = /{,usr/}bin/bash\nlaunches = yes\nrisk = high\n"
                               "text = starts whatever it is told\n";

    amr_data_take(amr_risks_data(risks), text, strlen(text), "test");
    assert_false(amr_new_may_stub(risks, "/usr/bin/bash", &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
    g_clear_error(&error);
    assert_true(amr_new_may_stub(risks, "/usr/bin/tool", &error));
    assert_no_error(error);
}

/* ---- the whole way ----------------------------------------------------------------------------
 */

static AmrNew *
look(const Changing *fixture, const char *program)
{
    AmrPlanContext context = changing_context(fixture, TRUE);
    g_autoptr(GError) error = NULL;
    AmrNew *now = amr_new_look(&context, program, &error);

    assert_no_error(error);
    return now;
}

static char *
run_rules(Changing *fixture, const char *profile, const char *const *rules)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = changing_plan(fixture, profile, rules, AMR_PLAN_PLACE_INSIDE, &error);

    assert_no_error(error);
    run_plan(fixture, plan);
    return g_strdup(plan->id);
}

static char *
run_enforce(Changing *fixture, const char *profile)
{
    AmrPlanContext context = changing_context(fixture, TRUE);
    const char *const profiles[] = {profile, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = amr_plan_mode(&context, AMR_PLAN_ENFORCE, profiles, &error);

    assert_no_error(error);
    run_plan(fixture, plan);
    return g_strdup(plan->id);
}

static AmrPlan *
plan_undo(const Changing *fixture, const char *id, GError **error)
{
    AmrPlanContext context = changing_context(fixture, TRUE);
    const AmrChange *change = amr_history_find(fixture->history, id);
    g_autoptr(AmrPlan) done = amr_history_plan(fixture->history, change, error);

    return done ? amr_plan_undo(&context, done, error) : NULL;
}

static void
run_undo(Changing *fixture, const char *id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = plan_undo(fixture, id, &error);

    assert_no_error(error);
    run_plan(fixture, plan);
}

#define MADE                                          \
    "profile tool /usr/bin/tool flags=(complain) {\n" \
    "  /usr/bin/tool mr,\n\n"                         \
    "  include if exists <local/usr.bin.tool>\n"      \
    "}\n"

static const char *const first[] = {"/etc/tool.conf r,", "capability chown,", NULL};
static const char *const second[] = {"/var/log/tool.log w,", NULL};

static void
test_whole_way(void **state)
{
    Changing fixture;

    changing_init(&fixture);
    make_program(&fixture, "usr/bin/tool", ELF);
    g_autoptr(AmrNew) none = look(&fixture, "/usr/bin/tool");
    assert_int_equal(none->stage, AMR_NEW_NONE);
    g_autofree char *made = run_new(&fixture, "/usr/bin/tool");
    changing_assert_text(&fixture, POLICY "usr.bin.tool", MADE);
    g_autofree char *one = run_rules(&fixture, "tool", first);
    g_autofree char *filled = g_strdup_printf("profile tool /usr/bin/tool flags=(complain) {\n"
                                              "  /usr/bin/tool mr,\n"
                                              "  # armorer: 2026-11-22, 2 rules, change %s\n"
                                              "  /etc/tool.conf r,\n"
                                              "  capability chown,\n\n"
                                              "  include if exists <local/usr.bin.tool>\n"
                                              "}\n",
                                              one);
    changing_assert_text(&fixture, POLICY "usr.bin.tool", filled);
    g_autofree char *two = run_rules(&fixture, "tool", second);
    g_autofree char *strict = run_enforce(&fixture, "tool");
    g_autoptr(AmrNew) now = look(&fixture, "/usr/bin/tool");
    assert_int_equal(now->stage, AMR_NEW_CONFINED);
    assert_int_equal(now->rules, 2);
    assert_string_equal(now->change, made);

    /* By steps: rules go wherever they stand now, then the mode. */
    run_undo(&fixture, one);
    run_undo(&fixture, strict);
    run_undo(&fixture, two);
    changing_assert_text(&fixture, POLICY "usr.bin.tool", MADE);
    run_undo(&fixture, made);
    assert_false(changing_exists(&fixture, POLICY "usr.bin.tool"));
    g_autoptr(AmrNew) gone = look(&fixture, "/usr/bin/tool");
    assert_int_equal(gone->stage, AMR_NEW_NONE);
    changing_clear(&fixture);
}

/* As one: all that was made of the file goes with it, and the history says so. */
static void
test_undo_at_once(void **state)
{
    Changing fixture;

    changing_init(&fixture);
    make_program(&fixture, "usr/bin/tool", ELF);
    g_autofree char *made = run_new(&fixture, "/usr/bin/tool");
    g_autofree char *one = run_rules(&fixture, "tool", first);
    g_autofree char *strict = run_enforce(&fixture, "tool");
    g_autofree char *other = NULL;
    {
        g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "demo", "/etc/x r,");
        other = g_strdup(plan->id);
        run_plan(&fixture, plan);
    }
    run_undo(&fixture, made);
    assert_false(changing_exists(&fixture, POLICY "usr.bin.tool"));
    assert_int_equal(amr_history_find(fixture.history, made)->state, AMR_CHANGE_STATE_UNDONE);
    assert_int_equal(amr_history_find(fixture.history, one)->state, AMR_CHANGE_STATE_UNDONE);
    assert_int_equal(amr_history_find(fixture.history, strict)->state, AMR_CHANGE_STATE_UNDONE);
    assert_int_not_equal(amr_history_find(fixture.history, other)->state, AMR_CHANGE_STATE_UNDONE);
    assert_string_equal(amr_history_find(fixture.history, NULL)->id, other);
    /* And it can be made again. */
    g_autofree char *again = run_new(&fixture, "/usr/bin/tool");
    assert_string_not_equal(again, made);
    changing_assert_text(&fixture, POLICY "usr.bin.tool", MADE);
    changing_clear(&fixture);
}

static void
test_undo_links(void **state)
{
    Changing fixture;
    AmrPlanContext context;
    const char *const profiles[] = {"tool", NULL};
    g_autoptr(GError) error = NULL;

    changing_init(&fixture);
    make_program(&fixture, "usr/bin/tool", ELF);
    g_autofree char *made = run_new(&fixture, "/usr/bin/tool");
    context = changing_context(&fixture, TRUE);
    g_autoptr(AmrPlan) off = amr_plan_mode(&context, AMR_PLAN_DISABLE, profiles, &error);
    assert_no_error(error);
    run_plan(&fixture, off);
    run_undo(&fixture, made);
    assert_false(changing_exists(&fixture, POLICY "usr.bin.tool"));
    assert_false(changing_exists(&fixture, POLICY "disable/usr.bin.tool"));
    changing_clear(&fixture);
}

static void
test_undo_changed(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;

    changing_init(&fixture);
    make_program(&fixture, "usr/bin/tool", ELF);
    g_autofree char *made = run_new(&fixture, "/usr/bin/tool");
    test_write(fixture.dir, POLICY "usr.bin.tool", "profile tool /usr/bin/tool { /x r, }\n");
    changing_reopen(&fixture, FALSE);
    g_autoptr(AmrPlan) plan = plan_undo(&fixture, made, &error);
    assert_null(plan);
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    assert_true(changing_exists(&fixture, POLICY "usr.bin.tool"));
    changing_clear(&fixture);
}

/* Somebody writes a file of that name between the plan and the writing. */
static void
test_never_overwritten(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;

    changing_init(&fixture);
    make_program(&fixture, "usr/bin/tool", ELF);
    g_autoptr(AmrPlan) plan = plan_new(&fixture, AMR_PLAN_NEW, "/usr/bin/tool", &error);
    assert_no_error(error);
    test_write(fixture.dir, POLICY "usr.bin.tool", "# mine\n");
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
    assert_null(outcome);
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    changing_assert_text(&fixture, POLICY "usr.bin.tool", "# mine\n");
    changing_clear(&fixture);
}

/* Rules of profiles that we did not make go where they always went. */
static void
test_inside_ours_only(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    static const char *const rules[] = {"/etc/x r,", NULL};

    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = changing_plan(&fixture, "demo", rules, AMR_PLAN_PLACE_INSIDE, &error);
    assert_no_error(error);
    assert_string_equal(((AmrPlanPart *)plan->parts->pdata[0])->local, "local/usr.bin.demo");
    changing_clear(&fixture);
}

/* Through the history's form; a file of policy goes only by an undo. */
static void
test_variant(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;

    changing_init(&fixture);
    make_program(&fixture, "usr/bin/tool", ELF);
    g_autofree char *made = run_new(&fixture, "/usr/bin/tool");
    g_autoptr(AmrPlan) undo = plan_undo(&fixture, made, &error);
    assert_no_error(error);
    g_autoptr(GVariant) good = g_variant_ref_sink(amr_plan_to_variant(undo));
    g_autoptr(AmrPlan) read = amr_plan_from_variant(good, &error);
    assert_no_error(error);
    assert_non_null(read);
    undo->kind = AMR_PLAN_ENFORCE;
    g_clear_pointer(&undo->undoes, g_free);
    g_autoptr(GVariant) bad = g_variant_ref_sink(amr_plan_to_variant(undo));
    g_autoptr(AmrPlan) none = amr_plan_from_variant(bad, &error);
    assert_null(none);
    assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
    g_clear_error(&error);
    undo->kind = AMR_PLAN_NEW;
    g_autoptr(GVariant) worse = g_variant_ref_sink(amr_plan_to_variant(undo));
    g_autoptr(AmrPlan) nothing = amr_plan_from_variant(worse, &error);
    assert_null(nothing);
    assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
    changing_clear(&fixture);
}

/* As the helper gets it, and signed by what was shown. */
static void
test_request(void **state)
{
    Changing fixture;
    AmrPlanContext context;
    char *profiles[] = {(char *)"/usr/bin/tool", NULL};
    const AmrRequest asked = {.kind = AMR_PLAN_NEW, .profiles = profiles};
    g_autoptr(GVariant) message = g_variant_ref_sink(amr_request_to_variant(&asked));
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) left = NULL;

    changing_init(&fixture);
    make_program(&fixture, "usr/bin/tool", ELF);
    context = changing_context(&fixture, TRUE);
    g_autoptr(AmrRequest) got = amr_request_from_variant(message, &error);
    assert_no_error(error);
    g_autoptr(AmrPlan) plan = amr_request_plan(got, &context, &left, &error);
    assert_no_error(error);
    assert_string_equal(text_of(plan), MADE);
    g_autoptr(GPtrArray) guards = amr_guards(fixture.opener, fixture.index, plan);
    assert_int_equal(guards->len, 0);
    changing_clear(&fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_unread),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_free_names),
        cmocka_unit_test(test_style),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_launchers),
        cmocka_unit_test(test_whole_way),
        cmocka_unit_test(test_undo_at_once),
        cmocka_unit_test(test_undo_links),
        cmocka_unit_test(test_undo_changed),
        cmocka_unit_test(test_never_overwritten),
        cmocka_unit_test(test_inside_ours_only),
        cmocka_unit_test(test_variant),
        cmocka_unit_test(test_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
