/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What counts as a difference in the policy machine: class by class, only the rights of the class
 * and only where they are asked. */
#include "core/policy/oracle_judge.h"

#define SOCKET_RIGHTS                                                                       \
    (AMR_MAY_SEND | AMR_MAY_RECEIVE | AMR_MAY_CREATE | AMR_MAY_SHUTDOWN | AMR_MAY_CONNECT | \
     AMR_MAY_SETATTR | AMR_MAY_GETATTR | AMR_MAY_ACCEPT | AMR_MAY_BIND | AMR_MAY_LISTEN |   \
     AMR_MAY_SETOPT | AMR_MAY_GETOPT)

static const struct {
    AmrClass klass;
    guint8 byte, inner; /* of ptrace: asked behind the class of labels */
    guint32 rights;
} policy_classes[] = {
    {AMR_CLASS_SIGNAL, AMR_K_CLASS_SIGNAL, 0, AMR_MAY_SEND | AMR_MAY_RECEIVE},
    {AMR_CLASS_PTRACE, AMR_K_CLASS_LABEL, AMR_K_CLASS_PTRACE,
     AMR_MAY_TRACE | AMR_MAY_READ | AMR_MAY_BE_TRACED | AMR_MAY_BE_READ},
    {AMR_CLASS_MOUNT, AMR_K_CLASS_MOUNT, 0,
     AMR_MAY_MOUNT | AMR_MAY_UMOUNT | AMR_MAY_PIVOT_ROOT | AMR_K_MOUNT_CONTINUE},
    {AMR_CLASS_DBUS, AMR_K_CLASS_DBUS, 0,
     AMR_MAY_SEND | AMR_MAY_RECEIVE | AMR_MAY_EAVESDROP | AMR_MAY_OWN},
    {AMR_CLASS_USERNS, AMR_K_CLASS_NS, 0, AMR_MAY_MAKE_USERNS},
    {AMR_CLASS_MQUEUE, AMR_K_CLASS_POSIX_MQUEUE, 0,
     AMR_MAY_MQ_READ | AMR_MAY_MQ_WRITE | AMR_MAY_CREATE | AMR_MAY_DELETE | AMR_MAY_OPEN |
         AMR_MAY_SETATTR | AMR_MAY_GETATTR},
    {AMR_CLASS_MQUEUE, AMR_K_CLASS_SYSV_MQUEUE, 0,
     AMR_MAY_MQ_READ | AMR_MAY_MQ_WRITE | AMR_MAY_CREATE | AMR_MAY_DELETE | AMR_MAY_OPEN |
         AMR_MAY_SETATTR | AMR_MAY_GETATTR},
    {AMR_CLASS_IO_URING, AMR_K_CLASS_IO_URING, 0, AMR_MAY_OVERRIDE_CREDS | AMR_MAY_SQPOLL},
    {AMR_CLASS_NETWORK, AMR_K_CLASS_NETV8, 0, SOCKET_RIGHTS},
    {AMR_CLASS_NETWORK, AMR_K_CLASS_NETV9, 0, SOCKET_RIGHTS},
    {AMR_CLASS_NETWORK, AMR_K_CLASS_NET, 0, SOCKET_RIGHTS},
};

typedef struct {
    const AmrOracleProfile *before, *after;
    AmrClass klass;
    guint32 rights;
    gboolean gains;
} Policy;

/* Of sockets, how many bytes stand behind the class: two of family, two of type, then the rest. */
enum {
    DEPTH = 0x7,
    TYPE_KNOWN = 4,
    BEYOND = 5,
    FIRST_ZERO = 0x8,
    IS_UNIX = 0x10
};

/* Without "continue", what stands behind the type is not asked (see oracle_socket.c). */
static gboolean
goes_on(const AmrOracleProfile *profile, guint32 state)
{
    AmrPerms perms;
    amr_pdb_perms(&profile->rules->policy, profile->abi, state, &perms);
    return (perms.allow & AMR_K_CONTINUE) != 0;
}

/* Bytes that the kernel puts there: numbers of families, types and signals. */
static gboolean
is_asked(AmrClass klass, guint32 depth, guint8 byte)
{
    char buffer[16];
    if (klass == AMR_CLASS_SIGNAL)
        return depth > 0 || amr_oracle_signal_word(byte, buffer) != NULL;
    switch (klass == AMR_CLASS_NETWORK ? depth : BEYOND) {
    case 0:
    case 2:
        return byte == 0;
    case 1:
        return byte < AMR_ORACLE_FAMILIES;
    case 3:
        return amr_oracle_socket_type_word(byte) != NULL;
    default:
        return TRUE;
    }
}

