/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/log/probe.h"
#include "core/log/scan.h"

#define DENIED "type=AVC msg=audit(1.5:3): apparmor=\"DENIED\" operation=\"open\""

/* "R<line>" for a record, "L<line>" a notice of loss, "O" an overlong line, "T" one with a NUL;
 * then
 * "+<rest>". */
static char *
scan_all(const char *block, gsize size, gboolean last)
{
    GString *all = g_string_new(NULL);
    AmrScanResult found;
    AmrScan scan;
    AmrSpan line;

    amr_scan_init(&scan, block, size, last);
    while ((found = amr_scan_next(&scan, &line)) != AMR_SCAN_END) {
        assert_true(line.off + line.len <= size);
        if (found == AMR_SCAN_OVERLONG)
            g_string_append_printf(all, "O%u", line.len);
        else if (found == AMR_SCAN_TORN)
            g_string_append(all, "T");
        else
            g_string_append_printf(all, "%c<%.*s>", found == AMR_SCAN_RECORD ? 'R' : 'L',
                                   (int)line.len, block + line.off);
    }
    g_string_append_printf(all, "+%zu%s", size - amr_scan_rest(&scan),
                           amr_scan_is_cut(&scan) ? " cut" : "");
    return g_string_free(all, FALSE);
}

static void
test_lines(void **state)
{
    static const struct {
        const char *name, *block;
        gboolean last;
        const char *want;
    } rows[] = {
        {"empty", "", TRUE, "+0"},
        {"nothing of ours", "Nov 22 host sshd[1]: armour\nanother line = 15\n", FALSE, "+0"},
        {"one", DENIED "\n", FALSE, "R<" DENIED ">+0"},
        {"CRLF", DENIED "\r\n", FALSE, "R<" DENIED ">+0"},
        {"in the middle", "x\n" DENIED "\ny\n", FALSE, "R<" DENIED ">+0"},
        {"two in a row", DENIED "\n" DENIED "\n", FALSE, "R<" DENIED ">R<" DENIED ">+0"},
        {"unfinished waits", "x\napparmor=", FALSE, "+9"},
        {"unfinished at the end counts", "x\napparmor=", TRUE, "R<apparmor=>+0"},
        {"needle cut in two", "x\nappar", FALSE, "+5"},
        {"twice in a line", "apparmor=\"a\" apparmor=\"b\"\n", TRUE,
         "R<apparmor=\"a\" apparmor=\"b\">+0"},
        {"old type", "x: type=1503 audit(1.2:3): operation=\"a\"\n", TRUE,
         "R<x: type=1503 audit(1.2:3): operation=\"a\">+0"},
        {"old auditd", "type=UNKNOWN[1502] msg=audit(1.2:3): o\n", TRUE,
         "R<type=UNKNOWN[1502] msg=audit(1.2:3): o>+0"},
        {"named old type", "type=APPARMOR_DENIED msg=\n", TRUE, "R<type=APPARMOR_DENIED msg=>+0"},
        {"another type", "type=1300 audit(15:15): x=150\n[1503] UNKNOWN[1300]\n", TRUE, "+0"},
        {"upper case is not the word", "APPARMOR=\"DENIED\"\n", TRUE, "+0"},
        {"suppressed",
         "[ 1.0] kauditd_printk_skb: 30 callbacks suppressed\n"
         "audit_printk_skb: 3 callbacks suppressed\n",
         TRUE,
         "L<[ 1.0] kauditd_printk_skb: 30 callbacks suppressed>"
         "L<audit_printk_skb: 3 callbacks suppressed>+0"},
        {"others' suppressed", "net_ratelimit: 30 callbacks suppressed\n", TRUE, "+0"},
        {"no number suppressed", "kauditd_printk_skb: x callbacks suppressed\n", TRUE, "+0"},
        {"backlog",
         "audit: backlog limit exceeded\nkernel: audit: audit_lost=3 audit_rate_limit=0\n", TRUE,
         "L<audit: backlog limit exceeded>L<kernel: audit: audit_lost=3 audit_rate_limit=0>+0"},
        {"suppressed with the notice of a loss",
         "audit_log_lost: 12 callbacks suppressed\naudit_log_lost: x\n", TRUE,
         "L<audit_log_lost: 12 callbacks suppressed>+0"},
        {"suppressed with the other notices",
         "audit_log_start: 9 callbacks suppressed\naudit_panic: 1 callbacks suppressed\n"
         "audit_panic:  callbacks suppressed\nother_audit_panic: 1 callbacks suppresse\n",
         TRUE,
         "L<audit_log_start: 9 callbacks suppressed>L<audit_panic: 1 callbacks suppressed>+0"},
        {"the backlog is full", "audit: audit_backlog=65 > audit_backlog_limit=64\n", TRUE,
         "L<audit: audit_backlog=65 > audit_backlog_limit=64>+0"},
        {"a program's backlog", "app: backlog limit exceeded audit_lost=1\n", TRUE, "+0"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const gsize size = strlen(rows[i].block);
        /* Without a terminator, so that a read beyond the block is found. */
        g_autofree char *block = g_memdup2(rows[i].block, MAX(size, 1));
        g_autofree char *got = scan_all(block, size, rows[i].last);
        if (g_strcmp0(got, rows[i].want) != 0)
            fail_msg("%s: %s, not %s", rows[i].name, got, rows[i].want);
    }
}

/* Wherever a block is cut, the same lines come out. */
static void
test_every_cut(void **state)
{
    const char *log = "first\n" DENIED "\nkauditd_printk_skb: 2 callbacks suppressed\n"
                      "type=1503 audit(1.1:1): x\n\n\nlast apparmor=\"x\"\n";
    const gsize size = strlen(log);
    g_autofree char *want = scan_all(log, size, FALSE);

    for (gsize cut = 0; cut <= size; cut++) {
        GString *all = g_string_new(NULL);
        g_autofree char *head = g_memdup2(log, cut + 1);
        g_autofree char *one = scan_all(head, cut, FALSE);
        char *plus = strrchr(one, '+');
        const gsize rest = cut - (gsize)g_ascii_strtoull(plus + 1, NULL, 10);
        g_autofree char *tail = g_memdup2(log + rest, size - rest + 1);
        g_autofree char *two = scan_all(tail, size - rest, FALSE);
        *plus = '\0';
        g_string_append_printf(all, "%s%s", one, two);
        assert_string_equal(all->str, want);
        g_string_free(all, TRUE);
    }
}

static void
test_overlong(void **state)
{
    const gsize size = 3 * AMR_SCAN_LINE_MAX;
    g_autofree char *block = g_malloc(size);
    g_autofree char *one = NULL, *two = NULL, *three = NULL;

    memset(block, 'x', size);
    memcpy(block, "apparmor=", 9);
    one = scan_all(block, size, FALSE);
    assert_string_equal(one, "O65536+0 cut");
    block[size - 1] = '\n';
    two = scan_all(block, size, FALSE);
    assert_string_equal(two, "O65536+0");
    block[AMR_SCAN_LINE_MAX] = '\n';
    memcpy(block + AMR_SCAN_LINE_MAX + 1, "apparmor=1\n", 11);
    three = scan_all(block, AMR_SCAN_LINE_MAX + 12, FALSE);
    assert_true(g_str_has_suffix(three, ">R<apparmor=1>+0"));
}

/* What a crash leaves: it is no part of the line that follows, and joins no two lines to one. */
static void
test_holes(void **state)
{
    static const struct {
        const char *block;
        gsize size;
        gboolean last;
        const char *want;
    } rows[] = {
#define ROW(text, last, want) {text, sizeof(text) - 1, last, want}
        ROW("\0\0\0" DENIED "\n", FALSE, "R<" DENIED ">+0"),
        ROW("x\n\0\0\0" DENIED "\n\0\0" DENIED, TRUE, "R<" DENIED ">R<" DENIED ">+0"),
        ROW("x\n\0\0", FALSE, "+0"), /* goes on in the next block */
        ROW("\0\0\0\0", FALSE, "+0"),
        ROW("x\n\0\0appar", FALSE, "+5"),
        ROW(DENIED "\0\0\n" DENIED "\n", FALSE, "TR<" DENIED ">+0"),
        ROW("type=AVC msg=\0\0" DENIED "\n" DENIED "\n", FALSE, "TR<" DENIED ">+0"),
        ROW("half\0a line\n" DENIED "\n", FALSE, "R<" DENIED ">+0"),
#undef ROW
    };
    g_autofree char *hole = g_malloc0(3 * AMR_SCAN_LINE_MAX);
    g_autofree char *all = NULL, *end = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *block = g_memdup2(rows[i].block, rows[i].size);
        g_autofree char *got = scan_all(block, rows[i].size, rows[i].last);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("row %zu: \"%s\"", i, got);
    }
    /* Longer than any line. */
    all = scan_all(hole, 3 * AMR_SCAN_LINE_MAX, FALSE);
    assert_string_equal(all, "+0");
    memcpy(hole + 2 * AMR_SCAN_LINE_MAX, DENIED "\n", strlen(DENIED) + 1);
    end = scan_all(hole, 3 * AMR_SCAN_LINE_MAX, FALSE);
    assert_string_equal(end, "R<" DENIED ">+0");
}

