/* SPDX-License-Identifier: GPL-3.0-or-later */
/* More rights, and the user's own programs: for these the terminal is given back a while. */
#include "config.h"

#include <glib-unix.h>

#include "tui/app_private.h"
#include "tui/invoker.h"
#include "tui/lend.h"

static void
leave_terminal(App *app)
{
    app->away = TRUE;
    if (app->keys)
        g_source_remove(app->keys); /* the keys are the child's now */
    tui_term_leave(app->term);
}

static void
return_to_terminal(App *app)
{
    tui_term_return(app->term);
    app->keys =
        g_unix_fd_add(tui_term_fd(app->term), G_IO_IN | G_IO_HUP | G_IO_ERR, tui_app_on_keys, app);
    app->away = FALSE;
}

gboolean
tui_app_elevate(const AmrRequest *request, TuiPrivileged *privileged, GError **error, gpointer data)
{
    App *app = data;
    gboolean ok;

    leave_terminal(app);
    ok = tui_privileged_change(request, privileged, error);
    return_to_terminal(app);
    return ok;
}

gboolean
tui_app_run_aside(const char *program, const char *const *arguments, const char *unit, int *status,
                  GError **error, gpointer data)
{
    App *app = data;
    g_autofree char *ended = NULL;
    GError *problem = NULL;
    gboolean ok;

    leave_terminal(app);
    ok = program ? tui_invoker_run(program, arguments, status, &problem)
                 : tui_invoker_restart(unit, &problem);
    /* Of a unit that is started anew there is nothing to read, but of one that is not. */
    ended = ok && program ? tui_invoker_ended(*status) : g_strdup(ok ? NULL : problem->message);
    if (ended)
        tui_invoker_wait(tui_term_fd(app->term), ended, &app->gone);
    return_to_terminal(app);
    if (problem)
        g_propagate_error(error, problem);
    return ok;
}

gboolean
tui_app_lacks_rights(const App *app)
{
    return tui_options_lack_rights(app->options) && !app->options->logs && !app->options->replay;
}

void
tui_app_hint_rights(const App *app)
{
    const AmrChoice *choice = app->session->choice;
    g_autofree char *how = tui_screen_rights(app->screen);

    if (how && choice && amr_choice_remedy(choice))
        tui_screen_say(app->screen, TUI_ROLE_QUIET, "Denials may be missing: %s", how);
}

/* What was read without them was read by halves, maybe twice: all begins anew. */
void
tui_app_ask_rights(App *app)
{
    g_autoptr(GError) error = NULL;

    if (!tui_app_lacks_rights(app)) {
        tui_screen_say(app->screen, TUI_ROLE_QUIET, "There is nothing more to read with rights");
        return;
    }
    if (tui_screen_is_busy(app->screen)) {
        tui_screen_say(app->screen, TUI_ROLE_WARNING, "Not while a change is written");
        return;
    }
    leave_terminal(app);
    app->options->lender = tui_lend_ask(&error);
    return_to_terminal(app);
    app->again = app->options->lender != NULL;
    if (app->again)
        g_main_loop_quit(app->loop);
    else
        tui_screen_say(app->screen, TUI_ROLE_WARNING, "%s", error->message);
}
