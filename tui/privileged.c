/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/privileged.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"

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

static GPtrArray *
make_argv(const TuiOptions *options, const char *const *verb, GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *sudo = g_find_program_in_path("sudo");
    g_autofree char *pkexec = sudo ? NULL : g_find_program_in_path("pkexec");
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
} Wait;

static void
on_child_exit(GPid pid, int status, gpointer data)
{
    Wait *wait = data;
    wait->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    wait->done = TRUE;
    g_spawn_close_pid(pid);
}

/* ^C and ^Z at the password are the child's: they must not take us along. */
static void
restore_signals(gpointer data)
{
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGQUIT, SIG_DFL);
    (void)signal(SIGTSTP, SIG_DFL);
    (void)signal(SIGPIPE, SIG_DFL);
}

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

gboolean
tui_privileged_run(const TuiOptions *options, const char *const *verb, const char *input,
                   int *status, GError **error)
{
    g_autoptr(GPtrArray) argv = make_argv(options, verb, error);
    struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit, stop;
    Wait wait = {FALSE, 0};
    GPid pid;

    if (!argv)
        return FALSE;
    int fd = input_descriptor(input, error);
    if (fd < 0)
        return FALSE;
    (void)sigaction(SIGINT, &ignore, &interrupt);
    (void)sigaction(SIGQUIT, &ignore, &quit);
    (void)sigaction(SIGTSTP, &ignore, &stop);
    /* Named, 1 and 2 would be closed in the child (GLib marks what it was given); -1 is our own. */
    gboolean ok =
        g_spawn_async_with_fds(NULL, (char **)argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                               restore_signals, NULL, &pid, fd, -1, -1, error);
    (void)close(fd);
    if (ok) {
        g_child_watch_add(pid, on_child_exit, &wait);
        while (!wait.done)
            g_main_context_iteration(NULL, TRUE);
        *status = wait.status;
    }
    (void)sigaction(SIGINT, &interrupt, NULL);
    (void)sigaction(SIGQUIT, &quit, NULL);
    (void)sigaction(SIGTSTP, &stop, NULL);
    return ok;
}
