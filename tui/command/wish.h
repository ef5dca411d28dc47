/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How executions are to be decided: --exec MODE, PROGRAM=MODE or PROGRAM=MODE->PROFILE. */
#ifndef TUI_COMMAND_WISH_H
#define TUI_COMMAND_WISH_H

#include "core/policy/resolve.h"

G_BEGIN_DECLS

typedef struct {
    char *program; /* NULL: every one */
    AmrExecMode mode;
    char *target; /* NULL: none by name */
} TuiWish;

/* For g_array_set_clear_func(). */
void tui_wish_clear(gpointer wish);
/* Appends those of @words (may be NULL) to @wishes, an array of TuiWish; FALSE, and told, where one
 * is none. */
gboolean tui_wishes_read(char **words, GArray *wishes);
/* An AmrChooseExec; @data: the wishes, of which the last one that fits holds. */
AmrExecMode tui_wish_choose(const char *profile, const char *exec, const char **target,
                            gpointer data);

G_END_DECLS
#endif
