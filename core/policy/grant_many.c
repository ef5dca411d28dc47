/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many rules of one block at once. Policy is compiled once as it is and once with all the literal
 * rules that the target states, and each rule's question is put to both: what was not allowed and
 * then is, was needed. What that does not settle is asked one by one.
 */
#include "config.h"

#include "core/base/error.h"
#include "core/policy/content.h"
#include "core/policy/grant_private.h"
#include "core/policy/insert.h"
#include "core/policy/probe.h"
#include "core/policy/question.h"

#define TOGETHER_MIN 3 /* fewer are asked as fast one by one */

typedef struct {
    const AmrRule *rule;
    AmrQuestion *question; /* NULL: the rule is broader than one, or asks for more than access */
    AmrGrantAnswer *answer;
} Item;

/* Some of those that go together: items[from] up to, not including, items[to]. */
typedef struct {
    guint from, to;
} Range;

typedef enum {
    STEP_AS_IS,
    STEP_WITH,
} Step;

typedef struct {
    AmrCompiler *compiler;
    AmrScratch *scratch;
    const AmrIndex *index;
    const AmrBlock *block;
    AmrGrantProgress progress;
    gpointer progress_data;
    char *root, *profile;
    GPtrArray *answers;
    AmrProbe *prober;
    GPtrArray *together; /* Item: literal rules */
    GPtrArray *alone;    /* Item: asked one by one, the last first */
    GArray *ranges;      /* Range: still to be compiled, the last first */
    Step step;
    AmrOracle *before;
    guint done;
} Many;

static void next(GTask *task);

void
amr_grant_answer_free(AmrGrantAnswer *answer)
{
    if (!answer)
        return;
    g_free(answer->message);
    g_free(answer);
}

static void
item_free(gpointer data)
{
    Item *item = data;
    amr_question_free(item->question);
    g_free(item);
}

static void
many_free(gpointer data)
{
    Many *many = data;
    g_free(many->root);
    g_free(many->profile);
    g_clear_pointer(&many->answers, g_ptr_array_unref);
    g_ptr_array_unref(many->together);
    g_ptr_array_unref(many->alone);
    g_array_unref(many->ranges);
    amr_oracle_free(many->before);
    amr_probe_free(many->prober);
    g_free(many);
}

/* ---- settling ---------------------------------------------------------------------------------
 */

static void
settle(Many *many, Item *item, AmrGrant grant)
{
    item->answer->grant = grant;
    many->done++;
    if (many->progress)
        many->progress(many->done, many->answers->len, many->progress_data);
}

/* To those that are asked one by one. */
static void
set_alone(Many *many, const Item *item)
{
    Item *copy = g_new0(Item, 1);
    copy->rule = item->rule;
    copy->answer = item->answer;
    g_ptr_array_add(many->alone, copy);
}

static Range
last_range(const Many *many)
{
    return g_array_index(many->ranges, Range, many->ranges->len - 1);
}

static void
drop_range(Many *many)
{
    g_array_set_size(many->ranges, many->ranges->len - 1);
}

static void
all_alone(Many *many)
{
    Range range = last_range(many);
    drop_range(many);
    for (guint i = range.from; i < range.to; i++)
        set_alone(many, many->together->pdata[i]);
}

/* One of them is in the way of the others: which half holds it? */
static void
halve(Many *many)
{
    Range range = last_range(many);
    guint middle = range.from + (range.to - range.from) / 2;
    Range halves[] = {{middle, range.to}, {range.from, middle}};
    if (range.to - range.from < TOGETHER_MIN) {
        all_alone(many);
        return;
    }
    drop_range(many);
    g_array_append_vals(many->ranges, halves, G_N_ELEMENTS(halves));
}

/* Only of these does "all of it is allowed" mean that the rule would change nothing: an execution
 * may leave by another way, a link's rule says more than its question. */
static gboolean
is_plain(const AmrRule *rule)
{
    return rule->kind == AMR_RULE_CAPABILITY ||
           (rule->kind == AMR_RULE_FILE && !rule->file.exec && !rule->file.target);
}

