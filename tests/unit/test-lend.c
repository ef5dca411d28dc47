/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is lent by who has more rights: the talk, the borrower's side of it, the streams of records,
 * and what somebody hostile says at either end. */
#include "tests/unit/testing.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/lender.h"
#include "core/base/opener.h"
#include "core/helper/helper.h"
#include "core/source/ingest.h"
#include "core/source/live.h"

static void
make_socket(int ends[2])
{
    assert_true(amr_lender_socket(&ends[0], &ends[1], NULL));
}

/* ---- the talk ----------------------------------------------------------------------------------
 */

static void
test_messages(void **state)
{
    static const char *const texts[] = {
#define TEXT(name, byte, type, help) [AMR_LEND_##name] = type,
        AMR_LENDS(TEXT)
#undef TEXT
    };
    int ends[2];

    make_socket(ends);
    for (guint kind = 1; kind < G_N_ELEMENTS(texts); kind++) {
        g_autoptr(GVariant) said = NULL;
        g_autoptr(GVariant) heard = NULL;
        g_autoptr(GVariant) empty =
            g_variant_ref_sink(g_variant_new_from_data(G_VARIANT_TYPE(texts[kind]), "", 0, FALSE,
                                                       NULL, NULL)); /* of defaults */
        said = g_variant_get_normal_form(empty);
        assert_true(amr_lend_send(ends[0], (AmrLend)kind, said, -1, NULL));
        assert_int_equal(amr_lend_receive(ends[1], 0, &heard, NULL, NULL), kind);
        assert_true(g_variant_equal(said, heard));
    }
    amr_fs_close_fd(&ends[0]);
    amr_fs_close_fd(&ends[1]);
}

static void
test_names(void **state)
{
    static const char *const names[] = {"profiles", "policy/profiles/a b.1", "\xff\n\"", "x"};
    static const struct {
        const char *bytes;
        gsize len;
    } none[] = {{"", 0}, {"a\0b", 3}, {"\0", 1}};
    g_autofree char *huge = g_strnfill(PATH_MAX, 'x');

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GVariant) name = g_variant_ref_sink(amr_lend_name(names[i]));
        g_autofree char *back = amr_lend_named(name);
        assert_string_equal(back, names[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++) {
        g_autoptr(GVariant) name = g_variant_ref_sink(
            g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, none[i].bytes, none[i].len, 1));
        assert_null(amr_lend_named(name));
    }
    g_autoptr(GVariant) name = g_variant_ref_sink(amr_lend_name(huge));
    assert_null(amr_lend_named(name));
}

static void
test_no_message(void **state)
{
    static const struct {
        const char *bytes;
        gsize len;
    } rows[] = {
        {"?", 1},           /* no kind */
        {"R", 1},           /* without its number */
        {"R\1\0\0\0\0", 6}, /* with more than it */
        {"x\1", 2},         /* half a refusal */
        {"ffollow", 7},     /* a string without its end */
        {"c\1\2\3", 4},     /* a quarter of a count */
    };
    int ends[2];

    make_socket(ends);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        GVariant *content = NULL;
        int fd = -1;
        assert_int_equal(send(ends[0], rows[i].bytes, rows[i].len, 0), rows[i].len);
        assert_int_equal(amr_lend_receive(ends[1], 0, &content, &fd, &error), AMR_LEND_UNKNOWN);
        assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
        assert_null(content);
    }
    /* Nothing yet; more than fits; nobody any more. */
    g_autofree char *long_one = g_strnfill(AMR_LEND_MAX + 1, 'r');
    g_autoptr(GError) none = NULL;
    g_autoptr(GError) much = NULL;
    g_autoptr(GError) gone = NULL;
    GVariant *content = NULL;
    assert_int_equal(amr_lend_receive(ends[1], 0, &content, NULL, &none), AMR_LEND_UNKNOWN);
    assert_error(none, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    assert_int_equal(send(ends[0], long_one, AMR_LEND_MAX + 1, 0), AMR_LEND_MAX + 1);
    assert_int_equal(amr_lend_receive(ends[1], 0, &content, NULL, &much), AMR_LEND_UNKNOWN);
    assert_error(much, AMR_ERROR, AMR_ERROR_PARSE);
    amr_fs_close_fd(&ends[0]);
    assert_int_equal(amr_lend_receive(ends[1], 0, &content, NULL, &gone), AMR_LEND_UNKNOWN);
    assert_error(gone, G_IO_ERROR, G_IO_ERROR_CLOSED);
    assert_false(amr_lend_send(ends[1], AMR_LEND_LOOK, g_variant_new("()"), -1, NULL));
    amr_fs_close_fd(&ends[1]);
}

