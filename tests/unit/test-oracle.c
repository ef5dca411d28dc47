/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading compiled policy, what answers say besides yes and no, and records as questions. */
#include "tests/unit/oracling.h"

#include <linux/capability.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

/* ---- headers ----------------------------------------------------------------------------- */

static void
test_headers(void **state)
{
    static const char *const names[] = {"classes-3.0.8-3.0.bin", "classes-4.1.0-4.0.bin",
                                        "classes-5.0.2-5.0.bin"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(AmrOracle) oracle = oracle_sample(names[i]);
        assert_int_equal(amr_oracle_count(oracle), 9);
        const AmrOracleProfile *plain = amr_oracle_find(oracle, "plain");
        const AmrOracleProfile *hat = amr_oracle_find(oracle, "plain//hat");
        const AmrOracleProfile *kid = amr_oracle_find(oracle, "plain//kid");
        const AmrOracleProfile *attached = amr_oracle_find(oracle, "attached");
        const AmrOracleProfile *named = amr_oracle_find(oracle, "/usr/bin/by-name");
        assert_null(amr_oracle_find(oracle, "nobody"));
        assert_int_equal(plain->mode, AMR_ORACLE_MODE_ENFORCE);
        assert_string_equal(plain->ns, "");
        assert_int_equal(plain->caps_allow, 0x1001);
        assert_int_equal(plain->caps_audit, 0x1);
        assert_int_equal(plain->caps_quiet, 1 << 21);
        assert_int_equal(plain->limits_set, 1 << 7);
        assert_int_equal(plain->limits[7], 100);
        assert_int_equal(plain->permissions_table, i > 0);
        assert_null(plain->unknown);
        assert_true(hat->hat);
        assert_false(kid->hat);
        assert_int_equal(amr_oracle_find(oracle, "complains")->mode, AMR_ORACLE_MODE_COMPLAIN);
        assert_int_equal(amr_oracle_find(oracle, "free")->mode, AMR_ORACLE_MODE_UNCONFINED);
        assert_true(amr_oracle_find(oracle, "audited")->audit_all);
        assert_int_equal(attached->path_flags & 0x4, 0x4);
        assert_true(attached->has_attachment);
        assert_int_equal(attached->attach_length, 12);
        assert_true(amr_oracle_attaches(attached, AMR_BYTES("/opt/a/bin/x")));
        assert_false(amr_oracle_attaches(attached, AMR_BYTES("/opt/c/bin/x")));
        assert_true(amr_oracle_attaches(named, AMR_BYTES("/usr/bin/by-name")));
        assert_false(amr_oracle_attaches(named, AMR_BYTES("/usr/bin/by-name2")));
        assert_false(amr_oracle_attaches(plain, AMR_BYTES("/usr/bin/plain")));
    }
}

static void
test_namespaces(void **state)
{
    g_autoptr(AmrOracle) family = oracle_compile("profile a { profile /bin/b { /x r, } }");
    assert_true(amr_oracle_attaches(amr_oracle_find(family, "a///bin/b"), AMR_BYTES("/bin/b")));
    g_autoptr(AmrOracle) oracle = oracle_compile("profile :ns:a { /x r, }\nprofile a { /y r, }\n");
    assert_int_equal(amr_oracle_count(oracle), 2);
    assert_string_equal(amr_oracle_find(oracle, ":ns:a")->ns, "ns");
    assert_string_equal(amr_oracle_find(oracle, ":ns:a")->name, "a");
    assert_int_equal(oracle_ask(oracle, ":ns:a", Q_FILE("r", "/x")).verdict, AMR_ORACLE_ALLOWED);
    assert_int_equal(oracle_ask(oracle, "a", Q_FILE("r", "/x")).verdict, AMR_ORACLE_DENIED);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
    g_autoptr(AmrOracle) empty = amr_oracle_new(nothing, &error);
    assert_no_error(error);
    assert_int_equal(amr_oracle_count(empty), 0);
}

