/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "tests/unit/policymaker.h"

#define PICK(random, list) ((list)[g_rand_int_range((random), 0, G_N_ELEMENTS(list))])

static gboolean
chance(GRand *random, int in)
{
    return g_rand_int_range(random, 0, in) == 0;
}

/* Few names, so that rules meet. */
static const char *const words[] = {"a",    "b",   "ab",  "abc", "lib", "data", "x.so",
                                    "conf", "log", "run", "1",   "42",  "é",    "a-b"};
static const char *const odd_words[] = {"\\052x", "a\\*", "q\\?",       "\\173b", "sp\\040ace",
                                        "a\\,b",  "\\[c", "\\303\\251", "c=d"};
static const char *const globs[] = {"*",           "a*",      "*b",     "**",     "a**",
                                    "?",           "a?",      "[ab]",   "[a-c]x", "[^a]*",
                                    "x[^0-9]",     "{a,b}",   "{a,ab}", "{,a}b",  "l{ib,og}",
                                    "{a,{b,ab}c}", "*.so",    "**/a",   "{a,b}*", "{*,x}",
                                    "{a/b,c}",     "{**/,}a", "***"};
static const char *const variables[] = {"@{ONE}", "@{MANY}", "@{DEEP}", "@{ONE}x", "a@{MANY}"};

static const char *
part(GRand *random)
{
    switch (g_rand_int_range(random, 0, 10)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
        return PICK(random, words);
    case 5:
        return PICK(random, odd_words);
    case 6:
        return PICK(random, variables);
    default:
        return PICK(random, globs);
    }
}

static char *
path(GRand *random)
{
    static const char *const roots[] = {"/",        "/",        "/srv",    "/a",
                                        "@{DIRS}",  "@{DIRS}/", "@{HOME}", "/@{HOME}",
                                        "/@{SOLO}", "@{SOLO}/", "/@{ONE}/"};
    GString *out = g_string_new(PICK(random, roots));
    gboolean quoted = chance(random, 6);

    for (int n = g_rand_int_range(random, 1, 4); n > 0; n--) {
        if (out->str[out->len - 1] != '/' || chance(random, 15))
            g_string_append_c(out, '/');
        g_string_append(out, part(random));
    }
    if (chance(random, 5))
        g_string_append(out, chance(random, 2) ? "/" : "{,/}");
    if (quoted) {
        g_string_append(out, chance(random, 2) ? " q" : ",");
        g_string_prepend_c(out, '"');
        g_string_append_c(out, '"');
    }
    return g_string_free(out, FALSE);
}

static char *
label(GRand *random)
{
    static const char *const labels[] = {"unconfined", "p",      "p//child", "a*",   "**",
                                         "/usr/bin/*", "{a,b}c", "p//*",     "[ab]c"};
    return chance(random, 3) ? path(random) : g_strdup(PICK(random, labels));
}

static const char *
prefix(GRand *random)
{
    static const char *const prefixes[] = {"",       "", "", "", "deny ", "audit ", "audit deny ",
                                           "allow ", ""};
    return PICK(random, prefixes);
}

/* ---- rules ---------------------------------------------------------------------------------- */

typedef struct {
    GRand *random;
    GString *out;
    guint depth;           /* 0: the profile itself */
    const char *glob_exec; /* the one way to execute what a glob names */
    guint execs;
    gboolean newer;   /* classes of 4.0 and later too */
    gboolean changes; /* there is a rule of change_profile */
} Maker;

static void
make_file(Maker *m)
{
    static const char *const modes[] = {"r", "w",    "rw", "a",  "rk", "m", "mr",
                                        "l", "rwlk", "k",  "rl", "wl", "ra"};
    g_autofree char *name = path(m->random), *target = path(m->random);
    const char *owner = chance(m->random, 4) ? "owner " : "", *mode = PICK(m->random, modes);

    if (chance(m->random, 12))
        g_string_append_printf(m->out, "%s%slink %s%s -> %s,\n", prefix(m->random), owner,
                               chance(m->random, 2) ? "subset " : "", name, target);
    else if (chance(m->random, 8))
        g_string_append_printf(m->out, "%s%sfile %s %s,\n", prefix(m->random), owner, mode, name);
    else
        g_string_append_printf(m->out, "%s%s%s %s,\n", prefix(m->random), owner, name, mode);
}