static void
test_descriptor(void **state)
{
    char *dir = test_dir_new();
    g_autoptr(GVariant) content = NULL;
    g_autoptr(GBytes) bytes = NULL;
    int ends[2], fd = -1, sent;

    make_socket(ends);
    test_write(dir, "profiles", "p (enforce)\n");
    g_autofree char *path = g_build_filename(dir, "profiles", NULL);
    sent = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(amr_lend_send(ends[0], AMR_LEND_GIVEN, g_variant_new("()"), sent, NULL));
    assert_int_equal(amr_lend_receive(ends[1], 0, &content, &fd, NULL), AMR_LEND_GIVEN);
    assert_true(fd >= 0 && fd != sent);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    bytes = amr_fs_read_fd(fd, 100, NULL);
    assert_int_equal(g_bytes_get_size(bytes), 12);
    /* Who wants none gets none. */
    g_clear_pointer(&content, g_variant_unref);
    amr_fs_close_fd(&fd);
    fd = fcntl(0, F_DUPFD, 3); /* what the next one would be */
    amr_fs_close_fd(&fd);
    assert_true(amr_lend_send(ends[0], AMR_LEND_GIVEN, g_variant_new("()"), sent, NULL));
    assert_int_equal(amr_lend_receive(ends[1], 0, &content, NULL, NULL), AMR_LEND_GIVEN);
    amr_fs_close_fd(&sent);
    amr_fs_close_fd(&ends[0]);
    amr_fs_close_fd(&ends[1]);
    test_dir_remove(dir);
}

static void
test_refusals(void **state)
{
    const struct {
        GQuark domain;
        int code;
        const char *message;
        GQuark want_domain;
        int want;
        const char *shown;
    } rows[] = {
        {AMR_ERROR, AMR_ERROR_REFUSED, "no", AMR_ERROR, AMR_ERROR_REFUSED, "no"},
        {AMR_ERROR, AMR_ERROR_LIMIT, "no", AMR_ERROR, AMR_ERROR_LIMIT, "no"},
        {AMR_ERROR, 999, "no", G_IO_ERROR, G_IO_ERROR_FAILED, "no"},
        {AMR_ERROR, -1, "no", G_IO_ERROR, G_IO_ERROR_FAILED, "no"},
        {G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "none", G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "none"},
        {G_IO_ERROR, -5, "none", G_IO_ERROR, G_IO_ERROR_FAILED, "none"},
        {G_FILE_ERROR, G_FILE_ERROR_ACCES, "file", G_IO_ERROR, G_IO_ERROR_FAILED, "file"},
        {G_IO_ERROR, G_IO_ERROR_BUSY, "\033[2J", G_IO_ERROR, G_IO_ERROR_BUSY, "\\e[2J"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) said = g_error_new_literal(rows[i].domain, rows[i].code, rows[i].message);
        g_autoptr(GVariant) content = g_variant_ref_sink(amr_lend_refusal(said));
        g_autoptr(GError) heard = NULL;
        assert_false(amr_lend_refused(content, &heard));
        assert_true(g_error_matches(heard, rows[i].want_domain, rows[i].want));
        assert_string_equal(heard->message, rows[i].shown);
    }
}

/* ---- the borrower ------------------------------------------------------------------------------
 */

