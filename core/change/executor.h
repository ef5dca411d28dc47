/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Carries out a plan, all or nothing (UX section 4, steps 3 to 8): check, intent, save, write,
 * load, verify; on any failure back to where it was.
 */
#ifndef AMR_CHANGE_EXECUTOR_H
#define AMR_CHANGE_EXECUTOR_H

#include "core/base/opener.h"
#include "core/change/history.h"

G_BEGIN_DECLS

typedef struct AmrExecutor AmrExecutor;

/* All borrowed. */
AmrExecutor *amr_executor_new(const AmrTarget *target, AmrOpener *opener, AmrCompiler *compiler,
                              AmrHistory *history);
void amr_executor_free(AmrExecutor *executor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrExecutor, amr_executor_free)

/* X(NAME, word): the steps, for progress. */
#define AMR_EXECUTOR_STEPS(X) \
    X(CHECK, "checking")      \
    X(SAVE, "saving")         \
    X(WRITE, "writing")       \
    X(LOAD, "loading")        \
    X(VERIFY, "verifying")    \
    X(RESTORE, "restoring")

typedef enum {
    AMR_STEP_UNKNOWN,
#define AMR_STEP_ENUM(name, word) AMR_STEP_##name,
    AMR_EXECUTOR_STEPS(AMR_STEP_ENUM)
#undef AMR_STEP_ENUM
} AmrStep;

const char *amr_step_word(AmrStep step);
typedef void (*AmrProgress)(AmrStep step, const char *what, gpointer data);

/* How the kernel is asked whether the denied access is allowed now. */
typedef struct {
    char *label;  /* of the confined program, ":ns:name" */
    char *access; /* letters */
    char *path;   /* raw bytes */
    gsize path_len;
    gboolean owner;
} AmrExecutorQuestion;
void amr_executor_question_free(AmrExecutorQuestion *question); /* NULL is allowed */

typedef struct {
    AmrChangeState state;
    gboolean partly;  /* it stands, but could not be loaded: policy did not compile before either */
    char *message;    /* one sentence for the user, display form; never NULL */
    GPtrArray *notes; /* char *, display form: "not loaded: ...", "still denied: ..." */
} AmrOutcome;
void amr_outcome_free(AmrOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrOutcome, amr_outcome_free)

/* Step 3 alone: for `apply --dry-run` and the proposal. Compiles every affected file whole in a
 * private copy with the plan's bytes. And decides what is on disk already: GRANTED_ALREADY if every
 * rule is, EXPLICIT_DENY if one is denied (says which); RULE_REJECTED with file and line. */
void amr_executor_check_async(AmrExecutor *executor, const AmrPlan *plan, const AmrIndex *index,
                              AmrProgress progress, gpointer progress_data,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer data);
gboolean amr_executor_check_finish(AmrExecutor *executor, GAsyncResult *result, GPtrArray **notes,
                                   GError **error);
/* What the check found that loading activates besides what the plan says (char *, display form);
 * also where it failed. Borrowed, as long as @result lives; NULL: nothing. */
const GPtrArray *amr_executor_check_besides(GAsyncResult *result);

/* What each file of the plan that is loaded compiles to with the change: GBytes. Only of a check
 * that went well; borrowed as above. */
const GPtrArray *amr_executor_check_compiled(GAsyncResult *result);

/* Asked once in each run, when all is checked and nothing is written or locked yet. @notes: what
 * the check found; @besides: what loading activates that nobody asked for, the plan's own and what
 * the check found. All char *, display form. FALSE, with @error, ends the run there. May run the
 * main loop. */
typedef gboolean (*AmrAgree)(const AmrPlan *plan, const GPtrArray *notes, const GPtrArray *besides,
                             gpointer data, GError **error);
/* For the runs to come; NULL (as it begins): what the plan itself says was agreed to with it, and
 * what the check finds beyond that ends in AMR_ERROR_ACTIVATES_MORE. */
void amr_executor_set_agree(AmrExecutor *executor, AmrAgree agree, gpointer data);

/* What sets the timer of plans that end by themselves: @program, called as systemd-run(1) is, and
 * the
 * @command (NULL-terminated) that it shall run, before "undo --expired ID". Both borrowed. NULL, as
 * it begins: such plans are refused. */
void amr_executor_set_timer(AmrExecutor *executor, const char *program, const char *const *command);

/* The whole. An undo is not held up by a file that compiles neither without it nor with it, and is
 * no worse for it: it is written, that file is not loaded, the outcome is partly. @questions:
 * GPtrArray of AmrExecutorQuestion, may be NULL. Cancelling is possible until the first write, then
 * ignored. The outcome is returned where the change stands (VERIFIED, LOADED, NOT_LOADED); an error
 * else: everything restored, or AMR_ERROR_PARTLY and what could not be. Recovers what a dead
 * armorer left unfinished first. */
void amr_executor_run_async(AmrExecutor *executor, const AmrPlan *plan, const AmrIndex *index,
                            GPtrArray *questions, AmrProgress progress, gpointer progress_data,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
AmrOutcome *amr_executor_run_finish(AmrExecutor *executor, GAsyncResult *result, GError **error);

G_END_DECLS
#endif
