/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/grant.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"

/* A profile of its own, so that what the compiler warns of is the rule and nothing that stood in
 * the policy before. */
#define PROBE "armorer-rule-probe"

/* The compilations, in this order. Each asks what the one before could not answer. */
typedef enum {
    STEP_PROBE, /* the rule alone, with the file's own preamble: does the target enforce it? */
    STEP_AS_IS,
    STEP_WITH,
    STEP_TWIN, /* with the deny twin */
} Step;

typedef struct {
    AmrCompiler *compiler;
    AmrScratch *scratch;
    char *root;                   /* the file whose compilation shows the block */
    char *file;                   /* the file in which the block stands */
    GBytes *before, *with, *twin; /* bytes of file; twin is NULL where the rule has none */
    GBytes *probe;                /* NULL where there is nothing to ask */
    gboolean include;
    Step step;
    char *sha256;     /* of the compiled policy as it is */
    char *unenforced; /* what the compiler says if it does not enforce the rule */
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

/* @bytes with @rule on lines of its own before the brace at @close. */
static GBytes *
insert_rule(GBytes *bytes, gsize close, const AmrRule *rule)
{
    g_autofree char *text = amr_rule_print(rule);
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    GString *with = g_string_new_len(data, (gssize)close);
    g_string_append_printf(with, "\n  %s\n", text);
    g_string_append_len(with, data + close, (gssize)(size - close));
    return g_string_free_to_bytes(with);
}

/* What stands before the first profile of @root (abi, tunables, variables), then a profile that has
 * only this rule. */
static GBytes *
make_probe(const AmrIndex *index, const char *root, const AmrRule *rule)
{
    GBytes *bytes = amr_index_bytes(index, root);
    if (!bytes)
        return NULL;
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    gsize end = size;
    for (guint i = 0; i < amr_index_count(index); i++) {
        const AmrBlock *block = amr_index_block(index, i);
        if (g_str_equal(block->file, root))
            end = MIN(end, block->header);
    }
    g_autofree char *text = amr_rule_print(rule);
    GString *probe = g_string_new_len(data, (gssize)end);
    g_string_append_printf(probe, "\nprofile " PROBE " {\n  %s\n}\n", text);
    return g_string_free_to_bytes(probe);
}

static gboolean
make_texts(Ask *ask, const AmrIndex *index, const AmrBlock *block, const AmrRule *rule,
           GError **error)
{
    g_autofree char *shown = amr_display_string(block->file);
    g_autofree const char **roots = amr_index_roots(index, block);
    g_autoptr(AmrRule) twin = amr_rule_deny_twin(rule);
    GBytes *bytes = amr_index_bytes(index, block->file);
    gsize size = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    if (!data || block->close >= size || data[block->close] != '}')
        return amr_error_set(error, AMR_ERROR_REFUSED, "%s line %u: The profile is not whole",
                             shown, block->line);
    if (!roots || !roots[0])
        return amr_error_set(error, AMR_ERROR_REFUSED, "%s: No file of the policy loads it", shown);
    if (amr_scratch_is_changed(ask->scratch, block->file))
        return amr_error_set(error, AMR_ERROR_USAGE, "%s: It is not as the index read it", shown);
    ask->root = g_strdup(roots[0]);
    ask->file = g_strdup(block->file);
    ask->before = g_bytes_ref(bytes);
    ask->with = insert_rule(bytes, block->close, rule);
    ask->twin = twin ? insert_rule(bytes, block->close, twin) : NULL;
    ask->probe = make_probe(index, ask->root, rule);
    ask->include = rule->kind == AMR_RULE_INCLUDE;
    ask->step = ask->probe ? STEP_PROBE : STEP_AS_IS;
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

/* What the rule is, from the compilation with it; unsettled if only the twin can tell. */
static void
judge_with(Ask *ask, const AmrCompileResult *result)
{
    gboolean same = g_strcmp0(result->sha256, ask->sha256) == 0;
    if (!result->ok) {
        g_autoptr(GError) error = NULL;
        amr_compile_result_to_error(result, AMR_ERROR_RULE_REJECTED, &error);
        settle(ask, AMR_GRANT_REJECTED, error->message);
    } else if (ask->unenforced && (same || !ask->include)) {
        /* An include holds many rules: one that is not enforced says nothing of the others. */
        settle(ask, AMR_GRANT_NOT_ENFORCED, ask->unenforced);
    } else if (!same) {
        settle(ask, AMR_GRANT_NEEDED, NULL);
    } else if (!ask->twin) {
        settle(ask, AMR_GRANT_GRANTED, NULL);
    }
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
        ask->sha256 = g_strdup(result->sha256);
        break;
    case STEP_WITH:
        judge_with(ask, result);
        break;
    case STEP_TWIN:
        /* A twin that the compiler refuses (a conflict of exec modes) denies what was allowed. */
        settle(ask,
               result->ok && g_strcmp0(result->sha256, ask->sha256) == 0 ? AMR_GRANT_DENIED
                                                                         : AMR_GRANT_GRANTED,
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
    g_autoptr(AmrCompileResult) compiled = amr_compiler_run_finish(ask->compiler, result, &error);
    if (!compiled || !judge(ask, compiled, &error))
        finish(task, error);
    else if (ask->grant != AMR_GRANT_UNKNOWN)
        finish(task, NULL);
    else
        next(task);
}

static void
next(GTask *task)
{
    Ask *ask = g_task_get_task_data(task);
    GBytes *const texts[] = {NULL, ask->before, ask->with, ask->twin};
    AmrCompileJob job = {AMR_COMPILE_CHECK, amr_scratch_path(ask->scratch), ask->root, NULL};
    GError *error = NULL;
    if (ask->step == STEP_PROBE) {
        job.file = NULL;
        job.text = ask->probe;
    } else if (!amr_scratch_set(ask->scratch, ask->file, texts[ask->step], &error)) {
        finish(task, error);
        return;
    }
    amr_compiler_run_async(ask->compiler, &job, g_task_get_cancellable(task), on_compiled,
                           g_object_ref(task));
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
