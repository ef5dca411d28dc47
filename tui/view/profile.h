/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is to say of one profile, as flowing text. */
#ifndef TUI_VIEW_PROFILE_H
#define TUI_VIEW_PROFILE_H

#include "tui/table/gather.h"
#include "tui/widget/flow.h"

G_BEGIN_DECLS

/* Fills @flow (emptied first): mode, drift, file, local file, processes, denials, policy text. */
void tui_profile_fill(TuiFlow *flow, const AmrSession *session, const TuiProfiles *profiles,
                      const TuiProfile *profile);

G_END_DECLS
#endif
