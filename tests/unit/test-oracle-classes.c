/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each class of question, put to tests/data/oracle/classes.aa as parsers 3.0.8, 4.1.0 and 5.0.2
 * compile it for several sets of features, and as the installed one does.
 */
#include "tests/unit/oracling.h"

#include <string.h>

/* What a set of features knows. */
enum {
    FINE = 1 << 0,  /* unix sockets by address and label */
    BUS = 1 << 1,   /* dbus */
    V8 = 1 << 2,    /* network by rights and not by a table */
    TABLE = 1 << 3, /* network by a table */
    PERMS = 1 << 4, /* a table of permissions */
};

static const struct {
    const char *name;
    guint knows;
} samples[] = {
    {"classes-3.0.8-3.0.bin", FINE | BUS | V8},
    {"classes-3.0.8-kernel-5.4-outoftree-network.bin", FINE | BUS | TABLE},
    {"classes-3.0.8-kernel-5.4-vanilla.bin", 0},
    {"classes-4.1.0-3.0.bin", FINE | BUS | V8},
    {"classes-4.1.0-4.0.bin", FINE | BUS | V8 | PERMS},
    {"classes-5.0.2-4.0.bin", FINE | BUS | V8 | PERMS},
    {"classes-5.0.2-5.0.bin", FINE | BUS | V8 | PERMS},
};

typedef struct {
    const char *name;
    guint needs; /* what features must know for this to be answered so */
    const char *profile;
    AmrOracleQuestion question;
    AmrOracleVerdict want;
} Row;

static const AmrOracleVerdict yes = AMR_ORACLE_ALLOWED, no = AMR_ORACLE_DENIED,
                              never = AMR_ORACLE_REFUSED, none = AMR_ORACLE_UNMEDIATED;

static void
check_rows(const AmrOracle *oracle, const char *sample, guint knows, const Row *rows, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        const Row *row = &rows[i];
        if ((row->needs & knows) != row->needs)
            continue;
        AmrOracleAnswer answer = oracle_ask(oracle, row->profile, row->question);
        if (answer.verdict != row->want)
            fail_msg("%s: %s: %s, not %s (allowed 0x%x missing 0x%x refused 0x%x)", sample,
                     row->name, amr_oracle_verdict_word(answer.verdict),
                     amr_oracle_verdict_word(row->want), answer.allowed, answer.missing,
                     answer.refused);
    }
}

static char *
source(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *relative = g_build_filename("oracle", name, NULL);
    g_autofree char *path = test_data(relative);
    char *text;
    g_file_get_contents(path, &text, NULL, &error);
    assert_no_error(error);
    return text;
}

static void
check_everywhere(const Row *rows, gsize n)
{
    for (guint i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autoptr(AmrOracle) oracle = oracle_sample(samples[i].name);
        check_rows(oracle, samples[i].name, samples[i].knows, rows, n);
    }
    g_autofree char *text = source("classes.aa");
    g_autoptr(AmrOracle) live = oracle_compile(text);
    check_rows(live, "the installed parser", FINE | BUS | V8, rows, n);
}

