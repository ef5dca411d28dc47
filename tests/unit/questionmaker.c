/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions near the rules of a policy. */
#include "config.h"

#include <linux/mount.h>
#include <string.h>

#include "tests/unit/policymaker.h"
#include "tests/unit/reference_private.h"

static gboolean
chance(GRand *random, int in)
{
    return g_rand_int_range(random, 0, in) == 0;
}

static void
drop_component(GString *text, GRand *random)
{
    char *at = strchr(text->str + g_rand_int_range(random, 0, (gint32)text->len), '/');
    char *end = at ? strchr(at + 1, '/') : NULL;

    if (at && end)
        g_string_erase(text, at - text->str, end - at);
    else if (at)
        g_string_truncate(text, (gsize)(at - text->str));
}

/* Half of them stay as they are; the rest are off by little, or hostile. */
static void
mutate(GString *text, GRand *random)
{
    gint32 at = text->len ? g_rand_int_range(random, 0, (gint32)text->len) : 0;
    static const char *const junk[] = {"\\",       "\"", "\n",         "\x1b", "\u0301", "\u202e",
                                       "\xe2\x80", "{",  "\\x41",      "@{a}", "\xff",   "**",
                                       "\001\177", "]^", "\U000E0041", "%s%n", ",/"};

    if (!text->len)
        return;
    switch (g_rand_int_range(random, 0, 18)) {
    case 0:
        text->str[at] = (char)g_rand_int_range(random, 1, 256);
        break;
    case 1:
        text->str[at] = (char)(text->str[at] ^ (1 << g_rand_int_range(random, 0, 8)));
        break;
    case 2:
        g_string_append_c(text, '/');
        break;
    case 3:
        drop_component(text, random);
        break;
    case 4:
        g_string_truncate(text, (gsize)at);
        break;
    case 5:
        g_string_insert_c(text, at, "/a*?[{\\,"[g_rand_int_range(random, 0, 8)]);
        break;
    case 6:
        g_string_erase(text, at, 1);
        break;
    case 7:
        g_string_append(text, chance(random, 2) ? "a" : "/a");
        break;
    case 8:
        g_string_insert(text, at, junk[g_rand_int_range(random, 0, G_N_ELEMENTS(junk))]);
        break;
    default:
        break;
    }
}

/* Bytes number @slot of the question: what @pattern matches, or nearly; any where it is NULL. No
 * NUL, for no name has one, and not empty. */
static AmrBytes
bytes(MadeQuestion *question, guint slot, const RefPattern *pattern, const char *any, GRand *random)
{
    g_autoptr(GString) text = pattern ? ref_pattern_sample(pattern, random) : g_string_new(any);
    gsize len;

    mutate(text, random);
    if (!text->len)
        g_string_append_c(text, '/');
    len = MIN(text->len, sizeof question->bytes[0] - 1);
    for (gsize i = 0; i < len; i++)
        question->bytes[slot][i] = text->str[i] ? text->str[i] : '0';
    question->bytes[slot][len] = '\0';
    return (AmrBytes){question->bytes[slot], len};
}

static guint32
some_of(guint32 rights, guint32 all, GRand *random)
{
    guint32 asked;

    do
        asked = (chance(random, 4) ? all : rights) & g_rand_int(random);
    while (!asked);
    return asked;
}

static void
make_file(MadeQuestion *m, GRand *random)
{
    const guint32 all = AMR_PERM_READ | AMR_PERM_WRITE | AMR_PERM_APPEND | AMR_PERM_CREATE |
                        AMR_PERM_DELETE | AMR_PERM_LOCK | AMR_PERM_MMAP_EXEC | AMR_PERM_EXEC;

    m->q.rights = some_of(m->rule->rights | (chance(random, 8) ? AMR_PERM_LINK : 0), all, random);
    m->q.file.owner = chance(random, 2);
    m->q.file.path = bytes(m, 0, m->rule->pattern[REF_PATH], "/a", random);
    if (m->q.rights & AMR_PERM_LINK) {
        const RefRule *other =
            m->profile->rules->pdata[g_rand_int_range(random, 0, (gint32)m->profile->rules->len)];
        const RefPattern *to = m->rule->pattern[REF_LINK_TARGET];
        if (!to && other->klass == AMR_CLASS_FILE)
            to = other->pattern[REF_PATH];
        m->q.rights = AMR_PERM_LINK;
        m->q.file.target = bytes(m, 1, chance(random, 4) ? NULL : to, m->bytes[0], random);
    }
}

