/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index against the real parser, on every profile that this machine has. */
#include "tests/unit/index-fixture.h"

#include <glib/gstdio.h>

static void
run(const char *const *argv, char **out)
{
    g_autoptr(GError) error = NULL;
    int status = -1;

    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                 NULL, out, NULL, &status, &error);
    assert_no_error(error);
    g_spawn_check_wait_status(status, &error);
    assert_no_error(error);
}

static char *
find_parser(void)
{
    char *parser = g_find_program_in_path("apparmor_parser");
    return parser ? parser : g_strdup("/sbin/apparmor_parser");
}

/* A copy of this machine's policy and, where its names are free, the extra profiles. */
static void
copy_policy(Fixture *f)
{
    g_autofree char *dir = g_build_filename(f->dir, "etc", NULL);
    g_autofree char *policy = g_build_filename(f->dir, POLICY, NULL);
    const char *const stock[] = {"cp", "-rL", "/etc/apparmor.d", dir, NULL};
    const char *const extra[] = {"cp", "-rn", "/usr/share/apparmor/extra-profiles/.", policy, NULL};

    assert_int_equal(g_mkdir(dir, 0755), 0);
    run(stock, NULL);
    run(extra, NULL);
}

static void
test_same_names_as_parser(void **state)
{
    Fixture f = {.dir = test_dir_new()};
    g_autofree char *parser = find_parser(), *policy = NULL;
    g_autoptr(GDir) dir = NULL;
    const char *name;
    guint compared = 0, names = 0;

    copy_policy(&f);
    fixture_open(&f);
    policy = g_build_filename(f.dir, POLICY, NULL);
    dir = g_dir_open(policy, 0, NULL);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(policy, name, NULL);
        const char *const argv[] = {parser, "-N", "--base", policy, path, NULL};
        g_autofree char *out = NULL, *got = defines(f.index, name), *want = NULL;
        g_auto(GStrv) lines = NULL;
        if (g_file_test(path, G_FILE_TEST_IS_DIR) || strcmp(name, "README") == 0)
            continue;
        run(argv, &out);
        lines = g_strsplit(g_strchomp(out), "\n", -1);
        want = joined((const char *const *)lines);
        if (strcmp(got, want) != 0)
            fail_msg("%s: got \"%s\", the parser says \"%s\"", name, got, want);
        names += g_strv_length(lines);
        compared++;
    }
    assert_true(compared > 100);
    assert_true(names > compared);
    fixture_close(&f);
}

/* Escapes of every kind, quoted and bare, from a fixed seed. */
static void
test_same_spelling_as_parser(void **state)
{
    static const char *const bits[] = {"\\", "\\\\", "a", "7", "0",   "1", "d", "x", "4",   "\\\"",
                                       "{",  "}",    "*", "^", "t",   "n", "[", "]", "\\t", "\\101",
                                       "/",  ".",    "#", "=", "\\,", "é", "-", "+", "(",   "\\!"};
    g_autoptr(GRand) random = g_rand_new_with_seed(11);
    Fixture f = {.dir = test_dir_new()};
    g_autofree char *parser = find_parser(), *policy = g_build_filename(f.dir, POLICY, NULL);
    guint compared = 0;

    for (int i = 0; i < 150; i++) {
        g_autofree char *file = g_strdup_printf("n%03d", i);
        g_autoptr(GString) text = g_string_new(i % 2 ? "profile \"n" : "profile n");
        for (int n = g_rand_int_range(random, 1, 8); n > 0; n--)
            g_string_append(text, bits[g_rand_int_range(random, 0, G_N_ELEMENTS(bits))]);
        g_string_append(text, i % 2 ? "z\" { }\n" : "z { }\n");
        put(&f, file, text->str);
    }
    fixture_open(&f);
    for (int i = 0; i < 150; i++) {
        g_autofree char *file = g_strdup_printf("n%03d", i);
        g_autofree char *path = g_build_filename(policy, file, NULL);
        const char *argv[] = {parser, "-N", "--base", policy, path, NULL};
        g_autofree char *out = NULL, *got = defines(f.index, file);
        int status = -1;
        assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                                 &out, NULL, &status, NULL));
        if (status != 0 || out[0] == '\0')
            continue;                /* no name to the parser either: an octal zero, say */
        out[strlen(out) - 1] = '\0'; /* the newline behind it */
        if (strcmp(got, out) != 0)
            fail_msg("%s: got \"%s\", the parser says \"%s\"", file, got, out);
        compared++;
    }
    assert_true(compared > 100);
    fixture_close(&f);
}

