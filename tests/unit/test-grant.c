/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <string.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/policy/grant.h"

typedef struct {
    char *dir; /* NULL for the shipped policy */
    AmrTarget *target;
    AmrCompiler *compiler;
    AmrScratch *scratch;
    AmrIndex *index;
} Fixture;

/* A feature set that mediates no dbus; set_load, as 3.0.8 dies without it when it unloads. */
static const char features[] =
    "caps {mask {chown dac_override dac_read_search setuid setgid\n}\n}\n"
    "file {mask {create read write exec append mmap_exec link lock\n}\n}\n"
    "domain {change_hat {yes\n}\n}\n"
    "policy {set_load {yes\n}\nversions {v7 {yes\n}\nv6 {yes\n}\nv5 {yes\n}\n}\n}\n";

static const char main_file[] = "@{VAR} = /late\n"
                                "profile one {\n"
                                "  /data/** r,\n"
                                "  /usr/bin/tool ix,\n"
                                "  link /l/* -> /target/*,\n"
                                "  deny /data/secret w,\n"
                                "  include <abstractions/part>\n"
                                "  include <abstractions/child>\n"
                                "\n"
                                "  ^hat {\n"
                                "    /hat r,\n"
                                "  }\n"
                                "}\n"
                                "profile tail { @{VAR}/x r, } # } a brace in a comment\n";

static void
fixture_open(Fixture *fixture, const AmrTargetOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) scratch = NULL;
    g_autoptr(GAsyncResult) index = NULL;
    fixture->target = amr_target_new(options, &error);
    assert_no_error(error);
    fixture->compiler = amr_compiler_new(fixture->target);
    amr_scratch_new_async(fixture->target, NULL, test_result, &scratch);
    amr_index_load_async(fixture->target, NULL, test_result, &index);
    test_wait_result(&scratch);
    test_wait_result(&index);
    fixture->scratch = amr_scratch_new_finish(scratch, &error);
    assert_no_error(error);
    fixture->index = amr_index_load_finish(index, &error);
    assert_no_error(error);
}

/* @script: what a compiler of its own does in place of apparmor_parser; NULL for the real one. */
static void
fixture_parser(Fixture *fixture, const char *script)
{
    fixture->dir = test_dir_new();
    test_write(fixture->dir, "etc/apparmor.d/main", main_file);
    test_write(fixture->dir, "etc/apparmor.d/broken", "profile broken {\n  /x q,\n}\n");
    test_write(fixture->dir, "etc/apparmor.d/open", "profile open {\n  /x r,\n");
    test_write(fixture->dir, "etc/apparmor.d/loud",
               "profile loud {\n  audit deny /loud/** r,\n  audit deny capability chown,\n"
               "  audit deny /usr/bin/denied x,\n}\n");
    test_write(fixture->dir, "etc/apparmor.d/bus", "profile bus {\n  dbus,\n}\n");
    test_write(fixture->dir, "etc/apparmor.d/abstractions/part", "  /part r,\n");
    test_write(fixture->dir, "etc/apparmor.d/abstractions/child",
               "  profile child {\n    /child r,\n  }\n");
    test_write(fixture->dir, "etc/apparmor.d/abstractions/granted", "  /data/a r,\n");
    test_write(fixture->dir, "etc/apparmor.d/abstractions/bus", "  dbus,\n  /bus r,\n");
    test_write(fixture->dir, "features", features);
    g_autofree char *file = g_build_filename(fixture->dir, "features", NULL);
    g_autofree char *parser = script ? g_build_filename(fixture->dir, "parser", NULL) : NULL;
    if (script) {
        test_write(fixture->dir, "parser", script);
        assert_int_equal(chmod(parser, 0755), 0);
    }
    fixture_open(fixture,
                 &(AmrTargetOptions){.root = fixture->dir, .features = file, .parser = parser});
}

static void
fixture_own(Fixture *fixture)
{
    fixture_parser(fixture, NULL);
}

static void
fixture_shipped(Fixture *fixture)
{
    fixture->dir = NULL;
    fixture_open(fixture, &(AmrTargetOptions){.policy = "/etc/apparmor.d",
                                              .features = "/etc/apparmor.d/abi/3.0"});
}

static void
fixture_clear(Fixture *fixture)
{
    amr_index_free(fixture->index);
    amr_scratch_free(fixture->scratch);
    amr_compiler_free(fixture->compiler);
    amr_target_free(fixture->target);
    if (fixture->dir)
        test_dir_remove(fixture->dir);
}

