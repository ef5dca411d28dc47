/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles that are in complain mode in the kernel only, alone and among others of their file. */
#include "config.h"

#include "tests/unit/changing.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/change/complain.h"

/* ---- headers -----------------------------------------------------------------------------------
 */

static const struct {
    const char *name, *text;
    gboolean which[4];
    const char *want;
} edits[] = {
    {"no flags", "profile a /bin/a { }\n", {TRUE}, "profile a /bin/a flags=(complain) { }\n"},
    {"flags",
     "profile a flags=(attach_disconnected) { }",
     {TRUE},
     "profile a flags=(complain, attach_disconnected) { }"},
    {"another mode",
     "profile a flags=(audit, kill mediate_deleted) { }",
     {TRUE},
     "profile a flags=(complain, audit, mediate_deleted) { }"},
    {"only a mode", "profile a flags=(enforce) { }", {TRUE}, "profile a flags=(complain) { }"},
    {"the old form", "/bin/a (audit) { }", {TRUE}, "/bin/a (complain, audit) { }"},
    {"conditions",
     "profile a xattrs=(user.x=y) flags=(audit) { }",
     {TRUE},
     "profile a xattrs=(user.x=y) flags=(complain, audit) { }"},
    {"conditions alone",
     "profile a xattrs=(user.x=y) { }",
     {TRUE},
     "profile a xattrs=(user.x=y) flags=(complain) { }"},
    {"a comment that looks like flags",
     "profile a # flags=(audit) {\n{ }",
     {TRUE},
     "profile a # flags=(audit) {\nflags=(complain) { }"},
    {"a child, not its parent",
     "profile a {\n  profile c { /x r, }\n  ^h { }\n}\nprofile b { }\n",
     {FALSE, TRUE, TRUE, FALSE},
     "profile a {\n  profile c flags=(complain) { /x r, }\n  ^h flags=(complain) { }\n}\n"
     "profile b { }\n"},
    {"all",
     "profile a { profile c { } }\nprofile b flags=(audit) { }",
     {TRUE, TRUE, TRUE},
     "profile a flags=(complain) { profile c flags=(complain) { } }\n"
     "profile b flags=(complain, audit) { }"},
};

/* The text of the file with profiles of it, by their places in it, in complain mode. */
static GBytes *
edit(const Changing *fixture, const gboolean *which, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_auto(GStrv) defines = amr_index_defines(fixture->index, "edit");
    guint n = 0;
    for (guint i = 0; i < amr_index_count(fixture->index); i++) {
        const AmrBlock *block = amr_index_block(fixture->index, i);
        if (strcmp(block->file, "edit") == 0 && which[n++])
            g_ptr_array_add(names, block->name);
    }
    g_ptr_array_add(names, NULL);
    const AmrPlanLoad load = {.path = (char *)"edit",
                              .profiles = defines,
                              .complain = (char **)names->pdata};
    return amr_complain_text(fixture->target, fixture->index, NULL, &load, error);
}

static void
test_edit(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(edits); i++) {
        g_autoptr(GError) error = NULL;
        Changing fixture;
        print_message("# %s\n", edits[i].name);
        changing_init(&fixture);
        test_write(fixture.dir, POLICY "edit", edits[i].text);
        changing_reopen(&fixture, FALSE);
        g_autoptr(GBytes) got = edit(&fixture, edits[i].which, &error);
        assert_no_error(error);
        g_autofree char *text = g_strndup(g_bytes_get_data(got, NULL), g_bytes_get_size(got));
        assert_string_equal(text, edits[i].want);
        changing_clear(&fixture);
    }
}

