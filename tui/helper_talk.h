/* SPDX-License-Identifier: GPL-3.0-or-later */
/* This side of the talk with armorer-helper: what it says, shown and answered on the terminal. */
#ifndef TUI_HELPER_TALK_H
#define TUI_HELPER_TALK_H

#include "tui/privileged.h"

G_BEGIN_DECLS

typedef struct TuiHelperTalk TuiHelperTalk;

/* @to and @from: its standard input and output, taken over; what it says goes to @privileged, which
 * is borrowed. */
TuiHelperTalk *tui_helper_talk_new(int to, int from, TuiPrivileged *privileged);
void tui_helper_talk_free(TuiHelperTalk *talk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiHelperTalk, tui_helper_talk_free)

/* Says @request once it runs: nothing is written before somebody reads. Borrowed until the end. */
void tui_helper_talk_ask(TuiHelperTalk *talk, const AmrRequest *request);
/* It has ended: reads what is left, and asks nothing more. */
void tui_helper_talk_end(TuiHelperTalk *talk);

/* Whether it ran at all: then the rights were had. */
gboolean tui_helper_talk_has_started(const TuiHelperTalk *talk);
/* What it said went wrong, or was wrong with what it said; NULL: nothing. Borrowed. */
const GError *tui_helper_talk_error(const TuiHelperTalk *talk);

G_END_DECLS
#endif
