/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/source/input.h"
#include "core/source/intake.h"

#define SLICE_US 4000

struct AmrIngest {
    int refs; /* the user's, and one for each opening under way */
    gboolean freed;
    AmrOpener *opener;
    AmrStore *store;
    GPtrArray *inputs; /* of AmrInput */
    GCancellable *openings;
    GTask *loading;
    GSource *cancelled;
    GSource *idle;
    int inotify;
    GSource *inotify_ready;
    char *block;
    AmrIntake *intake;
    AmrIngestChanged changed;
    gpointer changed_data;
};

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
    ingest->inputs = g_ptr_array_new_with_free_func((GDestroyNotify)amr_input_free);
    ingest->openings = g_cancellable_new();
    ingest->inotify = -1;
    return ingest;
}

static void
unref(AmrIngest *ingest)
{
    if (--ingest->refs > 0)
        return;
    g_ptr_array_unref(ingest->inputs);
    g_object_unref(ingest->openings);
    g_free(ingest->block);
    amr_intake_free(ingest->intake);
    g_free(ingest);
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
    drop_source(&ingest->inotify_ready);
    if (ingest->inotify >= 0)
        (void)close(ingest->inotify);
    g_ptr_array_set_size(ingest->inputs, 0);
    if (ingest->loading)
        g_task_return_new_error(ingest->loading, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                "Reading logs: Cancelled");
    g_clear_object(&ingest->loading);
    unref(ingest);
}

/* ---- the main loop ---- */

static AmrInput *
get_input(const AmrIngest *ingest, guint number)
{
    return g_ptr_array_index(ingest->inputs, number);
}

static void
complete(AmrIngest *ingest, GError *error)
{
    g_autoptr(GTask) task = g_steal_pointer(&ingest->loading);
    drop_source(&ingest->cancelled);
    if (error)
        g_task_return_error(task, error);
    else
        g_task_return_boolean(task, TRUE);
}