/* Another number of profiles than the index read. */
static void
test_edit_changed(void **state)
{
    const gboolean which[] = {TRUE, FALSE};
    g_autoptr(GError) error = NULL;
    Changing fixture;
    changing_init(&fixture);
    test_write(fixture.dir, POLICY "edit", "profile a { }\nprofile b { }\n");
    changing_reopen(&fixture, FALSE);
    test_write(fixture.dir, POLICY "edit", "profile a { }\n");
    assert_null(edit(&fixture, which, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    changing_clear(&fixture);
}

/* ---- loaded ------------------------------------------------------------------------------------
 */

/* As root the compiler writes one profile over the other into the plain file that stands for a
 * kernel; so what is loaded is compiled once more into a file of its own. The next load after
 * "fail" was written fails. */
static void
keep_loads(Changing *fixture)
{
    g_autofree char *real = g_find_program_in_path("apparmor_parser");
    g_autofree char *script = g_strdup_printf(
        "#!/bin/sh\n"
        "for word; do base=$last last=$word; case $word in -r|-o) load=yes ;; esac; done\n"
        "[ -z \"$load\" ] || ! rm '%s/fail' 2>/dev/null || { echo no >&2; exit 1; }\n"
        "[ -z \"$load\" ] || '%s' -M '%s/features' -Q -K -S --base \"$base\" \"$last\" "
        ">>'%s/loaded'\n"
        "exec '%s' \"$@\"\n",
        fixture->dir, real ? real : "/sbin/apparmor_parser", fixture->dir, fixture->dir,
        real ? real : "/sbin/apparmor_parser");
    fixture->parser = g_build_filename(fixture->dir, "parser", NULL);
    test_write(fixture->dir, "parser", script);
    assert_int_equal(g_chmod(fixture->parser, 0755), 0);
}

/* The mode of @name in compiled policy: 0 enforce, 1 complain; -1: it is not there. A profile is a
 * struct of that name, its own name first, then flags {hat, mode, audit}, as 3.0.8 and 4.1.0 write
 * it. */
static int
compiled_mode(const Changing *fixture, const char *name)
{
    static const char start[] = "\x04\x08\x00profile\x00\x07\x05";
    static const char flags[] = "\x04\x06\x00"
                                "flags\x00\x07";
    g_autofree char *path = g_build_filename(fixture->dir, "loaded", NULL);
    g_autofree char *data = NULL;
    gsize len;

    assert_true(g_file_get_contents(path, &data, &len, NULL));
    for (const char *at = data;
         (at = memmem(at, len - (gsize)(at - data), start, sizeof start - 1));) {
        at += sizeof start - 1 + 2;
        if (strcmp(at, name) != 0)
            continue;
        at = memmem(at, len - (gsize)(at - data), flags, sizeof flags - 1);
        assert_non_null(at);
        return at[sizeof flags - 1 + 5 + 1];
    }
    return -1;
}

#define FAMILY                             \
    "profile one {\n"                      \
    "  profile kid {\n    /k r,\n  }\n"    \
    "  ^hat {\n    /h r,\n  }\n"           \
    "  include if exists <local/family>\n" \
    "}\n"                                  \
    "profile two flags=(attach_disconnected) {\n  /t r,\n}\n"

static const struct {
    const char *name, *profiles;
    int modes[4]; /* one, one//kid, one//hat, two */
    const char *note;
} loads[] = {
    {"none",
     "one (enforce)\none//kid (enforce)\none//hat (enforce)\ntwo (enforce)\n",
     {0, 0, 0, 0},
     NULL},
    {"all",
     "one (complain)\none//kid (complain)\none//hat (complain)\ntwo (complain)\n",
     {1, 1, 1, 1},
     "\"one\", \"one//kid\", \"one//hat\", \"two\" of family"},
    {"the other profile",
     "one (enforce)\none//kid (enforce)\none//hat (enforce)\ntwo (complain)\n",
     {0, 0, 0, 1},
     "\"two\" of family: In complain mode in the kernel only, and stays so"},
    {"a parent alone",
     "one (complain)\none//kid (enforce)\none//hat (enforce)\ntwo (enforce)\n",
     {1, 0, 0, 0},
     "\"one\" of family"},
    {"a child and a hat",
     "one (enforce)\none//kid (complain)\none//hat (complain)\ntwo (enforce)\n",
     {0, 1, 1, 0},
     "\"one//kid\", \"one//hat\" of family"},
};

static void
check_load(gsize n)
{
    static const char *const names[] = {"one", "one//kid", "one//hat", "two"};
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    keep_loads(&fixture);
    test_write(fixture.dir, POLICY "family", FAMILY);
    test_write(fixture.dir, KERNEL "profiles", loads[n].profiles);
    test_write(fixture.dir, "var/cache/apparmor/.keep", "");
    changing_reopen(&fixture, FALSE);

    g_autoptr(AmrPlan) plan = changing_plan_one(&fixture, "one", "/etc/new r,");
    assert_int_equal(changing_has_note(plan->notes, "In complain mode in the kernel only"),
                     loads[n].note != NULL);
    assert_true(!loads[n].note || changing_has_note(plan->notes, loads[n].note));
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
    assert_no_error(error);
    assert_int_equal(outcome->state, AMR_CHANGE_STATE_LOADED);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        assert_int_equal(compiled_mode(&fixture, names[i]), loads[n].modes[i]);
    changing_assert_text(&fixture, POLICY "family", FAMILY);
    /* What is to come back at the next boot is never the copy. */
    if (loads[n].note)
        assert_false(changing_exists(&fixture, "var/cache/apparmor/family"));

    changing_reopen(&fixture, FALSE);
    AmrPlanContext context = changing_context(&fixture, TRUE);
    g_autoptr(AmrPlan) undo = amr_plan_undo(&context, plan, &error);
    assert_no_error(error);
    test_write(fixture.dir, "loaded", "");
    g_autoptr(AmrOutcome) undone = changing_run(&fixture, undo, &error);
    assert_no_error(error);
    assert_non_null(undone);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        assert_int_equal(compiled_mode(&fixture, names[i]), loads[n].modes[i]);
    changing_clear(&fixture);
}

static void
test_loads(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(loads); i++) {
        print_message("# %s\n", loads[i].name);
        check_load(i);
    }
}

/* The include that a change adds moves the headers behind it. */
static void
test_moved_headers(void **state)
{
    static const char *const rules[] = {"/etc/new r,", NULL};
    Changing fixture;
    g_autoptr(GError) error = NULL;
    changing_init(&fixture);
    keep_loads(&fixture);
    test_write(fixture.dir, POLICY "moved", "profile first {\n}\nprofile second {\n  /s r,\n}\n");
    test_write(fixture.dir, KERNEL "profiles", "first (enforce)\nsecond (complain)\n");
    changing_reopen(&fixture, FALSE);
    g_autoptr(AmrPlan) plan = changing_plan(&fixture, "first", rules, TRUE, &error);
    assert_no_error(error);
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
    assert_no_error(error);
    assert_non_null(outcome);
    assert_int_equal(compiled_mode(&fixture, "first"), 0);
    assert_int_equal(compiled_mode(&fixture, "second"), 1);
    changing_clear(&fixture);
}

/* Profiles that get a child from one abstraction, and only some of these children are in complain
 * mode in the kernel: each is loaded as it was, in one file and in several. */
static const struct {
    const char *name;
    const char *files[4][2]; /* of the policy */
    const char *loaded;      /* the kernel's list; the modes are those after the change too */
    const char *profile;     /* that gets a rule */
} shared[] = {
    {"in two files",
     {{"abstractions/help", "profile helper {\n  include if exists <local/help>\n}\n"},
      {"both", "profile p {\n  include <abstractions/help>\n}\n"},
      {"other", "profile q {\n  include <abstractions/help>\n}\n"}},
     "p (enforce)\np//helper (complain)\nq (enforce)\nq//helper (enforce)\n",
     "p//helper"},
    {"in one file",
     {{"abstractions/help", "profile helper {\n  include if exists <local/help>\n}\n"},
      {"both", "profile p {\n  include <abstractions/help>\n}\n"
               "profile q { include <abstractions/help> }\n"}},
     "p (enforce)\np//helper (complain)\nq (enforce)\nq//helper (enforce)\n",
     "p//helper"},
    {"the other one, and a parent",
     {{"abstractions/help", "profile helper {\n  include if exists <local/help>\n}\n"},
      {"both", "profile p {\n  include <abstractions/help>\n}\n"
               "profile q { include <abstractions/help> }\n"}},
     "p (complain)\np//helper (enforce)\nq (enforce)\nq//helper (complain)\n",
     "p//helper"},
    {"by way of another abstraction, which is met twice",
     {{"abstractions/help", "profile helper {\n  include if exists <local/help>\n}\n"},
      {"abstractions/more", "/more r,\ninclude <abstractions/help>\n/other r,\n"},
      {"both", "profile p {\n  include <abstractions/more>\n  include <abstractions/help>\n}\n"
               "profile q {\n  include <abstractions/help>\n  include <abstractions/more>\n}\n"}},
     "p (enforce)\np//helper (complain)\nq (enforce)\nq//helper (enforce)\n",
     "p//helper"},
    {"the same, the other one",
     {{"abstractions/help", "profile helper {\n  include if exists <local/help>\n}\n"},
      {"abstractions/more", "/more r,\ninclude <abstractions/help>\n/other r,\n"},
      {"both", "profile p {\n  include <abstractions/more>\n  include <abstractions/help>\n}\n"
               "profile q {\n  include <abstractions/help>\n  include <abstractions/more>\n}\n"}},
     "p (enforce)\np//helper (enforce)\nq (enforce)\nq//helper (complain)\n",
     "p//helper"},
    {"in a directory",
     {{"abstractions/d/a", "/more r,\n"},
      {"abstractions/d/help", "profile helper {\n  include if exists <local/help>\n}\n"},
      {"both", "profile p {\n  include <abstractions/d>\n  include <abstractions/d/a>\n}\n"
               "profile q {\n  include <abstractions/d>\n}\n"}},
     "p (enforce)\np//helper (complain)\nq (enforce)\nq//helper (enforce)\n",
     "p//helper"},
    {"children of children",
     {{"abstractions/help", "profile helper {\n  include if exists <local/help>\n}\n"},
      {"both", "profile p {\n  profile x { include <abstractions/help> }\n"
               "  profile y { include <abstractions/help> }\n}\n"}},
     "p (enforce)\np//x (enforce)\np//x//helper (complain)\np//y (complain)\n"
     "p//y//helper (enforce)\n",
     "p//x//helper"},
};

/* 3.0.8 writes a child's child without the name of its grandparent. */
static int
compiled_mode_of(const Changing *fixture, const char *name)
{
    int mode = compiled_mode(fixture, name);
    const char *child = strstr(name, "//");
    return mode < 0 && child ? compiled_mode(fixture, child + 2) : mode;
}

static void
check_shared(gsize n)
{
    g_auto(GStrv) lines = g_strsplit(shared[n].loaded, "\n", -1);
    const char *const rules[] = {"/etc/new r,", NULL};
    g_autoptr(GError) error = NULL;
    Changing fixture;
    changing_init(&fixture);
    keep_loads(&fixture);
    for (guint i = 0; i < 4 && shared[n].files[i][0]; i++) {
        g_autofree char *path = g_strconcat(POLICY, shared[n].files[i][0], NULL);
        test_write(fixture.dir, path, shared[n].files[i][1]);
    }
    test_write(fixture.dir, KERNEL "profiles", shared[n].loaded);
    changing_reopen(&fixture, FALSE);
    g_autoptr(AmrPlan) plan = changing_plan(&fixture, shared[n].profile, rules, FALSE, &error);
    assert_no_error(error);
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
    assert_no_error(error);
    assert_non_null(outcome);
    for (guint i = 0; lines[i] && lines[i][0]; i++) {
        char *mode = strstr(lines[i], " (");
        *mode = '\0';
        print_message("# %s\n", lines[i]);
        assert_int_equal(compiled_mode_of(&fixture, lines[i]), strcmp(mode + 1, "(complain)") == 0);
    }
    /* The policy itself says what it said. */
    for (guint i = 0; i < 4 && shared[n].files[i][0]; i++) {
        g_autofree char *path = g_strconcat(POLICY, shared[n].files[i][0], NULL);
        changing_assert_text(&fixture, path, shared[n].files[i][1]);
    }
    changing_clear(&fixture);
}

static void
test_shared_block(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shared); i++) {
        print_message("# %s\n", shared[i].name);
        check_shared(i);
    }
}

