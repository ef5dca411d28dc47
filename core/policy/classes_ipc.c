/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between processes and their profiles: signal, ptrace, unix, dbus, mqueue, io_uring, userns,
 * rlimit, change_profile. Which field becomes which condition: FACTS section 9.
 */
#include "core/policy/classes.h"

#include <string.h>

#include "core/policy/risk.h"

/* ---- what the classes share -------------------------------------------------------------------
 */

static AmrBytes
field(const AmrEvent *event, AmrField which)
{
    return event->field[which];
}

/* The first of two fields that is there; logs of different ages say it in different ones. */
static AmrBytes
either(const AmrEvent *event, AmrField first, AmrField second)
{
    return event->field[first].len ? event->field[first] : event->field[second];
}

gboolean
amr_propose_term(AmrProposal *proposal, AmrRule *rule, AmrTerm term, AmrBytes bytes)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *pattern = NULL;

    if (bytes.len == 0)
        return TRUE;
    pattern = amr_policy_pattern(bytes, &error);
    if (!pattern) {
        amr_propose_refuse(proposal, AMR_NO_RULE_NOT_EXPRESSIBLE,
                           g_strdup_printf("No rule can name it. %s.", error->message), NULL);
        return FALSE;
    }
    amr_rule_set(rule, term, pattern);
    return TRUE;
}

/* The words of a mask ("send receive"); FALSE, and refused, if there are none. */
static gboolean
take_access(AmrProposal *proposal, AmrRule *rule, AmrBytes mask)
{
    g_autofree char *words = amr_bytes_dup(mask);

    g_strstrip(g_strdelimit(words, ",", ' '));
    if (!*words) {
        amr_propose_refuse(proposal, AMR_NO_RULE_INCOMPLETE,
                           g_strdup("The record does not say which access was refused."), NULL);
        return FALSE;
    }
    amr_rule_set_access(rule, words);
    return TRUE;
}

static AmrBytes
denied_mask(const AmrEvent *event)
{
    return either(event, AMR_FIELD_DENIED_MASK, AMR_FIELD_REQUESTED_MASK);
}

void
amr_propose_add_terms(AmrProposal *proposal, AmrRule *rule, const char *what, const char *opens)
{
    g_autofree char *text = amr_rule_print(rule);
    g_autoptr(AmrRule) again = amr_rule_read(text, NULL);
    char *danger = NULL;
    AmrRisk risk;

    if (!again || !amr_rule_equal(again, rule)) {
        amr_rule_free(rule);
        amr_propose_refuse(proposal, AMR_NO_RULE_INCOMPLETE,
                           g_strdup("The record asks for something that armorer does not know how "
                                    "to write as a rule."),
                           NULL);
        return;
    }
    risk = amr_risk_terms(rule, &danger);
    amr_propose_add(proposal, rule, risk, g_strdup_printf("It may %s.", what), g_strdup(opens),
                    danger);
}

static char *
shown_words(char **words)
{
    return words ? g_strjoinv(" and ", words) : g_strdup("do everything");
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

    if (!take_access(proposal, rule, denied_mask(event)) ||
        !amr_propose_term(proposal, rule, AMR_TERM_SET, signal) ||
        !amr_propose_term(proposal, rule, AMR_TERM_PEER_LABEL, peer))
        return;
    verb = shown_words(rule->terms.access);
    what = g_strdup_printf("%s the signal %s, with %s on the other side", verb,
                           signal.len ? name : "(any)", peer.len ? shown : "any profile");
    amr_propose_add_terms(proposal, g_steal_pointer(&rule), what, NULL);
}

void
amr_propose_ptrace(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_PTRACE);
    AmrBytes peer = field(event, AMR_FIELD_PEER);
    g_autofree char *shown = amr_display(peer), *verb = NULL, *what = NULL;

    if (!take_access(proposal, rule, denied_mask(event)) ||
        !amr_propose_term(proposal, rule, AMR_TERM_PEER_LABEL, peer))
        return;
    if (peer.len == 0) {
        amr_propose_refuse(proposal, AMR_NO_RULE_INCOMPLETE,
                           g_strdup("The record does not name the other side."), NULL);
        return;
    }
    verb = shown_words(rule->terms.access);
    what = g_strdup_printf("use ptrace (%s) with processes of %s on the other side", verb, shown);
    amr_propose_add_terms(proposal, g_steal_pointer(&rule), what, NULL);
}

/* ---- sockets and queues -----------------------------------------------------------------------
 */

/* What has no name says "none", which is nothing that a rule needs: an unnamed socket may get a
 * name later, and is the same socket. */
static AmrBytes
address(AmrBytes bytes)
{
    return amr_bytes_is(bytes, "none") ? (AmrBytes){NULL, 0} : bytes;
}

