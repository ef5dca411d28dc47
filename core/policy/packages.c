/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/packages.h"

#include <fcntl.h>
#include <string.h>

#include "core/base/fsutil.h"
#include "core/base/text.h"

#define STATUS      "var/lib/dpkg/status"
#define STATUS_MAX  (64 * 1024 * 1024)
#define POLICY      "etc/apparmor.d/"
#define DIGEST_SIZE 32 /* of MD5, in hex */

struct AmrPackages {
    GHashTable *files; /* char * -> AmrPackaged */
};

static void
packaged_free(gpointer data)
{
    AmrPackaged *packaged = data;
    g_free(packaged->package);
    g_free(packaged->md5);
    g_free(packaged);
}

static AmrPackages *
packages_new(void)
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

typedef struct {
    AmrPackages *packages;
    AmrBytes place, package;
    gboolean lists; /* lines that begin with a blank are of "Conffiles:" */
} Reader;

static gboolean
begins(AmrBytes line, const char *with)
{
    gsize n = strlen(with);
    return line.len >= n && memcmp(line.data, with, n) == 0;
}

/* " /etc/apparmor.d/usr.bin.man 0123... [obsolete]": no escape, a name holds no blank. A file that
 * moved from one package to another is obsolete in the first one. */
static void
take_file(const Reader *reader, AmrBytes line)
{
    AmrBytes name = {line.data + 1, line.len - 1};
    const char *blank = memchr(name.data, ' ', name.len);

    if (!blank || name.len < reader->place.len ||
        memcmp(name.data, reader->place.data, reader->place.len) != 0)
        return;
    const char *digest = blank + 1;
    gsize left = name.len - (gsize)(digest - name.data), n = 0;
    while (n < left && g_ascii_isxdigit(digest[n]))
        n++;
    if (n != DIGEST_SIZE)
        return;
    char *file =
        g_strndup(name.data + reader->place.len, (gsize)(blank - name.data) - reader->place.len);
    if (n < left && g_hash_table_contains(reader->packages->files, file)) {
        g_free(file);
        return;
    }
    AmrPackaged *packaged = g_new0(AmrPackaged, 1);
    packaged->package = amr_bytes_dup(reader->package);
    packaged->md5 = g_ascii_strdown(digest, DIGEST_SIZE);
    g_hash_table_replace(reader->packages->files, file, packaged);
}

static void
take_line(Reader *reader, AmrBytes line)
{
    static const char package[] = "Package: ";

    if (line.len > 1 && line.data[0] == ' ') {
        if (reader->lists && reader->package.len)
            take_file(reader, line);
        return;
    }
    reader->lists = begins(line, "Conffiles:");
    if (line.len == 0)
        reader->package = (AmrBytes){NULL, 0};
    else if (begins(line, package))
        reader->package = (AmrBytes){line.data + strlen(package), line.len - strlen(package)};
}

AmrPackages *
amr_packages_parse(const char *text, gsize len, const char *place)
{
    AmrPackages *packages = packages_new();
    Reader reader = {.packages = packages, .place = amr_bytes(place)};

    while (len > 0) {
        const char *newline = memchr(text, '\n', len);
        gsize n = newline ? (gsize)(newline - text) : len, used = n + (newline != NULL);
        take_line(&reader, (AmrBytes){text, n});
        text += used;
        len -= used;
    }
    return packages;
}

static void
read_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    int root = GPOINTER_TO_INT(data) - 1;
    g_autoptr(GBytes) bytes = root >= 0 ? amr_fs_read(root, STATUS, STATUS_MAX, NULL) : NULL;
    gsize len = 0;
    const char *text = bytes ? g_bytes_get_data(bytes, &len) : NULL;

    g_task_return_pointer(task, amr_packages_parse(text, len, "/" POLICY),
                          (GDestroyNotify)amr_packages_free);
}

/* Its own, + 1; 0 where the policy is not the root's. */
static int
root_of(const AmrTarget *target)
{
    g_autofree char *path = NULL;

    (void)amr_target_policy_place(target, "x", &path);
    return g_strcmp0(path, POLICY "x") == 0
               ? fcntl(amr_target_root_fd(target), F_DUPFD_CLOEXEC, 3) + 1
               : 0;
}

static void
close_root(gpointer data)
{
    int root = GPOINTER_TO_INT(data) - 1;
    amr_fs_close_fd(&root);
}

void
amr_packages_read_async(const AmrTarget *target, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);

    g_task_set_source_tag(task, amr_packages_read_async);
    g_task_set_task_data(task, GINT_TO_POINTER(root_of(target)), close_root);
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
    g_autofree char *md5 = g_compute_checksum_for_bytes(G_CHECKSUM_MD5, bytes);
    return strcmp(md5, packaged->md5) != 0;
}
