/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said where a change is asked for of profiles that another program makes. */
#ifndef TUI_COMMAND_ELSEWHERE_H
#define TUI_COMMAND_ELSEWHERE_H

#include "core/advice/elsewhere.h"
#include "tui/command/command.h"

G_BEGIN_DECLS

/* Those of @profiles (NULL-terminated, as typed) that are: AmrElsewhere. @mode: a mode was asked
 * for. */
GPtrArray *tui_elsewhere(const TuiCommand *command, const char *const *profiles, gboolean mode);
/* As messages; what is to be done of several once. */
void tui_say_elsewhere(const GPtrArray *found);
/* The array "elsewhere" of an object; @found may be NULL. */
void tui_json_elsewhere(TuiJson *json, const GPtrArray *found);
/* Says @error, why @profiles cannot be changed, with whose they are, if that is why; with --json an
 * object tells that, too. The exit status: REFUSED if they are another program's. */
int tui_fail_elsewhere(const TuiCommand *command, const GError *error, const char *const *profiles,
                       gboolean mode);

G_END_DECLS
#endif
