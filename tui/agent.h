/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who asks for the password that pkexec wants: polkit's agent for terminals, registered for this
 * process. pkexec brings one of its own, but polkit 122 (Debian 12) answers "No session for cookie"
 * to a good password that it was told, for that agent is registered by one user and speaks as
 * another; later versions have had the same fault again. As a fallback (--fallback) it is not
 * asked, and in pkexec's way.
 */
#ifndef TUI_AGENT_H
#define TUI_AGENT_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct TuiAgent TuiAgent;

/* Starts @program (pkttyagent) on our terminal, with @setup as GSpawnChildSetupFunc, and waits
 * until it is registered or has given up; the main loop goes on meanwhile. NULL where it could not
 * be started: then pkexec's own is as good as any. */
TuiAgent *tui_agent_new(const char *program, GSpawnChildSetupFunc setup);
/* Ends it. NULL is allowed. */
void tui_agent_free(TuiAgent *agent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiAgent, tui_agent_free)

G_END_DECLS
#endif
