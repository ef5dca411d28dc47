/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which compiler it is, for what is kept of it. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/fsutil.h"
#include "core/policy/compiler.h"

#define CONFIG \
    "/etc/apparmor/parser.conf" /* built into the parser; below another root it is told */
#define CONFIG_MAX (1u << 20)

static void
add_stamps(GChecksum *sum, const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return;
    const guint64 file[] = {(guint64)st.st_dev, (guint64)st.st_ino, (guint64)st.st_size,
                            (guint64)st.st_mtim.tv_sec, (guint64)st.st_mtim.tv_nsec};
    g_checksum_update(sum, (const guchar *)file, sizeof file);
}

/* "policy-features=/usr/share/..." and the like: what stands in the file that is named counts too.
 */
static void
add_named(GChecksum *sum, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line; line++) {
        char *at = g_strstrip(*line);
        const char *value = at + strcspn(at, "= \t");
        value += strspn(value, "= \t");
        if (*at != '#' && *value == '/')
            add_stamps(sum, value);
    }
}

/* Options of every run come from there. */
static void
add_config(GChecksum *sum, const char *path)
{
    amr_autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    g_autoptr(GBytes) bytes = amr_fs_read(root, path, CONFIG_MAX, NULL);
    gsize size = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    const guint64 length = bytes ? size : G_MAXUINT64;

    g_checksum_update(sum, (const guchar *)&length, sizeof length);
    if (!size)
        return;
    g_autofree char *text = g_strndup(data, size);
    g_checksum_update(sum, (const guchar *)data, (gssize)size);
    add_named(sum, text);
}

void
amr_compiler_add_identity(GChecksum *sum, const AmrTarget *target)
{
    const char *config = CONFIG;

    for (const char *const *word = amr_target_parser_argv(target); *word; word++) {
        g_checksum_update(sum, (const guchar *)*word, (gssize)strlen(*word) + 1);
        if (strcmp(*word, "--config-file") == 0 && word[1])
            config = *++word;
        else if (**word == '/')
            add_stamps(sum, *word);
    }
    add_config(sum, config);
}
