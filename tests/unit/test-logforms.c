/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The logs of real kernels, whole, in each form that they reach us in, and packed. */
#include "tests/unit/testing.h"

#include <stdio.h>
#include <string.h>

#include "core/base/error.h"
#include "tests/unit/ingest-fixture.h"
#include "tests/unit/pack.h"

/* Counted by other means: records of any verdict; distinct denials; entries cut short. */
static const struct {
    const char *name;
    guint records, distinct, torn;
} samples[] = {
    {"bookworm-auditd-enriched.log", 23, 20, 0},
    {"bookworm-auditd-raw.log", 4, 4, 0},
    {"bookworm-dmesg.log", 73, 69, 0},
    {"bookworm-kmsg.log", 77, 69, 0},
    {"bookworm-mcast.log", 77, 69, 0},
    {"bookworm-journal-audit.log", 20, 20, 0},
    {"bookworm-journal-audit.export", 4, 4, 1},
    {"bookworm-journal-kernel.log", 10, 10, 0},
    {"bookworm-journal-kernel.export", 4, 4, 1},
    {"trixie-auditd-enriched.log", 26, 22, 0},
    {"trixie-auditd-raw.log", 5, 5, 0},
    {"trixie-dmesg.log", 80, 75, 0},
    {"trixie-kmsg.log", 84, 75, 0},
    {"trixie-mcast.log", 84, 75, 0},
    {"trixie-journal-kernel.log", 10, 10, 0},
    {"trixie-journal-kernel.export", 3, 3, 1},
    /* One session of hostile names: the audit subsystem's eight records, and the kernel's copies,
     * of which the last was cut by printk. Lines of text do not tell what is a copy. */
    {"session-journal.export", 8, 8, 1},
    {"session-journal.json", 8, 8, 1},
    {"session-journal.json-pretty", 8, 8, 1},
    {"session-journal.json-sse", 8, 8, 1},
    {"session-journal.json-seq", 8, 8, 1},
    {"session-journal.verbose", 8, 8, 1},
    {"session-journal.short", 15, 8, 1},
    {"session-journal.short-monotonic", 15, 8, 1},
    {"session-journal.short-unix", 15, 8, 1},
    {"session-journal.with-unit", 15, 8, 1},
    {"session-journal.cat", 15, 8, 1},
    {"session-dmesg.log", 7, 7, 1},
    {"session-kmsg.log", 7, 7, 1},
};

static guint
add_sample(Bench *bench, const char *sample)
{
    g_autofree char *name = g_build_filename("log", sample, NULL);
    g_autofree char *path = test_data(name);
    return amr_ingest_add_file(bench->ingest, AMR_OPEN_GIVEN, path, FALSE);
}

static void
begin(Bench **bench)
{
    void *state;
    assert_int_equal(bench_set_up(&state), 0);
    *bench = state;
}

static void
end(Bench *bench)
{
    void *state = bench;
    assert_int_equal(bench_tear_down(&state), 0);
}

/* The source's figures, and what the store made of it. */
static void
check_sample(const Bench *bench, gsize i)
{
    const AmrIngestStats stats = bench_info(bench, 0).stats;
    const guint distinct = amr_store_count(bench->store);

    if (stats.records != samples[i].records || distinct != samples[i].distinct ||
        stats.torn != samples[i].torn ||
        amr_ingest_lost(bench->ingest, NULL) + stats.overlong + stats.foreign != 0)
        fail_msg("%s: %" G_GUINT64_FORMAT " records, %u distinct, %" G_GUINT64_FORMAT " torn",
                 samples[i].name, stats.records, distinct, stats.torn);
}

static void
test_samples(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(samples); i++) {
        Bench *bench;
        begin(&bench);
        (void)add_sample(bench, samples[i].name);
        bench_load_well(bench);
        check_sample(bench, i);
        end(bench);
    }
}

/* ---- one session, read from several logs
 * --------------------------------------------------------- */

/* Each distinct denial as one string: verdict, class, owner and all fields that were logged. */
static GHashTable *
denials_of(const char *sample)
{
    GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Bench *bench;

    begin(&bench);
    (void)add_sample(bench, sample);
    bench_load_well(bench);
    for (AmrDenialId id = 1; id <= amr_store_count(bench->store); id++) {
        g_autoptr(GString) text = g_string_new(NULL);
        AmrEvent event;
        assert_true(amr_store_event(bench->store, id, &event));
        g_string_append_printf(text, "%d %d %d", (int)event.verdict, (int)event.klass, event.owner);
        for (int field = 1; field < AMR_FIELD_COUNT; field++) {
            if (!event.field[field].data || field == AMR_FIELD_COMM || field == AMR_FIELD_PID)
                continue;
            g_string_append_printf(text, " %s=", amr_field_key((AmrField)field));
            amr_display_append(text, event.field[field]);
        }
        g_hash_table_add(set, g_string_free(g_steal_pointer(&text), FALSE));
    }
    assert_int_equal(g_hash_table_size(set), amr_store_count(bench->store));
    end(bench);
    return set;
}

