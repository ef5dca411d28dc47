/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How each class is spelled for the state machines. From the kernel's side (Linux 6.12 to 6.17:
 * security/apparmor/ task.c, ipc.c, mount.c, label.c, domain.c, lsm.c) and from
 * the compiler's (gen_policy_re in signal.cc, ptrace.cc, mount.cc, dbus.cc,
 * mqueue.cc, userns.cc, io_uring.cc of AppArmor 4.1). dbus is asked by the bus itself, through
 * libapparmor (aa_query_label): bus, name, label, path, interface, member, each behind a NUL.
 */
#include <string.h>

#include "core/policy/oracle_walk.h"

/* Whether from @state, where labels begin, @target is granted. */
static gboolean
change_to(const AmrPdb *pdb, guint32 state, AmrBytes target, guint32 wanted)
{
    const AmrDfa *dfa = pdb->dfa;
    guint32 end = amr_dfa_walk(dfa, state, target.data, target.data ? target.len : 0);
    const char *colon = target.len > 1 && target.data[0] == ':'
                            ? memchr(target.data + 1, ':', target.len - 1)
                            : NULL;
    AmrPerms perms = {0};
    amr_pdb_file_perms(pdb, end, FALSE, &perms);
    if (!(perms.allow & wanted) && colon && state) {
        /* Before labels were stacked (Linux 4.13) a namespace stood bare, behind it a NUL. */
        gsize ns = (gsize)(colon - target.data) - 1;
        end = amr_dfa_walk(dfa, state, target.data + 1, ns);
        end = end ? amr_dfa_step(dfa, end, 0) : 0;
        end = amr_dfa_walk(dfa, end, colon + 1, target.len - ns - 2);
        amr_pdb_file_perms(pdb, end, FALSE, &perms);
    }
    return (perms.allow & wanted) != 0;
}

/* A target that is stacked stands behind an ampersand (match_component() of domain.c). */
static guint32
in_stack(const AmrPdb *pdb, guint32 state, const AmrOracleQuestion *question)
{
    return state && question->change_profile.stack ? amr_dfa_step(pdb->dfa, state, '&') : state;
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
    gboolean allowed;
    guint32 to = in_stack(pdb, start, question);
    if (exec.data) {
        /* The call names the target alone; then the program must be one for onexec, and behind a
         * NUL the target its pair (aa_change_profile and profile_onexec of domain.c). */
        guint32 state = amr_dfa_walk(pdb->dfa, start, exec.data, exec.len);
        amr_pdb_file_perms(pdb, state, FALSE, &perms);
        allowed =
            (perms.allow & AMR_K_ONEXEC) && change_to(pdb, to, target, AMR_K_ONEXEC) &&
            change_to(pdb, in_stack(pdb, state ? amr_dfa_step(pdb->dfa, state, 0) : 0, question),
                      target, AMR_K_ONEXEC);
    } else {
        allowed = change_to(pdb, to, target, AMR_K_CHANGE_PROFILE);
    }
    perms = (AmrPerms){.allow = allowed ? AMR_MAY_CHANGE : 0};
    amr_oracle_answer_add(answer, &perms, question->rights);
}

/* ---- mount ------------------------------------------------------------------------------- */

static void
walk_flags(AmrWalk *walk, guint32 flags)
{
    for (guint i = 0; i < 32; i++)
        if (flags & (1u << i))
            amr_walk_byte(walk, (guint8)(i + 1));
}

/* Mount point, source, type and flags; then the data, where the flags' state asks for it. */
static void
ask_mount(AmrWalk *walk, const AmrOracleQuestion *question, AmrOracleAnswer *answer)
{
    AmrPerms perms;
    amr_walk_part(walk, question->mount.point);
    if (question->rights & AMR_MAY_UMOUNT) {
        amr_walk_answer(walk, question->rights, answer);
        return;
    }
    amr_walk_byte(walk, 0);
    amr_walk_part(walk, question->mount.source);
    if (question->rights & AMR_MAY_PIVOT_ROOT) {
        amr_walk_answer(walk, question->rights, answer);
        return;
    }
    amr_walk_byte(walk, 0);
    amr_walk_part(walk, question->mount.fstype);
    amr_walk_byte(walk, 0);
    walk_flags(walk, question->mount.flags);
    g_auto(AmrWalk) data = amr_walk_copy(walk);
    amr_walk_byte(&data, 0);
    amr_walk_part(&data, question->mount.data);
    for (guint i = 0; i < (walk->many ? walk->n_many : 1); i++) {
        amr_walk_perms(walk, walk->many ? walk->many[i] : walk->one, &perms);
        if (!(perms.allow & AMR_MAY_MOUNT) && (perms.allow & AMR_K_MOUNT_CONTINUE) && !data.many &&
            question->mount.data.len)
            amr_walk_perms(&data, data.one, &perms);
        amr_oracle_answer_add(answer, &perms, question->rights);
    }
}

