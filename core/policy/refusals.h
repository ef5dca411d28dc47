/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel says of a denial where a rule is no answer to it. It is data
 * (core/base/datafile):
 *
 *   refusal        why none is offered, one of the words of AMR_NO_RULES; or
 *   found          that armorer has found out by itself that no rule is right, one of the words of
 *                  AMR_FINDINGS: then the entry has the words for it alone. One of both is needed
 *   reason         why, and
 *   remedy         what to do instead: sentences as core/denial/phrase has them; reason is needed
 *   info, class, name...
 *                  when it fits (core/denial/conditions); beside a refusal at least one is needed
 *
 * The first that fits is told. No entry can make a rule be offered, and none is needed for a
 * refusal that armorer finds: without it, it is told in fewer words.
 */
#ifndef AMR_POLICY_REFUSALS_H
#define AMR_POLICY_REFUSALS_H

#include "core/base/datafile.h"
#include "core/denial/event.h"
#include "core/policy/no_rule.h"

G_BEGIN_DECLS

typedef struct AmrRefusals AmrRefusals;

AmrRefusals *amr_refusals_new(void);
void amr_refusals_free(AmrRefusals *refusals);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrRefusals, amr_refusals_free)
/* Where they are read into. Borrowed. */
AmrData *amr_refusals_data(AmrRefusals *refusals);

/* X(NAME, word, otherwise): why no rule is right, as code decides it; and the words where the files
 * have none. */
#define AMR_FINDINGS(X)                                                                           \
    X(REPORT, "report", "Nothing was refused.")                                                   \
    X(NO_PROFILE, "no-profile", "The record does not say which profile refused.")                 \
    X(CATCH_ALL, "catch-all", "The profile is that of all programs without one of their own.")    \
    X(LAUNCHER, "catch-all-launcher", "The profile is that of all programs without their own.")   \
    X(NULL_PROGRAM, "null-program", "How the program is run is not decided.")                     \
    X(NULL_HAT, "null-hat", "The profile is one that the kernel made for the time being.")        \
    X(NULL_PEER, "null-peer", "The other side's profile is one that the kernel made for a time.") \
    X(HAT, "hat", "No rule allows a change of hat.")                                              \
    X(NO_RULES, "no-rules", "armorer knows no rules for this.")                                   \
    X(NO_PATH, "no-path", "What was denied has no path from the root, and rules work by path.")

typedef enum {
    AMR_FINDING_NONE,
#define AMR_FINDING_ENUM(name, word, otherwise) AMR_FINDING_##name,
    AMR_FINDINGS(AMR_FINDING_ENUM)
#undef AMR_FINDING_ENUM
} AmrFinding;

/* The words for what was found of @event (of a null profile: with its parent as profile and the
 * program or hat as name). *reason is set, *remedy may be NULL: display form, the caller frees.
 * @refusals may be NULL. */
void amr_refusals_tell(const AmrRefusals *refusals, AmrFinding finding, const AmrEvent *event,
                       char **reason, char **remedy);

/* The first that fits; AMR_NO_RULE_NONE if none does (or @refusals is NULL). *reason and, if there
 * is one, *remedy are set: display form, the caller frees. */
AmrNoRule amr_refusals_find(const AmrRefusals *refusals, const AmrEvent *event, char **reason,
                            char **remedy);

G_END_DECLS
#endif
