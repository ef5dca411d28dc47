/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line that begins with a colon: the name of an action, and for some what it is about
 * ("theme light", "sort count"). Completed; remembered between runs.
 */
#ifndef TUI_VIEW_COMMANDLINE_H
#define TUI_VIEW_COMMANDLINE_H

#include "tui/view/screen.h"

G_BEGIN_DECLS

void tui_commandline_open(TuiScreen *screen);
/* The action that @line means, and what follows its name (owned, NULL: nothing); NONE, and *why in
 * display form, where it means none. A name may be cut short where that is clear; one that writes
 * may not. */
TuiAction tui_commandline_read(const TuiKeymap *keymap, const char *line, char **argument,
                               char **why);
/* See TuiAskOptions; data: the TuiScreen. */
char **tui_commandline_complete(const char *line, gsize point, gsize *start, gpointer data);
/* The words of a filter, as they stand in a line from byte @from on: keys and names that are there.
 * Otherwise as above. */
char **tui_complete_filter(const AmrSession *session, const char *line, gsize from, gsize point,
                           gsize *start);

G_END_DECLS
#endif