static void
test_files(void **state)
{
    const Row rows[] = {
        {"a rule", 0, "plain", Q_FILE("r", "/etc/passwd"), yes},
        {"not that right", 0, "plain", Q_FILE("rw", "/etc/passwd"), no},
        {"another name", 0, "plain", Q_FILE("r", "/etc/passwd2"), no},
        {"a part of a name", 0, "plain", Q_FILE("r", "/etc/passw"), no},
        {"a glob", 0, "plain", Q_FILE("rk", "/etc/a.conf"), yes},
        {"a glob ends at a slash", 0, "plain", Q_FILE("r", "/etc/a/b.conf"), no},
        {"w is create and delete and append", 0, "plain", Q_OWN("wcda", "/home/u/x"), yes},
        {"not the owner", 0, "plain", Q_FILE("r", "/home/u/x"), no},
        {"a is not w", 0, "plain", Q_FILE("w", "/var/log/app"), no},
        {"a", 0, "plain", Q_FILE("a", "/var/log/app"), yes},
        {"denied", 0, "plain", Q_OWN("w", "/home/u/secret"), never},
        {"denied to others too", 0, "plain", Q_FILE("w", "/home/u/secret"), never},
        {"another right of what is denied", 0, "plain", Q_OWN("r", "/home/u/secret"), yes},
        {"an audited deny reads like no rule", 0, "plain", Q_OWN("w", "/home/u/watched"), no},
        {"mmap", 0, "plain", Q_FILE("mr", "/lib/x"), yes},
        {"no mmap", 0, "plain", Q_FILE("m", "/etc/passwd"), no},
        {"exec denied", 0, "plain", Q_FILE("x", "/bin/never"), never},
        {"exec without a rule", 0, "plain", Q_FILE("x", "/bin/other"), no},
        {"ix maps", 0, "plain", Q_FILE("m", "/bin/inherit"), yes},
        {"nothing at all", 0, "nothing", Q_FILE("r", "/etc/passwd"), no},
        {"no right", 0, "nothing", Q_FILE("", "/etc/passwd"), yes},
        {"in a child", 0, "plain//kid", Q_FILE("r", "/kid"), yes},
        {"the child's deny", 0, "plain//kid", Q_FILE("r", "/kid/no"), never},
        {"in a hat", 0, "plain//hat", Q_FILE("r", "/hat"), yes},
        {"not the parent's", 0, "plain//hat", Q_FILE("r", "/etc/passwd"), no},
        {"complain does not change the rules", 0, "complains", Q_FILE("r", "/x"), no},
        {"complain and deny", 0, "complains", Q_FILE("r", "/d"), never},
        {"a bare name", 0, "/usr/bin/by-name", Q_FILE("r", "/"), yes},
    };
    check_everywhere(rows, G_N_ELEMENTS(rows));
}

static void
test_links(void **state)
{
    const Row rows[] = {
        {"a pair", 0, "plain", Q_LINK("/links/a", "/targets/a"), yes},
        {"another target", 0, "plain", Q_LINK("/links/a", "/targets/b"), no},
        {"another name", 0, "plain", Q_LINK("/links/b", "/targets/a"), no},
        {"by l, nothing granted on either", 0, "plain", Q_LINK("/links/plain", "/targets/b"), yes},
        {"by l, a subset", 0, "plain", Q_OWN_LINK("/links/same", "/targets/same"), yes},
        {"by l, not a subset", 0, "plain", Q_OWN_LINK("/links/same", "/targets/b"), no},
        /* All parsers to 5.0.2 ask for the subset in the owner's half only. */
        {"by l, not a subset, of another", 0, "plain", Q_LINK("/links/same", "/targets/b"), yes},
        {"subset asked for", 0, "plain", Q_LINK("/links/s1", "/targets/s1"), yes},
        {"subset asked for and not given", 0, "plain", Q_OWN_LINK("/links/sub", "/targets/sub"),
         no},
    };
    check_everywhere(rows, G_N_ELEMENTS(rows));
}

static void
test_header_classes(void **state)
{
    const Row rows[] = {
        {"capability", 0, "plain", Q(CAPABILITY, 1, .capability = {12}), yes},
        {"audited capability", 0, "plain", Q(CAPABILITY, 1, .capability = {0}), yes},
        {"denied capability", 0, "plain", Q(CAPABILITY, 1, .capability = {21}), never},
        {"no capability", 0, "plain", Q(CAPABILITY, 1, .capability = {1}), no},
        {"no such capability", 0, "plain", Q(CAPABILITY, 1, .capability = {64}), no},
        {"rlimit", 0, "plain", Q(RLIMIT, 1, .rlimit = {7, 100}), yes},
        {"rlimit beyond", 0, "plain", Q(RLIMIT, 1, .rlimit = {7, 101}), no},
        {"no limit", 0, "plain", Q(RLIMIT, 1, .rlimit = {8, 1000000}), yes},
        {"hat", 0, "plain", Q(CHANGE_HAT, 1, .change_hat = {AMR_BYTES("hat")}), yes},
        {"a child is no hat", 0, "plain", Q(CHANGE_HAT, 1, .change_hat = {AMR_BYTES("kid")}), no},
        {"from hat to hat", 0, "plain//hat", Q(CHANGE_HAT, 1, .change_hat = {AMR_BYTES("hat")}),
         yes},
    };
    check_everywhere(rows, G_N_ELEMENTS(rows));
}

