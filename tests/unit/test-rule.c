/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/policy/rule.h"
#include "core/policy/rule_lex.h"

/* ---- reading ----------------------------------------------------------------------------------
 */

static const struct {
    const char *name, *input;
    AmrRuleKind kind;
    const char *want; /* as printed */
} good[] = {
    {"file", "/x r,", AMR_RULE_FILE, "/x r,"},
    {"all letters", "/x klrwm,", AMR_RULE_FILE, "/x mrwkl,"},
    {"append", "/x ra,", AMR_RULE_FILE, "/x ra,"},
    {"mode first", "rw /x,", AMR_RULE_FILE, "/x rw,"},
    {"file keyword", "file rw /x,", AMR_RULE_FILE, "/x rw,"},
    {"file keyword, path first", "file /x rw,", AMR_RULE_FILE, "/x rw,"},
    {"all files", "file,", AMR_RULE_OPAQUE, "file,"},
    {"qualifiers", "audit deny owner /x w,", AMR_RULE_FILE, "audit deny owner /x w,"},
    {"allow", "allow /x r,", AMR_RULE_FILE, "/x r,"},
    {"audit allow", "audit allow /x r,", AMR_RULE_FILE, "audit /x r,"},
    {"blanks", "  \t/x \t  r  ,  ", AMR_RULE_FILE, "/x r,"},
    {"quotes that need not be", "\"/x\" r,", AMR_RULE_FILE, "/x r,"},
    {"a name with a blank", "\"/x y\" r,", AMR_RULE_FILE, "\"/x y\" r,"},
    {"a quoted comma", "\"/x, y\" r,", AMR_RULE_FILE, "\"/x, y\" r,"},
    {"a brace in quotes", "\"/x y{a, b}\" r,", AMR_RULE_FILE, "\"/x y{a, b}\" r,"},
    {"globs", "/{a,b{c,d}}/[a-z]?*/** r,", AMR_RULE_FILE, "/{a,b{c,d}}/[a-z]?*/** r,"},
    {"a variable", "@{HOME}/.x r,", AMR_RULE_FILE, "@{HOME}/.x r,"},
    {"exec", "/x mrix,", AMR_RULE_FILE, "/x mrix,"},
    {"exec with capitals", "/x rPUx,", AMR_RULE_FILE, "/x rPUx,"},
    {"exec fallback", "/x Pix,", AMR_RULE_FILE, "/x Pix,"},
    {"exec target", "/x px -> another,", AMR_RULE_FILE, "/x px -> another,"},
    {"exec target in quotes", "/x cx -> \"o r\",", AMR_RULE_FILE, "/x cx -> \"o r\","},
    {"exec target that is a keyword", "/x px -> \"include\",", AMR_RULE_FILE,
     "/x px -> \"include\","},
    {"exec target with a variable", "/x px -> @{a},", AMR_RULE_OPAQUE, "/x px -> @{a},"},
    {"denied exec", "deny /x mx,", AMR_RULE_FILE, "deny /x mx,"},
    {"x that does not say how", "/x x,", AMR_RULE_OPAQUE, "/x x,"},
    {"exec denied by its mode", "deny /x ix,", AMR_RULE_OPAQUE, "deny /x ix,"},
    {"two exec modes", "/x ixpx,", AMR_RULE_OPAQUE, "/x ixpx,"},
    {"write and append", "/x wa,", AMR_RULE_OPAQUE, "/x wa,"},
    {"priority", "priority=-1 /x r,", AMR_RULE_OPAQUE, "priority=-1 /x r,"},
    {"quiet", "quiet deny /x r,", AMR_RULE_OPAQUE, "quiet deny /x r,"},
    {"link", "link /a -> /b,", AMR_RULE_LINK, "link /a -> /b,"},
    {"link subset", "owner link  subset \"/a b\" -> /b/**,", AMR_RULE_LINK,
     "owner link subset \"/a b\" -> /b/**,"},
    {"capability", "capability,", AMR_RULE_CAPABILITY, "capability,"},
    {"capabilities", "capability kill chown kill,", AMR_RULE_CAPABILITY, "capability chown kill,"},
    {"network", "network,", AMR_RULE_NETWORK, "network,"},
    {"family", "network inet,", AMR_RULE_NETWORK, "network inet,"},
    {"family and type", "deny network inet6   stream,", AMR_RULE_NETWORK,
     "deny network inet6 stream,"},
    {"protocol", "network tcp,", AMR_RULE_NETWORK, "network tcp,"},
    {"family and protocol", "network inet icmp,", AMR_RULE_NETWORK, "network inet icmp,"},
    {"network of 4.x", "network (send, receive) inet ip=127.0.0.1 peer=(ip=::1, port=80),",
     AMR_RULE_NETWORK, "network (receive, send) inet ip=127.0.0.1 peer=(ip=::1, port=80),"},
    {"network of 5.0", "network inet interface=eth0,", AMR_RULE_OPAQUE,
     "network inet interface=eth0,"},
    {"a protocol by number", "network inet raw,", AMR_RULE_NETWORK, "network inet raw,"},
    {"include", "include <abstractions/base>", AMR_RULE_INCLUDE, "include <abstractions/base>"},
    {"include if exists", " include  if exists <local/x y> ", AMR_RULE_UNKNOWN, NULL},
    {"include if exists, one word", "include if  exists <local/x>", AMR_RULE_INCLUDE,
     "include if exists <local/x>"},
    {"dbus", "dbus (send,receive)  bus=system peer=(name=\"org.x\",  label=a),", AMR_RULE_DBUS,
     "dbus (receive, send) bus=system peer=(name=org.x, label=a),"},
    {"dbus bind", "dbus bind bus=session name=org.x{,.*},", AMR_RULE_DBUS,
     "dbus (bind) bus=session name=org.x{,.*},"},
    {"dbus, whole", "audit deny dbus,", AMR_RULE_DBUS, "audit deny dbus,"},
    {"dbus, all terms",
     "dbus send bus=session path=/a/b interface=\"a.b\" member=\"x y\" peer=(label=\"a b\"),",
     AMR_RULE_DBUS,
     "dbus (send) bus=session path=/a/b interface=a.b member=\"x y\" peer=(label=\"a b\"),"},
    {"a comma in a peer's braces", "dbus send peer=(label=\"a{b,c}\"),", AMR_RULE_DBUS,
     "dbus (send) peer=(label=\"a{b,c}\"),"},
    {"dbus, a key twice", "dbus send bus=a bus=b,", AMR_RULE_OPAQUE, "dbus send bus=a bus=b,"},
    {"dbus, a quote within a value", "dbus send peer=(name==\"org.x y\"),", AMR_RULE_OPAQUE,
     "dbus send peer=(name==\"org.x y\"),"},
    {"dbus, an access of tomorrow", "dbus (wink),", AMR_RULE_OPAQUE, "dbus (wink),"},
    {"signal", "signal ( send ) set=( term hup ) peer=x,", AMR_RULE_SIGNAL,
     "signal (send) set=(hup, term) peer=x,"},
    {"one signal", "signal receive set=rtmin+3 peer=@{p}//&unconfined,", AMR_RULE_SIGNAL,
     "signal (receive) set=(rtmin+3) peer=\"@{p}//&unconfined\","},
    {"signal, quoted", "signal set=(\"hup\") peer=\"a b\",", AMR_RULE_SIGNAL,
     "signal set=(hup) peer=\"a b\","},
    {"all signals", "signal,", AMR_RULE_SIGNAL, "signal,"},
    {"ptrace", "ptrace (trace, read) peer=/usr/bin/*,", AMR_RULE_PTRACE,
     "ptrace (read, trace) peer=/usr/bin/*,"},
    {"unix", "unix (connect) type=stream addr=\"@a b\" peer=(addr=@x label=y),", AMR_RULE_UNIX,
     "unix (connect) type=(stream) addr=\"@a b\" peer=(label=y, addr=\"@x\"),"},
    {"unix, none", "unix type=(dgram, stream) addr=none,", AMR_RULE_UNIX,
     "unix type=(dgram, stream) addr=none,"},
    {"unix, an option", "unix (getopt) opt=x,", AMR_RULE_OPAQUE, "unix (getopt) opt=x,"},
    {"mount", "mount fstype=tmpfs options=(rw nosuid) tmpfs -> /mnt/,", AMR_RULE_MOUNT,
     "mount fstype=(tmpfs) options=(nosuid, rw) tmpfs -> /mnt/,"},
    {"mount, any", "mount,", AMR_RULE_MOUNT, "mount,"},
    {"mount, point only", "mount -> \"/m n/\",", AMR_RULE_MOUNT, "mount -> \"/m n/\","},
    {"mount, source with a blank", "mount options=bind \"/a b\" -> /c,", AMR_RULE_MOUNT,
     "mount options=(bind) \"/a b\" -> /c,"},
    {"mount options in", "mount options in (rw, ro) /dev/sda1,", AMR_RULE_MOUNT,
     "mount options in (ro, rw) /dev/sda1,"},
    {"mount, options twice", "mount options=rw options=ro /x,", AMR_RULE_OPAQUE,
     "mount options=rw options=ro /x,"},
    {"mount, an empty source", "mount \"\" -> /x,", AMR_RULE_OPAQUE, "mount \"\" -> /x,"},
    {"mount, a source like a condition", "mount fstype=x/a=b \"oA/h=//e\",", AMR_RULE_MOUNT,
     "mount fstype=(x/a=b) \"oA/h=//e\","},
    {"mount, a source of alternatives", "mount options=rw {a,/dev/b} -> /m/,", AMR_RULE_MOUNT,
     "mount options=(rw) \"{a,/dev/b}\" -> /m/,"},
    {"mount, a sign alone", "mount \":\" -> \"+x\",", AMR_RULE_MOUNT, "mount \":\" -> \"+x\","},
    {"mount, an alternation in a list", "mount fstype=\"{a,b}/c\",", AMR_RULE_MOUNT,
     "mount fstype=(\"{a,b}/c\"),"},
    {"a child", "profile /opt/x { include if exists <local/p.opt.x> }", AMR_RULE_CHILD,
     "profile /opt/x { include if exists <local/p.opt.x> }"},
    {"a child that complains and has the base",
     "profile \"/opt/x y\" flags=(complain) { include if exists <abstractions/base> include if "
     "exists <local/p.opt.x> }",
     AMR_RULE_CHILD,
     "profile \"/opt/x y\" flags=(complain) { include if exists <abstractions/base> include if "
     "exists <local/p.opt.x> }"},
    {"mount, a name of a file system in quotes", "mount fstype=(\"a\\040\\[b\", \"{x,y}\"),",
     AMR_RULE_MOUNT, "mount fstype=(\"a\\040\\[b\", \"{x,y}\"),"},
    {"a queue like an access", "mqueue \"create\",", AMR_RULE_MQUEUE, "mqueue \"create\","},
    {"remount", "remount options=ro /mnt/,", AMR_RULE_REMOUNT, "remount options=(ro) /mnt/,"},
    {"umount", "umount /mnt/,", AMR_RULE_UMOUNT, "umount /mnt/,"},
    {"unmount", "unmount,", AMR_RULE_UMOUNT, "umount,"},
    {"pivot_root", "pivot_root oldroot=/m/old/ /m/ -> next,", AMR_RULE_PIVOT_ROOT,
     "pivot_root oldroot=/m/old/ /m/ -> next,"},
    {"change_profile", "change_profile -> /x//{a,b},", AMR_RULE_CHANGE_PROFILE,
     "change_profile -> /x//{a,b},"},
    {"change_profile on exec", "change_profile unsafe /bin/x -> \":ns:a b\",",
     AMR_RULE_CHANGE_PROFILE, "change_profile unsafe /bin/x -> \":ns:a b\","},
    {"change_profile, any", "change_profile,", AMR_RULE_CHANGE_PROFILE, "change_profile,"},
    {"change_profile to two", "change_profile -> a b,", AMR_RULE_OPAQUE, "change_profile -> a b,"},
    {"userns", "userns create,", AMR_RULE_USERNS, "userns create,"},
    {"mqueue", "mqueue (create write) type=posix label=x \"/a b\",", AMR_RULE_MQUEUE,
     "mqueue (create, write) type=posix label=x \"/a b\","},
    {"a sysv queue", "mqueue create type=sysv 77,", AMR_RULE_MQUEUE,
     "mqueue (create) type=sysv 77,"},
    {"io_uring", "io_uring override_creds label=x,", AMR_RULE_IO_URING,
     "io_uring (override_creds) label=x,"},
    {"rlimit", "set rlimit nofile <= 1024,", AMR_RULE_RLIMIT, "set rlimit nofile <= 1024,"},
    {"rlimit with a unit", "set rlimit cpu <= 5 minutes,", AMR_RULE_OPAQUE,
     "set rlimit cpu <= 5 minutes,"},
    {"all", "all,", AMR_RULE_ALL, "all,"},
    {"owner where there is none", "owner signal,", AMR_RULE_OPAQUE, "owner signal,"},
    {"a class of tomorrow", "teleport far,", AMR_RULE_OPAQUE, "teleport far,"},
    {"parentheses in a name", "/a(1) r,", AMR_RULE_FILE, "\"/a(1)\" r,"},
    {"a comma in a name", "/a,b r,", AMR_RULE_FILE, "\"/a,b\" r,"},
    {"a hash in a name", "/a#b r,", AMR_RULE_FILE, "\"/a#b\" r,"},
    {"escapes", "/a\\ b\\{ r,", AMR_RULE_FILE, "\"/a\\ b\\{\" r,"},
    {"utf-8", "/\xc3\xa4 r,", AMR_RULE_FILE, "\"/\xc3\xa4\" r,"},
};

