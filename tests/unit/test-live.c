/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit multicast and the kernel's ring, with sockets that stand in for the kernel; what they
 * lose, and what two sources have both. */
#include "tests/unit/testing.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/source/copies.h"
#include "core/source/live.h"
#include "core/source/serials.h"
#include "tests/unit/ingest-fixture.h"

/* ---- serials -----------------------------------------------------------------------------------
 */

static void
test_serials(void **state)
{
    static const struct {
        const char *name;
        guint32 serials[12]; /* ends with 0 */
        guint64 at_once, settled;
    } rows[] = {
        {"none lost", {7, 8, 9}, 0, 0},
        {"several of one event", {7, 7, 7, 8, 8}, 0, 0},
        {"out of order", {7, 9, 8, 12, 10, 11}, 0, 0},
        {"one never comes", {7, 9, 10}, 0, 1},
        {"and comes twice", {7, 9, 8, 8, 9}, 0, 0},
        {"what was before the first", {100, 99, 98, 101}, 0, 0},
        {"too many to wait for", {1, 2000}, 1487, 1998},
        {"it wraps", {0xfffffffe, 0xffffffff, 1, 2}, 0, 1},
        {"long ago", {5000, 1, 5001}, 0, 0},
        {"far ahead twice", {1, 600, 1800}, 1286, 1797},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        AmrSerials serials = {0};
        guint64 at_once;
        for (guint j = 0; rows[i].serials[j]; j++)
            amr_serials_take(&serials, rows[i].serials[j]);
        at_once = serials.lost;
        amr_serials_settle(&serials);
        if (at_once != rows[i].at_once || serials.lost != rows[i].settled)
            fail_msg("%s: %d, then %d", rows[i].name, (int)at_once, (int)serials.lost);
        amr_serials_settle(&serials);
        assert_int_equal(serials.lost, rows[i].settled);
    }
}

/* Any loss, any order within the window: exactly what did not come is lost. */
static void
test_serials_random(void **state)
{
    GRand *random = g_rand_new_with_seed(5);

    for (guint round = 0; round < 200; round++) {
        enum {
            N = 3000
        };
        AmrSerials serials = {0};
        guint32 order[N];
        guint lost = 0, n = 0;

        for (guint i = 0; i < N; i++) {
            if (i > 0 && i < N - 1 && g_rand_int_range(random, 0, 5) == 0)
                lost++;
            else
                order[n++] = 0xfffffa00 + i;
        }
        for (guint i = 1; i < n; i++) { /* the first stays where it is */
            const guint end = MIN((i / 300 + 1) * 300, n);
            const guint other = (guint)g_rand_int_range(random, (gint32)i, (gint32)end);
            const guint32 swapped = order[i];
            order[i] = order[other];
            order[other] = swapped;
        }
        for (guint i = 0; i < n; i++)
            amr_serials_take(&serials, order[i]);
        amr_serials_settle(&serials);
        assert_int_equal(serials.lost, lost);
    }
    g_rand_free(random);
}

/* ---- copies ------------------------------------------------------------------------------------
 */

static gboolean
is_copy(AmrCopies *copies, const char *line, guint source, gint64 now)
{
    AmrHead head;
    assert_true(amr_head_read(&head, line, (AmrSpan){0, (uint32_t)strlen(line)}));
    return amr_copies_take(copies, &head, line, source, now);
}

#define AUDIT(stamp, text) "type=1400 audit(" stamp "): apparmor=\"DENIED\" " text
#define AUDITD(stamp, text)                                           \
    "type=AVC msg=audit(" stamp "): apparmor=\"DENIED\" " text "\x1d" \
    "X=1"
#define PRINTED(stamp, text) "[ 1.0] audit: type=1400 audit(" stamp "): apparmor=\"DENIED\" " text
#define NAME(n)              "operation=\"open\" name=\"/" n "\""

