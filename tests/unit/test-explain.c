/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/advice/explain.h"
#include "tests/unit/shipped.h"

static void
decode(AmrEvent *event, const char *line, char *scratch)
{
    AmrRecord record;
    AmrSpan span = {0, (uint32_t)strlen(line)};
    assert_true(amr_record_slice(&record, line, span));
    assert_true(amr_event_decode(event, &record, line, scratch));
}

#define NO " profile=\"p\" pid=7 comm=\"c\" "

static const struct {
    const char *fields, *explain, *tried, *object;
} table[] = {
    {"\"DENIED\" operation=\"open\"" NO
     "name=\"/etc/foo\" requested_mask=\"wrc\" denied_mask=\"wrc\"",
     "c (pid 7) tried to open /etc/foo for reading, writing and creating it; the profile p does "
     "not allow it.",
     "open rwc", "/etc/foo"},
    {"\"ALLOWED\" operation=\"exec\"" NO "name=\"/bin/x\" requested_mask=\"x\" denied_mask=\"x\"",
     "c (pid 7) tried to run /bin/x; the profile p has no rule for it, but only complains, so it "
     "went through.",
     "exec", "/bin/x"},
    {"\"AUDIT\" operation=\"getattr\"" NO "name=\"/x\" requested_mask=\"r\"",
     "c (pid 7) asked to look at the attributes of /x; the profile p allows it and asks for a "
     "record.",
     "getattr r", "/x"},
    {"\"DENIED\" operation=\"link\"" NO
     "name=\"/new\" requested_mask=\"l\" denied_mask=\"l\" target=\"/old\"",
     "c (pid 7) tried to make the hard link /new to /old; the profile p does not allow it.",
     "link l", "/new"},
    {"\"DENIED\" operation=\"capable\"" NO "capability=21  capname=\"sys_admin\"",
     "c (pid 7) tried to use the capability sys_admin; the profile p does not allow it.",
     "capability", "sys_admin"},
    {"\"DENIED\" operation=\"connect\"" NO
     "family=\"inet\" sock_type=\"stream\" protocol=6 faddr=1.2.3.4 dest=80 "
     "requested_mask=\"connect\" denied_mask=\"connect\"",
     "c (pid 7) tried to connect a socket of the family inet, type stream, to 1.2.3.4 "
     "port 80; the profile p does not allow it.",
     "connect inet", "inet stream 1.2.3.4 port 80"},
    {"\"DENIED\" operation=\"sendmsg\"" NO "family=\"inet6\" sock_type=\"dgram\" protocol=17 "
     "requested_mask=\"send\" denied_mask=\"send\"",
     "c (pid 7) tried to send through a socket of the family inet6, type dgram; the profile p does "
     "not allow it.",
     "sendmsg inet6", "inet6 dgram"},
    {"\"DENIED\" operation=\"file_perm\"" NO "family=\"unix\" sock_type=\"stream\" protocol=0 "
     "requested_mask=\"receive\" denied_mask=\"receive\" addr=none peer_addr=\"@a\"",
     "c (pid 7) tried to use a socket of the family unix, type stream, address none, peer's "
     "address "
     "@a; the profile p does not allow it.",
     NULL, "@a"},
    {"\"DENIED\" operation=\"listen\"" NO "family=\"inet\" sock_type=\"stream\" protocol=6 "
     "requested_mask=\"listen\" denied_mask=\"listen\"",
     "c (pid 7) tried to listen on a socket of the family inet, type stream; the profile p does "
     "not "
     "allow it.",
     NULL, "inet stream"},
    {"\"DENIED\" operation=\"change_hat\" info=\"hat not found\" error=-2" NO "target=\"p//h\"",
     NULL, NULL, "p//h"},
    {"\"DENIED\" operation=\"signal\"" NO
     "requested_mask=\"send\" denied_mask=\"send\" signal=term peer=\"q\"",
     "c (pid 7) tried to send the signal term to q; the profile p does not allow it.",
     "signal send", "term q"},
    {"\"DENIED\" operation=\"ptrace\"" NO "requested_mask=\"read\" denied_mask=\"read\" peer=\"q\"",
     "c (pid 7) tried to look into a process of q; the profile p does not allow it.", "ptrace read",
     "q"},
    {"\"DENIED\" operation=\"mount\" info=\"failed mntpnt match\" error=-13" NO
     "name=\"/mnt/\" fstype=\"tmpfs\" srcname=\"none\"",
     "c (pid 7) tried to mount on /mnt/: none, file system tmpfs; the profile p does not allow "
     "it. The kernel says: failed mntpnt match.",
     "mount", "/mnt/"},
    {"\"DENIED\" operation=\"dbus_method_call\" bus=\"system\" path=\"/o\" interface=\"i.f\" "
     "member=\"M\" mask=\"send\" name=\"n\" pid=7 label=\"p\" peer_label=\"q\"",
     NULL, NULL, "i.f.M"},
    {"\"DENIED\" operation=\"open\" profile=\"p\" name=2F611B5B316D0A requested_mask=\"r\" "
     "denied_mask=\"r\" comm=1B5B48",
     "\\e[H tried to open /a\\e[1m\\n for reading; the profile p does not allow it.", "open r",
     "/a\\e[1m\\n"},
};

