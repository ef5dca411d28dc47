/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers a question by trying every rule of the profile. */
#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "tests/unit/reference_private.h"

typedef struct {
    guint32 allow, audit; /* by rules that allow */
    guint32 deny, quiet;  /* by rules that deny; those that are not audited */
    const RefRule *exec;  /* how it executes: a rule without globs before one with */
} Verdicts;

static void
count_rule(Verdicts *v, const RefRule *rule, AmrClass asked, guint32 rights)
{
    /* What `deny network` says of unix sockets is logged, what `audit deny network` says is not:
     * the compiler has it the wrong way round (tried with 3.0.8). */
    gboolean loud = !(asked == AMR_CLASS_UNIX && rule->klass == AMR_CLASS_NETWORK);

    if (rule->deny) {
        v->deny |= rights;
        v->quiet |= rule->audit == loud ? 0 : rights;
        return;
    }
    v->allow |= rights;
    v->audit |= rule->audit ? rights : 0;
    if ((rights & AMR_PERM_EXEC) && rule->klass == AMR_CLASS_FILE &&
        (!v->exec || (!v->exec->pattern[REF_PATH]->exact && rule->pattern[REF_PATH]->exact)))
        v->exec = rule;
}

static void
answer_from(const Verdicts *v, guint32 rights, AmrOracleAnswer *answer)
{
    answer->allowed = rights & v->allow & ~v->deny;
    answer->missing = rights & ~answer->allowed;
    answer->refused = answer->missing & v->quiet;
    answer->audited = answer->allowed & v->audit;
    answer->verdict = !answer->missing  ? AMR_ORACLE_ALLOWED
                      : answer->refused ? AMR_ORACLE_REFUSED
                                        : AMR_ORACLE_DENIED;
}

static gboolean
fits(const RefRule *rule, guint at, AmrBytes bytes)
{
    return !rule->pattern[at] || ref_pattern_matches(rule->pattern[at], bytes.data, bytes.len);
}

/* What a program or a target alone is granted: the compiler has both in one list of names, so a
 * rule for the one speaks of the other too (tried with 3.0.8). */
static gboolean
fits_alone(const RefRule *rule, AmrBytes name, gboolean exec)
{
    if (fits(rule, REF_TO, name))
        return TRUE;
    if (!exec)
        return FALSE;
    return rule->pattern[REF_EXEC] ? fits(rule, REF_EXEC, name)
                                   : name.len > 1 && name.data[0] == '/' && name.data[1] != '/';
}

/* What of change_profile the name alone is granted: at once, and at an exec. Files and labels share
 * a list of names, so this is part of what a link must not have over its target. */
static guint
may_change(const RefProfile *profile, AmrBytes name)
{
    guint granted = 0, denied = 0;

    for (guint i = 0; i < profile->rules->len; i++) {
        const RefRule *rule = profile->rules->pdata[i];
        for (guint exec = 0; rule->klass == AMR_CLASS_CHANGE_PROFILE && exec < 2; exec++)
            if (fits_alone(rule, name, exec != 0))
                *(rule->deny ? &denied : &granted) |= 1u << exec;
    }
    return granted & ~denied;
}

/* ---- files ---------------------------------------------------------------------------------- */

/* With compilers from 4.1 on an ix of globs that a name without them overrides takes the m with it
 * that it brought (tried with 4.1.8 and 5.0.2; 3.0.8 leaves it): which rule executes is settled
 * first, the name without globs before the others, and m is implied by the ix that is left
 * (pri_update_perm() and add_implied_ix_mmap() in parser/libapparmor_re/hfa.cc of apparmor); 3.0
 * gives each ix rule its m before they meet (process_dfa_entry() in parser_regex.c). */
static gboolean
is_overridden(const RefPolicy *policy, const RefRule *rule, const Verdicts *v)
{
    return !policy->for_3_0 && rule->maps_itself && !rule->pattern[REF_PATH]->exact && v->exec &&
           v->exec->pattern[REF_PATH]->exact;
}

