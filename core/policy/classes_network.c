/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sockets. Rules of 3.0 know family and type; 4.x knows accesses and both ends besides. Which of
 * them the target states, core/policy/probe finds out: here stand all of them, narrow to broad.
 * Source: "Network Rules" of apparmor.d(5) 4.1.0; audit_net_cb() in security/apparmor/net.c of
 * Linux.
 */
#include "core/policy/classes.h"

#include <string.h>

#include "core/policy/risk.h"

static AmrBytes
field(const AmrEvent *event, AmrField which)
{
    return event->field[which];
}

/* Kernels that mediate unix sockets by address say the addresses (if only "none"); others know
 * nothing finer than `network unix`, and log neither. */
static gboolean
is_fine_unix(const AmrEvent *event)
{
    return field(event, AMR_FIELD_ADDR).data || field(event, AMR_FIELD_PEER_ADDR).data ||
           field(event, AMR_FIELD_PEER).data;
}

/* ---- family and type ------------------------------------------------------------------------ */

static gboolean
is_type(AmrBytes type)
{
    static const char *const types[] = {"stream", "dgram", "seqpacket", "rdm", "raw", "packet"};
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (amr_bytes_is(type, types[i]))
            return TRUE;
    return FALSE;
}

/* Takes the rule over. */
static void
add_network(AmrProposal *proposal, AmrRule *rule, AmrRung rung, const char *opens)
{
    const char *family = rule->terms.value[AMR_TERM_FAMILY];
    const char *type = rule->terms.value[AMR_TERM_TYPE];
    const char *from = rule->terms.value[AMR_TERM_IP], *to = rule->terms.value[AMR_TERM_PEER_IP];
    const char *port = rule->terms.value[AMR_TERM_PORT];
    const char *peer_port = rule->terms.value[AMR_TERM_PEER_PORT];
    g_autofree char *verb =
        rule->terms.access ? amr_propose_shown_access(rule) : g_strdup("use sockets");
    g_autoptr(GString) why = g_string_new(NULL);
    char *danger = NULL;
    AmrRisk risk = amr_risk_network(proposal->risks, family, type, &danger);

    g_string_printf(why, "It may %s%s of the family %s%s%s", verb,
                    rule->terms.access ? " on sockets" : "", family, type ? ", type " : "",
                    type ? type : "");
    if (from || port)
        g_string_append_printf(why, ", its own end being %s%s%s", from ? from : "any address",
                               port ? " port " : "", port ? port : "");
    if (to || peer_port)
        g_string_append_printf(why, ", the other end %s%s%s", to ? to : "any address",
                               peer_port ? " port " : "", peer_port ? peer_port : "");
    g_string_append_c(why, '.');
    amr_propose_add(proposal, rule, risk, g_strdup(why->str), g_strdup(opens), danger);
    ((AmrCandidate *)proposal->candidates->pdata[proposal->candidates->len - 1])->rung = rung;
}

static AmrRule *
coarse_rule(AmrBytes family, AmrBytes type)
{
    AmrRule *rule = amr_rule_new(AMR_RULE_NETWORK);
    g_autofree char *family_word = amr_bytes_dup(family);
    g_autofree char *type_word = is_type(type) ? amr_bytes_dup(type) : NULL;

    amr_rule_set(rule, AMR_TERM_FAMILY, family_word);
    amr_rule_set(rule, AMR_TERM_TYPE, type_word);
    return rule;
}

/* The form that every parser since 2.x knows. */
static void
add_coarse(AmrProposal *proposal, const AmrEvent *event)
{
    AmrBytes family = field(event, AMR_FIELD_FAMILY), type = field(event, AMR_FIELD_SOCK_TYPE);

    if (is_type(type))
        add_network(proposal, coarse_rule(family, type), AMR_RUNG_TYPE,
                    "Any address, any port, sending and receiving.");
    add_network(proposal, coarse_rule(family, (AmrBytes){NULL, 0}), AMR_RUNG_FAMILY,
                "All types of sockets of this family, any address, any port.");
}

/* ---- accesses and addresses -------------------------------------------------------------------
 */