static AmrGrant
ask(Fixture *fixture, const char *profile, const char *text, char **message, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) local = NULL;
    g_autoptr(AmrRule) rule = amr_rule_read(text, &local);
    assert_no_error(local);
    const AmrBlock *block = amr_index_find(fixture->index, NULL, profile);
    if (!block)
        fail_msg("no block of %s", profile);
    amr_grant_async(fixture->compiler, fixture->scratch, fixture->index, block, rule, NULL,
                    test_result, &result);
    test_wait_result(&result);
    return amr_grant_finish(result, message, error);
}

typedef struct {
    const char *profile, *rule;
    AmrGrant want;
} Row;

static void
check_rows(Fixture *fixture, const Row *rows, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *message = NULL;
        print_message("%s: %s\n", rows[i].profile, rows[i].rule);
        AmrGrant got = ask(fixture, rows[i].profile, rows[i].rule, &message, &error);
        assert_no_error(error);
        if (got != rows[i].want)
            fail_msg("%s, not %s (%s)", amr_grant_word(got), amr_grant_word(rows[i].want), message);
        gboolean says = got == AMR_GRANT_REJECTED || got == AMR_GRANT_NOT_ENFORCED;
        assert_int_equal(message != NULL, says);
    }
}

static const Row own[] = {
    {"one", "/data/a r,", AMR_GRANT_GRANTED},
    {"one", "owner /data/a r,", AMR_GRANT_GRANTED},
    {"one", "/data/a rw,", AMR_GRANT_NEEDED},
    {"one", "/other r,", AMR_GRANT_NEEDED},
    {"one", "/data/secret w,", AMR_GRANT_DENIED},
    {"one", "/part r,", AMR_GRANT_GRANTED},
    {"one", "/child r,", AMR_GRANT_NEEDED},
    {"one", "/hat r,", AMR_GRANT_NEEDED},
    {"one//hat", "/hat r,", AMR_GRANT_GRANTED},
    {"one//hat", "/data/a r,", AMR_GRANT_NEEDED},
    {"one//child", "/child r,", AMR_GRANT_GRANTED}, /* its text stands in an abstraction */
    {"one//child", "/data/a r,", AMR_GRANT_NEEDED},
    {"tail", "/late/x r,", AMR_GRANT_GRANTED}, /* by way of a variable */
    {"tail", "@{VAR}/x r,", AMR_GRANT_GRANTED},
    {"tail", "/late/y r,", AMR_GRANT_NEEDED},
    {"one", "/usr/bin/tool ix,", AMR_GRANT_GRANTED},
    {"one", "/usr/bin/other ix,", AMR_GRANT_NEEDED},
    {"one", "/usr/bin/tool px,", AMR_GRANT_REJECTED}, /* conflicting x modifiers */
    {"one", "link /l/a -> /target/b,", AMR_GRANT_GRANTED},
    {"one", "link /l/a -> /elsewhere/b,", AMR_GRANT_NEEDED},
    {"one", "capability setuid,", AMR_GRANT_NEEDED},
    {"one", "capability no_such,", AMR_GRANT_REJECTED},
    {"one", "@{NO_SUCH}/x r,", AMR_GRANT_REJECTED},
    {"one", "dbus,", AMR_GRANT_NOT_ENFORCED},
    {"bus", "dbus,", AMR_GRANT_NOT_ENFORCED}, /* it was not enforced before either */
    {"bus", "/x r,", AMR_GRANT_NEEDED},       /* what is not enforced there is not this rule's */
    {"one", "include <abstractions/granted>", AMR_GRANT_GRANTED},
    {"tail", "include <abstractions/granted>", AMR_GRANT_NEEDED},
    {"one", "include <abstractions/bus>", AMR_GRANT_NEEDED}, /* a part of it is enforced */
    {"one", "include <abstractions/no-such>", AMR_GRANT_REJECTED},
    {"one", "include if exists <abstractions/no-such>", AMR_GRANT_GRANTED},
    {"one", "/data/** r,", AMR_GRANT_GRANTED}, /* broader than one question */
    {"one", "/data/sec* w,", AMR_GRANT_NEEDED},
    {"one", "/data/{secret,secret} w,", AMR_GRANT_DENIED},
    {"one", "audit /data/a r,", AMR_GRANT_NEEDED}, /* it would be logged */
    {"one", "deny /nowhere r,", AMR_GRANT_NEEDED}, /* it would not */
    {"one", "deny /data/secret w,", AMR_GRANT_DENIED},
    {"loud", "/loud/a r,", AMR_GRANT_DENIED}, /* compiled, audit deny looks like no rule at all */
    {"loud", "/loud/** r,", AMR_GRANT_DENIED},
    {"loud", "/quiet r,", AMR_GRANT_NEEDED},
    {"loud", "capability chown,", AMR_GRANT_DENIED},
    {"loud", "/usr/bin/denied ix,", AMR_GRANT_DENIED},
};

