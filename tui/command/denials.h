/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between denials.c, follow.c and replay.c. */
#ifndef TUI_COMMAND_DENIALS_H
#define TUI_COMMAND_DENIALS_H

#include "tui/command/command.h"

G_BEGIN_DECLS

/* One object. @event: "past", "new" or "again" where denials are followed, with the time at which
 * it was known here; else NULL. FALSE if standard output takes no more. */
gboolean tui_denials_out_json(const AmrSession *session, AmrDenialId id, const char *event);
/* A TuiFillRow; @data is a TuiDenialRows. */
typedef struct {
    const AmrSession *session;
    const AmrDenialId *ids;
} TuiDenialRows;
void tui_denials_fill_row(guint row, gpointer data, TuiCell *cells);

/* Prints those that there are, then each new one as it comes, until the user has enough, nobody
 * reads any more or every log ended. Returns an exit status. */
int tui_denials_follow(TuiCommand *command, const AmrFilter *filter, char **files);

G_END_DECLS
#endif
