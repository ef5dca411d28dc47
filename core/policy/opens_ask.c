/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measuring: the profile's file once, then rules, many at a time. */
#include <string.h>

#include "core/policy/ask_private.h"
#include "core/policy/insert.h"
#include "core/policy/opens_private.h"

#define PROFILE  "armorer_opens_"
#define PART_MAX 48 /* rules in one compilation */

typedef struct {
    AmrOpens *opens;
    AmrAsker *asker;
    GPtrArray *part; /* AmrOpensWanted of one profile */
    guint chunk;     /* so many at once; fewer, where one of them does not compile */
    guint64 generation;
    const AmrBlock *block; /* of the part's profile */
    char *root;            /* its file */
    AmrOracle *rules;      /* the part, compiled; NULL until then */
    guint compared;        /* so many of them */
} Measuring;

static void next(GTask *task);

static void
measuring_free(gpointer data)
{
    Measuring *measuring = data;
    g_ptr_array_unref(measuring->part);
    amr_opens_free(measuring->opens);
    amr_oracle_free(measuring->rules);
    g_free(measuring->root);
    g_free(measuring);
}

static gboolean
is_stale(const Measuring *measuring)
{
    return measuring->generation != measuring->opens->generation;
}

/* Everything is taken over. */
static void
set_known(const Measuring *measuring, AmrOpensWanted *wanted, AmrOracleComparison *gains, char *why)
{
    AmrOpening *opening = g_new0(AmrOpening, 1);
    *opening = (AmrOpening){gains, why};
    g_hash_table_replace(measuring->opens->known, g_steal_pointer(&wanted->key), opening);
    amr_opens_wanted_free(wanted);
}

/* Of none of the part it is known. */
static void
give_up_part(const Measuring *measuring, const char *why)
{
    while (measuring->part->len)
        set_known(measuring, g_ptr_array_steal_index_fast(measuring->part, 0), NULL, g_strdup(why));
}

/* Back among those that are wanted. */
static void
put_back(const Measuring *measuring)
{
    while (measuring->part->len) {
        AmrOpensWanted *wanted = g_ptr_array_steal_index_fast(measuring->part, 0);
        if (is_stale(measuring)) {
            amr_opens_wanted_free(wanted);
            continue;
        }
        g_hash_table_add(measuring->opens->asked, wanted->key);
        g_ptr_array_add(measuring->opens->wanted, wanted);
    }
}

/* FALSE, and the task has returned, where it is of no use any more. */
static gboolean
take(GTask *task, GAsyncResult *async, AmrCompileResult **result, GError **error)
{
    Measuring *measuring = g_task_get_task_data(task);

    *result = amr_compiler_run_finish(measuring->asker->context.compiler, async, error);
    if (g_error_matches(*error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        put_back(measuring);
        g_task_return_error(task, g_steal_pointer(error));
        return FALSE;
    }
    if (is_stale(measuring)) {
        g_task_return_boolean(task, TRUE);
        return FALSE;
    }
    return TRUE;
}

/* ---- the rules ------------------------------------------------------------------------------- */

static const AmrOracleProfile *
profile_before(const Measuring *measuring)
{
    const AmrAskCompiled *compiled =
        g_hash_table_lookup(measuring->asker->compiled, measuring->root);
    return compiled && compiled->oracle
               ? amr_ask_find(compiled->oracle, measuring->block->ns, measuring->block->name)
               : NULL;
}

static void
compare_one(Measuring *measuring)
{
    const AmrOracleProfile *before = profile_before(measuring);
    guint i = measuring->compared++;
    g_autofree char *name = g_strdup_printf(PROFILE "%u", i);
    const AmrOracleProfile *after = amr_oracle_find(measuring->rules, name);
    g_autoptr(GError) error = NULL;
    AmrOracleComparison *gains = after ? amr_oracle_gains(before, after, &error) : NULL;
    char *why = gains ? NULL : g_strdup(error ? error->message : "nothing came of it");

    set_known(measuring, measuring->part->pdata[i], gains, why);
    measuring->part->pdata[i] = NULL;
}

/* One at a time: a broad rule takes a while, and keys must not wait for all of them. */
static gboolean
compare_next(gpointer data)
{
    GTask *task = data;
    Measuring *measuring = g_task_get_task_data(task);

    if (g_task_return_error_if_cancelled(task))
        return G_SOURCE_REMOVE;
    if (is_stale(measuring)) {
        g_task_return_boolean(task, TRUE);
        return G_SOURCE_REMOVE;
    }
    if (measuring->compared < measuring->part->len) {
        compare_one(measuring);
        return G_SOURCE_CONTINUE;
    }
    g_ptr_array_set_size(measuring->part, 0);
    g_clear_pointer(&measuring->rules, amr_oracle_free);
    next(task);
    return G_SOURCE_REMOVE;
}

static void
on_rules(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Measuring *measuring = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrCompileResult) result = NULL;

    if (!take(task, async, &result, &error))
        return;
    measuring->rules = result && result->ok ? amr_oracle_new(result->output, &error) : NULL;
    measuring->compared = 0;
    if (measuring->rules) {
        g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, compare_next, g_object_ref(task), g_object_unref);
        return;
    }
    if (result && !result->ok && measuring->part->len > 1) {
        measuring->chunk = measuring->part->len / 2;
        put_back(measuring);
    } else {
        g_autofree char *refusal =
            result && !result->ok ? amr_compile_result_refusal(result, NULL) : NULL;
        give_up_part(measuring, error ? error->message : refusal);
        measuring->chunk = PART_MAX;
    }
    next(task);
}

