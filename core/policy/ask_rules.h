/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules compiled by themselves, each as the only one of a profile, with what stands before the
 * first block of the file that is to get them; beside that file's profile as it is on disk. What
 * such a rule allows and the profile does not, it opens. With it stand the rules of the profile
 * that deny and log, which the profile's own machine does not tell from the want of a rule
 * (oracle.h): what they deny, it does not allow.
 */
#ifndef AMR_POLICY_ASK_RULES_H
#define AMR_POLICY_ASK_RULES_H

#include "core/policy/ask.h"

G_BEGIN_DECLS

typedef struct {
    AmrOracle *oracle;               /* NULL: it is not known */
    const AmrOracleProfile *profile; /* of it */
    char *why;                       /* if so: why, display form */
} AmrAskRule;

typedef struct {
    AmrOracle *before; /* NULL: it is not known */
    const AmrOracleProfile *profile;
    char *why;
    GPtrArray *rules; /* AmrAskRule, in the order of those that were asked about */
} AmrAskRules;

void amr_ask_rules_free(AmrAskRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrAskRules, amr_ask_rules_free)

/* @profile as people write it; @rules: AmrRule, held until then, as is @asker. The profile costs a
 * compilation once, all rules together another (more, where one of them does not compile). Fails
 * only as cancelled. */
void amr_asker_rules_async(AmrAsker *asker, const char *profile, GPtrArray *rules,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* The same without the profile: before is NULL. */
void amr_asker_rules_alone_async(AmrAsker *asker, const char *profile, GPtrArray *rules,
                                 GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer data);
AmrAskRules *amr_asker_rules_finish(GAsyncResult *result, GError **error);

G_END_DECLS
#endif
