/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screen shows, by keys, at the sizes that matter. */
#include "tests/view/scene.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *log, *keys;
    gboolean read_only, elevates;
} scenes[] = {
    {"denials", "denials.log", "", FALSE, FALSE},
    {"denials-held", "denials.log", "up up", FALSE, FALSE},
    {"denials-by-count", "denials.log", "s 3 home", FALSE, FALSE},
    {"denials-empty", NULL, "", FALSE, FALSE},
    {"detail", "denials.log", "home enter", FALSE, FALSE},
    {"detail-no-rule", "denials.log", "enter", FALSE, FALSE},
    {"hostile", "hostile.log", "", FALSE, FALSE},
    {"hostile-detail", "hostile.log", "home enter", FALSE, FALSE},
    {"hostile-proposal", "hostile.log", "home down p", FALSE, FALSE},
    {"proposal", "denials.log", "home p", FALSE, FALSE},
    {"proposal-owner", "denials.log", "home p o", FALSE, FALSE},
    {"proposal-broader", "denials.log", "home p right", FALSE, FALSE},
    {"proposal-marked", "denials.log", "home space down space down space p", FALSE, FALSE},
    {"proposal-no-include", "denials.log", "home down down down down p", FALSE, FALSE},
    {"proposal-add-include", "denials.log", "home down down down down p I", FALSE, FALSE},
    {"proposal-no-rule", "denials.log", "p", FALSE, FALSE},
    {"proposal-danger", "denials.log", "up up up p w y e", FALSE, FALSE},
    {"proposal-read-only", "denials.log", "home p", TRUE, FALSE},
    {"profiles", "denials.log", "2", FALSE, FALSE},
    {"changes-empty", "denials.log", "3", FALSE, FALSE},
    {"help", "denials.log", "?", FALSE, FALSE},
    {"help-search", "denials.log", "? w r i t e", FALSE, FALSE},
    {"help-read-only", "denials.log", "?", TRUE, FALSE},
};

static void
test_goldens(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(scenes); i++) {
        SceneOptions options = {scenes[i].log, scenes[i].read_only, scenes[i].elevates};
        Scene scene;
        scene_open(&scene, &options);
        scene_keys(&scene, scenes[i].keys);
        assert_goldens(&scene, scenes[i].name);
        scene_close(&scene);
    }
}

static void
test_changes(void **state)
{
    static const struct {
        const char *name, *keys;
    } rows[] = {{"changes", "3"}, {"changes-detail", "3 down enter"}, {"undo", "3 u"}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        SceneOptions options = {"denials.log", FALSE, FALSE};
        Scene scene;
        scene_open(&scene, &options);
        scene_change(&scene, "0123456789abcdef", "/usr/sbin/lanternd",
                     "\"/srv/lantern/two words\" r,", AMR_CHANGE_STATE_LOADED);
        scene_change(&scene, "123456789abcdef0", "pagewright", "/etc/hosts r,",
                     AMR_CHANGE_STATE_VERIFIED);
        scene_keys(&scene, rows[i].keys);
        assert_goldens(&scene, rows[i].name);
        scene_close(&scene);
    }
}

/* The cursor stays on its change when newer ones come in above it. */
static void
test_change_stays(void **state)
{
    SceneOptions options = {NULL, FALSE, TRUE};
    Scene scene;
    scene_open(&scene, &options);
    scene_change(&scene, "0123456789abcdef", "/usr/sbin/lanternd", "/srv/a r,",
                 AMR_CHANGE_STATE_LOADED);
    scene_keys(&scene, "3");
    scene_change(&scene, "123456789abcdef0", "pagewright", "/srv/b r,", AMR_CHANGE_STATE_LOADED);
    scene_keys(&scene, "u w");
    assert_non_null(scene.elevated);
    assert_true(g_str_has_prefix(scene.elevated, "undo 0123456789abcdef sealed\n"));
    scene_close(&scene);
}

/* Nothing of a log may reach the terminal but as characters that it prints. */
static void
assert_inert(const char *text)
{
    assert_true(g_utf8_validate(text, -1, NULL));
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar ch = g_utf8_get_char(p);
        GUnicodeType type = g_unichar_type(ch);
        if (ch != '\n' &&
            (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_SURROGATE))
            fail_msg("U+%04X on the screen:\n%s", ch, text);
    }
}

