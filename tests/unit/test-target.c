/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/testing.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/target.h"

/* A root with what a system with AppArmor has. */
static int
setup(void **state)
{
    char *root = test_dir_new();
    test_write(root, "etc/apparmor.d/tunables/global", "");
    test_write(root, "sys/kernel/security/apparmor/profiles", "");
    test_write(root, "sys/kernel/security/apparmor/.replace", "");
    test_write(root, "sys/kernel/security/apparmor/.load", "");
    test_write(root, "proc/1/attr/current", "unconfined\n");
    *state = root;
    return 0;
}

static int
teardown(void **state)
{
    test_dir_remove(*state);
    return 0;
}

static void
remove_in(const char *root, const char *name)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    assert_int_equal(g_remove(path), 0);
}

static void
link_in(const char *root, const char *target, const char *name)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    assert_int_equal(symlink(target, path), 0);
}

/* ROOT/NAME is PATH. */
static void
assert_in(const char *root, const char *name, const char *path)
{
    g_autofree char *real = g_file_test(root, G_FILE_TEST_IS_SYMLINK) ? NULL : g_strdup(root);
    g_autofree char *want = g_build_filename(real, name, NULL);
    assert_non_null(path);
    assert_string_equal(path, want);
}

static AmrTarget *
target_new(AmrTargetOptions options)
{
    g_autoptr(GError) error = NULL;
    AmrTarget *target = amr_target_new(&options, &error);
    assert_no_error(error);
    return target;
}

/* The value after @option; NULL if it is not there. */
static const char *
value_of(AmrTarget *target, const char *option)
{
    const char *const *argv = amr_target_parser_argv(target);
    for (gsize i = 1; argv[i]; i++) {
        if (strcmp(argv[i], option) == 0)
            return argv[i + 1];
    }
    return NULL;
}

static gboolean
has_kernel(void)
{
    return g_file_test("/sys/kernel/security/apparmor", G_FILE_TEST_IS_DIR);
}

/* ---- this machine --------------------------------------------------------------------------- */

static void
test_live(void **state)
{
    g_autoptr(AmrTarget) target = target_new((AmrTargetOptions){.read_only = TRUE});
    const char *parser = amr_target_parser_argv(target)[0];

    assert_true(amr_target_is_live(target));
    assert_true(amr_target_is_read_only(target));
    assert_string_equal(amr_target_root_path(target), "/");
    assert_string_equal(amr_target_state_path(target), "/var/lib/armorer");
    assert_true(amr_target_root_fd(target) >= 0);
    assert_true(amr_target_proc_fd(target) >= 0);
    assert_true(g_path_is_absolute(parser));
    assert_true(g_str_has_suffix(parser, "apparmor_parser"));
    assert_null(value_of(target, "--config-file"));
    assert_null(value_of(target, "-f"));
    assert_null(value_of(target, "-L"));
    assert_int_equal(amr_target_load_way(target), has_kernel() ? AMR_LOAD_KERNEL : AMR_LOAD_NONE);
    assert_int_equal(amr_target_kernel_fd(target) >= 0, has_kernel());
    assert_int_equal(amr_target_kernel_path(target) != NULL, has_kernel());
    assert_int_equal(amr_target_policy_fd(target) >= 0,
                     g_file_test("/etc/apparmor.d", G_FILE_TEST_IS_DIR));
    if (has_kernel())
        assert_null(value_of(target, "-M"));
}

static void
test_clock(void **state)
{
    AmrClock *clock = amr_clock_new_fixed(5);
    g_autoptr(AmrTarget) target = target_new((AmrTargetOptions){.clock = clock});
    g_autoptr(AmrTarget) other = target_new((AmrTargetOptions){.root = "/"});

    assert_int_equal(amr_clock_now(amr_target_clock(target)), 5);
    assert_true(amr_clock_now(amr_target_clock(other)) > 5);
    assert_false(amr_target_is_read_only(target));
}

