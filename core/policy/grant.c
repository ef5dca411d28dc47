/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/grant.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/policy/content.h"
#include "core/policy/grant_private.h"
#include "core/policy/insert.h"
#include "core/policy/probe.h"
#include "core/policy/question.h"

/* A profile of its own, so that what the compiler warns of is the rule and nothing that stood in
 * the policy before. */
#define PROBE "armorer-rule-probe"

/* The compilations, in this order. Each asks what the one before could not answer. */
typedef enum {
    STEP_PROBE, /* the rule alone, with the file's own preamble: does the target enforce it? */
    STEP_AS_IS,
    STEP_WITH,
    STEP_TWIN, /* with the deny twin: of a rule that is broader than one question */
} Step;

typedef struct {
    AmrCompiler *compiler;
    AmrScratch *scratch;
    char *root;                   /* the file whose compilation shows the block */
    char *file;                   /* the file in which the block stands */
    char *profile;                /* the block's name, ":ns:name" in a namespace */
    GBytes *before, *with, *twin; /* bytes of file; twin is NULL where the rule has none, or where
                                     the rule is a question by itself */
    GBytes *probe;                /* of what has no form; NULL where there is nothing to ask */
    AmrQuestion *question;        /* NULL: the rule is broader than one */
    GPtrArray *rule;              /* just that one */
    const AmrIndex *index;
    AmrProbe *prober;         /* NULL for what has no form */
    gboolean include, strict; /* strict: how it is logged is a part of what the rule asks for */
    Step step;
    char *sha256;      /* of the compiled policy as it is */
    AmrOracle *oracle; /* of the same; NULL if it cannot be read, and why */
    char *unread;
    AmrOracle *changed; /* of the last compilation, if its bytes are others */
    char *unenforced;   /* what the compiler says if it does not enforce the rule */
    gboolean weakened;  /* it enforces less of its conditions */
    AmrGrant grant;
    char *message;
} Ask;

static void next(GTask *task);

const char *
amr_grant_word(AmrGrant grant)
{
    static const char *const words[] = {[AMR_GRANT_UNKNOWN] = "unknown",
#define AMR_GRANT_WORD(name, word) [AMR_GRANT_##name] = word,
                                        AMR_GRANTS(AMR_GRANT_WORD)
#undef AMR_GRANT_WORD
    };
    return (gsize)grant < G_N_ELEMENTS(words) ? words[grant] : words[AMR_GRANT_UNKNOWN];
}

static void
ask_free(gpointer data)
{
    Ask *ask = data;
    g_free(ask->root);
    g_free(ask->file);
    g_free(ask->profile);
    g_ptr_array_unref(ask->rule);
    amr_probe_free(ask->prober);
    amr_question_free(ask->question);
    amr_oracle_free(ask->oracle);
    amr_oracle_free(ask->changed);
    g_free(ask->unread);
    g_clear_pointer(&ask->before, g_bytes_unref);
    g_clear_pointer(&ask->with, g_bytes_unref);
    g_clear_pointer(&ask->twin, g_bytes_unref);
    g_clear_pointer(&ask->probe, g_bytes_unref);
    g_free(ask->sha256);
    g_free(ask->unenforced);
    g_free(ask->message);
    g_free(ask);
}

/* ---- the texts --------------------------------------------------------------------------------
 */

/* A profile that has only this rule, behind what stands before the first one of @root. */
static GBytes *
make_probe(const AmrIndex *index, const char *root, const AmrRule *rule)
{
    g_autofree char *preamble = amr_insert_preamble(index, root);
    g_autofree char *text = amr_rule_print(rule);
    g_autofree char *probe =
        preamble ? g_strdup_printf("%s\nprofile " PROBE " {\n  %s\n}\n", preamble, text) : NULL;

    return probe ? g_bytes_new(probe, strlen(probe)) : NULL;
}

static GBytes *
insert_rule(const AmrIndex *index, const AmrBlock *block, const AmrRule *rule, GError **error)
{
    g_autofree char *text = amr_rule_print(rule);
    return amr_insert_rules(index, block, text, error);
}