/* A child is in its parent's namespace, though the stream does not say so. */
static void
test_namespaced_children(void **state)
{
    static const char text[] = "profile :web:a /opt/a { /x r, profile c { /x r, } ^h { /x r, } }\n"
                               "profile a { /y r, profile c { /y r, } }\n"
                               "profile :far:a { /z r, profile c { /z r, } }\n"
                               "profile b { /b r, }\n";
    static const struct {
        const char *name, *ns, *path;
    } rows[] = {{":web:a", "web", "/x"},    {":web:a//c", "web", "/x"},
                {":web:a//h", "web", "/x"}, {"a", "", "/y"},
                {"a//c", "", "/y"},         {":far:a", "far", "/z"},
                {":far:a//c", "far", "/z"}, {"b", "", "/b"}};
    guint parts = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = oracle_compile_bytes(text, "/etc/apparmor.d/abi/3.0");
    g_autoptr(AmrOracle) oracle = amr_oracle_new(bytes, &error);
    g_autoptr(GPtrArray) writes = amr_oracle_writes(bytes, &error);
    g_autoptr(GByteArray) all = g_byte_array_new();
    assert_no_error(error);
    assert_int_equal(amr_oracle_count(oracle), G_N_ELEMENTS(rows));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *path = rows[i].path;
        AmrOracleQuestion question = Q_FILE("r", "");
        question.file.path = amr_bytes(path);
        assert_string_equal(amr_oracle_find(oracle, rows[i].name)->ns, rows[i].ns);
        assert_int_equal(oracle_ask(oracle, rows[i].name, question).verdict, AMR_ORACLE_ALLOWED);
    }
    /* Each write is a stream of one namespace; together they are all. */
    assert_int_equal(writes->len, 3);
    for (guint i = 0; i < writes->len; i++) {
        gsize size;
        const guint8 *data = g_bytes_get_data(writes->pdata[i], &size);
        g_autoptr(AmrOracle) part = amr_oracle_new(writes->pdata[i], &error);
        assert_no_error(error);
        g_byte_array_append(all, data, (guint)size);
        parts += amr_oracle_count(part);
        for (guint j = 0; j < amr_oracle_count(part); j++)
            assert_string_equal(amr_oracle_profile(part, j)->ns, amr_oracle_profile(part, 0)->ns);
    }
    assert_int_equal(parts, G_N_ELEMENTS(rows));
    g_autoptr(GBytes) joined = g_byte_array_free_to_bytes(g_steal_pointer(&all));
    assert_true(g_bytes_equal(joined, bytes));
}

static void
test_xattrs(void **state)
{
    static const char *const names[] = {"newer-4.1.0-4.0.bin", "newer-5.0.2-5.0.bin"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(AmrOracle) oracle = oracle_sample(names[i]);
        const AmrOracleProfile *profile = amr_oracle_find(oracle, "tagged");
        assert_non_null(profile->xattrs);
        assert_int_equal(g_strv_length((char **)profile->xattrs), 2);
        assert_string_equal(profile->xattrs[0], "security.two");
        assert_true(amr_oracle_attaches(profile, AMR_BYTES("/bin/a")));
        assert_false(amr_oracle_attaches(profile, AMR_BYTES("/sbin/a")));
    }
}

/* ---- more than yes and no ---------------------------------------------------------------- */

