/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What became of denials that a change answered: fixed while it stays quiet, came back where it was
 * denied after the change was loaded. A change answers what its rules, compiled by themselves,
 * grant in full (or deny explicitly, which is quiet too), alone or with those before it: so a
 * denial is known for answered whoever wrote the change, and after a restart. What may be read of
 * the history is looked at: see history.h.
 *
 * A capability that is denied again is not logged again (the kernel tells it once for a profile and
 * a while, security/apparmor/capability.c): that it is quiet says little.
 */
#ifndef AMR_CHANGE_ANSWERED_H
#define AMR_CHANGE_ANSWERED_H

#include "core/change/history.h"
#include "core/denial/store.h"
#include "core/policy/ask.h"

G_BEGIN_DECLS

typedef struct AmrAnswered AmrAnswered;

/* @store is borrowed and outlives it. */
AmrAnswered *amr_answered_new(AmrStore *store);
void amr_answered_free(AmrAnswered *answered);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrAnswered, amr_answered_free)

/* Changes are those of @history as of now (NULL: none), which must stay until the next update. What
 * a change answered that does not stand any more is new again. All denials are to be judged again:
 * amr_answered_work(). */
void amr_answered_update(AmrAnswered *answered, AmrHistory *history);

/* @change answers denial @id, whatever becomes of its rules: somebody who saw both says so. Known
 * to amr_answered_update(), too, that comes later. */
void amr_answered_say(AmrAnswered *answered, const char *change, AmrDenialId id);

/* Judges what it has not judged yet, for @budget microseconds at most; TRUE: more is left. Nothing
 * is done while no change stands. */
gboolean amr_answered_work(AmrAnswered *answered, gint64 budget);

/* Whether rules have to be compiled before all is judged: those of changes to profiles that
 * something was denied. All rules, after amr_answered_want_all(): what comes is then judged at
 * once. */
void amr_answered_want_all(AmrAnswered *answered);
gboolean amr_answered_wants(const AmrAnswered *answered);
/* Compiles them, with @asker of the policy on disk, which must stay until then; one call at a time,
 * and no update meanwhile. Fails only as cancelled. */
void amr_answered_ask_async(AmrAnswered *answered, AmrAsker *asker, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
gboolean amr_answered_ask_finish(GAsyncResult *result, GError **error);

/* The change that answers @id, and when it was loaded (microseconds; 0: it was not); NULL: none
 * that is known. */
const char *amr_answered_change(const AmrAnswered *answered, AmrDenialId id, gint64 *loaded);
/* The denials (AmrDenialId) that @change answers, as far as is known; NULL: none. */
const GArray *amr_answered_by(const AmrAnswered *answered, const char *change);
/* How many of these came back, and when the last was seen (microseconds; 0: it is not known). */
guint amr_answered_came_back(const AmrAnswered *answered, const char *change, gint64 *last);

G_END_DECLS
#endif
