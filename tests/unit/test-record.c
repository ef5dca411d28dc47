/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/log/field.h"
#include "core/log/record.h"

/* "DENIED 1795350882844:34 key=value ..." in the order of the fields, then unknown keys behind a
 * question mark, and "torn"; NULL if it is no record. */
static char *
slice(const char *line)
{
    const gsize len = strlen(line);
    /* Not at 0, and without a terminator. */
    g_autofree char *block = g_malloc(len + 3);
    const AmrSpan span = {3, (uint32_t)len};
    GString *out;
    AmrRecord record;

    memcpy(block, "xx\n", 3);
    memcpy(block + 3, line, len);
    if (!amr_record_slice(&record, block, span))
        return NULL;
    assert_true(record.head.text.off >= 3 &&
                record.head.text.off + record.head.text.len == len + 3);
    out = g_string_new(amr_verdict_word(record.verdict) ? amr_verdict_word(record.verdict) : "?");
    g_string_append_printf(out, " %" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, record.head.stamp_ms,
                           record.head.serial);
    for (int field = 1; field < AMR_FIELD_COUNT; field++) {
        const AmrSpan value = record.field[field];
        if (amr_record_has(&record, (AmrField)field))
            g_string_append_printf(out, " %s=%s%.*s", amr_field_key((AmrField)field),
                                   record.quoted >> field & 1 ? "" : "~", (int)value.len,
                                   block + value.off);
    }
    for (guint i = 0; i < MIN(record.extra_count, AMR_RECORD_EXTRA); i++)
        g_string_append_printf(out, " ?%.*s=%.*s", (int)record.extra[i].key.len,
                               block + record.extra[i].key.off, (int)record.extra[i].value.len,
                               block + record.extra[i].value.off);
    if (record.torn)
        g_string_append(out, " torn");
    return g_string_free(out, FALSE);
}

#define BODY   "apparmor=\"DENIED\" operation=\"open\" profile=\"p\""
#define WANT   " operation=open profile=p"
#define KERNEL "audit: type=1400 audit(1795350882.844:34): " BODY
#define STAMP  "DENIED 1795350882844:34"

