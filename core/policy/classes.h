/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One class of events each: which rules answer it. For propose.c. */
#ifndef AMR_POLICY_CLASSES_H
#define AMR_POLICY_CLASSES_H

#include "core/policy/propose.h"

G_BEGIN_DECLS

/* Each adds candidates to @proposal or refuses with a reason. */
void amr_propose_file(AmrProposal *proposal, const AmrEvent *event,
                      const AmrProposeContext *context);
void amr_propose_link(AmrProposal *proposal, const AmrEvent *event,
                      const AmrProposeContext *context);
void amr_propose_exec(AmrProposal *proposal, const AmrEvent *event, guint access,
                      const AmrProposeContext *context);
/* Where px and cx of @profile (bare name) to @target lead: the name of the profile in @ns, without
 * it; borrowed from the context. NULL: to none. */
const char *amr_exec_attached(const AmrProposeContext *context, const char *ns, AmrBytes target);
const char *amr_exec_child(const AmrProposeContext *context, const char *ns, AmrBytes profile,
                           AmrBytes target);
/* Where several attach to @target equally well, so that px leads to none of them: their names,
 * borrowed from the context. Empty else. */
GPtrArray *amr_exec_tied(const AmrProposeContext *context, const char *ns, AmrBytes target);
/* exec_conflict.c. The rules of @profile (as people write it) that execute what patterns match.
 * Never NULL. @index may be NULL. */
typedef struct AmrExecStanding AmrExecStanding;
AmrExecStanding *amr_exec_standing_new(const AmrIndex *index, const char *profile,
                                       const AmrTunables *tunables);
void amr_exec_standing_free(AmrExecStanding *standing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrExecStanding, amr_exec_standing_free)
/* One of these beside which the compiler does not take @rule, with its place, in display form;
 * borrowed. NULL: there is none. */
const char *amr_exec_conflict(const AmrExecStanding *standing, const AmrTunables *tunables,
                              const AmrRule *rule);
/* lead.c. Whether @name (with its parent's, if it is a child) is a profile in @ns that confines
 * what it is named for: loaded, or where that is not known on disk and not disabled. */
gboolean amr_exec_confines(const AmrProposeContext *context, const char *ns, const char *name);
/* Whether @mode looks for a child; whether it may leave confinement. */
gboolean amr_exec_to_child(AmrExecMode mode);
gboolean amr_exec_may_leave(AmrExecMode mode);
/* On disk or loaded, of what @context has. */
gboolean amr_exec_exists(const AmrProposeContext *context, const char *ns, const char *name);
/* ":ns:name", or the name alone in the root namespace. The caller frees, as below. */
char *amr_exec_full(const char *ns, const char *name);
/* The profile that @exec, run by @mode (-> @target, or NULL) in @profile of @ns, leads to, by its
 * full name. NULL: to none that is known, or out of confinement. Source: profile_transition() and
 * x_to_label() in security/apparmor/domain.c of Linux 6.12. */
char *amr_exec_lead(const AmrProposeContext *context, const char *ns, const char *profile,
                    const char *exec, AmrExecMode mode, const char *target);
/* The full name of the child @own that can be made in @profile; NULL where there is one, or none
 * can be: @profile is not on disk, is a child itself or in a namespace, or no header can have that
 * name. The caller frees. */
char *amr_exec_new_child(const AmrProposeContext *context, const char *ns, AmrBytes profile,
                         AmrBytes own);
/* Takes a refusal back: @rule (taken over), by which policy executes already, leads to @child, and
 * the change makes that. */
void amr_propose_missing_child(AmrProposal *proposal, AmrRule *rule, const char *child);
void amr_propose_capability(AmrProposal *proposal, const AmrEvent *event);
void amr_propose_network(AmrProposal *proposal, const AmrEvent *event);
void amr_propose_signal(AmrProposal *proposal, const AmrEvent *event);
void amr_propose_ptrace(AmrProposal *proposal, const AmrEvent *event);
void amr_propose_unix(AmrProposal *proposal, const AmrEvent *event);
void amr_propose_dbus(AmrProposal *proposal, const AmrEvent *event);
void amr_propose_mqueue(AmrProposal *proposal, const AmrEvent *event);
void amr_propose_io_uring(AmrProposal *proposal, const AmrEvent *event);
void amr_propose_userns(AmrProposal *proposal, const AmrEvent *event);
void amr_propose_rlimit(AmrProposal *proposal, const AmrEvent *event);
void amr_propose_change_profile(AmrProposal *proposal, const AmrEvent *event);
void amr_propose_mount(AmrProposal *proposal, const AmrEvent *event);

