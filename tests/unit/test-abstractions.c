/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <string.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/policy/abstractions.h"
#include "tests/unit/shipped.h"

typedef struct {
    char *dir;
    AmrTarget *target;
    AmrCompiler *compiler;
    AmrIndex *index;
    AmrAbstractions *abstractions;
    AmrRisks *risks;
    AmrAsker *asker;
} Fixture;

static const char *const files[][2] = {
    {"main", "abi <abi/3.0>,\n@{HOMES} = /home/*/\n@{own} = /own\n"
             "profile one {\n  include <abstractions/held>\n  /usr/bin/[a-t]* px,\n"
             "  deny /refused r,\n"
             "  profile child {\n    /c r,\n  }\n}\n"
             "profile two {\n  /wide/b r,\n}\n"},
    {"abstractions/held", "  /held r,\n"},
    {"abstractions/narrow", "  abi <abi/3.0>,\n  /etc/thing r,\n"},
    {"abstractions/wide", "  abi <abi/3.0>,\n  include <abstractions/held>\n"
                          "  include if exists <abstractions/wide.d>\n"
                          "  # /etc/comment r,\n"
                          "  /etc/** r,\n  /wide/{a,b} rw,\n  owner @{HOMES}/.wide/* rw,\n"
                          "  deny /wide/not w,\n  capability chown,\n  network inet stream,\n"
                          "  profile brought {\n    /etc/only-there r,\n    /brought/** rw,\n"
                          "    deny /x r,\n  }\n"},
    {"abstractions/wide.d/more", "  /more/thing r,\n"},
    {"abstractions/sub/deep", "  @{own}/deep r,\n"},
    {"abstractions/broken", "  /etc/thing r,\n  /nothing q,\n"},
    {"abstractions/unknown", "  @{NOWHERE}/x r,\n  /etc/thing r,\n"},
    {"abstractions/clashes", "  /etc/thing r,\n  /clash r,\n  /usr/bin/* ix,\n"},
    {"abstractions/takes", "  /etc/thing r,\n  /taken r,\n  deny /taken r,\n"},
    {"abstractions/bad name", "  /etc/thing r,\n"},
    {"abstractions/thing.dpkg-old", "  /etc/thing r,\n"},
    {"abstractions/secret", "  /srv/cert r,\n  /etc/ssl/private/** r,\n"},
    {"abstractions/public", "  /srv/cert r,\n  /srv/a r,\n  /srv/b r,\n"},
    {"abstractions/runs", "  /usr/bin/other ix,\n"},
    {"abstractions/shadow", "  /etc/shadow r,\n"},
    {"abstractions/bus", "  dbus send bus=system,\n"},
};

static void
load(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) index = NULL;

    g_clear_pointer(&f->asker, amr_asker_free);
    g_clear_pointer(&f->index, amr_index_free);
    amr_index_load_async(f->target, NULL, test_result, &index);
    test_wait_result(&index);
    f->index = amr_index_load_finish(index, &error);
    assert_no_error(error);
    amr_abstractions_forget(f->abstractions);
    f->asker = amr_asker_new(
        &(AmrAskContext){.target = f->target, .compiler = f->compiler, .index = f->index});
}

/* A compiler that notes its calls in the file "calls". */
static const char counting[] = "#!/bin/sh\necho >>\"${0%/*}/calls\"\n"
                               "exec apparmor_parser \"$@\"\n";

static void
fixture_init(Fixture *f)
{
    g_autoptr(GError) error = NULL;

    memset(f, 0, sizeof *f);
    f->dir = test_dir_new();
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *name = g_build_filename("etc/apparmor.d", files[i][0], NULL);
        test_write(f->dir, name, files[i][1]);
    }
    g_autofree char *abi = NULL;
    assert_true(g_file_get_contents("/etc/apparmor.d/abi/3.0", &abi, NULL, NULL));
    test_write(f->dir, "etc/apparmor.d/abi/3.0", abi);
    test_write(f->dir, "parser", counting);
    test_write(f->dir, "calls", "");
    g_autofree char *parser = g_build_filename(f->dir, "parser", NULL);
    g_autofree char *policy = g_build_filename(f->dir, "etc/apparmor.d", NULL);
    assert_int_equal(chmod(parser, 0755), 0);
    f->target = amr_target_new(&(AmrTargetOptions){.policy = policy,
                                                   .parser = parser,
                                                   .features = "/etc/apparmor.d/abi/3.0"},
                               &error);
    assert_no_error(error);
    f->compiler = amr_compiler_new(f->target);
    f->risks = test_risks();
    f->abstractions = amr_abstractions_new(f->compiler, f->risks);
    load(f);
}