static const struct {
    const char *line, *want; /* NULL: no record */
} forms[] = {
    /* auditd */
    {"type=AVC msg=audit(1795350882.844:34): " BODY, STAMP WANT},
    {"type=1400 msg=audit(1795350882.844:34): " BODY, STAMP WANT},
    {"type=UNKNOWN[1400] msg=audit(1795350882.844:34): " BODY, STAMP WANT},
    {"type=APPARMOR msg=audit(1795350882.844:34): " BODY, STAMP WANT},
    {"type=AVC msg=audit(1795350882.844:34) : " BODY, STAMP WANT},
    {"type=AVC msg=audit(0000000000.000:0): " BODY, "DENIED 0:0" WANT},
    {"node=web1 type=AVC msg=audit(1795350882.844:34): " BODY, STAMP WANT " node=~web1"},
    {"audit.log:type=AVC msg=audit(1795350882.844:34): " BODY, STAMP WANT},
    {"/var/log/audit/audit.log.1:77:type=AVC msg=audit(1795350882.844:34): " BODY, STAMP WANT},
    {"kern.log:Nov 22 12:23:33 host kernel: " KERNEL, STAMP WANT},
    /* kernel text */
    {KERNEL, STAMP WANT},
    {"type=1400 audit(1795350882.844:34): " BODY, STAMP WANT},
    {"audit(1795350882.844:34): " BODY, STAMP WANT},
    {"[   16.641419] " KERNEL, STAMP WANT},
    {"[   16.641419] type=1400 audit(1795350882.844:34): " BODY, STAMP WANT},
    {"[   16.641419][  T123] " KERNEL, STAMP WANT},
    {"[    5.1] [    C0] " KERNEL, STAMP WANT},
    {"<5>[   16.641419] " KERNEL, STAMP WANT},
    {"[Mon Nov 22 12:00:00 2026] " KERNEL, STAMP WANT},
    {"[Nov22 12:00] " KERNEL, STAMP WANT},
    {"[  +0.000003] " KERNEL, STAMP WANT},
    {"[   16.641419 <    0.000003>] " KERNEL, STAMP WANT},
    {"2026-11-22T12:23:33,123456+00:00 " KERNEL, STAMP WANT},
    {"kern  :notice: [   16.641419] " KERNEL, STAMP WANT},
    {"5,394,15215365,-;" KERNEL, STAMP WANT},
    {"5,394,15215365,-,caller=T1;" KERNEL, STAMP WANT},
    /* syslog */
    {"Nov 22 12:23:33 host kernel: " KERNEL, STAMP WANT},
    {"Nov  2 12:23:33 host kernel: [   16.641419] " KERNEL, STAMP WANT},
    {"Nov 22 12:23:33 host kernel: [16.6] type=1400 audit(1795350882.844:34): " BODY, STAMP WANT},
    {"Nov 22 12:23:33 host kernel[1]: " KERNEL, STAMP WANT},
    {"Nov 22 12:23:33 kernel: " KERNEL, STAMP WANT},
    {"Nov 22 2026 12:23:33 host kernel: " KERNEL, STAMP WANT},
    {"2026 Nov 22 12:23:33 host kernel: " KERNEL, STAMP WANT},
    {"<5>Nov 22 12:23:33 host kernel: " KERNEL, STAMP WANT},
    {"2026-11-22T12:23:33.123456+00:00 host kernel: " KERNEL, STAMP WANT},
    {"2026-11-22T12:23:33Z host kernel: " KERNEL, STAMP WANT},
    {"2026-11-22 12:23:33 host kernel: " KERNEL, STAMP WANT},
    {"Sun 2026-11-22 12:23:33 UTC host kernel: " KERNEL, STAMP WANT},
    {"1795350882.844000 host kernel: " KERNEL, STAMP WANT},
    {"[   16.641419] host kernel: " KERNEL, STAMP WANT},
    {"Nov 22 12:23:33 host kern.notice kernel: [ 1.0] " KERNEL, STAMP WANT},
    {"Nov 22 12:23:33 host kern.notice: " KERNEL, STAMP WANT},
    {"Nov 22 12:23:33 host audit: type=1400 audit(1795350882.844:34): " BODY, STAMP WANT},
    {"Nov 22 12:23:33 host audit[279]: AVC " BODY, "DENIED 0:0" WANT},
    {"Nov 22 12:23:33 host audispd: node=h type=AVC msg=audit(1795350882.844:34): " BODY,
     STAMP WANT " node=~h"},
    {"Nov 22 12:23:33 host audisp-syslog[8]: type=AVC msg=audit(1795350882.844:34): " BODY,
     STAMP WANT},
    {"Nov 22 12:23:33 host kernel: message repeated 2 times: [ " KERNEL "]", STAMP WANT},
    /* RFC 5424 */
    {"<5>1 2026-11-22T12:23:33.123456+01:00 host kernel - - - " KERNEL, STAMP WANT},
    {"1 2026-11-22T12:23:33Z host kernel - - -  [   16.641419] " KERNEL, STAMP WANT},
    {"<5>1 - - kernel 0 ID47 - \xef\xbb\xbf" KERNEL, STAMP WANT},
    {"<5>1 2026-11-22T12:23:33Z h kernel - - [a@1 b=\"c ] \\\" ]\"][d] " KERNEL, STAMP WANT},
    {"<13>1 2026-11-22T12:23:33Z h audisp-syslog 8 - - type=AVC "
     "msg=audit(1795350882.844:34): " BODY,
     STAMP WANT},
    {"<29>1 2026-11-22T12:23:33Z h dbus-daemon 8 - - [system] " BODY, "DENIED 0:0" WANT},
    /* months of other languages, as journalctl writes them */
    {"11\xe6\x9c\x88 22 12:23:33 host kernel: " KERNEL, STAMP WANT},
    {"\xe0\xa4\xa8\xe0\xa4\xb5\xe0\xa4\xae\xe0\xa5\x8d\xe0\xa4\xac\xe0\xa4\xb0 22 12:23:33 host "
     "kernel: " KERNEL,
     STAMP WANT},
    /* passed on by another program: ts, netconsole, docker and its kin */
    {"\xef\xbb\xbftype=AVC msg=audit(1795350882.844:34): " BODY, STAMP WANT},
    {"Nov 22 12:23:33 [   16.641419] " KERNEL, STAMP WANT},
    {"Nov 22 12:23:33 host [   16.641419][  T1] " KERNEL, STAMP WANT},
    {"2026-11-22T12:23:33.123456789Z " KERNEL, STAMP WANT},
    {"2026-11-22T12:23:33.123456789Z Nov 22 12:23:33 host kernel: " KERNEL, STAMP WANT},
    {"2026-11-22T12:23:33.123456789Z stdout F " KERNEL, STAMP WANT},
    {"2026-11-22T12:23:33.123456789+01:00 stderr F Nov 22 12:23:33 host kernel: " KERNEL,
     STAMP WANT},
    {"auditd-1  | type=AVC msg=audit(1795350882.844:34): " BODY, STAMP WANT},
    {"log_1 | Nov 22 12:23:33 host kernel: " KERNEL, STAMP WANT},
    {"[pod/log-x7/log] type=AVC msg=audit(1795350882.844:34): " BODY, STAMP WANT},
    /* dbus */
    {"Jul 31 17:10:35 host dbus-daemon[1692]: apparmor=\"DENIED\" operation=\"dbus_method_call\"  "
     "bus=\"session\" name=\"org.f.DBus\" mask=\"send\" pid=2922 peer_profile=\"unconfined\"",
     "DENIED 0:0 operation=dbus_method_call name=org.f.DBus pid=~2922 mask=send "
     "peer_label=unconfined bus=session"},
    {"Jul 31 17:10:35 host dbus-daemon[1692]: [session uid=1000 pid=1692] " BODY,
     "DENIED 0:0" WANT},
    {"type=USER_AVC msg=audit(1795350882.844:34): pid=363 uid=102 auid=4294967295 ses=4294967295 "
     "subj=unconfined msg='" BODY " pid=2833 peer_label=\"unconfined\"  exe=\"/bin/dbus-daemon\" "
     "sauid=102 hostname=? addr=? terminal=?'",
     STAMP WANT
     " pid=~2833 peer_label=unconfined exe=/bin/dbus-daemon hostname=~? sauid=~102 ?addr=? "
     "?terminal=?"},
    {"Nov 22 12:23:33 host kernel: audit: type=1107 audit(1795350882.844:34): pid=363 uid=102 "
     "auid=1 ses=1 msg='" BODY " peer_label=\"unconfined\"#012 exe=\"/bin/d\" terminal=?'",
     STAMP WANT " peer_label=unconfined exe=/bin/d ?terminal=?"},
    {"Nov 22 12:23:33 host kernel: audit: type=1107 audit(1795350882.844:34): pid=363 msg='" BODY,
     STAMP WANT},
    {"Nov 22 12:23:33 host audit[713]: USER_AVC pid=713 uid=103 auid=1 ses=1 msg='" BODY "'",
     "DENIED 0:0" WANT},
    /* old kernels: the type is the verdict */
    {"type=1503 audit(1795350882.844:34): operation=\"inode_permission\" requested_mask=\"::r\" "
     "name=\"/x\"",
     STAMP " operation=inode_permission name=/x requested_mask=::r"},
    {"Jul  1 00:00:00 host kernel: [69.1] audit(1795350882.844:34): type=1502 operation=\"open\"",
     "ALLOWED 1795350882844:34 operation=open"},
    {"type=UNKNOWN[1501] msg=audit(1795350882.844:34): operation=\"a\"",
     "AUDIT 1795350882844:34 operation=a"},
    {"type=APPARMOR_HINT msg=audit(1795350882.844:34): operation=\"clone\" task=1",
     "HINT 1795350882844:34 operation=clone ?task=1"},
    {"type=APPARMOR_STATUS msg=audit(1795350882.844:34): operation=\"profile_load\"",
     "STATUS 1795350882844:34 operation=profile_load"},
    {"type=1506 audit(1795350882.844:34): operation=\"a\"", "ERROR 1795350882844:34 operation=a"},
    {"type=1507 audit(1795350882.844:34): operation=\"a\"", "KILLED 1795350882844:34 operation=a"},
    /* a verdict that is not known */
    {"type=AVC msg=audit(1795350882.844:34): apparmor=\"PROMPT\" operation=\"open\"",
     "? 1795350882844:34 operation=open"},
};

