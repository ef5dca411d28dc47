/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/testing.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

char *
test_dir_new(void)
{
    char *dir = g_dir_make_tmp("armorer-test-XXXXXX", NULL);
    assert_non_null(dir);
    return dir;
}

static void
remove_tree(const char *path)
{
    if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK) && g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
        const char *name;
        while (dir && (name = g_dir_read_name(dir))) {
            g_autofree char *child = g_build_filename(path, name, NULL);
            remove_tree(child);
        }
    }
    (void)g_remove(path);
}

void
test_dir_remove(char *dir)
{
    remove_tree(dir);
    g_free(dir);
}

void
test_write(const char *dir, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    gsize left = strlen(text);
    int fd;

    assert_int_equal(g_mkdir_with_parents(parent, 0755), 0);
    /* g_file_set_contents_full() in its fast way does not cut off what a longer file held before
     * (2.74). */
    fd = g_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    while (left > 0) {
        gssize put = write(fd, text + strlen(text) - left, left);
        assert_true(put > 0);
        left -= (gsize)put;
    }
    assert_int_equal(close(fd), 0);
}

char *
test_read(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    assert_no_error(error);
    return text;
}

char *
test_data(const char *name)
{
    const char *data = g_getenv("ARMORER_TEST_DATA");
    return g_build_filename(data ? data : "tests/data", name, NULL);
}

static gboolean
on_timeout(gpointer data)
{
    *(gboolean *)data = TRUE;
    return G_SOURCE_REMOVE;
}

void
test_wait(gboolean *done)
{
    gboolean late = FALSE;
    guint timer = g_timeout_add_seconds(60, on_timeout, &late);
    while (!*done && !late)
        g_main_context_iteration(NULL, TRUE);
    if (late)
        fail_msg("nothing came for a minute");
    g_source_remove(timer);
}

void
test_result(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

void
test_wait_result(GAsyncResult **result)
{
    gboolean late = FALSE;
    guint timer = g_timeout_add_seconds(60, on_timeout, &late);
    while (!*result && !late)
        g_main_context_iteration(NULL, TRUE);
    if (late)
        fail_msg("nothing came for a minute");
    g_source_remove(timer);
}