static void
fixture_clear(Fixture *f)
{
    amr_asker_free(f->asker);
    amr_abstractions_free(f->abstractions);
    amr_risks_free(f->risks);
    amr_index_free(f->index);
    amr_compiler_free(f->compiler);
    amr_target_free(f->target);
    test_dir_remove(f->dir);
}

static gsize
calls(const Fixture *f)
{
    g_autofree char *path = g_build_filename(f->dir, "calls", NULL), *text = NULL;
    gsize n = 0;
    assert_true(g_file_get_contents(path, &text, &n, NULL));
    return n;
}

/* Policy is asked first, as the facts do. */
static GPtrArray *
look(Fixture *f, const char *profile, const char *asked)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) first = NULL;
    g_autoptr(GAsyncResult) then = NULL;
    g_autoptr(AmrQuestion) question = amr_question_read(asked, &error);

    assert_no_error(error);
    amr_asker_ask_async(f->asker, profile, question, NULL, test_result, &first);
    test_wait_result(&first);
    g_autoptr(AmrAnswer) answer = amr_asker_ask_finish(first, &error);
    assert_non_null(answer);
    amr_abstractions_ask_async(f->abstractions, f->asker, profile, question, NULL, test_result,
                               &then);
    test_wait_result(&then);
    GPtrArray *found = amr_abstractions_ask_finish(then, &error);
    assert_no_error(error);
    return found;
}

static char *
tell(const GPtrArray *found)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < found->len; i++) {
        const AmrAbstraction *one = found->pdata[i];
        g_string_append_printf(out, "%s%s %u/%u", i ? "; " : "",
                               one->file + strlen("abstractions/"), one->fresh, one->rules);
        if (one->denies)
            g_string_append_printf(out, " -%u", one->denies);
    }
    return g_string_free(out, FALSE);
}

/* FRESH/RULES -DENIES of each. Of /wide/{a,b} two has one: what is sampled is the other. */
static const struct {
    const char *profile, *asked, *want;
} rows[] = {
    {"one", "/etc/thing r", "narrow 1/1; takes 2/2 -1; wide 6/7 -1"},
    {"one//child", "/etc/thing r", "narrow 1/1; takes 2/2 -1; clashes 3/3"},
    {"one", "/etc/other r", "wide 6/7 -1"},
    {"one", "/etc/other w", ""},
    {"one", "/wide/b rw", "wide 6/7 -1"},
    {"two", "/wide/b rw", "wide 7/7 -1"},
    {"one", "/etc/comment r", "wide 6/7 -1"},
    {"one", "/brought/x r", ""},
    {"one", "/more/thing r", "wide 6/7 -1"},
    {"one", "/own/deep r", "sub/deep 1/1"},
    {"one", "owner /home/me/.wide/x r", "wide 6/7 -1"},
    {"one", "/home/me/.wide/x r", ""},
    {"one", "capability chown", "wide 6/7 -1"},
    {"one", "capability kill", ""},
    {"one", "network inet stream", "wide 6/7 -1"},
    {"one", "network inet dgram", ""},
    {"one", "/srv/cert r", "public 3/3; secret 2/2"},
    {"one", "/clash r", ""},
    {"two", "/clash r", "clashes 3/3"},
    {"one", "/taken r", ""},
    {"one", "/usr/bin/other x", ""},
    {"nobody", "/etc/thing r", ""},
};

static void
test_rows(void **state)
{
    Fixture f;
    (void)state;
    fixture_init(&f);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s: %s\n", rows[i].profile, rows[i].asked);
        g_autoptr(GPtrArray) found = look(&f, rows[i].profile, rows[i].asked);
        g_autofree char *got = tell(found);
        assert_string_equal(got, rows[i].want);
    }
    fixture_clear(&f);
}

