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

/* The cells of the @n-th row, whatever is shown; FALSE: there are no more. */
typedef gboolean (*TuiSiftCells)(guint n, TuiCell *cells, gpointer data);

/* What the word before byte @point of @line could be: columns, and behind a colon what stands
 * there. The line of words begins at @from. Otherwise as tui_words_end(). */
char **tui_sift_complete(const TuiTable *table, const char *line, gsize from, gsize point,
                         gsize *start, TuiSiftCells each, gpointer data);

G_END_DECLS
#endif
