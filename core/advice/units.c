/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/advice/units.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/fsutil.h"
#include "core/policy/programs.h"

#define UNIT_MAX  (64 * 1024) /* bytes of one; longer ones are no unit files */
#define UNITS_MAX 8192        /* that are read */
#define START     "ExecStart"

static const char *const places[] = {"etc/systemd/system", "run/systemd/system",
                                     "usr/local/lib/systemd/system", "usr/lib/systemd/system",
                                     "lib/systemd/system"};

char *
amr_unit_starts(const char *line)
{
    const char *at = line + strspn(line, " \t");
    const char *end;

    if (!g_str_has_prefix(at, START))
        return NULL;
    at += strlen(START);
    at += strspn(at, " \t");
    if (*at++ != '=')
        return NULL;
    at += strspn(at, " \t-@:+!|");
    if (*at == '"' || *at == '\'')
        end = strchr(at + 1, *at);
    else
        end = at + strcspn(at, " \t\r");
    if (*at == '"' || *at == '\'')
        at++;
    /* What systemd replaces or escapes is not ours to work out. */
    if (!end || end == at || memchr(at, '%', (gsize)(end - at)) ||
        memchr(at, '\\', (gsize)(end - at)))
        return NULL;
    return g_strndup(at, (gsize)(end - at));
}

static gboolean
starts_program(const AmrTarget *target, GBytes *bytes, const char *program)
{
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);
    g_autofree char *text = g_strndup(data ? data : "", len);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        g_autofree char *starts = amr_unit_starts(lines[i]);
        g_autofree char *found = starts ? amr_program_find(target, starts, NULL) : NULL;
        if (starts)
            return found && strcmp(found, program) == 0;
    }
    return FALSE;
}

static gboolean
is_service(const char *name)
{
    return name[0] != '.' && g_str_has_suffix(name, ".service") && !strstr(name, "@.service");
}

static void
look_in(const AmrTarget *target, const char *place, const char *program, GHashTable *seen,
        GPtrArray *units)
{
    amr_autofd int dir =
        amr_fs_open(amr_target_root_fd(target), place, O_RDONLY | O_DIRECTORY, NULL);
    DIR *list = dir >= 0 ? fdopendir(dir) : NULL;
    const struct dirent *entry;

    if (!list)
        return;
    dir = -1; /* the list's */
    while ((entry = readdir(list)) && g_hash_table_size(seen) < UNITS_MAX) {
        g_autofree char *path = g_build_filename(place, entry->d_name, NULL);
        g_autoptr(GBytes) bytes = NULL;
        if (!is_service(entry->d_name) || !g_hash_table_add(seen, g_strdup(entry->d_name)))
            continue;
        bytes = amr_fs_read(amr_target_root_fd(target), path, UNIT_MAX, NULL);
        if (bytes && starts_program(target, bytes, program))
            g_ptr_array_add(units, g_strdup(entry->d_name));
    }
    (void)closedir(list);
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **
amr_units_of(const AmrTarget *target, const char *program)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) units = g_ptr_array_new();

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
        look_in(target, places[i], program, seen, units);
    g_ptr_array_sort(units, by_name);
    g_ptr_array_add(units, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&units), FALSE);
}