/* What was compiled is kept by what it is made of: compiled again is only what changed. */
static void
test_kept(void **state)
{
    Fixture f;
    (void)state;
    fixture_init(&f);
    g_autoptr(GPtrArray) first = look(&f, "one", "/own/deep r");
    gsize n = calls(&f);
    g_autoptr(GPtrArray) again = look(&f, "one", "/own/deep r");
    assert_int_equal(first->len, again->len);
    assert_int_equal(calls(&f), n);

    /* Policy is read anew, and the same. */
    load(&f);
    g_autoptr(GPtrArray) kept = look(&f, "one", "/own/deep r");
    assert_int_equal(calls(&f), n);
    assert_int_equal(kept->len, 1);

    test_write(f.dir, "etc/apparmor.d/abstractions/sub/deep", "  @{own}/deeper r,\n");
    load(&f);
    g_autoptr(GPtrArray) changed = look(&f, "one", "/own/deep r");
    assert_int_equal(changed->len, 0);
    g_autoptr(GPtrArray) found = look(&f, "one", "/own/deeper r");
    assert_int_equal(found->len, 1);
    /* Not its text but a variable's. */
    g_autofree char *main_text = g_strdup(files[0][1]);
    char *own = strstr(main_text, "= /own");
    memcpy(own, "= /awn", 6);
    test_write(f.dir, "etc/apparmor.d/main", main_text);
    load(&f);
    g_autoptr(GPtrArray) elsewhere = look(&f, "one", "/own/deeper r");
    assert_int_equal(elsewhere->len, 0);
    g_autoptr(GPtrArray) there = look(&f, "one", "/awn/deeper r");
    assert_int_equal(there->len, 1);
    fixture_clear(&f);
}

static void
test_offer(void **state)
{
    Fixture f;
    AmrEvent event = {.verdict = AMR_VERDICT_DENIED,
                      .klass = AMR_CLASS_FILE,
                      .requested = AMR_PERM_READ,
                      .denied = AMR_PERM_READ};
    (void)state;
    fixture_init(&f);
    event.field[AMR_FIELD_PROFILE] = AMR_BYTES("one");
    event.field[AMR_FIELD_NAME] = AMR_BYTES("/etc/shadow");
    g_autoptr(AmrProposal) proposal = amr_propose(&event, NULL);
    guint n = proposal->candidates->len;
    g_autoptr(GPtrArray) found = look(&f, "one", "/etc/shadow r");
    assert_int_equal(found->len, 2);
    for (guint i = 0; i < found->len; i++)
        amr_abstraction_offer(found->pdata[i], proposal);
    assert_int_equal(proposal->candidates->len, n + 2);
    assert_int_equal(proposal->best, 0);
    const AmrCandidate *candidate = proposal->candidates->pdata[n];
    g_autofree char *printed = amr_rule_print(candidate->rule);
    assert_string_equal(printed, "include <abstractions/shadow>");
    assert_int_equal(candidate->rung, AMR_RUNG_ABSTRACTION);
    assert_int_equal(candidate->risk, AMR_RISK_HIGH);
    assert_non_null(strstr(candidate->danger, "/etc/shadow r,"));
    assert_string_equal(candidate->opens,
                        "At least 1 of these 1 rules allow what the profile refuses so far.");
    fixture_clear(&f);
}

static void
test_cancelled(void **state)
{
    Fixture f;
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) first = NULL;
    g_autoptr(GAsyncResult) then = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(AmrQuestion) question = amr_question_read("/etc/thing r", NULL);
    (void)state;
    fixture_init(&f);
    amr_asker_ask_async(f.asker, "one", question, NULL, test_result, &first);
    test_wait_result(&first);
    g_autoptr(AmrAnswer) answer = amr_asker_ask_finish(first, NULL);
    assert_non_null(answer);
    amr_abstractions_ask_async(f.abstractions, f.asker, "one", question, cancellable, test_result,
                               &then);
    g_cancellable_cancel(cancellable);
    test_wait_result(&then);
    assert_null(amr_abstractions_ask_finish(then, &error));
    assert_true(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
    g_autoptr(GPtrArray) found = look(&f, "one", "/etc/thing r");
    assert_int_equal(found->len, 3);
    fixture_clear(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_offer),
        cmocka_unit_test(test_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