static void
test_transitions(void **state)
{
    static const char *const samples[] = {"classes-3.0.8-3.0.bin", "classes-4.1.0-4.0.bin",
                                          "classes-5.0.2-5.0.bin"};
    static const struct {
        const char *path;
        AmrExecMode want;
        const char *target;
    } rows[] = {
        {"/bin/inherit", AMR_EXEC_IX, NULL},    {"/bin/profile", AMR_EXEC_PX, NULL},
        {"/bin/scrub", AMR_EXEC_PX_SAFE, NULL}, {"/bin/child", AMR_EXEC_PX, "plain//kid"},
        {"/bin/free", AMR_EXEC_UX, NULL},       {"/bin/either", AMR_EXEC_PIX_SAFE, NULL},
        {"/bin/named", AMR_EXEC_PX, "other"},   {"/bin/any", AMR_EXEC_PUX_SAFE, NULL},
        {"/bin/never", AMR_EXEC_NONE, NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autoptr(AmrOracle) oracle = oracle_sample(samples[i]);
        for (guint j = 0; j < G_N_ELEMENTS(rows); j++) {
            AmrOracleQuestion question = {.klass = AMR_CLASS_FILE, .rights = AMR_PERM_EXEC};
            question.file.path = amr_bytes(rows[j].path);
            AmrOracleAnswer answer = oracle_ask(oracle, "plain", question);
            if (answer.exec != rows[j].want || g_strcmp0(answer.target, rows[j].target) != 0)
                fail_msg("%s: %s: %s -> %s", samples[i], rows[j].path,
                         amr_exec_mode_word(answer.exec), answer.target);
        }
        /* By owner: another may not, so there is no transition. */
        AmrOracleAnswer own = oracle_ask(oracle, "plain", Q_OWN("x", "/bin/mine"));
        AmrOracleAnswer other = oracle_ask(oracle, "plain", Q_FILE("x", "/bin/mine"));
        assert_int_equal(own.exec, AMR_EXEC_IX);
        assert_int_equal(other.exec, AMR_EXEC_NONE);
    }
}

static void
test_answers(void **state)
{
    g_autoptr(AmrOracle) oracle = oracle_sample("classes-3.0.8-3.0.bin");
    AmrOracleAnswer audited = oracle_ask(oracle, "plain", Q_FILE("r", "/srv/x"));
    assert_int_equal(audited.audited, AMR_PERM_READ);
    assert_true(audited.happens);

    AmrOracleAnswer partly = oracle_ask(oracle, "plain", Q_FILE("rwk", "/etc/a.conf"));
    assert_int_equal(partly.allowed, AMR_PERM_READ | AMR_PERM_LOCK);
    assert_int_equal(partly.missing, AMR_PERM_WRITE);
    assert_int_equal(partly.refused, 0);
    assert_false(partly.happens);

    AmrOracleAnswer refused = oracle_ask(oracle, "plain", Q_OWN("rw", "/home/u/secret"));
    assert_int_equal(refused.refused, AMR_PERM_WRITE);
    assert_int_equal(refused.allowed, AMR_PERM_READ);

    AmrOracleAnswer complain = oracle_ask(oracle, "complains", Q_FILE("w", "/c"));
    assert_int_equal(complain.verdict, AMR_ORACLE_DENIED);
    assert_int_equal(complain.mode, AMR_ORACLE_MODE_COMPLAIN);
    assert_true(complain.happens);

    AmrOracleAnswer all = oracle_ask(oracle, "audited", Q_FILE("r", "/a"));
    assert_int_equal(all.audited, AMR_PERM_READ);

    AmrOracleAnswer free_one = oracle_ask(oracle, "free", Q_FILE("w", "/c"));
    assert_true(free_one.happens);

    /* For some peer, not for any. */
    AmrOracleAnswer depends =
        oracle_ask(oracle, "plain", Q(SIGNAL, AMR_MAY_SEND, .signal = {.number = 15}));
    assert_int_equal(depends.verdict, AMR_ORACLE_DENIED);
    assert_true(depends.depends);
}

/* As kernels 6.1 to 7.2 were seen to do it (tests/vm/attempt.c, passage.c). */
static void
test_complain(void **state)
{
    static const struct {
        const char *profile, *rights, *path;
        AmrOracleVerdict verdict;
        gboolean happens;
    } rows[] = {
        {"soft", "r", "/allowed", AMR_ORACLE_ALLOWED, TRUE},
        {"soft", "r", "/unknown", AMR_ORACLE_DENIED, TRUE},
        {"soft", "r", "/denied", AMR_ORACLE_REFUSED, FALSE},
        {"soft", "rw", "/denied", AMR_ORACLE_REFUSED, FALSE},
        {"soft", "r", "/loud", AMR_ORACLE_DENIED, TRUE},
        {"soft", "x", "/denied", AMR_ORACLE_REFUSED, TRUE}, /* in a profile that is made up */
        {"loud", "r", "/denied", AMR_ORACLE_REFUSED, TRUE},
        {"hard", "r", "/denied", AMR_ORACLE_REFUSED, FALSE},
        {"hard", "r", "/unknown", AMR_ORACLE_DENIED, FALSE},
    };
    static const char rules[] = "{ /allowed r, deny /denied rx, audit deny /loud r, "
                                "deny capability chown, deny signal set=term, }\n";
    g_autofree char *text =
        g_strdup_printf("profile soft flags=(complain) %sprofile loud flags=(complain, audit) %s"
                        "profile hard %s",
                        rules, rules, rules);
    g_autoptr(AmrOracle) oracle = oracle_compile(text);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        AmrOracleAnswer answer;
        amr_oracle_ask_path(amr_oracle_find(oracle, rows[i].profile),
                            oracle_letters(rows[i].rights), TRUE, rows[i].path,
                            strlen(rows[i].path), &answer);
        if (answer.verdict != rows[i].verdict || answer.happens != rows[i].happens)
            fail_msg("%s %s %s: %s, happens %d", rows[i].profile, rows[i].path, rows[i].rights,
                     amr_oracle_verdict_word(answer.verdict), answer.happens);
    }
    assert_false(
        oracle_ask(oracle, "soft", Q(CAPABILITY, AMR_MAY_CHANGE, .capability = {0})).happens);
    assert_true(
        oracle_ask(oracle, "soft", Q(CAPABILITY, AMR_MAY_CHANGE, .capability = {1})).happens);
    assert_false(
        oracle_ask(oracle, "soft",
                   Q(SIGNAL, AMR_MAY_SEND, .signal = {.number = 15, .peer = AMR_BYTES("x")}))
            .happens);
}