/* What each kind of question is answered with, by a child; 0: it says nothing and ends. */
static AmrLender *
lender_that_says(AmrLend kind, GVariant *content, int fd, pid_t *pid)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(content);
    int ends[2];

    make_socket(ends);
    *pid = fork();
    if (*pid == 0) {
        GVariant *question = NULL;
        amr_fs_close_fd(&ends[0]);
        while (amr_lend_receive(ends[1], -1, &question, NULL, NULL) != AMR_LEND_UNKNOWN && kind)
            (void)amr_lend_send(ends[1], kind, owned, fd, NULL);
        _exit(0);
    }
    amr_fs_close_fd(&ends[1]);
    return amr_lender_new(ends[0]);
}

static void
end_lender(AmrLender *lender, pid_t pid)
{
    amr_lender_free(lender);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
test_borrow(void **state)
{
    char *root = test_dir_new();
    g_autofree char *profiles =
        g_build_filename(root, "sys/kernel/security/apparmor/profiles", NULL);
    g_autofree char *lent = g_build_filename(root, "lent", NULL);
    AmrTarget *target;
    AmrOpener *opener;
    AmrLender *lender;
    int fd;
    pid_t pid;

    test_write(root, "etc/apparmor.d/p", "");
    test_write(root, "lent", "p (enforce)\n");
    test_write(root, "sys/kernel/security/apparmor/profiles", "");
    test_write(root, "var/log/kern.log", "");
    target = amr_target_new(&(AmrTargetOptions){.root = root}, NULL);
    opener = amr_opener_new(target);
    fd = open(lent, O_RDONLY | O_CLOEXEC);
    lender = lender_that_says(AMR_LEND_GIVEN, g_variant_new("()"), fd, &pid);
    amr_fs_close_fd(&fd);
    amr_opener_set_lender(opener, lender);
    /* What we may read is not asked for; what is not there neither. */
    g_autoptr(GBytes) own = amr_opener_read(opener, AMR_OPEN_KERNEL, "profiles", 100, NULL);
    assert_int_equal(g_bytes_get_size(own), 0);
    g_autoptr(GError) error = NULL;
    assert_int_equal(amr_opener_open(opener, AMR_OPEN_KERNEL, "none", &error), -1);
    assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    if (geteuid() != 0) { /* whom nothing is refused */
        assert_int_equal(chmod(profiles, 0), 0);
        g_autoptr(GBytes) bytes = amr_opener_read(opener, AMR_OPEN_KERNEL, "profiles", 100, NULL);
        assert_non_null(bytes);
        assert_int_equal(g_bytes_get_size(bytes), 12);
        g_autofree char *log = g_build_filename(root, "var/log/kern.log", NULL);
        assert_int_equal(chmod(log, 0), 0);
        assert_int_equal(amr_opener_open(opener, AMR_OPEN_SOURCE, "var/log/kern.log", NULL), -1);
    }
    end_lender(lender, pid);
    amr_opener_free(opener);
    amr_target_free(target);
    test_dir_remove(root);
}

static void
test_lender_gone(void **state)
{
    const struct {
        const char *name;
        AmrLend kind;
        GVariant *content;
    } rows[] = {
        {"says nothing and ends", AMR_LEND_UNKNOWN, g_variant_new("()")},
        {"gives no descriptor", AMR_LEND_GIVEN, g_variant_new("()")},
        {"says something else", AMR_LEND_READY, g_variant_new("(u)", 1)},
        {"says what the borrower would", AMR_LEND_LOOK, g_variant_new("()")},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GError) again = NULL;
        pid_t pid;
        AmrLender *lender = lender_that_says(rows[i].kind, rows[i].content, -1, &pid);
        assert_int_equal(amr_lender_open(lender, AMR_LEND_OPEN, "profiles", &error), -1);
        assert_error(error, AMR_ERROR, AMR_ERROR_NOT_PERMITTED);
        /* And is not asked again. */
        assert_null(amr_lender_look(lender, &again));
        assert_error(again, AMR_ERROR, AMR_ERROR_NOT_PERMITTED);
        assert_non_null(strstr(again->message, "is gone"));
        end_lender(lender, pid);
    }
    /* A refusal is an answer. */
    pid_t pid;
    g_autoptr(GError) no = g_error_new_literal(AMR_ERROR, AMR_ERROR_REFUSED, "That is not lent");
    AmrLender *lender = lender_that_says(AMR_LEND_REFUSED, amr_lend_refusal(no), -1, &pid);
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        assert_int_equal(amr_lender_records(lender, "kmsg", TRUE, &error), -1);
        assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
    }
    end_lender(lender, pid);
}

