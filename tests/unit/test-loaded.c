/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/kernel/loaded.h"

#define KERNEL "sys/kernel/security/apparmor/"
#define SHA1   "62B1172256755068f51bda9ce18c45456c04b0d9"
#define SHA256 "8bc4fa6e53cdf5ff596757581d58c35fe94f95879f227c6dcb170370218ba588"

typedef struct {
    char *dir;
    AmrTarget *target;
    AmrOpener *opener;
} Fixture;

static void
fixture_open(Fixture *f)
{
    AmrTargetOptions options = {.root = f->dir};
    g_autoptr(GError) error = NULL;

    test_write(f->dir, "etc/apparmor.d/p", "");
    f->target = amr_target_new(&options, &error);
    assert_no_error(error);
    f->opener = amr_opener_new(f->target);
}

static void
fixture_close(Fixture *f)
{
    amr_opener_free(f->opener);
    amr_target_free(f->target);
    test_dir_remove(f->dir);
}

/* As a kernel lays it out: two of one load, one of another with a child of its own, a namespace in
 * a namespace. */
static void
put_tree(Fixture *f)
{
    static const struct {
        const char *dir, *name, *mode, *raw;
    } profiles[] = {
        {"policy/profiles/top.1", "top", "enforce", "../../raw_data/1"},
        {"policy/profiles/top.1/profiles/kid.2", "kid", "complain", "../../../../raw_data/2"},
        {"policy/profiles/top.1/profiles/kid.2/profiles/deep.3", "deep", "kill", NULL},
        {"policy/profiles/with_space.4", "with space", "unconfined", "../../raw_data/1"},
        {"policy/profiles/a__b.9", "a//b", "user", NULL},
        {"policy/namespaces/web/profiles/top.5", "top", "complain", "../../raw_data/1"},
        {"policy/namespaces/web/namespaces/in/profiles/x.6", "x", "future_mode", NULL},
    };
    static const char *const links[] = {"raw_data", "raw_sha1", "raw_sha256"};
    static const char *const names[] = {"raw_data", "sha1", "sha256"};

    test_write(f->dir, KERNEL "policy/raw_data/1/raw_data", "one");
    test_write(f->dir, KERNEL "policy/raw_data/1/sha1", SHA1 "\n");
    test_write(f->dir, KERNEL "policy/raw_data/2/raw_data", "two");
    test_write(f->dir, KERNEL "policy/raw_data/2/sha256", SHA256 "\n");
    test_write(f->dir, KERNEL "policy/namespaces/web/raw_data/1/raw_data", "web");
    for (gsize i = 0; i < G_N_ELEMENTS(profiles); i++) {
        g_autofree char *dir = g_strconcat(KERNEL, profiles[i].dir, NULL);
        g_autofree char *name = g_build_filename(dir, "name", NULL);
        g_autofree char *mode = g_build_filename(dir, "mode", NULL);
        g_autofree char *name_text = g_strconcat(profiles[i].name, "\n", NULL);
        g_autofree char *mode_text = g_strconcat(profiles[i].mode, "\n", NULL);
        test_write(f->dir, name, name_text);
        test_write(f->dir, mode, mode_text);
        for (gsize j = 0; profiles[i].raw && j < G_N_ELEMENTS(links); j++) {
            g_autofree char *to = g_build_filename(profiles[i].raw, names[j], NULL);
            g_autofree char *link = g_build_filename(f->dir, dir, links[j], NULL);
            assert_int_equal(symlink(to, link), 0);
        }
    }
}

static char *
listed(const AmrLoaded *loaded)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < amr_loaded_count(loaded); i++) {
        const AmrLoadedProfile *p = amr_loaded_profile(loaded, i);
        g_string_append_printf(out, "%s[%s]%s %s=%s", i ? " | " : "", p->ns, p->name, p->mode_word,
                               amr_mode_word(p->mode));
    }
    return g_string_free(out, FALSE);
}

static void
test_modes(void **state)
{
    assert_int_equal(amr_mode_from_word(AMR_BYTES("user")), AMR_MODE_PROMPT);
    assert_int_equal(amr_mode_from_word(AMR_BYTES("prompt")), AMR_MODE_PROMPT);
    assert_int_equal(amr_mode_from_word(AMR_BYTES("")), AMR_MODE_UNKNOWN);
    assert_int_equal(amr_mode_from_word(AMR_BYTES("enforce ")), AMR_MODE_UNKNOWN);
    assert_string_equal(amr_mode_word(AMR_MODE_UNKNOWN), "");
    for (guint mode = 1; mode < AMR_MODE_COUNT; mode++)
        assert_int_equal(amr_mode_from_word(amr_bytes(amr_mode_word((AmrMode)mode))), mode);
}

