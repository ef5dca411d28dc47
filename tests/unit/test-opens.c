/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules open, measured against a policy. */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/base/error.h"
#include "core/policy/opens.h"

typedef struct {
    char *dir;
    AmrTarget *target;
    AmrCompiler *compiler;
    AmrIndex *index;
    AmrAsker *asker;
    AmrOpens *opens;
} Fixture;

static const char policy[] = "abi <abi/3.0>,\n@{own} = /own /mine\n"
                             "profile one {\n  include <abstractions/held>\n  /etc/one/** r,\n"
                             "  /log/[a-c] r,\n  deny /secret/** rw,\n  deny capability kill,\n"
                             "  audit deny /logged/** rw,\n"
                             "  signal (send) set=(term) peer=two,\n  network inet dgram,\n"
                             "  profile child {\n    /c r,\n  }\n}\n"
                             "profile two {\n  /wide/b r,\n}\n";

static void
fixture_init(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) index = NULL;
    g_autofree char *abi = NULL;

    memset(f, 0, sizeof *f);
    f->dir = test_dir_new();
    assert_true(g_file_get_contents("/etc/apparmor.d/abi/3.0", &abi, NULL, NULL));
    test_write(f->dir, "etc/apparmor.d/abi/3.0", abi);
    test_write(f->dir, "etc/apparmor.d/main", policy);
    test_write(f->dir, "etc/apparmor.d/broken", "profile broken {\n  /x q,\n}\n");
    test_write(f->dir, "etc/apparmor.d/abstractions/held", "  /held r,\n  /more/{a,b} rw,\n");
    g_autofree char *base = g_build_filename(f->dir, "etc/apparmor.d", NULL);
    f->target =
        amr_target_new(&(AmrTargetOptions){.policy = base, .features = "/etc/apparmor.d/abi/3.0"},
                       &error);
    assert_no_error(error);
    f->compiler = amr_compiler_new(f->target);
    amr_index_load_async(f->target, NULL, test_result, &index);
    test_wait_result(&index);
    f->index = amr_index_load_finish(index, &error);
    assert_no_error(error);
    f->asker = amr_asker_new(
        &(AmrAskContext){.target = f->target, .compiler = f->compiler, .index = f->index});
    f->opens = amr_opens_new();
}

static void
fixture_clear(Fixture *f)
{
    amr_opens_free(f->opens);
    amr_asker_free(f->asker);
    amr_index_free(f->index);
    amr_compiler_free(f->compiler);
    amr_target_free(f->target);
    test_dir_remove(f->dir);
}

static void
ask(Fixture *f)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;

    amr_opens_ask_async(f->opens, f->asker, NULL, test_result, &result);
    test_wait_result(&result);
    assert_true(amr_opens_ask_finish(result, &error));
    assert_no_error(error);
    assert_false(amr_opens_want(f->opens));
}

static const struct {
    const char *profile, *rule, *denied, *want;
} rows[] = {
    {"one", "/a r,", "/a r", AMR_OPENS_NOTHING},
    {"one", "/a rw,", "/a r", "rw of /a"},
    {"one", "/a w,", "/a c", AMR_OPENS_NOTHING},
    {"one", "owner /a r,", "owner /a r", AMR_OPENS_NOTHING},
    {"one", "/etc/one/x r,", NULL, "nothing that the profile does not allow already"},
    {"one", "/etc/one/x rk,", NULL, "k of /etc/one/x"},
    {"one", "/log/[a-f] r,", "/log/d r", "r of 3 names in /log/, such as /log/d"},
    {"one", "/log/[a-f][0-9] r,", NULL, "r of 60 names in /log/, such as /log/a0"},
    {"one", "/v/*.log r,", NULL, "r of names without end in /v/, such as /v/.log"},
    {"one", "/v/* r,", NULL, "r of names without end in /v/, such as /v/a"},
    {"one", "/v/*/ r,", NULL, "r of names without end in /v/, such as /v/a/"},
    {"one", "/v/** r,", NULL, "r of names without end in /v/ and below, such as /v/a"},
    {"one", "owner /v/*/x a,", NULL,
     "owner a of names without end in /v/ and below, such as /v/a/x"},
    {"one", "/v/log-* r,", NULL, "r of names without end that begin with /v/log-, such as /v/log-"},
    {"one", "/secret/x r,", NULL, "nothing that the profile does not allow already"},
    {"one", "/logged/x r,", NULL, "nothing that the profile does not allow already"},
    {"one", "/{logged,open}/x rw,", "/open/x r", "rw of /open/x"},
    {"one", "/{secret,open}/x r,", "/open/x r", AMR_OPENS_NOTHING},
    {"one", "@{own}/x r,", "/own/x r", "r of 2 names in / and below, such as /own/x"},
    {"two", "include <abstractions/held>", NULL,
     "r of /held; rw of 2 names in /more/, such as /more/a"},
    {"one", "capability chown,", "capability chown", AMR_OPENS_NOTHING},
    {"one", "capability kill,", NULL, "nothing that the profile does not allow already"},
    {"one", "capability chown setuid,", "capability chown", "capability: setuid"},
    {"one", "signal (send) set=(kill) peer=two,", "signal (send) set=(kill) peer=two",
     AMR_OPENS_NOTHING},
    {"one", "signal (send) peer=two,", NULL, "signal send: 66, such as set=hup peer=two"},
    {"one", "network inet dgram,", NULL, "nothing that the profile does not allow already"},
    {"one", "network inet stream,", NULL, "network every access: inet stream"},
    {"one", "/usr/bin/x px,", "/usr/bin/x x", AMR_OPENS_NOTHING},
    {"one", "/usr/bin/x rix,", "/usr/bin/x x", "rmx of /usr/bin/x"},
    {"one//child", "/a r,", "/a r", AMR_OPENS_NOTHING},
    {"one//child", "/held r,", NULL, "r of /held"},
    {"one", "set rlimit nofile <= 5,", NULL, "not known: such a rule is not measured"},
    {"one", "deny /a r,", NULL, "not known: such a rule is not measured"},
    {"nobody", "/a r,", NULL, "not known: No file of the policy defines the profile"},
};

