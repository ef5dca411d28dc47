/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <linux/audit.h>
#include <linux/netlink.h>
#include <string.h>

#include "core/source/decode.h"

static void
take(gpointer data, const char *text, gsize size)
{
    g_string_append_len(data, text, (gssize)size);
}

/* ---- what form it is --------------------------------------------------------------------------
 */

static void
test_guess(void **state)
{
    static const struct {
        const char *input;
        AmrForm soon, last; /* while more may come, and at the end */
    } rows[] = {
        {"", AMR_FORM_UNSURE, AMR_FORM_TEXT},
        {"type=AVC msg=", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"Nov 22 12:23:33 host kernel: x", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"N", AMR_FORM_UNSURE, AMR_FORM_TEXT},
        {"[   16.641419] audit:", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"[   16.641419] audit:\n", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"2026-11-22T12:23:33 host", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"20", AMR_FORM_UNSURE, AMR_FORM_TEXT},
        {"5,387,16641419,-;audit:", AMR_FORM_KMSG, AMR_FORM_KMSG},
        {"5,387,16641419,-,caller=T1;audit:", AMR_FORM_KMSG, AMR_FORM_KMSG},
        {" SUBSYSTEM=pci\n5,387,16641419,-;", AMR_FORM_KMSG, AMR_FORM_KMSG},
        {"5,387,1664", AMR_FORM_UNSURE, AMR_FORM_TEXT},
        {"5,387;", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"5,387,1664 x", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"__CURSOR=s=75;i=236\n__REALTIME_TIMESTAMP=17\n", AMR_FORM_EXPORT, AMR_FORM_EXPORT},
        {"\n_TRANSPORT=audit\nMESSAGE=x\n", AMR_FORM_EXPORT, AMR_FORM_EXPORT},
        {"__CURSOR=s=75;i=236\n", AMR_FORM_UNSURE, AMR_FORM_TEXT},
        {"PATH=/bin\nHOME=/root\n", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"FOO=1\ntype=AVC\n", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"__CURSOR=1\ntype=AVC\n", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"{\"MESSAGE\":\"x\"}", AMR_FORM_JSON, AMR_FORM_JSON},
        {"{\n\t\"MESSAGE\"", AMR_FORM_JSON, AMR_FORM_JSON},
        {"\x1e{\"a\"", AMR_FORM_JSON, AMR_FORM_JSON},
        {"[ {\"a\"", AMR_FORM_JSON, AMR_FORM_JSON},
        {"data: {\"a\"", AMR_FORM_JSON, AMR_FORM_JSON},
        {"{", AMR_FORM_UNSURE, AMR_FORM_TEXT},
        {"{x", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"data: x", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"Mon 2026-11-23 02:08:57.272000 UTC [s=ee;t=66]\n    _PID=1\n", AMR_FORM_VERBOSE,
         AMR_FORM_VERBOSE},
        {"-- Journal begins at Mon 2026 --\nMon 2026-11-23 02:08:57 CET [s=ee;t=66]\n    "
         "PRIORITY=1",
         AMR_FORM_VERBOSE, AMR_FORM_VERBOSE},
        {"Mon 2026-11-23 02:08:57.272000 UTC [s=ee;t=66]\n    ", AMR_FORM_UNSURE, AMR_FORM_TEXT},
        {"Mon 2026-11-23 02:08:57", AMR_FORM_UNSURE, AMR_FORM_TEXT},
        {"-- Boot 17", AMR_FORM_UNSURE, AMR_FORM_TEXT},
        {"-- Boot 17 --\nNov 22 12:23:33 host kernel: x", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"Mon 2026-11-23 02:08:57 UTC host kernel: x\n    _PID=1\n", AMR_FORM_TEXT, AMR_FORM_TEXT},
        {"Mon 2026-11-23 02:08:57.272000 UTC [s=ee;t=66]\ntype=AVC", AMR_FORM_TEXT, AMR_FORM_TEXT},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const gsize len = strlen(rows[i].input);
        if (amr_form_guess(rows[i].input, len, FALSE) != rows[i].soon ||
            amr_form_guess(rows[i].input, len, TRUE) != rows[i].last)
            fail_msg("\"%s\" is taken for another form", rows[i].input);
    }
}

