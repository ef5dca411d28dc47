/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The oracle against others' opinions: a reference matcher over the text of policy, made and
 * shipped, and where they decide, the bytes that the compiler puts out. A slice from a fixed seed;
 * with ARMORER_LONG=1 all of it. ARMORER_SEED=N is another seed.
 */
/* clang-format off: this one comes first. */
#include "tests/unit/testing.h"
/* clang-format on */

#include <string.h>

#include "tests/unit/agreement.h"

typedef struct {
    guint policies, profiles, questions, differences, refused, unread;
    guint verdicts[AMR_ORACLE_UNMEDIATED + 1];
    guint classes[AMR_CLASS_COUNT];
} Count;

static gboolean
long_run(void)
{
    return g_strcmp0(g_getenv("ARMORER_LONG"), "1") == 0;
}

static guint
seed(void)
{
    const char *text = g_getenv("ARMORER_SEED");

    return text ? (guint)g_ascii_strtoull(text, NULL, 10) : 4;
}

static void
tell(Count *count, const AgreementPolicy *policy, const MadeQuestion *question, const char *said)
{
    g_autofree char *text = question_text(question), *small = NULL;

    count->differences++;
    if (count->differences > 10)
        return;
    small = agreement_shrink(policy->text, question);
    g_printerr("# seed %u: %s\n# %s\n%s\n", seed(), text, said, small);
}

/* Which m the reference has beside rules that execute is that of 3.0, 4.1.8 and 5.0; in what Debian
 * 13 ships, with many such rules in one child, 4.1.0 has another one: not asked about there. */
static void
ask_all(Count *count, const AgreementPolicy *policy, GRand *random, guint questions)
{
    count->policies++;
    count->profiles += policy->reference->profiles->len;
    for (guint i = 0; i < questions; i++) {
        MadeQuestion question;
        g_autofree char *said = NULL;
        AmrOracleAnswer answer;
        if (!question_make(&question, policy->reference, random))
            continue;
        ref_ask(policy->reference, question.profile, &question.q, &answer);
        count->verdicts[answer.verdict]++;
        count->classes[question.q.klass]++;
        count->questions++;
        said = agreement_differs(policy, &question);
        if (said)
            tell(count, policy, &question, said);
    }
}

static void
summary(const Count *count)
{
    g_printerr("# seed %u: %u questions to %u profiles of %u files: %u allowed, %u denied, "
               "%u explicitly denied; %u files did not compile, %u were not read\n",
               seed(), count->questions, count->profiles, count->policies,
               count->verdicts[AMR_ORACLE_ALLOWED], count->verdicts[AMR_ORACLE_DENIED],
               count->verdicts[AMR_ORACLE_REFUSED], count->refused, count->unread);
    if (count->differences)
        fail_msg("%u differences", count->differences);
}

static void
ask_made(Count *count, char *(*make)(GRand *), GRand *random, guint files)
{
    for (guint i = 0; i < files; i++) {
        g_autofree char *text = make(random), *why = NULL;
        if (agreement_squeezes_oddly())
            text = policy_without_squeezing(g_steal_pointer(&text));
        g_autoptr(AgreementPolicy) policy = agreement_policy_new(text, NULL, &why);
        if (policy)
            ask_all(count, policy, random, 60);
        else if (strcmp(why, "does not compile") == 0)
            count->refused++;
        else
            fail_msg("%s in\n%s", why, text);
    }
    summary(count);
    assert_true(count->refused * 4 < files);
}

static void
test_made_policy(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed());
    Count count = {0};

    ask_made(&count, policy_make, random, long_run() ? 300 : 150);
    assert_true(count.verdicts[AMR_ORACLE_ALLOWED] > count.questions / 10);
    assert_true(count.verdicts[AMR_ORACLE_REFUSED] > count.questions / 100);
    assert_true(count.verdicts[AMR_ORACLE_DENIED] > count.questions / 10);
    for (AmrClass klass = AMR_CLASS_FILE; klass <= AMR_CLASS_RLIMIT; klass++)
        if (klass != AMR_CLASS_MOUNT)
            assert_true(count.classes[klass] > 0);
}

