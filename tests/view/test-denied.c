/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An explicit deny: its line, in the detail of the denial and in the proposal. */
#include "tests/view/scene.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PRIVATE "etc/apparmor.d/abstractions/private"

static const char *const files[] = {
    PRIVATE,
    "# what nobody reads\n"
    "audit deny /etc/{,g}shadow rw,\n",
    "etc/apparmor.d/pagewright",
    "profile pagewright /usr/bin/pagewright {\n"
    "  include if exists <abstractions/private>\n"
    "  /usr/bin/pagewright mr,\n"
    "  include if exists <local/pagewright>\n"
    "}\n",
    NULL,
};

/* A compiler before priority=, whichever is here: what is said of it is then the same. */
static const char no_priority[] =
    "#!/bin/bash\n"
    "text=$(cat; echo .)\n"
    "[[ $text != *priority=* ]] || { echo 'AppArmor parser error in stdin at line 1: syntax error' "
    ">&2; exit 1; }\n"
    "printf %s \"${text%.}\" | exec /sbin/apparmor_parser \"$@\"\n";

static const SceneOptions denied = {.log = "denials.log",
                                    .files = files,
                                    .parser = no_priority,
                                    .features = "../../data/demo/etc/apparmor.d/abi/3.0"};

/* The detail of /etc/shadow; it is shown beside the list in wide frames only. */
static void
open_shadow(Scene *scene)
{
    scene_open(scene, &denied);
    scene_keys(scene, "/ s h a d o w enter enter");
    scene_settle(scene);
}

static void
test_shown(void **state)
{
    Scene scene;

    open_shadow(&scene);
    scene_wait(&scene, "denied by", TRUE);
    assert_goldens(&scene, "denied");
    scene_keys(&scene, "p");
    scene_settle(&scene);
    assert_goldens(&scene, "denied-proposal");
    scene_close(&scene);
}

/* Policy that no longer says so is believed, as soon as it is read. */
static void
test_forgotten(void **state)
{
    Scene scene;

    open_shadow(&scene);
    scene_wait(&scene, "private line 2", TRUE);
    test_write(scene.root, PRIVATE, "\n\n\ndeny /etc/shadow r,\n");
    scene_keys(&scene, "R");
    scene_wait(&scene, "private line 4", TRUE);
    test_write(scene.root, PRIVATE, "deny /etc/shadow w,\n");
    scene_keys(&scene, "R");
    scene_wait(&scene, "denied by", FALSE);
    scene_settle(&scene);
    assert_hides(&scene, "denied by");
    scene_close(&scene);
}

/* A profile that does not compile: the line is told, and that it is not proven; the rule stays. */
static void
test_uncompiled(void **state)
{
    Scene scene;

    open_shadow(&scene);
    scene_wait(&scene, "private line 2", TRUE);
    test_write(scene.root, PRIVATE, "audit deny /etc/{,g}shadow rw,\n/x\n");
    scene_keys(&scene, "R");
    scene_wait(&scene, "not compile)", TRUE);
    scene_settle(&scene);
    assert_shows(&scene, "denied by");
    assert_shows(&scene, "private line 1");
    assert_shows(&scene, "answer");
    assert_shows(&scene, "on disk");
    scene_keys(&scene, "p");
    scene_wait(&scene, "not compile)", TRUE);
    assert_shows(&scene, "rule 1/");
    scene_close(&scene);
}

/* Somebody else writes: what is shown of before is marked, then asked anew without a key. */
static void
test_outside(void **state)
{
    Scene scene;

    open_shadow(&scene);
    scene_wait(&scene, "private line 2", TRUE);
    test_write(scene.root, PRIVATE, "\n\n\ndeny /etc/shadow r,\n");
    scene_wait(&scene, "policy was changed by somebody else", TRUE);
    assert_hides(&scene, "private line");
    scene_wait(&scene, "private line 4", TRUE);
    assert_hides(&scene, "policy was changed");
    scene_keys(&scene, "2");
    test_write(scene.root, PRIVATE, "audit deny /etc/shadow r,\n");
    scene_wait(&scene, "STALE", TRUE);
    scene_keys(&scene, "enter");
    assert_shows(&scene, "policy was changed by somebody else");
    scene_wait(&scene, "STALE", FALSE);
    assert_hides(&scene, "policy was changed");
    scene_close(&scene);
}

