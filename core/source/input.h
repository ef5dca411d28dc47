/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One log: a regular file, read by position and followed by what is appended, or a stream (pipe,
 * terminal, FIFO), read once. Blocks of whole lines go to a sink: those of a text log as they were
 * read, others through a pipe that unpacks and decodes. Private to core/source.
 */
#ifndef AMR_SOURCE_INPUT_H
#define AMR_SOURCE_INPUT_H

#include "core/log/scan.h"
#include "core/source/decode-pipe.h"
#include "core/source/follow.h"
#include "core/source/ingest.h"
#include "core/source/live.h"

G_BEGIN_DECLS

/* What is read at once; small enough for a slice and for the processor's cache. */
#define AMR_INPUT_BLOCK (256 * 1024)
/* Room for that, and for the longest unfinished line before it. */
#define AMR_INPUT_BUFFER (AMR_SCAN_LINE_MAX + AMR_INPUT_BLOCK)

/* Offsets of one file of a log, as origins count them: those of the next file to have the name, or
 * of what stands in it after it was cut short, begin here. */
#define AMR_INPUT_SPACE (G_GUINT64_CONSTANT(1) << 40)

typedef struct AmrInput AmrInput;

/* The bytes before an offset, by which a text is known again. */
typedef struct {
    guint8 bytes[256];
    gsize len;
    guint64 offset;
} AmrInputTail;

/* Takes a block of lines beginning at @offset; returns how many bytes were done with. */
typedef gsize (*AmrInputSink)(gpointer data, AmrInput *input, const char *block, gsize size,
                              guint64 offset, gboolean last);

struct AmrInput {
    guint number;
    AmrSourceKind kind;
    AmrOpenPlace place;
    char *name;
    gboolean follow;
    /* What has an older stamp (milliseconds since the epoch) can stand in no other source:
     * G_MAXUINT64 if there is no other, and 0 for a journal, where it may stand twice. */
    guint64 others_from;
    AmrSourceState state;
    GError *error;
    AmrIngestStats stats;
    guint64 lost_total;   /* as the kernel counted when it last said so */
    guint64 lost_unnamed; /* since then: notices without a number */
    gboolean lost_named;  /* the last notice was one with a number */
    guint64 notices;      /* of what the backlog lost that were printed, since it follows */
    gboolean printed;     /* the kernel's own log gave a record since the past is over */

    /* A followed log is a chain: the file that has its name now, and behind it those that had it
     * before, which may still be written to. */
    AmrInput *older;
    gboolean superseded; /* another has the name now */
    AmrFollow *names;    /* of the newest; NULL where there is no name to follow */
    gboolean renewing;   /* the name is being opened again */
    gboolean again;      /* and changed hands meanwhile */

    int fd;            /* -1 until it is open */
    gboolean regular;  /* read by position, else a stream */
    gboolean dropping; /* within an overlong line that was given up */
    gboolean skip;     /* what is left of its past is not wanted */
    gboolean binary;   /* its beginning is no text */
    gboolean started;  /* its beginning said what it is */
    const char *form;  /* where that is what cannot be read, NULL for a log */

    /* A regular file: where the next line begins; what offset 0 is counted as. */
    guint64 offset, base;
    AmrInputTail tail; /* to notice that another text stands there */
    AmrInputTail cut;  /* the tail of what was cut short; len 0: was not */
    int watch;         /* inotify's, -1 none */
    gboolean pending;  /* there may be more to read without waiting */

    /* A stream, or what comes out of the pipe: the unfinished line and where the buffer begins. */
    char *buffer;
    gsize held;
    guint64 buffer_offset;
    GSource *ready;

    /* What is no file. */
    char *directory; /* of a journal */
    char *lent;      /* its name to who reads it for us; NULL: we do */
    AmrLive *live;
    guint64 live_bytes, live_lost[AMR_LOSS_COUNT]; /* what was counted of its figures */
    GSource *resting;                              /* when nothing came for a while */

    /* What is no text. */
    gboolean piped;
    AmrPipe *pipe; /* NULL again when all is read */
    AmrDecodeCounts counted;
    AmrInputSink sink; /* while it is read */
    gpointer sink_data;
    char *raw; /* of a stream: what the pipe has not taken yet */
    gsize raw_at, raw_held;
    gboolean raw_last;
};

AmrInput *amr_input_new(guint number, AmrOpenPlace place, const char *name, gboolean follow);
void amr_input_free(AmrInput *input);