static gboolean
step_policy(gconstpointer data, const AmrPair *from, guint8 byte, AmrPair *to)
{
    const Policy *policy = data;
    guint32 depth = from->context & DEPTH, unix_socket = from->context & IS_UNIX;
    if (!is_asked(policy->klass, depth, byte))
        return FALSE;
    if (policy->klass == AMR_CLASS_SIGNAL)
        to->context = 1;
    if (policy->klass != AMR_CLASS_NETWORK)
        return TRUE;
    if (depth == TYPE_KNOWN && !unix_socket) {
        to->before = goes_on(policy->before, from->before) ? to->before : 0;
        to->after = goes_on(policy->after, from->after) ? to->after : 0;
    }
    if (depth == 0 && byte == 0)
        unix_socket = FIRST_ZERO;
    else if (depth == 1 && (from->context & FIRST_ZERO) && byte == 1)
        unix_socket = IS_UNIX;
    to->context = MIN(depth + 1, BEYOND) | unix_socket;
    return TRUE;
}

/* The rights that are asked there. */
static guint32
asked_at(const Policy *policy, guint32 context)
{
    guint32 depth = context & DEPTH;
    if (policy->klass != AMR_CLASS_NETWORK || (context & IS_UNIX))
        return policy->rights;
    if (depth < TYPE_KNOWN)
        return 0;
    return depth == TYPE_KNOWN ? policy->rights : policy->rights & ~(guint32)AMR_MAY_CREATE;
}

static guint
judge_policy(gconstpointer data, const AmrPair *pair, AmrDelta *deltas)
{
    const Policy *policy = data;
    AmrPerms before, after;
    guint32 rights = asked_at(policy, pair->context);
    guint n = 0;
    amr_pdb_perms(&policy->before->rules->policy, policy->before->abi, pair->before, &before);
    amr_pdb_perms(&policy->after->rules->policy, policy->after->abi, pair->after, &after);
    if (policy->gains)
        amr_perms_withhold(&after, &before);
    AmrDelta access = {.change = AMR_ORACLE_CHANGE_ACCESS, .klass = policy->klass}, log;
    /* By type alone is how kernels ask that know no more of unix sockets. */
    if ((pair->context & IS_UNIX) && (pair->context & DEPTH) > TYPE_KNOWN)
        access.klass = AMR_CLASS_UNIX;
    log = access;
    log.change = AMR_ORACLE_CHANGE_LOGGING;
    amr_delta_set(&access, amr_perms_allowed(&before) & rights, amr_perms_allowed(&after) & rights,
                  0, 0);
    if (amr_delta_any(&access))
        deltas[n++] = access;
    log.gained = (amr_perms_logged(&before) ^ amr_perms_logged(&after)) & rights &
                 ~(access.gained | access.lost);
    if (log.gained)
        deltas[n++] = log;
    return n;
}

static guint32
start_of(const AmrOracleProfile *profile, guint8 byte, guint8 inner)
{
    guint32 state = amr_oracle_class_state(profile, byte);
    return state && inner ? amr_dfa_step(profile->rules->policy.dfa, state, inner) : state;
}

static gboolean
compare_class(GPtrArray *list, const Policy *policy, guint8 byte, guint8 inner, GError **error)
{
    /* Each number that is asked is told from others: families, types, signals. */
    char apart[64 + 33];
    gsize n_apart = 1;
    apart[0] = 0;
    if (policy->klass == AMR_CLASS_NETWORK || policy->klass == AMR_CLASS_SIGNAL) {
        for (guint i = 1; i < sizeof apart; i++)
            apart[i] = (char)(i < 64 ? i : i + 64);
        n_apart = sizeof apart;
    }
    AmrProductJob job = {.before = &policy->before->rules->policy,
                         .after = &policy->after->rules->policy,
                         .start = {start_of(policy->before, byte, inner),
                                   start_of(policy->after, byte, inner), 0},
                         .apart = apart,
                         .n_apart = n_apart,
                         .numbers = n_apart > 1,
                         .gains = policy->gains,
                         .step = step_policy,
                         .judge = judge_policy,
                         .data = policy};
    g_autoptr(GPtrArray) findings = amr_product_walk(&job, AMR_ORACLE_DIFFERENCES, error);
    if (!findings)
        return FALSE;
    amr_oracle_add_findings(list, findings, byte);
    return TRUE;
}

