/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one who started us, and programs that run as he would have run them: never as root. */
#ifndef TUI_INVOKER_H
#define TUI_INVOKER_H

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

typedef struct {
    uid_t uid;
    gid_t gid;
    char *name, *home, *shell;
} TuiInvoker;

void tui_invoker_clear(TuiInvoker *invoker);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TuiInvoker, tui_invoker_clear)

/* With root's rights the one who called sudo or pkexec; else ourselves. AMR_ERROR_REFUSED where
 * that is root, or not known. */
gboolean tui_invoker_find(TuiInvoker *invoker, GError **error);

/* Runs @program with @arguments (NULL-terminated, may be NULL) on our own terminal, as the invoker,
 * in his groups and with his home; no shell is involved. What is typed is the program's, ^C too:
 * it ends the program, not us. Waits, the main loop goes on. *status as of waitpid(2). FALSE: it
 * could not be started. */
gboolean tui_invoker_run(const char *program, const char *const *arguments, int *status,
                         GError **error);
/* "exit status 3", "killed by signal 9 (Killed)"; the caller frees. */
char *tui_invoker_ended(int status);

/* Says how it ended (@ended, display form) and waits for Enter, so that what it printed can be read
 * before the screen comes back; or until *@gone. */
void tui_invoker_wait(int terminal, const char *ended, const gboolean *gone);

/* Has systemd start @unit anew, or start it; as whoever we are: systemctl asks for what it needs on
 * the terminal. Waits. */
gboolean tui_invoker_restart(const char *unit, GError **error);

G_END_DECLS
#endif
