/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rule that somebody types: whether the compiler takes it, and whether it alone, in a profile of
 * nothing else, grants what was denied.
 */
#ifndef AMR_POLICY_ATTEMPT_H
#define AMR_POLICY_ATTEMPT_H

#include "core/policy/compiler.h"
#include "core/policy/index.h"
#include "core/policy/question.h"

G_BEGIN_DECLS

typedef enum {
    AMR_ATTEMPT_UNKNOWN,     /* the compiler could not be asked, or its output not be read */
    AMR_ATTEMPT_ANSWERS,     /* it grants all that was denied */
    AMR_ATTEMPT_FALLS_SHORT, /* it grants less */
    AMR_ATTEMPT_REJECTED,    /* the compiler refuses it */
} AmrAttempt;

/* As for @profile (as people write it; where it is not in the index, or @index is NULL: without a
 * preamble). @question is taken over; NULL: what the compiler says is all that is asked, and
 * FALLS_SHORT the answer. @compiler and @index stay until then, but where it is cancelled. One
 * small compilation, kept by its content. Fails only if cancelled. */
void amr_attempt_async(AmrCompiler *compiler, const AmrIndex *index, const char *profile,
                       const AmrRule *rule, AmrQuestion *question, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data);
/* *message (may be NULL): display form; why it is REJECTED or UNKNOWN, what the compiler warns of;
 * else NULL. The caller frees. */
AmrAttempt amr_attempt_finish(GAsyncResult *result, char **message, GError **error);

G_END_DECLS
#endif
