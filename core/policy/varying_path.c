/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the directories above say of the parts of a name. */
#include <string.h>

#include "core/policy/varying_private.h"

static AmrVaryingPlace
place_at_top(AmrBytes top)
{
    static const char *const installed[] = {"usr", "bin",   "sbin",  "boot",   "efi", "opt",
                                            "etc", "sys",   "dev",   "snap",   "nix", "gnu",
                                            "lib", "lib32", "lib64", "libx32", NULL};
    return amr_bytes_is(top, "proc")               ? AMR_VARYING_IN_PROC
           : amr_bytes_is(top, "tmp")              ? AMR_VARYING_IN_TEMP
           : amr_bytes_is(top, "run")              ? AMR_VARYING_IN_RUN
           : amr_varying_is_one_of(top, installed) ? AMR_VARYING_IN_STATIC
                                                   : AMR_VARYING_IN_OTHER;
}

/* Where units, sessions and containers are, as long as they run. */
static gboolean
is_of_cgroups(const AmrVaryingScan *scan)
{
    static const char place[] = "/sys/fs/cgroup/";
    const gsize n = sizeof place - 1;

    return scan->path.len >= n && scan->end + 1 >= n && memcmp(scan->path.data, place, n) == 0;
}

/* What the component says of those below it. */
static AmrVaryingPlace
place_below(const AmrVaryingScan *scan, AmrBytes component)
{
    static const char *const temporary[] = {"tmp", "temp", ".tmp", "Temp", ".temp", "shm", NULL};

    if (scan->depth == 0)
        return place_at_top(component);
    if (is_of_cgroups(scan))
        return AMR_VARYING_IN_RUN;
    if (scan->place == AMR_VARYING_IN_PROC ||
        (scan->place == AMR_VARYING_IN_STATIC && scan->depth > 1))
        return scan->place;
    if (amr_varying_is_one_of(component, temporary))
        return AMR_VARYING_IN_TEMP;
    if (scan->depth == 1 && amr_bytes_is(scan->above, "var") && amr_bytes_is(component, "run"))
        return AMR_VARYING_IN_RUN;
    /* The user's own: what is there was made since he logged in. */
    if (scan->place == AMR_VARYING_IN_RUN && amr_bytes_is(scan->above, "user"))
        return AMR_VARYING_IN_TEMP;
    return scan->place;
}

/* Below /proc: TRUE if the component needs no further look. */
static gboolean
scan_process(AmrVaryingScan *scan)
{
    gboolean number = amr_varying_run(scan, scan->start, amr_varying_is_digit) == scan->end;

    if (scan->depth == 1) {
        scan->process = number;
        /* The first process is always the first. */
        if (number && !amr_bytes_is(amr_varying_part(scan, scan->start, scan->end), "1"))
            amr_varying_add(scan, scan->start, scan->end, AMR_VARYING_PID, TRUE);
        return number;
    }
    if (!scan->process)
        return FALSE;
    if (number && amr_bytes_is(scan->above, "task"))
        amr_varying_add(scan, scan->start, scan->end, AMR_VARYING_TID, TRUE);
    else if (number && (amr_bytes_is(scan->above, "fd") || amr_bytes_is(scan->above, "fdinfo")))
        amr_varying_add(scan, scan->start, scan->end, AMR_VARYING_FD, TRUE);
    else if (amr_bytes_is(scan->above, "map_files")) {
        gsize dash = amr_varying_run(scan, scan->start, amr_varying_is_xdigit);
        if (dash > scan->start && dash + 1 < scan->end && scan->path.data[dash] == '-' &&
            amr_varying_run(scan, dash + 1, amr_varying_is_xdigit) == scan->end) {
            amr_varying_add(scan, scan->start, dash, AMR_VARYING_HEX, TRUE);
            amr_varying_add(scan, dash + 1, scan->end, AMR_VARYING_HEX, TRUE);
        }
    }
    return TRUE;
}

static gboolean
scan_user(AmrVaryingScan *scan)
{
    gboolean number = amr_varying_run(scan, scan->start, amr_varying_is_digit) == scan->end;
    if (scan->place != AMR_VARYING_IN_RUN || !number || !amr_bytes_is(scan->above, "user"))
        return FALSE;
    amr_varying_add(scan, scan->start, scan->end, AMR_VARYING_UID, FALSE);
    return TRUE;
}

static gboolean
is_short_hex(AmrBytes path, gsize from, gsize to)
{
    gboolean hex = to > from && to - from <= 2;
    for (gsize i = from; hex && i < to; i++)
        hex = g_ascii_isdigit(path.data[i]) ||
              (g_ascii_isxdigit(path.data[i]) && g_ascii_islower(path.data[i]));
    return hex;
}

/* The directories "a/" and "ab/" that spread digests over a tree are the digests' first digits: now
 * that one stands in the component from @start, those right above it are seen. */
static void
spread_hex(AmrVaryingScan *scan, guint first)
{
    const AmrVarying *digest =
        first < scan->out->len ? &g_array_index(scan->out, AmrVarying, first) : NULL;
    if (!digest || digest->kind != AMR_VARYING_HEX || digest->off != scan->start)
        return;
    gboolean each_run = digest->each_run;
    for (gsize end = scan->start; end > 1;) {
        gsize to = end - 1, from = to;
        while (from > 0 && scan->path.data[from - 1] != '/')
            from--;
        if (from == 0 || !is_short_hex(scan->path, from, to))
            return;
        while (first > 0 && g_array_index(scan->out, AmrVarying, first - 1).off >= from)
            g_array_remove_index(scan->out, --first);
        AmrVarying varying = {from, to - from, AMR_VARYING_HEX, each_run};
        g_array_insert_val(scan->out, first, varying);
        end = from;
    }
}

void
amr_varying_path(AmrBytes path, const AmrVaryingHints *hints, GArray *out)
{
    AmrVaryingScan scan = {.path = path, .hints = hints, .out = out};
    gsize at = 0;

    g_array_set_size(out, 0);
    while (at < path.len) {
        if (path.data[at] == '/') {
            at++;
            continue;
        }
        const char *slash = memchr(path.data + at, '/', path.len - at);
        guint first = out->len;
        scan.start = at;
        scan.end = slash ? (gsize)(slash - path.data) : path.len;
        /* Who has the home is no part that varies: that is for @{HOME} to say. */
        gboolean home = scan.depth == 1 && amr_bytes_is(scan.above, "home");
        if (!(scan.place == AMR_VARYING_IN_PROC && scan_process(&scan)) && !scan_user(&scan) &&
            !home)
            amr_varying_scan(&scan);
        spread_hex(&scan, first);
        AmrBytes component = amr_varying_part(&scan, scan.start, scan.end);
        scan.place = place_below(&scan, component);
        scan.above = component;
        scan.depth++;
        at = scan.end;
    }
}
