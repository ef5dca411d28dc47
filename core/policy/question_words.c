/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions of the classes whose rules have words and keys: network, unix, signal, mount, ... The
 * grammar of rules reads them; here stands what they ask. */
#include <string.h>

#include "core/base/error.h"
#include "core/policy/question_private.h"
#include "core/policy/rule_terms.h"

/* ---- values -----------------------------------------------------------------------------------
 */

/* What is wrong is said of the word in which @value stands; the first one is the keyword. */
static void
point_at(AmrQuestionReader *reader, const char *value)
{
    for (guint i = 1; i < reader->words->len; i++) {
        if (strstr(g_array_index(reader->words, AmrWord, i).text, value)) {
            reader->at = i;
            return;
        }
    }
}

static gboolean
wrong_value(AmrQuestionReader *reader, const char *value, const char *what)
{
    point_at(reader, value);
    return amr_question_wrong(reader, what);
}

/* TRUE and nothing taken where the rule does not say it. */
static gboolean
take_name(AmrQuestionReader *reader, const AmrRule *rule, AmrTerm term, AmrBytes *name)
{
    const char *value = rule->terms.value[term];
    if (!value)
        return TRUE;
    point_at(reader, value);
    return amr_question_name(reader, value, name);
}

static gboolean
take_path(AmrQuestionReader *reader, const AmrRule *rule, AmrTerm term, AmrBytes *name)
{
    const char *value = rule->terms.value[term];
    if (!value)
        return TRUE;
    point_at(reader, value);
    return amr_question_path(reader, value, name);
}

static gboolean
take_numbers(AmrQuestionReader *reader, const char *value, int (*number)(AmrBytes))
{
    g_auto(GStrv) words = g_strsplit(value ? value : "", " ", -1);
    for (char **word = words; *word; word++) {
        int n = number(amr_bytes(*word));
        if (n < 0)
            return wrong_value(reader, *word, "this word is not known");
        g_array_append_vals(reader->numbers, &n, 1);
    }
    return TRUE;
}

/* ---- network ----------------------------------------------------------------------------------
 */

static const struct {
    const char *word;
    guint type, protocol;
} protocols[] = {{"tcp", 1, 6}, {"udp", 2, 17}, {"icmp", 3, 1}};

static gboolean
take_protocol(AmrQuestionReader *reader, const char *word)
{
    for (guint i = 0; word && i < G_N_ELEMENTS(protocols); i++) {
        if (strcmp(word, protocols[i].word) != 0)
            continue;
        reader->part.network.protocol = protocols[i].protocol;
        if (!reader->numbers->len)
            g_array_append_vals(reader->numbers, &protocols[i].type, 1);
        return TRUE;
    }
    return !word || wrong_value(reader, word, "this word is not known");
}

static gboolean
take_address(AmrQuestionReader *reader, const char *ip, const char *port, AmrOracleAddress *address)
{
    guint64 number;
    if (port) {
        if (!amr_bytes_to_uint64(amr_bytes(port), &number) || number > G_MAXUINT16)
            return wrong_value(reader, port, "a port is a number up to 65535");
        address->port = (guint16)number;
        address->has_port = TRUE;
    }
    if (!ip || strcmp(ip, "none") == 0)
        return TRUE;
    g_autoptr(GInetAddress) parsed = g_inet_address_new_from_string(ip);
    if (!parsed)
        return wrong_value(reader, ip, "an address is that of one host, IPv4 or IPv6");
    address->size = (guint8)g_inet_address_get_native_size(parsed);
    memcpy(address->bytes, g_inet_address_to_bytes(parsed), address->size);
    return TRUE;
}

static gboolean
ask_network(AmrQuestionReader *reader, const AmrRule *rule)
{
    char *const *value = rule->terms.value;
    const char *family = value[AMR_TERM_FAMILY], *type = value[AMR_TERM_TYPE];
    int number = family ? amr_oracle_family(amr_bytes(family)) : -1;
    if (number >= 0) {
        reader->part.network.family = (guint)number;
        reader->any_family = FALSE;
    } else if (family) {
        /* The first word may be the type, too. */
        if (type)
            return wrong_value(reader, family, "this family is not known");
        if (!take_numbers(reader, family, amr_oracle_socket_type))
            return FALSE;
    }
    return take_numbers(reader, type, amr_oracle_socket_type) &&
           take_protocol(reader, value[AMR_TERM_PROTOCOL]) &&
           take_address(reader, value[AMR_TERM_IP], value[AMR_TERM_PORT],
                        &reader->part.network.local) &&
           take_address(reader, value[AMR_TERM_PEER_IP], value[AMR_TERM_PEER_PORT],
                        &reader->part.network.peer);
}

