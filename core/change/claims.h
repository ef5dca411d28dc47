/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who needs which line of a local file: changes that stand added lines, and found lines standing
 * that they would have added. A line goes with the last change that needs it.
 */
#ifndef AMR_CHANGE_CLAIMS_H
#define AMR_CHANGE_CLAIMS_H

#include "core/change/history.h"
#include "core/change/localfile.h"

G_BEGIN_DECLS

typedef struct AmrClaims AmrClaims;

/* What all changes of @history (NULL: there are none) but @done claim. A plan that is damaged
 * claims nothing; @notes (GPtrArray of char *, display form) gets a word on it. Fails where the
 * plans may not be read. */
AmrClaims *amr_claims_new(const AmrHistory *history, const AmrPlan *done, GPtrArray *notes,
                          GError **error);
void amr_claims_free(AmrClaims *claims);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrClaims, amr_claims_free)

/* The oldest change that stands and found @line in @local already; its id, or NULL. */
const char *amr_claims_heir(const AmrClaims *claims, const char *local, const char *line);
/* Whether an undo that was made after @done left @line in @local for those who need it. */
gboolean amr_claims_is_handed(const AmrClaims *claims, const char *local, const char *line);
/* The changes that stand, were made after @done and added lines to @local: AmrLocalOwner, the
 * newest first, valid as long as the claims. */
GArray *amr_claims_later(AmrClaims *claims, const char *local);

/* Whether @plan found @line standing in @local; or, an undo, leaves it there. */
gboolean amr_plan_has_standing(const AmrPlan *plan, const char *local, const char *line);

G_END_DECLS
#endif
