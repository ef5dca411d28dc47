/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules that a new profile is given: of all that it was allowed in complain mode the best ones,
 * each of which can be left out or moved along its ladder. What a command and the line by line
 * guide share; the choice behind it is that of the screen.
 */
#ifndef TUI_NEWSET_H
#define TUI_NEWSET_H

#include "core/change/newprofile.h"
#include "core/change/request.h"
#include "tui/command/command.h"

G_BEGIN_DECLS

typedef struct TuiNewSet TuiNewSet;

/* Proposes for what the store holds of @new, and asks policy and target until all is known. NULL:
 * cancelled. Borrows @command. */
TuiNewSet *tui_new_set(TuiCommand *command, const AmrNew *new);
void tui_new_set_free(TuiNewSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiNewSet, tui_new_set_free)

/* Rows, from 0: a rule each, with all that it answers; or why there is none. */
guint tui_new_set_count(const TuiNewSet *set);
/* The rule as it would be written, display form; NULL where there is none. */
char *tui_new_set_rule(const TuiNewSet *set, guint row);
/* The profile that it is for, raw: that of @new, or a child. Borrowed. */
const char *tui_new_set_profile(const TuiNewSet *set, guint row);
/* "for 3 denials, risk low: ...", or why there is no rule; display form. */
char *tui_new_set_tells(const TuiNewSet *set, guint row);
/* How many rows there are with a rule that is not left out. */
guint tui_new_set_rules(const TuiNewSet *set);

gboolean tui_new_set_is_left(const TuiNewSet *set, guint row);
void tui_new_set_leave(TuiNewSet *set, guint row, gboolean left);
/* The ladder of @row: how many rules, which is taken; the @nth in display form. */
guint tui_new_set_ladder(const TuiNewSet *set, guint row, guint *taken);
char *tui_new_set_rung(const TuiNewSet *set, guint row, guint nth);
gboolean tui_new_set_take(TuiNewSet *set, guint row, guint nth);
/* Another transition, of an execution. FALSE: there is none. */
gboolean tui_new_set_another_way(TuiNewSet *set, guint row);

/* Why a word is to be typed before it is written; NULL: it need not. */
char *tui_new_set_danger(const TuiNewSet *set);
/* What it comes to: into the profile's own text. Fails as amr_plan_add(). */
AmrPlan *tui_new_set_plan(const TuiNewSet *set, GError **error);
/* The same, asked of who has the rights; it was agreed to what is dangerous. */
AmrRequest *tui_new_set_request(const TuiNewSet *set);
/* As `armorer apply --from` reads it. */
char *tui_new_set_text(const TuiNewSet *set, GError **error);
/* What to ask the kernel afterwards. */
GPtrArray *tui_new_set_questions(const TuiNewSet *set);

G_END_DECLS
#endif
