/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/log/record.h"

AmrInput *
amr_input_new(guint number, AmrOpenPlace place, const char *name, gboolean follow)
{
    AmrInput *input = g_new0(AmrInput, 1);
    input->number = number;
    input->kind = AMR_SOURCE_KIND_FILE;
    input->place = place;
    input->name = g_strdup(name);
    input->follow = follow;
    input->others_from = G_MAXUINT64;
    input->state = AMR_SOURCE_READING;
    input->fd = -1;
    input->watch = -1;
    return input;
}

static void
stop_waiting(AmrInput *input)
{
    if (input->ready) {
        g_source_destroy(input->ready);
        g_clear_pointer(&input->ready, g_source_unref);
    }
    if (input->resting) {
        g_source_destroy(input->resting);
        g_clear_pointer(&input->resting, g_source_unref);
    }
}

void
amr_input_free(AmrInput *input)
{
    stop_waiting(input);
    if (input->fd >= 0)
        (void)close(input->fd);
    g_clear_error(&input->error);
    g_clear_pointer(&input->names, amr_follow_free);
    if (input->live)
        input->live->free(input->live);
    amr_input_reset(input);
    g_free(input->buffer);
    g_free(input->raw);
    g_free(input->name);
    g_free(input->directory);
    g_free(input->lent);
    g_free(input);
}

void
amr_input_fail(AmrInput *input, GError *error)
{
    stop_waiting(input);
    g_clear_error(&input->error);
    input->error = error;
    input->state = AMR_SOURCE_FAILED;
    input->pending = FALSE;
}

gboolean
amr_input_is_stdin(const AmrInput *input)
{
    return input->place == AMR_OPEN_GIVEN && g_str_equal(input->name, "-");
}

void
amr_input_fail_reading(AmrInput *input, GError *error)
{
    g_autofree char *name =
        amr_display_string(amr_input_is_stdin(input) ? "standard input" : input->name);
    g_prefix_error(&error, "Reading %s: ", name);
    amr_input_fail(input, error);
}

void
amr_input_fail_directory(AmrInput *input)
{
    amr_input_fail_reading(input, g_error_new(AMR_ERROR, AMR_ERROR_PARSE,
                                              "Not a text log but a directory"));
}

static void
fail_errno(AmrInput *input, int errsv)
{
    amr_input_fail_reading(input, g_error_new_literal(G_IO_ERROR, (int)g_io_error_from_errno(errsv),
                                                      g_strerror(errsv)));
}

gboolean
amr_input_attach(AmrInput *input, int fd)
{
    struct stat status;
    off_t at;

    input->fd = fd;
    if (fstat(fd, &status) != 0) {
        fail_errno(input, errno);
        return FALSE;
    }
    if (S_ISDIR(status.st_mode)) {
        amr_input_fail_directory(input);
        return FALSE;
    }
    input->regular = S_ISREG(status.st_mode);
    if (input->regular) {
        /* Standard input may stand in the middle of a file; what is before was for others. */
        at = lseek(fd, 0, SEEK_CUR);
        input->offset = at > 0 ? (guint64)at : 0;
        input->pending = TRUE;
        return TRUE;
    }
    input->buffer = g_malloc(AMR_INPUT_BUFFER);
    return TRUE;
}

gboolean
amr_input_is_ready(const AmrInput *input)
{
    struct pollfd wait = {.fd = input->live ? input->live->fd : input->fd, .events = POLLIN};
    return poll(&wait, 1, 0) > 0;
}

void
amr_input_finish(AmrInput *input)
{
    stop_waiting(input);
    input->pending = FALSE;
    if (input->stats.records == 0 && (input->binary || input->form)) {
        amr_input_fail_reading(input,
                               g_error_new(AMR_ERROR, AMR_ERROR_PARSE, "Not a text log but %s",
                                           input->form ? input->form : "binary data"));
        return;
    }
    input->state = input->follow && input->regular ? AMR_SOURCE_FOLLOWING : AMR_SOURCE_DONE;
}

void
amr_input_settle(AmrInput *input)
{
    if (!input->regular && !input->live && input->follow && input->state == AMR_SOURCE_READING &&
        input->ready && !input->pending && !amr_input_is_ready(input))
        input->state = AMR_SOURCE_FOLLOWING;
}

/* ---- regular files
 * ---------------------------------------------------------------------------------- */

static gssize
read_at(const AmrInput *input, void *bytes, gsize size, guint64 offset)
{
    gsize done = 0;
    while (done < size) {
        const ssize_t n =
            pread(input->fd, (char *)bytes + done, size - done, (off_t)(offset + done));
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        done += (gsize)n;
    }
    return (gssize)done;
}

