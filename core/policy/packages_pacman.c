/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pacman: below /var/lib/pacman/local a directory for each package, with the list of its files and,
 * behind %BACKUP%, those that an upgrade keeps if they were edited, each with its MD5; what all of
 * them were like is in an mtree, packed by gzip. Forms: pacman 6 and 7.
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/decompress.h"
#include "core/base/fsutil.h"
#include "core/policy/packages_private.h"

#define LOCAL        "var/lib/pacman/local"
#define FILES_MAX    (64 * 1024 * 1024)
#define MTREE_MAX    (16 * 1024 * 1024) /* packed, and what is unpacked of it */
#define PACKAGES_MAX 65536

/* ---- what each file was like -------------------------------------------------------------------
 */

/* A name of an mtree: blanks and what is not ASCII as \ooo. */
static char *
unescape(AmrBytes name)
{
    GString *out = g_string_sized_new(name.len);

    for (gsize i = 0; i < name.len; i++) {
        const char *p = name.data + i;
        gboolean octal = p[0] == '\\' && i + 3 < name.len;
        for (gsize k = 1; octal && k <= 3; k++)
            octal = p[k] >= '0' && p[k] <= (k == 1 ? '3' : '7');
        if (octal)
            i += 3;
        g_string_append_c(out,
                          octal ? (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + p[3] - '0') : *p);
    }
    return g_string_free(out, FALSE);
}

/* Of "./NAME key=value ...": the digest that tells most; empty where there is none. */
static AmrBytes
digest_of(AmrBytes line)
{
    static const struct {
        const char *key;
        gsize size;
    } kinds[] = {{" sha256digest=", 64}, {" md5digest=", 32}};

    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        gsize len = strlen(kinds[i].key), n = 0;
        const char *at = memmem(line.data, line.len, kinds[i].key, len);
        if (!at)
            continue;
        at += len;
        while (n < (gsize)(line.data + line.len - at) && g_ascii_isxdigit(at[n]))
            n++;
        if (n == kinds[i].size)
            return (AmrBytes){at, n};
    }
    return (AmrBytes){NULL, 0};
}

/* Name without "./" -> AmrBytes of @mtree, of those below @place. */
static GHashTable *
digests_of(AmrBytes mtree, const char *place)
{
    GHashTable *digests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    AmrBytes line;

    while (amr_packages_line(&mtree, &line)) {
        const char *blank = line.len ? memchr(line.data, ' ', line.len) : NULL;
        AmrBytes digest = digest_of(line);
        if (!blank || !digest.len || !amr_packages_begins(line, "./"))
            continue;
        g_autofree char *name = unescape((AmrBytes){line.data + 2, (gsize)(blank - line.data) - 2});
        if (g_str_has_prefix(name, place))
            g_hash_table_replace(digests, g_steal_pointer(&name),
                                 g_memdup2(&digest, sizeof digest));
    }
    return digests;
}

/* ---- one package ------------------------------------------------------------------------------
 */

/* "NAME-VERSION-RELEASE", of which the first alone may hold a dash. */
static AmrBytes
name_of(const char *directory)
{
    gsize len = strlen(directory);

    for (guint dashes = 0; len > 0 && dashes < 2;)
        dashes += directory[--len] == '-';
    return (AmrBytes){directory, len};
}

typedef struct {
    AmrPackages *packages;
    AmrBytes package, place;
    GHashTable *digests;
} Reader;

/* "etc/apparmor.d/NAME"; of a directory, which ends with a slash, nobody asks. */
static void
take_file(const Reader *reader, AmrBytes line)
{
    g_autofree char *path = amr_bytes_dup(line);
    const AmrBytes *digest = g_hash_table_lookup(reader->digests, path);
    AmrBytes name = {line.data + reader->place.len, line.len - reader->place.len};

    if (name.len && name.data[name.len - 1] != '/')
        amr_packages_add(reader->packages, name, reader->package,
                         digest ? *digest : (AmrBytes){NULL, 0}, AMR_UPGRADE_OVERWRITES);
}

