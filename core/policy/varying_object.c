/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which parts vary of names that are no files: objects and names on a bus, abstract sockets. */
#include <string.h>

#include "core/policy/varying_private.h"

#define DEVICE "dev_"

enum {
    AUTOBIND = 5, /* hexadecimal digits: unix_autobind() in net/unix/af_unix.c of Linux */
    COUNTED = 4   /* digits behind a word that are more than its version */
};

/* Each component by itself; what @fix says of those from @first on. */
static void
scan_components(AmrVaryingScan *scan, void (*fix)(AmrVaryingScan *scan, guint first))
{
    gsize at = 0;

    while (at < scan->path.len) {
        if (scan->path.data[at] == '/') {
            at++;
            continue;
        }
        const char *slash = memchr(scan->path.data + at, '/', scan->path.len - at);
        guint first = scan->out->len;
        scan->start = at;
        scan->end = slash ? (gsize)(slash - scan->path.data) : scan->path.len;
        amr_varying_scan(scan);
        fix(scan, first);
        scan->above = amr_varying_part(scan, scan->start, scan->end);
        scan->depth++;
        at = scan->end;
    }
}

/* "12", "_32", "s12", "1_76": the component is its numbers. */
static gboolean
is_counter(const AmrVaryingScan *scan)
{
    gsize letters = 0;
    for (gsize i = scan->start; i < scan->end; i++)
        letters += g_ascii_isalpha(scan->path.data[i]);
    return letters <= 1;
}

/* "dev_00_11_22_33_44_55", as BlueZ writes the addresses of devices. */
static gboolean
is_device(const AmrVaryingScan *scan)
{
    AmrBytes name = amr_varying_part(scan, scan->start, scan->end);

    for (gsize i = strlen(DEVICE); i < name.len; i++)
        if ((i - strlen(DEVICE)) % 3 == 2 ? name.data[i] != '_' : !g_ascii_isxdigit(name.data[i]))
            return FALSE;
    return name.len == strlen(DEVICE "00_11_22_33_44_55") &&
           memcmp(name.data, DEVICE, strlen(DEVICE)) == 0;
}

/* Objects are numbered as they are made, but users by their ids; of a word few digits behind it are
 * its version (login1, UDisks2), those before it an escaped byte (ssh_2eservice). */
static void
fix_object(AmrVaryingScan *scan, guint first)
{
    gboolean counter = is_counter(scan), user = amr_bytes_is(scan->above, "user");

    if (is_device(scan)) {
        g_array_set_size(scan->out, first);
        amr_varying_add(scan, scan->start + strlen(DEVICE), scan->end, AMR_VARYING_DEVICE, FALSE);
    }
    for (guint i = first; i < scan->out->len;) {
        AmrVarying *part = &g_array_index(scan->out, AmrVarying, i);
        char before = part->off > scan->start ? scan->path.data[part->off - 1] : '/';
        char behind =
            part->off + part->len < scan->end ? scan->path.data[part->off + part->len] : '/';
        gboolean word = g_ascii_isalpha(before) || g_ascii_isalpha(behind);
        gboolean number = part->kind == AMR_VARYING_NUMBER || part->kind == AMR_VARYING_PID ||
                          part->kind == AMR_VARYING_UID || part->kind == AMR_VARYING_DATE;
        /* Nor do words of several capitals come by lot there: MediaPlayer2. */
        if (part->kind == AMR_VARYING_RANDOM ||
            (number && !counter && word && part->len < COUNTED)) {
            g_array_remove_index(scan->out, i);
            continue;
        }
        part->each_run = part->kind != AMR_VARYING_DEVICE && !user &&
                         (part->each_run || !number || counter || part->len >= COUNTED);
        i++;
    }
}

void
amr_varying_object(AmrBytes path, const AmrVaryingHints *hints, GArray *out)
{
    AmrVaryingScan scan = {.path = path, .hints = hints, .out = out};

    g_array_set_size(out, 0);
    scan_components(&scan, fix_object);
}

/* ---- words -------------------------------------------------------------------------------------
 */

static gboolean
is_autobind(AmrBytes name)
{
    for (gsize i = 1; i < name.len; i++)
        if (!g_ascii_isxdigit(name.data[i]) || g_ascii_isupper(name.data[i]))
            return FALSE;
    return name.len == 1 + AUTOBIND && name.data[0] == '@';
}

/* What was drawn in such a name was drawn when its owner started. Names on a bus are words. */
static void
fix_word(AmrVaryingScan *scan, guint first)
{
    gboolean bus = scan->path.data[0] != '@' && scan->path.data[0] != '/';

    for (guint i = first; i < scan->out->len; i++) {
        AmrVarying *part = &g_array_index(scan->out, AmrVarying, i);
        char before = part->off > scan->start ? scan->path.data[part->off - 1] : '/';
        if (bus && (part->kind == AMR_VARYING_RANDOM ||
                    (part->len < COUNTED && g_ascii_isalpha(before)))) {
            g_array_remove_index(scan->out, i--);
            continue;
        }
        part->each_run = part->each_run || part->kind == AMR_VARYING_RANDOM ||
                         part->kind == AMR_VARYING_UUID ||
                         (part->kind == AMR_VARYING_NUMBER && part->len >= COUNTED);
    }
}

void
amr_varying_word(AmrBytes name, const AmrVaryingHints *hints, GArray *out)
{
    AmrVaryingScan scan = {.path = name, .hints = hints, .out = out};

    g_array_set_size(out, 0);
    if (is_autobind(name)) {
        amr_varying_add(&scan, 1, name.len, AMR_VARYING_HEX, TRUE);
    } else if (name.len > 1 && name.data[0] == '@' && name.data[1] == '/') {
        /* It is named as a file would be. */
        amr_varying_path((AmrBytes){name.data + 1, name.len - 1}, hints, out);
        for (guint i = 0; i < out->len; i++)
            g_array_index(out, AmrVarying, i).off++;
    } else {
        scan_components(&scan, fix_word);
    }
}
