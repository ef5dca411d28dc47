/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sign.c, which acts, sign_show.c, which shows, and sign_rights.c share. */
#ifndef TUI_VIEW_SIGN_PRIVATE_H
#define TUI_VIEW_SIGN_PRIVATE_H

#include "tui/view/sign.h"
#include "tui/view/task.h"

G_BEGIN_DECLS

#define TUI_SIGN_WORD "yes" /* to be typed where it is dangerous */

/* A plan that a call under way still reads, whatever became of the view. */
typedef struct {
    AmrPlan *plan;
} TuiPlanBox;

/* One call of the executor. */
typedef struct {
    TuiSign *sign; /* NULL: nobody waits for it any more */
    TuiScreen *screen;
    TuiPlanBox *box;
    GPtrArray *questions;
    GCancellable *cancellable;
    AmrStep step;
    TuiTask *task; /* NULL once nobody waits */
} TuiSignJob;

/* What came of the last try to write, once the change is planned anew. */
typedef struct {
    char *why;
    char *said;         /* the words of a command with more rights; or NULL */
    gboolean anew;      /* policy was not as it was shown */
    char *diff;         /* of the files that it would have written */
    GPtrArray *changed; /* the other files of policy that changed: char *, display form */
} TuiSignTried;

struct TuiSign {
    TuiView *view;
    TuiScreen *screen; /* of it */
    TuiSignState state;
    TuiSignState ended; /* while WRITING: DONE or FAILED, once what it left is read; else 0 */
    TuiPlanBox *box;
    AmrPlan *reload;    /* instead, where all is granted; NULL */
    GError *plan_error; /* why there is no plan */
    GError *error;      /* what the check, or the writing, says */
    char *diff;
    AmrRequest *request; /* for who has more rights; NULL */
    char *danger;
    GPtrArray *guards; /* of the plan: char *, display form; NULL */
    GPtrArray *questions;
    guint delay; /* source of the check to come */
    TuiSignJob *job;
    GPtrArray *notes; /* of the check */
    char *proof;      /* in words, and their role */
    TuiRole proof_role;
    GPtrArray *compiled; /* GBytes, of a check that went well; NULL */
    AmrOutcome *outcome;
    char *progress;
    char *change;        /* its id, once it is done */
    char *said;          /* the words of the command with more rights; NULL */
    TuiSignTried *tried; /* NULL: none */
    guint lasts;         /* for how long, as LASTS goes round; 0: for good */
    gboolean shown;      /* what would be signed stood on the screen */
    gboolean asking;
    GString *word;
};

/* sign_job.c: lets go of the plan; begins to check it, after a moment; writes it. */
void tui_sign_box_unref(TuiPlanBox *box);
void tui_sign_start_check(TuiSign *sign);
void tui_sign_write_here(TuiSign *sign);
/* sign.c: what runs is cancelled, and forgotten when it ends. */
void tui_sign_abandon(TuiSign *sign);
/* sign_tried.c: in state FAILED, before it is planned anew. */
void tui_sign_try_again(TuiSign *sign);
/* sign_show.c: one row a line, display form. */
void tui_sign_add_said(TuiFlow *flow, const char *said);
/* sign_rights.c: has the request carried out with more rights. */
void tui_sign_elevate(TuiSign *sign);

G_END_DECLS
#endif
