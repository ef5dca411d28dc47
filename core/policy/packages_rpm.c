/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rpm: its database is librpm's alone, which a program of its own reads (rpm_worker.c). */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/fsutil.h"
#include "core/policy/packages_private.h"

#define TOLD_MAX (16 * 1024 * 1024)
#define FD       3 /* of the worker */

/* Where it may be, and what is in it. */
static const char *const places[] = {"usr/lib/sysimage/rpm", "var/lib/rpm"};
static const char *const databases[] = {"rpmdb.sqlite", "Packages.db", "Packages"};

/* A database that is a link would be read wherever that leads. */
static gboolean
holds_database(int dir)
{
    struct stat st;

    for (guint i = 0; i < G_N_ELEMENTS(databases); i++)
        if (fstatat(dir, databases[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
            return S_ISREG(st.st_mode);
    return FALSE;
}

static gboolean
next_word(AmrBytes *told, AmrBytes *word)
{
    const char *end = told->len ? memchr(told->data, '\0', told->len) : NULL;

    if (!end)
        return FALSE;
    *word = (AmrBytes){told->data, (gsize)(end - told->data)};
    told->len -= word->len + 1;
    told->data += word->len + 1;
    return TRUE;
}

void
amr_packages_take_rpm(AmrPackages *packages, AmrBytes told, const char *place)
{
    gsize len = strlen(place);
    AmrBytes package, file, digest, upgrade;

    while (next_word(&told, &package) && next_word(&told, &file) && next_word(&told, &digest) &&
           next_word(&told, &upgrade)) {
        AmrUpgrade what = amr_bytes_is(upgrade, "keeps")        ? AMR_UPGRADE_KEEPS
                          : amr_bytes_is(upgrade, "replaces")   ? AMR_UPGRADE_REPLACES
                          : amr_bytes_is(upgrade, "overwrites") ? AMR_UPGRADE_OVERWRITES
                                                                : AMR_UPGRADE_UNKNOWN;
        if (package.len && what && file.len > len && amr_packages_begins(file, place))
            amr_packages_add(packages, (AmrBytes){file.data + len, file.len - len}, package, digest,
                             what);
    }
}

/* What the worker says of the database in @dir, which is taken over; as much as is right. */
static GBytes *
ask(const char *worker, int dir, GCancellable *cancellable)
{
    static const char *const environment[] = {"LC_ALL=C.UTF-8", NULL};
    const char *const argv[] = {worker, NULL};
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    g_autoptr(GSubprocess) child = NULL;
    GByteArray *told = g_byte_array_new();
    guint8 block[16384];
    gssize n = 0;

    g_subprocess_launcher_take_fd(launcher, dir, FD);
    g_subprocess_launcher_set_environ(launcher, (char **)environment);
    g_subprocess_launcher_set_cwd(launcher, "/");
    child = g_subprocess_launcher_spawnv(launcher, argv, NULL);
    while (child && told->len < TOLD_MAX &&
           (n = g_input_stream_read(g_subprocess_get_stdout_pipe(child), block, sizeof block,
                                    cancellable, NULL)) > 0)
        g_byte_array_append(told, block, (guint)n);
    if (child) {
        if (n != 0) /* cancelled, or endless */
            g_subprocess_force_exit(child);
        (void)g_subprocess_wait(child, NULL, NULL);
    }
    return g_byte_array_free_to_bytes(told);
}

void
amr_packages_read_rpm(AmrPackages *packages, int root, const char *worker,
                      GCancellable *cancellable)
{
    for (guint i = 0; worker && i < G_N_ELEMENTS(places); i++) {
        int dir = amr_fs_open(root, places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC, NULL);
        g_autoptr(GBytes) told = NULL;
        gsize len;
        if (dir < 0)
            continue;
        if (!holds_database(dir)) {
            amr_fs_close_fd(&dir);
            continue;
        }
        told = ask(worker, dir, cancellable);
        const char *data = g_bytes_get_data(told, &len);
        amr_packages_take_rpm(packages, (AmrBytes){data, len}, "/" AMR_PACKAGES_POLICY);
        return;
    }
}
