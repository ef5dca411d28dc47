/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who changes policy under the eyes of somebody who read it. */
#include "tests/unit/index-fixture.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "core/policy/index_watch.h"

typedef struct {
    Fixture f;
    AmrIndexWatch *watch;
    guint outdated, settled;
} Watched;

static void
on_news(AmrNews news, gpointer data)
{
    Watched *w = data;
    if (news == AMR_NEWS_OUTDATED)
        w->outdated++;
    else if (news == AMR_NEWS_SETTLED)
        w->settled++;
}

static void
read_again(Watched *w)
{
    g_autoptr(GError) error = NULL;
    AmrIndex *index;

    amr_index_watch_hold(w->watch);
    index = load(w->f.target, &error);
    assert_no_error(error);
    amr_index_free(w->f.index);
    w->f.index = index;
    amr_index_watch_take(w->watch, index);
}

static void
watched_open(Watched *w)
{
    *w = (Watched){.f = {.dir = test_dir_new()}};
    put(&w->f, "prog",
        "include <tunables/t>\nprofile prog { include <abstractions/a>\n"
        " include if exists <local/prog>\n include if exists <prog.d> }\n");
    put(&w->f, "tunables/t", "@{x}=/y\n");
    put(&w->f, "abstractions/a", "/a r,\n include if exists <abstractions/a.d>\n");
    put(&w->f, "local/.keep", "");
    put(&w->f, "local/other", "/o r,\n");
    put(&w->f, "prog.d/one", "/one r,\n");
    put(&w->f, "disable/.keep", "");
    test_write(w->f.dir, "usr/share/linked", "profile linked { }\n");
    g_autofree char *link = g_build_filename(w->f.dir, POLICY, "linked", NULL);
    assert_int_equal(symlink("/usr/share/linked", link), 0);
    fixture_open(&w->f);
    w->watch = amr_index_watch_new(w->f.target, on_news, w);
    read_again(w);
    assert_false(amr_index_watch_is_outdated(w->watch));
    assert_null(amr_index_watch_error(w->watch));
}

static void
watched_close(Watched *w)
{
    amr_index_watch_free(w->watch);
    fixture_close(&w->f);
}

static gboolean
on_time(gpointer data)
{
    *(gboolean *)data = TRUE;
    return G_SOURCE_REMOVE;
}

/* Turns the loop until it is settled; where nothing is to come, until all that was there came: the
 * watch has no timer then, and what waits in its queue is read in one turn. */
static void
settle(Watched *w, gboolean wanted)
{
    gboolean late = FALSE;
    const guint limit = g_timeout_add(wanted ? 20000 : 30, on_time, &late);

    while (w->settled == 0 && !late)
        g_main_context_iteration(NULL, TRUE);
    if (!late)
        g_source_remove(limit);
    while (!wanted && g_main_context_iteration(NULL, FALSE))
        ;
}

typedef enum {
    WRITE,
    REPLACE, /* by a new file and rename */
    REMOVE,
    TOUCH,
    DIRECTORY,
    LINK, /* to @text */
    SWAP, /* the directory for an empty one */
} How;

static void
do_it(Fixture *f, How how, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(f->dir, POLICY, name, NULL);
    g_autofree char *temporary = g_strconcat(path, ".dpkg-new", NULL);

    switch (how) {
    case WRITE:
        put(f, name, text);
        break;
    case REPLACE:
        assert_true(g_file_set_contents(temporary, text, -1, NULL));
        assert_int_equal(g_rename(temporary, path), 0);
        break;
    case REMOVE:
        assert_int_equal(g_remove(path), 0);
        break;
    case TOUCH:
        assert_int_equal(g_utime(path, NULL), 0);
        break;
    case DIRECTORY:
        assert_int_equal(g_mkdir(path, 0755), 0);
        break;
    case SWAP:
        assert_int_equal(g_rename(path, temporary), 0);
        assert_int_equal(g_mkdir(path, 0755), 0);
        break;
    case LINK:
        assert_int_equal(symlink(text, path), 0);
        break;
    }
}

