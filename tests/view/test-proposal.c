/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proposals of several denials: what complain mode holds, both sides of a signal, the keys. */
#include "tests/view/scene.h"

#include <string.h>

static const char *const files[] = {
    "etc/apparmor.d/starter",
    "profile starter /opt/bin/starter flags=(complain) {\n"
    "  /opt/bin/starter mr,\n"
    "  /srv/starter/known r,\n"
    "  include if exists <local/starter>\n"
    "}\n",
    "etc/apparmor.d/helper",
    "profile helper /opt/bin/helper {\n"
    "  /opt/bin/helper mr,\n"
    "  deny signal (receive) set=(kill),\n"
    "  include if exists <local/helper>\n"
    "}\n",
    "etc/apparmor.d/abstractions/things",
    "  /var/thing/** r,\n  /var/other r,\n  owner /var/mine rw,\n",
    "etc/apparmor.d/abstractions/wider",
    "  include <abstractions/things>\n  /etc/** rw,\n",
    "sys/kernel/security/apparmor/profiles",
    "helper (enforce)\nstarter (complain)\n",
    "sys/kernel/security/apparmor/.replace",
    "",
    NULL,
};

static const SceneOptions held = {.log = "held.log",
                                  .files = files,
                                  .features = "../../data/demo/etc/apparmor.d/abi/3.0"};

/* Keys, with a settled screen after each word of them. */
static void
press(Scene *scene, const char *keys)
{
    g_auto(GStrv) words = g_strsplit(keys, " ", -1);
    for (char **word = words; *word; word++) {
        scene_keys(scene, *word);
        scene_settle(scene);
    }
}

static void
test_goldens(void **state)
{
    static const struct {
        const char *name, *keys;
    } rows[] = {
        {"held", "home p"},
        {"held-one", "home down p down"},
        {"held-nested", "home down down p ."},
        {"held-transition", "home down down p down down x"},
        {"held-denied", "home p d"},
        {"held-ignored", "home down p down i"},
        {"held-hat", "home down down down down p"},
        {"sides", "home down down down down down p"},
        {"sides-one", "home down down down down down p b"},
        {"sides-denied", "end p"},
        {"proposal-audit", "end p a"},
        {"proposal-deny", "end p d"},
        {"proposal-measured", "home down p down right right"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        Scene scene;
        scene_open(&scene, &held);
        press(&scene, rows[i].keys);
        assert_goldens(&scene, rows[i].name);
        scene_close(&scene);
    }
}

/* Whatever is on the screen, nothing is written but by w; Enter does nothing, Esc leaves. */
static void
test_keys_write_nothing(void **state)
{
    static const char *const keys[] = {"enter", "x",    "a",     "d",  "d",   "o",
                                       "b",     "i",    "i",     ".",  ",",   "left",
                                       "right", "down", "enter", "up", "esc", "esc"};
    Scene scene;
    scene_open(&scene, &held);
    press(&scene, "home p");
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        press(&scene, keys[i]);
        assert_int_equal(amr_history_count(scene.session->history), 0);
    }
    assert_shows(&scene, "starter");
    scene_close(&scene);
}

static AmrDenialState
state_of(const Scene *scene, AmrDenialId id)
{
    return amr_store_get(scene->session->store, id)->state;
}

/* All that is held is one change of two profiles, and all of it is fixed then. A shell asks for a
 * typed word. */
static void
test_writes_all(void **state)
{
    Scene scene;
    scene_open(&scene, &held);
    press(&scene, "home p");
    assert_shows(&scene, "proven: denied before, allowed with the change, 4 of 4");
    press(&scene, "w");
    assert_shows(&scene, "Type yes");
    press(&scene, "y e s enter");
    assert_shows(&scene, "done");
    g_autofree char *starter = test_read(scene.root, "etc/apparmor.d/local/starter");
    g_autofree char *helper = test_read(scene.root, "etc/apparmor.d/local/helper");
    assert_string_equal(starter, "/usr/bin/dash ix,\n/srv/starter/list r,\n/opt/bin/helper px,\n");
    assert_string_equal(helper, "/srv/helper/data r,\n");
    assert_int_equal(amr_history_count(scene.session->history), 1);
    for (AmrDenialId id = 1; id <= 3; id++)
        assert_int_equal(state_of(&scene, id), AMR_DENIAL_STATE_FIXED);
    assert_int_equal(state_of(&scene, 5), AMR_DENIAL_STATE_NEW);
    press(&scene, "esc 3 u w");
    assert_shows(&scene, "done");
    g_autofree char *starter_after = test_read(scene.root, "etc/apparmor.d/local/starter");
    g_autofree char *helper_after = test_read(scene.root, "etc/apparmor.d/local/helper");
    assert_string_equal(starter_after, "");
    assert_string_equal(helper_after, "");
    assert_int_equal(state_of(&scene, 1), AMR_DENIAL_STATE_NEW);
    scene_close(&scene);
}