static void
test_made_mounts(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed() + 4);
    Count count = {0};

    ask_made(&count, policy_make_mounts, random, long_run() ? 300 : 60);
    assert_true(count.classes[AMR_CLASS_MOUNT] > count.questions / 2);
    assert_true(count.verdicts[AMR_ORACLE_ALLOWED] > count.questions / 10);
    assert_true(count.verdicts[AMR_ORACLE_REFUSED] > count.questions / 100);
    assert_true(count.verdicts[AMR_ORACLE_DENIED] > count.questions / 10);
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What the distribution ships, includes put in by the compiler's own preprocessor. */
static void
ask_shipped(Count *count, const char *dir, GRand *random, guint each)
{
    g_autoptr(GDir) files = g_dir_open(dir, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    assert_non_null(files);
    while ((name = g_dir_read_name(files)))
        g_ptr_array_add(names, g_build_filename(dir, name, NULL));
    g_ptr_array_sort(names, by_name);
    for (guint i = seed() % each; i < names->len; i += each) {
        const char *path = names->pdata[i];
        g_autoptr(GBytes) text = NULL, compiled = NULL;
        g_autoptr(AgreementPolicy) policy = NULL;
        g_autofree char *string = NULL, *why = NULL;
        if (g_file_test(path, G_FILE_TEST_IS_DIR) || g_str_has_suffix(path, "/README"))
            continue;
        text = agreement_compile(NULL, "-p", path, NULL);
        compiled = agreement_compile(NULL, "-S", "-M", "/etc/apparmor.d/abi/3.0", path, NULL);
        if (!text || !compiled) {
            count->refused++;
            continue;
        }
        string = g_strndup(g_bytes_get_data(text, NULL), g_bytes_get_size(text));
        policy = agreement_policy_new(string, compiled, &why);
        if (!policy)
            fail_msg("%s: %s", path, why);
        policy->reference->abi_3_0 = TRUE;
        ask_all(count, policy, random, 40);
    }
}

static void
test_shipped_policy(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed() + 1);
    Count count = {0};

    ask_shipped(&count, "/etc/apparmor.d", random, long_run() ? 1 : 4);
    ask_shipped(&count, "/usr/share/apparmor/extra-profiles", random, long_run() ? 1 : 6);
    summary(&count);
    assert_int_equal(count.refused, 0);
    assert_true(count.questions > 500);
    assert_true(count.verdicts[AMR_ORACLE_ALLOWED] > count.questions / 10);
}

/* ---- what compilers 4.0 and later know ------------------------------------------------------- */

static GBytes *
read_file(const char *path)
{
    char *data;
    gsize size;

    if (!g_file_get_contents(path, &data, &size, NULL))
        fail_msg("cannot read %s", path);
    return g_bytes_new_take(data, size);
}

/* Made policy with mqueue, io_uring and userns in it, and what newer compilers made of it: see
 * tests/data/oracle/make. */
static void
ask_kept(Count *count, GRand *random)
{
    static const char *const compilers[] = {"4.1.8", "5.0.2"};
    g_autofree char *dir = test_data("oracle/made");
    g_autoptr(GDir) files = g_dir_open(dir, 0, NULL);
    const char *name;

    assert_non_null(files);
    while ((name = g_dir_read_name(files))) {
        g_autofree char *source = g_build_filename(dir, name, NULL), *text = NULL;
        if (!g_str_has_suffix(name, ".aa"))
            continue;
        assert_true(g_file_get_contents(source, &text, NULL, NULL));
        for (guint i = 0; i < G_N_ELEMENTS(compilers); i++) {
            g_autofree char *compiled =
                g_strdup_printf("%.*s-%s.bin", (int)strlen(source) - 3, source, compilers[i]);
            g_autofree char *why = NULL;
            g_autoptr(GBytes) bytes = read_file(compiled);
            g_autoptr(AgreementPolicy) policy = agreement_policy_new(text, bytes, &why);
            if (!policy)
                fail_msg("%s: %s", compiled, why);
            policy->reference->for_3_0 = FALSE;
            policy->reference->maps_vary = FALSE;
            ask_all(count, policy, random, long_run() ? 2000 : 200);
        }
    }
}

