/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/ingest-private.h"

#include <glib-unix.h>

/* A key waits for one at most, half of one on average. */
#define SLICE_US 1000

static void
drop_source(GSource **source)
{
    if (*source) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
    }
}

static GSource *
attach_source(GSource *source, GSourceFunc function, gpointer data)
{
    /* Below what draws and below keys: those never wait for a log. */
    g_source_set_priority(source, G_PRIORITY_DEFAULT_IDLE);
    g_source_set_callback(source, function, data, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
    return source;
}

AmrIngest *
amr_ingest_new(AmrOpener *opener, AmrStore *store)
{
    AmrIngest *ingest = g_new0(AmrIngest, 1);
    ingest->refs = 1;
    ingest->opener = opener;
    ingest->store = store;
    ingest->intake = amr_intake_new(store);
    ingest->inputs = g_ptr_array_new();
    ingest->openings = g_cancellable_new();
    ingest->watch = amr_ingest_watch_new(ingest);
    return ingest;
}

void
amr_ingest_unref(AmrIngest *ingest)
{
    if (--ingest->refs > 0)
        return;
    g_ptr_array_unref(ingest->inputs);
    g_object_unref(ingest->openings);
    g_free(ingest->block);
    amr_intake_free(ingest->intake);
    g_free(ingest);
}

static void
free_chain(AmrInput *newest)
{
    while (newest) {
        AmrInput *older = newest->older;
        amr_input_free(newest);
        newest = older;
    }
}

void
amr_ingest_free(AmrIngest *ingest)
{
    if (!ingest)
        return;
    ingest->freed = TRUE;
    g_cancellable_cancel(ingest->openings);
    drop_source(&ingest->idle);
    drop_source(&ingest->cancelled);
    for (guint i = 0; i < ingest->inputs->len; i++)
        free_chain(amr_ingest_input(ingest, i));
    g_ptr_array_set_size(ingest->inputs, 0);
    g_clear_pointer(&ingest->watch, amr_watch_free);
    g_clear_pointer(&ingest->count, amr_audit_count_free);
    if (ingest->loading)
        g_task_return_new_error(ingest->loading, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                "Reading logs: Cancelled");
    g_clear_object(&ingest->loading);
    amr_ingest_unref(ingest);
}

/* ---- the main loop ---- */

AmrInput *
amr_ingest_input(const AmrIngest *ingest, guint number)
{
    return g_ptr_array_index(ingest->inputs, number);
}

static void
complete(AmrIngest *ingest, GError *error)
{
    g_autoptr(GTask) task = g_steal_pointer(&ingest->loading);
    drop_source(&ingest->cancelled);
    amr_intake_past_is_over(ingest->intake);
    amr_ingest_begin_losing(ingest);
    if (error)
        g_task_return_error(task, error);
    else
        g_task_return_boolean(task, TRUE);
}

/* After each slice: tells the user, and ends the loading when nothing is left to load. */
void
amr_ingest_tell(AmrIngest *ingest)
{
    const GError *first = NULL;
    guint failed = 0;
    gboolean covered = FALSE;

    for (guint i = 0; i < ingest->inputs->len; i++) {
        const AmrInput *input = amr_ingest_input(ingest, i);
        covered |= input->kind == AMR_SOURCE_KIND_AUDIT && input->state == AMR_SOURCE_FOLLOWING;
    }
    amr_intake_set_covered(ingest->intake, covered);
    if (ingest->changed)
        ingest->changed(ingest->changed_data);
    if (!ingest->loading)
        return;
    for (guint i = 0; i < ingest->inputs->len; i++) {
        const AmrInput *input = amr_ingest_input(ingest, i);
        const AmrSourceState state = amr_input_state(input);
        if (state == AMR_SOURCE_READING)
            return;
        if (state == AMR_SOURCE_FAILED && input->stats.records == 0) {
            failed++;
            if (!first)
                first = input->error;
        }
    }
    complete(ingest, failed > 0 && failed == ingest->inputs->len ? g_error_copy(first) : NULL);
}

static gboolean
has_time(gint64 start)
{
    return g_get_monotonic_time() - start < SLICE_US;
}

/* The oldest file of a chain first. Returns whether there is more to read. */
static gboolean
read_chain(AmrIngest *ingest, AmrInput *input, gint64 start)
{
    gboolean more = input->older && read_chain(ingest, input->older, start);
    const gboolean read = input->pending;

    while (!more && input->pending && has_time(start)) {
        if (input->regular)
            (void)amr_input_read_file(input, ingest->block, amr_intake_block, ingest->intake);
        else
            (void)amr_input_read_stream(input, amr_intake_block, ingest->intake);
        if (input->cut.len > 0) {
            amr_ingest_recover(ingest, input);
            more = input->older && read_chain(ingest, input->older, start);
        }
    }
    amr_input_settle(input);
    if (read) {
        amr_ingest_await_writer(ingest, input);
        amr_ingest_let_rest(ingest, input);
    }
    return more || input->pending;
}

static gboolean
on_idle(gpointer data)
{
    AmrIngest *ingest = data;
    const gint64 start = g_get_monotonic_time();
    const guint64 bytes = amr_ingest_stats(ingest).bytes;
    gboolean more = FALSE;

    if (!ingest->block)
        ingest->block = g_malloc(AMR_INPUT_BLOCK);
    for (guint i = 0; i < ingest->inputs->len; i++) {
        AmrInput *input = amr_ingest_input(ingest, i);
        amr_ingest_prune(ingest, input); /* may have the last of a file read */
        more = read_chain(ingest, input, start) || more;
        amr_ingest_prune(ingest, input);
    }
    if (!more)
        g_clear_pointer(&ingest->idle, g_source_unref);
    /* Not for a file beside the log that came or went. */
    if (ingest->count && amr_ingest_stats(ingest).bytes != bytes)
        amr_audit_count_hear(ingest->count);
    amr_ingest_tell(ingest);
    return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
amr_ingest_schedule(AmrIngest *ingest)
{
    if (!ingest->idle)
        ingest->idle = attach_source(g_idle_source_new(), on_idle, ingest);
}

AmrIngestRef *
amr_ingest_ref_new(AmrIngest *ingest, guint number)
{
    AmrIngestRef *ref = g_new(AmrIngestRef, 1);
    *ref = (AmrIngestRef){ingest, number};
    return ref;
}

static gboolean
on_stream(gint fd, GIOCondition condition, gpointer data)
{
    const AmrIngestRef *ref = data;
    AmrIngest *ingest = ref->ingest;
    AmrInput *input = amr_ingest_input(ingest, ref->number);
    const gint64 start = g_get_monotonic_time();
    gboolean goes_on;

    /* The descriptor may be a terminal that others share, so it is left blocking: ask first. */
    while ((input->pending || amr_input_is_ready(input)) &&
           amr_input_read_stream(input, amr_intake_block, ingest->intake)) {
        if (!has_time(start))
            break;
    }
    amr_input_settle(input);
    amr_ingest_await_writer(ingest, input);
    amr_ingest_let_rest(ingest, input);
    if (input->pending)
        amr_ingest_schedule(ingest); /* what is unpacked of the bytes that are read already */
    if (ingest->count)
        amr_audit_count_hear(ingest->count);
    goes_on = input->ready != NULL; /* whom it tells may free all this */
    amr_ingest_tell(ingest);
    return goes_on ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
amr_ingest_wait(AmrIngest *ingest, AmrInput *input)
{
    AmrIngestRef *ref = amr_ingest_ref_new(ingest, input->number);

    input->ready = g_unix_fd_source_new(input->live ? input->live->fd : input->fd,
                                        G_IO_IN | G_IO_HUP | G_IO_ERR);
    g_source_set_priority(input->ready, G_PRIORITY_DEFAULT_IDLE);
    g_source_set_callback(input->ready, G_SOURCE_FUNC(on_stream), ref, g_free);
    g_source_attach(input->ready, g_main_context_get_thread_default());
    amr_input_settle(input);
}

/* ---- the interface ---- */

const char *
amr_source_kind_word(AmrSourceKind kind)
{
    switch (kind) {
#define AMR_SOURCE_KIND_WORD(name, word) \
    case AMR_SOURCE_KIND_##name:         \
        return word;
        AMR_SOURCE_KINDS(AMR_SOURCE_KIND_WORD)
#undef AMR_SOURCE_KIND_WORD
    case AMR_SOURCE_KIND_UNKNOWN:
        break;
    }
    return "unknown";
}

guint
amr_ingest_add_file(AmrIngest *ingest, AmrOpenPlace place, const char *name, gboolean follow)
{
    AmrInput *input = amr_input_new(ingest->inputs->len, place, name, follow);
    g_ptr_array_add(ingest->inputs, input);
    return input->number;
}

guint
amr_ingest_add(AmrIngest *ingest, AmrSourceKind kind, const char *place, gboolean follow)
{
    static const char *const names[] = {
        [AMR_SOURCE_KIND_AUDIT] = "audit netlink",
        [AMR_SOURCE_KIND_JOURNAL] = "journal",
        [AMR_SOURCE_KIND_KMSG] = "/dev/kmsg",
    };
    AmrInput *input;

    g_return_val_if_fail(kind < G_N_ELEMENTS(names) && names[kind], 0);
    input = amr_input_new(ingest->inputs->len, AMR_OPEN_SOURCE, names[kind], follow);
    input->kind = kind;
    input->directory = g_strdup(place);
    g_ptr_array_add(ingest->inputs, input);
    return input->number;
}

guint
amr_ingest_add_open(AmrIngest *ingest, AmrSourceKind kind, int fd, gboolean follow)
{
    const guint number = amr_ingest_add(ingest, kind, NULL, follow);
    amr_ingest_input(ingest, number)->fd = fd;
    return number;
}

guint
amr_ingest_add_lent(AmrIngest *ingest, AmrSourceKind kind, const char *short_name, const char *name,
                    gboolean follow)
{
    AmrInput *input = amr_input_new(ingest->inputs->len, AMR_OPEN_SOURCE, name, follow);
    input->kind = kind;
    input->lent = g_strdup(short_name);
    g_ptr_array_add(ingest->inputs, input);
    return input->number;
}

guint
amr_ingest_source_count(const AmrIngest *ingest)
{
    return ingest->inputs->len;
}

void
amr_ingest_source_info(const AmrIngest *ingest, guint source, AmrSourceInfo *info)
{
    const AmrInput *input = amr_ingest_input(ingest, source);
    *info = (AmrSourceInfo){.kind = input->kind,
                            .name = input->name,
                            .state = amr_input_state(input),
                            .error = input->error};
    amr_input_add_stats(input, &info->stats);
}

AmrIngestStats
amr_ingest_stats(const AmrIngest *ingest)
{
    AmrIngestStats sum = {0};
    for (guint i = 0; i < ingest->inputs->len; i++)
        amr_input_add_stats(amr_ingest_input(ingest, i), &sum);
    return sum;
}

static gboolean
on_cancelled(GCancellable *cancellable, gpointer data)
{
    AmrIngest *ingest = data;
    for (guint i = 0; i < ingest->inputs->len; i++) {
        AmrInput *input = amr_ingest_input(ingest, i);
        if (amr_input_state(input) == AMR_SOURCE_READING)
            amr_input_fail_reading(input, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                              "Cancelled"));
    }
    complete(ingest,
             g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "Reading logs: Cancelled"));
    return G_SOURCE_REMOVE;
}

/* So that what fails or is done at once is told in the loop, as the rest is. */
static gboolean
on_nothing_to_open(gpointer data)
{
    AmrIngest *ingest = data;
    if (!ingest->freed)
        amr_ingest_tell(ingest);
    amr_ingest_unref(ingest);
    return G_SOURCE_REMOVE;
}

void
amr_ingest_load_async(AmrIngest *ingest, GCancellable *cancellable, GAsyncReadyCallback callback,
                      gpointer data)
{
    g_autoptr(GSource) first = g_idle_source_new();

    g_return_if_fail(!ingest->loading);
    ingest->loading = g_task_new(NULL, cancellable, callback, data);
    g_task_set_source_tag(ingest->loading, amr_ingest_load_async);
    if (cancellable) {
        ingest->cancelled = g_cancellable_source_new(cancellable);
        g_source_set_callback(ingest->cancelled, G_SOURCE_FUNC(on_cancelled), ingest, NULL);
        g_source_attach(ingest->cancelled, g_main_context_get_thread_default());
    }
    amr_ingest_set_others(ingest);
    for (guint i = 0; i < ingest->inputs->len; i++) {
        AmrInput *input = amr_ingest_input(ingest, i);
        if (input->state != AMR_SOURCE_READING)
            continue;
        if (input->lent || (input->kind != AMR_SOURCE_KIND_FILE && !input->live))
            amr_ingest_open_live(ingest, input);
        else if (input->kind == AMR_SOURCE_KIND_FILE && input->fd < 0)
            amr_ingest_open(ingest, input);
    }
    ingest->refs++;
    attach_source(first, on_nothing_to_open, ingest);
}

gboolean
amr_ingest_load_finish(AmrIngest *ingest, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, NULL), FALSE);
    return g_task_propagate_boolean(G_TASK(result), error);
}

void
amr_ingest_set_changed(AmrIngest *ingest, AmrIngestChanged changed, gpointer data)
{
    ingest->changed = changed;
    ingest->changed_data = data;
}

void
amr_ingest_set_taken(AmrIngest *ingest, AmrIngestTaken taken, gpointer data)
{
    amr_intake_set_taken(ingest->intake, taken, data);
}

void
amr_ingest_set_relay(AmrIngest *ingest, AmrIngestRelay relay, gpointer data)
{
    amr_intake_set_relay(ingest->intake, relay, data);
}

GBytes *
amr_ingest_raw(AmrIngest *ingest, const AmrOrigin *origin)
{
    const AmrInput *input;

    if (origin->source >= ingest->inputs->len)
        return NULL;
    input = amr_ingest_input(ingest, origin->source);
    if (amr_input_is_kept(input))
        return amr_input_raw(input, origin);
    return amr_intake_raw(ingest->intake, origin);
}
