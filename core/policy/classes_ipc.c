/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between processes and their profiles: signal, ptrace, dbus, mqueue, io_uring, userns, rlimit,
 * change_profile. Which field becomes which condition: FACTS section 9.
 */
#include "core/policy/classes.h"

#include <string.h>

#include "core/policy/risk.h"

static AmrBytes
field(const AmrEvent *event, AmrField which)
{
    return event->field[which];
}

/* ---- signal and ptrace ------------------------------------------------------------------------
 */

void
amr_propose_signal(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_SIGNAL);
    AmrBytes peer = field(event, AMR_FIELD_PEER), signal = field(event, AMR_FIELD_SIGNAL);
    g_autofree char *shown = amr_display(peer), *name = amr_display(signal);
    g_autofree char *verb = NULL, *what = NULL;
    AmrRule *any;

    if (!amr_propose_take_access(proposal, rule, amr_propose_denied_mask(event)) ||
        !amr_propose_term(proposal, rule, AMR_TERM_SET, signal) ||
        !amr_propose_term(proposal, rule, AMR_TERM_PEER_LABEL, peer))
        return;
    verb = amr_propose_shown_access(rule);
    what = g_strdup_printf("%s the signal %s, with %s on the other side", verb,
                           signal.len ? name : "(any)", peer.len ? shown : "any profile");
    amr_propose_add_terms(proposal, event, g_steal_pointer(&rule), what, NULL);
    if (signal.len && peer.len && (any = amr_propose_broadest(proposal)) != NULL) {
        g_autofree char *each =
            g_strdup_printf("%s any signal, with %s on the other side", verb, shown);
        amr_rule_set(any, AMR_TERM_SET, NULL);
        amr_propose_add_wider(proposal, any, AMR_RUNG_SIGNALS, each, "Every other signal.");
    }
}

void
amr_propose_ptrace(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_PTRACE);
    AmrBytes peer = field(event, AMR_FIELD_PEER);
    g_autofree char *shown = amr_display(peer), *verb = NULL, *what = NULL;

    if (!amr_propose_take_access(proposal, rule, amr_propose_denied_mask(event)) ||
        !amr_propose_term(proposal, rule, AMR_TERM_PEER_LABEL, peer))
        return;
    if (peer.len == 0) {
        amr_propose_refuse(proposal, AMR_NO_RULE_INCOMPLETE,
                           g_strdup("The record does not name the other side."), NULL);
        return;
    }
    verb = amr_propose_shown_access(rule);
    what = g_strdup_printf("use ptrace (%s) with processes of %s on the other side", verb, shown);
    amr_propose_add_terms(proposal, event, g_steal_pointer(&rule), what, NULL);
}

/* ---- buses and queues -------------------------------------------------------------------------
 */

/* Messages: all members of the interface, of all objects, all with the other side. */
static void
add_wider_messages(AmrProposal *proposal, const AmrRule *message, const char *verb,
                   const AmrEvent *event)
{
    g_autofree char *bus = amr_display(event->field[AMR_FIELD_BUS]);
    g_autofree char *interface = amr_display(field(event, AMR_FIELD_INTERFACE));
    g_autofree char *peer =
        amr_display(amr_propose_either(event, AMR_FIELD_PEER_LABEL, AMR_FIELD_PEER));
    g_autofree char *of =
        g_strdup_printf("%s messages of the interface %s on the %s bus", verb, interface, bus);
    g_autofree char *all = g_strdup_printf("%s all messages with %s on the other side of the %s "
                                           "bus",
                                           verb, peer, bus);
    const struct {
        AmrRung rung;
        AmrTerm any;
        gboolean is;
        const char *what, *opens;
    } steps[] = {
        {AMR_RUNG_MEMBERS, AMR_TERM_MEMBER, *interface != 0, of,
         "Every other member of the interface."},
        {AMR_RUNG_OBJECTS, AMR_TERM_PATH, *interface != 0, of,
         "The interface at every object of the other side."},
        {AMR_RUNG_PEER, AMR_TERM_INTERFACE, *peer != 0, all,
         "Everything that the other side offers on this bus."},
    };
    g_autoptr(AmrRule) rule = amr_rule_copy(message);

    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        gboolean was = rule->terms.value[steps[i].any] != NULL;
        amr_rule_set(rule, steps[i].any, NULL);
        if (was && steps[i].is)
            amr_propose_add_wider(proposal, amr_rule_copy(rule), steps[i].rung, steps[i].what,
                                  steps[i].opens);
    }
}