/* Numbers as the system has them. */
static void
test_words(void **state)
{
    static const struct {
        const char *word;
        int number;
    } families[] = {{"unix", AF_UNIX},
                    {"inet", AF_INET},
                    {"inet6", AF_INET6},
                    {"netlink", AF_NETLINK},
                    {"packet", AF_PACKET},
                    {"can", AF_CAN},
                    {"bluetooth", AF_BLUETOOTH},
                    {"alg", AF_ALG},
                    {"vsock", AF_VSOCK},
                    {"xdp", AF_XDP},
                    {"key", AF_KEY},
                    {"tipc", AF_TIPC}},
      types[] = {{"stream", SOCK_STREAM}, {"dgram", SOCK_DGRAM},         {"raw", SOCK_RAW},
                 {"rdm", SOCK_RDM},       {"seqpacket", SOCK_SEQPACKET}, {"packet", SOCK_PACKET}},
      capabilities[] = {{"chown", CAP_CHOWN},
                        {"net_admin", CAP_NET_ADMIN},
                        {"CAP_SYS_ADMIN", CAP_SYS_ADMIN},
                        {"syslog", CAP_SYSLOG},
                        {"checkpoint_restore", CAP_CHECKPOINT_RESTORE}},
      limits[] = {{"cpu", RLIMIT_CPU},     {"nofile", RLIMIT_NOFILE},
                  {"nproc", RLIMIT_NPROC}, {"memlock", RLIMIT_MEMLOCK},
                  {"as", RLIMIT_AS},       {"rttime", RLIMIT_RTTIME}};
    guint32 flags;
    for (guint i = 0; i < G_N_ELEMENTS(families); i++)
        assert_int_equal(amr_oracle_family(amr_bytes(families[i].word)), families[i].number);
    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        assert_int_equal(amr_oracle_socket_type(amr_bytes(types[i].word)), types[i].number);
    for (guint i = 0; i < G_N_ELEMENTS(capabilities); i++)
        assert_int_equal(amr_oracle_capability(amr_bytes(capabilities[i].word)),
                         capabilities[i].number);
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++)
        assert_int_equal(amr_oracle_limit(amr_bytes(limits[i].word)), limits[i].number);
    assert_true(amr_oracle_mount_flags(AMR_BYTES("ro, nosuid,noatime rbind"), &flags));
    assert_int_equal(flags, MS_RDONLY | MS_NOSUID | MS_NOATIME | MS_BIND | MS_REC);
    g_autofree char *words = amr_oracle_mount_flags_words(flags);
    assert_string_equal(words, "ro, nosuid, noatime, rbind");
    assert_true(amr_oracle_mount_flags(AMR_BYTES("lazytime,strictatime,make-rslave"), &flags));
    assert_int_equal(flags, MS_LAZYTIME | MS_STRICTATIME | MS_SLAVE | MS_REC);
    assert_false(amr_oracle_mount_flags(AMR_BYTES("ro, odd"), &flags));
    assert_int_equal(amr_oracle_signal(AMR_BYTES("rtmin+32")), 160);
    assert_int_equal(amr_oracle_signal(AMR_BYTES("rtmin+33")), -1);
    assert_int_equal(amr_oracle_signal(AMR_BYTES("exists")), 35);
    assert_int_equal(amr_oracle_family(AMR_BYTES("nosuch")), -1);
    assert_int_equal(amr_oracle_family(AMR_BYTES("17")), 17);
}