/* What the compiled policy calls its profiles: variables are resolved there only. */
static void
test_same_variables_as_compiler(void **state)
{
    static const char text[] = "@{one} = first\n@{more} = second \"thi rd\"\n"
                               "@{more} += @{one}/x\nprofile a-@{one} {\n  /x r,\n}\n"
                               "profile b-@{more} {\n  /x r,\n}\n";
    Fixture f = {.dir = test_dir_new()};
    g_autofree char *parser = find_parser(), *path = NULL, *out = NULL;
    g_auto(GStrv) names = NULL;
    const char *const argv[] = {
        "sh",   "-c", "\"$0\" -Q -K -S -M /etc/apparmor.d/abi/3.0 \"$1\" | tr '\\0' '\\n'",
        parser, NULL, NULL};
    const char *full[G_N_ELEMENTS(argv)];

    put(&f, "p", text);
    fixture_open(&f);
    path = g_build_filename(f.dir, POLICY, "p", NULL);
    memcpy(full, argv, sizeof argv);
    full[4] = path;
    run(full, &out);
    names = amr_index_defines(f.index, "p");
    assert_int_equal(g_strv_length(names), 2);
    for (char **at = names; *at; at++) {
        g_autofree char *line = g_strdup_printf("%s\n", *at);
        if (!strstr(out, line))
            fail_msg("the compiled policy has no \"%s\"", *at);
    }
    assert_string_equal(names[1], "b-{second,thi rd,first/x}");
    fixture_close(&f);
}

/* What the preprocessor's "##included <x>" lines name, each once; only files. */
static char *
preprocessed(const char *out, const char *policy)
{
    g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree const char **keys = NULL;

    for (char **line = lines; *line; line++) {
        char *from = strstr(*line, "##included <"), *to = from ? strrchr(from, '>') : NULL;
        g_autofree char *path = NULL;
        if (!to)
            continue;
        *to = '\0';
        path = g_build_filename(policy, from + 12, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR)) /* it names what is not there, too */
            g_hash_table_add(seen, from + 12);
    }
    keys = (const char **)g_hash_table_get_keys_as_array(seen, NULL);
    return joined(keys);
}

static void
test_same_files_as_parser(void **state)
{
    Fixture f = {.dir = test_dir_new()};
    g_autofree char *parser = find_parser(), *policy = NULL;
    g_autoptr(GDir) dir = NULL;
    const char *name;
    guint compared = 0;

    copy_policy(&f);
    fixture_open(&f);
    policy = g_build_filename(f.dir, POLICY, NULL);
    dir = g_dir_open(policy, 0, NULL);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(policy, name, NULL);
        const char *const argv[] = {parser, "-p", "-Q", "-K", "--base", policy, path, NULL};
        g_autofree char *out = NULL, *got = NULL, *want = NULL;
        g_autoptr(GPtrArray) kept = g_ptr_array_new();
        g_autofree const char **reads = NULL;
        if (g_file_test(path, G_FILE_TEST_IS_DIR) || strcmp(name, "README") == 0)
            continue;
        run(argv, &out);
        reads = amr_index_reads(f.index, name);
        assert_string_equal(reads[0], name);
        for (const char **at = reads + 1; *at; at++) /* abi: not preprocessed; NAME.d: one line */
            if (!g_str_has_prefix(*at, "abi/") && !strstr(*at, ".d/"))
                g_ptr_array_add(kept, (gpointer)*at);
        g_ptr_array_add(kept, NULL);
        got = joined((const char *const *)kept->pdata);
        want = preprocessed(out, policy);
        if (strcmp(got, want) != 0)
            fail_msg("%s: got \"%s\", the parser says \"%s\"", name, got, want);
        compared++;
    }
    assert_true(compared > 100);
    fixture_close(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_names_as_parser),
        cmocka_unit_test(test_same_files_as_parser),
        cmocka_unit_test(test_same_spelling_as_parser),
        cmocka_unit_test(test_same_variables_as_compiler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