/* ---- those with a peer ------------------------------------------------------------------------
 */

static gboolean
ask_signal(AmrQuestionReader *reader, const AmrRule *rule)
{
    return take_numbers(reader, rule->terms.value[AMR_TERM_SET], amr_oracle_signal) &&
           take_name(reader, rule, AMR_TERM_PEER_LABEL, &reader->part.signal.peer);
}

static gboolean
ask_ptrace(AmrQuestionReader *reader, const AmrRule *rule)
{
    return take_name(reader, rule, AMR_TERM_PEER_LABEL, &reader->part.ptrace.peer);
}

static gboolean
ask_unix(AmrQuestionReader *reader, const AmrRule *rule)
{
    AmrOracleQuestion *part = &reader->part;
    const char *const *value = (const char *const *)rule->terms.value;
    if (value[AMR_TERM_LABEL] || value[AMR_TERM_PROTOCOL])
        return wrong_value(reader,
                           value[AMR_TERM_LABEL] ? value[AMR_TERM_LABEL] : value[AMR_TERM_PROTOCOL],
                           "of sockets their own label and protocol are not asked");
    return take_numbers(reader, value[AMR_TERM_TYPE], amr_oracle_socket_type) &&
           take_name(reader, rule, AMR_TERM_ADDR, &part->unix_socket.address) &&
           take_name(reader, rule, AMR_TERM_PEER_ADDR, &part->unix_socket.peer_address) &&
           take_name(reader, rule, AMR_TERM_PEER_LABEL, &part->unix_socket.peer);
}

static gboolean
ask_dbus(AmrQuestionReader *reader, const AmrRule *rule)
{
    AmrOracleQuestion *part = &reader->part;
    const char *peer = rule->terms.value[AMR_TERM_PEER_NAME];
    if (peer && rule->terms.value[AMR_TERM_NAME])
        return wrong_value(reader, peer, "a name is bound, or is a peer's");
    return take_name(reader, rule, AMR_TERM_BUS, &part->dbus.bus) &&
           take_name(reader, rule, peer ? AMR_TERM_PEER_NAME : AMR_TERM_NAME, &part->dbus.name) &&
           take_name(reader, rule, AMR_TERM_PATH, &part->dbus.path) &&
           take_name(reader, rule, AMR_TERM_INTERFACE, &part->dbus.interface) &&
           take_name(reader, rule, AMR_TERM_MEMBER, &part->dbus.member) &&
           take_name(reader, rule, AMR_TERM_PEER_LABEL, &part->dbus.peer);
}

/* ---- mount ------------------------------------------------------------------------------------
 */

/* What the kernel asks with empty strings: include/uapi/linux/mount.h; mount.c of AppArmor. */
enum {
    MOUNT_REMOUNT = 1 << 5,
    MOUNT_BIND = 1 << 12,
    MOUNT_MOVE = 1 << 13,
    MOUNT_KIND = 1 << 17 | 1 << 18 | 1 << 19 | 1 << 20,
};

static gboolean
take_flags(AmrQuestionReader *reader, const char *words)
{
    guint32 flags;
    if (!words)
        return TRUE;
    if (!amr_oracle_mount_flags(amr_bytes(words), &flags))
        return amr_question_wrong(reader, "an option of mounts that is not known");
    reader->part.mount.flags |= flags;
    return TRUE;
}

