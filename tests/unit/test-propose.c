/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/base/opener.h"
#include "core/policy/glob.h"
#include "core/policy/propose.h"
#include "core/policy/risk.h"
#include "tests/unit/shipped.h"

/* The event of a record; it borrows from @line and @scratch. */
static void
decode(AmrEvent *event, const char *line, char *scratch)
{
    AmrRecord record;
    AmrSpan span = {0, (uint32_t)strlen(line)};
    assert_true(amr_record_slice(&record, line, span));
    assert_true(amr_event_decode(event, &record, line, scratch));
}

static char *
line_of(const char *fields)
{
    return g_strdup_printf("type=AVC msg=audit(1700000000.123:45): apparmor=%s", fields);
}

/* "P: rule | rule" or "P: !reason-word". */
static char *
answer(const char *fields, const AmrProposeContext *context)
{
    g_autofree char *line = line_of(fields), *scratch = g_malloc(AMR_EVENT_SCRATCH);
    AmrEvent event;
    decode(&event, line, scratch);
    g_autoptr(AmrProposal) proposal = amr_propose(&event, context);
    g_autoptr(GString) out = g_string_new(proposal->profile);
    g_string_append(out, ":");
    if (proposal->no_rule != AMR_NO_RULE_NONE) {
        assert_int_equal(proposal->candidates->len, 0);
        assert_non_null(proposal->reason);
        g_string_append_printf(out, " !%s", amr_no_rule_word(proposal->no_rule));
    } else {
        assert_null(proposal->reason);
        assert_true(proposal->candidates->len > 0);
    }
    for (guint i = 0; i < proposal->candidates->len; i++) {
        const AmrCandidate *candidate = proposal->candidates->pdata[i];
        g_autofree char *printed = amr_rule_print(candidate->rule);
        assert_non_null(candidate->why);
        assert_true(candidate->risk != AMR_RISK_UNKNOWN);
        assert_true((candidate->risk != AMR_RISK_LOW) == (candidate->danger != NULL));
        /* The rest of a ladder of files is what test-ladder is about. */
        if (candidate->rung < AMR_RUNG_EXTENSION || candidate->rung > AMR_RUNG_SUBTREE)
            g_string_append_printf(out, "%s %s%s", i ? " |" : "",
                                   i && i == proposal->best ? "best: " : "", printed);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

#define DENIED(op, rest) "\"DENIED\" operation=\"" op "\" profile=\"p\" " rest
#define FILE_ROW(op, name, mask, rest)                                                          \
    DENIED(op, "name=" name " pid=7 comm=\"c\" requested_mask=\"" mask "\" denied_mask=\"" mask \
               "\" " rest)
#define ROOT_OWNS_NOT "fsuid=1000 ouid=0"
#define OWN           "fsuid=1000 ouid=1000"

static const struct {
    const char *name, *fields, *want;
} table[] = {
    {"read", FILE_ROW("open", "\"/x\"", "r", ROOT_OWNS_NOT), "p: /x r,"},
    {"read one's own", FILE_ROW("open", "\"/x\"", "r", OWN), "p: owner /x r,"},
    {"read and write", FILE_ROW("open", "\"/x\"", "wr", ROOT_OWNS_NOT), "p: /x rw,"},
    {"create", FILE_ROW("mknod", "\"/x\"", "c", ROOT_OWNS_NOT), "p: /x w,"},
    {"delete", FILE_ROW("unlink", "\"/x\"", "d", ROOT_OWNS_NOT), "p: /x w,"},
    {"append alone", FILE_ROW("open", "\"/x\"", "a", ROOT_OWNS_NOT), "p: /x w,"},
    {"append and create", FILE_ROW("open", "\"/x\"", "ac", ROOT_OWNS_NOT), "p: /x w,"},
    {"write, read, create", FILE_ROW("open", "\"/x\"", "wrc", ROOT_OWNS_NOT), "p: /x rw,"},
    {"lock", FILE_ROW("file_lock", "\"/x\"", "k", ROOT_OWNS_NOT), "p: /x k,"},
    {"map", FILE_ROW("file_mmap", "\"/x\"", "rm", ROOT_OWNS_NOT), "p: /x mr,"},
    {"directory", FILE_ROW("mkdir", "\"/x/\"", "c", ROOT_OWNS_NOT), "p: /x/ w,"},
    {"rename, from", FILE_ROW("rename_src", "\"/x\"", "wrd", ROOT_OWNS_NOT), "p: /x rw,"},
    {"rename, to", FILE_ROW("rename_dest", "\"/x\"", "wc", ROOT_OWNS_NOT), "p: /x w,"},
    {"old mask of an owner", FILE_ROW("open", "\"/x\"", "rw::", ""), "p: owner /x rw,"},
    {"old mask of another", FILE_ROW("open", "\"/x\"", "::r", ""), "p: /x r,"},
    {"globs in a name", FILE_ROW("open", "\"/g*[x]{y}?\"", "r", ROOT_OWNS_NOT),
     "p: \"/g\\*\\[x\\]\\{y\\}\\?\" r,"},
    {"a name in hex", FILE_ROW("open", "2F6120622C0A22", "r", ROOT_OWNS_NOT),
     "p: \"/a b,\\012\\042\" r,"},
    {"a backslash", FILE_ROW("open", "\"/a\\\"", "r", ROOT_OWNS_NOT), "p: \"/a\\134\" r,"},
    {"a quote to break out", FILE_ROW("open", "2F612220722C207D", "r", ROOT_OWNS_NOT),
     "p: \"/a\\042 r, \\}\" r,"},
    {"only part was denied",
     DENIED("open", "name=\"/x\" requested_mask=\"rw\" denied_mask=\"w\" fsuid=1 ouid=0"),
     "p: /x w,"},
    {"complain mode",
     "\"ALLOWED\" operation=\"open\" profile=\"p\" name=\"/x\" requested_mask=\"r\" "
     "denied_mask=\"r\" fsuid=1 ouid=0",
     "p: /x r,"},
    {"in a namespace",
     "\"DENIED\" operation=\"open\" namespace=\"root//web\" profile=\"p\" name=\"/x\" "
     "requested_mask=\"r\" denied_mask=\"r\" fsuid=1 ouid=0",
     ":web:p: /x r,"},
    {"a child",
     "\"DENIED\" operation=\"open\" profile=\"p//c\" name=\"/x\" requested_mask=\"r\" "
     "denied_mask=\"r\" fsuid=1 ouid=0",
     "p//c: /x r,"},

    {"link", FILE_ROW("link", "\"/new\"", "l", ROOT_OWNS_NOT " target=\"/old\""),
     "p: link /new -> /old, | /new l,"},
    {"link to one's own", FILE_ROW("link", "\"/new\"", "l", OWN " target=\"/old\""),
     "p: owner link /new -> /old, | owner /new l,"},
    {"link, names in hex", FILE_ROW("link", "2F6E2077", "l", ROOT_OWNS_NOT " target=2F6F206C"),
     "p: link \"/n w\" -> \"/o l\", | \"/n w\" l,"},
    {"link to what may do less",
     FILE_ROW("link", "\"/new\"", "w", ROOT_OWNS_NOT " target=\"/old\""), "p: /old w,"},

    {"exec", FILE_ROW("exec", "\"/opt/x\"", "x", ROOT_OWNS_NOT), "p: /opt/x ix, | /opt/x rix,"},
    {"exec of one's own", FILE_ROW("exec", "\"/opt/x\"", "x", OWN), "p: /opt/x ix, | /opt/x rix,"},
    {"exec beside others", FILE_ROW("exec", "\"/opt/x\"", "rx", OWN), "p: /opt/x rix,"},
    {"exec in complain mode",
     "\"ALLOWED\" operation=\"exec\" profile=\"p\" name=\"/usr/bin/true\" requested_mask=\"x\" "
     "denied_mask=\"x\" fsuid=0 ouid=0 target=\"p//null-/usr/bin/true\"",
     "p: /usr/bin/true ix, | /usr/bin/true rix,"},

    {"capability", DENIED("capable", "capability=21  capname=\"sys_admin\""),
     "p: capability sys_admin,"},
    {"capability of old kernels", DENIED("capable", "name=\"chown\""), "p: capability chown,"},
    {"capability by number", DENIED("capable", "capability=40"),
     "p: capability checkpoint_restore,"},
    {"capability of a hostile record", DENIED("capable", "capability=1 capname=\"x, /etc/** rw\""),
     "p: !incomplete"},
    {"network", DENIED("create", "family=\"inet\" sock_type=\"stream\" protocol=6"),
     "p: network (create) inet stream, | network inet stream, | network inet,"},
    {"network, an access",
     DENIED("create", "family=\"inet\" sock_type=\"stream\" protocol=6 "
                      "requested_mask=\"create\" denied_mask=\"create\""),
     "p: network (create) inet stream, | network inet stream, | network inet,"},
    {"network, both ends",
     DENIED("sendmsg", "class=\"net\" laddr=10.0.0.1 lport=3457 faddr=10.0.0.2 fport=80 "
                       "family=\"inet\" sock_type=\"stream\" protocol=6 requested=\"send\" "
                       "denied=\"send\""),
     "p: network (send) inet stream ip=10.0.0.1 port=3457 peer=(ip=10.0.0.2, port=80), | "
     "network (send) inet stream peer=(ip=10.0.0.2, port=80), | network (send) inet stream, | "
     "network inet stream, | network inet,"},
    {"network, no other end for what has none",
     DENIED("getsockname", "laddr=::1 lport=0 faddr=::2 fport=9 family=\"inet6\" "
                           "sock_type=\"dgram\" protocol=17 requested=\"getattr\" "
                           "denied=\"getattr\""),
     "p: network (getattr) inet6 dgram ip=::1, | network (getattr) inet6 dgram, | "
     "network inet6 dgram, | network inet6,"},
    {"network of old kernels: no mask",
     DENIED("sendmsg", "lport=765 fport=2049 family=\"inet\" sock_type=\"stream\" protocol=6"),
     "p: network (send) inet stream port=765 peer=(port=2049), | network (send) inet stream "
     "peer=(port=2049), | network (send) inet stream, | network inet stream, | network inet,"},
    {"network, an address that is none",
     DENIED("bind", "saddr=\"1.2.3.4, /** rw\" src=99999 family=\"inet\" sock_type=\"dgram\" "
                    "protocol=17 requested=\"bind\" denied=\"bind\""),
     "p: network (bind) inet dgram, | network inet dgram, | network inet,"},
    {"network, an access that no rule knows",
     DENIED("create", "family=\"inet\" sock_type=\"stream\" protocol=6 requested=\"fly\" "
                      "denied=\"fly\""),
     "p: network inet stream, | network inet,"},
    {"network of a type unknown", DENIED("create", "family=\"inet\" sock_type=\"unknown(9)\""),
     "p: network inet,"},
    {"network of a family unknown", DENIED("create", "family=\"unknown(99)\" sock_type=\"raw\""),
     "p: !incomplete"},
    {"unix, coarse",
     DENIED("create", "family=\"unix\" sock_type=\"stream\" protocol=0 requested_mask=\"create\" "
                      "denied_mask=\"create\""),
     "p: network (create) unix stream, | network unix stream, | network unix,"},
    {"unix, fine",
     DENIED("connect", "family=\"unix\" sock_type=\"stream\" protocol=0 requested_mask=\"send\" "
                       "denied_mask=\"send\" addr=none peer_addr=\"@x\" peer=\"q\""),
     "p: unix (send) type=(stream) peer=(label=q, addr=\"@x\"), | unix (send) type=(stream) "
     "peer=(label=q), | network unix stream,"},
    {"unix, an address of this run",
     DENIED("connect", "family=\"unix\" sock_type=\"stream\" protocol=0 requested_mask=\"send\" "
                       "denied_mask=\"send\" addr=none peer_addr=\"@/tmp/dbus-aB3dE9fGhI\" "
                       "peer=\"q\""),
     "p: unix (send) type=(stream) peer=(label=q, addr=\"@/tmp/dbus-aB3dE9fGhI\"), "
     "| best: unix (send) type=(stream) peer=(label=q, "
     "addr=\"@/tmp/dbus-[0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z]"
     "[0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z]\"), | unix "
     "(send) type=(stream) peer=(label=q), | network unix stream,"},
    {"unix, an address that the kernel gave",
     DENIED("bind", "class=\"net\" family=\"unix\" sock_type=\"dgram\" protocol=0 "
                    "requested=\"bind\" denied=\"bind\" addr=\"@0001f\""),
     "p: unix (bind) type=(dgram) addr=\"@0001f\", | best: unix (bind) type=(dgram) "
     "addr=\"@[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]\", | network unix dgram,"},
    {"unix, two slashes and a brace",
     DENIED("bind", "class=\"net\" family=\"unix\" sock_type=\"dgram\" protocol=0 "
                    "requested=\"bind\" denied=\"bind\" addr=\"@{x}//tmp/y.1234\""),
     "p: unix (bind) type=(dgram) addr=\"@\\{x\\}/[/]tmp/y.1234\", | best: unix "
     "(bind) type=(dgram) addr=\"@\\{x\\}/[/]tmp/y.[0-9]*\", | network unix dgram,"},
    {"network, a client's end",
     DENIED("sendmsg", "class=\"net\" laddr=10.0.0.1 lport=43457 faddr=10.0.0.2 fport=80 "
                       "family=\"inet\" sock_type=\"stream\" protocol=6 requested=\"send\" "
                       "denied=\"send\""),
     "p: network (send) inet stream ip=10.0.0.1 port=43457 peer=(ip=10.0.0.2, "
     "port=80), | best: network (send) inet stream peer=(ip=10.0.0.2, port=80), | "
     "network (send) inet stream, | network inet stream, | network inet,"},
    {"network, a server's end",
     DENIED("recvmsg", "class=\"net\" laddr=10.0.0.1 lport=80 faddr=10.0.0.2 fport=43457 "
                       "family=\"inet\" sock_type=\"stream\" protocol=6 requested=\"receive\" "
                       "denied=\"receive\""),
     "p: network (receive) inet stream ip=10.0.0.1 port=80 peer=(ip=10.0.0.2, "
     "port=43457), | best: network (receive) inet stream ip=10.0.0.1 port=80, | "
     "network (receive) inet stream, | network inet stream, | network inet,"},
    {"unix, own address",
     DENIED("bind", "class=\"net\" family=\"unix\" sock_type=\"dgram\" protocol=0 "
                    "requested=\"bind\" denied=\"bind\" addr=\"@a b\""),
     "p: unix (bind) type=(dgram) addr=\"@a b\", | network unix dgram,"},
    {"unix, nothing denied",
     DENIED("file_inherit", "class=\"net\" family=\"unix\" sock_type=\"stream\" protocol=0 "
                            "requested_mask=\"receive\""),
     "p: !incomplete"},

    {"audit", "\"AUDIT\" operation=\"open\" profile=\"p\" name=\"/x\" requested_mask=\"r\"",
     "p: !not-a-denial"},
    {"unconfined",
     "\"DENIED\" operation=\"open\" profile=\"unconfined\" name=\"/x\" requested_mask=\"r\" "
     "denied_mask=\"r\"",
     "unconfined: !catch-all"},
    {"unprivileged_userns",
     "\"DENIED\" operation=\"capable\" class=\"cap\" profile=\"unprivileged_userns\" "
     "capability=21  capname=\"sys_admin\"",
     "unprivileged_userns: !catch-all"},
    {"unprivileged_userns in a namespace",
     "\"DENIED\" operation=\"capable\" namespace=\"root//n\" profile=\"unpriv_x//c\" "
     "capability=21  capname=\"sys_admin\"",
     ":n:unpriv_x//c: !catch-all"},
    {"null profile",
     "\"ALLOWED\" operation=\"open\" profile=\"p//null-/usr/bin/true\" name=\"/x\" "
     "requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0",
     "p: !null-profile"},
    {"null profile, nested",
     "\"ALLOWED\" operation=\"exec\" profile=\"p//c//null-/a//null-/b\" name=\"/x\" "
     "requested_mask=\"x\" denied_mask=\"x\" fsuid=0 ouid=0",
     "p//c: !null-profile"},
    {"null profile of a hat",
     "\"ALLOWED\" operation=\"open\" profile=\"p//null-hat\" name=\"/x\" requested_mask=\"r\" "
     "denied_mask=\"r\" fsuid=0 ouid=0",
     "p: !null-profile"},
    {"disconnected",
     DENIED("open", "info=\"Failed name lookup - disconnected path\" error=-13 name=\"dev/null\" "
                    "requested_mask=\"r\" denied_mask=\"r\""),
     "p: !disconnected"},
    {"no leading slash", FILE_ROW("open", "\"dev/null\"", "r", ROOT_OWNS_NOT), "p: !disconnected"},
    {"no new privs",
     DENIED("exec", "info=\"no new privs\" error=-1 name=\"/x\" requested_mask=\"x\" "
                    "denied_mask=\"x\" target=\"q\""),
     "p: !no-new-privs"},
    {"no transition",
     DENIED("exec", "info=\"profile transition not found\" error=-13 name=\"/x\" "
                    "requested_mask=\"x\" denied_mask=\"x\" target=\"/x\""),
     "p: !no-transition"},
    {"no label", DENIED("change_profile", "info=\"label not found\" error=-2 name=\"q\""),
     "p: !no-transition"},
    {"no hat", DENIED("change_hat", "info=\"hat not found\" error=-2"), "p: !no-transition"},
    {"mount",
     DENIED("mount", "info=\"failed mntpnt match\" error=-13 name=\"/mnt/\" fstype=\"tmpfs\" "
                     "srcname=\"none\" flags=\"rw, nosuid\""),
     "p: mount fstype=(tmpfs) options=(nosuid, rw) none -> /mnt/,"},
    {"mount, disconnected",
     DENIED("mount", "info=\"failed mntpnt match - disconnected path\" error=-13 name=\"\""),
     "p: !disconnected"},
    {"mount, no flags", DENIED("mount", "name=\"/m/\" fstype=\"tmpfs\" srcname=\"none\""),
     "p: mount fstype=(tmpfs) options=(rw) none -> /m/,"},
    {"bind mount",
     DENIED("mount", "class=\"mount\" name=\"/m n/\" srcname=\"/a*/\" flags=\"rw, bind\""),
     "p: mount options=(bind, rw) \"/a\\*/\" -> \"/m n/\","},
    {"a source with two slashes",
     DENIED("mount", "class=\"mount\" name=\"/m/\" fstype=\"davfs\" srcname=\"https://host//x\" "
                     "flags=\"rw\""),
     "p: mount fstype=(davfs) options=(rw) https:/[/]host/[/]x -> /m/,"},
    {"a file system of a strange name",
     DENIED("mount", "name=\"/m/\" fstype=612C622063 srcname=\"a\" flags=\"rw\""),
     "p: mount fstype=(\"a\\054b\\040c\") options=(rw) a -> /m/,"},
    {"a flag of tomorrow", DENIED("mount", "name=\"/mnt/\" flags=\"rw, (x\""), "p: !incomplete"},
    {"a mount point of this run",
     DENIED("mount", "name=\"/tmp/.mount_Ab3dE9fG/\" fstype=\"fuse.x\" srcname=\"x\" "
                     "flags=\"ro\""),
     "p: mount fstype=(fuse.x) options=(ro) x -> /tmp/.mount_Ab3dE9fG/, | best: "
     "mount fstype=(fuse.x) options=(ro) x -> "
     "/tmp/.mount_[0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-"
     "Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z]/,"},
    {"remount", DENIED("mount", "class=\"mount\" name=\"/mnt/\" flags=\"ro, remount\""),
     "p: remount options=(ro) /mnt/,"},
    {"umount", DENIED("umount", "class=\"mount\" name=\"/mnt/\""), "p: umount /mnt/,"},
    {"pivot_root", DENIED("pivotroot", "name=\"/new/\" srcname=\"/new/old/\""),
     "p: pivot_root oldroot=/new/old/ /new/,"},
    {"signal",
     DENIED("signal", "requested_mask=\"send\" denied_mask=\"send\" signal=term peer=\"q\""),
     "p: signal (send) set=(term) peer=q, | signal (send) peer=q,"},
    {"a real-time signal to a stack",
     DENIED("signal", "requested_mask=\"receive\" denied_mask=\"receive\" signal=rtmin+8 "
                      "peer=\"q//&r\""),
     "p: signal (receive) set=(rtmin+8) peer=\"q//&r\", | signal (receive) "
     "peer=\"q//&r\","},
    {"a signal without a mask", DENIED("signal", "signal=term peer=\"q\""), "p: !incomplete"},
    {"a mask that would close the rule",
     DENIED("signal", "denied_mask=\"send) peer=\" signal=term peer=\"q\""), "p: !incomplete"},
    {"ptrace", DENIED("ptrace", "requested_mask=\"read\" denied_mask=\"read\" peer=\"q\""),
     "p: ptrace (read) peer=q,"},
    {"ptrace of a virtual machine",
     DENIED("ptrace", "requested_mask=\"read\" denied_mask=\"read\" "
                      "peer=\"libvirt-0a1b2c3d-1a2b-3c4d-5e6f-0123456789ab\""),
     "p: ptrace (read) peer=libvirt-0a1b2c3d-1a2b-3c4d-5e6f-0123456789ab, | ptrace "
     "(read) "
     "peer=libvirt-[0-9a-f]\?\?\?\?\?\?\?-[0-9a-f]\?\?\?-[0-9a-f]\?\?\?-[0-9a-f]\?\?\?-[0-9a-f]"
     "\?\?\?\?\?"
     "\?\?\?\?\?\?,"},
    {"ptrace without a peer", DENIED("ptrace", "denied_mask=\"read\" target=\"\""),
     "p: !incomplete"},
    {"dbus",
     DENIED("dbus_method_call", "bus=\"system\" path=\"/a\" interface=\"i.f\" member=\"M\" "
                                "mask=\"send\" name=\"org.x\" peer_label=\"q\""),
     "p: dbus (send) bus=system path=/a interface=i.f member=M peer=(label=q), | "
     "dbus (send) bus=system path=/a interface=i.f peer=(label=q), | dbus (send) "
     "bus=system interface=i.f peer=(label=q), | dbus (send) bus=system "
     "peer=(label=q),"},
    {"dbus, an object of this run",
     DENIED("dbus_method_call", "bus=\"system\" path=\"/org/x/login1/session/_32\" "
                                "interface=\"i.f\" member=\"M\" mask=\"send\" "
                                "peer_label=\"q\""),
     "p: dbus (send) bus=system path=/org/x/login1/session/_32 interface=i.f "
     "member=M peer=(label=q), | best: dbus (send) bus=system "
     "path=/org/x/login1/session/_[0-9]* interface=i.f member=M peer=(label=q), | "
     "dbus (send) bus=system path=/org/x/login1/session/_[0-9]* interface=i.f "
     "peer=(label=q), | dbus (send) bus=system interface=i.f peer=(label=q), | dbus "
     "(send) bus=system peer=(label=q),"},
    {"dbus, no interface",
     DENIED("dbus_method_call", "bus=\"system\" path=\"/a\" member=\"M\" mask=\"send\""),
     "p: dbus (send) bus=system path=/a member=M,"},
    {"dbus bind, an instance",
     DENIED("dbus_bind", "bus=\"session\" name=\"org.kde.StatusNotifierItem-7-1\" mask=\"bind\" "
                         "pid=71234"),
     "p: dbus (bind) bus=session name=org.kde.StatusNotifierItem-7-1, | dbus (bind) "
     "bus=session name=org.kde.StatusNotifierItem-[0-9]*-[0-9]*,"},
    {"dbus bind, a process",
     DENIED("dbus_bind", "bus=\"session\" name=\"org.mpris.MediaPlayer2.x.instance71234\" "
                         "mask=\"bind\" pid=71234"),
     "p: dbus (bind) bus=session name=org.mpris.MediaPlayer2.x.instance71234, | "
     "best: dbus (bind) bus=session name=org.mpris.MediaPlayer2.x.instance[0-9]*,"},
    {"dbus bind", DENIED("dbus_bind", "bus=\"session\" name=\"org.x\" mask=\"bind\""),
     "p: dbus (bind) bus=session name=org.x,"},
    {"dbus eavesdrop",
     DENIED("dbus_method_call", "bus=\"session\" name=\"org.x\" path=\"/a\" "
                                "mask=\"eavesdrop\" peer_label=\"q\""),
     "p: dbus (eavesdrop) bus=session,"},
    {"change_profile", DENIED("change_profile", "name=\"p//w\" target=\"p//w\""),
     "p: change_profile -> p//w,"},
    {"stack", DENIED("stack", "name=\"q\" target=\"q\""), "p: change_profile -> \"&q\","},
    {"stack on exec", DENIED("stack_onexec", "name=\"q r\""), "p: change_profile -> \"&q r\","},
    {"change_onexec", DENIED("change_onexec", "name=\"a b\""), "p: change_profile -> \"a b\","},
    {"userns",
     DENIED("userns_create", "class=\"namespace\" requested=\"userns_create\" "
                             "denied=\"userns_create\""),
     "p: userns create,"},
    {"a queue",
     DENIED("open", "class=\"posix_mqueue\" name=\"/q\" requested=\"read create\" "
                    "denied=\"read\""),
     "p: mqueue (read) type=posix /q,"},
    {"a queue of this run",
     DENIED("open", "class=\"posix_mqueue\" name=\"/q-4711\" requested=\"read\" "
                    "denied=\"read\" pid=4711"),
     "p: mqueue (read) type=posix /q-4711, | best: mqueue (read) type=posix "
     "/q-[0-9]*,"},
    {"a sysv queue",
     DENIED("sysv_mqueue", "class=\"sysv_mqueue\" name=\"123\" requested=\"create\" "
                           "denied=\"create\""),
     "p: mqueue (create) type=sysv 123,"},
    {"io_uring",
     DENIED("uring_override", "class=\"io_uring\" requested=\"override_creds\" "
                              "denied=\"override_creds\" tcontext=\"/x\""),
     "p: io_uring (override_creds) label=/x,"},
    {"rlimit", DENIED("setrlimit", "rlimit=nofile value=4096"), "p: set rlimit nofile <= 4096,"},
    {"rlimit, none at all", DENIED("setrlimit", "rlimit=core value=18446744073709551615"),
     "p: set rlimit core <= infinity,"},
    {"rlimit, niceness", DENIED("setrlimit", "rlimit=nice value=30"), "p: set rlimit nice <= 10,"},
    {"rlimit, out of its range", DENIED("setrlimit", "rlimit=nice value=40"), "p: !incomplete"},
    {"rlimit, no number", DENIED("setrlimit", "rlimit=core value=\"4, /** rw\""), "p: !incomplete"},
    {"no name", DENIED("open", "class=\"file\" requested_mask=\"r\" denied_mask=\"r\""),
     "p: !incomplete"},
    {"a file without a name", FILE_ROW("mknod", "\"/d[/#12\"", "wc", ROOT_OWNS_NOT),
     "p: \"/d\\[/#12\" w, | best: \"/d\\[/#[0-9]*\" w,"},
    {"a name like one", FILE_ROW("open", "\"/d/a#12\"", "r", ROOT_OWNS_NOT),
     "p: \"/d/a#12\" r, | \"/d/a#[0-9]*\" r,"},
    {"a number alone", FILE_ROW("open", "\"/d/12\"", "r", ROOT_OWNS_NOT),
     "p: /d/12 r, | /d/[0-9]* r,"},
    {"a sign alone", FILE_ROW("open", "\"/d/#\"", "r", ROOT_OWNS_NOT), "p: \"/d/#\" r,"},
    {"no mask", DENIED("open", "name=\"/x\" class=\"file\""), "p: !incomplete"},
    {"a mask of tomorrow", FILE_ROW("open", "\"/x\"", "rZ", ROOT_OWNS_NOT), "p: !incomplete"},
};

static void
test_events(void **state)
{
    g_autoptr(AmrRefusals) refusals = test_refusals();
    g_autoptr(AmrRisks) risks = test_risks();
    const AmrProposeContext known = {.refusals = refusals, .risks = risks};

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *got = answer(table[i].fields, &known);
        if (strcmp(got, table[i].want) != 0)
            fail_msg("%s: %s instead of %s", table[i].name, got, table[i].want);
    }
}

/* ---- what is known of the system
 * ------------------------------------------------------------------ */

static const char policy[] = "@{ROOT} = /srv/ /opt/\n@{OPT} = @{ROOT}\n"
                             "profile p /opt/p {\n"
                             "  profile child /opt/child {\n  }\n"
                             "  profile /opt/named {\n  }\n"
                             "  ^hat {\n  }\n"
                             "}\n"
                             "profile other /opt/{other,another}* {\n}\n"
                             "/opt/bare {\n}\n"
                             "profile free /opt/free flags=(unconfined) {\n}\n"
                             "profile unpriv_x /opt/unpriv {\n}\n"
                             "profile :ns:far /opt/far {\n}\n"
                             "profile varied @{OPT}/varied {\n}\n"
                             "profile unknown @{NIX}/unknown {\n}\n"
                             "profile marked /opt/marked xattrs=(user.a=b) {\n}\n"
                             "profile wide /opt/deep/** {\n}\n"
                             "profile narrow /opt/deep/in/* {\n}\n"
                             "profile loosened /opt/deep/in/free* flags=(unconfined) {\n}\n"
                             "profile same1 /opt/{twice,other2}/x {\n}\n"
                             "profile same2 /opt/twice/{x,y} {\n}\n"
                             "/opt/twice/y {\n}\n"
                             "profile early /opt/late/* {\n}\n"
                             "profile late /opt/late/{**,xyz} {\n}\n";

typedef struct {
    char *policy; /* NULL: as above */
    char *dir;
    AmrTarget *target;
    AmrOpener *opener;
    AmrIndex *index;
    AmrLoaded *loaded;
    AmrRefusals *refusals;
    AmrRisks *risks;
} System;

/* @profiles: what the kernel's file of that name holds; NULL for no kernel. */
static void
system_set_up(System *system, const char *profiles)
{
    g_autoptr(GError) error = NULL;
    GAsyncResult *result = NULL;
    system->dir = test_dir_new();
    system->refusals = test_refusals();
    system->risks = test_risks();
    test_write(system->dir, "etc/apparmor.d/p", system->policy ? system->policy : policy);
    test_write(system->dir, "etc/apparmor.d/off", "profile off /opt/off {\n}\n");
    test_write(system->dir, "etc/apparmor.d/disable/off", "");
    if (profiles)
        test_write(system->dir, "sys/kernel/security/apparmor/profiles", profiles);
    system->target = amr_target_new(&(AmrTargetOptions){.root = system->dir}, &error);
    assert_no_error(error);
    system->opener = amr_opener_new(system->target);
    amr_index_load_async(system->target, NULL, (GAsyncReadyCallback)test_result, &result);
    test_wait_result(&result);
    system->index = amr_index_load_finish(result, &error);
    g_object_unref(result);
    assert_no_error(error);
    system->loaded = profiles ? amr_loaded_read(system->opener, &error) : NULL;
    assert_no_error(error);
}

static void
system_tear_down(System *system)
{
    amr_risks_free(system->risks);
    amr_refusals_free(system->refusals);
    amr_loaded_free(system->loaded);
    amr_index_free(system->index);
    amr_opener_free(system->opener);
    amr_target_free(system->target);
    test_dir_remove(system->dir);
}

/* @want: the ways that are offered. */
typedef struct {
    const char *name, *path, *want;
} ExecRow;

#define INHERITS     "ix | rix | cx | Cx"
#define OWN_WAYS     "px | " INHERITS " | Px | pix"
#define STACK(other) " | px -> \"p//&" other "\""
#define CHILD        "cx | ix | rix | Cx | cix"

static void
check_exec(const System *system, const ExecRow *rows, gsize n)
{
    const AmrProposeContext context = {.index = system->index,
                                       .loaded = system->loaded,
                                       .refusals = system->refusals,
                                       .risks = system->risks};
    for (gsize i = 0; i < n; i++) {
        g_autofree char *fields = g_strdup_printf(
            "\"DENIED\" operation=\"exec\" profile=\"p\" name=\"%s\" requested_mask=\"x\" "
            "denied_mask=\"x\" fsuid=0 ouid=0",
            rows[i].path);
        g_autofree char *got = answer(fields, &context);
        g_autoptr(GString) want = g_string_new("p:");
        g_auto(GStrv) ways = g_strsplit(rows[i].want, " | ", -1);
        for (guint k = 0; ways[k]; k++)
            g_string_append_printf(want, "%s %s %s,", k ? " |" : "", rows[i].path, ways[k]);
        if (strcmp(got, want->str) != 0)
            fail_msg("%s: %s", rows[i].name, got);
    }
}

static void
test_exec_on_disk(void **state)
{
    static const ExecRow rows[] = {
        {"attached by a pattern", "/opt/another-one", OWN_WAYS STACK("other")},
        {"attached by its name", "/opt/bare", OWN_WAYS STACK("/opt/bare")},
        {"a child by its attachment", "/opt/child", CHILD},
        {"a child by its name", "/opt/named", CHILD},
        {"a hat is no child", "/opt/hat", INHERITS},
        {"unconfined by its flag", "/opt/free", INHERITS},
        {"catches all", "/opt/unpriv", INHERITS},
        {"in another namespace", "/opt/far", INHERITS " | px -> :ns:far"},
        {"disabled", "/opt/off", INHERITS},
        {"nothing", "/opt/none", INHERITS},
        {"a profile called as it is", "/usr/lib/varied",
         INHERITS " | px -> varied" STACK("varied")},
        {"a child called as it is", "/usr/lib/child", INHERITS " | cx -> child"},
        {"a hat called as it is", "/usr/lib/hat", INHERITS},
        {"an unconfined one called as it is", "/usr/lib/free", INHERITS},
        {"one that catches all called as it is", "/usr/lib/unpriv_x", INHERITS},
        {"a disabled one called as it is", "/usr/lib/off", INHERITS},
        {"the profile itself called as it is", "/usr/lib/p", INHERITS},
        {"a variable in the attachment", "/opt/varied", OWN_WAYS STACK("varied")},
        {"its other value", "/srv/varied", OWN_WAYS STACK("varied")},
        {"a variable that nobody declares", "/opt/unknown",
         INHERITS " | px -> unknown" STACK("unknown")},
        {"by extended attributes, which are not known", "/opt/marked",
         INHERITS " | px -> marked" STACK("marked")},
        {"the more specific of two", "/opt/deep/in/x", OWN_WAYS STACK("narrow")},
        {"the most specific is unconfined", "/opt/deep/in/freely", INHERITS},
        {"two attach alike", "/opt/twice/x", INHERITS " | px -> same1 | px -> same2"},
        {"a name that is the path goes before patterns", "/opt/twice/y",
         OWN_WAYS STACK("/opt/twice/y")},
        {"the better of two ways counts", "/opt/late/xyz", OWN_WAYS STACK("late")},
    };
    System system = {0};
    system_set_up(&system, NULL);
    check_exec(&system, rows, G_N_ELEMENTS(rows));
    system_tear_down(&system);
}

static void
test_exec_loaded(void **state)
{
    static const ExecRow rows[] = {
        {"loaded", "/opt/other", OWN_WAYS STACK("other")},
        {"on disk but not loaded", "/opt/bare", INHERITS},
        {"loaded, its file unknown", "/opt/elsewhere", OWN_WAYS STACK("/opt/elsewhere")},
        {"loaded as unconfined", "/opt/loose", INHERITS},
        {"a loaded profile called as it is", "/usr/lib/other",
         INHERITS " | px -> \"other\"" STACK("other")},
        {"called as it is, but not loaded", "/usr/lib/varied", INHERITS},
        {"a loaded child called as it is", "/usr/lib/child", INHERITS " | cx -> child"},
        {"a loaded child", "/opt/made", CHILD},
    };
    System system = {0};
    system_set_up(&system, "p (enforce)\np//child (enforce)\np///opt/made (enforce)\n"
                           "other (enforce)\n/opt/elsewhere (complain)\n"
                           "/opt/loose (unconfined)\n");
    check_exec(&system, rows, G_N_ELEMENTS(rows));
    system_tear_down(&system);
}

/* Two patterns that run what both match in different ways do not compile together; a name beside a
 * pattern does, and so do two patterns that say the same. */
static void
test_exec_conflicts(void **state)
{
    static const struct {
        const char *name, *rules, *want, *out;
    } rows[] = {
        {"none", "", "/opt/v1.2/x ix,|/opt/v[0-9]*.[0-9]*/x ix,", ""},
        {"another way", "/opt/*/x px -> o,", "/opt/v1.2/x ix,", "/opt/v[0-9]*.[0-9]*/x ix,"},
        {"of another priority", "priority=1 /opt/*/x px -> o,",
         "/opt/v1.2/x ix,|/opt/v[0-9]*.[0-9]*/x ix,", ""},
        {"of a lower one", "audit priority=-1 /opt/*/x px -> o,",
         "/opt/v1.2/x ix,|/opt/v[0-9]*.[0-9]*/x ix,", ""},
        {"of the same one", "priority=0 /opt/*/x px -> o,", "/opt/v1.2/x ix,",
         "/opt/v[0-9]*.[0-9]*/x ix,"},
        {"called priority=1", "/opt/{priority=1,}*/x px -> o,", "/opt/v1.2/x ix,",
         "/opt/v[0-9]*.[0-9]*/x ix,"},
        {"the same way", "/opt/*/x ix,", "/opt/v1.2/x ix,|/opt/v[0-9]*.[0-9]*/x ix,", ""},
        {"a name", "/opt/v9.9/x px,", "/opt/v1.2/x ix,|/opt/v[0-9]*.[0-9]*/x ix,", ""},
        {"names in braces", "/opt/v{9,8}.9/x px,", "/opt/v1.2/x ix,|/opt/v[0-9]*.[0-9]*/x ix,", ""},
        {"elsewhere", "/srv/** px,", "/opt/v1.2/x ix,|/opt/v[0-9]*.[0-9]*/x ix,", ""},
        {"a deny", "deny /opt/** x,", "/opt/v1.2/x ix,|/opt/v[0-9]*.[0-9]*/x ix,", ""},
        {"no execution", "/opt/** rwk,", "/opt/v1.2/x ix,|/opt/v[0-9]*.[0-9]*/x ix,", ""},
        {"a variable", "@{ANY} rcx,", "/opt/v1.2/x ix,", "/opt/v[0-9]*.[0-9]*/x ix,"},
        {"the access first", "owner Cx /opt/** -> c,", "/opt/v1.2/x ix,",
         "/opt/v[0-9]*.[0-9]*/x ix,"},
        {"in quotes", "audit \"/opt/v?.? ?/x\" px, \"/opt/v?.?/x\" px,", "/opt/v1.2/x ix,",
         "/opt/v[0-9]*.[0-9]*/x ix,"},
        {"of a child", "profile c {\n /opt/** px,\n}", "/opt/v1.2/x ix,|/opt/v[0-9]*.[0-9]*/x ix,",
         ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        System system = {
            .policy = g_strdup_printf("@{ANY} = /opt/*/x\nprofile p {\n%s\n}\n", rows[i].rules)};
        system_set_up(&system, NULL);
        const AmrProposeContext context = {.index = system.index,
                                           .refusals = system.refusals,
                                           .risks = system.risks};
        AmrEvent event = {.klass = AMR_CLASS_FILE,
                          .verdict = AMR_VERDICT_DENIED,
                          .requested = AMR_PERM_EXEC,
                          .denied = AMR_PERM_EXEC};
        event.field[AMR_FIELD_PROFILE] = AMR_BYTES("p");
        event.field[AMR_FIELD_NAME] = AMR_BYTES("/opt/v1.2/x");
        g_autoptr(AmrProposal) proposal = amr_propose(&event, &context);
        g_autoptr(GString) got = g_string_new(NULL), out = g_string_new(NULL);
        for (guint k = 0; k < proposal->candidates->len; k++) {
            const AmrCandidate *candidate = proposal->candidates->pdata[k];
            g_autofree char *printed = amr_rule_print(candidate->rule);
            if (candidate->rule->file.exec == AMR_EXEC_IX && !candidate->rule->file.access)
                g_string_append_printf(got, "%s%s", got->len ? "|" : "", printed);
        }
        for (guint k = 0; k < proposal->left_out->len; k++) {
            const AmrLeftOut *left_out = proposal->left_out->pdata[k];
            g_autofree char *printed = amr_rule_print(left_out->rule);
            assert_int_equal(left_out->stating, AMR_STATING_REFUSED);
            assert_non_null(strstr(left_out->said, "p line "));
            if (left_out->rule->file.exec == AMR_EXEC_IX && !left_out->rule->file.access)
                g_string_append_printf(out, "%s%s", out->len ? "|" : "", printed);
        }
        if (strcmp(got->str, rows[i].want) != 0 || strcmp(out->str, rows[i].out) != 0)
            fail_msg("%s: %s, without %s", rows[i].name, got->str, out->str);
        system_tear_down(&system);
        g_free(system.policy);
    }
}

/* Without the file that has the words all is refused as with it; what only the kernel's words tell
 * is at least said in them, where policy allows it already. */
static void
test_without_words(void **state)
{
    g_autoptr(AmrRefusals) refusals = test_refusals();
    const AmrProposeContext known = {.refusals = refusals};

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *got = answer(table[i].fields, NULL),
                        *want = answer(table[i].fields, &known);
        if (strcmp(got, want) != 0 && !strstr(table[i].fields, "info="))
            fail_msg("%s: %s instead of %s", table[i].name, got, want);
    }
    AmrEvent event = {.klass = AMR_CLASS_FILE,
                      .verdict = AMR_VERDICT_DENIED,
                      .requested = AMR_PERM_EXEC,
                      .denied = AMR_PERM_EXEC};
    event.field[AMR_FIELD_PROFILE] = AMR_BYTES("p");
    event.field[AMR_FIELD_NAME] = AMR_BYTES("/x");
    event.field[AMR_FIELD_INFO] = AMR_BYTES("profile transition not found\x1b[2J");
    g_autoptr(AmrProposal) proposal = amr_propose(&event, NULL);
    assert_int_equal(proposal->no_rule, AMR_NO_RULE_NONE);
    amr_propose_settle(proposal, NULL, AMR_ORACLE_ALLOWED, NULL);
    assert_int_equal(proposal->no_rule, AMR_NO_RULE_GRANTED);
    assert_non_null(
        strstr(proposal->remedy, "what the kernel says (profile transition not found\\e[2J)"));
}

static void
test_unspellable(void **state)
{
    AmrEvent event = {.klass = AMR_CLASS_FILE,
                      .verdict = AMR_VERDICT_DENIED,
                      .requested = AMR_PERM_READ,
                      .denied = AMR_PERM_READ};
    static const char nul[] = {'/', 'a', '\0', 'b'};
    event.field[AMR_FIELD_PROFILE] = AMR_BYTES("p");
    event.field[AMR_FIELD_NAME] = (AmrBytes){nul, sizeof nul};
    g_autoptr(AmrProposal) proposal = amr_propose(&event, NULL);
    assert_int_equal(proposal->no_rule, AMR_NO_RULE_NOT_EXPRESSIBLE);
    assert_int_equal(proposal->candidates->len, 0);
}

/* Of rules parted by "|". */
static GPtrArray *
read_rules(const char *all)
{
    GPtrArray *rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    g_auto(GStrv) texts = g_strsplit(all, "|", -1);
    for (char **text = texts; *text; text++) {
        AmrRule *rule = amr_rule_read(*text, NULL);
        assert_non_null(rule);
        assert_int_not_equal(rule->kind, AMR_RULE_OPAQUE);
        g_ptr_array_add(rules, rule);
    }
    return rules;
}

static char *
print_rules(const GPtrArray *rules)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < rules->len; i++) {
        g_autofree char *printed = amr_rule_print(rules->pdata[i]);
        g_string_append_printf(out, "%s%s", i ? "|" : "", printed);
    }
    return g_string_free(out, FALSE);
}

