/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the target makes of a rule: its compiler (which may not know the syntax), the abi that the
 * profile's file names and the features of its kernel decide whether a rule is stated as it is
 * written, weakened, or dropped, and the compiler says so in part only: with 4.1.0 `network ip=` is
 * weakened under abi 3.0 and 4.0 without a word, whatever --warn says. So the rule is compiled and
 * what comes of it is read.
 *
 * What is asked is the rule's form: its names do not matter, for every name can be spelled. Answers
 * are kept by the digest of compiler, its options, the file's preamble and the form.
 */
#ifndef AMR_POLICY_PROBE_H
#define AMR_POLICY_PROBE_H

#include "core/policy/compiler.h"
#include "core/policy/index.h"
#include "core/policy/rule.h"

G_BEGIN_DECLS

/* X(NAME, word): words stand in JSON. */
#define AMR_STATINGS(X)                                                             \
    X(STATED, "stated")     /* as it is written */                                  \
    X(WEAKENED, "weakened") /* more is allowed than it says: a condition is lost */ \
    X(DROPPED, "dropped")   /* it, or a part of it, comes to nothing */             \
    X(REFUSED, "refused")   /* the compiler does not take it */                     \
    X(NOT_ASKED, "unknown") /* the compiler could not be asked */

typedef enum {
    AMR_STATING_UNKNOWN, /* not asked so far */
#define AMR_STATING_ENUM(name, word) AMR_STATING_##name,
    AMR_STATINGS(AMR_STATING_ENUM)
#undef AMR_STATING_ENUM
} AmrStating;

const char *amr_stating_word(AmrStating stating);

/* How a rule is asked about. */
typedef enum {
    AMR_PROBE_PLAIN, /* in the profile */
    AMR_PROBE_OVER,  /* with priority=1 in the profile, beside a deny of the same: STATED if it wins
                      */
    AMR_PROBE_STUB,  /* in a file of its own under abi 4.0, in a profile that leaves unconfined */
} AmrProbeWay;

typedef struct AmrProbe AmrProbe;

/* @compiler is borrowed, and used no more once the probe is freed. */
AmrProbe *amr_probe_new(AmrCompiler *compiler);
void amr_probe_free(AmrProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrProbe, amr_probe_free)
/* Forgets all answers: what the files of policy include (abi, variables) may have changed. */
void amr_probe_forget(AmrProbe *probe);

/* What is known of @rule, asked about in the way @way, in @profile (as people write it; one that is
 * not in the index, or
 * @index NULL: a file without preamble). Runs nothing, waits for nothing. *said (may be NULL;
 * borrowed until the probe forgets): in display form, why it is not stated. */
AmrStating amr_probe_look(const AmrProbe *probe, AmrProbeWay way, const AmrIndex *index,
                          const char *profile, const AmrRule *rule, const char **said);

/* Finds out about each of @rules (AmrRule; copied) that is not known. Each costs one small
 * compilation, seldom three. Fails only if cancelled: what cannot be asked is NOT_ASKED. */
void amr_probe_ask_async(AmrProbe *probe, AmrProbeWay way, const AmrIndex *index,
                         const char *profile, const GPtrArray *rules, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data);
gboolean amr_probe_ask_finish(GAsyncResult *result, GError **error);

/* Whether every compiler since 3.0 takes the rule, so that it may be offered where none can be
 * asked. */
gboolean amr_probe_is_old(const AmrRule *rule);

/* ---- for probe_form.c -------------------------------------------------------------------------
 */

/* The rule with names, addresses and ports that stand for all of their kind; NULL for a rule that
 * every target states (files, links) or that has no form (includes, what is verbatim). */
AmrRule *amr_probe_form(const AmrRule *rule);
/* Rules like @form that say something else in one condition each: what compiles to the same as
 * @form has lost that condition. @conditions: their names, static. */
GPtrArray *amr_probe_variants(const AmrRule *form, GPtrArray *conditions);

G_END_DECLS
#endif
