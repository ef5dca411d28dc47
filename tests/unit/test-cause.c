/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/base/error.h"
#include "core/policy/cause.h"

typedef struct {
    char *dir;
    AmrTarget *target;
    AmrCompiler *compiler;
    AmrIndex *index;
} Fixture;

static const char main_file[] = "abi <abi/none>,\n"
                                "@{HOMES} = /home/*/\n"
                                "profile one {\n"
                                "  include <abstractions/first>\n"
                                "  capability,\n"
                                "  audit deny capability {\n"
                                "    sys_admin, } # not a rule of any compiler\n"
                                "  /data/** rwix,\n"
                                "  deny /data/secret w, # its owner may not either\n"
                                "  deny\n"
                                "    owner /data/mine   # only his own\n"
                                "      rw,\n"
                                "  deny /usr/bin/* x,\n"
                                "  audit deny \"/data/a  # b\" rw,\n"
                                "  deny { /block/one r, /block/two r, }\n"
                                "  deny network inet,\n"
                                "  deny ptrace (read) peer=other,\n"
                                "\n"
                                "  profile child {\n"
                                "    deny /data/child r,\n"
                                "  }\n"
                                "  ^hat {\n"
                                "    include <abstractions/first>\n"
                                "    deny capability chown,\n"
                                "  }\n"
                                "  /after r,\n"
                                "}\n"
                                "profile two { deny/glued r, deny /two r, }\n"
                                "profile three {\n"
                                "  owner {\n"
                                "    /own/a r,\n"
                                "    deny /own/b r,\n"
                                "  }\n"
                                "  audit {\n"
                                "    /own/c r,\n"
                                "  }\n"
                                "  if ${yes} { /if/a r, deny /if/c r, } else { owner /if/b r, }\n"
                                "  /own/d r,\n"
                                "}\n";

static const char first[] = "  # private\n"
                            "  deny @{HOMES}.ssh/** mrwkl,\n"
                            "  include <abstractions/second>\n"
                            "  audit deny capability net_admin,\n"
                            "  /by/* r,\n";

static void
fixture_init(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) index = NULL;

    fixture->dir = test_dir_new();
    g_autoptr(GString) text = g_string_new(main_file);
    /* What no compiler takes is for the scanner alone. */
    g_string_replace(text,
                     "  audit deny capability {\n    sys_admin, } # not a rule of any "
                     "compiler\n",
                     "  audit deny capability sys_admin,\n", 1);
    g_string_replace(text, "abi <abi/none>,\n", "", 1);
    g_string_replace(text, "  deny { /block/one r, /block/two r, }\n", "", 1);
    g_string_replace(text, "deny/glued r, ", "", 1);
    test_write(fixture->dir, "etc/apparmor.d/main", text->str);
    test_write(fixture->dir, "etc/apparmor.d/scanned", main_file);
    test_write(fixture->dir, "etc/apparmor.d/abstractions/first", first);
    test_write(fixture->dir, "etc/apparmor.d/abstractions/second",
               "  deny /second/{a,b} r,\n  owner /by/second rw,\n  @{HOMES}mine r,\n");
    g_autofree char *policy = g_build_filename(fixture->dir, "etc/apparmor.d", NULL);
    fixture->target =
        amr_target_new(&(AmrTargetOptions){.policy = policy, .features = "/etc/apparmor.d/abi/3.0"},
                       &error);
    assert_no_error(error);
    fixture->compiler = amr_compiler_new(fixture->target);
    amr_index_load_async(fixture->target, NULL, test_result, &index);
    test_wait_result(&index);
    fixture->index = amr_index_load_finish(index, &error);
    assert_no_error(error);
}

static void
fixture_clear(Fixture *fixture)
{
    amr_index_free(fixture->index);
    amr_compiler_free(fixture->compiler);
    amr_target_free(fixture->target);
    test_dir_remove(fixture->dir);
}

/* What is said of each, parted by newlines; "" if there is none. */
static char *
find_of(Fixture *fixture, AmrCauseKind kind, const char *profile, gboolean compiles,
        const char *asked)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    AmrQuestion *question = amr_question_read(asked, &error);
    GString *out = g_string_new(NULL);

    assert_no_error(error);
    g_autoptr(AmrCauses) causes = amr_causes_new(fixture->compiler, fixture->index);
    amr_causes_find_async(causes, kind, profile, compiles, question, NULL, test_result, &result);
    test_wait_result(&result);
    g_autoptr(GPtrArray) found = amr_causes_find_finish(result, &error);
    assert_no_error(error);
    amr_question_free(question);
    for (guint i = 0; i < found->len; i++) {
        const AmrCause *rule = found->pdata[i];
        g_string_append_printf(out, "%s%s", i ? "\n" : "", rule->said);
        if (kind == AMR_CAUSE_GRANTS && rule->through)
            g_string_append_printf(out, " through %s", rule->through);
    }
    return g_string_free(out, FALSE);
}