/* Names without globs may each execute their own way, over what a glob says. */
static void
make_exec(Maker *m)
{
    static const char *const modes[] = {"ix", "px",  "Px",  "ux",  "Ux",  "pix", "Pix", "cx",
                                        "Cx", "cix", "Cix", "pux", "PUx", "cux", "CUx"};
    static const char *const named[] = {"px", "Px", "cx", "Cx", "pix", "Cix", "PUx"};
    const char *owner = chance(m->random, 8) ? "owner " : "";
    const char *read = chance(m->random, 2) ? "m" : "", *mode;

    if (chance(m->random, 4)) {
        g_autofree char *name = path(m->random);
        g_string_append_printf(m->out, "%sdeny %s x,\n", chance(m->random, 3) ? "audit " : "",
                               name);
    } else if (chance(m->random, 3)) {
        g_string_append_printf(m->out, "%s%s*x* %sr%s,\n", owner, "/a/", read, m->glob_exec);
        g_string_append_printf(m->out, "%s/ex/%s %sr%s,\n", owner, PICK(m->random, globs), read,
                               m->glob_exec);
    } else if (chance(m->random, 3)) {
        mode = PICK(m->random, named);
        g_string_append_printf(m->out, "/ex/a%u r%s -> %s,\n", m->execs++, mode,
                               chance(m->random, 2) ? "child" : "\"other one\"");
    } else {
        mode = PICK(m->random, modes);
        g_string_append_printf(m->out, "%s/ex/a%u{,b} %sr%s,\n", owner, m->execs++, read, mode);
    }
}

static void
make_network(Maker *m)
{
    static const char *const rules[] = {"network inet",        "network inet stream",
                                        "network inet6 dgram", "network netlink raw",
                                        "network stream",      "network raw",
                                        "network packet",      "network inet tcp",
                                        "network unix dgram",  "network inet6",
                                        "network udp",         "network"};
    g_string_append_printf(m->out, "%s%s,\n", prefix(m->random), PICK(m->random, rules));
}

static void
make_capability(Maker *m)
{
    static const char *const rules[] = {"chown", "kill sys_admin", "net_admin", "setuid setgid",
                                        "bpf",   "syslog",         "mac_admin", "dac_override"};
    if (chance(m->random, 30))
        g_string_append_printf(m->out, "%scapability,\n", prefix(m->random));
    else
        g_string_append_printf(m->out, "%scapability %s,\n", prefix(m->random),
                               PICK(m->random, rules));
}

static void
make_peer(Maker *m)
{
    static const char *const signals[] = {"", "send", "receive", "(send, receive)"};
    static const char *const sets[] = {"", " set=(hup)", " set=(term, kill)", " set=exists",
                                       " set=(rtmin+3 usr1)"};
    static const char *const traces[] = {"",         "trace",
                                         "read",     "(read, readby)",
                                         "tracedby", "(trace, tracedby)"};
    g_autofree char *peer = label(m->random);
    gboolean named = !chance(m->random, 3);

    if (chance(m->random, 2))
        g_string_append_printf(m->out, "%ssignal %s%s%s%s,\n", prefix(m->random),
                               PICK(m->random, signals), PICK(m->random, sets),
                               named ? " peer=" : "", named ? peer : "");
    else
        g_string_append_printf(m->out, "%sptrace %s%s%s,\n", prefix(m->random),
                               PICK(m->random, traces), named ? " peer=" : "", named ? peer : "");
}

static void
make_unix(Maker *m)
{
    static const char *const local[] = {"",       "(create, bind)",      "(getopt setopt)",
                                        "listen", "(getattr, shutdown)", "(create)"};
    static const char *const peer[] = {"", "send", "(send receive)", "(connect, receive)"};
    static const char *const kinds[] = {"", " type=stream", " type=dgram"};
    static const char *const ends[] = {"@a*", "@ab", "none", "@a?b", "@{a,b}*", "@x/*b"};
    g_autofree char *who = label(m->random);
    GString *out = m->out;

    g_string_append_printf(out, "%sunix ", prefix(m->random));
    if (chance(m->random, 2)) {
        g_string_append_printf(out, "%s%s,\n", PICK(m->random, local), PICK(m->random, kinds));
        return;
    }
    g_string_append_printf(out, "%s%s", PICK(m->random, peer), PICK(m->random, kinds));
    if (chance(m->random, 3))
        g_string_append_printf(out, " addr=\"%s\"", PICK(m->random, ends));
    if (chance(m->random, 2))
        g_string_append_printf(out, " peer=(label=%s)", who);
    else
        g_string_append_printf(out, " peer=(addr=\"%s\", label=%s)", PICK(m->random, ends), who);
    g_string_append(out, ",\n");
}