static void
test_own(void **state)
{
    Fixture fixture;
    fixture_own(&fixture);
    check_rows(&fixture, own, G_N_ELEMENTS(own));
    fixture_clear(&fixture);
}

static const Row shipped[] = {
    {"nscd", "/etc/nscd.conf r,", AMR_GRANT_GRANTED},
    {"nscd", "/etc/nscd.conf w,", AMR_GRANT_NEEDED},
    {"nscd", "/etc/passwd r,", AMR_GRANT_GRANTED}, /* by an abstraction */
    {"nscd", "/usr/sbin/nscd ix,", AMR_GRANT_GRANTED},
    {"nscd", "/usr/bin/other ix,", AMR_GRANT_NEEDED},
    {"nscd", "/run/nscd/dbXYZ l,", AMR_GRANT_GRANTED},
    {"nscd", "/run/other l,", AMR_GRANT_NEEDED},
    {"nscd", "capability setuid,", AMR_GRANT_GRANTED},
    {"nscd", "capability block_suspend,", AMR_GRANT_DENIED},
    {"nscd", "capability sys_admin,", AMR_GRANT_NEEDED},
    {"nscd", "network inet stream,", AMR_GRANT_GRANTED},
    {"nscd", "network packet raw,", AMR_GRANT_NEEDED},
    {"lsb_release", "/tmp/gtalkplugin.log w,", AMR_GRANT_DENIED},
    {"lsb_release", "/usr/bin/cat ix,", AMR_GRANT_GRANTED},
    {"dnsmasq//libvirt_leaseshelper", "/no/such r,", AMR_GRANT_NEEDED},
    {"ping", "network inet raw,", AMR_GRANT_GRANTED},
    {"ping", "network inet6 packet,", AMR_GRANT_NEEDED},
};

static void
test_shipped(void **state)
{
    Fixture fixture;
    fixture_shipped(&fixture);
    check_rows(&fixture, shipped, G_N_ELEMENTS(shipped));
    fixture_clear(&fixture);
}

static char *
compiled_hash(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    AmrCompileJob job = {.kind = AMR_COMPILE_CHECK, .file = "main"};
    amr_compiler_run_async(fixture->compiler, &job, NULL, test_result, &result);
    test_wait_result(&result);
    g_autoptr(AmrCompileResult) compiled =
        amr_compiler_run_finish(fixture->compiler, result, &error);
    assert_no_error(error);
    return g_strdup(compiled->sha256);
}

/* A compiler whose bytes are never twice the same, as those of 4.x differ for the same language:
 * the answers are the same. */
static void
test_other_bytes(void **state)
{
    static const char script[] = "#!/bin/sh\nd=$(dirname \"$0\")\necho >>\"$d/calls\"\n"
                                 "n=$(wc -l <\"$d/calls\")\n"
                                 "[ $((n % 2)) = 0 ] || set -- -O no-minimize \"$@\"\n"
                                 "exec apparmor_parser \"$@\"\n";
    Fixture fixture;
    fixture_parser(&fixture, script);
    g_autofree char *first = compiled_hash(&fixture), *second = compiled_hash(&fixture);
    assert_string_not_equal(first, second);
    check_rows(&fixture, own, G_N_ELEMENTS(own));
    fixture_clear(&fixture);
}

/* What the oracle cannot read: the same bytes prove, others are said to prove nothing. */
static void
test_unread(void **state)
{
    static const struct {
        const char *rule;
        AmrGrant want;
    } rows[] = {{"/data/a r,", AMR_GRANT_GRANTED},
                {"/data/secret w,", AMR_GRANT_DENIED},
                {"/other r,", AMR_GRANT_NEEDED}};
    Fixture fixture;
    fixture_parser(&fixture, "#!/bin/sh\nprintf junk\nexec apparmor_parser \"$@\"\n");
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *message = NULL;
        print_message("%s\n", rows[i].rule);
        assert_int_equal(ask(&fixture, "one", rows[i].rule, &message, &error), rows[i].want);
        assert_no_error(error);
        if (rows[i].want == AMR_GRANT_NEEDED)
            assert_non_null(strstr(message, "not known"));
        else
            assert_null(message);
    }
    fixture_clear(&fixture);
}

/* ---- many at once ------------------------------------------------------------------------------
 */

