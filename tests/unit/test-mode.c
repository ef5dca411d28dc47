/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modes: the flags of headers, plans that set them, and the way back. */
#include "config.h"

#include "tests/unit/changing.h"

#include <string.h>
#include <unistd.h>

#include "core/change/flags.h"
#include "core/change/guard.h"

/* ---- flags ------------------------------------------------------------------------------------
 */

static const struct {
    const char *name, *flags, *mode, *with_kill, *without;
} flag_rows[] = {
    {"none", "", NULL, "kill", ""},
    {"a mode alone", "complain", "complain", "kill", ""},
    {"with others", "audit, complain,mediate_deleted", "complain", "kill, audit, mediate_deleted",
     "audit, mediate_deleted"},
    {"white space", " complain\taudit\n", "complain", "kill, audit", "audit"},
    {"another", "unconfined attach_disconnected", "unconfined", "kill, attach_disconnected",
     "attach_disconnected"},
    {"what looks like one", "complaint", NULL, "kill, complaint", "complaint"},
    {"a value", "attach_disconnected.path=/kill", NULL, "kill, attach_disconnected.path=/kill",
     "attach_disconnected.path=/kill"},
};

static void
test_flags(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(flag_rows); i++) {
        g_autofree char *kill = amr_flags_with_mode(flag_rows[i].flags, "kill");
        g_autofree char *none = amr_flags_with_mode(flag_rows[i].flags, NULL);
        print_message("# %s\n", flag_rows[i].name);
        assert_string_equal(kill, flag_rows[i].with_kill);
        assert_string_equal(none, flag_rows[i].without);
        if (flag_rows[i].mode)
            assert_string_equal(amr_flags_mode(flag_rows[i].flags), flag_rows[i].mode);
        else
            assert_null(amr_flags_mode(flag_rows[i].flags));
    }
}

/* ---- headers ----------------------------------------------------------------------------------
 */

/* The first header of @text with @flags. */
static char *
with_flags(const char *text, const char *flags)
{
    g_autoptr(GArray) items = amr_scan_file(amr_bytes(text));
    GString *out = g_string_new(NULL);
    gsize at = 0;

    amr_flags_append_header(out, text, &at, &g_array_index(items, AmrScanItem, 0), flags);
    g_string_append(out, text + at);
    return g_string_free(out, FALSE);
}

static const struct {
    const char *text, *kill, *none;
} header_rows[] = {
    {"profile a { }", "profile a flags=(kill) { }", "profile a { }"},
    {"profile a /bin/a flags=(complain) { }", "profile a /bin/a flags=(kill) { }",
     "profile a /bin/a { }"},
    {"profile a flags=(complain){ }", "profile a flags=(kill){ }", "profile a { }"},
    {"profile a flags = ( complain )\n{ }", "profile a flags = (kill)\n{ }", "profile a\n{ }"},
    {"/bin/a (complain) { }", "/bin/a (kill) { }", "/bin/a { }"},
    {"profile a # all\n{ }", "profile a # all\nflags=(kill) { }", "profile a # all\n{ }"},
    {"profile a # all\n  flags=(complain) { }", "profile a # all\n  flags=(kill) { }",
     "profile a # all\n { }"},
    {"profile a\n{ }", "profile a flags=(kill)\n{ }", "profile a\n{ }"},
    {"profile \"a flags=\" flags=(complain) { }", "profile \"a flags=\" flags=(kill) { }",
     "profile \"a flags=\" { }"},
    {"profile a xattrs=(user.x=y) flags=(complain) { }",
     "profile a xattrs=(user.x=y) flags=(kill) { }", "profile a xattrs=(user.x=y) { }"},
};

static void
test_headers(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(header_rows); i++) {
        print_message("# %s\n", header_rows[i].text);
        g_autofree char *kill = with_flags(header_rows[i].text, "kill");
        g_autofree char *none = with_flags(header_rows[i].text, "");
        assert_string_equal(kill, header_rows[i].kill);
        assert_string_equal(none, header_rows[i].none);
    }
}

/* ---- plans ------------------------------------------------------------------------------------
 */

static AmrPlan *
plan_mode(const Changing *fixture, AmrPlanKind kind, const char *profile, GError **error)
{
    const AmrPlanContext context = changing_context(fixture, TRUE);
    const char *const profiles[] = {profile, NULL};

    return amr_plan_mode(&context, kind, profiles, error);
}

