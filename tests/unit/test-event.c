/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/denial/event.h"

#define P "type=1400 audit(1795350882.844:34): apparmor=\"DENIED\" "

static gboolean
decode(const char *line, AmrEvent *event, char *scratch)
{
    const AmrSpan span = {0, (uint32_t)strlen(line)};
    AmrRecord record;
    assert_true(amr_record_slice(&record, line, span));
    return amr_event_decode(event, &record, line, scratch);
}

static void
test_class(void **state)
{
    static const struct {
        const char *fields, *want;
    } rows[] = {
        {"operation=\"open\" name=\"/x\" requested_mask=\"r\" denied_mask=\"r\"", "file"},
        {"operation=\"open\" class=\"file\" name=\"/x\"", "file"},
        {"operation=\"exec\" name=\"/x\"", "file"},
        {"operation=\"some_new_op\" name=\"/x\" denied_mask=\"r\"", "file"},
        {"operation=\"capable\" capability=23  capname=\"sys_nice\"", "capability"},
        {"operation=\"capable\" name=\"sys_nice\"", "capability"},
        {"operation=\"create\" family=\"inet\" sock_type=\"stream\"", "network"},
        {"operation=\"create\" class=\"net\" family=\"inet\"", "network"},
        {"operation=\"connect\" class=\"net\" family=\"unix\" peer_addr=\"@x\"", "unix"},
        {"operation=\"sendmsg\" family=\"unix\"", "unix"},
        {"operation=\"file_perm\" family=\"inet\" requested_mask=\"send\"", "network"},
        {"operation=\"connect\" class=\"file\" name=\"/run/x\" family=\"unix\"", "file"},
        {"operation=\"signal\" signal=term peer=\"unconfined\"", "signal"},
        {"operation=\"ptrace\" peer=\"unconfined\"", "ptrace"},
        {"operation=\"mount\" name=\"/mnt/\" fstype=\"ext4\"", "mount"},
        {"operation=\"umount\" class=\"mount\" name=\"/mnt/\"", "mount"},
        {"operation=\"pivotroot\" name=\"/mnt/\" srcname=\"/x/\"", "mount"},
        {"operation=\"dbus_method_call\" bus=\"system\"", "dbus"},
        {"operation=\"change_profile\" class=\"file\" name=\"x\"", "change_profile"},
        {"operation=\"change_onexec\" name=\"x\"", "change_profile"},
        {"operation=\"change_hat\" name=\"x\"", "change_hat"},
        {"operation=\"setrlimit\" rlimit=nofile value=1024", "rlimit"},
        {"operation=\"userns_create\" class=\"namespace\" denied=\"userns_create\"", "userns"},
        {"operation=\"mqueue_create\" class=\"posix_mqueue\" name=\"/q\"", "mqueue"},
        {"operation=\"uring_sqpoll\" class=\"io_uring\"", "io_uring"},
        {"operation=\"profile_replace\" name=\"x\"", "policy"},
        {"operation=\"something\" class=\"something\"", "unknown"},
        {"pid=1", "unknown"},
    };
    g_autofree char *scratch = g_malloc(AMR_EVENT_SCRATCH);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *line = g_strconcat(P, rows[i].fields, NULL);
        AmrEvent event;
        assert_true(decode(line, &event, scratch));
        if (g_strcmp0(amr_class_word(event.klass), rows[i].want) != 0)
            fail_msg("%s is %s", rows[i].fields, amr_class_word(event.klass));
    }
    assert_string_equal(amr_class_word(AMR_CLASS_COUNT), "unknown");
}

static void
test_values(void **state)
{
    static const struct {
        const char *fields;
        AmrField field;
        const char *want;
        gsize len;
    } rows[] = {
        {"name=2F6F70742F6120C3A4", AMR_FIELD_NAME, "/opt/a \xc3\xa4", 9},
        {"name=\"2F6F\"", AMR_FIELD_NAME, "2F6F", 4},       /* in quotes: as it stands */
        {"name=2F6F2", AMR_FIELD_NAME, "2F6F2", 5},         /* odd */
        {"name=2f6f", AMR_FIELD_NAME, "2f6f", 4},           /* the kernel's hex is upper case */
        {"name=2F00616D", AMR_FIELD_NAME, "2F00616D", 8},   /* forged */
        {"name=\"\"", AMR_FIELD_NAME, "", 0},               /* there, and empty */
        {"name=\"/a\\x20\"", AMR_FIELD_NAME, "/a\\x20", 6}, /* no escape */
        {"comm=6120", AMR_FIELD_COMM, "a ", 2},
        {"pid=4142 name=\"x\"", AMR_FIELD_PID, "4142", 4}, /* a number is no hex */
        {"signal=ABCD", AMR_FIELD_SIGNAL, "ABCD", 4},
        {"peer=unconfined", AMR_FIELD_PEER, "unconfined", 10},
        {"addr=\"@6100FF\"", AMR_FIELD_ADDR, "@a\0\xff", 4},
        {"addr=\"@6162\"", AMR_FIELD_ADDR, "@6162", 5}, /* the kernel would not have hexed "ab" */
        {"addr=\"@/tmp/x\"", AMR_FIELD_ADDR, "@/tmp/x", 7},
        {"peer_addr=2F20", AMR_FIELD_PEER_ADDR, "/ ", 2},
        {"addr=none", AMR_FIELD_ADDR, "none", 4},
        {"bus=\"system\" label=\"snap.x\"", AMR_FIELD_PROFILE, "snap.x", 6},
        {"label=\"a//&:n:b\"", AMR_FIELD_PROFILE, "a//&:n:b", 8},
    };
    g_autofree char *scratch = g_malloc(AMR_EVENT_SCRATCH);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *line = g_strconcat(P, rows[i].fields, NULL);
        AmrEvent event;
        AmrBytes got;
        assert_true(decode(line, &event, scratch));
        got = event.field[rows[i].field];
        if (!got.data || got.len != rows[i].len || memcmp(got.data, rows[i].want, got.len) != 0)
            fail_msg("%s gives %.*s", rows[i].fields, (int)got.len, got.data);
        assert_null(event.field[AMR_FIELD_TARGET].data);
    }
}

