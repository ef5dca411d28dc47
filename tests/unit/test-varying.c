/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which parts of a name vary: names from real systems, and hostile ones. */
#include "tests/unit/hostile.h"

#include <stdlib.h>
#include <string.h>

#include "core/policy/glob.h"
#include "core/policy/varying.h"

static const char *
letter(AmrVaryingKind kind)
{
    switch (kind) {
#define LETTER(name, words)  \
    case AMR_VARYING_##name: \
        return #name;
        AMR_VARYINGS(LETTER)
#undef LETTER
    case AMR_VARYING_NONE:
        break;
    }
    return "?";
}

/* "/proc/<PID!>/stat": each part as its kind, with ! if it is another at each run. */
static char *
marked(AmrBytes path, const GArray *parts)
{
    GString *out = g_string_new(NULL);
    gsize at = 0;
    for (guint i = 0; i < parts->len; i++) {
        const AmrVarying *part = &g_array_index(parts, AmrVarying, i);
        assert_true(part->off >= at && part->len > 0 && part->off + part->len <= path.len);
        assert_null(memchr(path.data + part->off, '/', part->len));
        g_string_append_len(out, path.data + at, (gssize)(part->off - at));
        g_string_append_printf(out, "<%s%s>", letter(part->kind), part->each_run ? "!" : "");
        at = part->off + part->len;
    }
    g_string_append_len(out, path.data + at, (gssize)(path.len - at));
    return g_string_free(out, FALSE);
}

