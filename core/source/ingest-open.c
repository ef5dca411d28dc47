/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening sources, and opening a followed log again when another file has its name. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/source/ingest-private.h"

/* ---- what is watched --------------------------------------------------------------------------
 */

/* Not fatal: what can be read is read. Takes over @error. */
static void
set_trouble(AmrInput *input, GError *error)
{
    g_autofree char *name = amr_display_string(input->name);

    g_prefix_error(&error, "Following %s: ", name);
    g_clear_error(&input->error);
    input->error = error;
}

/* Watches the open file itself, by its descriptor. */
static void
watch_file(AmrIngest *ingest, AmrInput *input)
{
    g_autoptr(GError) error = NULL;

    input->watch = amr_watch_add(ingest->watch, input->fd, AMR_FOLLOW_FILE_MASK, &error);
    if (input->watch < 0) {
        set_trouble(input, g_steal_pointer(&error));
        input->follow = FALSE; /* what is there can be read all the same */
        return;
    }
    if (input->names)
        amr_follow_found(input->names, input->fd);
}

static void renew(AmrIngest *ingest, AmrInput *newest);

static void
on_event(gpointer data, const AmrWatchEvent *event)
{
    AmrIngest *ingest = data;

    for (guint i = 0; i < ingest->inputs->len; i++) {
        AmrInput *newest = amr_ingest_input(ingest, i);
        for (AmrInput *input = newest; input; input = input->older) {
            /* One file given twice has one watch; a queue that overflowed has none (-1). */
            if (input->watch >= 0 && (event->watch == input->watch || event->watch < 0) &&
                input->state == AMR_SOURCE_FOLLOWING)
                input->pending = TRUE;
        }
        if (newest->names && amr_follow_event(newest->names, event))
            renew(ingest, newest);
    }
}

static void
on_events_done(gpointer data)
{
    amr_ingest_schedule(data);
}

AmrWatch *
amr_ingest_watch_new(AmrIngest *ingest)
{
    return amr_watch_new(on_event, on_events_done, ingest);
}

/* ---- a name that changed hands ----------------------------------------------------------------
 */

/* Puts what @fd is open on in the place of the newest. */
static AmrInput *
succeed(AmrIngest *ingest, AmrInput *newest, int fd)
{
    AmrInput *input = amr_input_renew(newest, fd);

    g_ptr_array_index(ingest->inputs, input->number) = input;
    if (input->fd >= 0 && input->regular)
        watch_file(ingest, input);
    return input;
}

static void
take_renewed(AmrIngest *ingest, AmrInput *newest, int fd)
{
    g_autoptr(GArray) between = NULL;
    struct stat status;

    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        (void)close(fd);
        set_trouble(newest, g_error_new_literal(AMR_ERROR, AMR_ERROR_PARSE,
                                                "What has its name now is no file"));
        return;
    }
    g_clear_error(&newest->error);
    if (amr_input_knows(newest, fd)) {
        (void)close(fd);
        return;
    }
    between = amr_follow_between(newest->names, newest->fd, fd, amr_input_knows, newest);
    for (guint i = 0; i < between->len; i++)
        newest = succeed(ingest, newest, g_array_index(between, int, i));
    (void)succeed(ingest, newest, fd);
    amr_ingest_schedule(ingest);
}

static void
on_renewed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree AmrIngestRef *ref = data;
    AmrIngest *ingest = ref->ingest;

    if (!ingest->freed) {
        AmrInput *newest = amr_ingest_input(ingest, ref->number);
        GError *error = NULL;
        const int fd = amr_opener_open_finish(ingest->opener, result, &error);
        const gboolean again = newest->again;

        newest->renewing = newest->again = FALSE;
        if (fd >= 0) {
            take_renewed(ingest, newest, fd);
        } else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
            g_error_free(error); /* between two names; the next event tells */
        } else {
            set_trouble(newest, error);
        }
        if (again)
            renew(ingest, amr_ingest_input(ingest, ref->number));
        amr_ingest_tell(ingest);
    }
    amr_ingest_unref(ingest);
}

static void
renew(AmrIngest *ingest, AmrInput *newest)
{
    if (newest->renewing) {
        newest->again = TRUE;
        return;
    }
    newest->renewing = TRUE;
    ingest->refs++;
    amr_opener_open_async(ingest->opener, newest->place, newest->name, ingest->openings, on_renewed,
                          amr_ingest_ref_new(ingest, newest->number));
}