static void
test_copies(void **state)
{
    static const struct {
        const char *line;
        guint source;
        gboolean copy;
    } rows[] = {
        {AUDIT("5.1:1", NAME("a")), 1, FALSE},
        {AUDITD("5.1:1", NAME("a")), 2, TRUE},
        {PRINTED("5.1:1", NAME("a")), 3, TRUE},
        {AUDIT("5.1:1", NAME("b")), 1, FALSE}, /* another of the same event */
        {AUDIT("5.1:2", NAME("a")), 1, FALSE}, /* again */
        {AUDIT("6.1:1", NAME("a")), 2, FALSE}, /* the serials of another boot */
        {AUDIT("7.1:7", NAME("a")), 1, FALSE}, /* one event that has it three times */
        {AUDIT("7.1:7", NAME("a")), 1, FALSE},
        {AUDIT("7.1:7", NAME("a")), 2, TRUE},
        {AUDIT("7.1:7", NAME("a")), 2, TRUE},
        {AUDIT("7.1:7", NAME("a")), 2, FALSE},
        {AUDIT("7.1:7", NAME("a")), 1, TRUE},
        {AUDIT("7.1:7", NAME("a")), 3, TRUE},
        {"type=AVC apparmor=\"DENIED\" " NAME("a"), 1, FALSE}, /* nothing tells when */
        {"type=AVC apparmor=\"DENIED\" " NAME("a"), 2, FALSE},
    };
    g_autoptr(AmrCopies) copies = amr_copies_new(1);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (is_copy(copies, rows[i].line, rows[i].source, 0) != rows[i].copy)
            fail_msg("row %zu", i);
    }
}

/* With zero stamps the text must do, for a moment. */
static void
test_copies_without_stamp(void **state)
{
    const char *zero = AUDIT("0000000000.000:0", NAME("a"));
    const char *printed = PRINTED("0.000:0", NAME("a"));
    g_autoptr(AmrCopies) copies = amr_copies_new(1);
    const gint64 second = G_USEC_PER_SEC;

    assert_false(is_copy(copies, zero, 1, 0)); /* the past of one, then of the other */
    assert_false(is_copy(copies, zero, 1, 0));
    assert_true(is_copy(copies, printed, 2, 0));
    assert_true(is_copy(copies, printed, 2, 0));
    assert_false(is_copy(copies, printed, 2, 0));
    assert_false(is_copy(copies, zero, 1, 100 * second));
    assert_true(is_copy(copies, printed, 2, 101 * second));
    assert_false(is_copy(copies, printed, 2, 102 * second)); /* it comes a second time */
    assert_true(is_copy(copies, zero, 1, 103 * second));
    assert_false(is_copy(copies, printed, 2, 110 * second)); /* and much later a third time */
    assert_true(is_copy(copies, zero, 1, 110 * second));
}

/* Bounded: what is far behind is forgotten, what is near is not. */
static void
test_copies_bounded(void **state)
{
    g_autoptr(AmrCopies) copies = amr_copies_new(7);
    const guint n = 400000, near = 60000;

    for (guint i = 1; i <= n; i++) {
        g_autofree char *line = g_strdup_printf(AUDIT("9.1:%u", NAME("x")), i);
        assert_false(is_copy(copies, line, 1, 0));
    }
    for (guint i = n - near; i <= n; i++) {
        g_autofree char *line = g_strdup_printf(AUDIT("9.1:%u", NAME("x")), i);
        if (!is_copy(copies, line, 2, 0))
            fail_msg("%u is forgotten", n - i);
    }
}

/* ---- sockets that stand in for the kernel -------------------------------------------------------
 */

static void
make_pair(int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends),
                     0);
}

static void
send_all(int fd, const void *bytes, gsize size)
{
    assert_int_equal(send(fd, bytes, size, 0), size);
}

static void
multicast(int fd, guint type, const char *text)
{
    g_autofree char *datagram = g_malloc0(NLMSG_SPACE(strlen(text)));
    const struct nlmsghdr header = {.nlmsg_len = NLMSG_LENGTH((guint32)strlen(text)),
                                    .nlmsg_type = (guint16)type};
    memcpy(datagram, &header, sizeof header);
    memcpy(datagram + NLMSG_HDRLEN, text, strlen(text));
    send_all(fd, datagram, header.nlmsg_len);
}

static void
deny(int fd, guint serial, const char *name)
{
    g_autofree char *text =
        g_strdup_printf("audit(1795350882.844:%u): apparmor=\"DENIED\" operation=\"open\" "
                        "profile=\"p\" name=\"/x/%s\" pid=1 comm=\"c\" requested_mask=\"r\" "
                        "denied_mask=\"r\" fsuid=0 ouid=0",
                        serial, name);
    multicast(fd, 1400, text);
}

