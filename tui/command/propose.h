/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of `armorer propose` share. */
#ifndef TUI_COMMAND_PROPOSE_H
#define TUI_COMMAND_PROPOSE_H

#include "core/policy/resolve.h"
#include "tui/command/command.h"

G_BEGIN_DECLS

/* How many of the denials each candidate answers. */
typedef struct TuiProposeCovers TuiProposeCovers;
TuiProposeCovers *tui_propose_covers_new(void);
void tui_propose_covers_free(TuiProposeCovers *covers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiProposeCovers, tui_propose_covers_free)

void tui_propose_count(TuiProposeCovers *covers, const AmrResolved *resolved);
/* Prints it as JSON. FALSE if standard output takes no more. */
gboolean tui_propose_out(const AmrSession *session, TuiProposeCovers *covers,
                         const AmrResolved *resolved);

G_END_DECLS
#endif
