/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiles the rules of changes that a denial asks for. */
#include "core/change/answered_private.h"

#define TOGETHER 48 /* rules, in one compilation */

typedef struct {
    AmrAnswered *answered;
    AmrAsker *asker;
    GPtrArray *of;  /* AmrAnswering, borrowed: whose rules are being compiled, */
    GArray *counts; /* and how many each has: guint */
} Asking;

static void
asking_free(gpointer data)
{
    Asking *asking = data;
    g_ptr_array_unref(asking->of);
    g_array_unref(asking->counts);
    g_free(asking);
}

static AmrAnswering *
first_wanted(const AmrAnswered *answered)
{
    for (guint i = 0; i < answered->all->len; i++) {
        AmrAnswering *answering = answered->all->pdata[i];
        if (answering->wanted && !answering->machines)
            return answering;
    }
    return NULL;
}

void
amr_answered_want_all(AmrAnswered *answered)
{
    for (guint i = 0; i < answered->all->len; i++)
        ((AmrAnswering *)answered->all->pdata[i])->wanted = TRUE;
}

gboolean
amr_answered_wants(const AmrAnswered *answered)
{
    return first_wanted(answered) != NULL;
}

static void
give(Asking *asking, AmrAskRules *compiled)
{
    guint at = 0;

    for (guint i = 0; i < asking->of->len; i++) {
        AmrAnswering *answering = asking->of->pdata[i];
        answering->machines = g_ptr_array_new();
        for (guint n = 0; n < g_array_index(asking->counts, guint, i); n++)
            g_ptr_array_add(answering->machines, compiled->rules->pdata[at++]);
    }
    g_ptr_array_add(asking->answered->compiled, compiled);
}

static void next(GTask *task);

static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    GError *error = NULL;
    AmrAskRules *compiled = amr_asker_rules_finish(result, &error);

    if (!compiled) {
        g_task_return_error(task, error);
        return;
    }
    give(g_task_get_task_data(task), compiled);
    next(task);
}

static void
next(GTask *task)
{
    Asking *asking = g_task_get_task_data(task);
    AmrAnswered *answered = asking->answered;
    const AmrAnswering *first = first_wanted(answered);
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);

    if (!first) {
        amr_answered_judge_again(answered); /* what asked for them has its answer now */
        g_task_return_boolean(task, TRUE);
        return;
    }
    g_ptr_array_set_size(asking->of, 0);
    g_array_set_size(asking->counts, 0);
    for (guint i = 0; i < answered->all->len && rules->len < TOGETHER; i++) {
        AmrAnswering *answering = answered->all->pdata[i];
        if (!answering->wanted || answering->machines ||
            !g_str_equal(answering->profile, first->profile))
            continue;
        guint count = answering->rules->len;
        for (guint n = 0; n < count; n++)
            g_ptr_array_add(rules, amr_rule_copy(answering->rules->pdata[n]));
        g_ptr_array_add(asking->of, answering);
        g_array_append_val(asking->counts, count);
    }
    amr_asker_rules_alone_async(asking->asker, first->profile, rules, g_task_get_cancellable(task),
                                on_compiled, g_object_ref(task));
}

void
amr_answered_ask_async(AmrAnswered *answered, AmrAsker *asker, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Asking *asking = g_new0(Asking, 1);

    g_task_set_source_tag(task, amr_answered_ask_async);
    asking->answered = answered;
    asking->asker = asker;
    asking->of = g_ptr_array_new();
    asking->counts = g_array_new(FALSE, FALSE, sizeof(guint));
    g_task_set_task_data(task, asking, asking_free);
    next(task);
}

gboolean
amr_answered_ask_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
