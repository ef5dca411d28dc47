/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the user keeps for us: themes and keys below his configuration, history below his state.
 * With our rights no stranger's file is read: ours, or that of the one who called sudo; and nothing
 * is kept in a home that is not ours.
 */
#ifndef TUI_HOME_H
#define TUI_HOME_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whether the home directory is our own: under sudo it may be the invoker's. */
gboolean tui_home_is_ours(void);

/* "themes" or "keys" below the configuration: $XDG_CONFIG_HOME/armorer, under sudo that of the
 * invoker. The caller frees. */
char *tui_home_config(const char *name);
/* Whether tui_home_read() would read @path. Only for lists: it may be another file by then. */
gboolean tui_home_may_read(const char *path);
/* The whole of the regular file @path, NUL-terminated, *len without that. Never waits for a FIFO.
 * Fails as errno says (G_IO_ERROR_NOT_FOUND); AMR_ERROR_REFUSED where it is another's or no regular
 * file; AMR_ERROR_LIMIT above @max bytes. */
char *tui_home_read(const char *path, gsize max, gsize *len, GError **error);

/* Lines typed before, the oldest first, each ended by a newline in the file @name below
 * $XDG_STATE_HOME/armorer (0700). An empty array where nothing is kept. */
GPtrArray *tui_home_history(const char *name);
/* Adds @line at its end, in the background (0600); nothing where nothing is to be kept. */
void tui_home_remember(const char *name, const char *line);

/* The text of the file @name there, NULL if there is none, or nothing is kept. One above @max bytes
 * begins anew. The caller frees. */
char *tui_home_state(const char *name, gsize max);
/* Adds @text at its end, in the background (0600), then calls @done (may be NULL), whatever came of
 * it. FALSE: nothing is to be kept, and @done is not called. */
gboolean tui_home_append(const char *name, const char *text, void (*done)(gpointer), gpointer data);
/* Writes it anew, at once; what cannot be written stays as it was. */
void tui_home_replace(const char *name, const char *text);

G_END_DECLS
#endif