static void
test_reads(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrRule) rule = amr_rule_read(good[i].input, &error);
        if (good[i].kind == AMR_RULE_UNKNOWN) {
            if (rule || !g_error_matches(error, AMR_ERROR, AMR_ERROR_PARSE))
                fail_msg("%s: not refused", good[i].name);
            continue;
        }
        if (!rule)
            fail_msg("%s: %s", good[i].name, error->message);
        g_autofree char *printed = amr_rule_print(rule);
        if (rule->kind != good[i].kind || strcmp(printed, good[i].want) != 0)
            fail_msg("%s: read as %s and printed as %s", good[i].name,
                     amr_rule_kind_word(rule->kind), printed);
        g_autoptr(AmrRule) again = amr_rule_read(printed, &error);
        g_autoptr(AmrRule) copy = amr_rule_copy(rule);
        assert_no_error(error);
        assert_true(amr_rule_equal(rule, again));
        assert_true(amr_rule_equal(rule, copy));
    }
}

static const struct {
    const char *name, *input;
    guint at; /* the character that is named */
} bad[] = {
    {"nothing", "", 1},
    {"blanks", "  ", 1},
    {"a comma", " ,", 2},
    {"no comma", "/x r", 5},
    {"two commas", "/x r,,", 6},
    {"two rules", "/x r, /y w,", 6},
    {"two rules, close", "/x r,/y w,", 5},
    {"two rules, second in quotes", "/x r,\"/y\" w,", 6},
    {"mode first, two rules", "rw /x, w /y,", 7},
    {"closing the block", "/x rw, } profile evil {", 7},
    {"closing the block at once", "} profile evil {", 1},
    {"a block", "profile evil { /x r, },", 14},
    {"a block in braces", "profile evil{ /x r, },", 13},
    {"a hat", "^hat { /x r, },", 6},
    {"a hash include", "#include <x>", 1},
    {"a hash include behind", "/x r, #include <y>", 6},
    {"a hash include within", "/x #include <y> r,", 4},
    {"an include within", "/x include <y> r,", 4},
    {"a comment", "# hello,", 1},
    {"a comment behind", "/x r, # why", 6},
    {"a comment in a list", "signal set=(hup, #x) peer=y,", 18},
    {"a comment as a value", "signal peer=#x,", 13},
    {"quote not closed", "\"/x r,", 1},
    {"quote within a word", "/x\"y r,", 3},
    {"text after a quote", "\"/x\"y r,", 5},
    {"escaped quote", "\"/x\\\" r,", 4},
    {"escaped backslash before a quote", "\"/x\\\\\" r,", 0},
    {"escaped backslash at the end of a name", "/x\\\\ r,", 3},
    {"escaped tab", "/x\\\t r,", 3},
    {"escaped blank in a list", "dbus (\\ ),", 7},
    {"backslash at the end", "/x r,\\", 6},
    {"brace not closed", "/x{a,b r,", 3},
    {"brace not opened", "/xa,b} r,", 0},
    {"bracket not closed", "/x[a r,", 3},
    {"bracket not opened", "/xa] r,", 4},
    {"bracket in quotes not opened", "\"/xa]\" r,", 5},
    {"brace in quotes not closed", "\"/x{a\" r,", 4},
    {"brace in quotes closed as a bracket", "link /a -> \"/x{a]\",", 17},
    {"parenthesis not closed", "dbus (send, /x r,", 6},
    {"a list that hides a rule", "rw (/x, /y rw,),", 7},
    {"a list of a class unknown", "teleport (a, b),", 12},
    {"a bare comma in what is not a path", "capability chown,kill,", 17},
    {"newline", "/x r,\n/y w,", 6},
    {"newline in quotes", "\"/x\ny\" r,", 4},
    {"carriage return", "/x r,\r", 6},
    {"a control byte", "/x\x01 r,", 3},
    {"delete", "/x\x7f r,", 3},
    {"not utf-8", "/x\xff r,", 3},
    {"position in characters", "/\xc3\xa4\xc3\xa4{ r,", 4},
    {"include, absolute", "include </etc/passwd>", 9},
    {"include, upwards", "include <local/../../x>", 9},
    {"include in quotes", "include \"x\"", 9},
    {"include without a file", "include", 8},
    {"include of nothing", "include <>", 9},
    {"include with a comma", "include <x>,", 12},
    {"include and more", "include <x> /y r,", 0},
    {"include twice", "include <x> include <y>", 13},
};

