/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What time does to the denials that a filter shows. */
#include "tests/view/scene.h"

#include <string.h>

static void
feed(Scene *scene, gint64 time, const char *profile, const char *name)
{
    g_autofree char *text = g_strdup_printf(
        "type=AVC msg=audit(%" G_GINT64_FORMAT ".%03d:90): apparmor=\"DENIED\" operation=\"open\" "
        "profile=\"%s\" name=\"%s\" pid=1 comm=\"x\" requested_mask=\"r\" denied_mask=\"r\" "
        "fsuid=0 ouid=0\n",
        time / G_USEC_PER_SEC, (int)(time / 1000 % 1000), profile, name);
    scene_feed(scene, text, strlen(text));
}

/* What a span lets through goes by itself, with nothing that comes and no key. */
static void
test_since(void **state)
{
    SceneOptions options = {.log = "denials.log"};
    Scene scene;
    scene_open(&scene, &options);
    AmrClock *clock = (AmrClock *)amr_target_clock(scene.session->target);
    gint64 now = amr_clock_now(clock);

    feed(&scene, now - 10 * G_USEC_PER_SEC + 50000, "crate", "/soon");
    feed(&scene, now - 5 * G_USEC_PER_SEC, "crate", "/later");
    scene_keys(&scene, "f s i n c e : 1 0 s enter");
    scene_wait(&scene, "2 of 11", TRUE);
    assert_shows(&scene, "/soon");
    amr_clock_set(clock, now + G_USEC_PER_SEC);
    scene_wait(&scene, "/soon", FALSE);
    assert_shows(&scene, "/later");
    scene_keys(&scene, "Z");
    amr_clock_set(clock, now + 6 * G_USEC_PER_SEC);
    feed(&scene, now, "crate", "/kept/back");
    assert_shows(&scene, "/later");
    scene_keys(&scene, "Z");
    scene_wait(&scene, "/later", FALSE);
    scene_wait(&scene, "/kept/back", TRUE);
    scene_close(&scene);
}

/* HELD counts those that the filter lets through. */
static void
test_held(void **state)
{
    SceneOptions options = {.log = "denials.log"};
    Scene scene;
    scene_open(&scene, &options);
    gint64 now = amr_clock_now(amr_target_clock(scene.session->target));

    scene_keys(&scene, "f p r o f i l e : p a g e w r i g h t enter");
    scene_wait(&scene, "3 of 9", TRUE);
    scene_keys(&scene, "end up");
    assert_shows(&scene, "HELD  ");
    feed(&scene, now, "crate", "/other/1");
    feed(&scene, now, "crate", "/other/2");
    assert_hides(&scene, "new");
    feed(&scene, now, "pagewright", "/own");
    scene_wait(&scene, "HELD +1 new", TRUE);
    scene_keys(&scene, "F");
    assert_shows(&scene, "HELD +3 new");
    scene_close(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_since),
        cmocka_unit_test(test_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