/* ---- records ----------------------------------------------------------------------------- */

static const struct {
    const char *line, *want; /* rights and text, or the reason of refusal */
} records[] = {
    {"apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/a\" requested_mask=\"wc\" "
     "denied_mask=\"wc\" fsuid=1 ouid=1",
     "file wc /a (owner)"},
    {"apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/a\" requested_mask=\"rw\" "
     "denied_mask=\"w\" fsuid=1 ouid=0",
     "file w /a"},
    {"apparmor=\"DENIED\" operation=\"link\" profile=\"p\" name=\"/a\" requested_mask=\"l\" "
     "denied_mask=\"l\" fsuid=0 ouid=1 target=\"/b\"",
     "file l /a -> /b"},
    {"apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"a\" requested_mask=\"r\" "
     "denied_mask=\"r\"",
     "The file has no path from the root."},
    {"apparmor=\"DENIED\" operation=\"open\" info=\"Failed name lookup - disconnected path\" "
     "profile=\"p\" name=\"a\" requested_mask=\"r\" denied_mask=\"r\"",
     "The kernel could not find the file's name."},
    {"apparmor=\"DENIED\" operation=\"capable\" profile=\"p\" capability=18  "
     "capname=\"sys_chroot\"",
     "capability use sys_chroot"},
    {"apparmor=\"DENIED\" operation=\"create\" profile=\"p\" family=\"inet\" sock_type=\"stream\" "
     "protocol=6 requested_mask=\"create\" denied_mask=\"create\"",
     "network create inet stream"},
    {"apparmor=\"DENIED\" operation=\"connect\" profile=\"p\" faddr=127.0.0.1 fport=80 "
     "family=\"inet\" sock_type=\"stream\" protocol=6 requested=\"connect\" denied=\"connect\"",
     "network connect inet stream peer=127.0.0.1 port 80"},
    {"apparmor=\"DENIED\" operation=\"sendmsg\" profile=\"p\" laddr=::1 lport=7 family=\"inet6\" "
     "sock_type=\"dgram\" protocol=17",
     "network send inet6 dgram ip=::1 port 7"},
    {"apparmor=\"DENIED\" operation=\"create\" profile=\"p\" family=\"unix\" sock_type=\"stream\" "
     "protocol=0 requested_mask=\"create\" denied_mask=\"create\"",
     "network create unix stream"},
    {"apparmor=\"DENIED\" operation=\"connect\" class=\"net\" profile=\"p\" family=\"unix\" "
     "sock_type=\"stream\" protocol=0 requested=\"send receive connect\" denied=\"send connect\" "
     "addr=none peer_addr=\"@x\" peer=\"q\"",
     "unix send connect type=stream addr=none peer addr=@x peer label=q"},
    {"apparmor=\"DENIED\" operation=\"signal\" profile=\"p\" requested_mask=\"send\" "
     "denied_mask=\"send\" signal=rtmin+3 peer=\"q\"",
     "signal send set=rtmin+3 peer=q"},
    {"apparmor=\"DENIED\" operation=\"ptrace\" profile=\"p\" requested_mask=\"readby\" "
     "denied_mask=\"readby\" peer=\"q\"",
     "ptrace readby peer=q"},
    {"apparmor=\"DENIED\" operation=\"mount\" info=\"failed mntpnt match\" error=-13 profile=\"p\" "
     "name=\"/mnt/\" srcname=\"/opt/\" flags=\"rw, rbind\"",
     "mount mount fstype=none options=(rw, rbind) /opt/ -> /mnt/"},
    {"apparmor=\"DENIED\" operation=\"umount\" profile=\"p\" name=\"/mnt/\"",
     "mount umount fstype=none none /mnt/"},
    {"apparmor=\"DENIED\" operation=\"pivotroot\" profile=\"p\" name=\"/n/\" srcname=\"/n/o/\"",
     "mount pivot_root fstype=none oldroot=/n/o/ /n/"},
    {"apparmor=\"DENIED\" operation=\"dbus_method_call\" bus=\"system\" path=\"/p\" "
     "interface=\"i\" member=\"m\" mask=\"send\" name=\"n\" label=\"p\" peer_label=\"q\"",
     "dbus send bus=system path=/p interface=i member=m peer=q"},
    {"apparmor=\"DENIED\" operation=\"dbus_bind\" bus=\"session\" name=\"n\" mask=\"bind\" "
     "label=\"p\"",
     "dbus bind bus=session name=n"},
    {"apparmor=\"DENIED\" operation=\"change_profile\" profile=\"p\" name=\"q\"",
     "change_profile change_profile -> q"},
    {"apparmor=\"DENIED\" operation=\"setrlimit\" profile=\"p\" rlimit=nofile value=1024",
     "rlimit set nofile <= 1024"},
    {"apparmor=\"DENIED\" operation=\"userns_create\" class=\"namespace\" profile=\"p\" "
     "requested=\"userns_create\" denied=\"userns_create\"",
     "userns create "},
    {"apparmor=\"DENIED\" operation=\"uring_sqpoll\" class=\"io_uring\" profile=\"p\" "
     "requested=\"sqpoll\" denied=\"sqpoll\"",
     "io_uring sqpoll "},
    {"apparmor=\"DENIED\" operation=\"open\" class=\"posix_mqueue\" profile=\"p\" name=\"/q\" "
     "requested=\"create\" denied=\"create\"",
     "mqueue create /q"},
    {"apparmor=\"STATUS\" operation=\"profile_load\" profile=\"unconfined\" name=\"x\"",
     "The record asks nothing of policy."},
    {"apparmor=\"DENIED\" operation=\"signal\" profile=\"p\" requested_mask=\"shout\" "
     "denied_mask=\"shout\" signal=term peer=\"q\"",
     "The record asks for a right that is not known."},
};