gboolean
amr_grant_is_strict(const AmrRule *rule)
{
    return rule->audit || rule->deny || rule->kind == AMR_RULE_INCLUDE ||
           rule->kind == AMR_RULE_CHILD ||
           (rule->kind == AMR_RULE_OPAQUE &&
            (strstr(rule->opaque.text, "audit ") || strstr(rule->opaque.text, "deny ")));
}

static gboolean
has_form(const AmrRule *rule)
{
    g_autoptr(AmrRule) form = amr_probe_form(rule);
    return form != NULL;
}

static gboolean
make_texts(Ask *ask, const AmrIndex *index, const AmrBlock *block, const AmrRule *rule,
           GError **error)
{
    g_autofree char *shown = amr_display_string(block->file);
    g_autofree const char **roots = amr_index_roots(index, block);
    ask->with = insert_rule(index, block, rule, error);
    if (!ask->with)
        return FALSE;
    if (!roots || !roots[0])
        return amr_error_set(error, AMR_ERROR_REFUSED, "%s: No file of the policy loads it", shown);
    if (amr_scratch_is_changed(ask->scratch, block->file))
        return amr_error_set(error, AMR_ERROR_USAGE, "%s: It is not as the index read it", shown);
    ask->root = g_strdup(roots[0]);
    ask->file = g_strdup(block->file);
    ask->profile =
        *block->ns ? g_strdup_printf(":%s:%s", block->ns, block->name) : g_strdup(block->name);
    ask->before = g_bytes_ref(amr_index_bytes(index, block->file));
    ask->question = amr_question_of_rule(rule);
    g_autoptr(AmrRule) twin = amr_rule_deny_twin(rule);
    ask->twin = twin ? insert_rule(index, block, twin, NULL) : NULL;
    if (!has_form(rule))
        ask->probe = make_probe(index, ask->root, rule);
    ask->include = rule->kind == AMR_RULE_INCLUDE || rule->kind == AMR_RULE_CHILD;
    ask->strict = amr_grant_is_strict(rule);
    ask->step = ask->probe || ask->prober ? STEP_PROBE : STEP_AS_IS;
    return TRUE;
}

/* ---- the answers ------------------------------------------------------------------------------
 */

/* The warning that says the target drops or weakens the rule; all others are of no matter here. */
static const char *
find_unenforced(const AmrCompileResult *result)
{
    for (guint i = 0; i < result->messages->len; i++) {
        const AmrCompileMessage *message = g_ptr_array_index(result->messages, i);
        if (message->warning && (strstr(message->text, "not enforce") ||
                                 strstr(message->text, "downgrad") || strstr(message->text, PROBE)))
            return message->text;
    }
    return NULL;
}

static void
settle(Ask *ask, AmrGrant grant, const char *message)
{
    ask->grant = grant;
    ask->message = g_strdup(message);
}

/* Whether what was compiled allows (and, if that is asked, logs) what policy as it is does. The
 * same bytes prove it; other bytes are compared by what they mean. FALSE, and ask->unread set, if
 * they cannot be. */
static gboolean
is_same(Ask *ask, const AmrCompileResult *result)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrOracleComparison) comparison = NULL;
    g_clear_pointer(&ask->changed, amr_oracle_free);
    if (g_strcmp0(result->sha256, ask->sha256) == 0)
        return TRUE;
    if (!ask->oracle)
        return FALSE;
    AmrOracle *oracle = ask->changed = amr_oracle_new(result->output, &error);
    comparison = oracle ? amr_oracle_compare(ask->oracle, oracle, &error) : NULL;
    if (!comparison) {
        g_free(ask->unread);
        ask->unread = g_strdup(error->message);
        return FALSE;
    }
    return ask->strict ? comparison->same : comparison->same_access;
}

