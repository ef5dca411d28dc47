/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/ways.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "tui/agent.h"
#include "tui/command/command.h"

#define SAID_MAX 4096 /* of what the command says: its end */

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
    gboolean stays;      /* for as long as what it started */
} ways[] = {{"sudo", "--", FALSE}, {"pkexec", NULL, FALSE}, {"run0", "--", TRUE}};

static GPtrArray *
make_argv(const char *program, guint way, const char *role)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(argv, g_strdup(program));
    if (ways[way].options)
        g_ptr_array_add(argv, g_strdup(ways[way].options));
    g_ptr_array_add(argv, tui_helper_path());
    g_ptr_array_add(argv, g_strdup(role));
    g_ptr_array_add(argv, NULL);
    return argv;
}

typedef struct {
    gboolean done;
    int status;
    int said_fd;         /* the end of the pipe that is read */
    guint source, child; /* of it; of the program's end */
    GString *said;
} Wait;

static void
on_child_exit(GPid pid, int status, gpointer data)
{
    Wait *wait = data;
    wait->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    wait->done = TRUE;
    wait->child = 0;
    g_spawn_close_pid(pid);
}

/* Nobody waits for it any more. */
static void
on_late_exit(GPid pid, int status, gpointer data)
{
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

/* polkit asks on this terminal; NULL for those that ask by themselves. */
static TuiAgent *
start_agent(guint way)
{
    g_autofree char *program =
        g_str_equal(ways[way].name, "pkexec") ? find_program("pkttyagent") : NULL;
    return program ? tui_agent_new(program, restore_signals) : NULL;
}

static gboolean
start(const TuiWaysClass *class, gpointer data, const GPtrArray *argv, Wait *wait, GPid *pid,
      GError **error)
{
    amr_autofd int in = -1;
    amr_autofd int out = -1;
    amr_autofd int said = -1;
    int ends[2];
    GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD;

    if (!class->open(data, &in, &out, error) || !g_unix_open_pipe(ends, FD_CLOEXEC, error))
        return FALSE;
    wait->said_fd = ends[0];
    said = ends[1];
    if (out < 0)
        flags |= G_SPAWN_STDOUT_TO_DEV_NULL;
    if (!g_unix_set_fd_nonblocking(wait->said_fd, TRUE, error) ||
        !g_spawn_async_with_fds(NULL, (char **)argv->pdata, NULL, flags, restore_signals, NULL, pid,
                                in, out, said, error))
        return FALSE;
    wait->source = g_unix_fd_add(wait->said_fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_said, wait);
    wait->child = g_child_watch_add(*pid, on_child_exit, wait);
    return TRUE;
}

static void
wait_for(const TuiWaysClass *class, gpointer data, guint way, GPid pid, Wait *wait)
{
    while (!wait->done) {
        if (ways[way].stays && class->is_there && class->is_there(data))
            break;
        g_main_context_iteration(NULL, TRUE);
    }
    if (wait->done)
        return;
    g_source_remove(wait->child);
    g_child_watch_add(pid, on_late_exit, NULL);
}

/* With our own signals set aside. FALSE: it could not be started. */
static gboolean
run(const TuiWaysClass *class, gpointer data, const char *program, guint way, Wait *wait,
    GError **error)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, usual = {.sa_handler = SIG_DFL};
    struct sigaction interrupt, quit, stop;
    g_autoptr(GPtrArray) argv = make_argv(program, way, class->role);
    gboolean started;
    GPid pid;

    (void)sigaction(SIGINT, &ignore, &interrupt);
    (void)sigaction(SIGQUIT, &ignore, &quit);
    (void)sigaction(SIGTSTP, &usual, &stop);
    g_autoptr(TuiAgent) agent = start_agent(way);
    started = start(class, data, argv, wait, &pid, error);
    if (started)
        wait_for(class, data, way, pid, wait);
    g_clear_pointer(&agent, tui_agent_free);
    (void)sigaction(SIGINT, &interrupt, NULL);
    (void)sigaction(SIGQUIT, &quit, NULL);
    (void)sigaction(SIGTSTP, &stop, NULL);
    return started;
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
judge(const TuiWaysClass *class, gpointer data, guint way, const Wait *wait, GError **error)
{
    g_autoptr(GError) said = NULL;
    gboolean started = FALSE;

    if (class->end(data, &started, &said))
        return WAY_DONE;
    if (said)
        g_propagate_error(error, g_error_copy(said));
    else if (wait->status == 128 + SIGINT)
        amr_error_set(error, AMR_ERROR_NOT_PERMITTED,
                      "The command with more rights was interrupted");
    else
        amr_error_set(error, AMR_ERROR_NOT_PERMITTED,
                      "The command with more rights ended with status %d", wait->status);
    return said || started || was_declined(way, wait->status) ? WAY_FAILED : WAY_SHUT;
}

static WayResult
try_way(const TuiWaysClass *class, gpointer data, const char *program, guint way, char **said,
        GError **error)
{
    g_autoptr(GString) kept = g_string_new(NULL);
    Wait wait = {.said_fd = -1, .said = kept};
    WayResult result = run(class, data, program, way, &wait, error)
                           ? judge(class, data, way, &wait, error)
                           : WAY_FAILED;

    g_free(*said);
    *said = wait.said_fd >= 0 ? all_said(&wait) : g_strdup("");
    amr_fs_close_fd(&wait.said_fd);
    return result;
}

gboolean
tui_ways_try(const TuiWaysClass *class, gpointer data, char **said, GError **error)
{
    g_autoptr(GError) shut = NULL;
    g_autofree char *last = g_strdup("");
    const char *before = NULL;
    WayResult result = WAY_SHUT;

    for (guint way = 0; way < G_N_ELEMENTS(ways) && result == WAY_SHUT; way++) {
        g_autofree char *program = find_program(ways[way].name);
        if (!program)
            continue;
        if (before)
            tui_say("%s gave no rights; %s is asked", before, ways[way].name);
        g_clear_error(&shut);
        result = try_way(class, data, program, way, &last, &shut);
        before = ways[way].name;
    }
    if (said)
        *said = g_steal_pointer(&last);
    if (result == WAY_DONE)
        return TRUE;
    if (shut)
        g_propagate_error(error, g_steal_pointer(&shut));
    else
        amr_error_set(error, AMR_ERROR_NOT_PERMITTED,
                      "This needs root, and neither sudo, pkexec nor run0 is there to ask");
    return FALSE;
}