static void
test_table(void **state)
{
    g_autoptr(AmrSentences) sentences = test_sentences();

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *line =
            g_strdup_printf("type=AVC msg=audit(1700000000.123:45): apparmor=%s", table[i].fields);
        g_autofree char *scratch = g_malloc(AMR_EVENT_SCRATCH);
        AmrEvent event;
        decode(&event, line, scratch);
        g_autofree char *explain = amr_explain(sentences, &event),
                        *tried = amr_explain_tried(&event);
        g_autofree char *object = amr_explain_object(&event);
        if (table[i].explain)
            assert_string_equal(explain, table[i].explain);
        if (table[i].tried)
            assert_string_equal(tried, table[i].tried);
        assert_string_equal(object, table[i].object);
    }
}

/* Every class, with every field empty and with every field hostile: never empty, never a control
 * byte. */
static void
test_never_fails(void **state)
{
    static const AmrBytes values[] = {{NULL, 0}, {"", 0}, {"\x1b[2J\n\"\xff\xe2\x80\xae", 10}};
    g_autoptr(AmrSentences) sentences = test_sentences();

    for (int klass = 0; klass < AMR_CLASS_COUNT + 2; klass++) {
        for (gsize v = 0; v < G_N_ELEMENTS(values); v++) {
            for (int verdict = 0; verdict < AMR_VERDICT_COUNT; verdict++) {
                AmrEvent event = {.klass = (AmrClass)klass, .verdict = (AmrVerdict)verdict};
                for (int f = 0; f < AMR_FIELD_COUNT; f++)
                    event.field[f] = values[v];
                g_autofree char *explain = amr_explain(sentences, &event);
                g_autofree char *tried = amr_explain_tried(&event);
                g_autofree char *object = amr_explain_object(&event);
                const char *all[] = {explain, tried, object};
                assert_true(strlen(all[0]) > 10 && strlen(all[1]) > 0);
                for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
                    assert_true(g_utf8_validate(all[i], -1, NULL));
                    for (const char *p = all[i]; *p; p++)
                        assert_false((unsigned char)*p < 0x20 || *p == 0x7f);
                    assert_null(strstr(all[i], "\xe2\x80\xae"));
                }
            }
        }
    }
}

static void
test_history(void **state)
{
    static const struct {
        AmrDenial denial;
        const char *want;
    } rows[] = {
        {{.count = 1, .first = 1700000000000000, .last = 1700000000000000}, "Once, at 22:13:20."},
        {{.count = 3, .first = 1699900000000000, .last = 1700000000000000, .last_pid = 9},
         "3 times, first 2023-11-13 18:26:40, last 22:13:20, last by pid 9."},
        {{.count = 2}, "2 times, at unknown times."},
        {{.count = 1, .folded = 5},
         "Once, at an unknown time. It stands for 5 further ones that there was no room for."},
    };
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(1700000001000000);
    g_setenv("TZ", "UTC", TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = amr_explain_history(&rows[i].denial, clock);
        assert_string_equal(got, rows[i].want);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_never_fails),
        cmocka_unit_test(test_history),
    };
    return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
