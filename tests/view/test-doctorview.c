/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor's tab, and what an empty list of denials says. */
#include "tests/view/scene.h"

#include <string.h>

static void
wait_shown(Scene *scene, const char *text)
{
    scene_wait(scene, text, TRUE);
}

static void
open_doctor(Scene *scene)
{
    SceneOptions options = {NULL, FALSE, FALSE};
    scene_open(scene, &options);
    test_write(scene->root, "etc/apparmor.d/local/\x1b[2Jlost", "/srv/x r,\n");
    scene_keys(scene, "4");
    wait_shown(scene, "All 3 files of policy compile.");
}

static void
test_goldens(void **state)
{
    Scene scene;
    open_doctor(&scene);
    scene_keys(&scene, "end up");
    assert_goldens(&scene, "doctor");
    scene_keys(&scene, "enter");
    assert_goldens(&scene, "doctor-detail");
    scene_close(&scene);
}

/* It is looked at anew after a refresh, also while policy is being compiled. */
static void
test_refresh(void **state)
{
    Scene scene;
    open_doctor(&scene);
    wait_shown(&scene, "No profile includes");
    test_write(scene.root, "etc/apparmor.d/crate", "profile crate {\n  oops\n}\n");
    scene_keys(&scene, "R R");
    wait_shown(&scene, "1 of 3 files of policy does not compile");
    scene_keys(&scene, "end enter");
    wait_shown(&scene, "crate line 3");
    scene_close(&scene);
}

/* Leaving while policy is being compiled is clean. */
static void
test_leave(void **state)
{
    SceneOptions options = {.parser = "#!/bin/sh\nexec sleep 600\n"};
    Scene scene;
    scene_open(&scene, &options);
    scene_keys(&scene, "4");
    wait_shown(&scene, "Compiling policy: 0 of 3 files");
    scene_close(&scene);
}

/* The likeliest reason stands where the denials would be. */
static void
test_reason(void **state)
{
    SceneOptions options = {NULL, FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    test_write(scene.root, "proc/cmdline", "ro audit=0\n");
    test_write(scene.root, "sys/module/apparmor/parameters/enabled", "Y\n");
    tui_screen_reload(scene.screen);
    wait_shown(&scene, "Audit is switched off by audit=0");
    assert_goldens(&scene, "denials-empty-reason");
    scene_close(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens),
        cmocka_unit_test(test_refresh),
        cmocka_unit_test(test_leave),
        cmocka_unit_test(test_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
