/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether policy is still what the index read: all directories in which the compiler looks are
 * watched (inotify). Costs nothing while nobody changes anything.
 */
#ifndef AMR_POLICY_INDEX_WATCH_H
#define AMR_POLICY_INDEX_WATCH_H

#include "core/base/settle.h"
#include "core/policy/index.h"

G_BEGIN_DECLS

typedef struct AmrIndexWatch AmrIndexWatch;

/* @target is borrowed and outlives it. Nothing is watched yet. */
AmrIndexWatch *amr_index_watch_new(const AmrTarget *target, AmrNewsSink sink, gpointer data);
void amr_index_watch_free(AmrIndexWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrIndexWatch, amr_index_watch_free)

/* Policy is about to be read: what comes from now on is for amr_index_watch_take(). */
void amr_index_watch_hold(AmrIndexWatch *watch);
/* It was not read to its end: what was taken last still holds. */
void amr_index_watch_release(AmrIndexWatch *watch);
/* It was read: @index is what is compared with from now on, borrowed until the next one is taken.
 * What changed since it was read is found out too. NULL: it could not be read; any change of what
 * was watched is news. */
void amr_index_watch_take(AmrIndexWatch *watch, const AmrIndex *index);
/* Whether policy is known to be another than was taken last. */
gboolean amr_index_watch_is_outdated(const AmrIndexWatch *watch);
/* What could not be watched, so that nobody tells when it changes; NULL: nothing. */
const GError *amr_index_watch_error(const AmrIndexWatch *watch);

G_END_DECLS
#endif