static void
test_both_sides(void **state)
{
    Scene scene;
    scene_open(&scene, &held);
    press(&scene, "home down down down down down p");
    assert_shows(&scene, "proven: denied before, allowed with the change, 2 of 2");
    press(&scene, "w");
    assert_shows(&scene, "done");
    g_autofree char *starter = test_read(scene.root, "etc/apparmor.d/local/starter");
    g_autofree char *helper = test_read(scene.root, "etc/apparmor.d/local/helper");
    assert_string_equal(starter, "signal (send) set=(term) peer=helper,\n");
    assert_string_equal(helper, "signal (receive) set=(term) peer=starter,\n");
    assert_int_equal(amr_history_count(scene.session->history), 1);
    scene_close(&scene);
}

static void
test_ignores(void **state)
{
    Scene scene;
    scene_open(&scene, &held);
    press(&scene, "home p down i");
    assert_int_equal(state_of(&scene, 2), AMR_DENIAL_STATE_IGNORED);
    assert_shows(&scene, "it is let be");
    assert_hides(&scene, "+/srv/starter/list r,");
    press(&scene, "esc");
    assert_int_equal(state_of(&scene, 2), AMR_DENIAL_STATE_IGNORED); /* of the session */
    press(&scene, "home down p"); /* asked for by name it stands there, and can be taken back */
    press(&scene, "down i");
    assert_int_equal(state_of(&scene, 2), AMR_DENIAL_STATE_NEW);
    assert_shows(&scene, "+/srv/starter/list r,");
    scene_close(&scene);
}

/* Types @text over what stands in the line. */
static void
type(Scene *scene, const char *text)
{
    scene_keys(scene, "ctrl-u");
    for (const char *p = text; *p; p++) {
        const char key[] = {*p, '\0'};
        scene_keys(scene, *p == ' ' ? "space" : key);
    }
    scene_settle(scene);
}

static void
test_edits(void **state)
{
    static const struct {
        const char *text, *said;
    } rows[] = {
        {"/srv/starter/* r,", "one rule, and it answers the denial"},
        {"/srv/starter/list r,", "one rule, and it answers the denial"},
        {"owner /srv/starter/list r,", "one rule, but it does not answer"},
        {"/srv/starter/list w,", "one rule, but it does not answer"},
        {"deny /srv/starter/list r,", "one rule, that denies"},
        {"/srv/starter/list r", "not one rule"},
        {"/a r, /b r,", "not one rule"},
        {"#include <x>", "not one rule"},
        {"/srv/{starter r,", "not one rule"},
        {"/srv/starter/@{NIX} r,", "the compiler refuses it"},
        {"file r /srv/starter/list,", "one rule, and it answers the denial"},
    };
    Scene scene;
    scene_open(&scene, &held);
    press(&scene, "home down p down e");
    assert_shows(&scene, "Rule: /srv/starter/list r,");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        type(&scene, rows[i].text);
        assert_shows(&scene, rows[i].said);
    }
    assert_goldens(&scene, "proposal-edit");
    type(&scene, "/srv/starter/list r");
    press(&scene, "enter"); /* is not taken: the line stays */
    assert_shows(&scene, "Rule: /srv/starter/list r");
    assert_shows(&scene, "not one rule");
    press(&scene, "esc");
    assert_shows(&scene, "+/srv/starter/list r,");
    press(&scene, "e");
    type(&scene, "/srv/** r,");
    press(&scene, "enter");
    assert_shows(&scene, "by hand  /srv/** r,");
    assert_shows(&scene, "proven: denied before, allowed with the change, 4 of 4");
    assert_shows(&scene, "+/srv/** r,");
    assert_shows(&scene, "HIGH: It reaches whatever there is below one directory");
    assert_goldens(&scene, "proposal-edited");
    assert_int_equal(amr_history_count(scene.session->history), 0);
    press(&scene, "e");
    type(&scene, "/srv/another r,");
    press(&scene, "enter");
    assert_shows(&scene, "refuted: 1 of 4 are not as meant with the change: /srv/starter/list r");
    press(&scene, "e");
    type(&scene, ""); /* what was proposed, again */
    press(&scene, "enter");
    assert_shows(&scene, "+/srv/starter/list r,");
    press(&scene, "e esc"); /* of the line alone */
    assert_shows(&scene, "+/srv/starter/list r,");
    scene_close(&scene);
}

