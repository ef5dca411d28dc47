/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/policy/compiler.h"
#include "core/policy/compiler_private.h"

/* Another root with a policy of its own, and plain files that stand for a kernel. */
typedef struct {
    char *dir;
    AmrTarget *target;
    AmrCompiler *compiler;
} Fixture;

static const char features[] =
    "caps {mask {chown dac_override\n}\n}\n"
    "file {mask {create read write exec append mmap_exec link lock\n}\n}\n"
    "domain {change_hat {yes\n}\n}\n"
    "policy {set_load {yes\n}\nversions {v7 {yes\n}\nv6 {yes\n}\nv5 {yes\n}\n}\n}\n";

static void
fixture_open(Fixture *fixture, AmrTargetOptions options)
{
    g_autoptr(GError) error = NULL;
    options.root = fixture->dir;
    fixture->target = amr_target_new(&options, &error);
    assert_no_error(error);
    fixture->compiler = amr_compiler_new(fixture->target);
}

static void
fixture_init(Fixture *fixture, gboolean kernel)
{
    fixture->dir = test_dir_new();
    test_write(fixture->dir, "etc/apparmor.d/good", "profile good {\n  /x r,\n}\n");
    test_write(fixture->dir, "etc/apparmor.d/part", "  /y r,\n\n  /z q,\n");
    test_write(fixture->dir, "etc/apparmor.d/outer", "profile outer {\n  include <part>\n}\n");
    test_write(fixture->dir, "etc/apparmor.d/off", "profile off {\n}\n");
    test_write(fixture->dir, "etc/apparmor.d/disable/off", "");
    test_write(fixture->dir, "features", features);
    if (kernel) {
        test_write(fixture->dir, "sys/kernel/security/apparmor/.load", "");
        test_write(fixture->dir, "sys/kernel/security/apparmor/.replace", "");
        test_write(fixture->dir, "sys/kernel/security/apparmor/.remove", "");
        test_write(fixture->dir, "sys/kernel/security/apparmor/features/x", "");
    }
    g_autofree char *file = g_build_filename(fixture->dir, "features", NULL);
    fixture_open(fixture, (AmrTargetOptions){.features = file});
}

static void
fixture_reopen(Fixture *fixture, AmrTargetOptions options)
{
    amr_compiler_free(fixture->compiler);
    amr_target_free(fixture->target);
    fixture_open(fixture, options);
}

static void
fixture_clear(Fixture *fixture)
{
    amr_compiler_free(fixture->compiler);
    amr_target_free(fixture->target);
    test_dir_remove(fixture->dir);
}

/* A program to be run as the compiler. */
static char *
write_script(Fixture *fixture, const char *text)
{
    g_autofree char *script = g_strconcat("#!/bin/sh\n", text, NULL);
    test_write(fixture->dir, "parser", script);
    char *path = g_build_filename(fixture->dir, "parser", NULL);
    assert_int_equal(g_chmod(path, 0755), 0);
    return path;
}

static AmrCompileResult *
run(Fixture *fixture, AmrCompileJob job, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    amr_compiler_run_async(fixture->compiler, &job, NULL, test_result, &result);
    test_wait_result(&result);
    return amr_compiler_run_finish(fixture->compiler, result, error);
}

static AmrCompileResult *
run_text(Fixture *fixture, AmrCompileKind kind, const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return run(fixture, (AmrCompileJob){.kind = kind, .text = bytes}, error);
}

static const AmrCompileMessage *
message(const AmrCompileResult *result, guint n)
{
    if (n >= result->messages->len)
        fail_msg("there is no message %u", n);
    return g_ptr_array_index(result->messages, n);
}

/* ---- what the compiler says -------------------------------------------------------------------
 */

