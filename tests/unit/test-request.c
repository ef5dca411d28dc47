/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a caller may ask of the helper, and the messages that carry it: whatever he says, the helper
 * plans a change that its own index and history know, or refuses. */
#include "tests/unit/changing.h"

#include <string.h>
#include <unistd.h>

#include "core/change/questions.h"
#include "core/change/request.h"
#include "core/change/rulefile.h"
#include "core/change/seal.h"
#include "core/change/talk.h"

/* ---- requests ---------------------------------------------------------------------------------
 */

/* Through the message, as the helper gets it. */
static AmrRequest *
sent(const AmrRequest *request, GError **error)
{
    g_autoptr(GVariant) message = g_variant_ref_sink(amr_request_to_variant(request));
    return amr_request_from_variant(message, error);
}

static void
test_round(void **state)
{
    char *besides[] = {(char *)"loads idle, too", NULL};
    AmrRequest asked = {.kind = AMR_PLAN_ADD,
                        .rules = (char *)"# profile: demo\n/etc/\"a b\" r,\n",
                        .add_include = TRUE,
                        .inside = TRUE,
                        .meant = TRUE,
                        .seal = (char *)"word",
                        .besides = besides,
                        .until = 1790000000000000};
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrRequest) got = sent(&asked, &error);

    assert_no_error(error);
    assert_int_equal(got->kind, AMR_PLAN_ADD);
    assert_string_equal(got->rules, asked.rules);
    assert_true(got->add_include && got->inside && got->meant);
    assert_string_equal(got->seal, "word");
    assert_string_equal(got->besides[0], besides[0]);
    assert_null(got->undoes);
    g_autoptr(AmrRequest) copy = amr_request_copy(got);
    assert_string_equal(copy->rules, asked.rules);
    assert_true(copy->inside);
    assert_int_equal(got->until, asked.until);
    assert_int_equal(copy->until, asked.until);
    assert_string_equal(copy->besides[0], besides[0]);
}

/* What each operation does not look at is not taken along. */
static const struct {
    const char *what, *kind, *undoes, *profile, *rules;
    gboolean add_include, broad, inside;
    gint64 until;
} garbled[] = {
    {"no operation", "", "", NULL, "x", FALSE, FALSE},
    {"one of another program", "disable-everything", "", "demo", "", FALSE, FALSE},
    {"an undo of nothing", "undo", "", NULL, "", FALSE, FALSE},
    {"an undo of a path", "undo", "../../../etc/pw", NULL, "", FALSE, FALSE},
    {"an undo by a beginning", "undo", "0123", NULL, "", FALSE, FALSE},
    {"an undo with rules", "undo", "0123456789abcdef", NULL, "# profile: demo\n", FALSE, FALSE},
    {"rules without any", "add", "", NULL, "", FALSE, FALSE},
    {"rules with profiles beside", "add", "", "demo", "# profile: demo\n", FALSE, FALSE},
    {"a mode of nothing", "kill", "", NULL, "", FALSE, FALSE},
    {"a mode with rules", "complain", "", "demo", "# profile: demo\n", FALSE, FALSE},
    {"a load that is meant", "reload", "", NULL, "# profile: demo\n", FALSE, TRUE},
    {"a load that adds an include", "reload", "", NULL, "# profile: demo\n", TRUE, FALSE},
    {"a load that goes inside", "reload", "", NULL, "# profile: demo\n", FALSE, FALSE, TRUE},
    {"a new profile of nothing", "new", "", NULL, "", FALSE, FALSE},
    {"one of a bare name", "new", "", "curl", "", FALSE, FALSE},
    {"one with a text", "new", "", "/usr/bin/curl", "profile x { }", FALSE, FALSE},
    {"a stub with rules inside", "stub", "", "/usr/bin/curl", "", FALSE, FALSE, TRUE},
    {"a mode with an end", "complain", "", "demo", "", FALSE, FALSE, FALSE, 1},
    {"an undo with one", "undo", "0123456789abcdef", NULL, "", FALSE, FALSE, FALSE, 1},
    {"a load with one", "reload", "", NULL, "# profile: demo\n", FALSE, FALSE, FALSE, 1},
    {"rules that ended before there was time", "add", "", NULL, "# profile: demo\n", FALSE, FALSE,
     FALSE, -1},
    {"complain mode for a while without end", "complain-for", "", "demo", "", FALSE, FALSE},
    {"complain mode for a while with rules", "complain-for", "", "demo", "# profile: demo\n", FALSE,
     FALSE, FALSE, 1},
};

