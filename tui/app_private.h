/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What app.c, the main loop, and app_rights.c share. */
#ifndef TUI_APP_PRIVATE_H
#define TUI_APP_PRIVATE_H

#include "tui/app.h"
#include "tui/privileged.h"
#include "tui/tell.h"
#include "tui/terminal/term.h"
#include "tui/trouble.h"
#include "tui/view/screen.h"
#include "tui/view/task.h"

G_BEGIN_DECLS

typedef struct App App;
struct App {
    TuiOptions *options;
    AmrSession *session;
    TuiIgnored *ignored; /* NULL: it is for this session alone */
    TuiTerm *term;
    TuiScreen *screen;
    TuiTell tell;
    TuiTrouble *trouble; /* with the logs; NULL before the past is read */
    TuiCanvas *canvas;
    TuiTheme *theme;
    GMainLoop *loop;
    GCancellable *cancellable;
    gint64 drawn; /* monotonic time of the last frame that data had drawn */
    guint frame;  /* source of the frame to come; 0: none */
    guint keys, signals[4];
    guint more; /* source of keys that were left */
    gboolean loading, away, gone, mouse;
    gboolean again; /* with the rights that it has now */
    TuiTask *past;  /* while it is loaded */
};

/* app.c: the terminal can be read; a GUnixFDSourceFunc. */
gboolean tui_app_on_keys(gint fd, GIOCondition condition, gpointer data);

/* app_rights.c: has the screen's change carried out, with @data the App. */
gboolean tui_app_elevate(const AmrRequest *request, TuiPrivileged *privileged, GError **error,
                         gpointer data);
/* The same of its run(): the user's own programs. */
gboolean tui_app_run_aside(const char *program, const char *const *arguments, const char *unit,
                           int *status, GError **error, gpointer data);
/* Whether there is more to read with more rights. */
gboolean tui_app_lacks_rights(const App *app);
/* Says so, where it is denials. */
void tui_app_hint_rights(const App *app);
/* The right to read what only root may: all that is shown begins anew. */
void tui_app_ask_rights(App *app);

G_END_DECLS
#endif
