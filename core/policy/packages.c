/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <string.h>

#include "core/base/fsutil.h"
#include "core/policy/packages_private.h"

static void
packaged_free(gpointer data)
{
    AmrPackaged *packaged = data;
    g_free(packaged->package);
    g_free(packaged->digest);
    g_free(packaged);
}

AmrPackages *
amr_packages_new(void)
{
    AmrPackages *packages = g_new0(AmrPackages, 1);
    packages->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, packaged_free);
    return packages;
}

void
amr_packages_free(AmrPackages *packages)
{
    if (!packages)
        return;
    g_hash_table_unref(packages->files);
    g_free(packages);
}

/* ---- reading ---------------------------------------------------------------------------------
 */

gboolean
amr_packages_line(AmrBytes *text, AmrBytes *line)
{
    if (!text->len)
        return FALSE;
    const char *newline = memchr(text->data, '\n', text->len);
    gsize n = newline ? (gsize)(newline - text->data) : text->len, used = n + (newline != NULL);
    *line = (AmrBytes){text->data, n};
    *text = (AmrBytes){text->data + used, text->len - used};
    return TRUE;
}

gboolean
amr_packages_begins(AmrBytes line, const char *with)
{
    gsize n = strlen(with);
    return line.len >= n && memcmp(line.data, with, n) == 0;
}

/* One that could be of a file; else it is as good as none. */
static gboolean
is_digest(AmrBytes digest)
{
    gsize n = 0;

    while (n < digest.len && g_ascii_isxdigit(digest.data[n]))
        n++;
    return n == digest.len && (n == 32 || n == 64);
}

void
amr_packages_add(AmrPackages *packages, AmrBytes name, AmrBytes package, AmrBytes digest,
                 AmrUpgrade upgrade)
{
    AmrPackaged *packaged = g_new0(AmrPackaged, 1);

    packaged->package = amr_bytes_dup(package);
    packaged->digest = is_digest(digest) ? g_ascii_strdown(digest.data, (gssize)digest.len) : NULL;
    packaged->upgrade = upgrade;
    g_hash_table_replace(packages->files, amr_bytes_dup(name), packaged);
}

typedef struct {
    int root; /* its own; -1 where the policy is not the root's */
    char *rpm;
} Reading;

static void
reading_free(gpointer data)
{
    Reading *reading = data;
    amr_fs_close_fd(&reading->root);
    g_free(reading->rpm);
    g_free(reading);
}

static void
read_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Reading *reading = data;
    AmrPackages *packages = amr_packages_new();

    if (reading->root >= 0) {
        amr_packages_read_rpm(packages, reading->root, reading->rpm, cancellable);
        amr_packages_read_pacman(packages, reading->root, cancellable);
        amr_packages_read_dpkg(packages, reading->root);
    }
    g_task_return_pointer(task, packages, (GDestroyNotify)amr_packages_free);
}

static int
root_of(const AmrTarget *target)
{
    g_autofree char *path = NULL;

    (void)amr_target_policy_place(target, "x", &path);
    return g_strcmp0(path, AMR_PACKAGES_POLICY "x") == 0
               ? fcntl(amr_target_root_fd(target), F_DUPFD_CLOEXEC, 3)
               : -1;
}

void
amr_packages_read_async(const AmrTarget *target, const char *rpm, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Reading *reading = g_new0(Reading, 1);

    *reading = (Reading){root_of(target), g_strdup(rpm)};
    g_task_set_source_tag(task, amr_packages_read_async);
    g_task_set_task_data(task, reading, reading_free);
    g_task_set_return_on_cancel(task, TRUE);
    g_task_run_in_thread(task, read_in_thread);
}

AmrPackages *
amr_packages_read_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

const AmrPackaged *
amr_packages_find(const AmrPackages *packages, const char *name)
{
    return packages ? g_hash_table_lookup(packages->files, name) : NULL;
}

gboolean
amr_packaged_is_edited(const AmrPackaged *packaged, GBytes *bytes)
{
    gboolean md5 = packaged->digest && strlen(packaged->digest) == 32;
    g_autofree char *digest =
        g_compute_checksum_for_bytes(md5 ? G_CHECKSUM_MD5 : G_CHECKSUM_SHA256, bytes);
    return packaged->digest && strcmp(digest, packaged->digest) != 0;
}