static void
test_garbled(void **state)
{
    static const char *const none[] = {NULL};

    for (gsize i = 0; i < G_N_ELEMENTS(garbled); i++) {
        const char *const profiles[] = {garbled[i].profile, NULL};
        g_autoptr(GVariant) message = g_variant_ref_sink(
            g_variant_new("(uss^aay^aybbs^asbx)", 3, garbled[i].kind, garbled[i].undoes, profiles,
                          garbled[i].rules, garbled[i].add_include, garbled[i].broad, "", none,
                          garbled[i].inside, garbled[i].until));
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrRequest) got = amr_request_from_variant(message, &error);
        print_message("# %s\n", garbled[i].what);
        assert_null(got);
        assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
    }
}

/* Bytes are not yet a text: one NUL, at the end. */
static void
test_not_texts(void **state)
{
    static const AmrBytes texts[] = {{"", 0}, {"x", 1}, {"demo", 4}, {"de\0mo", 6}, {"\0", 2}};
    static const char *const none[] = {NULL};

    for (gsize i = 0; i < 2 * G_N_ELEMENTS(texts); i++) {
        AmrBytes text = texts[i / 2];
        gboolean rules = i % 2 == 1;
        GVariant *bytes = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, text.data, text.len, 1);
        GVariant *list = rules ? g_variant_new_bytestring_array(none, 0)
                               : g_variant_new_array(G_VARIANT_TYPE_BYTESTRING, &bytes, 1);
        g_autoptr(GVariant) message =
            g_variant_ref_sink(g_variant_new("(uss@aay@aybbs^asbx)", 3, rules ? "add" : "kill", "",
                                             list, rules ? bytes : g_variant_new_bytestring(""),
                                             FALSE, FALSE, "", none, FALSE, (gint64)0));
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrRequest) got = amr_request_from_variant(message, &error);
        print_message("# %s %u\n", rules ? "rules" : "profile", (guint)i / 2);
        assert_null(got);
        assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
    }
}

static void
test_bounds(void **state)
{
    AmrRequest long_rules = {.kind = AMR_PLAN_ADD}, many = {.kind = AMR_PLAN_KILL};
    g_autofree char *text = g_strnfill(AMR_RULEFILE_MAX + 1, '#');
    g_auto(GStrv) profiles = g_new0(char *, 5000);
    g_autoptr(GError) first = NULL, second = NULL, third = NULL;
    g_autoptr(AmrRequest) got = NULL;

    long_rules.rules = text;
    got = sent(&long_rules, &first);
    assert_null(got);
    assert_error(first, AMR_ERROR, AMR_ERROR_PARSE);
    for (guint i = 0; i < 4999; i++)
        profiles[i] = g_strdup("demo");
    many.profiles = profiles;
    got = sent(&many, &second);
    assert_null(got);
    assert_error(second, AMR_ERROR, AMR_ERROR_PARSE);
    g_autoptr(GVariant) other = g_variant_ref_sink(g_variant_new("(s)", "add"));
    got = amr_request_from_variant(other, &third);
    assert_null(got);
    assert_error(third, AMR_ERROR, AMR_ERROR_PARSE);
}

/* ---- plans ------------------------------------------------------------------------------------
 */