/* After each slice: tells the user, and ends the loading when nothing is left to load. */
static void
tell(AmrIngest *ingest)
{
    const GError *first = NULL;
    guint failed = 0;

    if (ingest->changed)
        ingest->changed(ingest->changed_data);
    if (!ingest->loading)
        return;
    for (guint i = 0; i < ingest->inputs->len; i++) {
        const AmrInput *input = get_input(ingest, i);
        if (input->state == AMR_SOURCE_READING)
            return;
        if (input->state == AMR_SOURCE_FAILED && input->stats.records == 0) {
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

static gboolean
on_idle(gpointer data)
{
    AmrIngest *ingest = data;
    const gint64 start = g_get_monotonic_time();
    gboolean more = FALSE;

    if (!ingest->block)
        ingest->block = g_malloc(AMR_INPUT_BLOCK);
    for (guint i = 0; i < ingest->inputs->len; i++) {
        AmrInput *input = get_input(ingest, i);
        while (input->pending && has_time(start)) {
            if (input->regular)
                (void)amr_input_read_file(input, ingest->block, amr_intake_block, ingest->intake);
            else
                (void)amr_input_read_stream(input, amr_intake_block, ingest->intake);
        }
        amr_input_settle(input);
        more = more || input->pending;
    }
    if (!more)
        g_clear_pointer(&ingest->idle, g_source_unref);
    tell(ingest);
    return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
schedule(AmrIngest *ingest)
{
    if (!ingest->idle)
        ingest->idle = attach_source(g_idle_source_new(), on_idle, ingest);
}

typedef struct {
    AmrIngest *ingest;
    guint number;
} Ref;

static gboolean
on_stream(gint fd, GIOCondition condition, gpointer data)
{
    const Ref *ref = data;
    AmrIngest *ingest = ref->ingest;
    AmrInput *input = get_input(ingest, ref->number);
    const gint64 start = g_get_monotonic_time();
    gboolean goes_on;

    /* The descriptor may be a terminal that others share, so it is left blocking: ask first. */
    while ((input->pending || amr_input_is_ready(input)) &&
           amr_input_read_stream(input, amr_intake_block, ingest->intake)) {
        if (!has_time(start))
            break;
    }
    amr_input_settle(input);
    if (input->pending)
        schedule(ingest);           /* what is unpacked of the bytes that are read already */
    goes_on = input->ready != NULL; /* whom it tells may free all this */
    tell(ingest);
    return goes_on ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
wait_for_stream(AmrIngest *ingest, AmrInput *input)
{
    Ref *ref = g_new(Ref, 1);
    *ref = (Ref){ingest, input->number};
    input->ready = g_unix_fd_source_new(input->fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
    g_source_set_priority(input->ready, G_PRIORITY_DEFAULT_IDLE);
    g_source_set_callback(input->ready, G_SOURCE_FUNC(on_stream), ref, g_free);
    g_source_attach(input->ready, g_main_context_get_thread_default());
    amr_input_settle(input);
}

/* ---- following ---- */

static gboolean
on_inotify(gint fd, GIOCondition condition, gpointer data)
{
    AmrIngest *ingest = data;
    union {
        struct inotify_event event;
        char bytes[4096];
    } buffer;
    const ssize_t got = read(fd, &buffer, sizeof buffer);
    gsize at = 0;

    while (got > 0 && at + sizeof(struct inotify_event) <= (gsize)got) {
        struct inotify_event event;
        memcpy(&event, buffer.bytes + at, sizeof event);
        at += sizeof event + event.len;
        /* One file given twice has one watch; a queue that overflowed has none (-1). */
        for (guint i = 0; i < ingest->inputs->len; i++) {
            AmrInput *input = get_input(ingest, i);
            if (input->watch >= 0 && (event.wd == input->watch || event.wd < 0) &&
                input->state == AMR_SOURCE_FOLLOWING)
                input->pending = TRUE;
        }
    }
    schedule(ingest);
    return G_SOURCE_CONTINUE;
}

/* Watches the open file itself, by its descriptor: the opener may have got it from elsewhere. */
static gboolean
watch_file(AmrIngest *ingest, AmrInput *input, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", input->fd);
    g_autofree char *name = amr_display_string(input->name);

    if (ingest->inotify < 0) {
        ingest->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        if (ingest->inotify < 0)
            return amr_error_errno(error, errno, "Following %s", name);
        ingest->inotify_ready = attach_source(g_unix_fd_source_new(ingest->inotify, G_IO_IN),
                                              G_SOURCE_FUNC(on_inotify), ingest);
    }
    input->watch = inotify_add_watch(ingest->inotify, path, IN_MODIFY);
    return input->watch >= 0 || amr_error_errno(error, errno, "Following %s", name);
}

/* ---- opening ---- */

static void
start_input(AmrIngest *ingest, AmrInput *input, int fd)
{
    if (!amr_input_attach(input, fd))
        return;
    if (!input->regular)
        wait_for_stream(ingest, input);
    else
        schedule(ingest);
    if (input->regular && input->follow && !watch_file(ingest, input, &input->error))
        input->follow = FALSE; /* what is there can be read all the same */
}

static void
on_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree Ref *ref = data;
    AmrIngest *ingest = ref->ingest;

    /* Once it is freed the opener may be gone too; its opening was cancelled. */
    if (!ingest->freed) {
        AmrInput *input = get_input(ingest, ref->number);
        GError *error = NULL;
        const int fd = amr_opener_open_finish(ingest->opener, result, &error);
        if (fd < 0)
            amr_input_fail(input, error);
        else if (input->state == AMR_SOURCE_READING)
            start_input(ingest, input, fd);
        else
            (void)close(fd); /* cancelled meanwhile */
        tell(ingest);
    }
    unref(ingest);
}

static void
open_input(AmrIngest *ingest, AmrInput *input)
{
    Ref *ref;

    if (input->place == AMR_OPEN_GIVEN && g_str_equal(input->name, "-")) {
        const int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
        if (fd < 0)
            amr_input_fail_reading(input, g_error_new_literal(G_IO_ERROR,
                                                              (int)g_io_error_from_errno(errno),
                                                              g_strerror(errno)));
        else
            start_input(ingest, input, fd);
        return;
    }
    ref = g_new(Ref, 1);
    *ref = (Ref){ingest, input->number};
    ingest->refs++;
    amr_opener_open_async(ingest->opener, input->place, input->name, ingest->openings, on_opened,
                          ref);
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
amr_ingest_source_count(const AmrIngest *ingest)
{
    return ingest->inputs->len;
}

void
amr_ingest_source_info(const AmrIngest *ingest, guint source, AmrSourceInfo *info)
{
    const AmrInput *input = get_input(ingest, source);
    *info = (AmrSourceInfo){input->name, input->state, input->error, input->stats};
}

AmrIngestStats
amr_ingest_stats(const AmrIngest *ingest)
{
    AmrIngestStats sum = {0};
    for (guint i = 0; i < ingest->inputs->len; i++) {
        const AmrIngestStats *stats = &get_input(ingest, i)->stats;
        sum.bytes += stats->bytes;
        sum.records += stats->records;
        sum.torn += stats->torn;
        sum.overlong += stats->overlong;
        sum.foreign += stats->foreign;
        sum.losses += stats->losses;
    }
    return sum;
}

static gboolean
on_cancelled(GCancellable *cancellable, gpointer data)
{
    AmrIngest *ingest = data;
    for (guint i = 0; i < ingest->inputs->len; i++) {
        AmrInput *input = get_input(ingest, i);
        if (input->state == AMR_SOURCE_READING)
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
        tell(ingest);
    unref(ingest);
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
    for (guint i = 0; i < ingest->inputs->len; i++) {
        AmrInput *input = get_input(ingest, i);
        if (input->state == AMR_SOURCE_READING && input->fd < 0)
            open_input(ingest, input);
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

GBytes *
amr_ingest_raw(AmrIngest *ingest, const AmrOrigin *origin)
{
    const AmrInput *input;

    if (origin->source >= ingest->inputs->len)
        return NULL;
    input = get_input(ingest, origin->source);
    if (amr_input_is_kept(input))
        return amr_input_raw(input, origin);
    return amr_intake_raw(ingest->intake, origin);
}