/* The old network table. */
static void
compare_families(GPtrArray *list, const AmrOracleRules *before, const AmrOracleRules *after)
{
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)amr_finding_free);
    for (guint family = 0; family < AMR_ORACLE_FAMILIES; family++) {
        for (guint type = 0; type < 16; type++) {
            guint was = before->families_allow[family] >> type & 1u;
            guint is = after->families_allow[family] >> type & 1u;
            guint log = was ? before->families_audit[family] ^ after->families_audit[family]
                            : before->families_quiet[family] ^ after->families_quiet[family];
            if (was == is && !(log >> type & 1u))
                continue;
            AmrFinding *finding = g_new0(AmrFinding, 1);
            const char name[] = {0, (char)family, 0, (char)type};
            finding->delta.change =
                was == is ? AMR_ORACLE_CHANGE_LOGGING : AMR_ORACLE_CHANGE_ACCESS;
            finding->delta.klass = AMR_CLASS_NETWORK;
            *(was && !is ? &finding->delta.lost : &finding->delta.gained) = SOCKET_RIGHTS;
            finding->example = g_memdup2(name, sizeof name);
            finding->example_len = sizeof name;
            finding->prefix = g_strdup("");
            finding->single = TRUE;
            finding->names = 1;
            g_ptr_array_add(findings, finding);
        }
    }
    amr_oracle_add_findings(list, findings, 0);
}

static void
add_mediation(GPtrArray *list, AmrClass klass, gboolean after)
{
    AmrOracleDifference *difference =
        amr_oracle_add_header(list, after ? "mediated only after" : "mediated only before");
    difference->change = AMR_ORACLE_CHANGE_MEDIATION;
    difference->klass = klass;
}

/* Whether the class is mediated, and if on both sides, what it grants. */
static gboolean
compare_known(GPtrArray *list, const AmrOracleProfile *before, const AmrOracleProfile *after,
              guint i, gboolean gains, GError **error)
{
    guint8 byte = policy_classes[i].byte, inner = policy_classes[i].inner;
    Policy policy = {before, after, policy_classes[i].klass, policy_classes[i].rights, gains};
    guint32 was = amr_oracle_class_state(before, inner ? inner : byte);
    guint32 is = amr_oracle_class_state(after, inner ? inner : byte);
    if (!was && !is)
        return TRUE;
    if (!was != !is) {
        add_mediation(list, policy.klass, is != 0);
        return TRUE;
    }
    return compare_class(list, &policy, byte, inner, error);
}

enum {
    CLASSES = 48
};

static gboolean
is_known(guint byte)
{
    for (guint i = 0; i < G_N_ELEMENTS(policy_classes); i++)
        if (policy_classes[i].byte == byte || policy_classes[i].inner == byte)
            return TRUE;
    return byte == AMR_K_CLASS_FILE;
}

gboolean
amr_oracle_compare_policy(GPtrArray *list, const AmrOracleProfile *before,
                          const AmrOracleProfile *after, gboolean gains, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(policy_classes); i++)
        if (!compare_known(list, before, after, i, gains, error))
            return FALSE;
    /* Classes that nobody knows yet: by all their rights. Kernels count to 32; parsers 3.0 to 4.1
     * write one of 52 by mistake ("4" for 4, mediates_net_unix in parser_regex.c). */
    Policy policy = {before, after, AMR_CLASS_UNKNOWN, G_MAXUINT32 & ~(guint32)AMR_K_LOCK, gains};
    for (guint byte = 0; byte < CLASSES; byte++) {
        if (is_known(byte))
            continue;
        guint32 was = amr_oracle_class_state(before, (guint8)byte);
        guint32 is = amr_oracle_class_state(after, (guint8)byte);
        if (!was != !is)
            add_mediation(list, AMR_CLASS_UNKNOWN, is != 0);
        else if (was && !compare_class(list, &policy, (guint8)byte, 0, error))
            return FALSE;
    }
    if (before->rules->has_families != after->rules->has_families)
        add_mediation(list, AMR_CLASS_NETWORK, after->rules->has_families);
    else
        compare_families(list, before->rules, after->rules);
    return TRUE;
}
