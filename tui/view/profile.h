/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is to say of one profile, as flowing text. */
#ifndef TUI_VIEW_PROFILE_H
#define TUI_VIEW_PROFILE_H

#include "core/policy/ask.h"
#include "tui/table/gather.h"
#include "tui/widget/flow.h"

G_BEGIN_DECLS

/* Whether what is loaded behaves as what is on disk. */
typedef struct {
    enum {
        TUI_COMPARISON_NONE, /* there are no two to compare */
        TUI_COMPARISON_WANTED,
        TUI_COMPARISON_ASKING,
        TUI_COMPARISON_DONE,
    } state;
    const AmrAskDrift *drift; /* DONE; borrowed */
} TuiComparison;

/* Fills @flow (emptied first): mode, drift, file, local file, processes, denials, policy text. */
void tui_profile_fill(TuiFlow *flow, const AmrSession *session, const TuiProfiles *profiles,
                      const TuiProfile *profile, TuiComparison comparison);

G_END_DECLS
#endif