static void
test_profiles_file(void **state)
{
    static const struct {
        const char *name, *text, *want;
    } cases[] = {
        {"empty", "", ""},
        {"one", "top (enforce)\n", "[]top enforce=enforce"},
        {"sorted", "b (kill)\na//c (complain)\na (user)\n",
         "[]a user=prompt | []a//c complain=complain | []b kill=kill"},
        {"namespaces", ":web:x (enforce)\n:a//b://y (unconfined)\nz (mixed)\n",
         "[]z mixed=mixed | [a//b]y unconfined=unconfined | [web]x enforce=enforce"},
        {"odd names", "with \"q\" \\\\bs (enforce)\na (b) c (complain)\n(enforce) (kill)\n",
         "[](enforce) kill=kill | []a (b) c complain=complain | []with \"q\" \\\\bs "
         "enforce=enforce"},
        {"newline in a name", "a\nb (enforce)\nc (kill)\n",
         "[]a\nb enforce=enforce | []c kill=kill"},
        {"a mode of tomorrow", "a (dreaming)\n", "[]a dreaming="},
        {"cut short", "a (enforce)\nb (enf", "[]a enforce=enforce"},
        {"no newline", "a (enforce)", "[]a enforce=enforce"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Fixture f = {.dir = test_dir_new()};
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrLoaded) loaded = NULL;
        g_autofree char *got = NULL;
        test_write(f.dir, KERNEL "profiles", cases[i].text);
        fixture_open(&f);
        loaded = amr_loaded_read(f.opener, &error);
        assert_no_error(error);
        got = listed(loaded);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", cases[i].name, got, cases[i].want);
        fixture_close(&f);
    }
}

static void
test_find(void **state)
{
    Fixture f = {.dir = test_dir_new()};
    g_autoptr(AmrLoaded) loaded = NULL;

    test_write(f.dir, KERNEL "profiles", "b (enforce)\n:n:b (complain)\na (enforce)\n");
    fixture_open(&f);
    loaded = amr_loaded_read(f.opener, NULL);
    assert_non_null(loaded);
    assert_int_equal(amr_loaded_in_mode(loaded, AMR_MODE_ENFORCE), 2);
    assert_int_equal(amr_loaded_in_mode(loaded, AMR_MODE_KILL), 0);
    assert_int_equal(amr_loaded_find(loaded, NULL, "b")->mode, AMR_MODE_ENFORCE);
    assert_int_equal(amr_loaded_find(loaded, "n", "b")->mode, AMR_MODE_COMPLAIN);
    assert_null(amr_loaded_find(loaded, "n", "a"));
    assert_null(amr_loaded_find(loaded, "", "c"));
    assert_null(amr_loaded_profile(loaded, 3));
    assert_true(amr_kernel_enabled(f.opener, NULL));
    fixture_close(&f);
}

/* Without the file `profiles` (as for a user without privilege) the tree says the same. */
static void
test_tree(void **state)
{
    Fixture f = {.dir = test_dir_new()};
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrLoaded) loaded = NULL;
    g_autofree char *got = NULL;

    put_tree(&f);
    fixture_open(&f);
    loaded = amr_loaded_read(f.opener, &error);
    assert_no_error(error);
    got = listed(loaded);
    assert_string_equal(got,
                        "[]a//b user=prompt | []top enforce=enforce | []top//kid complain=complain"
                        " | []top//kid//deep kill=kill | []with space unconfined=unconfined"
                        " | [web]top complain=complain | [web//in]x future_mode=");
    fixture_close(&f);
}

