/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Things done for real by a child under a small profile; whether they were refused is to be what
 * the oracle says. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/apparmor.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/agree.h"

typedef struct {
    const char *name;
    AmrOracleQuestion question;
    int (*run)(const AmrOracleQuestion *question); /* 0 or -1 with errno */
    const char *needs;                             /* a rule beside the one that is tried */
    const char *peer; /* label of the other process; "" is unconfined */
} Attempt;

static pid_t other; /* the peer */

/* ---- what is done --------------------------------------------------------------------------- */

static int
try_capability(const AmrOracleQuestion *q)
{
    struct rlimit limit = {4096, 1 << 20};
    struct timezone zone = {0};

    switch (q->capability.number) {
    case 6:
        return setresgid(1, 1, 1);
    case 7:
        return setresuid(1, 1, 1);
    case 18:
        return chroot("/");
    case 21:
        return sethostname("guest", 5);
    case 23:
        return setpriority(PRIO_PROCESS, 0, -1);
    case 24:
        return setrlimit(RLIMIT_NOFILE, &limit);
    case 25:
        return settimeofday(NULL, &zone);
    case 34:
        return klogctl(6, NULL, 0);
    default:
        abort();
    }
}

static int
try_socket(const AmrOracleQuestion *q)
{
    return socket((int)q->network.family, (int)q->network.type, 0) < 0 ? -1 : 0;
}

static int
try_unix(const AmrOracleQuestion *q)
{
    return socket(AF_UNIX, (int)q->unix_socket.type, 0) < 0 ? -1 : 0;
}

static int
try_signal(const AmrOracleQuestion *q)
{
    return kill(other, q->signal.number == 35 ? 0 : (int)q->signal.number);
}

static int
try_ptrace(const AmrOracleQuestion *q)
{
    return ptrace(PTRACE_SEIZE, other, NULL, NULL) < 0 ? -1 : 0;
}

static const char *
text_or_null(AmrBytes bytes)
{
    return bytes.len ? bytes.data : NULL;
}

static int
try_mount(const AmrOracleQuestion *q)
{
    if (q->rights == AMR_MAY_UMOUNT)
        return umount2(q->mount.point.data, 0);
    return mount(text_or_null(q->mount.source), q->mount.point.data, text_or_null(q->mount.fstype),
                 q->mount.flags, NULL);
}

static int
try_userns(const AmrOracleQuestion *q)
{
    return unshare(CLONE_NEWUSER);
}

static int
try_change_profile(const AmrOracleQuestion *q)
{
    return q->change_profile.exec.data ? aa_change_onexec(q->change_profile.target.data)
                                       : aa_change_profile(q->change_profile.target.data);
}

static int
try_change_hat(const AmrOracleQuestion *q)
{
    return aa_change_hat(q->change_hat.hat.data, 4711);
}

static int
try_link(const AmrOracleQuestion *q)
{
    return link(q->file.target.data, q->file.path.data);
}

/* ---- rules and questions -------------------------------------------------------------------- */

#define TO(name) AMR_BYTES(name)
#define CAPABILITY(word, n)                                                                    \
    {                                                                                          \
        word, {.klass = AMR_CLASS_CAPABILITY, .rights = 1, .capability = {n}}, try_capability, \
            NULL, NULL                                                                         \
    }
#define SOCKET(word, family_, type_)                         \
    {                                                        \
        word,                                                \
            {.klass = AMR_CLASS_NETWORK,                     \
             .rights = AMR_MAY_CREATE,                       \
             .network = {.family = family_, .type = type_}}, \
            try_socket, NULL, NULL                           \
    }
#define UNIX(word, type_)                                                                          \
    {                                                                                              \
        word, {.klass = AMR_CLASS_UNIX, .rights = AMR_MAY_CREATE, .unix_socket = {.type = type_}}, \
            try_unix, NULL, NULL                                                                   \
    }
#define SIGNAL(word, n, label)                                                               \
    {                                                                                        \
        word, {.klass = AMR_CLASS_SIGNAL, .rights = AMR_MAY_SEND, .signal = {n, TO(label)}}, \
            try_signal, NULL, label                                                          \
    }
#define PTRACE(label)                                                                    \
    {                                                                                    \
        "trace " label,                                                                  \
            {.klass = AMR_CLASS_PTRACE, .rights = AMR_MAY_TRACE, .ptrace = {TO(label)}}, \
            try_ptrace, "capability sys_ptrace,", label                                  \
    }