/* What others say, whatever it looks like. */
static const struct {
    const char *line, *want;
} foreign[] = {
    {"Nov 22 12:23:33 host myprog: " BODY, NULL},
    {"Nov 22 12:23:33 host myprog: " KERNEL, NULL},
    {"Nov 22 12:23:33 host myprog[12]: type=AVC msg=audit(1.1:1): " BODY, NULL},
    {"Nov 22 12:23:33 host myprog: kernel: " KERNEL, NULL},
    {"Nov 22 12:23:33 host my kernel: " KERNEL, NULL},
    {"Nov 22 12:23:33 host audit[kernel]: " BODY, NULL},
    {"Nov 22 12:23:33 host kernelx: " KERNEL, NULL},
    {"Nov 22 12:23:33 host kernel: usb 1-1: Product: " BODY, NULL},
    {"Nov 22 12:23:33 host kernel: usb 1-1: " KERNEL, NULL},
    {"[   16.641419] systemd[1]: " BODY, NULL},
    {"[   16.641419] systemd[1]: " KERNEL, NULL},
    {"[   16.641419] " BODY, NULL},
    {"Nov 22 12:23:33 host kernel: " BODY, NULL},
    {"2026-11-22T12:23:33 host myprog: " KERNEL, NULL},
    {"2026-11-22T12:23:33 myprog:type=AVC msg=audit(1.1:1): " BODY, NULL},
    {"Nov 22 12:23:33 host dbus-daemon[1]: [session] said: " BODY, NULL},
    {"Nov 22 12:23:33 host dbus-daemon[1]: type=AVC msg=audit(1.1:1): " BODY, NULL},
    {"<13>1 2026-11-22T12:23:33Z h myprog 8 - - " KERNEL, NULL},
    {"<13>1 2026-11-22T12:23:33Z h kernel2 - - - " KERNEL, NULL},
    {"<13>1 2026-11-22T12:23:33Z h kernel- - - " KERNEL, NULL},
    {"<13>1 2026-11-22T12:23:33Z h myprog - kernel - " KERNEL, NULL},
    {"<13>1 2026-11-22T12:23:33Z h kernel - - x " KERNEL, NULL},
    {"<13>1 2026-11-22T12:23:33Z h kernel - - [a " KERNEL, NULL},
    {"<13>1 2026-11-22T12:23:33Z h kernel - - [a]" KERNEL, NULL},
    {"Nov 22 12:23:33 host [   16.641419] myprog: " KERNEL, NULL},
    {"Nov 22 12:23:33 host [16] " KERNEL, NULL},
    {"Nov 22 12:23:33 host myprog: [   16.641419] " KERNEL, NULL},
    {"2026-11-22T12:23:33Z stdout P " KERNEL, NULL},
    {"2026-11-22T12:23:33Z Nov 22 12:23:33 host myprog: " KERNEL, NULL},
    {"log 1 | " KERNEL, NULL},
    {"log-1 | Nov 22 12:23:33 host myprog: " KERNEL, NULL},
    {"[pod/log-x7/log] myprog: " KERNEL, NULL},
    {"[pod/log x7] " KERNEL, NULL},
    {"hello " BODY, NULL},
    {"type=SYSCALL msg=audit(1.1:1): arch=c000003e comm=\"apparmor=\" exe=\"/x\"", NULL},
    {"type=USER_CMD msg=audit(1.1:1): pid=1 msg='" BODY "'", NULL},
    {"type=USER_AVC msg=audit(1.1:1): pid=1 uid=2", NULL},
    {"type=AVC msg=audit(1.1:1): avc:  denied  { read } apparmor=\"DENIED\"", NULL},
    {"type=AVC msg=audit(1.1): " BODY, NULL},
    {"type=AVC msg=audit(99999999999999999.1:1): " BODY, NULL},
    {"type=AVC msg=audit(1.1:99999999999999999999): " BODY, NULL},
    {"type=1502x audit(1.1:1): operation=\"open\"", NULL},
    {"type=AVC msg=audit(1.1:1): apparmor=", NULL},
    {"type=AVC msg=audit(1.1:1): apparmor=\"\" operation=\"open\"", NULL},
    {"", NULL},
    {"type=", NULL},
    {"kernel:", NULL},
};

