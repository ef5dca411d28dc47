/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Armorer itself with more rights, on the user's own terminal: sudo, else pkexec. Never a shell. */
#ifndef TUI_PRIVILEGED_H
#define TUI_PRIVILEGED_H

#include "tui/options.h"

G_BEGIN_DECLS

/* Whether a change of this target needs more rights than we have. */
gboolean tui_privileged_needed(const AmrTarget *target);

/* Runs `sudo -- armorer OPTIONS VERB...` (else pkexec), both from the system's directories and not
 * from the search path, with @input (may be NULL) as its standard input and the terminal as its
 * output, and waits for its end; the main loop goes on meanwhile. The terminal must have been given
 * back before. *status: its exit status, 128 + n for a signal; *said: the end of what it wrote on
 * standard error, which the terminal had too; lines in display form, owned. Fails with
 * AMR_ERROR_NOT_PERMITTED where neither program is there. */
gboolean tui_privileged_run(const TuiOptions *options, const char *const *verb, const char *input,
                            int *status, char **said, GError **error);

G_END_DECLS
#endif