/* The view, or the screen, may go while a rule is typed and tried. */
static void
test_leaves_edit(void **state)
{
    for (guint rounds = 0; rounds < 4; rounds++) {
        gint64 until = g_get_monotonic_time() + rounds * 60 * G_TIME_SPAN_MILLISECOND;
        Scene scene;
        scene_open(&scene, &held);
        press(&scene, "home down p down");
        scene_keys(&scene, "e backspace ,");
        while (g_get_monotonic_time() < until)
            g_main_context_iteration(NULL, FALSE);
        scene_keys(&scene, rounds % 2 ? "x" : "esc");
        scene_close(&scene);
    }
}

/* The view may go while it is asked. */
static void
test_leaves_early(void **state)
{
    for (guint rounds = 0; rounds < 6; rounds++) {
        Scene scene;
        scene_open(&scene, &held);
        scene_keys(&scene, "home p");
        for (guint i = 0; i < rounds * 3; i++)
            g_main_context_iteration(NULL, FALSE);
        if (rounds % 2)
            scene_keys(&scene, "esc p esc");
        scene_close(&scene);
    }
}

/* Many files that are alike: one row, one rule, and back to each its own. */
static void
test_many(void **state)
{
    const SceneOptions options = {.files = files,
                                  .features = "../../data/demo/etc/apparmor.d/abi/3.0"};
    g_autoptr(GString) log = g_string_new(NULL);
    Scene scene;

    for (guint i = 0; i < 20; i++)
        g_string_append_printf(log,
                               "type=AVC msg=audit(1763712000.100:%u): apparmor=\"DENIED\" "
                               "operation=\"open\" profile=\"helper\" "
                               "name=\"/srv/cache/data-%u\" pid=8 comm=\"h\" "
                               "requested_mask=\"r\" denied_mask=\"r\" fsuid=33 ouid=0\n",
                               11 + i, 100 + i);
    scene_open(&scene, &options);
    scene_feed(&scene, log->str, log->len);
    scene_settle(&scene);
    press(&scene, "* p");
    assert_shows(&scene, "/srv/cache/data-[0-9]* r,");
    assert_shows(&scene, "And 19 more that are like it.");
    assert_shows(&scene, "20 of the 20 denials");
    assert_hides(&scene, "/srv/cache/data-100 r,");
    press(&scene, "d");
    assert_shows(&scene, "deny /srv/cache/data-[0-9]* r,");
    assert_hides(&scene, "+  /srv/cache");
    press(&scene, "d left");
    assert_shows(&scene, "/srv/cache/data-100 r,");
    assert_hides(&scene, "data-[0-9]*");
    press(&scene, "right");
    assert_shows(&scene, "And 19 more that are like it.");
    assert_hides(&scene, "/srv/cache/data-101 r,");
    scene_close(&scene);
}

/* An abstraction that answers several is one row for all of them, and from it each goes back to
 * its own rule. */
