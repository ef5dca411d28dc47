/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding and filtering rows by what their cells show. The words of a filter are as those for
 * denials: all must match, `!` before one negates it, `COLUMN:` takes the whole of that cell, with
 * wildcards; a word without one stands anywhere in any cell.
 */
#ifndef TUI_TABLE_SIFT_H
#define TUI_TABLE_SIFT_H

#include "tui/table/table.h"

G_BEGIN_DECLS

/* Whether @text stands in one of the cells; ASCII letters of either case are one. */
gboolean tui_cells_find(const TuiCell *cells, guint n, const char *text);

typedef struct TuiSift TuiSift;

/* @table is borrowed. AMR_ERROR_PARSE and the word: an unknown column, no value. */
TuiSift *tui_sift_new(const TuiTable *table, const char *const *words, GError **error);
void tui_sift_free(TuiSift *sift);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiSift, tui_sift_free)
gboolean tui_sift_match(const TuiSift *sift, const TuiCell *cells);

/* What words can begin with ("mode:", "profile:"), for completion; NULL-terminated, owned. */
char **tui_sift_keys(const TuiTable *table);

G_END_DECLS
#endif
