/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All policy that is shipped: each rule of every file is read and printed again, and what comes out
 * is the same policy, to the byte or by what the oracle makes of it. A seeded slice of the profiles
 * (ARMORER_SEED), ARMORER_LONG=1 all. Another release: ARMORER_PARSER, ARMORER_POLICY,
 * ARMORER_EXTRA (profiles that are not loaded), ARMORER_FEATURES.
 */
#include "tests/unit/testing.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/policy/compiler.h"
#include "core/policy/oracle.h"
#include "core/policy/rule.h"

static const char *
setting(const char *name, const char *otherwise)
{
    const char *value = g_getenv(name);
    return value && *value ? value : otherwise;
}

/* ---- one file, rewritten ------------------------------------------------------------------------
 */

typedef struct {
    guint rules, verbatim;
    const char *file;
} Count;

/* Where the rule or header that begins at @text ends: behind its comma, or at the brace that opens
 * a block (*header). Quotes, escapes, brackets of patterns and lists are stepped over. */
static const char *
end_of_statement(const char *text, gboolean *header)
{
    int depth = 0;
    gboolean quoted = FALSE;

    *header = FALSE;
    for (const char *p = text; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (quoted)
            continue;
        else if (*p == '#' && p > text && g_ascii_isspace(p[-1]))
            p += strcspn(p, "\n") - 1;
        else if (*p == '{' && depth == 0 && p > text && g_ascii_isspace(p[-1]) &&
                 (!p[1] || g_ascii_isspace(p[1]) || p[1] == '}')) {
            *header = TRUE;
            return p + 1;
        } else if (*p == '{' || *p == '(' || *p == '[')
            depth++;
        else if ((*p == '}' || *p == ')' || *p == ']') && depth > 0)
            depth--;
        else if (*p == ',' && depth == 0 && (!p[1] || g_ascii_isspace(p[1]) || p[1] == '#'))
            return p + 1;
    }
    return text + strlen(text);
}

/* On one line, without comments. */
static char *
folded(const char *text, gsize len)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean quoted = FALSE;

    for (gsize i = 0; i < len; i++) {
        if (text[i] == '"')
            quoted = !quoted;
        if (!quoted && text[i] == '#' && i > 0 && g_ascii_isspace(text[i - 1]))
            i += strcspn(text + i, "\n");
        g_string_append_c(out, g_ascii_isspace(text[i]) ? ' ' : text[i]);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void
rewrite_rule(Count *count, GString *out, const char *text, gsize len)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = folded(text, len);
    g_autoptr(AmrRule) rule = amr_rule_read(line, &error);
    g_autofree char *printed = NULL;

    if (!rule)
        fail_msg("%s: %s: %s", count->file, line, error->message);
    printed = amr_rule_print(rule);
    g_autoptr(AmrRule) again = amr_rule_read(printed, &error);
    if (!again || !amr_rule_equal(rule, again))
        fail_msg("%s: %s is not %s", count->file, line, printed);
    count->rules++;
    count->verbatim += rule->kind == AMR_RULE_OPAQUE;
    if (rule->kind == AMR_RULE_OPAQUE && g_getenv("ARMORER_VERBATIM"))
        print_message("verbatim: %s\n", printed);
    g_string_append(out, printed);
}

/* Lines that are no rules: includes, comments, variables. */
static gboolean
is_line(const char *p)
{
    const char *close = p[0] == '@' && p[1] == '{' ? strchr(p, '}') : NULL;

    if (close)
        close += 1 + strspn(close + 1, " \t+");
    return *p == '#' || *p == '$' || g_str_has_prefix(p, "include ") ||
           g_str_has_prefix(p, "abi ") || (close && *close == '=');
}