static const struct {
    const char *what;
    How how;
    const char *name, *text;
    gboolean news;
} cases[] = {
    {"a profile is written over", WRITE, "prog", "profile prog { }\n", TRUE},
    {"a profile is replaced, as editors do", REPLACE, "prog", "profile prog { }\n", TRUE},
    {"the same bytes again", WRITE, "tunables/t", "@{x}=/y\n", FALSE},
    {"the same bytes in another file", REPLACE, "tunables/t", "@{x}=/y\n", FALSE},
    {"a new time stamp", TOUCH, "prog", NULL, FALSE},
    {"an abstraction", WRITE, "abstractions/a", "/b r,\n", TRUE},
    {"a tunable", REPLACE, "tunables/t", "@{x}=/z\n", TRUE},
    {"a local file that was not there", WRITE, "local/prog", "/l r,\n", TRUE},
    {"an empty one of that name", WRITE, "local/prog", "", TRUE},
    {"a local file that nobody includes", WRITE, "local/other", "/p r,\n", FALSE},
    {"a new one that nobody includes", WRITE, "local/third", "/p r,\n", FALSE},
    {"a profile more", WRITE, "new", "profile new { }\n", TRUE},
    {"what the parser leaves out", WRITE, "new.dpkg-new", "profile new { }\n", FALSE},
    {"an editor's own file", WRITE, ".prog.swp", "x", FALSE},
    {"a profile less", REMOVE, "prog", NULL, TRUE},
    {"a directory that is asked for", DIRECTORY, "abstractions/a.d", NULL, TRUE},
    {"one that nobody asks for", DIRECTORY, "stuff", NULL, FALSE},
    {"one more in a directory that is included", WRITE, "prog.d/two", "/two r,\n", TRUE},
    {"one less there", REMOVE, "prog.d/one", NULL, TRUE},
    {"one that is left out there", WRITE, "prog.d/two~", "/two r,\n", FALSE},
    {"an abstraction that may be offered", WRITE, "abstractions/b", "/b r,\n", TRUE},
    {"a directory in place of another", SWAP, "local", NULL, TRUE},
    {"one that holds what is included", SWAP, "prog.d", NULL, TRUE},
    {"switched off", LINK, "disable/prog", "/etc/apparmor.d/prog", TRUE},
    {"what is no profile is switched off", LINK, "disable/nobody", "/nowhere", FALSE},
    {"a link to nothing", LINK, "abyss", "/nowhere", FALSE},
    {"where a link leads", WRITE, "../../usr/share/linked", "profile linked2 { }\n", TRUE},
    {"where a link leads, the file replaced", REPLACE, "../../usr/share/linked",
     "profile linked2 { }\n", TRUE},
};

static void
test_cases(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Watched w;

        watched_open(&w);
        do_it(&w.f, cases[i].how, cases[i].name, cases[i].text);
        settle(&w, cases[i].news);
        if (w.outdated != (guint)cases[i].news || w.settled != (guint)cases[i].news ||
            amr_index_watch_is_outdated(w.watch) != cases[i].news)
            fail_msg("%s: %u times outdated, %u times settled", cases[i].what, w.outdated,
                     w.settled);
        read_again(&w);
        assert_false(amr_index_watch_is_outdated(w.watch));
        watched_close(&w);
    }
}

/* Between reading and watching: nobody watches yet at the first time. */
static void
test_meanwhile(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Watched w;

        if (cases[i].how != WRITE || !cases[i].news ||
            !(g_str_equal(cases[i].name, "prog") || g_str_equal(cases[i].name, "local/prog") ||
              g_str_has_suffix(cases[i].name, "linked")))
            continue;
        watched_open(&w);
        amr_index_watch_free(w.watch);
        w.watch = amr_index_watch_new(w.f.target, on_news, &w);
        do_it(&w.f, cases[i].how, cases[i].name, cases[i].text);
        amr_index_watch_take(w.watch, w.f.index);
        if (!amr_index_watch_is_outdated(w.watch))
            fail_msg("%s: not seen", cases[i].what);
        watched_close(&w);
    }
}

/* What was not there when it was read first, and is then. */
static void
test_again(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Watched w;

        watched_open(&w);
        do_it(&w.f, cases[i].how, cases[i].name, cases[i].text);
        read_again(&w);
        settle(&w, FALSE);
        if (w.outdated > 0)
            fail_msg("%s: it is outdated after it was read", cases[i].what);
        watched_close(&w);
    }
}

/* A package writes many files: it is said once, and once more when it is over. Until policy is read
 * again nothing more comes; what changed meanwhile is compared with what was read then. */
static void
test_burst(void **state)
{
    Watched w;

    watched_open(&w);
    for (guint i = 0; i < 500; i++) {
        g_autofree char *name = g_strdup_printf("burst%u", i);
        put(&w.f, name, "profile x { }\n");
        while (g_main_context_iteration(NULL, FALSE))
            ;
    }
    settle(&w, TRUE);
    assert_int_equal(w.outdated, 1);
    assert_int_equal(w.settled, 1);
    put(&w.f, "prog", "profile prog { /one r, }\n");
    amr_index_watch_hold(w.watch);
    put(&w.f, "prog", "profile prog { /two r, }\n");
    for (guint i = 0; i < 100; i++)
        g_main_context_iteration(NULL, FALSE);
    assert_int_equal(w.outdated, 1);
    read_again(&w);
    w.settled = 0;
    settle(&w, FALSE);
    assert_int_equal(w.outdated, 1);
    put(&w.f, "prog", "profile prog { /three r, }\n");
    settle(&w, TRUE);
    assert_int_equal(w.outdated, 2);
    watched_close(&w);
}

/* Who stopped the reading is left in peace, but not for good. */
static void
test_released(void **state)
{
    Watched w;

    watched_open(&w);
    put(&w.f, "prog", "profile prog { /one r, }\n");
    settle(&w, TRUE);
    amr_index_watch_hold(w.watch);
    amr_index_watch_release(w.watch);
    put(&w.f, "prog", "profile prog { /two r, }\n");
    w.settled = 0;
    settle(&w, FALSE);
    assert_int_equal(w.outdated, 1);
    assert_true(amr_index_watch_is_outdated(w.watch));
    read_again(&w);
    amr_index_watch_hold(w.watch);
    amr_index_watch_release(w.watch);
    put(&w.f, "prog", "profile prog { /three r, }\n");
    settle(&w, TRUE);
    assert_int_equal(w.outdated, 2);
    watched_close(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),    cmocka_unit_test(test_meanwhile),
        cmocka_unit_test(test_again),    cmocka_unit_test(test_burst),
        cmocka_unit_test(test_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
