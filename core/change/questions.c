/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/change/questions.h"

#include <string.h>

void
amr_executor_question_free(AmrExecutorQuestion *question)
{
    if (!question)
        return;
    g_free(question->label);
    g_free(question->access);
    g_free(question->path);
    g_free(question);
}

static char *
access_letters(guint access, gboolean exec)
{
    static const struct {
        guint bit;
        char letter;
    } letters[] = {
        {AMR_ACCESS_READ, 'r'}, {AMR_ACCESS_WRITE, 'w'}, {AMR_ACCESS_APPEND, 'a'},
        {AMR_ACCESS_MMAP, 'm'}, {AMR_ACCESS_LOCK, 'k'},  {AMR_ACCESS_LINK, 'l'},
    };
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(letters); i++) {
        if (access & letters[i].bit)
            g_string_append_c(out, letters[i].letter);
    }
    if (exec)
        g_string_append_c(out, 'x');
    return g_string_free(out, FALSE);
}

/* Only a rule that names one file can be asked about; NULL for others. */
static AmrExecutorQuestion *
question_for(const char *profile, const AmrRule *rule)
{
    g_autofree char *path = NULL;
    AmrExecutorQuestion *question;

    if (rule->kind != AMR_RULE_FILE || rule->deny)
        return NULL;
    path = amr_rule_literal(rule->file.pattern);
    if (!path)
        return NULL;
    question = g_new0(AmrExecutorQuestion, 1);
    question->label = g_strdup(profile);
    question->access = access_letters(rule->file.access, rule->file.exec != AMR_EXEC_NONE);
    question->path_len = strlen(path);
    question->path = g_steal_pointer(&path);
    question->owner = rule->owner;
    return question;
}

static void
add_questions(GPtrArray *questions, const char *profile, const GPtrArray *rules)
{
    for (guint n = 0; n < rules->len; n++) {
        AmrExecutorQuestion *question = question_for(profile, g_ptr_array_index(rules, n));
        if (question)
            g_ptr_array_add(questions, question);
    }
}

GPtrArray *
amr_plan_questions(const AmrPlan *plan)
{
    GPtrArray *questions =
        g_ptr_array_new_with_free_func((GDestroyNotify)amr_executor_question_free);

    if (plan->kind != AMR_PLAN_ADD && plan->kind != AMR_PLAN_RELOAD)
        return questions; /* what an undo takes away is not to be allowed */
    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = g_ptr_array_index(plan->parts, i);
        add_questions(questions, part->profile, part->rules);
        if (plan->kind == AMR_PLAN_RELOAD)
            add_questions(questions, part->profile, part->stands);
    }
    return questions;
}
