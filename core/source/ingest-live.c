/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources that are no file, in the main loop. */
#include "config.h"

#include <unistd.h>

#include "core/source/ingest-private.h"

/* What the multicast gives was stamped after it was joined, by a clock that may have been set
 * meanwhile. */
#define AUDIT_SLACK_MS 60000

static AmrLive *
make(const AmrInput *input, int fd, GError **error)
{
    const AmrSourceKind kind = input->kind;

    if (input->lent)
        return amr_live_lent_new(fd, input->follow);
    if (kind == AMR_SOURCE_KIND_AUDIT)
        return amr_live_audit_new(fd);
    if (kind == AMR_SOURCE_KIND_KMSG)
        return amr_live_kmsg_new(fd);
    return amr_live_journal_new(fd, error);
}

void
amr_ingest_start_live(AmrIngest *ingest, AmrInput *input, int fd)
{
    GError *error = NULL;
    AmrLive *live = make(input, fd, &error);

    input->fd = -1; /* its own now */
    if (!live) {
        amr_input_fail(input, error);
        return;
    }
    amr_input_attach_live(input, live);
    if (input->follow || live->remote)
        amr_ingest_wait(ingest, input);
    amr_ingest_schedule(ingest);
}

static void
on_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree AmrIngestRef *ref = data;
    AmrIngest *ingest = ref->ingest;

    if (!ingest->freed) {
        AmrInput *input = amr_ingest_input(ingest, ref->number);
        GError *error = NULL;
        const int fd = amr_opener_open_finish(ingest->opener, result, &error);
        if (fd < 0)
            amr_input_fail(input, error);
        else if (input->state == AMR_SOURCE_READING)
            amr_ingest_start_live(ingest, input, fd);
        else
            (void)close(fd); /* cancelled meanwhile */
        amr_ingest_tell(ingest);
    }
    amr_ingest_unref(ingest);
}

static void
open_audit(AmrIngest *ingest, AmrInput *input)
{
    GError *error = NULL;
    int fd;

    if (!input->follow) {
        input->state = AMR_SOURCE_DONE; /* it has no past */
        return;
    }
    fd = amr_audit_open(&error);
    if (fd < 0)
        amr_input_fail_reading(input, error);
    else
        amr_ingest_start_live(ingest, input, fd);
}

static void
open_journal(AmrIngest *ingest, AmrInput *input)
{
    GError *error = NULL;
    const int fd = amr_opener_open_dir(ingest->opener, AMR_OPEN_SOURCE, input->directory, &error);

    if (fd < 0)
        amr_input_fail(input, error);
    else
        amr_ingest_start_live(ingest, input, fd);
}

static void
open_lent(AmrIngest *ingest, AmrInput *input)
{
    GError *error = NULL;
    const int fd =
        amr_lender_records(amr_opener_lender(ingest->opener), input->lent, input->follow, &error);

    if (fd < 0)
        amr_input_fail_reading(input, error);
    else
        amr_ingest_start_live(ingest, input, fd);
}

void
amr_ingest_open_live(AmrIngest *ingest, AmrInput *input)
{
    if (input->lent) {
        open_lent(ingest, input);
    } else if (input->fd >= 0) {
        amr_ingest_start_live(ingest, input, input->fd);
    } else if (input->kind == AMR_SOURCE_KIND_AUDIT) {
        open_audit(ingest, input);
    } else if (input->kind == AMR_SOURCE_KIND_JOURNAL) {
        open_journal(ingest, input);
    } else {
        ingest->refs++;
        amr_opener_open_async(ingest->opener, AMR_OPEN_SOURCE, "dev/kmsg", ingest->openings,
                              on_opened, amr_ingest_ref_new(ingest, input->number));
    }
}

/* ---- resting -----------------------------------------------------------------------------------
 */

static gboolean
on_rest(gpointer data)
{
    const AmrIngestRef *ref = data;
    AmrIngest *ingest = ref->ingest;
    AmrInput *input = amr_ingest_input(ingest, ref->number);

    g_clear_pointer(&input->resting, g_source_unref);
    input->live->rest(input->live);
    amr_input_count_live(input);
    if (ingest->count)
        amr_audit_count_hear(ingest->count); /* who got what we did not? */
    amr_ingest_tell(ingest);
    return G_SOURCE_REMOVE;
}

void
amr_ingest_let_rest(AmrIngest *ingest, AmrInput *input)
{
    if (!input->live || !input->live->rest || !input->live->restless ||
        input->state == AMR_SOURCE_FAILED)
        return;
    if (input->resting) {
        g_source_set_ready_time(input->resting, g_get_monotonic_time() +
                                                    AMR_LIVE_REST_MS * G_TIME_SPAN_MILLISECOND);
        return;
    }
    input->resting = g_timeout_source_new(AMR_LIVE_REST_MS);
    g_source_set_callback(input->resting, on_rest, amr_ingest_ref_new(ingest, input->number),
                          g_free);
    g_source_attach(input->resting, g_main_context_get_thread_default());
}

/* ---- copies ------------------------------------------------------------------------------------
 */

/* The oldest stamp that the source of @input may have a record of, milliseconds since the epoch, by
 * the kernel's own clock. */
static guint64
begins(const AmrInput *input)
{
    return input->kind == AMR_SOURCE_KIND_AUDIT
               ? (guint64)g_get_real_time() / G_TIME_SPAN_MILLISECOND - AUDIT_SLACK_MS
               : 0;
}

void
amr_ingest_set_others(AmrIngest *ingest)
{
    for (guint i = 0; i < ingest->inputs->len; i++) {
        AmrInput *input = amr_ingest_input(ingest, i);
        guint64 from = input->kind == AMR_SOURCE_KIND_JOURNAL ? 0 : G_MAXUINT64;

        for (guint j = 0; j < ingest->inputs->len; j++) {
            if (j != i)
                from = MIN(from, begins(amr_ingest_input(ingest, j)));
        }
        for (; input; input = input->older)
            input->others_from = MIN(input->others_from, from);
    }
}