typedef struct {
    const Bench *bench;
    guint source;
    AmrLossKind kind;
    guint64 lost;
    gboolean done;
} LossWaiter;

static void
on_changed(gpointer data)
{
    LossWaiter *waiter = data;
    waiter->done =
        bench_info(waiter->bench, waiter->source).stats.lost[waiter->kind] >= waiter->lost;
}

static void
wait_for_lost(Bench *bench, guint source, AmrLossKind kind, guint64 lost)
{
    LossWaiter waiter = {bench, source, kind, lost, FALSE};
    amr_ingest_set_changed(bench->ingest, on_changed, &waiter);
    on_changed(&waiter);
    test_wait(&waiter.done);
    amr_ingest_set_changed(bench->ingest, NULL, NULL);
    assert_int_equal(bench_info(bench, source).stats.lost[kind], lost);
}

static void
test_audit(void **state)
{
    Bench *bench = *state;
    g_autoptr(GBytes) raw = NULL;
    int ends[2];

    make_pair(ends);
    (void)amr_ingest_add_open(bench->ingest, AMR_SOURCE_KIND_AUDIT, ends[0], TRUE);
    bench_load_well(bench);
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
    deny(ends[1], 10, "a");
    deny(ends[1], 12, "b");
    multicast(ends[1], 1300, "audit(1795350882.844:12): arch=c000003e syscall=257");
    deny(ends[1], 11, "c");
    bench_wait_for_total(bench, 3);
    raw = amr_ingest_raw(bench->ingest, &amr_store_get(bench->store, 2)->origin);
    assert_non_null(raw);
    assert_true(
        g_str_has_prefix(g_bytes_get_data(raw, NULL), "type=1400 audit(1795350882.844:12)"));
    assert_int_equal(amr_ingest_lost(bench->ingest, NULL), 0);
    deny(ends[1], 16, "d");
    bench_wait_for_total(bench, 4);
    wait_for_lost(bench, 0, AMR_LOSS_OVERRUN, 3);
    assert_int_equal(close(ends[1]), 0);
}

/* struct audit_status, as the kernel answers: enabled, pid and lost at their places. */
static void
answer(int fd, guint32 enabled, guint32 pid, guint32 lost)
{
    struct {
        struct nlmsghdr header;
        guint32 status[11];
    } reply = {.header = {.nlmsg_len = sizeof reply, .nlmsg_type = 1000}};
    reply.status[1] = enabled;
    reply.status[3] = pid;
    reply.status[6] = lost;
    send_all(fd, &reply, sizeof reply);
}

static void
await_question(int fd)
{
    char request[64];
    while (recv(fd, request, sizeof request, 0) <= 0)
        g_main_context_iteration(NULL, FALSE);
}

typedef struct {
    const AmrIngest *ingest;
    AmrLossKind kind;
    guint64 lost;
    gboolean done;
} SumWaiter;

static void
on_sum_changed(gpointer data)
{
    SumWaiter *waiter = data;
    guint64 lost[AMR_LOSS_COUNT];

    (void)amr_ingest_lost(waiter->ingest, lost);
    waiter->done = lost[waiter->kind] >= waiter->lost;
}

static void
wait_for_sum(Bench *bench, AmrLossKind kind, guint64 want)
{
    SumWaiter waiter = {bench->ingest, kind, want, FALSE};
    guint64 lost[AMR_LOSS_COUNT];

    amr_ingest_set_changed(bench->ingest, on_sum_changed, &waiter);
    on_sum_changed(&waiter);
    test_wait(&waiter.done);
    amr_ingest_set_changed(bench->ingest, NULL, NULL);
    (void)amr_ingest_lost(bench->ingest, lost);
    assert_int_equal(lost[kind], want);
}

static void
append(const Bench *bench, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(bench->dir, name, NULL);
    const int fd = open(path, O_WRONLY | O_APPEND, 0600);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}

/* What the kernel counts is lost to each source, here to a log; @cmdline: what it was started with;
 * records that are kept for a daemon to come, if it was told to, we have. */