#define MOUNT(word, right, source, target, type, bits)          \
    {                                                           \
        word,                                                   \
            {.klass = AMR_CLASS_MOUNT,                          \
             .rights = right,                                   \
             .mount = {TO(target), source, type, EMPTY, bits}}, \
            try_mount, "capability sys_admin, file,", NULL      \
    }
#define CHANGE(word, target, by)                  \
    {                                             \
        word,                                     \
            {.klass = AMR_CLASS_CHANGE_PROFILE,   \
             .rights = AMR_MAY_CHANGE,            \
             .change_profile = {TO(target), by}}, \
            try_change_profile, "file,", NULL     \
    }
#define HAT(word)                                                                                \
    {                                                                                            \
        "hat " word,                                                                             \
            {.klass = AMR_CLASS_CHANGE_HAT, .rights = AMR_MAY_CHANGE, .change_hat = {TO(word)}}, \
            try_change_hat, "file,", NULL                                                        \
    }
#define LINK(word, name, to, own)                                                                  \
    {                                                                                              \
        word, {.klass = AMR_CLASS_FILE, .rights = AMR_PERM_LINK, .file = {TO(name), own, TO(to)}}, \
            try_link, "capability fowner, capability dac_override,", NULL                          \
    }
#define NONE  ((AmrBytes){NULL, 0})
#define EMPTY ((AmrBytes){"", 0})

static const Attempt attempts[] = {
    CAPABILITY("setgid", 6),
    CAPABILITY("setuid", 7),
    CAPABILITY("sys_chroot", 18),
    CAPABILITY("sys_admin", 21),
    CAPABILITY("sys_nice", 23),
    CAPABILITY("sys_resource", 24),
    CAPABILITY("sys_time", 25),
    CAPABILITY("syslog", 34),
    SOCKET("inet stream", AF_INET, SOCK_STREAM),
    SOCKET("inet dgram", AF_INET, SOCK_DGRAM),
    SOCKET("inet6 stream", AF_INET6, SOCK_STREAM),
    SOCKET("netlink raw", AF_NETLINK, SOCK_RAW),
    SOCKET("netlink dgram", AF_NETLINK, SOCK_DGRAM),
    UNIX("unix stream", SOCK_STREAM),
    UNIX("unix dgram", SOCK_DGRAM),
    UNIX("unix seqpacket", SOCK_SEQPACKET),
    SIGNAL("exists", 35, "unconfined"),
    SIGNAL("chld to unconfined", SIGCHLD, "unconfined"),
    SIGNAL("urg to other", SIGURG, "other"),
    SIGNAL("winch to other", SIGWINCH, "other"),
    PTRACE("unconfined"),
    PTRACE("other"),
    MOUNT("tmpfs", AMR_MAY_MOUNT, TO("none"), "/tmp/am/", TO("tmpfs"), 0),
    MOUNT("tmpfs ro", AMR_MAY_MOUNT, TO("none"), "/tmp/am/", TO("tmpfs"), MS_RDONLY | MS_NOSUID),
    MOUNT("bind", AMR_MAY_MOUNT, TO("/tmp/ab/"), "/tmp/am/", EMPTY, MS_BIND),
    MOUNT("rbind", AMR_MAY_MOUNT, TO("/tmp/ab/"), "/tmp/am/", EMPTY, MS_BIND | MS_REC),
    MOUNT("private", AMR_MAY_MOUNT, EMPTY, "/tmp/at/", EMPTY, MS_PRIVATE),
    MOUNT("remount", AMR_MAY_MOUNT, EMPTY, "/tmp/at/", EMPTY, MS_REMOUNT | MS_NODEV),
    MOUNT("umount", AMR_MAY_UMOUNT, EMPTY, "/tmp/at/", EMPTY, 0),
    {"userns",
     {.klass = AMR_CLASS_USERNS, .rights = AMR_MAY_MAKE_USERNS},
     try_userns,
     "capability sys_admin,",
     NULL},
    CHANGE("to other", "other", NONE),
    CHANGE("to another", "another", NONE),
    HAT("hat"),
    HAT("none"),
    LINK("link owned", "/tmp/al/x", "/tmp/al/root", TRUE),
    LINK("link of another", "/tmp/al/x", "/tmp/al/user", FALSE),
    LINK("link to y", "/tmp/al/y", "/tmp/al/root", TRUE),
};

