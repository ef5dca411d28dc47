/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is to say of one denial, as flowing text. */
#ifndef TUI_VIEW_DETAIL_H
#define TUI_VIEW_DETAIL_H

#include "core/session.h"
#include "tui/widget/flow.h"

G_BEGIN_DECLS

/* What policy on disk says of a denial, by which rule. */
typedef struct {
    AmrOracleVerdict verdict;
    AmrCause *cause; /* NULL: not known, or there is none */
    char *why;       /* why policy on disk gives no answer, display form; NULL */
} TuiDetailPolicy;

/* Fills @flow (emptied first): the sentence, how often, the risk or the remedy, the fields, where
 * the profile stands. @policy: what policy on disk says of it, NULL: that is not known. */
void tui_detail_fill(TuiFlow *flow, const AmrSession *session, AmrDenialId id,
                     const TuiDetailPolicy *policy);

/* Where policy is known to be another by now, that what follows is of before. */
void tui_detail_add_stale(TuiFlow *flow, const AmrSession *session);

/* The deny rule that stands against something, with its file and line; nothing for NULL. */
void tui_detail_add_denied(TuiFlow *flow, const AmrCause *denied);
/* The same of one that grants. */
void tui_detail_add_granted(TuiFlow *flow, const AmrCause *granted);
/* What stands against it, or grants it, in a profile that does not compile: beside its rules. */
void tui_detail_add_unproven(TuiFlow *flow, const AmrProposal *proposal);

/* What it means, from the session's notes. */
void tui_detail_add_notes(TuiFlow *flow, const AmrSession *session, const AmrEvent *event);
/* Recipes of the session that fit @event: what to do in place of a rule, with what to copy. @ruled:
 * a rule is offered (amr_recipes_for()). */
void tui_detail_add_recipes(TuiFlow *flow, const AmrSession *session, const AmrEvent *event,
                            const AmrProposal *proposal);

/* "risk HIGH: ...", in the role of its height. */
void tui_detail_add_risk(TuiFlow *flow, AmrRisk risk, const char *danger);

G_END_DECLS
#endif
