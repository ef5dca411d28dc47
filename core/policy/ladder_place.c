/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places that hold what is of many programs, or of everybody. */
#include <string.h>

#include "core/policy/glob.h"
#include "core/policy/ladder_private.h"
#include "core/policy/risk.h"

static gboolean
is_one_of(const char *const *globs, gsize n, AmrBytes path)
{
    for (gsize i = 0; i < n; i++)
        if (amr_glob_match(globs[i], path))
            return TRUE;
    return FALSE;
}

gboolean
amr_place_is_shared(AmrBytes path)
{
    static const char *const globs[] = {
        "/",
        "/*/",
        "/{usr,var,sys,proc,media,mnt,dev}/*/",
        "/usr/local/*/",
        "/usr/lib/*-linux-*/",
        "/lib/*-linux-*/",
        "/proc/sys/*/",
        "/sys/{class,devices,bus,fs,kernel}/*/",
        "/run/{user,systemd,lock}/",
        "/run/user/*/",
        "/var/run/user/{,*/}",
        "/var/lib/{flatpak,snapd,systemd,docker,containers}/{,app/,runtime/}",
        "/media/*/*/",
        "/etc/{ssl,X11,xdg,default,systemd,security,cron*}/",
        "/{home/*,root}/",
        "/{home/*,root}/{.config,.cache,.local,.var,snap}/",
        "/{home/*,root}/{.local/{share,state,lib,bin},.var/app}/",
    };
    return is_one_of(globs, G_N_ELEMENTS(globs), path);
}

/* The end of the directory in whose names the first ** stands; G_MAXSIZE if there is no **. A slash
 * in a bracket or a brace parts, too: it errs to the side of more. */
static gsize
deep_directory(const char *pattern)
{
    const char *deep = pattern;
    do {
        deep = strstr(deep, "**");
        if (!deep)
            return G_MAXSIZE;
        gsize escapes = 0;
        while (deep - escapes > pattern && deep[-1 - (gssize)escapes] == '\\')
            escapes++;
        if (escapes % 2 == 0)
            break;
        deep++;
    } while (TRUE);
    gsize at = (gsize)(deep - pattern);
    while (at > 0 && pattern[at - 1] != '/')
        at--;
    return at;
}

static gboolean
has_wildcards(const char *plain, gsize len)
{
    for (gsize i = 0; i < len; i++)
        if (strchr("*?[{", plain[i]))
            return TRUE;
    return FALSE;
}

/* Whether @plain matches what lies deep below names that nobody wrote it for, in one of the places
 * that many share: however its directory is spelled. */
static gboolean
reaches_strangers(const char *plain)
{
#define STRANGER "zq0zq"
    static const char places[] =
        "/{,{bin,boot,dev,etc,home,lib,media,mnt,opt,proc,root,run,sbin,srv,sys,tmp,usr,"
        "var," STRANGER "}/,{usr,var,home,root,proc,media,mnt,sys,dev,run/user}/" STRANGER
        "/}" STRANGER "/" STRANGER "/" STRANGER "/" STRANGER "/" STRANGER "**";
#undef STRANGER
    g_autoptr(AmrGlobMachine) strangers = amr_glob_machine_new(places);
    g_autoptr(AmrGlobMachine) machine = amr_glob_machine_new(plain);
    return amr_glob_machines_meet(strangers, machine);
}

static gboolean
is_everything(const char *plain)
{
    /* Wildcards in the directory are matched as the bytes that they are. */
    static const char *const globs[] = {
        "/",
        "/*/",
        "/{usr,var,home,root,proc,media,mnt,sys,dev}/*/",
        "/run/user/{,*/}",
    };
    gsize end = deep_directory(plain);

    if (g_str_has_prefix(plain, "/*/") || plain[0] != '/')
        return TRUE;
    if (end == G_MAXSIZE)
        return FALSE;
    return is_one_of(globs, G_N_ELEMENTS(globs), (AmrBytes){plain, end}) ||
           (has_wildcards(plain, end) && reaches_strangers(plain));
}

gboolean
amr_ladder_is_everything(const AmrTunables *tunables, const char *pattern)
{
    g_autoptr(GPtrArray) plain = tunables ? amr_tunables_expand(tunables, pattern) : NULL;
    gboolean everything = FALSE;

    /* A variable that is not defined is the compiler's to refuse; should it know better, a subtree
     * of we know not what is worth a question. */
    if (!plain && tunables)
        return strstr(pattern, "**") != NULL;
    if (!plain) {
        g_autofree char *guessed = amr_risk_without_variables(pattern);
        return is_everything(guessed);
    }
    for (guint i = 0; i < plain->len && !everything; i++)
        everything = is_everything(plain->pdata[i]);
    return everything;
}
