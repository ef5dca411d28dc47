/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options that hold for the screen and for every command; main parses them. */
#ifndef TUI_OPTIONS_H
#define TUI_OPTIONS_H

#include "core/session.h"

G_BEGIN_DECLS

typedef struct {
    char *root, *policy, *parser, *features, *theme, *timer;
    char **logs;    /* --log, NULL-terminated; raw bytes */
    char **sources; /* --source, NULL-terminated */
    gboolean read_only, demo, json, plain;
    gboolean ask_rights; /* to read what only root may */
    AmrLender *lender;   /* who has them; NULL: nobody */
    guint most;          /* distinct denials that are held; 0: AMR_STORE_LIMIT */
    char *notify; /* how new denials are told outside of the screen: tui_notice_read(); NULL: not */
    char *replay; /* the log to be played in place of any other; raw bytes; NULL: none */
    double speed; /* of that, or of the demo; AMR_REPLAY_SPEED_MAX */
    gboolean paused; /* it begins so */
    AmrClock *clock; /* of the demo, which goes with what is played; NULL */
    char *sandbox; /* the private copy that --demo works on, also the root; removed when cleared */
} TuiOptions;

/* Whether these options mean this system, of which an ordinary user may not read all. */
gboolean tui_options_lack_rights(const TuiOptions *options);

/* Makes the sandbox where --demo was given (AMR_ERROR_USAGE beside another target), and asks for
 * rights where that was wished, on the terminal. Once, before a session. */
gboolean tui_options_prepare(TuiOptions *options, GError **error);

/* What is to be played, if anything: the demo's recorded session, unless its logs are named, or
 * what replay was given. FALSE: nothing. Strings are borrowed from @options. */
gboolean tui_options_replay(const TuiOptions *options, AmrReplayOptions *replay);

/* A session for these options; a fixed clock where ARMORER_CLOCK (seconds since the epoch) is set
 * and we are not privileged by set-uid. */
AmrSession *tui_options_session(const TuiOptions *options, GError **error);
void tui_options_clear(TuiOptions *options);
/* Where data files are: ARMORER_DATADIR (ignored when privileged: effective uid differs from real,
 * or root), else the source tree if run from the tree that it was built in, else the installed
 * directory. "themes", "data/demo" below it. */
char *tui_data_path(const char *name);
/* armorer-helper: beside us in the tree that we were built in, else the installed one. Owned. */
char *tui_helper_path(void);

/* The exit statuses of UX section 3. */
enum {
    TUI_EXIT_DONE = 0,
    TUI_EXIT_NOTHING = 1,
    TUI_EXIT_USAGE = 2,
    TUI_EXIT_REFUSED = 3,
    TUI_EXIT_REJECTED = 4,
    TUI_EXIT_PARTLY = 5,
};
int tui_exit_status(const GError *error);

/* The full screen; returns an exit status. Without a terminal: 2, naming the command that does it.
 */
int tui_app_run(TuiOptions *options);
/* The same line by line (plain.h). */
int tui_plain_run(TuiOptions *options);

G_END_DECLS
#endif