#define P "audit(1.5:3): apparmor=\"DENIED\" "
#define W "DENIED 1500:3"

static const struct {
    const char *line, *want;
} values[] = {
    {P "name=2F6F20", W " name=~2F6F20"},
    {P "name=\"\" pid=1", W " name= pid=~1"},
    {P "name=\"/tmp/a\\\" pid=1 comm=\"x\"", W " name=/tmp/a\\ pid=~1 comm=x"},
    {P "name=\"/a'b=c\" pid=1", W " name=/a'b=c pid=~1"},
    {P "capability=18  capname=\"sys_chroot\"", W " capability=~18 capname=sys_chroot"},
    {P "fsuid=0 ouid=0\035FSUID=\"root\" OUID=\"root\"", W " fsuid=~0 ouid=~0"},
    {P "fsuid=0 ouid=0#035FSUID=\"root\" OUID=\"root\"", W " fsuid=~0 ouid=~0"},
    {P "comm=\"c\"\035FSUID=\"root\"", W " comm=c"},
    {P "requested=\"r\" denied=\"w\" method=\"M\"", W " requested_mask=r denied_mask=w member=M"},
    {P "saddr=1.1.1.1 src=1 daddr=2.2.2.2 dest=2",
     W " laddr=~1.1.1.1 lport=~1 faddr=~2.2.2.2 fport=~2"},
    {P "addr=none peer_addr=\"@x\"", W " addr=~none peer_addr=@x"},
    {P "new_key=5 other=\"a b\"", W " ?new_key=5 ?other=a b"},
    {P "a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9 pid=1",
     W " pid=~1 ?a=1 ?b=2 ?c=3 ?d=4 ?e=5 ?f=6 ?g=7 ?h=8"},
    {P "name=\"a\" name=\"b\"", W " name=a"},
    {P "name=\"/a pid=1", W " torn"},
    {P "pid=1 ouid=0type=AVC msg=audit(1.5:4): apparmor=\"DENIED\" name=\"/b\"",
     W " name=/b pid=~1 ouid=~0type=AVC ?msg=audit(1.5:4): ?apparmor=DENIED torn"},
    {P "pid=1 ouid=0 " P "pid=2 stray words", W " pid=~1 ouid=~0 ?apparmor=DENIED torn"},
    {P "pid=1 comm=\"apparmor=\" ouid=0", W " pid=~1 comm=apparmor= ouid=~0"},
    {P "pid=1 name=\"", W " pid=~1 torn"},
    {P "pid=1 name=", W " pid=~1 torn"},
    {P "pid=1 deni", W " pid=~1 torn"},
    {P "pid=1 ", W " pid=~1"},
    {P "stray pid=1", W " pid=~1"},
    {P "=x \"quoted\" pid=1", W " pid=~1"},
    {P "rlimit=nofile value=1024", W " rlimit=~nofile value=~1024"},
};

