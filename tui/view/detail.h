/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is to say of one denial, as flowing text. */
#ifndef TUI_VIEW_DETAIL_H
#define TUI_VIEW_DETAIL_H

#include "core/session.h"
#include "tui/widget/flow.h"

G_BEGIN_DECLS

/* Fills @flow (emptied first): the sentence, how often, the risk or the remedy, the fields, where
 * the profile stands. */
void tui_detail_fill(TuiFlow *flow, const AmrSession *session, AmrDenialId id);

/* "risk HIGH: ...", in the role of its height. */
void tui_detail_add_risk(TuiFlow *flow, AmrRisk risk, const char *danger);

G_END_DECLS
#endif
