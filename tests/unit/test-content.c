/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compilations that are kept by content: which of them the compiler is asked for again. */
#include "tests/unit/testing.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/policy/content.h"

#define POLICY "etc/apparmor.d/"

/* Counts its runs; a text that says so kills it. */
static const char parser[] = "#!/bin/sh\n"
                             "PATH=/usr/sbin:/sbin:/usr/bin:/bin\n"
                             "case \"$*\" in *' -V') exec apparmor_parser -V;; esac\n"
                             "echo x >>\"$0.runs\"\n"
                             "test -e \"$0.dies\" && kill -9 $$\n"
                             "test -e \"$0.during\" && . \"$0.during\"\n"
                             "test -e \"$0.says-nothing\" && exit 0\n"
                             "exec apparmor_parser \"$@\"\n";

static const struct {
    const char *name, *text;
} files[] = {
    {POLICY "one", "abi <abi/3.0>,\nprofile one {\n  include <abstractions/a>\n"
                   "  include if exists <local/one>\n  include if exists <more.d>\n}\n"},
    {POLICY "two", "abi <abi/3.0>,\nprofile two { /two r, }\n"},
    {POLICY "abstractions/a", "/a r,\n"},
    {POLICY "abstractions/b", "/b r,\n"},
    {POLICY "more.d/m", "/m r,\n"},
};

typedef struct {
    char *dir;
    AmrTarget *target;
    AmrCompiler *compiler;
    AmrIndex *index;
} Fixture;

static void
load(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) index = NULL;

    amr_index_free(f->index);
    amr_index_load_async(f->target, NULL, test_result, &index);
    test_wait_result(&index);
    f->index = amr_index_load_finish(index, &error);
    assert_no_error(error);
}

static void
write_parser(const Fixture *f, const char *text)
{
    g_autofree char *program = g_build_filename(f->dir, "parser", NULL);

    (void)g_unlink(program); /* by another file, as a package does */
    test_write(f->dir, "parser", text);
    assert_int_equal(g_chmod(program, 0700), 0);
}

static void
init(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *abi = NULL;

    memset(f, 0, sizeof *f);
    f->dir = test_dir_new();
    assert_true(g_file_get_contents("/etc/apparmor.d/abi/3.0", &abi, NULL, NULL));
    test_write(f->dir, POLICY "abi/3.0", abi);
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        test_write(f->dir, files[i].name, files[i].text);
    write_parser(f, parser);
    g_autofree char *base = g_build_filename(f->dir, POLICY, NULL);
    g_autofree char *program = g_build_filename(f->dir, "parser", NULL);
    f->target = amr_target_new(&(AmrTargetOptions){.policy = base,
                                                   .parser = program,
                                                   .features = "/etc/apparmor.d/abi/3.0"},
                               &error);
    assert_no_error(error);
    f->compiler = amr_compiler_new(f->target);
    load(f);
}

static void
clear(Fixture *f)
{
    amr_index_free(f->index);
    amr_compiler_free(f->compiler);
    amr_target_free(f->target);
    test_dir_remove(f->dir);
}

static guint
runs(const Fixture *f)
{
    g_autofree char *path = g_build_filename(f->dir, "parser.runs", NULL);
    g_autofree char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? (guint)strlen(text) / 2 : 0;
}

static AmrContent *
compile(Fixture *f, const AmrCompileJob *job, const AmrScratch *scratch)
{
    g_autoptr(GAsyncResult) result = NULL;

    amr_content_compile_async(f->compiler, f->index, job, scratch, NULL, test_result, &result);
    test_wait_result(&result);
    return amr_content_compile_finish(result, NULL);
}

/* Whether the compiler was run for @job. */
static gboolean
is_run(Fixture *f, const AmrCompileJob *job, const AmrScratch *scratch)
{
    guint before = runs(f);
    g_autoptr(AmrContent) content = compile(f, job, scratch);

    assert_non_null(content);
    assert_true(content->result->ok == (content->oracle != NULL));
    return runs(f) > before;
}

