/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * agree SEED POLICIES QUESTIONS [FEATURES]: made policy is loaded; the kernel's own answer (the
 * query file of securityfs, by libapparmor's aa_query_label) is to be the oracle's over the same
 * bytes. Then things are done for real. Where the compiler is newer than 3.0, what it makes for
 * FEATURES is asked of the oracle and of the reference. TAP on standard output.
 *
 * The query takes the string that the kernel's mediation would match, so classes beside files can
 * be asked as well (profile_query_cb of security/apparmor/apparmorfs.c). It answers for the owner
 * if the asker's fsuid is 0.
 */
#include "config.h"

#include <errno.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/apparmor.h>
#include <sys/fsuid.h>

#include "core/policy/oracle_private.h"
#include "tests/unit/agreement.h"
#include "tests/vm/agree.h"

static char *
compile(const char *path, gsize *len)
{
    const char *const argv[] = {"apparmor_parser", "-QKS", path, NULL};
    g_autoptr(GSubprocess) child =
        g_subprocess_newv(argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                          NULL);
    g_autoptr(GBytes) bytes = NULL;

    if (!child || !g_subprocess_communicate(child, NULL, NULL, &bytes, NULL, NULL) ||
        !g_subprocess_get_successful(child))
        return NULL;
    *len = g_bytes_get_size(bytes);
    return g_memdup2(g_bytes_get_data(bytes, NULL), *len);
}

AmrOracle *
agree_load(const char *text)
{
    static const char path[] = "/tmp/agree.aa";
    gsize len = 0;
    g_autofree char *compiled = NULL;
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GError) error = NULL;
    const char *const load[] = {"apparmor_parser", "-rK", path, NULL};
    g_autoptr(GSubprocess) child = NULL;
    AmrOracle *oracle;

    if (!g_file_set_contents(path, text, -1, &error))
        g_error("%s", error->message);
    compiled = compile(path, &len);
    if (!compiled)
        return NULL;
    child = g_subprocess_newv(load, G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
    if (!child || !g_subprocess_wait_check(child, NULL, &error))
        g_error("loading: %s", error ? error->message : "?");
    bytes = g_bytes_new_take(g_steal_pointer(&compiled), len);
    oracle = amr_oracle_new(bytes, &error);
    if (!oracle)
        g_error("%s in\n%s", error->message, text);
    return oracle;
}

/* Policy as 7.2 wants it, network rules of which stand in a class of their own. */
static gboolean
is_v9(const AmrOracleProfile *profile)
{
    return amr_oracle_class_state(profile, AMR_K_CLASS_NETV9) != 0;
}

static gboolean
knows_v9(void)
{
    return g_file_test("/sys/kernel/security/apparmor/features/network_v9", G_FILE_TEST_EXISTS);
}

/* The string that the kernel matches, behind its class; FALSE for what the query cannot ask. */
static gboolean
spell(const MadeQuestion *m, const AmrOracleProfile *profile, GString *out)
{
    switch (m->q.klass) {
    case AMR_CLASS_FILE:
        g_string_append_c(out, 2);
        g_string_append_len(out, m->q.file.path.data, (gssize)m->q.file.path.len);
        return !(m->q.rights & AMR_PERM_LINK);
    case AMR_CLASS_PTRACE:
        g_string_append_c(out, 9);
        g_string_append_len(out, m->q.ptrace.peer.data, (gssize)m->q.ptrace.peer.len);
        return TRUE;
    case AMR_CLASS_SIGNAL:
        g_string_append_c(out, 10);
        g_string_append_c(out, (char)m->q.signal.number);
        g_string_append_len(out, m->q.signal.peer.data, (gssize)m->q.signal.peer.len);
        return TRUE;
    case AMR_CLASS_NETWORK:
        g_string_append_c(out, is_v9(profile) ? AMR_K_CLASS_NETV9 : AMR_K_CLASS_NETV8);
        g_string_append_c(out, 0);
        g_string_append_c(out, (char)m->q.network.family);
        g_string_append_c(out, 0);
        g_string_append_c(out, (char)m->q.network.type);
        return TRUE;
    case AMR_CLASS_DBUS:
        /* A kernel that mediates more (7.2) answers for the bus of policy v9 only, and of older
         * policy that all is allowed; those before it know of no bus and answer as it is written.
         */
        if ((m->q.rights & (AMR_MAY_OWN | AMR_MAY_EAVESDROP)) || (knows_v9() && !is_v9(profile)))
            return FALSE;
        g_string_append_c(out, 32);
        g_string_append_printf(out, "%s%c%s%c%s%c%s%c%s%c%s", m->bytes[0], 0, m->bytes[1], 0,
                               m->bytes[5], 0, m->bytes[2], 0, m->bytes[3], 0, m->bytes[4]);
        return TRUE;
    default:
        return FALSE;
    }
}

