/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which deny rules of a profile stand against what was denied: file, line and text. The compiler
 * decides: each deny is compiled turned round, as a rule that grants, in a profile of its own, and
 * the oracle says whether that would grant any of what was asked.
 */
#ifndef AMR_POLICY_DENY_H
#define AMR_POLICY_DENY_H

#include "core/policy/compiler.h"
#include "core/policy/index.h"
#include "core/policy/question.h"

G_BEGIN_DECLS

/* One of them. It owns its strings. */
typedef struct {
    char *file; /* relative to the policy directory, or absolute; raw bytes */
    guint line; /* from 1 */
    char *text; /* the rule as it is written there, on one line; raw bytes */
    char *said; /* "abstractions/private-files line 12: deny /x rw,"; display form */
    guint more; /* of amr_deny_first(): how many others there are */
} AmrDenyRule;

void amr_deny_rule_free(AmrDenyRule *rule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrDenyRule, amr_deny_rule_free)
AmrDenyRule *amr_deny_rule_copy(const AmrDenyRule *rule); /* NULL gives NULL */
/* The first of what was found; NULL: nothing was. The caller frees. */
AmrDenyRule *amr_deny_first(const GPtrArray *found);

/* @profile as people write it (":ns:name", "name//child"). @question: what was denied, as
 * amr_question_of_event() has it; borrowed until then. One small compilation, and none where no
 * deny of the profile is of that class. What no profile of the policy is, or the compiler cannot be
 * asked about, has none. Fails only if cancelled. @index and @compiler must stay until then. */
void amr_deny_find_async(AmrCompiler *compiler, const AmrIndex *index, const char *profile,
                         const AmrQuestion *question, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data);
/* AmrDenyRule, in the order in which the compiler meets them; empty where there is none. Free with
 * g_ptr_array_unref(). NULL if it was cancelled. */
GPtrArray *amr_deny_find_finish(GAsyncResult *result, GError **error);

G_END_DECLS
#endif
