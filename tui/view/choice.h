/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The choice that a proposal is: denials, the candidates of each, which one is taken, and the
 * plan that follows. No drawing here.
 */
#ifndef TUI_VIEW_CHOICE_H
#define TUI_VIEW_CHOICE_H

#include "core/session.h"

G_BEGIN_DECLS

typedef enum {
    TUI_OWNER_AS_PROPOSED,
    TUI_OWNER_ON,
    TUI_OWNER_OFF,
} TuiOwner;

typedef struct {
    AmrDenialId id;
    AmrProposal *proposal;
    guint chosen; /* candidate */
    TuiOwner owner;
} TuiChoiceItem;

typedef struct {
    GPtrArray *items; /* TuiChoiceItem, at least one */
} TuiChoice;

/* For the denials @ids; those that the store does not know are left out. */
TuiChoice *tui_choice_new(const AmrSession *session, const AmrDenialId *ids, guint n);
void tui_choice_free(TuiChoice *choice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiChoice, tui_choice_free)

/* Proposes anew, for more may be known of policy by now. What was chosen stays where its candidate
 * is still there, and where nothing was chosen the best is. */
void tui_choice_refresh(TuiChoice *choice, const AmrSession *session);

/* Whether it is not known so far what the target states of some item's rules. Nothing is signed
 * then.
 */
gboolean tui_choice_is_pending(const TuiChoice *choice);
/* Asks for all of them and proposes anew. Fails only if cancelled: whoever frees the choice before
 * the end cancels it. */
void tui_choice_ask_async(TuiChoice *choice, const AmrSession *session, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data);
gboolean tui_choice_ask_finish(GAsyncResult *result, GError **error);

/* NULL where no rule is right. */
const AmrCandidate *tui_choice_candidate(const TuiChoiceItem *item);
/* The candidate's rule with the owner as chosen; NULL as above. The caller frees. */
AmrRule *tui_choice_rule(const TuiChoiceItem *item);
/* Whether the rule still answers the denial: not if `owner` was put on what was another's. */
gboolean tui_choice_answers(const AmrSession *session, const TuiChoiceItem *item);
/* Steps along the ladder; FALSE at its end. */
gboolean tui_choice_step(TuiChoiceItem *item, int step);
/* FALSE where the rule's kind knows no owner. */
gboolean tui_choice_knows_owner(const TuiChoiceItem *item);
gboolean tui_choice_toggle_owner(TuiChoiceItem *item);

/* How many items' denials of the same profile @item's rule answers, itself among them; and how
 * many there are. */
guint tui_choice_covers(const TuiChoice *choice, const TuiChoiceItem *item, guint *of);
/* The highest risk of all that is chosen, and the first danger of that height (may be NULL). */
AmrRisk tui_choice_risk(const TuiChoice *choice, const char **danger);

/* The plan of all that is chosen, one change. Fails as amr_plan_add(), and with NOTHING_TO_DO where
 * no rule is chosen at all. */
AmrPlan *tui_choice_plan(const TuiChoice *choice, const AmrSession *session, gboolean add_include,
                         GError **error);
/* For rules that are granted on disk already: a plan that only loads. Fails as amr_plan_reload().
 */
AmrPlan *tui_choice_reload(const TuiChoice *choice, const AmrSession *session, GError **error);
/* The same as the text that `armorer apply --from -` reads. NULL where a profile's name cannot be
 * spelled. */
char *tui_choice_text(const TuiChoice *choice, GError **error);
/* What to ask the kernel afterwards: AmrExecutorQuestion. */
GPtrArray *tui_choice_questions(const TuiChoice *choice, const AmrSession *session);

G_END_DECLS
#endif
