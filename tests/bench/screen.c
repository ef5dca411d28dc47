/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The full screen on a terminal of our own: how soon it shows, how soon a key does, in how many
 * bytes. */
#include "config.h"

#include "tests/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    STARTS = 9,   /* of the program */
    KEYS = 41,    /* measured */
    QUIET = 60,   /* milliseconds without a byte: it has drawn all */
    BURST = 4,    /* the same, between what one key changes and the next thing */
    HANG = 20000, /* milliseconds */
};

typedef struct {
    int fd; /* the terminal's other end */
    pid_t pid;
    double started;
} Screen;

static int
open_terminal(char **name)
{
    const struct winsize size = {.ws_row = 24, .ws_col = 80};
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0 || ioctl(fd, TIOCSWINSZ, &size) != 0)
        bench_fail("no terminal: %s", g_strerror(errno));
    *name = g_strdup(ptsname(fd));
    return fd;
}

static Screen
start(const char *const *argv)
{
    g_autofree char *name = NULL;
    Screen screen = {.fd = open_terminal(&name), .started = bench_now()};

    screen.pid = fork();
    if (screen.pid < 0)
        bench_fail("fork: %s", g_strerror(errno));
    if (screen.pid == 0) {
        int tty;
        (void)setsid();
        tty = open(name, O_RDWR);
        (void)ioctl(tty, TIOCSCTTY, 0);
        for (int fd = 0; fd < 3; fd++)
            (void)dup2(tty, fd);
        (void)execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    return screen;
}

/* Reads what comes within @wait milliseconds; the bytes, 0: nothing came. */
static gsize
take(const Screen *screen, int wait, GString *into)
{
    struct pollfd ready = {.fd = screen->fd, .events = POLLIN};
    char block[65536];
    ssize_t n = 0;

    if (poll(&ready, 1, wait) > 0)
        n = read(screen->fd, block, sizeof block);
    if (n > 0 && into)
        g_string_append_len(into, block, n);
    return n > 0 ? (gsize)n : 0;
}

static gsize
settle(const Screen *screen)
{
    gsize all = 0, n;
    while ((n = take(screen, QUIET, NULL)) > 0)
        all += n;
    return all;
}

/* Seconds until the last line is there, with its keys. */
static double
first_frame(const Screen *screen)
{
    g_autoptr(GString) seen = g_string_new(NULL);
    while (!strstr(seen->str, "help")) {
        if (take(screen, HANG, seen) == 0)
            bench_fail("nothing on the screen");
    }
    return bench_now() - screen->started;
}

static void
press(const Screen *screen, const char *key)
{
    if (write(screen->fd, key, strlen(key)) < 0)
        bench_fail("a key: %s", g_strerror(errno));
}

static void
end(Screen *screen)
{
    (void)kill(screen->pid, SIGTERM);
    while (take(screen, HANG, NULL) > 0)
        ;
    (void)waitpid(screen->pid, NULL, 0);
    (void)close(screen->fd);
}

static void
time_start(const char *armorer, const char *log)
{
    const char *const argv[] = {armorer, "--log", log, NULL};
    double times[STARTS];

    for (guint i = 0; i < STARTS; i++) {
        Screen screen = start(argv);
        times[i] = first_frame(&screen) * 1000;
        end(&screen);
    }
    bench_at_most("the first frame, whatever the backlog", bench_median(times, STARTS), 30, "ms");
}

/* Milliseconds from @key to the last byte of what it changes: of one burst. *@own: what of a
 * processor the program had until the first. */
static double
time_key(const Screen *screen, const char *key, double *own)
{
    double sent, last;

    while (take(screen, BURST, NULL) > 0) /* of the key before, or of the log */
        ;
    *own = bench_processor(screen->pid);
    sent = bench_now();
    press(screen, key);
    if (take(screen, HANG, NULL) == 0)
        bench_fail("a key without an answer");
    *own = (bench_processor(screen->pid) - *own) * 1000;
    do {
        last = bench_now();
    } while (take(screen, BURST, NULL) > 0);
    return (last - sent) * 1000;
}

/* While the log is read. */
static void
time_keys(const char *armorer, const char *log)
{
    const char *const argv[] = {armorer, "--log", log, NULL};
    double times[KEYS], own[KEYS];
    guint n = 0;

    while (n < KEYS) { /* a log is read so soon that it takes several */
        Screen screen = start(argv);
        double until;
        (void)first_frame(&screen);
        (void)time_key(&screen, "g", own);
        until = bench_now() + 0.15;
        while (n < KEYS && bench_now() < until) {
            times[n] = time_key(&screen, n % 2 ? "k" : "j", &own[n]);
            n++;
        }
        end(&screen);
    }
    bench_at_most("a key, while the log is read (median)", bench_median(times, KEYS), 2, "ms");
    bench_note("  of it armorer's own, by processor time", bench_median(own, KEYS), "ms");
}

static double
count_bytes(const char *armorer, const char *root)
{
    const char *const argv[] = {armorer, "--root", root, NULL};
    Screen screen = start(argv);
    double bytes[KEYS];

    (void)first_frame(&screen);
    (void)settle(&screen);
    press(&screen, "g");
    (void)settle(&screen);
    for (guint i = 0; i < KEYS; i++) {
        press(&screen, i % 12 < 6 ? "j" : "k");
        bytes[i] = (double)settle(&screen);
    }
    end(&screen);
    return bench_median(bytes, KEYS);
}

void
bench_screen(const char *armorer, const char *log, const char *root)
{
    g_autofree char *home = g_dir_make_tmp("armorer-bench-home.XXXXXX", NULL);

    (void)setenv("HOME", home, 1);
    (void)setenv("LC_ALL", "C.UTF-8", 1);
    (void)setenv("TERM", "xterm-256color", 1);
    (void)unsetenv("NO_COLOR");
    time_start(armorer, log);
    time_keys(armorer, log);
    bench_at_most("a cursor key, bytes in colour at 80x24", count_bytes(armorer, root), 320, "");
    (void)setenv("NO_COLOR", "1", 1);
    bench_at_most("a cursor key, bytes without colour", count_bytes(armorer, root), 250, "");
    (void)rmdir(home);
}
