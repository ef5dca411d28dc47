/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/log/scan.h"
#include "core/source/ingest.h"
#include "tests/unit/ingest-fixture.h"
#include "tests/unit/pack.h"

static void
append(Bench *bench, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(bench->dir, name, NULL);
    const int fd = g_open(path, O_WRONLY | O_APPEND, 0);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}

static void
assert_raw(Bench *bench, AmrDenialId id, const char *want)
{
    g_autoptr(GBytes) raw = amr_ingest_raw(bench->ingest, &amr_store_get(bench->store, id)->origin);
    assert_non_null(raw);
    assert_int_equal(g_bytes_get_size(raw), strlen(want) - 1); /* without its newline */
    assert_memory_equal(g_bytes_get_data(raw, NULL), want, strlen(want) - 1);
}

/* ---- tests
 * -------------------------------------------------------------------------------------------- */

static void
test_files(void **state)
{
    Bench *bench = *state;
    AmrIngestStats stats;

    test_write(bench->dir, "a.log", "x\n" LINE(1) LINE(2) "type=SYSCALL x\n" LINE(1));
    test_write(bench->dir, "b.log",
               LINE(3) "Nov 22 12:23:33 host app: apparmor=\"DENIED\" operation=\"open\"\n"
                       "kauditd_printk_skb: 3 callbacks suppressed\n"
                       "type=AVC msg=audit(1.1:1): apparmor=\"STATUS\" operation=\"profile_load\"\n"
                       "type=AVC msg=audit(1.1:1): apparmor=\"DENIED\" name=\"/half");
    test_write(bench->dir, "empty.log", "");
    (void)bench_add(bench, "a.log", FALSE);
    (void)bench_add(bench, "b.log", FALSE);
    (void)bench_add(bench, "empty.log", FALSE);
    bench_load_well(bench);
    assert_int_equal(amr_store_count(bench->store), 3);
    assert_int_equal(amr_store_total(bench->store), 4);
    stats = amr_ingest_stats(bench->ingest);
    assert_int_equal(stats.records, 5);
    assert_int_equal(stats.foreign, 1);
    assert_int_equal(stats.lost[AMR_LOSS_SUPPRESSED], 0); /* the audit log has them */
    assert_int_equal(stats.torn, 1);
    assert_int_equal(bench_info(bench, 0).stats.records, 3);
    assert_int_equal(bench_info(bench, 2).state, AMR_SOURCE_DONE);
    assert_null(bench_info(bench, 2).error);
    assert_raw(bench, 1, LINE(1));
    assert_raw(bench, 2, LINE(2));
    assert_raw(bench, 3, LINE(3));
}

/* Of many blocks: no line is lost or read twice where they meet, and an overlong one hides and
 * forges nothing. */
static void
test_blocks(void **state)
{
    enum {
        LINES = 20000
    };
    Bench *bench = *state;
    g_autoptr(GString) log = g_string_new(NULL);
    gsize forged = 0;

    for (int i = 0; i < LINES; i++) {
        if (i == LINES / 2) {
            /* Wherever a block ends within it, a record begins. */
            while (log->len < 8 * 1024 * 1024 - 700)
                g_string_append(log, "filler\n");
            while (forged++ < 9000)
                g_string_append(log, "type=AVC msg=audit(1.1:1): apparmor=\"DENIED\" "
                                     "operation=\"open\" name=\"/forged\" ");
            g_string_append_c(log, '\n');
        }
        g_string_append_printf(log,
                               "type=AVC msg=audit(1.1:%d): apparmor=\"DENIED\" profile=\"p\" "
                               "operation=\"open\" name=\"/%d\" denied_mask=\"r\"\n",
                               i, i);
    }
    test_write(bench->dir, "a.log", log->str);
    (void)bench_add(bench, "a.log", FALSE);
    bench_load_well(bench);
    assert_int_equal(amr_store_count(bench->store), LINES);
    assert_int_equal(amr_store_total(bench->store), LINES);
    assert_int_equal(amr_ingest_stats(bench->ingest).overlong, 1);
    assert_int_equal(amr_ingest_stats(bench->ingest).bytes, log->len);
}

