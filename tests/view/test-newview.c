/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new profile on the screen: made, filled with what it was allowed, enforced, taken back. */
#include "config.h"

#include "tests/view/scene.h"

#include <string.h>
#include <sys/stat.h>

#define PROGRAM "usr/bin/tallyman"
#define PROFILE "etc/apparmor.d/tallyman"
#define KERNEL  "sys/kernel/security/apparmor/"

static const char records[] =
    "type=AVC msg=audit(1763715601.000:1): apparmor=\"ALLOWED\" operation=\"open\" "
    "profile=\"tallyman\" name=\"/etc/tally.conf\" pid=7 comm=\"tallyman\" requested_mask=\"r\" "
    "denied_mask=\"r\" fsuid=1000 ouid=0\n"
    "type=AVC msg=audit(1763715602.000:2): apparmor=\"ALLOWED\" operation=\"open\" "
    "profile=\"tallyman\" name=\"/etc/tally.words\" pid=7 comm=\"tallyman\" requested_mask=\"r\" "
    "denied_mask=\"r\" fsuid=1000 ouid=0\n"
    "type=AVC msg=audit(1763715603.000:3): apparmor=\"ALLOWED\" operation=\"open\" "
    "profile=\"tallyman//null-/usr/bin/less\" name=\"/etc/less.conf\" pid=8 comm=\"less\" "
    "requested_mask=\"r\" denied_mask=\"r\" fsuid=1000 ouid=0\n"
    "type=AVC msg=audit(1763715604.000:4): apparmor=\"ALLOWED\" operation=\"open\" "
    "profile=\"another\" name=\"/etc/another\" pid=9 comm=\"x\" requested_mask=\"r\" "
    "denied_mask=\"r\" fsuid=1000 ouid=0\n";

/* Of tests/data/view. */
static char *
newer_parser(void)
{
    g_autofree char *dir = test_data("view");
    return test_read(dir, "userns-parser");
}

static void
make_program(const Scene *scene, const char *name)
{
    g_autofree char *path = g_build_filename(scene->root, name, NULL);

    test_write(scene->root, name, "\177ELF");
    assert_int_equal(chmod(path, 0755), 0);
}

static void
open_with(Scene *scene, const SceneOptions *options)
{
    static const char *const nodes[] = {KERNEL ".load", KERNEL ".replace", KERNEL ".remove"};

    scene_open(scene, options);
    make_program(scene, PROGRAM);
    for (gsize i = 0; i < G_N_ELEMENTS(nodes); i++)
        test_write(scene->root, nodes[i], "");
}

static void
open_scene(Scene *scene, gboolean read_only, gboolean elevates)
{
    SceneOptions options = {.log = "denials.log", .read_only = read_only, .elevates = elevates};

    open_with(scene, &options);
}

