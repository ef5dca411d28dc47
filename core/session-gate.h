/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is replayed is asked of policy first: the oracle as a kernel. Private to the session. */
#ifndef AMR_SESSION_GATE_H
#define AMR_SESSION_GATE_H

#include "core/session.h"

G_BEGIN_DECLS

/* Both are borrowed and outlive it. */
AmrGate *amr_gate_new(AmrSession *session, AmrReplay *replay);
void amr_gate_free(AmrGate *gate);
/* The session's index is about to go: what is known of profiles is found out anew, by the next. */
void amr_gate_forget(AmrGate *gate);
/* There is one again. The first time the replay is started. */
void amr_gate_renew(AmrGate *gate);

G_END_DECLS
#endif
