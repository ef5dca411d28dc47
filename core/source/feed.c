/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source that is given its records. */
#include "config.h"

#include "core/source/ingest-private.h"

guint
amr_ingest_add_feed(AmrIngest *ingest, const char *name)
{
    AmrInput *input = amr_input_new(ingest->inputs->len, AMR_OPEN_GIVEN, name, TRUE);

    input->state = AMR_SOURCE_FOLLOWING;
    g_ptr_array_add(ingest->inputs, input);
    return input->number;
}

void
amr_ingest_feed(AmrIngest *ingest, guint source, const char *text, gsize len)
{
    AmrInput *input = amr_ingest_input(ingest, source);

    (void)amr_intake_block(ingest->intake, input, text, len, 0, TRUE);
    input->stats.bytes += len;
    amr_ingest_tell(ingest);
}
