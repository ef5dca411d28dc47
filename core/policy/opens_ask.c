/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measuring: the rules of one profile at a time, compiled many together. */
#include <string.h>

#include "core/policy/ask_rules.h"
#include "core/policy/opens_private.h"

#define PART_MAX 48 /* rules in one compilation */

typedef struct {
    AmrOpens *opens;
    AmrAsker *asker;
    GPtrArray *part; /* AmrOpensWanted of one profile */
    guint64 generation;
    AmrAskRules *rules; /* the part, compiled; NULL until then */
    guint compared;     /* so many of them */
} Measuring;

static void next(GTask *task);

static void
measuring_free(gpointer data)
{
    Measuring *measuring = data;
    g_ptr_array_unref(measuring->part);
    amr_opens_free(measuring->opens);
    amr_ask_rules_free(measuring->rules);
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

/* ---- the rules ------------------------------------------------------------------------------- */

static void
compare_one(Measuring *measuring)
{
    guint i = measuring->compared++;
    const AmrAskRules *rules = measuring->rules;
    const AmrAskRule *rule = rules->rules->pdata[i];
    g_autoptr(GError) error = NULL;
    AmrOracleComparison *gains = rules->before && rule->oracle
                                     ? amr_oracle_gains(rules->profile, rule->profile, &error)
                                     : NULL;
    const char *why = error ? error->message : !rules->before ? rules->why : rule->why;

    set_known(measuring, measuring->part->pdata[i], gains, gains ? NULL : g_strdup(why));
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
    g_clear_pointer(&measuring->rules, amr_ask_rules_free);
    next(task);
    return G_SOURCE_REMOVE;
}

static void
on_rules(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Measuring *measuring = g_task_get_task_data(task);
    GError *error = NULL;

    measuring->rules = amr_asker_rules_finish(async, &error);
    measuring->compared = 0;
    if (!measuring->rules) {
        put_back(measuring);
        g_task_return_error(task, error);
        return;
    }
    g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, compare_next, g_object_ref(task), g_object_unref);
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

    for (guint i = 0; i < all->len && measuring->part->len < PART_MAX;) {
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

static void
next(GTask *task)
{
    Measuring *measuring = g_task_get_task_data(task);
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);

    take_part(measuring);
    if (measuring->part->len == 0) {
        g_task_return_boolean(task, TRUE);
        return;
    }
    for (guint i = 0; i < measuring->part->len; i++)
        g_ptr_array_add(rules,
                        amr_rule_copy(((const AmrOpensWanted *)measuring->part->pdata[i])->rule));
    amr_asker_rules_async(measuring->asker,
                          ((const AmrOpensWanted *)measuring->part->pdata[0])->profile, rules,
                          g_task_get_cancellable(task), on_rules, g_object_ref(task));
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
