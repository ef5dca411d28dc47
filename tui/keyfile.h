/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The user's keys: a file of lines "action = key key ...", names as in the table of actions. A line
 * gives an action its keys in place of those that it had; none: it has no key. A line that begins
 * with # is a comment.
 */
#ifndef TUI_KEYFILE_H
#define TUI_KEYFILE_H

#include "tui/action.h"

G_BEGIN_DECLS

/* Applies @text to @keymap. What is wrong is left out, the rest holds: char * in display form, each
 * with its line ("line 3: there is no action \"foo\""). Never NULL. */
GPtrArray *tui_keyfile_apply(TuiKeymap *keymap, const char *text, gsize len);
/* The same with the user's file; nothing where there is none. */
GPtrArray *tui_keyfile_load(TuiKeymap *keymap);

G_END_DECLS
#endif
