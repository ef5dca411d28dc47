/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/ask_rules.h"

#include "core/policy/ask_private.h"
#include "core/policy/content.h"
#include "core/policy/insert.h"
#include "core/policy/rule_text.h"

#define PROFILE "armorer_rule_"

/* Some of the rules, compiled together. */
typedef struct {
    guint from, to;
} Range;

typedef struct {
    AmrAsker *asker;
    GPtrArray *asked; /* AmrRule */
    char *preamble;
    char *denies;   /* the block's rules that deny and log, which its own machine does not tell */
    GArray *ranges; /* Range, still to be compiled, the last first */
    AmrAskRules *rules;
} Asking;

static void
rule_free(gpointer data)
{
    AmrAskRule *rule = data;
    amr_oracle_free(rule->oracle);
    g_free(rule->why);
    g_free(rule);
}

void
amr_ask_rules_free(AmrAskRules *rules)
{
    if (!rules)
        return;
    amr_oracle_free(rules->before);
    g_free(rules->why);
    g_ptr_array_unref(rules->rules);
    g_free(rules);
}

static void
asking_free(gpointer data)
{
    Asking *asking = data;
    g_ptr_array_unref(asking->asked);
    g_free(asking->preamble);
    g_free(asking->denies);
    g_array_unref(asking->ranges);
    amr_ask_rules_free(asking->rules);
    g_free(asking);
}

static void
finish(GTask *task)
{
    Asking *asking = g_task_get_task_data(task);
    g_task_return_pointer(task, g_steal_pointer(&asking->rules),
                          (GDestroyNotify)amr_ask_rules_free);
}

/* ---- the rules -------------------------------------------------------------------------------
 */

static void next(GTask *task);

static void
take(Asking *asking, Range range, const AmrOracle *oracle)
{
    for (guint i = range.from; i < range.to; i++) {
        AmrAskRule *rule = asking->rules->rules->pdata[i];
        g_autofree char *name = g_strdup_printf(PROFILE "%u", i);
        rule->profile = amr_oracle_find(oracle, name);
        if (rule->profile)
            rule->oracle = amr_oracle_ref(oracle);
        else
            rule->why = g_strdup("Nothing came of it");
    }
}

/* One of them does not compile: the others are to be known all the same. */
static void
split(Asking *asking, Range range, const char *why)
{
    guint middle = range.from + (range.to - range.from) / 2;
    const Range halves[] = {{middle, range.to}, {range.from, middle}};

    if (range.to - range.from > 1)
        g_array_append_vals(asking->ranges, halves, G_N_ELEMENTS(halves));
    else
        ((AmrAskRule *)asking->rules->rules->pdata[range.from])->why = g_strdup(why);
}

static void
on_rules(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Asking *asking = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrContent) content = amr_content_compile_finish(async, &error);
    Range range = g_array_index(asking->ranges, Range, asking->ranges->len - 1);

    g_array_set_size(asking->ranges, asking->ranges->len - 1);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    g_autofree char *refusal =
        content && !content->result->ok ? amr_compile_result_refusal(content->result, NULL) : NULL;
    if (content && content->oracle)
        take(asking, range, content->oracle);
    else
        split(asking, range,
              refusal   ? refusal
              : content ? content->error->message
                        : error->message);
    next(task);
}

static void
next(GTask *task)
{
    Asking *asking = g_task_get_task_data(task);
    GString *text = g_string_new(asking->preamble);

    if (asking->ranges->len == 0) {
        g_string_free(text, TRUE);
        finish(task);
        return;
    }
    Range range = g_array_index(asking->ranges, Range, asking->ranges->len - 1);
    for (guint i = range.from; i < range.to; i++) {
        g_autofree char *rule = amr_rule_print(asking->asked->pdata[i]);
        g_string_append_printf(text, "\nprofile " PROFILE "%u {\n  %s\n%s}\n", i, rule,
                               asking->denies);
    }
    g_autoptr(GBytes) bytes = g_string_free_to_bytes(text);
    const AmrCompileJob job = {.kind = AMR_COMPILE_MEANING, .text = bytes};
    amr_content_compile_async(asking->asker->context.compiler, asking->asker->context.index, &job,
                              NULL, g_task_get_cancellable(task), on_rules, g_object_ref(task));
}

