/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sockets: network by the old table of types, by rights, by addresses; unix by address and label.
 * Spelled as in net.c and af_unix.c of security/apparmor (Linux 6.12 to 6.17) and in network.cc and
 * af_unix.cc of apparmor_parser 4.1.
 */
#include <string.h>

#include "core/policy/oracle_walk.h"

enum {
    FAMILY_UNIX = 1,
    FAMILY_INET = 2,
    FAMILY_INET6 = 10
};
/* What a socket's rights are asked behind: af_unix.cc and network.cc, CMD_*. */
enum {
    COMMAND_ADDRESS = 1,
    COMMAND_LISTEN = 2,
    COMMAND_OPTION = 4
};

#define MAY_PEER   (AMR_MAY_SEND | AMR_MAY_RECEIVE | AMR_MAY_CONNECT)
#define MAY_OPTION (AMR_MAY_SETOPT | AMR_MAY_GETOPT)

/* ---- network ----------------------------------------------------------------------------- */

/* Masks of types by family: the old table. */
static void
ask_families(const AmrOracleRules *rules, guint family, guint type, guint32 rights,
             AmrOracleAnswer *answer)
{
    AmrPerms perms = {0};
    if (family < AMR_ORACLE_FAMILIES && type < 16) {
        perms.allow = rules->families_allow[family] & (1u << type) ? rights : 0;
        perms.audit = rules->families_audit[family] & (1u << type) ? rights : 0;
        perms.quiet = rules->families_quiet[family] & (1u << type) ? rights : 0;
    }
    amr_oracle_answer_add(answer, &perms, rights);
}

enum {
    PORT_LOCAL,
    PORT_PRIVILEGED,
    PORT_PEER,
    PRIVILEGED_END = 1024
};

/* One end of a connection: kind of port, port, kind of address (none, IPv4, IPv6), address. */
static void
walk_address(AmrWalk *walk, const AmrOracleAddress *address, guint8 kind)
{
    static const guint8 sizes[] = {0, 4, 16};
    amr_walk_byte(walk, kind);
    if (address->has_port)
        amr_walk_be16(walk, address->port);
    else
        amr_walk_any(walk, 2);
    if (address->size || address->has_port) {
        amr_walk_byte(walk, address->size == 16 ? 2 : address->size == 4 ? 1 : 0);
        amr_walk_bytes(walk, address->bytes, MIN(address->size, sizeof address->bytes));
        amr_walk_byte(walk, 0);
        return;
    }
    g_auto(AmrWalk) before = amr_walk_copy(walk);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_auto(AmrWalk) one = amr_walk_copy(&before);
        amr_walk_byte(&one, (guint8)i);
        amr_walk_any(&one, sizes[i]);
        amr_walk_byte(&one, 0);
        if (i > 0) {
            amr_walk_join(walk, &one);
            continue;
        }
        amr_walk_clear(walk);
        *walk = amr_walk_copy(&one);
    }
}

/* The own end, then a command with so many bytes that mean nothing yet. */
static void
join_command(const AmrWalk *own, guint8 command, guint bytes, guint32 rights,
             AmrOracleAnswer *answer)
{
    g_auto(AmrWalk) end = amr_walk_copy(own);
    if (!rights)
        return;
    amr_walk_byte(&end, command);
    for (guint i = 0; i < bytes; i++)
        amr_walk_byte(&end, 0);
    amr_walk_answer_also(&end, rights, answer);
}

/*
 * bind(2) alone asks for a port below 1024 (ip_unprivileged_port_start) as one that is privileged
 * (profile_bind_perm of af_inet.c in Ubuntu's 6.8 to 6.14). The compiler writes that for every
 * right of a rule that has bind (gen_ip_conds of network.cc, 4.1 and 5.0): so what else stands in
 * such a rule is never granted there, and a rule without bind is needed beside it.
 */
