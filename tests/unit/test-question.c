/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/base/error.h"
#include "core/policy/question.h"

static AmrQuestion *
read_question(const char *text)
{
    g_autoptr(GError) error = NULL;
    AmrQuestion *question = amr_question_read(text, &error);
    if (!question)
        fail_msg("%s: %s", text, error->message);
    return question;
}

static const AmrOracleQuestion *
part_of(const AmrQuestion *question, guint n)
{
    return &g_array_index(question->parts, AmrOracleQuestion, n);
}

/* Names as KEY=BYTES in display form, in the order of their table. */
static char *
names_of(const AmrOracleQuestion *part)
{
    GString *out = g_string_new(NULL);
    AmrOracleQuestion copy = *part;
    AmrQuestionName names[AMR_QUESTION_NAMES];
    guint n = amr_question_names(&copy, names);
    for (guint i = 0; i < n; i++) {
        if (!names[i].value->data)
            continue;
        g_autofree char *shown = amr_display(*names[i].value);
        g_string_append_printf(out, "%s%s=%s", out->len ? " " : "", names[i].key, shown);
    }
    return g_string_free(out, FALSE);
}

#define S AMR_MAY_SEND
#define R AMR_MAY_RECEIVE

/* What the first part is; parts counts them. */
static const struct {
    const char *text;
    AmrClass klass;
    guint32 rights;
    guint parts; /* 0: hundreds */
    const char *names;
    const char *subject; /* NULL: none */
} rows[] = {
    {"/etc/passwd r", AMR_CLASS_FILE, AMR_PERM_READ, 1, "path=/etc/passwd", NULL},
    {"/etc/passwd r,", AMR_CLASS_FILE, AMR_PERM_READ, 1, "path=/etc/passwd", NULL},
    {"  r /etc/passwd ", AMR_CLASS_FILE, AMR_PERM_READ, 1, "path=/etc/passwd", NULL},
    {"file /x rwk", AMR_CLASS_FILE, AMR_PERM_READ | AMR_PERM_WRITE | AMR_PERM_LOCK, 1, "path=/x",
     NULL},
    {"allow /x a", AMR_CLASS_FILE, AMR_PERM_APPEND, 1, "path=/x", NULL},
    {"/x wcd", AMR_CLASS_FILE, AMR_PERM_WRITE | AMR_PERM_CREATE | AMR_PERM_DELETE, 1, "path=/x",
     NULL},
    {"/x x", AMR_CLASS_FILE, AMR_PERM_EXEC, 1, "path=/x", NULL},
    {"/x mrix", AMR_CLASS_FILE, AMR_PERM_MMAP_EXEC | AMR_PERM_READ | AMR_PERM_EXEC, 1, "path=/x",
     NULL},
    {"/x rPUx", AMR_CLASS_FILE, AMR_PERM_READ | AMR_PERM_EXEC, 1, "path=/x", NULL},
    {"/x cx", AMR_CLASS_FILE, AMR_PERM_EXEC, 1, "path=/x", NULL},
    {"\"/a b\" r", AMR_CLASS_FILE, AMR_PERM_READ, 1, "path=/a b", NULL},
    {"\"/a\\052\\033\\134\" r", AMR_CLASS_FILE, AMR_PERM_READ, 1, "path=/a*\\e\\\\", NULL},
    {"/a\\303\\251 r", AMR_CLASS_FILE, AMR_PERM_READ, 1, "path=/aé", NULL},
    {"/a//b///c/ r", AMR_CLASS_FILE, AMR_PERM_READ, 1, "path=/a/b/c/", NULL},
    {"//a//b r", AMR_CLASS_FILE, AMR_PERM_READ, 1, "path=//a/b", NULL},
    {"///a r", AMR_CLASS_FILE, AMR_PERM_READ, 1, "path=/a", NULL},
    {"/a l", AMR_CLASS_FILE, AMR_PERM_LINK, 1, "path=/a", NULL},
    {"link /a -> /b\\,", AMR_CLASS_FILE, AMR_PERM_LINK, 1, "path=/a target=/b,", NULL},
    {"umount /a\\ ", AMR_CLASS_MOUNT, AMR_MAY_UMOUNT, 1, "point=/a ", NULL},
    {"link /a -> /b", AMR_CLASS_FILE, AMR_PERM_LINK, 1, "path=/a target=/b", NULL},
    {"owner link subset /a -> \"/b c\"", AMR_CLASS_FILE, AMR_PERM_LINK, 1, "path=/a target=/b c",
     NULL},
    {"capability net_raw", AMR_CLASS_CAPABILITY, AMR_MAY_CHANGE, 1, "", "net_raw"},
    {"capability CAP_SYS_ADMIN chown", AMR_CLASS_CAPABILITY, AMR_MAY_CHANGE, 2, "", "sys_admin"},
    {"capability", AMR_CLASS_CAPABILITY, AMR_MAY_CHANGE, 41, "", "chown"},
    {"network inet stream", AMR_CLASS_NETWORK, 0, 1, "", "inet stream"},
    {"network inet6", AMR_CLASS_NETWORK, 0, 6, "", "inet6 stream"},
    {"network inet tcp", AMR_CLASS_NETWORK, 0, 1, "", "inet stream"},
    {"network udp", AMR_CLASS_NETWORK, 0, 2, "", "inet dgram"},
    {"network netlink raw", AMR_CLASS_NETWORK, 0, 1, "", "netlink raw"},
    {"network (connect, send) inet stream ip=10.0.0.1 port=80 peer=(ip=::1 port=443)",
     AMR_CLASS_NETWORK, AMR_MAY_CONNECT | S, 1, "", "inet stream"},
    {"network", AMR_CLASS_NETWORK, 0, 0, "", "unix stream"},
    {"signal (send) set=(term) peer=foo", AMR_CLASS_SIGNAL, S, 1, "peer=foo", "term"},
    {"signal send set=(term, kill) peer=\"a b\"", AMR_CLASS_SIGNAL, S, 2, "peer=a b", "kill"},
    {"signal (send receive) set=rtmin+3", AMR_CLASS_SIGNAL, S | R, 1, "", "rtmin+3"},
    {"signal set=(exists) peer=/usr/bin/x//hat", AMR_CLASS_SIGNAL, S | R, 1, "peer=/usr/bin/x//hat",
     "exists"},
    {"signal", AMR_CLASS_SIGNAL, S | R, 67, "", "hup"},
    {"ptrace (read) peer=x", AMR_CLASS_PTRACE, AMR_MAY_READ, 1, "peer=x", NULL},
    {"ptrace peer=unconfined", AMR_CLASS_PTRACE, 0x1e, 1, "peer=unconfined", NULL},
    {"unix (connect) type=stream peer=(addr=@x)", AMR_CLASS_UNIX, AMR_MAY_CONNECT, 1,
     "peer_addr=@x", "stream"},
    {"unix (connect, send) type=stream peer=(label=y, addr=@x\\001y)", AMR_CLASS_UNIX,
     AMR_MAY_CONNECT | S, 1, "peer_addr=@x\\x01y peer=y", "stream"},
    {"unix (bind) addr=none", AMR_CLASS_UNIX, AMR_MAY_BIND, 3, "addr=none", "stream"},
    {"dbus (send) bus=system path=/org/x interface=org.x.Y member=Go peer=(name=org.x, label=z)",
     AMR_CLASS_DBUS, S, 1, "bus=system name=org.x path=/org/x interface=org.x.Y member=Go peer=z",
     NULL},
    {"dbus bind bus=session name=org.x", AMR_CLASS_DBUS, AMR_MAY_OWN, 1, "bus=session name=org.x",
     NULL},
    {"dbus bus=session name=org.x", AMR_CLASS_DBUS, AMR_MAY_OWN, 1, "bus=session name=org.x", NULL},
    {"dbus bus=session", AMR_CLASS_DBUS, AMR_MAY_EAVESDROP, 3, "bus=session", NULL},
    {"mount fstype=tmpfs options=(rw,nosuid) src -> /mnt/", AMR_CLASS_MOUNT, AMR_MAY_MOUNT, 1,
     "point=/mnt/ source=src fstype=tmpfs", "rw, nosuid"},
    {"mount options in (ro, bind) /a/ -> /b/", AMR_CLASS_MOUNT, AMR_MAY_MOUNT, 1,
     "point=/b/ source=/a/ fstype=", "ro, bind"},
    {"remount options=ro /mnt/", AMR_CLASS_MOUNT, AMR_MAY_MOUNT, 1,
     "point=/mnt/ source= fstype=", "ro, remount"},
    {"mount options=(make-rslave) -> /", AMR_CLASS_MOUNT, AMR_MAY_MOUNT, 1,
     "point=/ source= fstype=", NULL},
    {"umount /mnt/", AMR_CLASS_MOUNT, AMR_MAY_UMOUNT, 1, "point=/mnt/", NULL},
    {"pivot_root oldroot=/old/ /new/", AMR_CLASS_MOUNT, AMR_MAY_PIVOT_ROOT, 1,
     "point=/new/ source=/old/", NULL},
    {"userns create", AMR_CLASS_USERNS, AMR_MAY_MAKE_USERNS, 1, "", NULL},
    {"userns", AMR_CLASS_USERNS, AMR_MAY_MAKE_USERNS, 1, "", NULL},
    {"mqueue (read, open) type=posix /q", AMR_CLASS_MQUEUE, AMR_MAY_MQ_READ | AMR_MAY_OPEN, 1,
     "name=/q", "posix"},
    {"mqueue write 123", AMR_CLASS_MQUEUE, AMR_MAY_MQ_WRITE, 1, "name=123", "sysv"},
    {"io_uring", AMR_CLASS_IO_URING, AMR_MAY_OVERRIDE_CREDS, 2, "", NULL},
    {"io_uring sqpoll", AMR_CLASS_IO_URING, AMR_MAY_SQPOLL, 1, "", NULL},
    {"io_uring (override_creds) label=x", AMR_CLASS_IO_URING, AMR_MAY_OVERRIDE_CREDS, 1, "label=x",
     NULL},
    {"change_profile -> x", AMR_CLASS_CHANGE_PROFILE, AMR_MAY_CHANGE, 1, "target=x", NULL},
    {"change_profile safe /bin/y -> :ns:x", AMR_CLASS_CHANGE_PROFILE, AMR_MAY_CHANGE, 1,
     "exec=/bin/y target=:ns:x", NULL},
    {"change_hat h", AMR_CLASS_CHANGE_HAT, AMR_MAY_CHANGE, 1, "hat=h", NULL},
    {"set rlimit nofile <= 1024", AMR_CLASS_RLIMIT, AMR_MAY_CHANGE, 1, "", "nofile"},
};

