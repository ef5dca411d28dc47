/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dpkg: its status lists the configuration files of each package, and what each was like. */
#include <string.h>

#include "core/base/fsutil.h"
#include "core/policy/packages_private.h"

#define STATUS      "var/lib/dpkg/status"
#define STATUS_MAX  (64 * 1024 * 1024)
#define DIGEST_SIZE 32 /* of MD5, in hex */

typedef struct {
    AmrPackages *packages;
    AmrBytes place, package;
    gboolean lists; /* lines that begin with a blank are of "Conffiles:" */
} Reader;

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
    if (n != DIGEST_SIZE || (gsize)(blank - name.data) < reader->place.len)
        return;
    AmrBytes file = {name.data + reader->place.len, (gsize)(blank - name.data) - reader->place.len};
    g_autofree char *key = amr_bytes_dup(file);
    if (n < left && amr_packages_find(reader->packages, key))
        return;
    amr_packages_add(reader->packages, file, reader->package, (AmrBytes){digest, n},
                     AMR_UPGRADE_ASKS);
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
    reader->lists = amr_packages_begins(line, "Conffiles:");
    if (line.len == 0)
        reader->package = (AmrBytes){NULL, 0};
    else if (amr_packages_begins(line, package))
        reader->package = (AmrBytes){line.data + strlen(package), line.len - strlen(package)};
}

void
amr_packages_take_dpkg(AmrPackages *packages, AmrBytes status, const char *place)
{
    Reader reader = {.packages = packages, .place = amr_bytes(place)};
    AmrBytes line;

    while (amr_packages_line(&status, &line))
        take_line(&reader, line);
}

void
amr_packages_read_dpkg(AmrPackages *packages, int root)
{
    g_autoptr(GBytes) bytes = amr_fs_read(root, STATUS, STATUS_MAX, NULL);
    gsize len = 0;
    const char *text = bytes ? g_bytes_get_data(bytes, &len) : NULL;

    amr_packages_take_dpkg(packages, (AmrBytes){text, len}, "/" AMR_PACKAGES_POLICY);
}
