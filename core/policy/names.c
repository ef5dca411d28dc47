/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of profiles that no rule of ours goes into. */
#include "core/policy/propose.h"

#include <string.h>

/* Past ":ns:" or ":ns://", and past "root//ns//" forms nothing: those are other fields' business.
 */
static const char *
skip_namespace(const char *name)
{
    if (name[0] != ':')
        return name;
    const char *end = strchr(name + 1, ':');
    if (!end)
        return name;
    end++;
    return g_str_has_prefix(end, "//") ? end + 2 : end;
}

static gboolean
part_is_catch_all(const char *part)
{
    static const char *const names[] = {"unconfined", "unprivileged_userns", "default", NULL};
    part = skip_namespace(part);
    const char *child = strstr(part, "//");
    g_autofree char *top = child ? g_strndup(part, (gsize)(child - part)) : g_strdup(part);
    return g_strv_contains(names, top) || g_str_has_prefix(top, "unpriv_");
}

gboolean
amr_profile_is_catch_all(const char *name)
{
    /* A stack ("a//&b") is one as soon as one of its parts is. */
    g_auto(GStrv) parts = g_strsplit(name, "//&", -1);
    for (char **part = parts; *part; part++)
        if (part_is_catch_all(*part))
            return TRUE;
    return FALSE;
}

gboolean
amr_profile_is_null(const char *name, char **parent, char **exec)
{
    static const char child[] = "//null-";
    const char *at = strstr(name, child), *what;
    if (at) {
        what = at + strlen(child);
    } else if (g_str_has_prefix(skip_namespace(name), "null-")) {
        at = skip_namespace(name);
        what = at + strlen("null-");
    } else {
        return FALSE;
    }
    const char *nested = strstr(what, child);
    if (parent)
        *parent = g_strndup(name, (gsize)(at - name));
    if (exec)
        *exec = nested ? g_strndup(what, (gsize)(nested - what)) : g_strdup(what);
    return TRUE;
}
