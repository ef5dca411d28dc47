/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/probe.h"

#include <string.h>

#include "core/base/text.h"
#include "core/policy/insert.h"
#include "core/policy/oracle.h"
#include "core/policy/question.h"

/* Profiles of the text that is compiled: 0 is empty, 1 holds the rule, those behind its variants.
 */
#define PROFILE "armorer-rule-probe-"

typedef struct {
    AmrStating stating;
    char *said;
} Answer;

struct AmrProbe {
    guint refs; /* the owner's, and one of each asking, which may outlive it */
    const AmrTarget *target;
    AmrCompiler *compiler; /* NULL once the owner has freed the probe, and perhaps both */
    /* key_of() -> Answer: a few words in place of the policy that they were made of, and needed by
     * those who have no index any more; so nothing of this is kept by content. */
    GHashTable *answers;
    char *failed, *failure; /* the compiler that could not be run, and why: one that hangs is not
                               waited for again at every form */
};

static void
answer_free(gpointer data)
{
    Answer *answer = data;
    g_free(answer->said);
    g_free(answer);
}

AmrProbe *
amr_probe_new(AmrCompiler *compiler)
{
    AmrProbe *probe = g_new0(AmrProbe, 1);
    probe->refs = 1;
    probe->target = amr_compiler_target(compiler);
    probe->compiler = compiler;
    probe->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, answer_free);
    return probe;
}

static void
probe_unref(AmrProbe *probe)
{
    if (--probe->refs)
        return;
    g_hash_table_unref(probe->answers);
    g_free(probe->failed);
    g_free(probe->failure);
    g_free(probe);
}

void
amr_probe_free(AmrProbe *probe)
{
    if (!probe)
        return;
    probe->compiler = NULL;
    probe_unref(probe);
}

void
amr_probe_forget(AmrProbe *probe)
{
    g_hash_table_remove_all(probe->answers);
    g_clear_pointer(&probe->failed, g_free);
    g_clear_pointer(&probe->failure, g_free);
}

const char *
amr_stating_word(AmrStating stating)
{
    static const char *const words[] = {[AMR_STATING_UNKNOWN] = "unknown",
#define AMR_STATING_WORD(name, word) [AMR_STATING_##name] = word,
                                        AMR_STATINGS(AMR_STATING_WORD)
#undef AMR_STATING_WORD
    };
    return (gsize)stating < G_N_ELEMENTS(words) ? words[stating] : words[AMR_STATING_UNKNOWN];
}

/* ---- what is asked -----------------------------------------------------------------------------
 */

/* What stands before the first profile of the file that loads @profile; "" if that is not known. */
static char *
preamble_of(AmrProbeWay way, const AmrIndex *index, const char *profile)
{
    const AmrBlock *block = index ? amr_index_find_typed(index, profile) : NULL;
    g_autofree const char **roots = block ? amr_index_roots(index, block) : NULL;
    if (way == AMR_PROBE_STUB)
        return g_strdup("abi <abi/4.0>,\n");
    char *preamble = roots && roots[0] ? amr_insert_preamble(index, roots[0]) : NULL;

    return preamble ? preamble : g_strdup("");
}

static char *
compiler_of(const AmrProbe *probe)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    amr_compiler_add_identity(sum, probe->target);
    return g_strdup(g_checksum_get_string(sum));
}

static char *
key_of(const AmrProbe *probe, AmrProbeWay way, const char *preamble, const AmrRule *form)
{
    const guchar tag = (guchar)way;

    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *text = amr_rule_print(form);

    amr_compiler_add_identity(sum, probe->target);
    g_checksum_update(sum, &tag, 1);
    g_checksum_update(sum, (const guchar *)preamble, (gssize)strlen(preamble) + 1);
    g_checksum_update(sum, (const guchar *)text, -1);
    return g_strdup(g_checksum_get_string(sum));
}

/* Over a deny even what all targets state is asked: any name does. */
static AmrRule *
form_of(AmrProbeWay way, const AmrRule *rule)
{
    AmrRule *form = amr_probe_form(rule);

    if (way != AMR_PROBE_OVER || form || rule->kind != AMR_RULE_FILE)
        return form;
    form = amr_rule_new(AMR_RULE_FILE);
    form->file.pattern = g_strdup("/armorer");
    form->file.access = rule->file.access;
    return form;
}

AmrStating
amr_probe_look(const AmrProbe *probe, AmrProbeWay way, const AmrIndex *index, const char *profile,
               const AmrRule *rule, const char **said)
{
    g_autoptr(AmrRule) form = form_of(way, rule);
    g_autofree char *preamble = NULL, *key = NULL;
    const Answer *answer;

    if (said)
        *said = NULL;
    if (!form)
        return AMR_STATING_STATED;
    preamble = preamble_of(way, index, profile);
    key = key_of(probe, way, preamble, form);
    answer = g_hash_table_lookup(probe->answers, key);
    if (!answer)
        return AMR_STATING_UNKNOWN;
    if (said)
        *said = answer->said;
    return answer->stating;
}