static void
run_mode(Changing *fixture, AmrPlanKind kind, const char *profile)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = plan_mode(fixture, kind, profile, &error);
    g_autoptr(AmrOutcome) outcome = NULL;

    assert_no_error(error);
    outcome = changing_run(fixture, plan, &error);
    assert_no_error(error);
    assert_int_equal(outcome->state, AMR_CHANGE_STATE_LOADED);
    changing_reopen(fixture, FALSE);
}

static void
undo(Changing *fixture, const char *id, GError **error)
{
    const AmrPlanContext context = changing_context(fixture, TRUE);
    const AmrChange *change = amr_history_find(fixture->history, id);
    g_autoptr(AmrPlan) done = amr_history_plan(fixture->history, change, error);
    g_autoptr(AmrPlan) plan = done ? amr_plan_undo(&context, done, error) : NULL;

    if (plan)
        amr_outcome_free(changing_run(fixture, plan, error));
    changing_reopen(fixture, FALSE);
}

static char *
text_of(const Changing *fixture, const char *name)
{
    g_autofree char *path = g_build_filename(fixture->dir, name, NULL);
    char *text = NULL;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void
test_children_follow(void **state)
{
    Changing fixture;
    g_autofree char *before = NULL;
    g_autoptr(GError) error = NULL;

    changing_init(&fixture);
    before = text_of(&fixture, POLICY "usr.bin.demo");
    run_mode(&fixture, AMR_PLAN_KILL, "demo");
    changing_assert_text(&fixture, POLICY "usr.bin.demo",
                         "profile demo /usr/bin/demo flags=(kill) {\n"
                         "  /usr/bin/demo mr,\n"
                         "  /etc/demo.conf r,\n"
                         "  deny /etc/secret r,\n"
                         "\n"
                         "  profile child flags=(kill) {\n"
                         "    /etc/child r,\n"
                         "  }\n"
                         "  include if exists <local/usr.bin.demo>\n"
                         "}\n");
    const AmrChange *change = amr_history_get(fixture.history, 0);
    assert_int_equal(change->kind, AMR_PLAN_KILL);
    assert_string_equal(change->profiles[0], "demo");
    assert_string_equal(change->profiles[1], "demo//child");
    undo(&fixture, NULL, &error);
    assert_no_error(error);
    changing_assert_text(&fixture, POLICY "usr.bin.demo", before);
    assert_null(amr_history_find(fixture.history, NULL));
    changing_clear(&fixture);
}

static void
test_only_the_child(void **state)
{
    Changing fixture;
    g_autofree char *text = NULL;

    changing_init(&fixture);
    run_mode(&fixture, AMR_PLAN_KILL, "demo//child");
    text = text_of(&fixture, POLICY "usr.bin.demo");
    assert_non_null(strstr(text, "profile demo /usr/bin/demo {"));
    assert_non_null(strstr(text, "profile child flags=(kill) {"));
    changing_clear(&fixture);
}

/* In another order than they were made, with rules written in between. */
static void
test_undo_alone(void **state)
{
    Changing fixture;
    g_autofree char *first = NULL;
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    changing_init(&fixture);
    run_mode(&fixture, AMR_PLAN_KILL, "demo");
    first = g_strdup(amr_history_get(fixture.history, 0)->id);
    run_mode(&fixture, AMR_PLAN_ENFORCE, "demo//child");
    undo(&fixture, first, &error);
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    assert_non_null(strstr(error->message, "became (kill), are () now"));
    g_clear_error(&error);
    undo(&fixture, NULL, &error);
    assert_no_error(error);
    test_write(fixture.dir, POLICY "usr.bin.demo",
               "# by hand\nprofile demo /usr/bin/demo flags=(kill) {\n  /new r,\n"
               "  profile child flags=(kill) { }\n}\n");
    changing_reopen(&fixture, FALSE);
    undo(&fixture, first, &error);
    assert_no_error(error);
    text = text_of(&fixture, POLICY "usr.bin.demo");
    assert_string_equal(text, "# by hand\nprofile demo /usr/bin/demo {\n  /new r,\n"
                              "  profile child { }\n}\n");
    changing_clear(&fixture);
}

/* What the kernel alone knows is not kept where another mode is asked for; of others it is. */
static void
test_kernel_only_complain(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;

    changing_init(&fixture);
    test_write(fixture.dir, POLICY "soft",
               "profile soft {\n  include <local/soft>\n}\nprofile soft2 {\n}\n");
    test_write(fixture.dir, KERNEL "profiles", "soft (complain)\nsoft2 (complain)\n");
    changing_reopen(&fixture, FALSE);
    g_autoptr(AmrPlan) plan = plan_mode(&fixture, AMR_PLAN_ENFORCE, "soft", &error);
    assert_no_error(error);
    assert_int_equal(plan->files->len, 0);
    assert_int_equal(plan->loads->len, 1);
    const AmrPlanLoad *load = plan->loads->pdata[0];
    assert_string_equal(load->complain[0], "soft2");
    assert_null(load->complain[1]);
    changing_clear(&fixture);
}

static const struct {
    const char *name, *file, *text, *profile;
    AmrPlanKind kind;
    AmrErrorCode code;
    const char *says;
} refusals[] = {
    {"unknown", NULL, NULL, "nobody", AMR_PLAN_KILL, AMR_ERROR_NOT_FOUND, "No such profile"},
    {"in the kernel only", NULL, NULL, "ghost", AMR_PLAN_KILL, AMR_ERROR_NO_FILE, "no file"},
    {"disabled by a file", NULL, NULL, "off", AMR_PLAN_KILL, AMR_ERROR_REFUSED,
     "disable/off: It is no symbolic link"},
    {"enabled, and by a file", NULL, NULL, "off", AMR_PLAN_ENABLE, AMR_ERROR_REFUSED,
     "disable/off: It is no symbolic link"},
    {"disabled already", NULL, NULL, "off", AMR_PLAN_DISABLE, AMR_ERROR_NOTHING_TO_DO,
     "Disabled already"},
    {"enabled already", NULL, NULL, "bare", AMR_PLAN_ENABLE, AMR_ERROR_NOTHING_TO_DO,
     "No link disables it"},
    {"a child", NULL, NULL, "demo//child", AMR_PLAN_DISABLE, AMR_ERROR_REFUSED, "with its profile"},
    {"a catch-all, disabled", NULL, NULL, "unconfined", AMR_PLAN_DISABLE, AMR_ERROR_REFUSED,
     "every program"},
    {"nobody, disabled", NULL, NULL, "nobody", AMR_PLAN_DISABLE, AMR_ERROR_NOT_FOUND,
     "No such profile"},
    {"it is so", NULL, NULL, "bare", AMR_PLAN_ENFORCE, AMR_ERROR_NOTHING_TO_DO, "enforce mode"},
    {"a catch-all", NULL, NULL, "unconfined", AMR_PLAN_ENFORCE, AMR_ERROR_REFUSED, "every program"},
    {"forced by a file", POLICY "force-complain/bare", "", "bare", AMR_PLAN_KILL, AMR_ERROR_REFUSED,
     "force-complain/bare: It is no symbolic link"},
    {"a directory in its place", POLICY "disable/bare/x", "", "bare", AMR_PLAN_ENABLE,
     AMR_ERROR_REFUSED, "disable/bare: It is no symbolic link"},
    {"no directory", POLICY "force-complain", "", "bare", AMR_PLAN_COMPLAIN, AMR_ERROR_REFUSED,
     "force-complain: It is no directory"},
};

static void
test_refusals(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        Changing fixture;
        g_autoptr(GError) error = NULL;
        print_message("# %s\n", refusals[i].name);
        changing_init(&fixture);
        if (refusals[i].file) {
            test_write(fixture.dir, refusals[i].file, refusals[i].text);
            changing_reopen(&fixture, FALSE);
        }
        assert_null(plan_mode(&fixture, refusals[i].kind, refusals[i].profile, &error));
        assert_error(error, AMR_ERROR, (int)refusals[i].code);
        assert_non_null(strstr(error->message, refusals[i].says));
        changing_clear(&fixture);
    }
}

