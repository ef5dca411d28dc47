/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the files that judge what differs at a pair of states. */
#ifndef AMR_POLICY_ORACLE_JUDGE_H
#define AMR_POLICY_ORACLE_JUDGE_H

#include "core/policy/oracle_compare.h"

static inline guint32
amr_perms_allowed(const AmrPerms *perms)
{
    return perms->allow & ~perms->deny;
}

static inline guint32
amr_perms_logged(const AmrPerms *perms)
{
    return (amr_perms_allowed(perms) & perms->audit) |
           (~amr_perms_allowed(perms) & ~(perms->quiet | perms->deny));
}

/* What the one refuses explicitly, no rule beside it grants. */
static inline void
amr_perms_withhold(AmrPerms *perms, const AmrPerms *refused)
{
    perms->allow &= ~((refused->deny | refused->quiet) & ~refused->allow);
}

static inline gboolean
amr_delta_any(const AmrDelta *delta)
{
    return delta->gained || delta->lost || delta->gained_other || delta->lost_other;
}

/* Rights that one has and the other has not. */
static inline void
amr_delta_set(AmrDelta *delta, guint32 before, guint32 after, guint32 other_before,
              guint32 other_after)
{
    delta->gained = after & ~before;
    delta->lost = before & ~after;
    delta->gained_other = other_after & ~other_before;
    delta->lost_other = other_before & ~other_after;
}

#endif