/* A path is no address of this class: file rules decide. */
static AmrBytes
address(MadeQuestion *m, guint slot, const RefPattern *pattern, GRand *random)
{
    static const char *const ends[] = {"@ab", "none", "@a/b", "@b\001"};
    AmrBytes made = bytes(m, slot, pattern, ends[g_rand_int_range(random, 0, 4)], random);

    if (strcmp(m->bytes[slot], "none") != 0)
        m->bytes[slot][0] = '@';
    return made;
}

static void
make_socket(MadeQuestion *m, GRand *random)
{
    static const guint types[] = {1, 2, 3, 5}, families[] = {2, 10, 16, 17, 38};
    guint type = types[g_rand_int_range(random, 0, 4)];
    RefPattern *const *pattern = m->rule->pattern;
    gboolean connected = (m->q.rights & AMR_MAY_CREATE) == 0;

    if (m->rule->klass == AMR_CLASS_NETWORK) {
        guint family = m->rule->family > 1 && !chance(random, 3)
                           ? m->rule->family
                           : families[g_rand_int_range(random, 0, 5)];
        m->q.network.family = family;
        m->q.network.type = type;
        m->q.rights = some_of(m->rule->rights, m->rule->rights, random);
        return;
    }
    m->q.rights = some_of(m->rule->rights, m->rule->rights, random);
    m->q.unix_socket.type = chance(random, 4) ? type : type % 2 + 1;
    m->q.unix_socket.address = address(m, 0, pattern[REF_LOCAL], random);
    if (connected) {
        m->q.unix_socket.peer_address = address(m, 1, pattern[REF_REMOTE], random);
        m->q.unix_socket.peer = bytes(m, 2, pattern[REF_PEER], "unconfined", random);
    }
}

static void
make_message(MadeQuestion *m, GRand *random)
{
    RefPattern *const *pattern = m->rule->pattern;
    const guint32 all = AMR_MAY_SEND | AMR_MAY_RECEIVE | AMR_MAY_OWN | AMR_MAY_EAVESDROP;
    guint32 rights = some_of(m->rule->rights, all, random);

    m->q.rights = rights & AMR_MAY_OWN         ? AMR_MAY_OWN
                  : rights & AMR_MAY_EAVESDROP ? AMR_MAY_EAVESDROP
                                               : rights;
    m->q.dbus.bus = bytes(m, 0, pattern[REF_BUS], "session", random);
    m->q.dbus.name = bytes(m, 1, pattern[REF_NAME], "org.a.b", random);
    m->q.dbus.path = bytes(m, 2, pattern[REF_OBJECT], "/a/b", random);
    m->q.dbus.interface = bytes(m, 3, pattern[REF_INTERFACE], "org.a.b", random);
    m->q.dbus.member = bytes(m, 4, pattern[REF_MEMBER], "Get", random);
    m->q.dbus.peer = bytes(m, 5, pattern[REF_PEER], "unconfined", random);
}

static void
make_signal(MadeQuestion *m, GRand *random)
{
    RefPattern *peer = m->rule->pattern[REF_PEER];
    AmrBytes label = bytes(m, 0, peer, "unconfined", random);
    const guint32 all = AMR_MAY_SEND | AMR_MAY_RECEIVE | AMR_MAY_BE_TRACED | AMR_MAY_BE_READ;

    m->q.rights = some_of(m->rule->rights, m->rule->klass == AMR_CLASS_SIGNAL ? 6 : all, random);
    if (m->rule->klass == AMR_CLASS_PTRACE) {
        m->q.ptrace.peer = label;
        return;
    }
    m->q.signal.peer = label;
    do
        m->q.signal.number = (guint)g_rand_int_range(random, 1, 40);
    while (!chance(random, 9) && !(m->rule->numbers & ref_signal_bit(m->q.signal.number)));
    if (m->q.signal.number > 35)
        m->q.signal.number += 128 - 36;
    else if (m->q.signal.number > 31)
        m->q.signal.number = 35;
}