static void
count_audit(Bench *bench, const char *cmdline, guint64 kept)
{
    int ends[2];

    test_write(bench->dir, "root/proc/cmdline", cmdline);
    test_write(bench->dir, "audit.log", LINE(1));
    make_pair(ends);
    (void)bench_add(bench, "audit.log", TRUE);
    amr_ingest_count_audit(bench->ingest, ends[0]);
    bench_load_well(bench);
    await_question(ends[1]);
    answer(ends[1], 0, 0, 500); /* before we came */
    append(bench, "audit.log", LINE(2));
    await_question(ends[1]);
    answer(ends[1], 0, 0, 530);
    wait_for_sum(bench, AMR_LOSS_BACKLOG, 30);
    append(bench, "audit.log", LINE(3));
    await_question(ends[1]);
    answer(ends[1], 1, 0, 530 + 90000);
    append(bench, "audit.log", LINE(4));
    await_question(ends[1]);
    answer(ends[1], 1, 300, 530 + 90001);
    wait_for_sum(bench, AMR_LOSS_BACKLOG, 31 + kept);
    assert_int_equal(amr_ingest_lost_before(bench->ingest), 0);
    assert_int_equal(close(ends[1]), 0);
}

static void
test_audit_counts(void **state)
{
    count_audit(*state, "quiet apparmor=1\n", 90000);
}

static void
test_audit_counts_kept(void **state)
{
    count_audit(*state, "audit=0 quiet audit=1\n", 0);
}

/* What overran the audit socket stands in auditd's log: if one auditd was there all the time. */
static void
test_audit_unwritten(void **state)
{
    static const struct {
        guint32 serial; /* of the next record, the first being 10 */
        guint64 overrun;
        guint32 daemon;
        guint64 told;
    } steps[] = {
        {13, 2, 300, 0}, {17, 5, 0, 3}, {18, 5, 0, 3}, {23, 9, 400, 7}, {29, 14, 400, 7},
    };
    Bench *bench = *state;
    int kernel[2], asked[2];
    guint32 lost = 500;

    test_write(bench->dir, "audit.log", LINE(1));
    make_pair(kernel);
    make_pair(asked);
    (void)bench_add(bench, "audit.log", TRUE);
    (void)amr_ingest_add_open(bench->ingest, AMR_SOURCE_KIND_AUDIT, kernel[0], TRUE);
    amr_ingest_count_audit(bench->ingest, asked[0]);
    bench_load_well(bench);
    await_question(asked[1]);
    answer(asked[1], 1, 300, lost);
    deny(kernel[1], 10, "a");
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        guint64 kinds[AMR_LOSS_COUNT];
        deny(kernel[1], steps[i].serial, "b");
        wait_for_lost(bench, 1, AMR_LOSS_OVERRUN, steps[i].overrun);
        answer(asked[1], 1, steps[i].daemon, ++lost);
        wait_for_sum(bench, AMR_LOSS_BACKLOG, i + 1); /* it is taken */
        (void)amr_ingest_lost(bench->ingest, kinds);
        assert_int_equal(kinds[AMR_LOSS_OVERRUN], steps[i].told);
    }
    assert_int_equal(close(kernel[1]), 0);
    assert_int_equal(close(asked[1]), 0);
}

/* No right to ask: nothing is counted, and asked no more. */
static void
test_audit_refuses(void **state)
{
    const struct {
        struct nlmsghdr header;
        int code;
    } refusal = {{.nlmsg_len = sizeof refusal, .nlmsg_type = NLMSG_ERROR}, -EPERM};
    Bench *bench = *state;
    int ends[2];
    char byte;

    make_pair(ends);
    test_write(bench->dir, "audit.log", LINE(1));
    (void)bench_add(bench, "audit.log", TRUE);
    amr_ingest_count_audit(bench->ingest, ends[0]);
    await_question(ends[1]);
    send_all(ends[1], &refusal, sizeof refusal);
    bench_load_well(bench);
    while (recv(ends[1], &byte, 1, MSG_DONTWAIT) != 0) /* until it hangs up */
        g_main_context_iteration(NULL, TRUE);
    assert_int_equal(amr_ingest_lost(bench->ingest, NULL), 0);
    assert_int_equal(close(ends[1]), 0);
}