static const char *const rules[] = {
    "",
    "capability,",
    "capability sys_chroot setuid,",
    "deny capability sys_admin, capability,",
    "capability sys_time, capability syslog,",
    "audit deny capability setgid, capability setgid,",
    "network,",
    "network inet,",
    "network inet stream,",
    "network netlink raw,",
    "network stream,",
    "deny network inet dgram, network,",
    "network unix,",
    "unix,",
    "unix (create) type=stream,",
    "deny unix (create) type=dgram, unix,",
    "network unix stream,",
    "signal,",
    "signal send,",
    "signal send set=(chld exists),",
    "signal send peer=other,",
    "signal (send) set=urg peer=oth*,",
    "deny signal peer=unconfined, signal,",
    "ptrace,",
    "ptrace trace,",
    "ptrace trace peer=other,",
    "ptrace read,",
    "deny ptrace peer=other, ptrace,",
    "audit deny ptrace peer=**,",
    "deny ptrace peer=**,",
    "mount,",
    "mount fstype=tmpfs,",
    "mount fstype=tmpfs options=(ro,nosuid) none -> /tmp/am/,",
    "mount options=bind /tmp/ab/ -> /tmp/am/,",
    "mount options=(rw,rbind) /tmp/a?/ -> /tmp/**,",
    "mount options in (ro, nosuid, nodev),",
    "remount /tmp/at/,",
    "umount /tmp/at/,",
    "umount,",
    "mount options=(rw,private) -> /tmp/at/,",
    "remount options=nodev /tmp/**,",
    "deny mount fstype=tmpfs, mount,",
    "mount -> /tmp/am/,",
    "mount fstype={ext4,tmpfs} none -> /**,",
    "userns,",
    "deny userns, userns,",
    "userns create,",
    "change_profile,",
    "change_profile -> other,",
    "change_profile -> ano*,",
    "deny change_profile -> other, change_profile,",
    "change_profile -> {other,x},",
    "deny change_profile /bin/true -> other, change_profile,",
    "/tmp/al/* l,",
    "/tmp/al/* rwl,",
    "/tmp/al/x rwl, /tmp/al/root r,",
    "owner /tmp/al/x l,",
    "link /tmp/al/x -> /tmp/al/root,",
    "link subset /tmp/al/x -> /tmp/al/*, /tmp/al/x r,",
    "deny /tmp/al/y l, /tmp/al/* l,",
    "/tmp/al/x rl, /tmp/al/{root,user} rw,",
    "link /tmp/al/x -> /tmp/al/user,",
    "deny link /tmp/al/x -> /tmp/al/root, /tmp/al/* l,",
};

/* ---- doing it ------------------------------------------------------------------------------- */

static void
prepare(void)
{
    static const char *const dirs[] = {"/tmp/am", "/tmp/ab", "/tmp/at", "/tmp/al"};

    for (guint i = 0; i < G_N_ELEMENTS(dirs); i++)
        (void)mkdir(dirs[i], 0777);
    (void)g_file_set_contents("/tmp/al/root", "", 0, NULL);
    (void)g_file_set_contents("/tmp/al/user", "", 0, NULL);
    if (chown("/tmp/al/user", 1000, 1000) != 0)
        g_error("chown: %s", g_strerror(errno));
    (void)g_file_set_contents("/proc/sys/fs/protected_hardlinks", "0", 1, NULL);
    (void)g_file_set_contents("/proc/sys/kernel/yama/ptrace_scope", "0", 1, NULL);
}