static void
test_change_profile(void **state)
{
    const Row rows[] = {
        {"to a profile", 0, "plain",
         Q(CHANGE_PROFILE, 1, .change_profile = {AMR_BYTES("elsewhere")}), yes},
        {"to another", 0, "plain", Q(CHANGE_PROFILE, 1, .change_profile = {AMR_BYTES("nowhere")}),
         no},
        {"to a namespace", 0, "plain",
         Q(CHANGE_PROFILE, 1, .change_profile = {AMR_BYTES(":ns:there")}), yes},
        {"to another namespace", 0, "plain",
         Q(CHANGE_PROFILE, 1, .change_profile = {AMR_BYTES(":os:there")}), no},
        {"on exec", 0, "plain",
         Q(CHANGE_PROFILE, 1, .change_profile = {AMR_BYTES("onlythere"), AMR_BYTES("/bin/onexec")}),
         yes},
        {"on another exec", 0, "plain",
         Q(CHANGE_PROFILE, 1, .change_profile = {AMR_BYTES("onlythere"), AMR_BYTES("/bin/other")}),
         no},
        {"on any exec", 0, "plain",
         Q(CHANGE_PROFILE, 1, .change_profile = {AMR_BYTES("elsewhere"), AMR_BYTES("/bin/other")}),
         yes},
    };
    check_everywhere(rows, G_N_ELEMENTS(rows));
}

static void
test_signals(void **state)
{
    const AmrBytes unknown = {NULL, 0};
    const Row rows[] = {
        {"send", 0, "plain", Q(SIGNAL, AMR_MAY_SEND, .signal = {15, AMR_BYTES("friend")}), yes},
        {"realtime", 0, "plain", Q(SIGNAL, AMR_MAY_SEND, .signal = {131, AMR_BYTES("friend")}),
         yes},
        {"another peer", 0, "plain", Q(SIGNAL, AMR_MAY_SEND, .signal = {15, AMR_BYTES("foe")}), no},
        {"a peer not known", 0, "plain", Q(SIGNAL, AMR_MAY_SEND, .signal = {15, unknown}), no},
        {"denied", 0, "plain", Q(SIGNAL, AMR_MAY_SEND, .signal = {9, AMR_BYTES("friend")}), never},
        {"any signal", 0, "plain", Q(SIGNAL, AMR_MAY_RECEIVE, .signal = {9, AMR_BYTES("anyone")}),
         yes},
        {"any peer", 0, "plain//kid", Q(SIGNAL, AMR_MAY_SEND, .signal = {15, unknown}), yes},
        {"a stack that holds the peer", 0, "plain",
         Q(SIGNAL, AMR_MAY_SEND, .signal = {15, AMR_BYTES("friend//&foe")}), no},
        {"unconfined mediates none", PERMS, "free",
         Q(SIGNAL, AMR_MAY_SEND, .signal = {15, AMR_BYTES("foe")}), none},
    };
    check_everywhere(rows, G_N_ELEMENTS(rows));
}

static void
test_ptrace(void **state)
{
    const Row rows[] = {
        {"trace", 0, "plain", Q(PTRACE, AMR_MAY_TRACE, .ptrace = {AMR_BYTES("traced")}), yes},
        {"read", 0, "plain", Q(PTRACE, AMR_MAY_READ, .ptrace = {AMR_BYTES("traced")}), no},
        {"readby", 0, "plain", Q(PTRACE, AMR_MAY_BE_READ, .ptrace = {AMR_BYTES("watcher")}), yes},
        {"tracedby", 0, "plain",
         Q(PTRACE, AMR_MAY_BE_TRACED | AMR_MAY_BE_READ, .ptrace = {AMR_BYTES("watcher")}), yes},
        {"no rule", 0, "nothing", Q(PTRACE, AMR_MAY_READ, .ptrace = {AMR_BYTES("traced")}), no},
    };
    check_everywhere(rows, G_N_ELEMENTS(rows));
}

#define MOUNT(point_, source_, type_, flags_) \
    Q(MOUNT, AMR_MAY_MOUNT,                   \
      .mount = {.point = AMR_BYTES(point_),   \
                .source = AMR_BYTES(source_), \
                .fstype = type_,              \
                .data = AMR_BYTES(""),        \
                .flags = (flags_)})

