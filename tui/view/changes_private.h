/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes.c, which draws and acts, and changes_rows.c, which knows what is shown, share. */
#ifndef TUI_VIEW_CHANGES_PRIVATE_H
#define TUI_VIEW_CHANGES_PRIVATE_H

#include "tui/view/changes.h"
#include "tui/view/rows.h"

G_BEGIN_DECLS

typedef struct {
    TuiRows rows; /* numbers of the history */
    TuiAction order;
} Changes;

extern const TuiRowsClass tui_changes_rows;

/* NULL where it cannot be read. */
AmrHistory *tui_changes_history(const Changes *view);
/* All, whatever is shown. */
guint tui_changes_count(const Changes *view);
/* The change under the cursor. NULL: none, too where the history is being read again and the rows
 * are still those of before. */
const AmrChange *tui_changes_current(const Changes *view);

G_END_DECLS
#endif
