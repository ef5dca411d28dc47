/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs that are rotated, cut short, deleted, and not there yet, while they are followed. */
#include "tests/unit/testing.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/ingest-fixture.h"

/* ---- a log that somebody writes ----------------------------------------------------------------
 */

typedef struct {
    Bench *bench;
    int fd; /* as a daemon has it open */
    guint lines;
} Writer;

static char *
path_of(const Bench *bench, const char *name)
{
    return g_build_filename(bench->dir, name, NULL);
}

static void
open_log(Writer *writer, const char *name)
{
    g_autofree char *path = path_of(writer->bench, name);
    if (writer->fd >= 0)
        assert_int_equal(close(writer->fd), 0);
    writer->fd = g_open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
    assert_true(writer->fd >= 0);
}

static void
put(Writer *writer, const char *text, gsize size)
{
    assert_int_equal(write(writer->fd, text, size), size);
}

/* A line that nobody wrote before. */
static void
put_line(Writer *writer)
{
    g_autofree char *line = g_strdup_printf(
        "type=AVC msg=audit(1795350882.844:%u): apparmor=\"DENIED\" operation=\"open\" "
        "profile=\"p\" name=\"/x/%u\" pid=1 comm=\"c\" requested_mask=\"r\" denied_mask=\"r\"\n",
        writer->lines + 1, writer->lines + 1);
    writer->lines++;
    put(writer, line, strlen(line));
}

static void
move(const Bench *bench, const char *from, const char *to)
{
    g_autofree char *source = path_of(bench, from), *target = path_of(bench, to);
    assert_int_equal(g_rename(source, target), 0);
}

/* As logrotate and auditd do: NAME.1 becomes NAME.2, NAME becomes NAME.1; @keep of them. */
static void
shift(const Bench *bench, guint keep)
{
    for (guint i = keep; i > 0; i--) {
        g_autofree char *from = i == 1 ? g_strdup("log") : g_strdup_printf("log.%u", i - 1);
        g_autofree char *to = g_strdup_printf("log.%u", i);
        g_autofree char *path = path_of(bench, from);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            move(bench, from, to);
    }
}

static void
copy_and_cut(const Bench *bench)
{
    g_autofree char *path = path_of(bench, "log"), *copy = path_of(bench, "log.1");
    g_autofree char *bytes = NULL;
    gsize size;

    shift(bench, 0);
    assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    assert_true(g_file_set_contents(copy, bytes, (gssize)size, NULL));
    assert_int_equal(truncate(path, 0), 0);
}

/* Every line was read, and none twice. */
static void
assert_all(const Writer *writer)
{
    bench_wait_for_total(writer->bench, writer->lines);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    assert_int_equal(amr_store_total(writer->bench->store), writer->lines);
    assert_int_equal(amr_store_count(writer->bench->store), writer->lines);
}

static void
start(Writer *writer, Bench *bench)
{
    *writer = (Writer){bench, -1, 0};
    open_log(writer, "log");
    put_line(writer);
    (void)bench_add(bench, "log", TRUE);
    bench_load_well(bench);
    assert_all(writer);
}

static void
stop(Writer *writer)
{
    assert_int_equal(close(writer->fd), 0);
}

static guint
count_descriptors(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    guint n = 0;
    while (g_dir_read_name(dir))
        n++;
    return n;
}

/* ---- tests -------------------------------------------------------------------------------------
 */

/* The new file is there before the writer knows: it goes on with the old one for a while. */
static void
test_renamed(void **state)
{
    Bench *bench = *state;
    g_autofree char *path = path_of(bench, "log");
    Writer writer;

    start(&writer, bench);
    put_line(&writer);
    shift(bench, 3);
    assert_true(g_file_set_contents(path, "", 0, NULL));
    put_line(&writer);
    assert_all(&writer);
    put(&writer, "type=AVC msg=audit(1795350882.844:9): apparmor=\"DEN", 51);
    put(&writer, "IED\" operation=\"open\" profile=\"p\" name=\"/late\"\n", 48);
    writer.lines++;
    assert_all(&writer);
    open_log(&writer, "log");
    put_line(&writer);
    assert_all(&writer);
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
    assert_int_equal(amr_ingest_source_count(bench->ingest), 1);
    for (AmrDenialId id = 1; id <= writer.lines; id++) {
        g_autoptr(GBytes) raw =
            amr_ingest_raw(bench->ingest, &amr_store_get(bench->store, id)->origin);
        assert_non_null(raw);
    }
    stop(&writer);
}

/* Several rotations before it looks again, in the blink of an eye. */
static void
test_asleep(void **state)
{
    Bench *bench = *state;
    Writer writer;

    start(&writer, bench);
    for (guint i = 0; i < 6; i++) {
        put_line(&writer);
        shift(bench, 9);
        open_log(&writer, "log");
        put_line(&writer);
    }
    assert_all(&writer);
    stop(&writer);
}