/* How many of @a are not in @b. */
static guint
missing(GHashTable *a, GHashTable *b)
{
    GHashTableIter iter;
    gpointer key;
    guint n = 0;

    g_hash_table_iter_init(&iter, a);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        n += !g_hash_table_contains(b, key);
    return n;
}

static void
test_same(void **state)
{
    /* The second was saved whole, or longer than the first. */
    static const struct {
        const char *a, *b;
        gboolean same;
    } pairs[] = {
        {"bookworm-dmesg.log", "bookworm-mcast.log", TRUE},
        {"bookworm-kmsg.log", "bookworm-mcast.log", TRUE},
        {"bookworm-journal-kernel.export", "bookworm-journal-kernel.log", FALSE},
        {"bookworm-journal-audit.export", "bookworm-journal-audit.log", FALSE},
        {"trixie-dmesg.log", "trixie-mcast.log", TRUE},
        {"trixie-kmsg.log", "trixie-mcast.log", TRUE},
        {"trixie-journal-kernel.export", "trixie-journal-kernel.log", FALSE},
        {"session-journal.export", "session-journal.cat", TRUE},
        {"session-journal.json", "session-journal.cat", TRUE},
        {"session-journal.json-pretty", "session-journal.cat", TRUE},
        {"session-journal.verbose", "session-journal.cat", TRUE},
        {"session-journal.short", "session-journal.cat", TRUE},
        {"session-journal.short-monotonic", "session-journal.cat", TRUE},
        {"session-dmesg.log", "session-journal.cat", FALSE},
        {"session-kmsg.log", "session-dmesg.log", TRUE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autoptr(GHashTable) a = denials_of(pairs[i].a);
        g_autoptr(GHashTable) b = denials_of(pairs[i].b);
        if (missing(a, b) != 0 || (pairs[i].same && missing(b, a) != 0))
            fail_msg("%s and %s: %u and %u are not in the other", pairs[i].a, pairs[i].b,
                     missing(a, b), missing(b, a));
    }
}

/* ---- packed
 * ------------------------------------------------------------------------------------- */

static void
write_packed(const Bench *bench, const GByteArray *packed)
{
    g_autofree char *path = g_build_filename(bench->dir, "log", NULL);
    assert_true(g_file_set_contents(path, (const char *)packed->data, packed->len, NULL));
}

static void
test_packed(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autofree char *name = g_build_filename("log", samples[i].name, NULL);
        g_autofree char *path = test_data(name);
        g_autofree char *text = NULL;
        gsize len;
        assert_true(g_file_get_contents(path, &text, &len, NULL));
        for (AmrCompression k = AMR_COMPRESSION_GZIP; k <= AMR_COMPRESSION_ZSTD; k++) {
            g_autoptr(GByteArray) packed = g_byte_array_new();
            g_autoptr(GBytes) raw = NULL;
            Bench *bench;
            begin(&bench);
            test_pack(k, packed, text, len);
            write_packed(bench, packed);
            (void)bench_add(bench, "log", TRUE);
            bench_load_well(bench);
            check_sample(bench, i);
            assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_DONE);
            assert_int_equal(bench_info(bench, 0).stats.bytes, packed->len);
            raw = amr_ingest_raw(bench->ingest, &amr_store_get(bench->store, 1)->origin);
            assert_non_null(raw);
            assert_non_null(g_strstr_len(g_bytes_get_data(raw, NULL), (gssize)g_bytes_get_size(raw),
                                         "apparmor=\"DENIED\""));
            end(bench);
        }
    }
}