static gboolean
ask_oracle(const Ask *ask, const AmrOracle *oracle, AmrOracleAnswer *answer)
{
    const AmrOracleProfile *profile =
        oracle && ask->question ? amr_oracle_find(oracle, ask->profile) : NULL;
    *answer = (AmrOracleAnswer){.verdict = AMR_ORACLE_UNKNOWN};
    if (profile)
        amr_question_ask(ask->question, profile, answer);
    return profile != NULL;
}

/* A rule that changes something, but allows nothing of what it names: `ix` brings m with it, and
 * that may be all that is not denied. */
static gboolean
is_in_vain(const Ask *ask)
{
    AmrOracleAnswer before, after;
    return !ask->strict && ask_oracle(ask, ask->oracle, &before) &&
           ask_oracle(ask, ask->changed, &after) && after.missing &&
           after.allowed == before.allowed && after.verdict != AMR_ORACLE_UNMEDIATED;
}

/* A rule that changes nothing: is it granted or denied? Unsettled if only the twin can tell. */
static void
judge_same(Ask *ask)
{
    AmrOracleAnswer answer;
    (void)ask_oracle(ask, ask->oracle, &answer);
    if (answer.verdict == AMR_ORACLE_ALLOWED)
        settle(ask, AMR_GRANT_GRANTED, NULL);
    else if (answer.verdict == AMR_ORACLE_DENIED || answer.verdict == AMR_ORACLE_REFUSED)
        /* Whatever rule denies it, this one did not help. */
        settle(ask, AMR_GRANT_DENIED, NULL);
    else if (answer.verdict == AMR_ORACLE_UNMEDIATED)
        settle(ask, AMR_GRANT_NOT_ENFORCED, "What it is compiled for does not mediate this");
    else if (!ask->twin)
        settle(ask, AMR_GRANT_GRANTED, NULL);
}

static void
judge_with(Ask *ask, const AmrCompileResult *result)
{
    gboolean same = result->ok && is_same(ask, result);
    if (!result->ok) {
        g_autofree char *why = amr_compile_result_refusal(result, ask->file);
        settle(ask, AMR_GRANT_REJECTED, why);
    } else if (ask->unenforced && (same || !ask->include)) {
        /* An include holds many rules: one that is not enforced says nothing of the others. */
        settle(ask, ask->weakened ? AMR_GRANT_WEAKENED : AMR_GRANT_NOT_ENFORCED, ask->unenforced);
    } else if (same) {
        judge_same(ask);
    } else if (is_in_vain(ask)) {
        settle(ask, AMR_GRANT_DENIED, NULL);
    } else {
        g_autofree char *message =
            ask->unread
                ? g_strdup_printf("Whether policy says so already is not known: %s", ask->unread)
                : NULL;
        settle(ask, AMR_GRANT_NEEDED, message);
    }
}

static void
take_as_is(Ask *ask, const AmrCompileResult *result)
{
    g_autoptr(GError) error = NULL;
    ask->sha256 = g_strdup(result->sha256);
    ask->oracle = amr_oracle_new(result->output, &error);
    ask->unread = error ? g_strdup(error->message) : NULL;
}

/* Takes the answer to the step; FALSE with an error where the question itself is void. */
static gboolean
judge(Ask *ask, const AmrCompileResult *result, GError **error)
{
    switch (ask->step) {
    case STEP_PROBE:
        /* Where it does not compile, the whole file will say why. */
        if (result->ok)
            ask->unenforced = g_strdup(find_unenforced(result));
        break;
    case STEP_AS_IS:
        if (!result->ok) {
            amr_compile_result_to_error(result, AMR_ERROR_COMPILER, error);
            g_prefix_error(error, "Compiling the policy as it is: ");
            return FALSE;
        }
        if (g_bytes_get_size(result->output) == 0) /* it holds a profile, so that is no answer */
            return amr_error_set(error, AMR_ERROR_COMPILER,
                                 "Compiling the policy as it is: the compiler printed nothing");
        take_as_is(ask, result);
        break;
    case STEP_WITH:
        judge_with(ask, result);
        break;
    case STEP_TWIN:
        /* A twin that the compiler refuses (a conflict of exec modes) denies what was allowed. */
        settle(ask, result->ok && is_same(ask, result) ? AMR_GRANT_DENIED : AMR_GRANT_GRANTED,
               NULL);
        break;
    }
    ask->step++;
    return TRUE;
}

