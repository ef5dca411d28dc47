/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who loads policy under the eyes of somebody who read what is loaded. A FIFO whose writer stays
 * stands for the kernel's count: it may be polled, and its reading waits. */
#include "tests/unit/testing.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/kernel/revision.h"

#define KERNEL "sys/kernel/security/apparmor/"

typedef struct {
    char *dir;
    AmrTarget *target;
    AmrOpener *opener;
    AmrRevision *revision;
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
watched_open(Watched *w)
{
    AmrTargetOptions options = {0};
    g_autoptr(GError) error = NULL;

    *w = (Watched){.dir = test_dir_new()};
    options.root = w->dir;
    test_write(w->dir, "etc/apparmor.d/p", "");
    test_write(w->dir, KERNEL "profiles", "p (enforce)\n");
    w->target = amr_target_new(&options, &error);
    assert_no_error(error);
    w->opener = amr_opener_new(w->target);
    w->revision = amr_revision_new(w->opener, on_news, w);
}

static void
watched_close(Watched *w)
{
    amr_revision_free(w->revision);
    amr_opener_free(w->opener);
    amr_target_free(w->target);
    test_dir_remove(w->dir);
}

/* Makes the count of a namespace; returns its writer. */
static int
counter(Watched *w, const char *name)
{
    g_autofree char *path = g_build_filename(w->dir, KERNEL, name, NULL);
    g_autofree char *dir = g_path_get_dirname(path);
    int fd;

    assert_int_equal(g_mkdir_with_parents(dir, 0755), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void
count(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* Turns the loop until it would sleep without a timer: what was to come has come. */
static void
idle(void)
{
    guint turns = 0;
    while (g_main_context_iteration(NULL, FALSE))
        assert_true(turns++ < 1000); /* it never sleeps */
}

static void
settle(Watched *w, guint wanted)
{
    gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    while (w->settled < wanted && g_get_monotonic_time() < end)
        g_main_context_iteration(NULL, TRUE);
    assert_int_equal(w->settled, wanted);
}

/* A package loads many: said once, once more when it is over, and no more until it is read. */
static void
test_loads(void **state)
{
    Watched w;
    int root, web, deep;

    watched_open(&w);
    root = counter(&w, "revision");
    web = counter(&w, "policy/namespaces/web/revision");
    deep = counter(&w, "policy/namespaces/web/namespaces/in/revision");
    count(root, "41\n");
    amr_revision_renew(w.revision);
    assert_int_equal(amr_revision_watched(w.revision), 3);
    idle();
    assert_int_equal(w.outdated, 0);
    assert_false(amr_revision_is_outdated(w.revision));

    for (guint i = 0; i < 100; i++) {
        g_autofree char *text = g_strdup_printf("%u\n", 42 + i);
        count(root, text);
        idle();
    }
    assert_true(amr_revision_is_outdated(w.revision));
    settle(&w, 1);
    assert_int_equal(w.outdated, 1);
    count(root, "500\n");
    idle();
    assert_int_equal(w.outdated, 1);

    amr_revision_renew(w.revision);
    assert_false(amr_revision_is_outdated(w.revision));
    idle();
    assert_int_equal(w.outdated, 1);
    count(deep, "1\n");
    settle(&w, 2);
    assert_int_equal(w.outdated, 2);
    amr_revision_renew(w.revision);
    count(web, "7\n");
    idle();
    assert_true(amr_revision_is_outdated(w.revision));
    amr_revision_renew(w.revision); /* it is read by hand before it is settled */
    assert_false(amr_revision_is_outdated(w.revision));
    idle();
    close(root);
    close(web);
    close(deep);
    watched_close(&w);
}

/* What is not there, does not wait, or is over: nothing comes, and the loop sleeps. */
static void
test_silent(void **state)
{
    g_autofree char *path = NULL, *gone = NULL;
    Watched w;
    int fd;

    watched_open(&w);
    amr_revision_renew(w.revision);
    assert_int_equal(amr_revision_watched(w.revision), 0);
    test_write(w.dir, KERNEL "revision", "7\n");
    test_write(w.dir, KERNEL "policy/namespaces/a/revision/is_a_directory", "");
    path = g_build_filename(w.dir, KERNEL, "policy/namespaces/b", NULL);
    assert_int_equal(g_mkdir(path, 0755), 0);
    gone = g_build_filename(path, "revision", NULL);
    assert_int_equal(mkfifo(gone, 0600), 0); /* without a writer */
    amr_revision_renew(w.revision);
    assert_int_equal(amr_revision_watched(w.revision), 0);
    idle();

    assert_int_equal(g_unlink(gone), 0);
    fd = counter(&w, "policy/namespaces/b/revision");
    amr_revision_renew(w.revision);
    assert_int_equal(amr_revision_watched(w.revision), 1);
    close(fd);
    idle();
    assert_int_equal(w.outdated, 0);
    assert_int_equal(g_unlink(gone), 0);
    amr_revision_renew(w.revision);
    assert_int_equal(amr_revision_watched(w.revision), 0);
    fd = counter(&w, "policy/namespaces/b/revision"); /* made again by the same name */
    amr_revision_renew(w.revision);
    count(fd, "1\n");
    idle();
    assert_int_equal(w.outdated, 1);
    close(fd);
    watched_close(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loads),
        cmocka_unit_test(test_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
