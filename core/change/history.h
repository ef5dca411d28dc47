/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was changed, by whom, and how it ended; in the target's state directory (0755):
 *   index            append-only, one GVariant text line a step, readable by all, no user names
 *   lock             held while a change runs
 *   changes/ID/plan  the plan; 0644 if everybody may read each file that it quotes, else 0600, and
 *                    the index then holds no rules of it
 *   changes/ID/who (0600), changes/ID/held, raw.N: modes and policy that the kernel held (0600)
 */
#ifndef AMR_CHANGE_HISTORY_H
#define AMR_CHANGE_HISTORY_H

#include "core/change/plan.h"

G_BEGIN_DECLS

/* X(NAME, word): how a change stands; words stand in the index and in JSON. */
#define AMR_CHANGE_STATES(X)                                                                      \
    X(INTENT, "intent")           /* begun; after a crash: unfinished */                          \
    X(WRITTEN, "written")         /* files are in place, the load is not confirmed */             \
    X(LOADED, "loaded")           /* loaded; the kernel could not be asked */                     \
    X(VERIFIED, "verified")       /* the kernel confirms */                                       \
    X(NOT_LOADED, "not-loaded")   /* written; the profile is not loaded, or there is no kernel */ \
    X(ROLLED_BACK, "rolled-back") /* failed, everything restored */                               \
    X(PARTLY, "partly")           /* failed, and something could not be put back */               \
    X(DISCARDED, "discarded")     /* recovered: the crash came before anything was written */     \
    X(UNDONE, "undone")           /* a later change took it back */

typedef enum {
    AMR_CHANGE_STATE_UNKNOWN,
#define AMR_CHANGE_STATE_ENUM(name, word) AMR_CHANGE_STATE_##name,
    AMR_CHANGE_STATES(AMR_CHANGE_STATE_ENUM)
#undef AMR_CHANGE_STATE_ENUM
} AmrChangeState;

const char *amr_change_state_word(AmrChangeState state);
AmrChangeState amr_change_state_of_word(const char *word); /* UNKNOWN for all others */

typedef struct {
    char *id;
    AmrPlanKind kind;
    AmrChangeState state;
    gint64 time;     /* of the intent, microseconds */
    gint64 loaded;   /* when what it wrote was in the kernel; 0: it is not known to be */
    gint64 until;    /* when it is to be taken back by itself; 0: never */
    char **profiles; /* "name", ":ns:name" */
    char **files;    /* relative */
    char **rules;    /* printed, as in "profile" order; none where not all may read them */
    char *undoes;    /* or NULL */
    char *undone_by; /* or NULL */
    char *message;   /* why it failed or was not loaded, display form; or NULL */
} AmrChange;

typedef struct AmrHistory AmrHistory;

/* Reads the index; none is an empty history. A torn last line (a crash) is skipped, a line that is
 * not understood too. @target is borrowed. */
AmrHistory *amr_history_load(const AmrTarget *target, GError **error);
void amr_history_free(AmrHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrHistory, amr_history_free)

/* What to say where not all of it can be read: changes may be missing. NULL: nothing. The caller
 * frees. */
char *amr_history_damage(const AmrHistory *history);

guint amr_history_count(const AmrHistory *history);
const AmrChange *amr_history_get(const AmrHistory *history, guint n); /* oldest first */
/* By id or by an unambiguous beginning of at least 4 digits; NULL or "": the last that can be
 * undone. NULL if none. */
const AmrChange *amr_history_find(const AmrHistory *history, const char *id);
/* Whether there is something to take back: NOTHING_TO_DO, with the reason, where it was undone, was
 * rolled back or never written: a line like its own is then another's. */
gboolean amr_change_may_undo(const AmrChange *change, GError **error);
/* Whether what it wrote may stand in the files: it was not undone, rolled back or discarded. */
gboolean amr_change_may_stand(const AmrChange *change);
/* Of the changes that end by themselves and stand the one of @profile (as people write it) that
 * ends first; NULL: there is none. Borrowed. */
const AmrChange *amr_history_ending(const AmrHistory *history, const char *profile);
/* The plan that was carried out; for who may not read it, a GIOError of permission. */
AmrPlan *amr_history_plan(const AmrHistory *history, const AmrChange *change, GError **error);
/* The number of the user who asked for @change; FALSE where it may not be read (it is root's). */
gboolean amr_history_who(AmrHistory *history, const AmrChange *change, guint64 *uid);

/* ---- for the executor, under the lock ------------------------------------------------------ */

/* Makes the state directory where needed; the lock; AMR_ERROR_BUSY. */
int amr_history_lock(AmrHistory *history, GError **error);
/* Reads the index again: another armorer may have written since it was loaded. What
 * amr_history_get() and amr_history_find() returned before is void. */
gboolean amr_history_reload(AmrHistory *history, GError **error);
/* Saves the plan and who asked (SUDO_UID, PKEXEC_UID, else our uid), then the intent in the index;
 * all fsynced. */
gboolean amr_history_intent(AmrHistory *history, const AmrPlan *plan, GError **error);
gboolean amr_history_save_raw(AmrHistory *history, const char *id, guint n, GBytes *data,
                              GError **error);
GBytes *amr_history_raw(AmrHistory *history, const char *id, guint n, GError **error);
/* How one profile that a change affects stood in the kernel before it. */
typedef struct {
    char *profile; /* "name", ":ns:name" */
    char *mode;    /* as the kernel prints it; NULL: it was not there */
} AmrHistoryHeld;
AmrHistoryHeld *amr_history_held_new(const char *profile, const char *mode);
void amr_history_held_free(AmrHistoryHeld *held);
/* All of them (AmrHistoryHeld), once a change, before anything is written; read again by whoever
 * has to put back what a dead armorer did. *same_boot: the kernel is still that one; after another
 * boot neither this nor the saved policy says anything of what it holds. */
gboolean amr_history_save_held(AmrHistory *history, const char *id, const GPtrArray *all,
                               GError **error);
GPtrArray *amr_history_held(const AmrHistory *history, const char *id, gboolean *same_boot,
                            GError **error);
gboolean amr_history_state(AmrHistory *history, const char *id, AmrChangeState state,
                           const char *message, GError **error);

G_END_DECLS
#endif
