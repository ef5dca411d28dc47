/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each check of the doctor, on fake roots that differ from a healthy one in one thing. */
#include "tests/unit/testing.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/advice/doctor.h"
#include "core/base/error.h"

/* ---- a healthy system ----------------------------------------------------------------------- */

static const struct {
    const char *name, *text;
} healthy[] = {
    {"sys/module/apparmor/parameters/enabled", "Y\n"},
    {"sys/module/apparmor/parameters/audit", "normal\n"},
    {"sys/kernel/security/lsm", "lockdown,capability,yama,apparmor"},
    {"sys/kernel/security/apparmor/profiles", "pagewright (enforce)\n"},
    {"sys/kernel/security/apparmor/.replace", ""},
    {"proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro quiet\n"},
    {"proc/sys/kernel/printk_ratelimit", "5\n"},
    {"proc/sys/kernel/printk_ratelimit_burst", "10\n"},
    {"proc/40/comm", "auditd\n"},
    {"proc/40/attr/current", "unconfined\n"},
    {"proc/50/comm", "pagewright\n"},
    {"proc/50/attr/current", "pagewright (enforce)\n"},
    {"etc/audit/audit.rules", "-D\n-b 8192\n# -a always,exclude -F msgtype=AVC\n"},
    {"var/log/audit/audit.log", ""},
    {"etc/apparmor.d/pagewright", "profile pagewright /usr/bin/pagewright {\n"
                                  "  /usr/share/pages/** r,\n"
                                  "  include if exists <local/pagewright>\n"
                                  "}\n"},
    {"etc/apparmor.d/local/pagewright", "/srv/pages/** r,\n"},
    {"etc/apparmor.d/local/README", "not a rule r\n"},
    {"etc/apparmor.d/local/other", "# a comment alone has nothing to say\n\n"},
};

typedef struct {
    char *root;
    AmrTarget *target;
    AmrOpener *opener;
    AmrCompiler *compiler;
    AmrStore *store;
    AmrIngest *ingest;
    AmrIndex *index;
    AmrLoaded *loaded;
    AmrDoctor *doctor;
    guint compiled; /* calls of the progress function */
    int audit;      /* a socket for the doctor to ask; 0: none */
} System;

static void
make_link(const char *root, const char *name, const char *to)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    g_autofree char *dir = g_path_get_dirname(path);

    assert_int_equal(g_mkdir_with_parents(dir, 0755), 0);
    (void)unlink(path);
    assert_int_equal(symlink(to, path), 0);
}

static void
make_root(System *system)
{
    *system = (System){.root = test_dir_new()};
    for (gsize i = 0; i < G_N_ELEMENTS(healthy); i++)
        test_write(system->root, healthy[i].name, healthy[i].text);
    make_link(system->root, "proc/40/exe", "/usr/sbin/auditd");
    make_link(system->root, "proc/50/exe", "/usr/bin/pagewright");
}

static void
load(System *system)
{
    GAsyncResult *result = NULL;

    g_clear_pointer(&system->index, amr_index_free);
    g_clear_pointer(&system->loaded, amr_loaded_free);
    amr_index_load_async(system->target, NULL, test_result, &result);
    test_wait_result(&result);
    system->index = amr_index_load_finish(result, NULL);
    amr_compiler_set_index(system->compiler, system->index);
    g_object_unref(result);
    system->loaded = amr_loaded_read(system->opener, NULL);
}

static void
open_system(System *system)
{
    g_autoptr(GError) error = NULL;
    AmrTargetOptions options = {.root = system->root};
    GAsyncResult *result = NULL;

    system->target = amr_target_new(&options, &error);
    assert_no_error(error);
    system->opener = amr_opener_new(system->target);
    system->compiler = amr_compiler_new(system->target);
    system->store = amr_store_new(0);
    system->ingest = amr_ingest_new(system->opener, system->store);
    system->doctor = amr_doctor_new(system->compiler);
    load(system);
    (void)amr_ingest_add_file(system->ingest, AMR_OPEN_SOURCE, "var/log/audit/audit.log", FALSE);
    amr_ingest_load_async(system->ingest, NULL, test_result, &result);
    test_wait_result(&result);
    (void)amr_ingest_load_finish(system->ingest, result, NULL);
    g_object_unref(result);
}