static void
count_progress(guint done, guint of, gpointer data)
{
    guint *counts = data;
    assert_int_equal(done, counts[0] + 1);
    assert_true(done <= of);
    counts[0] = done;
    counts[1] = of;
}

/* The rules of all rows for @profile, asked together: each answer is the one it has alone. */
static void
check_together(Fixture *fixture, const Row *rows, guint n, const char *profile)
{
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    g_autoptr(GArray) wants = g_array_new(FALSE, FALSE, sizeof(AmrGrant));
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    guint counts[2] = {0, 0};
    for (guint i = 0; i < n; i++) {
        if (strcmp(rows[i].profile, profile) != 0)
            continue;
        g_ptr_array_add(rules, amr_rule_read(rows[i].rule, &error));
        assert_no_error(error);
        g_array_append_val(wants, rows[i].want);
    }
    amr_grants_async(fixture->compiler, fixture->scratch, fixture->index,
                     amr_index_find(fixture->index, NULL, profile), rules, count_progress, counts,
                     NULL, test_result, &result);
    test_wait_result(&result);
    g_autoptr(GPtrArray) answers = amr_grants_finish(result, &error);
    assert_no_error(error);
    assert_int_equal(answers->len, rules->len);
    assert_int_equal(counts[0], rules->len);
    assert_int_equal(counts[1], rules->len);
    for (guint i = 0; i < rules->len; i++) {
        const AmrGrantAnswer *answer = answers->pdata[i];
        g_autofree char *rule = amr_rule_print(rules->pdata[i]);
        AmrGrant want = g_array_index(wants, AmrGrant, i);
        if (answer->grant != want)
            fail_msg("%s: %s: %s, not %s (%s)", profile, rule, amr_grant_word(answer->grant),
                     amr_grant_word(want), answer->message);
        assert_int_equal(answer->message != NULL,
                         want == AMR_GRANT_REJECTED || want == AMR_GRANT_NOT_ENFORCED);
    }
    assert_false(amr_scratch_is_changed(fixture->scratch, "main"));
}

static void
test_together(void **state)
{
    static const char *const of_own[] = {"one", "one//hat", "one//child", "tail", "bus", "loud"};
    static const char *const of_shipped[] = {"nscd", "lsb_release", "ping"};
    Fixture fixture;
    fixture_own(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(of_own); i++)
        check_together(&fixture, own, G_N_ELEMENTS(own), of_own[i]);
    fixture_clear(&fixture);
    fixture_shipped(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(of_shipped); i++)
        check_together(&fixture, shipped, G_N_ELEMENTS(shipped), of_shipped[i]);
    fixture_clear(&fixture);
}

/* Literal rules: their number does not count for how often the compiler runs. */
static void
test_few_calls(void **state)
{
    Fixture fixture;
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    fixture_parser(&fixture, "#!/bin/sh\necho >>\"$(dirname \"$0\")/calls\"\n"
                             "exec apparmor_parser \"$@\"\n");
    for (guint i = 0; i < 300; i++) {
        g_autofree char *text = g_strdup_printf(i % 3 ? "/n/%u rw," : "/data/%u r,", i);
        g_ptr_array_add(rules, amr_rule_read(text, &error));
    }
    amr_grants_async(fixture.compiler, fixture.scratch, fixture.index,
                     amr_index_find(fixture.index, NULL, "one"), rules, NULL, NULL, NULL,
                     test_result, &result);
    test_wait_result(&result);
    g_autoptr(GPtrArray) answers = amr_grants_finish(result, &error);
    assert_no_error(error);
    for (guint i = 0; i < 300; i++)
        assert_int_equal(((AmrGrantAnswer *)answers->pdata[i])->grant,
                         i % 3 ? AMR_GRANT_NEEDED : AMR_GRANT_GRANTED);
    g_autofree char *calls = test_read(fixture.dir, "calls");
    assert_true(strlen(calls) <= 4); /* and one that asks which warnings it knows */
    fixture_clear(&fixture);
}

/* What the reader of rules would not let pass is refused by the compiler all the same. */
static void
test_unbalanced(void **state)
{
    static const char *const texts[] = {"/etc/{a r,", "/etc/[a r,", "/etc/a}b r,"};
    Fixture fixture;
    fixture_shipped(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GAsyncResult) result = NULL;
        g_autofree char *message = NULL;
        g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_OPAQUE);
        rule->opaque.text = g_strdup(texts[i]);
        print_message("%s\n", texts[i]);
        amr_grant_async(fixture.compiler, fixture.scratch, fixture.index,
                        amr_index_find(fixture.index, NULL, "nscd"), rule, NULL, test_result,
                        &result);
        test_wait_result(&result);
        assert_int_equal(amr_grant_finish(result, &message, &error), AMR_GRANT_REJECTED);
        assert_no_error(error);
        assert_non_null(message);
    }
    fixture_clear(&fixture);
}

