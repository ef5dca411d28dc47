/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/attempt.h"

#include "core/policy/content.h"
#include "core/policy/insert.h"

#define PROFILE "armorer_attempt"

typedef struct {
    AmrQuestion *question;
    char *message;
} Attempt;

static void
attempt_free(gpointer data)
{
    Attempt *attempt = data;
    amr_question_free(attempt->question);
    g_free(attempt->message);
    g_free(attempt);
}

static AmrAttempt
judge(Attempt *attempt, const AmrContent *content)
{
    const AmrOracleProfile *profile =
        content->oracle ? amr_oracle_find(content->oracle, PROFILE) : NULL;
    AmrOracleAnswer answer = {0};

    if (!profile) {
        attempt->message =
            g_strdup(content->error ? content->error->message : "Nothing came of it");
        return AMR_ATTEMPT_UNKNOWN;
    }
    if (!attempt->question)
        return AMR_ATTEMPT_FALLS_SHORT;
    amr_question_ask(attempt->question, profile, &answer);
    if (answer.verdict == AMR_ORACLE_UNMEDIATED) {
        attempt->message = g_strdup("What policy is compiled for does not mediate this");
        return AMR_ATTEMPT_UNKNOWN;
    }
    return answer.verdict == AMR_ORACLE_ALLOWED ? AMR_ATTEMPT_ANSWERS : AMR_ATTEMPT_FALLS_SHORT;
}

static void
on_compiled(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Attempt *attempt = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(AmrContent) content = amr_content_compile_finish(async, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_task_return_error(task, error);
        return;
    }
    if (!content) {
        attempt->message = g_strdup(error->message);
        g_error_free(error);
        g_task_return_int(task, AMR_ATTEMPT_UNKNOWN);
    } else if (!content->result->ok) {
        attempt->message = amr_compile_result_refusal(content->result, NULL);
        g_task_return_int(task, AMR_ATTEMPT_REJECTED);
    } else {
        const GPtrArray *messages = content->result->messages;
        AmrAttempt made = judge(attempt, content);
        if (messages->len && !attempt->message)
            attempt->message = g_strdup(((const AmrCompileMessage *)messages->pdata[0])->text);
        g_task_return_int(task, made);
    }
}

static GBytes *
text_of(const AmrIndex *index, const char *profile, const AmrRule *rule)
{
    const AmrBlock *block = index ? amr_index_find_typed(index, profile) : NULL;
    g_autofree const char **roots = block ? amr_index_roots(index, block) : NULL;
    g_autofree char *preamble = roots && roots[0] ? amr_insert_preamble(index, roots[0]) : NULL;
    g_autofree char *line = amr_rule_print(rule);
    GString *text = g_string_new(preamble);

    g_string_append_printf(text, "\nprofile " PROFILE " {\n  %s\n}\n", line);
    return g_string_free_to_bytes(text);
}

void
amr_attempt_async(AmrCompiler *compiler, const AmrIndex *index, const char *profile,
                  const AmrRule *rule, AmrQuestion *question, GCancellable *cancellable,
                  GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_autoptr(GBytes) text = text_of(index, profile, rule);
    const AmrCompileJob job = {.kind = AMR_COMPILE_CHECK, .text = text};
    Attempt *attempt = g_new0(Attempt, 1);

    *attempt = (Attempt){.question = question};
    g_task_set_source_tag(task, amr_attempt_async);
    g_task_set_task_data(task, attempt, attempt_free);
    amr_content_compile_async(compiler, index, &job, NULL, cancellable, on_compiled,
                              g_object_ref(task));
}

AmrAttempt
amr_attempt_finish(GAsyncResult *result, char **message, GError **error)
{
    Attempt *attempt = g_task_get_task_data(G_TASK(result));
    gssize made = g_task_propagate_int(G_TASK(result), error);

    if (made < 0)
        return AMR_ATTEMPT_UNKNOWN;
    if (message)
        *message = g_steal_pointer(&attempt->message);
    return (AmrAttempt)made;
}