/* The same made anew, where the compiler at hand is one of those. */
static void
ask_newer(Count *count, GRand *random, const char *features)
{
    for (guint i = 0; i < (long_run() ? 300 : 40); i++) {
        g_autofree char *text = policy_make_newer(random), *why = NULL;
        g_autoptr(GBytes) compiled = agreement_compile(text, "-S", "-M", features, NULL);
        g_autoptr(AgreementPolicy) policy =
            compiled ? agreement_policy_new(text, compiled, &why) : NULL;
        if (policy)
            ask_all(count, policy, random, 60);
        else if (compiled)
            fail_msg("%s in\n%s", why, text);
        else
            count->refused++;
    }
}

static void
test_newer_policy(void **state)
{
    static const AmrClass classes[] = {AMR_CLASS_USERNS, AMR_CLASS_MQUEUE, AMR_CLASS_IO_URING};
    g_autoptr(GRand) random = g_rand_new_with_seed(seed() + 3);
    Count count = {0};

    ask_kept(&count, random);
    if (!agreement_bytes_decide()) {
        g_autofree char *features = test_data("oracle/all-4.features");
        ask_newer(&count, random, features);
    }
    summary(&count);
    for (guint i = 0; i < G_N_ELEMENTS(classes); i++)
        assert_true(count.classes[classes[i]] > 20);
    assert_true(count.verdicts[AMR_ORACLE_ALLOWED] > count.questions / 10);
    assert_true(count.verdicts[AMR_ORACLE_REFUSED] > count.questions / 200);
    assert_true(count.refused * 4 < count.policies);
}

/* ---- the compiler's bytes -------------------------------------------------------------------- */

/* The bytes as an octal pattern that matches them alone. */
static char *
octal(AmrBytes bytes)
{
    GString *out = g_string_new(NULL);

    for (gsize i = 0; i < bytes.len; i++) {
        char c = bytes.data[i];
        if (g_ascii_isalnum(c) || c == '/')
            g_string_append_c(out, c);
        else
            g_string_append_printf(out, "\\%03o", (guint8)c);
    }
    return g_string_free(out, FALSE);
}

/* The rule that grants what one right of a question asks; NULL where there is none. */
static char *
rule_for(MadeQuestion *m, GRand *random)
{
    static const struct {
        char letter;
        guint32 right;
    } letters[] = {{'r', AMR_PERM_READ}, {'k', AMR_PERM_LOCK}, {'m', AMR_PERM_MMAP_EXEC}};
    g_autofree char *name = NULL;
    guint i = (guint)g_rand_int_range(random, 0, G_N_ELEMENTS(letters));

    if (!m->rule)
        return NULL;

    switch (m->q.klass) {
    case AMR_CLASS_FILE:
        if (m->bytes[0][0] != '/' || strstr(m->bytes[0], "//"))
            return NULL;
        if (!(m->rule->rights & letters[i].right))
            return NULL;
        m->q.rights = letters[i].right;
        m->q.file.owner = TRUE;
        name = octal(m->q.file.path);
        return g_strdup_printf("owner %s %c,", name, letters[i].letter);
    case AMR_CLASS_CAPABILITY:
        if (m->q.capability.number > 39) /* the ABI does not know it: a rule says nothing */
            return NULL;
        name = g_strdup(amr_oracle_capability_word(m->q.capability.number));
        return name ? g_strdup_printf("capability %s,", name) : NULL;
    case AMR_CLASS_SIGNAL:
        if (m->q.signal.number < 1 || m->q.signal.number > 15)
            return NULL;
        m->q.rights = i ? AMR_MAY_SEND : AMR_MAY_RECEIVE;
        name = octal(m->q.signal.peer);
        return g_strdup_printf("signal %s set=%s peer=%s,", i ? "send" : "receive",
                               amr_oracle_signal_word(m->q.signal.number, (char[16]){0}), name);
    case AMR_CLASS_PTRACE:
        m->q.rights = i ? AMR_MAY_TRACE : AMR_MAY_BE_READ;
        name = octal(m->q.ptrace.peer);
        return g_strdup_printf("ptrace %s peer=%s,", i ? "trace" : "readby", name);
    default:
        return NULL;
    }
}