/* Whatever makes it another system takes the running kernel away. */
static void
test_not_live(void **state)
{
    const char *root = *state;
    g_autofree char *policy = g_build_filename(root, "etc/apparmor.d", NULL);
    g_autofree char *features = g_build_filename(root, "some-features", NULL);
    const AmrTargetOptions rows[] = {
        {.policy = policy},
        {.policy = "/etc/apparmor.d"},
        {.parser = "/bin/true"},
        {.features = features},
    };
    test_write(root, "some-features", "file {mask {read\n}\n}\n");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AmrTarget) target = NULL;
        if (rows[i].policy && !g_file_test(rows[i].policy, G_FILE_TEST_IS_DIR))
            continue;
        target = target_new(rows[i]);
        assert_false(amr_target_is_live(target));
        assert_int_equal(amr_target_load_way(target), AMR_LOAD_NONE);
        assert_int_equal(amr_target_kernel_fd(target), -1);
        assert_int_equal(amr_target_proc_fd(target), -1);
        assert_null(amr_target_kernel_path(target));
        assert_null(value_of(target, "-f"));
    }
}

/* --root / is this machine's tree, but not its kernel. */
static void
test_root_is_slash(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrTarget) target = amr_target_new(&(AmrTargetOptions){.root = "/"}, &error);

    if (!target) {
        assert_false(g_file_test("/etc/apparmor.d", G_FILE_TEST_IS_DIR));
        return;
    }
    assert_false(amr_target_is_live(target));
    assert_int_not_equal(amr_target_load_way(target), AMR_LOAD_KERNEL);
    assert_string_equal(amr_target_policy_path(target), "/etc/apparmor.d");
}

/* ---- another root --------------------------------------------------------------------------- */

static void
test_root(void **state)
{
    const char *root = *state;
    g_autoptr(AmrTarget) target = target_new((AmrTargetOptions){.root = root});

    assert_false(amr_target_is_live(target));
    assert_int_equal(amr_target_load_way(target), AMR_LOAD_DIR);
    assert_string_equal(amr_target_root_path(target), root);
    assert_in(root, "etc/apparmor.d", amr_target_policy_path(target));
    assert_in(root, "sys/kernel/security/apparmor", amr_target_kernel_path(target));
    assert_in(root, "var/lib/armorer", amr_target_state_path(target));
    assert_in(root, "var/cache/apparmor", value_of(target, "-L"));
    assert_in(root, "sys/kernel/security/apparmor", value_of(target, "-f"));
    assert_string_equal(value_of(target, "--config-file"), "/dev/null");
    assert_null(value_of(target, "-M"));
    assert_int_equal(faccessat(amr_target_policy_fd(target), "tunables/global", F_OK, 0), 0);
    assert_int_equal(faccessat(amr_target_kernel_fd(target), "profiles", F_OK, 0), 0);
    assert_int_equal(faccessat(amr_target_proc_fd(target), "1/attr", F_OK, 0), 0);
}

static void
test_root_is_relative(void **state)
{
    const char *root = *state;
    g_autofree char *here = g_get_current_dir();
    g_autofree char *name = g_path_get_basename(root);
    g_autofree char *parent = g_path_get_dirname(root);
    g_autoptr(AmrTarget) target = NULL;

    assert_int_equal(chdir(parent), 0);
    target = target_new((AmrTargetOptions){.root = name});
    assert_int_equal(chdir(here), 0);
    assert_string_equal(amr_target_root_path(target), root);
    assert_in(root, "etc/apparmor.d", amr_target_policy_path(target));
}

static void
test_root_config(void **state)
{
    const char *root = *state;
    g_autoptr(AmrTarget) target = NULL;

    test_write(root, "etc/apparmor/real.conf", "");
    link_in(root, "/etc/apparmor/real.conf", "etc/apparmor/parser.conf");
    target = target_new((AmrTargetOptions){.root = root});
    assert_in(root, "etc/apparmor/real.conf", value_of(target, "--config-file"));
}