/* The kernel's bit for one right. */
static guint32
kernel_bit(AmrClass klass, guint32 right)
{
    static const guint32 files[][2] = {
        {AMR_PERM_READ, 4},
        {AMR_PERM_WRITE, 2},
        {AMR_PERM_APPEND, 8},
        {AMR_PERM_CREATE, 0x10},
        {AMR_PERM_DELETE, 0x20},
        {AMR_PERM_LOCK, 0x8000},
        {AMR_PERM_MMAP_EXEC, 0x10000},
        {AMR_PERM_EXEC, 1},
    };

    if (klass != AMR_CLASS_FILE)
        return right;
    for (guint i = 0; i < G_N_ELEMENTS(files); i++)
        if (files[i][0] == right)
            return files[i][1];
    return 0;
}

typedef struct {
    guint asked, allowed, differ, unanswered;
} Count;

static void
ask_one(Count *count, const AmrOracle *oracle, const MadeQuestion *m, guint32 right,
        const char *text)
{
    const AmrOracleProfile *profile = amr_oracle_find(oracle, m->profile->name);
    g_autoptr(GString) spelled = g_string_new(NULL);
    g_autofree char *query = NULL, *said = NULL;
    MadeQuestion one = *m;
    gsize label = strlen(m->profile->name), at = AA_QUERY_CMD_LABEL_SIZE;
    int allowed = -1, audited = -1, bad;
    gboolean logs_differ, says;
    AmrOracleAnswer answer;

    one.q.rights = right;
    if (!profile || !spell(m, profile, spelled) || !kernel_bit(m->q.klass, right))
        return;
    query = g_malloc(at + label + 1 + spelled->len + 1);
    memcpy(query + at, m->profile->name, label + 1);
    memcpy(query + at + label + 1, spelled->str, spelled->len + 1);
    setfsuid(m->q.klass == AMR_CLASS_FILE && !m->q.file.owner ? 65534 : 0);
    bad = aa_query_label(kernel_bit(m->q.klass, right), query, at + label + 1 + spelled->len,
                         &allowed, &audited);
    setfsuid(0);
    if (bad != 0) {
        count->unanswered++;
        return;
    }
    amr_oracle_ask(profile, &one.q, &answer);
    count->asked++;
    count->allowed += allowed > 0;
    /* A denial is logged unless it is explicit; with flags=(audit) that one is, too. In complain
     * mode all that is not granted is. */
    logs_differ =
        profile->mode == AMR_ORACLE_MODE_ENFORCE && answer.verdict != AMR_ORACLE_UNMEDIATED &&
        audited !=
            (answer.allowed ? answer.audited != 0 : answer.refused == 0 || profile->audit_all);
    /* The query says what the rules say, in complain mode too. */
    says = answer.verdict == AMR_ORACLE_ALLOWED || answer.verdict == AMR_ORACLE_UNMEDIATED;
    if (says == allowed && !logs_differ)
        return;
    if (count->differ++ > 5)
        return;
    said = question_text(&one);
    printf("# %s: the kernel %s (logged %d), the oracle %s (audited 0x%x, refused 0x%x) in\n", said,
           allowed ? "allows" : "denies", audited, amr_oracle_verdict_word(answer.verdict),
           answer.audited, answer.refused);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        printf("#   %.*s\n", (int)strcspn(line, "\n"), line);
}

