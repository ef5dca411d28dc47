/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A log by its name: when another file takes the name (rotation by rename, a log that is not there
 * yet), which files had it in between, and where the rest of a log went that was copied and cut
 * short. Private to core/source.
 */
#ifndef AMR_SOURCE_FOLLOW_H
#define AMR_SOURCE_FOLLOW_H

#include "core/base/opener.h"
#include "core/base/watch.h"

G_BEGIN_DECLS

/* What a followed file itself is watched for: it grows or is cut short; its last name goes. */
#define AMR_FOLLOW_FILE_MASK (IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF)

typedef struct AmrFollow AmrFollow;

/* Watches the directory that @name stands in, and when that goes what it stood in, for it to come
 * again (not when what it stands in is moved away, with it); all are borrowed and outlive it. NULL
 * and @error if it cannot be watched now. */
AmrFollow *amr_follow_new(AmrWatch *watch, AmrOpener *opener, AmrOpenPlace place, const char *name,
                          GError **error);
void amr_follow_free(AmrFollow *follow);

/* What the name leads to now: behind a symbolic link, the directory that @fd stands in is watched
 * too. */
void amr_follow_found(AmrFollow *follow, int fd);
/* Whether @event says that another file may have the name. */
gboolean amr_follow_event(AmrFollow *follow, const AmrWatchEvent *event);

/* Which files a log knows: those it has open. */
typedef gboolean (*AmrFollowKnown)(gconstpointer data, int fd);

/* The files that had the name after @last and before @now, in that order: descriptors, by the names
 * that rotation gives (NAME.1, NAME-20261127), opened by the opener; owned by the caller. Most
 * often none; that the name changed hands only once no count of events can tell, for the opener may
 * be ahead of them. */
GArray *amr_follow_between(AmrFollow *follow, int last, int now, AmrFollowKnown known,
                           gconstpointer data);

/* The copy of a log that was cut short: the rotated file in which @tail stands before @offset and
 * something behind it. -1 if there is none. */
int amr_follow_copy(const AmrFollow *follow, const void *tail, gsize size, guint64 offset);

G_END_DECLS
#endif
