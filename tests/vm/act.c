/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does one thing that AppArmor mediates:   act VERB [ARGUMENT...]
 * Status 0 if it could be done, 13 if it was refused (EACCES, EPERM), 1 for what else went wrong,
 * 2 for wrong words. What a profile of the guest lacks the rule for, tried for real.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/apparmor.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __has_include
#if __has_include(<linux/io_uring.h>)
#include <linux/io_uring.h>
#endif
#endif

/* Each returns 0, or -1 with errno. */
typedef int (*Deed)(char **args);

/* ---- files ---------------------------------------------------------------------------------- */

static int
use_file(const char *name, int flags, int writes)
{
    char byte = 'x';
    int fd = open(name, flags | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    if (writes)
        return write(fd, &byte, 1) == 1 ? 0 : -1;
    return read(fd, &byte, 1) >= 0 ? 0 : -1;
}

static int
do_read(char **args)
{
    return use_file(args[0], O_RDONLY, 0);
}

static int
do_write(char **args)
{
    return use_file(args[0], O_WRONLY, 1);
}

static int
do_append(char **args)
{
    return use_file(args[0], O_WRONLY | O_APPEND, 1);
}

static int
do_create(char **args)
{
    return use_file(args[0], O_RDWR | O_CREAT | O_EXCL, 1);
}

static int
do_unlink(char **args)
{
    return unlink(args[0]);
}

static int
do_rename(char **args)
{
    return rename(args[0], args[1]);
}

static int
do_link(char **args)
{
    return link(args[0], args[1]);
}

static int
do_symlink(char **args)
{
    return symlink(args[0], args[1]);
}

static int
do_mkdir(char **args)
{
    return mkdir(args[0], 0755);
}

static int
do_rmdir(char **args)
{
    return rmdir(args[0]);
}

static int
do_list(char **args)
{
    int fd = open(args[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -1 : 0;
}

static int
do_lock(char **args)
{
    int fd = open(args[0], O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -1 : flock(fd, LOCK_SH);
}

static int
do_map(char **args)
{
    int fd = open(args[0], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    return mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0;
}

static int
do_chmod(char **args)
{
    return chmod(args[0], 0600);
}

static int
do_chown(char **args)
{
    return chown(args[0], 1, 1);
}

static int
do_truncate(char **args)
{
    return truncate(args[0], 0);
}

static int
do_mknod(char **args)
{
    return mknod(args[0], S_IFIFO | 0644, 0);
}

static int
do_exec(char **args)
{
    return execv(args[0], args);
}

/* ---- capabilities, limits, namespaces ------------------------------------------------------- */

static int
do_chroot(char **args)
{
    return chroot(args[0]);
}

static int
do_hostname(char **args)
{
    return sethostname(args[0], strlen(args[0]));
}

static int
do_nice(char **args)
{
    return setpriority(PRIO_PROCESS, 0, atoi(args[0]));
}

static int
do_setuid(char **args)
{
    uid_t id = (uid_t)atoi(args[0]);
    return setresuid(id, id, id);
}

static int
do_limit(char **args)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -1;
    limit.rlim_cur = limit.rlim_max = (rlim_t)atol(args[0]);
    return setrlimit(RLIMIT_NOFILE, &limit);
}

static int
do_userns(char **args)
{
    (void)args;
    return unshare(CLONE_NEWUSER);
}

/* ---- sockets -------------------------------------------------------------------------------- */

/* family type: "inet stream", "inet6 dgram", "netlink raw", "packet raw", "unix stream" */
static int
do_socket(char **args)
{
    static const struct {
        const char *word;
        int value;
    } families[] = {{"inet", AF_INET},       {"inet6", AF_INET6},   {"unix", AF_UNIX},
                    {"netlink", AF_NETLINK}, {"packet", AF_PACKET}, {"alg", AF_ALG}},
      types[] = {{"stream", SOCK_STREAM},
                 {"dgram", SOCK_DGRAM},
                 {"raw", SOCK_RAW},
                 {"seqpacket", SOCK_SEQPACKET}};
    int family = -1, type = -1;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        family = strcmp(families[i].word, args[0]) == 0 ? families[i].value : family;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        type = strcmp(types[i].word, args[1]) == 0 ? types[i].value : type;
    if (family < 0 || type < 0) {
        errno = EINVAL;
        return -1;
    }
    return socket(family, type, 0) < 0 ? -1 : 0;
}

/* port: a TCP connection to ourselves, and a byte over it */
static int
do_talk(char **args)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)atoi(args[0])),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int one = 1;
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), peer;
    if (server < 0 || client < 0 ||
        setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
        bind(server, (struct sockaddr *)&at, sizeof at) < 0 || listen(server, 1) < 0 ||
        connect(client, (struct sockaddr *)&at, sizeof at) < 0)
        return -1;
    peer = accept(server, NULL, NULL);
    return peer < 0 || send(client, "x", 1, 0) != 1 ? -1 : 0;
}

