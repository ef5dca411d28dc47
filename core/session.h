/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a front end starts from: which system, what it logs, what its policy says, what its kernel
 * holds, what was changed. The only header of core that a front end needs to begin.
 */
#ifndef AMR_SESSION_H
#define AMR_SESSION_H

#include "core/advice/choice.h"
#include "core/advice/doctor.h"
#include "core/advice/explain.h"
#include "core/advice/origin.h"
#include "core/advice/recipe.h"
#include "core/base/settings.h"
#include "core/change/answered.h"
#include "core/change/executor.h"
#include "core/change/history.h"
#include "core/change/outside.h"
#include "core/kernel/loaded.h"
#include "core/kernel/revision.h"
#include "core/policy/abstractions.h"
#include "core/policy/breadths.h"
#include "core/policy/compiler.h"
#include "core/policy/index_watch.h"
#include "core/policy/packages.h"
#include "core/policy/propose.h"
#include "core/source/ingest.h"
#include "core/source/replay.h"

G_BEGIN_DECLS

typedef struct AmrGate AmrGate;

/* Parts are made in this order and freed in the reverse one. Borrow them; do not free. */
typedef struct {
    AmrTarget *target;
    AmrConfig *config; /* the system's file; a front end adds the user's */
    /* What is knowledge: empty, until a front end adds what amr_session_data_names has. */
    AmrOrigins *origins;
    AmrRecipes *recipes;
    AmrSentences *sentences;
    AmrRefusals *refusals;
    AmrRisks *risks;
    AmrSensitive *sensitive;
    AmrOpener *opener;
    AmrStore *store;
    AmrIngest *ingest;
    char **only;       /* --source: short names of those to use; NULL: as is best */
    AmrChoice *choice; /* of the target's own sources; NULL where logs were named */
    AmrCompiler *compiler;
    AmrProbe *probe;               /* what the target states */
    AmrPrograms *programs;         /* what programs are, on its disk */
    AmrAbstractions *abstractions; /* what is ready to be included */
    AmrBreadths *breadths;         /* what rules open of the files that exist */
    AmrIndex *index;               /* NULL until amr_session_load, or if there is no policy */
    GError *index_error;           /* why there is none */
    AmrPackages *packages;         /* which package brought which of its files; NULL until then */
    AmrIndexWatch *watch;  /* whether policy is still what was read; NULL: nobody asked for it */
    AmrRevision *revision; /* the same of the kernel's */
    AmrLoaded *loaded;     /* NULL where the kernel's list may not be read, or is not there */
    GError *loaded_error;  /* why */
    AmrHistory *history;   /* NULL if it cannot be read */
    GError *history_error; /* why */
    AmrExecutor *executor; /* NULL without a history */
    char *rpm;             /* what reads the database of rpm; NULL: nothing does here */
    char *timer;           /* what sets timers, as systemd-run(1) does; NULL: nothing does here */
    char **timer_command;  /* what they run */
    AmrAnswered *answered; /* what became of denials that changes of the history answer */
    AmrReplay *replay;     /* NULL: nothing is played */
    AmrGate *gate;         /* of the replay; private */
} AmrSession;

/* Opens nothing but the target's directories. @most: distinct denials that are held at most, as of
 * amr_store_new(). */
AmrSession *amr_session_new(const AmrTargetOptions *options, guint most, GError **error);
void amr_session_free(AmrSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrSession, amr_session_free)

/* What reads the database of rpm, armorer-rpm; taken over. Before the session is loaded. */
void amr_session_set_rpm(AmrSession *session, char *program);
/* What ends changes that last for a while: amr_executor_set_timer(). Both are taken over. */
void amr_session_set_timer(AmrSession *session, char *program, char **command);

/* Logs: those named, or where @files is NULL or empty the target's own sources, chosen as
 * core/advice/choice.h says. With @follow they are followed. Returns how many were added; for none,
 * @why (may be NULL) says which were looked for and what stood in the way of each, display form. */
guint amr_session_add_logs(AmrSession *session, const char *const *files, gboolean follow,
                           char **why);

/* Reads index, loaded profiles and history (again); what fails is kept in the errors above, the
 * call itself fails only if cancelled. */
void amr_session_load_async(AmrSession *session, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
gboolean amr_session_load_finish(AmrSession *session, GAsyncResult *result, GError **error);

/* Tells when policy on disk or in the kernel is another than was read: see index_watch.h and
 * revision.h, each with news of its own; of what is read already, maybe before this returns. NULL:
 * no more. */
void amr_session_watch(AmrSession *session, AmrNewsSink sink, gpointer data);

/* Whether policy is known to be another by now: what is shown of it is stale. */
gboolean amr_session_is_outdated(const AmrSession *session);

/* Plays a log in place of the session's own: session->replay. What each of its records asked for is
 * asked of policy on disk, as it is compiled, before it appears; what that does not know, or has no
 * answer for, appears as it was recorded. Starts when amr_session_load_async() has been. Once. */
void amr_session_replay(AmrSession *session, const AmrReplayOptions *options);

/* The files of data, by name, in the order in which they are to be read, and where each is read
 * into (borrowed). NULL-terminated. */
extern const char *const amr_session_data_names[];
AmrData *amr_session_data(const AmrSession *session, const char *name);

/* What to propose, plan and examine with, as of now. */
AmrProposeContext amr_session_propose_context(const AmrSession *session);
AmrPlanContext amr_session_plan_context(const AmrSession *session);
AmrDoctorContext amr_session_doctor_context(const AmrSession *session);

typedef enum {
    AMR_ASK_DISK,
    AMR_ASK_LOADED,
    AMR_ASK_BOTH,
} AmrAskPlaces;

/* Asks policy in @places; with @why it finds out which rules on disk grant what is allowed. Free it
 * before the session, and before the session is loaded again. */
AmrAsker *amr_session_asker(const AmrSession *session, AmrAskPlaces places, gboolean why);

/* What the kernel is asked after @rules were loaded for the denial @event; NULL for an event that
 * it cannot be asked about (all but files so far). Free with amr_executor_question_free(). */
AmrExecutorQuestion *amr_session_question(const AmrEvent *event);

G_END_DECLS
#endif
