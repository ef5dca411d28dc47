/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the words of one rule say, class by class (apparmor.d(5)). */
#include "config.h"

#include <string.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "tests/unit/reference_private.h"

static const Word net_rights[] = {
    {"send", AMR_MAY_SEND},
    {"receive", AMR_MAY_RECEIVE},
    {"create", AMR_MAY_CREATE},
    {"bind", AMR_MAY_BIND},
    {"connect", AMR_MAY_CONNECT},
    {"listen", AMR_MAY_LISTEN},
    {"accept", AMR_MAY_ACCEPT},
    {"setattr", AMR_MAY_SETATTR},
    {"getattr", AMR_MAY_GETATTR},
    {"setopt", AMR_MAY_SETOPT},
    {"getopt", AMR_MAY_GETOPT},
    {"shutdown", AMR_MAY_SHUTDOWN},
    {"r", AMR_MAY_RECEIVE},
    {"w", AMR_MAY_SEND},
    {"read", AMR_MAY_RECEIVE},
    {"write", AMR_MAY_SEND},
    {"rw", AMR_MAY_SEND | AMR_MAY_RECEIVE},
    {NULL, 0},
};
#define UNIX_PEER (AMR_MAY_SEND | AMR_MAY_RECEIVE | AMR_MAY_CONNECT)
#define UNIX_ALL                                                                   \
    (UNIX_PEER | AMR_MAY_ACCEPT | AMR_MAY_CREATE | AMR_MAY_BIND | AMR_MAY_LISTEN | \
     AMR_MAY_SETATTR | AMR_MAY_GETATTR | AMR_MAY_SETOPT | AMR_MAY_GETOPT | AMR_MAY_SHUTDOWN)
static const Word ptrace_rights[] = {
    {"trace", AMR_MAY_TRACE},
    {"read", AMR_MAY_READ},
    {"tracedby", AMR_MAY_BE_TRACED},
    {"readby", AMR_MAY_BE_READ},
    {"r", AMR_MAY_READ},
    {"w", AMR_MAY_TRACE},
    {"rw", AMR_MAY_READ | AMR_MAY_TRACE},
    {NULL, 0},
};
static const Word dbus_rights[] = {
    {"send", AMR_MAY_SEND},
    {"receive", AMR_MAY_RECEIVE},
    {"bind", AMR_MAY_OWN},
    {"eavesdrop", AMR_MAY_EAVESDROP},
    {"r", AMR_MAY_RECEIVE},
    {"w", AMR_MAY_SEND},
    {"read", AMR_MAY_RECEIVE},
    {"write", AMR_MAY_SEND},
    {"rw", AMR_MAY_SEND | AMR_MAY_RECEIVE},
    {NULL, 0},
};
static const Word families[] = {
    {"unix", AF_UNIX},           {"inet", AF_INET}, {"ax25", AF_AX25},   {"ipx", AF_IPX},
    {"appletalk", AF_APPLETALK}, {"x25", AF_X25},   {"inet6", AF_INET6}, {"netlink", AF_NETLINK},
    {"packet", AF_PACKET},       {"rds", AF_RDS},   {"can", AF_CAN},     {"tipc", AF_TIPC},
    {"bluetooth", AF_BLUETOOTH}, {"alg", AF_ALG},   {"vsock", AF_VSOCK}, {"xdp", AF_XDP},
    {"qipcrtr", AF_QIPCRTR},     {"key", AF_KEY},   {NULL, 0},
};
static const Word types[] = {
    {"stream", 1u << SOCK_STREAM},
    {"dgram", 1u << SOCK_DGRAM},
    {"raw", 1u << SOCK_RAW},
    {"rdm", 1u << SOCK_RDM},
    {"seqpacket", 1u << SOCK_SEQPACKET},
    {"packet", 1u << SOCK_PACKET},
    {"tcp", 1u << SOCK_STREAM},
    {"udp", 1u << SOCK_DGRAM},
    {"icmp", 1u << SOCK_RAW},
    {NULL, 0},
};
/* By number. */
static const char capabilities[] =
    "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable "
    "net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio "
    "sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time "
    "sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog "
    "wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore";