/* ---- one form ----------------------------------------------------------------------------------
 */

/* How much of it is compiled: less, where the compiler refuses more. */
typedef enum {
    STEP_ALL,
    STEP_RULE,
    STEP_NOTHING,
} Step;

typedef struct {
    AmrProbe *probe;
    AmrProbeWay way;
    char *preamble;
    GPtrArray *forms;                 /* AmrRule: what is to be asked, the last one first */
    GPtrArray *variants, *conditions; /* of the form that is being asked */
    Step step;
    char *refusal;
} Asking;

static void next(GTask *task);

static void
asking_free(gpointer data)
{
    Asking *asking = data;
    probe_unref(asking->probe);
    g_free(asking->preamble);
    g_free(asking->refusal);
    g_ptr_array_unref(asking->forms);
    g_clear_pointer(&asking->variants, g_ptr_array_unref);
    g_clear_pointer(&asking->conditions, g_ptr_array_unref);
    g_free(asking);
}

static const AmrRule *
current(const Asking *asking)
{
    return asking->forms->pdata[asking->forms->len - 1];
}

static void
append_profile(const Asking *asking, GString *text, guint n, const AmrRule *rule)
{
    g_autofree char *line = rule ? amr_rule_print(rule) : g_strdup("");
    gboolean over = asking->way == AMR_PROBE_OVER;
    g_autofree char *denied = over ? amr_rule_print(current(asking)) : NULL;

    g_string_append_printf(text, "profile " PROFILE "%u%s {\n", n,
                           asking->way == AMR_PROBE_STUB ? " flags=(unconfined)" : "");
    if (over)
        g_string_append_printf(text, "  deny %s\n", denied);
    g_string_append_printf(text, "  %s%s\n}\n", over && rule ? "priority=1 " : "", line);
}

static GBytes *
text_of(const Asking *asking)
{
    GString *text = g_string_new(asking->preamble);

    g_string_append_c(text, '\n');
    append_profile(asking, text, 0, NULL);
    if (asking->step != STEP_NOTHING)
        append_profile(asking, text, 1, current(asking));
    for (guint i = 0; asking->step == STEP_ALL && i < asking->variants->len; i++)
        append_profile(asking, text, i + 2, asking->variants->pdata[i]);
    return g_string_free_to_bytes(text);
}

/* The answer to the current form, which is done. @said is taken over. */
static void
settle(Asking *asking, AmrStating stating, char *said)
{
    char *key = key_of(asking->probe, asking->way, asking->preamble, current(asking));
    Answer *answer = g_new0(Answer, 1);

    *answer = (Answer){stating, said};
    g_hash_table_replace(asking->probe->answers, key, answer);
    g_ptr_array_set_size(asking->forms, (gint)asking->forms->len - 1);
    g_clear_pointer(&asking->variants, g_ptr_array_unref);
    g_clear_pointer(&asking->conditions, g_ptr_array_unref);
    g_clear_pointer(&asking->refusal, g_free);
    asking->step = STEP_ALL;
}

/* What the compiler says of the profile with the rule, without the name of our making. */
static char *
warning_of(const AmrCompileResult *result)
{
    static const char head[] = "profile " PROFILE "1: ";
    for (guint i = 0; i < result->messages->len; i++) {
        const AmrCompileMessage *message = result->messages->pdata[i];
        if (g_str_has_prefix(message->text, head))
            return g_strdup(message->text + strlen(head));
    }
    return NULL;
}

static gboolean
is_same(const AmrOracle *oracle, guint a, guint b, GError **error)
{
    g_autoptr(AmrOracleComparison) comparison = NULL;
    g_autofree char *one = g_strdup_printf(PROFILE "%u", a);
    g_autofree char *other = g_strdup_printf(PROFILE "%u", b);
    const AmrOracleProfile *p = amr_oracle_find(oracle, one);
    const AmrOracleProfile *q = amr_oracle_find(oracle, other);

    if (!p || !q) {
        amr_error_set(error, AMR_ERROR_COMPILER, "The compiler left out what it was given");
        return FALSE;
    }
    comparison = amr_oracle_compare_profiles(p, q, error);
    return comparison && comparison->same;
}

/* Whether all that the form asks for is allowed with it. What the compiler warns of may be a part
 * of what it makes of a rule, such as the old table of families beside the new rules. */
static gboolean
is_allowed(const AmrRule *form, const AmrOracle *oracle)
{
    g_autoptr(AmrQuestion) question = form->deny ? NULL : amr_question_of_rule(form);
    const AmrOracleProfile *profile = amr_oracle_find(oracle, PROFILE "1");
    AmrOracleAnswer answer = {.verdict = AMR_ORACLE_UNKNOWN};

    if (question && profile)
        amr_question_ask(question, profile, &answer);
    return answer.verdict == AMR_ORACLE_ALLOWED;
}