static void
ask_bind(const AmrWalk *walk, const AmrOracleAddress *local, AmrOracleAnswer *answer)
{
    gboolean low = local->has_port && local->port < PRIVILEGED_END;
    g_auto(AmrWalk) end = amr_walk_copy(walk);
    walk_address(&end, local, low ? PORT_PRIVILEGED : PORT_LOCAL);
    if (!local->has_port) {
        g_auto(AmrWalk) other = amr_walk_copy(walk);
        walk_address(&other, local, PORT_PRIVILEGED);
        amr_walk_join(&end, &other);
    }
    amr_walk_answer_also(&end, AMR_MAY_BIND, answer);
}

/*
 * Behind family, type and protocol where the policy knows addresses (network_v8/af_inet): the own
 * end, a command for listen and options; for peers the other end, any label, the command for an
 * address and the own end.
 */
static void
ask_inet(const AmrWalk *walk, const AmrOracleQuestion *question, AmrOracleAnswer *answer)
{
    const AmrOracleAddress *local = &question->network.local;
    guint32 peer = question->rights & MAY_PEER, rights = question->rights & ~peer;
    guint32 bind = rights & AMR_MAY_BIND;
    g_auto(AmrWalk) own = amr_walk_copy(walk);
    walk_address(&own, local, PORT_LOCAL);
    amr_walk_answer_also(&own, rights & ~(guint32)(AMR_MAY_BIND | AMR_MAY_LISTEN | MAY_OPTION),
                         answer);
    join_command(&own, COMMAND_LISTEN, 2, rights & AMR_MAY_LISTEN, answer);
    join_command(&own, COMMAND_OPTION, 4, rights & MAY_OPTION, answer);
    if (bind)
        ask_bind(walk, local, answer);
    if (peer) {
        g_auto(AmrWalk) end = amr_walk_copy(walk);
        walk_address(&end, &question->network.peer, PORT_PEER);
        amr_walk_byte(&end, 0); /* no label */
        amr_walk_byte(&end, COMMAND_ADDRESS);
        walk_address(&end, local, PORT_LOCAL);
        amr_walk_answer_also(&end, peer, answer);
    }
}

/* Where types grant all, that is the answer; where they say "continue", protocol and addresses
 * follow (aa_match_to_prot and early_match of net.c). */
static void
ask_network_class(const AmrOracleProfile *profile, guint32 start, const AmrOracleQuestion *question,
                  AmrOracleAnswer *answer)
{
    const AmrOracleRules *rules = profile->rules;
    guint family = question->network.family;
    AmrPerms perms;
    g_auto(AmrWalk) walk = amr_walk_new(profile, &rules->policy, start);
    amr_walk_be16(&walk, family);
    amr_walk_be16(&walk, question->network.type);
    amr_walk_perms(&walk, walk.one, &perms);
    AmrOracleQuestion rest = *question;
    AmrOracleAnswer further = {0};
    rest.rights &= ~perms.allow;
    gboolean inet = family == FAMILY_INET || family == FAMILY_INET6;
    if (rest.rights && inet) {
        amr_walk_be16(&walk, question->network.protocol);
        ask_inet(&walk, &rest, &further);
    }
    if (rest.rights && inet && (perms.allow & AMR_K_CONTINUE)) {
        *answer = further;
        answer->allowed |= question->rights & perms.allow;
        answer->audited |= question->rights & perms.allow & perms.audit;
        return;
    }
    amr_oracle_answer_add(answer, &perms, question->rights);
    /* A deny takes "continue" with it, so the kernel ends here; that it is one stands behind. */
    answer->refused |= further.refused & answer->missing;
}

static guint32
network_state(const AmrOracleProfile *profile)
{
    guint32 state = amr_oracle_class_state(profile, AMR_K_CLASS_NETV9);
    return state ? state : amr_oracle_class_state(profile, AMR_K_CLASS_NETV8);
}

void
amr_oracle_ask_network(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
                       AmrOracleAnswer *answer)
{
    guint32 start = network_state(profile);
    if (start)
        ask_network_class(profile, start, question, answer);
    else if (profile->rules->has_families)
        ask_families(profile->rules, question->network.family, question->network.type,
                     question->rights, answer);
    else
        answer->verdict = AMR_ORACLE_UNMEDIATED;
}

/* ---- unix -------------------------------------------------------------------------------- */

