/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command is about to do, and whether the user wants all of it. */
#ifndef TUI_COMMAND_AGREE_H
#define TUI_COMMAND_AGREE_H

#include "tui/command/command.h"
#include "tui/command/progress.h"

G_BEGIN_DECLS

typedef struct {
    const TuiCarry *carry;
    GCancellable *cancellable; /* of the question */
    gboolean json;
    gboolean tells; /* diff and notes go to standard error before anything is written */
    GPtrArray
        *besides; /* what loading activates besides, copied; to be made and freed by who asks */
    TuiProgress *progress; /* of the run: its line is in the way of what is told and asked */
    guint notes_said;      /* how many notes of the check were there to be told */
} TuiAgreement;

/* An AmrAgree; @data: a TuiAgreement. Shows the change. Where loading does more than was asked
 * (unless --activate), or with --ask, asks on the terminal; AMR_ERROR_ACTIVATES_MORE where there
 * is none, AMR_ERROR_REFUSED for a no. */
gboolean tui_agree(const AmrPlan *plan, const GPtrArray *notes, const GPtrArray *besides,
                   gpointer data, GError **error);
/* Asks on the terminal for the word that lets @rules (AmrRule; each opens all of a place that many
 * share) be written. AMR_ERROR_REFUSED where there is no terminal, or another word is typed. */
gboolean tui_agree_broad(const GPtrArray *rules, GCancellable *cancellable, GError **error);
/* Shows a change that somebody else has planned, and asks on the terminal whether all of it is
 * meant; display form. AMR_ERROR_REFUSED for a no, and where there is no terminal. */
gboolean tui_agree_shown(const char *diff, const char *sum, const GPtrArray *notes,
                         const GPtrArray *besides, GCancellable *cancellable, GError **error);
/* The same of @guards (char *, core/change/guard.h). */
gboolean tui_agree_guards(const GPtrArray *guards, GCancellable *cancellable, GError **error);
/* Each as a message, "besides: ...". */
void tui_say_besides(const GPtrArray *besides);

G_END_DECLS
#endif