static void
test_tables(void **state)
{
    struct {
        const char *line, *want;
    } rows[G_N_ELEMENTS(forms) + G_N_ELEMENTS(foreign) + G_N_ELEMENTS(values)];

    G_STATIC_ASSERT(sizeof rows == sizeof forms + sizeof foreign + sizeof values);
    memcpy(rows, forms, sizeof forms);
    memcpy(rows + G_N_ELEMENTS(forms), foreign, sizeof foreign);
    memcpy(rows + G_N_ELEMENTS(forms) + G_N_ELEMENTS(foreign), values, sizeof values);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = slice(rows[i].line);
        if (g_strcmp0(got, rows[i].want) != 0)
            fail_msg("%s\n  gives %s\n  not   %s", rows[i].line, got, rows[i].want);
    }
}

/* Cut anywhere, a line is never read beyond its end, and never gives a value that is not whole
 * but for a number or word without quotes. */
static void
test_cut(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        for (gsize len = 0; len < strlen(forms[i].line); len++) {
            g_autofree char *cut = g_strndup(forms[i].line, len);
            g_autofree char *got = slice(cut);
            if (got && strstr(got, " profile=") && !strstr(got, " profile=p"))
                fail_msg("%s gives %s", cut, got);
        }
    }
}

/* Every key is found under its own name, and nothing else is. */
static void
test_keys(void **state)
{
    for (int field = 1; field < AMR_FIELD_COUNT; field++) {
        const char *key = amr_field_key((AmrField)field);
        g_autofree char *longer = g_strconcat(key, "x", NULL);
        assert_int_equal(amr_field_from_key(key, strlen(key)), field);
        assert_int_not_equal(amr_field_from_key(longer, strlen(longer)), field);
        assert_int_not_equal(amr_field_from_key(key, strlen(key) - 1), field);
    }
    assert_null(amr_field_key(AMR_FIELD_UNKNOWN));
    assert_null(amr_field_key(AMR_FIELD_COUNT));
    assert_null(amr_verdict_word(AMR_VERDICT_UNKNOWN));
    for (int verdict = 1; verdict < AMR_VERDICT_COUNT; verdict++) {
        const char *word = amr_verdict_word((AmrVerdict)verdict);
        assert_int_equal(amr_verdict_from_word(word, strlen(word)), verdict);
    }
    assert_int_equal(amr_verdict_from_word("DENY", 4), AMR_VERDICT_UNKNOWN);
}