static void
remember_tail(AmrInput *input)
{
    AmrInputTail *tail = &input->tail;
    const gsize want = MIN(input->offset, sizeof tail->bytes);
    const gssize got = read_at(input, tail->bytes, want, input->offset - want);
    tail->len = got == (gssize)want ? want : 0;
    tail->offset = input->offset;
}

/* Whether the file is still what was read, and longer or as long. */
static gboolean
still_there(const AmrInput *input)
{
    const AmrInputTail *tail = &input->tail;
    guint8 bytes[sizeof tail->bytes];
    struct stat status;

    if (fstat(input->fd, &status) != 0 || (guint64)status.st_size < input->offset)
        return FALSE;
    return read_at(input, bytes, tail->len, input->offset - tail->len) == (gssize)tail->len &&
           memcmp(bytes, tail->bytes, tail->len) == 0;
}

static void
begin_again(AmrInput *input)
{
    if (amr_input_is_kept(input) && !input->dropping)
        input->cut = input->tail;
    input->base += AMR_INPUT_SPACE;
    input->offset = 0;
    input->tail.len = 0;
    input->dropping = FALSE;
    amr_input_reset(input);
}

/* Takes what was read of a text log; how many bytes were done with. */
static gsize
take_text(AmrInput *input, const char *block, gsize size, gboolean at_end)
{
    const gsize done = input->sink(input->sink_data, input, block, size,
                                   input->base + input->offset, at_end && !input->follow);
    if (at_end)
        input->pending = FALSE;
    return done;
}

/* The same of what goes through the pipe. What is compressed is not appended to. */
static gsize
take_piped(AmrInput *input, const char *block, gsize size, gboolean at_end)
{
    const gboolean last =
        at_end && (!input->follow || amr_pipe_compression(input->pipe) != AMR_COMPRESSION_NONE);
    gboolean idle;
    const gsize done = amr_input_pump(input, block, size, last, &idle);

    if (idle && at_end)
        input->pending = FALSE;
    return done;
}

/* ---- what is left out --------------------------------------------------------------------------
 */

static void
fail_skipped(AmrInput *input)
{
    amr_input_fail_reading(input, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                      "Stopped before its end"));
}

void
amr_input_skip(AmrInput *input)
{
    input->skip = TRUE;
    if (input->fd >= 0 && !input->regular && !input->live)
        fail_skipped(input);
}

/* Where the last line of a file of @size bytes begins, if that can be seen; it may be half written.
 */
static gboolean
find_last_line(AmrInput *input, guint64 size, guint64 *at)
{
    const gsize want = MIN(size - input->offset, AMR_SCAN_LINE_MAX);
    g_autofree char *bytes = g_malloc(want);
    gsize n = want;

    if (read_at(input, bytes, want, size - want) != (gssize)want)
        return FALSE;
    while (n > 0 && bytes[n - 1] != '\n')
        n--;
    *at = size - want + n;
    return n > 0;
}

/* After a block was read: to the end of what is there. */
static void
skip_rest(AmrInput *input)
{
    const guint64 from = input->offset;
    struct stat status;
    guint64 to;

    input->skip = FALSE;
    if (fstat(input->fd, &status) != 0 || (guint64)status.st_size <= from)
        return;
    to = (guint64)status.st_size;
    if (input->pipe && amr_pipe_compression(input->pipe) == AMR_COMPRESSION_NONE) {
        fail_skipped(input);
    } else if (input->pipe) {
        input->pending = FALSE;
        input->state = AMR_SOURCE_DONE;
    } else {
        input->dropping = !find_last_line(input, to, &to);
        input->offset = to;
    }
    input->stats.unread += to - from;
}

gboolean
amr_input_read_file(AmrInput *input, char *block, AmrInputSink sink, gpointer data)
{
    gboolean at_end;
    gssize got;
    gsize done = 0;

    if (input->follow && !still_there(input)) {
        begin_again(input);
        if (input->superseded)
            amr_input_release(input); /* whose space begins there is another */
        return TRUE;
    }
    got = read_at(input, block, AMR_INPUT_BLOCK, input->offset);
    if (got < 0) {
        fail_errno(input, errno);
        return FALSE;
    }
    at_end = got < AMR_INPUT_BLOCK;
    input->sink = sink;
    input->sink_data = data;
    if (!amr_input_look(input, block, (gsize)got, !at_end || !input->follow))
        input->pending = FALSE;
    else if (input->pipe)
        done = take_piped(input, block, (gsize)got, at_end);
    else
        done = take_text(input, block, (gsize)got, at_end);
    input->offset += done;
    input->stats.bytes += done;
    if (input->skip && input->pending)
        skip_rest(input);
    if (input->follow)
        remember_tail(input);
    if (!input->pending && input->state != AMR_SOURCE_FAILED && input->state != AMR_SOURCE_DONE)
        amr_input_finish(input);
    return input->pending;
}