static void
test_bad_files(void **state)
{
    Bench *bench = *state;
    g_autofree char *binary = g_build_filename(bench->dir, "binary", NULL);
    g_autofree char *packed = g_build_filename(bench->dir, "log.gz", NULL);
    g_autofree char *closed = g_build_filename(bench->dir, "closed", NULL);
    g_autoptr(GError) error = NULL;

    assert_true(g_file_set_contents(binary, "\177ELF\0\1\2\3\0\0\0", 11, NULL));
    assert_true(g_file_set_contents(packed, "\x1f\x8b\x08pq", 5, NULL));
    test_write(bench->dir, "closed", LINE(1));
    assert_int_equal(g_chmod(closed, 0), 0);
    (void)bench_add(bench, "missing.log", FALSE);
    (void)bench_add(bench, "root", FALSE);
    (void)bench_add(bench, "binary", FALSE);
    (void)bench_add(bench, "log.gz", FALSE);
    (void)bench_add(bench, "closed", FALSE);
    /* Root reads everything, so for root one of them is read. */
    assert_int_equal(bench_load(bench, &error), geteuid() == 0);
    if (error)
        assert_non_null(strstr(error->message, "missing.log"));
    assert_true(g_error_matches(bench_info(bench, 0).error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
    assert_true(g_error_matches(bench_info(bench, 1).error, AMR_ERROR, AMR_ERROR_PARSE));
    assert_true(g_error_matches(bench_info(bench, 2).error, AMR_ERROR, AMR_ERROR_PARSE));
    assert_true(g_error_matches(bench_info(bench, 3).error, AMR_ERROR, AMR_ERROR_PARSE));
    assert_non_null(strstr(bench_info(bench, 3).error->message, "log.gz"));
    assert_non_null(strstr(bench_info(bench, 3).error->message, "gzip"));
    if (geteuid() != 0)
        assert_true(
            g_error_matches(bench_info(bench, 4).error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED));
    for (guint i = 0; i < 4; i++)
        assert_int_equal(bench_info(bench, i).state, AMR_SOURCE_FAILED);
}

/* A log in which a crash left a run of NUL is a log, wherever that stands and however long it is.
 */
static void
test_holes(void **state)
{
    static const gsize sizes[] = {1, 4096, 70000, 256 * 1024, 600000};

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *hole = g_malloc0(sizes[i]);
        g_autoptr(GString) log = g_string_new_len(hole, (gssize)sizes[i]);
        g_autofree char *path = NULL;
        void *own;
        Bench *bench;

        assert_int_equal(bench_set_up(&own), 0);
        bench = own;
        path = g_build_filename(bench->dir, "a.log", NULL);
        g_string_append(log, LINE(1));
        g_string_append_len(log, hole, (gssize)sizes[i]);
        g_string_append(log, LINE(2) "type=AVC msg=audit(1795350882.844:3): apparm");
        g_string_append_len(log, hole, (gssize)MIN(sizes[i], 4096)); /* within a line */
        g_string_append(log, LINE(3) LINE(4));
        assert_true(g_file_set_contents(path, log->str, (gssize)log->len, NULL));
        (void)bench_add(bench, "a.log", FALSE);
        bench_load_well(bench);
        assert_int_equal(amr_store_count(bench->store), 3);
        assert_int_equal(bench_info(bench, 0).stats.torn, 1);
        assert_raw(bench, 1, LINE(1));
        assert_raw(bench, 2, LINE(2));
        assert_raw(bench, 3, LINE(4));
        assert_int_equal(bench_tear_down(&own), 0);
    }
}

/* What holds no record: a log with a hole is a log all the same, what is no text is refused by a
 * name that helps. */
static void
test_binary(void **state)
{
    static const struct {
        const char *bytes;
        gsize size;
        const char *kind; /* NULL: a log */
    } rows[] = {
#define ROW(text, kind) {text, sizeof(text) - 1, kind}
        ROW("\0\0\0\0", NULL),
        ROW("\0\0\0\0Nov 22 12:23:33 host cron[1]: run\n", NULL),
        ROW("Nov 22 12:23:33 host cron[1]: run\nNov 22\0\0\0\0\0\0\0\0\0\0\n", NULL),
        ROW("\x1b[31mNov 22\x1b[0m 12:23:33\thost cron[1]: \xe2\x9c\x93\r\n", NULL),
        ROW("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0\1\0\0\0", "a program"),
        ROW("BZh91AY&SY", "bzip2"),
        ROW("LPKSHHRH\0\0\0\0", "a journal file"),
        ROW("PK\3\4\24\0\0\0\10\0", "a zip archive"),
        ROW("\7\0\0\0\301\2\0\0tty1\0\0\0\0\0\0\0\0\1\5root\0\0\0\0\3\6", "binary data"),
#undef ROW
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = NULL;
        const GError *error;
        void *own;
        Bench *bench;

        assert_int_equal(bench_set_up(&own), 0);
        bench = own;
        path = g_build_filename(bench->dir, "a.log", NULL);
        assert_true(g_file_set_contents(path, rows[i].bytes, (gssize)rows[i].size, NULL));
        (void)bench_add(bench, "a.log", FALSE);
        (void)bench_load(bench, NULL);
        error = bench_info(bench, 0).error;
        if ((error != NULL) != (rows[i].kind != NULL) ||
            (error && !strstr(error->message, rows[i].kind)))
            fail_msg("row %zu: %s", i, error ? error->message : "taken for a log");
        assert_int_equal(bench_tear_down(&own), 0);
    }
}

static void
test_one_of_two_fails(void **state)
{
    Bench *bench = *state;
    test_write(bench->dir, "a.log", LINE(1));
    (void)bench_add(bench, "missing.log", FALSE);
    (void)bench_add(bench, "a.log", FALSE);
    bench_load_well(bench);
    assert_int_equal(amr_store_count(bench->store), 1);
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FAILED);
}