static const struct {
    const char *name, *file, *line;
    int status;
    gboolean warning;
    const char *want_file;
    guint want_line;
    const char *want_text;
} messages[] = {
    {"error in the file itself", "p",
     "AppArmor parser error for /b/p in profile /b/p at line 3: syntax error, x", 1, FALSE, "p", 3,
     "syntax error, x"},
    {"error in an included file", "p",
     "AppArmor parser error for /b/p in profile /b/local/p at line 12: no", 1, FALSE, "local/p", 12,
     "no"},
    {"error in a file outside", "p", "AppArmor parser error for /b/p in /q/r at line 1: no", 1,
     FALSE, "/q/r", 1, "no"},
    {"a name that reads like a joint", "a in profile b",
     "AppArmor parser error for /b/a in profile b in profile /b/c in d at line 4: no", 1, FALSE,
     "c in d", 4, "no"},
    {"error at standard input", NULL, "AppArmor parser error at line 2: no", 1, FALSE, NULL, 2,
     "no"},
    {"error in an include of standard input", NULL,
     "AppArmor parser error in /b/local/p at line 2: no", 1, FALSE, "local/p", 2, "no"},
    {"error for standard input", NULL,
     "AppArmor parser error for stdin in profile /b/x at line 2: no", 1, FALSE, "x", 2, "no"},
    {"error without a line", "p", "AppArmor parser error: no room", 1, FALSE, NULL, 0, "no room"},
    {"a number too long for a line", "p", "AppArmor parser error for p at line 99999999999999: no",
     1, FALSE, NULL, 0, "for p at line 99999999999999: no"},
    {"a second line number in the text", "p",
     "AppArmor parser error for /b/p in profile /b/p at line 3: \" at line 7: \"", 1, FALSE, "p", 3,
     "\" at line 7: \""},
    {"warning with a line", "p", "Warning from /b/p (/b/abstractions/x line 10): hm", 0, TRUE,
     "abstractions/x", 10, "hm"},
    {"warning with a line only", "p", "Warning from /b/p (line 10): hm", 0, TRUE, "p", 10, "hm"},
    {"warning at standard input", NULL, "Warning from stdin (stdin line 10): hm", 0, TRUE, NULL, 10,
     "hm"},
    {"warning of a profile", "p", "Warning from profile a (b) (/b/p): dbus rules not enforced", 0,
     TRUE, "p", 0, "profile a (b): dbus rules not enforced"},
    {"warning of no known form", "p", "Warning from nobody", 0, TRUE, NULL, 0,
     "Warning from nobody"},
    {"undeclared variable", "p", "Found reference to variable FOO, but is never declared", 1, FALSE,
     NULL, 0, "Found reference to variable FOO, but is never declared"},
    {"under its own name", "p", "apparmor_parser: Regex grouping error: Unclosed", 1, FALSE, NULL,
     0, "Regex grouping error: Unclosed"},
    {"the base is left out of the text", "p", "Could not open '/b/local/x'", 1, FALSE, NULL, 0,
     "Could not open 'local/x'"},
    {"hostile bytes are shown", "p", "in \x1b[2J\x9b\\", 1, FALSE, NULL, 0, "in \\e[2J\\x9b\\\\"},
    {"unknown words with success", "p", "something new", 0, TRUE, NULL, 0, "something new"},
    {"skipped", "p", "Skipping profile in /b/disable: p", 0, FALSE, NULL, 0,
     "Skipping profile in disable: p"},
};

static void
test_messages(void **state)
{
    for (guint i = 0; i < G_N_ELEMENTS(messages); i++) {
        AmrCompileJob job = {AMR_COMPILE_CHECK, "/b", messages[i].file, NULL};
        g_autofree char *text = g_strconcat(messages[i].line, "\n\n", NULL);
        g_autoptr(GBytes) err = g_bytes_new(text, strlen(text));
        gboolean skipped, crashed;
        g_autoptr(GPtrArray) list =
            amr_compile_messages(&job, "/b", err, messages[i].status, &skipped, &crashed);
        print_message("%s\n", messages[i].name);
        assert_int_equal(list->len, 1);
        const AmrCompileMessage *got = g_ptr_array_index(list, 0);
        assert_int_equal(got->warning, messages[i].warning);
        assert_int_equal(got->line, messages[i].want_line);
        assert_string_equal(got->text, messages[i].want_text);
        if (g_strcmp0(got->file, messages[i].want_file) != 0)
            fail_msg("file is %s", got->file);
        assert_int_equal(skipped, g_str_equal(messages[i].name, "skipped"));
        assert_false(crashed);
    }
}

