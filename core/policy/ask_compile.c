/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiling for the asker, and finding out what is denied by `audit deny`. */
#include <string.h>

#include "core/base/text.h"
#include "core/policy/ask_private.h"
#include "core/policy/content.h"
#include "core/policy/insert.h"

/* Rules that grant all of a class. Executions are not among them: they would be in conflict with
 * others of the profile. */
static const char *
rules_for(AmrClass klass)
{
    static const char *const rules[AMR_CLASS_COUNT] = {
        [AMR_CLASS_FILE] = "/{,**} rwklm,", [AMR_CLASS_CAPABILITY] = "capability,",
        [AMR_CLASS_NETWORK] = "network,",   [AMR_CLASS_UNIX] = "unix,",
        [AMR_CLASS_SIGNAL] = "signal,",     [AMR_CLASS_PTRACE] = "ptrace,",
        [AMR_CLASS_DBUS] = "dbus,",         [AMR_CLASS_MOUNT] = "mount, umount, pivot_root,",
        [AMR_CLASS_USERNS] = "userns,",     [AMR_CLASS_MQUEUE] = "mqueue,",
        [AMR_CLASS_IO_URING] = "io_uring,", [AMR_CLASS_CHANGE_PROFILE] = "change_profile,",
    };
    return klass < AMR_CLASS_COUNT ? rules[klass] : NULL;
}

/* ---- one compilation --------------------------------------------------------------------------
 */

static AmrAskCompiled *
take_result(const AmrAsk *ask, const AmrContent *content, GError *error)
{
    AmrAskCompiled *compiled = g_new0(AmrAskCompiled, 1);
    compiled->error = error;
    if (content && !content->result->ok)
        amr_compile_result_to_error(content->result, AMR_ERROR_COMPILER, &compiled->error);
    else if (content && content->oracle)
        compiled->oracle = amr_oracle_ref(content->oracle);
    else if (content)
        compiled->error = g_error_copy(content->error);
    if (compiled->error) {
        g_autofree char *shown = amr_display_string(ask->root);
        if (!strstr(compiled->error->message, shown))
            g_prefix_error(&compiled->error, "%s: ", shown);
    }
    return compiled;
}

static void
compile(GTask *task, const AmrScratch *scratch, GAsyncReadyCallback callback)
{
    AmrAsk *ask = g_task_get_task_data(task);
    const char *base = scratch ? amr_scratch_path(scratch) : NULL;
    const AmrCompileJob job = {AMR_COMPILE_CHECK, base, ask->root, NULL};
    amr_content_compile_async(ask->asker->context.compiler, ask->asker->context.index, &job,
                              scratch, g_task_get_cancellable(task), callback, g_object_ref(task));
}

/* ---- the rules that say so --------------------------------------------------------------------
 */

static void
find_causes(GTask *task, AmrCauseKind kind, GAsyncReadyCallback callback)
{
    AmrAsk *ask = g_task_get_task_data(task);
    g_autofree char *profile = *ask->answer->ns
                                   ? g_strdup_printf(":%s:%s", ask->answer->ns, ask->answer->name)
                                   : g_strdup(ask->answer->name);
    amr_causes_find_async(ask->asker->causes, kind, profile, !ask->broken, ask->question,
                          g_task_get_cancellable(task), callback, g_object_ref(task));
}

static void
on_grants(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    AmrAsk *ask = g_task_get_task_data(task);
    GError *error = NULL;

    ask->answer->granted = amr_causes_find_finish(result, &error);
    if (error)
        g_task_return_error(task, error);
    else
        amr_ask_finish(task);
}

static void
look_for_grants(GTask *task)
{
    AmrAsk *ask = g_task_get_task_data(task);
    const AmrOracleAnswer *answer = &ask->answer->disk.answer;

    if (ask->asker->context.why &&
        (ask->broken || (answer->allowed && answer->verdict != AMR_ORACLE_UNMEDIATED)))
        find_causes(task, AMR_CAUSE_GRANTS, on_grants);
    else
        amr_ask_finish(task);
}

static void
on_denies(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    AmrAsk *ask = g_task_get_task_data(task);
    AmrOracleAnswer *answer = &ask->answer->disk.answer;
    GError *error = NULL;
    g_autoptr(GPtrArray) found = amr_causes_find_finish(result, &error);

    if (error) {
        g_task_return_error(task, error);
        return;
    }
    ask->answer->denied = amr_cause_first(found);
    if (ask->answer->denied && answer->verdict == AMR_ORACLE_DENIED) {
        answer->verdict = AMR_ORACLE_REFUSED;
        answer->refused |= answer->missing & AMR_PERM_EXEC;
    }
    look_for_grants(task);
}

/* What is denied explicitly is denied by a line; and an execution is, if there is such a line. Of a
 * profile that does not compile the lines are all that is known. */
static void
look_for_rule(GTask *task)
{
    AmrAsk *ask = g_task_get_task_data(task);
    const AmrOracleAnswer *answer = &ask->answer->disk.answer;
    gboolean runs = answer->verdict == AMR_ORACLE_DENIED &&
                    ask->question->klass == AMR_CLASS_FILE && answer->missing & AMR_PERM_EXEC;

    if (answer->verdict == AMR_ORACLE_REFUSED || runs || ask->broken)
        find_causes(task, AMR_CAUSE_DENIES, on_denies);
    else
        look_for_grants(task);
}

