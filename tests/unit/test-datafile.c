/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is knowledge rather than code: its one reader, sentences with places in them, and the files
 * that ship, broken and replaced. */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/denial/phrase.h"
#include "core/policy/propose.h"
#include "core/policy/risk.h"
#include "tests/unit/shipped.h"

static void
take(AmrData *data, const char *text)
{
    amr_data_take(data, text, strlen(text), "f");
}

/* ---- phrases --------------------------------------------------------------------------------- */

static void
test_phrases(void **state)
{
    static const struct {
        const char *text, *want; /* NULL: it is none */
    } rows[] = {
        {"words", "words"},
        {"{comm} did", "c did"},
        {"{peer} did", " did"},
        {"{peer|someone} did", "someone did"},
        {"{peer,comm|someone} did", "c did"},
        {"[to {peer}]x[ as {comm}]", "x as c"},
        {"[to {peer|all}]", "to all"},
        {"[{peer} and {comm}]x", "x"},
        {"[{comm} and {peer}]x", "x"},
        {"[]x", "x"},
        {"{profile}", ":n:p\\n"},
        {"{pid}{rights| none}", "7 none"},
        {"a\\b", "a\\b"},
        {"\x1b[2J{comm}", NULL},
        {"{name}", "/a\\e{comm}[{peer}]"}, /* what a record says has no places */
        {"{nope}", NULL},
        {"{}", NULL},
        {"{comm", NULL},
        {"comm}", NULL},
        {"[x", NULL},
        {"x]", NULL},
        {"[[x]]", NULL},
        {"{a{comm}}", NULL},
        {"{comm,comm,comm,comm,comm}", NULL},
    };
    AmrEvent event = {.pid = 7};
    event.field[AMR_FIELD_COMM] = AMR_BYTES("c");
    event.field[AMR_FIELD_PROFILE] = AMR_BYTES("p\n");
    event.field[AMR_FIELD_NAMESPACE] = AMR_BYTES("root//n");
    event.field[AMR_FIELD_NAME] = AMR_BYTES("/a\x1b{comm}[{peer}]");

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *wrong = NULL;
        g_autoptr(AmrPhrase) phrase = amr_phrase_new(rows[i].text, &wrong);
        g_autoptr(GString) got = g_string_new(NULL);
        if (!rows[i].want) {
            if (phrase || !wrong)
                fail_msg("%s was taken", rows[i].text);
            continue;
        }
        assert_non_null(phrase);
        amr_phrase_append(phrase, &event, NULL, got);
        assert_string_equal(got->str, rows[i].want);
    }
}

/* ---- what is wrong in a file ----------------------------------------------------------------- */