/* ---- the forms --------------------------------------------------------------------------------
 */

#define HEAD  "__REALTIME_TIMESTAMP=1795350213289702\n_HOSTNAME=host\n"
#define JHEAD "{\"__REALTIME_TIMESTAMP\":\"1795350213289702\",\"_HOSTNAME\":\"host\","
#define AUDIT                                                      \
    "_TRANSPORT=audit\n_AUDIT_TYPE=1400\n_AUDIT_ID=30\n_PID=279\n" \
    "_SOURCE_REALTIME_TIMESTAMP=1795350213284000\n"
#define STAMP "1795350213.289702 host "
#define VHEAD \
    "Mon 2026-11-23 02:08:57.272000 UTC [s=ee;i=1;t=660dc8bb5e6e6;x=1]\n    _HOSTNAME=host\n"

typedef struct {
    const char *name;
    AmrForm form;
    const char *input;
    gsize len; /* 0: the input is a C string */
    const char *want;
    guint torn, overlong;
} Row;

static const Row rows[] = {
    {"kmsg: escapes", AMR_FORM_KMSG, "5,1,2,-;a \\x5c b\\x5cx41 \\x0a\\xC3\\xa9\\x\\xZZ\\x4\\x41\n",
     0, "5,1,2,-;a \\ b\\x41  \xc3\xa9\\x\\xZZ\\x4A\n", 0, 0},
    {"kmsg: what belongs to the device", AMR_FORM_KMSG,
     "5,1,2,-;a\n SUBSYSTEM=pci\n DEVICE=\\x41\n5,2,2,-;b\r\n\n c", 0, "5,1,2,-;a\n5,2,2,-;b\r\n\n",
     0, 0},
    {"kmsg: ends within an escape", AMR_FORM_KMSG, "5,1,2,-;a\\x4", 0, "5,1,2,-;a\\x4", 0, 0},

    {"export: audit", AMR_FORM_EXPORT, HEAD AUDIT "MESSAGE=AVC apparmor=\"DENIED\" a=b\n\n", 0,
     STAMP "audit[279]: type=1400 audit(1795350213.284:30): apparmor=\"DENIED\" a=b\n", 0, 0},
    {"export: the message first", AMR_FORM_EXPORT,
     "MESSAGE=AVC apparmor=\"DENIED\" a=b\n" HEAD AUDIT "\n", 0,
     STAMP "audit[279]: type=1400 audit(1795350213.284:30): apparmor=\"DENIED\" a=b\n", 0, 0},
    {"export: of a daemon", AMR_FORM_EXPORT,
     "_TRANSPORT=audit\n_AUDIT_TYPE=1107\n_AUDIT_ID=1\n_SOURCE_REALTIME_TIMESTAMP=1001000\n"
     "MESSAGE=USER_AVC pid=3 msg='apparmor=\"DENIED\" bus=\"system\"'\n\n",
     0, "audit: type=1107 audit(1.001:1): pid=3 msg='apparmor=\"DENIED\" bus=\"system\"'\n", 0, 0},
    {"export: without a message", AMR_FORM_EXPORT,
     AUDIT "_AUDIT_FIELD_APPARMOR=\"DENIED\"\n_AUDIT_FIELD_OPERATION=\"open\"\n_COMM=a b\n"
           "_AUDIT_FIELD_NAME=/opt/a b\n_FSUID=0\n_AUDIT_FIELD_OUID=0\n"
           "_AUDIT_FIELD_PROFILE=2F61\n_AUDIT_FIELD_X=\"a\" name=\"/forged\"\n\n",
     0,
     "audit[279]: type=1400 audit(1795350213.284:30): apparmor=\"DENIED\" operation=\"open\" "
     "name=2F6F70742F612062 ouid=0 profile=2F61 x=226122206E616D653D222F666F7267656422 pid=279 "
     "comm=612062 fsuid=0\n",
     0, 0},
    {"export: kernel", AMR_FORM_EXPORT,
     HEAD "_TRANSPORT=kernel\nSYSLOG_IDENTIFIER=kernel\nMESSAGE=audit: type=1400 x\n\n", 0,
     STAMP "kernel: audit: type=1400 x\n", 0, 0},
    {"export: who writes to /dev/kmsg is not the kernel", AMR_FORM_EXPORT,
     "_TRANSPORT=kernel\nSYSLOG_IDENTIFIER=evil\nMESSAGE=audit: type=1400 x\n\n", 0, "", 0, 0},
    {"export: nor is who says so", AMR_FORM_EXPORT,
     "_TRANSPORT=syslog\nSYSLOG_IDENTIFIER=kernel\nMESSAGE=audit: type=1400 x\n\n"
     "_TRANSPORT=journal\nSYSLOG_IDENTIFIER=audit\nMESSAGE=type=1400 x\n\n"
     "_TRANSPORT=stdout\nSYSLOG_IDENTIFIER=a kernel: b\nMESSAGE=type=1400 x\n\n"
     "_TRANSPORT=stdout\nMESSAGE=type=1400 x\n\n",
     0, "", 0, 0},
    {"export: dbus", AMR_FORM_EXPORT,
     "_TRANSPORT=syslog\nSYSLOG_IDENTIFIER=dbus-daemon\n_PID=7\nMESSAGE=apparmor=\"DENIED\"\n\n", 0,
     "dbus-daemon[7]: apparmor=\"DENIED\"\n", 0, 0},
    {"export: binary", AMR_FORM_EXPORT,
     "_TRANSPORT=kernel\nMESSAGE\n\x05\0\0\0\0\0\0\0a\nb\0c\nX\n\0\0\0\0\0\0\0\0\n\n",
     sizeof "_TRANSPORT=kernel\nMESSAGE\n\x05\0\0\0\0\0\0\0a\nb\0c\nX\n\0\0\0\0\0\0\0\0\n\n" - 1,
     "kernel: a b.c\n", 0, 0},
    {"export: an entry within a value", AMR_FORM_EXPORT,
     "_TRANSPORT=stdout\nSYSLOG_IDENTIFIER=p\nMESSAGE\n\x21\0\0\0\0\0\0\0\n\n_TRANSPORT=kernel\n"
     "MESSAGE=x\n\n12\n\n",
     sizeof "_TRANSPORT=stdout\nSYSLOG_IDENTIFIER=p\nMESSAGE\n\x21\0\0\0\0\0\0\0\n\n_TRANSPORT="
            "kernel\nMESSAGE=x\n\n12\n\n" -
         1,
     "p:   _TRANSPORT=kernel MESSAGE=x  12\n", 0, 0},
    {"export: a length that lies", AMR_FORM_EXPORT,
     "_TRANSPORT=kernel\nMESSAGE\n\xff\xff\xff\xff\xff\xff\xff\x7f"
     "abc\n_TRANSPORT=kernel\n"
     "MESSAGE=next\n\n",
     0, "kernel: next\n", 1, 0},
    {"export: no newline after a value", AMR_FORM_EXPORT,
     "MESSAGE\n\x01\0\0\0\0\0\0\0abc\n_TRANSPORT=kernel\nMESSAGE=next\n\n",
     sizeof "MESSAGE\n\x01\0\0\0\0\0\0\0abc\n_TRANSPORT=kernel\nMESSAGE=next\n\n" - 1,
     "kernel: next\n", 1, 0},
    {"export: a line of another form", AMR_FORM_EXPORT,
     "_TRANSPORT=kernel\ntype=AVC x\n_TRANSPORT=kernel\nMESSAGE=next\n\n", 0, "kernel: next\n", 1,
     0},
    {"export: cut short", AMR_FORM_EXPORT,
     "_TRANSPORT=kernel\nMESSAGE=a\n\n_TRANSPORT=kernel\nMESSAGE=b\n", 0, "kernel: a\n", 1, 0},
    {"export: twice the same field", AMR_FORM_EXPORT,
     "_TRANSPORT=kernel\nMESSAGE=a\nMESSAGE=b\n_TRANSPORT=x\n\n\n\n", 0, "kernel: a\n", 0, 0},

    {"json: audit", AMR_FORM_JSON,
     JHEAD "\"_TRANSPORT\":\"audit\",\"_AUDIT_TYPE\":\"1400\",\"_AUDIT_ID\":\"30\","
           "\"_SOURCE_REALTIME_TIMESTAMP\":\"1795350213284000\",\"_PID\":\"279\","
           "\"MESSAGE\":\"AVC apparmor=\\\"DENIED\\\" a=b\"}\n",
     0, STAMP "audit[279]: type=1400 audit(1795350213.284:30): apparmor=\"DENIED\" a=b\n", 0, 0},
    {"json: bytes", AMR_FORM_JSON,
     "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":[97,32,255,10,34]}\n"
     "{\"MESSAGE\":[ ],\"_TRANSPORT\":\"kernel\"}",
     0, "kernel: a \xff \"\nkernel: \n", 0, 0},
    {"json: several values", AMR_FORM_JSON,
     "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":[\"a\",\"b\",[99]]}\n"
     "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":[[97,98],\"b\"]}\n",
     0, "kernel: a\nkernel: ab\n", 0, 0},
    {"json: escapes", AMR_FORM_JSON,
     "{\"_TRANSPORT\":\"kernel\",\"MESS\\u0041GE\":\"\\\\ \\/ \\t \\u00e9 \\ud83d\\ude00 "
     "\\ud83dx \\ude00 \\n\\r\\u000a \\b\\f\"}\n",
     0, "kernel: \\ / \t \xc3\xa9 \xf0\x9f\x98\x80 \xef\xbf\xbdx \xef\xbf\xbd     \b\f\n", 0, 0},
    {"json: pretty", AMR_FORM_JSON,
     "{\n\t\"_TRANSPORT\" : \"kernel\",\n\t\"MESSAGE\" : \"a\"\n}\n{\n\t\"_TRANSPORT\" : "
     "\"kernel\",\n\t\"MESSAGE\" : \"b\"\n}\n",
     0, "kernel: a\nkernel: b\n", 0, 0},
    {"json: sequences and arrays", AMR_FORM_JSON,
     "\x1e{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"a\"}\n"
     "data: {\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"b\"}\n\n"
     "[{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"c\"},{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"d\"}"
     "]\n",
     0, "kernel: a\nkernel: b\nkernel: c\nkernel: d\n", 0, 0},
    {"json: what is deeper is no field", AMR_FORM_JSON,
     "{\"a\":{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"a\"},\"n\":-1.5e3,\"t\":true,\"f\":false,"
     "\"MESSAGE\":\"b\",\"_TRANSPORT\":\"kernel\",\"x\":[{\"MESSAGE\":\"c\"}]}\n",
     0, "kernel: b\n", 0, 0},
    {"json: left out for its length", AMR_FORM_JSON,
     "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":null}\n"
     "{\"_TRANSPORT\":\"audit\",\"MESSAGE\":null,\"_AUDIT_FIELD_APPARMOR\":\"\\\"DENIED\\\"\","
     "\"_AUDIT_FIELD_NAME\":\"/x\"}\n"
     "{\"_TRANSPORT\":\"audit\",\"MESSAGE\":null,\"_AUDIT_FIELD_APPARMOR\":\"\\\"DENIED\\\"\","
     "\"_AUDIT_FIELD_NAME\":null}\n",
     0, "audit: apparmor=\"DENIED\" name=\"/x\"\n", 0, 2},
    {"json: numbers as stamps", AMR_FORM_JSON,
     "{\"__REALTIME_TIMESTAMP\":1795350213289702,\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"a\"}\n", 0,
     "1795350213.289702 - kernel: a\n", 0, 0},
    {"json: a container's lines", AMR_FORM_JSON,
     "{\"log\":\"type=AVC "
     "\\\"a\\\"\\r\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-22T12:23:33Z\"}\n"
     "{\"log\":\"one\\ntwo\\n\"}\n"
     "{\"log\":\"no line of the journal\",\"_TRANSPORT\":\"stdout\",\"MESSAGE\":\"a\"}\n"
     "{\"log\":\"nor this\",\"MESSAGE\":\"a\"}\n",
     0, "type=AVC \"a\"\none two\n", 0, 0},
    {"json: broken ones", AMR_FORM_JSON,
     "{\"_TRANSPORT\":\"kernel\" \"MESSAGE\":\"a\"}\n"
     "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"a\nb\"}\n"
     "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"\\q\"}\n"
     "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":nul}\n"
     "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":[1}}\n"
     "something else {\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"x\"}\n"
     "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"good\"}\n"
     "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"cut",
     0, "kernel: good\n", 6, 0},

    {"verbose: audit", AMR_FORM_VERBOSE,
     VHEAD "    _TRANSPORT=audit\n    _AUDIT_TYPE=1400\n    _AUDIT_ID=30\n    _PID=279\n"
           "    _SOURCE_REALTIME_TIMESTAMP=1795350213284000\n"
           "    MESSAGE=AVC apparmor=\"DENIED\" a=b\n",
     0, STAMP "audit[279]: type=1400 audit(1795350213.284:30): apparmor=\"DENIED\" a=b\n", 0, 0},
    {"verbose: text of a message is no field", AMR_FORM_VERBOSE,
     VHEAD "    SYSLOG_IDENTIFIER=prog\n    MESSAGE=one\n                _TRANSPORT=kernel\n"
           "            \n            two\n    _TRANSPORT=syslog\n",
     0, STAMP "prog: one     _TRANSPORT=kernel  two\n", 0, 0},
    {"verbose: nor an entry", AMR_FORM_VERBOSE,
     VHEAD "    SYSLOG_IDENTIFIER=prog\n    MESSAGE=one\n            Mon 2026 [s=1;t=1]\n", 0,
     STAMP "prog: one Mon 2026 [s=1;t=1]\n", 0, 0},
    {"verbose: several, and what journalctl says itself", AMR_FORM_VERBOSE,
     "    MESSAGE=before\n-- Boot 5 --\n    MESSAGE=of none\n" VHEAD
     "    _TRANSPORT=kernel\n    MESSAGE=a\n-- Reboot --\n    MESSAGE=of none\n" VHEAD
     "    _TRANSPORT=kernel\n    MESSAGE=b\n    bad=c\n    X Y\n" VHEAD
     "    MESSAGE=c\n    _TRANSPORT=kernel\n",
     0, STAMP "kernel: a\n" STAMP "kernel: b\n" STAMP "kernel: c\n", 0, 0},
    {"verbose: what does not print", AMR_FORM_VERBOSE,
     VHEAD "    _TRANSPORT=kernel\n    MESSAGE=[2.3K blob data]\n" VHEAD
           "    SYSLOG_IDENTIFIER=prog\n    MESSAGE=[2.3K blob data]\n" VHEAD
           "    SYSLOG_IDENTIFIER=prog\n    MESSAGE=[2.3K blob data] and more\n" VHEAD
           "    SYSLOG_IDENTIFIER=[5B blob data]\n    _TRANSPORT=kernel\n    MESSAGE=x\n",
     0, STAMP "prog: [2.3K blob data] and more\n" STAMP "kernel: x\n", 0, 1},
    {"verbose: cut short", AMR_FORM_VERBOSE,
     VHEAD "    _TRANSPORT=kernel\n    MESSAGE=a\n" VHEAD "    _TRANSPORT=kernel\n    MESSAGE=b", 0,
     STAMP "kernel: a\n", 1, 0},
};

