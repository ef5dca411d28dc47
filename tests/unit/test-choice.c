/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which sources are used on roots of several kinds, and a real journal among them. */
#include "tests/unit/testing.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/advice/choice.h"
#include "core/base/decompress.h"
#include "tests/unit/ingest-fixture.h"

#define MACHINE "0123456789abcdef0123456789abcdef"

/* ---- roots -------------------------------------------------------------------------------------
 */

static void
put(const Bench *bench, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename("root", name, NULL);
    test_write(bench->dir, path, text);
}

static void
age(const Bench *bench, const char *name, guint days)
{
    g_autofree char *path = g_build_filename(bench->dir, "root", name, NULL);
    const time_t then = (time_t)(g_get_real_time() / G_USEC_PER_SEC) - days * 86400;
    const struct timespec times[2] = {{.tv_sec = then}, {.tv_sec = then}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* The journal of one session, as journald keeps it: a file of many holes. */
static void
put_journal(const Bench *bench, const char *place)
{
    g_autofree char *packed = test_data("log/session.journal.xz"), *bytes = NULL;
    g_autofree char *directory = g_build_filename(bench->dir, "root", place, MACHINE, NULL);
    g_autofree char *path = g_build_filename(directory, "system.journal", NULL);
    g_autofree char *room = g_malloc(16 * 1024 * 1024);
    AmrDecompress *unpack = amr_decompress_new(AMR_COMPRESSION_XZ);
    gsize size, at = 0, given = 0;

    put(bench, "etc/machine-id", MACHINE "\n");
    assert_true(g_file_get_contents(packed, &bytes, &size, NULL));
    for (;;) {
        AmrDecompressed step = {0};
        assert_true(amr_decompress_step(unpack, bytes + at, size - at, TRUE, room + given,
                                        16 * 1024 * 1024 - given, &step, NULL));
        if (step.taken + step.given == 0)
            break;
        at += step.taken;
        given += step.given;
    }
    amr_decompress_free(unpack);
    assert_int_equal(g_mkdir_with_parents(directory, 0700), 0);
    assert_true(g_file_set_contents(path, room, (gssize)given, NULL));
}

static const AmrChoiceSource *
find(const AmrChoice *choice, const char *name)
{
    for (guint i = 0; i < choice->sources->len; i++) {
        const AmrChoiceSource *source = &g_array_index(choice->sources, AmrChoiceSource, i);
        if (g_str_equal(source->short_name, name))
            return source;
    }
    fail_msg("no source %s", name);
    return NULL;
}

static void
assert_choice(const Bench *bench, gboolean follow, const char *want)
{
    g_autoptr(AmrChoice) choice = amr_choice_new(bench->target, bench->opener, follow);
    g_autofree char *summary = amr_choice_summary(choice);

    assert_string_equal(summary, want);
    for (guint i = 0; i < choice->sources->len; i++) {
        const AmrChoiceSource *source = &g_array_index(choice->sources, AmrChoiceSource, i);
        assert_true(source->state != AMR_CHOICE_UNKNOWN);
        assert_true(source->reason && source->reason[0]);
        assert_int_equal(source->past, source->state == AMR_CHOICE_USED);
        assert_int_equal(source->live, source->state == AMR_CHOICE_USED && follow);
    }
    assert_int_equal(find(choice, "netlink")->state, AMR_CHOICE_LEFT_OUT);
    assert_int_equal(find(choice, "kmsg")->state, AMR_CHOICE_LEFT_OUT);
}

/* ---- tests -------------------------------------------------------------------------------------
 */

static void
test_none(void **state)
{
    const Bench *bench = *state;
    g_autoptr(AmrChoice) choice = amr_choice_new(bench->target, bench->opener, TRUE);
    g_autofree char *why = amr_choice_why_none(choice);

    assert_choice(bench, TRUE, "");
    assert_non_null(strstr(why, "var/log/audit/audit.log: Not there"));
    assert_null(amr_choice_remedy(choice));
    assert_int_equal(amr_choice_add(choice, bench->ingest, TRUE), 0);
}

static void
test_files(void **state)
{
    const Bench *bench = *state;

    put(bench, "var/log/messages", LINE(1));
    assert_choice(bench, FALSE, "messages");
    put(bench, "var/log/kern.log", LINE(2));
    assert_choice(bench, TRUE, "kern.log");
    put(bench, "var/log/audit/audit.log", LINE(3));
    assert_choice(bench, TRUE, "audit.log");
    /* auditd was taken off last week. */
    age(bench, "var/log/audit/audit.log", 7);
    assert_choice(bench, TRUE, "audit.log + kern.log");
    age(bench, "var/log/kern.log", 8);
    age(bench, "var/log/messages", 9);
    assert_choice(bench, TRUE, "audit.log");
    /* It was stopped just now: what is denied since then others have. */
    put(bench, "proc/1/comm", "systemd\n");
    assert_choice(bench, TRUE, "audit.log + kern.log");
    put(bench, "proc/9/comm", "auditd\n");
    assert_choice(bench, TRUE, "audit.log");
}

static void
test_journal(void **state)
{
    Bench *bench = *state;
    g_autoptr(AmrChoice) choice = NULL;
    g_autoptr(GBytes) raw = NULL;
    AmrIngestStats stats;

    put(bench, "var/log/kern.log", LINE(1));
    put_journal(bench, "run/log/journal");
    if (!amr_journal_is_built()) {
        choice = amr_choice_new(bench->target, bench->opener, TRUE);
        assert_int_equal(find(choice, "journal")->state, AMR_CHOICE_LEFT_OUT);
        assert_choice(bench, TRUE, "kern.log");
        return;
    }
    assert_choice(bench, TRUE, "journal");
    choice = amr_choice_new(bench->target, bench->opener, TRUE);
    assert_string_equal(find(choice, "journal")->place, "run/log/journal/" MACHINE);
    assert_int_equal(amr_choice_add(choice, bench->ingest, TRUE), 1);
    bench_load_well(bench);
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
    assert_int_equal(bench_info(bench, 0).kind, AMR_SOURCE_KIND_JOURNAL);
    /* As the same journal in the forms that journalctl writes (test-logforms). */
    stats = bench_info(bench, 0).stats;
    assert_int_equal(stats.records, 8);
    assert_int_equal(stats.torn, 1);
    assert_int_equal(amr_store_count(bench->store), 8);
    raw = amr_ingest_raw(bench->ingest, &amr_store_get(bench->store, 1)->origin);
    assert_non_null(raw);
}

/* The past of a journal is left out, and it is followed all the same. */
static void
test_journal_skip(void **state)
{
    Bench *bench = *state;
    g_autoptr(AmrChoice) choice = NULL;
    g_autoptr(GAsyncResult) result = NULL;

    put_journal(bench, "run/log/journal");
    if (!amr_journal_is_built())
        return;
    choice = amr_choice_new(bench->target, bench->opener, TRUE);
    assert_int_equal(amr_choice_add(choice, bench->ingest, TRUE), 1);
    amr_ingest_load_async(bench->ingest, NULL, test_result, &result);
    amr_ingest_skip(bench->ingest);
    test_wait_result(&result);
    assert_true(amr_ingest_load_finish(bench->ingest, result, NULL));
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
    assert_null(bench_info(bench, 0).error);
    assert_int_equal(amr_store_count(bench->store), 0);
}

/* Those that were asked for, whatever holds more. */
static void
test_asked(void **state)
{
    static const char *const only[] = {"kern.log", "audit.log", NULL};
    static const char *const absent[] = {"messages", NULL};
    Bench *bench = *state;
    g_autoptr(AmrChoice) two = NULL, none = NULL;
    g_autofree char *summary = NULL, *why = NULL;

    put(bench, "var/log/syslog", LINE(1));
    put(bench, "var/log/kern.log", LINE(2));
    put(bench, "var/log/audit/audit.log", LINE(2));
    two = amr_choice_new_only(bench->target, bench->opener, FALSE, only);
    summary = amr_choice_summary(two);
    assert_string_equal(summary, "audit.log + kern.log");
    assert_int_equal(find(two, "syslog")->state, AMR_CHOICE_SPARE);
    assert_int_equal(amr_choice_add(two, bench->ingest, FALSE), 2);
    bench_load_well(bench);
    assert_int_equal(amr_store_total(bench->store), 1); /* the same one */
    none = amr_choice_new_only(bench->target, bench->opener, FALSE, absent);
    why = amr_choice_why_none(none);
    assert_string_equal(why, "var/log/messages: Not there");
    assert_true(amr_choice_is_name("netlink"));
    assert_false(amr_choice_is_name("var/log/syslog"));
}

/* Who listens to audit says what the journal holds. */
static void
test_listeners(void **state)
{
    static const struct {
        const char *line;
        gboolean complete;
    } rows[] = {
        {"0000000023206678 9   1          00000001 0", TRUE}, /* systemd made it */
        {"000000004ac7b9f3 9   77         00000001 0", TRUE}, /* journald itself */
        {"ffff8881 9   4294963199 00000001 0", TRUE},         /* 1 was taken */
        {"ffff8881 9   -4097 00000001 0", TRUE},       /* the same, as old kernels print it */
        {"ffff8881 9   900        00000001 0", FALSE}, /* another listener, such as we */
        {"ffff8881 9   1          00000000 0", FALSE}, /* systemd's own records */
        {"ffff8881 15  1          00000001 0", FALSE}, /* udev's */
        {"ffff8881 9", FALSE},
        {"", FALSE},
    };
    const Bench *bench = *state;
    g_autofree char *root = g_build_filename(bench->dir, "root", NULL);
    const AmrTargetOptions options = {.root = root};
    g_autoptr(AmrTarget) target = NULL;
    g_autoptr(AmrOpener) opener = NULL;

    if (!amr_journal_is_built())
        return;
    put_journal(bench, "var/log/journal");
    put(bench, "proc/77/comm", "systemd-journal\n"); /* /proc is opened with the target */
    target = amr_target_new(&options, NULL);
    opener = amr_opener_new(target);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *table =
            g_strdup_printf("sk               Eth Pid        Groups   Rmem\n%s\n", rows[i].line);
        g_autoptr(AmrChoice) choice = NULL;
        put(bench, "proc/net/netlink", table);
        choice = amr_choice_new(target, opener, TRUE);
        if (amr_choice_is_complete(choice) != rows[i].complete)
            fail_msg("%s: %s", rows[i].line, find(choice, "journal")->reason);
        assert_non_null(strstr(find(choice, "journal")->reason,
                               rows[i].complete ? "journald listens" : "does not listen"));
    }
    /* Of a journal that was brought here nobody knows. */
    put(bench, "proc/77/comm", "init\n");
    g_autoptr(AmrChoice) choice = amr_choice_new(target, opener, TRUE);
    assert_non_null(strstr(find(choice, "journal")->reason, "if journald listens"));
}

/* A journal that is no longer written, and one that another machine left. */
static void
test_journals(void **state)
{
    Bench *bench = *state;
    g_autoptr(GError) error = NULL;

    if (!amr_journal_is_built())
        return;
    put(bench, "etc/machine-id", "fedcba9876543210fedcba9876543210\n");
    put(bench, "var/log/journal/" MACHINE "/system.journal", "");
    assert_choice(bench, TRUE, "");
    put_journal(bench, "var/log/journal");
    put(bench, "etc/machine-id", "../" MACHINE "\n");
    assert_choice(bench, TRUE, "");
    put(bench, "etc/machine-id", MACHINE "\n");
    assert_choice(bench, TRUE, "journal");
    put(bench, "var/log/audit/audit.log", LINE(1));
    assert_choice(bench, TRUE, "audit.log");
    age(bench, "var/log/audit/audit.log", 3);
    assert_choice(bench, TRUE, "audit.log + journal");
    /* What is no journal gives nothing, and says so. */
    put(bench, "var/log/journal/" MACHINE "/system.journal", "no journal at all\n");
    (void)amr_ingest_add(bench->ingest, AMR_SOURCE_KIND_JOURNAL, "var/log/journal/" MACHINE, FALSE);
    (void)bench_load(bench, &error);
    assert_int_equal(amr_store_count(bench->store), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_none),     TEST(test_files), TEST(test_journal),   TEST(test_journal_skip),
        TEST(test_journals), TEST(test_asked), TEST(test_listeners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
