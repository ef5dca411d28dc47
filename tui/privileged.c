/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/privileged.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <unistd.h>

#include "core/base/fsutil.h"
#include "tui/helper_talk.h"
#include "tui/ways.h"

void
tui_privileged_clear(TuiPrivileged *privileged)
{
    g_clear_pointer(&privileged->id, g_free);
    g_clear_pointer(&privileged->outcome, amr_outcome_free);
    g_clear_pointer(&privileged->notes, g_ptr_array_unref);
    g_clear_pointer(&privileged->said, g_free);
}

gboolean
tui_privileged_needed(const AmrTarget *target)
{
    return amr_target_is_live(target) && geteuid() != 0;
}

typedef struct {
    const AmrRequest *request;
    TuiPrivileged *privileged;
    TuiHelperTalk *talk;
} Ask;

/* Two pipes; ours are the other ends. */
static gboolean
open_talk(gpointer data, int *in, int *out, GError **error)
{
    Ask *ask = data;
    int to[2], from[2];

    g_clear_pointer(&ask->talk, tui_helper_talk_free);
    if (!g_unix_open_pipe(to, FD_CLOEXEC, error))
        return FALSE;
    if (!g_unix_open_pipe(from, FD_CLOEXEC, error) ||
        !g_unix_set_fd_nonblocking(from[0], TRUE, error)) {
        amr_fs_close_fd(&to[0]);
        amr_fs_close_fd(&to[1]);
        return FALSE;
    }
    *in = to[0];
    *out = from[1];
    ask->talk = tui_helper_talk_new(to[1], from[0], ask->privileged);
    tui_helper_talk_ask(ask->talk, ask->request);
    return TRUE;
}

static gboolean
end_talk(gpointer data, gboolean *started, GError **error)
{
    Ask *ask = data;
    const GError *said;

    tui_helper_talk_end(ask->talk);
    if (ask->privileged->outcome)
        return TRUE;
    said = tui_helper_talk_error(ask->talk);
    if (said)
        g_propagate_error(error, g_error_copy(said));
    *started = tui_helper_talk_has_started(ask->talk);
    return FALSE;
}

gboolean
tui_privileged_change(const AmrRequest *request, TuiPrivileged *privileged, GError **error)
{
    static const TuiWaysClass class = {.role = "change", .open = open_talk, .end = end_talk};
    Ask ask = {request, privileged, NULL};
    gboolean ok;

    g_clear_pointer(&privileged->said, g_free);
    ok = tui_ways_try(&class, &ask, &privileged->said, error);
    g_clear_pointer(&ask.talk, tui_helper_talk_free);
    return ok;
}
