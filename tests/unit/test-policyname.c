/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/hostile.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"

/* ---- policy ------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    AmrPlace place;
    AmrBytes bytes;
    const char *want; /* NULL: refused */
} policy_rows[] = {
    {"bare", AMR_PLACE_PATTERN, AMR_BYTES("/usr/lib/x86_64-linux-gnu/a+b%c=d:e.so"),
     "/usr/lib/x86_64-linux-gnu/a+b%c=d:e.so"},
    {"space", AMR_PLACE_PATTERN, AMR_BYTES("/a b"), "\"/a b\""},
    {"globs", AMR_PLACE_PATTERN, AMR_BYTES("/*?[a]{b}"), "\"/\\*\\?\\[a\\]\\{b\\}\""},
    {"variable", AMR_PLACE_PATTERN, AMR_BYTES("/@{HOME}"), "\"/@\\{HOME\\}\""},
    {"backslash", AMR_PLACE_PATTERN, AMR_BYTES("/a\\"), "\"/a\\134\""},
    {"quote", AMR_PLACE_PATTERN, AMR_BYTES("/a\",/etc/shadow r"), "\"/a\\042,/etc/shadow r\""},
    {"newline", AMR_PLACE_PATTERN, AMR_BYTES("/a\n}\nprofile x {"),
     "\"/a\\012\\}\\012profile x \\{\""},
    {"comma, others", AMR_PLACE_PATTERN, AMR_BYTES("/a,#~!^$()|<>;&'"), "\"/a,#~!^$()|<>;&'\""},
    {"comment", AMR_PLACE_PATTERN, AMR_BYTES("#x"), "\"#x\""},
    {"letters", AMR_PLACE_PATTERN, AMR_BYTES("/é"), "\"/é\""},
    {"invalid", AMR_PLACE_PATTERN, AMR_BYTES("/\xff\xc3"), "\"/\\377\\303\""},
    {"what would not be shown", AMR_PLACE_PATTERN, AMR_BYTES("/\u202e\u00a0"),
     "\"/\\342\\200\\256\\302\\240\""},
    {"octal before a digit", AMR_PLACE_PATTERN,
     AMR_BYTES("/\x01"
               "7"),
     "\"/\\0017\""},
    {"empty", AMR_PLACE_PATTERN, AMR_BYTES(""), NULL},
    {"NUL", AMR_PLACE_PATTERN, AMR_BYTES("@a\0b"), NULL},
    {"target bare", AMR_PLACE_TARGET, AMR_BYTES("/usr/bin/a"), "/usr/bin/a"},
    {"target raw", AMR_PLACE_TARGET, AMR_BYTES("a*,?[]^{}"), "\"a*,?[]^{}\""},
    {"target octal", AMR_PLACE_TARGET, AMR_BYTES("a\"\n\xff"), "\"a\\042\\012\\377\""},
    {"target backslash", AMR_PLACE_TARGET, AMR_BYTES("a\\b"), NULL},
    {"target variable", AMR_PLACE_TARGET, AMR_BYTES("@{x}"), NULL},
    {"target at sign", AMR_PLACE_TARGET, AMR_BYTES("a@b"), "\"a@b\""},
    {"target NUL", AMR_PLACE_TARGET, AMR_BYTES("a\0"), NULL},
    {"target empty", AMR_PLACE_TARGET, AMR_BYTES(""), NULL},
};

static void
test_policy_name(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(policy_rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *got = amr_policy_name(policy_rows[i].place, policy_rows[i].bytes, &error);
        if (g_strcmp0(got, policy_rows[i].want) != 0)
            fail_msg("%s: %s", policy_rows[i].name, got);
        if (!got) {
            assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
            hostile_assert_inert(error->message);
        }
    }
}

