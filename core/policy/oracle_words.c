/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words of rules and records for the numbers of compiled policy. Sources: Linux 6.12
 * include/uapi/linux/capability.h, include/linux/socket.h, net.h, security/apparmor/include/
 * sig_names.h and net.c (net_mask_names); apparmor_parser 4.1 network.cc, signal.cc, mount.cc.
 */
#include <string.h>

#include "core/policy/oracle.h"

static const char *const capabilities[] = {
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
};

static const char *const families[] = {
    "unspec",  "unix",    "inet",    "ax25",   "ipx",        "appletalk", "netrom",   "bridge",
    "atmpvc",  "x25",     "inet6",   "rose",   "decnet",     "netbeui",   "security", "key",
    "netlink", "packet",  "ash",     "econet", "atmsvc",     "rds",       "sna",      "irda",
    "pppox",   "wanpipe", "llc",     "ib",     "mpls",       "can",       "tipc",     "bluetooth",
    "iucv",    "rxrpc",   "isdn",    "phonet", "ieee802154", "caif",      "alg",      "nfc",
    "vsock",   "kcm",     "qipcrtr", "smc",    "xdp",        "mctp",
};

static const char *const socket_types[] = {
    NULL, "stream", "dgram", "raw", "rdm", "seqpacket", "dccp", NULL, NULL, NULL, "packet",
};

static const char *const limits[] = {
    "cpu",     "fsize", "data",  "stack",      "core",     "rss",  "nproc",  "nofile",
    "memlock", "as",    "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime",
};

/* Numbers of the machine, the same for all architectures. */
static const char *const signals[] = {
    NULL,   "hup",   "int",  "quit", "ill",  "trap", "abrt", "bus",    "fpe",
    "kill", "usr1",  "segv", "usr2", "pipe", "alrm", "term", "stkflt", "chld",
    "cont", "stop",  "stp",  "ttin", "ttou", "urg",  "xcpu", "xfsz",   "vtalrm",
    "prof", "winch", "io",   "pwr",  "sys",  "emt",  "lost", NULL,     "exists",
};
enum {
    SIGNAL_REALTIME = 128,
    SIGNAL_REALTIME_COUNT = 33
};