static void
make_dbus(Maker *m)
{
    static const char *const rules[] = {
        "",
        "bus=session",
        "send bus=system",
        "(send, receive) bus=session path=/a/b",
        "send bus=session path=/a/** interface=org.a.* member={Get,Set}*",
        "receive bus=system interface=org.a.b",
        "bind bus=session name=org.a.*",
        "bind bus=system name=org.b",
        "eavesdrop bus=session",
        "send bus=session peer=(name=org.a.b)",
        "receive peer=(label=p//*)",
        "send bus=session path=/a peer=(name=org.a.b, label=unconfined)",
    };
    g_string_append_printf(m->out, "%sdbus %s,\n", prefix(m->random), PICK(m->random, rules));
}

static void
make_change(Maker *m)
{
    g_autofree char *to = label(m->random), *exec = path(m->random);
    const char *deny = chance(m->random, 5) ? "deny " : "";

    /* Of several in one profile the compiler 5.0.2 keeps but the last. */
    if (m->newer && m->changes)
        return;
    m->changes = TRUE;
    if (chance(m->random, 6))
        g_string_append_printf(m->out, "%schange_profile,\n", deny);
    else if (chance(m->random, 3))
        g_string_append_printf(m->out, "%schange_profile %s -> %s,\n", deny, exec, to);
    else
        g_string_append_printf(m->out, "%schange_profile -> %s,\n", deny, to);
}

static void
make_mqueue(Maker *m)
{
    static const char *const access[] = {"",       "create ",   "(read, write) ",
                                         "rw ",    "(open r) ", "(getattr setattr) ",
                                         "delete "};
    static const char *const names[] = {"",         "/q", "/q*",    "/{a,b}q", "/**",
                                        "/@{MANY}", "42", "123456", "/?",      "\"/q q\""};
    static const char *const labels[] = {"", "", " label=p", " label=p//*", " label=/usr/**"};
    const char *name = PICK(m->random, names), *label = PICK(m->random, labels), *type = "";

    /* Of every queue of sysv with a label the compiler makes what matches few of their keys. */
    if (!*name && *label)
        type = "type=posix";
    else if (chance(m->random, 2))
        type =
            g_ascii_isdigit(*name) || (!*name && chance(m->random, 2)) ? "type=sysv" : "type=posix";
    /* What a rule with a label says of creating, 4.1.0 and 4.1.8 write in different ways. */
    const char *rights = *label ? "(read, write, open) " : PICK(m->random, access);
    g_string_append_printf(m->out, "%smqueue %s%s%s %s,\n", prefix(m->random), rights, type, label,
                           name);
}

static void
make_io_uring(Maker *m)
{
    static const char *const rules[] = {"",
                                        "sqpoll",
                                        "override_creds",
                                        "(sqpoll, override_creds)",
                                        "override_creds label=p",
                                        "override_creds label=/usr/**",
                                        "sqpoll label=p//child",
                                        "label={a,b}c"};
    g_string_append_printf(m->out, "%sio_uring %s,\n", prefix(m->random), PICK(m->random, rules));
}

static void
make_newer(Maker *m)
{
    if (chance(m->random, 5))
        g_string_append_printf(m->out, "%suserns%s,\n", prefix(m->random),
                               chance(m->random, 2) ? " create" : "");
    else if (chance(m->random, 3))
        make_io_uring(m);
    else
        make_mqueue(m);
}

static void
make_rules(Maker *m, int count)
{
    void (*const makers[])(Maker *) = {make_file, make_file,    make_file,       make_file,
                                       make_file, make_file,    make_exec,       make_exec,
                                       make_peer, make_network, make_capability, make_unix,
                                       make_dbus, make_change,  make_newer,      make_newer};
    /* What older compilers know is made from a seed as it always was. */
    gint32 n = (gint32)G_N_ELEMENTS(makers) - (m->newer ? 0 : 2);
    while (count-- > 0) {
        g_string_append_printf(m->out, "%*s", 2 * (int)m->depth + 2, "");
        if (chance(m->random, 40)) {
            gsize start = m->out->len;
            g_string_append(m->out, chance(m->random, 2) ? "audit {\n" : "owner {\n");
            make_network(m);
            make_file(m);
            g_string_append(m->out, "}\n");
            /* A deny within is a deny to 3.0 and grants with 4.1: ask nobody what it means. */
            if (strstr(m->out->str + start, "deny "))
                g_string_truncate(m->out, start);
            continue;
        }
        makers[g_rand_int_range(m->random, 0, n)](m);
    }
}

/* A bind, remount or the like stands alone in options=: of what stands beside it compiler 3.0 makes
 * a rule for a plain mount as well. What such a mount does not have, no rule can name. */
