/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists: what is shown of them, where the cursor is, finding, filtering, freezing. */
#include "tests/view/scene.h"

#include <string.h>

static const struct {
    const char *name, *log, *keys;
    gboolean read_only;
} scenes[] = {
    {"denials-sort", "denials.log", "s down", FALSE},
    {"denials-frozen", "denials.log", "Z up", FALSE},
    {"denials-find", "denials.log", "home / b ü", FALSE},
    {"denials-find-none", "denials.log", "home / q q", FALSE},
    {"denials-filter", "denials.log", "f p r o f i l e : * w r * space ! o p : e x e c enter",
     FALSE},
    {"denials-filter-typed", "denials.log", "f p a g e", FALSE},
    {"denials-filter-wrong", "denials.log", "f c o l o r : r e d enter", FALSE},
    {"denials-filter-off", "denials.log", "f c r a t e enter F", FALSE},
    {"denials-filter-none", "denials.log", "f u i d : 7 7 enter", FALSE},
    {"denials-filter-many", "denials.log",
     "f ! o p : a space ! o p : b space ! o p : c space ! o p : d space c l a s s : f i l e enter",
     FALSE},
    {"hostile-filter", "hostile.log", "f 2 J enter", FALSE},
};

static void
test_goldens(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(scenes); i++) {
        SceneOptions options = {scenes[i].log, scenes[i].read_only, FALSE};
        Scene scene;
        scene_open(&scene, &options);
        scene_keys(&scene, scenes[i].keys);
        assert_goldens(&scene, scenes[i].name);
        scene_close(&scene);
    }
}

/* Frozen, nothing that is shown changes, whatever comes; thawed, all of it is there. */
static void
test_freezes(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    g_autofree char *before = scene_show(&scene, 80, 24);
    scene_keys(&scene, "Z");
    assert_shows(&scene, "FROZEN ");
    for (guint i = 0; i < 3; i++)
        scene_feed(&scene, scene_newer, strlen(scene_newer));
    assert_shows(&scene, "FROZEN +1 new, 3 times");
    assert_hides(&scene, "/newer");
    g_autofree char *small = scene_show(&scene, 40, 10);
    assert_non_null(strstr(small, "FROZEN +1 new"));
    g_autofree char *after = scene_show(&scene, 80, 24);
    const char *rows = strstr(after, "COUNT");
    assert_string_equal(rows, strstr(before, "COUNT"));
    scene_keys(&scene, "2 Z 1");
    assert_hides(&scene, "FROZEN");
    assert_shows(&scene, "/newer");
    assert_shows(&scene, "10 of 10");
    scene_close(&scene);
}

/* What a filter hides, the cursor goes back to; and what it shows, it stays on. */
static void
test_filter_and_cursor(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    scene_keys(&scene, "home down down");
    assert_shows(&scene, "3 of 9");
    scene_keys(&scene, "f p a g e w r enter"); /* another profile's */
    assert_shows(&scene, "3 of 9 [pagewr]");
    scene_keys(&scene, "F");
    assert_shows(&scene, "HELD  3 of 9");
    scene_keys(&scene, "F home down"); /* it is put elsewhere */
    assert_shows(&scene, "HELD  2 of 3");
    scene_keys(&scene, "F");
    assert_shows(&scene, "HELD  7 of 9");
    scene_keys(&scene, "f ctrl-u enter");
    assert_shows(&scene, "HELD  7 of 9");
    scene_keys(&scene, "F");
    assert_shows(&scene, "There is no filter");
    scene_close(&scene);
}

/* A filter that is given up leaves the one before, also if that was off. */
static void
test_filter_given_up(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    scene_keys(&scene, "f c r a t e enter f x y z");
    assert_shows(&scene, "0 of 9");
    scene_keys(&scene, "esc");
    assert_shows(&scene, "1 of 9 [crate]");
    scene_keys(&scene, "F f x esc");
    assert_shows(&scene, "filter off [crate]");
    scene_keys(&scene, "f");
    assert_shows(&scene, "filter: crate");
    scene_keys(&scene, "space enter");
    assert_shows(&scene, "1 of 9 [crate]");
    scene_close(&scene);
}

/* What comes in while a filter holds is shown if it matches. */
static void
test_filter_and_new(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    scene_keys(&scene, "f p r o f i l e : c r a t e enter");
    scene_feed(&scene, scene_newer, strlen(scene_newer));
    while (g_main_context_iteration(NULL, FALSE))
        ;
    assert_shows(&scene, "1 of 10 [profile:crate]");
    assert_hides(&scene, "/newer");
    scene_keys(&scene, "f ctrl-u / n e w enter");
    while (g_main_context_iteration(NULL, FALSE))
        ;
    assert_shows(&scene, "1 of 10 [/new]");
    assert_shows(&scene, "/newer");
    scene_close(&scene);
}

/* Marks are the denials', whatever is shown; * marks what is shown. */
static void
test_marks(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    scene_keys(&scene, "home space f p a g e w r i g h t enter");
    assert_shows(&scene, "1 marked");
    scene_keys(&scene, "*");
    assert_shows(&scene, "4 marked");
    scene_keys(&scene, "*");
    assert_shows(&scene, "1 marked");
    scene_keys(&scene, "* F");
    assert_shows(&scene, "4 marked");
    scene_keys(&scene, "*");
    assert_shows(&scene, "9 marked");
    scene_keys(&scene, "*");
    assert_hides(&scene, "marked");
    scene_close(&scene);
}

static void
test_find(void **state)
{
    static const struct {
        const char *keys, *shows;
    } rows[] = {
        {"home / h o s t s", "5 of 9"},
        {"home / H O S T S enter", "5 of 9"},
        {"home / h o s t s esc", "1 of 9"},
        {"/ h o s t s esc", "9 of 9"},
        {"home / p a g e enter", "6 of 9"},
        {"home / p a g e enter n n", "8 of 9"},
        {"home / p a g e enter n n n", "Found beyond the end"},
        {"home / p a g e enter N", "Found beyond the beginning"},
        {"home / p a g e enter n n n", "6 of 9"},
        {"home / p a g e enter N", "8 of 9"},
        {"home / z z z enter", "Not found: zzz"},
        {"home / z z z enter n", "Not found"},
        {"home n", "Nothing was looked for"},
        {"home / c r a t e backspace backspace backspace backspace backspace", "1 of 9"},
        {"home / p a g e enter end home / enter", "6 of 9"},
        {"f p a g e enter home / m k n o d enter", "Not found: mknod"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        SceneOptions options = {"denials.log", FALSE, FALSE};
        Scene scene;
        scene_open(&scene, &options);
        scene_keys(&scene, rows[i].keys);
        assert_shows(&scene, rows[i].shows);
        scene_close(&scene);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens),
        cmocka_unit_test(test_freezes),
        cmocka_unit_test(test_filter_and_cursor),
        cmocka_unit_test(test_filter_given_up),
        cmocka_unit_test(test_filter_and_new),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