/* ---- children that a change makes --------------------------------------------------------------
 */

static const struct {
    const char *name, *header;
    const char *local;  /* what the parent's local file holds; NULL: it is not there */
    const char *loaded; /* the parent in the kernel's list */
    int mode;
} made[] = {
    {"in enforce mode", "profile p", NULL, "p (enforce)\n", 0},
    {"in complain mode on disk", "profile p flags=(complain)", NULL, "p (complain)\n", 1},
    {"in the kernel only", "profile p", NULL, "p (complain)\n", 1},
    {"a local file without a block", "profile p", "/old r,\n", "p (complain)\n", 1},
    {"a child that is there", "profile p", "profile other { }\n",
     "p (complain)\np//other (enforce)\n", 1},
};

static AmrPlan *
plan_made(const Changing *fixture)
{
    AmrPlanContext context = changing_context(fixture, TRUE);
    g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    const AmrPlanRequest requests[] = {{"p", runs}, {"p///bin/x", own}};
    g_autoptr(GError) error = NULL;
    g_ptr_array_add(runs, amr_rule_read("/bin/x cx,", &error));
    g_ptr_array_add(own, amr_rule_read("/bin/x mr,", &error));
    AmrPlan *plan = amr_plan_add(&context, requests, 2, FALSE, &error);
    assert_no_error(error);
    return plan;
}

