/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks policy: on disk, as the compiler makes it of the file that defines the profile; and as
 * loaded, of the kernel itself where it answers (files), or of the policy that it gives back.
 * Keeps what was compiled and read, so that many questions cost one compilation a file.
 */
#ifndef AMR_POLICY_ASK_H
#define AMR_POLICY_ASK_H

#include "core/kernel/loaded.h"
#include "core/policy/compiler.h"
#include "core/policy/cause.h"
#include "core/policy/index.h"
#include "core/policy/question.h"

G_BEGIN_DECLS

typedef struct AmrAsker AmrAsker;

/* Borrowed, and must outlive the asker. */
typedef struct {
    const AmrTarget *target;
    AmrOpener *opener;
    AmrCompiler *compiler;
    const AmrIndex *index; /* NULL if there is none, and why */
    const GError *index_error;
    const AmrLoaded *loaded; /* the same */
    const GError *loaded_error;
    gboolean loaded_only; /* nothing on disk is asked */
    gboolean why;         /* which rules grant what is allowed on disk is to be found, too */
} AmrAskContext;

AmrAsker *amr_asker_new(const AmrAskContext *context);
void amr_asker_free(AmrAsker *asker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrAsker, amr_asker_free)

/* The answer of one place. */
typedef struct {
    AmrOracleAnswer answer; /* its verdict is UNKNOWN if there is no answer; its target is borrowed
                               from the asker */
    gboolean by_kernel;     /* the kernel was asked what is allowed */
    char *into;    /* an execution that is allowed: the profile that it leads to, ":ns:name"; NULL:
                      none that is known, or out of confinement */
    char *missing; /* which of several things lack a right, display form; NULL */
    char *why;     /* why there is no answer, display form; NULL */
    AmrErrorCode code; /* the kind of that reason */
} AmrAnswerPlace;

typedef struct {
    char *ns, *name; /* the profile that was asked: as policy on disk has it, else as the kernel */
    AmrAnswerPlace disk, loaded;
    /* The rule on disk that denies it explicitly; of a profile that does not compile the one that
     * would, by itself; NULL: none, or not found. */
    AmrCause *denied;
    GPtrArray *granted; /* AmrCause: those on disk that grant of it what is allowed, perhaps through
                           their sum alone; empty if none was found; NULL: not looked for */
} AmrAnswer;

void amr_answer_free(AmrAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrAnswer, amr_answer_free)

/* How what is loaded behaves beside what its file compiles to. */
typedef struct {
    gboolean known; /* else @why */
    gboolean same;  /* it allows and logs the same; the mode aside, which the kernel may have been
                       told since */
    GPtrArray *differences; /* char *, display form: "file: as loaded rw of /etc/a, on disk r" */
    char *why;              /* why it is not known, display form; NULL */
} AmrAskDrift;

void amr_ask_drift_free(AmrAskDrift *drift);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrAskDrift, amr_ask_drift_free)

/* Compares them by behaviour: what the kernel gives back of @profile, and what its file compiles to
 * now. Fails only as cancelled; one call at a time, of these and of questions. */
void amr_asker_compare_async(AmrAsker *asker, const char *profile, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);
AmrAskDrift *amr_asker_compare_finish(GAsyncResult *result, GError **error);

/*
 * @profile as people write it: amr_index_find_typed(). What is denied on disk by `audit deny`,
 * which compiled policy does not tell from the want of a rule, is found out by compiling the file
 * with a rule that would grant it (only where its text has such words). Fails only as cancelled: a
 * profile that is not there has no answer, for the reason NOT_FOUND. @question must stay until
 * then; one call at a time.
 */
void amr_asker_ask_async(AmrAsker *asker, const char *profile, const AmrQuestion *question,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
AmrAnswer *amr_asker_ask_finish(GAsyncResult *result, GError **error);

G_END_DECLS
#endif