static const struct {
    AmrClass klass;
    guint32 bit;
    const char *word;
} rights[] = {
    {AMR_CLASS_CAPABILITY, AMR_MAY_CHANGE, "use"},
    {AMR_CLASS_NETWORK, AMR_MAY_SEND, "send"},
    {AMR_CLASS_NETWORK, AMR_MAY_RECEIVE, "receive"},
    {AMR_CLASS_NETWORK, AMR_MAY_CREATE, "create"},
    {AMR_CLASS_NETWORK, AMR_MAY_SHUTDOWN, "shutdown"},
    {AMR_CLASS_NETWORK, AMR_MAY_CONNECT, "connect"},
    {AMR_CLASS_NETWORK, AMR_MAY_SETATTR, "setattr"},
    {AMR_CLASS_NETWORK, AMR_MAY_GETATTR, "getattr"},
    {AMR_CLASS_NETWORK, AMR_MAY_ACCEPT, "accept"},
    {AMR_CLASS_NETWORK, AMR_MAY_BIND, "bind"},
    {AMR_CLASS_NETWORK, AMR_MAY_LISTEN, "listen"},
    {AMR_CLASS_NETWORK, AMR_MAY_SETOPT, "setopt"},
    {AMR_CLASS_NETWORK, AMR_MAY_GETOPT, "getopt"},
    {AMR_CLASS_NETWORK, AMR_MAY_SEND, "write"}, /* from here on what is read, not written */
    {AMR_CLASS_NETWORK, AMR_MAY_RECEIVE, "read"},
    {AMR_CLASS_NETWORK, AMR_MAY_SEND, "w"},
    {AMR_CLASS_NETWORK, AMR_MAY_RECEIVE, "r"},
    {AMR_CLASS_NETWORK, AMR_MAY_SEND | AMR_MAY_RECEIVE, "rw"},
    {AMR_CLASS_NETWORK, AMR_MAY_SEND | AMR_MAY_RECEIVE, "wr"},
    {AMR_CLASS_SIGNAL, AMR_MAY_SEND, "send"},
    {AMR_CLASS_SIGNAL, AMR_MAY_RECEIVE, "receive"},
    {AMR_CLASS_SIGNAL, AMR_MAY_SEND, "write"},
    {AMR_CLASS_SIGNAL, AMR_MAY_RECEIVE, "read"},
    {AMR_CLASS_SIGNAL, AMR_MAY_SEND, "w"},
    {AMR_CLASS_SIGNAL, AMR_MAY_RECEIVE, "r"},
    {AMR_CLASS_PTRACE, AMR_MAY_TRACE, "trace"},
    {AMR_CLASS_PTRACE, AMR_MAY_READ, "read"},
    {AMR_CLASS_PTRACE, AMR_MAY_BE_TRACED, "tracedby"},
    {AMR_CLASS_PTRACE, AMR_MAY_BE_READ, "readby"},
    {AMR_CLASS_MOUNT, AMR_MAY_MOUNT, "mount"},
    {AMR_CLASS_MOUNT, AMR_MAY_UMOUNT, "umount"},
    {AMR_CLASS_MOUNT, AMR_MAY_PIVOT_ROOT, "pivot_root"},
    {AMR_CLASS_MOUNT, AMR_MAY_MOUNT, "remount"},
    {AMR_CLASS_MOUNT, AMR_MAY_PIVOT_ROOT, "pivotroot"},
    {AMR_CLASS_DBUS, AMR_MAY_SEND, "send"},
    {AMR_CLASS_DBUS, AMR_MAY_RECEIVE, "receive"},
    {AMR_CLASS_DBUS, AMR_MAY_EAVESDROP, "eavesdrop"},
    {AMR_CLASS_DBUS, AMR_MAY_OWN, "bind"},
    {AMR_CLASS_DBUS, AMR_MAY_OWN, "acquire"},
    {AMR_CLASS_CHANGE_PROFILE, AMR_MAY_CHANGE, "change_profile"},
    {AMR_CLASS_CHANGE_HAT, AMR_MAY_CHANGE, "change_hat"},
    {AMR_CLASS_RLIMIT, AMR_MAY_CHANGE, "set"},
    {AMR_CLASS_USERNS, AMR_MAY_MAKE_USERNS, "create"},
    {AMR_CLASS_USERNS, AMR_MAY_MAKE_USERNS, "userns_create"},
    {AMR_CLASS_MQUEUE, AMR_MAY_MQ_WRITE, "write"},
    {AMR_CLASS_MQUEUE, AMR_MAY_MQ_READ, "read"},
    {AMR_CLASS_MQUEUE, AMR_MAY_CREATE, "create"},
    {AMR_CLASS_MQUEUE, AMR_MAY_DELETE, "delete"},
    {AMR_CLASS_MQUEUE, AMR_MAY_OPEN, "open"},
    {AMR_CLASS_MQUEUE, AMR_MAY_SETATTR, "setattr"},
    {AMR_CLASS_MQUEUE, AMR_MAY_GETATTR, "getattr"},
    {AMR_CLASS_MQUEUE, AMR_MAY_MQ_WRITE, "w"},
    {AMR_CLASS_MQUEUE, AMR_MAY_MQ_READ, "r"},
    {AMR_CLASS_IO_URING, AMR_MAY_OVERRIDE_CREDS, "override_creds"},
    {AMR_CLASS_IO_URING, AMR_MAY_SQPOLL, "sqpoll"},
};

