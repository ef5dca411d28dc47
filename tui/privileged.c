/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/privileged.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "tui/agent.h"
#include "tui/command/command.h"
#include "tui/helper_talk.h"

#define SAID_MAX 4096 /* of what the command says: its end */

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

/* Who is given the user's password is no matter of the search path, which may hold directories that
 * others write, or the one that he is in. */
static char *
find_program(const char *name)
{
    static const char *const dirs[] = {"/run/wrappers/bin", /* NixOS */
                                       "/usr/local/bin", "/usr/bin", "/bin"};

    for (gsize i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *path = g_build_filename(dirs[i], name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR) &&
            g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
            return g_steal_pointer(&path);
    }
    return NULL;
}

/* How the rights are had, in the order in which they are tried. run0 is asked last: its password
 * may be asked anywhere. */
static const struct {
    const char *name;
    const char *options; /* NULL: none */
} ways[] = {{"sudo", "--"}, {"pkexec", NULL}, {"run0", "--"}};

static GPtrArray *
make_argv(const char *program, guint way)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(argv, g_strdup(program));
    if (ways[way].options)
        g_ptr_array_add(argv, g_strdup(ways[way].options));
    g_ptr_array_add(argv, tui_helper_path());
    g_ptr_array_add(argv, g_strdup("change"));
    g_ptr_array_add(argv, NULL);
    return argv;
}

typedef struct {
    gboolean done;
    int status;
    int said_fd; /* the end of the pipe that is read */
    guint source;
    GString *said;
} Wait;

static void
on_child_exit(GPid pid, int status, gpointer data)
{
    Wait *wait = data;
    wait->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    wait->done = TRUE;
    g_spawn_close_pid(pid);
}

/* ^C and ^\ at the password are the child's: they must not take us along. ^Z stops us too, or
 * nobody could continue the child. */
static void
restore_signals(gpointer data)
{
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGQUIT, SIG_DFL);
    (void)signal(SIGTSTP, SIG_DFL);
    (void)signal(SIGPIPE, SIG_DFL);
}

/* ---- what it says ---------------------------------------------------------------------------- */

/* Passes on to the terminal what the command says, and keeps the end of it. FALSE: there is no more
 * now. */
static gboolean
take_said(Wait *wait)
{
    char block[1024];
    ssize_t n = read(wait->said_fd, block, sizeof block);

    if (n < 0 && errno == EINTR)
        return TRUE;
    if (n <= 0)
        return FALSE;
    g_string_append_len(wait->said, block, n);
    if (wait->said->len > SAID_MAX)
        g_string_erase(wait->said, 0, (gssize)(wait->said->len - SAID_MAX));
    for (const char *at = block; n > 0;) {
        ssize_t wrote = write(STDERR_FILENO, at, (size_t)n);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            break;
        at += wrote;
        n -= wrote;
    }
    return TRUE;
}

static gboolean
on_said(gint fd, GIOCondition condition, gpointer data)
{
    Wait *wait = data;

    if (take_said(wait) || (errno == EAGAIN && !(condition & (G_IO_HUP | G_IO_ERR))))
        return G_SOURCE_CONTINUE;
    wait->source = 0;
    return G_SOURCE_REMOVE;
}

/* Not to its end: what it left in the background may hold the pipe. */
static char *
all_said(Wait *wait)
{
    if (wait->source)
        g_source_remove(wait->source);
    while (take_said(wait))
        ;
    return amr_display_lines((AmrBytes){wait->said->str, wait->said->len});
}

/* ---- running it ------------------------------------------------------------------------------ */

static gboolean
open_pipe(int ends[2], GError **error)
{
    ends[0] = ends[1] = -1;
    return g_unix_open_pipe(ends, FD_CLOEXEC, error);
}

/* polkit asks on this terminal; NULL for those that ask by themselves. */
static TuiAgent *
start_agent(guint way)
{
    g_autofree char *program =
        g_str_equal(ways[way].name, "pkexec") ? find_program("pkttyagent") : NULL;
    return program ? tui_agent_new(program, restore_signals) : NULL;
}

/* The child with its three pipes; ours are the other ends. */
static TuiHelperTalk *
start(const GPtrArray *argv, TuiPrivileged *privileged, Wait *wait, GError **error)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, said[2] = {-1, -1};
    TuiHelperTalk *talk = NULL;
    GPid pid;

    if (open_pipe(in, error) && open_pipe(out, error) && open_pipe(said, error) &&
        g_unix_set_fd_nonblocking(out[0], TRUE, error) &&
        g_unix_set_fd_nonblocking(said[0], TRUE, error) &&
        g_spawn_async_with_fds(NULL, (char **)argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                               restore_signals, NULL, &pid, in[0], out[1], said[1], error)) {
        talk = tui_helper_talk_new(amr_fs_steal_fd(&in[1]), amr_fs_steal_fd(&out[0]), privileged);
        wait->said_fd = amr_fs_steal_fd(&said[0]);
        wait->source = g_unix_fd_add(wait->said_fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_said, wait);
        g_child_watch_add(pid, on_child_exit, wait);
    }
    for (guint i = 0; i < 2; i++) {
        amr_fs_close_fd(&in[i]);
        amr_fs_close_fd(&out[i]);
        amr_fs_close_fd(&said[i]);
    }
    return talk;
}

