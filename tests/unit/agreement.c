/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/agreement.h"

/* The compiler's words; ARMORER_PARSER names another than the installed one ("chroot DIR parser").
 */
static char **
parser_words(void)
{
    const char *other = g_getenv("ARMORER_PARSER");
    g_autofree char *found = other ? NULL : g_find_program_in_path("apparmor_parser");

    return g_strsplit(other ? other : found ? found : "/sbin/apparmor_parser", " ", -1);
}

GBytes *
agreement_compile(const char *text, const char *argument, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_auto(GStrv) parser = parser_words();
    g_autoptr(GSubprocess) child = NULL;
    g_autoptr(GBytes) in = text ? g_bytes_new(text, strlen(text)) : NULL;
    g_autoptr(GBytes) out = NULL;
    g_autoptr(GError) error = NULL;
    va_list arguments;

    for (char **word = parser; *word; word++)
        g_ptr_array_add(argv, *word);
    g_ptr_array_add(argv, (gpointer) "-QK");
    va_start(arguments, argument);
    for (; argument; argument = va_arg(arguments, const char *))
        g_ptr_array_add(argv, (gpointer)argument);
    va_end(arguments);
    g_ptr_array_add(argv, NULL);
    child =
        g_subprocess_newv((const char *const *)argv->pdata,
                          (text ? G_SUBPROCESS_FLAGS_STDIN_PIPE : G_SUBPROCESS_FLAGS_NONE) |
                              G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                          &error);
    g_assert_no_error(error);
    /* It may refuse the text before it has read all of it. */
    if (!g_subprocess_communicate(child, in, NULL, &out, NULL, &error)) {
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
        return NULL;
    }
    return g_subprocess_get_successful(child) ? g_steal_pointer(&out) : NULL;
}

static int
number_of(const char *text)
{
    int number = 0;

    for (guint part = 0; part < 3; part++) {
        number = number * 100 + (int)strtoul(text, (char **)&text, 10);
        text += *text == '.';
    }
    return number;
}

/* "3.0.8" as 30008, "5.0.2" as 50002. */
static int
compiler_version(void)
{
    static int known = -1;
    g_autoptr(GBytes) out = known < 0 ? agreement_compile(NULL, "--version", NULL) : NULL;
    gsize len = 0;
    const char *text = out ? g_bytes_get_data(out, &len) : NULL;
    const char *at = text ? g_strstr_len(text, (gssize)len, "version ") : NULL;

    if (known < 0)
        known = at ? number_of(at + strlen("version ")) : 0;
    return known;
}

gboolean
agreement_bytes_decide(void)
{
    return compiler_version() / 100 == 300;
}

gboolean
agreement_squeezes_oddly(void)
{
    return compiler_version() >= 50000;
}

/* Whether of `change_profile,` and a later `change_profile -> a,` the first is lost: so with 5.0.2,
 * and with 4.1.8 not. */
static gboolean
forgets_changes(void)
{
    return compiler_version() >= 50000;
}

/* Whether a contested m is now allowed and now not, of one text and one compiler: seen with 4.1.0,
 * and with 4.1.8 not any more. */
static gboolean
maps_vary(void)
{
    return compiler_version() >= 40000 && compiler_version() < 40108;
}

AgreementPolicy *
agreement_policy_new(const char *text, GBytes *compiled, char **why)
{
    g_autoptr(GBytes) own = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(RefPolicy) reference = NULL;
    AmrOracle *oracle;
    AgreementPolicy *policy;

    *why = NULL;
    if (!compiled)
        compiled = own = agreement_compile(text, "-S", "-M", "/etc/apparmor.d/abi/3.0", NULL);
    if (!compiled) {
        *why = g_strdup("does not compile");
        return NULL;
    }
    reference = ref_policy_read(text, why);
    if (!reference)
        return NULL;
    oracle = amr_oracle_new(compiled, &error);
    g_assert_no_error(error);
    policy = g_new0(AgreementPolicy, 1);
    policy->text = g_strdup(text);
    policy->reference = g_steal_pointer(&reference);
    policy->reference->for_3_0 = agreement_bytes_decide();
    policy->reference->abi_3_0 = own != NULL;
    policy->reference->maps_vary = maps_vary();
    policy->reference->forgets_changes = forgets_changes();
    policy->oracle = oracle;
    return policy;
}

void
agreement_policy_free(AgreementPolicy *policy)
{
    if (!policy)
        return;
    g_free(policy->text);
    ref_policy_free(policy->reference);
    amr_oracle_free(policy->oracle);
    g_free(policy);
}