/* ---- streams -----------------------------------------------------------------------------------
 */

#define RECORD(serial, name)                                                                 \
    "type=AVC msg=audit(1700000000.123:" serial "): apparmor=\"DENIED\" operation=\"open\" " \
    "class=\"file\" profile=\"p\" name=\"" name "\" pid=7 comm=\"x\" requested_mask=\"r\" "  \
    "denied_mask=\"r\" fsuid=1 ouid=0\n"

static const char log_text[] =
    "type=USER_LOGIN msg=audit(1700000000.100:1): user pid=1 uid=0 acct=\"secret\" "
    "res=success\n" RECORD(
        "2", "/one") "type=EXECVE msg=audit(1700000000.124:3): argc=2 a0=\"mysql\" "
                     "a1=\"--password=hunter2\"\n"
                     "type=AVC msg=audit(1700000000.125:4): apparmor=\"DENIED\" operation=\"open\" "
                     "half a line\0of\n" RECORD(
                         "5", "/two") "Nov 28 10:00:00 host su[1]: says apparmor=\"DENIED\" and "
                                      "hunter2\n" RECORD("6", "/one");

/* A child reads the log of @root for us. */
static int
start_stream(const char *root, gboolean follow, pid_t *pid)
{
    int ends[2];

    make_socket(ends);
    *pid = fork();
    if (*pid == 0) {
        AmrTarget *target = amr_target_new(&(AmrTargetOptions){.root = root}, NULL);
        AmrOpener *opener = amr_opener_new(target);
        amr_fs_close_fd(&ends[0]);
        helper_stream(target, opener, "audit.log", follow, ends[1]);
        _exit(0);
    }
    amr_fs_close_fd(&ends[1]);
    return ends[0];
}

static char *
stream_root(void)
{
    char *root = test_dir_new();
    g_autofree char *log = g_build_filename(root, "var/log/audit/audit.log", NULL);

    test_write(root, "etc/apparmor.d/p", "");
    test_write(root, "var/log/audit/audit.log", "");
    assert_true(g_file_set_contents(log, log_text, sizeof log_text - 1, NULL));
    return root;
}

/* Nothing of other lines goes out, whatever words they hold. */
static void
test_records_alone(void **state)
{
    char *root = stream_root();
    g_autoptr(GString) all = g_string_new(NULL);
    gboolean present = FALSE, counted = FALSE;
    pid_t pid;
    int fd = start_stream(root, FALSE, &pid);

    for (;;) {
        g_autoptr(GVariant) content = NULL;
        g_autoptr(GError) error = NULL;
        gsize len;
        AmrLend kind = amr_lend_receive(fd, 10000, &content, NULL, &error);
        if (kind == AMR_LEND_UNKNOWN) {
            assert_error(error, G_IO_ERROR, G_IO_ERROR_CLOSED); /* all was said */
            break;
        }
        assert_false(present);
        if (kind == AMR_LEND_PRESENT) {
            present = TRUE;
        } else if (kind == AMR_LEND_COUNTS) {
            const guint64 *counts = g_variant_get_fixed_array(content, &len, sizeof *counts);
            assert_int_equal(len, AMR_LOSS_COUNT + 3);
            counted |= counts[AMR_LOSS_COUNT] == 1; /* the torn line */
        } else {
            assert_int_equal(kind, AMR_LEND_RECORDS);
            const char *text = g_variant_get_fixed_array(content, &len, 1);
            g_string_append_len(all, text, (gssize)len);
        }
    }
    assert_true(counted);
    assert_true(present);
    assert_string_equal(all->str, RECORD("2", "/one") RECORD("5", "/two") RECORD("6", "/one"));
    amr_fs_close_fd(&fd);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    test_dir_remove(root);
}

/* A store that is filled from the log, read by the child or by us. */
typedef struct {
    AmrTarget *target;
    AmrOpener *opener;
    AmrStore *store;
    AmrIngest *ingest;
    gboolean loaded;
} Reader;

