/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What search.c, which looks and takes what is typed, and search_draw.c share. */
#ifndef TUI_VIEW_SEARCH_PRIVATE_H
#define TUI_VIEW_SEARCH_PRIVATE_H

#include "tui/view/search.h"
#include "tui/view/task.h"

G_BEGIN_DECLS

typedef enum {
    TYPING_NOTHING,
    TYPING_FIND,
    TYPING_FILTER,
} Typing;

/* Looking for text among the rows. */
typedef struct {
    gboolean active, wrapped;
    guint row, left, all; /* the next one, how many there still are, and were */
    int step;             /* 1 or -1 */
} Scan;

struct TuiSearch {
    TuiView *view;
    const TuiSearchClass *class;
    TuiFlow *flow; /* NULL: the view's rows are looked through, else this */
    guint origin;  /* its top when a search began */
    Typing typing;
    GPtrArray *finds, *filters;        /* what was typed before */
    char *text;                        /* what is looked for */
    char *line;                        /* of the filter, as typed; NULL: none */
    char **words;                      /* of it */
    char *line_before;                 /* before it was typed anew */
    gboolean off, off_before, missing; /* missing: what is typed was not found */
    Scan scan;
    TuiTask *finding, *filtering; /* NULL: that is not done */
};

/* search_draw.c: rows of the view, or of a text; and those that the filter has not looked at. */
guint tui_search_rows(const TuiSearch *search);
guint tui_search_left(const TuiSearch *search);

G_END_DECLS
#endif
