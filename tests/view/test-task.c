/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What takes long: where it is shown, and what Esc does with it. The compiler here hangs. */
#include "tests/view/scene.h"

#include <string.h>

static const SceneOptions hanging = {.log = "denials.log", .parser = "#!/bin/sh\nexec sleep 600\n"};

static void
test_doctor(void **state)
{
    Scene scene;
    scene_open(&scene, &hanging);
    scene_keys(&scene, "4");
    assert_hides(&scene, "Compiling policy");
    scene_wait(&scene, "Compiling policy: 0 of 3 files", TRUE);
    assert_goldens(&scene, "task-compiling");
    /* In a detail Esc goes back first, and the line does not say otherwise. */
    scene_keys(&scene, "enter");
    assert_shows(&scene, "Compiling policy");
    assert_hides(&scene, "stops it");
    scene_keys(&scene, "esc");
    assert_shows(&scene, "Esc stops it");
    assert_int_equal(scene_keys(&scene, "esc"), TUI_ACTION_NONE);
    assert_shows(&scene, "3 of 3 files of policy were not compiled: R goes on");
    scene_wait(&scene, "Compiling policy", FALSE);
    scene_keys(&scene, "R");
    scene_wait(&scene, "Compiling policy: 0 of 3 files", TRUE);
    assert_int_equal(scene_keys(&scene, "q"), TUI_ACTION_QUIT);
    scene_close(&scene);
}

/* Keys stay live while a plan is checked; Esc ends the check first, then goes back. */
static void
test_check(void **state)
{
    Scene scene;
    scene_open(&scene, &hanging);
    scene_keys(&scene, "home p");
    scene_wait(&scene, "Checking", TRUE);
    scene_wait(&scene, "Esc stops it", TRUE);
    assert_goldens(&scene, "task-checking");
    scene_keys(&scene, "? esc");
    assert_shows(&scene, "Esc stops it");
    scene_keys(&scene, "esc");
    assert_shows(&scene, "Not checked to its end");
    assert_shows(&scene, "> Proposal");
    scene_wait(&scene, "not checked: stopped", TRUE);
    scene_wait(&scene, "Checking", FALSE);
    scene_keys(&scene, "esc");
    assert_hides(&scene, "> Proposal");
    scene_close(&scene);
}

/* Who goes on before it is shown takes it along without a word. */
static void
test_soon(void **state)
{
    Scene scene;
    scene_open(&scene, &hanging);
    scene_keys(&scene, "home p esc");
    assert_hides(&scene, "> Proposal");
    assert_hides(&scene, "Not checked");
    scene_close(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doctor),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