static AmrPlan *
planned(const Changing *fixture, const AmrRequest *request, GPtrArray **left, GError **error)
{
    AmrPlanContext context = changing_context(fixture, TRUE);
    context.history = fixture->history;
    return amr_request_plan(request, &context, left, error);
}

static const struct {
    const char *what, *rules;
    gboolean broad;
    AmrErrorCode code; /* UNKNOWN: there is a plan */
} texts[] = {
    {"a rule", "# profile: demo\n/etc/new r,\n", FALSE, AMR_ERROR_UNKNOWN},
    {"one that opens all", "# profile: demo\n/** rw,\n", FALSE, AMR_ERROR_REFUSED},
    {"the same, meant", "# profile: demo\n/** rw,\n", TRUE, AMR_ERROR_UNKNOWN},
    {"a profile that is a path", "# profile: ../../etc/passwd\n/etc/new r,\n", FALSE,
     AMR_ERROR_NOT_FOUND},
    {"no profile at all", "/etc/new r,\n", FALSE, AMR_ERROR_PARSE},
    {"an include", "# profile: demo\ninclude </etc/shadow>\n", FALSE, AMR_ERROR_PARSE},
    {"the end of the block", "# profile: demo\n} profile evil { /** rwix,\n", FALSE,
     AMR_ERROR_PARSE},
    {"two rules on a line", "# profile: demo\n/etc/a r, /etc/b rw,\n", FALSE, AMR_ERROR_PARSE},
};

static void
test_plans_rules(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        AmrRequest request = {.kind = AMR_PLAN_ADD,
                              .rules = (char *)texts[i].rules,
                              .meant = texts[i].broad};
        g_autoptr(GPtrArray) left = NULL;
        g_autoptr(GError) error = NULL;
        Changing fixture;
        print_message("# %s\n", texts[i].what);
        changing_init(&fixture);
        g_autoptr(AmrPlan) plan = planned(&fixture, &request, &left, &error);
        if (texts[i].code == AMR_ERROR_UNKNOWN) {
            assert_no_error(error);
            assert_int_equal(plan->files->len, 1);
            assert_string_equal(((AmrPlanFile *)plan->files->pdata[0])->path, "local/usr.bin.demo");
        } else {
            assert_null(plan);
            assert_error(error, AMR_ERROR, (int)texts[i].code);
        }
        assert_non_null(left);
        changing_clear(&fixture);
    }
}

/* The plan is the one that was shown, to the byte, or none. */
static void
test_sealed(void **state)
{
    AmrRequest request = {.kind = AMR_PLAN_ADD, .rules = (char *)"# profile: demo\n/etc/new r,\n"};
    g_autoptr(GPtrArray) left = NULL, left_again = NULL, left_other = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *seal = NULL;
    Changing fixture;

    changing_init(&fixture);
    g_autoptr(AmrPlan) shown = planned(&fixture, &request, &left, &error);
    assert_no_error(error);
    seal = amr_seal(fixture.target, shown);
    request.seal = seal;
    g_autoptr(AmrPlan) again = planned(&fixture, &request, &left_again, &error);
    assert_no_error(error);
    assert_string_equal(again->id, shown->id);
    request.rules = (char *)"# profile: demo\n/etc/other r,\n";
    g_autoptr(AmrPlan) other = planned(&fixture, &request, &left_other, &error);
    assert_null(other);
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    changing_clear(&fixture);
}