static void
test_rows(void **state)
{
    Fixture f;
    (void)state;
    fixture_init(&f);
    for (guint round = 0; round < 2; round++) {
        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(AmrRule) rule = amr_rule_read(rows[i].rule, &error);
            assert_no_error(error);
            const AmrOpening *opening = amr_opens_look(f.opens, rows[i].profile, rule);
            assert_true((opening != NULL) == (round == 1));
            if (!opening)
                continue;
            g_autoptr(AmrQuestion) denied =
                rows[i].denied ? amr_question_read(rows[i].denied, &error) : NULL;
            assert_no_error(error);
            g_autofree char *got = amr_opening_words(opening, denied);
            if (strcmp(got, rows[i].want) != 0)
                fail_msg("%s: %s\n  want %s\n  got  %s", rows[i].profile, rows[i].rule,
                         rows[i].want, got);
        }
        if (round == 0)
            ask(&f);
    }
    fixture_clear(&f);
}

/* One that does not compile takes no other with it; many make few compilations of any size. */
static void
test_many(void **state)
{
    Fixture f;
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    (void)state;
    fixture_init(&f);
    for (guint i = 0; i < 120; i++) {
        g_autofree char *text = i % 50 == 33 ? g_strdup_printf("@{NOWHERE}/x%u r,", i)
                                             : g_strdup_printf("/x%u/a r,", i);
        AmrRule *rule = amr_rule_read(text, NULL);
        assert_non_null(rule);
        g_ptr_array_add(rules, rule);
        assert_null(amr_opens_look(f.opens, "one", rule));
    }
    ask(&f);
    for (guint i = 0; i < rules->len; i++) {
        const AmrOpening *opening = amr_opens_look(f.opens, "one", rules->pdata[i]);
        assert_non_null(opening);
        assert_true((opening->gains == NULL) == (i % 50 == 33));
        g_autofree char *want = g_strdup_printf("r of /x%u/a", i);
        g_autofree char *got = amr_opening_words(opening, NULL);
        if (opening->gains)
            assert_string_equal(got, want);
    }
    fixture_clear(&f);
}

static void
test_broken(void **state)
{
    Fixture f;
    g_autoptr(AmrRule) rule = amr_rule_read("/a r,", NULL);
    (void)state;
    fixture_init(&f);
    assert_null(amr_opens_look(f.opens, "broken", rule));
    ask(&f);
    const AmrOpening *opening = amr_opens_look(f.opens, "broken", rule);
    assert_non_null(opening);
    assert_null(opening->gains);
    assert_non_null(opening->why);
    amr_opens_forget(f.opens);
    assert_null(amr_opens_look(f.opens, "broken", rule));
    fixture_clear(&f);
}

/* Cancelled, it is wanted still; forgotten meanwhile, nothing comes of it. */
static void
test_cancelled(void **state)
{
    Fixture f;
    g_autoptr(AmrRule) rule = amr_rule_read("/a r,", NULL);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GAsyncResult) first = NULL, then = NULL;
    g_autoptr(GError) error = NULL;
    (void)state;
    fixture_init(&f);
    assert_null(amr_opens_look(f.opens, "one", rule));
    amr_opens_ask_async(f.opens, f.asker, cancellable, test_result, &first);
    g_cancellable_cancel(cancellable);
    test_wait_result(&first);
    assert_false(amr_opens_ask_finish(first, &error));
    assert_true(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
    assert_true(amr_opens_want(f.opens));
    amr_opens_ask_async(f.opens, f.asker, NULL, test_result, &then);
    amr_opens_forget(f.opens);
    test_wait_result(&then);
    assert_true(amr_opens_ask_finish(then, NULL));
    assert_null(amr_opens_look(f.opens, "one", rule));
    ask(&f);
    assert_non_null(amr_opens_look(f.opens, "one", rule));
    fixture_clear(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