static void
test_words(void **state)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!rows[i].names)
            continue;
        print_message("%s\n", rows[i].text);
        g_autoptr(AmrQuestion) question = read_question(rows[i].text);
        assert_int_equal(question->klass, rows[i].klass);
        if (rows[i].parts)
            assert_int_equal(question->parts->len, rows[i].parts);
        else
            assert_true(question->parts->len > 200);
        const AmrOracleQuestion *part = part_of(question, 0);
        assert_int_equal(part->klass, rows[i].klass);
        if (rows[i].rights)
            assert_int_equal(part->rights, rows[i].rights);
        else
            assert_int_not_equal(part->rights, 0);
        g_autofree char *names = names_of(part), *subject = amr_question_subject(part);
        assert_string_equal(names, rows[i].names);
        if (rows[i].subject)
            assert_string_equal(subject, rows[i].subject);
    }
}

/* What is printed is read again as the same. */
static void
test_text(void **state)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!rows[i].names)
            continue;
        g_autoptr(AmrQuestion) question = read_question(rows[i].text);
        g_autoptr(AmrQuestion) again = read_question(question->text);
        assert_string_equal(question->text, again->text);
        assert_int_equal(question->parts->len, again->parts->len);
        for (guint n = 0; n < question->parts->len; n++) {
            g_autofree char *a = names_of(part_of(question, n)), *b = names_of(part_of(again, n));
            assert_string_equal(a, b);
            assert_int_equal(part_of(question, n)->rights, part_of(again, n)->rights);
        }
    }
}