static const AmrCompileJob one = {.kind = AMR_COMPILE_CHECK, .file = "one"};
static const AmrCompileJob two = {.kind = AMR_COMPILE_CHECK, .file = "two"};

static gboolean
text_is_run(Fixture *f, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    const AmrCompileJob job = {.kind = AMR_COMPILE_MEANING, .text = bytes};
    return is_run(f, &job, NULL);
}

static void
test_same(void **state)
{
    const AmrCompileJob meaning = {.kind = AMR_COMPILE_MEANING, .file = "one"};
    const AmrCompileJob bad = {.kind = AMR_COMPILE_CHECK, .file = "bad"};
    Fixture f;

    init(&f);
    assert_true(is_run(&f, &one, NULL));
    assert_false(is_run(&f, &one, NULL));
    assert_true(is_run(&f, &two, NULL));
    assert_false(is_run(&f, &one, NULL));
    assert_true(is_run(&f, &meaning, NULL));
    test_write(f.dir, POLICY "bad", "profile bad { /x q, }\n"); /* what is refused, too */
    load(&f);
    assert_false(is_run(&f, &one, NULL)); /* read again, and the same */
    assert_true(is_run(&f, &bad, NULL));
    assert_false(is_run(&f, &bad, NULL));
    g_autoptr(AmrContent) first = compile(&f, &one, NULL), second = compile(&f, &one, NULL);
    assert_ptr_equal(first, second);
    write_parser(&f, parser); /* another compiler */
    assert_true(is_run(&f, &one, NULL));
    clear(&f);
}

/* All that a file is made of, and what it is not. */
static void
test_files(void **state)
{
    static const struct {
        const char *name, *text;
        gboolean run;
    } rows[] = {
        {POLICY "two", "abi <abi/3.0>,\nprofile two { /two rw, }\n", FALSE},
        {POLICY "abstractions/b", "/b rw,\n", FALSE},
        {POLICY "abstractions/a", "/a rw,\n", TRUE},
        {POLICY "abstractions/a", "include <abstractions/b>\n", TRUE},
        {POLICY "abstractions/b", "/b rwk,\n", TRUE},
        {POLICY "local/one", "/local r,\n", TRUE},
        {POLICY "more.d/n", "/n r,\n", TRUE},
        {POLICY "more.d/n.dpkg-old", "/n r,\n", FALSE},
        {POLICY "more.d/m", "/m rw,\n", TRUE},
        {POLICY "more.d/m", "/m r,\n", FALSE}, /* as it was */
    };
    Fixture f;

    init(&f);
    assert_true(is_run(&f, &one, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        test_write(f.dir, rows[i].name, rows[i].text);
        load(&f);
        if (is_run(&f, &one, NULL) != rows[i].run)
            fail_msg("%s: %s", rows[i].name, rows[i].run ? "not run" : "run");
    }
    clear(&f);
}

static void
test_texts(void **state)
{
    Fixture f;

    init(&f);
    assert_true(text_is_run(&f, "profile x { /x r, }\n"));
    assert_false(text_is_run(&f, "profile x { /x r, }\n"));
    assert_true(text_is_run(&f, "profile x { /x w, }\n"));
    assert_true(text_is_run(&f, "profile x { include <abstractions/a>\n }\n"));
    assert_false(text_is_run(&f, "profile x { include <abstractions/a>\n }\n"));
    test_write(f.dir, POLICY "abstractions/a", "/a rwk,\n");
    load(&f);
    assert_true(text_is_run(&f, "profile x { include <abstractions/a>\n }\n"));
    assert_false(text_is_run(&f, "profile x { /x r, }\n"));
    /* What policy does not know is compiled each time. */
    assert_true(text_is_run(&f, "profile x { include if exists <abstractions/none>\n }\n"));
    assert_true(text_is_run(&f, "profile x { include if exists <abstractions/none>\n }\n"));
    clear(&f);
}

static AmrScratch *
scratch_new(const Fixture *f, const char *name, const char *text)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GBytes) bytes = text ? g_bytes_new(text, strlen(text)) : NULL;

    amr_scratch_new_async(f->target, NULL, test_result, &result);
    test_wait_result(&result);
    AmrScratch *scratch = amr_scratch_new_finish(result, NULL);
    assert_true(amr_scratch_set(scratch, name, bytes, NULL));
    return scratch;
}