static void
close_system(System *system)
{
    amr_doctor_free(system->doctor);
    g_clear_pointer(&system->loaded, amr_loaded_free);
    g_clear_pointer(&system->index, amr_index_free);
    amr_ingest_free(system->ingest);
    amr_store_free(system->store);
    amr_compiler_free(system->compiler);
    amr_opener_free(system->opener);
    amr_target_free(system->target);
    test_dir_remove(system->root);
}

static void
count_progress(guint done, guint of, gpointer data)
{
    assert_true(done < of);
    ((System *)data)->compiled++;
}

static void
examine(System *system)
{
    AmrDoctorContext context = {.target = system->target,
                                .opener = system->opener,
                                .index = system->index,
                                .loaded = system->loaded,
                                .ingest = system->ingest,
                                .audit = system->audit};
    g_autoptr(GError) error = NULL;
    GAsyncResult *result = NULL;

    amr_doctor_examine_async(system->doctor, &context, NULL, test_result, &result);
    test_wait_result(&result);
    assert_true(amr_doctor_examine_finish(system->doctor, result, &error));
    g_clear_object(&result);
    amr_doctor_compile_async(system->doctor, NULL, count_progress, system, test_result, &result);
    test_wait_result(&result);
    assert_true(amr_doctor_compile_finish(system->doctor, result, &error));
    g_object_unref(result);
}

/* ---- one thing wrong ------------------------------------------------------------------------ */

static gboolean
says(const AmrCheck *check, const char *words)
{
    if (strstr(check->sentence, words) || (check->remedy && strstr(check->remedy, words)))
        return TRUE;
    for (guint i = 0; i < check->details->len; i++) {
        if (strstr(check->details->pdata[i], words))
            return TRUE;
    }
    return FALSE;
}

static const char bad_profile[] = "profile bad /usr/bin/bad {\n  /etc/x r\n}\n";

