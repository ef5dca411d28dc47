/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the marked denials, or one, to rules: the ladder, what each opens, the diff, the check. */
#ifndef TUI_VIEW_PROPOSAL_H
#define TUI_VIEW_PROPOSAL_H

#include "tui/view/screen.h"

G_BEGIN_DECLS

/* For all marked denials; where none is marked, for @id. */
TuiView *tui_proposal_new(TuiScreen *screen, AmrDenialId id);
/* For what a profile that we made was denied: its rules go into its own text. @ids are copied. */
TuiView *tui_proposal_new_set(TuiScreen *screen, const AmrDenialId *ids, guint n);

G_END_DECLS
#endif