/* The notice of what was suppressed comes with the next record that is printed. */
static void
test_kmsg_before(void **state)
{
    static const char past[] = "4,100,2,-;kauditd_printk_skb: 7 callbacks suppressed\n";
    static const char late[] = "4,101,2,-;audit_log_lost: 20 callbacks suppressed\n";
    static const char record[] =
        "5,102,2,-;audit: type=1400 audit(1795350882.844:1): apparmor=\"DENIED\" "
        "operation=\"open\" profile=\"p\" name=\"/x\" pid=1 comm=\"c\" denied_mask=\"r\"\n";
    static const char own[] = "4,103,2,-;kauditd_printk_skb: 3 callbacks suppressed\n";
    static const char total[] = "4,104,2,-;audit: audit_lost=90 audit_rate_limit=0\n";
    static const char more[] = "4,105,2,-;audit: audit_lost=95 audit_rate_limit=0\n";
    Bench *bench = *state;
    int ends[2];

    make_pair(ends);
    send_all(ends[1], past, strlen(past));
    (void)amr_ingest_add_open(bench->ingest, AMR_SOURCE_KIND_KMSG, ends[0], TRUE);
    bench_load_well(bench);
    wait_for_sum(bench, AMR_LOSS_SUPPRESSED, 7);
    assert_int_equal(amr_ingest_lost_before(bench->ingest), 7);
    send_all(ends[1], late, strlen(late));
    send_all(ends[1], record, strlen(record));
    wait_for_sum(bench, AMR_LOSS_SUPPRESSED, 27);
    assert_int_equal(amr_ingest_lost_before(bench->ingest), 27);
    bench_wait_for_total(bench, 1);
    send_all(ends[1], own, strlen(own));
    wait_for_sum(bench, AMR_LOSS_SUPPRESSED, 30);
    assert_int_equal(amr_ingest_lost_before(bench->ingest), 27);
    /* One at least of those that the kernel counts was lost just now, and all that it counts on. */
    send_all(ends[1], total, strlen(total));
    wait_for_sum(bench, AMR_LOSS_BACKLOG, 90);
    assert_int_equal(amr_ingest_lost_before(bench->ingest), 27 + 89);
    send_all(ends[1], more, strlen(more));
    wait_for_sum(bench, AMR_LOSS_BACKLOG, 95);
    assert_int_equal(amr_ingest_lost_before(bench->ingest), 27 + 89);
    assert_int_equal(close(ends[1]), 0);
}

/* What is suppressed together with records are the notices of what the backlog lost. */
static void
test_kmsg_notices(void **state)
{
    static const char *const records[] = {
        ("5,102,2,-;audit: type=1400 audit(1795350882.844:1): apparmor=\"DENIED\" "
         "operation=\"open\" profile=\"p\" name=\"/x\" pid=1 comm=\"c\" denied_mask=\"r\"\n"),
        "4,103,2,-;audit_log_start: 40 callbacks suppressed\n",
        "4,104,2,-;audit_panic: 10 callbacks suppressed\n",
        "4,105,2,-;audit: audit_backlog=65 > audit_backlog_limit=64\n",
    };
    static const char total[] = "4,106,2,-;audit: audit_lost=10 audit_rate_limit=0\n";
    Bench *bench = *state;
    int ends[2];

    make_pair(ends);
    (void)amr_ingest_add_open(bench->ingest, AMR_SOURCE_KIND_KMSG, ends[0], TRUE);
    bench_load_well(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(records); i++)
        send_all(ends[1], records[i], strlen(records[i]));
    wait_for_sum(bench, AMR_LOSS_BACKLOG, 1);
    wait_for_sum(bench, AMR_LOSS_SUPPRESSED, 50 - 2);
    /* Eight of the ten were lost before, as far as anyone knows. */
    send_all(ends[1], total, strlen(total));
    wait_for_sum(bench, AMR_LOSS_BACKLOG, 10);
    assert_int_equal(amr_ingest_lost_before(bench->ingest), 8);
    wait_for_sum(bench, AMR_LOSS_SUPPRESSED, 50 - 4);
    assert_int_equal(close(ends[1]), 0);
}