static char *
rewrite(Count *count, const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (const char *p = text; *p;) {
        gboolean header;
        const char *end;
        if (g_ascii_isspace(*p) || *p == '}') {
            g_string_append_c(out, *p++);
            continue;
        }
        if (is_line(p)) {
            do {
                end = p + strcspn(p, "\n") + 1;
                g_string_append_len(out, p, MIN(end - p, (gssize)strlen(p)));
                p = end[-1] ? end : end - 1;
            } while (*p && end[-2] == '\\'); /* goes on */
            continue;
        }
        end = end_of_statement(p, &header);
        if (header || end[-1] != ',')
            g_string_append_len(out, p, end - p);
        else
            rewrite_rule(count, out, p, (gsize)(end - p));
        p = end;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* ---- the tree -----------------------------------------------------------------------------------
 */

typedef struct {
    char *dir;        /* holds as-is/ and again/ */
    GPtrArray *units; /* profiles' files, relative */
    Count count;
} Tree;

static gboolean
is_policy(const char *name)
{
    return name[0] != '.' && name[0] != '~' && strcmp(name, "README") != 0 &&
           strcmp(name, "disable") != 0 && strcmp(name, "force-complain") != 0 &&
           strcmp(name, "cache") != 0 && !strstr(name, ".dpkg-") && !g_str_has_suffix(name, "~");
}

static void
make_directory(const Tree *tree, const char *place)
{
    g_autofree char *path = g_build_filename(tree->dir, place, NULL);
    assert_int_equal(g_mkdir_with_parents(path, 0755), 0);
}

/* Copies @from/@name to both trees at @to; what is below abi/ is no policy. */
static void
take(Tree *tree, const char *from, const char *to)
{
    g_autoptr(GDir) dir = g_dir_open(from, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(from, name, NULL), *text = NULL, *again = NULL;
        g_autofree char *place = *to ? g_build_filename(to, name, NULL) : g_strdup(name);
        g_autofree char *as_is = g_build_filename("as-is", place, NULL);
        g_autofree char *rewritten = g_build_filename("again", place, NULL);
        if (!is_policy(name))
            continue;
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            make_directory(tree, as_is); /* one that is included may be empty */
            make_directory(tree, rewritten);
            take(tree, path, place);
            continue;
        }
        if (!g_file_get_contents(path, &text, NULL, NULL))
            continue;
        tree->count.file = path;
        again = g_str_has_prefix(place, "abi/") ? g_strdup(text) : rewrite(&tree->count, text);
        test_write(tree->dir, as_is, text);
        test_write(tree->dir, rewritten, again);
        if (!strchr(place, '/') || g_str_has_prefix(place, "extra/"))
            g_ptr_array_add(tree->units, g_steal_pointer(&place));
    }
}

/* Some releases include their local files without `if exists`; packages make them when they are
 * installed. */
static void
add_locals(Tree *tree)
{
    for (guint i = 0; i < tree->units->len; i++) {
        g_autofree char *name = g_path_get_basename(tree->units->pdata[i]);
        for (guint k = 0; k < 2; k++) {
            g_autofree char *place = g_build_filename(k ? "again" : "as-is", "local", name, NULL);
            g_autofree char *path = g_build_filename(tree->dir, place, NULL);
            if (!g_file_test(path, G_FILE_TEST_EXISTS))
                test_write(tree->dir, place, "");
        }
    }
}

static AmrCompileResult *
compile(AmrCompiler *compiler, const Tree *tree, const char *which, const char *unit)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) done = NULL;
    g_autofree char *base = g_build_filename(tree->dir, which, NULL);
    const AmrCompileJob job = {.kind = AMR_COMPILE_CHECK, .base = base, .file = unit};
    AmrCompileResult *result;

    amr_compiler_run_async(compiler, &job, NULL, test_result, &done);
    test_wait_result(&done);
    result = amr_compiler_run_finish(compiler, done, &error);
    assert_no_error(error);
    return result;
}

/* NULL if both say the same, else a difference. */
static char *
difference(const AmrCompileResult *a, const AmrCompileResult *b)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrOracle) before = NULL, after = NULL;
    g_autoptr(AmrOracleComparison) comparison = NULL;
    const AmrOracleDifference *one;

    if (strcmp(a->sha256, b->sha256) == 0)
        return NULL;
    before = amr_oracle_new(a->output, &error);
    after = before ? amr_oracle_new(b->output, &error) : NULL;
    comparison = after ? amr_oracle_compare(before, after, &error) : NULL;
    assert_no_error(error);
    if (comparison->same)
        return NULL;
    one = comparison->differences->pdata[0];
    return g_strdup_printf("%s %s %s", amr_oracle_change_word(one->change), one->profile,
                           one->what);
}