static void
on_loaded(GObject *source, GAsyncResult *result, gpointer data)
{
    Reader *reader = data;
    (void)amr_ingest_load_finish(reader->ingest, result, NULL);
    reader->loaded = TRUE;
}

static void
reader_init(Reader *reader, const char *root, AmrLender *lender, gboolean follow)
{
    reader->target = amr_target_new(&(AmrTargetOptions){.root = root}, NULL);
    reader->opener = amr_opener_new(reader->target);
    amr_opener_set_lender(reader->opener, lender);
    reader->store = amr_store_new(0);
    reader->ingest = amr_ingest_new(reader->opener, reader->store);
    if (lender)
        amr_ingest_add_lent(reader->ingest, AMR_SOURCE_KIND_FILE, "audit.log",
                            "var/log/audit/audit.log", follow);
    else
        amr_ingest_add_file(reader->ingest, AMR_OPEN_SOURCE, "var/log/audit/audit.log", follow);
    reader->loaded = FALSE;
    amr_ingest_load_async(reader->ingest, NULL, on_loaded, reader);
    while (!reader->loaded)
        g_main_context_iteration(NULL, TRUE);
}

static void
reader_clear(Reader *reader)
{
    amr_ingest_free(reader->ingest);
    amr_store_free(reader->store);
    amr_opener_free(reader->opener);
    amr_target_free(reader->target);
}

static AmrSourceInfo
info_of(const Reader *reader)
{
    AmrSourceInfo info;
    amr_ingest_source_info(reader->ingest, 0, &info);
    return info;
}

/* What is read by another is what we would have read. */
static void
test_same_as_own(void **state)
{
    char *root = stream_root();
    Reader own, lent;
    pid_t pid, reading;
    int fd = start_stream(root, FALSE, &reading);
    AmrLender *lender = lender_that_says(AMR_LEND_GIVEN, g_variant_new("()"), fd, &pid);

    amr_fs_close_fd(&fd);
    reader_init(&own, root, NULL, FALSE);
    reader_init(&lent, root, lender, FALSE);
    assert_int_equal(info_of(&lent).state, AMR_SOURCE_DONE);
    assert_int_equal(amr_store_count(lent.store), 2);
    assert_int_equal(amr_store_count(own.store), 2);
    assert_int_equal(amr_store_total(lent.store), 3);
    assert_int_equal(info_of(&lent).stats.torn, info_of(&own).stats.torn);
    assert_int_equal(info_of(&lent).stats.bytes, info_of(&own).stats.bytes);
    for (guint i = 0; i < 2; i++) {
        AmrDenialId id[2];
        assert_int_equal(amr_store_window(own.store, AMR_ORDER_LAST, i, 1, &id[0]), 1);
        assert_int_equal(amr_store_window(lent.store, AMR_ORDER_LAST, i, 1, &id[1]), 1);
        const AmrDenial *a = amr_store_get(own.store, id[0]);
        const AmrDenial *b = amr_store_get(lent.store, id[1]);
        g_autoptr(GBytes) raw_a = amr_ingest_raw(own.ingest, &a->origin);
        g_autoptr(GBytes) raw_b = amr_ingest_raw(lent.ingest, &b->origin);
        assert_int_equal(a->count, b->count);
        assert_int_equal(a->last, b->last);
        assert_true(g_bytes_equal(raw_a, raw_b));
    }
    reader_clear(&own);
    reader_clear(&lent);
    end_lender(lender, pid);
    assert_int_equal(waitpid(reading, NULL, 0), reading);
    test_dir_remove(root);
}

