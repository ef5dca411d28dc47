/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions of the classes whose rules have words and keys: network, unix, signal, mount, ... */
#include <string.h>

#include "core/base/error.h"
#include "core/policy/question_private.h"

enum {
    PROTOCOL_ICMP = 1,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
};

/* ---- words and keys ----*/
/* Access words of the class: "send", "(send, receive)". TRUE and nothing taken if there are none.
 */
static gboolean
read_rights(AmrQuestionReader *reader)
{
    for (;;) {
        const char *word = amr_question_peek(reader);
        guint32 rights = 0;
        if (!word || strchr(word, '=') || word[0] == '"' || word[0] == '/')
            return TRUE;
        g_auto(GStrv) items = amr_question_items(word);
        g_autofree char *joined = g_strjoinv(" ", items);
        if (!amr_oracle_rights(reader->part.klass, amr_bytes(joined), &rights))
            return word[0] != '(' ||
                   amr_question_wrong(reader, "an access that this class does not know");
        reader->part.rights |= rights;
        reader->at++;
    }
}

typedef gboolean (*KeyReader)(AmrQuestionReader *reader, const char *word);

/* All words to the end, each by @read. */
static gboolean
read_keys(AmrQuestionReader *reader, KeyReader read)
{
    if (!read_rights(reader))
        return FALSE;
    for (; amr_question_peek(reader); reader->at++)
        if (!read(reader, amr_question_peek(reader)))
            return reader->error && *reader->error
                       ? FALSE
                       : amr_question_wrong(reader, "this word is not understood");
    return TRUE;
}