static const struct {
    const char *path, *want;
} names[] = {
    /* processes */
    {"/proc/1234/status", "/proc/<PID!>/status"},
    {"/proc/1/environ", "/proc/1/environ"},
    {"/proc/99/task/100/comm", "/proc/<PID!>/task/<TID!>/comm"},
    {"/proc/99/fd/3", "/proc/<PID!>/fd/<FD!>"},
    {"/proc/99/fd/", "/proc/<PID!>/fd/"},
    {"/proc/99/fdinfo/17", "/proc/<PID!>/fdinfo/<FD!>"},
    {"/proc/99/map_files/55d0c0a000-55d0c0b000", "/proc/<PID!>/map_files/<HEX!>-<HEX!>"},
    {"/proc/99/net/if_inet6", "/proc/<PID!>/net/if_inet6"},
    {"/proc/sys/kernel/osrelease", "/proc/sys/kernel/osrelease"},
    {"/proc/sys/net/ipv4/conf/eth0/rp_filter", "/proc/sys/net/ipv4/conf/eth<NUMBER>/rp_filter"},
    {"/proc/sys/net/ipv6/conf/all/disable_ipv6", "/proc/sys/net/ipv6/conf/all/disable_ipv6"},
    {"/proc/", "/proc/"},
    {"/home/proc/12/x", "/home/proc/<NUMBER>/x"},

    /* temporary names: mktemp(1), mkstemp(3), Python, glib, Qt, Go, Java, sort, sed, gcc, clang */
    {"/tmp/tmp.ajfkwlqpzx", "/tmp/tmp.<RANDOM!>"},
    {"/tmp/tmp.G5rVfGqK2d/x", "/tmp/tmp.<RANDOM!>/x"},
    {"/tmp/x11.16Qmts", "/tmp/x11.<RANDOM!>"},
    {"/tmp/foo-1.4O5xFG", "/tmp/foo-<NUMBER>.<RANDOM!>"},
    {"/tmp/foo-1.16rc1", "/tmp/foo-<VERSION>rc<NUMBER>"},
    {"/tmp/tmpabcdefgh", "/tmp/tmp<RANDOM!>"},
    {"/tmp/tmp_x1_2yz9", "/tmp/tmp<RANDOM!>"},
    {"/tmp/tmpw0a_e9b4/setup.py", "/tmp/tmp<RANDOM!>/setup.py"},
    {"/tmp/pip-req-build-k2x9w0ab/setup.py", "/tmp/pip-req-build-<RANDOM!>/setup.py"},
    {"/tmp/sh-thd.KqZrtY", "/tmp/sh-thd.<RANDOM!>"},
    {"/tmp/sortaB3dE9", "/tmp/sort<RANDOM!>"},
    {"/etc/sedaB3dE9", "/etc/sed<RANDOM!>"},
    {"/tmp/ccQ7zKx2.s", "/tmp/cc<RANDOM!>.s"},
    {"/tmp/main-1a2b3c.o", "/tmp/main-<RANDOM!>.o"},
    {"/tmp/.org.chromium.Chromium.aQ3zP9", "/tmp/.org.chromium.Chromium.<RANDOM!>"},
    {"/dev/shm/.org.chromium.Chromium.KqZrtY", "/dev/shm/.org.chromium.Chromium.<RANDOM!>"},
    {"/tmp/go-build1234567890/b001/exe/main", "/tmp/go-build<DATE!>/b<NUMBER!>/exe/main"},
    {"/tmp/hsperfdata_joe/4321", "/tmp/hsperfdata_joe/<NUMBER!>"},
    {"/tmp/ssh-XXa8Q2kfJ0pQ/agent.4321", "/tmp/ssh-<RANDOM!>/agent.<NUMBER!>"},
    {"/tmp/ssh-gRozJw4786/agent.12", "/tmp/ssh-<RANDOM!>/agent.<NUMBER>"},
    {"/tmp/sdtest.8236-29816-IN8243/target", "/tmp/sdtest.<NUMBER!>-<NUMBER!>-<RANDOM!>/target"},
    {"/tmp/apt-key-gpghome.Ab3dEf9hIj/pubring.gpg", "/tmp/apt-key-gpghome.<RANDOM!>/pubring.gpg"},
    {"/tmp/systemd-private-0123456789abcdef0123456789abcdef-ntp.service-aB3dE9/tmp/",
     "/tmp/systemd-private-<HEX!>-ntp.service-<RANDOM!>/tmp/"},
    {"/var/tmp/etilqs_0a1b2c3d4e5f6071", "/var/tmp/etilqs_<HEX!>"},
    {"/tmp/.X11-unix/X0", "/tmp/.X11-unix/X<NUMBER>"},
    {"/tmp/.X0-lock", "/tmp/.X<NUMBER>-lock"},
    {"/tmp/#1234", "/tmp/#<NUMBER!>"},
    {"/home/u/#1234", "/home/u/#<NUMBER!>"},
    {"/home/u/.config/app.conf.X1Y2Z3", "/home/u/.config/app.conf.<RANDOM!>"},
    {"/home/u/.config/app.conf.X1Y2Z3.lock", "/home/u/.config/app.conf.<RANDOM!>.lock"},
    {"/etc/resolv.conf.aX1Y2Z", "/etc/resolv.conf.<RANDOM!>"},
    {"/var/cache/apt/pkgcache.bin.aBcD3F", "/var/cache/apt/pkgcache.bin.<RANDOM!>"},
    {"/srv/git/x.git/objects/pack/tmp_pack_aB3dE9",
     "/srv/git/x.git/objects/pack/tmp_pack_<RANDOM!>"},
    {"/var/lib/postgresql/15/main/base/pgsql_tmp/pgsql_tmp4321.0",
     "/var/lib/postgresql/<NUMBER>/main/base/pgsql_tmp/pgsql_tmp<NUMBER!>.<NUMBER>"},
    {"/home/u/hs_err_pid4321.log", "/home/u/hs_err_pid<PID!>.log"},
    {"/sys/fs/cgroup/system.slice/run-r8f2a1b3c4d5e6f708192a3b4c5d6e7f8.scope/memory.max",
     "/sys/fs/cgroup/system.slice/run-<RANDOM!>.scope/memory.max"},
    {"/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope/cgroup.procs",
     "/sys/fs/cgroup/user.slice/user-<NUMBER>.slice/session-<NUMBER!>.scope/cgroup.procs"},
    {"/sys/fs/cgroup/system.slice/run-u42.service/x",
     "/sys/fs/cgroup/system.slice/run-u<NUMBER!>.service/x"},
    {"/sys/fs/cgroup/system.slice/tomcat9.service/cpu.max",
     "/sys/fs/cgroup/system.slice/tomcat<NUMBER>.service/cpu.max"},
    {"/sys/fs/cgroups/session-3.scope", "/sys/fs/cgroups/session-<NUMBER>.scope"},
    {"/usr/lib/python3/dist-packages/__pycache__/foo.cpython-311.pyc.140234567890123",
     "/usr/lib/python<NUMBER>/dist-packages/__pycache__/foo.cpython-<NUMBER>.pyc.<NUMBER!>"},
    {"/srv/books/978316148410.pdf", "/srv/books/<NUMBER>.pdf"},
    {"/var/crash/core.4321", "/var/crash/core.<PID!>"},
    {"/var/mail/new/1700000000.M123456P7890.host",
     "/var/mail/new/<DATE!>.M<NUMBER!>P<NUMBER!>.host"},
    {"/var/lib/systemd/coredump/"
     "core.foo.1000.0123456789abcdef0123456789abcdef.4321.1700000000000000.zst",
     "/var/lib/systemd/coredump/core.foo.<NUMBER!>.<HEX!>.<NUMBER!>.<DATE!>.zst"},
    {"/run/user/1000/pulse/native", "/run/user/<UID>/pulse/native"},
    {"/run/user/1000/wayland-0", "/run/user/<UID>/wayland-<NUMBER>"},
    {"/run/user/1000/.flatpak/1234567/bwrapinfo.json",
     "/run/user/<UID>/.flatpak/<NUMBER!>/bwrapinfo.json"},
    {"/run/docker/containerd/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/x",
     "/run/docker/containerd/<HEX!>/x"},
    {"/run/log/journal/0123456789abcdef0123456789abcdef/system.journal",
     "/run/log/journal/<HEX>/system.journal"},
    {"/var/lib/x/0a1b2c3d-1a2b-3c4d-5e6f-0123456789ab/state", "/var/lib/x/<UUID!>/state"},
    {"/dev/disk/by-uuid/0a1b2c3d-1a2b-3c4d-5e6f-0123456789ab", "/dev/disk/by-uuid/<UUID>"},

    /* words that only look so */
    {"/tmp/README", "/tmp/README"},
    {"/tmp/\033[2Jnothing to see", "/tmp/\033[<NUMBER>Jnothing to see"},
    {"/tmp/config.sample", "/tmp/config.sample"},
    {"/tmp/user-config", "/tmp/user-config"},
    {"/tmp/GtkApp", "/tmp/GtkApp"},
    {"/run/tmpfiles.d/x", "/run/tmpfiles.d/x"},
    {"/home/u/README.DEBIAN", "/home/u/README.DEBIAN"},
    {"/home/u/foo.OpenGL", "/home/u/foo.OpenGL"},
    {"/home/u/x.JavaScript", "/home/u/x.JavaScript"},
    {"/usr/share/doc/x/NEWS.Debian.gz", "/usr/share/doc/x/NEWS.Debian.gz"},
    {"/usr/lib/gstreamer-1.0/libgstv4l2src.so",
     "/usr/lib/gstreamer-<VERSION>/libgstv<NUMBER>l<NUMBER>src.so"},
    {"/usr/share/locale/en_US.UTF-8/LC_TIME", "/usr/share/locale/en_US.UTF-8/LC_TIME"},
    {"/usr/lib/locale/C.utf8/LC_CTYPE", "/usr/lib/locale/C.utf8/LC_CTYPE"},
    {"/usr/share/i18n/charmaps/ISO-8859-15.gz", "/usr/share/i18n/charmaps/ISO-8859-15.gz"},
    {"/srv/www/main.1a2b3c4d.js", "/srv/www/main.<RANDOM>.js"},
    {"/home/u/.mozilla/firefox/x1y2z3ab.default-esr/prefs.js",
     "/home/u/.mozilla/firefox/<RANDOM>.default-esr/prefs.js"},

    /* versions, digests, numbers */
    {"/usr/lib/x86_64-linux-gnu/libfoo-2.0.so.0.5600.3",
     "/usr/lib/x86_64-linux-gnu/libfoo-<VERSION>.so.<VERSION>"},
    {"/lib/x86_64-linux-gnu/libc.so.6", "/lib/x86_64-linux-gnu/libc.so.<NUMBER>"},
    {"/lib/i386-linux-gnu/ld-2.36.so", "/lib/i386-linux-gnu/ld-<VERSION>.so"},
    {"/lib/modules/4.19.0-21-amd64/modules.dep", "/lib/modules/<VERSION>-amd64/modules.dep"},
    {"/lib/modules/6.1.0-rc3/x.ko", "/lib/modules/<VERSION>-rc<NUMBER>/x.ko"},
    {"/boot/vmlinuz-6.12.48+deb13-amd64", "/boot/vmlinuz-<VERSION>+deb<NUMBER>-amd64"},
    {"/usr/lib/python3.11/os.py", "/usr/lib/python<VERSION>/os.py"},
    {"/usr/lib/x86_64-linux-gnu/perl5/5.36/x.pm",
     "/usr/lib/x86_64-linux-gnu/perl<NUMBER>/<VERSION>/x.pm"},
    {"/usr/lib/jvm/java-17-openjdk-amd64/lib/x.so",
     "/usr/lib/jvm/java-<NUMBER>-openjdk-amd64/lib/x.so"},
    {"/snap/firefox/3600/usr/lib/x", "/snap/firefox/<NUMBER>/usr/lib/x"},
    {"/var/log/syslog.1", "/var/log/syslog.<NUMBER>"},
    {"/var/log/app-2024-01-31.log", "/var/log/app-<DATE>.log"},
    {"/var/log/app-20240131.gz", "/var/log/app-<DATE>.gz"},
    {"/var/log/app/2024-01-31T12:00:59.log", "/var/log/app/<DATE!>.log"},
    {"/var/log/app/20240131-120059", "/var/log/app/<DATE!>"},
    {"/var/log/app/99999999", "/var/log/app/<NUMBER>"},
    {"/home/u/.cache/fontconfig/0123456789abcdef0123456789abcdef-le64.cache-9",
     "/home/u/.cache/fontconfig/<HEX>-le64.cache-<NUMBER>"},
    {"/home/u/.cache/thumbnails/large/0123456789abcdef0123456789abcdef.png",
     "/home/u/.cache/thumbnails/large/<HEX>.png"},
    {"/home/u/.cache/mozilla/firefox/x1y2z3ab.default/cache2/entries/"
     "0123456789ABCDEF0123456789ABCDEF01234567",
     "/home/u/.cache/mozilla/firefox/<RANDOM>.default/cache<NUMBER>/entries/<HEX>"},
    {"/srv/x.git/objects/4b/825dc642cb6eb9a060e54bf8d69288fbee4904",
     "/srv/x.git/objects/<HEX>/<HEX>"},
    {"/home/u/.ccache/a/7/0123456789abcdef0123456789-1.result",
     "/home/u/.ccache/<HEX>/<HEX>/<HEX>-<NUMBER>.result"},
    {"/nix/store/0c5b8vw40dy178xlpddw65q9gf1h2186-glibc-2.38/lib/libc.so.6",
     "/nix/store/<RANDOM>-glibc-<VERSION>/lib/libc.so.<NUMBER>"},
    {"/sys/devices/pci0000:00/0000:00:1f.3/sound/card0/pcmC0D0p",
     "/sys/devices/pci<NUMBER>:<NUMBER>/<DEVICE>/sound/card<NUMBER>/pcmC<NUMBER>D<NUMBER>p"},
    {"/sys/class/net/wlp2s0/address", "/sys/class/net/wlp<NUMBER>s<NUMBER>/address"},
    {"/run/udev/data/c189:131", "/run/udev/data/c<NUMBER>:<NUMBER>"},
    {"/var/lib/bluetooth/00:1A:7D:DA:71:13/cache/x", "/var/lib/bluetooth/<DEVICE>/cache/x"},
    {"/dev/nvme0n1p2", "/dev/nvme<NUMBER>n<NUMBER>p<NUMBER>"},
    {"/dev/pts/4", "/dev/pts/<NUMBER>"},
    {"/", "/"},
    {"//a//b9//", "//a//b<NUMBER>//"},
};