/* Policy of another ABI than the one that it was made for, where this parser knows it. */
static char *
for_abi(char *text, const char *abi)
{
    g_autofree char *path = g_strdup_printf("/etc/apparmor.d/abi/%s", abi);
    char *other;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return text;
    other = g_strdup_printf("abi <abi/%s>,%s", abi, text + strlen("abi <abi/3.0>,"));
    g_free(text);
    return other;
}

/* Made policy of all classes, of which the kernel need not know a thing. */
static guint
ask_reference(GRand *random, int policies, int questions, const char *features)
{
    guint differ = 0, asked = 0, compiled = 0;

    for (int i = 0; i < policies; i++) {
        g_autofree char *text = policy_make_newer(random), *why = NULL;
        g_autoptr(GBytes) bytes = agreement_compile(text, "-S", "-M", features, NULL);
        g_autoptr(AgreementPolicy) policy = bytes ? agreement_policy_new(text, bytes, &why) : NULL;
        for (int n = 0; policy && n < questions; n++) {
            MadeQuestion m;
            g_autofree char *said = NULL, *line = NULL;
            if (!question_make(&m, policy->reference, random))
                continue;
            asked++;
            said = agreement_differs(policy, &m);
            if (!said)
                continue;
            line = question_text(&m);
            if (differ++ < 3)
                printf("# %s: %s in\n%s", line, said, text);
        }
        compiled += policy != NULL;
        if (why)
            printf("# %s in\n%s", why, text);
    }
    printf("# %u questions to the reference, %u files, %u differ\n", asked, compiled, differ);
    return compiled < (guint)policies / 2 ? differ + 1 : differ;
}

int
main(int argc, char **argv)
{
    guint seed = argc > 1 ? (guint)atoi(argv[1]) : 4, tried = 0, passed = 0, compiled = 0;
    guint wrong, astray;
    int policies = argc > 2 ? atoi(argv[2]) : 100, questions = argc > 3 ? atoi(argv[3]) : 60;
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    Count count = {0};

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < policies; i++) {
        g_autofree char *text = policy_make(random), *why = NULL;
        g_autoptr(RefPolicy) reference = ref_policy_read(text, &why);
        g_autoptr(AmrOracle) oracle = NULL;
        text = i % 2 ? for_abi(text, i % 4 == 1 ? "4.0" : "5.0") : text;
        oracle = reference ? agree_load(text) : NULL;
        for (int n = 0; oracle && n < questions; n++) {
            MadeQuestion m;
            if (!question_make(&m, reference, random))
                continue;
            for (guint bit = 0; bit < 31; bit++)
                if (m.q.rights & (1u << bit))
                    ask_one(&count, oracle, &m, 1u << bit, text);
        }
        compiled += oracle != NULL;
    }
    printf("# seed %u: %u files of policy, %u rights asked, %u allowed, %u differ, %u without an "
           "answer\n",
           seed, compiled, count.asked, count.allowed, count.differ, count.unanswered);
    wrong = attempt_all(&tried);
    printf("# %u things done for real, %u differ\n", tried, wrong);
    astray = passage_all(random, (guint)policies, &passed);
    printf("# %u programs run and links made for real, %u differ\n", passed, astray);
    if (argc > 4 && !agreement_bytes_decide())
        wrong += ask_reference(random, policies, questions, argv[4]);
    if (count.differ || wrong || astray || passed < (guint)policies * 4 ||
        count.asked < compiled * 10 || compiled < (guint)policies / 2 || tried < 50)
        return 1;
    printf("# all agree\n");
    return 0;
}