static gboolean
same_with(const char *text, const char *prefix, const char *rule, GBytes *as_it_is)
{
    const char *body = strstr(text, "profile p ");
    gsize head = (gsize)(strstr(body, "{\n") + 2 - text);
    g_autofree char *more =
        g_strdup_printf("%.*s%s%s\n%s", (int)head, text, prefix, rule, text + head);
    g_autoptr(GBytes) compiled =
        agreement_compile(more, "-S", "-M", "/etc/apparmor.d/abi/3.0", NULL);

    if (!compiled)
        fail_msg("does not compile: %s\n%s", rule, more);
    return g_bytes_equal(compiled, as_it_is);
}

/*
 * With a compiler 3.0 a rule that says nothing new leaves the bytes as they are. An `audit deny` of
 * the same tells what was granted (it takes it away) from what was denied (it stays).
 */
static void
ask_bytes(const AgreementPolicy *policy, MadeQuestion *m, const char *rule, guint *verdicts)
{
    g_autoptr(GBytes) as_it_is =
        agreement_compile(policy->text, "-S", "-M", "/etc/apparmor.d/abi/3.0", NULL);
    gboolean same = same_with(policy->text, "", rule, as_it_is);
    gboolean twin = same && same_with(policy->text, "audit deny ", rule, as_it_is);
    AmrOracleVerdict bytes = !same  ? AMR_ORACLE_DENIED
                             : twin ? AMR_ORACLE_REFUSED
                                    : AMR_ORACLE_ALLOWED;
    AmrOracleAnswer answer;

    amr_oracle_ask(amr_oracle_find(policy->oracle, "p"), &m->q, &answer);
    if (answer.verdict == AMR_ORACLE_UNMEDIATED) /* the compiler lost the class */
        return;
    verdicts[bytes]++;
    /* A deny that is audited is a want of a rule to the oracle (see its header). */
    if (answer.verdict != bytes &&
        !(answer.verdict == AMR_ORACLE_DENIED && bytes == AMR_ORACLE_REFUSED &&
          strstr(policy->text, "audit"))) {
        g_autofree char *text = question_text(m);
        fail_msg("seed %u: %s: by the bytes with \"%s\" %s, the oracle says %s in\n%s", seed(),
                 text, rule, amr_oracle_verdict_word(bytes),
                 amr_oracle_verdict_word(answer.verdict), policy->text);
    }
}

static void
test_same_as_bytes(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed() + 2);
    guint wanted = long_run() ? 1500 : 250, asked = 0;
    guint verdicts[AMR_ORACLE_UNMEDIATED + 1] = {0};

    if (!agreement_bytes_decide()) {
        /* 4.1 writes other bytes for the same language: there this opinion has no worth. */
        g_printerr("# the bytes of this compiler do not decide\n");
        return;
    }
    while (asked < wanted) {
        g_autofree char *text = policy_make(random), *why = NULL;
        g_autoptr(AgreementPolicy) policy = agreement_policy_new(text, NULL, &why);
        for (guint i = 0; policy && i < 12; i++) {
            MadeQuestion m;
            g_autofree char *rule = NULL;
            if (!question_make(&m, policy->reference, random) || strcmp(m.profile->name, "p") != 0)
                continue;
            rule = rule_for(&m, random);
            if (!rule)
                continue;
            ask_bytes(policy, &m, rule, verdicts);
            asked++;
        }
    }
    g_printerr("# %u questions to the bytes: %u allowed, %u denied, %u explicitly denied\n", asked,
               verdicts[AMR_ORACLE_ALLOWED], verdicts[AMR_ORACLE_DENIED],
               verdicts[AMR_ORACLE_REFUSED]);
    assert_true(verdicts[AMR_ORACLE_ALLOWED] > asked / 10);
    assert_true(verdicts[AMR_ORACLE_REFUSED] > asked / 100);
}