/* @text NULL: the file is taken away; one that begins with "-> " is a link. */
static const struct {
    const char *name, *text;
    AmrCheckId id;
    AmrCheckState state;
    const char *words; /* of its sentence, remedy or details */
} rows[] = {
    {"sys/module/apparmor/parameters/enabled", "N\n", AMR_CHECK_ID_KERNEL, AMR_CHECK_OK, "is on"},
    {"sys/kernel/security/lsm", "capability,selinux", AMR_CHECK_ID_KERNEL, AMR_CHECK_TROUBLE,
     "capability,selinux"},
    {"sys/kernel/security/lsm", "capability,notapparmor", AMR_CHECK_ID_KERNEL, AMR_CHECK_TROUBLE,
     "not among"},
    {"sys/kernel/security/lsm", NULL, AMR_CHECK_ID_KERNEL, AMR_CHECK_OK, "is on"},
    {"sys/kernel/security/apparmor/profiles", "", AMR_CHECK_ID_POLICY, AMR_CHECK_TROUBLE,
     "systemctl enable"},
    {"sys/kernel/security/apparmor/profiles", "pagewright (unconfined)\n", AMR_CHECK_ID_POLICY,
     AMR_CHECK_WARNING, "deny nothing"},
    {"proc/50/attr/current", "unconfined\n", AMR_CHECK_ID_UNCONFINED, AMR_CHECK_WARNING,
     "pagewright (pid 50): pagewright"},
    {"proc/50/attr/current", "unconfined\n", AMR_CHECK_ID_POLICY, AMR_CHECK_OK,
     "no program that can be seen"},
    {"proc/50/exe", "-> /usr/bin/pagewright (deleted)", AMR_CHECK_ID_UNCONFINED, AMR_CHECK_OK,
     "Every running program"},
    {"proc/40/exe", "-> /usr/bin/pagewright (deleted)", AMR_CHECK_ID_UNCONFINED, AMR_CHECK_WARNING,
     "auditd (pid 40)"},
    {"proc/40/exe", "-> /usr/bin/pagewright2", AMR_CHECK_ID_UNCONFINED, AMR_CHECK_OK, "Every"},
    {"proc/cmdline", "ro audit=0 quiet\n", AMR_CHECK_ID_AUDIT, AMR_CHECK_TROUBLE, "audit=0"},
    {"proc/cmdline", "ro noaudit=0 audit=00\n", AMR_CHECK_ID_AUDIT, AMR_CHECK_OK, "Nothing"},
    {"sys/module/apparmor/parameters/audit", "quiet_denied\n", AMR_CHECK_ID_QUIET,
     AMR_CHECK_TROUBLE, "echo normal"},
    {"sys/module/apparmor/parameters/audit", "noquiet\n", AMR_CHECK_ID_QUIET, AMR_CHECK_OK,
     "logged too"},
    {"etc/apparmor.d/local/pagewright", "deny /a r,\n audit deny /b r,\ndenying r,\n#deny /c r,\n",
     AMR_CHECK_ID_QUIET, AMR_CHECK_OK, "(1 in all)"},
    {"etc/apparmor.d/local/pagewright", "priority=-5 deny /a r,\n  deny\t/d r,\n",
     AMR_CHECK_ID_QUIET, AMR_CHECK_OK, "(2 in all)"},
    {"etc/apparmor.d/local/pagewright", "", AMR_CHECK_ID_QUIET, AMR_CHECK_OK, "No rule"},
    {"etc/audit/audit.rules", "-a always,exclude -F msgtype=AVC\n", AMR_CHECK_ID_EXCLUDE,
     AMR_CHECK_TROUBLE, "etc/audit/audit.rules: -a always,exclude"},
    {"etc/audit/audit.rules", "-a exclude,never -F msgtype>=1300 -F msgtype<=1499\n",
     AMR_CHECK_ID_EXCLUDE, AMR_CHECK_TROUBLE, "excludes"},
    {"etc/audit/audit.rules", "-a exclude,never -F msgtype!=SYSCALL\n", AMR_CHECK_ID_EXCLUDE,
     AMR_CHECK_TROUBLE, "excludes"},
    {"etc/audit/audit.rules", "-a always,exclude -F uid=1000\n", AMR_CHECK_ID_EXCLUDE,
     AMR_CHECK_WARNING, "excludes some"},
    {"etc/audit/audit.rules", "-a always,exclude -F msgtype=CWD\n-a always,exit -S open\n",
     AMR_CHECK_ID_EXCLUDE, AMR_CHECK_OK, "No audit rule"},
    {"etc/audit/audit.rules", "-a always,exclude -F msgtype=AVC\n-D\n", AMR_CHECK_ID_EXCLUDE,
     AMR_CHECK_OK, "No audit rule"},
    {"etc/audit/audit.rules", "-a always,exclude -F msgtype>1400\n", AMR_CHECK_ID_EXCLUDE,
     AMR_CHECK_OK, "No audit rule"},
    /* it is about system calls: denials are logged all the same */
    {"etc/audit/audit.rules", "-e 0\n", AMR_CHECK_ID_EXCLUDE, AMR_CHECK_OK, "No audit rule"},
    {"etc/audit/audit.rules", "-r 10\n", AMR_CHECK_ID_EXCLUDE, AMR_CHECK_WARNING, "10 records"},
    {"proc/40/comm", "init\n", AMR_CHECK_ID_PRINTK, AMR_CHECK_OK, "from elsewhere"},
    {"proc/sys/kernel/printk_ratelimit", "0\n", AMR_CHECK_ID_PRINTK, AMR_CHECK_OK, "all records"},
    {"var/log/audit/audit.log", NULL, AMR_CHECK_ID_LOGS, AMR_CHECK_UNKNOWN, NULL},
    {"var/log/audit/audit.log", "audit: kauditd_printk_skb: 7 callbacks suppressed\n",
     AMR_CHECK_ID_LOST, AMR_CHECK_WARNING, "7 in the kernel's own log"},
    {"sys/kernel/security/apparmor/profiles", "other (enforce)\n", AMR_CHECK_ID_NOT_LOADED,
     AMR_CHECK_WARNING, "pagewright (pagewright)"},
    {"etc/apparmor.d/disable/pagewright", "-> ../pagewright", AMR_CHECK_ID_DISABLED, AMR_CHECK_OK,
     "never loaded: pagewright"},
    {"etc/apparmor.d/disable/gone", "-> ../gone", AMR_CHECK_ID_DISABLED, AMR_CHECK_WARNING,
     "disable/gone"},
    {"etc/apparmor.d/force-complain/pagewright", "-> ../pagewright", AMR_CHECK_ID_DISABLED,
     AMR_CHECK_OK, "Forced to complain"},
    {"etc/apparmor.d/local/orphan", "/etc/x r,\n", AMR_CHECK_ID_LOCAL, AMR_CHECK_WARNING,
     "local/orphan"},
    {"etc/apparmor.d/local/orphan.dpkg-old", "/etc/x r,\n", AMR_CHECK_ID_LOCAL, AMR_CHECK_OK,
     "Every file"},
    {"etc/apparmor.d/local/\x1b[2J\n", "/etc/x r,\n", AMR_CHECK_ID_LOCAL, AMR_CHECK_WARNING,
     "local/\\e[2J\\n"},
    {"etc/apparmor.d/bad", bad_profile, AMR_CHECK_ID_COMPILE, AMR_CHECK_TROUBLE, "bad line 3"},
    {"etc/apparmor.d/local/pagewright", "/etc/x r\n", AMR_CHECK_ID_COMPILE, AMR_CHECK_TROUBLE,
     "pagewright"},
};

