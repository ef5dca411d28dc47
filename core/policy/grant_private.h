/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What asking for one rule and for many share. */
#ifndef AMR_POLICY_GRANT_PRIVATE_H
#define AMR_POLICY_GRANT_PRIVATE_H

#include "core/policy/grant.h"

G_BEGIN_DECLS

/* Whether how access is logged is a part of what the rule asks for. Includes hold any rules, and so
 * may what is verbatim. */
gboolean amr_grant_is_strict(const AmrRule *rule);

G_END_DECLS
#endif