/* MS_* of mount(2), in the order that the kernel logs them; the first word of a flag is written. */
static const struct {
    const char *word;
    guint32 set;
} mount_flags[] = {
    {"ro", 1u << 0},
    {"rw", 0},
    {"nosuid", 1u << 1},
    {"suid", 0},
    {"nodev", 1u << 2},
    {"dev", 0},
    {"noexec", 1u << 3},
    {"exec", 0},
    {"sync", 1u << 4},
    {"async", 0},
    {"remount", 1u << 5},
    {"mand", 1u << 6},
    {"nomand", 0},
    {"dirsync", 1u << 7},
    {"nosymfollow", 1u << 8},
    {"symfollow", 0},
    {"noatime", 1u << 10},
    {"atime", 0},
    {"nodiratime", 1u << 11},
    {"diratime", 0},
    {"rbind", 1u << 12 | 1u << 14},
    {"bind", 1u << 12},
    {"move", 1u << 13},
    {"silent", 1u << 15},
    {"verbose", 1u << 15},
    {"loud", 0},
    {"acl", 1u << 16},
    {"noacl", 0},
    {"runbindable", 1u << 17 | 1u << 14},
    {"unbindable", 1u << 17},
    {"rprivate", 1u << 18 | 1u << 14},
    {"private", 1u << 18},
    {"rslave", 1u << 19 | 1u << 14},
    {"slave", 1u << 19},
    {"rshared", 1u << 20 | 1u << 14},
    {"shared", 1u << 20},
    {"make-runbindable", 1u << 17 | 1u << 14},
    {"make-unbindable", 1u << 17},
    {"make-rprivate", 1u << 18 | 1u << 14},
    {"make-private", 1u << 18},
    {"make-rslave", 1u << 19 | 1u << 14},
    {"make-slave", 1u << 19},
    {"make-rshared", 1u << 20 | 1u << 14},
    {"make-shared", 1u << 20},
    {"R", 1u << 12 | 1u << 14},
    {"B", 1u << 12},
    {"M", 1u << 13},
    {"relatime", 1u << 21},
    {"norelatime", 0},
    {"iversion", 1u << 23},
    {"noiversion", 0},
    {"strictatime", 1u << 24},
    {"lazytime", 1u << 25},
    {"nolazytime", 0},
    {"nouser", 1u << 31},
    {"user", 0},
};

static int
number_of(const char *const *words, guint n, AmrBytes name)
{
    guint64 number;
    for (guint i = 0; i < n; i++)
        if (words[i] && amr_bytes_is(name, words[i]))
            return (int)i;
    return amr_bytes_to_uint64(name, &number) && number < 65536 ? (int)number : -1;
}

static const char *
word_of(const char *const *words, guint n, guint number)
{
    return number < n ? words[number] : NULL;
}

int
amr_oracle_capability(AmrBytes name)
{
    char lower[32];
    if (name.len > 4 && g_ascii_strncasecmp(name.data, "cap_", 4) == 0)
        name = (AmrBytes){name.data + 4, name.len - 4};
    if (name.len > sizeof lower)
        return -1;
    for (gsize i = 0; i < name.len; i++)
        lower[i] = g_ascii_tolower(name.data[i]);
    int number = number_of(capabilities, G_N_ELEMENTS(capabilities), (AmrBytes){lower, name.len});
    return number < 64 ? number : -1;
}

int
amr_oracle_family(AmrBytes name)
{
    return number_of(families, G_N_ELEMENTS(families), name);
}

int
amr_oracle_socket_type(AmrBytes name)
{
    return number_of(socket_types, G_N_ELEMENTS(socket_types), name);
}

int
amr_oracle_limit(AmrBytes name)
{
    int number = number_of(limits, G_N_ELEMENTS(limits), name);
    return number < AMR_ORACLE_LIMITS ? number : -1;
}

int
amr_oracle_signal(AmrBytes name)
{
    guint64 number;
    if (name.len > 6 && memcmp(name.data, "rtmin+", 6) == 0) {
        AmrBytes rest = {name.data + 6, name.len - 6};
        return amr_bytes_to_uint64(rest, &number) && number < SIGNAL_REALTIME_COUNT
                   ? SIGNAL_REALTIME + (int)number
                   : -1;
    }
    int signal = number_of(signals, G_N_ELEMENTS(signals), name);
    return signal < 256 ? signal : -1;
}

const char *
amr_oracle_capability_word(guint number)
{
    return word_of(capabilities, G_N_ELEMENTS(capabilities), number);
}

const char *
amr_oracle_family_word(guint number)
{
    return word_of(families, G_N_ELEMENTS(families), number);
}

const char *
amr_oracle_socket_type_word(guint number)
{
    return word_of(socket_types, G_N_ELEMENTS(socket_types), number);
}

const char *
amr_oracle_limit_word(guint number)
{
    return word_of(limits, G_N_ELEMENTS(limits), number);
}