/* With our own signals set aside. NULL: it could not be started. */
static TuiHelperTalk *
run(const AmrRequest *request, const char *program, guint way, TuiPrivileged *privileged,
    Wait *wait, GError **error)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, usual = {.sa_handler = SIG_DFL};
    struct sigaction interrupt, quit, stop;
    g_autoptr(GPtrArray) argv = make_argv(program, way);
    TuiHelperTalk *talk;

    (void)sigaction(SIGINT, &ignore, &interrupt);
    (void)sigaction(SIGQUIT, &ignore, &quit);
    (void)sigaction(SIGTSTP, &usual, &stop);
    g_autoptr(TuiAgent) agent = start_agent(way);
    talk = start(argv, privileged, wait, error);
    if (talk) {
        tui_helper_talk_ask(talk, request);
        while (!wait->done)
            g_main_context_iteration(NULL, TRUE);
        tui_helper_talk_end(talk);
    }
    g_clear_pointer(&agent, tui_agent_free);
    (void)sigaction(SIGINT, &interrupt, NULL);
    (void)sigaction(SIGQUIT, &quit, NULL);
    (void)sigaction(SIGTSTP, &stop, NULL);
    return talk;
}

/* ---- one way after the other --------------------------------------------------------------------
 */

typedef enum {
    WAY_SHUT, /* no rights were had this way: another may be open */
    WAY_DONE,
    WAY_FAILED, /* *error says why; no other way is tried */
} WayResult;

/* Who ended it meant it: ^C, a signal; and what polkit refuses (126 and 127 of pkexec) it would
 * refuse another program, too. */
static gboolean
was_declined(guint way, int status)
{
    return status >= 128 ||
           (g_str_equal(ways[way].name, "pkexec") && (status == 126 || status == 127));
}

static WayResult
judge(const TuiHelperTalk *talk, guint way, const Wait *wait, const TuiPrivileged *privileged,
      GError **error)
{
    const GError *said = tui_helper_talk_error(talk);

    if (privileged->outcome)
        return WAY_DONE;
    if (said)
        g_propagate_error(error, g_error_copy(said));
    else if (wait->status == 128 + SIGINT)
        amr_error_set(error, AMR_ERROR_NOT_PERMITTED,
                      "The command with more rights was interrupted");
    else
        amr_error_set(error, AMR_ERROR_NOT_PERMITTED,
                      "The command with more rights ended with status %d", wait->status);
    return said || tui_helper_talk_has_started(talk) || was_declined(way, wait->status) ? WAY_FAILED
                                                                                        : WAY_SHUT;
}

static WayResult
try_way(const AmrRequest *request, const char *program, guint way, TuiPrivileged *privileged,
        GError **error)
{
    g_autoptr(GString) kept = g_string_new(NULL);
    Wait wait = {.said_fd = -1, .said = kept};
    g_autoptr(TuiHelperTalk) talk = run(request, program, way, privileged, &wait, error);
    WayResult result = talk ? judge(talk, way, &wait, privileged, error) : WAY_FAILED;

    g_free(privileged->said);
    privileged->said = talk ? all_said(&wait) : g_strdup("");
    amr_fs_close_fd(&wait.said_fd);
    return result;
}

gboolean
tui_privileged_change(const AmrRequest *request, TuiPrivileged *privileged, GError **error)
{
    g_autoptr(GError) shut = NULL;
    const char *before = NULL;

    privileged->said = g_strdup("");
    for (guint way = 0; way < G_N_ELEMENTS(ways); way++) {
        g_autofree char *program = find_program(ways[way].name);
        if (!program)
            continue;
        if (before)
            tui_say("%s gave no rights; %s is asked", before, ways[way].name);
        g_clear_error(&shut);
        switch (try_way(request, program, way, privileged, &shut)) {
        case WAY_DONE:
            return TRUE;
        case WAY_FAILED:
            g_propagate_error(error, g_steal_pointer(&shut));
            return FALSE;
        case WAY_SHUT:
            before = ways[way].name;
        }
    }
    if (shut)
        g_propagate_error(error, g_steal_pointer(&shut));
    else
        amr_error_set(error, AMR_ERROR_NOT_PERMITTED,
                      "Writing needs root, and neither sudo, pkexec nor run0 is there to ask");
    return FALSE;
}