static void
walk_unix_address(AmrWalk *walk, AmrBytes address)
{
    if (!address.data)
        amr_walk_unknown(walk, FALSE); /* anonymous too */
    else if (address.len == 0 || amr_bytes_is(address, "none"))
        amr_walk_byte(walk, 1);
    else if (address.data[0] == '@') {
        amr_walk_byte(walk, 0);
        amr_walk_bytes(walk, address.data + 1, address.len - 1);
    } else {
        amr_walk_bytes(walk, address.data, address.len);
    }
    amr_walk_byte(walk, 0);
}

/* An address that is not known is any: abstract ones begin with a NUL, which a walk over what is
 * unknown does not take. */
static void
walk_unix_end(AmrWalk *walk, AmrBytes address)
{
    g_auto(AmrWalk) abstract = amr_walk_copy(walk);
    walk_unix_address(walk, address);
    if (address.data)
        return;
    amr_walk_byte(&abstract, 0);
    amr_walk_unknown(&abstract, TRUE);
    amr_walk_byte(&abstract, 0);
    amr_walk_join(walk, &abstract);
}

/*
 * Behind family, type and protocol: own address and label; for listen and options a command and
 * two bytes; for peers the command for an address, the peer's address and label.
 */
static void
ask_unix_fine(const AmrOracleProfile *profile, guint32 start, const AmrOracleQuestion *question,
              AmrOracleAnswer *answer)
{
    guint32 rights = question->rights, peer = rights & MAY_PEER;
    /* Who connects is accepted by name and label; accept(2) itself knows of nobody. */
    if (question->unix_socket.peer_address.data || question->unix_socket.peer.data)
        peer |= rights & AMR_MAY_ACCEPT;
    g_auto(AmrWalk) own = amr_walk_new(profile, &profile->rules->policy, start);
    amr_walk_be16(&own, FAMILY_UNIX);
    amr_walk_be16(&own, question->unix_socket.type);
    amr_walk_be16(&own, question->unix_socket.protocol);
    amr_walk_answer_also(&own, rights & AMR_MAY_CREATE, answer);
    walk_unix_end(&own, question->unix_socket.address);
    amr_walk_byte(&own, 0); /* the own label is left out */
    amr_walk_answer_also(&own,
                         rights & ~(peer | (guint32)(AMR_MAY_CREATE | AMR_MAY_LISTEN | MAY_OPTION)),
                         answer);
    join_command(&own, COMMAND_LISTEN, 2, rights & AMR_MAY_LISTEN, answer);
    join_command(&own, COMMAND_OPTION, 2, rights & MAY_OPTION, answer);
    if (peer) {
        AmrOracleAnswer part = {0};
        g_auto(AmrWalk) end = amr_walk_copy(&own);
        amr_walk_byte(&end, COMMAND_ADDRESS);
        walk_unix_end(&end, question->unix_socket.peer_address);
        amr_walk_answer_label(&end, question->unix_socket.peer, peer, &part);
        amr_oracle_answer_join(answer, &part);
    }
}

/* The class 4 stands in policy that was compiled for kernels that know more of unix sockets than
 * their type; up to policy v7 with tables of families its rules are there too. */
void
amr_oracle_ask_unix(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
                    AmrOracleAnswer *answer)
{
    guint32 v9 = amr_oracle_class_state(profile, AMR_K_CLASS_NETV9);
    guint32 v8 = amr_oracle_class_state(profile, AMR_K_CLASS_NETV8);
    guint32 old = amr_oracle_class_state(profile, AMR_K_CLASS_NET);
    AmrBytes address = question->unix_socket.address, peer = question->unix_socket.peer_address;
    if ((address.len && address.data[0] == '/') || (peer.len && peer.data[0] == '/')) {
        answer->verdict = AMR_ORACLE_UNMEDIATED;
        return;
    }
    if (v9 || old) {
        ask_unix_fine(profile, v9 ? v9 : v8 ? v8 : old, question, answer);
        return;
    }
    AmrOracleQuestion plain = {.klass = AMR_CLASS_NETWORK, .rights = question->rights};
    plain.network.family = FAMILY_UNIX;
    plain.network.type = question->unix_socket.type;
    plain.network.protocol = question->unix_socket.protocol;
    amr_oracle_ask_network(profile, &plain, answer);
}