static void
change(const System *system, const char *name, const char *text)
{
    if (text && g_str_has_prefix(text, "-> ")) {
        make_link(system->root, name, text + 3);
    } else if (text) {
        test_write(system->root, name, text);
    } else {
        g_autofree char *path = g_build_filename(system->root, name, NULL);
        assert_int_equal(unlink(path), 0);
    }
}

static void
test_checks(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        System system;
        const AmrCheck *check;

        make_root(&system);
        change(&system, rows[i].name, rows[i].text);
        open_system(&system);
        examine(&system);
        check = amr_doctor_check(system.doctor, rows[i].id);
        if (!rows[i].words && check)
            fail_msg("%s: %s is told", rows[i].name, amr_check_word(rows[i].id));
        if (rows[i].words && !check)
            fail_msg("%s (%s): no check %s", rows[i].name, rows[i].text,
                     amr_check_word(rows[i].id));
        if (check && (check->state != rows[i].state || !says(check, rows[i].words)))
            fail_msg("%s (%s): %s %s: %s; %s", rows[i].name, rows[i].text,
                     amr_check_word(check->id), amr_check_state_word(check->state), check->sentence,
                     check->remedy);
        close_system(&system);
    }
}

static void
test_healthy(void **state)
{
    System system;
    const GPtrArray *checks;

    make_root(&system);
    open_system(&system);
    examine(&system);
    checks = amr_doctor_checks(system.doctor);
    assert_int_equal(checks->len, AMR_CHECK_COUNT - 1);
    for (guint i = 0; i < checks->len; i++) {
        const AmrCheck *check = checks->pdata[i];
        assert_int_equal(check->id, i + 1);
        if (check->state != AMR_CHECK_OK)
            fail_msg("%s: %s", amr_check_word(check->id), check->sentence);
    }
    assert_int_equal(amr_doctor_worst(system.doctor), AMR_CHECK_OK);
    assert_int_equal(amr_doctor_reason(system.doctor)->id, AMR_CHECK_ID_POLICY);
    close_system(&system);
}

/* ---- what the kernel's audit says ------------------------------------------------------------ */

static void
send_message(int fd, guint type, guint seq, const void *bytes, gsize size)
{
    struct nlmsghdr header = {.nlmsg_len = (guint32)(sizeof header + size),
                              .nlmsg_type = (guint16)type,
                              .nlmsg_seq = seq};
    g_autoptr(GByteArray) message = g_byte_array_new();

    g_byte_array_append(message, (const guint8 *)&header, sizeof header);
    if (size > 0)
        g_byte_array_append(message, bytes, (guint)size);
    assert_int_equal(send(fd, message->data, message->len, 0), message->len);
}

typedef struct {
    guint32 field, operator, value;
} Condition;

typedef struct {
    struct audit_status status;
    guint32 list;            /* of the one rule; 0: there is none */
    Condition conditions[3]; /* up to one without an operator */
    const char *text;        /* the buffer of the rule */
    const char *disk;        /* audit.rules; NULL: as in a healthy system */
    const char *cmdline;     /* what the kernel was started with; NULL: nothing of audit */
    AmrCheckId id;
    AmrCheckState state;
    const char *words;
} Audit;

static void
send_rule(int fd, const Audit *audit)
{
    const gsize fixed = offsetof(struct audit_rule_data, buf);
    const gsize len = audit->text ? strlen(audit->text) : 0;
    struct audit_rule_data *rule = g_malloc0(fixed + len + 1);

    rule->flags = audit->list;
    rule->action = AUDIT_ALWAYS;
    rule->buflen = (guint32)len;
    for (guint i = 0; i < G_N_ELEMENTS(audit->conditions) && audit->conditions[i].operator; i++) {
        rule->fields[i] = audit->conditions[i].field;
        rule->fieldflags[i] = audit->conditions[i].operator;
        rule->values[i] = audit->conditions[i].value;
        rule->field_count++;
    }
    if (len > 0)
        memcpy((char *)rule + fixed, audit->text, len);
    send_message(fd, AUDIT_LIST_RULES, AUDIT_LIST_RULES, rule, fixed + len);
    g_free(rule);
}