/* By date, in place of numbers; a copy that somebody made by hand is none of them. */
static void
test_dated(void **state)
{
    Bench *bench = *state;
    g_autofree char *copy = path_of(bench, "log-2026.save"), *whole = NULL;
    Writer writer;

    start(&writer, bench);
    move(bench, "log", "log-20261125");
    open_log(&writer, "log");
    put_line(&writer);
    move(bench, "log", "log-20261126");
    open_log(&writer, "log");
    put_line(&writer);
    whole = test_read(bench->dir, "log-20261126");
    assert_true(g_file_set_contents(copy, whole, -1, NULL));
    assert_all(&writer);
    stop(&writer);
}

static void
test_awaited(void **state)
{
    Bench *bench = *state;
    Writer writer = {bench, -1, 0};

    (void)bench_add(bench, "log", TRUE);
    (void)bench_add(bench, "nowhere/log", TRUE);
    bench_load_well(bench);
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_AWAITED);
    assert_non_null(bench_info(bench, 0).error);
    assert_int_equal(bench_info(bench, 1).state, AMR_SOURCE_FAILED);
    open_log(&writer, "log");
    put_line(&writer);
    assert_all(&writer);
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
    assert_null(bench_info(bench, 0).error);
    stop(&writer);
}

/* A name that goes and comes, and one that is taken over by a file made elsewhere. */
static void
test_deleted(void **state)
{
    Bench *bench = *state;
    g_autofree char *path = path_of(bench, "log");
    Writer writer;

    start(&writer, bench);
    for (guint i = 0; i < 20; i++) {
        put_line(&writer);
        assert_int_equal(unlink(path), 0);
        put_line(&writer); /* it has the deleted one open still */
        open_log(&writer, "made");
        put_line(&writer);
        move(bench, "made", "log");
        assert_all(&writer);
    }
    stop(&writer);
}

/* Its directory is deleted, moved away, made anew at once or after a while, and what that stands in
 * with it. */
static void
test_directory(void **state)
{
    Bench *bench = *state;
    g_autofree char *above = path_of(bench, "above"), *dir = path_of(bench, "above/dir");
    g_autofree char *path = path_of(bench, "above/dir/log");
    Writer writer = {bench, -1, 0};

    assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
    open_log(&writer, "above/dir/log");
    put_line(&writer);
    (void)bench_add(bench, "above/dir/log", TRUE);
    bench_load_well(bench);
    assert_all(&writer);
    for (guint i = 0; i < 24; i++) {
        if (i % 3 == 0) {
            assert_int_equal(unlink(path), 0);
            assert_int_equal(rmdir(dir), 0);
        } else {
            g_autofree char *gone = g_strdup_printf("gone%u", i);
            move(bench, "above/dir", gone);
            if (i % 3 == 1) {
                g_autofree char *too = g_strdup_printf("gone-too%u", i);
                move(bench, "above", too);
            }
        }
        if (i % 2 == 0) {
            put_line(&writer); /* it has the old one open still */
            assert_all(&writer);
        }
        if (i % 4 == 0)
            (void)rmdir(above);
        while (i % 8 < 4 && g_main_context_iteration(NULL, FALSE))
            ;
        assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
        if (i % 2 == 1) {
            while (g_main_context_iteration(NULL, FALSE))
                ;
        }
        open_log(&writer, "above/dir/log");
        put_line(&writer);
        assert_all(&writer);
    }
    stop(&writer);
}

/* What has its name now is no log, or is away: said, until it is one again. */
static void
test_no_file(void **state)
{
    Bench *bench = *state;
    g_autofree char *path = path_of(bench, "log");
    Writer writer;

    start(&writer, bench);
    for (guint i = 0; i < 2; i++) {
        assert_int_equal(unlink(path), 0);
        assert_int_equal(i == 0 ? mkdir(path, 0700) : mkfifo(path, 0600), 0);
        while (!bench_info(bench, 0).error)
            g_main_context_iteration(NULL, TRUE);
        assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
        assert_int_equal(i == 0 ? rmdir(path) : unlink(path), 0);
        open_log(&writer, "log");
        put_line(&writer);
        assert_all(&writer);
        assert_null(bench_info(bench, 0).error);
    }
    stop(&writer);
}

/* What was written between the last look and the cut stands in the copy only. */
static void
test_copied(void **state)
{
    Bench *bench = *state;
    Writer writer;

    start(&writer, bench);
    for (guint i = 0; i < 5; i++) {
        put_line(&writer);
        put_line(&writer);
        if (i % 2)
            assert_all(&writer);
        copy_and_cut(bench);
        for (guint j = 0; j < i * 2; j++)
            put_line(&writer);
        assert_all(&writer);
    }
    for (AmrDenialId id = writer.lines - 3; id <= writer.lines; id++) {
        g_autoptr(GBytes) raw =
            amr_ingest_raw(bench->ingest, &amr_store_get(bench->store, id)->origin);
        assert_non_null(raw);
    }
    stop(&writer);
}