/* ---- links ------------------------------------------------------------------------------------
 */

static void
put_link(const Changing *fixture, const char *name, const char *to)
{
    g_autofree char *path = g_build_filename(fixture->dir, name, NULL);
    g_autofree char *dir = g_path_get_dirname(path);

    assert_int_equal(g_mkdir_with_parents(dir, 0755), 0);
    assert_int_equal(symlink(to, path), 0);
}

/* NULL: it is not there. */
static void
assert_link(const Changing *fixture, const char *name, const char *want)
{
    g_autofree char *path = g_build_filename(fixture->dir, name, NULL);
    g_autofree char *to = g_file_read_link(path, NULL);

    if (want)
        assert_string_equal(to ? to : "(none)", want);
    else
        assert_null(to);
}

/* All of a file is meant: a link says it, and the file stays as it is. */
static void
test_force_complain(void **state)
{
    static const char link[] = POLICY "force-complain/usr.bin.demo";
    Changing fixture;
    g_autofree char *before = NULL;
    g_autoptr(GError) error = NULL;

    changing_init(&fixture);
    before = text_of(&fixture, POLICY "usr.bin.demo");
    run_mode(&fixture, AMR_PLAN_COMPLAIN, "demo");
    assert_link(&fixture, link, "../usr.bin.demo");
    changing_assert_text(&fixture, POLICY "usr.bin.demo", before);
    const AmrChange *change = amr_history_get(fixture.history, 0);
    assert_string_equal(change->profiles[1], "demo//child");
    assert_string_equal(change->files[0], "force-complain/usr.bin.demo");
    undo(&fixture, NULL, &error);
    assert_no_error(error);
    assert_link(&fixture, link, NULL);
    /* Of two profiles in a file one is meant, or a header says another mode: flags. */
    run_mode(&fixture, AMR_PLAN_COMPLAIN, "pair-a");
    assert_link(&fixture, POLICY "force-complain/pair", NULL);
    test_write(fixture.dir, POLICY "bare", "profile bare flags=(kill) {\n}\n");
    changing_reopen(&fixture, FALSE);
    run_mode(&fixture, AMR_PLAN_COMPLAIN, "bare");
    assert_link(&fixture, POLICY "force-complain/bare", NULL);
    changing_assert_text(&fixture, POLICY "bare", "profile bare flags=(complain) {\n}\n");
    changing_clear(&fixture);
}