/* Sets @term to the address if it is one; another spelling never gets into a rule. */
static gboolean
set_address(AmrRule *rule, AmrTerm term, AmrBytes bytes)
{
    g_autofree char *text = amr_bytes_dup(bytes);
    g_autoptr(GInetAddress) address = NULL;

    if (bytes.len == 0 || strlen(text) != bytes.len || strchr(text, '%') ||
        !(address = g_inet_address_new_from_string(text)))
        return FALSE;
    amr_rule_set(rule, term, text);
    return TRUE;
}

/* Port 0 is the want of one. */
static gboolean
set_port(AmrRule *rule, AmrTerm term, AmrBytes bytes)
{
    guint64 port;
    g_autofree char *text = NULL;

    if (!amr_bytes_to_uint64(bytes, &port) || port == 0 || port > G_MAXUINT16)
        return FALSE;
    text = g_strdup_printf("%" G_GUINT64_FORMAT, port);
    amr_rule_set(rule, term, text);
    return TRUE;
}

/* The compiler takes another end only where there is one: af_rule.h, AA_PEER_NET_PERMS. */
static gboolean
has_other_end(const AmrRule *rule)
{
    static const char *const with[] = {"send", "receive", "connect", "accept", NULL};
    for (char **word = rule->terms.access; word && *word; word++)
        if (!g_strv_contains(with, *word))
            return FALSE;
    return TRUE;
}

static gboolean
set_own_end(AmrRule *rule, const AmrEvent *event)
{
    gboolean ip = set_address(rule, AMR_TERM_IP, field(event, AMR_FIELD_LADDR));
    return set_port(rule, AMR_TERM_PORT, field(event, AMR_FIELD_LPORT)) || ip;
}

static gboolean
set_other_end(AmrRule *rule, const AmrEvent *event)
{
    gboolean ip;
    if (!has_other_end(rule))
        return FALSE;
    ip = set_address(rule, AMR_TERM_PEER_IP, field(event, AMR_FIELD_FADDR));
    return set_port(rule, AMR_TERM_PEER_PORT, field(event, AMR_FIELD_FPORT)) || ip;
}

/* What the kernel gives to who asks for no port: net.ipv4.ip_local_port_range begins there (Linux,
 * ip-sysctl). */
#define PORT_GIVEN 32768

static gboolean
is_given(const AmrRule *rule, AmrTerm term)
{
    const char *port = rule->terms.value[term];
    return port && g_ascii_strtoull(port, NULL, 10) >= PORT_GIVEN;
}

/* Both ends; then one alone, for a port that the kernel gives is another one at each connection:
 * a client's own, or that of a server's other end. Then the accesses alone. */
static void
add_fine(AmrProposal *proposal, const AmrEvent *event, const AmrRule *bare)
{
    g_autoptr(AmrRule) both = amr_rule_copy(bare), one = amr_rule_copy(bare);
    gboolean own_end = set_own_end(both, event), other_end = set_other_end(both, event);
    gboolean given = is_given(both, AMR_TERM_PORT);
    gboolean other_given = is_given(both, AMR_TERM_PEER_PORT);
    gboolean serves = other_given && !given;

    (void)(serves ? set_own_end(one, event) : set_other_end(one, event));
    if (own_end || other_end)
        add_network(proposal, g_steal_pointer(&both), AMR_RUNG_EXACT, NULL);
    if (own_end && other_end) {
        add_network(proposal, g_steal_pointer(&one), AMR_RUNG_PORTS,
                    serves ? "Any address and port at the other end."
                           : "Any address and port of its own.");
        if (given != other_given)
            proposal->best = proposal->candidates->len - 1;
    }
    if (bare->terms.access)
        add_network(proposal, amr_rule_copy(bare),
                    own_end || other_end ? AMR_RUNG_ADDRESSES : AMR_RUNG_EXACT,
                    "Any address, any port.");
}

/* The accesses that the mask names, or where old kernels log none, those of the operation: a rule
 * that names none is broader, and with a port below 1024 answers bind alone (the compiler, 4.1 and
 * 5.0, then writes that port as one to bind for every access). */