/* ---- what was found -------------------------------------------------------------------------- */

/* Each compiled as it stands; questions in which the opinions differed. */
static void
test_found(void **state)
{
#define CHANGE(to, by)                                                                   \
    {                                                                                    \
        .klass = AMR_CLASS_CHANGE_PROFILE, .rights = AMR_MAY_CHANGE, .change_profile = { \
            {to, sizeof(to "") - 1},                                                     \
            {by, sizeof(by "") - 1}                                                      \
        }                                                                                \
    }
    static const struct {
        const char *name, *rules;
        AmrOracleQuestion question;
        AmrOracleVerdict want;
    } rows[] = {
        {"the call on exec asks for the target alone",
         "deny change_profile /bin/one -> b,\n change_profile,", CHANGE("b", "/bin/two"),
         AMR_ORACLE_DENIED},
        {"the target alone, another", "deny change_profile /bin/one -> b,\n change_profile,",
         CHANGE("c", "/bin/two"), AMR_ORACLE_ALLOWED},
        {"a deny refuses its program whatever the target",
         "deny change_profile -> b,\n change_profile -> c,", CHANGE("c", "/bin/two"),
         AMR_ORACLE_DENIED},
        {"of a class with an audited deny of all nothing is left",
         "audit deny ptrace peer=**,",
         {.klass = AMR_CLASS_PTRACE, .rights = AMR_MAY_READ, .ptrace = {AMR_BYTES("x")}},
         AMR_ORACLE_UNMEDIATED},
        {"without a pattern it stays",
         "audit deny ptrace,",
         {.klass = AMR_CLASS_PTRACE, .rights = AMR_MAY_READ, .ptrace = {AMR_BYTES("x")}},
         AMR_ORACLE_DENIED},
        {"the owner links what grants as much",
         "/a/* rwl,\n /b r,",
         {.klass = AMR_CLASS_FILE,
          .rights = AMR_PERM_LINK,
          .file = {AMR_BYTES("/a/x"), TRUE, AMR_BYTES("/b")}},
         AMR_ORACLE_DENIED},
        {"others link what they like",
         "/a/* rwl,\n /b r,",
         {.klass = AMR_CLASS_FILE,
          .rights = AMR_PERM_LINK,
          .file = {AMR_BYTES("/a/x"), FALSE, AMR_BYTES("/b")}},
         AMR_ORACLE_ALLOWED},
        {"a block of qualifiers drops all but files",
         "audit {\n network inet,\n /a r,\n }",
         {.klass = AMR_CLASS_NETWORK,
          .rights = AMR_MAY_CREATE,
          .network = {.family = 2, .type = 1}},
         AMR_ORACLE_DENIED},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        AmrOracleVerdict want = rows[i].want;
        g_autofree char *text =
            g_strdup_printf("abi <abi/3.0>,\nprofile p {\n %s\n}\n", rows[i].rules);
        g_autofree char *why = NULL;
        g_autoptr(AgreementPolicy) policy = agreement_policy_new(text, NULL, &why);
        AmrOracleAnswer answer, reference;
        if (!policy)
            fail_msg("%s: %s", rows[i].name, why);
        amr_oracle_ask(amr_oracle_find(policy->oracle, "p"), &rows[i].question, &answer);
        ref_ask(policy->reference, ref_policy_find(policy->reference, "p"), &rows[i].question,
                &reference);
        if (want == AMR_ORACLE_UNMEDIATED && !agreement_bytes_decide())
            want = AMR_ORACLE_DENIED; /* mended in 4.1 */
        if (answer.verdict != want || reference.verdict != want)
            fail_msg("%s: the oracle says %s, the reference %s", rows[i].name,
                     amr_oracle_verdict_word(answer.verdict),
                     amr_oracle_verdict_word(reference.verdict));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),        cmocka_unit_test(test_made_policy),
        cmocka_unit_test(test_made_mounts),  cmocka_unit_test(test_shipped_policy),
        cmocka_unit_test(test_newer_policy), cmocka_unit_test(test_same_as_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
