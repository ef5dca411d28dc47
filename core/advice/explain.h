/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A denial in plain words, for people who never saw one. Display form throughout. */
#ifndef AMR_ADVICE_EXPLAIN_H
#define AMR_ADVICE_EXPLAIN_H

#include "core/base/clock.h"
#include "core/denial/store.h"

G_BEGIN_DECLS

/* "cups-browsed (pid 812) tried to open /etc/foo for reading; the profile /usr/sbin/cups-browsed
 * does not allow it." With @denial (may be NULL) also how often and when by @clock. The caller
 * frees. */
char *amr_explain(const AmrEvent *event);
char *amr_explain_history(const AmrDenial *denial, const AmrClock *clock);

/* What was tried, in a word or three, for a column: "open r", "exec", "capability", "connect inet".
 */
char *amr_explain_tried(const AmrEvent *event);
/* On what, for a column: the path, the capability's name, "inet stream", the peer. */
char *amr_explain_object(const AmrEvent *event);

G_END_DECLS
#endif
