/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which rules of a profile say so: those that deny what was asked, or those that grant it; file,
 * line and text, and through which includes they come. The compiler decides: each rule is compiled
 * in a profile of its own (a deny turned round, as a rule that grants), and the oracle says whether
 * that grants any of what was asked.
 */
#ifndef AMR_POLICY_CAUSE_H
#define AMR_POLICY_CAUSE_H

#include "core/policy/compiler.h"
#include "core/policy/index.h"
#include "core/policy/question.h"

G_BEGIN_DECLS

typedef enum {
    AMR_CAUSE_UNKNOWN,
    AMR_CAUSE_DENIES,
    AMR_CAUSE_GRANTS,
} AmrCauseKind;

/* How it is known. X(NAME, word): words stand in JSON. */
#define AMR_CAUSE_PROOFS(X)                                                              \
    X(POLICY, "policy") /* the rule was compiled, and what it stands in compiles, too */ \
    X(RULE, "rule")     /* the rule was compiled; what it stands in does not compile */  \
    X(TEXT, "text")     /* the compiler could not be asked: by its text it may be so */

typedef enum {
    AMR_CAUSE_PROOF_UNKNOWN,
#define AMR_CAUSE_PROOF_ENUM(name, word) AMR_CAUSE_BY_##name,
    AMR_CAUSE_PROOFS(AMR_CAUSE_PROOF_ENUM)
#undef AMR_CAUSE_PROOF_ENUM
} AmrCauseProof;

const char *amr_cause_proof_word(AmrCauseProof proof);

/* One of them. It owns its strings. */
typedef struct {
    AmrCauseKind kind;
    AmrCauseProof proof;
    char *file; /* relative to the policy directory, or absolute; raw bytes */
    guint line; /* from 1 */
    char *text; /* the rule as it is written there, on one line; raw bytes */
    /* "abstractions/private-files line 12: deny /x rw,", and behind it how little is known of it,
     * where it is not by POLICY; display form */
    char *said;
    /* Where that file is included, from the inside out, "abstractions/nameservice line 20,
     * usr.bin.x line 5"; display form. NULL for a rule in the text of the block itself. */
    char *through;
    guint more; /* of amr_cause_first(): how many others there are */
} AmrCause;

void amr_cause_free(AmrCause *cause);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrCause, amr_cause_free)
AmrCause *amr_cause_copy(const AmrCause *cause); /* NULL gives NULL */
/* The first of what was found; NULL: nothing was. The caller frees. */
AmrCause *amr_cause_first(const GPtrArray *found);

/* Keeps what it compiled, so that all questions of a class to a profile cost one compilation (of
 * some 250 rules: 50 ms), and none where no rule of the profile is of that class. */
typedef struct AmrCauses AmrCauses;

/* Both are borrowed and must outlive it. @index may be NULL: nothing is found. */
AmrCauses *amr_causes_new(AmrCompiler *compiler, const AmrIndex *index);
/* Not before every find has finished. */
void amr_causes_free(AmrCauses *causes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrCauses, amr_causes_free)

/* @profile as people write it (":ns:name", "name//child"). @question: what was denied, as
 * amr_question_of_event() has it, or what is granted; borrowed until then. @compiles: whether the
 * profile does. What no profile of the policy is has none. Rules behind the 4096th of a class are
 * not looked at. Fails only if cancelled. */
void amr_causes_find_async(AmrCauses *causes, AmrCauseKind kind, const char *profile,
                           gboolean compiles, const AmrQuestion *question,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* AmrCause, in the order in which the compiler meets them (of those that grant, the block's own
 * first); empty where there is none. Free with g_ptr_array_unref(). NULL if it was cancelled. */
GPtrArray *amr_causes_find_finish(GAsyncResult *result, GError **error);

/* Whether @text, a rule that grants, may grant any of what is asked, by the words that it is made
 * of: for what the compiler does not tell. @file: the top-level file where it counts, for its
 * variables. */
gboolean amr_cause_may_grant(const AmrIndex *index, const char *file, const char *text,
                             const AmrQuestion *question);

G_END_DECLS
#endif
