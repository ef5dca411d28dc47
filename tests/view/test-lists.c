/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists: what is shown of them, where the cursor is, finding, filtering, freezing. */
#include "tests/view/scene.h"

#include <glib/gstdio.h>
#include <string.h>

/* Policy with children, hats, a namespace, and what is only on disk or only in the kernel. */
static const struct {
    const char *name, *text;
} more[] = {
    {"etc/apparmor.d/usr.sbin.lanternd", "# what the lantern may\n"
                                         "/usr/sbin/lanternd flags=(attach_disconnected) {\n"
                                         "  include <abstractions/base> # all do\n"
                                         "\tcapability setuid,\t# tabs\n"
                                         "  deny /etc/shadow r,\n"
                                         "  audit owner \"/srv/two words/*\" rw,\n"
                                         "  /usr/sbin/lanternd mr,\n"
                                         "  /usr/lib/{a,b}/\\{c px -> wick,\n"
                                         "  include if exists <local/usr.sbin.lanternd>\n"
                                         "\n"
                                         "  profile wick {\n"
                                         "    @{PROC}/1/stat r,\n"
                                         "    include if exists <local/wick>\n"
                                         "  }\n"
                                         "  ^FLAME {\n"
                                         "    signal (send) set=(term) peer=crate,\n"
                                         "  }\n"
                                         "}\n"},
    {"etc/apparmor.d/abstractions/base", "/etc/ld.so.cache r,\n"},
    {"etc/apparmor.d/local/usr.sbin.lanternd", "# what this site adds\n"
                                               "/etc/lantern/site.conf r,\n"
                                               "/srv/\x1b[2J\xe2\x80\xae"
                                               "evil r,\n"},
    {"etc/apparmor.d/unused", "profile unused /opt/unused { /opt/unused r, }\n"},
    {"etc/apparmor.d/off", "profile off /opt/off flags=(complain) { /opt/off r, }\n"},
    {"etc/apparmor.d/disable/off", ""},
    {"sys/kernel/security/apparmor/profiles", "/usr/sbin/lanternd (enforce)\n"
                                              "/usr/sbin/lanternd//wick (enforce)\n"
                                              "/usr/sbin/lanternd//FLAME (complain)\n"
                                              ":web://kettle (kill)\n"
                                              "snap.\x1b"
                                              "[31mx (enforce)\n"
                                              "crate (enforce)\n"
                                              "stray (user)\n"
                                              "pagewright (enforce)\n"},
    {"proc/900/attr/current", "crate//&:web:kettle (mixed)\n"},
    {"proc/900/comm", "two\x1b\n"},
    {"proc/901/attr/current", "/usr/sbin/lanternd//wick (enforce)\n"},
    {"proc/901/comm", "wick\n"},
    {"var/lib/dpkg/status", "Package: crate\x1b[2J-common\nConffiles:\n /etc/apparmor.d/crate "
                            "0123456789abcdef0123456789abcdef\n"},
};

static void
open_more(Scene *scene, const SceneOptions *options)
{
    scene_open(scene, options);
    for (gsize i = 0; i < G_N_ELEMENTS(more); i++)
        test_write(scene->root, more[i].name, more[i].text);
    tui_screen_reload(scene->screen);
    while (tui_screen_is_loading(scene->screen))
        g_main_context_iteration(NULL, TRUE);
}

static const struct {
    const char *name, *log, *keys;
    gboolean read_only;
} scenes[] =
    {
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
         "f ! o p : a space ! o p : b space ! o p : c space ! o p : d space c l a s s : f i l e "
         "enter",
         FALSE},
        {"hostile-filter", "hostile.log", "f 2 J enter", FALSE},
},
  profile_scenes[] = {
      {"profiles-folded", "denials.log", "2", FALSE},
      {"profile-packaged", "denials.log", "2 down enter", FALSE},
      {"profile-made", "denials.log", "2 down down down down enter", FALSE},
      {"profiles-open", "denials.log", "2 z", FALSE},
      {"profiles-by-denials", "denials.log", "2 s 3", FALSE},
      {"profiles-filter", "denials.log", "2 f m o d e : e * space ! l a n t e r n enter", FALSE},
      {"profiles-menu", "denials.log", "2 m", FALSE},
      {"profiles-menu-no-load", "denials.log", "2 G m end up", FALSE},
      {"profiles-menu-read-only", "denials.log", "2 m", TRUE},
      {"profile", "denials.log", "2 enter", FALSE},
      {"profile-stacked", "denials.log", "2 down enter", FALSE},
      {"profile-its-denials", "denials.log", "2 D", FALSE},
      {"profile-load", "denials.log", "2 m 9", FALSE},
      {"profile-disable", "denials.log", "2 m 7", FALSE},
      {"profile-mode", "denials.log", "2 m 6", FALSE},
};

