/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mount, remount, umount and pivot_root. Source: security/apparmor/mount.c of Linux 6.1 and 6.12;
 * "Mount Rules" of apparmor.d(5). */
#include "core/policy/classes.h"

#include <string.h>

/* "rw, nosuid, remount" as words for a list without "remount"; *remount if it stood there. Without
 * any flag, that is rw, the kernel writes none (audit_cb() of mount.c). */
static char *
options_of(AmrBytes flags, gboolean *remount)
{
    g_autofree char *text = amr_bytes_dup(flags);
    g_auto(GStrv) words = g_strsplit(g_strdelimit(text, ",", ' '), " ", -1);
    g_autoptr(GString) options = g_string_new(NULL);

    *remount = FALSE;
    for (char **word = words; *word; word++) {
        if (strcmp(*word, "remount") == 0)
            *remount = TRUE;
        else if (**word)
            g_string_append_printf(options, "%s%s", options->len ? " " : "", *word);
    }
    return g_strdup(flags.len ? options->str : "rw");
}

static gboolean
take_common(AmrProposal *proposal, AmrRule *rule, const AmrEvent *event, const char *options)
{
    amr_rule_set_list(rule, AMR_TERM_OPTIONS, options);
    return amr_propose_term(proposal, rule, AMR_TERM_FSTYPE, event->field[AMR_FIELD_FSTYPE]) &&
           amr_propose_term(proposal, rule, AMR_TERM_POINT, event->field[AMR_FIELD_NAME]);
}

static void
propose_mount(AmrProposal *proposal, const AmrEvent *event)
{
    gboolean remount;
    g_autofree char *options = options_of(event->field[AMR_FIELD_FLAGS], &remount);
    g_autoptr(AmrRule) rule = amr_rule_new(remount ? AMR_RULE_REMOUNT : AMR_RULE_MOUNT);
    AmrBytes source = event->field[AMR_FIELD_SRCNAME], point = event->field[AMR_FIELD_NAME];
    g_autofree char *from = amr_display(source), *to = amr_display(point), *what = NULL;

    if (!take_common(proposal, rule, event, options) ||
        (!remount && !amr_propose_term(proposal, rule, AMR_TERM_SOURCE, source)))
        return;
    if (remount)
        what = g_strdup_printf("remount %s with the options %s", to, *options ? options : "(none)");
    else
        what = g_strdup_printf("mount %s at %s", source.len ? from : "(no source)", to);
    amr_propose_add_terms(proposal, event, g_steal_pointer(&rule), what, NULL);
}

static void
propose_umount(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_UMOUNT);
    g_autofree char *point = amr_display(event->field[AMR_FIELD_NAME]), *what = NULL;

    if (!amr_propose_term(proposal, rule, AMR_TERM_POINT, event->field[AMR_FIELD_NAME]))
        return;
    what = g_strdup_printf("unmount what is mounted at %s", point);
    amr_propose_add_terms(proposal, event, g_steal_pointer(&rule), what, NULL);
}

static void
propose_pivot_root(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_PIVOT_ROOT);
    AmrBytes old = event->field[AMR_FIELD_SRCNAME], point = event->field[AMR_FIELD_NAME];
    g_autofree char *from = amr_display(old), *to = amr_display(point), *what = NULL;

    if (!amr_propose_term(proposal, rule, AMR_TERM_OLDROOT, old) ||
        !amr_propose_term(proposal, rule, AMR_TERM_POINT, point))
        return;
    what = g_strdup_printf("make %s its root, and put the old one at %s", to, from);
    amr_propose_add_terms(proposal, event, g_steal_pointer(&rule), what, NULL);
}

void
amr_propose_mount(AmrProposal *proposal, const AmrEvent *event)
{
    AmrBytes operation = event->field[AMR_FIELD_OPERATION];

    if (event->field[AMR_FIELD_NAME].len == 0)
        amr_propose_refuse(proposal, AMR_NO_RULE_INCOMPLETE,
                           g_strdup("The record does not name the mount point."), NULL);
    else if (amr_bytes_is(operation, "umount"))
        propose_umount(proposal, event);
    else if (amr_bytes_is(operation, "pivotroot") || amr_bytes_is(operation, "pivot_root"))
        propose_pivot_root(proposal, event);
    else
        propose_mount(proposal, event);
}