/* The two ends of a socket; all answers wait in it before anything is asked. */
static void
answer(const Audit *audit, int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends),
                     0);
    send_message(ends[1], 1300, 0, "audit(1:2): of the group of readers", 35);
    send_message(ends[1], AUDIT_GET, AUDIT_GET, &audit->status, sizeof audit->status);
    if (audit->list)
        send_rule(ends[1], audit);
    send_message(ends[1], NLMSG_DONE, AUDIT_LIST_RULES, NULL, 0);
}

#define EXCLUDE(...)                                                             \
    .status = {.enabled = 1, .backlog_limit = 64}, .list = AUDIT_FILTER_EXCLUDE, \
    .conditions = {__VA_ARGS__}, .id = AMR_CHECK_ID_EXCLUDE

static const Audit audits[] = {
    {.status = {.enabled = 1, .backlog_limit = 64, .backlog = 3},
     .id = AMR_CHECK_ID_AUDIT,
     .state = AMR_CHECK_OK,
     .words = "is on; 3 of 64 records wait"},
    {.id = AMR_CHECK_ID_AUDIT, .state = AMR_CHECK_OK, .words = "logged all the same"},
    {.status = {.enabled = 2, .failure = 2},
     .id = AMR_CHECK_ID_AUDIT,
     .state = AMR_CHECK_OK,
     .words = "(-f 2)"},
    {.status = {.enabled = 1},
     .id = AMR_CHECK_ID_EXCLUDE,
     .state = AMR_CHECK_OK,
     .words = "No audit rule in force"},
    {EXCLUDE({AUDIT_MSGTYPE, AUDIT_EQUAL, 1400}), .state = AMR_CHECK_TROUBLE,
     .words = "in force: -a always,exclude -F msgtype=1400"},
    {EXCLUDE({AUDIT_MSGTYPE, AUDIT_GREATER_THAN_OR_EQUAL, 1300},
             {AUDIT_MSGTYPE, AUDIT_LESS_THAN_OR_EQUAL, 1400}),
     .state = AMR_CHECK_TROUBLE, .words = "-F msgtype>=1300 -F msgtype<=1400"},
    {EXCLUDE({AUDIT_MSGTYPE, AUDIT_LESS_THAN, 1400}), .state = AMR_CHECK_OK, .words = "No audit"},
    {EXCLUDE({AUDIT_MSGTYPE, AUDIT_NOT_EQUAL, 1400}), .state = AMR_CHECK_OK, .words = "No audit"},
    {EXCLUDE({AUDIT_UID, AUDIT_EQUAL, 33}, {AUDIT_MSGTYPE, AUDIT_EQUAL, 1400}),
     .state = AMR_CHECK_WARNING, .words = "excludes some of"},
    {EXCLUDE({AUDIT_EXE, AUDIT_EQUAL, 9}), .text = "/bin/\x1b[2Jand more",
     .state = AMR_CHECK_WARNING, .words = "-F exe=/bin/\\e[2J"},
    {EXCLUDE({AUDIT_EXE, AUDIT_EQUAL, 4000000000}), .text = "/bin/x", .state = AMR_CHECK_WARNING,
     .words = "-F exe=/bin/x"},
    {EXCLUDE({777, 0x7, 5}), .state = AMR_CHECK_WARNING, .words = "-F field777?5"},
    {EXCLUDE({0, 0, 0}), .state = AMR_CHECK_OK, .words = "No audit"}, /* it holds for nothing */
    {.list = AUDIT_FILTER_EXIT,
     .conditions = {{AUDIT_MSGTYPE, AUDIT_EQUAL, 1400}},
     .id = AMR_CHECK_ID_EXCLUDE,
     .state = AMR_CHECK_OK,
     .words = "No audit"},
    {.disk = "-a always,exclude -F msgtype=AVC\n",
     .id = AMR_CHECK_ID_EXCLUDE,
     .state = AMR_CHECK_WARNING,
     .words = "from the next start on"},
    {.status = {.enabled = 1, .rate_limit = 7},
     .id = AMR_CHECK_ID_EXCLUDE,
     .state = AMR_CHECK_WARNING,
     .words = "let 7 records a second pass"},
    {.status = {.enabled = 1, .pid = 40, .lost = 12},
     .id = AMR_CHECK_ID_LOST,
     .state = AMR_CHECK_WARNING,
     .words = "counts 12 audit records lost"},
    {.status = {.enabled = 1, .lost = 12},
     .id = AMR_CHECK_ID_LOST,
     .state = AMR_CHECK_WARNING,
     .words = "counts 12 audit records lost"},
    {.status = {.enabled = 1, .lost = 12},
     .cmdline = "quiet audit=1\n", /* kept for a daemon that never came; others were given them */
     .id = AMR_CHECK_ID_LOST,
     .state = AMR_CHECK_OK,
     .words = "no record"},
};

