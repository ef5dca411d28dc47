/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a profile as it stands on disk, with the lines of its local/ files in place. */
#ifndef TUI_VIEW_POLICY_TEXT_H
#define TUI_VIEW_POLICY_TEXT_H

#include "core/session.h"
#include "tui/widget/flow.h"

G_BEGIN_DECLS

/* Appends the text of @block, coloured; whatever the files hold is inert. At most some thousand
 * lines; says where more are left out. */
void tui_policy_text_add(TuiFlow *flow, const AmrIndex *index, const AmrBlock *block);

#define TUI_POLICY_SPANS_MAX 256

/* The roles of one line of policy in display form; a light reading that is never wrong enough to
 * matter: colours only. Returns how many spans were written. */
guint tui_policy_text_lex(const char *line, TuiSpan spans[TUI_POLICY_SPANS_MAX]);

G_END_DECLS
#endif