/* Somebody else loads, without an edit on disk. A FIFO stands for the kernel's count of loads. */
static void
test_outside_load(void **state)
{
    g_autofree char *count = NULL;
    Scene scene;
    int fd;

    open_shadow(&scene);
    count = g_build_filename(scene.root, "sys/kernel/security/apparmor/revision", NULL);
    assert_int_equal(mkfifo(count, 0600), 0);
    fd = open(count, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "8\n", 2), 2);
    scene_keys(&scene, "R");
    scene_settle(&scene);
    scene_wait(&scene, "private line 2", TRUE);
    scene_keys(&scene, "2 enter");
    assert_shows(&scene, "enforce");
    assert_hides(&scene, "STALE");
    test_write(scene.root, "sys/kernel/security/apparmor/profiles",
               "/usr/sbin/lanternd (complain)\n");
    assert_int_equal(write(fd, "9\n", 2), 2);
    scene_wait(&scene, "Policy was changed or loaded by somebody else", TRUE);
    assert_shows(&scene, "STALE");
    scene_wait(&scene, "STALE", FALSE);
    scene_keys(&scene, "esc");
    assert_shows(&scene, "complain");
    scene_keys(&scene, "1 esc esc home p");
    scene_settle(&scene);
    assert_int_equal(write(fd, "10\n", 3), 3);
    scene_wait(&scene, "stale: policy", TRUE);
    scene_wait(&scene, "stale: policy", FALSE);
    scene_close(&scene);
    close(fd);
}

/* A proof is one of the policy that it was made with; what was about to be typed is no consent to
 * another. */
static void
test_outside_proposal(void **state)
{
    static const char local[] = "etc/apparmor.d/local/usr.sbin.lanternd";
    Scene scene;

    scene_open(&scene, &denied);
    scene_keys(&scene, "home p");
    scene_settle(&scene);
    assert_shows(&scene, "proven");
    test_write(scene.root, local, "/etc/unrelated r,\n");
    scene_wait(&scene, "stale: policy", TRUE);
    assert_hides(&scene, "proven");
    assert_int_equal(scene_keys(&scene, "w"), TUI_ACTION_NONE);
    assert_shows(&scene, "look at it again first");
    scene_keys(&scene, "right left"); /* whatever is chosen meanwhile */
    assert_shows(&scene, "stale: policy");
    scene_wait(&scene, "proven", TRUE);
    assert_shows(&scene, "/etc/unrelated r,");
    test_write(scene.root, local, "/** rwk,\n");
    scene_wait(&scene, "stale: policy", TRUE);
    scene_wait(&scene, "stale: policy", FALSE);
    scene_settle(&scene);
    assert_hides(&scene, "proven");
    assert_shows(&scene, "granted");
    scene_close(&scene);
}

/* Left before it was asked, or while it is. */
static void
test_left(void **state)
{
    static const guint waits[] = {0, 50, 100, 101, 103, 110};
    for (gsize i = 0; i < G_N_ELEMENTS(waits); i++) {
        Scene scene;
        scene_open(&scene, &denied);
        scene_keys(&scene, "/ s h a d o w enter enter");
        gint64 end = g_get_monotonic_time() + waits[i] * 1000;
        while (g_get_monotonic_time() < end)
            g_main_context_iteration(NULL, FALSE);
        scene_close(&scene);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shown),        cmocka_unit_test(test_forgotten),
        cmocka_unit_test(test_uncompiled),   cmocka_unit_test(test_outside),
        cmocka_unit_test(test_outside_load), cmocka_unit_test(test_outside_proposal),
        cmocka_unit_test(test_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