static char *
find(Fixture *fixture, AmrCauseKind kind, const char *profile, const char *asked)
{
    return find_of(fixture, kind, profile, TRUE, asked);
}

static const struct {
    const char *profile, *asked, *want;
} rows[] = {
    {"one", "/data/secret w", "main line 7: deny /data/secret w,"},
    {"one", "/data/secret rw", "main line 7: deny /data/secret w,"},
    {"one", "/data/secret r", ""},
    {"one", "/data/secret2 w", ""},
    {"one", "owner /data/mine r", "main line 8: deny owner /data/mine rw,"},
    {"one", "/data/mine r", ""},
    {"one", "/usr/bin/true x", "main line 11: deny /usr/bin/* x,"},
    {"one", "/usr/bin/true r", ""},
    {"one", "\"/data/a  # b\" r", "main line 12: audit deny \"/data/a  # b\" rw,"},
    {"one", "/home/me/.ssh/id_rsa r", "abstractions/first line 2: deny @{HOMES}.ssh/** mrwkl,"},
    {"one", "/second/b r", "abstractions/second line 1: deny /second/{a,b} r,"},
    {"one", "/second/c r", ""},
    {"one", "capability sys_admin", "main line 5: audit deny capability sys_admin,"},
    {"one", "capability net_admin", "abstractions/first line 4: audit deny capability net_admin,"},
    {"one", "capability chown", ""},
    {"one", "network inet stream", "main line 13: deny network inet,"},
    {"one", "network inet6 stream", ""},
    {"one", "ptrace (read) peer=other", "main line 14: deny ptrace (read) peer=other,"},
    {"one", "ptrace (trace) peer=other", ""},
    {"one", "/data/child r", ""},
    {"one//child", "/data/child r", "main line 17: deny /data/child r,"},
    {"one//child", "/second/b r", ""},
    {"one//hat", "capability chown", "main line 21: deny capability chown,"},
    {"one//hat", "/second/a r", "abstractions/second line 1: deny /second/{a,b} r,"},
    {"two", "/two r", "main line 25: deny /two r,"},
    {"three", "owner /own/b r", "main line 29: deny owner /own/b r,"},
    {"three", "/own/b r", ""},
    {"three", "/if/c r", ""},
    {"nobody", "/two r", ""},
};

static void
test_rows(void **state)
{
    Fixture fixture;
    (void)state;
    fixture_init(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = find(&fixture, AMR_CAUSE_DENIES, rows[i].profile, rows[i].asked);
        print_message("%s: %s\n", rows[i].profile, rows[i].asked);
        assert_string_equal(got, rows[i].want);
    }
    fixture_clear(&fixture);
}

static const struct {
    const char *profile, *asked, *want;
} grants[] = {
    {"one", "/data/x r", "main line 6: /data/** rwix,"},
    {"one", "owner /data/x w", "main line 6: /data/** rwix,"},
    {"one", "/data/x k", ""},
    {"one", "/after r", "main line 23: /after r,"},
    {"one", "capability chown", "main line 4: capability,"},
    {"one", "/by/first r", "abstractions/first line 5: /by/* r, through main line 3"},
    {"one", "owner /by/second r",
     "abstractions/first line 5: /by/* r, through main line 3\n"
     "abstractions/second line 2: owner /by/second rw, through abstractions/first line 3, main "
     "line "
     "3"},
    {"one", "/home/me/mine r",
     "abstractions/second line 3: @{HOMES}mine r, through abstractions/first line 3, main line 3"},
    {"one", "/two r", ""},
    {"one//child", "/data/x r", ""},
    {"one//hat", "/by/first r", "abstractions/first line 5: /by/* r, through main line 20"},
    {"two", "/data/x r", ""},
    {"three", "owner /own/a r", "main line 28: owner /own/a r,"},
    {"three", "/own/a r", ""},
    {"three", "/own/c r", "main line 32: /own/c r,"},
    {"three", "/own/d r", "main line 35: /own/d r,"},
    {"three", "/if/a r", ""},
    {"three", "owner /if/b r", ""},
    {"nobody", "/two r", ""},
};