static void
make_mount(GString *out, GRand *random)
{
    static const char *const types[] = {
        "", "", " fstype=tmpfs", " fstype=(ext4, tmpfs)", " fstype=ext*", " fstype={a,b}fs"};
    static const char *const options[] = {"", "", "ro", "rw", "(ro, nosuid)", "(rw nodev noexec)"};
    static const char *const moves[] = {"bind", "rbind", "move"};
    static const char *const changes[] = {"remount", "private", "make-rprivate", "slave"};
    g_autofree char *point = path(random), *source = path(random);
    gboolean named = chance(random, 2);
    const char *type = "", *option;
    int kind = g_rand_int_range(random, 0, 9);

    if (kind == 0) {
        g_string_append_printf(out, "  %sumount %s,\n", prefix(random), named ? "" : point);
        return;
    }
    if (kind == 1) {
        g_string_append_printf(out, "  %spivot_root%s%s %s,\n", prefix(random),
                               named ? " oldroot=" : "", named ? source : "", point);
        return;
    }
    if (kind == 8) {
        g_string_append_printf(out, "  %sremount %s,\n", prefix(random), named ? "" : point);
        return;
    }
    option = kind == 2   ? PICK(random, moves)
             : kind == 3 ? PICK(random, changes)
                         : PICK(random, options);
    if (kind > 3)
        type = PICK(random, types);
    named = named && kind != 3;
    g_string_append_printf(out, "  %smount%s%s%s%s%s", prefix(random), type,
                           *option ? " options=" : "", option, named ? " " : "",
                           named ? source : "");
    named = !chance(random, 6);
    g_string_append_printf(out, "%s%s,\n", named ? " -> " : "", named ? point : "");
}

char *
policy_without_squeezing(char *text)
{
    GString *out = g_string_new(text);

    g_free(text);
    g_string_replace(out, "/@{HOME}", "@{HOME}", 0);
    g_string_replace(out, "/@{SOLO}", "@{SOLO}", 0);
    g_string_replace(out, "=/solo/", "=/solo", 0);
    g_string_replace(out, "@{DIRS}/", "@{DIRS}", 0);
    return g_string_free(out, FALSE);
}

static char *
make(GRand *random, gboolean newer)
{
    static const char *const execs[] = {"ix", "px", "Pix", "ux", "Cx"};
    static const char *const flags[] = {
        "", "", "", " flags=(complain)", " flags=(audit)", " flags=(attach_disconnected)"};
    Maker m = {.random = random, .out = g_string_new(NULL), .newer = newer};

    m.glob_exec = PICK(random, execs);
    g_string_append(m.out, newer ? "" : "abi <abi/3.0>,\n");
    g_string_append(m.out, "@{ONE}=one\n@{SOLO}=/solo/\n@{MANY}=a \"b c\" x/y\n"
                           "@{DIRS}=/srv/ /var/lib/\n@{DEEP}=@{MANY} @{ONE}z\n@{MANY}+=l*g\n"
                           "@{HOME}=@{DIRS}*/ /root/\n");
    g_string_append_printf(m.out, "profile p /usr/bin/p%s {\n", PICK(random, flags));
    make_rules(&m, g_rand_int_range(random, 1, 25));
    m.depth = 1;
    if (chance(random, 2)) {
        g_string_append(m.out, "  profile child /ex/child {\n");
        make_rules(&m, g_rand_int_range(random, 1, 8));
        g_string_append(m.out, "  }\n");
    }
    for (int hat = chance(random, 2) ? g_rand_int_range(random, 1, 3) : 0; hat > 0; hat--) {
        g_string_append_printf(m.out, hat == 1 ? "  ^hat%d {\n" : "  hat hat%d {\n", hat);
        make_rules(&m, g_rand_int_range(random, 1, 6));
        g_string_append(m.out, "  }\n");
    }
    g_string_append(m.out, "}\n");
    return g_string_free(m.out, FALSE);
}

char *
policy_make(GRand *random)
{
    return make(random, FALSE);
}

char *
policy_make_newer(GRand *random)
{
    return policy_without_squeezing(make(random, TRUE));
}

char *
policy_make_mounts(GRand *random)
{
    GString *out =
        g_string_new("abi <abi/3.0>,\n@{ONE}=one\n@{SOLO}=/solo/\n@{MANY}=a \"b c\" x/y\n"
                     "@{DIRS}=/srv/ /var/lib/\n@{DEEP}=@{MANY} @{ONE}z\n"
                     "@{HOME}=@{DIRS}*/ /root/\nprofile p {\n");

    for (int count = g_rand_int_range(random, 1, 8); count > 0; count--)
        make_mount(out, random);
    g_string_append(out, "}\n");
    return g_string_free(out, FALSE);
}