void
amr_propose_unix(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_UNIX);
    AmrBytes own = address(field(event, AMR_FIELD_ADDR));
    AmrBytes peer = address(field(event, AMR_FIELD_PEER_ADDR));
    AmrBytes label = either(event, AMR_FIELD_PEER, AMR_FIELD_PEER_LABEL);
    g_autofree char *shown = amr_display(peer.len ? peer : own), *verb = NULL, *what = NULL;

    if (!take_access(proposal, rule, denied_mask(event)) ||
        !amr_propose_term(proposal, rule, AMR_TERM_TYPE, field(event, AMR_FIELD_SOCK_TYPE)) ||
        !amr_propose_term(proposal, rule, AMR_TERM_ADDR, own) ||
        !amr_propose_term(proposal, rule, AMR_TERM_PEER_ADDR, peer) ||
        !amr_propose_term(proposal, rule, AMR_TERM_PEER_LABEL, label))
        return;
    verb = shown_words(rule->terms.access);
    what = g_strdup_printf("%s on the unix socket %s", verb, *shown ? shown : "(without a name)");
    amr_propose_add_terms(proposal, g_steal_pointer(&rule), what, NULL);
}

/* The log never knows by which name the peer was addressed on the bus: name= of a message is its
 * destination, which need not be the peer's, so it stays out. */
void
amr_propose_dbus(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_DBUS);
    AmrBytes mask = either(event, AMR_FIELD_MASK, AMR_FIELD_DENIED_MASK);
    gboolean bind = amr_bytes_is(mask, "bind"), eavesdrop = amr_bytes_is(mask, "eavesdrop");
    const struct {
        AmrTerm term;
        AmrBytes bytes;
    } message[] = {{AMR_TERM_PATH, field(event, AMR_FIELD_PATH)},
                   {AMR_TERM_INTERFACE, field(event, AMR_FIELD_INTERFACE)},
                   {AMR_TERM_MEMBER, field(event, AMR_FIELD_MEMBER)},
                   {AMR_TERM_PEER_LABEL, either(event, AMR_FIELD_PEER_LABEL, AMR_FIELD_PEER)}};
    g_autofree char *bus = amr_display(field(event, AMR_FIELD_BUS));
    g_autofree char *name = amr_display(field(event, bind ? AMR_FIELD_NAME : AMR_FIELD_MEMBER));
    g_autofree char *verb = NULL, *what = NULL;

    if (!take_access(proposal, rule, mask) ||
        !amr_propose_term(proposal, rule, AMR_TERM_BUS, field(event, AMR_FIELD_BUS)))
        return;
    if (bind && !amr_propose_term(proposal, rule, AMR_TERM_NAME, field(event, AMR_FIELD_NAME)))
        return;
    for (gsize i = 0; !bind && !eavesdrop && i < G_N_ELEMENTS(message); i++)
        if (!amr_propose_term(proposal, rule, message[i].term, message[i].bytes))
            return;
    verb = shown_words(rule->terms.access);
    what = g_strdup_printf("%s %s on the %s bus", verb, *name ? name : "messages", bus);
    amr_propose_add_terms(proposal, g_steal_pointer(&rule), what,
                          eavesdrop ? "All messages of this bus." : NULL);
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
    if (!take_access(proposal, rule, denied_mask(event)) ||
        !amr_propose_term(proposal, rule, AMR_TERM_NAME, name))
        return;
    verb = shown_words(rule->terms.access);
    what = g_strdup_printf("%s the message queue %s", verb, shown);
    amr_propose_add_terms(proposal, g_steal_pointer(&rule), what, NULL);
}

/* ---- what a program does to itself ------------------------------------------------------------
 */

void
amr_propose_io_uring(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_IO_URING);
    g_autofree char *verb = NULL, *what = NULL;

    if (!take_access(proposal, rule, denied_mask(event)) ||
        !amr_propose_term(proposal, rule, AMR_TERM_LABEL, field(event, AMR_FIELD_TCONTEXT)))
        return;
    verb = shown_words(rule->terms.access);
    what = g_strdup_printf("use io_uring with %s", verb);
    amr_propose_add_terms(proposal, g_steal_pointer(&rule), what, NULL);
}

void
amr_propose_userns(AmrProposal *proposal)
{
    AmrRule *rule = amr_rule_new(AMR_RULE_USERNS);

    amr_rule_set_access(rule, "create");
    amr_propose_add_terms(proposal, rule, "create user namespaces",
                          "What the kernel offers to root within a user namespace.");
}

void
amr_propose_rlimit(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_RLIMIT);
    AmrBytes name = field(event, AMR_FIELD_RLIMIT), value = field(event, AMR_FIELD_VALUE);
    g_autofree char *resource = amr_display(name), *limit = amr_display(value), *what = NULL;

    if (name.len == 0 || value.len == 0) {
        amr_propose_refuse(proposal, AMR_NO_RULE_INCOMPLETE,
                           g_strdup("The record does not say which limit was to be set to what."),
                           NULL);
        return;
    }
    if (!amr_propose_term(proposal, rule, AMR_TERM_RESOURCE, name) ||
        !amr_propose_term(proposal, rule, AMR_TERM_VALUE, value))
        return;
    what =
        g_strdup_printf("raise its limit of %s up to %s, and runs with this limit from its start",
                        resource, limit);
    amr_propose_add_terms(proposal, g_steal_pointer(&rule), what, NULL);
}

void
amr_propose_change_profile(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_CHANGE_PROFILE);
    AmrBytes target = either(event, AMR_FIELD_TARGET, AMR_FIELD_NAME2);
    g_autofree char *shown = NULL, *what = NULL;

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
    what = g_strdup_printf("change to the profile %s, and do all that is allowed there", shown);
    amr_propose_add_terms(proposal, g_steal_pointer(&rule), what, NULL);
}