static void
test_follow(void **state)
{
    Bench *bench = *state;

    test_write(bench->dir, "a.log", LINE(1) "type=AVC msg=audit(1.1:2): appar");
    (void)bench_add(bench, "a.log", TRUE);
    bench_load_well(bench);
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
    assert_int_equal(amr_store_total(bench->store), 1);
    append(bench, "a.log", "mor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/late\"\n");
    bench_wait_for_total(bench, 2);
    append(bench, "a.log", LINE(4));
    bench_wait_for_total(bench, 3);
    assert_raw(bench, 3, LINE(4));
}

/* Cut short and written anew, also to a greater length than before. */
static void
test_truncation(void **state)
{
    Bench *bench = *state;
    g_autofree char *path = g_build_filename(bench->dir, "a.log", NULL);
    g_autoptr(GBytes) stale = NULL;

    test_write(bench->dir, "a.log", LINE(1) LINE(2) LINE(3));
    (void)bench_add(bench, "a.log", TRUE);
    bench_load_well(bench);
    assert_int_equal(truncate(path, 0), 0);
    append(bench, "a.log", LINE(4));
    bench_wait_for_total(bench, 4);
    assert_raw(bench, 4, LINE(4));
    stale = amr_ingest_raw(bench->ingest, &amr_store_get(bench->store, 1)->origin);
    assert_null(stale);
    assert_int_equal(truncate(path, 0), 0);
    append(bench, "a.log", LINE(5) LINE(6) LINE(7));
    bench_wait_for_total(bench, 7);
    assert_raw(bench, 7, LINE(7));
}

/* ---- standard input
 * ------------------------------------------------------------------------------------- */

static int
swap_stdin(int fd)
{
    const int saved = dup(STDIN_FILENO);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    return saved;
}

static void
restore_stdin(int saved)
{
    if (saved < 0) {
        (void)close(STDIN_FILENO);
        return;
    }
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(saved), 0);
}

static void
test_pipe(void **state)
{
    Bench *bench = *state;
    int ends[2], saved;

    assert_int_equal(pipe(ends), 0);
    saved = swap_stdin(ends[0]);
    (void)amr_ingest_add_file(bench->ingest, AMR_OPEN_GIVEN, "-", TRUE);
    bench_load_well(bench); /* nothing there yet: it does not wait */
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
    assert_int_equal(fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
    assert_true(write(ends[1], LINE(1), strlen(LINE(1)) - 5) > 0);
    assert_true(write(ends[1], &LINE(1)[strlen(LINE(1)) - 5], 5) == 5);
    bench_wait_for_total(bench, 1);
    assert_true(write(ends[1], LINE(2), strlen(LINE(2)) - 1) > 0);
    assert_int_equal(close(ends[1]), 0);
    bench_wait_for_total(bench, 2); /* the last line without its end */
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_DONE);
    assert_raw(bench, 1, LINE(1));
    assert_raw(bench, 2, LINE(2));
    restore_stdin(saved);
    assert_int_equal(close(ends[0]), 0);
}