/* What came before the end is kept, and the error names the file. */
static void
test_cut_short(void **state)
{
    for (AmrCompression k = AMR_COMPRESSION_GZIP; k <= AMR_COMPRESSION_ZSTD; k++) {
        g_autoptr(GByteArray) packed = g_byte_array_new();
        Bench *bench;
        begin(&bench);
        test_pack(k, packed, LINE(1) LINE(2), strlen(LINE(1) LINE(2)));
        test_pack(k, packed, LINE(3), strlen(LINE(3)));
        g_byte_array_set_size(packed, packed->len - 4);
        write_packed(bench, packed);
        (void)bench_add(bench, "log", FALSE);
        bench_load_well(bench);
        assert_true(amr_store_count(bench->store) >= 2);
        assert_int_equal(amr_store_count(bench->store) + bench_info(bench, 0).stats.torn,
                         k == AMR_COMPRESSION_ZSTD ? 2 : 3); /* zstd gives whole blocks only */
        assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FAILED);
        assert_error(bench_info(bench, 0).error, AMR_ERROR, AMR_ERROR_PARSE);
        assert_non_null(strstr(bench_info(bench, 0).error->message, "/log: "));
        assert_non_null(strstr(bench_info(bench, 0).error->message, "too early"));
        end(bench);
    }
}

/* 1 GiB of nothing in a few blocks: read in slices, and in little space. */
static void
test_bomb(void **state)
{
    enum {
        PIECE = 16 * 1024 * 1024,
        PIECES = 16
    };
    g_autofree char *zeros = g_malloc0(PIECE);
    g_autoptr(GByteArray) packed = g_byte_array_new(), piece = g_byte_array_new();
    Bench *bench;

    begin(&bench);
    test_pack(AMR_COMPRESSION_ZSTD, packed, LINE(1), strlen(LINE(1)));
    test_pack(AMR_COMPRESSION_ZSTD, piece, zeros, PIECE);
    for (int i = 0; i < PIECES; i++)
        g_byte_array_append(packed, piece->data, piece->len);
    test_pack(AMR_COMPRESSION_ZSTD, packed, "\n" LINE(2), strlen(LINE(2)) + 1);
    assert_true(packed->len < PIECE / 100);
    write_packed(bench, packed);
    (void)bench_add(bench, "log", FALSE);
    bench_load_well(bench);
    assert_int_equal(amr_store_count(bench->store), 2);
    end(bench);
}

/* ---- followed
 * ----------------------------------------------------------------------------------- */

static void
on_changed(gpointer data)
{
    *(gboolean *)data = TRUE;
}

/* What is appended to a log that must be decoded is read too; also what begins within an entry, and
 * one that was empty at first. A record that comes again by the kernel's own log is no second. */
static void
test_followed(void **state)
{
    static const char *const pieces[] = {
        "__CURSOR=a\n__REALTIME_TIMESTAMP=1795350213289702\n_TRANSPORT=audit\n_AUDIT_TYPE=1400\n",
        "_SOURCE_REALTIME_TIMESTAMP=1795350213284000\n_AUDIT_ID=30\nMESSAGE=AVC appar",
        "mor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/1\" denied_mask=\"r\"\n\n",
        "_TRANSPORT=kernel\nMESSAGE=audit: type=1400 audit(1795350213.284:30): apparmor=\"DENIED\" "
        "operation=\"open\" profile=\"p\" name=\"/1\" denied_mask=\"r\"\n\n",
        "_TRANSPORT=kernel\nMESSAGE=audit: type=1400 audit(1795350213.284:30): apparmor=\"DENIED\" "
        "operation=\"open\" profile=\"p\" name=\"/2\" denied_mask=\"r\"\n\n",
    };
    static const guint64 want[] = {0, 0, 1, 1, 2};
    g_autoptr(GString) log = g_string_new(NULL);
    g_autofree char *path = NULL;
    Bench *bench;

    begin(&bench);
    path = g_build_filename(bench->dir, "log", NULL);
    test_write(bench->dir, "log", "");
    (void)bench_add(bench, "log", TRUE);
    bench_load_well(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        FILE *file = fopen(path, "a");
        gboolean changed = FALSE;
        assert_non_null(file);
        assert_true(fputs(pieces[i], file) >= 0);
        amr_ingest_set_changed(bench->ingest, on_changed, &changed);
        assert_int_equal(fclose(file), 0);
        g_string_append(log, pieces[i]);
        while (bench_info(bench, 0).stats.bytes != log->len) {
            test_wait(&changed);
            changed = FALSE;
            if (i == 0)
                break; /* one line does not tell the form: it is left for later */
        }
        if (amr_store_total(bench->store) != want[i])
            fail_msg("after piece %d: %d", (int)i, (int)amr_store_total(bench->store));
    }
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
    amr_ingest_set_changed(bench->ingest, NULL, NULL);
    end(bench);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples), cmocka_unit_test(test_same),
        cmocka_unit_test(test_packed),  cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_bomb),    cmocka_unit_test(test_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