/* Of x86, by number from 1. */
static const char signals[] =
    "hup int quit ill trap abrt bus fpe kill usr1 segv usr2 pipe alrm term stkflt chld cont stop "
    "stp ttin ttou urg xcpu xfsz vtalrm prof winch io pwr sys";

gboolean
ref_put(RefRule *rule, guint at, const char *text, const RefVariables *variables, RefKind kind)
{
    if (rule->pattern[at])
        return FALSE;
    rule->pattern[at] = ref_pattern_new(text, variables, kind);
    return rule->pattern[at] != NULL;
}

/* A name that is no pattern: quotes off, octal escapes read. */
static char *
plain(const char *word)
{
    GString *out = g_string_new(NULL);

    for (; *word; word++) {
        if (*word == '\\' && word[1] >= '0' && word[1] <= '3' && word[2] && word[3]) {
            g_string_append_c(out, (char)g_ascii_strtoull((char[]){word[1], word[2], word[3], 0},
                                                          NULL, 8));
            word += 3;
        } else if (*word != '"') {
            g_string_append_c(out, *word);
        }
    }
    return g_string_free(out, FALSE);
}

/* ---- files ---------------------------------------------------------------------------------- */

static const Word exec_modes[] = {
    {"ix", AMR_EXEC_IX},
    {"px", AMR_EXEC_PX},
    {"Px", AMR_EXEC_PX_SAFE},
    {"cx", AMR_EXEC_CX},
    {"Cx", AMR_EXEC_CX_SAFE},
    {"ux", AMR_EXEC_UX},
    {"Ux", AMR_EXEC_UX_SAFE},
    {"pix", AMR_EXEC_PIX},
    {"Pix", AMR_EXEC_PIX_SAFE},
    {"cix", AMR_EXEC_CIX},
    {"Cix", AMR_EXEC_CIX_SAFE},
    {"pux", AMR_EXEC_PUX},
    {"PUx", AMR_EXEC_PUX_SAFE},
    {"cux", AMR_EXEC_CUX},
    {"CUx", AMR_EXEC_CUX_SAFE},
    {"x", AMR_EXEC_DENY_X},
    {NULL, 0},
};

static gboolean
read_mode(RefRule *rule, const char *word)
{
    static const Word letters[] = {
        {"r", AMR_PERM_READ},
        {"w", AMR_PERM_WRITE | AMR_PERM_APPEND | AMR_PERM_CREATE | AMR_PERM_DELETE},
        {"a", AMR_PERM_APPEND},
        {"l", AMR_PERM_LINK},
        {"k", AMR_PERM_LOCK},
        {"m", AMR_PERM_MMAP_EXEC},
        {NULL, 0},
    };
    guint64 value;

    for (; *word; word++) {
        g_autofree char *exec = g_strndup(word, strcspn(word, "x") + 1);
        if (ref_look_up(letters, (char[]){*word, 0}, &value)) {
            rule->rights |= (guint32)value;
        } else if (ref_look_up(exec_modes, exec, &value)) {
            rule->rights |= AMR_PERM_EXEC;
            rule->exec = (AmrExecMode)value;
            /* Which may stay in the profile maps, too. */
            rule->maps_itself = strchr(exec, 'i') && !(rule->rights & AMR_PERM_MMAP_EXEC);
            if (strchr(exec, 'i'))
                rule->rights |= AMR_PERM_MMAP_EXEC;
            word += strlen(exec) - 1;
        } else {
            return FALSE;
        }
    }
    return rule->rights != 0;
}

/* "cx -> name" is compiled to "px -> profile//name"; of a child or hat the compiler knows its own
 * name only then (tried with 3.0.8). */