static void
test_mount(void **state)
{
    enum {
        RO = 1,
        NOSUID = 2,
        REMOUNT = 32,
        BIND = 4096,
        REC = 16384,
        PRIVATE = 1 << 18
    };
    const AmrBytes ext4 = AMR_BYTES("ext4"), tmpfs = AMR_BYTES("tmpfs"), no_type = AMR_BYTES("");
    const Row rows[] = {
        {"mount", 0, "plain", MOUNT("/mnt/a/", "/dev/sda1", ext4, RO | NOSUID), yes},
        {"other flags", 0, "plain", MOUNT("/mnt/a/", "/dev/sda1", ext4, RO), no},
        {"another type", 0, "plain", MOUNT("/mnt/a/", "/dev/sda1", tmpfs, RO | NOSUID), no},
        {"another device", 0, "plain", MOUNT("/mnt/a/", "/dev/sda2", ext4, RO | NOSUID), no},
        {"bind", 0, "plain", MOUNT("/dst/", "/src/", no_type, BIND | REC), yes},
        {"bind, not all below", 0, "plain", MOUNT("/dst/", "/src/", no_type, BIND), no},
        {"remount", 0, "plain", MOUNT("/re/", "", no_type, REMOUNT), yes},
        {"private", 0, "plain", MOUNT("/priv/", "", no_type, PRIVATE), yes},
        {"tmpfs", 0, "plain", MOUNT("/tmpfs/", "tmpfs", tmpfs, 0), yes},
        {"umount", 0, "plain", Q(MOUNT, AMR_MAY_UMOUNT, .mount = {.point = AMR_BYTES("/mnt/a/")}),
         yes},
        {"umount another", 0, "plain",
         Q(MOUNT, AMR_MAY_UMOUNT, .mount = {.point = AMR_BYTES("/mnt/b/")}), no},
        {"pivot_root", 0, "plain",
         Q(MOUNT, AMR_MAY_PIVOT_ROOT,
           .mount = {.point = AMR_BYTES("/new/"), .source = AMR_BYTES("/new/old/")}),
         yes},
        {"pivot_root to another", 0, "plain",
         Q(MOUNT, AMR_MAY_PIVOT_ROOT,
           .mount = {.point = AMR_BYTES("/new/"), .source = AMR_BYTES("/old/")}),
         no},
    };
    check_everywhere(rows, G_N_ELEMENTS(rows));
}

#define NET(rights_, family_, type_) \
    Q(NETWORK, rights_, .network = {.family = (family_), .type = (type_)})

static void
test_network(void **state)
{
    const Row rows[] = {
        {"stream", V8, "plain", NET(AMR_MAY_CREATE, 2, 1), yes},
        {"all rights of it", V8, "plain",
         NET(AMR_MAY_CONNECT | AMR_MAY_GETOPT | AMR_MAY_BIND, 2, 1), yes},
        {"another type", V8, "plain", NET(AMR_MAY_CREATE, 2, 2), no},
        {"denied", V8, "plain", NET(AMR_MAY_CREATE, 10, 2), never},
        {"denied, another right", V8, "plain", NET(AMR_MAY_BIND, 10, 2), never},
        {"another family", V8, "plain", NET(AMR_MAY_CREATE, 17, 3), no},
        {"audited", V8, "plain", NET(AMR_MAY_CREATE, 16, 3), yes},
        {"table", TABLE, "plain", NET(AMR_MAY_CREATE, 2, 1), yes},
        {"table, another type", TABLE, "plain", NET(AMR_MAY_CREATE, 2, 2), no},
        {"table, denied", TABLE, "plain", NET(AMR_MAY_CREATE, 10, 2), never},
        {"unconfined mediates none", PERMS, "free", NET(AMR_MAY_CREATE, 2, 1), none},
    };
    check_everywhere(rows, G_N_ELEMENTS(rows));
}

#define UNIX(rights_, ...) Q(UNIX, rights_, .unix_socket = {.type = 1, __VA_ARGS__})