static void
test_records(void **state)
{
    g_autofree char *scratch = g_malloc(AMR_EVENT_SCRATCH);
    for (guint i = 0; i < G_N_ELEMENTS(records); i++) {
        AmrRecord record;
        AmrEvent event;
        AmrOracleQuestion question;
        const char *why = NULL;
        g_autofree char *got = NULL;
        g_autofree char *line = g_strconcat("type=AVC msg=audit(1.1:1): ", records[i].line, NULL);
        assert_true(amr_record_slice(&record, line, (AmrSpan){0, (unsigned)strlen(line)}));
        assert_true(amr_event_decode(&event, &record, line, scratch));
        if (amr_oracle_question_of(&event, &question, &why)) {
            g_autofree char *words = amr_oracle_rights_words(question.klass, question.rights);
            g_autofree char *text = amr_oracle_question_text(&question);
            got = g_strdup_printf("%s %s %s", amr_class_word(question.klass), words, text);
        }
        assert_string_equal(got ? got : why, records[i].want);
    }
}

/* ---- hostile streams --------------------------------------------------------------------- */

static const struct {
    const char *name, *bytes;
    gsize size;
    const char *want;
} streams[] = {
#define STREAM(bytes) bytes, sizeof(bytes) - 1
    {"not a stream", STREAM("\x7f"), "unknown type 127 at offset 0"},
    {"cut off", STREAM("\x04\x08\0vers"), "ends within an element at offset 3"},
    {"a tag without its end", STREAM("\x04\x02\0ab\x02"), "without its end"},
    {"an old version", STREAM("\x04\x08\0version\0\x02\x04\0\0\0"), "unknown version 4"},
    {"a new version", STREAM("\x04\x08\0version\0\x02\x0a\0\0\0"), "unknown version 10"},
    {"a profile before its version", STREAM("\x04\x08\0profile\0\x07"),
     "struct 'profile' where a profile is expected"},
    {"nothing but a profile",
     STREAM("\x04\x08\0version\0\x02\x05\0\0\0\x04\x08\0profile\0\x07\x05\x02\0a\0\x08"),
     "profile 'a': no flags"},
    {"an unknown tag without an end",
     STREAM(
         "\x04\x08\0version\0\x02\x05\0\0\0\x04\x08\0profile\0\x07\x05\x02\0a\0\x04\x02\0x\0\x07"),
     "profile 'a': unknown tag 'x' at offset "},
    {"a machine that is none",
     STREAM("\x04\x08\0version\0\x02\x05\0\0\0\x04\x08\0profile\0\x07\x05\x02\0a\0"
            "\x04\x06\0aadfa\0\x06\x04\0\0\0abcd"),
     "profile 'a': state machine at offset 33: not a state machine"},
};

