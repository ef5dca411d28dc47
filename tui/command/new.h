/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps from a program without a profile to one that is confined; the verb and the guide take
 * the same ones. */
#ifndef TUI_COMMAND_NEW_H
#define TUI_COMMAND_NEW_H

#include "core/change/newprofile.h"
#include "core/change/request.h"
#include "tui/command/command.h"

G_BEGIN_DECLS

typedef struct {
    TuiCommand *command;
    const char *program; /* as it was asked for; borrowed */
    AmrNew *new;         /* how far it is; NULL before the first look */
    TuiCarry *carry;     /* borrowed */
    gboolean broad;      /* the word for what is dangerous is said */
    gboolean logs;       /* they are being followed */
    gboolean elevates;   /* what is written is asked of who has the rights (the guide does) */
} TuiNewFlow;

void tui_new_flow_clear(TuiNewFlow *flow);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TuiNewFlow, tui_new_flow_clear)

/* Each returns an exit status, having said what is wrong. */

/* How far it is now, or where that cannot be told was before; @again: policy, kernel and history
 * are read anew before. */
int tui_new_look(TuiNewFlow *flow, gboolean again);
/* Whether a stub may be made for it, and is of use here; REFUSED. */
gboolean tui_new_may_stub(TuiNewFlow *flow, GError **error);
/* @kind: NEW or STUB. */
int tui_new_make(TuiNewFlow *flow, AmrPlanKind kind);
/* Reads the logs, and follows them. Once. */
int tui_new_start_logs(TuiNewFlow *flow);
/* Runs the program as the invoker (tui/invoker.h), and waits until it is quiet in the logs. */
int tui_new_run(TuiNewFlow *flow, const char *const *arguments);
/* The same of the units that start it. */
int tui_new_restart(TuiNewFlow *flow);
/* Prints the set as propose does; NOTHING where there is none. */
int tui_new_propose(TuiNewFlow *flow);
/* Carries @plan out, or has @request, which is the same and taken over, carried out; then looks
 * again. */
int tui_new_carry_out(TuiNewFlow *flow, const AmrPlan *plan, GPtrArray *questions,
                      AmrRequest *request);
/* Writes it into the profile. */
int tui_new_write(TuiNewFlow *flow);
int tui_new_enforce(TuiNewFlow *flow);
/* Takes all of it back. */
int tui_new_undo(TuiNewFlow *flow);

/* One line: how far it is, how much was seen. */
void tui_new_say(const TuiNewFlow *flow);
/* How often something was denied to it. */
guint64 tui_new_seen(const TuiNewFlow *flow);
/* Runs the main loop until the logs are quiet for a moment. */
void tui_new_wait_quiet(const TuiNewFlow *flow);

G_END_DECLS
#endif