static void
test_unix(void **state)
{
    const Row rows[] = {
        {"create", FINE, "plain", UNIX(AMR_MAY_CREATE), yes},
        {"create another type", FINE, "plain", Q(UNIX, AMR_MAY_CREATE, .unix_socket = {.type = 2}),
         no},
        {"bind", FINE, "plain", UNIX(AMR_MAY_BIND, .address = AMR_BYTES("@own")), yes},
        {"bind another", FINE, "plain", UNIX(AMR_MAY_BIND, .address = AMR_BYTES("@owner")), no},
        {"listen", FINE, "plain", UNIX(AMR_MAY_LISTEN, .address = AMR_BYTES("@own")), yes},
        {"bind not known where", FINE, "plain", UNIX(AMR_MAY_BIND), no},
        {"connect", FINE, "plain",
         UNIX(AMR_MAY_CONNECT | AMR_MAY_SEND, .address = AMR_BYTES("none"),
              .peer_address = AMR_BYTES("@peer"), .peer = AMR_BYTES("friend")),
         yes},
        {"connect from anywhere", FINE, "plain",
         UNIX(AMR_MAY_CONNECT, .peer_address = AMR_BYTES("@peer"), .peer = AMR_BYTES("friend")),
         yes},
        {"connect to another", FINE, "plain",
         UNIX(AMR_MAY_CONNECT, .address = AMR_BYTES("none"), .peer_address = AMR_BYTES("@peer"),
              .peer = AMR_BYTES("foe")),
         no},
        {"connect to nobody known", FINE, "plain",
         UNIX(AMR_MAY_CONNECT, .address = AMR_BYTES("none"), .peer_address = AMR_BYTES("@peer")),
         no},
        {"a path is a file's affair", 0, "plain",
         UNIX(AMR_MAY_CONNECT, .peer_address = AMR_BYTES("/run/x")), none},
    };
    check_everywhere(rows, G_N_ELEMENTS(rows));
}

static void
test_dbus(void **state)
{
    const AmrBytes bus = AMR_BYTES("system"), path = AMR_BYTES("/org/a"),
                   interface = AMR_BYTES("org.a"), member = AMR_BYTES("Do"),
                   session = AMR_BYTES("session"), peer = AMR_BYTES("friend");
    const AmrBytes name = AMR_BYTES("org.a"), unknown = {NULL, 0}, foe = AMR_BYTES("foe");
    const Row rows[] = {
        {"send", BUS, "plain",
         Q(DBUS, AMR_MAY_SEND, .dbus = {bus, name, path, interface, member, peer}), yes},
        {"send to another", BUS, "plain",
         Q(DBUS, AMR_MAY_SEND, .dbus = {bus, name, path, interface, member, foe}), no},
        {"send, name not known", BUS, "plain",
         Q(DBUS, AMR_MAY_SEND, .dbus = {bus, unknown, path, interface, member, peer}), no},
        {"receive anything", BUS, "plain",
         Q(DBUS, AMR_MAY_RECEIVE, .dbus = {session, unknown, path, interface, member, foe}), yes},
        {"bind", BUS, "plain",
         Q(DBUS, AMR_MAY_OWN, .dbus = {.bus = session, .name = AMR_BYTES("org.mine")}), yes},
        {"bind another", BUS, "plain",
         Q(DBUS, AMR_MAY_OWN, .dbus = {.bus = session, .name = AMR_BYTES("org.theirs")}), no},
        {"eavesdrop", BUS, "plain", Q(DBUS, AMR_MAY_EAVESDROP, .dbus = {.bus = session}), yes},
        {"eavesdrop elsewhere", BUS, "plain", Q(DBUS, AMR_MAY_EAVESDROP, .dbus = {.bus = bus}), no},
    };
    check_everywhere(rows, G_N_ELEMENTS(rows));
}