static void
ask_path(const RefPolicy *policy, const RefProfile *profile, AmrBytes path, gboolean owner,
         Verdicts *v)
{
    for (guint round = 0; round < 2; round++) {
        for (guint i = 0; i < profile->rules->len; i++) {
            const RefRule *rule = profile->rules->pdata[i];
            guint32 rights = rule->rights;
            if (rule->klass != AMR_CLASS_FILE || (rule->owner && !owner) ||
                !ref_pattern_matches(rule->pattern[REF_PATH], path.data, path.len))
                continue;
            if (rule->deny)
                rights &= ~(guint32)AMR_PERM_LINK; /* denies the pair, not the name */
            if (round > 0 && is_overridden(policy, rule, v))
                rights &= ~(guint32)AMR_PERM_MMAP_EXEC;
            /* First which rule executes, then what all of them grant. */
            count_rule(v, rule, AMR_CLASS_FILE, round == 0 ? rights & AMR_PERM_EXEC : rights);
        }
    }
}

static gboolean
is_contested(const RefProfile *profile, AmrBytes path, gboolean owner)
{
    gboolean brought = FALSE, taken = FALSE;

    for (guint i = 0; i < profile->rules->len; i++) {
        const RefRule *rule = profile->rules->pdata[i];
        if (rule->klass != AMR_CLASS_FILE || (rule->owner && !owner) ||
            !ref_pattern_matches(rule->pattern[REF_PATH], path.data, path.len))
            continue;
        brought |= rule->maps_itself && !rule->deny;
        taken |= (rule->rights & AMR_PERM_MMAP_EXEC && rule->deny) ||
                 (rule->rights & AMR_PERM_EXEC && rule->pattern[REF_PATH]->exact);
    }
    return brought && taken;
}

gboolean
ref_maps_contested(const RefProfile *profile, const AmrOracleQuestion *question)
{
    gboolean owner = question->file.owner;
    AmrBytes target = question->file.target;

    return question->klass == AMR_CLASS_FILE &&
           ((question->rights & AMR_PERM_MMAP_EXEC &&
             is_contested(profile, question->file.path, owner)) ||
            (question->rights & AMR_PERM_LINK && target.data &&
             (is_contested(profile, question->file.path, owner) ||
              is_contested(profile, target, owner))));
}

gboolean
ref_changes_contested(const RefProfile *profile)
{
    gboolean any = FALSE, some = FALSE;

    for (guint i = 0; i < profile->rules->len; i++) {
        const RefRule *rule = profile->rules->pdata[i];
        if (rule->klass == AMR_CLASS_CHANGE_PROFILE)
            *(rule->pattern[REF_TO] ? &some : &any) = TRUE;
    }
    return any && some;
}

static gboolean
same_transition(const RefRule *link, const RefRule *target)
{
    return link && target && link->exec == target->exec &&
           g_strcmp0(link->target, target->target) == 0;
}

/* What `l` without a target may be linked to: any name but the root. */
static gboolean
links_to(const RefRule *rule, AmrBytes target)
{
    return rule->pattern[REF_LINK_TARGET]
               ? fits(rule, REF_LINK_TARGET, target)
               : target.len > 1 && target.data[0] == '/' && target.data[1] != '/';
}

/* The name must grant l, a rule must pair it with the target, and where one that does asks for a
 * subset, all else that the name grants must be granted on the target. */
static void
ask_link(const RefPolicy *policy, const RefProfile *profile, const AmrOracleQuestion *question,
         Verdicts *v)
{
    AmrBytes path = question->file.path, target = question->file.target;
    gboolean owner = question->file.owner;
    Verdicts pair = {0}, own = {0};
    gboolean subset = FALSE;
    guint32 allowed;

    if (!(v->allow & AMR_PERM_LINK))
        return;
    for (guint i = 0; i < profile->rules->len; i++) {
        const RefRule *rule = profile->rules->pdata[i];
        if (!rule->pair || (rule->owner && !owner) || !fits(rule, REF_PATH, path) ||
            !links_to(rule, target))
            continue;
        count_rule(&pair, rule, AMR_CLASS_FILE, AMR_PERM_LINK);
        /* The compiler keeps the word of it for owners only (tried with 3.0.8). */
        subset |= !rule->deny && rule->subset && owner;
    }
    ask_path(policy, profile, target, owner, &own);
    allowed = v->allow & ~v->deny & ~(guint32)AMR_PERM_LINK;
    v->audit = (v->audit & ~(guint32)AMR_PERM_LINK) | pair.audit;
    v->quiet |= pair.quiet;
    v->deny |= pair.deny;
    if (!(pair.allow & ~pair.deny) ||
        (subset && ((may_change(profile, path) & ~may_change(profile, target)) ||
                    (allowed & ~(own.allow & ~own.deny)) ||
                    ((allowed & AMR_PERM_EXEC) && !same_transition(v->exec, own.exec)))))
        v->allow &= ~(guint32)AMR_PERM_LINK;
}