static void
test_needs_quotes(void **state)
{
    static const struct {
        const char *pattern;
        gboolean want;
    } rows[] = {
        {"/usr/bin/a", FALSE},
        {"/home/*/.config/**", FALSE},
        {"@{HOME}/x", FALSE},
        {"/{usr/,}bin/", FALSE},
        {"/[a-c]?", FALSE},
        {"/[^a]", FALSE},
        {"/a b", TRUE},
        {"/a,", TRUE},
        {"/a,b", TRUE},
        {"/a\\*", TRUE},
        {"/a\\040", TRUE},
        {"{a,b}", TRUE},
        {"*", TRUE},
        {"#a", TRUE},
        {"~a", TRUE},
        {"@a", TRUE},
        {"", TRUE},
        {"/é", TRUE},
        {"/a;b", TRUE},
        {"/}a,", TRUE},
        {"org.freedesktop.DBus", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (amr_policy_needs_quotes(rows[i].pattern) != rows[i].want)
            fail_msg("%s", rows[i].pattern);
    }
}

static void
test_policy_is_inert(void **state)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);
    char bytes[72];

    for (int i = 0; i < 5000; i++) {
        gsize len = hostile_bytes(rand, bytes, sizeof bytes);
        g_autofree char *rule = amr_policy_name(AMR_PLACE_PATTERN, (AmrBytes){bytes, len}, NULL);
        if (rule) {
            g_autofree char *shown = amr_display_lines(amr_bytes(rule));
            assert_string_equal(shown, rule);
            assert_null(strchr(rule, '\n'));
        }
    }
}

/* ---- policy, by the real compiler ---------------------------------------------------------- */

#define PARSER "/usr/sbin/apparmor_parser"

/* All that matters of a profile: what the compiler makes of it. */
static GBytes *
compile(const char *rules)
{
    char *dir = test_dir_new();
    g_autofree char *path = g_build_filename(dir, "p", NULL);
    g_autofree char *features = g_build_filename(dir, "features", NULL);
    g_autofree char *text = g_strdup_printf("abi \"%s\",\nprofile p {\n%s}\n", features, rules);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) child = NULL;
    GBytes *out = NULL;
    g_autoptr(GBytes) err = NULL;

    /* A kernel that mediates all that is written here, whatever this machine's does. */
    test_write(
        dir, "features",
        "policy {set_load {yes\n}\nversions {v8 {yes\n}\nv7 {yes\n}\nv6 {yes\n}\nv5 {yes\n}\n}\n}\n"
        "domain {version {1.2\n}\nstack {yes\n}\nchange_profile {yes\n}\n}\n"
        "file {mask {create read write exec append mmap_exec link lock\n}\n}\n"
        "signal {mask {hup int quit term kill\n}\n}\n"
        "dbus {mask {acquire send receive\n}\n}\n"
        "ptrace {mask {read trace\n}\n}\n"
        "mount {mask {mount umount pivot_root\n}\n}\n"
        "network {af_unix {yes\n}\naf_mask {unspec unix inet\n}\n}\n");
    test_write(dir, "p", text);
    child = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                             &error, PARSER, "--config-file", "/dev/null", "-M", features, "-S",
                             "-Q", "-K", path, NULL);
    assert_no_error(error);
    g_subprocess_communicate(child, NULL, NULL, &out, &err, &error);
    assert_no_error(error);
    if (!g_subprocess_get_successful(child))
        fail_msg("the compiler says %.*s to %.2000s", (int)g_bytes_get_size(err),
                 (const char *)g_bytes_get_data(err, NULL), rules);
    test_dir_remove(dir);
    return out;
}

/* The name with each byte as three octal digits, which the compiler takes for that byte and nothing
 * else; the first one, where a path needs its slash, stays. */