/* More than the ring holds goes through; of the oldest there is no raw record any more. */
static void
test_long_pipe(void **state)
{
    enum {
        LINES = 60000
    };
    Bench *bench = *state;
    g_autoptr(GString) log = g_string_new(NULL);
    g_autofree char *path = g_build_filename(bench->dir, "a.log", NULL);
    g_autofree char *fifo = g_build_filename(bench->dir, "fifo", NULL);
    g_autoptr(GSubprocess) writer = NULL;
    g_autoptr(GBytes) first = NULL, last = NULL;

    for (int i = 0; i < LINES; i++)
        g_string_append_printf(log,
                               "type=AVC msg=audit(1.1:%d): apparmor=\"DENIED\" profile=\"p\" "
                               "operation=\"open\" name=\"/%d\" denied_mask=\"r\"\n",
                               i, i);
    test_write(bench->dir, "a.log", log->str);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    (void)bench_add(bench, "fifo", FALSE);
    writer = g_subprocess_new(G_SUBPROCESS_FLAGS_NONE, NULL, "/bin/sh", "-c", "cat \"$0\" > \"$1\"",
                              path, fifo, NULL);
    assert_non_null(writer);
    bench_load_well(bench);
    assert_int_equal(amr_store_total(bench->store), LINES);
    first = amr_ingest_raw(bench->ingest, &amr_store_get(bench->store, 1)->origin);
    assert_null(first);
    last = amr_ingest_raw(bench->ingest, &amr_store_get(bench->store, LINES)->origin);
    assert_non_null(last);
    assert_true(g_str_has_prefix(g_bytes_get_data(last, NULL), "type=AVC msg=audit(1.1:59999)"));
    assert_true(g_subprocess_wait_check(writer, NULL, NULL));
}

static void
test_redirected(void **state)
{
    Bench *bench = *state;
    g_autofree char *path = g_build_filename(bench->dir, "a.log", NULL);
    int fd, saved;

    test_write(bench->dir, "a.log", LINE(1) LINE(2));
    fd = g_open(path, O_RDONLY, 0);
    saved = swap_stdin(fd);
    (void)amr_ingest_add_file(bench->ingest, AMR_OPEN_GIVEN, "-", FALSE);
    bench_load_well(bench);
    assert_int_equal(amr_store_total(bench->store), 2);
    assert_raw(bench, 2, LINE(2));
    restore_stdin(saved);
    assert_int_equal(close(fd), 0);
}

