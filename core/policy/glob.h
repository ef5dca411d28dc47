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

/* The same, and how specific the match is, in *fixed: the number of bytes of @name up to where the
 * first star of @pattern begins to repeat, all of them if no star was needed; the most if @pattern
 * matches in several ways. So the kernel ranks the profiles that attach to one path, but for names
 * short enough that a star repeats nothing. Source: security/apparmor of Linux 6.1 and 6.12,
 * find_attach() in domain.c, leftmatch_fb() in match.c. */
gboolean amr_glob_match_fixed(const char *pattern, AmrBytes name, gsize *fixed);

G_END_DECLS
#endif
