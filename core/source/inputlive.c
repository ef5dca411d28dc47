/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An input that is no file: the audit multicast, the kernel's ring, the journal; and a fifo that is
 * written to again. */
#include "config.h"

#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/source/input.h"

void
amr_input_attach_live(AmrInput *input, AmrLive *live)
{
    input->live = live;
    input->started = TRUE;
    input->pending = TRUE;
    if (!input->buffer)
        input->buffer = g_malloc(AMR_INPUT_BUFFER);
}

void
amr_input_put(AmrInput *input, const char *text, gsize size)
{
    while (size > 0) {
        const gsize n = MIN(size, AMR_INPUT_BUFFER - input->held);
        memcpy(input->buffer + input->held, text, n);
        input->held += n;
        text += n;
        size -= n;
        if (input->held == AMR_INPUT_BUFFER)
            amr_input_drain(input, FALSE);
    }
}

static void
put(gpointer data, const char *text, gsize size)
{
    amr_input_put(data, text, size);
}

void
amr_input_count_live(AmrInput *input)
{
    const AmrLive *live = input->live;

    input->stats.bytes += live->bytes - input->live_bytes;
    input->live_bytes = live->bytes;
    for (guint i = 0; i < AMR_LOSS_COUNT; i++) {
        input->stats.lost[i] += live->lost[i] - input->live_lost[i];
        input->live_lost[i] = live->lost[i];
    }
    input->stats.torn += live->counts.torn - input->counted.torn;
    input->stats.overlong += live->counts.overlong - input->counted.overlong;
    input->counted = live->counts;
}

gboolean
amr_input_read_live(AmrInput *input, AmrInputSink sink, gpointer data)
{
    GError *error = NULL;
    AmrLiveStep step;

    input->sink = sink;
    input->sink_data = data;
    if (input->skip && input->live->skip)
        input->live->skip(input->live);
    input->skip = FALSE;
    step = input->live->step(input->live, put, input, &error);
    amr_input_drain(input, FALSE);
    amr_input_count_live(input);
    input->pending = step == AMR_LIVE_GAVE;
    if (step == AMR_LIVE_FAILED)
        amr_input_fail_reading(input, error);
    else if (step == AMR_LIVE_LATE)
        input->state = AMR_SOURCE_READING;
    else if (step == AMR_LIVE_EMPTY && input->follow)
        input->state = AMR_SOURCE_FOLLOWING;
    else if (step == AMR_LIVE_EMPTY)
        amr_input_finish(input);
    return step == AMR_LIVE_GAVE;
}

/* ---- a fifo whose writer is gone ----------------------------------------------------------------
 */

/* A pipe without a name has no second writer. */
static gboolean
is_named_fifo(int fd)
{
    struct stat status;
    struct statfs system;

    return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode) && fstatfs(fd, &system) == 0 &&
           system.f_type != PIPEFS_MAGIC;
}

gboolean
amr_input_awaits_writer(const AmrInput *input)
{
    return input->follow && input->state == AMR_SOURCE_DONE && !input->regular && !input->live &&
           !amr_input_is_stdin(input) && input->fd >= 0 && !input->renewing &&
           is_named_fifo(input->fd);
}

gboolean
amr_input_reopen(AmrInput *input, int fd)
{
    if (!is_named_fifo(fd)) {
        (void)close(fd);
        return FALSE;
    }
    (void)close(input->fd);
    input->fd = fd;
    g_clear_pointer(&input->raw, g_free);
    amr_input_reset(input);
    input->state = AMR_SOURCE_AWAITED;
    return TRUE;
}