/* name: an abstract unix socket, bound and connected to */
static int
do_abstract(char **args)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t len = strlen(args[0]);
    socklen_t size;
    int server, client;
    if (len + 1 > sizeof at.sun_path) {
        errno = EINVAL;
        return -1;
    }
    memcpy(at.sun_path + 1, args[0], len);
    size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + len);
    server = socket(AF_UNIX, SOCK_STREAM, 0);
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    if (server < 0 || client < 0 || bind(server, (struct sockaddr *)&at, size) < 0 ||
        listen(server, 1) < 0)
        return -1;
    return connect(client, (struct sockaddr *)&at, size);
}

/* ---- processes ------------------------------------------------------------------------------ */

static int
do_signal(char **args)
{
    return kill((pid_t)atoi(args[0]), atoi(args[1]));
}

static int
do_trace(char **args)
{
    pid_t pid = (pid_t)atoi(args[0]);
    if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
        return -1;
    (void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
    return 0;
}

/* For others to signal and to trace. */
static int
do_wait(char **args)
{
    signal(SIGUSR1, SIG_IGN);
    alarm((unsigned)atoi(args[0]));
    pause();
    return 0;
}

/* ---- mounts, in a mount namespace of its own ------------------------------------------------- */

static int
do_mount(char **args)
{
    return mount(args[1], args[2], args[0], 0, NULL);
}

static int
do_bind(char **args)
{
    return mount(args[0], args[1], NULL, MS_BIND, NULL);
}

static int
do_remount(char **args)
{
    return mount(NULL, args[0], NULL, MS_REMOUNT | MS_RDONLY, NULL);
}

static int
do_private(char **args)
{
    return mount(NULL, args[0], NULL, MS_PRIVATE, NULL);
}

static int
do_move(char **args)
{
    return mount(args[0], args[1], NULL, MS_MOVE, NULL);
}

static int
do_umount(char **args)
{
    return umount(args[0]);
}

static int
do_pivot(char **args)
{
    return (int)syscall(SYS_pivot_root, args[0], args[1]);
}

/* ---- profiles -------------------------------------------------------------------------------- */

static int
do_profile(char **args)
{
    return aa_change_profile(args[0]);
}

static int
do_onexec(char **args)
{
    if (aa_change_onexec(args[0]) < 0)
        return -1;
    return execv(args[1], args + 1);
}

/* hat file: reads the file in the hat */
static int
do_hat(char **args)
{
    if (aa_change_hat(args[0], 4711) < 0)
        return -1;
    return use_file(args[1], O_RDONLY, 0);
}

/* ---- queues and rings ------------------------------------------------------------------------ */

static int
do_queue(char **args)
{
    mqd_t queue = mq_open(args[0], O_RDWR | O_CREAT, 0600, NULL);
    return queue == (mqd_t)-1 ? -1 : 0;
}

static int
do_ring(char **args)
{
#if defined IORING_SETUP_SQPOLL && defined SYS_io_uring_setup
    struct io_uring_params params;
    (void)args;
    memset(&params, 0, sizeof params);
    params.flags = IORING_SETUP_SQPOLL;
    return syscall(SYS_io_uring_setup, 1, &params) < 0 ? -1 : 0;
#else
    (void)args;
    errno = ENOSYS;
    return -1;
#endif
}

/* ---- words ----------------------------------------------------------------------------------- */

static const struct {
    const char *verb;
    int args;
    Deed deed;
} deeds[] = {
    {"read", 1, do_read},         {"write", 1, do_write},       {"append", 1, do_append},
    {"create", 1, do_create},     {"unlink", 1, do_unlink},     {"rename", 2, do_rename},
    {"link", 2, do_link},         {"symlink", 2, do_symlink},   {"mkdir", 1, do_mkdir},
    {"rmdir", 1, do_rmdir},       {"list", 1, do_list},         {"lock", 1, do_lock},
    {"map", 1, do_map},           {"chmod", 1, do_chmod},       {"chown", 1, do_chown},
    {"truncate", 1, do_truncate}, {"mknod", 1, do_mknod},       {"exec", 1, do_exec},
    {"chroot", 1, do_chroot},     {"hostname", 1, do_hostname}, {"nice", 1, do_nice},
    {"setuid", 1, do_setuid},     {"limit", 1, do_limit},       {"userns", 0, do_userns},
    {"socket", 2, do_socket},     {"talk", 1, do_talk},         {"abstract", 1, do_abstract},
    {"signal", 2, do_signal},     {"trace", 1, do_trace},       {"wait", 1, do_wait},
    {"mount", 3, do_mount},       {"bind", 2, do_bind},         {"remount", 1, do_remount},
    {"private", 1, do_private},   {"move", 2, do_move},         {"umount", 1, do_umount},
    {"pivot", 2, do_pivot},       {"profile", 1, do_profile},   {"onexec", 2, do_onexec},
    {"hat", 2, do_hat},           {"queue", 1, do_queue},       {"ring", 0, do_ring},
};

int
main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(deeds[i].verb, argv[1]) != 0)
            continue;
        if (argc - 2 < deeds[i].args)
            break;
        if (deeds[i].deed(argv + 2) == 0)
            return 0;
        fprintf(stderr, "act %s: %s\n", argv[1], strerror(errno));
        return errno == EACCES || errno == EPERM ? 13 : 1;
    }
    fprintf(stderr, "act VERB [ARGUMENT...]; the verbs are:");
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++)
        fprintf(stderr, " %s", deeds[i].verb);
    fputc('\n', stderr);
    return 2;
}