/* Where a load fails for its cache's sake, and where it does not. */
static const struct {
    AmrCompileKind kind;
    const char *said;
    int status;
    const char *want;
} blamed[] = {
    {AMR_COMPILE_LOAD, "Failed setting up policy cache (/c/x: y): Not a directory", 1,
     "Not a directory"},
    {AMR_COMPILE_LOAD, "apparmor_parser: Unable to replace \"p\".  Unknown error (28): No space",
     228, "No space"},
    {AMR_COMPILE_LOAD, "apparmor_parser: Unable to replace \"p: q\".  Unknown error (122): quota",
     134, "quota"},
    {AMR_COMPILE_LOAD,
     "apparmor_parser: Unable to write entire profile entry to cache\nUnable to x", 251,
     "Unable to write entire profile entry to cache"},
    {AMR_COMPILE_LOAD,
     "/usr/sbin/apparmor_parser: Unable to replace \"p\".  Unknown error (28): full", 228,
     "full"}, /* as it was called */
    /* no failure */
    {AMR_COMPILE_LOAD, "Failed setting up policy cache (/c): Not a directory", 0, NULL},
    /* the kernel's no; a child without a status; the policy's own words */
    {AMR_COMPILE_LOAD, "apparmor_parser: Unable to replace \"p\".  Out of memory", 244, NULL},
    {AMR_COMPILE_LOAD, "apparmor_parser: Unable to replace \"p\".  Unknown error (28): No space",
     -1, NULL},
    {AMR_COMPILE_LOAD, "AppArmor parser error for /b/p in profile /b/p at line 1: no", 228, NULL},
    {AMR_COMPILE_LOAD, "AppArmor parser error for /b/p in profile /b/p at line 1: cache: no", 1,
     NULL},
    /* nothing was to be kept */
    {AMR_COMPILE_LOAD_UNCACHED, "Failed setting up policy cache (/c): Not a directory", 1, NULL},
    {AMR_COMPILE_CHECK, "Failed setting up policy cache (/c): Not a directory", 1, NULL},
};

static void
test_blamed_cache(void **state)
{
    for (guint i = 0; i < G_N_ELEMENTS(blamed); i++) {
        AmrCompileJob job = {blamed[i].kind, "/b", "p", NULL};
        g_autoptr(GBytes) err = g_bytes_new_static(blamed[i].said, strlen(blamed[i].said));
        gboolean skipped, crashed;
        AmrCompileResult result = {.ok = blamed[i].status == 0, .status = blamed[i].status};
        g_autoptr(GPtrArray) list =
            amr_compile_messages(&job, "/b", err, result.status, &skipped, &crashed);
        result.messages = list;
        g_autofree char *got = amr_compile_blamed_cache(&job, &result);
        if (g_strcmp0(got, blamed[i].want) != 0)
            fail_msg("%s: %s", blamed[i].said, got);
    }
}

static void
test_messages_bounds(void **state)
{
    AmrCompileJob job = {AMR_COMPILE_CHECK, NULL, "p", NULL};
    g_autoptr(GString) text = g_string_new("Cache read/write disabled: no interface\n \n");
    gboolean skipped, crashed;
    for (guint i = 0; i < 3000; i++)
        g_string_append(text, "no\n");
    g_string_append(text, "terminate called after throwing an instance of 'std::bad_alloc'");
    g_autoptr(GBytes) err = g_bytes_new(text->str, text->len);
    g_autoptr(GPtrArray) list = amr_compile_messages(&job, "/b", err, 1, &skipped, &crashed);
    assert_int_equal(list->len, AMR_COMPILE_MESSAGES_MAX);
    assert_true(crashed);

    g_autofree char *letters = g_strnfill(3 * AMR_COMPILE_MESSAGE_BYTES, 'a');
    g_autoptr(GBytes) one = g_bytes_new(letters, strlen(letters));
    g_autoptr(GPtrArray) cut = amr_compile_messages(&job, "/b", one, 1, &skipped, &crashed);
    assert_int_equal(cut->len, 1);
    assert_int_equal(strlen(((AmrCompileMessage *)g_ptr_array_index(cut, 0))->text),
                     AMR_COMPILE_MESSAGE_BYTES);
}