/* Another mode for one of a file that a link puts into complain mode: the link goes, and the others
 * stay in it by flags. */
static void
test_force_complain_ends(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = NULL;

    changing_init(&fixture);
    test_write(fixture.dir, KERNEL "profiles", "pair-a (complain)\npair b* (complain)\n");
    put_link(&fixture, POLICY "force-complain/pair", "/" POLICY "pair");
    changing_reopen(&fixture, FALSE);
    plan = plan_mode(&fixture, AMR_PLAN_COMPLAIN, "pair-a", &error);
    assert_error(error, AMR_ERROR, AMR_ERROR_NOTHING_TO_DO);
    g_clear_error(&error);
    run_mode(&fixture, AMR_PLAN_KILL, "pair-a");
    assert_link(&fixture, POLICY "force-complain/pair", NULL);
    changing_assert_text(&fixture, POLICY "pair",
                         "profile pair-a flags=(kill) {\n  include if exists <local/pair>\n}\n"
                         "profile \"pair b*\" flags=(complain) {\n}\n");
    undo(&fixture, NULL, &error);
    assert_no_error(error);
    assert_link(&fixture, POLICY "force-complain/pair", "/" POLICY "pair");
    changing_assert_text(&fixture, POLICY "pair",
                         "profile pair-a {\n  include if exists <local/pair>\n}\n"
                         "profile \"pair b*\" {\n}\n");
    changing_clear(&fixture);
}

