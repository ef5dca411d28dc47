/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fsutil.h"
#include "core/helper/helper.h"

#define PROCESSOR_SECONDS 900 /* of the helper, and of each child, which inherits it */

static const struct {
    const char *name;
    int (*run)(void);
    gboolean lasts; /* as long as the caller: it may use the processor again and again */
} roles[] = {
    {"change", helper_change, FALSE},
    {"read", helper_read, TRUE},
};

/* ---- what the caller left behind ---------------------------------------------------------------
 */

static char *
keep_uid(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] && strlen(value) <= 10 && strspn(value, "0123456789") == strlen(value)
               ? strdup(value)
               : NULL;
}

/* Of the environment nothing stays but who asks, which the history keeps. */
static gboolean
clear_environment(void)
{
    static const char *const askers[] = {"SUDO_UID", "PKEXEC_UID"};
    char *values[G_N_ELEMENTS(askers)];
    gboolean ok;

    for (gsize i = 0; i < G_N_ELEMENTS(askers); i++)
        values[i] = keep_uid(askers[i]);
    ok = clearenv() == 0 && setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1) == 0 &&
         setenv("LC_ALL", "C.UTF-8", 1) == 0;
    for (gsize i = 0; i < G_N_ELEMENTS(askers); i++) {
        ok = ok && (!values[i] || setenv(askers[i], values[i], 1) == 0);
        free(values[i]);
    }
    return ok;
}

/* Signals that the caller ignored or blocked, and limits that he lowered to have a step fail. */
static gboolean
reset_process(void)
{
    const struct rlimit no_core = {0, 0};
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_DFL);
    (void)signal(SIGPIPE, SIG_IGN); /* a caller that goes away is an error of write() */
    (void)sigemptyset(&none);
    (void)umask(022);
    return sigprocmask(SIG_SETMASK, &none, NULL) == 0 && chdir("/") == 0 &&
           setrlimit(RLIMIT_CORE, &no_core) == 0 && setrlimit(RLIMIT_FSIZE, &unlimited) == 0;
}

static gboolean
limit_processor(gboolean lasts)
{
    const rlim_t seconds = lasts ? RLIM_INFINITY : PROCESSOR_SECONDS;
    const struct rlimit processor = {seconds, seconds};

    return setrlimit(RLIMIT_CPU, &processor) == 0;
}

/* ---- what the roles share ----------------------------------------------------------------------
 */

static gboolean
on_signal(gpointer data)
{
    g_cancellable_cancel(data);
    return G_SOURCE_CONTINUE;
}

void
helper_obey_signals(GCancellable *cancellable)
{
    (void)g_unix_signal_add(SIGINT, on_signal, cancellable);
    (void)g_unix_signal_add(SIGTERM, on_signal, cancellable);
    (void)g_unix_signal_add(SIGHUP, on_signal, cancellable);
}

void
helper_keep_result(GObject *source, GAsyncResult *result, gpointer data)
{
    g_set_object((GAsyncResult **)data, result);
}

GAsyncResult *
helper_wait(GAsyncResult **result)
{
    while (!*result)
        g_main_context_iteration(NULL, TRUE);
    return *result;
}

int
main(int argc, char **argv)
{
    if (!amr_fs_hold_standard() || !clear_environment() || !reset_process()) {
        (void)fputs("armorer-helper: cannot begin as it should\n", stderr);
        return HELPER_NOT_DONE;
    }
    (void)setlocale(LC_ALL, "");
    g_set_prgname("armorer-helper");
    for (gsize i = 0; argc == 2 && i < G_N_ELEMENTS(roles); i++) {
        if (strcmp(argv[1], roles[i].name) != 0)
            continue;
        if (geteuid() == 0 && limit_processor(roles[i].lasts))
            return roles[i].run();
        (void)fputs("armorer-helper: is run as root, by pkexec, sudo or run0\n", stderr);
        return HELPER_REFUSED;
    }
    (void)fputs("armorer-helper: is run by armorer, for a change or to read what only root may\n",
                stderr);
    return HELPER_USAGE;
}
