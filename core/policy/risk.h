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
AmrRisk amr_risk_network(const char *family, const char *type, char **danger);

G_END_DECLS
#endif
