/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The variables that a rule of a profile may use, and what they match there. A variable counts
 * where each file that defines the profile has it: what else its name stands for elsewhere does not
 * matter.
 */
#ifndef AMR_POLICY_TUNABLES_H
#define AMR_POLICY_TUNABLES_H

#include "core/base/text.h"
#include "core/policy/index.h"

G_BEGIN_DECLS

typedef struct AmrTunables AmrTunables;

/* For rules of @profile, as people write it (":ns:name"). @index is borrowed; NULL, or a profile
 * that is not in it: no variables. Never NULL. */
AmrTunables *amr_tunables_new(const AmrIndex *index, const char *profile);
void amr_tunables_free(AmrTunables *tunables);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrTunables, amr_tunables_free)

/* How much of @path, which begins with a slash, the variable @name matches: up to a slash (which is
 * not counted) or the end; the longest. 0: nothing, or there is no such variable. */
gsize amr_tunables_prefix(const AmrTunables *tunables, const char *name, AmrBytes path);
/* Whether it matches the whole of @text, which holds no slash. */
gboolean amr_tunables_is(const AmrTunables *tunables, const char *name, AmrBytes text);
/* Whether it has one value only, and that matches one name only. */
gboolean amr_tunables_is_literal(const AmrTunables *tunables, const char *name);
/* @pattern with each combination of the values, as the compiler has them; as it is where there is
 * no variable in it. Strings; NULL if one is not defined. */
GPtrArray *amr_tunables_expand(const AmrTunables *tunables, const char *pattern);
/* Whether @pattern, with its variables expanded as the compiler does, matches @name. */
gboolean amr_tunables_match(const AmrTunables *tunables, const char *pattern, AmrBytes name);

G_END_DECLS
#endif