/* Copies are other directories each time: what stands in them counts. */
static void
test_copies(void **state)
{
    static const struct {
        const char *name, *text;
        gboolean run;
    } rows[] = {
        {"local/one", "/local r,\n", TRUE},
        {"local/one", "/local r,\n", FALSE},
        {"local/one", "/local w,\n", TRUE},
        {"local/one", "/local r,\n", FALSE}, /* back on the ladder */
        {"local/one", "include <abstractions/b>\n", TRUE},
        {"abstractions/a", NULL, TRUE}, /* refused, and kept */
        {"abstractions/a", NULL, FALSE},
        {"abstractions/a", "", TRUE},
    };
    Fixture f;

    init(&f);
    assert_true(is_run(&f, &one, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AmrScratch) scratch = scratch_new(&f, rows[i].name, rows[i].text);
        const AmrCompileJob job = {AMR_COMPILE_CHECK, amr_scratch_path(scratch), "one", NULL};
        if (is_run(&f, &job, scratch) != rows[i].run)
            fail_msg("%u: %s", (guint)i, rows[i].run ? "not run" : "run");
    }
    test_write(f.dir, POLICY "abstractions/b", "/b rwk,\n"); /* which the change includes */
    load(&f);
    g_autoptr(AmrScratch) scratch = scratch_new(&f, "local/one", "include <abstractions/b>\n");
    const AmrCompileJob job = {AMR_COMPILE_CHECK, amr_scratch_path(scratch), "one", NULL};
    assert_true(is_run(&f, &job, scratch));
    assert_false(is_run(&f, &one, NULL));
    clear(&f);
}

/* Policy that changes between reading and compiling: the answer is of neither. */
static void
test_races(void **state)
{
    Fixture f;

    init(&f);
    test_write(f.dir, POLICY "abstractions/a", "/other r,\n"); /* before; not read again */
    assert_true(is_run(&f, &one, NULL));
    assert_true(is_run(&f, &one, NULL));
    test_write(f.dir, POLICY "abstractions/a", files[2].text);
    test_write(f.dir, "parser.during", "cd \"${0%/*}\"; echo '/n r,' >" POLICY "more.d/late\n");
    assert_true(is_run(&f, &one, NULL)); /* a name more in a directory, as it is compiled */
    g_autofree char *during = g_build_filename(f.dir, "parser.during", NULL);
    g_autofree char *late = g_build_filename(f.dir, POLICY "more.d/late", NULL);
    assert_int_equal(g_unlink(during), 0);
    assert_true(is_run(&f, &one, NULL));
    assert_int_equal(g_unlink(late), 0);
    load(&f);
    assert_true(is_run(&f, &one, NULL));
    assert_false(is_run(&f, &one, NULL));
    clear(&f);
}

/* What failed to run may run the next time. */
static void
test_failures(void **state)
{
    Fixture f;

    init(&f);
    test_write(f.dir, "parser.dies", "");
    g_autoptr(AmrContent) none = compile(&f, &one, NULL);
    assert_null(none);
    g_autofree char *dies = g_build_filename(f.dir, "parser.dies", NULL);
    assert_int_equal(g_unlink(dies), 0);
    assert_true(is_run(&f, &one, NULL));
    assert_false(is_run(&f, &one, NULL));
    clear(&f);
}