static void
test_names(void **state)
{
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(AmrVarying));
    guint bad = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        amr_varying_path(amr_bytes(names[i].path), NULL, parts);
        g_autofree char *got = marked(amr_bytes(names[i].path), parts);
        if (strcmp(got, names[i].want) != 0) {
            print_message("%s\n  %s\n  instead of %s\n", names[i].path, got, names[i].want);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

static void
test_hints(void **state)
{
    static const struct {
        const char *path, *want;
    } rows[] = {
        {"/run/foo/4321.sock", "/run/foo/<PID!>.sock"},
        {"/var/lib/foo-4321", "/var/lib/foo-<PID!>"},
        {"/tmp/tmux-1000/default", "/tmp/tmux-<UID>/default"},
        {"/run/user/1000/x", "/run/user/<UID>/x"},
        {"/opt/v4321.5/x", "/opt/v<PID!>.<NUMBER>/x"},
        {"/opt/04321", "/opt/<NUMBER>"},
    };
    const AmrVaryingHints hints = {4321, TRUE, 1000};
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(AmrVarying));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        amr_varying_path(amr_bytes(rows[i].path), &hints, parts);
        g_autofree char *got = marked(amr_bytes(rows[i].path), parts);
        assert_string_equal(got, rows[i].want);
    }
}