/* ---- the rest ---------------------------------------------------------------------------- */

/* bind is asked by bus and name, eavesdrop by the bus; messages by all. */
static void
ask_dbus(AmrWalk *walk, const AmrOracleQuestion *question, AmrOracleAnswer *answer)
{
    amr_walk_part(walk, question->dbus.bus);
    if (question->rights & AMR_MAY_EAVESDROP) {
        amr_walk_answer(walk, question->rights, answer);
        return;
    }
    amr_walk_byte(walk, 0);
    amr_walk_part(walk, question->dbus.name);
    if (question->rights & AMR_MAY_OWN) {
        amr_walk_answer(walk, question->rights, answer);
        return;
    }
    const AmrBytes parts[] = {question->dbus.peer, question->dbus.path, question->dbus.interface,
                              question->dbus.member};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        amr_walk_byte(walk, 0);
        amr_walk_part(walk, parts[i]);
    }
    amr_walk_answer(walk, question->rights, answer);
}

/* By name; where that is not enough, behind a NUL by the queue's label. */
static void
ask_mqueue(AmrWalk *walk, const AmrOracleQuestion *question, AmrOracleAnswer *answer)
{
    guint64 key;
    AmrOracleAnswer labelled = {0};
    if (!question->mqueue.sysv || !question->mqueue.name.data) {
        amr_walk_part(walk, question->mqueue.name);
    } else if (amr_bytes_to_uint64(question->mqueue.name, &key)) {
        amr_walk_be16(walk, (guint)(key >> 16) & 0xffff);
        amr_walk_be16(walk, (guint)key & 0xffff);
    }
    amr_walk_answer(walk, question->rights, answer);
    if (!answer->missing)
        return;
    amr_walk_byte(walk, 0);
    amr_walk_answer_label(walk, question->mqueue.label, question->rights, &labelled);
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
ask_walk(AmrWalk *walk, const AmrOracleQuestion *question, AmrOracleAnswer *answer)
{
    switch (question->klass) {
    case AMR_CLASS_SIGNAL:
        amr_walk_byte(walk, (guint8)question->signal.number);
        amr_walk_answer_label(walk, question->signal.peer, question->rights, answer);
        break;
    case AMR_CLASS_PTRACE:
        /* Asked behind the class of labels. */
        walk->one = amr_oracle_class_state(walk->profile, AMR_K_CLASS_LABEL);
        amr_walk_byte(walk, AMR_K_CLASS_PTRACE);
        amr_walk_answer_label(walk, question->ptrace.peer, question->rights, answer);
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
            amr_walk_answer_label(walk, question->io_uring.label, question->rights, answer);
        else
            amr_walk_answer(walk, question->rights, answer);
        break;
    default: /* userns: the class is all there is */
        amr_walk_answer(walk, question->rights, answer);
        break;
    }
}

void
amr_oracle_ask_policy(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
                      AmrOracleAnswer *answer)
{
    if (question->klass == AMR_CLASS_NETWORK) {
        amr_oracle_ask_network(profile, question, answer);
    } else if (question->klass == AMR_CLASS_UNIX) {
        amr_oracle_ask_unix(profile, question, answer);
    } else {
        guint8 klass = class_byte(question);
        guint32 state = klass ? amr_oracle_class_state(profile, klass) : 0;
        if (!state) {
            answer->verdict = AMR_ORACLE_UNMEDIATED;
            return;
        }
        g_auto(AmrWalk) walk = amr_walk_new(profile, &profile->rules->policy, state);
        ask_walk(&walk, question, answer);
    }
}
