/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a rule would open, measured: compiled by itself (with the preamble of the profile's file)
 * and compared with what the profile's file compiles to. What the rule allows and the profile
 * neither allows nor refuses explicitly is what it opens. The language of both machines is
 * compared, so it is told of all names that there can be, whether they exist or not.
 *
 * Kept: whoever shows a rule looks it up and goes on; what was not known then is asked for at once,
 * many rules in one compilation.
 */
#ifndef AMR_POLICY_OPENS_H
#define AMR_POLICY_OPENS_H

#include "core/policy/ask.h"

G_BEGIN_DECLS

typedef struct AmrOpens AmrOpens;

typedef struct {
    AmrOracleComparison *gains; /* amr_oracle_gains(); NULL: not known */
    char *why;                  /* if so: why, display form */
} AmrOpening;

AmrOpens *amr_opens_new(void);
void amr_opens_free(AmrOpens *opens);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrOpens, amr_opens_free)

/* NULL where it is not known yet: then it is wanted. @profile as people write it. */
const AmrOpening *amr_opens_look(AmrOpens *opens, const char *profile, const AmrRule *rule);
/* Whether anything is wanted. */
gboolean amr_opens_want(const AmrOpens *opens);
/* Policy became another: all is forgotten. What is being asked just now is no answer any more. */
void amr_opens_forget(AmrOpens *opens);

/* Measures all that is wanted, with what @asker (of the same policy; it must stay until then)
 * compiles and keeps; one call at a time. Fails only as cancelled: what was measured by then is
 * kept. @opens may be freed meanwhile. */
void amr_opens_ask_async(AmrOpens *opens, AmrAsker *asker, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data);
gboolean amr_opens_ask_finish(GAsyncResult *result, GError **error);

/* ---- in words -------------------------------------------------------------------------------- */

/* What is said of a rule that is as narrow as can be. */
#define AMR_OPENS_NOTHING "nothing but what was denied"

/* "r of names without end in /var/log/ and below, such as /var/log/a"; of an opening that is not
 * known, why. @denied (may be NULL): the question of the denial. The caller frees; display form. */
char *amr_opening_words(const AmrOpening *opening, const AmrQuestion *denied);
/* The rights of one difference, as a rule has them, for people; *own: only of what is the asker's
 * own. The caller frees. */
char *amr_opening_rights(const AmrOracleDifference *difference, gboolean *own);

G_END_DECLS
#endif