/* ---- the real compiler ------------------------------------------------------------------------
 */

static void
test_check(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    fixture_init(&fixture, FALSE);

    AmrCompileJob good = {AMR_COMPILE_CHECK, NULL, "good", NULL};
    g_autoptr(AmrCompileResult) result = run(&fixture, good, &error);
    assert_no_error(error);
    assert_true(result->ok);
    assert_int_equal(result->status, 0);
    assert_int_equal(result->messages->len, 0);
    assert_true(g_bytes_get_size(result->output) > 100);
    assert_int_equal(strlen(result->sha1), 40);
    assert_int_equal(strlen(result->sha256), 64);

    /* The same text from memory is the same policy. */
    g_autoptr(AmrCompileResult) text =
        run_text(&fixture, AMR_COMPILE_CHECK, "profile good { /x r, }\n", &error);
    assert_no_error(error);
    assert_string_equal(text->sha256, result->sha256);

    /* An error in an included file is told with that file, relative to the base. */
    AmrCompileJob outer = {AMR_COMPILE_CHECK, NULL, "outer", NULL};
    g_autoptr(AmrCompileResult) bad = run(&fixture, outer, &error);
    assert_no_error(error);
    assert_false(bad->ok);
    assert_int_equal(bad->status, 1);
    assert_false(message(bad, 0)->warning);
    assert_string_equal(message(bad, 0)->file, "part");
    assert_int_equal(message(bad, 0)->line, 3);
    amr_compile_result_to_error(bad, AMR_ERROR_RULE_REJECTED, &error);
    assert_error(error, AMR_ERROR, AMR_ERROR_RULE_REJECTED);
    assert_true(g_str_has_prefix(error->message, "part line 3: "));
    g_clear_error(&error);
    /* Of a text that nobody sees only what is wrong is told. */
    g_autofree char *shown = amr_compile_result_refusal(bad, "outer");
    assert_true(g_str_has_prefix(shown, "part line 3: "));
    g_autofree char *unseen = amr_compile_result_refusal(bad, "part");
    assert_string_equal(unseen, message(bad, 0)->text);

    AmrCompileJob off = {AMR_COMPILE_CHECK, NULL, "off", NULL};
    g_autoptr(AmrCompileResult) skipped = run(&fixture, off, &error);
    assert_no_error(error);
    assert_int_equal(skipped->status, 0);
    assert_false(skipped->ok);

    AmrCompileJob none = {AMR_COMPILE_CHECK, NULL, "no-such-file", NULL};
    g_autoptr(AmrCompileResult) missing = run(&fixture, none, &error);
    assert_no_error(error);
    assert_false(missing->ok);
    assert_true(missing->messages->len > 0);
    fixture_clear(&fixture);
}

/* Another base is another policy: its files, its includes. */
static void
test_base(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    fixture_init(&fixture, FALSE);
    test_write(fixture.dir, "copy/outer", "profile outer {\n  include <part>\n}\n");
    test_write(fixture.dir, "copy/part", "  /y r,\n");
    g_autofree char *base = g_build_filename(fixture.dir, "copy", NULL);
    AmrCompileJob outer = {AMR_COMPILE_CHECK, base, "outer", NULL};
    g_autoptr(AmrCompileResult) result = run(&fixture, outer, &error);
    assert_no_error(error);
    assert_true(result->ok);
    fixture_clear(&fixture);
}