static void
test_any_size(void **state)
{
    static const char *const keys[] = {"", "enter", "p", "esc esc 2", "3", "?"};
    SceneOptions options = {"hostile.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        scene_keys(&scene, keys[i]);
        for (int height = 1; height <= 42; height += height < 16 ? 1 : 7) {
            for (int width = 1; width <= 140; width += width < 14 ? 1 : 23) {
                g_autofree char *text = scene_show(&scene, width, height);
                assert_inert(text);
            }
        }
    }
    scene_close(&scene);
}

/* The cursor is tied to the denial: what comes in, or another order, does not move it away. */
static void
test_cursor_stays(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    scene_keys(&scene, "up up up up enter");
    assert_shows(&scene, "/etc/hosts");
    scene_feed(&scene, scene_newer, strlen(scene_newer));
    assert_shows(&scene, "HELD +1 new");
    assert_shows(&scene, "/etc/hosts");
    scene_keys(&scene, "s down enter");
    assert_shows(&scene, "/etc/hosts");
    scene_keys(&scene, "esc s 1 end");
    assert_hides(&scene, "HELD");
    scene_keys(&scene, "enter");
    assert_shows(&scene, "/newer");
    scene_close(&scene);
}

static void
test_follows(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    scene_feed(&scene, scene_newer, strlen(scene_newer));
    scene_keys(&scene, "enter");
    assert_shows(&scene, "/newer");
    scene_close(&scene);
}

