/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plan on its way to be signed: what it changes, what the compiler says of it, the typed word
 * where it is dangerous, the writing, the outcome. The proposal and the undo both end here. Nothing
 * is written but by tui_sign_write() after TUI_ACTION_WRITE.
 */
#ifndef TUI_VIEW_SIGN_H
#define TUI_VIEW_SIGN_H

#include "tui/view/screen.h"
#include "tui/widget/flow.h"

G_BEGIN_DECLS

/* X(NAME, words): how far it is, in the words of the screen. */
#define TUI_SIGN_STATES(X)                                                    \
    X(NO_PLAN, "nothing to write")                                            \
    X(UNSEEN, "shown and asked about by the command with more rights")        \
    X(PENDING, "check pending")                                               \
    X(CHECKING, "check running: every affected file is compiled whole")       \
    X(COMPILES, "compiles")                                                   \
    X(RELOADS, "granted on disk already, not loaded as it is there")          \
    X(GRANTED, "granted already")                                             \
    X(DENIED, "explicitly denied")                                            \
    X(REJECTED, "rejected by the compiler")                                   \
    X(UNCHECKED, "not checked")                                               \
    X(STALE, "stale: policy was changed by somebody else, and is asked anew") \
    X(WRITING, "writing")                                                     \
    X(DONE, "done")                                                           \
    X(FAILED, "not done")

typedef enum {
#define TUI_SIGN_ENUM(name, words) TUI_SIGN_##name,
    TUI_SIGN_STATES(TUI_SIGN_ENUM)
#undef TUI_SIGN_ENUM
} TuiSignState;

typedef struct TuiSign TuiSign;

/* @view owns it. */
TuiSign *tui_sign_new(TuiView *view);
/* What runs is cancelled, and forgotten when it ends. */
void tui_sign_free(TuiSign *sign);

/* Why no plan can be made to last for a while, as TUI_ACTION_LASTS does of rules and of complain
 * mode in the kernel; NULL: it can. Static. */
const char *tui_sign_no_end(TuiScreen *screen);
/* Whether TUI_ACTION_LASTS does something here. */
gboolean tui_sign_may_last(const TuiSign *sign);

/* A new plan, or why there is none; both are taken over. What the check said of another is
 * dropped. */
void tui_sign_set_plan(TuiSign *sign, AmrPlan *plan, GError *error);
/* There is a plan, but only root may make it: it is shown by the command with more rights, which
 * then asks. */
void tui_sign_set_unseen(TuiSign *sign);
/* What takes the plan's place where the check finds that policy on disk grants all of it: a plan
 * that only loads. Taken over; NULL, and after set_plan: none. */
void tui_sign_set_reload(TuiSign *sign, AmrPlan *reload);
/* How it is asked for where it needs more rights; taken over, NULL: it cannot be. It is bound to
 * what was shown. */
void tui_sign_set_request(TuiSign *sign, AmrRequest *request);
/* Why a word has to be typed before it is written; NULL: it need not. Display form, copied. */
void tui_sign_set_danger(TuiSign *sign, const char *danger);
/* Sets as danger what @plan may cut off (core/change/guard.h), and shows it with the plan; FALSE:
 * nothing, and the danger is none. */
gboolean tui_sign_guard(TuiSign *sign, const AmrPlan *plan);
/* What the kernel is asked afterwards: AmrExecutorQuestion; taken over, may be NULL. */
void tui_sign_set_questions(TuiSign *sign, GPtrArray *questions);

/* What is news to its view is news to it: what was found of policy is stale, or a change that was
 * carried out is DONE, now that what it made of policy and history is known. TRUE: it is to be
 * planned anew. Of a try that FAILED, what failed, and what of policy is not as it was shown, then
 * stands above the new plan, until the next try or tui_sign_forget_try(). */
gboolean tui_sign_news(TuiSign *sign, TuiNews news);
void tui_sign_forget_try(TuiSign *sign);

TuiSignState tui_sign_state(const TuiSign *sign);
/* What the proof of the plan came to, to stand behind a check that went well; display form, NULL:
 * none. Copied. */
void tui_sign_set_proof(TuiSign *sign, TuiRole role, const char *proof);
gboolean tui_sign_is_proven(const TuiSign *sign); /* whether that was set for this plan */
/* What the check of this plan compiled, as GBytes; NULL before, and where it did not go well. */
const GPtrArray *tui_sign_compiled(const TuiSign *sign);
/* How many profiles the plan changes. */
guint tui_sign_parts(const TuiSign *sign);
/* The error of set_plan, NULL if there is a plan. */
const GError *tui_sign_plan_error(const TuiSign *sign);
/* How a change that is DONE stands. */
AmrChangeState tui_sign_outcome(const TuiSign *sign);

/* The id of the change that is DONE; NULL if it is not known. */
const char *tui_sign_change(const TuiSign *sign);

/* Appends state, outcome, notes and the diff to @flow, which is to be drawn: only what was shown
 * can be signed. */
void tui_sign_describe(TuiSign *sign, TuiFlow *flow);
/* The same for what came of a try that failed; to stand above all else. */
void tui_sign_describe_try(const TuiSign *sign, TuiFlow *flow);
/* The typed word, on the last line of @rect, where it is asked for; returns the rows used. */
int tui_sign_draw_prompt(const TuiSign *sign, TuiCanvas *canvas, TuiRect rect);

/* That a change ends by itself, and when. */
void tui_sign_add_end(TuiFlow *flow, TuiScreen *screen, gint64 until);

/* While a word is asked for: takes every key. Else FOREIGN. */
TuiStale tui_sign_key(TuiSign *sign, TuiKey key);
/* TUI_ACTION_WRITE; BACK while it is being written asks to stop. */
TuiStale tui_sign_act(TuiSign *sign, TuiAction action);
/* Whether a word is asked for just now. */
gboolean tui_sign_is_asking(const TuiSign *sign);
/* Whether TUI_ACTION_WRITE would write, as far as is known. */
gboolean tui_sign_is_ready(const TuiSign *sign);
gboolean tui_sign_is_writing(const TuiSign *sign);

G_END_DECLS
#endif