static void
check(const Row *row, const GString *got, AmrDecodeCounts counts)
{
    for (gsize i = 0; i < got->len; i++) {
        if (got->str[i] == '\0')
            got->str[i] = '.';
    }
    if (strcmp(got->str, row->want) != 0)
        fail_msg("%s: \"%s\"", row->name, got->str);
    if (counts.torn != row->torn || counts.overlong != row->overlong)
        fail_msg("%s: %" G_GUINT64_FORMAT " torn, %" G_GUINT64_FORMAT " overlong", row->name,
                 counts.torn, counts.overlong);
}

/* Cut in two at every place, and into single bytes. */
static void
test_forms(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        const gsize len = row->len ? row->len : strlen(row->input);
        for (gsize cut = 0; cut <= len + 1; cut++) {
            g_autoptr(GString) got = g_string_new(NULL);
            g_autoptr(AmrDecoder) decoder = amr_decoder_new(row->form, take, got);
            if (cut <= len) {
                amr_decoder_feed(decoder, row->input, cut);
                amr_decoder_feed(decoder, row->input + cut, len - cut);
            } else {
                for (gsize at = 0; at < len; at++)
                    amr_decoder_feed(decoder, row->input + at, 1);
            }
            amr_decoder_end(decoder);
            check(row, got, amr_decoder_counts(decoder));
        }
    }
}