/* Esc never writes, Enter does nothing in a proposal, a read-only screen has no writing keys. */
static void
test_only_w_writes(void **state)
{
    static const struct {
        const char *keys;
        gboolean read_only, writes;
    } rows[] = {
        {"home p enter enter esc", FALSE, FALSE},
        {"home p w", FALSE, TRUE},
        {"home p w", TRUE, FALSE},
        {"up up up p w n o enter", FALSE, FALSE},
        {"up up up p w y e s esc", FALSE, FALSE},
        {"up up up p w y e s enter", FALSE, TRUE},
        {"p w", FALSE, FALSE},
        {"home down down down down p w", FALSE, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        SceneOptions options = {"denials.log", rows[i].read_only, TRUE};
        Scene scene;
        scene_open(&scene, &options);
        scene_keys(&scene, rows[i].keys);
        if ((scene.elevated != NULL) != rows[i].writes)
            fail_msg("%s: %s", rows[i].keys, scene.elevated ? scene.elevated : "nothing written");
        scene_close(&scene);
    }
}

static void
test_elevated_command(void **state)
{
    SceneOptions options = {"denials.log", FALSE, TRUE};
    Scene scene;
    GAsyncResult *loaded = NULL;
    scene_open(&scene, &options);
    scene_keys(&scene, "home p w");
    assert_true(g_str_has_prefix(scene.elevated, "add sealed\n"));
    assert_non_null(strstr(scene.elevated, "\n# profile: /usr/sbin/lanternd\n"
                                           "/srv/lantern/private/plan.txt r,\n"));
    assert_null(loaded);
    while (tui_screen_is_loading(scene.screen))
        g_main_context_iteration(NULL, TRUE);
    assert_shows(&scene, "done");
    scene_close(&scene);
}

static void
wait_loaded(const Scene *scene)
{
    while (tui_screen_is_loading(scene->screen))
        g_main_context_iteration(NULL, TRUE);
}

/* What a reload would do that nobody asked for stands before the diff. */
static void
test_besides(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    test_write(scene.root, "sys/kernel/security/apparmor/profiles",
               "/usr/sbin/lanternd (enforce)\ncrate (enforce)\npagewright (enforce)\n");
    tui_screen_reload(scene.screen);
    wait_loaded(&scene);
    scene_keys(&scene, "home down down down down p I");
    assert_goldens(&scene, "proposal-besides");
    scene_close(&scene);
}

static gboolean
on_tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

/* Waits until the screen shows it; a minute is a hang. */
static void
wait_shown(Scene *scene, const char *text)
{
    gint64 end = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    guint tick = g_timeout_add(50, on_tick, NULL);
    for (;;) {
        g_autofree char *shown = scene_show(scene, 120, 40);
        if (strstr(shown, text))
            break;
        if (g_get_monotonic_time() > end)
            fail_msg("never shown: %s\n%s", text, shown);
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(tick);
}

/* Granted on disk, in local policy or by the profile itself, and not loaded: w loads it. */
static void
test_reload(void **state)
{
    static const struct {
        const char *file, *text;
    } rows[] = {
        {"etc/apparmor.d/local/usr.sbin.lanternd", "/srv/lantern/private/plan.txt r,\n"},
        {"etc/apparmor.d/usr.sbin.lanternd", "/usr/sbin/lanternd {\n"
                                             "  /srv/lantern/private/* r,\n"
                                             "  include if exists <local/usr.sbin.lanternd>\n"
                                             "}\n"},
    };
    for (gsize i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
        gboolean elevates = i % 2;
        SceneOptions options = {"denials.log", FALSE, elevates};
        Scene scene;
        scene_open(&scene, &options);
        test_write(scene.root, "sys/kernel/security/apparmor/.replace", "");
        test_write(scene.root, rows[i / 2].file, rows[i / 2].text);
        tui_screen_reload(scene.screen);
        wait_loaded(&scene);
        scene_keys(&scene, "home p");
        wait_shown(&scene, "granted on disk already, not loaded");
        if (i == 0)
            assert_goldens(&scene, "proposal-reload");
        scene_keys(&scene, "w");
        if (elevates) {
            assert_true(g_str_has_prefix(scene.elevated, "reload sealed\n"));
        } else {
            wait_shown(&scene, "Nothing written");
            wait_loaded(&scene);
            const AmrHistory *history = scene.session->history;
            assert_int_equal(amr_history_count(history), 1);
            assert_int_equal(amr_history_get(history, 0)->kind, AMR_PLAN_RELOAD);
        }
        scene_close(&scene);
    }
}

/* What becomes known of policy while a proposal is open changes the proposal. */
static void
test_proposes_again(void **state)
{
    static const char record[] =
        "type=AVC msg=audit(1763715000.000:7): apparmor=\"DENIED\" operation=\"exec\" "
        "profile=\"pagewright\" name=\"/usr/bin/helper\" pid=9 comm=\"pagewright\" "
        "requested_mask=\"x\" denied_mask=\"x\" fsuid=0 ouid=0\n";
    SceneOptions options = {NULL, FALSE, FALSE};
    Scene scene;

    scene_open(&scene, &options);
    scene_feed(&scene, record, strlen(record));
    scene_keys(&scene, "home p");
    wait_shown(&scene, "/usr/bin/helper ix,");
    test_write(scene.root, "etc/apparmor.d/helper", "profile helper /usr/bin/helper { }\n");
    test_write(scene.root, "sys/kernel/security/apparmor/profiles",
               "pagewright (enforce)\nhelper (enforce)\n");
    tui_screen_reload(scene.screen);
    wait_loaded(&scene);
    wait_shown(&scene, "/usr/bin/helper px,");
    scene_close(&scene);
}

/* A record that only root may read: what is signed is what the command with more rights shows. */
static void
test_unseen_undo(void **state)
{
    SceneOptions options = {NULL, FALSE, TRUE};
    Scene scene;
    if (geteuid() == 0)
        assert_int_equal(seteuid(65534), 0);
    scene_open(&scene, &options);
    scene_change(&scene, "0123456789abcdef", "/usr/sbin/lanternd", "/srv/a r,",
                 AMR_CHANGE_STATE_LOADED);
    g_autofree char *plan =
        g_build_filename(scene.root, "var/lib/armorer/changes/0123456789abcdef/plan", NULL);
    assert_int_equal(g_chmod(plan, 0), 0);
    scene_keys(&scene, "3 u");
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
    assert_goldens(&scene, "undo-unseen");
    scene_keys(&scene, "w");
    assert_string_equal(scene.elevated, "undo 0123456789abcdef asks\n");
    scene_close(&scene);
}

static void
test_failed_command(void **state)
{
    SceneOptions options = {"denials.log", FALSE, TRUE};
    Scene scene;
    scene_open(&scene, &options);
    scene.elevate_status = 3;
    scene.elevate_said = "sudo: no\narmorer: \\x1b[2Jit is \\u{202e}locked\n";
    scene_keys(&scene, "home p w");
    while (tui_screen_is_loading(scene.screen))
        g_main_context_iteration(NULL, TRUE);
    assert_shows(&scene, "not done");
    assert_shows(&scene, "status 3");
    assert_shows(&scene, "it said  sudo: no");
    assert_shows(&scene, "armorer: \\x1b[2Jit is \\u{202e}locked");
    scene_close(&scene);
}

/* Policy that is not as it was shown: nothing is written, the change is planned anew and stands
 * there with what became of the file, and another w signs it. */
static void
test_changed_underneath(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    const char *local = "etc/apparmor.d/local/usr.sbin.lanternd";
    Scene scene;

    scene_open(&scene, &options);
    test_write(scene.root, "sys/kernel/security/apparmor/.replace", "");
    scene_keys(&scene, "home p");
    wait_shown(&scene, "compiles");
    test_write(scene.root, local, "# by hand\n/srv/by/hand r,\n");
    scene_keys(&scene, "w");
    wait_shown(&scene, "planned anew");
    wait_shown(&scene, "compiles");
    wait_shown(&scene, "on disk  no other file");
    assert_goldens(&scene, "proposal-anew");
    assert_int_equal(amr_history_count(scene.session->history), 0);
    scene_keys(&scene, "w");
    wait_shown(&scene, "Written");
    wait_loaded(&scene);
    g_autofree char *text = test_read(scene.root, local);
    assert_true(g_str_has_prefix(text, "# by hand\n/srv/by/hand r,\n/srv/lantern/private"));
    assert_int_equal(amr_history_count(scene.session->history), 1);
    g_autofree char *shown = scene_show(&scene, 120, 40);
    assert_null(strstr(shown, "last try"));
    scene_close(&scene);
}

/* What became of the rule itself: somebody wrote it meanwhile. */
static void
test_written_meanwhile(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;

    scene_open(&scene, &options);
    test_write(scene.root, "sys/kernel/security/apparmor/.replace", "");
    scene_keys(&scene, "home p");
    wait_shown(&scene, "compiles");
    test_write(scene.root, "etc/apparmor.d/local/usr.sbin.lanternd",
               "/srv/lantern/private/plan.txt r,\n");
    scene_keys(&scene, "w");
    wait_shown(&scene, "last try");
    wait_shown(&scene, "granted on disk already, not loaded");
    scene_keys(&scene, "w");
    wait_shown(&scene, "Nothing written");
    scene_close(&scene);
}

/* An undo, the same. */
static void
test_undo_anew(void **state)
{
    SceneOptions options = {NULL, FALSE, FALSE};
    const char *local = "etc/apparmor.d/local/usr.sbin.lanternd";
    Scene scene;

    scene_open(&scene, &options);
    test_write(scene.root, "sys/kernel/security/apparmor/.replace", "");
    scene_change(&scene, "0123456789abcdef", "/usr/sbin/lanternd", "/srv/a r,",
                 AMR_CHANGE_STATE_LOADED);
    scene_keys(&scene, "3 u");
    wait_shown(&scene, "compiles");
    g_autofree char *was = test_read(scene.root, local);
    g_autofree char *more = g_strconcat(was, "/srv/by/hand r,\n", NULL);
    test_write(scene.root, local, more);
    scene_keys(&scene, "w");
    wait_shown(&scene, "planned anew");
    wait_shown(&scene, "compiles");
    scene_keys(&scene, "w");
    wait_shown(&scene, "Taken back");
    g_autofree char *left = test_read(scene.root, local);
    assert_true(g_str_has_suffix(left, "site.conf r,\n/srv/by/hand r,\n"));
    scene_close(&scene);
}

/* Keys that come before a frame: what was not on the screen is not signed. */
static void
test_unseen_is_unsigned(void **state)
{
    SceneOptions options = {"denials.log", FALSE, TRUE};
    Scene scene;

    scene_open(&scene, &options);
    scene_keys(&scene, "home");
    (void)tui_screen_key(scene.screen, 'p');
    (void)tui_screen_key(scene.screen, 'w');
    assert_null(scene.elevated);
    assert_shows(&scene, "look at it first");
    scene_keys(&scene, "w");
    assert_non_null(scene.elevated);
    scene_close(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_change_stays),
        cmocka_unit_test(test_any_size),
        cmocka_unit_test(test_cursor_stays),
        cmocka_unit_test(test_follows),
        cmocka_unit_test(test_only_w_writes),
        cmocka_unit_test(test_elevated_command),
        cmocka_unit_test(test_besides),
        cmocka_unit_test(test_unseen_undo),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_proposes_again),
        cmocka_unit_test(test_failed_command),
        cmocka_unit_test(test_changed_underneath),
        cmocka_unit_test(test_written_meanwhile),
        cmocka_unit_test(test_undo_anew),
        cmocka_unit_test(test_unseen_is_unsigned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