static void
compile_rules(GTask *task)
{
    Measuring *measuring = g_task_get_task_data(task);
    g_autofree char *preamble =
        amr_insert_preamble(measuring->asker->context.index, measuring->root);
    g_autoptr(GString) text = g_string_new(preamble);

    for (guint i = 0; i < measuring->part->len; i++) {
        const AmrOpensWanted *wanted = measuring->part->pdata[i];
        g_autofree char *rule = amr_rule_print(wanted->rule);
        g_string_append_printf(text, "\nprofile " PROFILE "%u {\n  %s\n}\n", i, rule);
    }
    g_autoptr(GBytes) bytes = g_bytes_new(text->str, text->len);
    const AmrCompileJob job = {.kind = AMR_COMPILE_MEANING, .text = bytes};
    amr_compiler_run_async(measuring->asker->context.compiler, &job, g_task_get_cancellable(task),
                           on_rules, g_object_ref(task));
}

/* ---- the profile ----------------------------------------------------------------------------- */

/* With the profile compiled. */
static void
go_on(GTask *task)
{
    Measuring *measuring = g_task_get_task_data(task);
    const AmrAskCompiled *compiled =
        g_hash_table_lookup(measuring->asker->compiled, measuring->root);

    if (profile_before(measuring)) {
        compile_rules(task);
        return;
    }
    give_up_part(measuring, compiled->error ? compiled->error->message
                                            : "the compiler makes no profile of this name");
    next(task);
}

static void
on_profile(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Measuring *measuring = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrCompileResult) result = NULL;

    if (!take(task, async, &result, &error))
        return;
    AmrAskCompiled *compiled = g_new0(AmrAskCompiled, 1);
    if (result && result->ok)
        compiled->oracle = amr_oracle_new(result->output, &compiled->error);
    else if (result)
        amr_compile_result_to_error(result, AMR_ERROR_COMPILER, &compiled->error);
    else
        compiled->error = g_steal_pointer(&error);
    g_hash_table_insert(measuring->asker->compiled, g_strdup(measuring->root), compiled);
    go_on(task);
}

/* What allows nothing by itself, or more than the machine of the profile says. */
static gboolean
is_measured(const AmrRule *rule)
{
    return !rule->deny && rule->kind != AMR_RULE_CHILD && rule->kind != AMR_RULE_RLIMIT;
}

/* Takes those of one profile into the part; of some it is known already that they have none. */
static void
take_part(Measuring *measuring)
{
    GPtrArray *all = measuring->opens->wanted;
    const AmrOpensWanted *first = NULL;

    for (guint i = 0; i < all->len && measuring->part->len < measuring->chunk;) {
        AmrOpensWanted *wanted = all->pdata[i];
        if (is_measured(wanted->rule) && first && strcmp(first->profile, wanted->profile) != 0) {
            i++;
            continue;
        }
        (void)g_ptr_array_steal_index(all, i);
        g_hash_table_remove(measuring->opens->asked, wanted->key);
        if (is_measured(wanted->rule)) {
            first = first ? first : wanted;
            g_ptr_array_add(measuring->part, wanted);
        } else {
            set_known(measuring, wanted, NULL, g_strdup("such a rule is not measured"));
        }
    }
}

/* FALSE where no file of the policy defines the profile. */
static gboolean
find_profile(Measuring *measuring)
{
    const AmrIndex *index = measuring->asker->context.index;
    const AmrOpensWanted *first = measuring->part->pdata[0];

    measuring->block = index ? amr_index_find_typed(index, first->profile) : NULL;
    g_autofree const char **roots =
        measuring->block ? amr_index_roots(index, measuring->block) : NULL;
    g_clear_pointer(&measuring->root, g_free);
    measuring->root = g_strdup(roots ? roots[0] : NULL);
    return measuring->root != NULL;
}

static void
next(GTask *task)
{
    Measuring *measuring = g_task_get_task_data(task);

    for (;;) {
        take_part(measuring);
        if (measuring->part->len == 0) {
            g_task_return_boolean(task, TRUE);
            return;
        }
        if (find_profile(measuring))
            break;
        give_up_part(measuring, "no file of the policy defines the profile");
    }
    if (g_hash_table_contains(measuring->asker->compiled, measuring->root)) {
        go_on(task);
        return;
    }
    const AmrCompileJob job = {.kind = AMR_COMPILE_CHECK, .file = measuring->root};
    amr_compiler_run_async(measuring->asker->context.compiler, &job, g_task_get_cancellable(task),
                           on_profile, g_object_ref(task));
}

void
amr_opens_ask_async(AmrOpens *opens, AmrAsker *asker, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Measuring *measuring = g_new0(Measuring, 1);

    *measuring = (Measuring){.opens = amr_opens_ref(opens),
                             .asker = asker,
                             .part = g_ptr_array_new_with_free_func(amr_opens_wanted_free),
                             .chunk = PART_MAX,
                             .generation = opens->generation};
    g_task_set_source_tag(task, amr_opens_ask_async);
    g_task_set_task_data(task, measuring, measuring_free);
    next(task);
}

gboolean
amr_opens_ask_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