static void
test_cancel(void **state)
{
    Bench *bench = *state;
    g_autofree char *fifo = g_build_filename(bench->dir, "fifo", NULL);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;

    assert_int_equal(mkfifo(fifo, 0600), 0); /* nobody ever writes into it */
    (void)bench_add(bench, "fifo", FALSE);
    amr_ingest_load_async(bench->ingest, cancellable, test_result, &result);
    for (int i = 0; i < 20; i++)
        g_main_context_iteration(NULL, FALSE);
    assert_null(result);
    g_cancellable_cancel(cancellable);
    test_wait_result(&result);
    assert_false(amr_ingest_load_finish(bench->ingest, result, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FAILED);
}

/* Freed in the middle, it answers all the same. */
static void
test_free_while_loading(void **state)
{
    Bench *bench = *state;
    g_autoptr(GAsyncResult) result = NULL;

    test_write(bench->dir, "a.log", LINE(1));
    (void)bench_add(bench, "a.log", TRUE);
    amr_ingest_load_async(bench->ingest, NULL, test_result, &result);
    g_clear_pointer(&bench->ingest, amr_ingest_free);
    test_wait_result(&result);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    assert_false(g_task_propagate_boolean(G_TASK(result), NULL));
}

typedef struct {
    AmrIngest *ingest;
    gboolean skipped;
} Skipper;

/* As soon as the file is open, before anything of it is read. */
static void
skip_when_open(gpointer data)
{
    Skipper *skipper = data;
    AmrIngestProgress progress;

    amr_ingest_progress(skipper->ingest, &progress);
    if (progress.of == 0 || skipper->skipped)
        return;
    skipper->skipped = TRUE;
    amr_ingest_skip(skipper->ingest);
}

/* Of a long past the beginning was read when the rest was not wanted any more. A line that is half
 * written at its end is read whole when it is. */
static void
test_skip(void **state)
{
    Bench *bench = *state;
    g_autoptr(GString) log = g_string_new(LINE(1));
    Skipper skipper = {bench->ingest, FALSE};
    const char *last = LINE(9);
    AmrIngestProgress progress;
    AmrIngestStats stats;

    while (log->len < 2 * 1024 * 1024)
        g_string_append(log, LINE(2));
    g_string_append(log, LINE(3));
    g_string_append_len(log, last, 40);
    test_write(bench->dir, "a.log", log->str);
    (void)bench_add(bench, "a.log", TRUE);
    amr_ingest_set_changed(bench->ingest, skip_when_open, &skipper);
    bench_load_well(bench);
    amr_ingest_set_changed(bench->ingest, NULL, NULL);
    assert_true(skipper.skipped);
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
    assert_int_equal(amr_store_count(bench->store), 2);
    stats = amr_ingest_stats(bench->ingest);
    assert_true(stats.unread > log->len / 2);
    assert_int_equal(stats.bytes + stats.unread, log->len - 40);
    append(bench, "a.log", last + 40);
    append(bench, "a.log", LINE(4));
    bench_wait_for_total(bench, amr_store_total(bench->store) + 2);
    assert_int_equal(amr_store_count(bench->store), 4);
    amr_ingest_progress(bench->ingest, &progress);
    assert_int_equal(progress.done, progress.of);
    assert_int_equal(progress.unknown, 0);
}

/* A stream cannot be joined at its end. */
/* What is compressed cannot be joined in its middle, and nobody appends to it: it is done. */
static void
test_skip_compressed(void **state)
{
    static const AmrCompression kinds[] = {AMR_COMPRESSION_GZIP, AMR_COMPRESSION_XZ,
                                           AMR_COMPRESSION_ZSTD};
    g_autoptr(GString) log = g_string_new(NULL);

    for (guint i = 0; log->len < 2 * 1024 * 1024; i++) { /* hardly to be packed */
        g_string_append(log, "type=X ");
        for (guint j = 0; j < 40; j++)
            g_string_append_c(log, (char)g_random_int_range('0', 'z'));
        g_string_append_c(log, '\n');
        if (i % 1000 == 0)
            g_string_append(log, LINE(1));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GByteArray) packed = g_byte_array_new();
        g_autofree char *path = NULL;
        Skipper skipper = {NULL, FALSE};
        Bench *bench;
        void *own;

        assert_int_equal(bench_set_up(&own), 0);
        bench = own;
        skipper.ingest = bench->ingest;
        test_pack(kinds[i], packed, log->str, log->len);
        path = g_build_filename(bench->dir, "a.log.1", NULL);
        assert_true(g_file_set_contents(path, (const char *)packed->data, packed->len, NULL));
        (void)bench_add(bench, "a.log.1", TRUE);
        test_write(bench->dir, "b.log", LINE(2));
        (void)bench_add(bench, "b.log", TRUE);
        amr_ingest_set_changed(bench->ingest, skip_when_open, &skipper);
        bench_load_well(bench);
        amr_ingest_set_changed(bench->ingest, NULL, NULL);
        assert_true(skipper.skipped);
        assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_DONE);
        assert_null(bench_info(bench, 0).error);
        assert_true(bench_info(bench, 0).stats.unread > packed->len / 2);
        assert_int_equal(bench_info(bench, 0).stats.unread + bench_info(bench, 0).stats.bytes,
                         packed->len);
        assert_int_equal(bench_info(bench, 1).state, AMR_SOURCE_FOLLOWING);
        assert_int_equal(bench_tear_down(&own), 0);
    }
}