static void
test_broken(void **state)
{
    static const struct {
        const char *name, *text, *warning; /* NULL: none */
    } rows[] = {
        {"risks", "[a]\nname = /a\naccess = r\nrisk = high\ntext = t\n", NULL},
        {"risks", "[a]\nname = /a\nrisk = high\ntext = t\n",
         "f line 1: a name needs an access, and nothing else has one"},
        {"risks", "[a]\nname = a\n", "f line 2: a name is a glob that begins with a slash"},
        {"risks", "[a]\nname = /@{HOME}\n", "f line 2: a name is a glob that begins with a slash"},
        {"risks", "[a]\nname = /a\nexec = /b\n",
         "f line 3: name, exec, capability, family, rule: one kind of these"},
        {"risks", "[a]\nname = /a\naccess = x\n", "f line 3: access is letters of r w m"},
        {"risks", "[a]\nrisk = deadly\n", "f line 2: a risk is low, medium or high"},
        {"risks", "[a]\nfamily = x\nrisk = low\ntext = t\nlaunches = yes\n",
         "f line 1: holds a key that has no meaning for what it is about"},
        {"risks", "[a]\nexec = /a\nlaunches = no\n", "f line 3: launches is yes"},
        {"risks", "[a]\n\x1b[2J = x\n", "f line 2: \\e[2J is a key that is not known"},
        {"risks", "[a]\nb\x1b = x\n", "f line 2: b\\e is a key that is not known"},
        {"refusals", "[a]\nfound = hat\nreason = It is {comm}.\n", NULL},
        {"refusals", "[a]\nfound = hat\nrefusal = incomplete\nreason = r\n",
         "f line 1: needs a reason, and a refusal or what is found"},
        {"refusals", "[a]\nfound = nothing\n", "f line 2: armorer finds nothing of this name"},
        {"refusals", "[a]\ninfo = *x*\nrefusal = no-new-privs\nreason = It is {comm}.\n", NULL},
        {"refusals", "[a]\nrefusal = no-new-privs\nreason = r\n",
         "f line 1: it needs something that it fits"},
        {"refusals", "[a]\ninfo = x\nreason = r\n",
         "f line 1: needs a reason, and a refusal or what is found"},
        {"refusals", "[a]\nrefusal = allowed\n", "f line 2: no such refusal"},
        {"refusals", "[a]\nreason = {x\n", "f line 2: a { without its }"},
        {"sentences", "[a]\npart = who\ntext = {comm}\n", NULL},
        {"sentences", "[a]\npart = nose\n",
         "f line 2: a part is who, way, what, outcome, says or right"},
        {"sentences", "[a]\npart = right\nright = rw\ntext = t\n",
         "f line 3: a right is one letter of r w a c d l k m x"},
        {"sentences", "[a]\npart = what\nright = r\ntext = t\n",
         "f line 1: a part that is a right names one, others do not"},
        {"sentences", "[a]\npart = what\n", "f line 1: needs a part and a text"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AmrRisks) risks = amr_risks_new();
        g_autoptr(AmrRefusals) refusals = amr_refusals_new();
        g_autoptr(AmrSentences) sentences = amr_sentences_new();
        AmrData *data = strcmp(rows[i].name, "risks") == 0      ? amr_risks_data(risks)
                        : strcmp(rows[i].name, "refusals") == 0 ? amr_refusals_data(refusals)
                                                                : amr_sentences_data(sentences);
        take(data, rows[i].text);
        const GPtrArray *warnings = amr_data_warnings(data);
        if (warnings->len)
            assert_string_equal(warnings->pdata[0], rows[i].warning);
        assert_int_equal(warnings->len, rows[i].warning != NULL);
        assert_int_equal(amr_data_count(data), rows[i].warning == NULL);
    }
}

/* Bytes of no kind, cut anywhere: never fatal, and what is told of them is bounded and inert. */
static void
test_garbage(void **state)
{
    static const char bits[][12] = {"[a]\n", "[",          "name =",  " /a\n",  "=",
                                    "\n",    "text = t\n", "\x1b[2J", "\xff\n", "access=",
                                    "risk=", "rw",         "]",       "{comm"};
    g_autoptr(GRand) random = g_rand_new_with_seed(8);

    for (guint round = 0; round < 300; round++) {
        g_autoptr(AmrRisks) risks = amr_risks_new();
        g_autoptr(GString) text = g_string_new(NULL);
        for (guint i = 0; i < 400; i++)
            g_string_append(text, bits[g_rand_int_range(random, 0, G_N_ELEMENTS(bits))]);
        amr_data_take(amr_risks_data(risks), text->str, text->len, "f");
        const GPtrArray *warnings = amr_data_warnings(amr_risks_data(risks));
        assert_true(warnings->len <= 100);
        for (guint i = 0; i < warnings->len; i++)
            for (const char *p = warnings->pdata[i]; *p; p++)
                assert_true(*p >= 0x20 && *p < 0x7f);
    }
    g_autoptr(AmrRisks) risks = amr_risks_new();
    g_autofree char *large = g_malloc0(AMR_DATA_MAX + 1);
    amr_data_take(amr_risks_data(risks), large, AMR_DATA_MAX + 1, "f");
    assert_string_equal(amr_data_warnings(amr_risks_data(risks))->pdata[0], "f line 0: too large");
}

/* ---- what it is good for --------------------------------------------------------------------- */

