/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/compiler_private.h"
#include "core/policy/content_private.h"

/* One that is held, and perhaps kept. */
typedef struct {
    AmrContent content; /* first */
    AmrCompileResult *result;
    AmrOracle *oracle;
    GError *error;
    char *key; /* NULL: not kept */
    gsize size;
} Held;

typedef struct Flight Flight;

struct AmrContents {
    GHashTable *known; /* key -> Held */
    GQueue used;       /* Held, the last used first */
    gsize size;
    GHashTable *flights; /* a set of Flight: all that have not come back */
    GHashTable *by_key;  /* key -> Flight: those that others may wait for too */
};

/* One run of the compiler, and who waits for it. */
struct Flight {
    AmrContents *contents;     /* NULL once they are freed */
    GPtrArray *tasks;          /* GTask: the first is the one whose job it is; NULL: nobody waits */
    GCancellable *cancellable; /* of the run: when the last one has gone */
    char *key;                 /* "": it is for one alone */
};

/* Somebody who waits for one: the data of his task. */
typedef struct {
    AmrCompiler *compiler;
    const AmrIndex *index;
    const AmrScratch *scratch;
    AmrCompileJob job;  /* its own */
    AmrContentKey *key; /* NULL: it is shared with nobody, and not kept */
    Flight *flight;     /* NULL: it has come */
    GSource *cancelled;
} Waiting;

static void
clear(gpointer data)
{
    Held *held = data;

    g_clear_pointer(&held->oracle, amr_oracle_free);
    g_clear_pointer(&held->result, amr_compile_result_free);
    g_clear_error(&held->error);
    g_free(held->key);
}

void
amr_content_free(AmrContent *content)
{
    if (content)
        g_rc_box_release_full(content, clear);
}

/* ---- what is kept ---------------------------------------------------------------------------- */

static void
free_link(gpointer data)
{
    amr_content_free(data);
}

static AmrContents *
contents_of(AmrCompiler *compiler)
{
    AmrContents *contents = compiler->contents;

    if (contents)
        return contents;
    contents = compiler->contents = g_new0(AmrContents, 1);
    contents->known = g_hash_table_new(g_str_hash, g_str_equal);
    contents->flights = g_hash_table_new(NULL, NULL);
    contents->by_key = g_hash_table_new(g_str_hash, g_str_equal);
    return contents;
}

void
amr_contents_free(AmrContents *contents)
{
    GHashTableIter iter;
    gpointer flight;

    if (!contents)
        return;
    g_hash_table_iter_init(&iter, contents->flights);
    while (g_hash_table_iter_next(&iter, &flight, NULL))
        ((Flight *)flight)->contents = NULL;
    g_hash_table_unref(contents->flights);
    g_hash_table_unref(contents->by_key);
    g_hash_table_unref(contents->known);
    g_queue_clear_full(&contents->used, free_link);
    g_free(contents);
}

static Held *
look(const AmrContents *contents, const char *key)
{
    return key ? g_hash_table_lookup(contents->known, key) : NULL;
}

static void
use(AmrContents *contents, Held *held)
{
    g_queue_remove(&contents->used, held);
    g_queue_push_head(&contents->used, held);
}

static void
keep(AmrContents *contents, Held *held, const char *key)
{
    if (look(contents, key) || held->size > AMR_CONTENT_BYTES)
        return;
    held->key = g_strdup(key);
    g_hash_table_insert(contents->known, held->key, held);
    g_queue_push_head(&contents->used, g_rc_box_acquire(held));
    contents->size += held->size;
    while (contents->size > AMR_CONTENT_BYTES || contents->used.length > AMR_CONTENT_MAX) {
        Held *last = g_queue_pop_tail(&contents->used);
        contents->size -= last->size;
        g_hash_table_remove(contents->known, last->key);
        amr_content_free(&last->content);
    }
}

/* @result is taken over. */
static Held *
held_new(AmrCompileResult *result)
{
    Held *held = g_rc_box_new0(Held);

    held->result = result;
    if (result->ok)
        held->oracle = amr_oracle_new(result->output, &held->error);
    held->size = result->output ? g_bytes_get_size(result->output) : 0;
    held->content = (AmrContent){held->result, held->oracle, held->error};
    return held;
}

/* ---- who waits ------------------------------------------------------------------------------- */

static void
drop_source(Waiting *waiting)
{
    if (waiting->cancelled)
        g_source_destroy(waiting->cancelled);
    g_clear_pointer(&waiting->cancelled, g_source_unref);
}

static void
waiting_free(gpointer data)
{
    Waiting *waiting = data;

    drop_source(waiting);
    amr_content_key_free(waiting->key);
    g_free((char *)waiting->job.base);
    g_free((char *)waiting->job.file);
    g_clear_pointer(&waiting->job.text, g_bytes_unref);
    g_free(waiting);
}

static Waiting *
waiting_new(AmrCompiler *compiler, const AmrIndex *index, const AmrCompileJob *job,
            const AmrScratch *scratch)
{
    Waiting *waiting = g_new0(Waiting, 1);

    *waiting = (Waiting){compiler, index, scratch, *job, NULL, NULL, NULL};
    waiting->job.base = g_strdup(job->base);
    waiting->job.file = g_strdup(job->file);
    waiting->job.text = job->text ? g_bytes_ref(job->text) : NULL;
    waiting->key = amr_content_key_new(amr_compiler_target(compiler), index, job, scratch);
    return waiting;
}

static void
give(GTask *task, Held *held)
{
    g_task_return_pointer(task, g_rc_box_acquire(held), (GDestroyNotify)amr_content_free);
}