/* Before anything is open: a log is followed from its end, what is no file too; none has failed. */
static void
test_skip_at_once(void **state)
{
    Bench *bench = *state;
    g_autofree char *path = g_build_filename(bench->dir, "fifo", NULL);
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GString) log = g_string_new(LINE(1));
    int fd;

    while (log->len < 4 * 1024 * 1024)
        g_string_append(log, LINE(2));
    test_write(bench->dir, "a.log", log->str);
    assert_int_equal(mkfifo(path, 0600), 0);
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    (void)bench_add(bench, "a.log", TRUE);
    (void)bench_add(bench, "fifo", TRUE);
    append(bench, "fifo", LINE(3));
    amr_ingest_load_async(bench->ingest, NULL, test_result, &result);
    amr_ingest_skip(bench->ingest);
    test_wait_result(&result);
    assert_true(amr_ingest_load_finish(bench->ingest, result, NULL));
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
    assert_true(bench_info(bench, 0).stats.unread > log->len / 2);
    assert_int_equal(bench_info(bench, 1).state, AMR_SOURCE_FAILED);
    append(bench, "a.log", LINE(4));
    while (amr_store_count(bench->store) < 3)
        g_main_context_iteration(NULL, TRUE);
    close(fd);
}

/* Writers of a fifo come and go: what each writes is read, in whatever form, and in between nothing
 * is done. */
static void
test_fifo_again(void **state)
{
    Bench *bench = *state;
    g_autofree char *path = g_build_filename(bench->dir, "fifo", NULL);
    guint turns = 0;

    assert_int_equal(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    (void)bench_add(bench, "fifo", TRUE);
    append(bench, "fifo", LINE(1));
    bench_load_well(bench);
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
    assert_int_equal(close(fd), 0);
    for (guint round = 2; round < 7; round++) {
        static const char *const lines[] = {LINE(2), LINE(3), LINE(4), LINE(5), LINE(6)};
        while (bench_info(bench, 0).state != AMR_SOURCE_AWAITED)
            g_main_context_iteration(NULL, TRUE);
        for (turns = 0; g_main_context_iteration(NULL, FALSE); turns++)
            assert_true(turns < 100);            /* it sleeps */
        append(bench, "fifo", lines[round - 2]); /* opens it, and closes it again */
        bench_wait_for_total(bench, round);
    }
    assert_int_equal(amr_store_count(bench->store), 6);
    while (bench_info(bench, 0).state != AMR_SOURCE_AWAITED)
        g_main_context_iteration(NULL, TRUE);
    /* Another file takes the name, and one more writer of the old one comes: that is the end. */
    fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    test_write(bench->dir, "fifo", LINE(7));
    assert_int_equal(close(fd), 0);
    while (bench_info(bench, 0).state != AMR_SOURCE_DONE)
        g_main_context_iteration(NULL, TRUE);
    for (turns = 0; g_main_context_iteration(NULL, FALSE); turns++)
        assert_true(turns < 100);
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_DONE);
}

static void
test_skip_stream(void **state)
{
    Bench *bench = *state;
    g_autofree char *path = g_build_filename(bench->dir, "fifo", NULL);
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    int fd;

    assert_int_equal(mkfifo(path, 0600), 0);
    fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    append(bench, "fifo", LINE(1));
    (void)bench_add(bench, "fifo", FALSE);
    amr_ingest_load_async(bench->ingest, NULL, test_result, &result);
    bench_wait_for_total(bench, 1);
    amr_ingest_skip(bench->ingest);
    test_wait_result(&result);
    assert_true(amr_ingest_load_finish(bench->ingest, result, &error));
    assert_no_error(error);
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FAILED);
    assert_true(g_error_matches(bench_info(bench, 0).error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
    assert_int_equal(close(fd), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_files),
        TEST(test_blocks),
        TEST(test_bad_files),
        TEST(test_holes),
        cmocka_unit_test(test_binary),
        TEST(test_one_of_two_fails),
        TEST(test_follow),
        TEST(test_truncation),
        TEST(test_pipe),
        TEST(test_long_pipe),
        TEST(test_redirected),
        TEST(test_cancel),
        TEST(test_skip),
        TEST(test_skip_compressed),
        TEST(test_skip_at_once),
        TEST(test_skip_stream),
        TEST(test_fifo_again),
        TEST(test_free_while_loading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
