/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a rule as it stands in a file of policy, as far as one needs to know what it is
 * about without reading it as a rule. */
#ifndef AMR_POLICY_RULE_TEXT_H
#define AMR_POLICY_RULE_TEXT_H

#include "core/denial/event.h"

G_BEGIN_DECLS

/* @text on one line: no comments, one blank for several but in quotes. The caller frees. */
char *amr_rule_text_fold(AmrBytes text);
/* What stands behind `audit`, `deny`, `priority=N` and their like; `owner` stays. Within @text,
 * which is folded. */
const char *amr_rule_text_bare(const char *text);
/* Its priority=, 0 where it has none. */
gint64 amr_rule_text_priority(const char *text);
/* Whether @bare may have to do with a question of @klass. FALSE is certain. */
gboolean amr_rule_text_may_concern(const char *bare, AmrClass klass);

G_END_DECLS
#endif
