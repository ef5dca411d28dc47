/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The same denial comes from several sources: the journal has many a record twice (from the audit
 * subsystem, and the copy that the kernel's own log got, FACTS section 1), and what the audit
 * multicast gives stands in auditd's log too. All have the same stamp, serial and text. One system
 * call can make several records with one stamp and serial, even with one text, so that each source
 * is counted for itself: a record is new if its source has had it more often than any other.
 *
 * Where the stamp is zero (some systems) the text alone must do, and only for a while: after two
 * seconds of silence the same text is said anew. Private to core/source.
 */
#ifndef AMR_SOURCE_COPIES_H
#define AMR_SOURCE_COPIES_H

#include "core/denial/store.h"
#include "core/log/head.h"

G_BEGIN_DECLS

typedef struct AmrCopies AmrCopies;

/* Remembers the last 60,000 records, and most of the last 200,000, in 6 MiB, of which only what
 * fills is touched: nothing is allocated later. Which are forgotten first hangs on @seed, which is
 * random, so that nobody can choose them. */
AmrCopies *amr_copies_new(guint64 seed);
void amr_copies_free(AmrCopies *copies);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrCopies, amr_copies_free)

/* Whether the record of @head (spans into @block) is a copy of one that was counted already.
 * @source: which of up to 255 sources has it, any number for each; a journal's two logs are two.
 * @now: monotonic microseconds; 0 while the past is read, which is one moment. One without any
 * audit stamp never is a copy. */
gboolean amr_copies_take(AmrCopies *copies, const AmrHead *head, const char *block, guint source,
                         gint64 now);

G_END_DECLS
#endif