static void
test_abstraction(void **state)
{
    static const char *const names[] = {"/var/thing/one", "/var/other", "/opt/elsewhere"};
    const SceneOptions options = {.files = files,
                                  .features = "../../data/demo/etc/apparmor.d/abi/3.0"};
    g_autoptr(GString) log = g_string_new(NULL);
    Scene scene;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        g_string_append_printf(log,
                               "type=AVC msg=audit(1763712000.100:%u): apparmor=\"DENIED\" "
                               "operation=\"open\" profile=\"helper\" name=\"%s\" pid=8 "
                               "comm=\"h\" requested_mask=\"r\" denied_mask=\"r\" fsuid=33 "
                               "ouid=0\n",
                               11 + i, names[i]);
    scene_open(&scene, &options);
    scene_feed(&scene, log->str, log->len);
    scene_settle(&scene);
    static const char recipe[] = "[x]\ntitle = Ask the house\nwhy = They know.\n"
                                 "name = /var/thing/*\ndo = call {profile}\n";
    amr_data_take(amr_recipes_data(scene.session->recipes), recipe, strlen(recipe), "recipes");
    press(&scene, "* p");
    assert_shows(&scene, "/var/other r,");
    assert_shows(&scene, "/opt/elsewhere r,");
    assert_hides(&scene, "include <");
    assert_shows(&scene, "Ask the house");
    assert_shows(&scene, "call helper");
    press(&scene, "right right right");
    for (;;) {
        g_autofree char *before = scene_show(&scene, 100, 40);
        if (strstr(before, "include <abstractions/things>"))
            break;
        press(&scene, "right");
        g_autofree char *after = scene_show(&scene, 100, 40);
        assert_string_not_equal(before, after);
    }
    assert_shows(&scene, "At least 3 of these 3 rules");
    assert_shows(&scene, "2 of the 3 denials");
    assert_hides(&scene, "/var/other r,");
    assert_shows(&scene, "/opt/elsewhere r,");
    assert_shows(&scene, "allowed with the change, 3 of 3");
    assert_hides(&scene, "audit on/off");
    press(&scene, "right");
    assert_shows(&scene, "include <abstractions/wider>");
    assert_shows(&scene, "At least 4 of these 4 rules");
    press(&scene, "left left");
    assert_hides(&scene, "include <");
    assert_shows(&scene, "/var/other r,");
    scene_close(&scene);
}

/* Which files that exist the rules of the ladder open; names of files are no better than those of
 * a log. */
static void
test_counts_files(void **state)
{
    static const char *const more[] = {
        "etc/apparmor.d/helper",
        "profile helper /opt/bin/helper {\n  include if exists <local/helper>\n}\n",
        "sys/kernel/security/apparmor/profiles",
        "helper (enforce)\n",
        "sys/kernel/security/apparmor/.replace",
        "",
        "srv/shelf/denied",
        "",
        "srv/shelf/two",
        "",
        "srv/shelf/\x1b[31m\xff",
        "",
        "srv/shelf/my.key",
        "",
        NULL,
    };
    static const char log[] =
        "type=AVC msg=audit(1763712000.100:11): apparmor=\"DENIED\" operation=\"open\" "
        "profile=\"helper\" name=\"/srv/shelf/denied\" pid=8 comm=\"h\" requested_mask=\"r\" "
        "denied_mask=\"r\" fsuid=33 ouid=0\n";
    static const char sensitive[] = "[k]\nname = /**/*.key\ntext = holds a key\n";
    const SceneOptions options = {.files = more,
                                  .features = "../../data/demo/etc/apparmor.d/abi/3.0"};
    Scene scene;

    scene_open(&scene, &options);
    amr_data_take(amr_sensitive_data(scene.session->sensitive), sensitive, strlen(sensitive), "x");
    scene_feed(&scene, log, strlen(log));
    scene_settle(&scene);
    press(&scene, "p");
    assert_shows(&scene, "on disk  no other file that exists");
    press(&scene, "right");
    assert_shows(&scene, "on disk  4 more files that exist (r), such as /srv/shelf/");
    assert_shows(&scene, "\\e[31m\\xff");
    assert_shows(&scene, "beware   /srv/shelf/my.key r holds a key");
    press(&scene, "d"); /* what denies opens nothing */
    assert_hides(&scene, "on disk");
    scene_close(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_counts_files),
        cmocka_unit_test(test_abstraction),
        cmocka_unit_test(test_keys_write_nothing),
        cmocka_unit_test(test_writes_all),
        cmocka_unit_test(test_both_sides),
        cmocka_unit_test(test_ignores),
        cmocka_unit_test(test_leaves_early),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_leaves_edit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
