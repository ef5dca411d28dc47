/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How dangerous it is to allow something, rated by what it opens, and why in words. */
#ifndef AMR_POLICY_RISK_H
#define AMR_POLICY_RISK_H

#include "core/base/text.h"
#include "core/policy/propose.h"
#include "core/policy/risks.h"

G_BEGIN_DECLS

/* What is rated by what is known (@risks, NULL or empty: then all is a high risk, since nothing is
 * known to be harmless). @access: AMR_ACCESS_*. *danger is set (owned by the caller, display form)
 * unless the risk is low.
 */
AmrRisk amr_risk_file(const AmrRisks *risks, AmrBytes name, guint access, AmrExecMode exec,
                      char **danger);
AmrRisk amr_risk_capability(const AmrRisks *risks, const char *name, char **danger);
/* A rule of terms other than network's. */
AmrRisk amr_risk_terms(const AmrRisks *risks, const AmrRule *rule, char **danger);
/* Any rule: one that somebody wrote by hand. What a pattern reaches is tried on names that matter.
 */
AmrRisk amr_risk_rule(const AmrRisks *risks, const AmrRule *rule, char **danger);
/* Whether it opens all there is, or files of all of a place that many share (as
 * amr_ladder_is_everything() has it): to be asked for by a typed word. Its risk is high. */
gboolean amr_risk_is_everything(const AmrTunables *tunables, const AmrRule *rule);
/* @pattern with its variables as they mostly are; what is not known may be anything. */
char *amr_risk_without_variables(const char *pattern);
AmrRisk amr_risk_network(const AmrRisks *risks, const char *family, const char *type,
                         char **danger);

/* The names that matter, made ready for comparing many names and patterns with them. @risks is
 * borrowed; without it no pattern keeps clear of them. */
typedef struct AmrRiskReach AmrRiskReach;
AmrRiskReach *amr_risk_reach_new(const AmrRisks *risks);
void amr_risk_reach_free(AmrRiskReach *reach);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrRiskReach, amr_risk_reach_free)

/* Which kinds of names that matter it is one of: a bit each (the last one for all beyond 64). */
guint64 amr_risk_reach_kinds(AmrRiskReach *reach, AmrBytes name);
/* How dangerous it is to open a file of these kinds. *own is set where its name is a matter of its
 * own and no other name's neighbour: high risks, and what holds secrets or says who may do what,
 * however it is accessed. */
AmrRisk amr_risk_of_kinds(const AmrRiskReach *reach, guint64 kinds, guint access, gboolean *own);
/* Whether @pattern (as in a rule, without variables) reaches no names that matter but of the kinds
 * @kinds. Names that matter in any directory (keys, passwords) count where users have them. Not by
 * samples, but by what the patterns have in common. */
gboolean amr_risk_reach_keeps(const AmrRiskReach *reach, const char *pattern, guint64 kinds);

G_END_DECLS
#endif