/* Whatever the answer, the scratch holds the policy's own bytes again. */
static void
test_scratch_kept(void **state)
{
    static const struct {
        const char *profile, *rule;
    } rows[] = {{"one", "/data/a r,"},
                {"one", "/new r,"},
                {"one", "capability no_such,"},
                {"broken", "/x r,"}};
    Fixture fixture;
    fixture_own(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        AmrGrant grant = ask(&fixture, rows[i].profile, rows[i].rule, NULL, &error);
        assert_int_equal(grant == AMR_GRANT_UNKNOWN, error != NULL);
        g_autofree char *text = test_read(amr_scratch_path(fixture.scratch), "main");
        assert_string_equal(text, main_file);
        assert_false(amr_scratch_is_changed(fixture.scratch, "main"));
        assert_false(amr_scratch_is_changed(fixture.scratch, "broken"));
    }
    fixture_clear(&fixture);
}

/* A question that has no answer is an error, not a verdict on the rule. */
static void
test_void(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new_static("#\n", 2);
    fixture_own(&fixture);
    assert_int_equal(ask(&fixture, "broken", "/y r,", NULL, &error), AMR_GRANT_UNKNOWN);
    assert_error(error, AMR_ERROR, AMR_ERROR_COMPILER);
    assert_non_null(strstr(error->message, "broken line 2: "));
    g_clear_error(&error);

    assert_int_equal(ask(&fixture, "open", "/y r,", NULL, &error), AMR_GRANT_UNKNOWN);
    assert_error(error, AMR_ERROR, AMR_ERROR_REFUSED);
    g_clear_error(&error);

    assert_true(amr_scratch_set(fixture.scratch, "main", bytes, &error));
    assert_int_equal(ask(&fixture, "one", "/y r,", NULL, &error), AMR_GRANT_UNKNOWN);
    assert_error(error, AMR_ERROR, AMR_ERROR_USAGE);
    assert_true(amr_scratch_is_changed(fixture.scratch, "main"));
    fixture_clear(&fixture);
}

static void
test_cancel(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(AmrRule) rule = amr_rule_read("/x r,", &error);
    fixture_own(&fixture);
    amr_grant_async(fixture.compiler, fixture.scratch, fixture.index,
                    amr_index_find(fixture.index, NULL, "one"), rule, cancellable, test_result,
                    &result);
    g_cancellable_cancel(cancellable);
    test_wait_result(&result);
    assert_int_equal(amr_grant_finish(result, NULL, &error), AMR_GRANT_UNKNOWN);
    assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    assert_false(amr_scratch_is_changed(fixture.scratch, "main"));
    fixture_clear(&fixture);
}

/* The shipped policy compiles from its private copy to the very same bytes. */
static void
test_copy_compiles(void **state)
{
    static const char *const files[] = {"usr.sbin.nscd", "bin.ping", "usr.sbin.dnsmasq",
                                        "usr.bin.man"};
    Fixture fixture;
    guint there = 0;
    fixture_shipped(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *sha256 = NULL;
        /* Not every release ships each of them. */
        if (!amr_index_bytes(fixture.index, files[i]))
            continue;
        there++;
        for (guint copy = 0; copy < 2; copy++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(GAsyncResult) result = NULL;
            AmrCompileJob job = {.kind = AMR_COMPILE_CHECK, .file = files[i]};
            job.base = copy ? amr_scratch_path(fixture.scratch) : NULL;
            amr_compiler_run_async(fixture.compiler, &job, NULL, test_result, &result);
            test_wait_result(&result);
            g_autoptr(AmrCompileResult) compiled =
                amr_compiler_run_finish(fixture.compiler, result, &error);
            assert_no_error(error);
            assert_true(compiled->ok);
            assert_int_equal(compiled->messages->len, 0);
            if (copy)
                assert_string_equal(compiled->sha256, sha256);
            else
                sha256 = g_strdup(compiled->sha256);
        }
    }
    assert_true(there > 0);
    fixture_clear(&fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own),           cmocka_unit_test(test_shipped),
        cmocka_unit_test(test_unbalanced),    cmocka_unit_test(test_scratch_kept),
        cmocka_unit_test(test_void),          cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_copy_compiles), cmocka_unit_test(test_other_bytes),
        cmocka_unit_test(test_unread),        cmocka_unit_test(test_together),
        cmocka_unit_test(test_few_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