static void
test_refuses(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrRule) rule = amr_rule_read(bad[i].input, &error);
        g_autofree char *want = g_strdup_printf("at character %u: ", bad[i].at);
        if (rule)
            fail_msg("%s: was read", bad[i].name);
        assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
        if (bad[i].at ? !g_str_has_prefix(error->message, want)
                      : !g_str_has_prefix(error->message, "at character "))
            fail_msg("%s: %s", bad[i].name, error->message);
    }
}

static void
test_bounds(void **state)
{
    g_autofree char *braces = g_strnfill(5000, '{');
    g_autofree char *deep = g_strdup_printf("/x%s r,", braces);
    g_autofree char *filler = g_strnfill(AMR_RULE_TEXT_MAX, 'a');
    g_autofree char *wide = g_strdup_printf("/%s r,", filler);
    const char *texts[] = {deep, wide};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(amr_rule_read(texts[i], &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
    }
}

static void
test_deny_twin(void **state)
{
    static const struct {
        const char *rule, *twin;
    } table[] = {
        {"owner /x rw,", "deny owner /x rw,"},
        {"/x mrPx -> y,", "deny /x mrx,"},
        {"link /a -> /b,", "deny link /a -> /b,"},
        {"capability chown,", "deny capability chown,"},
        {"network inet,", "deny network inet,"},
        {"include <x>", NULL},
        {"signal set=term,", "deny signal set=(term),"},
        {"teleport far,", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(AmrRule) rule = amr_rule_read(table[i].rule, NULL);
        g_autoptr(AmrRule) twin = amr_rule_deny_twin(rule);
        g_autofree char *printed = twin ? amr_rule_print(twin) : NULL;
        assert_int_equal(g_strcmp0(printed, table[i].twin), 0);
    }
}

/* ---- with the real compiler
 * ---------------------------------------------------------------------- */

/* What @text compiles to; NULL with what the compiler said in *said. */
static GBytes *
compile(const char *text, char **said)
{
    char *dir = test_dir_new();
    test_write(dir, "profile", text);
    g_autofree char *path = g_build_filename(dir, "profile", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_autofree char *search =
        g_strdup_printf("%s:/usr/sbin:/sbin", g_getenv("PATH") ? g_getenv("PATH") : "/usr/bin");
    g_subprocess_launcher_setenv(launcher, "PATH", search, TRUE);
    g_autofree char *parser = g_find_program_in_path("apparmor_parser");
    g_autoptr(GSubprocess) child =
        g_subprocess_launcher_spawn(launcher, &error, parser ? parser : "/usr/sbin/apparmor_parser",
                                    "-S", "-Q", "-K", "-M", "/etc/apparmor.d/abi/3.0", path, NULL);
    GBytes *out = NULL;
    g_autoptr(GBytes) err = NULL;
    assert_no_error(error);
    assert_true(g_subprocess_communicate(child, NULL, NULL, &out, &err, &error));
    gboolean good_exit = g_subprocess_get_successful(child);
    gsize n;
    const char *message = g_bytes_get_data(err, &n);
    *said = g_strndup(message ? message : "", n);
    test_dir_remove(dir);
    if (!good_exit)
        g_clear_pointer(&out, g_bytes_unref);
    return out;
}

static void
add_rule_for(GString *profile, AmrBytes name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_FILE);
    rule->file.pattern = amr_policy_pattern(name, &error);
    assert_no_error(error);
    rule->file.access = AMR_ACCESS_READ | AMR_ACCESS_WRITE;
    g_autofree char *printed = amr_rule_print(rule);
    g_autoptr(AmrRule) again = amr_rule_read(printed, &error);
    assert_no_error(error);
    assert_true(amr_rule_equal(rule, again));
    assert_null(strchr(printed, '\n'));
    g_string_append_printf(profile, "  %s\n", printed);
}

/* Names that a program may choose, each in one rule, all in one profile. */
static void
test_hostile_names_compile(void **state)
{
    static const char *const names[] = {
        "/a b",  "/a,",        "/a, /b rw", "/a -> /b",  "/a #include <x>", "/#include <x>",
        "/a\nb", "/a\"b",      "/a\\",      "/a\\\"",    "/a\" rw, \"/b",   "/{a,b}",
        "/a{",   "/a}",        "/a[",       "/a]",       "/@{HOME}",        "/a\\{b",
        "/**",   "/a?",        "/ä€😀",      "/a\\040",   "/} profile x {",  "/a\t",
        "/!a",   "/\\x41\\n",  "/'",        "/$(id)",    "/`id`",           "/a\r\n/b rw,\r\n",
        "/\\",   "/\\\\\\\\a", "/a,b,",     "/\xff\xfe", "/e\xcc\x81",      "/[^a]",
    };
    g_autoptr(GString) profile = g_string_new("profile hostile {\n");
    for (guint c = 1; c < 256; c++) {
        char middle[] = {'/', 'a', (char)c, 'b'}, last[] = {'/', 'a', (char)c};
        add_rule_for(profile, (AmrBytes){middle, sizeof middle});
        add_rule_for(profile, (AmrBytes){last, sizeof last});
    }
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        add_rule_for(profile, amr_bytes(names[i]));
    g_string_append(profile, "}\n");
    g_autofree char *said = NULL;
    g_autoptr(GBytes) compiled = compile(profile->str, &said);
    if (!compiled)
        fail_msg("%s", said);
}

/* Random mixtures of what is special, seeded. */
static void
test_mixed_names_compile(void **state)
{
    static const char special[] = "\"\\{}[]*?,# @!^-><()\n\t\x01\x7f\xc3\xa4\xff/aen0";
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261122);
    g_autoptr(GString) profile = g_string_new("profile mixed {\n");
    for (int i = 0; i < 300; i++) {
        char name[24];
        gsize len = (gsize)g_rand_int_range(rand, 2, sizeof name);
        name[0] = '/';
        for (gsize j = 1; j < len; j++)
            name[j] = special[g_rand_int_range(rand, 0, sizeof special - 1)];
        add_rule_for(profile, (AmrBytes){name, len});
    }
    g_string_append(profile, "}\n");
    g_autofree char *said = NULL;
    g_autoptr(GBytes) compiled = compile(profile->str, &said);
    if (!compiled)
        fail_msg("%s", said);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_deny_twin),
        cmocka_unit_test(test_hostile_names_compile),
        cmocka_unit_test(test_mixed_names_compile),
    };
    return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
