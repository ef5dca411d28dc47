/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What screen.c, which draws and takes keys, and screen_session.c share. */
#ifndef TUI_VIEW_SCREEN_PRIVATE_H
#define TUI_VIEW_SCREEN_PRIVATE_H

#include "tui/view/screen.h"
#include "tui/view/task.h"

G_BEGIN_DECLS

#define TUI_SCREEN_TABS 4

struct TuiScreen {
    TuiScreenOptions options;
    char *host; /* display form */
    TuiKeymap *keymap;
    GPtrArray *warnings; /* char *, of the user's files */
    TuiView *tabs[TUI_SCREEN_TABS];
    guint tab;
    GPtrArray *stack;  /* views over the tab, the top one last */
    GPtrArray *closed; /* freed after the action that closed them */
    GHashTable *marks;
    char *trouble;
    char *message;
    TuiRole message_role;
    TuiAsk *ask;               /* what is typed at the bottom */
    TuiTasks *tasks;           /* what takes long */
    GCancellable *cancellable; /* of loading */
    TuiTask *load;             /* the same; NULL: nothing is loaded */
    guint working;             /* who relies on the session's parts */
    gboolean judging;          /* rules of changes are being compiled */
    gboolean loading, load_wanted, dying;
    gboolean unwatched;  /* it was said that policy cannot be watched */
    guint rate;          /* denials of the last minute, as is shown */
    guint rate_falls;    /* source of when that becomes less; 0: it is none */
    guint work;          /* source of work that is left */
    TuiAction next;      /* to be done after the key that is handled */
    char *argument;      /* what it is about; NULL: nothing */
    char *copied;        /* sent to the clipboard last */
    gboolean aloud;      /* it was asked for by name: say so where nothing comes of it */
    GPtrArray *commands; /* typed before; NULL: not read yet */
};

/* screen.c */
TuiView *tui_screen_top(const TuiScreen *screen);
/* Does @action as its key would. Returns what only the program can do. */
TuiAction tui_screen_act(TuiScreen *screen, TuiAction action);
void tui_screen_tell_views(TuiScreen *screen, TuiNews news);
/* screen_answered.c: judges for a while what changes answered; TRUE: more is left to do now. */
gboolean tui_screen_judge(TuiScreen *screen);
/* screen_session.c: what the view on top would have one take along. */
void tui_screen_copy(TuiScreen *screen);
/* screen_session.c: reads anew how often something is denied, and again when that becomes less. */
void tui_screen_read_rate(TuiScreen *screen);
/* screen_session.c: somebody else changed policy; see amr_session_watch(). */
void tui_screen_policy_changed(AmrNews news, gpointer data);
/* screen_session.c: freezes input, or thaws it. */
void tui_screen_freeze(TuiScreen *screen);

G_END_DECLS
#endif
