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

/* The change that added the include of @local to a profile and was undone while others needed it,
 * so that it still stands there and is nobody's: the last one to need it takes it away. Borrowed;
 * NULL if there is none. */
const AmrPlan *amr_claims_left_include(const AmrClaims *claims, const char *local);
/* What @local held before a change that was undone since put a newline behind it, if that newline
 * is all that @bytes has more than this; else @bytes. A new reference. */
GBytes *amr_claims_unended(const AmrClaims *claims, const char *local, GBytes *bytes);

/* The file that @plan adds an include of @local to, or takes it from; or NULL. */
const char *amr_plan_included_in(const AmrPlan *plan, const char *local);
/* Whether @plan found @line standing in @local; or, an undo, leaves it there. */
gboolean amr_plan_has_standing(const AmrPlan *plan, const char *local, const char *line);

G_END_DECLS
#endif