/* What only newer compilers and features can say. */
static void
test_newer(void **state)
{
    static const char *const names[] = {"newer-4.1.0-4.0.bin", "newer-5.0.2-5.0.bin"};
    const AmrBytes queue = AMR_BYTES("/queue"), labelled = AMR_BYTES("/labelled"),
                   friend = AMR_BYTES("friend"), foe = AMR_BYTES("foe");
    const Row rows[] = {
        {"userns", 0, "newer", Q(USERNS, AMR_MAY_MAKE_USERNS), yes},
        {"no userns", 0, "strict", Q(USERNS, AMR_MAY_MAKE_USERNS), no},
        {"mqueue", 0, "newer", Q(MQUEUE, AMR_MAY_OPEN | AMR_MAY_MQ_READ, .mqueue = {queue}), yes},
        {"mqueue denied", 0, "newer", Q(MQUEUE, AMR_MAY_MQ_WRITE, .mqueue = {queue}), never},
        {"mqueue by label", 0, "newer",
         Q(MQUEUE, AMR_MAY_MQ_READ | AMR_MAY_GETATTR, .mqueue = {labelled, FALSE, friend}), yes},
        {"mqueue of another label", 0, "newer",
         Q(MQUEUE, AMR_MAY_MQ_READ, .mqueue = {labelled, FALSE, foe}), no},
        {"no mqueue", 0, "strict", Q(MQUEUE, AMR_MAY_OPEN, .mqueue = {queue}), no},
        {"priority over a deny", 0, "newer", Q_FILE("r", "/over/ride"), yes},
        {"the deny", 0, "newer", Q_FILE("r", "/over/x"), never},
        {"below the deny", 0, "newer", Q_FILE("r", "/over/low"), never},
    };
    const Row uring[] = {
        {"sqpoll", 0, "newer", Q(IO_URING, AMR_MAY_SQPOLL), yes},
        {"override_creds", 0, "newer", Q(IO_URING, AMR_MAY_OVERRIDE_CREDS, .io_uring = {friend}),
         yes},
        {"override_creds of another", 0, "newer",
         Q(IO_URING, AMR_MAY_OVERRIDE_CREDS, .io_uring = {foe}), no},
        {"no io_uring", 0, "strict", Q(IO_URING, AMR_MAY_SQPOLL), no},
    };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(AmrOracle) oracle = oracle_sample(names[i]);
        check_rows(oracle, names[i], 0, rows, G_N_ELEMENTS(rows));
    }
    g_autoptr(AmrOracle) five = oracle_sample("newer-5.0.2-5.0.bin");
    check_rows(five, "5.0", 0, uring, G_N_ELEMENTS(uring));
    g_autoptr(AmrOracle) four = oracle_sample("newer-4.1.0-4.0.bin");
    assert_int_equal(oracle_ask(four, "newer", uring[0].question).verdict, none);
}

static void
test_addresses(void **state)
{
    static const char *const names[] = {"addresses-5.0.2-4.0-ip.bin", "addresses-5.0.2-5.0.bin"};
    const AmrOracleAddress web = {{127, 0, 0, 1}, 4, 80, TRUE},
                           other_port = {{127, 0, 0, 1}, 4, 81, TRUE},
                           other_host = {{127, 0, 0, 2}, 4, 80, TRUE},
                           here = {{127, 0, 0, 1}, 4, 8080, TRUE}, any = {{0}, 0, 0, FALSE},
                           six = {{[15] = 1}, 16, 53, TRUE}, sixteen = {{[15] = 2}, 16, 53, TRUE};
    const Row rows[] = {
        {"create", 0, "addresses", NET(AMR_MAY_CREATE, 2, 1), yes},
        {"connect", 0, "addresses", Q(NETWORK, AMR_MAY_CONNECT, .network = {2, 1, 6, .peer = web}),
         yes},
        {"connect from somewhere", 0, "addresses",
         Q(NETWORK, AMR_MAY_CONNECT | AMR_MAY_SEND, .network = {2, 1, 6, here, web}), yes},
        {"another port", 0, "addresses",
         Q(NETWORK, AMR_MAY_CONNECT, .network = {2, 1, 6, .peer = other_port}), no},
        {"another host", 0, "addresses",
         Q(NETWORK, AMR_MAY_CONNECT, .network = {2, 1, 6, .peer = other_host}), no},
        {"anywhere", 0, "addresses", Q(NETWORK, AMR_MAY_CONNECT, .network = {2, 1, 6, any, any}),
         no},
        {"bind", 0, "addresses", Q(NETWORK, AMR_MAY_BIND, .network = {2, 1, 6, here}), yes},
        {"bind elsewhere", 0, "addresses", Q(NETWORK, AMR_MAY_BIND, .network = {2, 1, 6, web}), no},
        {"inet6", 0, "addresses",
         Q(NETWORK, AMR_MAY_BIND | AMR_MAY_GETATTR | AMR_MAY_LISTEN, .network = {10, 2, 17, six}),
         yes},
        {"inet6 elsewhere", 0, "addresses",
         Q(NETWORK, AMR_MAY_BIND, .network = {10, 2, 17, sixteen}), no},
    };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(AmrOracle) oracle = oracle_sample(names[i]);
        check_rows(oracle, names[i], 0, rows, G_N_ELEMENTS(rows));
    }
    g_autoptr(AmrOracle) oracle = oracle_sample(names[0]);
    AmrOracleAnswer answer =
        oracle_ask(oracle, "addresses",
                   Q(NETWORK, AMR_MAY_CONNECT, .network = {2, 1, 6, any, any}));
    assert_true(answer.depends);
}

