/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/decode-pipe.h"

#include <string.h>

#include "core/base/error.h"

enum {
    ROOM = 256 * 1024
};

struct AmrPipe {
    AmrTextSink sink;
    gpointer data;
    AmrCompression compression;
    AmrDecompress *unpack;
    AmrForm form; /* UNSURE until enough is unpacked */
    AmrDecoder *decoder;
    char *room; /* what was unpacked */
    gsize held; /* of it, what is not passed on yet: while the form is not known */
};

AmrPipeGuess
amr_pipe_guess(const char *bytes, gsize size, gboolean last)
{
    AmrPipeGuess guess = {.form = AMR_FORM_TEXT};

    guess.compression = amr_compression_guess(bytes, size, &guess.unsure);
    if (last)
        guess.unsure = FALSE;
    if (guess.compression != AMR_COMPRESSION_NONE || guess.unsure)
        return guess;
    guess.form = amr_form_guess(bytes, size, last);
    guess.unsure = guess.form == AMR_FORM_UNSURE;
    return guess;
}

static void
set_form(AmrPipe *pipe, AmrForm form)
{
    pipe->form = form;
    if (form != AMR_FORM_TEXT && form != AMR_FORM_UNSURE)
        pipe->decoder = amr_decoder_new(form, pipe->sink, pipe->data);
}

AmrPipe *
amr_pipe_new(const AmrPipeGuess *guess, AmrTextSink sink, gpointer data)
{
    AmrPipe *pipe = g_new0(AmrPipe, 1);

    pipe->sink = sink;
    pipe->data = data;
    pipe->compression = guess->compression;
    if (guess->compression == AMR_COMPRESSION_NONE) {
        set_form(pipe, guess->form);
        return pipe;
    }
    pipe->unpack = amr_decompress_new(guess->compression);
    pipe->room = g_malloc(ROOM);
    return pipe;
}

void
amr_pipe_free(AmrPipe *pipe)
{
    if (!pipe)
        return;
    amr_decompress_free(pipe->unpack);
    amr_decoder_free(pipe->decoder);
    g_free(pipe->room);
    g_free(pipe);
}

static void
pass(AmrPipe *pipe, const char *bytes, gsize size)
{
    if (size == 0)
        return;
    if (pipe->decoder)
        amr_decoder_feed(pipe->decoder, bytes, size);
    else
        pipe->sink(pipe->data, bytes, size);
}

static void
pass_unpacked(AmrPipe *pipe, gboolean last)
{
    if (pipe->form == AMR_FORM_UNSURE)
        set_form(pipe, amr_form_guess(pipe->room, pipe->held, last));
    if (pipe->form == AMR_FORM_UNSURE)
        return;
    pass(pipe, pipe->room, pipe->held);
    pipe->held = 0;
}

static void
end(AmrPipe *pipe)
{
    if (pipe->unpack)
        pass_unpacked(pipe, TRUE);
    if (pipe->decoder)
        amr_decoder_end(pipe->decoder);
}

gboolean
amr_pipe_step(AmrPipe *pipe, const char *bytes, gsize size, gboolean last, AmrPipeStep *step,
              GError **error)
{
    AmrDecompressed unpacked = {.taken = MIN(size, ROOM)};
    gboolean fine = TRUE;

    if (pipe->unpack) {
        fine = amr_decompress_step(pipe->unpack, bytes, size, last, pipe->room + pipe->held,
                                   ROOM - pipe->held, &unpacked, error);
        pipe->held += unpacked.given;
        pass_unpacked(pipe, FALSE);
    } else {
        pass(pipe, bytes, unpacked.taken);
    }
    step->taken = unpacked.taken;
    step->idle = unpacked.taken == 0 && unpacked.given == 0;
    step->done = !fine || (last && step->idle);
    if (step->done)
        end(pipe);
    return fine;
}

AmrDecodeCounts
amr_pipe_counts(const AmrPipe *pipe)
{
    return pipe->decoder ? amr_decoder_counts(pipe->decoder) : (AmrDecodeCounts){0};
}

AmrCompression
amr_pipe_compression(const AmrPipe *pipe)
{
    return pipe->compression;
}

gboolean
amr_pipe_is_journal(const AmrPipe *pipe)
{
    return pipe->form == AMR_FORM_EXPORT || pipe->form == AMR_FORM_JSON ||
           pipe->form == AMR_FORM_VERBOSE;
}
