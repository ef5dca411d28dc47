/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/policy/scratch.h"

typedef struct {
    char *dir;    /* the root */
    char *policy; /* its etc/apparmor.d */
    AmrTarget *target;
    AmrScratch *scratch;
} Fixture;

static AmrScratch *
make_scratch(const AmrTarget *target, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    amr_scratch_new_async(target, NULL, test_result, &result);
    test_wait_result(&result);
    return amr_scratch_new_finish(result, error);
}

static void
link_to(const Fixture *fixture, const char *name, const char *target)
{
    g_autofree char *path = g_build_filename(fixture->policy, name, NULL);
    assert_int_equal(symlink(target, path), 0);
}

static void
fixture_init(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    fixture->dir = test_dir_new();
    fixture->policy = g_build_filename(fixture->dir, "etc/apparmor.d", NULL);
    test_write(fixture->policy, "p", "p\n");
    test_write(fixture->policy, "local/p", "lp\n");
    test_write(fixture->policy, "abstractions/base.d/x", "x\n");
    test_write(fixture->policy, "abstractions/cache/x", "x\n");
    test_write(fixture->policy, "disable/p", "");
    test_write(fixture->policy, "force-complain/p", "");
    test_write(fixture->policy, "cache/p", "");
    test_write(fixture->dir, "outside/o", "o\n");
    g_autofree char *outside = g_build_filename(fixture->dir, "outside", NULL);
    g_autofree char *outer = g_build_filename(outside, "o", NULL);
    link_to(fixture, "local/inner", "../p");
    link_to(fixture, "local/escape", "../../../outside/o");
    link_to(fixture, "local/absolute", outer);
    link_to(fixture, "local/loop", "loop");
    link_to(fixture, "local/gone", "nowhere");
    link_to(fixture, "linked", outside);
    link_to(fixture, "near", "local");
    fixture->target = amr_target_new(&(AmrTargetOptions){.root = fixture->dir}, &error);
    assert_no_error(error);
    fixture->scratch = make_scratch(fixture->target, &error);
    assert_no_error(error);
}

static void
fixture_clear(Fixture *fixture)
{
    amr_scratch_free(fixture->scratch);
    amr_target_free(fixture->target);
    test_dir_remove(fixture->dir);
    g_free(fixture->policy);
}

/* What the compiler would read; NULL if nothing. */
static char *
read_below(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static void
assert_reads(const Fixture *fixture, const char *name, const char *want)
{
    g_autofree char *text = read_below(amr_scratch_path(fixture->scratch), name);
    if (g_strcmp0(text, want) != 0)
        fail_msg("%s holds %s", name, text ? text : "(nothing)");
}

static gboolean
set(Fixture *fixture, const char *name, const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = text ? g_bytes_new(text, strlen(text)) : NULL;
    return amr_scratch_set(fixture->scratch, name, bytes, error);
}

static const struct {
    const char *name, *want;
} mirrored[] = {
    {"p", "p\n"},
    {"local/p", "lp\n"},
    {"abstractions/base.d/x", "x\n"},
    {"abstractions/cache/x", "x\n"},
    {"local/inner", "p\n"},
    {"local/escape", "o\n"},
    {"local/absolute", "o\n"},
    {"linked/o", "o\n"},
    {"near/p", "lp\n"},
    {"local/loop", NULL},
    {"local/gone", NULL},
    {"disable/p", NULL},
    {"force-complain/p", NULL},
    {"cache/p", NULL},
};

static void
assert_mirror(const Fixture *fixture)
{
    for (guint i = 0; i < G_N_ELEMENTS(mirrored); i++)
        assert_reads(fixture, mirrored[i].name, mirrored[i].want);
}

static void
test_mirror(void **state)
{
    Fixture fixture;
    struct stat st;
    fixture_init(&fixture);
    assert_mirror(&fixture);
    assert_int_equal(stat(amr_scratch_path(fixture.scratch), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    g_autofree char *path = g_strdup(amr_scratch_path(fixture.scratch));
    amr_scratch_free(g_steal_pointer(&fixture.scratch));
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_autofree char *kept = test_read(fixture.policy, "local/p");
    assert_string_equal(kept, "lp\n");
    fixture_clear(&fixture);
}

static const struct {
    const char *name, *file;
    const char *also; /* another name that must show the change; NULL */
} changes[] = {
    {"a file", "p", "local/inner"},
    {"in a directory", "local/p", "near/p"},
    {"a new file", "local/new", NULL},
    {"a new file in a new directory", "new/deep/er", NULL},
    {"through a link in the policy", "local/inner", "p"},
    {"through a linked directory of the policy", "near/p", "local/p"},
    {"a link to nothing", "local/gone", "local/nowhere"},
    {"a link that leads out", "local/escape", NULL},
    {"an absolute link", "local/absolute", NULL},
};

static void
test_changes(void **state)
{
    Fixture fixture;
    fixture_init(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autoptr(GError) error = NULL;
        const char *file = changes[i].file;
        g_autofree char *before = read_below(fixture.policy, file);
        print_message("%s\n", changes[i].name);
        assert_false(amr_scratch_is_changed(fixture.scratch, file));
        assert_true(set(&fixture, file, "changed\n", &error));
        assert_true(set(&fixture, file, "again\n", &error));
        assert_true(amr_scratch_is_changed(fixture.scratch, file));
        assert_reads(&fixture, file, "again\n");
        if (changes[i].also)
            assert_reads(&fixture, changes[i].also, "again\n");
        assert_true(set(&fixture, file, NULL, &error));
        assert_reads(&fixture, file, NULL);
        /* Nothing of it has reached the policy. */
        g_autofree char *after = read_below(fixture.policy, file);
        assert_true(g_strcmp0(before, after) == 0);
        assert_true(amr_scratch_restore(fixture.scratch, file, &error));
        assert_no_error(error);
        assert_false(amr_scratch_is_changed(fixture.scratch, file));
        assert_reads(&fixture, file, before);
        assert_mirror(&fixture);
    }
    g_autofree char *made = g_build_filename(amr_scratch_path(fixture.scratch), "new", NULL);
    assert_false(g_file_test(made, G_FILE_TEST_EXISTS));
    fixture_clear(&fixture);
}

static const struct {
    const char *name, *file;
} refused[] = {
    {"an absolute name", "/etc/passwd"},
    {"a way up", "../x"},
    {"a way up further down", "local/../../x"},
    {"nothing", ""},
    {"a link to itself", "local/loop"},
    {"below a directory that is elsewhere", "linked/o"},
    {"new below a directory that is elsewhere", "linked/new"},
};

static void
test_refused(void **state)
{
    Fixture fixture;
    fixture_init(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        print_message("%s\n", refused[i].name);
        assert_false(set(&fixture, refused[i].file, "changed\n", &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
        g_clear_error(&error);
        assert_false(set(&fixture, refused[i].file, NULL, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
        assert_mirror(&fixture);
    }
    g_autofree char *kept = test_read(fixture.dir, "outside/o");
    assert_string_equal(kept, "o\n");
    fixture_clear(&fixture);
}

static void
test_cancel(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    Fixture fixture;
    fixture_init(&fixture);
    amr_scratch_new_async(fixture.target, cancellable, test_result, &result);
    g_cancellable_cancel(cancellable);
    test_wait_result(&result);
    assert_null(amr_scratch_new_finish(result, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    fixture_clear(&fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mirror),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