static void
test_wrong(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "no rule"},
        {"/etc/* r", "wildcard"},
        {"/etc/@{x} r", "wildcard"},
        {"/etc/{a,b} r", "wildcard"},
        {"/etc/a\\*b q", "permissions"},
        {"/etc/passwd", "which permissions"},
        {"r", "names one"},
        {"/a /b r", "one path"},
        {"/a\\033[31m r", "bracket"},
        {"/a px -> b", "in the answer"},
        {"deny /a r", "leave this word out"},
        {"audit /a r", "leave this word out"},
        {"owner capability chown", "owner"},
        {"all", "names one"},
        {"everything", "no class"},
        {"capability no_such", "not known"},
        {"network (fly) inet", "access"},
        {"network inet2 stream", "family"},
        {"network tape", "not known"},
        {"network inet stream ip=10.0.0.0/8", "one host"},
        {"network inet port=65536", "65535"},
        {"signal set=(no_such)", "not known"},
        {"signal (send) what=ever", "not understood"},
        {"signal peer=a*", "wildcard"},
        {"unix type=tape", "not known"},
        {"dbus (send) bus=a*", "wildcard"},
        {"mount options=(sticky) a -> /b", "option"},
        {"mount a -> b", "slash"},
        {"mount -> \"\"", "not understood"},
        {"mount a b", "not understood"},
        {"userns destroy", "not understood"},
        {"change_profile", "-> PROFILE"},
        {"change_hat", "HAT"},
        {"link /a", "EXISTING"},
        {"link", "EXISTING"},
        {"link a -> /b", "slash"},
        {"set rlimit no_such <= 1", "resource"},
        {"set rlimit nice <= 20", "number"},
        {"set rlimit as <= 99999999999G", "number"},
        {"/a r, /b r,", "more than one rule"},
        {"/a r\n", NULL},
        {"/a\nr", "one line"},
        {"include <abstractions/base>", "include"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrQuestion) question = amr_question_read(bad[i].text, &error);
        print_message("%s: %s\n", bad[i].text, error ? error->message : "read");
        assert_true((question == NULL) == (bad[i].says != NULL));
        if (!bad[i].says)
            continue;
        assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
        if (!strstr(error->message, bad[i].says))
            fail_msg("not \"%s\"", bad[i].says);
    }
}