static void
ask_file(const RefPolicy *policy, const RefProfile *profile, const AmrOracleQuestion *question,
         AmrOracleAnswer *answer)
{
    Verdicts v = {0};

    ask_path(policy, profile, question->file.path, question->file.owner, &v);
    if ((question->rights & AMR_PERM_LINK) && question->file.target.data)
        ask_link(policy, profile, question, &v);
    answer_from(&v, question->rights, answer);
    if ((answer->allowed & AMR_PERM_EXEC) && v.exec) {
        answer->exec = v.exec->exec;
        answer->target = v.exec->target;
    }
}

/* ---- the rest ------------------------------------------------------------------------------- */

static gboolean
fits_network(const RefRule *rule, const AmrOracleQuestion *question)
{
    guint family = question->network.family, type = question->network.type;

    if (rule->inet_only && family != AF_INET && family != AF_INET6)
        return FALSE;
    return (!rule->family || rule->family == family) && type < 32 && (rule->types & (1u << type));
}

/* Rights of a rule for a socket: with a peer's condition only those that have a peer are bound by
 * it, and it grants no other. `network unix` is a rule for them too. */
static guint32
unix_rights(const RefRule *rule, const AmrOracleQuestion *question)
{
    const guint32 peer = AMR_MAY_SEND | AMR_MAY_RECEIVE | AMR_MAY_CONNECT;
    guint32 rights = rule->rights;
    guint type = question->unix_socket.type;

    if (rule->klass == AMR_CLASS_NETWORK)
        return (!rule->family || rule->family == AF_UNIX) && !rule->inet_only &&
                       (rule->types & (1u << type))
                   ? rights
                   : 0;
    if (!(rule->types & (1u << type)))
        return 0;
    if (!fits(rule, REF_LOCAL, question->unix_socket.address))
        rights &= AMR_MAY_CREATE;
    if (!fits(rule, REF_REMOTE, question->unix_socket.peer_address) ||
        !fits(rule, REF_PEER, question->unix_socket.peer))
        rights &= ~peer;
    return rights;
}

static gboolean
fits_signal(const RefRule *rule, const AmrOracleQuestion *question)
{
    guint64 bit = ref_signal_bit(question->signal.number);

    return (rule->numbers & bit) && fits(rule, REF_PEER, question->signal.peer);
}

/* A message by all it says; a name that is bound by bus and name; eavesdropping by the bus. */
static guint32
dbus_rights(const RefRule *rule, const AmrOracleQuestion *question)
{
    guint32 rights = 0;

    if (!fits(rule, REF_BUS, question->dbus.bus))
        return 0;
    rights |= AMR_MAY_EAVESDROP;
    if (fits(rule, REF_NAME, question->dbus.name))
        rights |= AMR_MAY_OWN;
    if (fits(rule, REF_NAME, question->dbus.name) && fits(rule, REF_PEER, question->dbus.peer) &&
        fits(rule, REF_OBJECT, question->dbus.path) &&
        fits(rule, REF_INTERFACE, question->dbus.interface) &&
        fits(rule, REF_MEMBER, question->dbus.member))
        rights |= AMR_MAY_SEND | AMR_MAY_RECEIVE;
    return rights & rule->rights;
}

/* At once by the target alone; at an exec the program must be granted, the target, and the two as
 * a pair. The compiler keeps no word of logging or quiet for any. */
