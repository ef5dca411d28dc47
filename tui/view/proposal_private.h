/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What proposal.c, which acts, proposal_show.c, which shows, and proposal_ask.c share. */
#ifndef TUI_VIEW_PROPOSAL_PRIVATE_H
#define TUI_VIEW_PROPOSAL_PRIVATE_H

#include "core/policy/opens.h"
#include "tui/view/choice.h"
#include "tui/view/proposal.h"
#include "tui/view/sign.h"
#include "tui/widget/flow.h"
#include "tui/widget/list.h"

G_BEGIN_DECLS

typedef struct TuiProposalAsk TuiProposalAsk;
typedef struct TuiProposalMeasure TuiProposalMeasure;
typedef struct TuiProposalBreadth TuiProposalBreadth;
typedef struct TuiProposalEdit TuiProposalEdit;

typedef struct {
    TuiView view;
    TuiChoice *choice;
    TuiList list; /* of the items, where there are several */
    gboolean add_include;
    gboolean inside; /* a set for a profile that we made: each row is in it or left out */
    TuiSign *sign;
    TuiFlow *flow;
    AmrChangeState told;         /* the outcome that the store was told of */
    TuiProposalAsk *ask;         /* under way; NULL */
    TuiProposalEdit *edit;       /* while a rule is typed; NULL */
    AmrOpens *opens;             /* what was measured of rules */
    TuiProposalMeasure *measure; /* under way; NULL */
    TuiProposalBreadth *breadth; /* under way; NULL */
    gboolean uncounted;          /* it was stopped, and is not begun again by itself */
    char *planned;               /* what the plan was made of, as text; NULL: none */
} TuiProposal;

static inline AmrSession *
tui_proposal_session(const TuiProposal *view)
{
    return tui_screen_session(view->view.screen);
}

static inline const TuiChoiceItem *
tui_proposal_current(const TuiProposal *view)
{
    return view->choice->rows->pdata[view->list.cursor];
}

/* proposal.c: plans what is chosen, unless that has to wait for an answer. */
void tui_proposal_plan(TuiProposal *view);
/* Whether the plan fails for want of a local include. */
gboolean tui_proposal_lacks_include(const TuiProposal *view);
/* The choice proposes anew; the cursor stays on its item. */
void tui_proposal_refresh(TuiProposal *view);

/* An item was changed by the user: planned anew, and what was tried before is forgotten. */
void tui_proposal_changed(TuiProposal *view);

/* proposal_edit.c: opens the line to type the rule of the item under the cursor, with @text (NULL:
 * the rule as it is). */
void tui_proposal_edit(TuiProposal *view, const char *text);
void tui_proposal_edit_drop(TuiProposal *view);

/* proposal_proof.c: what the check compiled is asked about each denial; what it says stands with
 * the state. */
void tui_proposal_prove(TuiProposal *view);

/* proposal_ask.c: asks the target and policy on disk what is not known, then refreshes and plans
 * anew. Does nothing while it asks already. */
void tui_proposal_ask(TuiProposal *view);
/* Nobody waits any more. */
void tui_proposal_ask_drop(TuiProposal *view);

/* proposal_measure.c: measures what the rules of the item under the cursor open, where it is not
 * known. Does nothing while it measures, or while what matters more is being asked. */
void tui_proposal_measure(TuiProposal *view);
void tui_proposal_measure_drop(TuiProposal *view);
/* What @rule of @item opens, in words; NULL: not known so far, or not at all. The caller frees. */
char *tui_proposal_measured(TuiProposal *view, const TuiChoiceItem *item, const AmrRule *rule);

/* proposal_breadth.c: counts which files that exist the rules of the item under the cursor open,
 * where it is not known. Does nothing while it counts, or while what matters more is being asked.
 */
void tui_proposal_count_files(TuiProposal *view);
void tui_proposal_breadth_drop(TuiProposal *view);
/* What is known of @rule of @item, into the flow. */
void tui_proposal_show_files(TuiProposal *view, const TuiChoiceItem *item, const AmrRule *rule);

/* proposal_show.c */
void tui_proposal_draw(TuiView *view, TuiCanvas *canvas, TuiRect rect);

G_END_DECLS

#endif