static const struct {
    const char *name, *text;
    AmrCompileKind kind;
    gboolean want_ok;
} rejections[] = {
    {"no comma", "profile a { /x r }", AMR_COMPILE_CHECK, FALSE},
    {"no comma, parsed only", "profile a { /x r }", AMR_COMPILE_PARSE, FALSE},
    {"unbalanced alternation", "profile a { /{a/x r, }", AMR_COMPILE_CHECK, FALSE},
    {"undeclared variable", "profile a { @{NO}/x r, }", AMR_COMPILE_CHECK, FALSE},
    {"conflicting exec modes", "profile a { /u/* ix, /u/[a-m]* px, }", AMR_COMPILE_CHECK, FALSE},
    {"missing include", "profile a { include <no/such> }", AMR_COMPILE_CHECK, FALSE},
    {"empty", "", AMR_COMPILE_CHECK, TRUE},
    {"good", "profile a { /x r, }", AMR_COMPILE_CHECK, TRUE},
    {"good, parsed only", "profile a { /x r, }", AMR_COMPILE_PARSE, TRUE},
};

static void
test_rejections(void **state)
{
    Fixture fixture;
    fixture_init(&fixture, FALSE);
    for (guint i = 0; i < G_N_ELEMENTS(rejections); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrCompileResult) result =
            run_text(&fixture, rejections[i].kind, rejections[i].text, &error);
        print_message("%s\n", rejections[i].name);
        assert_no_error(error);
        assert_int_equal(result->ok, rejections[i].want_ok);
        assert_int_equal(result->messages->len == 0, rejections[i].want_ok);
        assert_int_equal(result->output == NULL, rejections[i].kind == AMR_COMPILE_PARSE);
    }
    fixture_clear(&fixture);
}

static void
test_names(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    fixture_init(&fixture, FALSE);
    g_autoptr(AmrCompileResult) result =
        run_text(&fixture, AMR_COMPILE_NAMES, "profile a { ^h { } }\nprofile b { }\n", &error);
    assert_no_error(error);
    g_autofree char *names =
        g_strndup(g_bytes_get_data(result->output, NULL), g_bytes_get_size(result->output));
    assert_string_equal(names, "a\na//h\nb\n");
    fixture_clear(&fixture);
}

/* A rule that the target's features do not know is dropped with exit status 0: only a warning
 * tells. */
static void
test_not_enforced(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    fixture_init(&fixture, FALSE);
    g_autoptr(AmrCompileResult) result =
        run_text(&fixture, AMR_COMPILE_CHECK, "profile a {\n  dbus,\n}\n", &error);
    assert_no_error(error);
    assert_true(result->ok);
    assert_true(message(result, 0)->warning);
    assert_non_null(strstr(message(result, 0)->text, "dbus rules not enforced"));
    fixture_clear(&fixture);
}