static char *
octal(AmrBytes name)
{
    GString *out = g_string_new("\"");

    g_string_append_c(out, name.data[0]);
    for (gsize i = 1; i < name.len; i++)
        g_string_append_printf(out, "\\%03o", (guint)(guchar)name.data[i]);
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

typedef struct {
    GString *ours, *octal;
} Pair;

static void
add_rule(Pair *pair, const char *format, AmrBytes name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *ours = amr_policy_name(AMR_PLACE_PATTERN, name, &error);
    g_autofree char *plain = octal(name);
    g_auto(GStrv) parts = g_strsplit(format, "NAME", 2);

    assert_no_error(error);
    g_string_append_printf(pair->ours, "%s%s%s\n", parts[0], ours, parts[1]);
    g_string_append_printf(pair->octal, "%s%s%s\n", parts[0], plain, parts[1]);
}

static void
assert_same_policy(Pair *pair)
{
    g_autoptr(GBytes) ours = compile(pair->ours->str);
    g_autoptr(GBytes) plain = compile(pair->octal->str);
    g_autoptr(GBytes) empty = compile("");

    assert_false(g_bytes_equal(ours, empty));
    assert_true(g_bytes_equal(ours, plain));
    g_string_free(pair->ours, TRUE);
    g_string_free(pair->octal, TRUE);
}

static gboolean
have_parser(void)
{
    if (g_file_test(PARSER, G_FILE_TEST_IS_EXECUTABLE))
        return TRUE;
    print_message("no " PARSER " here\n");
    return FALSE;
}

/* Each byte in the middle and at the end of a path; a number keeps the names apart. */
static void
test_policy_every_byte(void **state)
{
    Pair pair = {g_string_new(NULL), g_string_new(NULL)};

    if (!have_parser())
        return;
    for (guint byte = 1; byte < 256; byte++) {
        char name[16];
        int len;
        if (byte == '/')
            continue; /* a second one is squeezed */
        len = g_snprintf(name, sizeof name, "/%u-%cz", byte, byte);
        add_rule(&pair, "NAME r,", (AmrBytes){name, (gsize)len});
        len = g_snprintf(name, sizeof name, "/%u+%c", byte, byte);
        add_rule(&pair, "NAME w,", (AmrBytes){name, (gsize)len});
        len = g_snprintf(name, sizeof name, "/%c%u", byte, byte);
        add_rule(&pair, "NAME rk,", (AmrBytes){name, (gsize)len});
    }
    assert_same_policy(&pair);
}

static void
test_policy_every_place(void **state)
{
    static const char *const places[] = {
        "signal send peer=NAME,",
        "ptrace read peer=NAME,",
        "dbus send bus=session path=\"/a\" interface=NAME,",
        "dbus send bus=session peer=(label=NAME),",
        "change_profile -> NAME,",
        "mount fstype=ext4 NAME -> /mnt/,",
        "umount NAME,",
        "unix bind type=stream addr=NAME,",
    };

    if (!have_parser())
        return;
    for (gsize p = 0; p < G_N_ELEMENTS(places); p++) {
        Pair pair = {g_string_new(NULL), g_string_new(NULL)};
        char start = strstr(places[p], "addr=") ? '@' : '/';
        for (guint byte = 1; byte < 256; byte++) {
            char name[16];
            int len = g_snprintf(name, sizeof name, "%c%u-%cz", start, byte, byte);
            if (byte != '/')
                add_rule(&pair, places[p], (AmrBytes){name, (gsize)len});
        }
        assert_same_policy(&pair);
    }
}

static void
test_policy_random(void **state)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);

    if (!have_parser())
        return;
    for (int round = 0; round < 4; round++) {
        Pair pair = {g_string_new(NULL), g_string_new(NULL)};
        for (int i = 0; i < 25; i++) {
            char name[40];
            gsize len = hostile_bytes(rand, name + 4, 24) + 4;
            (void)g_snprintf(name, 5, "/%03d", i);
            name[4] = '.';
            for (gsize k = 5; k < len; k++) {
                if (name[k] == '\0' || (name[k] == '/' && name[k - 1] == '/'))
                    name[k] = '"';
            }
            add_rule(&pair, "NAME r,", (AmrBytes){name, len});
        }
        assert_same_policy(&pair);
    }
}

/* Exec targets stand as strings in the compiled policy, each ended by a NUL. */
static void
test_policy_targets(void **state)
{
    g_autoptr(GString) rules = g_string_new(NULL);
    g_autoptr(GBytes) policy = NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *data;
    gsize len;

    if (!have_parser())
        return;
    for (guint byte = 1; byte < 256; byte++) {
        char *name = g_strdup_printf("t%u-%cz", byte, byte);
        g_autofree char *ours = amr_policy_name(AMR_PLACE_TARGET, amr_bytes(name), NULL);

        assert_int_equal(ours == NULL, byte == '\\');
        /* At most twelve or so exec targets fit into one profile. */
        g_ptr_array_add(names, name);
        if (ours)
            g_string_append_printf(rules, "/x%u px -> %s,\n", byte, ours);
        if (byte % 10 != 0 && byte != 255)
            continue;
        policy = compile(rules->str);
        data = g_bytes_get_data(policy, &len);
        for (guint i = 0; i < names->len; i++) {
            const char *want = g_ptr_array_index(names, i);
            if (!strchr(want, '\\') && !memmem(data, len, want, strlen(want) + 1))
                fail_msg("%s is not in the compiled policy", want);
        }
        g_clear_pointer(&policy, g_bytes_unref);
        g_ptr_array_set_size(names, 0);
        g_string_truncate(rules, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_name),        cmocka_unit_test(test_needs_quotes),
        cmocka_unit_test(test_policy_is_inert),    cmocka_unit_test(test_policy_every_byte),
        cmocka_unit_test(test_policy_every_place), cmocka_unit_test(test_policy_random),
        cmocka_unit_test(test_policy_targets),
    };
    return cmocka_run_group_tests_name("policyname", tests, NULL, NULL);
}