/* A process that waits under @label; what it may take is granted there. */
static pid_t
start_peer(const char *label)
{
    int pipes[2];
    char byte;
    pid_t pid;

    if (pipe(pipes) != 0 || (pid = fork()) < 0)
        g_error("fork: %s", g_strerror(errno));
    if (pid == 0) {
        if (strcmp(label, "unconfined") != 0 && aa_change_profile(label) != 0)
            _exit(1);
        if (write(pipes[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(pipes[1]);
    if (read(pipes[0], &byte, 1) != 1)
        g_error("the peer %s did not start", label);
    close(pipes[0]);
    return pid;
}

/* 1 done, 0 refused, -1 it failed otherwise. Mounts are the child's own. */
static int
attempt(const Attempt *attempt)
{
    int status = 0;
    pid_t pid;

    other = attempt->peer ? start_peer(attempt->peer) : 0;
    (void)unlink("/tmp/al/x");
    (void)unlink("/tmp/al/y");
    pid = fork();
    if (pid == 0) {
        if (attempt->run == try_mount &&
            (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
             mount("none", "/tmp/at", "tmpfs", 0, NULL) != 0))
            _exit(3);
        if (aa_change_profile("tried") != 0)
            _exit(4);
        errno = 0;
        if (attempt->run(&attempt->question) == 0)
            _exit(0);
        /* A hat that is not there is not found. */
        _exit(errno == EACCES || errno == EPERM ||
                      (attempt->run == try_change_hat && errno == ENOENT)
                  ? 1
              : errno == 0 ? 5
                           : 100 + errno % 100);
    }
    (void)waitpid(pid, &status, 0);
    if (other) {
        (void)kill(other, SIGKILL);
        (void)waitpid(other, NULL, 0);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) < 2)
        return WEXITSTATUS(status) == 0;
    printf("# %s: status 0x%x\n", attempt->name, status);
    return -1;
}

static AmrOracle *
load_for(const char *abi, const char *flags, const char *rule, const char *needs)
{
    g_autofree char *text = g_strdup_printf(
        "abi <abi/%s>,\nprofile other { signal receive, ptrace tracedby, ptrace readby, file, }\n"
        "profile another { file, }\n"
        "profile tried%s {\n %s\n %s\n"
        " /etc/ld.so.cache r,\n /proc/** rw,\n ^hat { file, }\n}\n",
        abi, flags, rule, needs ? needs : "");

    return agree_load(text);
}

static gboolean
is_for(const char *rule, const Attempt *attempt)
{
    static const struct {
        const char *word;
        AmrClass klass;
    } words[] = {
        {"capability", AMR_CLASS_CAPABILITY}, {"network", AMR_CLASS_NETWORK},
        {"network", AMR_CLASS_UNIX},          {"unix", AMR_CLASS_UNIX},
        {"unix", AMR_CLASS_NETWORK},          {"signal", AMR_CLASS_SIGNAL},
        {"ptrace", AMR_CLASS_PTRACE},         {"mount", AMR_CLASS_MOUNT},
        {"userns", AMR_CLASS_USERNS},         {"change_profile", AMR_CLASS_CHANGE_PROFILE},
        {"/tmp/al/", AMR_CLASS_FILE},
    };

    if (!*rule)
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (words[i].klass == attempt->question.klass && strstr(rule, words[i].word))
            return TRUE;
    return FALSE;
}

guint
attempt_all(guint *tried)
{
    static const struct {
        const char *abi, *flags;
    } ways[] = {{"3.0", ""}, {"4.0", ""}, {"5.0", ""}, {"3.0", " flags=(complain)"}};
    guint wrong = 0;

    prepare();
    for (guint i = 0; i < G_N_ELEMENTS(rules) * G_N_ELEMENTS(ways); i++) {
        const char *rule = rules[i / G_N_ELEMENTS(ways)], *needs = NULL;
        const char *abi = ways[i % G_N_ELEMENTS(ways)].abi;
        const char *flags = ways[i % G_N_ELEMENTS(ways)].flags;
        g_autoptr(AmrOracle) oracle = NULL;
        gboolean loaded = FALSE;
        for (guint n = 0; n < G_N_ELEMENTS(attempts); n++) {
            const Attempt *one = &attempts[n];
            AmrOracleAnswer answer;
            int done;
            if (!is_for(rule, one))
                continue;
            if (!loaded || one->needs != needs) {
                amr_oracle_free(oracle);
                oracle = load_for(abi, flags, rule, one->needs);
                needs = one->needs;
                loaded = TRUE;
            }
            if (!oracle)
                continue; /* a rule or an ABI that this parser does not know */
            amr_oracle_ask(amr_oracle_find(oracle, "tried"), &one->question, &answer);
            done = attempt(one);
            (*tried)++;
            if (done == answer.happens || (answer.depends && done >= 0))
                continue; /* or it is one of those in which kernels differ */
            wrong++;
            printf("# \"%s\" with \"%s\" (abi %s%s): %s, the oracle says %s\n", one->name, rule,
                   abi, flags,
                   done < 0 ? "failed"
                   : done   ? "done"
                            : "refused",
                   amr_oracle_verdict_word(answer.verdict));
        }
    }
    return wrong;
}