static void
test_merge(void **state)
{
    static const struct {
        const char *name, *rules, *want;
    } rows[] = {
        {"access", "/x r,|/x w,", "/x rw,"},
        {"equal", "/x r,|capability chown,|/x r,|capability chown,", "/x r,|capability chown,"},
        {"write covers append", "/x a,|/x w,", "/x w,"},
        {"owner is another rule", "owner /x r,|/x w,", "owner /x r,|/x w,"},
        {"exec stays alone", "/x r,|/x ix,|/x w,", "/x rw,|/x ix,"},
        {"exec to two places", "/x px -> a,|/x px -> b,", "/x px -> a,|/x px -> b,"},
        {"audit is another rule", "audit /x r,|/x w,", "audit /x r,|/x w,"},
        {"order is kept", "/b r,|/a r,|/b k,", "/b rk,|/a r,"},
        {"capabilities", "capability setuid,|capability chown,|audit capability kill,",
         "capability chown setuid,|audit capability kill,"},
        {"all capabilities", "capability,|capability chown,", "capability,|capability chown,"},
        {"signals", "signal send set=term peer=a,|signal send set=hup peer=a,",
         "signal send set=(hup term) peer=a,"},
        {"signals, both ways", "signal send set=term peer=a,|signal receive set=term peer=a,",
         "signal (receive send) set=term peer=a,"},
        {"signals in two ways", "signal send set=term peer=a,|signal receive set=hup peer=b,",
         "signal send set=term peer=a,|signal receive set=hup peer=b,"},
        {"any signal", "signal send peer=a,|signal send set=hup peer=a,",
         "signal send peer=a,|signal send set=hup peer=a,"},
        {"peers", "ptrace read peer=b,|ptrace read peer=a,|ptrace trace peer=a,",
         "ptrace read peer=b,|ptrace (read trace) peer=a,"},
        {"peers alone", "ptrace read peer=b,|ptrace read peer=\"a b\",",
         "ptrace read peer=\"{a b,b}\","},
        {"a peer that is a pattern", "ptrace read peer=b*,|ptrace read peer=a,",
         "ptrace read peer=b*,|ptrace read peer=a,"},
        {"members",
         "dbus send bus=system path=/o interface=o.i member=B peer=(label=x),|"
         "dbus send bus=system path=/o interface=o.i member=A peer=(label=x),|"
         "dbus send bus=system path=/o interface=o.k member=A peer=(label=x),",
         "dbus send bus=system path=/o interface=o.i member={A,B} peer=(label=x),|"
         "dbus send bus=system path=/o interface=o.k member=A peer=(label=x),"},
        {"both ways",
         "dbus send bus=system path=/o member=A,|dbus receive bus=system path=/o member=A,",
         "dbus (receive send) bus=system path=/o member=A,"},
        {"sockets",
         "network (send) inet stream,|network (receive) inet stream,|network inet6 dgram,",
         "network (receive send) inet stream,|network inet6 dgram,"},
        {"mounts", "mount /a -> /b,|mount /a -> /c,|mount /a -> /b,",
         "mount /a -> /b,|mount /a -> /c,"},
        {"links", "link /a -> /b,|link /a -> /c,|link /a -> /b,", "link /a -> /b,|link /a -> /c,"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) rules = read_rules(rows[i].rules);
        g_autoptr(GPtrArray) wanted = read_rules(rows[i].want);
        amr_rules_merge(rules);
        g_autofree char *got = print_rules(rules), *want = print_rules(wanted);
        if (strcmp(got, want) != 0)
            fail_msg("%s: %s", rows[i].name, got);
    }
}