static void
test_kmsg(void **state)
{
    static const char *const records[] = {
        "6,100,1,-;Linux version\n",
        "5,101,2,-;audit: type=1400 audit(1795350882.844:1): apparmor=\"DENIED\" "
        "operation=\"open\" "
        "profile=\"p\" name=\"/back\\x5cslash\" pid=1 comm=\"c\" denied_mask=\"r\"\n"
        " SUBSYSTEM=none\n",
        ("13,102,2,-;audit: type=1400 audit(1795350882.844:1): apparmor=\"DENIED\" "
         "operation=\"open\" profile=\"p\" name=\"/forged\" denied_mask=\"r\"\n"),
        "4,103,2,-;kauditd_printk_skb: 7 callbacks suppressed\n",
        "4,104,2,-;audit: audit_lost=5 audit_rate_limit=0 audit_backlog_limit=64\n",
        "3,105,2,-;audit: backlog limit exceeded\n",
        "4,106,2,-;audit: audit_lost=9 audit_rate_limit=0 audit_backlog_limit=64\n",
        "12,107,2,-;audit: audit_lost=9000\n",
    };
    Bench *bench = *state;
    AmrEvent event;
    int ends[2];

    make_pair(ends);
    for (gsize i = 0; i < G_N_ELEMENTS(records); i++)
        send_all(ends[1], records[i], strlen(records[i]));
    (void)amr_ingest_add_open(bench->ingest, AMR_SOURCE_KIND_KMSG, ends[0], TRUE);
    bench_load_well(bench);
    assert_int_equal(amr_store_total(bench->store), 1);
    assert_true(amr_store_event(bench->store, 1, &event));
    assert_memory_equal(event.field[AMR_FIELD_NAME].data, "/back\\slash", 11);
    assert_int_equal(bench_info(bench, 0).stats.lost[AMR_LOSS_SUPPRESSED], 7);
    assert_int_equal(bench_info(bench, 0).stats.lost[AMR_LOSS_BACKLOG], 9);
    assert_int_equal(bench_info(bench, 0).stats.lost[AMR_LOSS_OVERWRITTEN], 0);
    send_all(ends[1], "6,200,9,-;x\n", 12);
    wait_for_lost(bench, 0, AMR_LOSS_OVERWRITTEN, 92);
    assert_int_equal(amr_ingest_lost(bench->ingest, NULL), 7 + 9 + 92);
    assert_int_equal(close(ends[1]), 0);
}

/* What is left out is no loss, and what comes then is read. */
static void
test_kmsg_skip(void **state)
{
    static const char form[] =
        "5,%u,2,-;audit: type=1400 audit(1795350882.844:%u): apparmor=\"DENIED\" "
        "operation=\"open\" profile=\"p\" name=\"/x/%u\" pid=1 comm=\"c\" denied_mask=\"r\"\n";
    g_autoptr(GAsyncResult) result = NULL;
    Bench *bench = *state;
    int ends[2];

    make_pair(ends);
    for (guint i = 0; i < 150; i++) {
        g_autofree char *record = g_strdup_printf(form, 100 + i, i, i);
        send_all(ends[1], record, strlen(record));
    }
    (void)amr_ingest_add_open(bench->ingest, AMR_SOURCE_KIND_KMSG, ends[0], TRUE);
    amr_ingest_load_async(bench->ingest, NULL, test_result, &result);
    amr_ingest_skip(bench->ingest);
    test_wait_result(&result);
    assert_true(amr_ingest_load_finish(bench->ingest, result, NULL));
    assert_int_equal(bench_info(bench, 0).state, AMR_SOURCE_FOLLOWING);
    assert_int_equal(amr_store_total(bench->store), 0);
    assert_int_equal(amr_ingest_lost(bench->ingest, NULL), 0);
    g_autofree char *next = g_strdup_printf(form, 250, 500, 500);
    send_all(ends[1], next, strlen(next));
    bench_wait_for_total(bench, 1);
    assert_int_equal(amr_ingest_lost(bench->ingest, NULL), 0);
    assert_int_equal(close(ends[1]), 0);
}

/* ---- sources that have the same -----------------------------------------------------------------
 */

static guint
add_sample(Bench *bench, const char *sample)
{
    g_autofree char *name = g_build_filename("log", sample, NULL);
    g_autofree char *path = test_data(name);
    return amr_ingest_add_file(bench->ingest, AMR_OPEN_GIVEN, path, FALSE);
}

/* One session of real kernels, as three of its readers saw it. */
static void
test_real_copies(void **state)
{
    static const char *const samples[][3] = {
        {"bookworm-mcast.log", "bookworm-kmsg.log", "bookworm-dmesg.log"},
        {"trixie-mcast.log", "trixie-kmsg.log", "trixie-dmesg.log"},
    };
    static const guint whole[] = {77, 84};

    for (gsize i = 0; i < G_N_ELEMENTS(samples); i++) {
        for (guint first = 0; first < 3; first++) {
            void *own;
            assert_int_equal(bench_set_up(&own), 0);
            for (guint j = 0; j < 3; j++)
                (void)add_sample(own, samples[i][(first + j) % 3]);
            bench_load_well(own);
            assert_int_equal(amr_ingest_stats(((Bench *)own)->ingest).records, whole[i]);
            assert_int_equal(bench_tear_down(&own), 0);
        }
    }
}