static gboolean
read_label(AmrQuestionReader *reader, const char *value, AmrBytes *label)
{
    if (value[0] != '(')
        return amr_question_name(reader, value, label);
    g_auto(GStrv) items = amr_question_items(value);
    for (char **item = items; *item; item++) {
        const char *inner = amr_question_value(*item, "label");
        if (!inner || !amr_question_name(reader, inner, label))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_protocol(AmrQuestionReader *reader, const char *word)
{
    static const struct {
        const char *word;
        guint type, protocol;
    } protocols[] = {{"tcp", 1, PROTOCOL_TCP},
                     {"udp", 2, PROTOCOL_UDP},
                     {"icmp", 3, PROTOCOL_ICMP}};
    for (guint i = 0; i < G_N_ELEMENTS(protocols); i++) {
        if (strcmp(word, protocols[i].word) != 0)
            continue;
        reader->part.network.protocol = protocols[i].protocol;
        if (!reader->numbers->len)
            g_array_append_vals(reader->numbers, &protocols[i].type, 1);
        return TRUE;
    }
    return FALSE;
}

static gboolean
read_address(AmrQuestionReader *reader, const char *key, const char *value,
             AmrOracleAddress *address)
{
    g_autoptr(GInetAddress) parsed = NULL;
    guint64 port;
    if (strcmp(key, "port") == 0) {
        if (!amr_bytes_to_uint64(amr_bytes(value), &port) || port > G_MAXUINT16)
            return amr_question_wrong(reader, "a port is a number up to 65535");
        address->port = (guint16)port;
        address->has_port = TRUE;
        return TRUE;
    }
    if (strcmp(value, "none") == 0)
        return TRUE;
    parsed = g_inet_address_new_from_string(value);
    if (!parsed)
        return amr_question_wrong(reader, "an address is that of one host, IPv4 or IPv6");
    address->size = (guint8)g_inet_address_get_native_size(parsed);
    memcpy(address->bytes, g_inet_address_to_bytes(parsed), address->size);
    return TRUE;
}

static gboolean
read_addresses(AmrQuestionReader *reader, char **items, AmrOracleAddress *address)
{
    static const char *const keys[] = {"ip", "port"};
    for (; *items; items++) {
        const char *value = NULL;
        for (guint i = 0; i < G_N_ELEMENTS(keys) && !value; i++) {
            value = amr_question_value(*items, keys[i]);
            if (value && !read_address(reader, keys[i], value, address))
                return FALSE;
        }
        if (!value)
            return FALSE;
    }
    return TRUE;
}

static gboolean
network_word(AmrQuestionReader *reader, const char *word)
{
    const char *peer = amr_question_value(word, "peer");
    int number;
    if (strchr(word, '=')) {
        g_auto(GStrv) items = amr_question_items(peer ? peer : word);
        return read_addresses(reader, items,
                              peer ? &reader->part.network.peer : &reader->part.network.local);
    }
    if (read_protocol(reader, word))
        return TRUE;
    if (reader->any_family && (number = amr_oracle_family(amr_bytes(word))) >= 0) {
        reader->part.network.family = (guint)number;
        reader->any_family = FALSE;
        return TRUE;
    }
    return amr_question_numbers(reader, word, amr_oracle_socket_type);
}

/* ---- those with a peer ------------------------------------------------------------------------
 */

static gboolean
signal_word(AmrQuestionReader *reader, const char *word)
{
    const char *value = amr_question_value(word, "set");
    if (value)
        return amr_question_numbers(reader, value, amr_oracle_signal);
    value = amr_question_value(word, "peer");
    return value && read_label(reader, value, &reader->part.signal.peer);
}

static gboolean
ptrace_word(AmrQuestionReader *reader, const char *word)
{
    const char *value = amr_question_value(word, "peer");
    return value && read_label(reader, value, &reader->part.ptrace.peer);
}

static gboolean
unix_word(AmrQuestionReader *reader, const char *word)
{
    AmrOracleQuestion *part = &reader->part;
    const char *value = amr_question_value(word, "type");
    if (value)
        return amr_question_numbers(reader, value, amr_oracle_socket_type);
    value = amr_question_value(word, "addr");
    if (value)
        return amr_question_name(reader, value, &part->unix_socket.address);
    value = amr_question_value(word, "peer");
    if (!value)
        return FALSE;
    g_auto(GStrv) items = amr_question_items(value);
    for (char **item = items; *item; item++) {
        const char *addr = amr_question_value(*item, "addr"),
                   *label = amr_question_value(*item, "label");
        if (addr ? !amr_question_name(reader, addr, &part->unix_socket.peer_address)
                 : !label || !amr_question_name(reader, label, &part->unix_socket.peer))
            return FALSE;
    }
    return TRUE;
}

static gboolean
dbus_word(AmrQuestionReader *reader, const char *word)
{
    AmrQuestionName names[AMR_QUESTION_NAMES];
    guint n = amr_question_names(&reader->part, names);
    const char *peer = amr_question_value(word, "peer");
    if (!peer) {
        for (guint i = 0; i < n; i++) {
            const char *value = amr_question_value(word, names[i].key);
            if (value)
                return amr_question_name(reader, value, names[i].value);
        }
        return FALSE;
    }
    if (peer[0] != '(')
        return amr_question_name(reader, peer, &reader->part.dbus.peer);
    g_auto(GStrv) items = amr_question_items(peer);
    for (char **item = items; *item; item++) {
        const char *name = amr_question_value(*item, "name"),
                   *label = amr_question_value(*item, "label");
        if (name ? !amr_question_name(reader, name, &reader->part.dbus.name)
                 : !label || !amr_question_name(reader, label, &reader->part.dbus.peer))
            return FALSE;
    }
    return TRUE;
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
read_flags(AmrQuestionReader *reader, const char *value)
{
    g_auto(GStrv) items = amr_question_items(value);
    g_autofree char *joined = g_strjoinv(" ", items);
    guint32 flags;
    if (!amr_oracle_mount_flags(amr_bytes(joined), &flags))
        return amr_question_wrong(reader, "an option of mounts that is not known");
    reader->part.mount.flags |= flags;
    return TRUE;
}

static gboolean
mount_word(AmrQuestionReader *reader, const char *word)
{
    AmrOracleQuestion *part = &reader->part;
    const char *value = amr_question_value(word, "fstype");
    value = value ? value : amr_question_value(word, "vfstype");
    if (value) {
        g_auto(GStrv) items = amr_question_items(value);
        return items[0] && !items[1] && amr_question_name(reader, items[0], &part->mount.fstype);
    }
    value = amr_question_value(word, "options");
    if (value)
        return read_flags(reader, value);
    if (strcmp(word, "options") == 0 || strcmp(word, "in") == 0)
        return TRUE;
    if (word[0] == '(')
        return read_flags(reader, word);
    value = amr_question_value(word, "oldroot");
    if (value)
        return amr_question_path(reader, value, &part->mount.source);
    if (strcmp(word, "->") == 0) {
        reader->at++;
        return amr_question_peek(reader) &&
               amr_question_path(reader, amr_question_peek(reader), &part->mount.point);
    }
    gboolean source = part->rights == AMR_MAY_MOUNT && !(part->mount.flags & MOUNT_REMOUNT);
    AmrBytes *name = source ? &part->mount.source : &part->mount.point;
    return !name->data &&
           (source ? amr_question_name(reader, word, name) : amr_question_path(reader, word, name));
}

static gboolean
read_mount(AmrQuestionReader *reader, guint32 right)
{
    AmrOracleQuestion *part = &reader->part;
    static const char empty[] = "";
    part->klass = AMR_CLASS_MOUNT;
    part->rights = right;
    for (; amr_question_peek(reader); reader->at++)
        if (!mount_word(reader, amr_question_peek(reader)))
            return (reader->error && *reader->error)
                       ? FALSE
                       : amr_question_wrong(reader, "this word is not understood");
    guint32 flags = part->mount.flags;
    if (right == AMR_MAY_MOUNT && (flags & (MOUNT_REMOUNT | MOUNT_KIND)) &&
        !part->mount.source.data)
        part->mount.source = (AmrBytes){empty, 0};
    if (right == AMR_MAY_MOUNT && !part->mount.fstype.data &&
        (flags & (MOUNT_REMOUNT | MOUNT_KIND | MOUNT_BIND | MOUNT_MOVE)))
        part->mount.fstype = (AmrBytes){empty, 0};
    return TRUE;
}

/* ---- the rest ---------------------------------------------------------------------------------
 */

static gboolean
mqueue_word(AmrQuestionReader *reader, const char *word)
{
    const char *type = amr_question_value(word, "type"), *label = amr_question_value(word, "label");
    if (label)
        return amr_question_name(reader, label, &reader->part.mqueue.label);
    if (type && strcmp(type, "posix") != 0 && strcmp(type, "sysv") != 0)
        return FALSE;
    if (type) {
        reader->part.mqueue.sysv = strcmp(type, "sysv") == 0;
        return TRUE;
    }
    if (g_ascii_isdigit(word[0]))
        reader->part.mqueue.sysv = TRUE;
    return !reader->part.mqueue.name.data &&
           amr_question_name(reader, word, &reader->part.mqueue.name);
}

static gboolean
io_uring_word(AmrQuestionReader *reader, const char *word)
{
    const char *label = amr_question_value(word, "label");
    return label && amr_question_name(reader, label, &reader->part.io_uring.label);
}

static gboolean
no_word(AmrQuestionReader *reader, const char *word)
{
    return FALSE;
}

gboolean
amr_question_keyed(AmrQuestionReader *reader, gboolean *known)
{
    static const struct {
        const char *word;
        AmrClass klass;
        KeyReader read;
    } classes[] = {
        {"network", AMR_CLASS_NETWORK, network_word},
        {"signal", AMR_CLASS_SIGNAL, signal_word},
        {"ptrace", AMR_CLASS_PTRACE, ptrace_word},
        {"unix", AMR_CLASS_UNIX, unix_word},
        {"dbus", AMR_CLASS_DBUS, dbus_word},
        {"userns", AMR_CLASS_USERNS, no_word},
        {"mqueue", AMR_CLASS_MQUEUE, mqueue_word},
        {"io_uring", AMR_CLASS_IO_URING, io_uring_word},
    };
    for (guint i = 0; i < G_N_ELEMENTS(classes); i++) {
        if (amr_question_accept(reader, classes[i].word)) {
            reader->part.klass = classes[i].klass;
            return read_keys(reader, classes[i].read);
        }
    }
    if (amr_question_accept(reader, "mount"))
        return read_mount(reader, AMR_MAY_MOUNT);
    if (amr_question_accept(reader, "remount")) {
        reader->part.mount.flags = MOUNT_REMOUNT;
        return read_mount(reader, AMR_MAY_MOUNT);
    }
    if (amr_question_accept(reader, "umount") || amr_question_accept(reader, "unmount"))
        return read_mount(reader, AMR_MAY_UMOUNT);
    if (amr_question_accept(reader, "pivot_root"))
        return read_mount(reader, AMR_MAY_PIVOT_ROOT);
    *known = FALSE;
    return FALSE;
}