typedef void (*Find)(AmrBytes name, const AmrVaryingHints *hints, GArray *out);

static void
assert_found(Find find, const char *const (*rows)[2], gsize n)
{
    const AmrVaryingHints hints = {4321, TRUE, 1000};
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(AmrVarying));

    for (gsize i = 0; i < n; i++) {
        find(amr_bytes(rows[i][0]), &hints, parts);
        g_autofree char *got = marked(amr_bytes(rows[i][0]), parts);
        assert_string_equal(got, rows[i][1]);
    }
}

static void
test_objects(void **state)
{
    static const char *const rows[][2] = {
        {"/", "/"},
        {"/org/freedesktop/DBus", "/org/freedesktop/DBus"},
        {"/org/freedesktop/login1", "/org/freedesktop/login1"},
        {"/org/freedesktop/login1/session/_32", "/org/freedesktop/login1/session/_<NUMBER!>"},
        {"/org/freedesktop/login1/user/_1000", "/org/freedesktop/login1/user/_<UID>"},
        {"/org/freedesktop/systemd1/unit/ssh_2eservice",
         "/org/freedesktop/systemd1/unit/ssh_2eservice"},
        {"/org/freedesktop/systemd1/job/4711", "/org/freedesktop/systemd1/job/<NUMBER!>"},
        {"/org/freedesktop/NetworkManager/ActiveConnection/12",
         "/org/freedesktop/NetworkManager/ActiveConnection/<NUMBER!>"},
        {"/org/freedesktop/UDisks2/block_devices/sda1",
         "/org/freedesktop/UDisks2/block_devices/sda1"},
        {"/org/freedesktop/portal/desktop/request/1_76/gtk1234567",
         "/org/freedesktop/portal/desktop/request/<NUMBER!>_<NUMBER!>/gtk<NUMBER!>"},
        {"/org/freedesktop/secrets/session/s12", "/org/freedesktop/secrets/session/s<NUMBER!>"},
        {"/org/bluez/hci0/dev_00_11_22_33_44_55", "/org/bluez/hci0/dev_<DEVICE>"},
        {"/org/mpris/MediaPlayer2", "/org/mpris/MediaPlayer2"},
        {"/org/gtk/vfs/mount/1", "/org/gtk/vfs/mount/<NUMBER!>"},
        {"/StatusNotifierItem", "/StatusNotifierItem"},
        {"/MenuBar/2", "/MenuBar/<NUMBER!>"},
    };
    assert_found(amr_varying_object, rows, G_N_ELEMENTS(rows));
}