/* Whether the compiler makes other policy of the same file when it runs again: 4.1.0 does, of files
 * whose denials take m from what ix gives. */
static gboolean
is_unsteady(AmrCompiler *compiler, const Tree *tree, const char *unit, const AmrCompileResult *a)
{
    for (guint i = 0; i < 12; i++) {
        g_autoptr(AmrCompileResult) again = compile(compiler, tree, "as-is", unit);
        g_autofree char *differs = again->ok ? difference(a, again) : NULL;
        if (differs)
            return TRUE;
    }
    return FALSE;
}

/* FALSE if the compiler cannot tell. */
static gboolean
check_same(AmrCompiler *compiler, const Tree *tree, const char *unit, const AmrCompileResult *a)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrCompileResult) b = compile(compiler, tree, "again", unit);
    g_autofree char *differs = NULL;

    if (!b->ok) {
        amr_compile_result_to_error(b, AMR_ERROR_RULE_REJECTED, &error);
        fail_msg("%s: rewritten it does not compile: %s", unit, error->message);
    }
    differs = difference(a, b);
    if (differs && !is_unsteady(compiler, tree, unit, a))
        fail_msg("%s: not the same: %s", unit, differs);
    return !differs;
}

static void
test_shipped(void **state)
{
    g_autoptr(GError) error = NULL;
    const char *policy = setting("ARMORER_POLICY", "/etc/apparmor.d");
    g_autofree char *abi = g_build_filename(policy, "abi/3.0", NULL);
    const AmrTargetOptions options = {.policy = policy,
                                      .parser = setting("ARMORER_PARSER", NULL),
                                      .features = setting("ARMORER_FEATURES", abi)};
    guint32 seed = (guint32)strtoul(setting("ARMORER_SEED", "20261127"), NULL, 10);
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g_autoptr(AmrTarget) target = amr_target_new(&options, &error);
    assert_no_error(error);
    g_autoptr(AmrCompiler) compiler = amr_compiler_new(target);
    Tree tree = {.dir = test_dir_new(), .units = g_ptr_array_new_with_free_func(g_free)};
    guint compiled = 0, broken = 0, unsteady = 0;

    take(&tree, policy, "");
    take(&tree, setting("ARMORER_EXTRA", "/usr/share/apparmor/extra-profiles"), "extra");
    add_locals(&tree);
    for (guint i = 0; i < tree.units->len; i++) {
        const char *unit = tree.units->pdata[i];
        if (!g_getenv("ARMORER_LONG") && g_rand_int_range(random, 0, 6) != 0)
            continue;
        g_autoptr(AmrCompileResult) a = compile(compiler, &tree, "as-is", unit);
        if (!a->ok) { /* wants what is not installed, or another compiler */
            g_autoptr(GError) why = NULL;
            amr_compile_result_to_error(a, AMR_ERROR_RULE_REJECTED, &why);
            print_message("%s does not compile as it is: %s\n", unit, why->message);
            broken++;
            continue;
        }
        if (check_same(compiler, &tree, unit, a)) {
            compiled++;
        } else {
            print_message("%s: this compiler makes other policy of it at each run\n", unit);
            unsteady++;
        }
    }
    print_message("seed %u: %u rules, %u of them verbatim; %u files the same, %u unsteady, %u "
                  "broken\n",
                  seed, tree.count.rules, tree.count.verbatim, compiled, unsteady, broken);
    assert_true(tree.count.rules > 500);
    assert_true(tree.count.verbatim < tree.count.rules / 20);
    assert_true(compiled > 5 && broken + unsteady < compiled / 4);
    g_ptr_array_unref(tree.units);
    test_dir_remove(tree.dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped),
    };
    return cmocka_run_group_tests_name("shipped", tests, NULL, NULL);
}
