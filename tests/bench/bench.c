/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast, and with how little: each figure with its target, status 1 if one is missed.
 *   bench all LOG ARMORER     LOG from ./generate; ARMORER is the program
 *   bench screen LOG ARMORER ROOT   the full screen alone; ROOT as data/demo
 *   bench oracle              questions to compiled policy alone
 *   bench breadth DIR SENSITIVE proofs, and a walk over files that it makes in DIR
 *   bench cluster DIR         few rules for many paths; DIR is tests/data/cluster
 *   bench list                a list of as many denials as are held
 *   bench follow ARMORER DIR  how soon a denial is seen; DIR is where it may write
 *   bench read|ingest|records LOG     what `all` times, as processes of their own like grep
 */
#include "config.h"

#include "tests/bench/bench.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- figures ----------------------------------------------------------------------------------
 */

static guint missed;

double
bench_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double
bench_processor(int pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/schedstat", pid);
    g_autofree char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? g_ascii_strtod(text, NULL) * 1e-9 : 0;
}

static int
compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

double
bench_median(const double *values, guint n)
{
    g_autofree double *sorted = g_memdup2(values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, compare);
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

void
bench_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fflush(stdout);
    fputs("bench: ", stderr);
    (void)vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static void
judge(const char *what, double value, const char *unit, const char *relation, double target,
      gboolean good)
{
    printf("%-4s  %-62s %9.2f %-5s (%s %g)\n", good ? "PASS" : "MISS", what, value, unit, relation,
           target);
    (void)fflush(stdout);
    missed += !good;
}

void
bench_at_least(const char *what, double value, double target, const char *unit)
{
    judge(what, value, unit, "at least", target, value >= target);
}

void
bench_at_most(const char *what, double value, double target, const char *unit)
{
    judge(what, value, unit, "at most", target, value <= target);
}

void
bench_note(const char *what, double value, const char *unit)
{
    printf("      %-62s %9.2f %s\n", what, value, unit);
    (void)fflush(stdout);
}

guint
bench_missed(void)
{
    return missed;
}

/* ---- processes --------------------------------------------------------------------------------
 */

typedef struct {
    double seconds;
    double processor; /* seconds of it */
    double kib;       /* the most that was resident */
} Cost;

static double
to_seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

/* Runs @argv; its output goes to the file @out. */
static Cost
run(const char *const *argv, const char *out)
{
    posix_spawn_file_actions_t actions;
    struct rusage usage = {0};
    int status = 0, failed;
    double start;
    pid_t pid;

    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out,
                                           O_WRONLY | O_CREAT | O_TRUNC, 0600);
    start = bench_now();
    failed = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    if (failed)
        bench_fail("%s: %s", argv[0], g_strerror(failed));
    if (wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        bench_fail("%s %s: status %d", argv[0], argv[1], status);
    start = bench_now() - start;
    (void)posix_spawn_file_actions_destroy(&actions);
    return (Cost){start, to_seconds(usage.ru_utime) + to_seconds(usage.ru_stime),
                  (double)usage.ru_maxrss};
}

typedef struct {
    const char *name;
    const char *argv[6];
} Rival;

static void
race(const Rival *rival, const char *const *ours, const char *out, double *ratio)
{
    double ratios[BENCH_PAIRS], mine[BENCH_PAIRS], theirs[BENCH_PAIRS], processor[BENCH_PAIRS];

    for (guint i = 0; i < BENCH_PAIRS; i++) {
        const Cost their = run(rival->argv, out), our = run(ours, out);
        theirs[i] = their.seconds;
        mine[i] = our.seconds;
        ratios[i] = their.seconds / our.seconds;
        processor[i] = their.processor / our.processor;
    }
    *ratio = bench_median(ratios, BENCH_PAIRS);
    bench_note(rival->name, bench_median(theirs, BENCH_PAIRS) * 1000, "ms");
    bench_note("  ours beside it", bench_median(mine, BENCH_PAIRS) * 1000, "ms");
    /* What tells where others keep the machine busy. */
    bench_note("  times quicker than it, by processor time", bench_median(processor, BENCH_PAIRS),
               "x");
}

/* grep's count and ours of the same log. */
static void
compare_counts(const char *grep_out, const char *our_out)
{
    g_autofree char *theirs = NULL;
    g_autofree char *mine = NULL;

    if (!g_file_get_contents(grep_out, &theirs, NULL, NULL) ||
        !g_file_get_contents(our_out, &mine, NULL, NULL))
        bench_fail("no output of grep or of ours");
    bench_note("  distinct denials", strtod(strchr(mine, ' '), NULL), "");
    bench_at_least("records counted, against lines that grep counts",
                   strtod(mine, NULL) / strtod(theirs, NULL), 1, "x");
}

static void
bench_log(const char *self, const char *log, const char *armorer, const char *dir)
{
    const char *const ours[] = {self, "ingest", log, NULL};
    const char *const program[] = {armorer, "--log", log, "denials", NULL};
    const Rival grep = {"grep -ac apparmor=", {"grep", "-ac", "apparmor=", log, NULL}};
    const Rival bare = {"a bare read", {self, "read", log, NULL}};
    g_autofree char *out = g_build_filename(dir, "out", NULL);
    g_autofree char *grep_out = g_build_filename(dir, "grep.out", NULL);
    double ratio = 0;

    (void)run(bare.argv, out); /* into the page cache */
    (void)run(grep.argv, grep_out);
    (void)run(ours, out);
    compare_counts(grep_out, out);
    race(&grep, ours, out, &ratio);
    bench_at_least("a log read, parsed and counted, against grep", ratio, 1.8, "x");
    race(&bare, ours, out, &ratio);
    bench_at_most("the same, against a bare read", 1 / ratio, 4, "x");
    bench_at_most("resident while armorer lists it", run(program, out).kib / 1024, 16, "MiB");
    (void)unlink(out);
    (void)unlink(grep_out);
}

int
main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "read") == 0) {
        bench_read(argv[2]);
    } else if (argc == 3 && strcmp(argv[1], "ingest") == 0) {
        bench_ingest(argv[2]);
    } else if (argc == 3 && strcmp(argv[1], "records") == 0) {
        bench_records(argv[2]);
    } else if (argc == 4 && strcmp(argv[1], "all") == 0) {
        g_autofree char *dir = g_path_get_dirname(argv[2]);
        /* grep's quickest: bytes, no characters. */
        (void)setenv("LC_ALL", "C", 1);
        bench_log(argv[0], argv[2], argv[3], dir);
        bench_records(argv[2]);
        bench_distinct();
        bench_list();
        bench_hostile(dir);
        bench_oracle();
        bench_follow(argv[3], dir);
        bench_idle(dir);
    } else if (argc == 4 && strcmp(argv[1], "follow") == 0) {
        bench_follow(argv[2], argv[3]);
        bench_idle(argv[3]);
    } else if (argc == 5 && strcmp(argv[1], "screen") == 0) {
        bench_screen(argv[3], argv[2], argv[4]);
    } else if (argc == 2 && strcmp(argv[1], "oracle") == 0) {
        bench_oracle();
    } else if (argc == 4 && strcmp(argv[1], "breadth") == 0) {
        bench_breadth(argv[2], argv[3]);
    } else if (argc == 3 && strcmp(argv[1], "cluster") == 0) {
        bench_cluster(argv[2]);
    } else if (argc == 2 && strcmp(argv[1], "list") == 0) {
        bench_list();
    } else {
        fputs("usage: bench all LOG ARMORER | bench screen LOG ARMORER ROOT | bench oracle | "
              "bench cluster DIR | bench breadth DIR SENSITIVE | bench list | bench follow ARMORER "
              "DIR | bench read|ingest|records LOG\n",
              stderr);
        return 2;
    }
    return bench_missed() > 0;
}