static void
test_numbers(void **state)
{
    g_autofree char *scratch = g_malloc(AMR_EVENT_SCRATCH);
    AmrEvent event;

    assert_true(decode(P "operation=\"open\" name=\"/x\" error=-13 pid=42 denied_mask=\"wc\" "
                         "requested_mask=\"rw\" fsuid=1000 ouid=1000",
                       &event, scratch));
    assert_int_equal(event.verdict, AMR_VERDICT_DENIED);
    assert_true(event.time == G_GINT64_CONSTANT(1795350882844000));
    assert_int_equal(event.serial, 34);
    assert_int_equal(event.pid, 42);
    assert_int_equal(event.error, -13);
    assert_true(event.has_fsuid && event.has_ouid && event.owner);
    assert_int_equal(event.requested, AMR_PERM_READ | AMR_PERM_WRITE);
    assert_int_equal(event.denied, AMR_PERM_WRITE | AMR_PERM_CREATE);

    assert_true(decode(P "operation=\"open\" name=\"/x\" error=-99999999999 pid=99999999999 "
                         "fsuid=0 ouid=4294967295",
                       &event, scratch));
    assert_int_equal(event.pid, 0);
    assert_int_equal(event.error, 0);
    assert_int_equal(event.ouid, G_MAXUINT32);
    assert_false(event.owner);

    /* Names of a class of its own are no file masks. */
    assert_true(decode(P "operation=\"signal\" denied_mask=\"send\"", &event, scratch));
    assert_int_equal(event.denied, 0);
    assert_false(event.has_fsuid || event.owner);

    assert_true(decode("type=1503 audit(0.0:0): operation=\"open\" name=\"/x\" denied_mask=\"r::\"",
                       &event, scratch));
    assert_true(event.owner);
    assert_int_equal(event.time, 0);
}

static void
test_too_large(void **state)
{
    g_autofree char *scratch = g_malloc(AMR_EVENT_SCRATCH);
    g_autofree char *fits = g_strnfill(2 * AMR_EVENT_SCRATCH, 'A');
    g_autofree char *one = g_strconcat(P "name=", fits, NULL);
    g_autofree char *two = g_strconcat(one, "AA", NULL);
    g_autofree char *spread = g_strconcat(one, " comm=AA", NULL);
    AmrEvent event;

    assert_true(decode(one, &event, scratch));
    assert_int_equal(event.field[AMR_FIELD_NAME].len, AMR_EVENT_SCRATCH);
    assert_false(decode(two, &event, scratch));
    assert_false(decode(spread, &event, scratch));
}

static void
test_masks(void **state)
{
    static const struct {
        const char *mask, *want;
        gboolean owner, other;
    } rows[] = {
        {"r", "r", FALSE, FALSE},     {"wr", "rw", FALSE, FALSE},
        {"ac", "ac", FALSE, FALSE},   {"rwacdlkmx", "rwacdlkmx", FALSE, FALSE},
        {"::r", "r", FALSE, FALSE},   {"r::", "r", TRUE, FALSE},
        {"rw::w", "rw", TRUE, FALSE}, {"", "", FALSE, FALSE},
        {"::", "", FALSE, FALSE},     {":", "", FALSE, FALSE},
        {"rz", "r", FALSE, TRUE},     {"x:", "x", FALSE, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        gboolean owner = FALSE;
        const guint32 perms = amr_perms_from_mask(amr_bytes(rows[i].mask), &owner);
        g_autofree char *got = amr_perms_to_mask(perms);
        assert_string_equal(got, rows[i].want);
        assert_int_equal(owner, rows[i].owner);
        assert_int_equal((perms & (guint32)AMR_PERM_OTHER) != 0, rows[i].other);
    }
}

static void
test_names(void **state)
{
    static const struct {
        const char *space, *profile, *want;
    } rows[] = {
        {NULL, "p", "p"},
        {"root", "p", "p"},
        {"root//web", "p", ":web:p"},
        {"web", "p//q", ":web:p//q"},
        {"root//a//b", "p", ":a//b:p"},
        {NULL, NULL, ""},
        {"root//", "p", "p"},
        {"rootless", "p", ":rootless:p"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        AmrEvent event = {.klass = AMR_CLASS_FILE};
        g_autofree char *got = NULL;
        event.field[AMR_FIELD_NAMESPACE] = amr_bytes(rows[i].space);
        event.field[AMR_FIELD_PROFILE] = amr_bytes(rows[i].profile);
        got = amr_event_profile(&event);
        assert_string_equal(got, rows[i].want);
        assert_non_null(amr_event_namespace(&event).data);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class),   cmocka_unit_test(test_values),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_masks),   cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