static void
compare(Many *many, Item *item, const AmrOracleProfile *before, const AmrOracleProfile *after)
{
    AmrOracleAnswer was, is;
    amr_question_ask(item->question, before, &was);
    amr_question_ask(item->question, after, &is);
    if (was.verdict == AMR_ORACLE_ALLOWED && is_plain(item->rule))
        settle(many, item, AMR_GRANT_GRANTED);
    else if (was.missing && is.verdict == AMR_ORACLE_ALLOWED && !is.missing)
        settle(many, item, AMR_GRANT_NEEDED);
    else
        set_alone(many, item);
}

static void
judge_with(Many *many, const AmrCompileResult *result)
{
    g_autoptr(AmrOracle) oracle = result->ok ? amr_oracle_new(result->output, NULL) : NULL;
    const AmrOracleProfile *before = amr_oracle_find(many->before, many->profile);
    const AmrOracleProfile *after = oracle ? amr_oracle_find(oracle, many->profile) : NULL;
    Range range = last_range(many);
    if (!result->ok) {
        halve(many);
    } else if (!before || !after) {
        all_alone(many);
    } else {
        drop_range(many);
        for (guint i = range.from; i < range.to; i++)
            compare(many, many->together->pdata[i], before, after);
    }
}

static gboolean
judge(Many *many, const AmrCompileResult *result, GError **error)
{
    switch (many->step) {
    case STEP_AS_IS:
        if (!result->ok) {
            amr_compile_result_to_error(result, AMR_ERROR_COMPILER, error);
            g_prefix_error(error, "Compiling the policy as it is: ");
            return FALSE;
        }
        many->before = amr_oracle_new(result->output, NULL);
        many->step = STEP_WITH;
        if (!many->before)
            all_alone(many);
        break;
    case STEP_WITH:
        judge_with(many, result);
        break;
    }
    return TRUE;
}

/* ---- the run ----------------------------------------------------------------------------------
 */

/* The scratch goes back to what it was, whatever came. @error is taken over. */
static void
finish(GTask *task, GError *error)
{
    Many *many = g_task_get_task_data(task);
    g_autoptr(GError) local = NULL;
    if (!amr_scratch_restore(many->scratch, many->block->file, &local) && !error)
        error = g_steal_pointer(&local);
    if (error)
        g_task_return_error(task, error);
    else
        g_task_return_pointer(task, g_steal_pointer(&many->answers),
                              (GDestroyNotify)g_ptr_array_unref);
}

static void
on_alone(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Many *many = g_task_get_task_data(task);
    g_autofree Item *item = g_ptr_array_steal_index(many->alone, many->alone->len - 1);
    GError *error = NULL;
    AmrGrant grant = amr_grant_finish(result, &item->answer->message, &error);
    if (error) {
        finish(task, error);
        return;
    }
    settle(many, item, grant);
    next(task);
}

static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Many *many = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(AmrContent) content = amr_content_compile_finish(result, &error);
    if (!content || !judge(many, content->result, &error))
        finish(task, error);
    else
        next(task);
}

static char *
print_items(const Many *many, guint from, guint to)
{
    GString *out = g_string_new(NULL);
    for (guint i = from; i < to; i++) {
        g_autofree char *line = amr_rule_print(((Item *)many->together->pdata[i])->rule);
        g_string_append_printf(out, "%s  %s", i > from ? "\n" : "", line);
    }
    return g_string_free(out, FALSE);
}

static gboolean
prepare(Many *many, AmrCompileJob *job, GError **error)
{
    Range range = last_range(many);
    g_autofree char *rules = NULL;
    g_autoptr(GBytes) with = NULL;
    *job = (AmrCompileJob){AMR_COMPILE_MEANING, amr_scratch_path(many->scratch), many->root, NULL};
    if (many->step == STEP_AS_IS)
        return amr_scratch_restore(many->scratch, many->block->file, error);
    rules = print_items(many, range.from, range.to);
    with = amr_insert_rules(many->index, many->block, rules, error);
    return with && amr_scratch_set(many->scratch, many->block->file, with, error);
}

static void
next(GTask *task)
{
    Many *many = g_task_get_task_data(task);
    GError *error = NULL;
    AmrCompileJob job;
    if (many->ranges->len) {
        if (!prepare(many, &job, &error)) {
            finish(task, error);
            return;
        }
        amr_content_compile_async(many->compiler, many->index, &job, many->scratch,
                                  g_task_get_cancellable(task), on_compiled, g_object_ref(task));
    } else if (many->alone->len) {
        const Item *item = many->alone->pdata[many->alone->len - 1];
        if (amr_scratch_is_changed(many->scratch, many->block->file) &&
            !amr_scratch_restore(many->scratch, many->block->file, &error)) {
            finish(task, error);
            return;
        }
        amr_grant_async(many->compiler, many->scratch, many->index, many->block, item->rule,
                        g_task_get_cancellable(task), on_alone, g_object_ref(task));
    } else {
        finish(task, NULL);
    }
}