static void
ask_change_profile(const RefProfile *profile, const AmrOracleQuestion *question, Verdicts *v)
{
    AmrBytes exec = question->change_profile.exec, target = question->change_profile.target;
    gboolean granted[3] = {FALSE, exec.data == NULL, exec.data == NULL};
    gboolean denied = FALSE;

    for (guint i = 0; i < profile->rules->len; i++) {
        const RefRule *rule = profile->rules->pdata[i];
        gboolean says[3] = {FALSE, FALSE, FALSE};
        if (rule->klass != AMR_CLASS_CHANGE_PROFILE)
            continue;
        says[0] = fits_alone(rule, target, exec.data != NULL);
        says[1] = exec.data && fits_alone(rule, exec, TRUE);
        says[2] =
            exec.data && fits(rule, REF_TO, target) &&
            (rule->pattern[REF_EXEC] ? fits(rule, REF_EXEC, exec)
                                     : exec.len > 1 && exec.data[0] == '/' && exec.data[1] != '/');
        for (guint part = 0; part < G_N_ELEMENTS(says); part++) {
            granted[part] |= says[part] && !rule->deny;
            denied |= says[part] && rule->deny;
        }
    }
    v->allow = granted[0] && granted[1] && granted[2] && !denied ? AMR_MAY_CHANGE : 0;
}

/* A queue by its name; only where that does not grant all that is asked, by its label too
 * (@labelled). A queue that is to be created has none: what a rule with a label that speaks of
 * creating says of that, of reading and writing holds by the name alone: a queue has to be made
 * before it has a label (parser/mqueue.cc of apparmor, gen_policy_re(), which gives the name itself
 * the permissions of creating; tried with 4.1.8 and 5.0.2). */
static guint32
mqueue_rights(const RefRule *rule, const AmrOracleQuestion *question, gboolean labelled)
{
    if (!(question->mqueue.sysv ? rule->sysv : rule->posix) ||
        !fits(rule, REF_QUEUE, question->mqueue.name))
        return 0;
    if (rule->pattern[REF_PEER] && !labelled)
        return rule->rights & AMR_MAY_CREATE
                   ? rule->rights & (AMR_MAY_CREATE | AMR_MAY_MQ_READ | AMR_MAY_MQ_WRITE)
                   : 0;
    return labelled && !fits(rule, REF_PEER, question->mqueue.label) ? 0 : rule->rights;
}

static void
ask_mqueue(const RefProfile *profile, const AmrOracleQuestion *question, Verdicts *v)
{
    for (gboolean labelled = FALSE; labelled <= TRUE; labelled++) {
        Verdicts here = {0};
        for (guint i = 0; i < profile->rules->len; i++) {
            const RefRule *rule = profile->rules->pdata[i];
            guint32 rights =
                rule->klass == AMR_CLASS_MQUEUE ? mqueue_rights(rule, question, labelled) : 0;
            if (rights)
                count_rule(&here, rule, AMR_CLASS_MQUEUE, rights);
        }
        gboolean all = (question->rights & ~(here.allow & ~here.deny)) == 0;
        if (!labelled || all)
            *v = here;
        if (all)
            return;
    }
}

/* Polling knows of no label; taking another's credentials is asked by the other's. */
static guint32
io_uring_rights(const RefRule *rule, const AmrOracleQuestion *question)
{
    guint32 rights = rule->rights;

    if (!fits(rule, REF_PEER, question->io_uring.label))
        rights &= ~(guint32)AMR_MAY_OVERRIDE_CREDS;
    return rights;
}

/* The rights that @rule has to say something of. */
static guint32
rights_of(const RefPolicy *policy, const RefRule *rule, const AmrOracleQuestion *question)
{
    switch (question->klass) {
    case AMR_CLASS_CAPABILITY:
        return rule->numbers & (G_GUINT64_CONSTANT(1) << question->capability.number) ? rule->rights
                                                                                      : 0;
    case AMR_CLASS_NETWORK:
        return fits_network(rule, question) ? rule->rights : 0;
    case AMR_CLASS_SIGNAL:
        return fits_signal(rule, question) ? rule->rights : 0;
    case AMR_CLASS_PTRACE:
        return fits(rule, REF_PEER, question->ptrace.peer) ? rule->rights : 0;
    case AMR_CLASS_DBUS:
        return dbus_rights(rule, question);
    case AMR_CLASS_UNIX:
        return unix_rights(rule, question);
    case AMR_CLASS_MOUNT:
        return ref_mount_rights(policy, rule, question);
    case AMR_CLASS_IO_URING:
        return io_uring_rights(rule, question);
    case AMR_CLASS_USERNS:
        return rule->rights;
    default:
        return 0;
    }
}