/* What comes later comes; who reads may die; who borrows may go. */
static void
test_follow(void **state)
{
    char *root = stream_root();
    g_autofree char *log = g_build_filename(root, "var/log/audit/audit.log", NULL);
    Reader lent;
    pid_t pid, reading;
    int fd = start_stream(root, TRUE, &reading);
    AmrLender *lender = lender_that_says(AMR_LEND_GIVEN, g_variant_new("()"), fd, &pid);
    FILE *out;

    amr_fs_close_fd(&fd);
    reader_init(&lent, root, lender, TRUE);
    assert_int_equal(info_of(&lent).state, AMR_SOURCE_FOLLOWING);
    assert_int_equal(amr_store_total(lent.store), 3);
    out = fopen(log, "a");
    assert_non_null(out);
    assert_true(fputs("other line\n" RECORD("7", "/three"), out) >= 0);
    assert_int_equal(fclose(out), 0);
    while (amr_store_total(lent.store) < 4)
        g_main_context_iteration(NULL, TRUE);
    assert_int_equal(amr_store_count(lent.store), 3);
    end_lender(lender, pid); /* the stream goes on without the talk */
    assert_int_equal(kill(reading, SIGKILL), 0);
    assert_int_equal(waitpid(reading, NULL, 0), reading);
    while (info_of(&lent).state != AMR_SOURCE_FAILED)
        g_main_context_iteration(NULL, TRUE);
    assert_non_null(strstr(info_of(&lent).error->message, "is gone"));
    assert_int_equal(amr_store_total(lent.store), 4);
    reader_clear(&lent);

    fd = start_stream(root, TRUE, &reading);
    amr_fs_close_fd(&fd);
    assert_int_equal(waitpid(reading, NULL, 0), reading); /* it ends by itself */
    test_dir_remove(root);
}

static void
test_put(gpointer data, const char *text, gsize len)
{
    g_string_append_len(data, text, (gssize)len);
}

/* A stream that says what none does. */
static void
test_hostile_stream(void **state)
{
    static const guint64 up[AMR_LOSS_COUNT + 3] = {0, 5, 7, 0, 0, 1, 2, 3}, down[] = {1, 2, 3};
    g_autofree char *long_line = g_strnfill(AMR_LEND_MAX - 8, 'x');
    int ends[2];

    make_socket(ends);
    AmrLive *live = amr_live_lent_new(ends[1], TRUE);
    g_autoptr(GString) text = g_string_new(NULL);
    GError *error = NULL;
    GVariant *counts =
        g_variant_new_fixed_array(G_VARIANT_TYPE_UINT64, up, G_N_ELEMENTS(up), sizeof up[0]);
    assert_int_equal(live->step(live, test_put, text, &error), AMR_LIVE_LATE);
    assert_true(amr_lend_send(ends[0], AMR_LEND_COUNTS, counts, -1, NULL));
    counts = g_variant_new_fixed_array(G_VARIANT_TYPE_UINT64, down, 3, sizeof down[0]);
    assert_true(amr_lend_send(ends[0], AMR_LEND_COUNTS, counts, -1, NULL)); /* too few */
    counts = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, long_line, AMR_LEND_MAX - 8, 1);
    assert_true(amr_lend_send(ends[0], AMR_LEND_RECORDS, counts, -1, NULL));
    assert_int_equal(live->step(live, test_put, text, &error), AMR_LIVE_LATE);
    assert_int_equal(live->lost[1], 5);
    assert_int_equal(live->counts.overlong, 2);
    assert_int_equal(text->len, AMR_LEND_MAX - 8);
    assert_true(amr_lend_send(ends[0], AMR_LEND_PRESENT, g_variant_new("()"), -1, NULL));
    assert_int_equal(live->step(live, test_put, text, &error), AMR_LIVE_EMPTY);
    assert_true(amr_lend_send(ends[0], AMR_LEND_LOOK, g_variant_new("()"), -1, NULL));
    assert_int_equal(live->step(live, test_put, text, &error), AMR_LIVE_FAILED);
    assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
    g_clear_error(&error);
    live->free(live);
    amr_fs_close_fd(&ends[0]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),       cmocka_unit_test(test_names),
        cmocka_unit_test(test_no_message),     cmocka_unit_test(test_descriptor),
        cmocka_unit_test(test_refusals),       cmocka_unit_test(test_borrow),
        cmocka_unit_test(test_lender_gone),    cmocka_unit_test(test_records_alone),
        cmocka_unit_test(test_same_as_own),    cmocka_unit_test(test_follow),
        cmocka_unit_test(test_hostile_stream),
    };
    return cmocka_run_group_tests_name("lend", tests, NULL, NULL);
}