static void
test_raw(void **state)
{
    static const struct {
        const char *ns, *name, *sha1, *sha256, *data;
    } cases[] = {
        {"", "top", "62b1172256755068f51bda9ce18c45456c04b0d9", NULL, "one"},
        {NULL, "with space", "62b1172256755068f51bda9ce18c45456c04b0d9", NULL, "one"},
        {"", "top//kid", NULL, SHA256, "two"},
        {"", "top//kid//deep", NULL, SHA256, "two"}, /* none of its own: its parent's */
        {"", "a//b", NULL, NULL, NULL},
        {"web", "top", NULL, NULL, "web"},
        {"web//in", "x", NULL, NULL, NULL},
    };
    static const char *const missing[] = {"to", "top//", "top//ki", "x", "kid", "//", ""};
    Fixture f = {.dir = test_dir_new()};
    AmrLoadedRaw raw;

    put_tree(&f);
    fixture_open(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        assert_true(amr_loaded_raw(f.opener, cases[i].ns, cases[i].name, TRUE, &raw, &error));
        assert_no_error(error);
        assert_string_equal(raw.sha1 ? raw.sha1 : "", cases[i].sha1 ? cases[i].sha1 : "");
        assert_string_equal(raw.sha256 ? raw.sha256 : "", cases[i].sha256 ? cases[i].sha256 : "");
        assert_int_equal(raw.data != NULL, cases[i].data != NULL);
        if (raw.data) {
            gsize len;
            const char *data = g_bytes_get_data(raw.data, &len);
            assert_int_equal(len, strlen(cases[i].data));
            assert_memory_equal(data, cases[i].data, len);
        }
        amr_loaded_raw_clear(&raw);
        assert_null(raw.data);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(missing); i++) {
        g_autoptr(GError) error = NULL;
        assert_false(amr_loaded_raw(f.opener, "", missing[i], TRUE, &raw, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_NOT_FOUND);
    }
    assert_true(amr_loaded_raw(f.opener, "", "top", FALSE, &raw, NULL));
    assert_null(raw.data);
    amr_loaded_raw_clear(&raw);
    fixture_close(&f);
}

static void
test_not_enabled(void **state)
{
    static const struct {
        const char *parameter, *want;
    } cases[] = {
        {NULL, "This kernel has no AppArmor"},
        {"N\n", "AppArmor is switched off (it was not chosen when the kernel started)"},
        {"Y\n", "AppArmor is on, but its files below /sys/kernel/security are not there: "
                "securityfs is not mounted"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Fixture f = {.dir = test_dir_new()};
        g_autoptr(GError) error = NULL, read_error = NULL;
        AmrLoadedRaw raw;
        if (cases[i].parameter)
            test_write(f.dir, "sys/module/apparmor/parameters/enabled", cases[i].parameter);
        fixture_open(&f);
        assert_false(amr_kernel_enabled(f.opener, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_NOT_ENABLED);
        assert_string_equal(error->message, cases[i].want);
        assert_null(amr_loaded_read(f.opener, &read_error));
        assert_error(read_error, AMR_ERROR, AMR_ERROR_NOT_ENABLED);
        assert_false(amr_loaded_raw(f.opener, "", "x", FALSE, &raw, NULL));
        fixture_close(&f);
    }
}

static void
test_processes(void **state)
{
    Fixture f = {.dir = test_dir_new()};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) processes = NULL;
    const AmrProcess *p;

    test_write(f.dir, "proc/100/attr/apparmor/current", "/usr/sbin/cupsd (enforce)\n");
    test_write(f.dir, "proc/100/attr/current", "other_u:r:t:s0\n");
    test_write(f.dir, "proc/100/comm", "cupsd\n");
    test_write(f.dir, "proc/20/attr/current", "a//&:n:b (mixed)\n");
    test_write(f.dir, "proc/20/comm", "x\ny\n");
    test_write(f.dir, "proc/3/attr/current", "unconfined\n");
    test_write(f.dir, "proc/4/attr/current", "system_u:system_r:init_t:s0\n");
    test_write(f.dir, "proc/5/comm", "no label\n");
    test_write(f.dir, "proc/self/attr/current", "no (enforce)\n");
    test_write(f.dir, "proc/99999999999/attr/current", "no (enforce)\n");
    fixture_open(&f);
    processes = amr_processes_read(f.opener, &error);
    assert_no_error(error);
    assert_int_equal(processes->len, 3);
    p = processes->pdata[0];
    assert_int_equal(p->pid, 3);
    assert_string_equal(p->label, "unconfined");
    assert_int_equal(p->mode, AMR_MODE_UNCONFINED);
    assert_string_equal(p->comm, "");
    p = processes->pdata[1];
    assert_int_equal(p->pid, 20);
    assert_string_equal(p->label, "a//&:n:b");
    assert_int_equal(p->mode, AMR_MODE_MIXED);
    assert_string_equal(p->comm, "x\ny");
    p = processes->pdata[2];
    assert_int_equal(p->pid, 100);
    assert_string_equal(p->label, "/usr/sbin/cupsd");
    assert_int_equal(p->mode, AMR_MODE_ENFORCE);
    assert_string_equal(p->comm, "cupsd");
    fixture_close(&f);
}

static void
test_query_elsewhere(void **state)
{
    Fixture f = {.dir = test_dir_new()};
    g_autoptr(GError) error = NULL;
    gboolean allowed = FALSE;

    test_write(f.dir, KERNEL "profiles", "x (enforce)\n");
    fixture_open(&f);
    assert_false(amr_kernel_query_file(f.target, "x", "r", AMR_BYTES("/etc/passwd"), FALSE,
                                       &allowed, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_NOT_ENABLED);
    fixture_close(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes),     cmocka_unit_test(test_profiles_file),
        cmocka_unit_test(test_find),      cmocka_unit_test(test_tree),
        cmocka_unit_test(test_raw),       cmocka_unit_test(test_not_enabled),
        cmocka_unit_test(test_processes), cmocka_unit_test(test_query_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