static void
name_target(RefRule *rule, char *name, const RefVariables *variables)
{
    const char *parent;
    static const AmrExecMode children[][2] = {
        {AMR_EXEC_CX, AMR_EXEC_PX},   {AMR_EXEC_CX_SAFE, AMR_EXEC_PX_SAFE},
        {AMR_EXEC_CIX, AMR_EXEC_PIX}, {AMR_EXEC_CIX_SAFE, AMR_EXEC_PIX_SAFE},
        {AMR_EXEC_CUX, AMR_EXEC_PUX}, {AMR_EXEC_CUX_SAFE, AMR_EXEC_PUX_SAFE},
    };
    const GPtrArray *own = g_hash_table_lookup((GHashTable *)variables, "profile_name");

    rule->target = name;
    for (guint i = 0; own && i < G_N_ELEMENTS(children); i++) {
        if (rule->exec != children[i][0])
            continue;
        rule->exec = children[i][1];
        parent = g_strrstr(own->pdata[0], "//");
        parent = parent ? parent + 2 : own->pdata[0];
        rule->target = g_strdup_printf("%s//%s", parent, name);
        g_free(name);
        return;
    }
}

static gboolean
read_file(RefRule *rule, char **words, const RefVariables *variables)
{
    gboolean mode_first = !strchr("/\"@{", words[0][0]);
    guint n = g_strv_length(words);

    rule->klass = AMR_CLASS_FILE;
    if (n == 1 && strcmp(words[0], "file") == 0) {
        /* All: as "/{**,} rwlkmix" (as compilers 3.0 and 4.1 have it). */
        return read_mode(rule, rule->deny ? "rwlkmx" : "rwlkmix") &&
               ref_put(rule, REF_PATH, "/{**,}", variables, REF_FILE);
    }
    if (n != 2 && (n != 4 || strcmp(words[2], "->") != 0))
        return FALSE;
    if (!read_mode(rule, words[!mode_first]))
        return FALSE;
    if (n == 4)
        name_target(rule, plain(words[3]), variables);
    if (rule->rights & AMR_PERM_LINK)
        rule->pair = rule->subset = TRUE;
    return ref_put(rule, REF_PATH, words[mode_first], variables, REF_FILE);
}

static gboolean
read_link(RefRule *rule, char **words, const RefVariables *variables)
{
    rule->klass = AMR_CLASS_FILE;
    rule->rights = AMR_PERM_LINK;
    rule->pair = TRUE;
    words++;
    if (*words && strcmp(*words, "subset") == 0) {
        rule->subset = TRUE;
        words++;
    }
    return g_strv_length(words) == 3 && strcmp(words[1], "->") == 0 &&
           ref_put(rule, REF_PATH, words[0], variables, REF_FILE) &&
           ref_put(rule, REF_LINK_TARGET, words[2], variables, REF_FILE);
}

/* ---- the rest ------------------------------------------------------------------------------- */

static gboolean
read_capability(RefRule *rule, char **words)
{
    g_auto(GStrv) known = g_strsplit(capabilities, " ", -1);

    rule->klass = AMR_CLASS_CAPABILITY;
    rule->rights = AMR_MAY_CHANGE;
    if (!words[1])
        rule->numbers = (G_GUINT64_CONSTANT(1) << g_strv_length(known)) - 1;
    for (words++; *words; words++) {
        guint i = 0;
        while (known[i] && strcmp(known[i], *words) != 0)
            i++;
        if (!known[i])
            return FALSE;
        rule->numbers |= G_GUINT64_CONSTANT(1) << i;
    }
    return TRUE;
}

