/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How more rights are had: armorer-helper, started on the user's own terminal by sudo, else pkexec,
 * else run0. Never a shell. */
#ifndef TUI_WAYS_H
#define TUI_WAYS_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is made of it. All get @data. */
typedef struct {
    const char *role; /* armorer-helper's argument */
    /* What will be its standard input and output, O_CLOEXEC, taken over; *out stays -1 for none.
     * Forgets what came of a way before. */
    gboolean (*open)(gpointer data, int *in, int *out, GError **error);
    /* It is there: nothing more is waited for, though who started it goes on (run0). NULL: it is
     * waited for to its end. */
    gboolean (*is_there)(gpointer data);
    /* Its end, or it is there. TRUE: all went well. FALSE: *error says why if it said so, and
     * *started whether it ran at all: then the rights were had, and no other way is tried. */
    gboolean (*end)(gpointer data, gboolean *started, GError **error);
} TuiWaysClass;

/* Waits; the main loop goes on meanwhile. The terminal must have been given back before: a password
 * is asked on it. Where a way is shut (no sudoer, no agent) the next one is tried, and that is
 * said. All programs come from the system's directories and not from the search path. *said (may be
 * NULL): the end of what was written on standard error, which the terminal had too; lines in
 * display form, never NULL. AMR_ERROR_NOT_PERMITTED where the rights could not be had. */
gboolean tui_ways_try(const TuiWaysClass *class, gpointer data, char **said, GError **error);

G_END_DECLS
#endif