/* A message that does not fit is counted, not cut: half a name is another name. */
static void
test_overlong(void **state)
{
    static const struct {
        AmrForm form;
        const char *before, *after;
    } forms[] = {
        {AMR_FORM_EXPORT,
         "_TRANSPORT=kernel\nMESSAGE=apparmor=", "\n\n_TRANSPORT=kernel\nMESSAGE=next\n\n"},
        {AMR_FORM_JSON, "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"apparmor=",
         "\"}\n{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"next\"}\n"},
        {AMR_FORM_VERBOSE, "Mon 2026 [s=1]\n    _TRANSPORT=kernel\n    MESSAGE=apparmor=",
         "\nMon 2026 [s=1]\n    _TRANSPORT=kernel\n    MESSAGE=next\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(GString) input = g_string_new(NULL), got = g_string_new(NULL);
        g_autoptr(AmrDecoder) decoder = amr_decoder_new(forms[i].form, take, got);
        g_string_append(input, forms[i].before);
        for (int n = 0; n < 20000; n++)
            g_string_append(input, "name");
        g_string_append(input, forms[i].after);
        amr_decoder_feed(decoder, input->str, input->len);
        amr_decoder_end(decoder);
        assert_string_equal(got->str, "kernel: next\n");
        assert_int_equal(amr_decoder_counts(decoder).overlong, 1);
        assert_int_equal(amr_decoder_counts(decoder).torn, 0);
    }
}

/* Brackets without end are refused, in bounded space. */
static void
test_deep(void **state)
{
    g_autoptr(GString) got = g_string_new(NULL);
    g_autoptr(AmrDecoder) decoder = amr_decoder_new(AMR_FORM_JSON, take, got);

    amr_decoder_feed(decoder, "{\"a\":", 5);
    for (int n = 0; n < 100000; n++)
        amr_decoder_feed(decoder, "[", 1);
    amr_decoder_feed(decoder, "\n{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"next\"}\n", 42);
    amr_decoder_end(decoder);
    assert_string_equal(got->str, "kernel: next\n");
    assert_int_equal(amr_decoder_counts(decoder).torn, 1);
}

/* ---- netlink ----------------------------------------------------------------------------------
 */

static void
add_message(GByteArray *datagram, guint16 type, const char *text, gsize len)
{
    const struct nlmsghdr header = {.nlmsg_len = (guint32)(len + sizeof header),
                                    .nlmsg_type = type};
    g_byte_array_append(datagram, (const guint8 *)&header, sizeof header);
    g_byte_array_append(datagram, (const guint8 *)text, (guint)len);
    while (datagram->len % NLMSG_ALIGNTO != 0)
        g_byte_array_append(datagram, (const guint8 *)"", 1);
}

static void
test_netlink(void **state)
{
    static const char avc[] = "audit(1795349574.167:2): apparmor=\"DENIED\" name=\"/x\"";
    g_autoptr(GByteArray) datagram = g_byte_array_new();
    g_autoptr(GString) got = g_string_new(NULL);
    guint ends[3];

    add_message(datagram, AUDIT_AVC, avc, strlen(avc));
    ends[0] = datagram->len;
    add_message(datagram, NLMSG_NOOP, "xxxx", 4);
    ends[1] = datagram->len;
    add_message(datagram, AUDIT_USER_AVC, "a\nb\n\0\0\0\0", 8);
    ends[2] = datagram->len;
    assert_true(amr_decode_netlink(datagram->data, datagram->len, take, got));
    assert_string_equal(got->str, "type=1400 audit(1795349574.167:2): apparmor=\"DENIED\" "
                                  "name=\"/x\"\ntype=1107 a b\n");
    /* Cut within a message it is not whole; the padding after one may be missing. */
    for (guint len = 1; len < datagram->len; len++) {
        g_autofree guint8 *copy = g_memdup2(datagram->data, len);
        const gboolean padding = len >= 16 + strlen(avc) && len <= ends[0];
        assert_int_equal(amr_decode_netlink(copy, len, take, got),
                         padding || len == ends[1] || len == ends[2]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guess),    cmocka_unit_test(test_forms),
        cmocka_unit_test(test_overlong), cmocka_unit_test(test_deep),
        cmocka_unit_test(test_netlink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