/* Which rules grant, and through which includes. */
static void
test_grants(void **state)
{
    Fixture fixture;
    (void)state;
    fixture_init(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(grants); i++) {
        g_autofree char *got = find(&fixture, AMR_CAUSE_GRANTS, grants[i].profile, grants[i].asked);
        print_message("%s: %s\n", grants[i].profile, grants[i].asked);
        assert_string_equal(got, grants[i].want);
    }
    fixture_clear(&fixture);
}

/* All questions of a class cost one compilation. */
static void
test_kept(void **state)
{
    Fixture fixture;
    (void)state;
    fixture_init(&fixture);
    g_autoptr(AmrCauses) causes = amr_causes_new(fixture.compiler, fixture.index);
    for (guint i = 0; i < 3; i++) {
        g_autoptr(GAsyncResult) result = NULL;
        g_autoptr(AmrQuestion) question = amr_question_read("/data/x r", NULL);
        amr_causes_find_async(causes, AMR_CAUSE_GRANTS, "one", TRUE, question, NULL, test_result,
                              &result);
        test_wait_result(&result);
        g_autoptr(GPtrArray) found = amr_causes_find_finish(result, NULL);
        assert_int_equal(found->len, 1);
        amr_compiler_set_limits(fixture.compiler, 120, 1); /* none would do any more */
    }
    fixture_clear(&fixture);
}

/* The scanner never rejects: what the compiler would not take is noted as it stands. */
static void
test_scanned(void **state)
{
    static const char *const want[] = {
        "abstractions/first:2 deny @{HOMES}.ssh/** mrwkl,",
        "abstractions/second:1 deny /second/{a,b} r,",
        "abstractions/first:4 audit deny capability net_admin,",
        "scanned:9 deny /data/secret w,",
        "scanned:10 deny owner /data/mine rw,",
        "scanned:13 deny /usr/bin/* x,",
        "scanned:14 audit deny \"/data/a  # b\" rw,",
        "scanned:15 /block/one r,",
        "scanned:15 /block/two r,",
        "scanned:16 deny network inet,",
        "scanned:17 deny ptrace (read) peer=other,",
    };
    Fixture fixture;
    guint found = 0;
    (void)state;
    fixture_init(&fixture);
    for (guint i = 0; i < amr_index_count(fixture.index); i++) {
        const AmrBlock *block = amr_index_block(fixture.index, i);
        if (strcmp(block->file, "scanned") != 0 || strcmp(block->name, "one") != 0)
            continue;
        g_autoptr(GArray) denies = amr_index_denies(block);
        for (guint j = 0; j < denies->len; j++) {
            const AmrIndexRule *deny = &g_array_index(denies, AmrIndexRule, j);
            g_autofree char *got = g_strdup_printf("%s:%u %s", deny->file, deny->line, deny->text);
            if (strstr(got, "sys_admin"))
                continue;
            assert_true(found < G_N_ELEMENTS(want));
            assert_string_equal(got, want[found++]);
        }
    }
    assert_int_equal(found, G_N_ELEMENTS(want));
    fixture_clear(&fixture);
}

/* One deny that cannot be compiled alone hides no other. */
static void
test_broken(void **state)
{
    Fixture fixture;
    (void)state;
    fixture_init(&fixture);
    amr_index_free(fixture.index);
    g_autoptr(GAsyncResult) result = NULL;
    test_write(fixture.dir, "etc/apparmor.d/main",
               "profile b {\n  deny /one r,\n  deny @{NOWHERE}/x r,\n  deny /two r,\n"
               "  deny /t* r,\n  deny weird thing,\n}\n");
    amr_index_load_async(fixture.target, NULL, test_result, &result);
    test_wait_result(&result);
    fixture.index = amr_index_load_finish(result, NULL);
    g_autofree char *got = find(&fixture, AMR_CAUSE_DENIES, "b", "/two r");
    assert_string_equal(got, "main line 4: deny /two r,\nmain line 5: deny /t* r,");
    fixture_clear(&fixture);
}

#define BY_RULE " (the rule by itself: the profile does not compile)"
#define BY_TEXT " (perhaps, by its words: it could not be compiled)"

static const char uncompiled[] =
    "@{HOMES}=/home/*/\nprofile u {\n  deny @{HOMES}.ssh/** rw,\n  deny /one r\n  /two r,\n"
    "  deny owner /three w,\n  deny capability sys_admin,\n  deny network inet stream,\n"
    "  deny /usr/bin/* x,\n  deny /four q,\n  deny signal (send) peer=x,\n  /five rq,\n  "
    "file,\n}\n";