/* ---- streams
 * ------------------------------------------------------------------------------------------ */

void
amr_input_drain(AmrInput *input, gboolean last)
{
    const gsize done = input->sink(input->sink_data, input, input->buffer, input->held,
                                   input->buffer_offset, last);
    memmove(input->buffer, input->buffer + done, input->held - done);
    input->held -= done;
    input->buffer_offset += done;
}

/* Reads once; FALSE if there was nothing for now, or it failed. */
static gboolean
read_once(AmrInput *input, char *room, gsize size, gsize *got)
{
    const ssize_t n = read(input->fd, room, size);

    *got = n > 0 ? (gsize)n : 0;
    input->stats.bytes += *got;
    if (n > 0 && input->state == AMR_SOURCE_AWAITED)
        input->state = AMR_SOURCE_READING; /* a writer is back */
    if (n >= 0)
        return TRUE;
    if (errno == EPIPE) {
        input->stats.lost[AMR_LOSS_OVERWRITTEN]++; /* /dev/kmsg: what was to come is gone */
        return FALSE;
    }
    if (errno != EAGAIN && errno != EINTR)
        fail_errno(input, errno);
    return FALSE;
}

static void
pump_raw(AmrInput *input)
{
    gboolean idle;

    input->raw_at += amr_input_pump(input, input->raw + input->raw_at,
                                    input->raw_held - input->raw_at, input->raw_last, &idle);
    if (input->pipe)
        input->pending = !idle;
}

/* The first bytes say that it is no text: from now on they go through the pipe. */
static void
turn_to_pipe(AmrInput *input, gboolean last)
{
    input->raw = input->buffer;
    input->raw_held = input->held;
    input->raw_at = 0;
    input->raw_last = last;
    input->buffer = g_malloc(AMR_INPUT_BUFFER);
    input->held = 0;
    pump_raw(input);
}

static gboolean
read_piped(AmrInput *input)
{
    if (!input->pending) {
        gsize got;
        if (!read_once(input, input->raw, AMR_INPUT_BUFFER, &got))
            return FALSE;
        input->raw_at = 0;
        input->raw_held = got;
        input->raw_last = got == 0;
    }
    pump_raw(input);
    return input->state != AMR_SOURCE_DONE && input->state != AMR_SOURCE_FAILED;
}

gboolean
amr_input_read_stream(AmrInput *input, AmrInputSink sink, gpointer data)
{
    gsize got;

    if (input->live)
        return amr_input_read_live(input, sink, data);
    input->sink = sink;
    input->sink_data = data;
    if (input->skip) { /* before it was open */
        fail_skipped(input);
        return FALSE;
    }
    if (input->pipe)
        return read_piped(input);
    if (!read_once(input, input->buffer + input->held, AMR_INPUT_BUFFER - input->held, &got))
        return FALSE;
    input->held += got;
    if (!amr_input_look(input, input->buffer, input->held, got == 0))
        return TRUE;
    if (input->pipe) {
        turn_to_pipe(input, got == 0);
        return input->state != AMR_SOURCE_DONE && input->state != AMR_SOURCE_FAILED;
    }
    amr_input_drain(input, got == 0);
    if (got == 0)
        amr_input_finish(input);
    return got > 0;
}

/* ---- raw records
 * ---------------------------------------------------------------------------------------- */

gboolean
amr_input_is_kept(const AmrInput *input)
{
    return input->regular && !input->piped;
}

static GBytes *
raw_of(const AmrInput *input, const AmrOrigin *origin)
{
    const guint64 offset = origin->offset - input->base;
    const gsize before = offset > 0;
    const AmrSpan line = {(uint32_t)before, origin->len};
    g_autofree char *bytes = NULL;
    AmrRecord record;

    bytes = g_malloc(before + origin->len);
    if (read_at(input, bytes, before + origin->len, offset - before) !=
        (gssize)(before + origin->len))
        return NULL;
    /* Somebody may have written another text into the same file. A hole may stand before it. */
    if ((before && bytes[0] != '\n' && bytes[0] != '\0') || !amr_record_slice(&record, bytes, line))
        return NULL;
    return g_bytes_new(bytes + before, origin->len);
}

GBytes *
amr_input_raw(const AmrInput *input, const AmrOrigin *origin)
{
    if (origin->len == 0 || origin->len > AMR_SCAN_LINE_MAX)
        return NULL;
    for (; input; input = input->older) {
        if (input->fd >= 0 && origin->offset >= input->base &&
            origin->offset - input->base < AMR_INPUT_SPACE)
            return raw_of(input, origin);
    }
    return NULL;
}