static void
test_profile_goldens(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(profile_scenes); i++) {
        SceneOptions options = {profile_scenes[i].log, profile_scenes[i].read_only, FALSE};
        Scene scene;
        open_more(&scene, &options);
        scene_keys(&scene, profile_scenes[i].keys);
        assert_goldens(&scene, profile_scenes[i].name);
        scene_close(&scene);
    }
}

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

/* How often is shown while it is so, and goes by itself, without anything that comes. */
static void
test_rate(void **state)
{
    static const char record[] =
        "type=AVC msg=audit(1763715541.000:91): apparmor=\"DENIED\" operation=\"open\" "
        "profile=\"pagewright\" name=\"/newer\" pid=1 comm=\"x\" requested_mask=\"r\" "
        "denied_mask=\"r\" fsuid=0 ouid=0\n";
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    AmrClock *clock = (AmrClock *)amr_target_clock(scene.session->target);
    gint64 now = amr_clock_now(clock);

    assert_hides(&scene, "a minute");
    amr_clock_set(clock, now - 50000);
    scene_feed(&scene, record, strlen(record));
    scene_feed(&scene, record, strlen(record));
    assert_shows(&scene, "2 a minute");
    scene_keys(&scene, "2 f a - m i n : 2 enter");
    assert_shows(&scene, "pagewright");
    assert_shows(&scene, "1 of 1");
    scene_keys(&scene, "F");
    assert_goldens(&scene, "profiles-rate");
    scene_keys(&scene, "Z");
    amr_clock_set(clock, now);
    scene_feed(&scene, record, strlen(record));
    assert_shows(&scene, "2 a minute");
    scene_keys(&scene, "Z");
    scene_wait(&scene, "a minute", FALSE);
    scene_keys(&scene, "F");
    assert_shows(&scene, "No profile matches");
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

/* Children fold under their parents; the cursor stays on its profile, or goes where it is folded.
 */
static void
test_folding(void **state)
{
    static const struct {
        const char *keys, *shows, *hides;
    } rows[] = {
        {"2 right", "//FLAME", "nothing"},
        {"2 right", "1 of 10", "+ /usr"},
        {"2 right left", "1 of 8", "//FLAME"},
        {"2 right down down left", "1 of 10", "nothing"},
        {"2 right down down left left", "1 of 8", "//wick"},
        {"2 down right", "2 of 8", "//FLAME"},
        {"2 z down down z", "1 of 8", "//wick"},
        {"2 z down down z", "+ /usr/sbin/lanternd", "nothing"},
        {"2 z end z", "8 of 8", "//wick"},
        {"2 down s 3", "3 of 8", "nothing"}, /* crate, behind lanternd and pagewright */
        {"2 / w i c k enter", "Not found", "nothing"},
        {"2 z / w i c k enter", "3 of 10", "nothing"},
        {"2 f w i c k enter", "1 of 10 [wick]", "pagewright"},
        {"2 f w i c k enter right", "1 of 10 [wick]", "pagewright"},
        {"2 f d r i f t : m o d e enter", "2 of 10 [drift:mode]", "pagewright"},
        {"2 f ! d e n i a l s : 0 enter", "3 of 10 [!denials:0]", "kettle"},
        {"2 f l o c a l : enter", "No value", "nothing"},
        {"2 f c o l o r : x enter", "known are mode: profile: processes:", "nothing"},
        {"2 down down down down D", "No denial of it", "nothing"},
        {"2 enter / s i g n a l enter", "signal (send)", "Not found"}, /* beyond the screen */
        {"2 enter / s i g n a l enter n", "Found beyond the end", "mode      enforce"},
        {"2 enter / s i g n a l enter up up up up up up up up up up up up", "mode      enforce",
         "Not found"},
        {"2 enter / s i g n a l esc", "mode      enforce", "FLAME"},
        {"2 enter / z z z enter", "Not found: zzz", "nothing"},
        {"1 home enter / d e n i e d _ m enter", "denied_mask", "Not found"},
        {"2 D esc", "1 of 8", "> Its denials"},
        {"2 down D enter esc esc", "2 of 8", "> Its denials"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        SceneOptions options = {"denials.log", FALSE, FALSE};
        Scene scene;
        open_more(&scene, &options);
        scene_keys(&scene, rows[i].keys);
        assert_shows(&scene, rows[i].shows);
        assert_hides(&scene, rows[i].hides);
        scene_close(&scene);
    }
}

/* What is read again leaves the cursor on its profile, though others come in before it. */
static void
test_profile_stays(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    scene_keys(&scene, "2 end");
    assert_shows(&scene, "3 of 3");
    test_write(scene.root, "sys/kernel/security/apparmor/profiles",
               "/a (enforce)\n/usr/sbin/lanternd (enforce)\ncrate (complain)\n"
               "pagewright (enforce)\nzebra (enforce)\n");
    tui_screen_reload(scene.screen);
    while (tui_screen_is_loading(scene.screen))
        g_main_context_iteration(NULL, TRUE);
    assert_shows(&scene, "4 of 5");
    scene_close(&scene);
}

/* Loading needs w, and is done by the command with more rights where we lack them. */
static void
test_load(void **state)
{
    SceneOptions options = {"denials.log", FALSE, TRUE}, read_only = {"denials.log", TRUE, TRUE};
    Scene scene;
    scene_open(&scene, &options);
    test_write(scene.root, "sys/kernel/security/apparmor/.replace", "");
    tui_screen_reload(scene.screen);
    while (tui_screen_is_loading(scene.screen))
        g_main_context_iteration(NULL, TRUE);
    scene_keys(&scene, "2 down m end up enter enter");
    assert_shows(&scene, "Load crate as it stands on disk");
    assert_null(scene.elevated);
    scene_keys(&scene, "w");
    assert_non_null(scene.elevated);
    assert_true(g_str_has_prefix(scene.elevated, "reload sealed\n"));
    assert_true(g_str_has_suffix(scene.elevated, "\n# profile: crate\n"));
    scene_close(&scene);

    scene_open(&scene, &read_only);
    scene_keys(&scene, "2 down m end up enter w");
    assert_null(scene.elevated);
    assert_hides(&scene, "Load crate");
    scene_close(&scene);
}

/* The mode is bound to what was shown, too. */
static void
test_mode(void **state)
{
    SceneOptions options = {"denials.log", FALSE, TRUE}, read_only = {"denials.log", TRUE, TRUE};
    Scene scene;

    scene_open(&scene, &options);
    scene_keys(&scene, "2 down m end up up up up enter");
    assert_shows(&scene, "Put crate into kill mode");
    assert_shows(&scene, "flags=(kill) {");
    scene_keys(&scene, "w");
    assert_non_null(scene.elevated);
    assert_true(g_str_has_prefix(scene.elevated, "kill crate sealed\n"));
    scene_close(&scene);

    scene_open(&scene, &options);
    scene_keys(&scene, "2 down m end up up up up up enter w");
    assert_shows(&scene, "crate: In complain mode already");
    assert_null(scene.elevated);
    scene_close(&scene);

    scene_open(&scene, &options);
    scene_keys(&scene, "2 down m end up up up enter");
    assert_shows(&scene, "Disable crate");
    assert_shows(&scene, "+symbolic link to ../crate");
    scene_keys(&scene, "w");
    assert_true(g_str_has_prefix(scene.elevated, "disable crate sealed\n"));
    scene_close(&scene);

    scene_open(&scene, &options);
    scene_keys(&scene, "2 down m end up up enter");
    assert_shows(&scene, "No link disables it.");
    scene_close(&scene);

    scene_open(&scene, &read_only);
    scene_keys(&scene, "2 down m");
    assert_hides(&scene, "kill mode");
    scene_close(&scene);
}

#define MANY 9000

static void
open_many(Scene *scene)
{
    SceneOptions options = {NULL, FALSE, FALSE};
    g_autoptr(GString) log = g_string_new(NULL);

    for (guint i = 0; i < MANY; i++)
        g_string_append_printf(log,
                               "type=AVC msg=audit(1763713000.000:%u): apparmor=\"DENIED\" "
                               "operation=\"open\" profile=\"p%u\" name=\"/srv/%u\" pid=1 "
                               "comm=\"x\" requested_mask=\"r\" denied_mask=\"r\" fsuid=0 "
                               "ouid=0\n",
                               i, i % 2, i);
    scene_open(scene, &options);
    scene_feed(scene, log->str, log->len);
}

/* A key looks at a bounded number of rows, the rest is looked at between keys: how long a list is
 * holds up nobody. */
static void
test_slices(void **state)
{
    Scene scene;

    open_many(&scene);
    scene_keys(&scene, "f p r o f i l e : p 1");
    assert_shows(&scene, "to look at");
    scene_keys(&scene, "enter up"); /* it is not waited for */
    assert_shows(&scene, "HELD");
    while (g_main_context_iteration(NULL, FALSE))
        ;
    assert_shows(&scene, "4500 of 9000 [profile:p1]");
    assert_shows(&scene, "4499 of 4500");

    scene_keys(&scene, "home / / 8 9 9 9 enter");
    assert_shows(&scene, "1 of 4500");
    while (g_main_context_iteration(NULL, FALSE))
        ;
    assert_shows(&scene, "4500 of 4500");
    scene_close(&scene);
}

/* What is not done after half a second says how far it is, and Esc stops it. */
static void
test_stops(void **state)
{
    static const struct {
        const char *keys, *tells, *stopped, *then;
    } rows[] = {
        {"home / q q enter", "Looking for: qq: ", "Stopped: qq is not in ", "1 of 9000"},
        {"f p r o f i l e : q enter", "Filtering: ", "the filter is off; F puts it on", "of 9000"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        Scene scene;

        open_many(&scene);
        scene_keys(&scene, rows[i].keys);
        assert_hides(&scene, rows[i].tells);
        g_usleep(600 * 1000); /* timers come before what is left to do */
        g_main_context_iteration(NULL, FALSE);
        assert_shows(&scene, rows[i].tells);
        assert_shows(&scene, "of 9000 rows");
        assert_shows(&scene, "Esc stops it");
        assert_int_equal(scene_keys(&scene, "esc"), TUI_ACTION_NONE);
        assert_shows(&scene, rows[i].stopped);
        assert_shows(&scene, rows[i].then);
        while (g_main_context_iteration(NULL, FALSE))
            ;
        assert_shows(&scene, rows[i].then);
        assert_hides(&scene, rows[i].tells);
        scene_close(&scene);
    }
}

/* The changes find, filter and sort; their cursor is tied to its change. */
static void
test_changes(void **state)
{
    static const struct {
        const char *name, *keys, *shows, *hides;
    } rows[] = {
        {"changes-filter", "3 f p r o f i l e : p * enter", "1 of 2 [profile:p*]", "two words"},
        {"changes-filter-none", "3 f s t a t e : u n d o n e enter", "No change matches", "hosts"},
        {"changes-sort", "3 s", "by state", "nothing"},
        {NULL, "3 s 3", "2 of 2", "by state"},
        {NULL, "3 s 2 home", "1 of 2", "by state"},
        {NULL, "3 / w o r d s enter", "2 of 2", "Not found"},
        {NULL, "3 / w o r d s esc", "1 of 2", "Not found"},
        {NULL, "3 f h o s t s enter down F", "1 of 2", "[hosts]  1"},
        {NULL, "3 down f h o s t s enter F", "2 of 2", "nothing"},
        {NULL, "3 enter", "who", "nothing"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        SceneOptions options = {"denials.log", FALSE, FALSE};
        Scene scene;
        scene_open(&scene, &options);
        scene_change(&scene, "0123456789abcdef", "/usr/sbin/lanternd",
                     "\"/srv/lantern/two words\" r,", AMR_CHANGE_STATE_LOADED);
        scene_change(&scene, "123456789abcdef0", "pagewright", "/etc/hosts r,",
                     AMR_CHANGE_STATE_VERIFIED);
        scene_keys(&scene, rows[i].keys);
        assert_shows(&scene, rows[i].shows);
        assert_hides(&scene, rows[i].hides);
        if (rows[i].name)
            assert_goldens(&scene, rows[i].name);
        scene_close(&scene);
    }
}

/* What another hand did since stands among ours, and is not ours to take back. */
static void
test_outside(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;

    scene_open(&scene, &options);
    scene_change(&scene, "0123456789abcdef", "pagewright", "/etc/hosts r,",
                 AMR_CHANGE_STATE_VERIFIED);
    const char *path = ((char **)amr_history_get(scene.session->history, 0)->files)[0];
    scene_keys(&scene, "3");
    assert_shows(&scene, "1 of 1");
    g_autofree char *file = g_build_filename("etc/apparmor.d", path, NULL);
    test_write(scene.root, file, "/etc/hosts r,\n/evil\033[2J w,\n");
    tui_screen_reload(scene.screen);
    while (tui_screen_is_loading(scene.screen))
        g_main_context_iteration(NULL, TRUE);
    assert_shows(&scene, "2 of 2"); /* the cursor stays where it was */
    scene_keys(&scene, "f s t a t e : o u t s i d e enter home enter");
    assert_shows(&scene, "by another hand since change 0123456789abcdef wrote it");
    assert_shows(&scene, "+/evil\\e[2J w,");
    scene_keys(&scene, "u");
    assert_shows(&scene, "It is no change of ours");
    /* Gone. */
    g_autofree char *full = g_build_filename(scene.root, file, NULL);
    assert_int_equal(g_unlink(full), 0);
    tui_screen_reload(scene.screen);
    while (tui_screen_is_loading(scene.screen))
        g_main_context_iteration(NULL, TRUE);
    assert_shows(&scene, "gone, by another hand");
    scene_close(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens),
        cmocka_unit_test(test_profile_goldens),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_freezes),
        cmocka_unit_test(test_filter_and_cursor),
        cmocka_unit_test(test_filter_given_up),
        cmocka_unit_test(test_filter_and_new),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_folding),
        cmocka_unit_test(test_profile_stays),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_mode),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_outside),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