/* The log never knows by which name the peer was addressed on the bus: name= of a message is its
 * destination, which need not be the peer's, so it stays out. */
void
amr_propose_dbus(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_DBUS), broadest = NULL;
    AmrBytes mask = amr_propose_either(event, AMR_FIELD_MASK, AMR_FIELD_DENIED_MASK);
    gboolean bind = amr_bytes_is(mask, "bind"), eavesdrop = amr_bytes_is(mask, "eavesdrop");
    const struct {
        AmrTerm term;
        AmrBytes bytes;
    } message[] = {{AMR_TERM_PATH, field(event, AMR_FIELD_PATH)},
                   {AMR_TERM_INTERFACE, field(event, AMR_FIELD_INTERFACE)},
                   {AMR_TERM_MEMBER, field(event, AMR_FIELD_MEMBER)},
                   {AMR_TERM_PEER_LABEL,
                    amr_propose_either(event, AMR_FIELD_PEER_LABEL, AMR_FIELD_PEER)}};
    g_autofree char *bus = amr_display(field(event, AMR_FIELD_BUS));
    g_autofree char *name = amr_display(field(event, bind ? AMR_FIELD_NAME : AMR_FIELD_MEMBER));
    g_autofree char *verb = NULL, *what = NULL;

    if (!amr_propose_take_access(proposal, rule, mask) ||
        !amr_propose_term(proposal, rule, AMR_TERM_BUS, field(event, AMR_FIELD_BUS)))
        return;
    if (bind && !amr_propose_term(proposal, rule, AMR_TERM_NAME, field(event, AMR_FIELD_NAME)))
        return;
    for (gsize i = 0; !bind && !eavesdrop && i < G_N_ELEMENTS(message); i++)
        if (!amr_propose_term(proposal, rule, message[i].term, message[i].bytes))
            return;
    verb = amr_propose_shown_access(rule);
    what = g_strdup_printf("%s %s on the %s bus", verb, *name ? name : "messages", bus);
    amr_propose_add_terms(proposal, event, g_steal_pointer(&rule), what,
                          eavesdrop ? "All messages of this bus." : NULL);
    broadest = bind || eavesdrop ? NULL : amr_propose_broadest(proposal);
    if (broadest)
        add_wider_messages(proposal, broadest, verb, event);
}

void
amr_propose_mqueue(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_MQUEUE);
    AmrBytes name = field(event, AMR_FIELD_NAME);
    gboolean sysv = amr_bytes_is(field(event, AMR_FIELD_CLASS), "sysv_mqueue") ||
                    amr_bytes_is(field(event, AMR_FIELD_OPERATION), "sysv_mqueue");
    g_autofree char *shown = amr_display(name), *verb = NULL, *what = NULL;

    amr_rule_set(rule, AMR_TERM_TYPE, sysv ? "sysv" : "posix");
    if (!amr_propose_take_access(proposal, rule, amr_propose_denied_mask(event)) ||
        !amr_propose_term(proposal, rule, AMR_TERM_NAME, name))
        return;
    verb = amr_propose_shown_access(rule);
    what = g_strdup_printf("%s the message queue %s", verb, shown);
    amr_propose_add_terms(proposal, event, g_steal_pointer(&rule), what, NULL);
}

/* ---- what a program does to itself ------------------------------------------------------------
 */