/* @said is taken over. */
static void
judge_conditions(Asking *asking, const AmrOracle *oracle, char *said, GError **error)
{
    guint n = asking->step == STEP_ALL ? asking->variants->len : 0;

    for (guint i = 0; i < n && !*error; i++) {
        if (!is_same(oracle, 1, i + 2, error) || *error)
            continue;
        if (!said)
            said = g_strdup_printf("%s would count for nothing",
                                   (const char *)asking->conditions->pdata[i]);
        settle(asking, AMR_STATING_WEAKENED, said);
        return;
    }
    if (!*error && said && is_allowed(current(asking), oracle))
        g_clear_pointer(&said, g_free);
    if (*error)
        g_free(said);
    else if (!said)
        settle(asking, AMR_STATING_STATED, NULL);
    else
        settle(asking, strstr(said, "downgrad") ? AMR_STATING_WEAKENED : AMR_STATING_DROPPED, said);
}

static void
judge_compiled(Asking *asking, const AmrCompileResult *result)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrOracle) oracle = amr_oracle_new(result->output, &error);
    char *said = warning_of(result);

    if (oracle && is_same(oracle, 0, 1, &error)) {
        settle(asking, AMR_STATING_DROPPED, said ? said : g_strdup("it would come to nothing"));
        return;
    }
    if (!error)
        judge_conditions(asking, oracle, said, &error);
    else
        g_free(said);
    if (error)
        settle(asking, AMR_STATING_NOT_ASKED, g_strdup(error->message));
}

static void
judge_refused(Asking *asking, const AmrCompileResult *result)
{
    if (asking->step == STEP_NOTHING) {
        settle(asking, AMR_STATING_NOT_ASKED, amr_compile_result_refusal(result, NULL));
        return;
    }
    if (asking->step == STEP_RULE)
        asking->refusal = amr_compile_result_refusal(result, NULL);
    asking->step++;
}

static void
judge(Asking *asking, const AmrCompileResult *result)
{
    if (!result->ok)
        judge_refused(asking, result);
    else if (asking->step == STEP_NOTHING)
        settle(asking, AMR_STATING_REFUSED, g_steal_pointer(&asking->refusal));
    else
        judge_compiled(asking, result);
}

/* ---- the run -----------------------------------------------------------------------------------
 */

static void
fail(Asking *asking, const char *why)
{
    AmrProbe *probe = asking->probe;

    g_free(probe->failed);
    g_free(probe->failure);
    probe->failed = compiler_of(probe);
    probe->failure = g_strdup(why);
}

/* Whether the compiler is one that could not be run; then nothing more is asked of it. */
static gboolean
has_failed(const AmrProbe *probe)
{
    g_autofree char *compiler = probe->failed ? compiler_of(probe) : NULL;
    return compiler && strcmp(compiler, probe->failed) == 0;
}

static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Asking *asking = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrCompileResult) compiled = amr_compiler_run_finish(NULL, result, &error);

    if (!asking->probe->compiler && !error)
        g_set_error(&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Nobody asks any more");
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    if (compiled)
        judge(asking, compiled);
    else
        fail(asking, error->message);
    next(task);
}

static gboolean
is_known(const Asking *asking)
{
    g_autofree char *key = key_of(asking->probe, asking->way, asking->preamble, current(asking));
    return g_hash_table_contains(asking->probe->answers, key);
}

static void
next(GTask *task)
{
    Asking *asking = g_task_get_task_data(task);
    AmrCompileJob job = {.kind = AMR_COMPILE_CHECK};
    g_autoptr(GBytes) text = NULL;

    while (asking->forms->len && (is_known(asking) || has_failed(asking->probe))) {
        if (is_known(asking))
            g_ptr_array_set_size(asking->forms, (gint)asking->forms->len - 1);
        else
            settle(asking, AMR_STATING_NOT_ASKED, g_strdup(asking->probe->failure));
    }
    if (asking->forms->len == 0) {
        g_task_return_boolean(task, TRUE);
        return;
    }
    if (!asking->variants) {
        asking->conditions = g_ptr_array_new();
        asking->variants = asking->way == AMR_PROBE_PLAIN
                               ? amr_probe_variants(current(asking), asking->conditions)
                               : g_ptr_array_new();
    }
    job.text = text = text_of(asking);
    amr_compiler_run_async(asking->probe->compiler, &job, g_task_get_cancellable(task), on_compiled,
                           g_object_ref(task));
}

void
amr_probe_ask_async(AmrProbe *probe, AmrProbeWay way, const AmrIndex *index, const char *profile,
                    const GPtrArray *rules, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Asking *asking = g_new0(Asking, 1);

    g_task_set_source_tag(task, amr_probe_ask_async);
    g_task_set_task_data(task, asking, asking_free);
    asking->probe = probe;
    probe->refs++;
    asking->way = way;
    asking->preamble = preamble_of(way, index, profile);
    asking->forms = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    for (guint i = rules->len; i-- > 0;) {
        AmrRule *form = form_of(way, rules->pdata[i]);
        if (form)
            g_ptr_array_add(asking->forms, form);
    }
    next(task);
}

gboolean
amr_probe_ask_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