/* Below 1024 a rule with bind grants bind alone, whatever else it says: the compiler writes all of
 * it for a port that is privileged, which only bind(2) asks for. */
static void
test_privileged_ports(void **state)
{
    static const char *const names[] = {"ports-4.1.8-4.0-ip.bin", "ports-5.0.2-4.0-ip.bin"};
#define ON(port_, rights_, ...)  \
    Q(NETWORK, rights_,          \
      .network = {.family = 2,   \
                  .type = 1,     \
                  .protocol = 6, \
                  .local = {{127, 0, 0, 1}, 4, port_, TRUE} __VA_ARGS__})
#define TO(port_) , .peer = { {127, 0, 0, 1}, 4, port_, TRUE }
    const AmrOracleQuestion bind_anywhere =
        Q(NETWORK, AMR_MAY_BIND,
          .network = {.family = 2, .type = 1, .protocol = 6, .local = {{127, 0, 0, 1}, 4}});
    const Row rows[] = {
        {"bind", 0, "ports", ON(80, AMR_MAY_BIND), yes},
        {"listen beside bind", 0, "ports", ON(80, AMR_MAY_LISTEN), no},
        {"getattr beside bind", 0, "ports", ON(80, AMR_MAY_GETATTR), no},
        {"bind alone", 0, "ports", ON(81, AMR_MAY_BIND), yes},
        {"listen in a rule of its own", 0, "ports", ON(81, AMR_MAY_LISTEN | AMR_MAY_GETATTR), yes},
        {"an option too", 0, "ports", ON(81, AMR_MAY_SETOPT), yes},
        {"all of it", 0, "ports", ON(81, AMR_MAY_BIND | AMR_MAY_LISTEN), yes},
        {"listen without bind", 0, "ports", ON(82, AMR_MAY_LISTEN), yes},
        {"bind for want of it", 0, "ports", ON(82, AMR_MAY_BIND), no},
        {"from 1024 on", 0, "ports", ON(1024, AMR_MAY_BIND | AMR_MAY_LISTEN | AMR_MAY_GETATTR),
         yes},
        {"connect from a low port", 0, "ports", ON(85, AMR_MAY_CONNECT, TO(86)), yes},
        {"from another", 0, "ports", ON(84, AMR_MAY_CONNECT, TO(86)), no},
        {"any low port", 0, "anywhere", ON(80, AMR_MAY_BIND | AMR_MAY_LISTEN), yes},
        {"any high port", 0, "anywhere", ON(8080, AMR_MAY_BIND | AMR_MAY_LISTEN), yes},
        {"whatever port", 0, "anywhere", bind_anywhere, yes},
        {"some port", 0, "ports", bind_anywhere, no},
    };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(AmrOracle) oracle = oracle_sample(names[i]);
        check_rows(oracle, names[i], 0, rows, G_N_ELEMENTS(rows));
        assert_true(oracle_ask(oracle, "ports", bind_anywhere).depends);
        assert_false(oracle_ask(oracle, "anywhere", bind_anywhere).depends);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_header_classes),
        cmocka_unit_test(test_change_profile),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_ptrace),
        cmocka_unit_test(test_mount),
        cmocka_unit_test(test_network),
        cmocka_unit_test(test_unix),
        cmocka_unit_test(test_dbus),
        cmocka_unit_test(test_newer),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_privileged_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
