/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which keys leave, from where, and what they leave alone. */
#include "tests/view/scene.h"

static void
test_program_actions(void **state)
{
    static const struct {
        const char *keys;
        TuiAction want;
    } rows[] = {
        {"q", TUI_ACTION_QUIT},
        {"esc", TUI_ACTION_NONE},
        {"enter esc", TUI_ACTION_NONE},
        {"enter q", TUI_ACTION_NONE},
        {"enter q q", TUI_ACTION_QUIT},
        {"p q", TUI_ACTION_NONE},
        {"p q q", TUI_ACTION_QUIT},
        {"p esc esc esc", TUI_ACTION_NONE},
        {"p esc esc esc q", TUI_ACTION_QUIT},
        {"2 esc esc", TUI_ACTION_NONE},
        {"3 esc esc", TUI_ACTION_NONE},
        {"4 esc esc esc", TUI_ACTION_NONE},
        {"ctrl-c", TUI_ACTION_QUIT},
        {"ctrl-z", TUI_ACTION_SUSPEND},
        {"T", TUI_ACTION_THEME},
        {"ctrl-l", TUI_ACTION_REDRAW},
        {"? q", TUI_ACTION_NONE},
        {"? esc esc", TUI_ACTION_NONE},
        {"3 tab q", TUI_ACTION_QUIT},
        {"p ctrl-c", TUI_ACTION_QUIT},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        SceneOptions options = {"denials.log", FALSE, FALSE};
        Scene scene;
        scene_open(&scene, &options);
        TuiAction is = scene_keys(&scene, rows[i].keys);
        if (is != rows[i].want)
            fail_msg("%s: %d, not %d", rows[i].keys, is, rows[i].want);
        scene_close(&scene);
    }
}

/* One Esc too many loses nothing, and says what does leave. */
static void
test_escape_stays(void **state)
{
    static const char *const tabs[] = {"1", "2", "3", "4"};
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;

    scene_open(&scene, &options);
    scene_keys(&scene, "space");
    for (gsize i = 0; i < G_N_ELEMENTS(tabs); i++) {
        scene_keys(&scene, tabs[i]);
        for (guint n = 0; n < 3; n++)
            assert_int_equal(scene_keys(&scene, "esc"), TUI_ACTION_NONE);
        assert_shows(&scene, "q quits");
    }
    assert_int_equal(g_hash_table_size(tui_screen_marks(scene.screen)), 1);
    assert_int_equal(scene_keys(&scene, "q"), TUI_ACTION_QUIT);
    scene_close(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_program_actions),
        cmocka_unit_test(test_escape_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
