/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How dangerous it is to allow something, rated by what it opens, and why in words. */
#ifndef AMR_POLICY_RISK_H
#define AMR_POLICY_RISK_H

#include "core/base/text.h"
#include "core/policy/propose.h"

G_BEGIN_DECLS

/* @access: AMR_ACCESS_*. *danger is set (owned by the caller, display form) unless the risk is low.
 */
AmrRisk amr_risk_file(AmrBytes name, guint access, AmrExecMode exec, char **danger);
AmrRisk amr_risk_capability(const char *name, char **danger);
/* A rule of terms other than network's. */
AmrRisk amr_risk_terms(const AmrRule *rule, char **danger);
/* Any rule: one that somebody wrote by hand. What a pattern reaches is tried on names that matter.
 */
AmrRisk amr_risk_rule(const AmrRule *rule, char **danger);
/* Whether it opens all there is, or files of all of a place that many share (as
 * amr_ladder_is_everything() has it): to be asked for by a typed word. Its risk is high. */
gboolean amr_risk_is_everything(const AmrTunables *tunables, const AmrRule *rule);
/* @pattern with its variables as they mostly are; what is not known may be anything. */
char *amr_risk_without_variables(const char *pattern);
AmrRisk amr_risk_network(const char *family, const char *type, char **danger);

/* The names that matter, made ready for comparing many names and patterns with them. */
typedef struct AmrRiskReach AmrRiskReach;
AmrRiskReach *amr_risk_reach_new(void);
void amr_risk_reach_free(AmrRiskReach *reach);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrRiskReach, amr_risk_reach_free)

/* Which kinds of names that matter it is one of: a bit each. */
guint64 amr_risk_reach_kinds(AmrRiskReach *reach, AmrBytes name);
/* How dangerous it is to open a file of these kinds. *own is set where its name is a matter of its
 * own and no other name's neighbour: high risks, and what holds secrets or says who may do what,
 * however it is accessed. */
AmrRisk amr_risk_of_kinds(guint64 kinds, guint access, gboolean *own);
/* Whether @pattern (as in a rule, without variables) reaches no names that matter but of the kinds
 * @kinds. Names that matter in any directory (keys, passwords) count where users have them. Not by
 * samples, but by what the patterns have in common. */
gboolean amr_risk_reach_keeps(const AmrRiskReach *reach, const char *pattern, guint64 kinds);

G_END_DECLS
#endif