static gboolean
read_network(RefRule *rule, char **words)
{
    rule->klass = AMR_CLASS_NETWORK;
    rule->rights = UNIX_ALL;
    for (words++; *words; words++) {
        guint64 value;
        /* "packet" is both: a family unless one stands before it. */
        if (!rule->family && !rule->types && ref_look_up(families, *words, &value))
            rule->family = (guint32)value;
        else if (ref_look_up(types, *words, &value))
            rule->types = (guint32)value;
        else
            return FALSE;
        rule->inet_only |= strstr("tcp udp icmp", *words) != NULL;
    }
    if (!rule->types)
        rule->types = ~0u;
    return TRUE;
}

/* Numbers are those of policy: of x86, 35 to ask whether a process exists, 128 and up for real time
 * ones. */
guint64
ref_signal_bit(guint number)
{
    guint bit = number >= 128 ? number - 128 + 36 : number;

    return bit < 64 ? G_GUINT64_CONSTANT(1) << bit : 0;
}

static gboolean
read_signals(RefRule *rule, const char *text)
{
    g_auto(GStrv) known = g_strsplit(signals, " ", -1), list = ref_list_of(text);

    for (char **at = list; *at; at++) {
        guint i = 0;
        if (g_str_has_prefix(*at, "rtmin+")) {
            rule->numbers |= ref_signal_bit(128 + (guint)atoi(*at + 6));
            continue;
        }
        while (known[i] && strcmp(known[i], *at) != 0)
            i++;
        if (!known[i] && strcmp(*at, "exists") != 0)
            return FALSE;
        rule->numbers |= ref_signal_bit(known[i] ? i + 1 : 35);
    }
    return TRUE;
}

static gboolean
read_signal(RefRule *rule, char **words, const RefVariables *variables)
{
    gboolean ptrace = strcmp(words[0], "ptrace") == 0;

    rule->klass = ptrace ? AMR_CLASS_PTRACE : AMR_CLASS_SIGNAL;
    for (words++; *words; words++) {
        const char *peer = ref_value_of(*words, "peer"), *set = ref_value_of(*words, "set");
        if (peer ? !ref_put(rule, REF_PEER, peer, variables, REF_PLAIN)
            : set && !ptrace
                ? !read_signals(rule, set)
                : !ref_all_of(ptrace ? ptrace_rights : net_rights, *words, &rule->rights))
            return FALSE;
    }
    if (!rule->rights)
        rule->rights = ptrace ? AMR_MAY_TRACE | AMR_MAY_READ | AMR_MAY_BE_TRACED | AMR_MAY_BE_READ
                              : AMR_MAY_SEND | AMR_MAY_RECEIVE;
    if (!rule->numbers)
        rule->numbers = G_MAXUINT64;
    return TRUE;
}

