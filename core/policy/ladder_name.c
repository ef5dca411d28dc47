/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a name is made of, seen by somebody who writes policy. */
#include <string.h>

#include "core/policy/ladder_private.h"

/* ---- variables --------------------------------------------------------------------------------
 */

/* What stands for the beginning of a path, the more telling first. Of apparmor's own tunables and
 * of the larger sets of profiles that people install. */
static const char *const prefixes[] = {
    "user_cache_dirs",
    "user_config_dirs",
    "user_state_dirs",
    "apparmorfs",
    "securityfs",
    "PROC",
    "sys",
    "run",
    "HOME",
    "HOMEDIRS",
};

/* What stands for the directory below a home. */
static const char *const of_home[] = {
    "XDG_DESKTOP_DIR",   "XDG_DOWNLOAD_DIR", "XDG_TEMPLATES_DIR", "XDG_PUBLICSHARE_DIR",
    "XDG_DOCUMENTS_DIR", "XDG_MUSIC_DIR",    "XDG_PICTURES_DIR",  "XDG_VIDEOS_DIR",
};

/* A variable of that name may mean anything: not one that matches what no such part is. */
static gboolean
stands_for(const AmrTunables *tunables, const char *variable, AmrBytes text)
{
    return amr_tunables_is(tunables, variable, text) &&
           !amr_tunables_is(tunables, variable, AMR_BYTES("~")) &&
           !amr_tunables_is(tunables, variable, AMR_BYTES("~.x~"));
}

char *
amr_name_variable(const AmrName *name, const AmrVarying *part)
{
    AmrBytes text = {name->path.data + part->off, part->len};
    g_autofree char *sized = NULL;
    const char *tries[2] = {NULL, NULL};
    guint64 number;

    switch (part->kind) {
    case AMR_VARYING_PID:
        /* By custom @{pid} is the program itself, @{pids} any other. */
        tries[0] =
            amr_bytes_to_uint64(text, &number) && name->hints.pid && number != name->hints.pid
                ? "pids"
                : "pid";
        tries[1] = "pid";
        break;
    case AMR_VARYING_TID:
        tries[0] = "tid";
        tries[1] = "pid";
        break;
    case AMR_VARYING_UID:
        tries[0] = "uid";
        break;
    case AMR_VARYING_UUID:
        tries[0] = "uuid";
        break;
    case AMR_VARYING_RANDOM:
    case AMR_VARYING_HEX:
        tries[0] = sized =
            g_strdup_printf("%s%" G_GSIZE_FORMAT, part->kind == AMR_VARYING_HEX ? "hex" : "rand",
                            part->len);
        break;
    case AMR_VARYING_VERSION:
        tries[0] = "version";
        break;
    case AMR_VARYING_NUMBER:
        tries[0] = "int";
        break;
    case AMR_VARYING_FD:
    case AMR_VARYING_DEVICE:
    case AMR_VARYING_DATE:
    case AMR_VARYING_NONE:
        break;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(tries); i++)
        if (tries[i] && stands_for(name->tunables, tries[i], text))
            return g_strdup(tries[i]);
    return NULL;
}

/* Of what is made or taken away, the directory around it will be asked for: that is to be spelled
 * with the variable, too. */
static void
find_prefix(AmrName *name, gboolean reads)
{
    for (gsize i = 0; i < G_N_ELEMENTS(prefixes) && !name->prefix; i++) {
        gsize len = amr_tunables_prefix(name->tunables, prefixes[i], name->path);
        gsize rest = name->path.len - len;
        if (len == 0 || rest == 0 || (rest == 1 && !reads))
            continue;
        name->prefix = prefixes[i];
        name->prefix_len = len;
        name->same = amr_tunables_is_literal(name->tunables, prefixes[i]);
    }
}

/* ---- parts ------------------------------------------------------------------------------------
 */

static gsize
component_end(AmrBytes path, gsize from)
{
    const char *slash = from < path.len ? memchr(path.data + from, '/', path.len - from) : NULL;
    return slash ? (gsize)(slash - path.data) : path.len;
}