static void
test_details(void **state)
{
    g_autoptr(AmrQuestion) network =
        read_question("network (connect) inet6 udp ip=10.0.0.1 port=80 peer=(ip=::1, port=443)");
    const AmrOracleQuestion *part = part_of(network, 0);
    assert_int_equal(part->network.protocol, 17);
    assert_int_equal(part->network.local.size, 4);
    assert_int_equal(part->network.local.bytes[0], 10);
    assert_int_equal(part->network.local.port, 80);
    assert_int_equal(part->network.peer.size, 16);
    assert_int_equal(part->network.peer.bytes[15], 1);
    assert_int_equal(part->network.peer.port, 443);

    g_autoptr(AmrQuestion) owner = read_question("owner /x rw");
    assert_true(part_of(owner, 0)->file.owner);
    assert_string_equal(owner->text, "owner /x rw");

    g_autoptr(AmrQuestion) size = read_question("set rlimit as <= 2G");
    assert_int_equal(part_of(size, 0)->rlimit.value, G_GUINT64_CONSTANT(2) << 30);
    g_autoptr(AmrQuestion) nice = read_question("set rlimit nice <= -5");
    assert_int_equal(part_of(nice, 0)->rlimit.value, 25);
    g_autoptr(AmrQuestion) none = read_question("set rlimit core <= infinity");
    assert_true(part_of(none, 0)->rlimit.value == G_MAXUINT64);
}

static void
test_short(void **state)
{
    static const char path[] = "/a \"b\" * \\ \n\xff";
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrQuestion) question =
        amr_question_file("rw", (AmrBytes){path, sizeof path - 1}, TRUE, &error);
    assert_no_error(error);
    const AmrOracleQuestion *part = part_of(question, 0);
    assert_int_equal(part->rights, AMR_PERM_READ | AMR_PERM_WRITE);
    assert_true(part->file.owner);
    assert_true(amr_bytes_equal(part->file.path, (AmrBytes){path, sizeof path - 1}));
    /* Its text names the same bytes. */
    g_autoptr(AmrQuestion) again = read_question(question->text);
    assert_true(amr_bytes_equal(part_of(again, 0)->file.path, part->file.path));

    assert_null(amr_question_file("rz", AMR_BYTES("/x"), FALSE, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
    g_clear_error(&error);
    assert_null(amr_question_file("", AMR_BYTES("/x"), FALSE, &error));
    g_clear_error(&error);
    assert_null(amr_question_file("r", AMR_BYTES("x"), FALSE, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
}

/* A rule that proposes one thing is a question; one that is broader is none. */
static void
test_of_rule(void **state)
{
    static const struct {
        const char *rule, *text; /* NULL: no question */
    } rules[] = {
        {"/a r,", "/a r"},
        {"deny /a r,", "/a r"},
        {"audit deny owner /a rw,", "owner /a rw"},
        {"deny /a x,", "/a x"},
        {"/a px -> b,", "/a px"},
        {"/a* r,", NULL},
        {"@{HOME}/a r,", NULL},
        {"link /a -> /b,", "link /a -> /b"},
        {"deny capability chown,", "capability chown"},
        {"network inet stream,", "network inet stream"},
        {"signal (send) set=(term) peer=x,", "signal (send) set=(term) peer=x"},
        {"signal (send) peer=x*,", NULL},
        {"deny signal,", "signal"},
        {"include <abstractions/base>", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrRule) rule = amr_rule_read(rules[i].rule, &error);
        assert_no_error(error);
        g_autoptr(AmrQuestion) question = amr_question_of_rule(rule);
        print_message("%s: %s\n", rules[i].rule, question ? question->text : "none");
        if (rules[i].text)
            assert_string_equal(question->text, rules[i].text);
        else
            assert_null(question);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words), cmocka_unit_test(test_text),
        cmocka_unit_test(test_wrong), cmocka_unit_test(test_details),
        cmocka_unit_test(test_short), cmocka_unit_test(test_of_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
