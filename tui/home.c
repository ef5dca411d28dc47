/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/home.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"

#define HISTORY_MAX   (256 * 1024) /* bytes; a larger file begins anew */
#define HISTORY_LINES 500

/* ---- whose ---------------------------------------------------------------------------------- */

/* Who called sudo; FALSE if nobody did. */
static gboolean
invoker(uid_t *uid)
{
    const char *sudo = geteuid() == 0 ? g_getenv("SUDO_UID") : NULL;
    guint64 number;

    if (!sudo || !amr_bytes_to_uint64(amr_bytes(sudo), &number) || number == 0 ||
        number >= (uid_t)-1)
        return FALSE;
    *uid = (uid_t)number;
    return TRUE;
}

static gboolean
may_read(const struct stat *st)
{
    uid_t uid;
    return S_ISREG(st->st_mode) &&
           (st->st_uid == geteuid() || (invoker(&uid) && st->st_uid == uid));
}

gboolean
tui_home_is_ours(void)
{
    struct stat st;
    return stat(g_get_home_dir(), &st) == 0 && st.st_uid == geteuid();
}

/* ---- configuration -------------------------------------------------------------------------- */

char *
tui_home_config(const char *name)
{
    uid_t uid;
    const struct passwd *entry = invoker(&uid) ? getpwuid(uid) : NULL;

    if (entry)
        return g_build_filename(entry->pw_dir, ".config", "armorer", name, NULL);
    return g_build_filename(g_get_user_config_dir(), "armorer", name, NULL);
}

gboolean
tui_home_may_read(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && may_read(&st);
}

char *
tui_home_read(const char *path, gsize max, gsize *len, GError **error)
{
    /* Opened once, and looked at by its descriptor: a name may lead elsewhere by the next call. */
    amr_autofd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    g_autofree char *shown = amr_display_string(path);
    g_autoptr(GBytes) bytes = NULL;
    struct stat st;
    gsize size;

    if (fd < 0 || fstat(fd, &st) != 0) {
        amr_error_errno(error, errno, "%s", shown);
        return NULL;
    }
    if (!may_read(&st)) {
        amr_error_set(error, AMR_ERROR_REFUSED, "%s: it is not a file of yours", shown);
        return NULL;
    }
    bytes = amr_fs_read_fd(fd, max, error);
    if (!bytes) {
        g_prefix_error(error, "%s: ", shown);
        return NULL;
    }
    const char *data = g_bytes_get_data(bytes, &size);
    *len = size;
    return g_strndup(data ? data : "", size);
}

/* ---- history -------------------------------------------------------------------------------- */

/* NULL where nothing is kept. */
static char *
state_directory(void)
{
    const char *named = g_getenv("XDG_STATE_HOME");

    if (!tui_home_is_ours())
        return NULL;
    if (named && g_path_is_absolute(named))
        return g_build_filename(named, "armorer", NULL);
    return g_build_filename(g_get_home_dir(), ".local", "state", "armorer", NULL);
}

char *
tui_home_state(const char *name, gsize max)
{
    g_autofree char *dir = state_directory();
    g_autofree char *path = dir ? g_build_filename(dir, name, NULL) : NULL;
    g_autoptr(GError) error = NULL;
    gsize len;
    char *text = path ? tui_home_read(path, max, &len, &error) : NULL;

    if (path && g_error_matches(error, AMR_ERROR, AMR_ERROR_LIMIT))
        (void)g_unlink(path);
    return text;
}

GPtrArray *
tui_home_history(const char *name)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text = tui_home_state(name, HISTORY_MAX);
    g_auto(GStrv) split = g_strsplit(text ? text : "", "\n", -1);
    guint n = g_strv_length(split);

    for (guint i = n > HISTORY_LINES ? n - HISTORY_LINES : 0; i < n; i++) {
        if (split[i][0] && g_utf8_validate(split[i], -1, NULL))
            g_ptr_array_add(lines, g_strdup(split[i]));
    }
    return lines;
}

typedef struct {
    char *text;
    void (*done)(gpointer);
    gpointer data;
} Append;

/* What cannot be kept is forgotten: it is a convenience. */
static void
append_end(Append *append)
{
    if (append->done)
        append->done(append->data);
    g_free(append->text);
    g_free(append);
}

static void
on_written(GObject *source, GAsyncResult *result, gpointer data)
{
    (void)g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, NULL);
    append_end(data);
}

static void
on_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GFileOutputStream) stream = g_file_append_to_finish(G_FILE(source), result, NULL);
    Append *append = data;

    if (stream)
        g_output_stream_write_all_async(G_OUTPUT_STREAM(stream), append->text, strlen(append->text),
                                        G_PRIORITY_LOW, NULL, on_written, append);
    else
        append_end(append);
}

gboolean
tui_home_append(const char *name, const char *text, void (*done)(gpointer), gpointer data)
{
    g_autofree char *dir = state_directory();
    g_autofree char *path = dir ? g_build_filename(dir, name, NULL) : NULL;
    Append *append;

    if (!path || text[0] == '\0' || g_mkdir_with_parents(dir, 0700) != 0)
        return FALSE;
    append = g_new(Append, 1);
    *append = (Append){g_strdup(text), done, data};
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_file_append_to_async(file, G_FILE_CREATE_PRIVATE, G_PRIORITY_LOW, NULL, on_opened, append);
    return TRUE;
}

void
tui_home_remember(const char *name, const char *line)
{
    g_autofree char *text = line[0] ? g_strconcat(line, "\n", NULL) : NULL;

    if (text)
        (void)tui_home_append(name, text, NULL, NULL);
}

void
tui_home_replace(const char *name, const char *text)
{
    g_autofree char *dir = state_directory();
    g_autofree char *path = dir ? g_build_filename(dir, name, NULL) : NULL;

    if (path)
        (void)g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}
