/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A denial in plain words, for people who never saw one. Display form throughout. The words are
 * data (core/base/datafile), sentences as core/denial/phrase has them:
 *
 *   part          which part of the sentence it is; needed:
 *                 who, way ("tried to"), what, outcome (follows without a blank), says (a sentence
 *                 of its own behind them, left out where it has nothing to say), right (a word for
 *                 one permission: "reading")
 *   text          the words; needed
 *   right         of a right: its letter (r w a c d l k m x)
 *   class, operation, mask, verdict...
 *                 when it fits (core/denial/conditions); of each part the first that fits is told
 */
#ifndef AMR_ADVICE_EXPLAIN_H
#define AMR_ADVICE_EXPLAIN_H

#include "core/base/clock.h"
#include "core/base/datafile.h"
#include "core/denial/store.h"

G_BEGIN_DECLS

typedef struct AmrSentences AmrSentences;
AmrSentences *amr_sentences_new(void);
void amr_sentences_free(AmrSentences *sentences);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrSentences, amr_sentences_free)
/* Where they are read into. Borrowed. */
AmrData *amr_sentences_data(AmrSentences *sentences);

/* "cups-browsed (pid 812) tried to open /etc/foo for reading; the profile /usr/sbin/cups-browsed
 * does not allow it." Without words for it: what the record calls it. The caller frees. */
char *amr_explain(const AmrSentences *sentences, const AmrEvent *event);
/* How often and when, by @clock. The caller frees. */
char *amr_explain_history(const AmrDenial *denial, const AmrClock *clock);

/* What was tried, in a word or three, for a column: "open r", "exec", "capability", "connect inet".
 */
char *amr_explain_tried(const AmrEvent *event);
/* On what, for a column: the path, the capability's name, "inet stream", the peer. */
char *amr_explain_object(const AmrEvent *event);

G_END_DECLS
#endif