/* The variable that stands for the whole component; NULL. */
static const char *
of_component(const AmrName *name, gsize from, AmrBytes text)
{
    if (g_strstr_len(text.data, (gssize)text.len, "-linux-") &&
        amr_tunables_is(name->tunables, "multiarch", text))
        return "multiarch";
    if (name->prefix && strcmp(name->prefix, "HOME") == 0 && from == name->prefix_len + 1)
        for (gsize i = 0; i < G_N_ELEMENTS(of_home); i++)
            if (amr_tunables_is(name->tunables, of_home[i], text))
                return of_home[i];
    return NULL;
}

/* The components that variables stand for, among the varying parts, in order. */
static void
merge_components(AmrName *name, const GArray *varying)
{
    guint next = 0;
    for (gsize at = 0; at < name->path.len;) {
        gsize end = component_end(name->path, at);
        AmrBytes text = {name->path.data + at, end - at};
        const char *variable =
            text.len && at >= name->prefix_len ? of_component(name, at, text) : NULL;
        if (variable) {
            AmrNamePart part = {{at, text.len, AMR_VARYING_NONE, FALSE}, variable};
            g_array_append_val(name->parts, part);
        }
        for (; next < varying->len; next++) {
            AmrNamePart part = {g_array_index(varying, AmrVarying, next), NULL};
            if (part.varying.off >= end)
                break;
            if (variable)
                continue;
            name->each_run |= part.varying.each_run;
            g_array_append_val(name->parts, part);
        }
        at = end + 1;
    }
}

void
amr_name_init(AmrName *name, const AmrLadderQuestion *question)
{
    g_autoptr(GArray) varying = g_array_new(FALSE, FALSE, sizeof(AmrVarying));

    *name = (AmrName){.path = question->path,
                      .reads = question->reads,
                      .hints = question->hints,
                      .tunables = question->tunables,
                      .parts = g_array_new(FALSE, FALSE, sizeof(AmrNamePart))};
    amr_varying_path(question->path, &question->hints, varying);
    find_prefix(name, question->reads && question->path.data[question->path.len - 1] == '/');
    merge_components(name, varying);
}

void
amr_name_clear(AmrName *name)
{
    g_array_unref(name->parts);
    amr_tunables_free(name->none);
}

void
amr_name_drop_variables(AmrName *name)
{
    AmrTunables *none = amr_tunables_new(NULL, NULL);
    const AmrLadderQuestion question = {name->path, name->reads, name->hints, none};
    amr_name_clear(name);
    amr_name_init(name, &question);
    name->none = none;
}

/* ---- what else it matches ----------------------------------------------------------------------
 */

static gboolean
is_opened(const AmrName *name, AmrRung rung, const AmrNamePart *part)
{
    if (rung >= AMR_RUNG_TUNABLES && name->prefix && part->varying.off < name->prefix_len)
        return FALSE;
    return !part->variable && (part->varying.each_run || rung >= AMR_RUNG_VARYING);
}

char *
amr_name_another(const GPtrArray *kinds)
{
    GString *out = g_string_new("another ");

    for (guint i = 0; i < kinds->len; i++)
        g_string_append_printf(out, "%s%s",
                               i == 0                ? ""
                               : i + 1 == kinds->len ? " or "
                                                     : ", ",
                               (const char *)kinds->pdata[i]);
    return g_string_free(out, FALSE);
}

/* Of which kinds, each once; NULL if the rung opens none. */
static char *
open_kinds(const AmrName *name, AmrRung rung)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();

    for (guint i = 0; i < name->parts->len; i++) {
        const AmrNamePart *part = &g_array_index(name->parts, AmrNamePart, i);
        const char *word = amr_varying_words(part->varying.kind);
        if (is_opened(name, rung, part) && !g_ptr_array_find(words, word, NULL))
            g_ptr_array_add(words, (gpointer)word);
    }
    return words->len ? amr_name_another(words) : NULL;
}