/* Those that were not used for longest go. */
static void
test_bounded(void **state)
{
    Fixture f;

    init(&f);
    test_write(f.dir, "parser.says-nothing", "");
    assert_true(text_is_run(&f, "profile old {}\n"));
    assert_true(text_is_run(&f, "profile used {}\n"));
    for (guint i = 0; i < AMR_CONTENT_MAX - 1; i++) {
        g_autofree char *text = g_strdup_printf("profile p%u {}\n", i);
        assert_true(text_is_run(&f, text));
        if (i == 1)
            assert_false(text_is_run(&f, "profile used {}\n"));
    }
    assert_false(text_is_run(&f, "profile used {}\n"));
    assert_true(text_is_run(&f, "profile old {}\n"));
    clear(&f);
}

/* ---- at the same moment ---------------------------------------------------------------------- */

static void
ask(Fixture *f, const AmrCompileJob *job, const AmrScratch *scratch, GCancellable *cancellable,
    GAsyncResult **result)
{
    amr_content_compile_async(f->compiler, f->index, job, scratch, cancellable, test_result,
                              result);
}

/* Waits for the answer; whether there is one that compiles. */
static gboolean
is_answered(GAsyncResult **result)
{
    test_wait_result(result);
    g_autoptr(AmrContent) content = amr_content_compile_finish(*result, NULL);
    g_clear_object(result);
    return content && content->oracle;
}

static void
test_shared(void **state)
{
    g_autoptr(GAsyncResult) first = NULL, second = NULL, other = NULL;
    Fixture f;

    init(&f);
    ask(&f, &one, NULL, NULL, &first);
    ask(&f, &two, NULL, NULL, &other);
    ask(&f, &one, NULL, NULL, &second);
    test_wait_result(&first);
    test_wait_result(&second);
    g_autoptr(AmrContent) a = amr_content_compile_finish(first, NULL);
    g_autoptr(AmrContent) b = amr_content_compile_finish(second, NULL);
    assert_non_null(a->oracle);
    assert_ptr_equal(a, b);
    assert_true(is_answered(&other));
    assert_int_equal(runs(&f), 2);
    clear(&f);
}

/* Who goes takes nothing from who stays, whichever of them began it. */
static void
test_shared_cancelled(void **state)
{
    for (guint gone = 0; gone < 4; gone++) { /* a bit each */
        GAsyncResult *results[2] = {NULL, NULL};
        GCancellable *cancels[2] = {g_cancellable_new(), g_cancellable_new()};
        Fixture f;

        init(&f);
        test_write(f.dir, "parser.during", "sleep 0.3\n");
        for (guint i = 0; i < 2; i++)
            ask(&f, &one, NULL, cancels[i], &results[i]);
        while (!runs(&f))
            g_main_context_iteration(NULL, FALSE);
        for (guint i = 0; i < 2; i++)
            if (gone & (1u << i))
                g_cancellable_cancel(cancels[i]);
        for (guint i = 0; i < 2; i++)
            assert_int_equal(is_answered(&results[i]), !(gone & (1u << i)));
        assert_int_equal(runs(&f), 1);
        assert_int_equal(is_run(&f, &one, NULL), gone == 3);
        for (guint i = 0; i < 2; i++)
            g_object_unref(cancels[i]);
        clear(&f);
    }
}