/* The name is a link to where the log stands and is rotated. */
static void
test_linked(void **state)
{
    Bench *bench = *state;
    g_autofree char *link = path_of(bench, "log");
    g_autofree char *old = path_of(bench, "far/real"), *new = path_of(bench, "far/real.1");
    Writer writer = {bench, -1, 0};

    test_write(bench->dir, "far/real", "");
    assert_int_equal(symlink("far/real", link), 0);
    open_log(&writer, "log");
    put_line(&writer);
    (void)bench_add(bench, "log", TRUE);
    bench_load_well(bench);
    for (guint i = 0; i < 3; i++) {
        assert_int_equal(g_rename(old, new), 0);
        open_log(&writer, "far/real");
        put_line(&writer);
        assert_all(&writer);
    }
    stop(&writer);
}

/* logrotate makes the new one for root alone, and gives it away then. */
static void
test_given_away(void **state)
{
    Bench *bench = *state;
    g_autofree char *path = path_of(bench, "log");
    Writer writer;

    start(&writer, bench);
    shift(bench, 3);
    assert_true(g_file_set_contents(path, "", 0, NULL));
    assert_int_equal(g_chmod(path, 0), 0);
    put_line(&writer);
    assert_all(&writer);
    if (geteuid() != 0)
        assert_non_null(bench_info(bench, 0).error);
    assert_int_equal(g_chmod(path, 0600), 0);
    open_log(&writer, "log");
    put_line(&writer);
    assert_all(&writer);
    assert_null(bench_info(bench, 0).error);
    stop(&writer);
}

/* Rotated for ever it holds no more than at first: neither descriptors nor deleted files. */
static void
test_bounded(void **state)
{
    Bench *bench = *state;
    Writer writer;
    guint before = 0;

    start(&writer, bench);
    for (guint i = 0; i < 60; i++) {
        put_line(&writer);
        shift(bench, 3);
        open_log(&writer, "log");
        put_line(&writer);
        assert_all(&writer);
        if (i == 20)
            before = count_descriptors();
    }
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(amr_ingest_stats(bench->ingest).records, writer.lines);
    assert_int_equal(amr_ingest_source_count(bench->ingest), 1);
    stop(&writer);
}

/* Rotated over and over by somebody who waits for nobody; files have other names by the time that
 * they are opened. */
static gpointer
write_and_shift(gpointer data)
{
    Writer *writer = data;

    for (guint i = 0; i < 300; i++) {
        for (guint j = 0; j < 1 + i % 50; j++)
            put_line(writer);
        shift(writer->bench, 400);
        open_log(writer, "log");
    }
    put_line(writer);
    return NULL;
}

static void
test_flood(void **state)
{
    Bench *bench = *state;
    Writer writer;
    GThread *thread;

    start(&writer, bench);
    thread = g_thread_new("writer", write_and_shift, &writer);
    while (amr_store_total(bench->store) < 100)
        g_main_context_iteration(NULL, TRUE);
    (void)g_thread_join(thread);
    assert_all(&writer);
    stop(&writer);
}

/* Anything in any order, looking now and then. */
static void
test_any_order(void **state)
{
    for (guint32 seed = 1; seed <= 40; seed++) {
        GRand *random = g_rand_new_with_seed(seed);
        Writer writer;
        void *own;

        assert_int_equal(bench_set_up(&own), 0);
        start(&writer, own);
        for (guint i = 0; i < 60; i++) {
            const guint lines = (guint)g_rand_int_range(random, 0, 4);
            for (guint j = 0; j < lines; j++)
                put_line(&writer);
            switch (g_rand_int_range(random, 0, 6)) {
            case 0:
                shift(writer.bench, 9);
                if (g_rand_boolean(random))
                    put_line(&writer);
                open_log(&writer, "log");
                put_line(&writer); /* an empty file does not tell when it had the name */
                break;
            case 1:
                assert_all(&writer); /* one that was cut twice unseen is copied once */
                put_line(&writer);
                copy_and_cut(writer.bench);
                put_line(&writer);
                assert_all(&writer);
                break;
            case 2:
                for (guint j = 0; j < 3; j++)
                    (void)g_main_context_iteration(NULL, FALSE);
                break;
            default:
                break;
            }
        }
        assert_all(&writer);
        stop(&writer);
        assert_int_equal(bench_tear_down(&own), 0);
        g_rand_free(random);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_renamed),
        TEST(test_asleep),
        TEST(test_dated),
        TEST(test_awaited),
        TEST(test_deleted),
        TEST(test_copied),
        TEST(test_directory),
        TEST(test_no_file),
        TEST(test_linked),
        TEST(test_given_away),
        TEST(test_bounded),
        TEST(test_flood),
        cmocka_unit_test(test_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