static void
test_later_wins(void **state)
{
    g_autoptr(AmrRisks) risks = test_risks();
    g_autofree char *shipped = NULL, *ours = NULL, *more = NULL, *wide = NULL;
    const char *text = NULL;
    g_autoptr(AmrRule) rule = amr_rule_read("/srv/pay/** r,", NULL);

    assert_int_equal(amr_risk_file(risks, AMR_BYTES("/etc/shadow"), AMR_ACCESS_READ, AMR_EXEC_NONE,
                                   &shipped),
                     AMR_RISK_HIGH);
    take(amr_risks_data(risks),
         "[shadow]\nname = /etc/shadow\naccess = r\nrisk = medium\ntext = is "
         "ours\n[till]\nname = /srv/pay/till\naccess = rw\nrisk = high\n"
         "text = holds the money\n[run]\nexec = /opt/run\nrisk = low\n"
         "launches = yes\ntext = runs all\n");
    assert_int_equal(amr_risk_file(risks, AMR_BYTES("/etc/shadow"), AMR_ACCESS_READ, AMR_EXEC_NONE,
                                   &ours),
                     AMR_RISK_MEDIUM);
    assert_string_equal(ours, "/etc/shadow is ours");
    assert_int_equal(amr_risk_rule(risks, rule, &wide), AMR_RISK_HIGH);
    assert_string_equal(wide, "It reaches /srv/pay/till holds the money");
    assert_true(amr_risks_launches(risks, AMR_BYTES("/opt/run"), &text));
    assert_string_equal(text, "runs all");
    assert_true(amr_risks_launches(risks, AMR_BYTES("/usr/bin/env"), &text));
    assert_false(amr_risks_launches(risks, AMR_BYTES("/usr/bin/chromium"), &text));
    assert_int_equal(amr_risk_file(risks, AMR_BYTES("/opt/run"), 0, AMR_EXEC_IX, &more),
                     AMR_RISK_LOW);
    assert_null(more);
}

/* More kinds of names than there are bits for: what is beyond is still kept clear of. */
static void
test_many_kinds(void **state)
{
    g_autoptr(AmrRisks) risks = amr_risks_new();
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < 200; i++)
        g_string_append_printf(text, "[k%u]\nname = /k/%u\naccess = r\nrisk = high\ntext = t\n", i,
                               i);
    take(amr_risks_data(risks), text->str);
    assert_int_equal(amr_data_warnings(amr_risks_data(risks))->len, 0);
    g_autoptr(AmrRiskReach) reach = amr_risk_reach_new(risks);
    for (guint i = 0; i < 200; i += 10) {
        g_autofree char *name = g_strdup_printf("/k/%u", i);
        gboolean own;
        guint64 kinds = amr_risk_reach_kinds(reach, amr_bytes(name));
        assert_true(kinds == G_GUINT64_CONSTANT(1) << MIN(i, 63));
        assert_int_equal(amr_risk_of_kinds(reach, kinds, AMR_ACCESS_READ, &own), AMR_RISK_HIGH);
        assert_false(amr_risk_reach_keeps(reach, name, 0));
        assert_true(amr_risk_reach_keeps(reach, name, kinds));
    }
    assert_true(amr_risk_reach_keeps(reach, "/x/*", 0));
}

/* Nothing known is not harmless. */
static void
test_none(void **state)
{
    g_autoptr(AmrRisks) risks = amr_risks_new();
    g_autoptr(AmrRiskReach) reach = amr_risk_reach_new(risks);
    g_autoptr(AmrRule) signal = amr_rule_read("signal (send) set=(term) peer=x,", NULL);
    const AmrRisks *const all[] = {NULL, risks};
    AmrEvent event = {.klass = AMR_CLASS_FILE,
                      .verdict = AMR_VERDICT_DENIED,
                      .denied = AMR_PERM_READ};

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        g_autofree char *a = NULL, *b = NULL, *c = NULL;
        assert_int_equal(amr_risk_file(all[i], AMR_BYTES("/x"), AMR_ACCESS_READ, AMR_EXEC_NONE, &a),
                         AMR_RISK_HIGH);
        assert_int_equal(amr_risk_capability(all[i], "kill", &b), AMR_RISK_HIGH);
        assert_int_equal(amr_risk_terms(all[i], signal, &c), AMR_RISK_HIGH);
        assert_non_null(a);
        assert_non_null(b);
        assert_non_null(c);
    }
    assert_false(amr_risk_reach_keeps(reach, "/x", 0));
    event.field[AMR_FIELD_PROFILE] = AMR_BYTES("p");
    event.field[AMR_FIELD_NAME] = AMR_BYTES("x");
    g_autoptr(AmrProposal) proposal = amr_propose(&event, NULL);
    assert_int_equal(proposal->no_rule, AMR_NO_RULE_DISCONNECTED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phrases),    cmocka_unit_test(test_broken),
        cmocka_unit_test(test_garbage),    cmocka_unit_test(test_later_wins),
        cmocka_unit_test(test_many_kinds), cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests_name("datafile", tests, NULL, NULL);
}