static void
test_load(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    fixture_init(&fixture, TRUE);
    test_write(fixture.dir, "var/cache/apparmor/.keep", "");
    g_autofree char *kernel =
        g_build_filename(fixture.dir, "sys/kernel/security/apparmor/.replace", NULL);
    g_autofree char *data = NULL;
    gsize size;

    AmrCompileJob load = {AMR_COMPILE_LOAD, NULL, "good", NULL};
    AmrCompileJob check = {AMR_COMPILE_CHECK, NULL, "good", NULL};
    g_autoptr(AmrCompileResult) loaded = run(&fixture, load, &error);
    assert_no_error(error);
    assert_true(loaded->ok);
    assert_null(loaded->output);
    g_autoptr(AmrCompileResult) checked = run(&fixture, check, &error);
    assert_no_error(error);
    assert_true(g_file_get_contents(kernel, &data, &size, NULL));
    assert_int_equal(size, g_bytes_get_size(checked->output));
    assert_memory_equal(data, g_bytes_get_data(checked->output, NULL), size);

    /* What was saved is loaded from memory, as it is. Nothing is ever saved of an ordinary user's
     * directory: its files tell no raw data. */
    if (geteuid() == 0) {
        test_write(fixture.dir, "sys/kernel/security/apparmor/.replace", "");
        AmrCompileJob saved = {AMR_COMPILE_LOAD_BINARY, NULL, NULL, checked->output};
        g_autoptr(AmrCompileResult) restored = run(&fixture, saved, &error);
        assert_no_error(error);
        assert_true(restored->ok);
        g_free(g_steal_pointer(&data));
        assert_true(g_file_get_contents(kernel, &data, &size, NULL));
        assert_int_equal(size, g_bytes_get_size(checked->output));
    }

    /* A copy that says something else is loaded. */
    g_autofree char *copy = g_build_filename(fixture.dir, "copy", NULL);
    test_write(fixture.dir, "copy/good", "profile good flags=(complain) {\n}\n");
    AmrCompileJob other = {AMR_COMPILE_LOAD_UNCACHED, copy, "good", NULL};
    test_write(fixture.dir, "sys/kernel/security/apparmor/.replace", "");
    g_autoptr(AmrCompileResult) forced = run(&fixture, other, &error);
    assert_no_error(error);
    assert_true(forced->ok);
    g_free(g_steal_pointer(&data));
    assert_true(g_file_get_contents(kernel, &data, &size, NULL));
    assert_true(size > 0);
    assert_true(size != g_bytes_get_size(checked->output) ||
                memcmp(data, g_bytes_get_data(checked->output, NULL), size) != 0);

    AmrCompileJob off = {AMR_COMPILE_LOAD, NULL, "off", NULL};
    g_autoptr(AmrCompileResult) skipped = run(&fixture, off, &error);
    assert_no_error(error);
    assert_false(skipped->ok);
    amr_compile_result_to_error(skipped, AMR_ERROR_RELOAD, &error);
    assert_error(error, AMR_ERROR, AMR_ERROR_RELOAD);
    g_clear_error(&error);

    AmrCompileJob gone = {AMR_COMPILE_REMOVE, NULL, "good", NULL};
    g_autoptr(AmrCompileResult) removed = run(&fixture, gone, &error);
    assert_no_error(error);
    assert_true(removed->ok);
    g_autofree char *name = test_read(fixture.dir, "sys/kernel/security/apparmor/.remove");
    assert_string_equal(name, geteuid() == 0 ? "good" : "");
    fixture_clear(&fixture);
}

/* Where nothing is loaded into, loading compiles and leaves no trace; on a read-only target it
 * fails. */
static void
test_load_nowhere(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    fixture_init(&fixture, FALSE);
    test_write(fixture.dir, "var/cache/apparmor/.keep", "");
    static const AmrCompileKind kinds[] = {AMR_COMPILE_LOAD, AMR_COMPILE_LOAD_UNCACHED,
                                           AMR_COMPILE_REMOVE};
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        AmrCompileJob job = {kinds[i], NULL, "good", NULL};
        g_autoptr(AmrCompileResult) result = run(&fixture, job, &error);
        assert_no_error(error);
        assert_true(result->ok);
    }
    g_autofree char *cache = g_build_filename(fixture.dir, "var/cache/apparmor", NULL);
    g_autoptr(GDir) dir = g_dir_open(cache, 0, NULL);
    assert_string_equal(g_dir_read_name(dir), ".keep");
    assert_null(g_dir_read_name(dir));

    fixture_reopen(&fixture, (AmrTargetOptions){.read_only = TRUE});
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        AmrCompileJob job = {kinds[i], NULL, "good", NULL};
        assert_null(run(&fixture, job, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_READ_ONLY);
        g_clear_error(&error);
    }
    fixture_clear(&fixture);
}

/* ---- limits and queue -------------------------------------------------------------------------
 */

