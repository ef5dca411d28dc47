/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AppArmor's globs, as far as attachments and tables of names need them: ? * ** [] {} and
 * backslash escapes. No variables: a pattern that holds one matches nothing.
 */
#ifndef AMR_POLICY_GLOB_H
#define AMR_POLICY_GLOB_H

#include "core/base/text.h"

G_BEGIN_DECLS

/* Whether @pattern (with or without quotes around it) matches the whole of @name. Work is bounded:
 * a pattern that would need more than some 100,000 steps matches nothing. Source: apparmor.d(5),
 * "Globbing". */
gboolean amr_glob_match(const char *pattern, AmrBytes name);

G_END_DECLS
#endif
