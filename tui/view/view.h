/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A view: draws itself on a canvas, acts on actions and says what became stale. It never touches
 * the terminal and never draws of its own accord.
 */
#ifndef TUI_VIEW_VIEW_H
#define TUI_VIEW_VIEW_H

#include "tui/action.h"
#include "tui/terminal/canvas.h"

G_BEGIN_DECLS

typedef struct TuiView TuiView;
typedef struct TuiScreen TuiScreen;

/* What an action made stale, or what is to be done with the view. */
typedef enum {
    TUI_STALE_NOTHING = 0,
    TUI_STALE_VIEW = 1 << 0,   /* what the view shows */
    TUI_STALE_FRAME = 1 << 1,  /* status, tabs, keys too */
    TUI_STALE_CLOSED = 1 << 2, /* the view is done: close it */
    TUI_STALE_FOREIGN = 1 << 3 /* no action of this view: the screen's, or none */
} TuiStale;

/* What of the session became another. */
typedef enum {
    TUI_NEWS_UNKNOWN,
    TUI_NEWS_STORE,  /* denials came */
    TUI_NEWS_STALE,  /* somebody else changed policy: what is known of it is of before. SESSION
                        follows, once it is quiet */
    TUI_NEWS_SESSION /* index, loaded profiles and history were read again */
} TuiNews;

/* A key worth showing now; @label NULL: the action's own. */
typedef struct {
    TuiAction action;
    const char *label;
} TuiHint;

/* All but title, draw and free may be NULL. */
typedef struct {
    const char *title;
    gboolean over; /* drawn over the view below it, which stays in sight */
    void (*draw)(TuiView *view, TuiCanvas *canvas, TuiRect rect);
    TuiStale (*act)(TuiView *view, TuiAction action);
    /* The same with what it is about, as it was typed (UTF-8): "profile:ping" for FILTER. */
    TuiStale (*argue)(TuiView *view, TuiAction action, const char *argument);
    /* What that may be for FILTER; see tui_words_end(). NULL: nothing. */
    char **(*complete)(TuiView *view, const char *line, gsize from, gsize point, gsize *start);
    /* Where text is typed: sees every key first; TUI_STALE_FOREIGN for what it does not take. */
    TuiStale (*key)(TuiView *view, TuiKey key);
    /* Appends TuiHint, most useful first. */
    void (*hints)(const TuiView *view, GArray *hints);
    /* Where one is, for the right end of the tab line; NULL: nothing. The caller frees. */
    char *(*place)(const TuiView *view);
    /* What the user would take along from here: the rule, the record; display or policy form. NULL:
     * nothing. The caller frees. */
    char *(*copy)(const TuiView *view);
    /* Its tab was gone to. */
    void (*shown)(TuiView *view);
    void (*news)(TuiView *view, TuiNews news);
    /* A slice of what is left to do, a few ms at most; TRUE while more is left. Called between keys
     * and frames, once tui_screen_wants_work() was. */
    gboolean (*work)(TuiView *view);
    /* A change is being written: the program must not end now. */
    gboolean (*busy)(const TuiView *view);
    void (*free)(TuiView *view);
} TuiViewClass;

struct TuiView {
    const TuiViewClass *class;
    TuiScreen *screen; /* borrowed; outlives the view */
};

G_END_DECLS
#endif