/* Those who wait for it; it is nobody's from here on. */
static GPtrArray *
land(Flight *flight)
{
    GPtrArray *tasks = g_steal_pointer(&flight->tasks);

    for (guint i = 0; i < tasks->len; i++) {
        Waiting *waiting = g_task_get_task_data(tasks->pdata[i]);
        waiting->flight = NULL;
        drop_source(waiting);
    }
    if (flight->contents && g_hash_table_lookup(flight->contents->by_key, flight->key) == flight)
        g_hash_table_remove(flight->contents->by_key, flight->key);
    return tasks;
}

static void
flight_free(Flight *flight)
{
    if (flight->contents)
        g_hash_table_remove(flight->contents->flights, flight);
    g_object_unref(flight->cancellable);
    g_free(flight->key);
    g_free(flight);
}

/* ---- compiling ------------------------------------------------------------------------------- */

static void start(GPtrArray *tasks);

/* By one whose index is there still: who has cancelled may have freed it. */
static void
keep_for(const GPtrArray *tasks, Held *held)
{
    for (guint i = 0; i < tasks->len; i++) {
        const Waiting *waiting = g_task_get_task_data(tasks->pdata[i]);
        const AmrTarget *target = amr_compiler_target(waiting->compiler);
        if (g_cancellable_is_cancelled(g_task_get_cancellable(tasks->pdata[i])))
            continue;
        if (waiting->key && amr_content_key_holds(waiting->key, target, waiting->index))
            keep(waiting->compiler->contents, held, waiting->key->text);
        return;
    }
}

/* What is given may free the compiler and all who wait: nothing of them is looked at after. */
static void
on_compiled(GObject *source, GAsyncResult *async, gpointer data)
{
    Flight *flight = data;
    g_autoptr(GError) error = NULL;
    AmrCompileResult *result = amr_compiler_run_finish(NULL, async, &error);
    gboolean gone = !flight->contents; /* and with them perhaps what its tasks borrow */
    g_autoptr(GPtrArray) tasks = flight->tasks ? land(flight) : NULL;
    Held *held = result ? held_new(result) : NULL;

    flight_free(flight);
    if (held && tasks && !gone)
        keep_for(tasks, held);
    if (gone && !error)
        g_set_error(&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Compiling was cancelled");
    for (guint i = 0; tasks && i < tasks->len; i++) {
        if (error)
            g_task_return_error(tasks->pdata[i], g_error_copy(error));
        else
            give(tasks->pdata[i], held);
    }
    if (held)
        amr_content_free(&held->content);
}

/* With him who asked first his copy of the policy goes: the next one's is compiled. */
static void
leave(GTask *task)
{
    Waiting *waiting = g_task_get_task_data(task);
    Flight *flight = waiting->flight;
    gboolean again = waiting->scratch && flight->contents && flight->tasks->pdata[0] == task;

    waiting->flight = NULL;
    drop_source(waiting);
    g_ptr_array_remove(flight->tasks, task);
    if (flight->tasks->len && !again)
        return;
    GPtrArray *left = land(flight);
    g_cancellable_cancel(flight->cancellable);
    if (left->len)
        start(left);
    else
        g_ptr_array_unref(left);
}

static gboolean
on_cancelled(GCancellable *cancellable, gpointer data)
{
    g_autoptr(GTask) task = g_object_ref(data);

    leave(task);
    g_task_return_error_if_cancelled(task);
    return G_SOURCE_REMOVE;
}

static void
wait_for(Flight *flight, GTask *task)
{
    GCancellable *cancellable = g_task_get_cancellable(task);
    Waiting *waiting = g_task_get_task_data(task);

    waiting->flight = flight;
    if (!cancellable)
        return;
    waiting->cancelled = g_cancellable_source_new(cancellable);
    g_source_set_callback(waiting->cancelled, G_SOURCE_FUNC(on_cancelled), task, NULL);
    g_source_attach(waiting->cancelled, g_task_get_context(task));
}

/* Compiles what the first of @tasks (taken over) asks for, for all of them. */
static void
start(GPtrArray *tasks)
{
    const Waiting *first = g_task_get_task_data(tasks->pdata[0]);
    AmrContents *contents = first->compiler->contents;
    Flight *flight = g_new0(Flight, 1);

    *flight = (Flight){contents, tasks, g_cancellable_new(),
                       g_strdup(first->key ? first->key->text : "")};
    g_hash_table_add(contents->flights, flight);
    if (first->key)
        g_hash_table_replace(contents->by_key, flight->key, flight);
    for (guint i = 0; i < tasks->len; i++)
        wait_for(flight, tasks->pdata[i]);
    amr_compiler_run_async(first->compiler, &first->job, flight->cancellable, on_compiled, flight);
}

void
amr_content_compile_async(AmrCompiler *compiler, const AmrIndex *index, const AmrCompileJob *job,
                          const AmrScratch *scratch, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    AmrContents *contents = contents_of(compiler);

    g_task_set_source_tag(task, amr_content_compile_async);
    if (g_task_return_error_if_cancelled(task))
        return;
    Waiting *waiting = waiting_new(compiler, index, job, scratch);
    const char *key = waiting->key ? waiting->key->text : NULL;
    g_task_set_task_data(task, waiting, waiting_free);
    Held *held = look(contents, key);
    Flight *flight = key && !held ? g_hash_table_lookup(contents->by_key, key) : NULL;
    if (held) {
        use(contents, held);
        give(task, held);
    } else if (flight) {
        wait_for(flight, task);
        g_ptr_array_add(flight->tasks, g_steal_pointer(&task));
        amr_compiler_hasten(compiler, flight->cancellable);
    } else {
        GPtrArray *tasks = g_ptr_array_new_with_free_func(g_object_unref);
        g_ptr_array_add(tasks, g_steal_pointer(&task));
        start(tasks);
    }
}

AmrContent *
amr_content_compile_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