void
amr_propose_io_uring(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_IO_URING);
    g_autofree char *verb = NULL, *what = NULL;

    if (!amr_propose_take_access(proposal, rule, amr_propose_denied_mask(event)) ||
        !amr_propose_term(proposal, rule, AMR_TERM_LABEL, field(event, AMR_FIELD_TCONTEXT)))
        return;
    verb = amr_propose_shown_access(rule);
    what = g_strdup_printf("use io_uring with %s", verb);
    amr_propose_add_terms(proposal, event, g_steal_pointer(&rule), what, NULL);
}

void
amr_propose_userns(AmrProposal *proposal, const AmrEvent *event)
{
    AmrRule *rule = amr_rule_new(AMR_RULE_USERNS);

    amr_rule_set_access(rule, "create");
    amr_propose_add_terms(proposal, event, rule, "create user namespaces",
                          "What the kernel offers to root within a user namespace.");
}

/* The kernel's number as rules have it: no limit is a word, and of niceness the compiler takes -20
 * to 19 and adds 20 (tried with 3.0.8 and 5.0.2). NULL for what no rule can say. */
static char *
limit_value(AmrBytes resource, AmrBytes value)
{
    guint64 number;

    if (!amr_bytes_to_uint64(value, &number))
        return NULL;
    if (amr_bytes_is(resource, "nice"))
        return number < 40 ? g_strdup_printf("%d", (int)number - 20) : NULL;
    if (number == G_MAXUINT64)
        return g_strdup("infinity");
    return number <= G_MAXINT64 ? g_strdup_printf("%" G_GUINT64_FORMAT, number) : NULL;
}

void
amr_propose_rlimit(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_RLIMIT);
    AmrBytes name = field(event, AMR_FIELD_RLIMIT), value = field(event, AMR_FIELD_VALUE);
    g_autofree char *resource = amr_display(name), *limit = limit_value(name, value), *what = NULL;

    if (name.len == 0 || !limit) {
        amr_propose_refuse_incomplete(proposal, "The record does not say which limit was to be set "
                                                "to what, as a rule could.");
        return;
    }
    if (!amr_propose_term(proposal, rule, AMR_TERM_RESOURCE, name))
        return;
    amr_rule_set(rule, AMR_TERM_VALUE, limit);
    what =
        g_strdup_printf("raise its limit of %s up to %s, and runs with this limit from its start",
                        resource, limit);
    amr_propose_add_terms(proposal, event, g_steal_pointer(&rule), what, NULL);
}

void
amr_propose_change_profile(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_CHANGE_PROFILE);
    AmrBytes target = amr_propose_either(event, AMR_FIELD_TARGET, AMR_FIELD_NAME2);
    gboolean stack = amr_bytes_is(field(event, AMR_FIELD_OPERATION), "stack") ||
                     amr_bytes_is(field(event, AMR_FIELD_OPERATION), "stack_onexec");
    g_autofree char *shown = NULL, *what = NULL, *stacked = NULL;

    if (target.len == 0)
        target = field(event, AMR_FIELD_NAME);
    if (target.len == 0) {
        amr_propose_refuse(proposal, AMR_NO_RULE_INCOMPLETE,
                           g_strdup("The record does not name the profile to change to."), NULL);
        return;
    }
    if (!amr_propose_term(proposal, rule, AMR_TERM_TARGET, target))
        return;
    shown = amr_display(target);
    if (stack) { /* match_component() of security/apparmor/domain.c */
        stacked = g_strconcat("&", rule->terms.value[AMR_TERM_TARGET], NULL);
        amr_rule_set(rule, AMR_TERM_TARGET, stacked);
        what = g_strdup_printf("put the profile %s beside its own, and is held by both", shown);
    } else {
        what = g_strdup_printf("change to the profile %s, and do all that is allowed there", shown);
    }
    amr_propose_add_terms(proposal, event, g_steal_pointer(&rule), what, NULL);
}
