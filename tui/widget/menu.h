/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few actions to choose from, in a box; what is not possible now stays there, and says why. */
#ifndef TUI_WIDGET_MENU_H
#define TUI_WIDGET_MENU_H

#include "tui/action.h"
#include "tui/terminal/canvas.h"

G_BEGIN_DECLS

typedef struct TuiMenu TuiMenu;

/* @title in display form; copied. */
TuiMenu *tui_menu_new(const char *title);
void tui_menu_free(TuiMenu *menu);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiMenu, tui_menu_free)

/* @label NULL: the action's own; @reason in display form: why it cannot be now, NULL: it can.
 * Copied. */
void tui_menu_add(TuiMenu *menu, TuiAction action, const char *label, const char *reason);
/* The same for one of several choices; the cursor begins on the one that is @current. */
void tui_menu_add_choice(TuiMenu *menu, TuiAction action, const char *label, gboolean current);
guint tui_menu_count(const TuiMenu *menu);

/* In the middle of @rect; where it is too low, the part around the cursor. */
void tui_menu_draw(TuiMenu *menu, const TuiKeymap *keymap, TuiCanvas *canvas, TuiRect rect);
/* Moves; FALSE for what does not. */
gboolean tui_menu_act(TuiMenu *menu, TuiAction action);
/* The action under the cursor, or of the entry with the digit @key (cursor follows); NONE where it
 * cannot be now, or there is none. */
TuiAction tui_menu_choose(TuiMenu *menu);
TuiAction tui_menu_digit(TuiMenu *menu, TuiKey key);

G_END_DECLS
#endif
