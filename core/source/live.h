/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources that give records one by one, as the kernel or the journal has them: each in a file of
 * its own, that includes what is foreign. They give text lines, as a decoder does. Private to
 * core/source.
 */
#ifndef AMR_SOURCE_LIVE_H
#define AMR_SOURCE_LIVE_H

#include "core/log/loss.h"
#include "core/source/decode.h"

G_BEGIN_DECLS

typedef enum {
    AMR_LIVE_GAVE,   /* there may be more */
    AMR_LIVE_EMPTY,  /* nothing more for now */
    AMR_LIVE_LATE,   /* the same, and of its past there is more to come */
    AMR_LIVE_FAILED, /* nothing will come any more; the error is set */
} AmrLiveStep;

typedef struct AmrLive AmrLive;
struct AmrLive {
    int fd;                       /* readable when something may have come; borrowed from it */
    guint64 lost[AMR_LOSS_COUNT]; /* that it noticed; counts up */
    AmrDecodeCounts counts;       /* the same */
    guint64 bytes;                /* read; the same */
    gboolean restless;            /* set by a step: wants to rest */
    gboolean remote;              /* somebody else reads it: its past too is waited for */
    /* Gives some lines, well within a slice; never waits. */
    AmrLiveStep (*step)(AmrLive *live, AmrTextSink sink, gpointer data, GError **error);
    /* Leaves out what is left of its past; may be NULL, where it has none. */
    void (*skip)(AmrLive *live);
    /* Nothing came for a while after something did; may be NULL. */
    void (*rest)(AmrLive *live);
    void (*free)(AmrLive *live);
};

/* Long enough for what comes out of order, short enough for a storm to be judged when it ends. */
#define AMR_LIVE_REST_MS 300

/* ---- audit.c: the audit multicast -------------------------------------------------------------
 */

/* Takes over @fd, as of amr_audit_open(). Loss is noticed by ENOBUFS and by serials that never
 * came. */
AmrLive *amr_live_audit_new(int fd);

/* ---- kmsg.c: /dev/kmsg ------------------------------------------------------------------------
 */

/* Takes @fd over, which is open on /dev/kmsg and nobody else's. It gives what is in the ring, then
 * what comes; what was overwritten before it was read is told by gaps in the sequence numbers. */
AmrLive *amr_live_kmsg_new(int fd);

/* ---- journal.c: systemd's journal --------------------------------------------------------------
 */

/* Takes over @directory, which is open on the one that holds system.journal
 * ("/var/log/journal/ID"); archived files of it are read too. The newest 100,000 entries of
 * interest are its past. NULL and
 * @error, as errno said; AMR_ERROR_NOT_ENABLED in a build without libsystemd. */
AmrLive *amr_live_journal_new(int directory, GError **error);

/* ---- lent.c: what somebody with more rights reads ----------------------------------------------
 */

/* Takes over @socket, the stream of a source (core/base/lend.h) that was asked for with @follow. */
AmrLive *amr_live_lent_new(int socket, gboolean follow);

G_END_DECLS
#endif
