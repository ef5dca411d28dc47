/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/facts.h"

#include <string.h>

/* A question that waits for its answer. */
typedef struct {
    char *key, *profile;
    AmrQuestion *question;
} Wanted;

struct AmrFacts {
    GHashTable *known;             /* key -> AmrFact */
    GHashTable *asked;             /* keys of wanted; borrowed from there */
    GPtrArray *wanted;             /* Wanted; the last is asked next */
    guint64 generation;            /* counts what was forgotten */
    AmrAbstractions *abstractions; /* NULL: not asked */
};

static void
fact_free(gpointer data)
{
    AmrFact *fact = data;
    g_free(fact->target);
    g_clear_pointer(&fact->abstractions, g_ptr_array_unref);
    amr_cause_free(fact->cause);
    g_free(fact);
}

static void
wanted_free(gpointer data)
{
    Wanted *wanted = data;
    g_free(wanted->key);
    g_free(wanted->profile);
    amr_question_free(wanted->question);
    g_free(wanted);
}

AmrFacts *
amr_facts_new(AmrAbstractions *abstractions)
{
    AmrFacts *facts = g_rc_box_new0(AmrFacts);
    facts->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, fact_free);
    facts->asked = g_hash_table_new(g_str_hash, g_str_equal);
    facts->wanted = g_ptr_array_new_with_free_func(wanted_free);
    facts->abstractions = abstractions;
    return facts;
}

static void
facts_clear(gpointer data)
{
    AmrFacts *facts = data;
    g_hash_table_unref(facts->asked);
    g_hash_table_unref(facts->known);
    g_ptr_array_unref(facts->wanted);
}

void
amr_facts_free(AmrFacts *facts)
{
    if (facts)
        g_rc_box_release_full(facts, facts_clear);
}

void
amr_facts_forget(AmrFacts *facts)
{
    g_hash_table_remove_all(facts->known);
    g_hash_table_remove_all(facts->asked);
    g_ptr_array_set_size(facts->wanted, 0);
    facts->generation++;
}

/* The text of a question says all that it asks, and never holds a newline: it is spelled as a rule
 * is. */
const AmrFact *
amr_facts_look(AmrFacts *facts, const char *profile, AmrQuestion *question)
{
    g_autoptr(AmrQuestion) owned = question;
    g_autofree char *key = g_strconcat(question->text, "\n", profile, NULL);
    const AmrFact *fact = g_hash_table_lookup(facts->known, key);

    if (fact || g_hash_table_contains(facts->asked, key))
        return fact;
    Wanted *wanted = g_new0(Wanted, 1);
    wanted->key = g_steal_pointer(&key);
    wanted->profile = g_strdup(profile);
    wanted->question = g_steal_pointer(&owned);
    g_ptr_array_add(facts->wanted, wanted);
    g_hash_table_add(facts->asked, wanted->key);
    return NULL;
}

gboolean
amr_facts_want(const AmrFacts *facts)
{
    return facts->wanted->len > 0;
}

/* ---- asking ----------------------------------------------------------------------------------
 */

typedef struct {
    AmrFacts *facts;
    AmrAsker *asker;
    Wanted *current;
    AmrFact *fact; /* of the current one, while the abstractions are asked */
    guint64 generation;
} Asking;

static void
asking_free(gpointer data)
{
    Asking *asking = data;
    if (asking->current)
        wanted_free(asking->current);
    if (asking->fact)
        fact_free(asking->fact);
    amr_facts_free(asking->facts);
    g_free(asking);
}

static AmrFact *
fact_of(const AmrAnswer *answer)
{
    AmrFact *fact = g_new0(AmrFact, 1);
    fact->verdict = answer->disk.answer.verdict;
    fact->exec = answer->disk.answer.exec;
    fact->target = g_strdup(answer->disk.answer.target);
    fact->cause =
        answer->denied ? amr_cause_copy(answer->denied) : amr_cause_first(answer->granted);
    return fact;
}

static void ask_next(GTask *task);

/* Cancelled: it is still wanted, unless all was forgotten. */
static void
give_up(GTask *task, GError *error)
{
    Asking *asking = g_task_get_task_data(task);
    if (asking->generation == asking->facts->generation) {
        g_hash_table_add(asking->facts->asked, asking->current->key);
        g_ptr_array_add(asking->facts->wanted, g_steal_pointer(&asking->current));
    }
    g_task_return_error(task, error);
}

static void
go_on(GTask *task)
{
    Asking *asking = g_task_get_task_data(task);
    if (asking->generation == asking->facts->generation)
        g_hash_table_replace(asking->facts->known, g_steal_pointer(&asking->current->key),
                             g_steal_pointer(&asking->fact));
    g_clear_pointer(&asking->fact, fact_free);
    g_clear_pointer(&asking->current, wanted_free);
    ask_next(task);
}

static void
on_abstractions(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Asking *asking = g_task_get_task_data(task);
    GError *error = NULL;

    asking->fact->abstractions = amr_abstractions_ask_finish(result, &error);
    if (error)
        give_up(task, error);
    else
        go_on(task);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Asking *asking = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(AmrAnswer) answer = amr_asker_ask_finish(result, &error);

    if (!answer) {
        give_up(task, error);
        return;
    }
    asking->fact = fact_of(answer);
    if (asking->facts->abstractions && asking->fact->verdict == AMR_ORACLE_DENIED)
        amr_abstractions_ask_async(asking->facts->abstractions, asking->asker,
                                   asking->current->profile, asking->current->question,
                                   g_task_get_cancellable(task), on_abstractions,
                                   g_object_ref(task));
    else
        go_on(task);
}

static void
ask_next(GTask *task)
{
    Asking *asking = g_task_get_task_data(task);
    AmrFacts *facts = asking->facts;

    if (facts->wanted->len == 0 || asking->generation != facts->generation) {
        g_task_return_boolean(task, TRUE);
        return;
    }
    asking->current = g_ptr_array_steal_index_fast(facts->wanted, facts->wanted->len - 1);
    g_hash_table_remove(facts->asked, asking->current->key);
    amr_asker_ask_async(asking->asker, asking->current->profile, asking->current->question,
                        g_task_get_cancellable(task), on_answer, g_object_ref(task));
}

void
amr_facts_ask_async(AmrFacts *facts, AmrAsker *asker, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Asking *asking = g_new0(Asking, 1);
    *asking = (Asking){g_rc_box_acquire(facts), asker, NULL, NULL, facts->generation};
    g_task_set_source_tag(task, amr_facts_ask_async);
    g_task_set_task_data(task, asking, asking_free);
    ask_next(task);
}

gboolean
amr_facts_ask_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
