/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How each class is spelled for the state machines. From the kernel's side (Linux 6.12 to 6.17:
 * security/apparmor/ net.c, af_unix.c, task.c, ipc.c, mount.c, label.c, domain.c, lsm.c) and from
 * the compiler's (gen_policy_re in network.cc, af_unix.cc, signal.cc, ptrace.cc, mount.cc, dbus.cc,
 * mqueue.cc, userns.cc, io_uring.cc of AppArmor 4.1). dbus is asked by the bus itself, through
 * libapparmor (aa_query_label): bus, name, label, path, interface, member, each behind a NUL.
 *
 * What is not known is walked as every string without a NUL: one state becomes many.
 */
#include <string.h>

#include "core/policy/oracle_private.h"

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

/* ---- one or many states -----------------------------------------------------------------------
 */

typedef struct {
    const AmrOracleProfile *profile;
    const AmrPdb *pdb;
    guint32 one;
    guint32 *many; /* NULL: only the one */
    guint n_many;
} Walk;

static Walk
walk_new(const AmrOracleProfile *profile, const AmrPdb *pdb, guint32 state)
{
    return (Walk){.profile = profile, .pdb = pdb, .one = state};
}

static Walk
walk_copy(const Walk *walk)
{
    Walk copy = *walk;
    if (walk->many)
        copy.many = g_memdup2(walk->many, walk->n_many * sizeof *walk->many);
    return copy;
}