static const struct {
    AmrCauseKind kind;
    const char *asked, *by_rule, *by_text; /* what is known; where nothing can be compiled */
} loose[] = {
    {AMR_CAUSE_DENIES, "/home/me/.ssh/id r", "main line 4: deny @{HOMES}.ssh/** rw," BY_RULE,
     "main line 4: deny @{HOMES}.ssh/** rw," BY_TEXT},
    {AMR_CAUSE_DENIES, "/home/me/.ssh/id k", "", ""},
    {AMR_CAUSE_DENIES, "/home/me/x r", "", ""},
    {AMR_CAUSE_DENIES, "owner /three w", "main line 7: deny owner /three w," BY_RULE,
     "main line 7: deny owner /three w," BY_TEXT},
    {AMR_CAUSE_DENIES, "/three w", "", ""},
    {AMR_CAUSE_DENIES, "capability sys_admin", "main line 8: deny capability sys_admin," BY_RULE,
     "main line 8: deny capability sys_admin," BY_TEXT},
    {AMR_CAUSE_DENIES, "capability chown", "", ""},
    {AMR_CAUSE_DENIES, "network inet stream", "main line 9: deny network inet stream," BY_RULE,
     "main line 9: deny network inet stream," BY_TEXT},
    {AMR_CAUSE_DENIES, "network inet6 stream", "", ""},
    {AMR_CAUSE_DENIES, "/usr/bin/true x", "main line 10: deny /usr/bin/* x," BY_RULE,
     "main line 10: deny /usr/bin/* x," BY_TEXT},
    {AMR_CAUSE_DENIES, "/four r", "", ""}, /* nothing can be read out of it */
    {AMR_CAUSE_GRANTS, "/nowhere r", "main line 14: file," BY_RULE, "main line 14: file," BY_TEXT},
};

/* Of a profile that does not compile each line by itself, and of what is before it, too, the words
 * alone: never more than is known. */
static void
test_uncompiled(void **state)
{
    for (guint text = 0; text < 2; text++) {
        g_autoptr(GAsyncResult) result = NULL;
        g_autofree char *whole =
            g_strconcat(text ? "include <abstractions/absent>\n" : "# one line\n", uncompiled,
                        NULL);
        Fixture fixture;

        fixture_init(&fixture);
        amr_index_free(fixture.index);
        test_write(fixture.dir, "etc/apparmor.d/main", whole);
        amr_index_load_async(fixture.target, NULL, test_result, &result);
        test_wait_result(&result);
        fixture.index = amr_index_load_finish(result, NULL);
        for (gsize i = 0; i < G_N_ELEMENTS(loose); i++) {
            g_autofree char *got = find_of(&fixture, loose[i].kind, "u", FALSE, loose[i].asked);
            print_message("%u: %s\n", text, loose[i].asked);
            assert_string_equal(got, text ? loose[i].by_text : loose[i].by_rule);
        }
        fixture_clear(&fixture);
    }
}

/* Some thousand rules, and nothing of them compiles: that is found out at once. */
static void
test_uncompiled_many(void **state)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GString) text = g_string_new("include <abstractions/absent>\nprofile u {\n");
    Fixture fixture;

    fixture_init(&fixture);
    amr_index_free(fixture.index);
    for (guint i = 0; i < 3000; i++)
        g_string_append_printf(text, "  deny /data/%u r,\n", i);
    g_string_append(text, "}\n");
    test_write(fixture.dir, "etc/apparmor.d/main", text->str);
    amr_index_load_async(fixture.target, NULL, test_result, &result);
    test_wait_result(&result);
    fixture.index = amr_index_load_finish(result, NULL);
    gint64 start = g_get_monotonic_time();
    g_autofree char *got = find_of(&fixture, AMR_CAUSE_DENIES, "u", FALSE, "/data/2999 r");
    assert_string_equal(got, "main line 3002: deny /data/2999 r," BY_TEXT);
    assert_true(g_get_monotonic_time() - start < 30 * G_USEC_PER_SEC);
    fixture_clear(&fixture);
}

static void
test_cancelled(void **state)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    (void)state;
    fixture_init(&fixture);
    AmrQuestion *question = amr_question_read("/data/secret w", NULL);
    g_autoptr(AmrCauses) causes = amr_causes_new(fixture.compiler, fixture.index);
    amr_causes_find_async(causes, AMR_CAUSE_DENIES, "one", TRUE, question, cancellable, test_result,
                          &result);
    g_cancellable_cancel(cancellable);
    test_wait_result(&result);
    assert_null(amr_causes_find_finish(result, &error));
    assert_true(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
    amr_question_free(question);
    fixture_clear(&fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),       cmocka_unit_test(test_grants),
        cmocka_unit_test(test_kept),       cmocka_unit_test(test_scanned),
        cmocka_unit_test(test_broken),     cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_uncompiled), cmocka_unit_test(test_uncompiled_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