/* ---- the profile ----------------------------------------------------------------------------- */

static void
give_before(GTask *task, const AmrAskCompiled *compiled)
{
    const AmrAsk *ask = g_task_get_task_data(task);
    const AmrAnswer *asked = ask->answer;
    AmrAskRules *rules = g_new0(AmrAskRules, 1);

    rules->rules = g_ptr_array_new();
    rules->profile = compiled && compiled->oracle
                         ? amr_ask_find(compiled->oracle, asked->ns, asked->name)
                         : NULL;
    if (rules->profile)
        rules->before = amr_oracle_ref(compiled->oracle);
    else if (compiled && compiled->error)
        rules->why = g_strdup(compiled->error->message);
    else
        rules->why = g_strdup(compiled ? "The compiler makes no profile of this name of it"
                                       : asked->disk.why);
    g_task_return_pointer(task, rules, (GDestroyNotify)amr_ask_rules_free);
}

static void
on_before(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Asking *asking = g_task_get_task_data(task);
    GError *error = NULL;
    Range all = {0, asking->asked->len};
    g_autoptr(AmrAskRules) before = g_task_propagate_pointer(G_TASK(async), &error);

    if (!before) {
        g_task_return_error(task, error);
        return;
    }
    asking->rules->before = g_steal_pointer(&before->before);
    asking->rules->profile = before->profile;
    asking->rules->why = g_steal_pointer(&before->why);
    if (asking->rules->before && all.to)
        g_array_append_val(asking->ranges, all);
    next(task);
}

/* A deny that is silent leaves its mark in the profile's own machine. */
static gboolean
is_silent(const char *text)
{
    const char *bare = amr_rule_text_bare(text);
    const char *deny = g_strstr_len(text, bare - text, "deny");

    return deny && !g_strstr_len(text, bare - text, "audit");
}

static char *
denies_of(const AmrBlock *block)
{
    g_autoptr(GArray) denies = block ? amr_index_denies(block) : NULL;
    GString *text = g_string_new(NULL);

    for (guint i = 0; denies && i < denies->len; i++) {
        const char *rule = g_array_index(denies, AmrIndexRule, i).text;
        if (!is_silent(rule))
            g_string_append_printf(text, "  deny %s\n", amr_rule_text_bare(rule));
    }
    return g_string_free(text, FALSE);
}

static GTask *
asking_new(AmrAsker *asker, const char *profile, GPtrArray *rules, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, data);
    Asking *asking = g_new0(Asking, 1);
    const AmrIndex *index = asker->context.index;
    const AmrBlock *block = index ? amr_index_find_typed(index, profile) : NULL;
    g_autofree const char **roots = block ? amr_index_roots(index, block) : NULL;

    asking->asker = asker;
    asking->asked = g_ptr_array_ref(rules);
    asking->preamble = roots && roots[0] ? amr_insert_preamble(index, roots[0]) : NULL;
    asking->denies = denies_of(block);
    asking->ranges = g_array_new(FALSE, FALSE, sizeof(Range));
    asking->rules = g_new0(AmrAskRules, 1);
    asking->rules->rules = g_ptr_array_new_with_free_func(rule_free);
    for (guint i = 0; i < rules->len; i++)
        g_ptr_array_add(asking->rules->rules, g_new0(AmrAskRule, 1));
    g_task_set_task_data(task, asking, asking_free);
    return task;
}

void
amr_asker_rules_async(AmrAsker *asker, const char *profile, GPtrArray *rules,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = asking_new(asker, profile, rules, cancellable, callback, data);

    g_task_set_source_tag(task, amr_asker_rules_async);
    g_autoptr(GTask) first =
        amr_ask_task_new(asker, profile, NULL, cancellable, on_before, g_object_ref(task));
    ((AmrAsk *)g_task_get_task_data(first))->then = give_before;
    amr_ask_disk(first);
}

void
amr_asker_rules_alone_async(AmrAsker *asker, const char *profile, GPtrArray *rules,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = asking_new(asker, profile, rules, cancellable, callback, data);
    Asking *asking = g_task_get_task_data(task);
    Range all = {0, rules->len};

    g_task_set_source_tag(task, amr_asker_rules_alone_async);
    if (all.to)
        g_array_append_val(asking->ranges, all);
    next(task);
}

AmrAskRules *
amr_asker_rules_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