static void
test_words(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"@", "@"},
        {"@0001f", "@<HEX!>"},
        {"@0001F", "@<NUMBER!>F"},
        {"@00012f", "@<NUMBER!>f"},
        {"@/tmp/.X11-unix/X0", "@/tmp/.X11-unix/X<NUMBER>"},
        {"@/tmp/dbus-aB3dE9fGhI", "@/tmp/dbus-<RANDOM!>"},
        {"@/tmp/.ICE-unix/4321", "@/tmp/.ICE-unix/<PID!>"},
        {"@/org/kernel/linux/storage/multipathd", "@/org/kernel/linux/storage/multipathd"},
        {"@0a1b2c3d-1a2b-3c4d-5e6f-0123456789ab", "@<UUID!>"},
        {"org.freedesktop.UDisks2", "org.freedesktop.UDisks2"},
        {"org.freedesktop.login1", "org.freedesktop.login1"},
        {"org.mpris.MediaPlayer2.vlc.instance4321", "org.mpris.MediaPlayer2.vlc.instance<PID!>"},
        {"org.kde.StatusNotifierItem-4321-1", "org.kde.StatusNotifierItem-<PID!>-<NUMBER>"},
        {"/mq.4321", "/mq.<PID!>"},
        {"/queue", "/queue"},
    };
    assert_found(amr_varying_word, rows, G_N_ELEMENTS(rows));
}

