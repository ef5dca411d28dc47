/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured within one process; the driver is bench.c. Times are in seconds. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <glib.h>

G_BEGIN_DECLS

enum {
    BENCH_PAIRS = 9
};

double bench_now(void);
/* What the process @pid has had of a processor. Beside a time that others may have stretched it
 * tells what is its own. */
double bench_processor(int pid);
double bench_median(const double *values, guint n);
/* Ends the program. */
void bench_fail(const char *format, ...) G_GNUC_PRINTF(1, 2) G_GNUC_NORETURN;
/* A figure and its target; what was missed is kept for bench_missed(). */
void bench_at_least(const char *what, double value, double target, const char *unit);
void bench_at_most(const char *what, double value, double target, const char *unit);
void bench_note(const char *what, double value, const char *unit);
guint bench_missed(void);

/* Reads @file whole into a store, the way that armorer does; prints "OCCURRENCES DISTINCT". */
void bench_ingest(const char *file);
/* Reads @file and does nothing with it. */
void bench_read(const char *file);

void bench_records(const char *file);
void bench_list(void);
void bench_distinct(void);
/* @dir is where it may write. */
void bench_hostile(const char *dir);

/* The full screen of @armorer: on @log, and for what a key costs on the system below @root. */
void bench_screen(const char *armorer, const char *log, const char *root);
/* From a denial in a followed log to its reader; what waiting costs. @dir is where it may write. */
void bench_follow(const char *armorer, const char *dir);
void bench_idle(const char *dir);

/* Questions to compiled policy. */
void bench_oracle(void);

/* A walk over a million files below @dir, where it may write, with the data file @sensitive; and
 * proofs. */
void bench_breadth(const char *dir, const char *sensitive);

/* What the clusters make of sets of paths: those recorded in @dir, and some that are made. */
void bench_cluster(const char *dir);

G_END_DECLS
#endif