static void
test_disable(void **state)
{
    static const char link[] = POLICY "disable/pair";
    Changing fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrPlan) plan = NULL;
    g_autofree char *removed = NULL;

    changing_init(&fixture);
    test_write(fixture.dir, KERNEL ".remove", "");
    plan = plan_mode(&fixture, AMR_PLAN_DISABLE, "pair-a", &error);
    assert_no_error(error);
    assert_string_equal(plan->besides->pdata[0], "pair holds \"pair b*\" too, which goes with it");
    g_autoptr(AmrPlan) same = amr_plan_from_variant(amr_plan_to_variant(plan), &error);
    assert_no_error(error);
    assert_int_equal(same->files->len, 1);
    run_mode(&fixture, AMR_PLAN_DISABLE, "pair-a");
    assert_link(&fixture, link, "../pair");
    removed = text_of(&fixture, KERNEL ".remove");
    /* As an ordinary user the parser unloads nothing, not even from a directory of his own. */
    assert_string_equal(removed, geteuid() == 0 ? "pair-a" : "");
    /* What it was is told by the index: enabled again, by an undo and by itself. */
    undo(&fixture, NULL, &error);
    assert_no_error(error);
    assert_link(&fixture, link, NULL);
    put_link(&fixture, link, "/" POLICY "pair");
    changing_reopen(&fixture, FALSE);
    run_mode(&fixture, AMR_PLAN_ENABLE, "pair-a");
    assert_link(&fixture, link, NULL);
    undo(&fixture, NULL, &error);
    assert_no_error(error);
    assert_link(&fixture, link, "/" POLICY "pair");
    /* A mode that a link keeps from being: it goes, and that is to be agreed to. */
    g_autoptr(AmrPlan) kill = plan_mode(&fixture, AMR_PLAN_KILL, "pair-a", &error);
    assert_no_error(error);
    assert_non_null(strstr(kill->besides->pdata[0], "which goes: it is loaded"));
    run_mode(&fixture, AMR_PLAN_KILL, "pair-a");
    assert_link(&fixture, link, NULL);
    changing_clear(&fixture);
}

/* Somebody's own is never taken away, and what changed since is not undone. */
static void
test_foreign_links(void **state)
{
    static const char *const others[] = {"../bare", "/etc/passwd", "nowhere", "../..", "\n\033[2J"};
    Changing fixture;
    g_autoptr(GError) error = NULL;

    changing_init(&fixture);
    test_write(fixture.dir, KERNEL ".remove", "");
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *path = g_build_filename(fixture.dir, POLICY "disable/pair", NULL);
        print_message("# %s\n", i == 4 ? "hostile" : others[i]);
        put_link(&fixture, POLICY "disable/pair", others[i]);
        changing_reopen(&fixture, FALSE);
        assert_null(plan_mode(&fixture, AMR_PLAN_ENABLE, "pair-a", &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
        assert_non_null(strstr(error->message, "which is not pair"));
        assert_null(strchr(error->message, '\033'));
        g_clear_error(&error);
        assert_int_equal(unlink(path), 0);
    }
    changing_reopen(&fixture, FALSE);
    run_mode(&fixture, AMR_PLAN_DISABLE, "pair-a");
    g_autofree char *made = g_build_filename(fixture.dir, POLICY "disable/pair", NULL);
    assert_int_equal(unlink(made), 0);
    changing_reopen(&fixture, FALSE);
    undo(&fixture, NULL, &error);
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    assert_string_equal(
        error->message,
        "disable/pair is not what the change made of it: it was not there, became a "
        "link to ../pair, is not there now");
    changing_clear(&fixture);
}

/* What goes out of use need not compile. */
static void
test_disable_broken(void **state)
{
    Changing fixture;

    changing_init(&fixture);
    test_write(fixture.dir, KERNEL ".remove", "");
    test_write(fixture.dir, POLICY "bare", "profile bare {\n  /unclosed\n");
    changing_reopen(&fixture, FALSE);
    run_mode(&fixture, AMR_PLAN_DISABLE, "bare");
    assert_link(&fixture, POLICY "disable/bare", "../bare");
    changing_clear(&fixture);
}

/* A child of an abstraction keeps its mode with its parent; asked for by itself, all get it. */
static void
test_shared_child(void **state)
{
    Changing fixture;
    g_autoptr(GError) error = NULL;

    changing_init(&fixture);
    test_write(fixture.dir, POLICY "abstractions/kid", "profile kid { }\n");
    test_write(fixture.dir, POLICY "bare", "profile bare {\n  include <abstractions/kid>\n}\n");
    test_write(fixture.dir, POLICY "idle", "profile idle {\n  include <abstractions/kid>\n}\n");
    changing_reopen(&fixture, FALSE);
    g_autoptr(AmrPlan) parent = plan_mode(&fixture, AMR_PLAN_KILL, "bare", &error);
    assert_no_error(error);
    assert_int_equal(parent->files->len, 1);
    assert_non_null(strstr(parent->notes->pdata[0], "\"bare//kid\" keeps its mode"));
    g_autoptr(AmrPlan) child = plan_mode(&fixture, AMR_PLAN_KILL, "bare//kid", &error);
    assert_no_error(error);
    assert_int_equal(child->loads->len, 2);
    assert_non_null(strstr(child->besides->pdata[0], "\"idle//kid\" is of the same text"));
    changing_clear(&fixture);
}

/* ---- what a mode may cut off -------------------------------------------------------------------
 */

static void
put_process(const Changing *fixture, guint pid, guint parent, const char *label, const char *group)
{
    static const char *const names[] = {"stat", "cgroup", "attr/current", "comm"};
    const char *comm = "a) b (";
    g_autofree char *stat = g_strdup_printf("%u (%s) S %u 1 1", pid, comm, parent);
    g_autofree char *cgroup = g_strdup_printf("0::%s\n", group);
    const char *texts[] = {stat, cgroup, label, comm};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = g_strdup_printf("proc/%u/%s", pid, names[i]);
        test_write(fixture->dir, name, texts[i]);
    }
}

