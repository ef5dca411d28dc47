/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wildcards that people type: * (any bytes), ? (one byte), [a-z] and [!a-z] (one byte of them,
 * or none of them; a ] that comes first is one of them). There is no escape: [*] is a literal star.
 * A [ without its ] is a literal one. Not the globs of policy (core/policy/glob).
 */
#ifndef AMR_DENIAL_WILDCARD_H
#define AMR_DENIAL_WILDCARD_H

#include "core/base/text.h"

G_BEGIN_DECLS

typedef struct AmrWildcard AmrWildcard;

enum {
    AMR_WILDCARD_FOLD = 1 << 0,     /* ASCII letters of either case are one */
    AMR_WILDCARD_ANYWHERE = 1 << 1, /* without wildcards: stands anywhere in the value */
};

AmrWildcard *amr_wildcard_new(AmrBytes pattern, guint flags);
void amr_wildcard_free(AmrWildcard *wildcard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrWildcard, amr_wildcard_free)

/* Whether it matches the whole of @value. No recursion, nothing is allocated; at most
 * value.len * pattern length steps, whatever both hold. */
gboolean amr_wildcard_match(const AmrWildcard *wildcard, AmrBytes value);

G_END_DECLS
#endif
