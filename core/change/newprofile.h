/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A profile for a program that has none: made by us, put into complain mode, filled with rules,
 * enforced. How far it is, is what policy, kernel and history say: nothing else is kept of it.
 */
#ifndef AMR_CHANGE_NEWPROFILE_H
#define AMR_CHANGE_NEWPROFILE_H

#include "core/change/history.h"
#include "core/denial/store.h"
#include "core/policy/probe.h"
#include "core/policy/risks.h"

G_BEGIN_DECLS

/* X(NAME, word): words stand in JSON. */
#define AMR_NEW_STAGES(X)                                                \
    X(NONE, "none")         /* no profile attaches to the program */     \
    X(COMPLAIN, "complain") /* there is one of ours, in complain mode */ \
    X(CONFINED, "confined") /* of ours, in enforce or kill mode */       \
    X(STUB, "stub")         /* of ours, and unconfined */

typedef enum {
    AMR_NEW_UNKNOWN,
#define AMR_NEW_ENUM(name, word) AMR_NEW_##name,
    AMR_NEW_STAGES(AMR_NEW_ENUM)
#undef AMR_NEW_ENUM
} AmrNewStage;

const char *amr_new_stage_word(AmrNewStage stage);

typedef struct {
    char *program; /* its path, without links; raw bytes */
    char *profile; /* its name, that it has or would get: letters, digits and ._+- */
    char *file;    /* the same of its file, in the policy directory */
    AmrNewStage stage;
    gboolean in_kernel; /* and it is loaded */
    char *change;       /* of the change that made it; NULL */
    gint64 since;       /* when that was loaded, or else begun; microseconds */
    guint rules;        /* how many changes since gave it rules, and stand */
} AmrNew;

void amr_new_free(AmrNew *new);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrNew, amr_new_free)

/* How far it is with @program, of amr_program_find(). Fails where there can be none of ours:
 * REFUSED, with the name of the profile that attaches to it and is not of our making, for a program
 * that takes changes back, and where no file name is free; NO_FILE where the kernel alone has a
 * profile of that name. */
AmrNew *amr_new_look(const AmrPlanContext *context, const char *program, GError **error);

/* What @store holds that was allowed or denied to the profile of @new, its children and what it
 * executes (AmrDenialId, in the order of arrival). @all: whenever it was; else since it was made.
 * *total (may be NULL): how often. */
GArray *amr_new_denials(const AmrStore *store, const AmrNew *new, gboolean all, guint64 *total);

/* The same, bit by bit. */
typedef struct {
    GArray *ids;      /* AmrDenialId, in the order in which they were found */
    GArray *before;   /* the same: of it, but of before it was made; they may come again */
    AmrDenialId next; /* the first that was not looked at */
} AmrNewSeen;
void amr_new_seen_init(AmrNewSeen *seen);
void amr_new_seen_clear(AmrNewSeen *seen);
void amr_new_seen_more(AmrNewSeen *seen, const AmrStore *store, const AmrNew *new, gboolean all);

/* The change of @history that made the top-level file @file, and stands; NULL: none. */
const AmrChange *amr_new_change(const AmrHistory *history, const char *file);

/* A file of its own for @program (as amr_program_find() takes it), in the one of two kinds: NEW, a
 * profile in complain mode that lets it start; STUB, one that leaves it unconfined, but for what
 * the system lets only programs with a profile do: to make user namespaces. All of its text is
 * made here. Fails as the two above; NOTHING_TO_DO where it was made. */
AmrPlan *amr_plan_new_profile(const AmrPlanContext *context, AmrPlanKind kind, const char *program,
                              GError **error);
/* Takes @done back, which is one of these: its file goes, with all that changes of the history have
 * made of it since, and its links. CHANGED_UNDERNEATH where somebody else has changed it. */
gboolean amr_plan_undo_new(AmrPlan *plan, const AmrPlanContext *context, const AmrPlan *done,
                           GError **error);

/* Why no stub may be made for @program: whatever it is told to start would share it. REFUSED. */
gboolean amr_new_may_stub(const AmrRisks *risks, const char *program, GError **error);
/* The same, and whether the target's compiler states what a stub is for, which it is asked.
 * REFUSED, or cancelled. @probe and @index are borrowed until it is done. */
void amr_new_ask_stub_async(AmrProbe *probe, const AmrIndex *index, const AmrRisks *risks,
                            const AmrNew *new, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
gboolean amr_new_ask_stub_finish(GAsyncResult *result, GError **error);

G_END_DECLS
#endif