static gboolean
is_about(const RefRule *rule, AmrClass klass)
{
    return rule->klass == klass || (klass == AMR_CLASS_UNIX && rule->klass == AMR_CLASS_NETWORK);
}

static gboolean
has_hat(const RefPolicy *policy, const RefProfile *profile, AmrBytes hat)
{
    const char *end = profile->hat ? g_strrstr(profile->name, "//") : NULL;
    g_autofree char *parent =
        end ? g_strndup(profile->name, (gsize)(end - profile->name)) : g_strdup(profile->name);
    g_autofree char *name = g_strdup_printf("%s//%.*s", parent, (int)hat.len, hat.data);
    const RefProfile *found = ref_policy_find(policy, name);

    return found && found->hat;
}

/* `audit deny ptrace peer=**`: the compiler marks a class that it mediates as readable, and that
 * mark is what "read" of a label that may be empty takes away. If nothing else is left of the
 * class, the policy says nothing of it, so the kernel lets all pass (tried with 3.0.8; 4.1.0 keeps
 * it). */
static gboolean
is_forgotten(const RefProfile *profile)
{
    const AmrBytes empty = AMR_BYTES("");
    guint32 gone = 0;

    for (guint i = 0; i < profile->rules->len; i++) {
        const RefRule *rule = profile->rules->pdata[i];
        if (rule->klass == AMR_CLASS_PTRACE && rule->deny && rule->audit &&
            rule->pattern[REF_PEER] && fits(rule, REF_PEER, empty))
            gone |= rule->rights;
    }
    for (guint i = 0; i < profile->rules->len; i++) {
        const RefRule *rule = profile->rules->pdata[i];
        if (rule->klass == AMR_CLASS_PTRACE &&
            (rule->deny ? !rule->audit : (rule->rights & ~gone) != 0))
            return FALSE;
    }
    return (gone & AMR_MAY_READ) != 0;
}

void
ref_ask(const RefPolicy *policy, const RefProfile *profile, const AmrOracleQuestion *question,
        AmrOracleAnswer *answer)
{
    Verdicts v = {0};

    memset(answer, 0, sizeof *answer);
    if (question->klass == AMR_CLASS_FILE) {
        ask_file(policy, profile, question, answer);
        return;
    }
    if ((question->klass == AMR_CLASS_PTRACE && policy->for_3_0 && is_forgotten(profile)) ||
        (policy->abi_3_0 &&
         (question->klass == AMR_CLASS_MQUEUE || question->klass == AMR_CLASS_IO_URING ||
          question->klass == AMR_CLASS_USERNS))) {
        answer->verdict = AMR_ORACLE_UNMEDIATED;
        answer->allowed = question->rights;
        return;
    }
    if (question->klass == AMR_CLASS_CHANGE_PROFILE)
        ask_change_profile(profile, question, &v);
    else if (question->klass == AMR_CLASS_MQUEUE)
        ask_mqueue(profile, question, &v);
    else if (question->klass == AMR_CLASS_CHANGE_HAT)
        v.allow = has_hat(policy, profile, question->change_hat.hat) ? AMR_MAY_CHANGE : 0;
    else if (question->klass == AMR_CLASS_RLIMIT) {
        guint resource = question->rlimit.resource;
        if (!(profile->limits_set & (1u << resource)) ||
            question->rlimit.value <= profile->limits[resource])
            v.allow = AMR_MAY_CHANGE;
    }
    for (guint i = 0; i < profile->rules->len; i++) {
        const RefRule *rule = profile->rules->pdata[i];
        guint32 rights = is_about(rule, question->klass) ? rights_of(policy, rule, question) : 0;
        if (rights)
            count_rule(&v, rule, question->klass, rights);
    }
    answer_from(&v, question->rights, answer);
}