static void
put_program(const Changing *fixture, guint pid, const char *exe)
{
    g_autofree char *name = g_strdup_printf("proc/%u/exe", pid);
    put_link(fixture, name, exe);
}

static void
test_guards(void **state)
{
    static const struct {
        const char *profile;
        AmrPlanKind kind;
        const char *says; /* NULL: nothing */
    } rows[] = {
        {"demo", AMR_PLAN_KILL, "\"demo\" confines this very session: a) b ( (pid 30)"},
        {"demo", AMR_PLAN_DISABLE, "this very session"},
        {"demo", AMR_PLAN_COMPLAIN, NULL},
        {"soft", AMR_PLAN_ENFORCE, "\"soft\" confines what the system runs: a) b ( (pid 10)"},
        {"pair-a", AMR_PLAN_KILL, NULL}, /* another user's */
        {"idle", AMR_PLAN_KILL, "is unconfined and allows what no rule"},
        {"idle", AMR_PLAN_COMPLAIN, "is unconfined and allows what no rule"},
        {"idle", AMR_PLAN_DISABLE, "make user namespaces"},
        {"kept", AMR_PLAN_ENABLE, "confines, from the next start on, what the system runs"},
        {"bare", AMR_PLAN_KILL, NULL},
    };
    Changing fixture;

    changing_init(&fixture);
    test_write(fixture.dir, POLICY "idle", "profile idle flags=(unconfined) {\n}\n");
    test_write(fixture.dir, POLICY "kept", "profile kept /usr/sbin/kep{t,d} {\n}\n");
    put_link(&fixture, POLICY "disable/kept", "../kept");
    put_link(&fixture, "proc/self", "40");
    put_process(&fixture, 1, 0, "unconfined", "/init.scope");
    put_process(&fixture, 10, 1, "other//&soft//x (complain)", "/system.slice/x.service");
    put_program(&fixture, 10, "/usr/sbin/kept");
    put_process(&fixture, 20, 1, "pair-a (enforce)", "/user.slice/user-1.slice/x.scope");
    put_process(&fixture, 30, 1, "demo//child (enforce)", "/user.slice/user-0.slice/x.scope");
    put_process(&fixture, 40, 30, "unconfined", "/user.slice/user-0.slice/x.scope");
    changing_reopen(&fixture, FALSE);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrPlan) plan = plan_mode(&fixture, rows[i].kind, rows[i].profile, &error);
        g_autoptr(GPtrArray) guards = NULL;
        print_message("# %s %s\n", amr_plan_kind_word(rows[i].kind), rows[i].profile);
        assert_no_error(error);
        guards = amr_guards(fixture.opener, fixture.index, plan);
        assert_int_equal(guards->len, rows[i].says ? 1 : 0);
        if (rows[i].says)
            assert_non_null(strstr(guards->pdata[0], rows[i].says));
    }
    g_autoptr(AmrPlan) rule = changing_plan_one(&fixture, "demo", "/srv/x r,");
    g_autoptr(GPtrArray) none = amr_guards(fixture.opener, fixture.index, rule);
    assert_int_equal(none->len, 0);
    changing_clear(&fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_children_follow),
        cmocka_unit_test(test_only_the_child),
        cmocka_unit_test(test_undo_alone),
        cmocka_unit_test(test_kernel_only_complain),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_force_complain),
        cmocka_unit_test(test_force_complain_ends),
        cmocka_unit_test(test_disable),
        cmocka_unit_test(test_foreign_links),
        cmocka_unit_test(test_disable_broken),
        cmocka_unit_test(test_shared_child),
        cmocka_unit_test(test_guards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
