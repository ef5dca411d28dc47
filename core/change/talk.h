/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What armorer and armorer-helper say to each other, over a pipe each way. A message is one byte of
 * its kind, its length (four bytes, the low one first), and that many bytes of a GVariant of the
 * kind's type, in normal form and little-endian. Neither side believes the other: what is longer
 * than its kind may be, of no kind or not in normal form ends the talk.
 */
#ifndef AMR_CHANGE_TALK_H
#define AMR_CHANGE_TALK_H

#include "core/change/request.h"

G_BEGIN_DECLS

/* Of STARTED: the two are installed together. */
#define AMR_TALK_VERSION 1

/* X(NAME, byte, type, limit in bytes, what it says) */
#define AMR_TALKS(X)                                                         \
    X(REQUEST, 'R', AMR_REQUEST_TYPE, 2 * 1024 * 1024, "caller: what to do") \
    X(CONSENT, 'C', "(b)", 64, "caller: the answer to a question")           \
    X(STARTED, 'S', "(u)", 64, "helper: it runs, of this version")           \
    X(PROGRESS, 'P', "(us)", 64 * 1024, "helper: the step, and on what")     \
    X(QUESTION, 'Q', "(ssasas)", 8 * 1024 * 1024,                            \
      "helper: diff, sum, notes, what it does besides")                      \
    X(DONE, 'D', "(ssbsas)", 4 * 1024 * 1024,                                \
      "helper: id, state, whether something is left to do, message, notes")  \
    X(FAILED, 'F', "(ssas)", 4 * 1024 * 1024, "helper: code, message, notes")

typedef enum {
    AMR_TALK_UNKNOWN,
#define AMR_TALK_ENUM(name, byte, type, limit, help) AMR_TALK_##name,
    AMR_TALKS(AMR_TALK_ENUM)
#undef AMR_TALK_ENUM
} AmrTalk;

/* Writes one message whole; waits for the reader. @content: of the kind's type; a floating one is
 * taken. Fails as errno says. */
gboolean amr_talk_write(int fd, AmrTalk kind, GVariant *content, GError **error);

/* Takes the first message out of @buffer. UNKNOWN without an error: it is not whole yet. *content:
 * owned, trusted to be of the kind's type. Fails with AMR_ERROR_PARSE: nothing more can be read. */
AmrTalk amr_talk_take(GByteArray *buffer, GVariant **content, GError **error);

/* What failed, as DONE and FAILED carry it: the error's code ("refused"; "io" for others). */
const char *amr_talk_code(const GError *error);
/* @message in the words of @code; returns FALSE. */
gboolean amr_talk_error(GError **error, const char *code, const char *message);

G_END_DECLS
#endif