static gboolean
is_there(const Scene *scene, const char *name)
{
    g_autofree char *path = g_build_filename(scene->root, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static gboolean
holds(const Scene *scene, const char *name, const char *what)
{
    g_autofree char *text = test_read(scene->root, name);
    return strstr(text, what) != NULL;
}

static void
test_whole_way(void **state)
{
    Scene scene;

    open_scene(&scene, FALSE, FALSE);
    scene_keys(&scene, "2 C t a l l y m a n enter");
    scene_settle(&scene);
    assert_goldens(&scene, "new-made");
    assert_false(is_there(&scene, PROFILE));
    scene_keys(&scene, "w");
    scene_settle(&scene);
    scene_wait(&scene, "done 1", TRUE);
    assert_true(holds(&scene, PROFILE, "profile tallyman /usr/bin/tallyman flags=(complain) {"));
    assert_shows(&scene, " now 2");
    assert_shows(&scene, "0 distinct denials");

    /* What comes is counted as it comes, and that of others is not. */
    scene_feed(&scene, records, strlen(records));
    assert_shows(&scene, "3 distinct denials, 3 times");
    assert_shows(&scene, " now 3");

    scene_keys(&scene, "p");
    scene_settle(&scene);
    assert_shows(&scene, "[x] /etc/tally.conf r,");
    scene_keys(&scene, "space");
    scene_settle(&scene);
    assert_shows(&scene, "[ ] /etc/tally.conf r,");
    assert_hides(&scene, "+  /etc/tally.conf r,");
    assert_goldens(&scene, "new-set");
    scene_keys(&scene, "w");
    scene_settle(&scene);
    scene_wait(&scene, "done: Written", TRUE);
    assert_false(holds(&scene, PROFILE, "tally.conf"));
    assert_true(holds(&scene, PROFILE, "  /etc/tally.words r,\n"));
    assert_true(holds(&scene, PROFILE, "  /etc/less.conf r,\n"));

    /* Left out, it is not ignored. */
    scene_keys(&scene, "esc");
    assert_shows(&scene, " now 4");
    scene_keys(&scene, "p");
    scene_settle(&scene);
    assert_shows(&scene, "[x] /etc/tally.conf r,");
    scene_keys(&scene, "esc : e n f o r c e enter");
    scene_settle(&scene);
    scene_keys(&scene, "w");
    scene_settle(&scene);
    scene_wait(&scene, "In enforce mode", TRUE);
    scene_keys(&scene, "esc");
    assert_shows(&scene, "It is confined.");
    assert_true(holds(&scene, PROFILE, "profile tallyman /usr/bin/tallyman {"));

    scene_keys(&scene, "u");
    scene_settle(&scene);
    assert_shows(&scene, "goes with it");
    scene_keys(&scene, "w");
    scene_settle(&scene);
    scene_wait(&scene, "Taken back", TRUE);
    assert_false(is_there(&scene, PROFILE));
    scene_keys(&scene, "esc");
    assert_shows(&scene, " now 1");
    scene_close(&scene);
}

/* What was of before it was made, and comes again, counts: a second try is one. */
static void
test_comes_again(void **state)
{
    static const guint stamps[] = {1763715000, 1763715605};
    Scene scene;

    open_scene(&scene, FALSE, FALSE);
    scene_keys(&scene, ": n e w space t a l l y m a n enter");
    scene_settle(&scene);
    scene_keys(&scene, "w");
    scene_settle(&scene);
    scene_wait(&scene, "done 1", TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(stamps); i++) {
        g_autofree char *record =
            g_strdup_printf("type=AVC msg=audit(%u.000:1): apparmor=\"ALLOWED\" operation=\"open\" "
                            "profile=\"tallyman\" name=\"/etc/tally.conf\" pid=7 comm=\"tallyman\" "
                            "requested_mask=\"r\" denied_mask=\"r\" fsuid=1000 ouid=0\n",
                            stamps[i]);
        scene_feed(&scene, record, strlen(record));
        assert_shows(&scene, i ? "1 distinct denials" : "0 distinct denials");
    }
    scene_keys(&scene, "p");
    scene_settle(&scene);
    assert_shows(&scene, "/etc/tally.conf r,");
    scene_close(&scene);
}

/* The variant of one step, where the compiler states it. */
static void
test_stub(void **state)
{
    g_autofree char *parser = newer_parser();
    const SceneOptions options = {.log = "denials.log", .parser = parser};
    Scene scene;

    open_with(&scene, &options);
    scene_keys(&scene, ": n e w space t a l l y m a n enter");
    scene_settle(&scene);
    assert_shows(&scene, "U  a stub in its place");
    assert_shows(&scene, "flags=(complain)");
    scene_keys(&scene, "U");
    scene_settle(&scene);
    assert_shows(&scene, "A stub for /usr/bin/tallyman");
    assert_shows(&scene, "+  userns,");
    assert_goldens(&scene, "new-stub");
    scene_keys(&scene, "U");
    scene_settle(&scene);
    assert_shows(&scene, "flags=(complain)");
    scene_keys(&scene, "U");
    scene_settle(&scene);
    scene_keys(&scene, "w U");
    scene_settle(&scene);
    scene_wait(&scene, "done 1", TRUE);
    assert_true(holds(&scene, PROFILE,
                      "profile tallyman /usr/bin/tallyman flags=(unconfined) {\n"
                      "  userns,\n"));
    assert_shows(&scene, "It stays unconfined.");
    assert_hides(&scene, "deny it all else");
    scene_keys(&scene, "p");
    assert_shows(&scene, "nothing is denied to it");
    scene_keys(&scene, "U");
    assert_shows(&scene, "There is a profile for it");
    scene_close(&scene);
}

/* Nobody is offered one for what starts whatever it is told, nor where it would come to nothing. */
static void
test_no_stub(void **state)
{
    static const char refuses[] = "#!/bin/sh\nif grep -q userns; then exit 1; fi\necho compiled\n";
    g_autofree char *parser = newer_parser();
    const SceneOptions newer = {.log = "denials.log", .parser = parser};
    const SceneOptions older = {.log = "denials.log", .parser = refuses};
    Scene scene;

    open_with(&scene, &newer);
    make_program(&scene, "usr/bin/env");
    scene_keys(&scene, ": n e w space e n v enter");
    scene_settle(&scene);
    assert_hides(&scene, "a stub in its place");
    scene_keys(&scene, "U");
    assert_shows(&scene, "would let every program make user namespaces");
    scene_close(&scene);

    open_with(&scene, &older);
    scene_keys(&scene, ": n e w space t a l l y m a n enter");
    scene_settle(&scene);
    assert_hides(&scene, "a stub in its place");
    scene_keys(&scene, "U");
    assert_shows(&scene, "A stub is of no use here");
    assert_shows(&scene, "A profile for /usr/bin/tallyman");
    scene_close(&scene);
}

/* Left while the compiler is being asked about one. */
static void
test_stub_left(void **state)
{
    const SceneOptions options = {.parser = "#!/bin/sh\nexec sleep 600\n"};
    Scene scene;

    open_with(&scene, &options);
    scene_keys(&scene, ": n e w space t a l l y m a n enter");
    scene_keys(&scene, "U");
    assert_shows(&scene, "still being asked");
    scene_keys(&scene, "esc");
    assert_hides(&scene, "A profile for");
    scene_close(&scene);
}

/* By its name and a path; what cannot be is told in place of a plan. */
static void
test_refused(void **state)
{
    Scene scene;

    open_scene(&scene, FALSE, FALSE);
    scene_keys(&scene, ": n e w space / n o / s u c h enter");
    scene_settle(&scene);
    assert_shows(&scene, "No such file");
    scene_keys(&scene, "w");
    scene_keys(&scene, "X");
    assert_shows(&scene, "There is no profile for it yet.");
    scene_close(&scene);
}

/* Nowhere to be found where nothing may be written. */
static void
test_read_only(void **state)
{
    Scene scene;

    open_scene(&scene, TRUE, FALSE);
    scene_keys(&scene, "2 C");
    assert_hides(&scene, "Program:");
    scene_keys(&scene, ": n e w space t a l l y m a n enter");
    assert_hides(&scene, "A profile for");
    scene_close(&scene);
}

/* Who needs more rights asks for it by the program's path alone. */
static void
test_elevated(void **state)
{
    Scene scene;

    open_scene(&scene, FALSE, TRUE);
    scene_keys(&scene, ": n e w space t a l l y m a n enter");
    scene_settle(&scene);
    scene_keys(&scene, "w");
    scene_settle(&scene);
    assert_non_null(scene.elevated);
    assert_non_null(strstr(scene.elevated, "new"));
    assert_non_null(strstr(scene.elevated, "/usr/bin/tallyman"));
    assert_null(strstr(scene.elevated, "flags="));
    scene_close(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_way), cmocka_unit_test(test_comes_again),
        cmocka_unit_test(test_stub),      cmocka_unit_test(test_no_stub),
        cmocka_unit_test(test_stub_left), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_read_only), cmocka_unit_test(test_elevated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
