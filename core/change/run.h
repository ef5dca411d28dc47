/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One plan being carried out: a table of steps, each a function that starts what it does and ends,
 * now or later, in amr_run_next() or amr_run_fail(). What fails after the intent was recorded goes
 * on with the steps that put everything back.
 */
#ifndef AMR_CHANGE_RUN_H
#define AMR_CHANGE_RUN_H

#include "core/change/executor.h"
#include "core/change/held.h"
#include "core/policy/scratch.h"

G_BEGIN_DECLS

struct AmrExecutor {
    const AmrTarget *target;
    AmrOpener *opener;
    AmrCompiler *compiler;
    AmrHistory *history;
    AmrAgree agree; /* NULL: what the plan says and no more */
    gpointer agree_data;
    const char *timer; /* systemd-run, borrowed; NULL: there is none */
    const char *const *timer_command;
};

typedef struct AmrRun AmrRun;
typedef void (*AmrRunStep)(AmrRun *run);

struct AmrRun {
    AmrExecutor *executor;
    AmrPlan *plan;         /* a copy of our own */
    const AmrIndex *index; /* in a recovery that of the change that recovers */
    GPtrArray *questions;  /* NULL: none */
    AmrProgress progress;
    gpointer progress_data;
    GCancellable *cancellable; /* obeyed until the first write */
    void (*done)(AmrRun *run);
    gpointer data; /* of done */

    const AmrRunStep *steps; /* ends in NULL */
    gboolean only_checks; /* nothing is written: what was compiled before of the same content will
                             do */
    guint at;
    guint n, k; /* counters of the step, 0 when it begins */

    AmrScratch *scratch;
    gboolean differs;            /* what is loaded is not what is on disk, or that is not known */
    guint granted, asked;        /* rules that say what policy on disk does already, of how many */
    guint denials;               /* of those granted: that deny */
    AmrCompileResult **compiled; /* what a load each compiles to; NULLs in a recovery */
    char **broken;               /* a load each: why it cannot be loaded, change or no change */
    int lock;                    /* -1: not held */
    GPtrArray *unfinished;       /* ids of changes that a dead armorer left */
    gboolean intended;           /* the history knows of it: a failure is put right and recorded */
    gboolean *written;           /* a file each */
    char *
        *as_is; /* of the load that is compiled as it is: in complain in the kernel only; or NULL */
    guint tried;             /* loads tried, from the first */
    GPtrArray *held;         /* AmrHistoryHeld: the profiles of the loads, before */
    gboolean rebooted;       /* what was saved of the kernel was another boot's */
    guint loaded, confirmed; /* loads done; of these, whose hash the kernel confirms */
    guint allowed;           /* questions that the kernel answered with yes */

    GPtrArray *notes;
    GPtrArray *besides; /* what loading activates, beyond what the plan says */
    GError *error;      /* what failed first */
    GString *problems;  /* what could not be put back */
    AmrChangeState state;
    gboolean partly; /* it stands, and something is left to do */
    char *message;
};

/* @plan is taken over. */
AmrRun *amr_run_new(AmrExecutor *executor, AmrPlan *plan, const AmrRunStep *steps);
void amr_run_free(AmrRun *run);
void amr_run_start(AmrRun *run);
void amr_run_next(AmrRun *run);
/* Takes @error over. */
void amr_run_fail(AmrRun *run, GError *error);
void amr_run_note(AmrRun *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* @what is a name of any bytes, or NULL. */
void amr_run_progress(AmrRun *run, AmrStep step, const char *what);
/* The same, and how far it is: "WHAT: 3 of 5000 rules". */
void amr_run_progress_rules(AmrRun *run, AmrStep step, const char *what, guint done, guint of);
/* The first step of a change that failed after its intent: what fails here is told, not obeyed. */
extern const AmrRunStep amr_run_restore_steps[];

/* ---- check.c: before anything is touched ------------------------------------------------------
 */
void amr_check_digests(AmrRun *run); /* CHANGED_UNDERNEATH if what the plan read is not as it was */
void amr_check_scratch(AmrRun *run);
void amr_check_loaded(AmrRun *run); /* what a reload would activate besides */
void amr_check_grants(AmrRun *run);
void amr_check_compile(AmrRun *run);
void amr_check_agree(AmrRun *run); /* ACTIVATES_MORE, or what the asked one says */

/* ---- carry_out.c: under the lock ---------------------------------------------------------------
 */
void amr_carry_lock(AmrRun *run);
void amr_carry_intent(AmrRun *run);
void amr_carry_timer(AmrRun *run); /* timer.c */
void amr_carry_save(AmrRun *run);
void amr_carry_write(AmrRun *run);
void amr_carry_load(AmrRun *run);
void amr_carry_settle(AmrRun *run);
/* Whether @load goes into the kernel (or what stands for it). */
gboolean amr_carry_is_loaded(const AmrRun *run, const AmrPlanLoad *load);
/* Whether @load goes out of it, for the change disables its file. */
gboolean amr_carry_is_unloaded(const AmrRun *run, const AmrPlanLoad *load);
/* Where the nth of what the kernel held of a load's profiles is kept in the history; from 0 up to
 * the first that is not there. */
guint amr_carry_raw_number(guint load, guint nth);

/* ---- remove.c ---------------------------------------------------------------------------------
 */
/* Takes the profile @typed out of the kernel; finished by the callback, which gets @run. FALSE, and
 * nothing begun, where its name cannot be spelled. */
gboolean amr_remove_async(AmrRun *run, const char *typed, GAsyncReadyCallback callback,
                          GError **error);
gboolean amr_remove_finish(const AmrRun *run, GAsyncResult *result, GError **error);
/* Of the load at hand, one after another; then on with amr_carry_load(). */
void amr_carry_unload(AmrRun *run);
/* Of an undo: the children whose blocks it took away. */
void amr_carry_remove(AmrRun *run);

/* ---- verify.c ---------------------------------------------------------------------------------
 */
void amr_verify(AmrRun *run);

/* ---- recover.c: what a dead armorer left ---------------------------------------------------- */
void amr_recover(AmrRun *run);

/* What a file of a plan holds. */
typedef enum {
    AMR_HOLDS_UNKNOWN,
    AMR_HOLDS_BEFORE,
    AMR_HOLDS_AFTER,
    AMR_HOLDS_OTHER, /* or it cannot be read */
} AmrHolds;
AmrHolds amr_recover_look(const AmrTarget *target, const AmrPlanFile *file);

G_END_DECLS
#endif
