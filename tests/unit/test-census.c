/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The independent count: of a log of which it is known what stands in it, not one whole record is
 * lost or counted twice, wherever the blocks are cut and however it is packed. */
#include "tests/unit/testing.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/ingest-fixture.h"
#include "tests/unit/logmaker.h"
#include "tests/unit/pack.h"

static guint
total_lines(void)
{
    return g_getenv("ARMORER_LONG") ? 1000000 : 100000;
}

/* The number at the end of "/census/17". */
static guint
number_of(const AmrEvent *event)
{
    static const char mark[] = "/census/";
    g_autofree char *name = amr_bytes_dup(event->field[AMR_FIELD_NAME]);
    const char *at = strstr(name, mark);

    assert_non_null(at);
    return (guint)g_ascii_strtoull(at + strlen(mark), NULL, 10);
}

static void
assert_census(Bench *bench, const LogTruth *truth, const char *what)
{
    g_autofree guint8 *seen = g_malloc0(truth->records + 1);
    const AmrIngestStats stats = amr_ingest_stats(bench->ingest);
    guint missing = 0;

    if (amr_store_count(bench->store) != truth->records ||
        amr_store_total(bench->store) != truth->records || stats.records != truth->records)
        fail_msg("%s: %u records, %u were found, %" G_GUINT64_FORMAT " counted", what,
                 truth->records, amr_store_count(bench->store), stats.records);
    for (AmrDenialId id = 1; id <= truth->records; id++) {
        AmrEvent event;
        guint number;
        assert_true(amr_store_event(bench->store, id, &event));
        number = number_of(&event);
        assert_true(number < truth->records);
        assert_int_equal(seen[number], 0);
        seen[number] = 1;
        assert_int_equal(amr_store_get(bench->store, id)->count, 1);
        assert_true(event.time == 0 || event.time == G_GINT64_CONSTANT(1795350882844000));
    }
    for (guint i = 0; i < truth->records; i++)
        missing += !seen[i];
    assert_int_equal(missing, 0);
    assert_int_equal(stats.torn, truth->torn);
    assert_int_equal(stats.overlong, truth->overlong);
    assert_int_equal(stats.lost[AMR_LOSS_BACKLOG], truth->losses);
}

/* A bench whose store holds them all. */
static Bench *
begin(guint lines)
{
    void *state;
    Bench *bench;

    assert_int_equal(bench_set_up(&state), 0);
    bench = state;
    amr_ingest_free(bench->ingest);
    amr_store_free(bench->store);
    bench->store = amr_store_new(lines + 1);
    bench->ingest = amr_ingest_new(bench->opener, bench->store);
    return bench;
}

static void
write_log(const Bench *bench, const char *name, const void *bytes, gsize size)
{
    g_autofree char *path = g_build_filename(bench->dir, name, NULL);
    g_autoptr(GError) error = NULL;
    (void)g_file_set_contents(path, bytes, (gssize)size, &error);
    assert_no_error(error);
}

static void
end(Bench *bench)
{
    void *state = bench;
    assert_int_equal(bench_tear_down(&state), 0);
}

static void
take_census(LogForm form, guint lines, guint pad, guint seed, AmrCompression packing)
{
    Bench *bench = begin(lines);
    g_autofree char *what =
        g_strdup_printf("form %d, pad %u, seed %u, packing %d", (int)form, pad, seed, (int)packing);
    LogTruth truth;
    g_autoptr(GString) log = log_make(form, lines, pad, seed, &truth);

    if (packing == AMR_COMPRESSION_NONE) {
        write_log(bench, "log", log->str, log->len);
    } else {
        /* Of two members, the second of which begins within a line. */
        g_autoptr(GByteArray) packed = g_byte_array_new();
        test_pack(packing, packed, log->str, log->len / 3);
        test_pack(packing, packed, log->str + log->len / 3, log->len - log->len / 3);
        write_log(bench, "log", packed->data, packed->len);
    }
    (void)bench_add(bench, "log", FALSE);
    bench_load_well(bench);
    assert_census(bench, &truth, what);
    end(bench);
}

/* Blocks are 256 KiB: some that fall next to their bounds. */
static const guint pads[] = {0, 1, 97, 4093};

static void
test_text(void **state)
{
    for (guint i = 0; i < G_N_ELEMENTS(pads); i++)
        take_census(LOG_TEXT, total_lines() / 2, pads[i], 1, AMR_COMPRESSION_NONE);
}

static void
test_forms(void **state)
{
    for (int form = LOG_KMSG; form < LOG_FORMS; form++) {
        for (guint i = 0; i < 2; i++)
            take_census((LogForm)form, total_lines() / 10, pads[i * 2], 2, AMR_COMPRESSION_NONE);
    }
}

static void
test_packed(void **state)
{
    for (int form = LOG_TEXT; form < LOG_FORMS; form++) {
        const AmrCompression packing = (AmrCompression)(AMR_COMPRESSION_GZIP + form % 3);
        take_census((LogForm)form, total_lines() / 20, 1, 3, packing);
        take_census((LogForm)form, total_lines() / 20, 2, 4,
                    (AmrCompression)(AMR_COMPRESSION_GZIP + (form + 1) % 3));
    }
}

/* Through a FIFO that gives pieces of odd sizes. */
static void
take_census_of_stream(LogForm form, AmrCompression packing)
{
    const guint lines = total_lines() / 20;
    Bench *bench = begin(lines);
    g_autofree char *path = g_build_filename(bench->dir, "log", NULL);
    g_autofree char *fifo = g_build_filename(bench->dir, "fifo", NULL);
    g_autoptr(GByteArray) packed = g_byte_array_new();
    g_autoptr(GSubprocess) writer = NULL;
    LogTruth truth;
    g_autoptr(GString) log = log_make(form, lines, 3, 5, &truth);

    if (packing == AMR_COMPRESSION_NONE)
        g_byte_array_append(packed, (const guint8 *)log->str, (guint)log->len);
    else
        test_pack(packing, packed, log->str, log->len);
    write_log(bench, "log", packed->data, packed->len);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    (void)bench_add(bench, "fifo", TRUE);
    writer = g_subprocess_new(G_SUBPROCESS_FLAGS_NONE, NULL, "/bin/sh", "-c",
                              "{ dd bs=1 count=7; dd bs=1013; } < \"$0\" > \"$1\" 2>/dev/null",
                              path, fifo, NULL);
    assert_non_null(writer);
    bench_load_well(bench);
    while (bench_info(bench, 0).state != AMR_SOURCE_DONE)
        g_main_context_iteration(NULL, TRUE);
    assert_census(bench, &truth, "a stream");
    assert_true(g_subprocess_wait_check(writer, NULL, NULL));
    end(bench);
}

static void
test_streams(void **state)
{
    take_census_of_stream(LOG_TEXT, AMR_COMPRESSION_NONE);
    take_census_of_stream(LOG_EXPORT, AMR_COMPRESSION_NONE);
    take_census_of_stream(LOG_JSON, AMR_COMPRESSION_ZSTD);
    take_census_of_stream(LOG_KMSG, AMR_COMPRESSION_GZIP);
    take_census_of_stream(LOG_TEXT, AMR_COMPRESSION_XZ);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
