/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of `armorer propose` share. */
#ifndef TUI_COMMAND_PROPOSE_H
#define TUI_COMMAND_PROPOSE_H

#include "core/policy/breadths.h"
#include "core/policy/opens.h"
#include "core/policy/resolve.h"
#include "tui/command/command.h"
#include "tui/command/json.h"

G_BEGIN_DECLS

/* What rules open of the files that exist. */
typedef struct TuiProposeBreadth TuiProposeBreadth;
TuiProposeBreadth *tui_propose_breadth_new(TuiCommand *command);
void tui_propose_breadth_free(TuiProposeBreadth *breadth);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiProposeBreadth, tui_propose_breadth_free)

/* For amr_resolve_each(): what was denied does not count; before any is looked up. */
gboolean tui_propose_breadth_take(const AmrResolved *resolved, gpointer breadth);
/* NULL: it is to be measured, or it is about no file, or @breadth is NULL. */
const AmrMeasured *tui_propose_breadth_look(TuiProposeBreadth *breadth, const char *profile,
                                            const AmrRule *rule);
/* Measures all that was looked up in vain. FALSE if that was cancelled. */
gboolean tui_propose_breadth_measure(TuiProposeBreadth *breadth, AmrAsker *asker);
/* Comments above a rule. FALSE if standard output takes no more. */
gboolean tui_propose_breadth_lines(const AmrMeasured *measured);
void tui_propose_breadth_json(TuiJson *json, const AmrMeasured *measured);

/* How many of the denials each candidate answers. */
typedef struct TuiProposeCovers TuiProposeCovers;
TuiProposeCovers *tui_propose_covers_new(void);
void tui_propose_covers_free(TuiProposeCovers *covers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiProposeCovers, tui_propose_covers_free)

void tui_propose_count(TuiProposeCovers *covers, const AmrResolved *resolved);
/* Prints it as JSON; with @opens and @breadth (either may be NULL) what each rule opens. FALSE if
 * standard output takes no more. */
gboolean tui_propose_out(const AmrSession *session, TuiProposeCovers *covers, AmrOpens *opens,
                         TuiProposeBreadth *breadth, const AmrResolved *resolved);

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
/* What a rule opens, as it was measured (display form): the first that is said of it stays. */
void tui_propose_group_measured(TuiProposeGroup *group, const AmrRule *rule, const char *words);
/* Why there is none: in one line, with the first that it is said of and how many more. */
void tui_propose_group_no_rule(TuiProposeGroup *group, const AmrEvent *event,
                               const AmrProposal *proposal);
void tui_propose_group_but(TuiProposeGroup *group, const char *why);
/* The narrower rules in whose place the one above stands. */
void tui_propose_group_left_out(TuiProposeGroup *group, const AmrProposal *proposal);
/* What is better than a rule. */
void tui_propose_group_recipes(TuiProposeGroup *group, const AmrRecipes *recipes,
                               const AmrEvent *event, const AmrProposal *proposal);
/* It has all its rules, which become one where they say the same together; @all: they are
 * alternatives and stay as they are. Those that are to be measured are looked up. */
void tui_propose_group_close(TuiProposeGroup *group, gboolean all, TuiProposeBreadth *breadth);
/* Prints it, once it is closed. FALSE if standard output takes no more. */
gboolean tui_propose_group_out(TuiProposeGroup *group, TuiProposeBreadth *breadth);

G_END_DECLS
#endif