static void
append_variable(GString *out, const char *variable)
{
    g_string_append_printf(out, "%s@{%s}", out->len ? ", " : "", variable);
}

/* The variables that mean more than what they stand for here. */
static char *
open_variables(const AmrName *name)
{
    GString *out = g_string_new(NULL);

    if (name->prefix && !name->same)
        append_variable(out, name->prefix);
    for (guint i = 0; i < name->parts->len; i++) {
        const AmrNamePart *part = &g_array_index(name->parts, AmrNamePart, i);
        if (part->variable && !amr_tunables_is_literal(name->tunables, part->variable))
            append_variable(out, part->variable);
        if (part->varying.kind == AMR_VARYING_UID) {
            g_autofree char *uid = amr_name_variable(name, &part->varying);
            if (uid)
                append_variable(out, uid);
        }
    }
    return g_string_free(out, out->len == 0);
}

char *
amr_name_opens(const AmrName *name, AmrRung rung)
{
    g_autofree char *kinds = rung >= AMR_RUNG_EACH_RUN ? open_kinds(name, rung) : NULL;
    g_autofree char *variables = rung >= AMR_RUNG_TUNABLES ? open_variables(name) : NULL;

    if (!kinds && !variables)
        return NULL;
    return g_strdup_printf("%s%s%s%s%s.", kinds ? "The same names with " : "", kinds ? kinds : "",
                           kinds && variables ? "; " : "",
                           variables ? kinds ? "what else stands for " : "What else stands for "
                                     : "",
                           variables ? variables : "");
}

/* ---- the end of a name -------------------------------------------------------------------------
 */

static gboolean
is_varying_at(const AmrName *name, gsize at)
{
    for (guint i = 0; i < name->parts->len; i++) {
        const AmrVarying *part = &g_array_index(name->parts, AmrNamePart, i).varying;
        if (at >= part->off && at < part->off + part->len)
            return TRUE;
    }
    return FALSE;
}

/* "so", "db-wal", "JPG": a short word in letters of one case, which may end in digits. */
static gboolean
is_extension(const AmrName *name, gsize from, gsize to)
{
    gboolean upper = FALSE, lower = FALSE;
    if (to - from < 1 || to - from > 10 || !g_ascii_isalpha(name->path.data[from]))
        return FALSE;
    for (gsize i = from; i < to; i++) {
        char c = name->path.data[i];
        upper |= g_ascii_isupper(c);
        lower |= g_ascii_islower(c);
        if (!g_ascii_isalnum(c) && c != '-' && c != '_')
            return FALSE;
    }
    return !(upper && lower);
}

/* The last dot before @end that parts two words, not the parts of a version; 0 if there is none. */
static gsize
last_dot(const AmrName *name, gsize directory, gsize end)
{
    for (gsize at = end; at > directory + 1; at--)
        if (name->path.data[at - 1] == '.' && !is_varying_at(name, at - 1))
            return at - 1;
    return 0;
}

gsize
amr_name_extension(const AmrName *name, gsize directory)
{
    static const char *const packed[] = {"gz", "xz", "bz2", "zst", "lz4", "Z", "asc", "sig"};
    gsize end = name->path.len, dot = last_dot(name, directory, end);

    /* ".so.6.2", ".conf.X1Y2Z3": what varies says nothing. */
    while (dot && is_varying_at(name, dot + 1)) {
        end = dot;
        dot = last_dot(name, directory, end);
    }
    if (!dot || !is_extension(name, dot + 1, end))
        return 0;
    AmrBytes word = {name->path.data + dot + 1, end - dot - 1};
    for (gsize i = 0; i < G_N_ELEMENTS(packed); i++) {
        gsize before = amr_bytes_is(word, packed[i]) ? last_dot(name, directory, dot) : 0;
        if (before && is_extension(name, before + 1, dot))
            return before;
    }
    return dot;
}

gsize
amr_name_above(AmrBytes path, gsize end)
{
    gsize at = end > 0 ? end - 1 : 0;
    while (at > 0 && path.data[at - 1] != '/')
        at--;
    return at;
}