static void
test_audit(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(audits); i++) {
        const AmrCheck *check;
        System system;
        int ends[2];

        make_root(&system);
        if (audits[i].disk)
            change(&system, "etc/audit/audit.rules", audits[i].disk);
        if (audits[i].cmdline)
            change(&system, "proc/cmdline", audits[i].cmdline);
        open_system(&system);
        answer(&audits[i], ends);
        system.audit = ends[0];
        examine(&system);
        check = amr_doctor_check(system.doctor, audits[i].id);
        assert_non_null(check);
        if (check->state != audits[i].state || !says(check, audits[i].words))
            fail_msg("row %u: %s: %s", (guint)i, amr_check_state_word(check->state),
                     check->sentence);
        (void)close(ends[1]);
        close_system(&system);
    }
}

/* One that may not ask, answers that are none: what stands on disk is told. */
static void
test_audit_refused(void **state)
{
    static const struct nlmsghdr torn = {.nlmsg_len = 900, .nlmsg_seq = AUDIT_GET};
    const int refused = -EPERM;

    for (guint i = 0; i < 4; i++) {
        System system;
        int ends[2];

        make_root(&system);
        open_system(&system);
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
        if (i == 0)
            send_message(ends[1], NLMSG_ERROR, AUDIT_GET, &refused, sizeof refused);
        else if (i == 1)
            send_message(ends[1], AUDIT_GET, AUDIT_GET, "x", 1);
        else if (i == 2)
            assert_int_equal(send(ends[1], &torn, sizeof torn, 0), sizeof torn);
        else
            (void)shutdown(ends[1], SHUT_WR);
        system.audit = ends[0];
        examine(&system);
        assert_true(says(amr_doctor_check(system.doctor, AMR_CHECK_ID_AUDIT), "command line"));
        assert_true(says(amr_doctor_check(system.doctor, AMR_CHECK_ID_EXCLUDE), "on disk"));
        (void)close(ends[1]);
        close_system(&system);
    }
}

static void
test_off(void **state)
{
    static const struct {
        const char *enabled, *cmdline, *words;
    } offs[] = {{"N\n", "ro apparmor=0", "Take apparmor=0 off"},
                {"N\n", "ro security=selinux", "security=apparmor"},
                {NULL, "ro", "has no AppArmor"}};

    for (gsize i = 0; i < G_N_ELEMENTS(offs); i++) {
        System system;
        const AmrCheck *check;

        make_root(&system);
        change(&system, "sys/kernel/security/apparmor/profiles", NULL);
        change(&system, "sys/module/apparmor/parameters/enabled", offs[i].enabled);
        change(&system, "proc/cmdline", offs[i].cmdline);
        change(&system, "sys/kernel/security/lsm", "capability");
        open_system(&system);
        examine(&system);
        check = amr_doctor_reason(system.doctor);
        assert_int_equal(check->id, AMR_CHECK_ID_KERNEL);
        assert_int_equal(check->state, AMR_CHECK_TROUBLE);
        assert_true(says(check, offs[i].words));
        assert_null(amr_doctor_check(system.doctor, AMR_CHECK_ID_SECURITYFS));
        close_system(&system);
    }
}

static void
test_not_mounted(void **state)
{
    System system;
    const AmrCheck *check;

    make_root(&system);
    change(&system, "sys/kernel/security/apparmor/profiles", NULL);
    open_system(&system);
    examine(&system);
    check = amr_doctor_check(system.doctor, AMR_CHECK_ID_SECURITYFS);
    assert_int_equal(check->state, AMR_CHECK_TROUBLE);
    assert_true(says(check, "mount -t securityfs"));
    close_system(&system);
}