/* Links in the tree do not lead the compiler, which knows no other root, out of it. */
static void
test_root_links(void **state)
{
    const char *root = *state;
    g_autoptr(AmrTarget) target = NULL;
    g_autofree char *var = g_build_filename(root, "real/lib", NULL);
    g_autofree char *from = g_build_filename(root, "etc", NULL);
    g_autofree char *to = g_build_filename(root, "real/etc", NULL);

    assert_int_equal(g_mkdir_with_parents(var, 0755), 0);
    assert_int_equal(rename(from, to), 0);
    link_in(root, "/real/etc", "etc");
    link_in(root, "/real", "var");
    target = target_new((AmrTargetOptions){.root = root});
    assert_in(root, "real/etc/apparmor.d", amr_target_policy_path(target));
    assert_in(root, "real/lib/armorer", amr_target_state_path(target));
    assert_in(root, "real/cache/apparmor", value_of(target, "-L"));
}

static void
test_root_refused(void **state)
{
    const char *root = *state;
    g_autoptr(GError) error = NULL;
    g_autofree char *missing = g_build_filename(root, "missing", NULL);
    g_autofree char *file = g_build_filename(root, "proc/1/attr/current", NULL);
    g_autofree char *proc = g_build_filename(root, "proc", NULL);

    assert_null(amr_target_new(&(AmrTargetOptions){.root = missing}, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    assert_true(g_str_has_prefix(error->message, "The root directory: "));
    g_clear_error(&error);
    assert_null(amr_target_new(&(AmrTargetOptions){.root = file}, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_USAGE);
    g_clear_error(&error);
    assert_null(amr_target_new(&(AmrTargetOptions){.root = proc}, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    assert_true(g_str_has_prefix(error->message, "The policy directory: "));
    g_clear_error(&error);
    link_in(root, "/nowhere", "var");
    assert_null(amr_target_new(&(AmrTargetOptions){.root = root}, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
}

/* A kernel of plain files may be written; what could be the running one may not. */
static void
test_root_kernel(void **state)
{
    const char *root = *state;
    const AmrTargetOptions options = {.root = root};
    g_autoptr(AmrTarget) linked = NULL;
    g_autoptr(AmrTarget) outside = NULL;
    g_autoptr(AmrTarget) none = NULL;

    remove_in(root, "sys/kernel/security/apparmor/.replace");
    link_in(root, "/sys/kernel/security/apparmor/.replace",
            "sys/kernel/security/apparmor/.replace");
    linked = target_new(options);
    assert_int_equal(amr_target_load_way(linked), AMR_LOAD_NONE);
    assert_null(value_of(linked, "-f"));
    assert_true(amr_target_kernel_fd(linked) >= 0);

    remove_in(root, "sys/kernel/security/apparmor/.replace");
    remove_in(root, "sys/kernel/security/apparmor/.load");
    remove_in(root, "sys/kernel/security/apparmor/profiles");
    remove_in(root, "sys/kernel/security/apparmor");
    none = target_new(options);
    assert_int_equal(amr_target_load_way(none), AMR_LOAD_NONE);
    assert_int_equal(amr_target_kernel_fd(none), -1);
    assert_null(amr_target_kernel_path(none));

    link_in(root, "../../../../../../../../sys/kernel/security", "sys/kernel/security/apparmor");
    outside = target_new(options);
    assert_int_equal(amr_target_load_way(outside), AMR_LOAD_DIR);
    assert_in(root, "sys/kernel/security", amr_target_kernel_path(outside));
}

/* ---- the compiler --------------------------------------------------------------------------- */

static void
test_parser(void **state)
{
    const char *root = *state;
    g_autofree char *plain = g_build_filename(root, "proc/1/attr/current", NULL);
    const char *const bad[] = {plain, root, "/nonexistent/parser", "./no-such-parser"};
    g_autoptr(AmrTarget) target = target_new((AmrTargetOptions){.parser = "/bin/true"});

    assert_string_equal(amr_target_parser_argv(target)[0], "/bin/true");
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(amr_target_new(&(AmrTargetOptions){.parser = bad[i]}, &error));
        if (i < 2)
            assert_error(error, AMR_ERROR, AMR_ERROR_USAGE);
        else
            assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
        assert_non_null(strstr(error->message, bad[i] + (bad[i][0] == '.' ? 2 : 0)));
    }
}

/* $PATH may be another's; root does not ask it. */
static void
test_parser_by_path(void **state)
{
    const char *root = *state;
    g_autofree char *old = g_strdup(g_getenv("PATH"));
    g_autofree char *program = g_build_filename(root, "my-parser", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrTarget) target = NULL;

    test_write(root, "my-parser", "#!/bin/sh\n");
    assert_int_equal(g_chmod(program, 0755), 0);
    assert_true(g_setenv("PATH", root, TRUE));
    target = amr_target_new(&(AmrTargetOptions){.parser = "my-parser"}, &error);
    assert_true(g_setenv("PATH", old, TRUE));
    assert_int_equal(target != NULL, geteuid() != 0);
    if (target)
        assert_string_equal(amr_target_parser_argv(target)[0], program);
}

static void
test_features(void **state)
{
    static const struct {
        const char *files[5];
        const char *want; /* NULL: no -M */
    } rows[] = {
        {{NULL}, NULL},
        {{"3.0"}, "3.0"},
        {{"3.0", "4.0"}, "4.0"},
        {{"4.0", "3.0", "kernel-5.4-vanilla", "README"}, "4.0"},
        {{"9.0", "10.0", "10.2", "10.1"}, "10.2"},
        {{"kernel-5.4-vanilla", "4.0-ip", "x5.0", "5.", "4.0.1"}, NULL},
    };
    const char *root = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AmrTarget) target = NULL;
        for (gsize k = 0; k < 5 && rows[i].files[k]; k++) {
            g_autofree char *name = g_build_filename("etc/apparmor.d/abi", rows[i].files[k], NULL);
            test_write(root, name, "");
        }
        target = target_new((AmrTargetOptions){.root = root});
        if (rows[i].want) {
            g_autofree char *want = g_build_filename("etc/apparmor.d/abi", rows[i].want, NULL);
            assert_in(root, want, value_of(target, "-M"));
        } else {
            assert_null(value_of(target, "-M"));
        }
        for (gsize k = 0; k < 5 && rows[i].files[k]; k++) {
            g_autofree char *name = g_build_filename("etc/apparmor.d/abi", rows[i].files[k], NULL);
            remove_in(root, name);
        }
    }
}

static void
test_features_chosen(void **state)
{
    const char *root = *state;
    g_autofree char *file = g_build_filename(root, "mine", NULL);
    g_autofree char *missing = g_build_filename(root, "missing", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrTarget) own = NULL;
    g_autoptr(AmrTarget) given = NULL;

    test_write(root, "etc/apparmor.d/abi/4.0", "");
    test_write(root, "sys/kernel/security/apparmor/features/file/mask", "read\n");
    test_write(root, "mine", "file {mask {read\n}\n}\n");
    own = target_new((AmrTargetOptions){.root = root});
    assert_in(root, "sys/kernel/security/apparmor/features", value_of(own, "-M"));
    given = target_new((AmrTargetOptions){.root = root, .features = file});
    assert_string_equal(value_of(given, "-M"), file);
    assert_null(amr_target_new(&(AmrTargetOptions){.features = missing}, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* The compiler takes what is no features for a kernel that mediates nothing. */
static void
test_no_features(void **state)
{
    const char *root = *state;
    g_autofree char *empty = g_build_filename(root, "empty", NULL);
    g_autofree char *words = g_build_filename(root, "words", NULL);
    const char *const bad[] = {empty, words, root, "/bin/true"};

    test_write(root, "empty", "");
    test_write(root, "words", "no such thing\n");
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(amr_target_new(&(AmrTargetOptions){.root = root, .features = bad[i]}, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_USAGE);
        assert_non_null(strstr(error->message, bad[i]));
    }
}

/* ---- another policy, and where the history stands ------------------------------------------ */

static void
test_policy(void **state)
{
    const char *root = *state;
    g_autofree char *policy = g_build_filename(root, "etc/apparmor.d", NULL);
    g_autofree char *odd = g_build_filename(root, "proc/../link", NULL);
    g_autofree char *state_home = g_build_filename(root, "state", NULL);
    g_autofree char *old = g_strdup(g_getenv("XDG_STATE_HOME"));
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, policy, -1);
    g_autofree char *name = g_strdup_printf("policy-%.16s", digest);
    g_autofree char *want = NULL;
    g_autoptr(AmrTarget) straight = NULL;
    g_autoptr(AmrTarget) around = NULL;

    link_in(root, "etc/apparmor.d", "link");
    assert_true(g_setenv("XDG_STATE_HOME", state_home, TRUE));
    straight = target_new((AmrTargetOptions){.policy = policy});
    around = target_new((AmrTargetOptions){.policy = odd});
    if (old)
        (void)g_setenv("XDG_STATE_HOME", old, TRUE);
    else
        g_unsetenv("XDG_STATE_HOME");
    want = geteuid() == 0 ? g_build_filename("/var/lib/armorer", name, NULL)
                          : g_build_filename(state_home, "armorer", name, NULL);
    assert_string_equal(amr_target_state_path(straight), want);
    assert_string_equal(amr_target_state_path(around), want);
    assert_string_equal(amr_target_policy_path(around), policy);
    assert_null(value_of(straight, "--config-file"));
}

static void
test_policy_place(void **state)
{
    const char *root = *state;
    g_autofree char *policy = g_build_filename(root, "etc/apparmor.d", NULL);
    g_autoptr(AmrTarget) live = target_new((AmrTargetOptions){0});
    g_autoptr(AmrTarget) other = target_new((AmrTargetOptions){.root = root});
    g_autoptr(AmrTarget) moved =
        target_new((AmrTargetOptions){.root = root, .policy = "/sys/kernel"});
    g_autoptr(AmrTarget) apart = target_new((AmrTargetOptions){.policy = policy});
    struct {
        AmrTarget *target;
        int fd;
        const char *want;
    } rows[] = {
        {live, amr_target_root_fd(live), "etc/apparmor.d/local/x"},
        {other, amr_target_root_fd(other), "etc/apparmor.d/local/x"},
        {moved, amr_target_root_fd(moved), "sys/kernel/local/x"},
        {apart, amr_target_policy_fd(apart), "local/x"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = NULL;
        assert_int_equal(amr_target_policy_place(rows[i].target, "local/x", &path), rows[i].fd);
        assert_string_equal(path, rows[i].want);
    }
}

static void
test_policy_refused(void **state)
{
    g_autoptr(GError) error = NULL;

    assert_null(amr_target_new(&(AmrTargetOptions){.policy = "/nonexistent/\n"}, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    assert_non_null(strstr(error->message, "/nonexistent/\\n"));
}

static void
test_state(void **state)
{
    const char *root = *state;
    g_autofree char *own = g_build_filename(root, "a/../own", NULL);
    g_autoptr(AmrTarget) target = target_new((AmrTargetOptions){.root = root, .state = own});
    g_autoptr(AmrTarget) both =
        target_new((AmrTargetOptions){.root = root, .policy = "/etc/apparmor.d"});

    assert_in(root, "own", amr_target_state_path(target));
    /* Below another root everything is looked up below it. */
    assert_in(root, "etc/apparmor.d", amr_target_policy_path(both));
    assert_in(root, "var/lib/armorer", amr_target_state_path(both));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_live),         TEST(test_clock),
        TEST(test_not_live),     TEST(test_root_is_slash),
        TEST(test_root),         TEST(test_root_is_relative),
        TEST(test_root_config),  TEST(test_root_links),
        TEST(test_root_refused), TEST(test_root_kernel),
        TEST(test_parser),       TEST(test_parser_by_path),
        TEST(test_features),     TEST(test_features_chosen),
        TEST(test_no_features),  TEST(test_policy),
        TEST(test_policy_place), TEST(test_policy_refused),
        TEST(test_state),
    };
    return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