static gboolean
take_accesses(AmrProposal *proposal, AmrRule *rule, const AmrEvent *event)
{
    AmrBytes denied = amr_propose_denied_mask(event);
    AmrOracleQuestion question;

    if (denied.len)
        return amr_propose_take_access(proposal, rule, denied);
    if (amr_oracle_question_of(event, &question, NULL) && question.klass == AMR_CLASS_NETWORK) {
        g_autofree char *words = amr_oracle_rights_words(AMR_CLASS_NETWORK, question.rights);
        amr_rule_set_access(rule, words);
    }
    return TRUE;
}

void
amr_propose_network(AmrProposal *proposal, const AmrEvent *event)
{
    AmrBytes family = field(event, AMR_FIELD_FAMILY), type = field(event, AMR_FIELD_SOCK_TYPE);
    AmrBytes requested = field(event, AMR_FIELD_REQUESTED_MASK);
    AmrBytes denied = amr_propose_denied_mask(event);
    g_autoptr(AmrRule) bare = NULL;

    if (!amr_propose_is_word(family)) { /* "unknown(45)", or none */
        amr_propose_refuse_incomplete(proposal, "The record does not name a family of sockets "
                                                "that a rule could.");
        return;
    }
    if (requested.len && !denied.len) {
        amr_propose_refuse_incomplete(proposal,
                                      "The record does not say which access was refused.");
        return;
    }
    bare = coarse_rule(family, type);
    if (!take_accesses(proposal, bare, event))
        return;
    if (is_type(type) && amr_propose_reads_back(bare))
        add_fine(proposal, event, bare);
    add_coarse(proposal, event);
}

/* ---- unix -------------------------------------------------------------------------------------
 */

/* What has no name says "none", which is nothing that a rule needs: an unnamed socket may get a
 * name later, and is the same socket. */
static AmrBytes
address(AmrBytes bytes)
{
    return amr_bytes_is(bytes, "none") ? (AmrBytes){NULL, 0} : bytes;
}

static void
propose_fine_unix(AmrProposal *proposal, const AmrEvent *event)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_UNIX);
    AmrBytes own = address(field(event, AMR_FIELD_ADDR));
    AmrBytes peer = address(field(event, AMR_FIELD_PEER_ADDR));
    AmrBytes label = amr_propose_either(event, AMR_FIELD_PEER, AMR_FIELD_PEER_LABEL);
    g_autofree char *shown = amr_display(peer.len ? peer : own), *verb = NULL, *what = NULL;
    AmrRule *any;

    if (!amr_propose_take_access(proposal, rule, amr_propose_denied_mask(event)) ||
        !amr_propose_term(proposal, rule, AMR_TERM_TYPE, field(event, AMR_FIELD_SOCK_TYPE)) ||
        !amr_propose_term(proposal, rule, AMR_TERM_ADDR, own) ||
        !amr_propose_term(proposal, rule, AMR_TERM_PEER_ADDR, peer) ||
        !amr_propose_term(proposal, rule, AMR_TERM_PEER_LABEL, label))
        return;
    verb = amr_propose_shown_access(rule);
    what = g_strdup_printf("%s on the unix socket %s", verb, *shown ? shown : "(without a name)");
    amr_propose_add_terms(proposal, event, g_steal_pointer(&rule), what, NULL);
    if (label.len && (own.len || peer.len) && (any = amr_propose_broadest(proposal)) != NULL) {
        g_autofree char *who = amr_display(label);
        g_autofree char *all =
            g_strdup_printf("%s on every unix socket with %s at the other end", verb, who);
        amr_rule_set(any, AMR_TERM_ADDR, NULL);
        amr_rule_set(any, AMR_TERM_PEER_ADDR, NULL);
        amr_propose_add_wider(proposal, any, AMR_RUNG_ADDRESSES, all,
                              "Every address, with the same other side.");
    }
}

void
amr_propose_unix(AmrProposal *proposal, const AmrEvent *event)
{
    if (!is_fine_unix(event)) {
        amr_propose_network(proposal, event);
        return;
    }
    propose_fine_unix(proposal, event);
    if (proposal->no_rule == AMR_NO_RULE_NONE && is_type(field(event, AMR_FIELD_SOCK_TYPE)))
        add_network(proposal, coarse_rule(AMR_BYTES("unix"), field(event, AMR_FIELD_SOCK_TYPE)),
                    AMR_RUNG_TYPE, "Every unix socket of this type, whoever is at its other end.");
}
