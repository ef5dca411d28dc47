/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What resolve.c, which walks the denials, decide.c, which decides, and family.c share. */
#ifndef AMR_POLICY_RESOLVE_PRIVATE_H
#define AMR_POLICY_RESOLVE_PRIVATE_H

#include "core/policy/resolve.h"

/* A profile by the two parts of its full name. */
typedef struct {
    const char *ns, *name;
} AmrHolder;

/* ---- family.c: names of null profiles --------------------------------------------------------
 */

#define AMR_NULL_PART "//null-"

/* Parts of names as one word. The caller frees, as below. */
char *amr_null_key(const char *ns, const char *name, const char *more);
/* Where the first null part of @name begins; NULL if there is none. A name that is nothing else
 * ("null-X") is the kernel's own too, but has no parent that could be decided in. */
const char *amr_null_first(const char *name);
char *amr_null_string(const AmrEvent *event, AmrField field);
/* Whether @event is one of a program, as makes a null profile in complain mode. */
gboolean amr_null_is_execution(const AmrEvent *event);
/* The null profile that the execution @event made, or would have; as amr_null_key(). */
char *amr_null_made_by(const AmrEvent *event);

/* Which denials are executions: amr_null_made_by() -> AmrDenialId, added to @executions. Looked for
 * only where a null profile is among @ids. */
void amr_null_executions(const AmrStore *store, const AmrDenialId *ids, guint n,
                         GHashTable *executions);

/* What was denied of files among @ids: amr_null_key() of profile, as logged, and file -> AMR_PERM_*
 * of all such denials. */
GHashTable *amr_null_files(const AmrStore *store, const AmrDenialId *ids, guint n);

/* ---- decide.c: where an execution leads ------------------------------------------------------
 */

/* ":ns:name", or the name alone in the root namespace. The caller frees. */
char *amr_holder_full(AmrHolder holder);

/* The event of an execution of @exec in @holder, as a record of it would be: borrows from both. */
void amr_decide_event(AmrEvent *event, AmrHolder holder, const char *exec);

/* Never NULL; frees as below. */
AmrDecision *amr_decide(const AmrResolveContext *context, AmrHolder holder, const char *exec);
void amr_decision_free(gpointer decision);
/* The rule by which policy on disk leads an execution to the child that @decision makes. */
AmrRule *amr_decision_rule(const AmrDecision *decision);

/* ---- needs.c: what an execution makes necessary ----------------------------------------------
 */

/* An access in the profile that the execution leads to, before anything else of the program. */
typedef struct {
    char *name;
    guint32 perms;
    char *script; /* the script that it is for; NULL: the program itself starts so */
} AmrNeed;

/* AmrNeed, owned by the array; none where @decision leads nowhere. @programs may be NULL. */
GPtrArray *amr_needs(const AmrPrograms *programs, const AmrDecision *decision);
/* As a record of it would be, without profile and name. */
void amr_need_event(const AmrNeed *need, AmrEvent *event);
/* Whether it is what the kernel does to start a program that inherits the profile. */
gboolean amr_need_is_granted(const AmrResolved *resolved);

#endif
