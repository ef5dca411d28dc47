/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The past of the sources: how far it is read, and leaving out what is left of it. */
#include "config.h"

#include <sys/stat.h>

#include "core/source/ingest-private.h"

void
amr_ingest_skip(AmrIngest *ingest)
{
    for (guint i = 0; i < ingest->inputs->len; i++) {
        for (AmrInput *input = amr_ingest_input(ingest, i); input; input = input->older) {
            if (input->state == AMR_SOURCE_READING)
                amr_input_skip(input);
        }
    }
    /* Who waits is told from the loop, not from here. */
    amr_ingest_schedule(ingest);
}

static void
add_progress(const AmrInput *input, AmrIngestProgress *progress)
{
    struct stat status;

    if (input->regular && input->fd >= 0 && fstat(input->fd, &status) == 0) {
        progress->done += input->offset;
        progress->of += MAX((guint64)status.st_size, input->offset);
    } else if (input->state == AMR_SOURCE_READING) {
        progress->unknown++;
    }
}

void
amr_ingest_progress(const AmrIngest *ingest, AmrIngestProgress *progress)
{
    *progress = (AmrIngestProgress){0};
    for (guint i = 0; i < ingest->inputs->len; i++) {
        for (const AmrInput *input = amr_ingest_input(ingest, i); input; input = input->older)
            add_progress(input, progress);
    }
}
