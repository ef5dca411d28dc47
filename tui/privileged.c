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

#define SAID_MAX 4096 /* of what the command says: its end */

gboolean
tui_privileged_needed(const AmrTarget *target)
{
    return amr_target_is_live(target) && geteuid() != 0;
}

/* The program that runs now, not whatever the search path calls by its name. */
static char *
own_program(GError **error)
{
    char *path = g_file_read_link("/proc/self/exe", error);
    if (path && !g_file_test(path, G_FILE_TEST_IS_EXECUTABLE)) {
        g_autofree char *shown = amr_display_string(path);
        g_free(path);
        amr_error_set(error, AMR_ERROR_NOT_FOUND, "%s: not there any more", shown);
        return NULL;
    }
    return path;
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

static GPtrArray *
make_argv(const TuiOptions *options, const char *const *verb, GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *sudo = find_program("sudo");
    g_autofree char *pkexec = sudo ? NULL : find_program("pkexec");
    g_auto(GStrv) target = tui_options_argv(options);
    char *own = NULL;

    if (!sudo && !pkexec) {
        amr_error_set(error, AMR_ERROR_NOT_PERMITTED,
                      "Writing needs root, and neither sudo nor pkexec is there to ask");
        return NULL;
    }
    own = own_program(error);
    if (!own)
        return NULL;
    g_ptr_array_add(argv, g_strdup(sudo ? sudo : pkexec));
    if (sudo)
        g_ptr_array_add(argv, g_strdup("--"));
    g_ptr_array_add(argv, own);
    for (char **p = target; *p; p++)
        g_ptr_array_add(argv, g_strdup(*p));
    for (; *verb; verb++)
        g_ptr_array_add(argv, g_strdup(*verb));
    g_ptr_array_add(argv, NULL);
    return g_steal_pointer(&argv);
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

/* A pipe takes 64 KiB before anybody reads; rules beyond that go through a file without a name. */
static int
input_descriptor(const char *input, GError **error)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("armorer-XXXXXX", &path, error);
    gsize left = input ? strlen(input) : 0;

    if (fd < 0)
        return -1;
    (void)unlink(path);
    while (left > 0) {
        ssize_t n = write(fd, input, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            amr_error_errno(error, errno, "Handing the rules over");
            (void)close(fd);
            return -1;
        }
        input += n;
        left -= (gsize)n;
    }
    if (lseek(fd, 0, SEEK_SET) != 0) {
        amr_error_errno(error, errno, "Handing the rules over");
        (void)close(fd);
        return -1;
    }
    return fd;
}

static gboolean
spawn(const GPtrArray *argv, int input, int errors, GPid *pid, GError **error)
{
    /* Named, 1 would be closed in the child (GLib marks what it was given); -1 is our own. */
    return g_spawn_async_with_fds(NULL, (char **)argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                                  restore_signals, NULL, pid, input, -1, errors, error);
}

/* polkit asks on this terminal; NULL where sudo is run, which asks by itself. */
static TuiAgent *
start_agent(const GPtrArray *argv)
{
    g_autofree char *name = g_path_get_basename(argv->pdata[0]);
    g_autofree char *program = g_str_equal(name, "pkexec") ? find_program("pkttyagent") : NULL;
    return program ? tui_agent_new(program, restore_signals) : NULL;
}

/* With our own signals set aside. */
static gboolean
run(const GPtrArray *argv, const char *input, Wait *wait, GError **error)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, usual = {.sa_handler = SIG_DFL};
    struct sigaction interrupt, quit, stop;
    amr_autofd int in = input_descriptor(input, error);
    amr_autofd int said = -1;
    int ends[2];
    GPid pid;

    if (in < 0 || !g_unix_open_pipe(ends, FD_CLOEXEC, error))
        return FALSE;
    wait->said_fd = ends[0];
    said = ends[1];
    (void)sigaction(SIGINT, &ignore, &interrupt);
    (void)sigaction(SIGQUIT, &ignore, &quit);
    (void)sigaction(SIGTSTP, &usual, &stop);
    g_autoptr(TuiAgent) agent = start_agent(argv);
    gboolean ok =
        g_unix_set_fd_nonblocking(ends[0], TRUE, error) && spawn(argv, in, said, &pid, error);
    amr_fs_close_fd(&said);
    if (ok) {
        wait->source = g_unix_fd_add(wait->said_fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_said, wait);
        g_child_watch_add(pid, on_child_exit, wait);
        while (!wait->done)
            g_main_context_iteration(NULL, TRUE);
    }
    g_clear_pointer(&agent, tui_agent_free);
    (void)sigaction(SIGINT, &interrupt, NULL);
    (void)sigaction(SIGQUIT, &quit, NULL);
    (void)sigaction(SIGTSTP, &stop, NULL);
    return ok;
}

gboolean
tui_privileged_run(const TuiOptions *options, const char *const *verb, const char *input,
                   int *status, char **said, GError **error)
{
    g_autoptr(GPtrArray) argv = make_argv(options, verb, error);
    g_autoptr(GString) kept = g_string_new(NULL);
    Wait wait = {.said_fd = -1, .said = kept};
    gboolean ok = argv && run(argv, input, &wait, error);

    if (ok) {
        *status = wait.status;
        *said = all_said(&wait);
    }
    amr_fs_close_fd(&wait.said_fd);
    return ok;
}