static void
test_streams(void **state)
{
    for (guint i = 0; i < G_N_ELEMENTS(streams); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) bytes = g_bytes_new_static(streams[i].bytes, streams[i].size);
        assert_null(amr_oracle_new(bytes, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
        if (!strstr(error->message, streams[i].want) ||
            !g_str_has_prefix(error->message, "Compiled policy: "))
            fail_msg("%s: %s", streams[i].name, error->message);
    }
}

/* No beginning of a stream is a stream, but where a profile ends. */
static void
test_cut_off(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) whole =
        oracle_compile_bytes("profile a { /x r, }", "/etc/apparmor.d/abi/3.0");
    for (gsize i = 1; i < g_bytes_get_size(whole); i++) {
        g_autoptr(GBytes) part = g_bytes_new_from_bytes(whole, 0, i);
        g_autoptr(AmrOracle) oracle = amr_oracle_new(part, NULL);
        if (oracle && amr_oracle_count(oracle))
            fail_msg("%u bytes of it are a profile", (guint)i);
    }
    /* A byte after the last is none of it. */
    g_autoptr(GByteArray) longer = g_byte_array_new();
    gsize size;
    const guint8 *data = g_bytes_get_data(whole, &size);
    g_byte_array_append(longer, data, (guint)size);
    g_byte_array_append(longer, (const guint8 *)"", 1);
    g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(g_steal_pointer(&longer));
    assert_null(amr_oracle_new(bytes, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
}

/* Each profile packed by itself; a frame that is cut or bent is an error. */
static void
test_packed(void **state)
{
    g_autoptr(AmrOracle) oracle = oracle_sample("packed-5.0.2-5.0-interface.bin");
    g_autofree char *path = test_data("oracle/packed-5.0.2-5.0-interface.bin"), *data = NULL;
    gsize size;

    assert_int_equal(amr_oracle_count(oracle), 3);
    assert_int_equal(oracle_ask(oracle, "p", Q_FILE("r", "/x")).verdict, AMR_ORACLE_ALLOWED);
    assert_int_equal(oracle_ask(oracle, "p//c", Q_FILE("r", "/y")).verdict, AMR_ORACLE_ALLOWED);
    assert_int_equal(oracle_ask(oracle, "q", Q_FILE("r", "/z")).verdict, AMR_ORACLE_ALLOWED);
    assert_int_equal(oracle_ask(oracle, "q", Q_FILE("r", "/x")).verdict, AMR_ORACLE_DENIED);
    assert_true(g_file_get_contents(path, &data, &size, NULL));
    for (gsize cut = 13; cut < size; cut += 7) {
        g_autoptr(GBytes) bytes = g_bytes_new(data, cut);
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrOracle) part = amr_oracle_new(bytes, &error);
        if (part) /* it was cut between two profiles */
            assert_true(amr_oracle_count(part) < 3);
        else
            assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers), cmocka_unit_test(test_namespaces),
        cmocka_unit_test(test_xattrs),  cmocka_unit_test(test_transitions),
        cmocka_unit_test(test_answers), cmocka_unit_test(test_complain),
        cmocka_unit_test(test_words),   cmocka_unit_test(test_records),
        cmocka_unit_test(test_streams), cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_packed),  cmocka_unit_test(test_namespaced_children),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