/* ---- the run ----------------------------------------------------------------------------------
 */

/* The scratch goes back to what it was, whatever came. @error is taken over. */
static void
finish(GTask *task, GError *error)
{
    Ask *ask = g_task_get_task_data(task);
    g_autoptr(GError) local = NULL;
    if (!amr_scratch_restore(ask->scratch, ask->file, &local) && !error)
        error = g_steal_pointer(&local);
    if (error)
        g_task_return_error(task, error);
    else
        g_task_return_int(task, ask->grant);
}

static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Ask *ask = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(AmrContent) content = amr_content_compile_finish(result, &error);
    if (!content || !judge(ask, content->result, &error))
        finish(task, error);
    else if (ask->grant != AMR_GRANT_UNKNOWN)
        finish(task, NULL);
    else
        next(task);
}

/* What the target makes of the rule's form. Refused: the whole file will say why. */
static void
on_probed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Ask *ask = g_task_get_task_data(task);
    GError *error = NULL;
    const char *said;
    AmrStating stating;

    if (!amr_probe_ask_finish(result, &error)) {
        finish(task, error);
        return;
    }
    stating = amr_probe_look(ask->prober, AMR_PROBE_PLAIN, ask->index, ask->profile,
                             ask->rule->pdata[0], &said);
    if (stating == AMR_STATING_WEAKENED || stating == AMR_STATING_DROPPED)
        ask->unenforced = g_strdup(said);
    ask->weakened = stating == AMR_STATING_WEAKENED;
    ask->step++;
    next(task);
}

static void
next(GTask *task)
{
    Ask *ask = g_task_get_task_data(task);
    GBytes *const texts[] = {NULL, ask->before, ask->with, ask->twin};
    AmrCompileJob job = {AMR_COMPILE_CHECK, amr_scratch_path(ask->scratch), ask->root, NULL};
    GError *error = NULL;
    if (ask->step == STEP_PROBE && ask->prober) {
        amr_probe_ask_async(ask->prober, AMR_PROBE_PLAIN, ask->index, ask->profile, ask->rule,
                            g_task_get_cancellable(task), on_probed, g_object_ref(task));
        return;
    }
    if (ask->step == STEP_PROBE) {
        job.file = NULL;
        job.text = ask->probe;
    } else if (!amr_scratch_set(ask->scratch, ask->file, texts[ask->step], &error)) {
        finish(task, error);
        return;
    }
    amr_content_compile_async(ask->compiler, ask->index, &job, ask->scratch,
                              g_task_get_cancellable(task), on_compiled, g_object_ref(task));
}

void
amr_grant_async(AmrCompiler *compiler, AmrScratch *scratch, const AmrIndex *index,
                const AmrBlock *block, const AmrRule *rule, GCancellable *cancellable,
                GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_autoptr(GError) error = NULL;
    Ask *ask = g_new0(Ask, 1);
    g_task_set_source_tag(task, amr_grant_async);
    g_task_set_task_data(task, ask, ask_free);
    ask->compiler = compiler;
    ask->scratch = scratch;
    ask->index = index;
    ask->rule = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    g_ptr_array_add(ask->rule, amr_rule_copy(rule));
    ask->prober = has_form(rule) ? amr_probe_new(compiler) : NULL;
    if (make_texts(ask, index, block, rule, &error))
        next(task);
    else
        g_task_return_error(task, g_steal_pointer(&error));
}

AmrGrant
amr_grant_finish(GAsyncResult *result, char **message, GError **error)
{
    GTask *task = G_TASK(result);
    Ask *ask = g_task_get_task_data(task);
    gssize grant = g_task_propagate_int(task, error);
    if (grant <= 0)
        return AMR_GRANT_UNKNOWN;
    if (message)
        *message = g_strdup(ask->message);
    return (AmrGrant)grant;
}
