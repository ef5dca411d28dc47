/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the bytes of a source to text, where those are not text already: unpacked, then decoded.
 * Private to core/source.
 */
#ifndef AMR_SOURCE_DECODE_PIPE_H
#define AMR_SOURCE_DECODE_PIPE_H

#include "core/base/decompress.h"
#include "core/source/decode.h"

G_BEGIN_DECLS

typedef struct AmrPipe AmrPipe;

/* What the beginning of a source says. */
typedef struct {
    gboolean unsure; /* more bytes will tell */
    AmrCompression compression;
    AmrForm form; /* TEXT if it is compressed: what is within shows later */
} AmrPipeGuess;

/* With @last there is nothing more. Neither compressed nor in need of a decoder: lines, for which
 * no pipe is needed. */
AmrPipeGuess amr_pipe_guess(const char *bytes, gsize size, gboolean last);

AmrPipe *amr_pipe_new(const AmrPipeGuess *guess, AmrTextSink sink, gpointer data);
void amr_pipe_free(AmrPipe *pipe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrPipe, amr_pipe_free)

typedef struct {
    gsize taken;   /* of what was given; the rest is to be given again */
    gboolean idle; /* nothing goes on before more comes */
    gboolean done; /* nothing will come any more; what the decoder held is given */
} AmrPipeStep;

/* Gives at most 256 KiB of unpacked bytes to the decoder. With @last nothing follows @bytes. @step
 * is valid on failure too (what was unpacked is given, and it is done). */
gboolean amr_pipe_step(AmrPipe *pipe, const char *bytes, gsize size, gboolean last,
                       AmrPipeStep *step, GError **error);

/* What the decoder gave up. */
AmrDecodeCounts amr_pipe_counts(const AmrPipe *pipe);
AmrCompression amr_pipe_compression(const AmrPipe *pipe);
/* Whether what it gives are the entries of a journal, where one record can come twice. */
gboolean amr_pipe_is_journal(const AmrPipe *pipe);

G_END_DECLS
#endif
