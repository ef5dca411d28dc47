/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text form of propose, read again, perhaps after an editor: headers and rules. */
#ifndef AMR_CHANGE_RULEFILE_H
#define AMR_CHANGE_RULEFILE_H

#include <gio/gio.h>

#include "core/base/text.h"
#include "core/policy/rule.h"

G_BEGIN_DECLS

#define AMR_RULEFILE_MAX (1024 * 1024) /* bytes of one */

/* The rules of one profile. */
typedef struct {
    char *profile;    /* "name" or ":ns:name", raw bytes */
    GPtrArray *rules; /* AmrRule, owned */
} AmrRuleGroup;

AmrRuleGroup *amr_rule_group_new(const char *profile);
void amr_rule_group_free(AmrRuleGroup *group);

/* Reads @text: `# profile: NAME` headers, rules one a line, other comments and blank lines between
 * them. @name is what messages call it, display form. Profiles that come twice are one group; one
 * without rules is none, unless @keep_empty. Elements AmrRuleGroup. Fails with AMR_ERROR_PARSE and
 * the line's number: a rule before any header, a line that is not exactly one rule, `#include`, a
 * header that cannot be read, a NUL. */
GPtrArray *amr_rulefile_read(AmrBytes text, const char *name, gboolean keep_empty, GError **error);

G_END_DECLS
#endif