const char *
amr_oracle_signal_word(guint number, char *buffer)
{
    if (number >= SIGNAL_REALTIME && number < SIGNAL_REALTIME + SIGNAL_REALTIME_COUNT) {
        g_snprintf(buffer, 16, "rtmin+%u", number - SIGNAL_REALTIME);
        return buffer;
    }
    return word_of(signals, G_N_ELEMENTS(signals), number);
}

/* ---- rights ------------------------------------------------------------------------------ */

/* Sockets of both kinds have the same rights. */
static gboolean
same_class(AmrClass a, AmrClass b)
{
    return a == b || (a == AMR_CLASS_NETWORK && b == AMR_CLASS_UNIX);
}

static gboolean
is_separator(char c)
{
    return c == ' ' || c == ',' || c == '\t';
}

/* The next word of @rest; FALSE at the end. */
static gboolean
next_word(AmrBytes *rest, AmrBytes *word)
{
    gsize begin = 0, end;
    while (begin < rest->len && is_separator(rest->data[begin]))
        begin++;
    for (end = begin; end < rest->len && !is_separator(rest->data[end]);)
        end++;
    if (begin == end)
        return FALSE;
    *word = (AmrBytes){rest->data + begin, end - begin};
    *rest = (AmrBytes){rest->data + end, rest->len - end};
    return TRUE;
}

const char *
amr_oracle_right_word(AmrClass klass, guint32 bit)
{
    if (klass == AMR_CLASS_FILE) {
        static const char *const letters[] = {"r", "w", "a", "c", "d", "l", "k", "m", "x"};
        for (guint i = 0; i < G_N_ELEMENTS(letters); i++)
            if (bit == 1u << i)
                return letters[i];
        return NULL;
    }
    for (guint i = 0; i < G_N_ELEMENTS(rights); i++)
        if (same_class(rights[i].klass, klass) && rights[i].bit == bit)
            return rights[i].word;
    return NULL;
}

gboolean
amr_oracle_rights(AmrClass klass, AmrBytes words, guint32 *result)
{
    AmrBytes word;
    guint32 set = 0;
    if (klass == AMR_CLASS_FILE) {
        gboolean owner;
        set = amr_perms_from_mask(words, &owner);
        *result = set;
        return !(set & (guint32)AMR_PERM_OTHER);
    }
    while (next_word(&words, &word)) {
        guint i;
        for (i = 0; i < G_N_ELEMENTS(rights); i++)
            if (same_class(rights[i].klass, klass) && amr_bytes_is(word, rights[i].word))
                break;
        if (i == G_N_ELEMENTS(rights))
            return FALSE;
        set |= rights[i].bit;
    }
    *result = set;
    return TRUE;
}

char *
amr_oracle_rights_words(AmrClass klass, guint32 set)
{
    if (klass == AMR_CLASS_FILE)
        return amr_perms_to_mask(set);
    GString *words = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rights); i++) {
        if (!same_class(rights[i].klass, klass) || (set & rights[i].bit) != rights[i].bit)
            continue;
        g_string_append_printf(words, "%s%s", words->len ? " " : "", rights[i].word);
        set &= ~rights[i].bit;
    }
    return g_string_free(words, FALSE);
}

/* ---- mount flags ------------------------------------------------------------------------- */

gboolean
amr_oracle_mount_flags(AmrBytes words, guint32 *flags)
{
    AmrBytes word;
    guint32 set = 0;
    while (next_word(&words, &word)) {
        guint i;
        for (i = 0; i < G_N_ELEMENTS(mount_flags); i++)
            if (amr_bytes_is(word, mount_flags[i].word))
                break;
        if (i == G_N_ELEMENTS(mount_flags))
            return FALSE;
        set |= mount_flags[i].set;
    }
    *flags = set;
    return TRUE;
}

char *
amr_oracle_mount_flags_words(guint32 flags)
{
    GString *words = g_string_new(flags & 1 ? NULL : "rw");
    for (guint i = 0; i < G_N_ELEMENTS(mount_flags); i++) {
        if (!mount_flags[i].set || (flags & mount_flags[i].set) != mount_flags[i].set)
            continue;
        g_string_append_printf(words, "%s%s", words->len ? ", " : "", mount_flags[i].word);
        flags &= ~mount_flags[i].set;
    }
    return g_string_free(words, FALSE);
}