/* "(label=a, addr=b)": its pieces, by keys of unix and dbus. */
static gboolean
read_peer(RefRule *rule, const char *text, const char *key, guint at, const RefVariables *variables)
{
    g_auto(GStrv) list = ref_list_of(text);

    for (char **one = list; *one; one++) {
        const char *label = ref_value_of(*one, "label"), *other = ref_value_of(*one, key);
        if (!label && !other)
            return FALSE;
        if (!ref_put(rule, label ? REF_PEER : at, label ? label : other, variables,
                     strcmp(key, "addr") == 0 && !label ? REF_NUL : REF_PLAIN))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_unix(RefRule *rule, char **words, const RefVariables *variables)
{
    gboolean peer_said = FALSE, local = FALSE;

    rule->klass = AMR_CLASS_UNIX;
    for (words++; *words; words++) {
        const char *peer = ref_value_of(*words, "peer"), *type = ref_value_of(*words, "type");
        const char *addr = ref_value_of(*words, "addr");
        gboolean good;
        if (peer)
            good = read_peer(rule, peer, "addr", REF_REMOTE, variables);
        else if (type)
            good = ref_all_of(types, type, &rule->types);
        else if (addr)
            good = ref_put(rule, REF_LOCAL, addr, variables, REF_NUL);
        else
            good = ref_all_of(net_rights, *words, &rule->rights);
        if (!good)
            return FALSE;
        peer_said |= peer != NULL;
        local |= addr != NULL;
    }
    /* Without a list: what its conditions can be asked for. */
    if (!rule->rights)
        rule->rights = peer_said ? UNIX_PEER : UNIX_ALL;
    if (local)
        rule->rights &= ~(guint32)AMR_MAY_CREATE;
    if (!rule->types)
        rule->types = ~0u;
    return TRUE;
}

static gboolean
read_dbus(RefRule *rule, char **words, const RefVariables *variables)
{
    static const char *const keys[] = {"bus", "name", "path", "interface", "member"};
    gboolean message = FALSE, service = FALSE;

    rule->klass = AMR_CLASS_DBUS;
    for (words++; *words; words++) {
        const char *peer = ref_value_of(*words, "peer"), *value = NULL;
        gboolean good;
        guint at = 0;
        while (!peer && at < G_N_ELEMENTS(keys) && !(value = ref_value_of(*words, keys[at])))
            at++;
        if (peer)
            good = read_peer(rule, peer, "name", REF_NAME, variables);
        else if (value)
            good = ref_put(rule, REF_BUS + at, value, variables, REF_PLAIN);
        else
            good = ref_all_of(dbus_rights, *words, &rule->rights);
        if (!good)
            return FALSE;
        message |= peer || (value && at > 1);
        service |= value && at == 1;
    }
    if (!rule->rights) {
        rule->rights = AMR_MAY_SEND | AMR_MAY_RECEIVE | AMR_MAY_OWN;
        if (message)
            rule->rights = AMR_MAY_SEND | AMR_MAY_RECEIVE;
        else if (service)
            rule->rights = AMR_MAY_OWN;
        else
            rule->rights |= AMR_MAY_EAVESDROP;
    }
    return TRUE;
}

static gboolean
read_change_profile(RefRule *rule, char **words, const RefVariables *variables)
{
    rule->klass = AMR_CLASS_CHANGE_PROFILE;
    rule->rights = AMR_MAY_CHANGE;
    for (words++; *words; words++) {
        if (strcmp(*words, "safe") == 0 || strcmp(*words, "unsafe") == 0)
            continue;
        if (strcmp(*words, "->") == 0) {
            if (!words[1] || words[2])
                return FALSE;
            return ref_put(rule, REF_TO, words[1], variables, REF_PLAIN);
        }
        if (!ref_put(rule, REF_EXEC, *words, variables, REF_PLAIN))
            return FALSE;
    }
    return TRUE;
}

gboolean
ref_read_rule(RefRule *rule, char **words, const RefVariables *variables, char **why)
{
    const char *word = words[0];
    gboolean good;

    if (strcmp(word, "capability") == 0)
        good = read_capability(rule, words);
    else if (strcmp(word, "network") == 0)
        good = read_network(rule, words);
    else if (strcmp(word, "signal") == 0 || strcmp(word, "ptrace") == 0)
        good = read_signal(rule, words, variables);
    else if (strcmp(word, "unix") == 0)
        good = read_unix(rule, words, variables);
    else if (strcmp(word, "dbus") == 0)
        good = read_dbus(rule, words, variables);
    else if (strcmp(word, "change_profile") == 0)
        good = read_change_profile(rule, words, variables);
    else if (ref_is_mount(word))
        good = ref_read_mount(rule, words, variables);
    else if (ref_is_newer(word))
        good = ref_read_newer(rule, words, variables);
    else if (strcmp(word, "link") == 0)
        good = read_link(rule, words, variables);
    else
        good = read_file(rule, words, variables);
    if (!good && !*why) {
        g_autofree char *text = g_strjoinv(" ", words);
        *why = g_strdup_printf("line %u: not understood: %s", rule->line, text);
    }
    return good;
}

void
ref_rule_free(RefRule *rule)
{
    for (guint i = 0; i < REF_PATTERNS; i++)
        ref_pattern_free(rule->pattern[i]);
    g_free(rule->target);
    g_free(rule);
}