/* The past from a log and what comes from the multicast, which are read at the same time; then both
 * go on. */
static void
test_past_and_live(void **state)
{
    Bench *bench = *state;
    g_autoptr(GString) log = g_string_new(NULL);
    const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    int ends[2];

    make_pair(ends);
    for (guint i = 1; i <= 200; i++) {
        g_autofree char *text =
            g_strdup_printf("audit(%" G_GINT64_FORMAT
                            ".844:%u): apparmor=\"DENIED\" operation=\"open\" "
                            "profile=\"p\" name=\"/x/%u\" pid=1 denied_mask=\"r\"",
                            now, i, i % 10);
        g_string_append_printf(log, "type=AVC msg=%s\n", text);
        if (i > 100)
            multicast(ends[1], 1400, text);
    }
    test_write(bench->dir, "log", log->str);
    (void)bench_add(bench, "log", TRUE);
    (void)amr_ingest_add_open(bench->ingest, AMR_SOURCE_KIND_AUDIT, ends[0], TRUE);
    bench_load_well(bench);
    bench_wait_for_total(bench, 200);
    deny(ends[1], 201, "new");
    bench_wait_for_total(bench, 201);
    assert_int_equal(amr_store_count(bench->store), 11);
    assert_int_equal(close(ends[1]), 0);
}

/* How long the main loop would wait, milliseconds; -1: until something comes. */
static int
time_to_wait(void)
{
    GMainContext *context = g_main_context_default();
    int timeout, priority;
    GPollFD fds[64];

    while (g_main_context_iteration(context, FALSE))
        ;
    assert_true(g_main_context_acquire(context));
    assert_false(g_main_context_prepare(context, &priority));
    assert_true(g_main_context_query(context, G_MAXINT, &timeout, fds, G_N_ELEMENTS(fds)) <= 64);
    g_main_context_release(context);
    return timeout;
}

/* Waiting costs nothing: when what came has been judged no timer runs, nothing is to be done, with
 * every kind of source open. */
static void
test_idle(void **state)
{
    Bench *bench = *state;
    const gint64 end = g_get_monotonic_time() + 60 * G_TIME_SPAN_SECOND; /* a hang, not a measure */
    int audit[2], kmsg[2], count[2];

    make_pair(audit);
    make_pair(kmsg);
    make_pair(count);
    test_write(bench->dir, "log", LINE(1));
    (void)bench_add(bench, "log", TRUE);
    (void)bench_add(bench, "later", TRUE);
    (void)amr_ingest_add_open(bench->ingest, AMR_SOURCE_KIND_AUDIT, audit[0], TRUE);
    (void)amr_ingest_add_open(bench->ingest, AMR_SOURCE_KIND_KMSG, kmsg[0], TRUE);
    amr_ingest_count_audit(bench->ingest, count[0]);
    bench_load_well(bench);
    await_question(count[1]); /* at first */
    answer(count[1], 0, 0, 3);
    deny(audit[1], 7, "a");
    bench_wait_for_total(bench, 2);
    await_question(count[1]); /* when something came */
    answer(count[1], 0, 0, 3);
    /* Files that others make beside the log wake us, too, as often as they like. */
    while (time_to_wait() != -1) {
        assert_true(g_get_monotonic_time() < end);
        (void)g_main_context_iteration(NULL, TRUE);
    }
    assert_int_equal(close(audit[1]) | close(kmsg[1]) | close(count[1]), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_serials),
        cmocka_unit_test(test_serials_random),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_copies_without_stamp),
        cmocka_unit_test(test_copies_bounded),
        TEST(test_audit),
        TEST(test_audit_counts),
        TEST(test_audit_counts_kept),
        TEST(test_audit_unwritten),
        TEST(test_audit_refuses),
        TEST(test_kmsg_before),
        TEST(test_kmsg_notices),
        TEST(test_kmsg),
        TEST(test_kmsg_skip),
        cmocka_unit_test(test_real_copies),
        TEST(test_past_and_live),
        TEST(test_idle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
