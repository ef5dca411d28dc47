/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How soon a denial is seen, and that waiting for one costs nothing. */
#include "config.h"

#include "tests/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/source/ingest.h"

enum {
    DENIALS = 200,
    APART_US = 40000, /* data alone is drawn thirty times a second: that is not what is measured */
    IDLE_SECONDS = 60
};

/* ---- a followed file ------------------------------------------------------------------------- */

static void
put_denial(int fd, guint n)
{
    g_autofree char *line = g_strdup_printf(
        "type=AVC msg=audit(1795350882.844:%u): apparmor=\"DENIED\" operation=\"open\" "
        "profile=\"p\" name=\"/row-%03u-\" pid=1 comm=\"c\" requested_mask=\"r\" denied_mask=\"r\" "
        "fsuid=0 ouid=0\n",
        n + 1, n);
    if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
        bench_fail("writing a log: %s", g_strerror(errno));
}

/* Reads until @word was there; 5 s at most. */
static gboolean
read_until(int fd, const char *word, GString *seen)
{
    const double end = bench_now() + 5;

    while (!strstr(seen->str, word)) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        char bytes[65536];
        ssize_t got;
        if (bench_now() > end || poll(&ready, 1, 1000) < 0)
            return FALSE;
        got = ready.revents ? read(fd, bytes, sizeof bytes) : 0;
        if (got < 0)
            return FALSE;
        /* What a terminal is sent may be cut anywhere, but a name in a row is not. */
        g_string_append_len(seen, bytes, got);
        for (gsize i = 0; i < seen->len; i++) {
            if (seen->str[i] == '\0')
                seen->str[i] = ' ';
        }
    }
    g_string_truncate(seen, 0);
    return TRUE;
}

static pid_t
start(const char *const *argv, int *terminal)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    const pid_t pid = forkpty(terminal, NULL, NULL, &size);

    if (pid < 0)
        bench_fail("a terminal: %s", g_strerror(errno));
    if (pid == 0) {
        (void)g_setenv("TERM", "xterm-256color", TRUE);
        (void)execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    return pid;
}

static void
measure(const char *what, const char *const *argv, const char *log)
{
    g_autoptr(GString) seen = g_string_new(NULL);
    double late[DENIALS], own[DENIALS], worst = 0;
    int terminal, status;
    const int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    const pid_t pid = start(argv, &terminal);

    put_denial(fd, 999);
    if (!read_until(terminal, "/row-999-", seen))
        bench_fail("%s: nothing came", what);
    for (guint i = 0; i < DENIALS; i++) {
        g_autofree char *word = g_strdup_printf("/row-%03u-", i);
        double begun;
        g_usleep(APART_US);
        own[i] = bench_processor(pid);
        begun = bench_now();
        put_denial(fd, i);
        if (!read_until(terminal, word, seen))
            bench_fail("%s: denial %u did not come", what, i);
        late[i] = (bench_now() - begun) * 1000;
        own[i] = (bench_processor(pid) - own[i]) * 1000;
        worst = MAX(worst, late[i]);
    }
    bench_at_most(what, bench_median(late, DENIALS), 5, "ms");
    bench_note("  the worst of them", worst, "ms");
    bench_note("  of it armorer's own, by processor time", bench_median(own, DENIALS), "ms");
    (void)kill(pid, SIGTERM);
    (void)close(terminal);
    (void)close(fd);
    (void)waitpid(pid, &status, 0);
}

void
bench_follow(const char *armorer, const char *dir)
{
    g_autofree char *log = g_build_filename(dir, "followed", NULL);
    const char *const command[] = {armorer, "denials", "--follow", log, NULL};
    const char *const screen[] = {armorer, "--log", log, NULL};

    measure("from a followed file to the line of denials --follow", command, log);
    measure("from a followed file to a row on the screen", screen, log);
    (void)g_unlink(log);
}

/* ---- waiting --------------------------------------------------------------------------------- */

static gboolean
on_timeout(gpointer data)
{
    *(gboolean *)data = TRUE;
    return G_SOURCE_REMOVE;
}

static void
run_for(guint seconds)
{
    gboolean over = FALSE;

    (void)g_timeout_add_seconds(seconds, on_timeout, &over);
    while (!over)
        (void)g_main_context_iteration(NULL, TRUE);
}

static int
add_stand_in(AmrIngest *ingest, AmrSourceKind kind)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
        bench_fail("a socket: %s", g_strerror(errno));
    (void)amr_ingest_add_open(ingest, kind, ends[0], TRUE);
    return ends[1];
}

static void
send_record(int fd)
{
    static const char text[] = "audit(1795350882.844:1): apparmor=\"DENIED\" operation=\"open\"";
    struct {
        struct nlmsghdr header;
        char text[sizeof text];
    } message = {.header = {.nlmsg_len = sizeof message, .nlmsg_type = 1400}};

    memcpy(message.text, text, sizeof text);
    if (send(fd, &message, sizeof message, 0) < 0)
        bench_fail("a record: %s", g_strerror(errno));
}

/* With every kind of source open, and after each had something to say. */
void
bench_idle(const char *dir)
{
    g_autofree char *log = g_build_filename(dir, "idle", NULL);
    g_autofree char *absent = g_build_filename(dir, "absent", NULL);
    const AmrTargetOptions options = {.root = dir};
    AmrTarget *target = amr_target_new(&options, NULL);
    AmrOpener *opener = amr_opener_new(target);
    AmrStore *store = amr_store_new(0);
    AmrIngest *ingest = amr_ingest_new(opener, store);
    struct rusage before, after;
    int audit, kmsg, fd;

    fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    (void)amr_ingest_add_file(ingest, AMR_OPEN_GIVEN, log, TRUE);
    (void)amr_ingest_add_file(ingest, AMR_OPEN_GIVEN, absent, TRUE);
    audit = add_stand_in(ingest, AMR_SOURCE_KIND_AUDIT);
    kmsg = add_stand_in(ingest, AMR_SOURCE_KIND_KMSG);
    if (g_file_test("/run/log/journal", G_FILE_TEST_IS_DIR))
        (void)amr_ingest_add(ingest, AMR_SOURCE_KIND_JOURNAL, "run/log/journal", TRUE);
    amr_ingest_load_async(ingest, NULL, NULL, NULL);
    run_for(1);
    put_denial(fd, 1);
    send_record(audit);
    (void)!write(kmsg, "6,1,1,-;x\n", 10);
    run_for(2);
    if (amr_store_total(store) != 2)
        bench_fail("%d of two denials were read", (int)amr_store_total(store));
    (void)getrusage(RUSAGE_SELF, &before);
    run_for(IDLE_SECONDS);
    (void)getrusage(RUSAGE_SELF, &after);
    /* One is the end of the measure itself. */
    bench_at_most("times that it woke in 60 idle seconds, every kind of source open",
                  (double)(after.ru_nvcsw - before.ru_nvcsw - 1), 0, "");
    amr_ingest_free(ingest);
    amr_store_free(store);
    amr_opener_free(opener);
    amr_target_free(target);
    (void)close(audit);
    (void)close(kmsg);
    (void)close(fd);
}
