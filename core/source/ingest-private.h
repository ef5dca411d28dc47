/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pump's own state; between ingest.c and ingest-open.c. */
#ifndef AMR_SOURCE_INGEST_PRIVATE_H
#define AMR_SOURCE_INGEST_PRIVATE_H

#include "core/source/auditcount.h"
#include "core/source/ingest.h"
#include "core/source/input.h"
#include "core/source/intake.h"
#include "core/base/watch.h"

G_BEGIN_DECLS

struct AmrIngest {
    int refs; /* the user's, and one for each opening under way */
    gboolean freed;
    AmrOpener *opener;
    AmrStore *store;
    GPtrArray *inputs; /* of AmrInput: the newest of each chain */
    GCancellable *openings;
    GTask *loading;
    GSource *cancelled;
    GSource *idle;
    AmrWatch *watch;
    AmrAuditCount *count; /* NULL: nobody is asked what the kernel lost */
    /* Of what overran the audit socket since it follows: as much as the last answer knew, and how
     * much of it no log can have, for no daemon was there to write it. */
    guint64 overrun, overrun_unwritten;
    guint64 lost_told; /* the sum at the last answer */
    char *block;
    AmrIntake *intake;
    AmrIngestChanged changed;
    gpointer changed_data;
};

/* For callbacks of one source. */
typedef struct {
    AmrIngest *ingest;
    guint number;
} AmrIngestRef;

AmrInput *amr_ingest_input(const AmrIngest *ingest, guint number);
AmrIngestRef *amr_ingest_ref_new(AmrIngest *ingest, guint number);
void amr_ingest_unref(AmrIngest *ingest);

/* Has what is pending read when the main loop is idle. */
void amr_ingest_schedule(AmrIngest *ingest);
/* Tells the user; ends the loading when nothing is left to load. May free all this. */
void amr_ingest_tell(AmrIngest *ingest);
/* Reads from the stream as it comes. */
void amr_ingest_wait(AmrIngest *ingest, AmrInput *input);

/* ---- ingest-live.c ----------------------------------------------------------------------------
 */

/* Opens what is no file; each is started when it is open. */
void amr_ingest_open_live(AmrIngest *ingest, AmrInput *input);
void amr_ingest_start_live(AmrIngest *ingest, AmrInput *input, int fd);
/* Lets it rest when nothing came for a while. */
void amr_ingest_let_rest(AmrIngest *ingest, AmrInput *input);
/* Says to each input what the others may hold too. */
void amr_ingest_set_others(AmrIngest *ingest);

/* ---- ingest-lost.c ----------------------------------------------------------------------------
 */

/* What was lost so far was before it began to follow. */
void amr_ingest_begin_losing(AmrIngest *ingest);

/* ---- ingest-open.c ----------------------------------------------------------------------------
 */

void amr_ingest_open(AmrIngest *ingest, AmrInput *input);
/* Waits for another writer, where there can be one. */
void amr_ingest_await_writer(AmrIngest *ingest, AmrInput *input);
/* Finds the rest of a log that was copied and cut short. */
void amr_ingest_recover(AmrIngest *ingest, AmrInput *newest);
/* Lets go of old files of a chain. */
void amr_ingest_prune(AmrIngest *ingest, AmrInput *newest);
AmrWatch *amr_ingest_watch_new(AmrIngest *ingest);

G_END_DECLS
#endif
