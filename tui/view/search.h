/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Find and filter, for any view of rows: what is typed, the chips of the filter with how much it
 * shows, and the looking, a slice at a time.
 */
#ifndef TUI_VIEW_SEARCH_H
#define TUI_VIEW_SEARCH_H

#include "tui/view/screen.h"
#include "tui/widget/flow.h"

G_BEGIN_DECLS

/* What a view is asked. All but filter, complete, all and left must be there. */
typedef struct {
    guint (*rows)(TuiView *view);   /* that are shown */
    guint (*cursor)(TuiView *view); /* the row it is on */
    void (*go)(TuiView *view, guint row);
    /* Remembers what the cursor stands on, or goes back to it. */
    void (*origin)(TuiView *view, gboolean back);
    /* Whether @text stands in what @row shows. */
    gboolean (*matches)(TuiView *view, guint row, const char *text);
    /* Shows only what @words match; none: all. Fails with AMR_ERROR_PARSE, and changes nothing
     * then. */
    gboolean (*filter)(TuiView *view, const char *const *words, GError **error);
    /* What a word of the filter can be; see TuiAskOptions. */
    char **(*complete)(TuiView *view, const char *line, gsize point, gsize *start);
    guint (*all)(TuiView *view);  /* rows without the filter */
    guint (*left)(TuiView *view); /* rows that the filter has not looked at yet */
} TuiSearchClass;

typedef struct TuiSearch TuiSearch;

/* @view is borrowed and owns it. */
TuiSearch *tui_search_new(TuiView *view, const TuiSearchClass *class);
/* Finds in @text, which is borrowed too, by rows; there is no filter. */
TuiSearch *tui_search_new_text(TuiView *view, TuiFlow *text);
void tui_search_free(TuiSearch *search);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiSearch, tui_search_free)

/* For the view's own functions of these names: FOREIGN is what search does not take. */
TuiStale tui_search_act(TuiSearch *search, TuiAction action);
gboolean tui_search_work(TuiSearch *search);

/* Draws the chips in the first row of @rect, where there is a filter, and takes that off @rect. */
void tui_search_draw(const TuiSearch *search, TuiCanvas *canvas, TuiRect *rect);

/* The words of the filter that holds now (not: is off); NULL-terminated, borrowed; NULL: none. */
const char *const *tui_search_words(const TuiSearch *search);
/* Sets the filter as if @line had been typed; FALSE if it cannot be read. */
gboolean tui_search_set_filter(TuiSearch *search, const char *line, GError **error);
/* Whether a filter was given, on or off. */
gboolean tui_search_has_filter(const TuiSearch *search);

G_END_DECLS
#endif