/* What printk cut within a name in hex, or within a number, is torn; the same text whole, or as
 * long but by the audit log, is not. */
static void
test_cut_by_printk(void **state)
{
    static const char before[] = "[    1.000000] ";
    static const char text[] = "audit: type=1400 audit(1.1:1): apparmor=\"DENIED\" "
                               "operation=\"open\" profile=\"p\" name=";
    static const char after[] =
        " pid=1 comm=\"c\" requested_mask=\"r\" denied_mask=\"r\" ouid=1000";
    static const struct {
        gsize len;
        gboolean comm, torn; /* whether the rest stands after the name */
    } rows[] = {
        {973, FALSE, TRUE}, {989, FALSE, TRUE}, {1021, FALSE, TRUE}, {1500, FALSE, TRUE},
        {989, TRUE, TRUE},  {988, TRUE, FALSE}, {1500, TRUE, FALSE}, {500, TRUE, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const gsize rest = strlen(text) + (rows[i].comm ? strlen(after) : 0);
        g_autofree char *name = g_strnfill(rows[i].len - rest, '6');
        g_autofree char *body = g_strconcat(text, name, rows[i].comm ? after : "", NULL);
        g_autofree char *printed = g_strconcat(before, body, NULL);
        const char *whole = strstr(body, "type=");
        AmrRecord record;
        assert_int_equal(strlen(body), rows[i].len);
        assert_true(amr_record_slice(&record, printed, (AmrSpan){0, (uint32_t)strlen(printed)}));
        assert_int_equal(record.torn, rows[i].torn);
        assert_true(record.head.from_kernel);
        assert_true(amr_record_slice(&record, whole, (AmrSpan){0, (uint32_t)strlen(whole)}));
        assert_false(record.torn);
        assert_false(record.head.from_kernel);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_cut_by_printk),
        cmocka_unit_test(test_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
