/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What rules of mount, umount and pivot_root say (apparmor.d(5)): of a mount all that the rule
 * names must be so, and its flags must be just those of options=. Which of source, type and options
 * a rule may name at all depends on what is done: a remount has no source and no type, a bind and a
 * move no type, a change of propagation neither; a rule that names them is not about that.
 */
#include "config.h"

#include <linux/mount.h>
#include <string.h>

#include "tests/unit/reference_private.h"

#define PROPAGATION (MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED)

static const Word options[] = {
    {"rw", 0},
    {"ro", MS_RDONLY},
    {"nosuid", MS_NOSUID},
    {"nodev", MS_NODEV},
    {"noexec", MS_NOEXEC},
    {"sync", MS_SYNCHRONOUS},
    {"remount", MS_REMOUNT},
    {"bind", MS_BIND},
    {"rbind", MS_BIND | MS_REC},
    {"move", MS_MOVE},
    {"private", MS_PRIVATE},
    {"make-rprivate", MS_PRIVATE | MS_REC},
    {"slave", MS_SLAVE},
    {"make-rshared", MS_SHARED | MS_REC},
    {"unbindable", MS_UNBINDABLE},
    {NULL, 0},
};

gboolean
ref_is_mount(const char *word)
{
    static const char *const words[] = {"mount", "remount", "umount", "pivot_root", NULL};

    return g_strv_contains(words, word);
}

/* "(a, b)" as one pattern. */
static gboolean
put_types(RefRule *rule, const char *text, const RefVariables *variables)
{
    g_auto(GStrv) list = ref_list_of(text);
    g_autofree char *joined = g_strjoinv(",", list);
    g_autofree char *pattern = g_strdup_printf(list[0] && list[1] ? "{%s}" : "%s", joined);

    return ref_put(rule, REF_FSTYPE, pattern, variables, REF_PLAIN);
}

/* mount [fstype=] [options=] [source] [-> point]; of remount, umount and pivot_root the name is the
 * point, and oldroot= the source. */
gboolean
ref_read_mount(RefRule *rule, char **words, const RefVariables *variables)
{
    gboolean mount = strcmp(words[0], "mount") == 0, behind = FALSE;

    rule->klass = AMR_CLASS_MOUNT;
    rule->remount = strcmp(words[0], "remount") == 0;
    rule->rights = mount || rule->remount            ? AMR_MAY_MOUNT
                   : strcmp(words[0], "umount") == 0 ? AMR_MAY_UMOUNT
                                                     : AMR_MAY_PIVOT_ROOT;
    for (words++; *words; words++) {
        const char *type = ref_value_of(*words, "fstype"), *set = ref_value_of(*words, "options");
        const char *old = ref_value_of(*words, "oldroot");
        gboolean good = TRUE;
        if (type && mount)
            good = put_types(rule, type, variables);
        else if (set && mount)
            good = rule->has_flags = ref_all_of(options, set, &rule->mount_flags);
        else if (old && !mount)
            good = ref_put(rule, REF_SOURCE, old, variables, REF_FILE);
        else if (mount && strcmp(*words, "->") == 0)
            behind = TRUE;
        else
            good = ref_put(rule, mount && !behind ? REF_SOURCE : REF_POINT, *words, variables,
                           REF_FILE);
        if (!good)
            return FALSE;
    }
    return TRUE;
}

static gboolean
fits(const RefRule *rule, guint at, AmrBytes bytes)
{
    return !rule->pattern[at] || ref_pattern_matches(rule->pattern[at], bytes.data, bytes.len);
}

/* `remount` alone is a remount with no other flag to compilers 3.0, with any to those from 4.1 on
 * (tried with 3.0.8, 4.1.0, 4.1.8 and 5.0.2). */
static gboolean
remounts(const RefPolicy *policy, guint32 flags)
{
    return policy->for_3_0 ? flags == MS_REMOUNT : (flags & MS_REMOUNT) != 0;
}

guint32
ref_mount_rights(const RefPolicy *policy, const RefRule *rule, const AmrOracleQuestion *question)
{
    guint32 flags = question->mount.flags;
    gboolean source = rule->pattern[REF_SOURCE] != NULL, type = rule->pattern[REF_FSTYPE] != NULL;

    if (!fits(rule, REF_POINT, question->mount.point))
        return 0;
    if (rule->rights == AMR_MAY_UMOUNT)
        return rule->rights;
    if (rule->rights == AMR_MAY_PIVOT_ROOT)
        return fits(rule, REF_SOURCE, question->mount.source) ? rule->rights : 0;
    if (rule->remount)
        return remounts(policy, flags) ? rule->rights : 0;
    if (rule->has_flags && rule->mount_flags != flags)
        return 0;
    if ((flags & (MS_REMOUNT | PROPAGATION)) && (source || type))
        return 0;
    if ((flags & (MS_BIND | MS_MOVE)) && type)
        return 0;
    return fits(rule, REF_SOURCE, question->mount.source) &&
                   fits(rule, REF_FSTYPE, question->mount.fstype)
               ? rule->rights
               : 0;
}