static gboolean
ask_mount(AmrQuestionReader *reader, const AmrRule *rule)
{
    AmrOracleQuestion *part = &reader->part;
    const char *fstype = rule->terms.value[AMR_TERM_FSTYPE];
    const char *target = rule->terms.value[AMR_TERM_TARGET];
    if (target)
        return wrong_value(reader, target, "which profile it leads to is not asked");
    if (fstype && strchr(fstype, ' '))
        return amr_question_wrong(reader, "one type of file system at a time");
    return take_flags(reader, rule->terms.value[AMR_TERM_OPTIONS]) &&
           take_flags(reader, rule->terms.value[AMR_TERM_OPTIONS_IN]) &&
           take_name(reader, rule, AMR_TERM_FSTYPE, &part->mount.fstype) &&
           take_name(reader, rule, AMR_TERM_SOURCE, &part->mount.source) &&
           take_path(reader, rule, AMR_TERM_OLDROOT, &part->mount.source) &&
           take_path(reader, rule, AMR_TERM_POINT, &part->mount.point);
}

static gboolean
ask_new_mount(AmrQuestionReader *reader, const AmrRule *rule)
{
    AmrOracleQuestion *part = &reader->part;
    static const char empty[] = "";
    part->mount.flags = rule->kind == AMR_RULE_REMOUNT ? MOUNT_REMOUNT : 0;
    if (!ask_mount(reader, rule))
        return FALSE;
    guint32 flags = part->mount.flags;
    if ((flags & (MOUNT_REMOUNT | MOUNT_KIND)) && !part->mount.source.data)
        part->mount.source = (AmrBytes){empty, 0};
    if (!part->mount.fstype.data &&
        (flags & (MOUNT_REMOUNT | MOUNT_KIND | MOUNT_BIND | MOUNT_MOVE)))
        part->mount.fstype = (AmrBytes){empty, 0};
    return TRUE;
}

/* ---- the rest ---------------------------------------------------------------------------------
 */

static gboolean
ask_mqueue(AmrQuestionReader *reader, const AmrRule *rule)
{
    const char *type = rule->terms.value[AMR_TERM_TYPE], *name = rule->terms.value[AMR_TERM_NAME];
    if (type && strcmp(type, "posix") != 0 && strcmp(type, "sysv") != 0)
        return wrong_value(reader, type, "a queue is one of posix or sysv");
    reader->part.mqueue.sysv = type ? strcmp(type, "sysv") == 0 : name && g_ascii_isdigit(*name);
    return take_name(reader, rule, AMR_TERM_NAME, &reader->part.mqueue.name) &&
           take_name(reader, rule, AMR_TERM_LABEL, &reader->part.mqueue.label);
}

static gboolean
ask_io_uring(AmrQuestionReader *reader, const AmrRule *rule)
{
    return take_name(reader, rule, AMR_TERM_LABEL, &reader->part.io_uring.label);
}

static gboolean
ask_userns(AmrQuestionReader *reader, const AmrRule *rule)
{
    return TRUE;
}

static gboolean
ask_change_profile(AmrQuestionReader *reader, const AmrRule *rule)
{
    AmrOracleQuestion *part = &reader->part;
    if (!rule->terms.value[AMR_TERM_TARGET])
        return amr_question_wrong(reader, "change_profile [PROGRAM] -> PROFILE");
    return take_path(reader, rule, AMR_TERM_EXEC, &part->change_profile.exec) &&
           take_name(reader, rule, AMR_TERM_TARGET, &part->change_profile.target);
}

/* A number with K, M, G behind it; nice counts down from 20, as the kernel has it. */
static gboolean
limit_value(guint resource, const char *word, guint64 *value)
{
    static const char units[] = "KMG";
    gboolean nice = g_strcmp0(amr_oracle_limit_word(resource), "nice") == 0;
    char *end;
    if (strcmp(word, "infinity") == 0) {
        *value = G_MAXUINT64;
        return TRUE;
    }
    gint64 number = g_ascii_strtoll(word, &end, 10);
    const char *unit = *end ? strchr(units, *end) : NULL;
    guint shift = unit ? 10 * (guint)(unit - units + 1) : 0;
    if (end == word || (*end && !unit) || (unit && end[1] && strcmp(end + 1, "B") != 0))
        return FALSE;
    if (nice ? number < -20 || number > 19 : number < 0 || number > (G_MAXINT64 >> shift))
        return FALSE;
    *value = nice ? (guint64)(20 - number) : (guint64)number << shift;
    return TRUE;
}