/* Without auditd and its log, what the kernel's log drops is gone. */
static void
test_limited(void **state)
{
    System system;

    make_root(&system);
    change(&system, "var/log/audit/audit.log", NULL);
    change(&system, "proc/40/comm", "init\n");
    test_write(system.root, "var/log/kern.log", "");
    open_system(&system);
    examine(&system);
    assert_int_equal(amr_doctor_check(system.doctor, AMR_CHECK_ID_PRINTK)->state,
                     AMR_CHECK_WARNING);
    close_system(&system);
}

/* What did not change is not compiled again; what changed in an included file is. */
static void
test_compiled_once(void **state)
{
    System system;

    make_root(&system);
    test_write(system.root, "etc/apparmor.d/second", "profile second { /etc/x r, }\n");
    open_system(&system);
    examine(&system);
    assert_int_equal(system.compiled, 2);
    examine(&system);
    assert_int_equal(system.compiled, 2);
    test_write(system.root, "etc/apparmor.d/local/pagewright", "/srv/pages/** rw,\n");
    load(&system);
    examine(&system);
    assert_int_equal(system.compiled, 3);
    assert_int_equal(amr_doctor_check(system.doctor, AMR_CHECK_ID_COMPILE)->state, AMR_CHECK_OK);
    close_system(&system);
}

/* What the compiler would wait for is named instead, and asked again: it may be gone by then. */
static void
test_waits(void **state)
{
    System system;
    const AmrCheck *check;

    make_root(&system);
    test_write(system.root, "etc/apparmor.d/second", "include if exists <tunables/pipe>\n");
    g_autofree char *tunables = g_build_filename(system.root, "etc/apparmor.d/tunables", NULL);
    g_autofree char *pipe = g_build_filename(tunables, "pipe", NULL);
    assert_int_equal(g_mkdir_with_parents(tunables, 0755), 0);
    assert_int_equal(mkfifo(pipe, 0644), 0);
    open_system(&system);
    amr_compiler_set_limits(system.compiler, 10, 1u << 30);
    gint64 begun = g_get_monotonic_time();
    examine(&system);
    assert_true(g_get_monotonic_time() - begun < 8 * G_USEC_PER_SEC);
    check = amr_doctor_check(system.doctor, AMR_CHECK_ID_COMPILE);
    assert_int_equal(check->state, AMR_CHECK_TROUBLE);
    assert_int_equal(check->details->len, 1);
    assert_non_null(strstr(check->details->pdata[0], "second: tunables/pipe is a FIFO"));
    assert_int_equal(unlink(pipe), 0);
    load(&system);
    examine(&system);
    assert_int_equal(amr_doctor_check(system.doctor, AMR_CHECK_ID_COMPILE)->state, AMR_CHECK_OK);
    close_system(&system);
}

static void
cancel_it(guint done, guint of, gpointer data)
{
    g_cancellable_cancel(data);
}

static void
test_cancel(void **state)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GError) error = NULL;
    GAsyncResult *result = NULL;
    System system;

    make_root(&system);
    open_system(&system);
    examine(&system);
    test_write(system.root, "etc/apparmor.d/pagewright", "profile pagewright { /etc/x r, }\n");
    load(&system);
    AmrDoctorContext context = {.target = system.target,
                                .opener = system.opener,
                                .index = system.index};
    amr_doctor_examine_async(system.doctor, &context, NULL, test_result, &result);
    test_wait_result(&result);
    assert_true(amr_doctor_examine_finish(system.doctor, result, &error));
    g_clear_object(&result);
    amr_doctor_compile_async(system.doctor, cancellable, cancel_it, cancellable, test_result,
                             &result);
    test_wait_result(&result);
    assert_false(amr_doctor_compile_finish(system.doctor, result, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    assert_null(amr_doctor_check(system.doctor, AMR_CHECK_ID_COMPILE));
    g_object_unref(result);
    close_system(&system);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_healthy),       cmocka_unit_test(test_checks),
        cmocka_unit_test(test_off),           cmocka_unit_test(test_not_mounted),
        cmocka_unit_test(test_limited),       cmocka_unit_test(test_compiled_once),
        cmocka_unit_test(test_cancel),        cmocka_unit_test(test_audit),
        cmocka_unit_test(test_audit_refused), cmocka_unit_test(test_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