/* The copy of policy that is compiled is his who asked first, and goes with him. */
static void
test_shared_copies(void **state)
{
    g_autoptr(GAsyncResult) first = NULL, second = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    Fixture f;

    init(&f);
    test_write(f.dir, "parser.during", "sleep 0.3\n");
    AmrScratch *mine = scratch_new(&f, "local/one", "/local r,\n");
    g_autoptr(AmrScratch) yours = scratch_new(&f, "local/one", "/local r,\n");
    const AmrCompileJob my = {AMR_COMPILE_CHECK, amr_scratch_path(mine), "one", NULL};
    const AmrCompileJob your = {AMR_COMPILE_CHECK, amr_scratch_path(yours), "one", NULL};
    ask(&f, &my, mine, cancellable, &first);
    ask(&f, &your, yours, NULL, &second);
    while (!runs(&f))
        g_main_context_iteration(NULL, FALSE);
    g_cancellable_cancel(cancellable);
    assert_false(is_answered(&first));
    amr_scratch_free(mine);
    assert_true(is_answered(&second));
    assert_int_equal(runs(&f), 2);
    assert_false(is_run(&f, &your, yours));
    clear(&f);
}

/* The compiler's own options: another file of them is another compiler. */
static void
test_configuration(void **state)
{
    static const char *const texts[] = {"Optimize=no-expr-simplify\n", "", "# a remark\n"};
    g_autoptr(GError) error = NULL;
    Fixture f;

    init(&f);
    amr_index_free(f.index);
    amr_compiler_free(f.compiler);
    amr_target_free(f.target);
    g_autofree char *program = g_build_filename(f.dir, "parser", NULL);
    test_write(f.dir, "etc/apparmor/parser.conf", "");
    f.target = amr_target_new(&(AmrTargetOptions){.root = f.dir, .parser = program}, &error);
    assert_no_error(error);
    f.compiler = amr_compiler_new(f.target);
    f.index = NULL;
    load(&f);
    assert_true(is_run(&f, &one, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        test_write(f.dir, "etc/apparmor/parser.conf", texts[i]);
        assert_int_equal(is_run(&f, &one, NULL), i != 1); /* as it was at first */
        assert_false(is_run(&f, &one, NULL));
    }
    /* It changes while one is compiled. */
    test_write(f.dir, "parser.during",
               "cd \"${0%/*}\"; echo '# later' >>etc/apparmor/parser.conf\n");
    assert_true(text_is_run(&f, "profile x { }\n"));
    g_autofree char *during = g_build_filename(f.dir, "parser.during", NULL);
    assert_int_equal(g_unlink(during), 0);
    assert_true(text_is_run(&f, "profile x { }\n"));
    assert_false(text_is_run(&f, "profile x { }\n"));
    /* A file that it names. */
    g_autofree char *named = g_build_filename(f.dir, "named", NULL);
    g_autofree char *line = g_strdup_printf(" policy-features = %s\n", named);
    test_write(f.dir, "named", "x");
    test_write(f.dir, "parser.says-nothing", "");
    test_write(f.dir, "etc/apparmor/parser.conf", line);
    assert_true(text_is_run(&f, "profile x { }\n"));
    assert_false(text_is_run(&f, "profile x { }\n"));
    test_write(f.dir, "named", "xy");
    assert_true(text_is_run(&f, "profile x { }\n"));
    clear(&f);
}

/* One is asked for, and the compiler goes. */
static void
test_freed(void **state)
{
    g_autoptr(GAsyncResult) result = NULL, other = NULL;
    Fixture f;

    init(&f);
    ask(&f, &one, NULL, NULL, &result);
    ask(&f, &one, NULL, NULL, &other);
    amr_index_free(f.index);
    amr_compiler_free(f.compiler);
    test_wait_result(&result);
    test_wait_result(&other);
    assert_null(amr_content_compile_finish(result, NULL));
    assert_null(amr_content_compile_finish(other, NULL));
    amr_target_free(f.target);
    test_dir_remove(f.dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),          cmocka_unit_test(test_files),
        cmocka_unit_test(test_texts),         cmocka_unit_test(test_copies),
        cmocka_unit_test(test_races),         cmocka_unit_test(test_failures),
        cmocka_unit_test(test_bounded),       cmocka_unit_test(test_freed),
        cmocka_unit_test(test_shared),        cmocka_unit_test(test_shared_cancelled),
        cmocka_unit_test(test_shared_copies), cmocka_unit_test(test_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