/* ---- explicit denials -------------------------------------------------------------------------
 */

/* The words `audit deny` somewhere in what the file reads. */
static gboolean
has_audit_deny(const AmrIndex *index, const char *root)
{
    g_autofree const char **files = amr_index_reads(index, root);
    for (guint i = 0; files && files[i]; i++) {
        GBytes *bytes = amr_index_bytes(index, files[i]);
        gsize size = 0;
        const char *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
        const char *end = data ? data + size : NULL;
        for (const char *at = data; at && at < end;) {
            at = g_strstr_len(at, end - at, "audit");
            if (!at)
                break;
            at += strlen("audit");
            const char *word = at;
            while (word < end && g_ascii_isspace(*word))
                word++;
            if (word > at && end - word >= 4 && memcmp(word, "deny", 4) == 0)
                return TRUE;
        }
    }
    return FALSE;
}

/* What is still denied although there is a rule for it, is denied explicitly. */
static void
judge_granted(AmrAsk *ask, const AmrAskCompiled *compiled)
{
    AmrOracleAnswer *answer = &ask->answer->disk.answer, granted;
    const AmrAnswer *asked = ask->answer;
    g_autofree char *typed =
        *asked->ns ? g_strdup_printf(":%s:%s", asked->ns, asked->name) : g_strdup(asked->name);
    const AmrOracleProfile *profile =
        compiled->oracle ? amr_oracle_find(compiled->oracle, typed) : NULL;
    if (!profile)
        return;
    amr_question_ask(ask->question, profile, &granted);
    guint32 tried = ask->question->klass == AMR_CLASS_FILE ? ~(guint32)AMR_PERM_EXEC : G_MAXUINT32;
    answer->refused |= granted.missing & answer->missing & tried;
    if (answer->refused)
        answer->verdict = AMR_ORACLE_REFUSED;
}

static char *
granted_key(const AmrAsk *ask)
{
    return g_strdup_printf("%s\n%s\n%s\n%s", ask->root, ask->answer->ns, ask->answer->name,
                           amr_class_word(ask->question->klass));
}

static void
on_granted(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    AmrAsk *ask = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(AmrContent) got = amr_content_compile_finish(result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        (void)amr_scratch_restore(ask->asker->scratch, ask->block->file, NULL);
        g_task_return_error(task, error);
        return;
    }
    AmrAskCompiled *compiled = take_result(ask, got, error);
    g_hash_table_insert(ask->asker->compiled, granted_key(ask), compiled);
    (void)amr_scratch_restore(ask->asker->scratch, ask->block->file, NULL);
    judge_granted(ask, compiled);
    look_for_rule(task);
}

static void
grant_all(GTask *task)
{
    AmrAsk *ask = g_task_get_task_data(task);
    const char *rules = rules_for(ask->question->klass);
    g_autoptr(GBytes) text = amr_insert_rules(ask->asker->context.index, ask->block, rules, NULL);
    if (text && amr_scratch_set(ask->asker->scratch, ask->block->file, text, NULL))
        compile(task, ask->asker->scratch, on_granted);
    else
        look_for_rule(task);
}

static void
on_scratch(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    AmrAsk *ask = g_task_get_task_data(task);
    GError *error = NULL;
    AmrScratch *scratch = amr_scratch_new_finish(result, &error);
    if (scratch) {
        ask->asker->scratch = scratch;
        grant_all(task);
    } else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_task_return_error(task, error);
    } else {
        g_error_free(error);
        look_for_rule(task);
    }
}

/* With the answer of policy as it is: is there more to find out? */
static void
look_behind(GTask *task)
{
    AmrAsk *ask = g_task_get_task_data(task);
    const AmrAskContext *context = &ask->asker->context;
    g_autofree char *key = granted_key(ask);
    const AmrAskCompiled *granted = g_hash_table_lookup(ask->asker->compiled, key);
    if (ask->answer->disk.answer.verdict != AMR_ORACLE_DENIED || !rules_for(ask->question->klass) ||
        (!granted && !has_audit_deny(context->index, ask->root))) {
        look_for_rule(task);
    } else if (granted) {
        judge_granted(ask, granted);
        look_for_rule(task);
    } else if (ask->asker->scratch) {
        grant_all(task);
    } else {
        amr_scratch_new_async(context->target, g_task_get_cancellable(task), on_scratch,
                              g_object_ref(task));
    }
}

/* ---- policy as it is --------------------------------------------------------------------------
 */

void
amr_ask_answer(GTask *task, const AmrAskCompiled *compiled)
{
    AmrAsk *ask = g_task_get_task_data(task);
    if (!compiled) {
        amr_ask_finish(task);
        return;
    }
    amr_ask_judge(ask, compiled);
    ask->broken = compiled->error != NULL;
    look_behind(task);
}

static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    AmrAsk *ask = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(AmrContent) got = amr_content_compile_finish(result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_task_return_error(task, error);
        return;
    }
    AmrAskCompiled *compiled = take_result(ask, got, error);
    g_hash_table_insert(ask->asker->compiled, g_strdup(ask->root), compiled);
    ask->then(task, compiled);
}

void
amr_ask_compile(GTask *task)
{
    AmrAsk *ask = g_task_get_task_data(task);
    const AmrAskCompiled *compiled = g_hash_table_lookup(ask->asker->compiled, ask->root);
    if (!compiled) {
        compile(task, NULL, on_compiled);
        return;
    }
    ask->then(task, compiled);
}