static gboolean
ask_rlimit(AmrQuestionReader *reader, const AmrRule *rule)
{
    const char *name = rule->terms.value[AMR_TERM_RESOURCE];
    const char *value = rule->terms.value[AMR_TERM_VALUE];
    int number = amr_oracle_limit(amr_bytes(name));
    if (number < 0)
        return wrong_value(reader, name, "no resource of this name");
    reader->part.rlimit.resource = (guint)number;
    return limit_value((guint)number, value, &reader->part.rlimit.value) ||
           wrong_value(reader, value, "a limit is a number, perhaps with K, M or G, or infinity");
}

/* ---- all of them ------------------------------------------------------------------------------
 */

static const struct {
    AmrRuleKind kind;
    AmrClass klass;
    guint32 rights; /* 0: those that the words say */
    gboolean (*ask)(AmrQuestionReader *reader, const AmrRule *rule);
} classes[] = {
    {AMR_RULE_NETWORK, AMR_CLASS_NETWORK, 0, ask_network},
    {AMR_RULE_SIGNAL, AMR_CLASS_SIGNAL, 0, ask_signal},
    {AMR_RULE_PTRACE, AMR_CLASS_PTRACE, 0, ask_ptrace},
    {AMR_RULE_UNIX, AMR_CLASS_UNIX, 0, ask_unix},
    {AMR_RULE_DBUS, AMR_CLASS_DBUS, 0, ask_dbus},
    {AMR_RULE_USERNS, AMR_CLASS_USERNS, 0, ask_userns},
    {AMR_RULE_MQUEUE, AMR_CLASS_MQUEUE, 0, ask_mqueue},
    {AMR_RULE_IO_URING, AMR_CLASS_IO_URING, 0, ask_io_uring},
    {AMR_RULE_MOUNT, AMR_CLASS_MOUNT, AMR_MAY_MOUNT, ask_new_mount},
    {AMR_RULE_REMOUNT, AMR_CLASS_MOUNT, AMR_MAY_MOUNT, ask_new_mount},
    {AMR_RULE_UMOUNT, AMR_CLASS_MOUNT, AMR_MAY_UMOUNT, ask_mount},
    {AMR_RULE_PIVOT_ROOT, AMR_CLASS_MOUNT, AMR_MAY_PIVOT_ROOT, ask_mount},
    {AMR_RULE_CHANGE_PROFILE, AMR_CLASS_CHANGE_PROFILE, AMR_MAY_CHANGE, ask_change_profile},
    {AMR_RULE_RLIMIT, AMR_CLASS_RLIMIT, AMR_MAY_CHANGE, ask_rlimit},
};

static gboolean
not_understood(AmrQuestionReader *reader, AmrRuleKind kind, guint failed)
{
    if (kind == AMR_RULE_RLIMIT)
        return amr_question_wrong(reader, "set rlimit NAME <= VALUE");
    reader->at += failed;
    const char *word = amr_question_peek(reader);
    return amr_question_wrong(reader, word && word[0] == '('
                                          ? "an access that this class does not know"
                                          : "this word is not understood");
}

gboolean
amr_question_keyed(AmrQuestionReader *reader, gboolean *known)
{
    const char *word = amr_question_peek(reader);
    const AmrGrammar *grammar = word ? amr_grammar_by_keyword(word) : NULL;
    guint i = 0, failed = 0;
    while (grammar && i < G_N_ELEMENTS(classes) && classes[i].kind != grammar->kind)
        i++;
    *known = grammar && i < G_N_ELEMENTS(classes);
    if (!*known)
        return FALSE;
    g_autoptr(AmrRule) rule = amr_terms_read(&g_array_index(reader->words, AmrWord, reader->at),
                                             reader->words->len - reader->at, &failed);
    if (!rule)
        return not_understood(reader, grammar->kind, failed);
    reader->part.klass = classes[i].klass;
    reader->part.rights = classes[i].rights;
    if (rule->terms.access) {
        g_autofree char *access = g_strjoinv(" ", rule->terms.access);
        if (!amr_oracle_rights(reader->part.klass, amr_bytes(access), &reader->part.rights))
            return amr_question_wrong(reader, "an access that this class does not know");
    }
    return classes[i].ask(reader, rule);
}