static void
begin_made(Changing *fixture, gsize n)
{
    g_autofree char *text =
        g_strdup_printf("%s {\n  include if exists <local/family>\n}\n", made[n].header);
    changing_init(fixture);
    keep_loads(fixture);
    test_write(fixture->dir, POLICY "family", text);
    if (made[n].local)
        test_write(fixture->dir, POLICY "local/family", made[n].local);
    test_write(fixture->dir, KERNEL "profiles", made[n].loaded);
    changing_reopen(fixture, FALSE);
}

/* It is in the mode of its parent, whatever says it; and an undo takes it away. */
static void
check_made(gsize n)
{
    g_autofree char *loaded = g_strdup_printf("%sp///bin/x (%s)\n", made[n].loaded,
                                              made[n].mode ? "complain" : "enforce");
    g_autoptr(GError) error = NULL;
    Changing fixture;
    begin_made(&fixture, n);
    g_autoptr(AmrPlan) plan = plan_made(&fixture);
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
    assert_no_error(error);
    assert_int_equal(outcome->state, AMR_CHANGE_STATE_LOADED);
    assert_int_equal(compiled_mode(&fixture, "p"), made[n].mode);
    assert_int_equal(compiled_mode(&fixture, "p///bin/x"), made[n].mode);
    test_write(fixture.dir, KERNEL "profiles", loaded);
    changing_reopen(&fixture, FALSE);
    AmrPlanContext context = changing_context(&fixture, TRUE);
    g_autoptr(AmrPlan) undo = amr_plan_undo(&context, plan, &error);
    assert_no_error(error);
    test_write(fixture.dir, "loaded", "");
    g_autoptr(AmrOutcome) undone = changing_run(&fixture, undo, &error);
    assert_no_error(error);
    assert_non_null(undone);
    assert_int_equal(compiled_mode(&fixture, "p"), made[n].mode);
    assert_int_equal(compiled_mode(&fixture, "p///bin/x"), -1);
    changing_assert_text(&fixture, POLICY "local/family", made[n].local ? made[n].local : "");
    changing_clear(&fixture);
}

/* A load that fails is taken back, and the child with it. */
static void
check_made_fails(gsize n)
{
    g_autoptr(GError) error = NULL;
    Changing fixture;
    begin_made(&fixture, n);
    g_autoptr(AmrPlan) plan = plan_made(&fixture);
    test_write(fixture.dir, "fail", "");
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
    assert_null(outcome);
    assert_error(error, AMR_ERROR, AMR_ERROR_RELOAD);
    assert_null(strstr(error->message, "Not put back"));
    assert_int_equal(compiled_mode(&fixture, "p"), made[n].mode);
    assert_int_equal(compiled_mode(&fixture, "p///bin/x"), -1);
    changing_clear(&fixture);
}

static void
test_made(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(made); i++) {
        print_message("# %s\n", made[i].name);
        check_made(i);
        check_made_fails(i);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edit),         cmocka_unit_test(test_edit_changed),
        cmocka_unit_test(test_loads),        cmocka_unit_test(test_moved_headers),
        cmocka_unit_test(test_shared_block), cmocka_unit_test(test_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