/* ---- what the target states -------------------------------------------------------------------
 */

/* Those that it does not state as they are written are asked alone: what that comes to is said. */
static void
on_probed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Many *many = g_task_get_task_data(task);
    Range all = {0, 0};
    GError *error = NULL;
    if (!amr_probe_ask_finish(result, &error)) {
        finish(task, error);
        return;
    }
    for (guint i = 0; i < many->together->len;) {
        const Item *item = many->together->pdata[i];
        g_autoptr(AmrRule) form = amr_probe_form(item->rule);
        if (!form || amr_probe_look(many->prober, AMR_PROBE_PLAIN, many->index, many->profile,
                                    item->rule, NULL) == AMR_STATING_STATED) {
            i++;
            continue;
        }
        set_alone(many, item);
        g_ptr_array_remove_index(many->together, i);
    }
    all.to = many->together->len;
    if (all.to)
        g_array_append_val(many->ranges, all);
    next(task);
}

static void
probe(GTask *task)
{
    Many *many = g_task_get_task_data(task);
    g_autoptr(GPtrArray) rules = g_ptr_array_new();
    for (guint i = 0; i < many->together->len; i++)
        g_ptr_array_add(rules, (gpointer)((Item *)many->together->pdata[i])->rule);
    many->prober = amr_probe_new(many->compiler);
    amr_probe_ask_async(many->prober, AMR_PROBE_PLAIN, many->index, many->profile, rules,
                        g_task_get_cancellable(task), on_probed, g_object_ref(task));
}

/* ---- the beginning ----------------------------------------------------------------------------
 */

static void
sort_items(Many *many, const GPtrArray *rules)
{
    for (guint i = 0; i < rules->len; i++) {
        Item *item = g_new0(Item, 1);
        AmrGrantAnswer *answer = g_new0(AmrGrantAnswer, 1);
        item->rule = rules->pdata[i];
        item->answer = answer;
        item->question = amr_grant_is_strict(item->rule) ? NULL : amr_question_of_rule(item->rule);
        g_ptr_array_add(many->answers, answer);
        g_ptr_array_add(item->question ? many->together : many->alone, item);
    }
}

/* What one rule alone would be refused for is left to be said for one rule. */
static gboolean
may_go_together(Many *many)
{
    g_autofree const char **roots = amr_index_roots(many->index, many->block);
    const char *ns = many->block->ns;
    if (many->together->len < TOGETHER_MIN || !roots || !roots[0] ||
        !amr_index_bytes(many->index, roots[0]) ||
        amr_scratch_is_changed(many->scratch, many->block->file))
        return FALSE;
    many->root = g_strdup(roots[0]);
    many->profile =
        *ns ? g_strdup_printf(":%s:%s", ns, many->block->name) : g_strdup(many->block->name);
    return TRUE;
}

void
amr_grants_async(AmrCompiler *compiler, AmrScratch *scratch, const AmrIndex *index,
                 const AmrBlock *block, const GPtrArray *rules, AmrGrantProgress progress,
                 gpointer progress_data, GCancellable *cancellable, GAsyncReadyCallback callback,
                 gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Many *many = g_new0(Many, 1);
    g_task_set_source_tag(task, amr_grants_async);
    g_task_set_task_data(task, many, many_free);
    many->compiler = compiler;
    many->scratch = scratch;
    many->index = index;
    many->block = block;
    many->progress = progress;
    many->progress_data = progress_data;
    many->answers = g_ptr_array_new_with_free_func((GDestroyNotify)amr_grant_answer_free);
    many->together = g_ptr_array_new_with_free_func(item_free);
    many->alone = g_ptr_array_new_with_free_func(item_free);
    many->ranges = g_array_new(FALSE, FALSE, sizeof(Range));
    sort_items(many, rules);
    if (may_go_together(many)) {
        probe(task);
        return;
    }
    for (guint i = 0; i < many->together->len; i++)
        set_alone(many, many->together->pdata[i]);
    next(task);
}

GPtrArray *
amr_grants_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