static void
walk_clear(Walk *walk)
{
    g_clear_pointer(&walk->many, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

static void
walk_bytes(Walk *walk, const void *bytes, gsize len)
{
    if (!walk->many)
        walk->one = amr_dfa_walk(walk->pdb->dfa, walk->one, bytes, len);
    for (guint i = 0; i < walk->n_many; i++)
        walk->many[i] = amr_dfa_walk(walk->pdb->dfa, walk->many[i], bytes, len);
}

static void
walk_byte(Walk *walk, guint8 byte)
{
    walk_bytes(walk, &byte, 1);
}

static void
walk_be16(Walk *walk, guint number)
{
    guint8 bytes[2] = {(guint8)(number >> 8), (guint8)number};
    walk_bytes(walk, bytes, 2);
}

/* Every state that any string without a NUL leads to, of at least one byte or @empty too. */
static void
walk_unknown(Walk *walk, gboolean empty)
{
    const AmrDfa *dfa = walk->pdb->dfa;
    g_autofree guint8 *seen = g_malloc0(dfa->n_states);
    g_autofree guint8 *class_used = g_malloc0(dfa->n_classes);
    g_autofree guint32 *list = g_new(guint32, 2 * (gsize)dfa->n_states); /* each at most twice */
    guint n = 0;
    for (guint byte = 1; byte < 256; byte++)
        class_used[dfa->class_of[byte]] = 1;
    for (guint i = 0; i < (walk->many ? walk->n_many : 1); i++) {
        guint32 state = walk->many ? walk->many[i] : walk->one;
        if (!seen[state]) {
            seen[state] = 1;
            list[n++] = state;
        }
    }
    guint skip = empty ? 0 : n;
    if (!empty)
        for (guint i = 0; i < n; i++)
            seen[list[i]] = 0;
    for (guint i = 0; i < n; i++) {
        for (guint klass = 0; klass < dfa->n_classes; klass++) {
            if (!class_used[klass])
                continue;
            guint32 next = list[i] ? amr_dfa_step_class(dfa, list[i], klass) : 0;
            if (!seen[next]) {
                seen[next] = 1;
                list[n++] = next;
            }
        }
    }
    g_free(walk->many);
    walk->n_many = n - skip;
    walk->many = g_memdup2(list + skip, walk->n_many * sizeof *list);
}

/* A part that is not known is not empty either: "any label" of a rule takes a byte at least. */
static void
walk_part(Walk *walk, AmrBytes part)
{
    if (part.data)
        walk_bytes(walk, part.data, part.len);
    else
        walk_unknown(walk, FALSE);
}

static void
perms_at(const Walk *walk, guint32 state, AmrPerms *perms)
{
    amr_pdb_perms(walk->pdb, walk->profile->abi, state, perms);
}

static void
walk_answer(const Walk *walk, guint32 rights, AmrOracleAnswer *answer)
{
    AmrPerms perms;
    for (guint i = 0; i < (walk->many ? walk->n_many : 1); i++) {
        perms_at(walk, walk->many ? walk->many[i] : walk->one, &perms);
        amr_oracle_answer_add(answer, &perms, rights);
    }
}

/* Rights of several answers of which each has its own: a right is allowed if its answer says so. */
static void
join(AmrOracleAnswer *answer, const AmrOracleAnswer *part)
{
    answer->verdict = AMR_ORACLE_DENIED;
    answer->depends |= part->depends;
    answer->allowed |= part->allowed;
    answer->missing |= part->missing;
    answer->refused |= part->refused;
    answer->audited |= part->audited;
    answer->prompted |= part->prompted;
}

static void
join_walk(const Walk *walk, guint32 rights, AmrOracleAnswer *answer)
{
    AmrOracleAnswer part = {0};
    if (!rights)
        return;
    walk_answer(walk, rights, &part);
    join(answer, &part);
}

/* ---- labels -----------------------------------------------------------------------------------
 */

static gboolean
is_stack(AmrBytes label)
{
    return label.data && g_strstr_len(label.data, (gssize)label.len, "//&") != NULL;
}

/* A label of several profiles: as a whole, else each of them must be allowed (label_match of
 * label.c). */
static void
answer_label(const Walk *walk, AmrBytes label, guint32 rights, AmrOracleAnswer *answer)
{
    g_auto(Walk) whole = walk_copy(walk);
    AmrOracleAnswer first = {0};
    walk_part(&whole, label);
    walk_answer(&whole, rights, &first);
    if (!is_stack(label) || !first.missing) {
        *answer = first;
        return;
    }
    const char *at = label.data, *end = label.data + label.len;
    while (at <= end) {
        const char *next = g_strstr_len(at, end - at, "//&");
        g_auto(Walk) one = walk_copy(walk);
        walk_bytes(&one, at, (gsize)((next ? next : end) - at));
        walk_answer(&one, rights, answer);
        if (!next)
            break;
        at = next + 3;
    }
    answer->depends = first.depends;
}

void
amr_oracle_ask_change_profile(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
                              AmrOracleAnswer *answer)
{
    const AmrPdb *pdb;
    guint32 start;
    AmrPerms perms = {0};
    AmrBytes exec = question->change_profile.exec, target = question->change_profile.target;
    if (!question->rights || !amr_oracle_file_machine(profile, &pdb, &start)) {
        amr_oracle_answer_add(answer, &perms, question->rights);
        return;
    }
    const AmrDfa *dfa = pdb->dfa;
    guint32 wanted = exec.data ? AMR_K_ONEXEC : AMR_K_CHANGE_PROFILE, state = start;
    if (exec.data) {
        /* The program must be one for onexec, and behind a NUL the target its pair. */
        state = amr_dfa_walk(dfa, state, exec.data, exec.len);
        amr_pdb_file_perms(pdb, state, FALSE, &perms);
        state = perms.allow & wanted && state ? amr_dfa_step(dfa, state, 0) : 0;
    }
    guint32 end = amr_dfa_walk(dfa, state, target.data, target.data ? target.len : 0);
    amr_pdb_file_perms(pdb, end, FALSE, &perms);
    const char *colon = target.len > 1 && target.data[0] == ':'
                            ? memchr(target.data + 1, ':', target.len - 1)
                            : NULL;
    if (!(perms.allow & wanted) && colon && state) {
        /* Before labels were stacked (Linux 4.13) a namespace stood bare, behind it a NUL. */
        gsize ns = (gsize)(colon - target.data) - 1;
        end = amr_dfa_walk(dfa, state, target.data + 1, ns);
        end = end ? amr_dfa_step(dfa, end, 0) : 0;
        end = amr_dfa_walk(dfa, end, colon + 1, target.len - ns - 2);
        amr_pdb_file_perms(pdb, end, FALSE, &perms);
    }
    gboolean allowed = (perms.allow & wanted) != 0;
    perms = (AmrPerms){.allow = allowed ? AMR_MAY_CHANGE : 0};
    amr_oracle_answer_add(answer, &perms, question->rights);
}

/* ---- network ----------------------------------------------------------------------------------
 */

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

/* One end of a connection: kind of port, port, size of address, address. */
static void
walk_address(Walk *walk, const AmrOracleAddress *address, gboolean peer, guint32 rights)
{
    gboolean privileged = !peer && (rights & AMR_MAY_BIND) && address->port < 1024;
    walk_byte(walk, peer ? 2 : privileged ? 1 : 0);
    walk_be16(walk, address->port);
    walk_byte(walk, address->size);
    walk_bytes(walk, address->bytes, address->size);
    walk_byte(walk, 0);
}

/*
 * Behind family, type and protocol where the policy knows addresses (network_v8/af_inet): the own
 * end, a command for listen and options; for peers the other end, any label, the command for an
 * address and the own end.
 */
static void
ask_inet(const Walk *walk, const AmrOracleQuestion *question, AmrOracleAnswer *answer)
{
    guint32 peer = question->rights & MAY_PEER, rights = question->rights & ~peer;
    guint32 listens = rights & AMR_MAY_LISTEN, options = rights & MAY_OPTION;
    g_auto(Walk) own = walk_copy(walk);
    walk_address(&own, &question->network.local, FALSE, rights);
    join_walk(&own, rights & ~(listens | options), answer);
    if (listens) {
        g_auto(Walk) end = walk_copy(&own);
        walk_byte(&end, COMMAND_LISTEN);
        walk_be16(&end, 0);
        join_walk(&end, listens, answer);
    }
    if (options) {
        g_auto(Walk) end = walk_copy(&own);
        walk_byte(&end, COMMAND_OPTION);
        walk_be16(&end, 0);
        walk_be16(&end, 0);
        join_walk(&end, options, answer);
    }
    if (peer) {
        g_auto(Walk) end = walk_copy(walk);
        walk_address(&end, &question->network.peer, TRUE, peer);
        walk_byte(&end, COMMAND_ADDRESS);
        walk_address(&end, &question->network.local, FALSE, peer);
        join_walk(&end, peer, answer);
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
    g_auto(Walk) walk = walk_new(profile, &rules->policy, start);
    walk_be16(&walk, family);
    walk_be16(&walk, question->network.type);
    perms_at(&walk, walk.one, &perms);
    if ((question->rights & ~perms.allow) == 0 || !(perms.allow & AMR_K_CONTINUE)) {
        amr_oracle_answer_add(answer, &perms, question->rights);
        return;
    }
    AmrOracleQuestion rest = *question;
    rest.rights &= ~perms.allow;
    join_walk(&walk, question->rights & perms.allow, answer);
    walk_be16(&walk, question->network.protocol);
    if (family == FAMILY_INET || family == FAMILY_INET6)
        ask_inet(&walk, &rest, answer);
    else
        join_walk(&walk, rest.rights, answer);
}

static guint32
network_state(const AmrOracleProfile *profile)
{
    guint32 state = amr_oracle_class_state(profile, AMR_K_CLASS_NETV9);
    return state ? state : amr_oracle_class_state(profile, AMR_K_CLASS_NETV8);
}

static void
ask_network(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
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

/* ---- unix -------------------------------------------------------------------------------------
 */

static void
walk_unix_address(Walk *walk, AmrBytes address)
{
    if (!address.data)
        walk_unknown(walk, FALSE); /* anonymous too */
    else if (address.len == 0 || amr_bytes_is(address, "none"))
        walk_byte(walk, 1);
    else if (address.data[0] == '@') {
        walk_byte(walk, 0);
        walk_bytes(walk, address.data + 1, address.len - 1);
    } else {
        walk_bytes(walk, address.data, address.len);
    }
    walk_byte(walk, 0);
}

/* An address that is not known is any: abstract ones begin with a NUL, which a walk over what is
 * unknown does not take. */
static void
walk_unix_local(Walk *walk, AmrBytes address)
{
    g_auto(Walk) abstract = walk_copy(walk);
    walk_unix_address(walk, address);
    if (!address.data) {
        walk_byte(&abstract, 0);
        walk_unknown(&abstract, TRUE);
        walk_byte(&abstract, 0);
        guint n = walk->n_many + abstract.n_many;
        walk->many = g_renew(guint32, walk->many, n);
        memcpy(walk->many + walk->n_many, abstract.many, abstract.n_many * sizeof *walk->many);
        walk->n_many = n;
    }
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
    g_auto(Walk) own = walk_new(profile, &profile->rules->policy, start);
    walk_be16(&own, FAMILY_UNIX);
    walk_be16(&own, question->unix_socket.type);
    walk_be16(&own, question->unix_socket.protocol);
    join_walk(&own, rights & AMR_MAY_CREATE, answer);
    walk_unix_local(&own, question->unix_socket.address);
    walk_byte(&own, 0); /* the own label is left out */
    guint32 listens = rights & AMR_MAY_LISTEN, options = rights & MAY_OPTION;
    join_walk(&own, rights & ~(peer | listens | options | (guint32)AMR_MAY_CREATE), answer);
    if (listens) {
        g_auto(Walk) end = walk_copy(&own);
        walk_byte(&end, COMMAND_LISTEN);
        walk_be16(&end, 0);
        join_walk(&end, listens, answer);
    }
    if (options) {
        g_auto(Walk) end = walk_copy(&own);
        walk_byte(&end, COMMAND_OPTION);
        walk_be16(&end, 0);
        join_walk(&end, options, answer);
    }
    if (peer) {
        AmrOracleAnswer part = {0};
        g_auto(Walk) end = walk_copy(&own);
        walk_byte(&end, COMMAND_ADDRESS);
        walk_unix_local(&end, question->unix_socket.peer_address);
        answer_label(&end, question->unix_socket.peer, peer, &part);
        join(answer, &part);
    }
}

/* The class 4 stands in policy that was compiled for kernels that know more of unix sockets than
 * their type; up to policy v7 with tables of families its rules are there too. */
static void
ask_unix(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
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
    ask_network(profile, &plain, answer);
}

/* ---- mount ------------------------------------------------------------------------------------
 */

static void
walk_flags(Walk *walk, guint32 flags)
{
    for (guint i = 0; i < 32; i++)
        if (flags & (1u << i))
            walk_byte(walk, (guint8)(i + 1));
}

/* Mount point, source, type and flags; then the data, where the flags' state asks for it. */
static void
ask_mount(Walk *walk, const AmrOracleQuestion *question, AmrOracleAnswer *answer)
{
    AmrPerms perms;
    walk_part(walk, question->mount.point);
    if (question->rights & AMR_MAY_UMOUNT) {
        walk_answer(walk, question->rights, answer);
        return;
    }
    walk_byte(walk, 0);
    walk_part(walk, question->mount.source);
    if (question->rights & AMR_MAY_PIVOT_ROOT) {
        walk_answer(walk, question->rights, answer);
        return;
    }
    walk_byte(walk, 0);
    walk_part(walk, question->mount.fstype);
    walk_byte(walk, 0);
    walk_flags(walk, question->mount.flags);
    g_auto(Walk) data = walk_copy(walk);
    walk_byte(&data, 0);
    walk_part(&data, question->mount.data);
    for (guint i = 0; i < (walk->many ? walk->n_many : 1); i++) {
        perms_at(walk, walk->many ? walk->many[i] : walk->one, &perms);
        if (!(perms.allow & AMR_MAY_MOUNT) && (perms.allow & AMR_K_MOUNT_CONTINUE) && !data.many &&
            question->mount.data.len)
            perms_at(&data, data.one, &perms);
        amr_oracle_answer_add(answer, &perms, question->rights);
    }
}

/* ---- the rest ---------------------------------------------------------------------------------
 */

/* bind is asked by bus and name, eavesdrop by the bus; messages by all. */
static void
ask_dbus(Walk *walk, const AmrOracleQuestion *question, AmrOracleAnswer *answer)
{
    walk_part(walk, question->dbus.bus);
    if (question->rights & AMR_MAY_EAVESDROP) {
        walk_answer(walk, question->rights, answer);
        return;
    }
    walk_byte(walk, 0);
    walk_part(walk, question->dbus.name);
    if (question->rights & AMR_MAY_OWN) {
        walk_answer(walk, question->rights, answer);
        return;
    }
    const AmrBytes parts[] = {question->dbus.peer, question->dbus.path, question->dbus.interface,
                              question->dbus.member};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        walk_byte(walk, 0);
        walk_part(walk, parts[i]);
    }
    walk_answer(walk, question->rights, answer);
}

/* By name; where that is not enough, behind a NUL by the queue's label. */
static void
ask_mqueue(Walk *walk, const AmrOracleQuestion *question, AmrOracleAnswer *answer)
{
    guint64 key;
    AmrOracleAnswer labelled = {0};
    if (!question->mqueue.sysv || !question->mqueue.name.data) {
        walk_part(walk, question->mqueue.name);
    } else if (amr_bytes_to_uint64(question->mqueue.name, &key)) {
        walk_be16(walk, (guint)(key >> 16) & 0xffff);
        walk_be16(walk, (guint)key & 0xffff);
    }
    walk_answer(walk, question->rights, answer);
    if (!answer->missing)
        return;
    walk_byte(walk, 0);
    answer_label(walk, question->mqueue.label, question->rights, &labelled);
    if (!labelled.missing)
        *answer = labelled;
}

static guint8
class_byte(const AmrOracleQuestion *question)
{
    switch (question->klass) {
    case AMR_CLASS_SIGNAL:
        return AMR_K_CLASS_SIGNAL;
    case AMR_CLASS_PTRACE:
        return AMR_K_CLASS_PTRACE;
    case AMR_CLASS_MOUNT:
        return AMR_K_CLASS_MOUNT;
    case AMR_CLASS_DBUS:
        return AMR_K_CLASS_DBUS;
    case AMR_CLASS_USERNS:
        return AMR_K_CLASS_NS;
    case AMR_CLASS_MQUEUE:
        return question->mqueue.sysv ? AMR_K_CLASS_SYSV_MQUEUE : AMR_K_CLASS_POSIX_MQUEUE;
    case AMR_CLASS_IO_URING:
        return AMR_K_CLASS_IO_URING;
    default:
        return 0;
    }
}

static void
ask_walk(Walk *walk, const AmrOracleQuestion *question, AmrOracleAnswer *answer)
{
    switch (question->klass) {
    case AMR_CLASS_SIGNAL:
        walk_byte(walk, (guint8)question->signal.number);
        answer_label(walk, question->signal.peer, question->rights, answer);
        break;
    case AMR_CLASS_PTRACE:
        /* Asked behind the class of labels. */
        walk->one = amr_oracle_class_state(walk->profile, AMR_K_CLASS_LABEL);
        walk_byte(walk, AMR_K_CLASS_PTRACE);
        answer_label(walk, question->ptrace.peer, question->rights, answer);
        break;
    case AMR_CLASS_MOUNT:
        ask_mount(walk, question, answer);
        break;
    case AMR_CLASS_DBUS:
        ask_dbus(walk, question, answer);
        break;
    case AMR_CLASS_MQUEUE:
        ask_mqueue(walk, question, answer);
        break;
    case AMR_CLASS_IO_URING:
        if (question->rights & AMR_MAY_OVERRIDE_CREDS)
            answer_label(walk, question->io_uring.label, question->rights, answer);
        else
            walk_answer(walk, question->rights, answer);
        break;
    default: /* userns: the class is all there is */
        walk_answer(walk, question->rights, answer);
        break;
    }
}

void
amr_oracle_ask_policy(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
                      AmrOracleAnswer *answer)
{
    if (question->klass == AMR_CLASS_NETWORK) {
        ask_network(profile, question, answer);
    } else if (question->klass == AMR_CLASS_UNIX) {
        ask_unix(profile, question, answer);
    } else {
        guint8 klass = class_byte(question);
        guint32 state = klass ? amr_oracle_class_state(profile, klass) : 0;
        if (!state) {
            answer->verdict = AMR_ORACLE_UNMEDIATED;
            return;
        }
        g_auto(Walk) walk = walk_new(profile, &profile->rules->policy, state);
        ask_walk(&walk, question, answer);
    }
}
