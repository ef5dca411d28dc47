/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes.c, which draws and acts, and changes_rows.c, which knows what is shown, share. */
#ifndef TUI_VIEW_CHANGES_PRIVATE_H
#define TUI_VIEW_CHANGES_PRIVATE_H

#include "tui/view/changes.h"
#include "tui/view/rows.h"

G_BEGIN_DECLS

typedef struct {
    TuiRows rows; /* numbers of the history, then of outside */
    TuiAction order;
    GPtrArray *outside; /* AmrOutside: of the history as it is; NULL: not looked for yet */
    gboolean looked;    /* the tab was gone to: what others did is looked for with each reading */
} Changes;

extern const TuiRowsClass tui_changes_rows;

/* NULL where it cannot be read. */
AmrHistory *tui_changes_history(const Changes *view);
/* Looks for what others did, where that is wanted and not known. */
void tui_changes_look_outside(Changes *view);
/* All, whatever is shown. */
guint tui_changes_count(const Changes *view);
/* The change under the cursor. NULL: none, too where the history is being read again and the rows
 * are still those of before. */
const AmrChange *tui_changes_current(const Changes *view);
/* What another hand did, under the cursor; NULL: it stands on none. */
const AmrOutside *tui_changes_current_outside(const Changes *view);

G_END_DECLS
#endif