static void
test_catch_all(void **state)
{
    static const struct {
        const char *name;
        gboolean want;
    } rows[] = {
        {"unconfined", TRUE},
        {"unprivileged_userns", TRUE},
        {"unpriv_bwrap", TRUE},
        {"default", TRUE},
        {"default//child", TRUE},
        {":ns:unconfined", TRUE},
        {":ns://default", TRUE},
        {"unprivileged_userns//&unconfined", TRUE},
        {"p//&unconfined", TRUE},
        {"p", FALSE},
        {"p//unconfined", FALSE},
        {"docker-default", FALSE},
        {"unprivileged", FALSE},
        {"", FALSE},
        {":", FALSE},
        {"/usr/bin/unconfined", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (amr_profile_is_catch_all(rows[i].name) != rows[i].want)
            fail_msg("%s", rows[i].name);
}

static void
test_null(void **state)
{
    static const struct {
        const char *name, *parent, *exec;
    } rows[] = {
        {"p", NULL, NULL},
        {"p//c", NULL, NULL},
        {"p//null-/usr/bin/x", "p", "/usr/bin/x"},
        {"p//c//null-/a//null-/b", "p//c", "/a"},
        {":ns:p//null-/a", ":ns:p", "/a"},
        {"null-/a", "", "/a"},
        {"p//null-", "p", ""},
        {"/null-x", NULL, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *parent = NULL, *exec = NULL;
        assert_int_equal(amr_profile_is_null(rows[i].name, &parent, &exec), rows[i].exec != NULL);
        assert_int_equal(g_strcmp0(parent, rows[i].parent), 0);
        assert_int_equal(g_strcmp0(exec, rows[i].exec), 0);
    }
}

static void
test_glob(void **state)
{
    static const struct {
        const char *pattern, *name;
        gboolean want;
    } rows[] = {
        {"/a", "/a", TRUE},
        {"/a", "/ab", FALSE},
        {"\"/a b\"", "/a b", TRUE},
        {"/*", "/a", TRUE},
        {"/*", "/", FALSE},
        {"/*", "/a/b", FALSE},
        {"/**", "/a/b", TRUE},
        {"/**/x", "/a/b/x", TRUE},
        {"/a*", "/a", TRUE},
        {"/a?", "/a/", FALSE},
        {"/a?c", "/abc", TRUE},
        {"/[a-c]x", "/bx", TRUE},
        {"/[^a-c]x", "/bx", FALSE},
        {"/{,usr/}bin/{a,b*}", "/usr/bin/bcd", TRUE},
        {"/{,usr/}bin/{a,b*}", "/bin/a", TRUE},
        {"/{,usr/}bin/{a,b*}", "/bin/c", FALSE},
        {"/{a,{b,c}d}e", "/cde", TRUE},
        {"/\\*", "/*", TRUE},
        {"/\\*", "/x", FALSE},
        {"/\\141", "/a", TRUE},
        {"@{bin}/x", "/bin/x", FALSE},
        {"/{a", "/a", FALSE},
        {"/[a", "/a", FALSE},
    };
    static const struct {
        const char *pattern, *name;
        gsize fixed; /* 99: no match */
    } ways[] = {
        {"/a", "/a", 2},         {"/a", "/b", 99},           {"/[a-c]?c", "/abc", 4},
        {"/*", "/abc", 2},       {"/a*", "/abc", 2},         {"/a/*/c", "/a/b/c", 4},
        {"/a/**", "/a/b/c", 4},  {"/**/{*,c}", "/a/b/c", 2}, {"/{*,ab}c", "/abc", 4},
        {"/{ab,*}c", "/abc", 4}, {"{/**,/a/*}", "/a/b", 4},  {"/{*,a*,ab*}", "/abc", 3},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (amr_glob_match(rows[i].pattern, amr_bytes(rows[i].name)) != rows[i].want)
            fail_msg("%s on %s", rows[i].pattern, rows[i].name);
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        gsize fixed = 99;
        gboolean matched = amr_glob_match_fixed(ways[i].pattern, amr_bytes(ways[i].name), &fixed);
        if (matched != (ways[i].fixed != 99) || fixed != ways[i].fixed)
            fail_msg("%s on %s: %zu", ways[i].pattern, ways[i].name, fixed);
    }
    /* A pattern made to take forever gives up. */
    g_autofree char *name = g_strnfill(4000, 'a');
    assert_false(amr_glob_match("**a**a**a**a**a**a**a**a**b", amr_bytes(name)));
    gsize untouched = 99;
    assert_false(amr_glob_match_fixed("**a**a**a**a**a**a**a**a**b", amr_bytes(name), &untouched));
    assert_int_equal(untouched, 99);
}

static void
test_risk(void **state)
{
    static const struct {
        const char *name;
        guint access;
        AmrExecMode exec;
        AmrRisk want;
    } files[] = {
        {"/etc/shadow", AMR_ACCESS_READ, AMR_EXEC_NONE, AMR_RISK_HIGH},
        {"/etc/sudoers.d/x", AMR_ACCESS_WRITE, AMR_EXEC_NONE, AMR_RISK_HIGH},
        {"/etc/cron.d/x", AMR_ACCESS_WRITE, AMR_EXEC_NONE, AMR_RISK_HIGH},
        {"/etc/ld.so.preload", AMR_ACCESS_WRITE, AMR_EXEC_NONE, AMR_RISK_HIGH},
        {"/etc/ld.so.cache", AMR_ACCESS_READ, AMR_EXEC_NONE, AMR_RISK_LOW},
        {"/proc/sys/kernel/core_pattern", AMR_ACCESS_WRITE, AMR_EXEC_NONE, AMR_RISK_HIGH},
        {"/sys/power/state", AMR_ACCESS_WRITE, AMR_EXEC_NONE, AMR_RISK_HIGH},
        {"/root/.ssh/id_rsa", AMR_ACCESS_READ, AMR_EXEC_NONE, AMR_RISK_HIGH},
        {"/root/.ssh/authorized_keys", AMR_ACCESS_WRITE, AMR_EXEC_NONE, AMR_RISK_HIGH},
        {"/dev/mem", AMR_ACCESS_READ, AMR_EXEC_NONE, AMR_RISK_HIGH},
        {"/dev/sda", AMR_ACCESS_READ, AMR_EXEC_NONE, AMR_RISK_HIGH},
        {"/usr/bin/ls", AMR_ACCESS_WRITE, AMR_EXEC_NONE, AMR_RISK_HIGH},
        {"/usr/bin/bash", 0, AMR_EXEC_IX, AMR_RISK_HIGH},
        {"/usr/bin/python3.11", 0, AMR_EXEC_IX, AMR_RISK_HIGH},
        {"/usr/bin/bash", 0, AMR_EXEC_PX, AMR_RISK_LOW},
        {"/usr/bin/true", 0, AMR_EXEC_IX, AMR_RISK_LOW},
        {"/usr/bin/true", 0, AMR_EXEC_UX, AMR_RISK_HIGH},
        {"/opt/x", AMR_ACCESS_WRITE, AMR_EXEC_IX, AMR_RISK_HIGH},
        {"/usr/share/x", AMR_ACCESS_READ, AMR_EXEC_NONE, AMR_RISK_LOW},
    };
    static const struct {
        const char *name;
        AmrRisk want;
    } capabilities[] = {
        {"sys_admin", AMR_RISK_HIGH},       {"sys_module", AMR_RISK_HIGH},
        {"dac_override", AMR_RISK_HIGH},    {"sys_ptrace", AMR_RISK_HIGH},
        {"net_bind_service", AMR_RISK_LOW}, {NULL, AMR_RISK_HIGH},
    };
    g_autoptr(AmrRisks) risks = test_risks();

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *danger = NULL;
        AmrRisk got =
            amr_risk_file(risks, amr_bytes(files[i].name), files[i].access, files[i].exec, &danger);
        if (got != files[i].want || (got != AMR_RISK_LOW) != (danger != NULL))
            fail_msg("%s: %s", files[i].name, amr_risk_word(got));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(capabilities); i++) {
        g_autofree char *danger = NULL;
        assert_int_equal(amr_risk_capability(risks, capabilities[i].name, &danger),
                         capabilities[i].want);
    }
}

/* Rules that somebody wrote: by what their patterns reach. */
static void
test_risk_of_rules(void **state)
{
    static const struct {
        const char *rule, *want;
    } rows[] = {
        {"/srv/x r,", "low"},
        {"/srv/x/* r,", "low"},
        {"/srv/** r,", "high"},
        {"/** r,", "high"},
        {"/{,**} r,", "high"},
        {"/etc/shad* r,", "high"},
        {"@{HOME}/.ssh/* r,", "high"},
        {"@{NIX} rw,", "high"},
        {"/home/*/.config/x/** r,", "low"},
        {"/usr/bin/ba{sh,nner} ix,", "high"},
        {"/usr/bin/ba{sh,nner} px,", "low"},
        {"/srv/x ux,", "high"},
        {"deny /** rwklx,", "low"},
        {"capability,", "high"},
        {"capability chown net_raw,", "high"},
        {"capability net_bind_service,", "low"},
        {"network,", "high"},
        {"ptrace (trace) peer=x,", "high"},
        {"include <abstractions/x>", "high"},
        {"link /srv/a -> /srv/b,", "medium"},
        {"hyperlink /srv/a,", "high"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrRisks) risks = test_risks();
        g_autoptr(AmrRule) rule = amr_rule_read(rows[i].rule, &error);
        g_autofree char *danger = NULL;
        assert_no_error(error);
        AmrRisk risk = amr_risk_rule(risks, rule, &danger);
        if (strcmp(amr_risk_word(risk), rows[i].want) != 0)
            fail_msg("%s: %s (%s)", rows[i].rule, amr_risk_word(risk), danger ? danger : "");
        assert_int_equal(danger != NULL, risk != AMR_RISK_LOW);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),        cmocka_unit_test(test_exec_on_disk),
        cmocka_unit_test(test_exec_loaded),   cmocka_unit_test(test_exec_conflicts),
        cmocka_unit_test(test_without_words), cmocka_unit_test(test_unspellable),
        cmocka_unit_test(test_merge),         cmocka_unit_test(test_catch_all),
        cmocka_unit_test(test_null),          cmocka_unit_test(test_risk_of_rules),
        cmocka_unit_test(test_glob),          cmocka_unit_test(test_risk),
    };
    return cmocka_run_group_tests_name("propose", tests, NULL, NULL);
}