static void
test_component(void **state)
{
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(AmrVarying));
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"libfoo.so.6.2", "libfoo.so.<VERSION>"},
        {"4b825dc642cb6eb9a060e54bf8d69288fbee4904", "<HEX>"},
        {"x.conf.aB3dE9", "x.conf.<RANDOM!>"},
        {"", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        amr_varying_component(amr_bytes(rows[i].name), parts);
        g_autofree char *got = marked(amr_bytes(rows[i].name), parts);
        assert_string_equal(got, rows[i].want);
    }
}

static char *
pattern_of(AmrVaryingKind kind, const char *const *texts)
{
    AmrBytes bytes[8];
    gsize n = 0;
    GString *pattern = g_string_new(NULL);
    for (; texts[n]; n++)
        bytes[n] = amr_bytes(texts[n]);
    amr_varying_append(pattern, kind, bytes, n);
    return g_string_free(pattern, FALSE);
}

static void
test_patterns(void **state)
{
    static const struct {
        AmrVaryingKind kind;
        const char *texts[8], *want, *others[4], *not [6];
    } rows[] = {
        {AMR_VARYING_PID, {"12"}, "[0-9]*", {"1", "4194304"}, {"", "x1", "1/2", "/"}},
        {AMR_VARYING_VERSION,
         {"1.2.3"},
         "[0-9]*.[0-9]*",
         {"2.0", "10.20.30-4"},
         {"2", "2.", "x.1"}},
        {AMR_VARYING_VERSION, {"1.2", "3"}, "[0-9]*", {"2", "1.2.3"}, {"", "x"}},
        {AMR_VARYING_UUID,
         {"0a1b2c3d-1a2b-3c4d-5e6f-0123456789ab"},
         "[0-9a-f]??????\?-[0-9a-f]??\?-[0-9a-f]??\?-[0-9a-f]??\?-[0-9a-f]???????????",
         {"ffffffff-ffff-ffff-ffff-ffffffffffff"},
         {"0a1b2c3d-1a2b-3c4d-5e6f-0123456789abc", "0a1b2c3d11a2b-3c4d-5e6f-0123456789ab"}},
        {AMR_VARYING_HEX,
         {"0123456789abcdef"},
         "[0-9a-f]???????????????",
         {"fedcba9876543210"},
         {"0123456789abcde", "0123456789abcdef0", "0123456/89abcdef"}},
        {AMR_VARYING_HEX,
         {"0123456789abcdef", "0A"},
         "[0-9A-Fa-f][0-9A-Fa-f]*",
         {"00"},
         {"0", "g0"}},
        {AMR_VARYING_RANDOM,
         {"aB3"},
         "[0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z]",
         {"zzz"},
         {"zz", "z.z"}},
        {AMR_VARYING_RANDOM,
         {"1a2b3c"},
         "[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]",
         {"ffffff"},
         {"gggggg"}},
        {AMR_VARYING_DATE,
         {"2024-01-31"},
         "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]",
         {"1999-12-31"},
         {"1999/12/31", "1999-12-310"}},
        {AMR_VARYING_DATE, {"20240131", "2024-01-31"}, "[0-9]*", {"1"}, {""}},
        {AMR_VARYING_DEVICE,
         {"00:1f.3"},
         "[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f].[0-9a-f]",
         {"ff:ff.f"},
         {"ff:ff:f"}},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = pattern_of(rows[i].kind, rows[i].texts);
        assert_string_equal(got, rows[i].want);
        for (const char *const *text = rows[i].texts; *text; text++)
            assert_true(amr_glob_match(got, amr_bytes(*text)));
        for (const char *const *text = rows[i].others; *text; text++)
            assert_true(amr_glob_match(got, amr_bytes(*text)));
        for (const char *const *text = rows[i].not ; *text; text++)
            assert_false(amr_glob_match(got, amr_bytes(*text)));
    }
}

