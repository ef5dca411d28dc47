/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pump: opens sources through the opener, reads blocks, scans, decodes, stores. Works in
 * slices of a millisecond in the main loop, so that keys never wait.
 */
#ifndef AMR_SOURCE_INGEST_H
#define AMR_SOURCE_INGEST_H

#include <gio/gio.h>

#include "core/base/opener.h"
#include "core/denial/store.h"
#include "core/log/loss.h"

G_BEGIN_DECLS

typedef struct AmrIngest AmrIngest;

/* X(NAME, word): the kinds of source. */
#define AMR_SOURCE_KINDS(X)                                              \
    X(FILE, "file")       /* a log, or a stream of one */                \
    X(AUDIT, "audit")     /* the kernel's audit multicast, by netlink */ \
    X(JOURNAL, "journal") /* systemd's */                                \
    X(KMSG, "kmsg")       /* /dev/kmsg: the ring of the kernel's own log */

typedef enum {
    AMR_SOURCE_KIND_UNKNOWN,
#define AMR_SOURCE_KIND_ENUM(name, word) AMR_SOURCE_KIND_##name,
    AMR_SOURCE_KINDS(AMR_SOURCE_KIND_ENUM)
#undef AMR_SOURCE_KIND_ENUM
} AmrSourceKind;

const char *amr_source_kind_word(AmrSourceKind kind);

typedef struct {
    guint64 bytes;
    guint64 unread;   /* bytes of its past that were left out, as far as they could be counted */
    guint64 records;  /* sliced and decoded, of any verdict */
    guint64 torn;     /* lines that end within a value */
    guint64 overlong; /* lines cut, or values that do not fit */
    guint64 foreign;  /* lines with the needle that are no record */
    guint64 audited;  /* of the records, those that came by the audit subsystem, not by printk */
    guint64 lost[AMR_LOSS_COUNT]; /* records that were lost on the way here, as far as was noticed:
                                     at least so many */
    guint64 before[AMR_LOSS_COUNT]; /* of these, those before it began to follow */
} AmrIngestStats;

/* What one source is doing now. */
typedef enum {
    AMR_SOURCE_UNKNOWN,
    AMR_SOURCE_READING,   /* the past is being loaded */
    AMR_SOURCE_FOLLOWING, /* at the end, waiting for more */
    AMR_SOURCE_DONE,      /* at the end, not followed */
    AMR_SOURCE_AWAITED,   /* followed and not there yet; begins when it appears. A fifo: goes on
                             when somebody writes to it again */
    AMR_SOURCE_FAILED,    /* see its error */
} AmrSourceState;

typedef struct {
    AmrSourceKind kind;
    const char *name; /* as the user gave it, "-" for standard input; raw bytes */
    AmrSourceState state;
    const GError *error; /* NULL, or why it failed: names file and cause (what was read before
                            that is kept); why it is awaited, or cannot be followed, or what has
                            its name now cannot be opened */
    AmrIngestStats stats;
} AmrSourceInfo;

/* All are borrowed and outlive it. */
AmrIngest *amr_ingest_new(AmrOpener *opener, AmrStore *store);
void amr_ingest_free(AmrIngest *ingest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrIngest, amr_ingest_free)

/* Adds a log: audit.log, kern.log, syslog, dmesg, what was read from /dev/kmsg, what journalctl
 * wrote in any of its forms (export and JSON too); as it is or compressed by gzip, xz or zstd:
 * which is told by its bytes, never by its name. Standard input for AMR_OPEN_GIVEN "-". An empty
 * file is no error; a directory, a missing or an unreadable file is, and is told in the source's
 * info.
 *
 * With @follow, what is appended later is read too (inotify). When another file takes the name
 * (rotation), the old one is read to its end, then those that had the name in between, then the
 * new one; writers that still have the old one open are heard. A file that is cut short is read
 * again from its start, after the rest of its copy if there is one (copytruncate). A file that is
 * not there yet is awaited, if its directory is. Returns the source's number. */
guint amr_ingest_add_file(AmrIngest *ingest, AmrOpenPlace place, const char *name, gboolean follow);

/* Adds what is no file. @place: of the journal, its directory below the target's root; else NULL.
 * KMSG and JOURNAL give their past and, with @follow, what comes; AUDIT gives only what comes, and
 * is done at once without @follow. */
guint amr_ingest_add(AmrIngest *ingest, AmrSourceKind kind, const char *place, gboolean follow);
/* The same of a descriptor that is open already and is taken over: of AUDIT as from
 * amr_audit_open(), of KMSG as of /dev/kmsg. */
