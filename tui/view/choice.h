/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The choice that a proposal is: denials, the candidates of each, which one is taken, and the
 * plan that follows. No drawing here.
 */
#ifndef TUI_VIEW_CHOICE_H
#define TUI_VIEW_CHOICE_H

#include "core/policy/resolve.h"
#include "core/session.h"

G_BEGIN_DECLS

typedef enum {
    TUI_OWNER_AS_PROPOSED,
    TUI_OWNER_ON,
    TUI_OWNER_OFF,
} TuiOwner;

/* What the user made of one denial; stays when it is proposed anew. */
typedef struct {
    char *rule; /* the candidate that he took, printed; NULL: the best */
    TuiOwner owner;
    gboolean audit, deny;
    gboolean one_side; /* without the rule of the other side */
    gboolean ignored;
    AmrRule *edited; /* by hand, in place of them all; NULL */
} TuiPick;

typedef struct {
    AmrDenialId id;              /* NONE: an execution that the log does not hold */
    const AmrResolved *resolved; /* the choice's own, until it is refreshed */
    const AmrProposal *proposal; /* of it */
    guint chosen;                /* candidate */
    TuiPick *pick;
    gboolean off; /* held under an execution that is denied or ignored: there will be none */
    guint row;    /* where it is shown */
} TuiChoiceItem;

typedef struct TuiChoice {
    GPtrArray *items;  /* TuiChoiceItem, at least one if any was there; by profile */
    GPtrArray *rows;   /* TuiChoiceItem, of these: as they are shown. What is answered by one rule
                          that was made for all of them is one row, the first of them stands there */
    GArray *ids;       /* AmrDenialId: of what it was made */
    AmrFacts *facts;   /* what policy on disk says: to be asked while it is wanted */
    GPtrArray *all;    /* AmrResolved */
    GHashTable *picks; /* char * -> TuiPick */
    GHashTable *modes; /* program in its profile -> how it is executed */
} TuiChoice;

/* For the denials @ids and what has to be decided with them; those that the store does not know are
 * left out. */
TuiChoice *tui_choice_new(const AmrSession *session, const AmrDenialId *ids, guint n);
void tui_choice_free(TuiChoice *choice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiChoice, tui_choice_free)

/* Proposes anew, for more may be known of policy by now. What was chosen stays where its candidate
 * is still there, and where nothing was chosen the best is. The items are others then. */
void tui_choice_refresh(TuiChoice *choice, const AmrSession *session);

/* ---- one item ------------------------------------------------------------------------------- */

/* NULL where no rule is right, or none is wanted (ignored, edited by hand). */
const AmrCandidate *tui_choice_candidate(const TuiChoiceItem *item);
/* The rule as chosen; NULL where there is none. The caller frees. */
AmrRule *tui_choice_rule(const TuiChoiceItem *item);
/* The other side's, if it is needed and wanted. The caller frees. */
AmrRule *tui_choice_mirror(const TuiChoiceItem *item);
/* Whether the rule still answers the denial: not if `owner` was put on what was another's, nor if
 * it denies. Of a rule that was edited by hand: as far as it can be seen without the compiler. */
gboolean tui_choice_answers(const TuiChoiceItem *item);
/* Whether it is an execution that others are held under, or may be. */
gboolean tui_choice_is_execution(const TuiChoiceItem *item);
/* How many items are held under it directly or further in. */
guint tui_choice_held(const TuiChoice *choice, const TuiChoiceItem *item);

/* How many items its row stands for. */
guint tui_choice_row_size(const TuiChoice *choice, const TuiChoiceItem *item);
/* In which row the item with @pick is shown. */
guint tui_choice_row(const TuiChoice *choice, const TuiPick *pick);
/* Puts the items into rows anew. */
void tui_choice_set_rows(TuiChoice *choice);

/* What may be done with the item now. */
typedef enum {
    TUI_CHANGE_OWNER,
    TUI_CHANGE_EXEC,
    TUI_CHANGE_AUDIT,
    TUI_CHANGE_DENY,
    TUI_CHANGE_SIDES,
    TUI_CHANGE_IGNORE,
    TUI_CHANGE_EDIT, /* by tui_proposal_edit() */
} TuiChange;
gboolean tui_choice_can(const TuiChoiceItem *item, TuiChange change);
/* Does it, on or off, for all of its row; of EXEC the next transition that is possible. FALSE if it
 * cannot be. The items may be others then. */
gboolean tui_choice_change(TuiChoice *choice, const AmrSession *session, const TuiChoiceItem *item,
                           TuiChange change);
/* A rule by hand (taken over) for all of its row; NULL: those proposed again. */
void tui_choice_edit(TuiChoice *choice, const TuiChoiceItem *item, AmrRule *rule);
/* Steps along the ladder; FALSE at its end. The items may be others then. */
gboolean tui_choice_step(TuiChoice *choice, const AmrSession *session, const TuiChoiceItem *item,
                         int step);

/* ---- in which way an execution is answered ---------------------------------------------------
 */

/* An AmrChooseExec; @data: the choice. */
AmrExecMode tui_choice_choose(const char *profile, const char *exec, const char **target,
                              gpointer data);
/* That @item's execution goes as @rule has it. */
void tui_choice_take_way(TuiChoice *choice, const TuiChoiceItem *item, const AmrRule *rule);
/* The best of those candidates that execute in the next other way; the chosen one if there is none.
 */
guint tui_choice_next_way(const TuiChoiceItem *item);
void tui_choice_way_free(gpointer way);

/* ---- all of them ---------------------------------------------------------------------------- */

/* How many items' denials of the same profile @item's rule answers, itself among them; and how
 * many there are. */
guint tui_choice_covers(const TuiChoice *choice, const TuiChoiceItem *item, guint *of);
/* The risk of the rule as chosen, and of all that is chosen the highest. *danger (may become NULL)
 * is the caller's. */
AmrRisk tui_choice_item_risk(const TuiChoiceItem *item, char **danger);
AmrRisk tui_choice_risk(const TuiChoice *choice, char **danger);
/* Whether a rule that is chosen opens all there is, or all of a place that many share; its risk is
 * high then. */
gboolean tui_choice_is_everything(const TuiChoice *choice);
/* How many profiles the items are of. */
guint tui_choice_parts(const TuiChoice *choice);
/* The first row of the profile after (@by 1) or before (-1) that of row @n; @n if there is none. */
guint tui_choice_part(const TuiChoice *choice, guint n, int by);

/* The plan of all that is chosen, one change. Fails as amr_plan_add(), and with NOTHING_TO_DO where
 * no rule is chosen at all. */
AmrPlan *tui_choice_plan(const TuiChoice *choice, const AmrSession *session, AmrPlanPlace place,
                         GError **error);
/* For rules that are granted on disk already: a plan that only loads. With @granted those that are
 * known to be, else those that are chosen. Fails as amr_plan_reload(). */
AmrPlan *tui_choice_reload(const TuiChoice *choice, const AmrSession *session, gboolean granted,
                           GError **error);
/* The same as the text that `armorer apply --from -` reads. NULL where a profile's name cannot be
 * spelled. */
char *tui_choice_text(const TuiChoice *choice, gboolean granted, GError **error);
/* What to ask the kernel afterwards: AmrExecutorQuestion. */
GPtrArray *tui_choice_questions(const TuiChoice *choice);

G_END_DECLS
#endif