static void
make_queue(MadeQuestion *m, GRand *random)
{
    const RefRule *rule = m->rule;
    AmrOracleQuestion *q = &m->q;

    q->rights = some_of(rule->rights, rule->rights | AMR_MAY_OPEN, random);
    q->mqueue.sysv = rule->sysv && (!rule->posix || chance(random, 2));
    q->mqueue.label = bytes(m, 1, rule->pattern[REF_PEER], "unconfined", random);
    q->mqueue.name = bytes(m, 0, rule->pattern[REF_QUEUE], "/q", random);
    if (q->mqueue.sysv) {
        g_autoptr(GString) key = rule->pattern[REF_QUEUE] && !chance(random, 4)
                                     ? ref_pattern_sample(rule->pattern[REF_QUEUE], random)
                                     : g_string_new(NULL);
        if (!key->len)
            g_string_printf(key, "%u", g_rand_int(random));
        g_strlcpy(m->bytes[0], key->str, sizeof m->bytes[0]);
        q->mqueue.name.len = strlen(m->bytes[0]);
    }
}

/* What is done, and what a mount of that kind has no source or type for. */
static void
make_mount(MadeQuestion *m, GRand *random)
{
    static const guint32 flags[] = {0,
                                    MS_RDONLY,
                                    MS_RDONLY | MS_NOSUID,
                                    MS_NODEV | MS_NOEXEC,
                                    MS_NOSUID,
                                    MS_REMOUNT,
                                    MS_REMOUNT | MS_RDONLY,
                                    MS_REMOUNT | MS_BIND | MS_RDONLY,
                                    MS_BIND,
                                    MS_BIND | MS_REC,
                                    MS_MOVE,
                                    MS_PRIVATE,
                                    MS_PRIVATE | MS_REC,
                                    MS_SLAVE,
                                    MS_SHARED | MS_REC,
                                    MS_UNBINDABLE};
    const guint32 no_source = MS_REMOUNT | MS_PRIVATE | MS_SLAVE | MS_SHARED | MS_UNBINDABLE;
    RefPattern *const *pattern = m->rule->pattern;
    gboolean mount = m->rule->rights == AMR_MAY_MOUNT;
    AmrOracleQuestion *q = &m->q;
    guint32 set = flags[g_rand_int_range(random, 0, G_N_ELEMENTS(flags))];

    if (m->rule->has_flags && !chance(random, 4))
        set = m->rule->mount_flags;
    else if (m->rule->remount && !chance(random, 3))
        set = MS_REMOUNT | (chance(random, 2) ? MS_NOSUID : 0);
    q->rights = m->rule->rights;
    q->mount.point = bytes(m, 0, pattern[REF_POINT], "/mnt/a/", random);
    q->mount.source = q->mount.fstype = q->mount.data = AMR_BYTES("");
    if (!mount ? q->rights == AMR_MAY_PIVOT_ROOT : !(set & no_source))
        q->mount.source = bytes(m, 1, pattern[REF_SOURCE], "/dev/sda1", random);
    if (mount && !(set & (no_source | MS_BIND | MS_MOVE)))
        q->mount.fstype = bytes(m, 2, pattern[REF_FSTYPE], "tmpfs", random);
    q->mount.flags = mount ? set : 0;
}

/* Questions that are of no rule. */
static gboolean
make_other(MadeQuestion *m, const RefPolicy *policy, GRand *random)
{
    const RefProfile *other =
        policy->profiles->pdata[g_rand_int_range(random, 0, (gint32)policy->profiles->len)];
    const char *name = g_strrstr(other->name, "//");

    m->q.rights = AMR_MAY_CHANGE;
    if (chance(random, 2)) {
        m->q.klass = AMR_CLASS_RLIMIT;
        m->q.rlimit.resource = (guint)g_rand_int_range(random, 0, AMR_ORACLE_LIMITS);
        m->q.rlimit.value = m->profile->limits[m->q.rlimit.resource] + (chance(random, 2) ? 1 : 0);
        return TRUE;
    }
    m->q.klass = AMR_CLASS_CHANGE_HAT;
    g_snprintf(m->bytes[0], sizeof m->bytes[0], "%s%s", name ? name + 2 : other->name,
               chance(random, 5) ? "x" : "");
    m->q.change_hat.hat = (AmrBytes){m->bytes[0], strlen(m->bytes[0])};
    return TRUE;
}