guint amr_ingest_add_open(AmrIngest *ingest, AmrSourceKind kind, int fd, gboolean follow);

/* Adds a source of @kind that only who has more rights can read, by the name that it has to him
 * (core/base/lender.h); the opener must have a lender. @name is for people. */
guint amr_ingest_add_lent(AmrIngest *ingest, AmrSourceKind kind, const char *short_name,
                          const char *name, gboolean follow);

/* A socket that gets what the kernel's audit subsystem says from now on (AUDIT_NLGRP_READLOG, Linux
 * 3.16; 8 MiB of it are kept where CAP_NET_ADMIN allows, else what net.core.rmem_max does). Needs
 * CAP_AUDIT_READ, not root: else AMR_ERROR_NOT_PERMITTED. AMR_ERROR_NOT_ENABLED where the kernel
 * has no audit. */
int amr_audit_open(GError **error);
/* FALSE in a build without libsystemd: JOURNAL fails. */
gboolean amr_journal_is_built(void);

/* A source that is given its records by amr_ingest_feed(), whole lines: what a replay plays. It is
 * following from the start; @name is for people. */
guint amr_ingest_add_feed(AmrIngest *ingest, const char *name);
/* They are in the store when it returns; whoever waits for changes is told. */
void amr_ingest_feed(AmrIngest *ingest, guint source, const char *text, gsize len);

guint amr_ingest_source_count(const AmrIngest *ingest);
void amr_ingest_source_info(const AmrIngest *ingest, guint source, AmrSourceInfo *info);
AmrIngestStats amr_ingest_stats(const AmrIngest *ingest);

/* Of all sources: what several noticed is counted once, and what one lost and another has is not.
 * @lost (may be NULL) has room for AMR_LOSS_COUNT; returns the sum. */
guint64 amr_ingest_lost(const AmrIngest *ingest, guint64 *lost);
/* How many of them were lost of the past, before it began to follow. */
guint64 amr_ingest_lost_before(const AmrIngest *ingest);

/* What to say of lines with the needle that are no record; NULL if there are none. The caller
 * frees. */
char *amr_ingest_foreign(const AmrIngestStats *stats);

/* Has the kernel asked for its own count, too, whenever something came: what its backlog loses is
 * lost to each source, and hardly any of them tells. Before the loading; with a descriptor as
 * amr_audit_count_new() takes it, else -1. */
void amr_ingest_count_audit(AmrIngest *ingest, int fd);

/* Starts, and is done when no source is AMR_SOURCE_READING any more (following goes on). Succeeds
 * also where some sources failed; fails if all did and none had given a record before, with the
 * first one's error. */
void amr_ingest_load_async(AmrIngest *ingest, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
gboolean amr_ingest_load_finish(AmrIngest *ingest, GAsyncResult *result, GError **error);

/* Leaves out what is left to read of the past, so that the loading ends soon, and well. What cannot
 * be followed from its end fails, as cancelled; what comes from now on is read. */
void amr_ingest_skip(AmrIngest *ingest);

/* How far the loading is. */
typedef struct {
    guint64 done, of; /* bytes of those files whose size is known */
    guint unknown; /* further sources that are being read, of which nobody knows how much it is */
} AmrIngestProgress;

void amr_ingest_progress(const AmrIngest *ingest, AmrIngestProgress *progress);

/* Called after each slice that changed the store, a source's state or the figures. */
typedef void (*AmrIngestChanged)(gpointer data);
void amr_ingest_set_changed(AmrIngest *ingest, AmrIngestChanged changed, gpointer data);

/* Called for each occurrence as it is counted, with its denial (AMR_DENIAL_NONE: of no kind that
 * the store keeps); what is to be done about it waits for the other call, after the slice. */
typedef void (*AmrIngestTaken)(gpointer data, AmrDenialId id);
void amr_ingest_set_taken(AmrIngest *ingest, AmrIngestTaken taken, gpointer data);

/* Called for each occurrence with its record: one line, without its end; what is cut, torn or no
 * record is not among them. For who hands them on. */
typedef void (*AmrIngestRelay)(gpointer data, const char *line, gsize len);
void amr_ingest_set_relay(AmrIngest *ingest, AmrIngestRelay relay, gpointer data);

/* The bytes of the raw record at @origin, read again from its file if that is still the same file,
 * else from the ring of the last 4 MiB of records of all other sources, decoded; NULL if no longer
 * held. */
GBytes *amr_ingest_raw(AmrIngest *ingest, const AmrOrigin *origin);

G_END_DECLS
#endif