/* Each needle is found, wherever it stands in a register. */
static void
test_probe_needles(void **state)
{
    static const char *const needles[] = {
#define NEEDLE(needle) (needle),
        AMR_PROBE_NEEDLES(NEEDLE)
#undef NEEDLE
    };
    AmrProbe probes[AMR_PROBES];
    const gsize count = amr_probe_list(probes);

    for (gsize needle = 0; needle < G_N_ELEMENTS(needles); needle++) {
        for (gsize at = 0; at <= 196; at++) {
            char block[200];
            memset(block, 'x', sizeof block);
            memcpy(block + at, needles[needle], 4);
            assert_int_equal(amr_probe_next(block, 0, sizeof block), at);
            for (gsize i = 0; i < count; i++) {
                assert_int_equal(probes[i](block, 0, sizeof block), at);
                assert_int_equal(probes[i](block, 0, at + 3), at + 3); /* cut short: none */
            }
        }
    }
}

/* The wide probes find exactly what the plain one finds, at every alignment and length. */
static void
test_probe(void **state)
{
    static const char letters[] = "aApPmMrR=e15nN[_lsokbg0 \n\xf0\xdf";
    static const char *const needles[] = {
#define NEEDLE(needle) (needle),
        AMR_PROBE_NEEDLES(NEEDLE)
#undef NEEDLE
            "PaRm",
        "E=15",
        "N[15",
        "_LOS",
        "_Skb",
        "KLOG",
    };
    AmrProbe probes[AMR_PROBES];
    const gsize count = amr_probe_list(probes);
    char block[300];

    for (int round = 0; round < 200; round++) {
        for (gsize i = 0; i < sizeof block; i++)
            block[i] = letters[g_random_int_range(0, sizeof letters - 1)];
        for (int planted = 0; planted < round % 8; planted++)
            memcpy(block + g_random_int_range(0, sizeof block - 4),
                   needles[g_random_int_range(0, G_N_ELEMENTS(needles))], 4);
        for (gsize from = 0, size = sizeof block - (gsize)round; from < size; from++) {
            const gsize want = amr_probe_next_plain(block, from, size);
            assert_int_equal(amr_probe_next(block, from, size), want);
            for (gsize i = 0; i < count; i++)
                assert_int_equal(probes[i](block, from, size), want);
            from = MAX(from, MIN(want, from + 7));
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),    cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_overlong), cmocka_unit_test(test_probe_needles),
        cmocka_unit_test(test_probe),    cmocka_unit_test(test_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