/* "etc/apparmor.d/NAME\tMD5": it is among the files, too. */
static void
take_backup(const Reader *reader, AmrBytes line)
{
    const char *tab = memchr(line.data, '\t', line.len);
    gsize len = tab ? (gsize)(tab - line.data) : line.len;
    AmrBytes name = {line.data + reader->place.len, len - MIN(len, reader->place.len)};
    g_autofree char *key = amr_bytes_dup(name);
    const AmrPackaged *known = amr_packages_find(reader->packages, key);
    AmrBytes digest = {tab ? tab + 1 : NULL, tab ? line.len - len - 1 : 0};

    if (!name.len || !known)
        return;
    if (known->digest)
        digest = amr_bytes(known->digest);
    amr_packages_add(reader->packages, name, reader->package, digest, AMR_UPGRADE_KEEPS);
}

void
amr_packages_take_pacman(AmrPackages *packages, const char *directory, AmrBytes files,
                         AmrBytes mtree, const char *place)
{
    /* Names stand there without the slash at their beginning. */
    const char *below = place + (place[0] == '/');
    g_autoptr(GHashTable) digests = digests_of(mtree, below);
    const Reader reader = {packages, name_of(directory), amr_bytes(below), digests};
    void (*take)(const Reader *, AmrBytes) = NULL;
    AmrBytes line;

    if (!reader.package.len)
        return;
    while (amr_packages_line(&files, &line)) {
        if (amr_bytes_is(line, "%FILES%"))
            take = take_file;
        else if (amr_bytes_is(line, "%BACKUP%"))
            take = take_backup;
        else if (line.len == 0 || line.data[0] == '%')
            take = NULL;
        else if (take && amr_packages_begins(line, below))
            take(&reader, line);
    }
}

/* ---- all of them --------------------------------------------------------------------------------
 */

/* As far as it can be unpacked. */
static GString *
unpack(GBytes *packed)
{
    g_autoptr(AmrDecompress) stream = amr_decompress_new(AMR_COMPRESSION_GZIP);
    g_autofree char *room = g_malloc(64 * 1024);
    GString *text = g_string_new(NULL);
    AmrDecompressed done;
    gsize size = 0, at = 0;
    const char *data = packed ? g_bytes_get_data(packed, &size) : NULL;

    while (data && text->len < MTREE_MAX) {
        gboolean ok =
            amr_decompress_step(stream, data + at, size - at, TRUE, room, 64 * 1024, &done, NULL);
        g_string_append_len(text, room, (gssize)done.given);
        at += done.taken;
        if (!ok || (!done.taken && !done.given))
            break;
    }
    return text;
}

static AmrBytes
bytes_of(GBytes *bytes)
{
    gsize len = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &len) : NULL;
    return (AmrBytes){data, len};
}

/* Most packages have nothing to do with policy: their list is looked through and no more. */
static void
read_package(AmrPackages *packages, int local, const char *directory)
{
    g_autofree char *files_name = g_build_filename(directory, "files", NULL);
    g_autofree char *mtree_name = g_build_filename(directory, "mtree", NULL);
    g_autoptr(GBytes) files = amr_fs_read(local, files_name, FILES_MAX, NULL);
    AmrBytes text = bytes_of(files);

    if (!text.len ||
        !memmem(text.data, text.len, "\n" AMR_PACKAGES_POLICY, strlen("\n" AMR_PACKAGES_POLICY)))
        return;
    g_autoptr(GBytes) packed = amr_fs_read(local, mtree_name, MTREE_MAX, NULL);
    GString *mtree = unpack(packed);
    amr_packages_take_pacman(packages, directory, text, (AmrBytes){mtree->str, mtree->len},
                             "/" AMR_PACKAGES_POLICY);
    g_string_free(mtree, TRUE);
}

void
amr_packages_read_pacman(AmrPackages *packages, int root, GCancellable *cancellable)
{
    int local = amr_fs_open(root, LOCAL, O_RDONLY | O_DIRECTORY | O_CLOEXEC, NULL);
    DIR *dir = local >= 0 ? fdopendir(local) : NULL;
    const struct dirent *entry;

    if (!dir) {
        amr_fs_close_fd(&local);
        return;
    }
    for (guint n = 0; n < PACKAGES_MAX && !g_cancellable_is_cancelled(cancellable); n++) {
        entry = readdir(dir); /* of this stream alone: no other thread has it */
        if (!entry)
            break;
        if (entry->d_name[0] != '.')
            read_package(packages, local, entry->d_name);
    }
    closedir(dir);
}
