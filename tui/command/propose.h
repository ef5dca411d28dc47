/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of `armorer propose` share. */
#ifndef TUI_COMMAND_PROPOSE_H
#define TUI_COMMAND_PROPOSE_H

#include "core/policy/opens.h"
#include "core/policy/resolve.h"
#include "tui/command/command.h"

G_BEGIN_DECLS

/* How many of the denials each candidate answers. */
typedef struct TuiProposeCovers TuiProposeCovers;
TuiProposeCovers *tui_propose_covers_new(void);
void tui_propose_covers_free(TuiProposeCovers *covers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiProposeCovers, tui_propose_covers_free)

void tui_propose_count(TuiProposeCovers *covers, const AmrResolved *resolved);
/* Prints it as JSON; with @opens (may be NULL) what each rule opens. FALSE if standard output takes
 * no more. */
gboolean tui_propose_out(const AmrSession *session, TuiProposeCovers *covers, AmrOpens *opens,
                         const AmrResolved *resolved);

/* ---- as text: what one profile gets --------------------------------------------------------- */

typedef struct TuiProposeGroup TuiProposeGroup;
/* That of @profile, made and added to both if it is not there. */
TuiProposeGroup *tui_propose_group_for(GPtrArray *groups, GHashTable *by_profile,
                                       const char *profile);
void tui_propose_group_free(gpointer group);

/* Each thing once, however many denials say it. */
void tui_propose_group_rule(TuiProposeGroup *group, const AmrRule *rule);
/* @together: how many denials it is for, if it was made for several; else 0. */
void tui_propose_group_candidate(TuiProposeGroup *group, const AmrRule *rule, guint together);
/* Why there is none: in one line, with the first that it is said of and how many more. */
void tui_propose_group_no_rule(TuiProposeGroup *group, const AmrEvent *event,
                               const AmrProposal *proposal);
void tui_propose_group_but(TuiProposeGroup *group, const char *why);
/* The narrower rules in whose place the one above stands. */
void tui_propose_group_left_out(TuiProposeGroup *group, const AmrProposal *proposal);
/* What is better than a rule. */
void tui_propose_group_recipes(TuiProposeGroup *group, const AmrRecipes *recipes,
                               const AmrEvent *event, gboolean ruled);
/* Prints it; @all: its rules are alternatives. FALSE if standard output takes no more. */
gboolean tui_propose_group_out(TuiProposeGroup *group, gboolean all);

G_END_DECLS
#endif