static const struct {
    const char *name, *script;
    const char *want; /* in the error's message */
} failures[] = {
    {"hangs", "exec sleep 1000", "more than 1 s"},
    /* The shell ends, what it started holds the pipes. */
    {"leaves something behind", "sleep 1000 & sleep 1000", "more than 1 s"},
    {"goes away and leaves something behind", "[ \"$3\" = -V ] && exit 0; sleep 1000 &\nexit 0",
     "more than 1 s"},
    {"prints without end", "[ \"$3\" = -V ] && exit 0; exec cat /dev/zero", "printed more than 64"},
    {"complains without end", "[ \"$3\" = -V ] && exit 0; exec cat /dev/zero >&2",
     "printed more than 1"},
    {"dies", "[ \"$3\" = -V ] && exit 0; kill -SEGV $$", "died of signal 11"},
    {"fails without a word", "[ \"$3\" = -V ] && exit 0; exit 10", "status 10"},
    {"has no memory", "echo \"terminate called after ...\" >&2; exit 10", "memory"},
};

static void
test_failures(void **state)
{
    for (guint i = 0; i < G_N_ELEMENTS(failures); i++) {
        Fixture fixture;
        g_autoptr(GError) error = NULL;
        fixture_init(&fixture, FALSE);
        g_autofree char *parser = write_script(&fixture, failures[i].script);
        fixture_reopen(&fixture, (AmrTargetOptions){.parser = parser});
        /* Seconds where the time limit is what is tried, else enough for a slow machine. */
        gboolean timed = strstr(failures[i].want, "1 s") != NULL;
        amr_compiler_set_limits(fixture.compiler, timed ? 1 : 50, G_GUINT64_CONSTANT(1) << 30);
        print_message("%s\n", failures[i].name);
        assert_null(run_text(&fixture, AMR_COMPILE_CHECK, "profile a { }", &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_COMPILER);
        if (!strstr(error->message, failures[i].want))
            fail_msg("not \"%s\" but: %s", failures[i].want, error->message);
        fixture_clear(&fixture);
    }
}

/* The real compiler with too little memory fails; it does not judge the policy. */
static void
test_memory(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new("profile a {\n");
    for (guint i = 0; i < 200000; i++)
        g_string_append_printf(text, "  /some/long/path/name/%u r,\n", i);
    g_string_append(text, "}\n");
    fixture_init(&fixture, FALSE);
    amr_compiler_set_limits(fixture.compiler, 50, 32 * 1024 * 1024);
    assert_null(run_text(&fixture, AMR_COMPILE_CHECK, text->str, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_COMPILER);
    fixture_clear(&fixture);
}

static void
test_missing(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    fixture_init(&fixture, FALSE);
    g_autofree char *parser = write_script(&fixture, "exit 0\n");
    fixture_reopen(&fixture, (AmrTargetOptions){.parser = parser});
    assert_int_equal(g_unlink(parser), 0);
    GAsyncResult *results[6] = {NULL};
    g_autoptr(GBytes) text = g_bytes_new_static("", 0);
    AmrCompileJob job = {AMR_COMPILE_PARSE, NULL, NULL, text};
    for (guint i = 0; i < G_N_ELEMENTS(results); i++)
        amr_compiler_run_async(fixture.compiler, &job, NULL, test_result, &results[i]);
    for (guint i = 0; i < G_N_ELEMENTS(results); i++) {
        test_wait_result(&results[i]);
        assert_null(amr_compiler_run_finish(fixture.compiler, results[i], &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_COMPILER);
        g_clear_error(&error);
        g_object_unref(results[i]);
    }
    fixture_clear(&fixture);
}

/* What the child gets: nothing of our environment, no input but the text, no warnings it does not
 * know. */
static void
test_child(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    fixture_init(&fixture, FALSE);
    g_autofree char *parser =
        write_script(&fixture, "case \"$*\" in *--warn*) exit 1;; esac\n"
                               "echo \"$@\"; pwd; /usr/bin/env | grep -v ^_= | sort; cat\n");
    fixture_reopen(&fixture, (AmrTargetOptions){.parser = parser});
    g_setenv("AMR_TEST_SECRET", "1", TRUE);
    g_autoptr(AmrCompileResult) result =
        run_text(&fixture, AMR_COMPILE_CHECK, "the text\n", &error);
    assert_no_error(error);
    assert_true(result->ok);
    g_autofree char *out =
        g_strndup(g_bytes_get_data(result->output, NULL), g_bytes_get_size(result->output));
    g_autofree char *base = g_strdup_printf(" -Q -K -S --base %s/etc/apparmor.d\n/\n", fixture.dir);
    assert_non_null(strstr(out, base));
    assert_non_null(
        strstr(out, "\nLC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/\nthe text\n"));
    assert_null(strstr(out, "SECRET"));
    fixture_clear(&fixture);
}

static void
note_order(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(AmrCompileResult) compiled = amr_compiler_run_finish(NULL, result, NULL);
    assert_non_null(compiled);
    GString *order = data;
    g_string_append_printf(order, "%.*s", (int)g_bytes_get_size(compiled->output),
                           (const char *)g_bytes_get_data(compiled->output, NULL));
}

/* Never more than two children; of what waits, the newest first. */
static void
test_queue(void **state)
{
    Fixture fixture;
    g_autoptr(GString) order = g_string_new(NULL);
    fixture_init(&fixture, FALSE);
    /* The first two wait until "go" is there; no child may find two others running. */
    g_autofree char *script = g_strdup_printf(
        "read name\nown=$name\ncd %s\nmkdir run-$own\nset -- run-*\n[ $# -le 2 ] || name=!\n"
        "case $name in a|b) while ! [ -e go ]; do sleep 0.01; done;; esac\n"
        "rmdir run-$own\necho $name | tr -d '\\n'\n",
        fixture.dir);
    g_autofree char *parser = write_script(&fixture, script);
    fixture_reopen(&fixture, (AmrTargetOptions){.parser = parser});
    static const char *const names[] = {"a\n", "b\n", "c\n", "d\n", "e\n"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GBytes) text = g_bytes_new_static(names[i], 2);
        AmrCompileJob job = {AMR_COMPILE_NAMES, NULL, NULL, text};
        amr_compiler_run_async(fixture.compiler, &job, NULL, note_order, order);
    }
    test_write(fixture.dir, "go", "");
    gint64 until = g_get_monotonic_time() + 50 * G_USEC_PER_SEC;
    while (order->len < 5 && g_get_monotonic_time() < until)
        g_main_context_iteration(NULL, FALSE);
    assert_int_equal(order->len, 5);
    assert_null(strchr(order->str, '!'));
    const char *c = strchr(order->str, 'c');
    const char *e = strchr(order->str, 'e');
    assert_non_null(c);
    assert_non_null(e);
    assert_true(e < c);
    fixture_clear(&fixture);
}

static void
test_cancel(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GBytes) text = g_bytes_new_static("", 0);
    AmrCompileJob job = {AMR_COMPILE_PARSE, NULL, NULL, text};
    GAsyncResult *results[5] = {NULL};
    fixture_init(&fixture, FALSE);
    g_autofree char *parser = write_script(&fixture, "exec sleep 1000\n");
    fixture_reopen(&fixture, (AmrTargetOptions){.parser = parser});
    /* Two run and one waits when they are cancelled; freeing the compiler ends the other two. */
    for (guint i = 0; i < G_N_ELEMENTS(results); i++)
        amr_compiler_run_async(fixture.compiler, &job, i < 3 ? cancellable : NULL, test_result,
                               &results[i]);
    g_cancellable_cancel(cancellable);
    for (guint i = 0; i < 3; i++)
        test_wait_result(&results[i]);
    assert_null(results[3]);
    assert_null(results[4]);
    amr_compiler_free(g_steal_pointer(&fixture.compiler));
    for (guint i = 0; i < G_N_ELEMENTS(results); i++) {
        test_wait_result(&results[i]);
        assert_null(amr_compiler_run_finish(NULL, results[i], &error));
        assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        g_clear_error(&error);
        g_object_unref(results[i]);
    }
    fixture_clear(&fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_blamed_cache),
        cmocka_unit_test(test_messages_bounds),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_base),
        cmocka_unit_test(test_rejections),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_not_enforced),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_load_nowhere),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_child),
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