/* Whatever the name: the parts stand in order within components, the pattern of each matches what
 * stands there, and twice asked is twice the same. */
static void
check_hostile(AmrBytes path, GArray *parts, GArray *again)
{
    g_autofree char *shown = NULL;

    amr_varying_path(path, NULL, parts);
    amr_varying_path(path, NULL, again);
    assert_int_equal(parts->len, again->len);
    for (guint i = 0; i < parts->len; i++) {
        const AmrVarying *part = &g_array_index(parts, AmrVarying, i);
        g_autoptr(GString) pattern = g_string_new(NULL);
        AmrBytes text = {path.data + part->off, part->len};
        assert_memory_equal(part, &g_array_index(again, AmrVarying, i), sizeof *part);
        amr_varying_append(pattern, part->kind, &text, 1);
        if (!amr_glob_match(pattern->str, text))
            fail_msg("%s does not match", pattern->str);
        assert_null(strchr(pattern->str, '/'));
    }
    shown = marked(path, parts); /* asserts the order */
}

static void
test_hostile(void **state)
{
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(AmrVarying));
    g_autoptr(GArray) again = g_array_new(FALSE, FALSE, sizeof(AmrVarying));
    const char *seed = g_getenv("ARMORER_SEED");
    guint32 number = seed ? (guint32)strtoul(seed, NULL, 10) : g_random_int();
    g_autoptr(GRand) rand = g_rand_new_with_seed(number);
    static const char likely[] = "0123456789abcdefABCDEFxyzXYZ-._:/#tmp";

    print_message("ARMORER_SEED=%u\n", number);
    for (guint i = 0; i < 20000; i++) {
        char path[300];
        gsize n = hostile_bytes(rand, path, sizeof path);
        for (gsize j = 0; j < n; j++)
            if (g_rand_int_range(rand, 0, 4))
                path[j] = likely[g_rand_int_range(rand, 0, sizeof likely - 1)];
        check_hostile((AmrBytes){path, n}, parts, again);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),     cmocka_unit_test(test_hints),
        cmocka_unit_test(test_objects),   cmocka_unit_test(test_words),
        cmocka_unit_test(test_component), cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
