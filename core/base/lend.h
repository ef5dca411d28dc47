/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What armorer and the role `read` of armorer-helper say to each other, over a socket that keeps
 * messages whole (SOCK_SEQPACKET). A message is one byte of its kind and the GVariant of the kind's
 * type (wire.h); one descriptor may go with it, to the borrower only. Neither side believes the
 * other: what is no message ends the talk. A stream of records is another such socket, which comes
 * with AMR_LEND_GIVEN and goes one way.
 */
#ifndef AMR_BASE_LEND_H
#define AMR_BASE_LEND_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* Of READY: the two are installed together. */
#define AMR_LEND_VERSION 1

/* Of a message, bytes; a line of a log (64 KiB) has room in it, twice would not. */
#define AMR_LEND_MAX (96 * 1024)

/* One source, as FOUND has it: its short name, state, reason, whether it is known to hold all, when
 * it was written. */
#define AMR_LEND_SOURCE "(susbx)"

/* X(NAME, byte, type, what it says) */
#define AMR_LENDS(X)                                                                         \
    X(OPEN, 'o', "ay", "borrower: a file below the kernel's AppArmor directory, to be read") \
    X(OPEN_DIR, 'd', "ay", "borrower: a directory there, to be listed")                      \
    X(LINK, 'l', "ay", "borrower: what a symbolic link there says")                          \
    X(LOOK, 'L', "()", "borrower: which sources of denials there are")                       \
    X(FOLLOW, 'f', "s", "borrower: the records of a source, and those to come")              \
    X(PAST, 'p', "s", "borrower: the records that a source has")                             \
    X(READY, 'R', "(u)", "lender: it runs, of this version")                                 \
    X(GIVEN, 'g', "()", "lender: here is the descriptor")                                    \
    X(SAYS, 's', "ay", "lender: what the link says")                                         \
    X(FOUND, 'F', "a" AMR_LEND_SOURCE, "lender: the sources")                                \
    X(REFUSED, 'x', "(bis)", "lender, stream: not; whether it is an AMR_ERROR, code, why")   \
    X(RECORDS, 'r', "ay", "stream: whole lines, each an AppArmor record")                    \
    X(COUNTS, 'c', "at", "stream: lost of each kind so far, torn, overlong, bytes read")     \
    X(PRESENT, 'P', "()", "stream: the past is over")

typedef enum {
    AMR_LEND_UNKNOWN,
#define AMR_LEND_ENUM(name, byte, type, help) AMR_LEND_##name,
    AMR_LENDS(AMR_LEND_ENUM)
#undef AMR_LEND_ENUM
} AmrLend;

/* Says it whole; waits for room. @content: of the kind's type; a floating one is taken. @fd: goes
 * along, stays ours; -1: none. Fails as errno says: EPIPE where nobody hears it. */
gboolean amr_lend_send(int socket, AmrLend kind, GVariant *content, int fd, GError **error);

/* Hears the next message, for @timeout milliseconds at most (-1: waits; 0: does not). *content:
 * owned, trusted to be of the kind's type. *fd (may be NULL: none is taken): the one that came
 * along, owned, or -1. UNKNOWN, and @error: G_IO_ERROR_TIMED_OUT where none came,
 * G_IO_ERROR_CLOSED where none will, AMR_ERROR_PARSE for what is no message. */
AmrLend amr_lend_receive(int socket, int timeout, GVariant **content, int *fd, GError **error);

/* The content of REFUSED, and what it says; returns FALSE. */
GVariant *amr_lend_refusal(const GError *error);
gboolean amr_lend_refused(GVariant *content, GError **error);

/* A name as OPEN, OPEN_DIR and LINK have it, and back: owned; NULL for what is no name. */
GVariant *amr_lend_name(const char *name);
char *amr_lend_named(GVariant *content);

G_END_DECLS
#endif
