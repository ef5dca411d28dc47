/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The whole frame: status, tabs, the view on top, keys. Takes keys, gives frames; knows no
 * terminal, so tests drive it as a user does.
 */
#ifndef TUI_VIEW_SCREEN_H
#define TUI_VIEW_SCREEN_H

#include "core/session.h"
#include "tui/ignored.h"
#include "tui/privileged.h"
#include "tui/view/ask.h"
#include "tui/view/view.h"

G_BEGIN_DECLS

/* Has a request carried out with more rights, on the user's terminal; as tui_privileged_change().
 */
typedef gboolean (*TuiElevate)(const AmrRequest *request, TuiPrivileged *privileged, GError **error,
                               gpointer data);

typedef struct {
    AmrSession *session;   /* borrowed, outlives the screen */
    const char *host;      /* for the status line, raw; copied */
    gboolean read_only;    /* no writing actions at all */
    gboolean lacks_rights; /* to read all, and may ask for them */
    TuiKeymap *keymap;     /* taken over; NULL: the keys of the table */
    GPtrArray *warnings;   /* char *, of the user's files; taken over; may be NULL */
    TuiIgnored *ignored;   /* borrowed; NULL: what is ignored is for this session alone */
    TuiElevate elevate;    /* NULL: changes are carried out in this process */
    /* Runs @program (tui/invoker.h) on the user's terminal, or where it is NULL has systemd restart
     * @unit; NULL: there is no terminal for that. */
    gboolean (*run)(const char *program, const char *const *arguments, const char *unit,
                    int *status, GError **error, gpointer data);
    /* Sends @text to the terminal's clipboard; FALSE: it has none, or the text is too long for it.
     * May be NULL. */
    gboolean (*copy)(const char *text, gpointer data);
    void (*dirty)(gpointer); /* something to draw came without a key; may be NULL */
    gpointer data;           /* for all */
} TuiScreenOptions;

TuiScreen *tui_screen_new(const TuiScreenOptions *options);
/* Cancels what runs for its views, and runs the main loop until that is over. */
void tui_screen_free(TuiScreen *screen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiScreen, tui_screen_free)

void tui_screen_draw(TuiScreen *screen, TuiCanvas *canvas);
/* Acts on @key. Returns what only the program can do: QUIT, SUSPEND, THEME, REDRAW, MOUSE,
 * RIGHTS; else NONE. */
TuiAction tui_screen_key(TuiScreen *screen, TuiKey key);
/* The same for the mouse; @canvas is what the user sees. */
TuiAction tui_screen_mouse(TuiScreen *screen, const TuiCanvas *canvas, const TuiInput *input);
/* What the action returned last is about ("light"); NULL: nothing. */
const char *tui_screen_argument(const TuiScreen *screen);
/* The store or a source changed. */
void tui_screen_store_changed(TuiScreen *screen);
/* Why there is nothing to read, shown where the denials would be; display form. */
void tui_screen_set_trouble(TuiScreen *screen, const char *trouble);

/* ---- for the views -------------------------------------------------------------------------- */

AmrSession *tui_screen_session(const TuiScreen *screen);
const TuiKeymap *tui_screen_keymap(const TuiScreen *screen);
const char *tui_screen_trouble(const TuiScreen *screen); /* NULL: none */
/* How to ask for the right to read what only root may; NULL where there is nothing to ask. The
 * caller frees. */
char *tui_screen_rights(const TuiScreen *screen);
/* The likeliest reason why there are no denials, as the doctor found; NULL: none is known. */
const AmrCheck *tui_screen_reason(const TuiScreen *screen);
/* What is wrong with the user's files: char *, display form. Never NULL. */
const GPtrArray *tui_screen_warnings(const TuiScreen *screen);
/* Marked denials: a set of GUINT_TO_POINTER(AmrDenialId). */
GHashTable *tui_screen_marks(TuiScreen *screen);
/* Takes @view over and puts it on top. */
void tui_screen_push(TuiScreen *screen, TuiView *view);
/* Whether a change is being written. */
gboolean tui_screen_is_busy(const TuiScreen *screen);
/* One line, until the next key. */
void tui_screen_say(TuiScreen *screen, TuiRole role, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Does @action when the key that is handled now is done with, as if its own key had been pressed;
 * not one that is not there (read-only). */
void tui_screen_do(TuiScreen *screen, TuiAction action);
/* The same with what it is about (may be NULL), for one that was asked for by name: where nothing
 * comes of it, that is said. */
void tui_screen_do_with(TuiScreen *screen, TuiAction action, const char *argument);
/* Work is left (see view.h). */
void tui_screen_wants_work(TuiScreen *screen);
/* What is kept back while input is frozen: "FROZEN +37 new"; NULL: it is not. The caller frees. */
char *tui_screen_frozen(const TuiScreen *screen);
/* The line at the bottom, for a view to open. A view that asked drops it before it is freed. */
TuiAsk *tui_screen_line(const TuiScreen *screen);
/* Something to draw came without a key. */
void tui_screen_dirty(TuiScreen *screen);

/* Denial @id is ignored without a rule from now on, or not any more. */
void tui_screen_ignore(TuiScreen *screen, AmrDenialId id, gboolean on);

/* Reads index, loaded profiles and history again, as soon as nothing works with them. Views get
 * TUI_NEWS_SESSION when it is done. */
void tui_screen_reload(TuiScreen *screen);
gboolean tui_screen_is_loading(const TuiScreen *screen);
/* Between these two calls the session's parts stay what they are. FALSE: not now, they are being
 * read; TUI_NEWS_SESSION will come. */
gboolean tui_screen_begin_work(TuiScreen *screen);
void tui_screen_end_work(TuiScreen *screen);

/* As tui_invoker_run() and tui_invoker_restart(), on the terminal that the screen has. */
gboolean tui_screen_run(TuiScreen *screen, const char *program, const char *const *arguments,
                        int *status, GError **error);
gboolean tui_screen_restart(TuiScreen *screen, const char *unit, GError **error);

/* Whether a change needs more rights than we have, and getting them: see TuiElevate. */
gboolean tui_screen_elevates(const TuiScreen *screen);
gboolean tui_screen_elevate(TuiScreen *screen, const AmrRequest *request, TuiPrivileged *privileged,
                            GError **error);

G_END_DECLS
#endif