gboolean
question_make(MadeQuestion *m, const RefPolicy *policy, GRand *random)
{
    guint n = policy->profiles->len;

    memset(m, 0, sizeof *m);
    if (!n)
        return FALSE;
    m->profile = policy->profiles->pdata[g_rand_int_range(random, 0, (gint32)n)];
    if (chance(random, 25) || !m->profile->rules->len)
        return make_other(m, policy, random);
    m->rule = m->profile->rules->pdata[g_rand_int_range(random, 0, (gint32)m->profile->rules->len)];
    m->q.klass = m->rule->klass;
    switch (m->rule->klass) {
    case AMR_CLASS_FILE:
        make_file(m, random);
        break;
    case AMR_CLASS_CAPABILITY:
        m->q.rights = AMR_MAY_CHANGE;
        m->q.capability.number = (guint)g_rand_int_range(random, 0, 41);
        break;
    case AMR_CLASS_NETWORK:
    case AMR_CLASS_UNIX:
        make_socket(m, random);
        break;
    case AMR_CLASS_SIGNAL:
    case AMR_CLASS_PTRACE:
        make_signal(m, random);
        break;
    case AMR_CLASS_DBUS:
        make_message(m, random);
        break;
    case AMR_CLASS_CHANGE_PROFILE:
        m->q.rights = AMR_MAY_CHANGE;
        m->q.change_profile.target = bytes(m, 0, m->rule->pattern[REF_TO], "other", random);
        if (chance(random, 3))
            m->q.change_profile.exec = bytes(m, 1, m->rule->pattern[REF_EXEC], "/a/b", random);
        break;
    case AMR_CLASS_MQUEUE:
        make_queue(m, random);
        break;
    case AMR_CLASS_MOUNT:
        make_mount(m, random);
        break;
    case AMR_CLASS_IO_URING:
        m->q.rights = chance(random, 2) ? AMR_MAY_SQPOLL : AMR_MAY_OVERRIDE_CREDS;
        if (m->q.rights == AMR_MAY_OVERRIDE_CREDS)
            m->q.io_uring.label = bytes(m, 0, m->rule->pattern[REF_PEER], "unconfined", random);
        break;
    case AMR_CLASS_USERNS:
        m->q.rights = AMR_MAY_MAKE_USERNS;
        break;
    default:
        return FALSE;
    }
    return TRUE;
}

char *
question_text(const MadeQuestion *m)
{
    GString *out = g_string_new(NULL);
    g_autofree char *rights = amr_oracle_rights_words(m->q.klass, m->q.rights);

    g_string_append_printf(out, "%s: %s %s", m->profile->name, amr_class_word(m->q.klass),
                           rights ? rights : "?");
    if (m->q.klass == AMR_CLASS_FILE)
        g_string_append(out, m->q.file.owner ? " as owner" : " as other");
    if (m->q.klass == AMR_CLASS_CAPABILITY)
        g_string_append_printf(out, " %u", m->q.capability.number);
    if (m->q.klass == AMR_CLASS_NETWORK)
        g_string_append_printf(out, " family %u type %u", m->q.network.family, m->q.network.type);
    if (m->q.klass == AMR_CLASS_UNIX)
        g_string_append_printf(out, " type %u", m->q.unix_socket.type);
    if (m->q.klass == AMR_CLASS_SIGNAL)
        g_string_append_printf(out, " %u", m->q.signal.number);
    if (m->q.klass == AMR_CLASS_MOUNT)
        g_string_append_printf(out, " flags 0x%x", m->q.mount.flags);
    if (m->q.klass == AMR_CLASS_MQUEUE)
        g_string_append(out, m->q.mqueue.sysv ? " sysv" : " posix");
    for (guint i = 0; i < G_N_ELEMENTS(m->bytes); i++) {
        g_autofree char *escaped = g_strescape(m->bytes[i], NULL);
        if (*escaped)
            g_string_append_printf(out, " [%u]=\"%s\"", i, escaped);
    }
    return g_string_free(out, FALSE);
}
