/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles: whether what is loaded behaves as its file on disk compiles to, while one looks. */
#include "tests/view/scene.h"

#include <string.h>

#include "tests/unit/oracling.h"

#define FEATURES "../../data/demo/etc/apparmor.d/abi/3.0"
#define KERNEL   "sys/kernel/security/apparmor/"

/* Compiles; what is about "slow" it never ends. */
static const char parser[] = "#!/bin/sh\n"
                             "PATH=/usr/sbin:/sbin:/usr/bin:/bin\n"
                             "case \"$*\" in */slow) echo x >>\"$0.slow\"; exec sleep 600;; esac\n"
                             "case \"$*\" in */asked) echo x >>\"$0.asked\";; esac\n"
                             "exec apparmor_parser \"$@\"\n";

static const char *const files[] = {
    "etc/apparmor.d/asked",
    "profile asked /opt/asked {\n  /etc/asked r,\n  include if exists <local/asked>\n}\n",
    "etc/apparmor.d/blind",
    "profile blind /opt/blind { }\n",
    "etc/apparmor.d/slow",
    "profile slow /opt/slow { }\n",
    KERNEL "profiles",
    "asked (enforce)\nblind (enforce)\nslow (enforce)\n",
    KERNEL "policy/profiles/asked.1/name",
    "asked\n",
    KERNEL "policy/profiles/blind.2/name",
    "blind\n",
    KERNEL "policy/profiles/slow.3/name",
    "slow\n",
    NULL,
};

static const SceneOptions options = {.parser = parser, .features = FEATURES, .files = files};

/* As if @text had been compiled and loaded as @dir. */
static void
load(const Scene *scene, const char *dir, const char *text)
{
    g_autofree char *name = g_build_filename(scene->root, KERNEL "policy/profiles", dir, NULL);
    g_autofree char *path = g_build_filename(name, "raw_data", NULL);
    g_autofree char *features = test_data(FEATURES);
    g_autoptr(GBytes) bytes = oracle_compile_bytes(text, features);
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);

    assert_true(g_file_set_contents(path, data, (gssize)size, NULL));
}

static guint
compilations(const Scene *scene, const char *of)
{
    g_autofree char *name = g_strconcat("parser.", of, NULL);
    g_autofree char *path = g_build_filename(scene->root, name, NULL);
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? (guint)strlen(text) / 2 : 0;
}

static void
wait_for_compilations(Scene *scene, const char *of, guint n)
{
    for (gint64 end = g_get_monotonic_time() + 60 * G_USEC_PER_SEC; compilations(scene, of) < n;) {
        assert_true(g_get_monotonic_time() < end);
        g_free(scene_show(scene, 160, 40));
        if (!g_main_context_iteration(NULL, FALSE))
            g_usleep(1000);
    }
}

static void
go_to(Scene *scene, const char *profile)
{
    g_autofree char *keys = g_strdup_printf("2 / %s enter", profile);
    scene_keys(scene, keys);
}

static void
test_states(void **state)
{
    Scene scene;

    scene_open(&scene, &options);
    load(&scene, "asked.1", "profile asked /opt/asked { /etc/asked r, /etc/gone w, }\n");
    go_to(&scene, "a s k");
    scene_wait(&scene, "not yet", TRUE);
    scene_wait(&scene, "its file is being compiled", TRUE);
    scene_wait(&scene, "file: on disk -wacd: /etc/gone", TRUE);
    assert_shows(&scene, "other"); /* the column, too */
    go_to(&scene, "b l i");
    scene_wait(&scene, "The kernel does not give back what it holds", TRUE);
    assert_int_equal(compilations(&scene, "asked"), 1);
    go_to(&scene, "a s k"); /* it is known */
    scene_wait(&scene, "file: on disk -wacd: /etc/gone", TRUE);
    assert_int_equal(compilations(&scene, "asked"), 1);
    scene_close(&scene);
}

/* Loaded anew, or edited: what was known is no answer any more. */
static void
test_again(void **state)
{
    Scene scene;

    scene_open(&scene, &options);
    load(&scene, "asked.1", "profile asked /opt/asked { /etc/{asked,asked} r, }\n");
    go_to(&scene, "a s k");
    scene_wait(&scene, "what is loaded allows what its file compiles to", TRUE);
    test_write(scene.root, "etc/apparmor.d/local/asked", "/etc/more r,\n");
    tui_screen_reload(scene.screen);
    scene_wait(&scene, "file: on disk +r: /etc/more", TRUE);
    load(&scene, "asked.1", "profile asked /opt/asked { /etc/{asked,more} r, }\n");
    tui_screen_reload(scene.screen);
    scene_wait(&scene, "what is loaded allows what its file compiles to", TRUE);
    test_write(scene.root, "etc/apparmor.d/local/asked", "/etc/more r\n");
    tui_screen_reload(scene.screen);
    scene_wait(&scene, "asked line 4: syntax error", TRUE);
    scene_close(&scene);
}

/* One that takes for ever does not stand before the next, and is asked again when one comes back.
 */
static void
test_newest_first(void **state)
{
    Scene scene;

    scene_open(&scene, &options);
    load(&scene, "asked.1", "profile asked /opt/asked { /etc/asked r, }\n");
    load(&scene, "slow.3", "profile slow /opt/slow { }\n");
    go_to(&scene, "s l o w");
    wait_for_compilations(&scene, "slow", 1);
    scene_wait(&scene, "its file is being compiled", TRUE);
    go_to(&scene, "a s k");
    scene_wait(&scene, "what is loaded allows what its file compiles to", TRUE);
    go_to(&scene, "s l o w");
    wait_for_compilations(&scene, "slow", 2);
    scene_wait(&scene, "its file is being compiled", TRUE);
    scene_close(&scene); /* with a compilation that goes on */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_states), cmocka_unit_test(test_again),
                                       cmocka_unit_test(test_newest_first)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
