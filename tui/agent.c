/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/agent.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#include "core/base/fsutil.h"

#define NOTIFY_FD 3 /* in the agent */
/* Milliseconds until it is registered: a bus that hangs is not waited for. */
#define PATIENCE 5000

struct TuiAgent {
    GPid pid;
    gboolean ended;
    guint child;
};

static void
on_ended(GPid pid, int status, gpointer data)
{
    TuiAgent *agent = data;
    agent->ended = TRUE;
    agent->child = 0;
    g_spawn_close_pid(pid);
}

/* It closes the descriptor once it is registered, and by ending. */
static gboolean
on_notice(int fd, GIOCondition condition, gpointer data)
{
    *(guint *)data = 0;
    return G_SOURCE_REMOVE;
}

static gboolean
on_late(gpointer data)
{
    *(guint *)data = 0;
    return G_SOURCE_REMOVE;
}

static gboolean
spawn(TuiAgent *agent, const char *program, GSpawnChildSetupFunc setup, int notify)
{
    g_autofree char *pid = g_strdup_printf("%d", (int)getpid());
    g_autofree char *fd = g_strdup_printf("%d", NOTIFY_FD);
    const char *const argv[] = {program, "--process", pid, "--notify-fd", fd, NULL};
    const int target = NOTIFY_FD;

    return g_spawn_async_with_pipes_and_fds(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, setup,
                                            NULL, -1, -1, -1, &notify, &target, 1, &agent->pid,
                                            NULL, NULL, NULL, NULL);
}

TuiAgent *
tui_agent_new(const char *program, GSpawnChildSetupFunc setup)
{
    g_autoptr(TuiAgent) agent = g_new0(TuiAgent, 1);
    amr_autofd int notice = -1;
    guint source, timer;
    int ends[2];

    agent->ended = TRUE;
    if (!g_unix_open_pipe(ends, FD_CLOEXEC, NULL))
        return NULL;
    notice = ends[0];
    agent->ended = !spawn(agent, program, setup, ends[1]);
    (void)close(ends[1]);
    if (agent->ended)
        return NULL;
    agent->child = g_child_watch_add(agent->pid, on_ended, agent);
    source = g_unix_fd_add(notice, G_IO_IN | G_IO_HUP | G_IO_ERR, on_notice, &source);
    timer = g_timeout_add(PATIENCE, on_late, &timer);
    while (source && timer)
        g_main_context_iteration(NULL, TRUE);
    /* One iteration may have seen both. */
    g_clear_handle_id(&source, g_source_remove);
    g_clear_handle_id(&timer, g_source_remove);
    return g_steal_pointer(&agent);
}

void
tui_agent_free(TuiAgent *agent)
{
    if (!agent)
        return;
    if (!agent->ended)
        (void)kill(agent->pid, SIGTERM);
    while (!agent->ended)
        g_main_context_iteration(NULL, TRUE);
    g_free(agent);
}