/* An end is one that comes, and no other than was shown. */
static void
test_ends(void **state)
{
    char *profiles[] = {(char *)"demo", NULL};
    const AmrRequest rules = {.kind = AMR_PLAN_ADD,
                              .rules = (char *)"# profile: demo\n/etc/new r,\n"};
    const AmrRequest mode = {.kind = AMR_PLAN_COMPLAIN_FOR, .profiles = profiles};
    const AmrRequest *const asked[] = {&rules, &mode};
    Changing fixture;

    changing_init(&fixture);
    const gint64 now = amr_clock_now(amr_target_clock(fixture.target));
    for (guint i = 0; i < G_N_ELEMENTS(asked); i++) {
        AmrRequest request = *asked[i];
        g_autoptr(GPtrArray) left = NULL, over_left = NULL, far_left = NULL, other_left = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(GError) over = NULL;
        g_autoptr(GError) far = NULL;
        g_autoptr(GError) other = NULL;
        request.until = now;
        assert_null(planned(&fixture, &request, &over_left, &over));
        assert_error(over, AMR_ERROR, AMR_ERROR_REFUSED);
        request.until = now + AMR_REQUEST_LONGEST + 1;
        assert_null(planned(&fixture, &request, &far_left, &far));
        assert_error(far, AMR_ERROR, AMR_ERROR_REFUSED);
        request.until = now + AMR_REQUEST_LONGEST / 2;
        g_autoptr(AmrPlan) plan = planned(&fixture, &request, &left, &error);
        assert_no_error(error);
        assert_int_equal(plan->until, request.until);
        g_autofree char *seal = amr_seal(fixture.target, plan);
        request.seal = seal;
        request.until++;
        assert_null(planned(&fixture, &request, &other_left, &other));
        assert_error(other, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    }
    changing_clear(&fixture);
}

static void
test_plans_undo(void **state)
{
    AmrRequest add = {.kind = AMR_PLAN_ADD, .rules = (char *)"# profile: demo\n/etc/new r,\n"};
    AmrRequest undo = {.kind = AMR_PLAN_UNDO, .undoes = (char *)"0123456789abcdef"};
    g_autoptr(GPtrArray) left = NULL, unknown_left = NULL, undo_left = NULL;
    g_autoptr(GError) error = NULL, unknown = NULL;
    Changing fixture;

    changing_init(&fixture);
    g_autoptr(AmrPlan) none = planned(&fixture, &undo, &unknown_left, &unknown);
    assert_null(none);
    assert_error(unknown, AMR_ERROR, AMR_ERROR_NOT_FOUND);
    g_autoptr(AmrPlan) plan = planned(&fixture, &add, &left, &error);
    assert_no_error(error);
    g_autoptr(AmrOutcome) outcome = changing_run(&fixture, plan, &error);
    assert_no_error(error);
    assert_non_null(outcome);
    undo.undoes = plan->id;
    changing_reopen(&fixture, FALSE);
    g_autoptr(AmrPlan) back = planned(&fixture, &undo, &undo_left, &error);
    assert_no_error(error);
    assert_string_equal(back->undoes, plan->id);
    g_autoptr(GPtrArray) asked = amr_plan_questions(plan), asked_back = amr_plan_questions(back);
    assert_int_equal(asked->len, 1);
    assert_int_equal(asked_back->len, 0); /* it would be told that it is still denied */
    changing_clear(&fixture);
}

static void
test_plans_mode(void **state)
{
    char *known[] = {(char *)"demo", NULL},
         *path[] = {(char *)"/etc/apparmor.d/usr.bin.demo", NULL};
    AmrRequest request = {.kind = AMR_PLAN_COMPLAIN, .profiles = known};
    g_autoptr(GPtrArray) left = NULL, other_left = NULL;
    g_autoptr(GError) error = NULL;
    Changing fixture;

    changing_init(&fixture);
    g_autoptr(AmrPlan) plan = planned(&fixture, &request, &left, &error);
    assert_no_error(error);
    assert_int_equal(plan->kind, AMR_PLAN_COMPLAIN);
    request.profiles = path;
    g_autoptr(AmrPlan) none = planned(&fixture, &request, &other_left, &error);
    assert_null(none);
    assert_error(error, AMR_ERROR, AMR_ERROR_NOT_FOUND);
    changing_clear(&fixture);
}

/* ---- messages ---------------------------------------------------------------------------------
 */

static GByteArray *
written(AmrTalk kind, GVariant *content)
{
    GByteArray *bytes = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    guint8 block[4096];
    int ends[2];
    ssize_t n;

    assert_int_equal(pipe(ends), 0);
    assert_true(amr_talk_write(ends[1], kind, content, &error));
    assert_no_error(error);
    (void)close(ends[1]);
    while ((n = read(ends[0], block, sizeof block)) > 0)
        g_byte_array_append(bytes, block, (guint)n);
    (void)close(ends[0]);
    return bytes;
}

/* One byte after the other, as a pipe may give them. */
static void
test_talks(void **state)
{
    g_autoptr(GByteArray) bytes =
        written(AMR_TALK_PROGRESS, g_variant_new("(us)", AMR_STEP_LOAD, "usr.bin.demo"));
    g_autoptr(GByteArray) second = written(AMR_TALK_CONSENT, g_variant_new("(b)", TRUE));
    g_autoptr(GByteArray) buffer = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) content = NULL;
    const char *what;
    gboolean yes;
    guint step;

    g_byte_array_append(bytes, second->data, second->len);
    for (guint i = 0; i < bytes->len; i++) {
        AmrTalk got;
        g_byte_array_append(buffer, bytes->data + i, 1);
        got = amr_talk_take(buffer, &content, &error);
        assert_no_error(error);
        if (i + 1 == bytes->len - second->len) {
            assert_int_equal(got, AMR_TALK_PROGRESS);
            g_variant_get(content, "(u&s)", &step, &what);
            assert_int_equal(step, AMR_STEP_LOAD);
            assert_string_equal(what, "usr.bin.demo");
            g_clear_pointer(&content, g_variant_unref);
        } else if (i + 1 == bytes->len) {
            assert_int_equal(got, AMR_TALK_CONSENT);
            g_variant_get(content, "(b)", &yes);
            assert_true(yes);
        } else {
            assert_int_equal(got, AMR_TALK_UNKNOWN);
        }
    }
    assert_int_equal(buffer->len, 0);
}