/* Takes the descriptor over and finds out what it is. On failure the state is FAILED. */
gboolean amr_input_attach(AmrInput *input, int fd);
gboolean amr_input_is_stdin(const AmrInput *input);

/* Of inputlive.c. Whether it is a fifo, followed, whose last writer is gone: another may come. Who
 * was told of the end would be told so for ever; one who opens it anew sleeps until there is a
 * writer. */
gboolean amr_input_awaits_writer(const AmrInput *input);
/* Takes @fd over, which is open on the same name, and is AWAITED. FALSE: that is no fifo any more,
 * and @input as it was. */
gboolean amr_input_reopen(AmrInput *input, int fd);
/* Sets the state to FAILED; takes over the error, which names the file. */
void amr_input_fail(AmrInput *input, GError *error);
/* The same for an error that does not: puts "Reading NAME: " before it. */
void amr_input_fail_reading(AmrInput *input, GError *error);
/* It is a directory: as wrong as any other file that is no log. */
void amr_input_fail_directory(AmrInput *input);

/* What it has not read of its past is left out, and counted as unread: at the next read, for its
 * form has to be known. What cannot be joined in its middle (a stream, journalctl's forms) fails,
 * what is compressed is done. */
void amr_input_skip(AmrInput *input);

/* Reads one block of a regular file into @block (AMR_INPUT_BLOCK bytes); FALSE if there is no
 * more for now, or it failed. A file that was cut short is begun again by the next call. */
gboolean amr_input_read_file(AmrInput *input, char *block, AmrInputSink sink, gpointer data);
/* Reads once from a stream that is ready, or goes on with what is pending; FALSE if it ended,
 * failed or would block. */
gboolean amr_input_read_stream(AmrInput *input, AmrInputSink sink, gpointer data);
/* Whether reading would not wait. */
gboolean amr_input_is_ready(const AmrInput *input);

/* An input that is no file (inputlive.c): takes @live over. */
void amr_input_attach_live(AmrInput *input, AmrLive *live);
/* As amr_input_read_stream(). */
gboolean amr_input_read_live(AmrInput *input, AmrInputSink sink, gpointer data);
/* Counts what it noticed meanwhile. */
void amr_input_count_live(AmrInput *input);

/* A followed stream that has no more for now is FOLLOWING from then on. */
void amr_input_settle(AmrInput *input);

/* Whether its records can be read again, by position. */
gboolean amr_input_is_kept(const AmrInput *input);
/* The bytes at @origin of one that is kept and what is behind it, NULL if they are no longer there.
 */
GBytes *amr_input_raw(const AmrInput *input, const AmrOrigin *origin);

/* ---- the chain of a followed log (inputchain.c) -----------------------------------------------
 */

/* What has the name of @newest now: takes over @newest, its following and the descriptor. */
AmrInput *amr_input_renew(AmrInput *newest, int fd);
/* Puts the rest of what was cut short, in the copy @fd, behind @newest. */
void amr_input_recover(AmrInput *newest, int fd);
/* An AmrFollowKnown: whether @fd is open on a file of the chain @data. */
gboolean amr_input_knows(gconstpointer data, int fd);
/* No more will be written to a file that lost its name: reads it to its end. */
void amr_input_release(AmrInput *input);
/* Takes out of the chain what is read to its end and deleted, and what is too much; the caller
 * frees. NULL if there is none. */
AmrInput *amr_input_prune(AmrInput *newest);
/* Of all of the chain: what it is doing; the figures. */
AmrSourceState amr_input_state(const AmrInput *newest);
void amr_input_add_stats(const AmrInput *newest, AmrIngestStats *sum);

/* ---- between input.c and inputpipe.c ----------------------------------------------------------
 */

/* Puts text into the buffer, of what is no text by itself. */
void amr_input_put(AmrInput *input, const char *text, gsize size);
/* At the end of what there is. */
void amr_input_finish(AmrInput *input);
/* Gives what the buffer holds to the sink. */
void amr_input_drain(AmrInput *input, gboolean last);

/* Looks at the beginning of what is read; FALSE if more is needed to tell. */
gboolean amr_input_look(AmrInput *input, const char *bytes, gsize size, gboolean last);
/* One step through the pipe; how many bytes were taken. *@idle: no more without more bytes. It
 * finishes or fails by itself. */
gsize amr_input_pump(AmrInput *input, const char *bytes, gsize size, gboolean last, gboolean *idle);
/* Forgets what it is and what is half read. */
void amr_input_reset(AmrInput *input);

G_END_DECLS
#endif
