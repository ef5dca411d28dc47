/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change that needs more rights than we have: armorer-helper, started on the user's own terminal
 * by sudo, else pkexec, else run0. Never a shell. */
#ifndef TUI_PRIVILEGED_H
#define TUI_PRIVILEGED_H

#include "core/change/executor.h"
#include "core/change/request.h"

G_BEGIN_DECLS

/* Whether a change of this target needs more rights than we have. */
gboolean tui_privileged_needed(const AmrTarget *target);

typedef struct {
    char *id;            /* of the change; NULL where it was not carried out */
    AmrOutcome *outcome; /* of it, as the executor's; NULL then */
    GPtrArray *notes;    /* what was said of a change that failed: char *, display form; NULL */
    char *said;          /* the end of what was written on standard error, which the terminal had
                            too; lines in display form; never NULL after the call */
} TuiPrivileged;
void tui_privileged_clear(TuiPrivileged *privileged);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TuiPrivileged, tui_privileged_clear)

/* Has @request carried out, and waits for it; the main loop goes on meanwhile. The terminal must
 * have been given back before: a password is asked on it, and what nobody was shown. Where a way is
 * shut (no sudoer, no agent) the next one is tried, and that is said. All programs come from the
 * system's directories and not from the search path. FALSE: @request was not carried out;
 * AMR_ERROR_NOT_PERMITTED where the rights could not be had, else what the helper says. */
gboolean tui_privileged_change(const AmrRequest *request, TuiPrivileged *privileged,
                               GError **error);

G_END_DECLS
#endif