/* propose_ask.c. Leaves out what the target is known not to state. */
void amr_propose_weigh(AmrProposal *proposal, const AmrProposeContext *context);
/* Whether a stub of its own could be written for the program: proposal->stub. */
void amr_propose_weigh_stub(AmrProposal *proposal, const AmrProposeContext *context);
/* Whether @rule with a priority would win over a deny of the same. */
AmrStating amr_propose_weigh_over(AmrProposal *proposal, const AmrProposeContext *context,
                                  const AmrRule *rule);
/* That @rule (taken over) would answer it, but @stating, as @said has it (display form). */
void amr_propose_leave_out(AmrProposal *proposal, AmrRule *rule, AmrStating stating,
                           const char *said);
/* Sets the refusal; drops candidates. @reason and @remedy are taken over. */
void amr_propose_refuse(AmrProposal *proposal, AmrNoRule no_rule, char *reason, char *remedy);
/* The same for what is found of @event, in the words of the refusals. */
void amr_propose_refuse_found(AmrProposal *proposal, const AmrProposeContext *context,
                              AmrNoRule no_rule, AmrFinding finding, const AmrEvent *event);
/* @event for the words on a null profile: of @parent, made for @exec. Borrows from all three. */
AmrEvent amr_propose_of_null(const AmrEvent *event, const char *parent, const char *exec);
/* Takes everything over. */
void amr_propose_add(AmrProposal *proposal, AmrRule *rule, AmrRisk risk, char *why, char *opens,
                     char *danger);
/* The ladder of the file @name; with @only_name only its rungs of names. NULL, and the proposal
 * refused, if it cannot be spelled. */
GPtrArray *amr_propose_climb(AmrProposal *proposal, const AmrEvent *event, AmrBytes name,
                             gboolean reads, gboolean only_name, const AmrTunables *tunables,
                             guint *best);
/* That the candidate added last stands for @rung, and whether it is the best. */
void amr_propose_set_rung(AmrProposal *proposal, const AmrLadderRung *rung, gboolean best);
/* The access that a rule must give for the permissions @perms of a mask, without exec. */
guint amr_propose_access(guint32 perms);

/* Sets a term of @rule to exactly these bytes; nothing if there are none. FALSE, and the proposal
 * refused, if no rule can spell them. */
gboolean amr_propose_term(AmrProposal *proposal, AmrRule *rule, AmrTerm term, AmrBytes bytes);
/* Adds a rule of terms (taken over): "It may @what.", rated, and above it those of the ladder on
 * which parts of its names vary. Refuses if it does not read back as what it is. */
void amr_propose_add_terms(AmrProposal *proposal, const AmrEvent *event, AmrRule *rule,
                           const char *what, const char *opens);
/* Adds the rule (taken over) as @rung, broader than those before it. */
void amr_propose_add_wider(AmrProposal *proposal, AmrRule *rule, AmrRung rung, const char *what,
                           const char *opens);
/* The broadest so far, to be made broader; NULL if there is none. The caller frees. */
AmrRule *amr_propose_broadest(const AmrProposal *proposal);

/* INCOMPLETE, with @reason. */
void amr_propose_refuse_incomplete(AmrProposal *proposal, const char *reason);
/* Whether it is a word as rules have it for capabilities, families and types. */
gboolean amr_propose_is_word(AmrBytes bytes);
/* The first of two fields that is there; logs of different ages say it in different ones. */
AmrBytes amr_propose_either(const AmrEvent *event, AmrField first, AmrField second);
/* The words of a mask ("send receive") as the rule's access; FALSE, and refused, if there are none.
 */
gboolean amr_propose_take_access(AmrProposal *proposal, AmrRule *rule, AmrBytes mask);
/* What was denied, as a mask; nothing where the record says only what was requested: then nothing
 * of it need have been denied. */
AmrBytes amr_propose_denied_mask(const AmrEvent *event);
/* Whether what the rule prints reads as the rule: masks, types and options of a record may hold
 * words that no rule knows. */
gboolean amr_propose_reads_back(const AmrRule *rule);
/* "send and receive"; the caller frees. */
char *amr_propose_shown_access(const AmrRule *rule);

/* "read", "read, write and lock": for sentences. The caller frees. */
char *amr_propose_access_words(guint access);

G_END_DECLS
#endif
