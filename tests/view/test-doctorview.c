/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor's tab, and what an empty list of denials says. */
#include "tests/view/scene.h"

#include <string.h>

/* Turns the main loop until the screen shows it; a minute is a hang. */
static void
wait_for(Scene *scene, const char *text, gboolean there)
{
    gint64 end = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    for (;;) {
        g_autofree char *shown = scene_show(scene, 200, 40);
        if ((strstr(shown, text) != NULL) == there)
            return;
        if (g_get_monotonic_time() > end)
            fail_msg("%s: %s\n%s", there ? "never shown" : "stays", text, shown);
        g_main_context_iteration(NULL, TRUE);
    }
}

static void
wait_shown(Scene *scene, const char *text)
{
    wait_for(scene, text, TRUE);
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

/* Esc stops the compiler before it leaves; and leaving while it runs is clean. */
static void
test_stop(void **state)
{
    for (guint quit = 0; quit < 2; quit++) {
        SceneOptions options = {NULL, FALSE, FALSE};
        Scene scene;
        scene_open(&scene, &options);
        scene_keys(&scene, "4");
        wait_shown(&scene, "compiling 1 of 3");
        if (!quit) {
            assert_int_equal(scene_keys(&scene, "esc"), TUI_ACTION_NONE);
            wait_for(&scene, "compiling", FALSE);
            assert_int_equal(scene_keys(&scene, "q"), TUI_ACTION_QUIT);
        }
        scene_close(&scene);
    }
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
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
