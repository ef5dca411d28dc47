/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/bench/bench.h"

#include <aalogparse/aalogparse.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/denial/selection.h"
#include "core/log/shapes.h"
#include "core/session.h"

enum {
    BLOCK = 256 * 1024,        /* stays in the second level cache */
    SAFE_LINE = 16000,         /* parse_record() is handed none that is longer */
    LINES = 20000,             /* compared with it */
    DISTINCT = 1000000,        /* denials held */
    HOSTILE = 4 * 1024 * 1024, /* bytes of each hostile log */
};

/* ---- reading ----------------------------------------------------------------------------------
 */

void
bench_read(const char *file)
{
    char *block = aligned_alloc((size_t)sysconf(_SC_PAGESIZE), BLOCK); /* its quickest */
    const int fd = open(file, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    if (fd < 0)
        bench_fail("%s: %s", file, g_strerror(errno));
    while ((got = read(fd, block, BLOCK)) > 0)
        ;
    if (got < 0)
        bench_fail("%s: %s", file, g_strerror(errno));
    (void)close(fd);
    free(block);
}

static void
on_loaded(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

static AmrSession *
ingest(const char *file)
{
    const AmrTargetOptions options = {.root = "/"};
    const char *const files[] = {file, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    AmrSession *session = amr_session_new(&options, 0, &error);

    if (!session)
        bench_fail("%s", error->message);
    (void)amr_session_add_logs(session, files, FALSE, NULL);
    amr_ingest_load_async(session->ingest, NULL, on_loaded, &result);
    while (!result)
        g_main_context_iteration(NULL, TRUE);
    if (!amr_ingest_load_finish(session->ingest, result, &error))
        bench_fail("%s", error->message);
    return session;
}

void
bench_ingest(const char *file)
{
    g_autoptr(AmrSession) session = ingest(file);
    printf("%" G_GUINT64_FORMAT " %u\n", amr_store_total(session->store),
           amr_store_count(session->store));
}

/* ---- records ----------------------------------------------------------------------------------
 */

/* The lines at the start of @file that parse_record() takes, each behind a newline: a span at 0
 * would be none. */
static GPtrArray *
accepted_lines(const char *file)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *line = g_malloc(SAFE_LINE + 2);
    FILE *log = fopen(file, "re");

    if (!log)
        bench_fail("%s: %s", file, g_strerror(errno));
    while (lines->len < LINES && fgets(line + 1, SAFE_LINE, log)) {
        aa_log_record *record;
        line[0] = '\n';
        line[strcspn(line + 1, "\n") + 1] = '\0';
        if (!strstr(line, "apparmor=") || strchr(line, '\\'))
            continue;
        record = parse_record(line + 1);
        if (record && record->event != AA_RECORD_INVALID)
            g_ptr_array_add(lines, g_strdup(line));
        free_record(record);
    }
    (void)fclose(log);
    if (lines->len == 0)
        bench_fail("parse_record() takes no line of %s", file);
    return lines;
}

static double
time_theirs(const GPtrArray *lines)
{
    const double start = bench_now();
    for (guint i = 0; i < lines->len; i++)
        free_record(parse_record((char *)g_ptr_array_index(lines, i) + 1));
    return bench_now() - start;
}

/* As the intake does where it has not seen a record before; @store may be NULL. */
static double
time_ours(const GPtrArray *lines, AmrStore *store)
{
    g_autofree char *scratch = g_malloc(AMR_EVENT_SCRATCH);
    g_autofree guint32 *lengths = g_new(guint32, lines->len);
    AmrShapes shapes = {0};
    guint taken = 0;
    double start;

    for (guint i = 0; i < lines->len; i++)
        lengths[i] = (guint32)strlen((const char *)g_ptr_array_index(lines, i) + 1);
    start = bench_now();
    for (guint i = 0; i < lines->len; i++) {
        const char *block = g_ptr_array_index(lines, i);
        AmrRecord record;
        AmrEvent event;
        AmrHead head;
        if (!amr_shapes_read(&shapes, &head, block, (AmrSpan){1, lengths[i]}) ||
            !amr_record_slice_body(&record, &head, block) ||
            !amr_event_decode(&event, &record, block, scratch))
            continue;
        taken++;
        if (store)
            (void)amr_store_add(store, &event, NULL);
    }
    start = bench_now() - start;
    if (taken != lines->len)
        bench_fail("%u of %u records were not taken", lines->len - taken, lines->len);
    return start;
}

void
bench_records(const char *file)
{
    g_autoptr(GPtrArray) lines = accepted_lines(file);
    g_autoptr(AmrStore) store = amr_store_new(0);
    double ratios[BENCH_PAIRS], stored[BENCH_PAIRS], times[BENCH_PAIRS];

    (void)time_ours(lines, store);
    (void)time_theirs(lines);
    for (guint i = 0; i < BENCH_PAIRS; i++) {
        const double theirs = time_theirs(lines);
        times[i] = time_ours(lines, NULL);
        ratios[i] = theirs / times[i];
        stored[i] = theirs / time_ours(lines, store);
    }
    bench_at_least("records a second, against parse_record", bench_median(ratios, BENCH_PAIRS), 10,
                   "x");
    bench_note("  with the store besides", bench_median(stored, BENCH_PAIRS), "x");
    bench_note("  one record", bench_median(times, BENCH_PAIRS) / lines->len * 1e6, "us");
}

/* ---- memory -----------------------------------------------------------------------------------
 */

static double
resident(void)
{
    unsigned long size = 0, pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    const int got = statm ? fscanf(statm, "%lu %lu", &size, &pages) : 0;

    if (got != 2)
        bench_fail("/proc/self/statm cannot be read");
    (void)fclose(statm);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void
add_distinct(AmrStore *store, char *scratch, guint number)
{
    char line[512];
    AmrRecord record;
    AmrEvent event;
    const int len = g_snprintf(
        line, sizeof line,
        "type=AVC msg=audit(1795000000.%03u:%u): apparmor=\"DENIED\" operation=\"open\" "
        "class=\"file\" profile=\"/usr/sbin/service%u\" name=\"/var/lib/service%u/state/%u.db\" "
        "pid=%u comm=\"service%u\" requested_mask=\"r\" denied_mask=\"r\" fsuid=100 ouid=0",
        number % 1000, number, number % 250, number % 250, number, number % 32768, number % 250);
    const AmrOrigin origin = {1, (guint32)len, (guint64)number * 256};

    if (!amr_record_slice(&record, line, (AmrSpan){0, (uint32_t)len}) ||
        !amr_event_decode(&event, &record, line, scratch))
        bench_fail("not taken: %s", line);
    (void)amr_store_add(store, &event, &origin);
}

void
bench_distinct(void)
{
    g_autofree char *scratch = g_malloc0(AMR_EVENT_SCRATCH);
    g_autoptr(AmrStore) store = amr_store_new(DISTINCT + 1);
    AmrDenialId first;
    double before, full;

    add_distinct(store, scratch, 0);
    before = resident();
    for (guint i = 1; i <= DISTINCT; i++)
        add_distinct(store, scratch, i);
    full = resident();
    bench_at_most("bytes a distinct denial, of a million", (full - before) / DISTINCT, 224, "");
    for (guint i = 1; i <= DISTINCT; i++)
        add_distinct(store, scratch, i);
    if (amr_store_count(store) != DISTINCT + 1)
        bench_fail("%u distinct denials of %d", amr_store_count(store), DISTINCT + 1);
    bench_at_most("bytes a repeat", (resident() - full) / DISTINCT, 0.1, "");
    full = resident();
    (void)amr_store_window(store, AMR_ORDER_LAST, 0, 1, &first);
    bench_note("  an order in use, of a million", (resident() - full) / DISTINCT, "bytes");
}

/* What a list of as many denials as are held costs a key: a slice of a filter, and once an order.
 */
void
bench_list(void)
{
    const char *const words[] = {"state", NULL}; /* in the names of all: each goes into the list */
    g_autofree char *scratch = g_malloc0(AMR_EVENT_SCRATCH);
    g_autoptr(AmrStore) store = amr_store_new(0);
    g_autoptr(AmrClock) clock = amr_clock_new_system();
    double slices[AMR_STORE_LIMIT / 512 + 1], start, whole;
    gboolean more = TRUE;
    guint n = 0;
    AmrDenialId first;

    for (guint i = 0; i < AMR_STORE_LIMIT; i++)
        add_distinct(store, scratch, i);
    whole = bench_now();
    g_autoptr(AmrSelection) selection =
        amr_selection_new(store, AMR_ORDER_LAST, amr_filter_new(words, clock, NULL));
    while (more) {
        start = bench_now();
        more = amr_selection_work(selection, 512);
        slices[n++] = bench_now() - start;
    }
    if (amr_selection_count(selection) != AMR_STORE_LIMIT)
        bench_fail("%u of %d denials filtered", amr_selection_count(selection), AMR_STORE_LIMIT);
    bench_note("a filter over 262,144 denials", (bench_now() - whole) * 1000, "ms");
    bench_at_most("  a slice of it, which a key may wait for", bench_median(slices, n) * 1000, 2,
                  "ms");
    start = bench_now();
    (void)amr_store_window(store, AMR_ORDER_PROFILE, 0, 1, &first);
    bench_at_most("  another order of them, asked for the first time", (bench_now() - start) * 1000,
                  400, "ms");
}

/* ---- hostile lines ----------------------------------------------------------------------------
 */

#define RECORD "type=AVC msg=audit(1795000000.000:1): apparmor=\"DENIED\" operation=\"open\" "

typedef struct {
    const char *name, *before, *again, *after;
} Hostile;

static const Hostile hostile[] = {
    {"a name", RECORD "name=\"", "a", "\""},
    {"a name in hex", RECORD "name=", "4F", ""},
    {"one field", RECORD, "name=\"x\" ", ""},
    {"unknown fields", RECORD, "k=v ", ""},
    {"records in one line", "", RECORD, ""},
    {"the needle", RECORD, "apparmor=", ""},
    {"what the probe stops at", "", "p__m", " apparmor=\"DENIED\""},
    {"words before it", "", "kernel: ", RECORD},
    {"stamps before it", "", "Nov 22 14:05:07 ", RECORD},
    {"blanks", RECORD, " ", ""},
    {"equal signs", RECORD, "=", ""},
    {"quotes", RECORD, "\"", ""},
    {"open quotes", RECORD, "a=\"", ""},
    {"almost escapes", RECORD, "#01", ""},
    {"notices of loss", "", "audit: audit_lost=", ""},
};

/* Seconds for lines of @len bytes, HOSTILE bytes in all; the best of five. */
static double
time_hostile(const char *path, const Hostile *kind, gsize len)
{
    g_autoptr(GString) log = g_string_sized_new(HOSTILE + 4096);
    g_autoptr(GError) error = NULL;
    double best = G_MAXDOUBLE;

    while (log->len < HOSTILE) {
        const gsize start = log->len, after = strlen(kind->after);
        g_string_append(log, kind->before);
        while (log->len - start + after + strlen(kind->again) < len)
            g_string_append(log, kind->again);
        g_string_append(log, kind->after);
        g_string_append_c(log, '\n');
    }
    if (!g_file_set_contents(path, log->str, (gssize)log->len, &error))
        bench_fail("%s", error->message);
    for (int i = 0; i < 5; i++) {
        const double start = bench_now();
        AmrSession *session = ingest(path);
        best = MIN(best, bench_now() - start);
        amr_session_free(session);
    }
    return best * HOSTILE / (double)log->len;
}

/* Linear means that a byte costs the same in a line of any length. */
void
bench_hostile(const char *dir)
{
    g_autofree char *path = g_build_filename(dir, "hostile.log", NULL);
    const Hostile *worst = NULL, *slowest = NULL;
    double ratio = 0, slow = 0;
    g_autofree char *what = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
        const double few = time_hostile(path, &hostile[i], 8000);
        const double whole = time_hostile(path, &hostile[i], 64000); /* as long as is read whole */
        const double most = time_hostile(path, &hostile[i], 1024 * 1024);
        if (MAX(whole, most) / few > ratio) {
            ratio = MAX(whole, most) / few;
            worst = &hostile[i];
        }
        if (MAX(few, MAX(whole, most)) > slow) {
            slow = MAX(few, MAX(whole, most));
            slowest = &hostile[i];
        }
    }
    (void)unlink(path);
    what = g_strdup_printf("a byte in a line of 1 MiB, against 8 KB (%s)", worst->name);
    bench_at_most(what, ratio, 2, "x");
    g_free(what);
    what = g_strdup_printf("  the slowest of them (%s)", slowest->name);
    bench_note(what, HOSTILE / slow / 1e6, "MB/s");
}
