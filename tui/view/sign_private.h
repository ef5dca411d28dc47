/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sign.c, which acts, and sign_show.c, which shows, share. */
#ifndef TUI_VIEW_SIGN_PRIVATE_H
#define TUI_VIEW_SIGN_PRIVATE_H

#include "tui/view/sign.h"

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
} TuiSignJob;

struct TuiSign {
    TuiScreen *screen;
    TuiSignState state;
    TuiPlanBox *box;
    GError *plan_error; /* why there is no plan */
    GError *error;      /* what the check, or the writing, says */
    char *diff;
    char **verb;
    char *input;
    char *danger;
    GPtrArray *questions;
    guint delay; /* source of the check to come */
    TuiSignJob *job;
    GPtrArray *notes; /* of the check */
    AmrOutcome *outcome;
    char *progress;
    char *change;      /* its id, once it is done */
    gboolean elevated; /* the outcome is to be read from the history */
    int status;        /* what the command with more rights said */
    guint changes_before;
    gboolean asking;
    GString *word;
};

G_END_DECLS
#endif