static char *
words(const AmrOracleAnswer *answer, AmrClass klass)
{
    g_autofree char *allowed = amr_oracle_rights_words(klass, answer->allowed);
    g_autofree char *refused = amr_oracle_rights_words(klass, answer->refused);
    g_autofree char *audited = amr_oracle_rights_words(klass, answer->audited);

    return g_strdup_printf("%s (allowed %s, refused %s, audited %s, exec %u -> %s)",
                           amr_oracle_verdict_word(answer->verdict), allowed ? allowed : "-",
                           refused ? refused : "-", audited ? audited : "-", answer->exec,
                           answer->target ? answer->target : "-");
}

char *
agreement_differs(const AgreementPolicy *policy, const MadeQuestion *question)
{
    const AmrOracleProfile *profile = amr_oracle_find(policy->oracle, question->profile->name);
    const RefProfile *mine = ref_policy_find(policy->reference, question->profile->name);
    g_autofree char *got = NULL, *want = NULL;
    AmrOracleQuestion q = question->q;
    AmrOracleAnswer oracle, reference;

    if (!profile)
        return g_strdup_printf("the oracle has no profile %s", question->profile->name);
    if (!mine)
        return NULL;
    if (policy->reference->forgets_changes && ref_changes_contested(mine) &&
        (q.klass == AMR_CLASS_CHANGE_PROFILE ||
         (q.klass == AMR_CLASS_FILE && (q.rights & AMR_PERM_LINK))))
        return NULL;
    if (policy->reference->maps_vary && ref_maps_contested(mine, &q)) {
        q.rights &= ~(guint32)(AMR_PERM_MMAP_EXEC | AMR_PERM_LINK);
        if (!q.rights)
            return NULL;
    }
    amr_oracle_ask(profile, &q, &oracle);
    ref_ask(policy->reference, mine, &q, &reference);
    /* Kernels differ; where one kernel alone says no, the rules said yes. */
    if (oracle.depends && question->q.klass == AMR_CLASS_FILE)
        return NULL;
    if (profile->audit_all) /* flags=(audit): all is logged, whatever rules say */
        reference.audited = reference.allowed;
    /* Where rules overlap, compilers 4.1 and 5.0 forget that setattr is audited. */
    if (question->q.klass == AMR_CLASS_NETWORK && !policy->reference->for_3_0) {
        oracle.audited &= ~(guint32)AMR_MAY_SETATTR;
        reference.audited &= ~(guint32)AMR_MAY_SETATTR;
    }
    if (oracle.verdict == reference.verdict && oracle.allowed == reference.allowed &&
        oracle.missing == reference.missing && oracle.refused == reference.refused &&
        oracle.audited == reference.audited && oracle.exec == reference.exec &&
        g_strcmp0(oracle.target, reference.target) == 0)
        return NULL;
    got = words(&oracle, question->q.klass);
    want = words(&reference, question->q.klass);
    return g_strdup_printf("the oracle says %s, the reference %s", got, want);
}

static gboolean
still_differs(const char *text, const MadeQuestion *question)
{
    g_autofree char *why = NULL, *said = NULL;
    g_autoptr(AgreementPolicy) policy = agreement_policy_new(text, NULL, &why);

    if (!policy || !amr_oracle_find(policy->oracle, question->profile->name) ||
        !ref_policy_find(policy->reference, question->profile->name))
        return FALSE;
    said = agreement_differs(policy, question);
    return said != NULL;
}

char *
agreement_shrink(const char *text, const MadeQuestion *question)
{
    g_auto(GStrv) split = g_strsplit(text, "\n", -1);
    g_autoptr(GPtrArray) lines = g_ptr_array_new();

    gboolean abi = strstr(text, "\nabi <") || g_str_has_prefix(text, "abi <");

    for (char **at = split; *at; at++)
        if (**at && !g_str_has_prefix(g_strchug(*at), "#"))
            g_ptr_array_add(lines, *at);
    g_ptr_array_add(lines, NULL);
    for (guint size = (lines->len - 1) / 2; size > 0; size = size > 1 ? (size + 1) / 2 : 0) {
        for (guint from = 0; from + 1 < lines->len;) {
            g_autoptr(GPtrArray) fewer = g_ptr_array_new();
            g_autofree char *joined = NULL;
            for (guint i = 0; i < lines->len; i++)
                if (i < from || i >= from + size || !lines->pdata[i])
                    g_ptr_array_add(fewer, lines->pdata[i]);
            joined = g_strjoinv("\n", (char **)fewer->pdata);
            if ((!abi || strstr(joined, "abi <")) && fewer->len < lines->len &&
                still_differs(joined, question)) {
                g_ptr_array_unref(lines);
                lines = g_steal_pointer(&fewer);
            } else {
                from += size;
            }
        }
    }
    return g_strjoinv("\n", (char **)lines->pdata);
}