void
amr_ingest_recover(AmrIngest *ingest, AmrInput *newest)
{
    const int fd = newest->names ? amr_follow_copy(newest->names, newest->cut.bytes,
                                                   newest->cut.len, newest->cut.offset)
                                 : -1;
    if (fd < 0)
        newest->cut.len = 0;
    else
        amr_input_recover(newest, fd);
}

void
amr_ingest_prune(AmrIngest *ingest, AmrInput *newest)
{
    AmrInput *gone;

    while ((gone = amr_input_prune(newest)) != NULL) {
        amr_watch_remove(ingest->watch, gone->watch);
        amr_input_free(gone);
    }
}

/* ---- opening ----------------------------------------------------------------------------------
 */

static void
start_input(AmrIngest *ingest, AmrInput *input, int fd)
{
    if (!amr_input_attach(input, fd))
        return;
    if (!input->regular) {
        g_clear_pointer(&input->names, amr_follow_free);
        amr_ingest_wait(ingest, input);
        return;
    }
    amr_ingest_schedule(ingest);
    if (input->follow)
        watch_file(ingest, input);
}

static void
on_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree AmrIngestRef *ref = data;
    AmrIngest *ingest = ref->ingest;

    /* Once it is freed the opener may be gone too; its opening was cancelled. */
    if (!ingest->freed) {
        AmrInput *input = amr_ingest_input(ingest, ref->number);
        GError *error = NULL;
        const int fd = amr_opener_open_finish(ingest->opener, result, &error);
        if (fd >= 0 && input->state == AMR_SOURCE_READING) {
            start_input(ingest, input, fd);
        } else if (fd >= 0) {
            (void)close(fd); /* cancelled meanwhile */
        } else {
            const gboolean may_come =
                input->names && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
            if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY)) {
                g_error_free(error);
                amr_input_fail_directory(input);
            } else {
                amr_input_fail(input, error);
            }
            if (may_come)
                input->state = AMR_SOURCE_AWAITED;
        }
        amr_ingest_tell(ingest);
    }
    amr_ingest_unref(ingest);
}

static void
open_standard_input(AmrIngest *ingest, AmrInput *input)
{
    const int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

    if (fd >= 0)
        start_input(ingest, input, fd);
    else
        amr_input_fail_reading(input,
                               g_error_new_literal(G_IO_ERROR, (int)g_io_error_from_errno(errno),
                                                   g_strerror(errno)));
}

void
amr_ingest_open(AmrIngest *ingest, AmrInput *input)
{
    if (input->place == AMR_OPEN_GIVEN && g_str_equal(input->name, "-")) {
        open_standard_input(ingest, input);
        return;
    }
    /* Its directory first: what takes the name from now on is noticed. Where that may not be
     * watched, the file is followed for as long as it has its name. */
    if (input->follow) {
        GError *error = NULL;
        input->names =
            amr_follow_new(ingest->watch, ingest->opener, input->place, input->name, &error);
        if (error)
            set_trouble(input, error);
    }
    ingest->refs++;
    amr_opener_open_async(ingest->opener, input->place, input->name, ingest->openings, on_opened,
                          amr_ingest_ref_new(ingest, input->number));
}

/* ---- a fifo whose writer is gone --------------------------------------------------------------
 */

static void
on_reopened(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree AmrIngestRef *ref = data;
    AmrIngest *ingest = ref->ingest;

    if (!ingest->freed) {
        AmrInput *input = amr_ingest_input(ingest, ref->number);
        const int fd = amr_opener_open_finish(ingest->opener, result, NULL);

        if (fd >= 0 && amr_input_reopen(input, fd)) {
            input->renewing = FALSE;
            amr_ingest_wait(ingest, input);
        } /* else it stays as it is: done */
        amr_ingest_tell(ingest);
    }
    amr_ingest_unref(ingest);
}

/* Opened anew before the old descriptor is closed, so that nothing that is written meanwhile is
 * lost. */
void
amr_ingest_await_writer(AmrIngest *ingest, AmrInput *input)
{
    if (!amr_input_awaits_writer(input))
        return;
    input->renewing = TRUE;
    ingest->refs++;
    amr_opener_open_async(ingest->opener, input->place, input->name, ingest->openings, on_reopened,
                          amr_ingest_ref_new(ingest, input->number));
}