static const struct {
    const char *what;
    guint8 bytes[8];
    guint len;
} noises[] = {
    {"text", "GET / HT", 8},
    {"a consent longer than one", {'C', 65, 0, 0, 0}, 5},
    {"a request of four gigabytes", {'R', 0xff, 0xff, 0xff, 0xff}, 5},
    {"a truth that is none", {'C', 1, 0, 0, 0, 7}, 6},
    {"half a number", {'S', 2, 0, 0, 0, 1, 0}, 7},
};

static void
test_noise(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(noises); i++) {
        g_autoptr(GByteArray) buffer = g_byte_array_new();
        g_autoptr(GVariant) content = NULL;
        g_autoptr(GError) error = NULL;
        print_message("# %s\n", noises[i].what);
        g_byte_array_append(buffer, noises[i].bytes, noises[i].len);
        assert_int_equal(amr_talk_take(buffer, &content, &error), AMR_TALK_UNKNOWN);
        assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
        assert_null(content);
    }
}

static void
test_errors(void **state)
{
    g_autoptr(GError) refused = NULL, other = NULL;

    assert_false(amr_talk_error(&refused, "refused", "not this"));
    assert_error(refused, AMR_ERROR, AMR_ERROR_REFUSED);
    assert_string_equal(amr_talk_code(refused), "refused");
    assert_false(amr_talk_error(&other, "io", "no"));
    assert_error(other, G_IO_ERROR, G_IO_ERROR_FAILED);
    assert_string_equal(amr_talk_code(other), "io");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round),  cmocka_unit_test(test_garbled),
        cmocka_unit_test(test_bounds), cmocka_unit_test(test_plans_rules),
        cmocka_unit_test(test_sealed), cmocka_unit_test(test_plans_undo),
        cmocka_unit_test(test_ends),   cmocka_unit_test(test_plans_mode),
        cmocka_unit_test(test_talks),  cmocka_unit_test(test_noise),
        cmocka_unit_test(test_errors), cmocka_unit_test(test_not_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
